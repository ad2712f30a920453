//! What comes to more than books can hold ends the run there, with a reason, and every number before it is right. Two trillion dollars are the most.

use std::path::Path;

use rotate::batch::Arena;
use rotate::market::Kind;
use rotate::metrics::Metrics;
use rotate::replay::run::{Beyond, Excess, Run};
use rotate::strategy::{Strategy, StrategyFile};
use rotate::stress::{Half, Stress, Tested};
use rotate::tune::{FinalWindow, Journal, Request, study};
use rotate::units::Usd;

use crate::small::{Small, near, rows, time, usd};

/// All of the capital in one coin from the second day on.
const HOLD: &str = "rebalance = { every = \"3650d\", band = 0.9 }\n[buckets.coins]\nweight = 1.0\nhold = { spot = { assets = [\"AAA\"] } }\nreview = \"3650d\"\n";
const AMPLE: f64 = 1e18;

/// Seven times as much a day: in the end seventy thousand times and more, 117,649.
const RISING: [f64; 8] = [1.0, 1.0, 7.0, 49.0, 343.0, 2_401.0, 16_807.0, 117_649.0];

/// A benchmark that stands still, and beside it a coin of which everything can be had.
fn market(kind: Kind, closes: &[f64]) -> Small {
    Small::new("2024-01-01", 24).coin("BTC", Kind::Spot, &vec![100.0; closes.len()], AMPLE).coin("AAA", kind, closes, AMPLE)
}

fn is_told(run: &Run, what: &str) {
    let said = run.cautions[0].to_string();
    assert!(said.starts_with("the run ends at 2024-01-07T00:00:00Z, beyond what the books can hold") && said.contains(what), "{said}");
    assert!(said.contains("no sum may be more than $2,000,000,000,000.00"), "{said}");
}

#[test]
fn a_coin_that_rises_seventy_thousandfold_ends_the_run_and_not_the_books() {
    let (_, run) = market(Kind::Spot, &RISING).run(HOLD, 200e6);
    // 200 million times 16,807 would be 3.36 trillion, at the seventh close; at the sixth they are 480.2 billion.
    let stop = run.stopped.expect("it ends");
    let Beyond::Books(Excess::Held(amount)) = stop.why else { panic!("{stop:?}") };
    near(amount, 200e6 * 16_807.0);
    assert_eq!((stop.bars, run.clock.bars, run.equity.len(), run.benchmark.len(), run.regime.len()), (6, 6, 6, 6, 6));
    assert!((run.final_equity().to_f64() - 200e6 * 2_401.0).abs() < 0.1, "{}", run.final_equity());
    is_told(&run, "what is held or owed would have come to $3,361,399,999,999.93");
    let gain = run.final_equity() - run.capital;
    assert_eq!(run.attribution.by_bucket, [("coins".to_owned(), gain)]);
    assert_eq!(run.attribution.by_source.total(), gain);
    near(Metrics::of(&run).returns.total_return.expect("a gain"), 2_400.0);
    assert!(run.trades.is_empty() && rows(&run, "enter").len() == 1);
}

#[test]
fn below_the_bound_nothing_ends() {
    let (_, run) = market(Kind::Spot, &RISING).run(HOLD, 10e6);
    assert_eq!((run.stopped, run.equity.len()), (None, 8));
    assert!((run.final_equity().to_f64() - 10e6 * 117_649.0).abs() < 1.0, "{}", run.final_equity());
}

/// In one bar from one dollar to nine thousand, nearly as far as the door lets it, with all that a run may start with.
#[test]
fn a_leap_inside_one_bar_ends_it_too() {
    let (_, run) = market(Kind::Spot, &[1.0, 1.0, 1.0, 9_000.0, 9_000.0]).run(HOLD, 1e9);
    let stop = run.stopped.expect("it ends");
    assert!(matches!(stop.why, Beyond::Books(Excess::Held(amount)) if (amount / 9e12 - 1.0).abs() < 1e-9), "{stop:?}");
    assert!(stop.bars == 3 && (run.final_equity() - usd(1e9)).abs() < usd(0.01), "{stop:?} {}", run.final_equity());
}

#[test]
fn a_benchmark_beyond_the_books_ends_what_is_measured_against_it() {
    let cash = "rebalance = { every = \"3650d\" }\n[buckets.stable]\nweight = 1.0\nhold = \"cash\"\n";
    let (_, run) = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &RISING, AMPLE).run(cash, 200e6);
    let stop = run.stopped.expect("it ends");
    assert_eq!((stop.bars, stop.why), (6, Beyond::Benchmark(200e6 * 16_807.0)));
    assert_eq!((run.equity.clone(), run.benchmark[5]), (vec![usd(200e6); 6], usd(200e6 * 2_401.0)));
    is_told(&run, "what the capital became in the benchmark");
}

/// Each short loses its margin, half of the bucket, and no more, whatever the coin does afterwards: alone and in a pool.
#[test]
fn shorts_of_such_a_coin_lose_their_margin_and_no_more() {
    for (margin, left) in [("", 0.75), ("margin = \"cross\"\n", 0.5)] {
        let rules = format!(
            "rebalance = {{ every = \"3650d\", band = 0.9 }}\n[buckets.shorts]\nweight = 0.5\nhold = {{ perp = {{ assets = [\"AAA\"] }} }}\n\
             weigh = {{ fixed = {{ AAA = 0.5 }} }}\ndirection = \"short\"\nleverage = {{ open = 1.0 }}\nreview = \"3650d\"\n{margin}\
             [buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
        );
        let (_, run) = market(Kind::Perp, &RISING).run(&rules, 900e6);
        assert_eq!((run.stopped, run.liquidations.len()), (None, 1), "{margin}");
        assert!((run.final_equity().to_f64() - left * 900e6).abs() < 1e-3, "{margin}{}", run.final_equity());
    }
}

