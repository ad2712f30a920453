//! The words of the assumptions in force: what each is called, and a sentence of its value.

use std::fmt;

use crate::exchange::assumptions::{IntrabarPath, LiquidationRule, Preset};
use crate::replay::assumption::Assumption;
use crate::signal::regime;
use crate::strategy::Trigger;
use crate::units::Span;

impl Assumption {
    /// Of the named set: whether it is kinder than what we would defend.
    #[must_use]
    pub fn is_optimistic(&self) -> Option<bool> {
        match self {
            Self::Set { name, .. } => Some(*name == Preset::Optimistic),
            _ => None,
        }
    }

    /// The word of it, as reports write it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Set { .. } => "assumptions",
            Self::Decision => "decision",
            Self::Latency(_) => "latency",
            Self::MarketOrders => "market orders",
            Self::LimitOrders { .. } => "limit orders",
            Self::Volume { .. } => "volume",
            Self::Impact(_) => "impact",
            Self::Fees { .. } => "fees",
            Self::HalfSpread { .. } => "half-spread",
            Self::Path(_) => "path of a bar",
            Self::Stops { .. } => "stops",
            Self::MaintenanceMargin { .. } => "maintenance margin",
            Self::Liquidation { .. } => "liquidation",
            Self::CrossMargin { .. } => "cross margin",
            Self::AutoDeleveraging(_) => "auto-deleveraging",
            Self::MarginBrackets { .. } => "margin brackets",
            Self::MarkPrice { .. } => "mark price",
            Self::Funding(_) => "funding",
            Self::Delisting { .. } => "delisting",
            Self::Conversions => "conversions",
            Self::Waterfall(_) => "waterfall",
            Self::Collateral { .. } => "collateral",
            Self::Staking => "staking",
            Self::Interest => "interest",
            Self::Benchmark => "benchmark",
            Self::EndOfData => "end of data",
            Self::RegimeLabels(_) => "regime labels",
        }
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { name, departures } if departures.is_empty() => f.write_str(name.name()),
            Self::Set { name, departures } => write!(f, "{}, but for {}", name.name(), departures.join(", ")),
            Self::Decision => f.write_str("at the close of a bar, from closed bars, settlements stamped before it and facts already known"),
            Self::Latency(bars) => latency(f, *bars),
            Self::MarketOrders => f.write_str(MARKET_ORDERS),
            Self::LimitOrders { through_ticks } => limit_orders(f, *through_ticks),
            Self::Volume { bar, day } => volume(f, *bar, *day),
            Self::Impact(coefficient) => write!(f, "{coefficient} × {IMPACT}"),
            Self::Fees { spot_taker, spot_maker, perp_taker, perp_maker, multiplier } => {
                let [spot, spot_limit, perp, perp_limit] = [spot_taker, spot_maker, perp_taker, perp_maker].map(|fee| bps(*fee));
                let perp = format!("perpetual taker {perp} maker {perp_limit}");
                write!(f, "spot taker {spot} maker {spot_limit}, {perp}, of notional (those of the market × {multiplier})")
            }
            Self::HalfSpread { tiers, multiplier, dated } => {
                let [large, mid, small] = tiers.map(bps);
                let rows = if *dated { "; its dated rows where it has them" } else { "" };
                write!(f, "large {large}, mid {mid}, small {small} (those of the market × {multiplier}{rows})")
            }
            Self::Path(leg) => f.write_str(path(*leg)),
            Self::Stops { overshoot, slippage } => stops(f, *overshoot, *slippage),
            Self::MaintenanceMargin { closing_fee: true } => f.write_str("of the bracket, and the fee of closing"),
            Self::MaintenanceMargin { closing_fee: false } => f.write_str("of the bracket alone"),
            Self::Liquidation { rule, fee } => liquidation(f, *rule, *fee),
            Self::CrossMargin { strict: true } => {
                f.write_str("a pool must survive all lows, all highs, and every underlying at its own worst")
            }
            Self::CrossMargin { strict: false } => f.write_str("a pool must survive all lows and all highs of a bar"),
            Self::AutoDeleveraging(None) => f.write_str("not modelled: profitable shorts are never taken away"),
            Self::AutoDeleveraging(Some(crash)) => {
                let crash = crash * 100.0;
                write!(f, "stress is on: in a bar that falls by {crash} % or more profitable shorts are closed at that fall")
            }
            Self::MarginBrackets { known, of, default_rate } => {
                let from = default_rate * 100.0;
                write!(f, "from the market for {known} of {of} perpetuals; for the rest a stated default from {from} % of notional upwards")
            }
            Self::MarkPrice { known, of } => {
                write!(f, "from the market for {known} of {of} perpetuals; for the rest the last price (longer wicks)")
            }
            Self::Funding(missing) => funding(f, *missing),
            Self::Delisting { after, jump, penalty } => delisting(f, *after, *jump, *penalty),
            Self::Conversions => f.write_str(CONVERSIONS),
            Self::Waterfall(trigger) => f.write_str(waterfall(*trigger)),
            Self::Collateral { coins, hedge, haircut } => {
                let haircut = (haircut * 1e6).round() / 1e4;
                write!(
                    f,
                    "the coins of `{coins}`, less {haircut} %, and the cash beside them stand behind `{hedge}`: it can lose more than its own money"
                )
            }
            Self::Staking => f.write_str(STAKING),
            Self::Interest => f.write_str(INTEREST),
            Self::Benchmark => f.write_str("bought at the first close with all capital, without costs"),
            Self::EndOfData => f.write_str("everything is closed at the last close, with costs, whatever its volume"),
            Self::RegimeLabels(None) => f.write_str(regime::DESCRIPTION),
            // Labels of two strategies compare only where both are made alike.
            Self::RegimeLabels(Some(rule)) => {
                write!(f, "by the strategy's own [classifier], so that regimes do not compare with those of others: {rule}")
            }
        }
    }
}

