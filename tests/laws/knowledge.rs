//! What comes after a bar changes nothing before it, and threads change nothing at all.

use proptest::prelude::*;

use rotate::batch::{Arena, with_jobs};
use rotate::market::{FactKind, Market, MarketParts, freeze};
use rotate::replay::run::{Rotation, Run};
use rotate::strategy::{Decision, Strategy as Rules};
use rotate::units::Time;

use crate::random_market::{MarketSpec, markets};
use crate::random_strategy::strategies;
use crate::{capital, cases, replay};

const END: &str = "end of data";
/// What is decided at a close. Other gates are passed at the next open, which is the same instant.
const OF_THE_CLOSE: [&str; 9] =
    ["enter", "cooldown", "crowded", "subsidy_ended", "volume_share_fell", "score_lost", "select", "futures", "leverage"];

/// All that a run says of the time before bar `last`, and of bar `last` itself what was not caused by the end of the data.
///
/// Where no run `ends` in that bar, its row counts too, and what was decided at its close: the first decision the future could have touched.
fn story(run: &Run, last: usize, ends: bool) -> Vec<(&'static str, String)> {
    let close = run.clock.close(last);
    let buckets = run.buckets.len();
    let before = |time: Time| time < close;
    let fills: Vec<_> = run.fills.iter().filter(|fill| before(fill.time) && fill.reason != END).collect();
    let trades: Vec<_> = run.trades.iter().filter(|trade| before(trade.closed) && trade.exit_reason != END).collect();
    let funding: Vec<_> = run.funding.iter().filter(|payment| before(payment.time)).collect();
    let liquidations: Vec<_> = run.liquidations.iter().filter(|liquidation| before(liquidation.time)).collect();
    let yields: Vec<_> = run.yields.iter().filter(|earned| before(earned.time)).collect();
    let flows: Vec<_> = run.flows.iter().filter(|flow| before(flow.time)).collect();
    let at_close = |time: Time| before(time) || !ends && time == close;
    let decided = |decision: &&Decision| before(decision.time) || at_close(decision.time) && OF_THE_CLOSE.contains(&decision.rule.as_str());
    let decisions: Vec<_> = run.decisions.iter().filter(decided).collect();
    // A narrative's own step is taken at a close, that of a bucket is a fill.
    let filled = |row: &Rotation| [&row.from_stage, &row.to_stage].contains(&&"held".to_owned());
    let took_place = |row: &&Rotation| if filled(row) { before(row.time) && !row.cause.ends_with(END) } else { at_close(row.time) };
    let rotations: Vec<_> = run.rotations.iter().filter(took_place).collect();
    let rows = if ends { last } else { last + 1 };
    vec![
        ("fills", format!("{fills:#?}")),
        ("funding", format!("{funding:#?}")),
        ("liquidations", format!("{liquidations:#?}")),
        ("yields", format!("{yields:#?}")),
        ("flows", format!("{flows:#?}")),
        ("decisions", format!("{decisions:#?}")),
        ("rotations", format!("{rotations:#?}")),
        ("trades", format!("{trades:#?}")),
        ("equity", format!("{:?}", &run.equity[..rows])),
        ("buckets", format!("{:?}", &run.bucket_values[..rows * buckets])),
        ("benchmark", format!("{:?}", &run.benchmark[..rows])),
        ("exposure", format!("{:?} {:?}", &run.gross_exposure[..rows], &run.net_exposure[..rows])),
        ("margin", format!("{:?}", &run.margin_used[..rows])),
        ("regime", format!("{:?}", &run.regime[..rows])),
    ]
}

pub fn same(left: &Run, right: &Run, last: usize, ends: bool) -> Result<(), TestCaseError> {
    for ((what, left), (_, right)) in story(left, last, ends).iter().zip(&story(right, last, ends)) {
        if left != right {
            let apart = left.lines().zip(right.lines()).position(|(a, b)| a != b).unwrap_or(0);
            let around = |text: &str| text.lines().skip(apart.saturating_sub(12)).take(24).collect::<Vec<_>>().join("\n");
            return Err(TestCaseError::fail(format!("{what} differ:\n{}\n---\n{}", around(left), around(right))));
        }
    }
    Ok(())
}

pub fn cut(spec: &MarketSpec, to: Time) -> Market {
    let mut parts = spec.parts();
    parts.to = Some(to);
    freeze(parts).expect("a market cut is a market")
}

/// Everything from `from` on is another thing, some of it is gone. What was known at `from` stays.
pub fn scramble(parts: &mut MarketParts, from: Time, seed: u64) {
    *parts = parts.scrambled_after(from, seed, &FactKind::ALL);
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn cutting_the_future_off_changes_nothing_before(spec in markets(), strategy in strategies(), at in 0.0..1.0_f64) {
        let (market, strategy) = (spec.market(), strategy.rules());
        let last = (at * market.clock.bars as f64) as usize;
        let whole = replay(&market, &strategy);
        let run = replay(&cut(&spec, market.clock.close(last)), &strategy);
        prop_assert_eq!(run.clock.bars, last + 1);
        same(&whole, &run, last, true)?;
    }

    #[test]
    fn scrambling_the_future_changes_nothing_before(spec in markets(), strategy in strategies(), at in 0.0..1.0_f64, seed in any::<u64>()) {
        let (market, strategy) = (spec.market(), strategy.rules());
        let last = (at * market.clock.bars as f64) as usize;
        let mut parts = spec.parts();
        scramble(&mut parts, market.clock.close(last), seed);
        let scrambled = freeze(parts).expect("a scrambled market is a market");
        // Its data may end before the cut, when nothing but gone bars would have followed.
        let shorter = market.clock.bars.min(scrambled.clock.bars);
        let last = last.min(shorter - 1);
        same(&replay(&market, &strategy), &replay(&scrambled, &strategy), last, last + 1 == shorter)?;
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn threads_change_nothing(market in markets(), strategies in prop::collection::vec(strategies(), 2..7)) {
        let market = market.market();
        let strategies: Vec<Rules> = strategies.iter().map(crate::random_strategy::StrategySpec::rules).collect();
        let all = |jobs| with_jobs(Some(jobs), || Arena::new(&market).replay_all(&strategies, capital(), || {})).expect("threads");
        let one = all(1);
        prop_assert_eq!(format!("{:?}", one), format!("{:?}", all(4)));
        // In input order, each as if it were alone.
        for (run, strategy) in one.iter().zip(&strategies) {
            prop_assert_eq!(format!("{run:?}"), format!("{:?}", replay(&market, strategy)));
        }
    }
}