/// A billion bought on every day that rose and sold on every one that fell: after a thousand of them two trillion have changed hands.
#[test]
fn what_was_traded_over_the_years_is_a_sum_too() {
    let rules = "rebalance = { every = \"3650d\", band = 0.9 }\n[buckets.coins]\nweight = 1.0\nhold = { spot = { assets = [\"AAA\"] } }\n\
        score = { momentum = \"1d\" }\nenter_above = 0.0\nexit_score = { below = 0.0 }\ncooldown = \"1d\"\n";
    let closes: Vec<f64> = (0..5_000).map(|t| [100.0, 100.000_1, 100.000_1, 100.0][t % 4]).collect();
    let (_, run) = market(Kind::Spot, &closes).run(rules, 1e9);
    let stop = run.stopped.expect("it ends");
    let Beyond::Books(Excess::Moved(amount)) = stop.why else { panic!("{stop:?}") };
    let traded: f64 = run.fills.iter().map(|fill| fill.notional.to_f64()).sum();
    assert!(traded <= Usd::MOST.to_f64() && amount > Usd::MOST.to_f64(), "{traded} and {amount}");
    assert!(run.fills.len() > 1_900 && run.equity.len() == stop.bars, "{} fills in {} bars", run.fills.len(), stop.bars);
}

fn strategy(rules: &str) -> StrategyFile {
    let text = format!(
        "name = \"hold\"\nabout = \"x\"\nregime = \"any\"\nassumptions = {{ impact = 0.0, bar_participation = 1.0, day_participation = 1.0 }}\n{rules}"
    );
    StrategyFile::parse(Path::new("hold.toml"), text).unwrap_or_else(|fault| panic!("{fault}"))
}

/// One million, three and ten become a trillion at most; thirty are too much for the books. What is not known is not made up.
#[test]
fn capacity_goes_as_far_as_the_books() {
    let market = market(Kind::Spot, &RISING).market();
    let (arena, hold): (_, Strategy) = (Arena::new(&market), strategy(HOLD).strategy);
    let run = arena.replay(&hold, usd(1e6));
    let capacity = Stress::of(&arena, &hold, &run, &Metrics::of(&run), &[], Tested { ladder: true, shocks: false })
        .ladder
        .expect("it was asked for")
        .capacity;
    let kept: Vec<(f64, Option<f64>)> = capacity.carried.iter().map(|row| (row.capital.to_f64(), row.return_kept)).collect();
    assert_eq!(kept.iter().map(|(capital, _)| *capital).collect::<Vec<_>>(), [1e6, 3e6, 10e6, 30e6, 100e6, 300e6, 1e9]);
    assert!(kept[..3].iter().all(|(_, kept)| kept.is_some_and(|kept| (kept - 1.0).abs() < 1e-6)), "{kept:?}");
    assert!(kept[3..].iter().all(|(_, kept)| kept.is_none()), "{kept:?}");
    assert!(
        matches!(capacity.total_return, Half::NeverLost { capital, .. } if (capital - 10e6).abs() < 1.0),
        "{:?}",
        capacity.total_return
    );
    // The own run is too much already, and three times as much on the same day: they compare as far as they go, and ten times as much ends sooner.
    let run = arena.replay(&hold, usd(200e6));
    let ladder =
        Stress::of(&arena, &hold, &run, &Metrics::of(&run), &[], Tested { ladder: true, shocks: false }).ladder.expect("it was asked for");
    assert!(
        matches!(ladder.capacity.total_return, Half::NeverLost { capital: 600e6, left } if (left - 1.0).abs() < 1e-6),
        "{:?}",
        ladder.capacity
    );
}

/// What ended before its time comes last in a study, with no metric: more of it was never told.
#[test]
fn a_trial_that_ends_is_not_the_best() {
    let rules = "rebalance = { every = \"3650d\", band = 0.9 }\n[buckets.coins]\nweight = 1.0\nhold = { spot = { assets = [\"AAA\"] } }\n\
        score = { momentum = \"1d\" }\nenter_above = 0.0\n[tune]\nby = \"total_return\"\nout_of_sample = 0.3\nfinal = 0.0\nkeys = { \"buckets.coins.enter_above\" = [-1.0, 100.0] }\n";
    let market = market(Kind::Spot, &[RISING.as_slice(), &[117_649.0; 12]].concat()).market();
    let file = strategy(rules);
    let request = Request { file: &file, capital: usd(200e6), final_window: FinalWindow::Keep, also: &[] };
    let mut journal = Journal::nowhere(serde_json::json!({}));
    let study = study(&Arena::new(&market), &request, &mut journal, &()).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(study.ranking, [1, 0]);
    let [ended, whole] = [0, 1].map(|at| (study.trials[at].metric("total_return", false), study.trials[at].metric("total_return", true)));
    assert_eq!((ended, whole), ((None, None), (Some(0.0), Some(0.0))));
}

#[test]
fn the_time_of_the_end_is_that_of_the_last_row() {
    let (_, run) = market(Kind::Spot, &RISING).run(HOLD, 200e6);
    assert_eq!(run.clock.open(run.equity.len()), time("2024-01-07"));
}
