//! What a run tells its reader in plain words: every assumption in force, and what to be wary of.

use crate::exchange::assumptions::{Assumptions, Leg, LiquidationRule};
use crate::exchange::margin::DEFAULT_BRACKETS;
use crate::market::{Kind, Market};
use crate::replay::desk::Desk;
use crate::replay::run::{Beyond, Excess, Stop};
use crate::replay::terms::of_the_plan;
use crate::signal::{History, regime};
use crate::strategy::Plan;
use crate::units::{Clock, Usd, grouped};

impl Desk<'_> {
    pub fn cautions(&self) -> Vec<String> {
        let mut cautions = self.plan.cautions.clone();
        if self.plan.assumptions.adl_crash.fall().is_some() {
            cautions.push("the stress of auto-deleveraging is on".to_owned());
        }
        for &(bucket, time) in &self.story.bankrupt {
            cautions.push(format!("bucket `{}`: its cross pool was liquidated in the bar of {time}", self.bucket(bucket).name));
        }
        cautions.extend(self.stayed_in_cash());
        cautions.extend(self.stood_unhedged());
        for bucket in self.plan.buckets.iter().filter(|bucket| bucket.leaves_by_funding()) {
            let paid = || self.story.funding.iter().filter(|payment| payment.bucket == bucket.id);
            let blind = paid().filter(|payment| payment.assumed).count();
            if 2 * blind > paid().count() {
                cautions.push(format!(
                    "bucket `{}` leaves by funding, but most rates it met are the assumed constant: the rule was blind there",
                    bucket.name
                ));
            }
        }
        cautions.extend(self.funding_exits_measured());
        cautions.extend(self.benchmark_missing());
        let assumed: Usd = self.story.funding.iter().filter(|payment| payment.assumed).map(|payment| payment.payment.abs()).sum();
        let total: Usd = self.story.funding.iter().map(|payment| payment.payment.abs()).sum();
        if assumed.is_positive() {
            cautions.push(format!(
                "{:.0} % of the funding that moved ({} of {}, paid and received) is assumed, not observed",
                assumed.to_f64() / total.to_f64() * 100.0,
                dollars(assumed.to_f64()),
                dollars(total.to_f64())
            ));
        }
        cautions
    }

    /// Where what the run is measured against has no price, it stands flat, and beta and alpha say nothing.
    fn benchmark_missing(&self) -> Option<String> {
        let (market, bars) = (self.market, self.market.first..self.t + 1);
        let directory = History::at_close(market, 0).directory();
        let id = directory.benchmark();
        let trades = |t: &usize| !market.panel.close[market.panel.at(id, *t)].is_nan();
        let (first, last) = (bars.clone().find(trades)?, bars.clone().rfind(trades)?);
        let name = &market.asset(directory.asset_of(id)).name;
        // One that traded before the window is carried into it.
        let late = market.panel.last_traded(id, bars.start).is_none().then(|| format!("before {}", market.clock.open(first)));
        let early = (last + 1 < bars.end).then(|| format!("after {}", market.clock.close(last)));
        let told: Vec<String> = late.into_iter().chain(early).collect();
        (!told.is_empty()).then(|| {
            format!(
                "the benchmark {name} has no price {}: it stands flat there, and what is measured against it says nothing",
                told.join(" and ")
            )
        })
    }
}

/// Why a run ended before its time.
pub(super) fn stopped(clock: &Clock, stop: Stop) -> String {
    let (what, amount) = match stop.why {
        Beyond::Books(Excess::Held(amount)) => ("what is held or owed", amount),
        Beyond::Books(Excess::Moved(amount)) => ("all that was traded, paid and moved since the beginning", amount),
        Beyond::Benchmark(amount) => ("what the capital became in the benchmark", amount),
    };
    format!(
        "the run ends at {}, beyond what the books can hold: one bar later {what} would have come to {}, and no sum may be more than {}; every number \
         is of the time before, and what was open then is in no trade",
        clock.open(stop.bars),
        dollars(amount),
        dollars(Usd::MOST.to_f64())
    )
}

