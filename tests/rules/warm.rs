//! What came before the window is looked back on: signals, ages and regimes are warm in its first bar, and nothing is done, paid or told before it.

use rotate::batch::Arena;
use rotate::market::{Kind, Market, RawSettlement, freeze};
use rotate::replay::run::{Regime, Run};
use rotate::signal::History;
use rotate::signal::survivors::Survival;
use rotate::units::{InstrumentId, Span, Time};

use crate::small::{Small, near, rows, strategy, time, usd};

const NONE: f64 = f64::NAN;

/// `bars` closes that grow by a hundredth a day.
fn growing(bars: i32) -> Vec<f64> {
    (0..bars).map(|t| 10.0 * 1.01_f64.powi(t)).collect()
}

/// Sixty days from 2024-01-01: OLD from the first of them, YOUNG from the 44th (2024-02-13) on.
fn old_and_young() -> Small {
    let young: Vec<f64> = (0..60).map(|t| if t < 43 { NONE } else { 5.0 }).collect();
    Small::new("2024-01-01", 24).coin("OLD", Kind::Spot, &growing(60), 1e6).coin("YOUNG", Kind::Spot, &young, 1e6)
}

fn bucket(hold: &str, more: &str) -> String {
    format!(
        "rebalance = {{ every = \"365d\", band = 0.9 }}\n[buckets.coins]\nweight = 0.5\nhold = {{ spot = {{ {hold} }} }}\nreview = \"365d\"\n{more}\n\
         [buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
    )
}

fn entered(market: &Market, run: &Run) -> Vec<(String, Time)> {
    let fills = run.fills.iter().filter(|fill| fill.reason == "enter");
    fills.map(|fill| (market.instrument(fill.instrument).symbol.clone(), fill.time)).collect()
}

#[test]
fn a_coin_is_as_old_as_the_data_say_wherever_the_window_begins() {
    let the_day_after = time("2024-02-21");
    // On the 20th YOUNG is eight days old.
    for (gate, name) in [("min_age", "OLDUSDT"), ("max_age", "YOUNGUSDT")] {
        let (market, run) = old_and_young().from("2024-02-20").run(&bucket(&format!("{gate} = \"30d\""), ""), 1_000.0);
        assert_eq!(entered(&market, &run), [(name.to_owned(), the_day_after)], "{gate}");
    }
    let market = old_and_young().from("2024-02-20").market();
    let history = History::at_close(&market, market.first);
    assert_eq!([0, 1].map(|id| history.age_in_bars(InstrumentId(id))), [Some(51), Some(8)]);
}

#[test]
fn a_score_of_thirty_days_is_known_in_the_first_bar_of_the_window() {
    let rules = bucket("count = 1", "score = { momentum = \"30d\" }\nenter_above = 0.0");
    let (market, run) = old_and_young().from("2024-02-20").run(&rules, 1_000.0);
    assert_eq!(entered(&market, &run), [("OLDUSDT".to_owned(), time("2024-02-21"))]);
    near(rows(&run, "enter")[0].value.expect("a score"), 1.01_f64.powi(30) - 1.0);
}

#[test]
fn the_regime_is_known_in_the_first_bar_of_the_window() {
    let (_, run) =
        Small::new("2024-01-01", 24).coin("OLD", Kind::Spot, &growing(130), 1e6).from("2024-05-01").run(&bucket("", ""), 1_000.0);
    assert_eq!(run.regime, [Regime::Bull; 9]);
    assert!(
        run.attribution.by_regime.iter().all(|(regime, amount)| regime == "bull" || *amount == usd(0.0)),
        "{:?}",
        run.attribution.by_regime
    );
}

#[test]
fn nothing_is_told_of_what_came_before_the_window() {
    let (market, run) = old_and_young().from("2024-02-20").run(&bucket("", ""), 1_000.0);
    let start = time("2024-02-20");
    assert_eq!((market.first, market.clock.bars, market.clock.start), (50, 60, time("2024-01-01")));
    assert_eq!((run.clock, run.clock.start, run.equity.len(), run.benchmark.len(), run.regime.len()), (market.window(), start, 10, 10, 10));
    assert!(run.fills.iter().all(|fill| fill.time > start) && run.decisions.iter().all(|row| row.time > start));
    // The first decision is made at the close of the first bar, the first order filled at the next open.
    assert_eq!((run.decisions[0].time, run.fills[0].time), (time("2024-02-21"), time("2024-02-21")));
    assert_eq!(run.equity[0], usd(1_000.0));
    // The coin is bought at the first close of the window, not of the data.
    assert_eq!(run.benchmark[0], usd(1_000.0));
    near(run.benchmark[9].to_f64(), (1_000.0 * 1.01_f64.powi(9) * 1e6).round() / 1e6);
    assert!(run.attribution.by_month.iter().all(|(month, _)| month == "2024-02"), "{:?}", run.attribution.by_month);
}

