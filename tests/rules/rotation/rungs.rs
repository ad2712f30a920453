//! Leverage that steps up in a bucket that is full: more notional on the margin that is there.

use rotate::replay::run::{Decision, Exposure, Run, Subject, Verdict};
use rotate::units::InstrumentId;

use super::{days, fills, replay, rows};
use crate::tiny::{Tiny, near};

const FLAT: [f64; 11] = [10.0; 11];
/// Two coins that carry the narrative: down until day 5, up until day 8.
const CARRY: [f64; 11] = [20.0, 19.0, 18.0, 17.0, 16.0, 15.0, 20.0, 25.0, 30.0, 12.0, 8.0];

/// Half of a thousand dollars as margin of one perpetual; two coins on spot say when its narrative is confirmed: four days up, and one.
fn half(coin: &[f64], fee: f64, bucket: &str) -> Run {
    let tiny = Tiny::new().spot("BTC", &FLAT).perp("AAA", coin).spot("YYY", &CARRY).spot("ZZZ", &CARRY);
    let mut tiny = ["AAA", "YYY", "ZZZ"].into_iter().fold(tiny, |tiny, name| tiny.member(name, "ai", 0, None));
    tiny.0.costs.perp_taker = fee;
    let rules = format!(
        "[buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ narratives = 1, per_narrative = 1 }} }}\nscore = {{ momentum = \"4d\" }}\n{bucket}\n\
         [buckets.cash]\nweight = 0.5\nhold = \"cash\"\n"
    );
    let (market, run) = replay(tiny, &rules);
    assert!(fills(&market, &run).iter().all(|(_, symbol, _)| symbol == "AAAUSDT"));
    run
}

/// Day, quantity, signed by its side.
fn traded(run: &Run) -> Vec<(i64, f64)> {
    let fills = run.fills.iter().filter(|fill| fill.reason.name() != "end_of_data");
    fills.map(|fill| (days(fill.time), if fill.side == rotate::replay::run::Side::Buy { fill.quantity } else { -fill.quantity })).collect()
}

fn at(run: &Run, day: i64) -> &Exposure {
    run.exposure.iter().find(|row| days(row.time) == day).expect("held")
}

fn dollars(found: rotate::units::Usd, expected: f64) {
    assert!((found.to_f64() - expected).abs() < 1e-4, "{found}, expected {expected}");
}

fn steps(run: &Run) -> Vec<(i64, Option<f64>, Option<f64>)> {
    let of = |row: &&Decision| (days(row.time), row.observed, row.threshold);
    assert!(rows(run, "leverage").iter().all(|row| row.subject == Subject::Instrument(InstrumentId(1)) && row.verdict == Verdict::Resized));
    rows(run, "leverage").iter().map(of).collect()
}

#[test]
fn a_step_up_puts_more_notional_on_the_same_margin() {
    for margin in ["isolated", "cross"] {
        let run = half(&FLAT, 0.0, &format!("leverage = {{ open = 2.0, confirmed = 4.0 }}\nmargin = \"{margin}\""));
        // 500 at 2x are 100 coins at 10; at 4x 200. Down again when the others have fallen below where they were four days ago.
        let found = traded(&run);
        assert_eq!(found.iter().map(|(day, _)| *day).collect::<Vec<_>>(), [5, 7, 10], "{margin}: {found:?}");
        for ((_, quantity), expected) in found.iter().zip([100.0, 100.0, -100.0]) {
            assert!((quantity - expected).abs() < 1e-4, "{margin}: {found:?}");
        }
        assert_eq!(steps(&run), [(7, Some(2.0), Some(4.0)), (10, Some(4.0), Some(2.0))], "{margin}");
        for day in [6, 8] {
            dollars(at(&run, day).margin.expect("margin"), 500.0);
        }
        assert!(run.flows.is_empty() && rows(&run, "affordability").is_empty(), "{margin}: {:?}", rows(&run, "affordability"));
    }
}

#[test]
fn another_ladder_is_another_run() {
    let most = |confirmed: f64| {
        let run = half(&FLAT, 0.0, &format!("leverage = {{ open = 2.0, confirmed = {confirmed:?} }}"));
        run.exposure.iter().map(|row| row.notional.to_f64()).fold(0.0, f64::max)
    };
    for (confirmed, notional) in [(2.0, 1_000.0), (3.0, 1_500.0), (8.0, 4_000.0)] {
        assert!((most(confirmed) - notional).abs() < 1e-3, "{confirmed}: {}", most(confirmed));
    }
}

#[test]
fn a_small_step_is_taken_although_it_is_no_drift() {
    // A quarter more is a fifth less than asked, within the band of a half.
    let run = half(&FLAT, 0.0, "leverage = { open = 4.0, confirmed = 5.0 }");
    assert_eq!(steps(&run)[0], (7, Some(4.0), Some(5.0)));
    near(Some((traded(&run)[1].1 * 1e3).round() / 1e3), 50.0);
}

#[test]
fn the_fee_of_a_step_comes_out_of_the_margin_it_frees() {
    let run = half(&FLAT, 0.001, "leverage = { open = 2.0, confirmed = 4.0 }");
    // With a fee of a thousandth 500 carry 1,000 / 1.002 at 2x, which leaves no cash; what is then there, 499.002, carries four times that / 1.004.
    let first = 1_000.0 / 1.002;
    let worth = 500.0 - first * 0.001;
    let second = 4.0 * worth / 1.004;
    let found = traded(&run);
    assert!((found[0].1 * 10.0 - first).abs() < 1e-3, "{found:?}");
    assert!((found[1].1 * 10.0 - (second - first)).abs() < 1e-3, "{found:?}");
    // The fee has left the wallet, and what stays is what the leverage asks, at least.
    let wallet = at(&run, 8).margin.expect("margin");
    dollars(wallet, worth - (second - first) * 0.001);
    assert!(wallet.to_f64() >= second / 4.0);
    // The ring fence: cash of the other bucket is what it was.
    let buckets = run.buckets.len();
    assert!(run.bucket_values.chunks(buckets).all(|row| (row[1].to_f64() - 500.0).abs() < 1e-6));
}

#[test]
fn profit_that_is_not_realised_backs_no_step() {
    // Up a fifth after the entry: the bucket is worth 700 and 2,800 at 4x are asked; the wallet of 500 carries 2,000 by entry prices, of which
    // 1,000 are there.
    let mut up = FLAT;
    up[6..].fill(12.0);
    let run = half(&up, 0.0, "leverage = { open = 2.0, confirmed = 4.0 }");
    near(Some((traded(&run)[1].1 * 1e3).round() / 1e3), (1_000_000.0_f64 / 12.0).round() / 1e3);
    dollars(at(&run, 8).margin.expect("margin"), 500.0);
    assert_eq!(rows(&run, "affordability")[0].verdict, Verdict::Resized);
}

#[test]
fn a_loss_that_is_not_realised_frees_no_margin() {
    // Down a tenth: 100 of 500 are gone. 400 carry 1,600 at 4x, of which 900 are there: 700 more, and not 1,100.
    let mut down = FLAT;
    down[6..].fill(9.0);
    let run = half(&down, 0.0, "leverage = { open = 2.0, confirmed = 4.0 }");
    near(Some((traded(&run)[1].1 * 9.0 * 1e2).round() / 1e2), 700.0);
    dollars(at(&run, 8).notional, 1_600.0);
}
