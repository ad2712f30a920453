//! What comes after a bar changes nothing before it, and threads change nothing at all.

use proptest::prelude::*;

use rotate::batch::{Arena, with_jobs};
use rotate::market::{Bar, CapFact, MarkBar, Market, MarketParts, freeze};
use rotate::replay::run::Run;
use rotate::strategy::{Decision, Strategy as Rules};
use rotate::units::Time;

use crate::chance::Chance;
use crate::random_market::{MarketSpec, markets};
use crate::random_strategy::strategies;
use crate::{capital, cases, replay};

const END: &str = "end of data";
/// What is decided at a close. Other gates are passed at the next open, which is the same instant.
const OF_THE_CLOSE: [&str; 6] = ["enter", "cooldown", "crowded", "score_lost", "select", "futures"];

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
    let rotations: Vec<_> = run.rotations.iter().filter(|rotation| at_close(rotation.time)).collect();
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

fn same(left: &Run, right: &Run, last: usize, ends: bool) -> Result<(), TestCaseError> {
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

/// Every price and rate from `from` on is another one, some are gone; so is every fact that is known only later. What was known at `from` stays.
pub fn scramble(parts: &mut MarketParts, from: Time, seed: u64) {
    let mut chance = Chance::new(seed);
    let gone = if chance.happens(0.3) { 0.7 } else { 0.1 };
    for part in &mut parts.series {
        let mut level = 1.0;
        part.bars.retain(|bar| bar.time < from || !chance.happens(gone));
        for bar in part.bars.iter_mut().filter(|bar| bar.time >= from) {
            level *= chance.between(0.7, 1.4);
            let Bar { time, open, high, low, close, volume } = *bar;
            *bar = Bar { time, open: open * level, high: high * level, low: low * level, close: close * level, volume: volume * level };
        }
        let level = chance.between(0.5, 2.0);
        for mark in part.marks.iter_mut().filter(|mark| mark.time >= from) {
            let MarkBar { time, open, high, low, close } = *mark;
            *mark = MarkBar { time, open: open * level, high: high * level, low: low * level, close: close * level };
        }
        for settlement in part.settlements.iter_mut().filter(|settlement| settlement.time >= from) {
            settlement.rate = chance.between(-0.01, 0.01);
        }
        if parts.missing_rate_8h.is_some() {
            part.settlements.retain(|settlement| settlement.time < from || !chance.happens(gone));
        }
        part.fine_marks.retain(|(time, _)| *time < from);
    }
    for facts in &mut parts.caps {
        facts.retain(|fact| fact.known_at <= from);
        facts.push(CapFact { known_at: from.plus(1), cap_usd: chance.between(1e6, 1e12), rank: Some(1 + chance.below(400) as u32) });
    }
    for tables in &mut parts.tiers {
        tables.retain(|table| table.since <= from);
    }
    for fact in parts.evidence.iter_mut().filter(|fact| fact.known_at > from) {
        fact.value = chance.between(0.0, 1e9);
    }
    parts.memberships.retain(|member| member.since <= from);
    for member in &mut parts.memberships {
        if member.until.is_none_or(|until| until > from) {
            member.until = chance.happens(0.5).then_some(from.plus(1));
        }
    }
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
