//! The idea, rule by rule, over markets of a few days without costs: every number can be checked by head.

use std::path::Path;

use rotate::batch::Arena;
use rotate::replay::run::{ChecklistCause, CriterionId, ExitCause, ExitRule, KnownBy, PlainRule, Rule, Run, Side, Subject, Verdict, Why};
use rotate::strategy::StrategyFile;
use rotate::units::Usd;

use crate::tiny::{Tiny, day};

/// Any size at the open's price, and no funding where none is told.
fn replay(mut tiny: Tiny, capital: f64, strategy: &str) -> Run {
    for bar in tiny.0.series.iter_mut().flat_map(|series| &mut series.bars) {
        bar.volume = 1e12;
    }
    tiny.0.missing_rate_8h = Some(0.0);
    let head = "name = \"idea\"\nabout = \"x\"\nregime = \"any\"\nassumptions = { impact = 0.0, closing_fee_in_margin = false }\n";
    let file = StrategyFile::parse(Path::new("idea.toml"), format!("{head}{strategy}")).unwrap_or_else(|fault| panic!("{fault}"));
    Arena::new(&tiny.market()).replay(&file.strategy, Usd::round(capital))
}

fn dollars(run: &Run, t: usize) -> f64 {
    run.equity[t].to_f64()
}

const HEDGED: &str = "rebalance = { every = \"100d\", band = 0.5 }\n\
    [buckets.foundation]\nweight = 0.5\nhold = { spot = { assets = [\"BTC\"] } }\nreview = \"100d\"\n\
    [buckets.hedge]\nweight = 0.3\nhold = { hedge = { of = \"foundation\", ratio = 0.5 } }\nleverage = { open = 1.0 }\n\
    [buckets.cash]\nweight = 0.2\nhold = \"cash\"\n";

/// The article's case: 20,000 on spot, half of it hedged, ten per cent either way: a thousand is won or lost, not two.
#[test]
fn half_a_hedge_halves_the_move() {
    for (last, gain) in [(110.0, 1_000.0), (90.0, -1_000.0)] {
        // Bought at the second open; the hedge sees it at that close and stands from the third open on.
        let closes = [100.0, 100.0, 100.0, last];
        let run = replay(Tiny::new().spot("BTC", &closes).and_perp(&closes), 40_000.0, HEDGED);
        assert!((dollars(&run, 2) - 40_000.0).abs() < 0.01);
        assert!((dollars(&run, 3) - 40_000.0 - gain).abs() < 0.01, "{}", dollars(&run, 3));
        let short = run.fills.iter().find(|fill| fill.side == Side::Sell).expect("a short");
        assert!((short.quantity - 100.0).abs() < 1e-6 && short.time == day(2), "{short:?}");
        let told = run.findings.iter().map(ToString::to_string).find(|finding| finding.starts_with("hedge")).expect("its effect is told");
        // One day: nothing to tell of its variance.
        assert!(told.contains("never stood for two days") || told.contains("stood on"), "{told}");
    }
}

/// A coin that always moves twice as far as Bitcoin needs twice the shorts.
#[test]
fn a_hedge_by_beta_weighs_each_coin() {
    let mut btc = vec![100.0];
    let mut coin = vec![10.0];
    for t in 0..40 {
        let step = if t % 2 == 0 { 0.10 } else { -0.10 };
        btc.push(btc[t] * (1.0 + step));
        coin.push(coin[t] * (1.0 + 2.0 * step));
    }
    let strategy = HEDGED
        .replace("band = 0.5", "band = 0.0")
        .replace("assets = [\"BTC\"]", "assets = [\"AAA\"]")
        .replace("ratio = 0.5 }", "ratio = 0.5, by = \"beta\", span = \"30d\" }");
    let strategy =
        strategy.replace("weight = 0.5\n", "weight = 0.2\n").replace("weight = 0.2\nhold = \"cash\"", "weight = 0.5\nhold = \"cash\"");
    let run = replay(Tiny::new().spot("BTC", &btc).and_perp(&btc).spot("AAA", &coin), 40_000.0, &strategy);
    // Once beta is known, half of twice the holding is the holding, at the closes the shorts were sized at.
    let last = run.exposure.iter().rev().find(|row| row.quantity < 0.0).expect("a short");
    assert_eq!(last.time, day(40));
    let sized = run.fills[0].quantity * coin[38] / btc[38];
    assert!((-last.quantity / sized - 1.0).abs() < 1e-6, "{last:?}, {sized}");
    assert!(run.fills.iter().any(|fill| fill.side == Side::Sell && fill.reason.name() == "enter"));
}

