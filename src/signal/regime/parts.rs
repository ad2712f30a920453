//! What each part of a regime rule measures at a close, and how it votes.

use crate::market::Market;
use crate::signal::regime::Regime;
use crate::signal::regime::rule::{Breadth, Dominance, FundingLevel, RegimeRule};
use crate::signal::rolling::{FromHigh, FromMean};
use crate::signal::{History, funding, indicator, universe};
use crate::units::{AssetId, InstrumentId, Span};

/// Thresholds of one part. Where `bull` is the lower one, low values are bull.
#[derive(Clone, Copy, Debug)]
pub(super) struct Levels {
    pub(super) bull: f64,
    pub(super) bear: f64,
    pub(super) hysteresis: f64,
}

impl Levels {
    /// The vote on a value after the vote before, and the threshold that decided it: of a sideways vote the one it did not reach.
    pub(super) fn vote(self, before: Regime, value: f64) -> (Regime, f64) {
        let sign = if self.bull >= self.bear { 1.0 } else { -1.0 };
        let (x, bull, bear) = (sign * value, sign * self.bull, sign * self.bear);
        let (held_bull, held_bear) = (bull - self.hysteresis, bear + self.hysteresis);
        let (vote, threshold) = match before {
            _ if x > bull => (Regime::Bull, bull),
            _ if x < bear => (Regime::Bear, bear),
            Regime::Bull if x > held_bull => (Regime::Bull, held_bull),
            Regime::Bear if x < held_bear => (Regime::Bear, held_bear),
            Regime::Bull => (Regime::Sideways, held_bull),
            Regime::Bear => (Regime::Sideways, held_bear),
            _ if bull - x <= x - bear => (Regime::Sideways, bull),
            _ => (Regime::Sideways, bear),
        };
        (vote, sign * threshold)
    }
}

/// A measure that moves along the bars.
pub(super) enum Measure<'m> {
    Trend(FromMean<'m>),
    Drawdown(FromHigh<'m>),
    /// Per bar, made beforehand.
    Breadth(Vec<Option<f64>>),
    /// `seen` has one value a look, and the last `ranked_in` are the past.
    Volatility {
        span: Span,
        id: InstrumentId,
        seen: Vec<f64>,
        ranked_in: usize,
    },
    Funding {
        perps: Vec<InstrumentId>,
        settlements: usize,
    },
    Dominance {
        rule: Dominance,
        asset: AssetId,
    },
}

impl Measure<'_> {
    /// Takes in bar `t`; bars must come in order. The value is asked for where the rule `looks`.
    pub(super) fn advance(&mut self, market: &Market, t: usize, looks: bool) -> Option<f64> {
        let history = History::at_close(market, t);
        match self {
            Self::Trend(from_mean) => from_mean.advance(t).filter(|_| looks),
            Self::Drawdown(from_high) => from_high.advance(t).filter(|_| looks),
            _ if !looks => None,
            Self::Breadth(shares) => shares[t],
            Self::Volatility { span, id, seen, ranked_in } => {
                seen.push(indicator::annual_volatility(&history, *id, *span)?);
                indicator::percentile_rank(seen, *ranked_in)
            }
            Self::Funding { perps, settlements } => {
                let rates: Vec<f64> = perps.iter().filter_map(|&id| funding::latest_8h(&history, id, *settlements)).collect();
                indicator::sma(&rates, rates.len())
            }
            Self::Dominance { rule, asset } => dominance_change(market, &history, rule, *asset),
        }
    }
}

