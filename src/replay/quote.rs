//! What the venue asks and allows in one bar: fees, spread and impact under the run's assumptions, and the volume left.

use crate::exchange::costs::{Impact, Maker, Taker};
use crate::exchange::orders::{Bar, Filled, Kind as OrderKind, OrderSpec, Venue, fill_in_bar};
use crate::exchange::volume::VolumePool;
use crate::market::{Kind, TradingRules};
use crate::replay::context::Context;
use crate::replay::orders::Order;
use crate::replay::quoted::Quote;
use crate::signal::liquidity::assumed_volatility;
use crate::units::InstrumentId;

/// An order for less than a cent is not sent: it would be a fill of nothing that moves the stop and starts cool-downs.
pub(super) const CENT: f64 = 0.01;

/// What an order gets in a bar. A resting limit that the price leapt over between two bars fills at its own price, which the bar never saw: then
/// the open is what it is held against, and what it gave away is slippage.
pub(super) fn fill(order: &OrderSpec, bar: &Bar, venue: &Venue) -> Option<Filled> {
    let filled = fill_in_bar(order, bar, venue)?;
    let seen = (bar.low..=bar.high).contains(&filled.reference);
    Some(if seen { filled } else { Filled { reference: bar.open, slippage: (filled.price - bar.open).abs() * filled.quantity, ..filled } })
}

/// Whether the venue would take what is left of an order.
pub(super) fn worth_working(quantity: f64, price: f64, venue: &Venue) -> bool {
    quantity * price >= venue.min_notional && quantity >= venue.lot
}

impl Context<'_> {
    /// The costs of a fill in bar `t`, from what was known before it.
    pub fn quote(&self, instrument: InstrumentId, t: usize) -> Quote {
        self.quotes.of(instrument, t, || self.fresh_quote(instrument, t))
    }

    fn fresh_quote(&self, instrument: InstrumentId, t: usize) -> Quote {
        let (market, terms) = (self.market, &self.plan.assumptions);
        let traded = market.instrument(instrument);
        let opens = market.clock.open(t);
        let (taker, maker) = match traded.kind {
            Kind::Spot => (market.costs.spot_taker, market.costs.spot_maker),
            Kind::Perp => (market.costs.perp_taker, market.costs.perp_maker),
        };
        let tier = market.tier_at(traded.asset, opens);
        let trailing = self.signals.liquidity.before(market, instrument, t);
        Quote {
            taker: Taker {
                fee: taker * terms.fee_multiplier,
                half_spread: market.half_spread_at(traded.asset, opens) * terms.spread_multiplier,
            },
            maker: Maker { fee: maker * terms.fee_multiplier },
            impact: Impact {
                coefficient: terms.impact,
                daily_volatility: trailing.daily_volatility.unwrap_or_else(|| assumed_volatility(tier)),
                daily_notional: trailing.daily_notional,
            },
            day_volume: trailing.day_volume,
        }
    }

    /// The last-price bar of an instrument; `None` where it does not trade.
    pub fn bar(&self, instrument: InstrumentId) -> Option<Bar> {
        Some(self.last_prices(instrument)).filter(|bar| !bar.close.is_nan())
    }

    /// The same, NaN where it does not trade.
    pub fn last_prices(&self, instrument: InstrumentId) -> Bar {
        let panel = &self.market.panel;
        let at = panel.at(instrument, self.t);
        Bar { open: panel.open[at], high: panel.high[at], low: panel.low[at], close: panel.close[at], volume: panel.volume[at] }
    }

    /// The bar of mark prices, NaN where there is none.
    pub fn mark_prices(&self, instrument: InstrumentId) -> Bar {
        let panel = &self.market.panel;
        let at = panel.at(instrument, self.t);
        Bar::of_prices(panel.mark_open[at], panel.mark_high[at], panel.mark_low[at], panel.mark_close[at])
    }

    /// The bar as an order meets it: market orders at its open, or at what stands for the open in a replay under jitter.
    pub fn bar_met(&self, order: &Order) -> Option<Bar> {
        let bar = self.bar(order.instrument)?;
        let jitter = self.jitter.filter(|_| order.kind == OrderKind::Market);
        Some(jitter.map_or(bar, |jitter| jitter.meets(&bar, order.instrument.index() as u64, self.t as u64)))
    }

    /// The last price at the close of bar `t`, of the last bar that traded where this one did not; NaN before the first.
    pub fn last_close(&self, instrument: InstrumentId, t: usize) -> f64 {
        let panel = &self.market.panel;
        panel.last_traded(instrument, t).map_or(f64::NAN, |traded| panel.close[panel.at(instrument, traded)])
    }

    /// Price step, lot and smallest order of an instrument, 0 where unknown.
    fn rules(&self, instrument: InstrumentId) -> TradingRules {
        self.market.rules_at(instrument, self.now())
    }

    /// Before any order of ours.
    pub fn venue_at_open(&self, instrument: InstrumentId) -> Venue {
        let Quote { taker, maker, impact, day_volume } = self.quote(instrument, self.t);
        let (market, terms, rules) = (self.market, &self.plan.assumptions, self.rules(instrument));
        let volume = market.panel.volume[market.panel.at(instrument, self.t)];
        Venue {
            taker,
            maker,
            impact,
            tick: rules.tick_size,
            through_ticks: terms.through_ticks,
            stop_slippage: terms.stop_slippage,
            stop_overshoot: terms.stop_overshoot,
            lot: rules.lot_size,
            min_notional: rules.min_notional.max(CENT),
            volume: VolumePool::new(terms.bar_participation, volume, terms.day_participation, day_volume),
        }
    }
}
