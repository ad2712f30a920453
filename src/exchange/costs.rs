//! What an order pays: fee on notional, half the spread, the impact of its own size; always adverse.
//!
//! Source: `fidelity.md` section 4. A taker pays `fee + half_spread + impact`, a maker its fee alone.

/// The cost of crossing the book, as fractions of notional.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taker {
    pub fee: f64,
    pub half_spread: f64,
}

impl Taker {
    /// The price paid when the reference (mid) is `reference`: above it when buying, below it when selling.
    /// `side` is `+1` for a buy, `−1` for a sell.
    #[must_use]
    pub fn price(&self, side: f64, reference: f64) -> f64 {
        reference * (1.0 + side * self.half_spread)
    }

    /// [`Taker::price`] with the order's own impact (a fraction of price, full value charged) on top of half the spread. A sale into
    /// an empty book brings nothing, never less: the price stops at 0.
    #[must_use]
    pub(crate) fn price_with_impact(&self, side: f64, reference: f64, impact: f64) -> f64 {
        (reference * (1.0 + side * (self.half_spread + impact))).max(0.0)
    }

    /// Fee in USD on a notional.
    #[must_use]
    pub fn fee(&self, notional: f64) -> f64 {
        notional.abs() * self.fee
    }
}

/// The cost of resting in the book: a fee and nothing else, for the price is the order's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Maker {
    pub fee: f64,
}

impl Maker {
    /// Fee in USD on a notional.
    #[must_use]
    pub fn fee(&self, notional: f64) -> f64 {
        notional.abs() * self.fee
    }
}

/// Square-root impact `Y · σ_d · √(Q / V_d)` as a fraction of price (Donier & Bonart 2015; the full value is charged though the
/// average fill of a square-root path pays two thirds of it).
///
/// `coefficient` is Y (of order 1), `daily_volatility` the trailing standard deviation of daily returns, `notional` Q in USD,
/// `daily_notional` the trailing USD traded per day on this venue.
///
/// `None` where the trailing numbers are unknown or the instrument has not traded: such an order has no price. With a coefficient
/// of 0 or no quantity the impact is 0 and nothing need be known.
#[must_use]
pub fn square_root_impact(coefficient: f64, daily_volatility: f64, notional: f64, daily_notional: f64) -> Option<f64> {
    if coefficient == 0.0 || notional == 0.0 {
        return Some(0.0);
    }
    let impact = coefficient * daily_volatility * (notional.abs() / daily_notional).sqrt();
    (daily_notional > 0.0 && daily_volatility >= 0.0 && impact.is_finite()).then_some(impact)
}

/// What [`square_root_impact`] needs to know of an instrument before the bar of the fill: trailing values, never the bar's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impact {
    pub coefficient: f64,
    pub daily_volatility: f64,
    pub daily_notional: f64,
}

impl Impact {
    /// No impact at all.
    pub const NONE: Self = Self { coefficient: 0.0, daily_volatility: 0.0, daily_notional: 0.0 };

    /// [`square_root_impact`] of a notional in USD.
    #[must_use]
    pub fn of(&self, notional: f64) -> Option<f64> {
        square_root_impact(self.coefficient, self.daily_volatility, notional, self.daily_notional)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_liquidity_has_no_price() {
        assert_eq!(square_root_impact(1.0, 0.05, 100.0, 0.0), None);
        assert_eq!(square_root_impact(1.0, f64::NAN, 100.0, 1e6), None);
        assert_eq!(square_root_impact(1.0, 0.05, 100.0, f64::NAN), None);
        assert_eq!(square_root_impact(0.0, f64::NAN, 100.0, 0.0), Some(0.0));
        // What is known never to move has one.
        assert_eq!(square_root_impact(1.0, 0.0, 100.0, 1e6), Some(0.0));
    }

    #[test]
    fn four_times_the_size_costs_twice_the_impact() {
        let one = square_root_impact(1.0, 0.05, 10_000.0, 1e6).unwrap();
        let four = square_root_impact(1.0, 0.05, 40_000.0, 1e6).unwrap();
        assert!((one - 0.005).abs() < 1e-15 && (four - 2.0 * one).abs() < 1e-15);
    }

    #[test]
    fn a_sale_brings_nothing_rather_than_less() {
        let taker = Taker { fee: 0.0, half_spread: 0.4 };
        assert_eq!(taker.price_with_impact(-1.0, 10.0, 0.7), 0.0);
        assert_eq!(taker.price_with_impact(1.0, 10.0, 0.1), 15.0);
    }
}