/// The parts of a rule by name, in the order of its keys.
pub(super) fn parts<'m>(market: &'m Market, rule: &RegimeRule) -> Vec<(&'static str, Levels, Measure<'m>)> {
    let bar = market.clock.bar;
    let directory = History::at_close(market, 0).directory();
    let benchmark = directory.benchmark();
    let mut parts = Vec::new();
    if let Some(part) = &rule.trend {
        let levels = Levels { bull: part.band, bear: -part.band, hysteresis: part.hysteresis };
        parts.push(("trend", levels, Measure::Trend(FromMean::new(market, benchmark, part.average.in_bars(bar)))));
    }
    if let Some(part) = &rule.drawdown {
        // Two thresholds: a vote holds until the other one is passed.
        let levels = Levels { bull: part.bull, bear: part.bear, hysteresis: part.bull - part.bear };
        parts.push(("drawdown", levels, Measure::Drawdown(FromHigh::new(market, benchmark, part.high.in_bars(bar)))));
    }
    if let Some(part) = &rule.breadth {
        let levels = Levels { bull: part.bull, bear: part.bear, hysteresis: part.hysteresis };
        parts.push(("breadth", levels, Measure::Breadth(breadth(market, part, |t| rule.looks(market, t)))));
    }
    if let Some(part) = &rule.volatility {
        let levels = Levels { bull: part.bull, bear: part.bear, hysteresis: part.hysteresis };
        let ranked_in = part.past.in_bars(rule.every.max(bar));
        parts.push(("volatility", levels, Measure::Volatility { span: part.span, id: benchmark, seen: Vec::new(), ranked_in }));
    }
    if let Some(part) = &rule.funding {
        let levels = Levels { bull: part.bull, bear: part.bear, hysteresis: part.hysteresis };
        parts.push(("funding", levels, Measure::Funding { perps: perps(market, part), settlements: part.settlements }));
    }
    if let Some(part) = &rule.dominance {
        let levels = Levels { bull: part.bull, bear: part.bear, hysteresis: part.hysteresis };
        parts.push(("dominance", levels, Measure::Dominance { rule: part.clone(), asset: directory.asset_of(benchmark) }));
    }
    parts
}

fn perps(market: &Market, part: &FundingLevel) -> Vec<InstrumentId> {
    let directory = History::at_close(market, 0).directory();
    part.assets.iter().filter_map(|name| directory.perp(directory.asset_named(name)?)).collect()
}

/// One walk along each series, so that a long average costs no more than a short one.
fn breadth(market: &Market, part: &Breadth, looks: impl Fn(usize) -> bool) -> Vec<Option<f64>> {
    let bars = market.clock.bars;
    let looks: Vec<bool> = (0..bars).map(looks).collect();
    let mut counts = vec![(0_u32, 0_u32); bars];
    for (a, asset) in market.assets.iter().enumerate() {
        let of = |id| (id, FromMean::new(market, id, part.average.in_bars(market.clock.bar)));
        let mut series: Vec<(InstrumentId, FromMean)> = [asset.spot, asset.perp].into_iter().flatten().map(of).collect();
        for t in 0..bars {
            let mut distance = None;
            for (id, from_mean) in &mut series {
                let own = from_mean.advance(t);
                distance = distance.or(own.filter(|_| market.panel.trades(*id, t)));
            }
            let counts_here = looks[t] && ranks(market, part, AssetId::new(a), t);
            let Some(distance) = distance.filter(|_| counts_here) else { continue };
            counts[t].0 += u32::from(distance > 0.0);
            counts[t].1 += 1;
        }
    }
    let share = |(above, all): (u32, u32)| (all > 0 && all as usize >= part.min_coins).then(|| f64::from(above) / f64::from(all));
    counts.into_iter().map(share).collect()
}

fn ranks(market: &Market, part: &Breadth, asset: AssetId, t: usize) -> bool {
    part.rank.is_none_or(|[best, worst]| (best..=worst).contains(&universe::rank_or_tier(&History::at_close(market, t), asset)))
}

fn dominance_change(market: &Market, history: &History, rule: &Dominance, asset: AssetId) -> Option<f64> {
    let then = history.earlier(history.bars_in(rule.span))?;
    let (mut now_all, mut then_all) = (0.0, 0.0);
    for other in (0..market.assets.len()).map(AssetId::new) {
        if let (Some(now), Some(then)) = (history.cap(other), then.cap(other)) {
            now_all += now.cap_usd;
            then_all += then.cap_usd;
        }
    }
    Some(history.cap(asset)?.cap_usd / now_all - then.cap(asset)?.cap_usd / then_all)
}