const ADAPTIVE: &str = "rebalance = { every = \"100d\", band = 0.5 }\n\
    classifier = { trend = { average = \"3d\", band = 0.02, hysteresis = 0.0 }, dwell = \"1d\" }\n\
    [adaptive]\nturnover_per_day = 0.25\nbull = { coin = 1.0 }\nbear = { cash = 1.0 }\nsideways = { coin = 0.5, cash = 0.5 }\n\
    [buckets.coin]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\"] } }\nreview = \"100d\"\n\
    [buckets.cash]\nweight = 0.5\nhold = \"cash\"\n";

/// Half of a thousand changes buckets on the way to the bull's table and all of it on the way to the bear's: 250 a day.
#[test]
fn weights_move_a_quarter_a_day() {
    let btc = [100.0, 100.0, 110.0, 121.0, 133.0, 146.0, 80.0, 70.0, 60.0, 50.0, 40.0];
    let run = replay(Tiny::new().spot("BTC", &btc).spot("AAA", &[10.0; 11]), 1_000.0, ADAPTIVE);
    let flows: Vec<(i64, &str, f64)> = run
        .flows
        .iter()
        .map(|flow| ((flow.time.seconds() - day(0).seconds()) / 86_400, run.buckets[flow.from.index()].as_str(), flow.amount.to_f64()))
        .collect();
    // Bull is known at the close of day 2 (110 against 103.3), bear at that of day 6 (80 against 119.7).
    let moved: Vec<(i64, &str)> = flows.iter().map(|&(day, from, _)| (day, from)).collect();
    assert_eq!(moved, [(3, "cash"), (4, "cash"), (7, "coin"), (8, "coin"), (9, "coin"), (10, "coin")]);
    assert!(flows.iter().all(|&(.., amount)| (amount - 250.0).abs() < 0.01), "{flows:?}");
    assert!((0..11).all(|t| (dollars(&run, t) - 1_000.0).abs() < 1e-4));
    // Each step says how much has yet to move, and that no more than a quarter moves at once.
    let steps: Vec<_> =
        run.decisions.iter().filter(|row| row.rule() == PlainRule::Regime.into() && row.subject == Subject::Weights).collect();
    assert!(steps.iter().all(|row| row.threshold == Some(0.25)), "{steps:?}");
    for (row, left) in steps.iter().zip([0.25, 0.0, 0.75, 0.5, 0.25, 0.0]) {
        assert!((row.observed.expect("what is left") - left).abs() < 1e-12, "{row:?}");
        assert_eq!(row.verdict, if left > 0.0 { Verdict::Resized } else { Verdict::Passed });
    }
    // What has no weight any more has left everything.
    assert!(run.exposure.last().is_none_or(|row| row.time < day(11)));
    assert_eq!(run.regime.last().map(|regime| regime.name()), Some("bear"));
}

const CHECKED: &str = "rebalance = { every = \"100d\", band = 0.5 }\n\
    [checklist]\npass = 2\n[checklist.criteria]\n\
    tvl = { measure = { evidence_growth = { metric = \"tvl\", span = \"2d\" } }, above = 0.1 }\n\
    mood = { measure = { evidence = \"mood\" }, above = 0.0, unknown = \"ignore\" }\n\
    size = { measure = { daily_volume = \"2d\" }, above = 1000.0 }\n\
    [buckets.coins]\nweight = 1.0\nhold = { spot = { narratives = 1, per_narrative = 1 } }\nscore = { momentum = \"1d\" }\nchecklist = true\n";

