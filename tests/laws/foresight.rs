//! No signal looks ahead: what each says at the close of a bar is the same on a market cut there, and on one in which everything later is
//! another one. Nor does where a window begins, or what is assumed of funding, change any. Compared to the last bit.

use proptest::prelude::*;

use rotate::market::{Market, MarketParts, Subject, VenueKind, freeze};
use rotate::signal::evidence::EvidenceBook;
use rotate::signal::lifecycle::{Confirm, Crowd, Emerge, Exhaust, LifeCycleRule, Media, Stages, VolumeShare};
use rotate::signal::narrative::{NarrativeBook, Weighting};
use rotate::signal::regime::{Breadth, Combine, Dominance, Drawdown, FundingLevel, RegimeRule, Regimes, Trend, Volatility};
use rotate::signal::universe::{Gates, refusal};
use rotate::signal::{History, decouple, funding, indicator};
use rotate::units::Span;

use crate::cases;
use crate::knowledge::{cut, scramble};
use crate::random_market::markets;

/// Spans of a few bars, for markets of a few dozen.
struct Spans {
    bar: Span,
}

impl Spans {
    fn bars(&self, count: i64) -> Span {
        Span::from_seconds(self.bar.seconds() * count)
    }

    fn life_cycle(&self) -> LifeCycleRule {
        let volume_share = Some(VolumeShare { span: self.bars(2), longer: self.bars(6), rises: -0.5 });
        let media = Some(Media { metric: "tvl".to_owned(), past: self.bars(50), z_above: 1.0, z_back: 0.0 });
        LifeCycleRule {
            dwell: self.bars(1),
            emerge: Emerge {
                span: self.bars(3),
                momentum_above: 0.0,
                momentum_lost: -0.05,
                excess_above: -0.5,
                breadth_above: 0.3,
                volume_share,
                evidence: None,
            },
            confirm: Confirm { span: self.bars(5), momentum_above: 0.01, breadth_above: 0.4, breadth_lost: 0.2 },
            crowd: Crowd { settlements: 2, funding_8h_above: 0.000_1, funding_8h_back: 0.0, media },
            exhaust: Exhaust { settlements: 2, funding_8h_above: 0.000_2, stall: self.bars(2), lasts: self.bars(2), ..Exhaust::default() },
            cooling: self.bars(2),
        }
    }

    fn regime(&self) -> RegimeRule {
        RegimeRule {
            trend: Some(Trend { average: self.bars(8), band: 0.01, hysteresis: 0.005 }),
            drawdown: Some(Drawdown { high: self.bars(10), bear: -0.05, bull: -0.02 }),
            breadth: Some(Breadth { average: self.bars(5), rank: Some([1, 250]), min_coins: 1, ..Breadth::default() }),
            volatility: Some(Volatility { span: self.bars(4), past: self.bars(9), ..Volatility::default() }),
            funding: Some(FundingLevel { assets: vec!["BTC".to_owned(), "C1".to_owned()], settlements: 3, ..FundingLevel::default() }),
            dominance: Some(Dominance { span: self.bars(4), ..Dominance::default() }),
            combine: Combine::Majority,
            every: self.bar,
            dwell: self.bars(2),
        }
    }
}

/// Everything the room says at the closes up to `last`, in words: a float is printed so that no two bits are alike.
fn said(market: &Market, last: usize) -> Vec<String> {
    let spans = Spans { bar: market.clock.bar };
    let equal = NarrativeBook::of(market, Weighting::Equal);
    let capped = NarrativeBook::of(market, Weighting::Cap);
    let evidence = EvidenceBook::of(market);
    let stages = Stages::of(market, &equal, &evidence, &spans.life_cycle(), market.clock.bar);
    let regimes = Regimes::of(market, &spans.regime());
    let ranges = indicator::TrueRanges::of(market, spans.bars(4));
    let mut lines = Vec::new();
    for t in 0..=last {
        let history = History::at_close(market, t);
        lines.push(format!("{t} regime {:?} {:?}", regimes.at(&history), regimes.switched_at(&history)));
        for narrative in history.directory().narratives() {
            let stage = (stages.stage(&history, narrative), stages.since(&history, narrative));
            lines.push(format!("{t} {narrative:?} stage {stage:?} {:?}", stages.taken_at(&history).collect::<Vec<_>>()));
            for view in [equal.at(&history), capped.at(&history)] {
                let (short, long) = (spans.bars(3), spans.bars(11));
                let index = (view.index(narrative), view.counted(narrative), view.indices(narrative).len());
                let moves = (view.momentum(narrative, short), view.against_benchmark(narrative, short), view.drawdown(narrative));
                let share = (view.volume_share(narrative, short), view.volume_share_change(narrative, short, long));
                let rest = (view.funding_8h(narrative, 2), view.correlation(narrative, long), view.breadth_change(narrative, short, short));
                lines.push(format!("{t} {narrative:?} {index:?} {moves:?} {share:?} {rest:?}"));
            }
        }
        lines.extend(history.directory().assets().map(|asset| {
            let view = evidence.at(&history);
            let growth =
                view.subject_for(asset, "tvl").map(|subject| (view.latest(subject, "tvl"), view.growth(subject, "tvl", spans.bars(5))));
            let known = view.known(Subject::Asset(asset), "tvl").len();
            let ids = [history.directory().spot(asset), history.directory().perp(asset)].into_iter().flatten();
            let gates = Gates {
                rank: Some([5, 250]),
                min_age: Some(spans.bars(2)),
                max_age: Some(spans.bars(30)),
                venues: Some(vec![VenueKind::Cex]),
                min_daily_volume: Some(1_000.0),
                ..Gates::default()
            };
            let of = ids.map(|id| {
                // Computed at once or anew, it is the same.
                assert_eq!(indicator::atr(&history, id, spans.bars(4)), ranges.at(&history, id));
                let own = (ranges.at(&history, id), indicator::annual_volatility(&history, id, spans.bars(6)));
                let left = (
                    decouple::beta(&history, id, spans.bars(12), market.clock.bar),
                    decouple::residual(&history, id, spans.bars(2), spans.bars(11)),
                );
                let value = (
                    decouple::over_trailing_value(&history, id, spans.bars(5)),
                    indicator::drawdown_from_high(&history, id, spans.bars(5)),
                );
                let paid = (funding::latest_8h(&history, id, 3), funding::z_score(history.settlements(id), 5));
                format!("{own:?} {left:?} {value:?} {paid:?} {:?}", refusal(&history, &gates, asset, id))
            });
            format!("{t} {asset:?} {known} {growth:?} {:?}", of.collect::<Vec<_>>())
        }));
    }
    lines
}