const MARKET_ORDERS: &str = "from the next bar's open on: the open, half the spread, the impact of their own size and the taker fee; the rest goes on \
at later opens";
const IMPACT: &str = "daily volatility × √(order / dollars traded a day), both trailing over 30 days; a listing younger than eight days is assumed to \
move 5, 7 or 10 % a day (large, mid, small)";
const CONVERSIONS: &str = "a coin that became another is that one, in kind and without costs, from the first bar after the announcement in which it \
does not trade and the other does; contracts of it end at their last price less the taker fee; it hands on age and narratives, no prices";
const STAKING: &str =
    "in kind at each UTC midnight, on the least quantity held over the day, simple, at the day's last price and without costs";
const INTEREST: &str =
    "at each UTC midnight into the bucket's cash, simple, on the least cash after the orders and at the close of each bar of the day";

fn bps(rate: f64) -> String {
    format!("{} bp", (rate * 1e6).round() / 100.0)
}

fn latency(f: &mut fmt::Formatter<'_>, bars: u32) -> fmt::Result {
    let when = match bars {
        0 => return f.write_str("none: what is decided at a close meets the next open"),
        1 => "one bar later".to_owned(),
        bars => format!("{bars} bars later"),
    };
    write!(f, "orders and flows meet the open {when}, in the size of their decision; what rests at the venue is not late")
}

fn limit_orders(f: &mut fmt::Formatter<'_>, through_ticks: u32) -> fmt::Result {
    let through = match through_ticks {
        0 => "a touch fills it".to_owned(),
        1 => "only when the bar trades through it by a tick".to_owned(),
        ticks => format!("only when the bar trades through it by {ticks} ticks"),
    };
    write!(f, "at their own price and the maker fee, {through}; one the open lies beyond pays as a taker")
}

fn volume(f: &mut fmt::Formatter<'_>, bar: f64, day: f64) -> fmt::Result {
    let (bar, day) = (bar * 100.0, day * 100.0);
    write!(
        f,
        "all orders of a symbol together take at most {bar} % of a bar's volume and {day} % of that of the 24 hours before, up to the last bar \
         that traded"
    )
}

fn path(leg: IntrabarPath) -> &'static str {
    match leg {
        IntrabarPath::AdverseFirst => "the extreme that hurts comes first; what was entered in a bar takes no profit in it",
        IntrabarPath::FavourableFirst => "the extreme that helps comes first: a bound, not an expectation",
    }
}

fn stops(f: &mut fmt::Formatter<'_>, overshoot: f64, slippage: f64) -> fmt::Result {
    write!(
        f,
        "worse of stop and open, {} % of the way from there to the bar's extreme, then half the spread, impact and {} of slippage; at the same \
         price liquidation comes first",
        overshoot * 100.0,
        bps(slippage)
    )
}

fn liquidation(f: &mut fmt::Formatter<'_>, rule: LiquidationRule, fee: f64) -> fmt::Result {
    match rule {
        LiquidationRule::LoseMargin => f.write_str("the whole margin is lost, nothing comes back, nothing is owed"),
        LiquidationRule::ExchangeLike => {
            let fee = fee * 100.0;
            write!(f, "closed at the worse of mark and liquidation price, less {fee} % of notional; the rest comes back, nothing is owed")
        }
    }
}

fn funding(f: &mut fmt::Formatter<'_>, missing: Option<(f64, f64)>) -> fmt::Result {
    f.write_str("settled rates at their own stamps")?;
    let Some((rate, times)) = missing else { return Ok(()) };
    let rate = rate * 100.0;
    write!(f, "; where history is missing {rate} % per 8 h is paid (that of the market × {times}), and no rule knows it")
}

fn delisting(f: &mut fmt::Formatter<'_>, after: Span, jump: f64, penalty: f64) -> fmt::Result {
    let penalty = penalty * 100.0;
    write!(
        f,
        "silent for {after}, or followed by a price {jump} times off under the same symbol: forced exit at the last price less {penalty} %"
    )
}

fn waterfall(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Trade => "profit of every winning exit, whole or in part, net of its own costs; losing trades are not netted against it",
        Trigger::Month => {
            "what all exits of a calendar month (UTC) made together, losses, funding and costs taken off, at the first open of the next"
        }
        Trigger::HighWaterMark => "what lifts the sum of all exits, losses, funding and costs taken off, above its highest so far",
    }
}