/// TVL known at 100, then 105 (+5 %), then 120 (+20 % in two days): the third look lets it in.
#[test]
fn a_checklist_lets_in_who_passes_and_says_why_not() {
    let tiny = Tiny::new().spot("AAA", &[10.0; 7]).member("AAA", "ai", 0, None);
    let tiny = tiny.evidence("ai", "tvl", 0, 100.0).evidence("ai", "tvl", 2, 105.0).evidence("ai", "tvl", 4, 120.0);
    let run = replay(tiny, 1_000.0, CHECKED);
    let verdicts: Vec<(i64, Verdict)> = run
        .decisions
        .iter()
        .filter(|row| row.rule() == PlainRule::Checklist.into())
        .map(|row| ((row.time.seconds() - day(0).seconds()) / 86_400, row.verdict))
        .collect();
    // Facts known at midnight count at the close of that instant: 105 of day 2 at the close of day 1.
    assert_eq!(verdicts, [(2, Verdict::Refused), (3, Verdict::Refused), (4, Verdict::Passed)]);
    let tvl: Vec<Option<f64>> =
        run.decisions.iter().filter(|row| row.rule() == Rule::Criterion(CriterionId(0))).map(|row| row.observed).collect();
    crate::tiny::near(tvl[0], 0.05);
    crate::tiny::near(tvl[2], 120.0 / 105.0 - 1.0);
    let mood = run.decisions.iter().find(|row| row.rule() == Rule::Criterion(CriterionId(1))).expect("a row");
    let left_out = ChecklistCause::Criterion { id: CriterionId(1), known: KnownBy::UnknownIgnored };
    assert_eq!((mood.observed, &mood.why, &run.criteria[1]), (None, &Why::Checklist(left_out), &"mood".to_owned()));
    assert_eq!(run.fills[0].time, day(4));
    assert!(run.cautions.iter().any(|caution| caution.to_string().contains("no evidence called `mood`")), "{:?}", run.cautions);
}

const STAGED: &str = "rebalance = { every = \"100d\", band = 0.5 }\n\
    [lifecycle]\ndwell = \"1d\"\ncooling = \"2d\"\n\
    emerge = { span = \"2d\", momentum_above = 0.10, momentum_lost = 0.0, excess_above = -1.0, breadth_above = 0.4 }\n\
    confirm = { span = \"3d\", momentum_above = 0.30, breadth_above = 0.4, breadth_lost = 0.1 }\n\
    [buckets.coins]\nweight = 0.5\nhold = { perp = { narratives = 1, per_narrative = 1, stages = {} } }\nscore = { momentum = \"1d\" }\n\
    review = \"100d\"\nleverage = { open = 2.0, confirmed = 4.0 }\n[buckets.cash]\nweight = 0.5\nhold = \"cash\"\n";

/// Up 21 % in two days: emerging, entered at 2x at the next open although no review is due; when it falls the stage is left, and so is the coin.
#[test]
fn a_coin_is_entered_and_left_with_its_narrative() {
    let coin = [10.0, 10.0, 11.0, 12.1, 12.2, 12.3, 11.0, 9.0, 9.0, 9.0, 9.0];
    let flat = [100.0; 11];
    let run = replay(Tiny::new().spot("BTC", &flat).perp("AAA", &coin).member("AAA", "ai", 0, None), 1_000.0, STAGED);
    let steps: Vec<(i64, &str)> = run
        .rotations
        .iter()
        .filter(|row| row.step.bucket().is_none())
        .map(|row| ((row.time.seconds() - day(0).seconds()) / 86_400, row.step.ends().1))
        .collect();
    assert_eq!(steps[0].1, "emerging", "{steps:?}");
    let step = run.rotations.iter().find(|row| row.step.ends().1 == "emerging").expect("a step");
    assert!(step.threshold == Some(0.10) && step.observed.is_some_and(|value| value > 0.10), "{step:?}");
    let entered = run.fills.iter().find(|fill| fill.reason.name() == "enter").expect("an entry");
    assert_eq!(entered.time, day(steps[0].0), "at the open that follows the step");
    let rung = run.exposure.iter().find(|row| row.quantity > 0.0).expect("held");
    assert!((rung.notional.to_f64() / rung.margin.expect("margin").to_f64() - 2.0).abs() < 0.3, "{rung:?}");
    let left = run.fills.iter().find(|fill| fill.side == Side::Sell).expect("left");
    assert_eq!(left.reason.name(), "stage", "{:?} {steps:?}", run.fills);
    let why = run.decisions.iter().find(|row| row.rule() == ExitRule::Stage.into()).expect("a row");
    assert!(matches!(why.why, Why::Left(ExitCause::Stage(_))) && why.narrative.is_some(), "{why:?}");
}

