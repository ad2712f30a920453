//! Every assumption a run stands on, as facts: the named set with what departs from it, then number by number, then what no set changes.
//! `assumption_text` has the words.

use crate::exchange::assumptions::{Assumptions, IntrabarPath, LiquidationRule, Preset};
use crate::exchange::margin::DEFAULT_BRACKETS;
use crate::market::{Kind, Market};
use crate::signal::regime::RegimeRule;
use crate::strategy::{Plan, Trigger};
use crate::units::Span;

/// One assumption in force. Shares, rates and fees are fractions.
#[derive(Clone, Debug, PartialEq)]
pub enum Assumption {
    /// The named set, and the names of what departs from it.
    Set {
        name: Preset,
        departures: Vec<&'static str>,
    },
    Decision,
    /// Bars.
    Latency(u32),
    MarketOrders,
    /// Ticks by which a bar must trade through the price.
    LimitOrders {
        through_ticks: u32,
    },
    /// Shares of the volume of a bar, and of the 24 hours before.
    Volume {
        bar: f64,
        day: f64,
    },
    /// The coefficient.
    Impact(f64),
    /// Of notional, and by what those of the market were multiplied.
    Fees {
        spot_taker: f64,
        spot_maker: f64,
        perp_taker: f64,
        perp_maker: f64,
        multiplier: f64,
    },
    /// Of large, mid and small coins, by what those of the market were multiplied, and whether it has dated rows of its own.
    HalfSpread {
        tiers: [f64; 3],
        multiplier: f64,
        dated: bool,
    },
    Path(IntrabarPath),
    Stops {
        overshoot: f64,
        slippage: f64,
    },
    MaintenanceMargin {
        closing_fee: bool,
    },
    /// The fee is of notional.
    Liquidation {
        rule: LiquidationRule,
        fee: f64,
    },
    CrossMargin {
        strict: bool,
    },
    /// The fall of a bar from which profitable shorts are closed; `None`: they never are.
    AutoDeleveraging(Option<f64>),
    /// The market tells those of so many perpetuals; of the others the default begins at this rate.
    MarginBrackets {
        known: usize,
        of: usize,
        default_rate: f64,
    },
    MarkPrice {
        known: usize,
        of: usize,
    },
    /// Rate per 8 hours where history is missing, and by what that of the market was multiplied.
    Funding(Option<(f64, f64)>),
    Delisting {
        after: Span,
        jump: f64,
        penalty: f64,
    },
    Conversions,
    Waterfall(Trigger),
    /// The coins of a bucket stand behind the shorts of another, less this share of their value.
    Collateral {
        coins: String,
        hedge: String,
        haircut: f64,
    },
    Staking,
    Interest,
    Benchmark,
    EndOfData,
    /// The strategy's own rule, in words; `None`: that of reports.
    RegimeLabels(Option<String>),
}

/// All that are in force, in a fixed order.
pub(super) fn assumptions(market: &Market, plan: &Plan) -> Vec<Assumption> {
    let mut rows = of_the_venue(market, &plan.assumptions);
    rows.extend(of_the_market(market, &plan.assumptions));
    rows.extend(of_the_plan(plan));
    let own_labels = plan.definitions.classifier.as_ref().map(RegimeRule::in_words);
    rows.extend([Assumption::Benchmark, Assumption::EndOfData, Assumption::RegimeLabels(own_labels)]);
    rows
}

fn of_the_venue(market: &Market, terms: &Assumptions) -> Vec<Assumption> {
    let (costs, fee, spread) = (&market.costs, terms.fee_multiplier, terms.spread_multiplier);
    vec![
        Assumption::Set { name: terms.name, departures: terms.departures() },
        Assumption::Decision,
        Assumption::Latency(terms.latency_bars),
        Assumption::MarketOrders,
        Assumption::LimitOrders { through_ticks: terms.through_ticks },
        Assumption::Volume { bar: terms.bar_participation, day: terms.day_participation },
        Assumption::Impact(terms.impact),
        Assumption::Fees {
            spot_taker: costs.spot_taker * fee,
            spot_maker: costs.spot_maker * fee,
            perp_taker: costs.perp_taker * fee,
            perp_maker: costs.perp_maker * fee,
            multiplier: fee,
        },
        Assumption::HalfSpread {
            tiers: costs.half_spread.map(|half| half * spread),
            multiplier: spread,
            dated: !market.spreads.is_empty(),
        },
        Assumption::Path(terms.path),
        Assumption::Stops { overshoot: terms.stop_overshoot, slippage: terms.stop_slippage },
        Assumption::MaintenanceMargin { closing_fee: terms.closing_fee_in_margin },
        Assumption::Liquidation { rule: terms.liquidation, fee: terms.liquidation_fee },
        Assumption::CrossMargin { strict: terms.strict_cross },
        Assumption::AutoDeleveraging(terms.adl_crash.fall()),
    ]
}

fn of_the_market(market: &Market, terms: &Assumptions) -> Vec<Assumption> {
    let of = market.instruments.iter().filter(|instrument| instrument.kind == Kind::Perp).count();
    let tiered = market.tiers.iter().filter(|tables| !tables.is_empty()).count();
    let with_marks = market.panel.marked_bars.iter().filter(|&&bars| bars > 0).count();
    let times = terms.assumed_funding_multiplier;
    let mut rows = vec![
        Assumption::MarginBrackets { known: tiered, of, default_rate: DEFAULT_BRACKETS[0].rate },
        Assumption::MarkPrice { known: with_marks, of },
        Assumption::Funding(market.missing_rate_8h.map(|rate| (rate * times, times))),
        Assumption::Delisting { after: market.listing.delisted_after, jump: market.listing.jump, penalty: market.listing.penalty },
    ];
    rows.extend((!market.conversions.is_empty()).then_some(Assumption::Conversions));
    rows
}

/// What a strategy's own rules mean for its books.
fn of_the_plan(plan: &Plan) -> Vec<Assumption> {
    let trigger = plan.waterfall.as_ref().map(|waterfall| waterfall.trigger).unwrap_or_default();
    let staking = plan.buckets.iter().any(|bucket| !bucket.staking.is_empty()).then_some(Assumption::Staking);
    let interest = plan.buckets.iter().any(|bucket| bucket.interest.is_some()).then_some(Assumption::Interest);
    let collateral = plan.buckets.iter().filter_map(|bucket| {
        let hedge = bucket.hedge?;
        let (coins, hedging) = (plan.buckets[hedge.of.index()].name.clone(), bucket.name.clone());
        Some(Assumption::Collateral { coins, hedge: hedging, haircut: hedge.collateral_haircut? })
    });
    std::iter::once(Assumption::Waterfall(trigger)).chain(collateral).chain(staking).chain(interest).collect()
}