fn same(left: &[String], right: &[String]) -> Result<(), TestCaseError> {
    if let Some((left, right)) = left.iter().zip(right).find(|(left, right)| left != right) {
        return Err(TestCaseError::fail(format!("{left}\n---\n{right}")));
    }
    prop_assert_eq!(left.len(), right.len());
    Ok(())
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn signals_of_a_market_cut_short_are_the_same(spec in markets(), at in 0.0..1.0_f64) {
        let market = spec.market();
        let last = (at * market.clock.bars as f64) as usize;
        let short = cut(&spec, market.clock.close(last));
        prop_assert_eq!(short.clock.bars, last + 1);
        same(&said(&market, last), &said(&short, last))?;
    }

    #[test]
    fn signals_before_a_scrambled_future_are_the_same(spec in markets(), at in 0.0..1.0_f64, seed in any::<u64>()) {
        let market = spec.market();
        let last = (at * market.clock.bars as f64) as usize;
        let mut parts = spec.parts();
        scramble(&mut parts, market.clock.close(last), seed);
        let scrambled = freeze(parts).expect("a scrambled market is a market");
        let last = last.min(scrambled.clock.bars - 1);
        same(&said(&market, last), &said(&scrambled, last))?;
    }
}

proptest! {
    #![proptest_config(cases(300))]

    /// A window has the whole past behind it.
    #[test]
    fn signals_in_a_window_are_those_of_the_whole(spec in markets(), at in 0.0..1.0_f64) {
        let market = spec.market();
        let from = market.clock.open((at * market.clock.bars as f64) as usize);
        // A window without a bar is refused.
        let Ok(part) = freeze(MarketParts { from: Some(from), ..spec.parts() }) else { return Ok(()) };
        prop_assert_eq!((part.clock, part.window().start), (market.clock, from));
        let last = market.clock.bars - 1;
        same(&said(&market, last), &said(&part, last))?;
    }

    /// A rate that is declared, and not observed, is paid; it says nothing.
    #[test]
    fn the_constant_of_missing_funding_does_not_speak(spec in markets(), rate in -0.01..0.01_f64) {
        let market = spec.market();
        let other = freeze(MarketParts { missing_rate_8h: Some(rate), ..spec.parts() }).expect("holes are filled");
        let last = market.clock.bars - 1;
        same(&said(&market, last), &said(&other, last))?;
    }
}

/// The laws above would hold of signals that say nothing; these do not.
#[test]
fn the_random_markets_make_signals_speak() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut steps, mut switches) = (0, 0);
    for _ in 0..40 {
        let market = markets().new_tree(&mut runner).unwrap().current().market();
        let spans = Spans { bar: market.clock.bar };
        let book = NarrativeBook::of(&market, Weighting::Equal);
        let stages = Stages::of(&market, &book, &EvidenceBook::of(&market), &spans.life_cycle(), market.clock.bar);
        let narratives = History::at_close(&market, 0).directory().narratives();
        steps += narratives.map(|narrative| stages.all(narrative).count()).sum::<usize>();
        switches += Regimes::of(&market, &spans.regime()).switches().len();
    }
    assert!(steps > 200 && switches > 100, "{steps} steps, {switches} switches");
}