/// Ten days without headway are enough.
#[test]
fn what_stands_still_is_left() {
    let strategy = "rebalance = { every = \"100d\", band = 0.5 }\n\
        [buckets.coins]\nweight = 1.0\nhold = { spot = { assets = [\"AAA\"] } }\nreview = \"100d\"\ntime_stop = { after = \"5d\", unless = 0.02 }\n";
    let run = replay(Tiny::new().spot("AAA", &[10.0, 10.0, 10.1, 10.1, 10.1, 10.1, 10.1, 10.1, 10.1]), 1_000.0, strategy);
    let left = run.fills.iter().find(|fill| fill.side == Side::Sell).expect("left");
    // Entered at the open of day 1; five days are over at the close of day 5; it leaves at the open of day 6.
    assert_eq!((left.reason.name(), left.time), ("time_stop", day(6)));
    let why = run.decisions.iter().find(|row| row.rule() == ExitRule::TimeStop.into()).expect("a row");
    crate::tiny::near(why.observed.map(|value| (value * 1e9).round() / 1e9), 0.01);
    assert_eq!(why.threshold, Some(0.02));
}

const ADAPTIVE_HEDGE: &str = "rebalance = { every = \"100d\", band = 0.9 }\n\
    classifier = { trend = { average = \"3d\", band = 0.02, hysteresis = 0.0 }, dwell = \"1d\" }\n\
    [adaptive]\nturnover_per_day = 0.05\nbull = { coin = 0.5, hedge = 0.5 }\nbear = { coin = 0.3, hedge = 0.5, cash = 0.2 }\n\
    sideways = { coin = 0.5, hedge = 0.5 }\n[buckets.coin]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\"] } }\nreview = \"100d\"\n\
    [buckets.hedge]\nweight = 0.5\nhold = { hedge = { of = \"coin\", ratio = 0.5 } }\nleverage = { open = 1.0 }\n\
    [buckets.cash]\nweight = 0.0\nhold = \"cash\"\n";

/// A twentieth of a thousand leaves the coin each day on the way to the bear's table: from one step to the next the hedge follows by half of that,
/// however wide its band is.
#[test]
fn a_hedge_follows_each_step_of_a_transition() {
    let btc = [100.0, 100.0, 100.0, 100.0, 80.0, 70.0, 60.0, 50.0, 40.0];
    let run = replay(Tiny::new().spot("BTC", &btc).spot("AAA", &[10.0; 9]).and_perp(&[10.0; 9]), 1_000.0, ADAPTIVE_HEDGE);
    let of = |bucket: &str, reason: &str| {
        let fills = run.fills.iter().filter(|fill| run.buckets[fill.bucket.index()] == bucket && fill.reason.name() == reason);
        fills.map(|fill| ((fill.time.seconds() - day(0).seconds()) / 86_400, (fill.quantity * 1e3).round() / 1e3)).collect::<Vec<_>>()
    };
    // Bear is known at the close of day 4.
    assert_eq!(of("coin", "rebalance"), [(5, 5.0), (6, 5.0), (7, 5.0), (8, 5.0)], "{:?}", run.fills);
    assert_eq!(of("hedge", "hedge"), [(6, 2.5), (7, 2.5), (8, 2.5)], "{:?}", run.fills);
}