/// `$13,801.66`: to the cent, however much it is.
pub(super) fn dollars(amount: f64) -> String {
    let text = grouped(amount, 2);
    text.strip_prefix('−').map_or_else(|| format!("${text}"), |size| format!("−${size}"))
}

/// Every assumption in force: the named set with what departs from it, then number by number, then what no set changes.
pub(super) fn assumptions(market: &Market, plan: &Plan) -> Vec<(String, String)> {
    let mut rows = of_the_venue(market, &plan.assumptions);
    rows.extend(of_the_market(market, &plan.assumptions));
    rows.extend(of_the_plan(plan));
    rows.extend([
        ("benchmark", "bought at the first close with all capital, without costs".to_owned()),
        ("end of data", "everything is closed at the last close, with costs, whatever its volume".to_owned()),
        ("regime labels", regime_labels(plan)),
    ]);
    rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Labels of two strategies compare only where both are made alike.
fn regime_labels(plan: &Plan) -> String {
    match &plan.definitions.classifier {
        None => regime::DESCRIPTION.to_owned(),
        Some(rule) => {
            format!("by the strategy's own [classifier], so that regimes do not compare with those of others: {}", rule.in_words())
        }
    }
}

fn bps(rate: f64) -> String {
    format!("{} bp", (rate * 1e6).round() / 100.0)
}

fn of_the_venue(market: &Market, terms: &Assumptions) -> Vec<(&'static str, String)> {
    let costs = &market.costs;
    let departures = terms.departures();
    let set = if departures.is_empty() {
        terms.name.name().to_owned()
    } else {
        format!("{}, but for {}", terms.name.name(), departures.join(", "))
    };
    let (spread, fee) = (terms.spread_multiplier, terms.fee_multiplier);
    let through = match terms.through_ticks {
        0 => "a touch fills it".to_owned(),
        1 => "only when the bar trades through it by a tick".to_owned(),
        ticks => format!("only when the bar trades through it by {ticks} ticks"),
    };
    let late = match terms.latency_bars {
        0 => "none: what is decided at a close meets the next open".to_owned(),
        1 => "orders and flows meet the open one bar later, in the size of their decision; what rests at the venue is not late".to_owned(),
        bars => {
            format!("orders and flows meet the open {bars} bars later, in the size of their decision; what rests at the venue is not late")
        }
    };
    vec![
        ("assumptions", set),
        ("decision", "at the close of a bar, from closed bars, settlements stamped before it and facts already known".to_owned()),
        ("latency", late),
        (
            "market orders",
            "from the next bar's open on: the open, half the spread, the impact of their own size and the taker fee; the rest goes on at later opens"
                .to_owned(),
        ),
        ("limit orders", format!("at their own price and the maker fee, {through}; one the open lies beyond pays as a taker")),
        (
            "volume",
            format!(
                "all orders of a symbol together take at most {} % of a bar's volume and {} % of that of the 24 hours before, up to the last bar that traded",
                terms.bar_participation * 100.0,
                terms.day_participation * 100.0
            ),
        ),
        (
            "impact",
            format!(
                "{} × daily volatility × √(order / dollars traded a day), both trailing over 30 days; a listing younger than eight days is assumed to move 5, 7 or 10 % a day (large, mid, small)",
                terms.impact
            ),
        ),
        (
            "fees",
            format!(
                "spot taker {} maker {}, perpetual taker {} maker {}, of notional (those of the market × {fee})",
                bps(costs.spot_taker * fee),
                bps(costs.spot_maker * fee),
                bps(costs.perp_taker * fee),
                bps(costs.perp_maker * fee)
            ),
        ),
        (
            "half-spread",
            format!(
                "large {}, mid {}, small {} (those of the market × {spread}{})",
                bps(costs.half_spread[0] * spread),
                bps(costs.half_spread[1] * spread),
                bps(costs.half_spread[2] * spread),
                if market.spreads.is_empty() { "" } else { "; its dated rows where it has them" }
            ),
        ),
        (
            "path of a bar",
            match terms.path {
                Leg::AdverseFirst => "the extreme that hurts comes first; what was entered in a bar takes no profit in it",
                Leg::FavourableFirst => "the extreme that helps comes first: a bound, not an expectation",
            }
            .to_owned(),
        ),
        (
            "stops",
            format!(
                "worse of stop and open, {} % of the way from there to the bar's extreme, then half the spread, impact and {} of slippage; at the same price liquidation comes first",
                terms.stop_overshoot * 100.0,
                bps(terms.stop_slippage)
            ),
        ),
        (
            "maintenance margin",
            if terms.closing_fee_in_margin { "of the bracket, and the fee of closing" } else { "of the bracket alone" }.to_owned(),
        ),
        (
            "liquidation",
            match terms.liquidation {
                LiquidationRule::LoseMargin => "the whole margin is lost, nothing comes back, nothing is owed".to_owned(),
                LiquidationRule::ExchangeLike => format!(
                    "closed at the worse of mark and liquidation price, less {} % of notional; the rest comes back, nothing is owed",
                    terms.liquidation_fee * 100.0
                ),
            },
        ),
        (
            "cross margin",
            if terms.strict_cross {
                "a pool must survive all lows, all highs, and every underlying at its own worst"
            } else {
                "a pool must survive all lows and all highs of a bar"
            }
            .to_owned(),
        ),
        (
            "auto-deleveraging",
            terms.adl_crash.fall().map_or_else(
                || "not modelled: profitable shorts are never taken away".to_owned(),
                |crash| {
                    format!(
                        "stress is on: in a bar that falls by {} % or more profitable shorts are closed at that fall",
                        crash * 100.0
                    )
                },
            ),
        ),
    ]
}

fn of_the_market(market: &Market, terms: &Assumptions) -> Vec<(&'static str, String)> {
    let perps = market.instruments.iter().filter(|instrument| instrument.kind == Kind::Perp).count();
    let tiered = market.tiers.iter().filter(|tables| !tables.is_empty()).count();
    let with_marks = market.panel.marked_bars.iter().filter(|&&bars| bars > 0).count();
    let mut rows = vec![
        (
            "margin brackets",
            format!(
                "from the market for {tiered} of {perps} perpetuals; for the rest a stated default from {} % of notional upwards",
                DEFAULT_BRACKETS[0].rate * 100.0
            ),
        ),
        ("mark price", format!("from the market for {with_marks} of {perps} perpetuals; for the rest the last price (longer wicks)")),
        (
            "funding",
            market.missing_rate_8h.map_or_else(
                || "settled rates at their own stamps".to_owned(),
                |rate| {
                    format!(
                        "settled rates at their own stamps; where history is missing {} % per 8 h is paid (that of the market × {}), and no rule knows it",
                        rate * terms.assumed_funding_multiplier * 100.0,
                        terms.assumed_funding_multiplier
                    )
                },
            ),
        ),
        (
            "delisting",
            format!(
                "silent for {}, or followed by a price {} times off under the same symbol: forced exit at the last price less {} %",
                market.listing.delisted_after,
                market.listing.jump,
                market.listing.penalty * 100.0
            ),
        ),
    ];
    if !market.conversions.is_empty() {
        let told = "a coin that became another is that one, in kind and without costs, from the first bar after the announcement in which it does not \
                    trade and the other does; contracts of it end at their last price less the taker fee; it hands on age and narratives, no prices";
        rows.push(("conversions", told.to_owned()));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_said_as_reports_say_them() {
        let said = [13_801.66, -1_234_567.891, 0.0, -0.001, 999.995].map(dollars);
        assert_eq!(said, ["$13,801.66", "−$1,234,567.89", "$0.00", "$0.00", "$1,000.00"]);
    }
}