/// Prices that stand still until the window begins ask for nothing, so that both runs come into it with the same book: all of it cash.
#[test]
fn the_window_of_a_run_is_the_run_from_there_on() {
    let moving = |t: i32| 10.0 + 0.3 * f64::from((t * 7) % 11) * f64::from(u8::from(t >= 50));
    let closes: Vec<f64> = (0..90).map(moving).collect();
    let rules = bucket("", "score = { momentum = \"20d\" }\nenter_above = 0.0\nexit_score = { below = 0.0 }")
        .replace("365d\"\nscore", "1d\"\nscore");
    let run = |from: &str| Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &closes, 1e6).from(from).run(&rules, 1_000.0).1;
    let (whole, part) = (run("2024-01-01"), run("2024-02-15"));
    assert!(whole.fills.len() > 4, "next to nothing was traded");
    assert_eq!(format!("{:?}", whole.fills), format!("{:?}", part.fills));
    assert_eq!(whole.equity[45..], part.equity);
    assert_eq!(whole.trades.len(), part.trades.len());
}

/// A perpetual of forty days whose settlements are there from the twentieth on alone.
fn half_settled(from: &str, missing_rate_8h: Option<f64>) -> Result<Market, rotate::fault::Fault> {
    let mut parts = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[10.0; 40], 1e6).from(from).parts();
    parts.missing_rate_8h = missing_rate_8h;
    let settled = (20 * 3..40 * 3).map(|k| parts.series[0].bars[0].time.plus(k * 8 * 3_600));
    parts.series[0].settlements = settled.map(|time| RawSettlement { time, rate: 0.000_1, interval_hours: Some(8.0) }).collect();
    freeze(parts)
}

#[test]
fn what_nobody_pays_need_not_have_been_seen() {
    assert!(half_settled("2024-01-20", None).is_err(), "its first day has no settlement");
    let market = half_settled("2024-01-21", None).expect("every settlement of the window is there");
    assert_eq!(market.funding.by_instrument[0].len(), 60);
    // With a constant the hole is filled where somebody may pay: three settlements of the 20th, and no earlier one.
    let market = half_settled("2024-01-20", Some(0.000_1)).expect("holes are filled");
    let assumed: Vec<Time> = market.funding.by_instrument[0].iter().filter(|s| s.assumed).map(|s| s.time).collect();
    assert_eq!(assumed, [0, 8, 16].map(|hour| time("2024-01-20").plus(hour * 3_600)));
    assert!(
        market.cautions.iter().any(|caution| caution.contains("5 % of its life (3 settlements, 2024-01-20 to 2024-01-20)")),
        "{:?}",
        market.cautions
    );
    assert!(
        half_settled("2024-01-21", Some(0.000_1)).expect("no hole").cautions.iter().all(|caution| !caution.contains("no funding history"))
    );
}

#[test]
fn audits_and_cautions_speak_of_the_window() {
    // DEAD ends on the 10th, GONE on the 30th; HOLE misses a day before the window and one in it.
    let to = |end: i32| (0..60).map(|t| if t < end { 10.0 } else { NONE }).collect::<Vec<_>>();
    let hole: Vec<f64> = growing(60).into_iter().zip(0..).map(|(close, t)| if t == 5 || t == 45 { NONE } else { close }).collect();
    let market = |from: &str| {
        let market = Small::new("2024-01-01", 24).coin("DEAD", Kind::Spot, &to(10), 1e6).coin("GONE", Kind::Spot, &to(30), 1e6);
        market.coin("HOLE", Kind::Spot, &hole, 1e6).from(from).market()
    };
    let (whole, part) = (market("2024-01-01"), market("2024-01-21"));
    let (all, audit) = (Survival::of(&whole), Survival::of(&part));
    assert_eq!((all.listings, all.deaths.len(), audit.listings, audit.deaths.len()), (3, 2, 2, 1));
    near(audit.survivors_only.expect("HOLE"), 1.01_f64.powi(39) - 1.0);
    let told = part.cautions.join("\n");
    assert!(
        told.contains("no bar inside the clock, never tradable: DEADUSDT spot\n") || told.ends_with("never tradable: DEADUSDT spot"),
        "{told}"
    );
    assert!(told.contains("HOLEUSDT spot 1 (longest 1 bar from 2024-02-15T00:00:00Z)"), "{told}");
    assert!(told.contains("treated as delisted (a holder is forced out): GONEUSDT spot 2024-01-30"), "{told}");
}

/// What a replay stops at is counted in bars of the window, so that the tester for look-ahead and a study cut where they say.
#[test]
fn a_replay_is_stopped_by_bars_of_the_window() {
    let market = old_and_young().from("2024-02-20").market();
    let strategy = strategy(&bucket("", ""));
    let arena = Arena::new(&market);
    let (whole, standing) = (arena.replay(&strategy, usd(1_000.0)), arena.replay_to(&strategy, usd(1_000.0), 3));
    assert_eq!(standing.run.equity, whole.equity[..3]);
    assert_eq!(whole.clock.bar, Span::DAY);
}
