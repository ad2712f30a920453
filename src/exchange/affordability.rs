//! What opening orders take of the cash that is to pay for them, and how they shrink where it does not reach. Never borrow: whatever cannot be
//! paid for is not bought.
//!
//! Source: `fidelity.md` section 6, step 4. USD and coins; quantities positive.

use crate::exchange::brackets::allowed_notional;
use crate::exchange::margin::{Isolated, unrealised_profit};
use crate::exchange::orders::{Filled, Venue};
use crate::units::Bracket;

/// What the bracket of the post-trade notional allows of an order, and at what leverage: the same margin stands behind less notional.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowed {
    pub quantity: f64,
    pub leverage: f64,
    /// Where the bracket has cut it: the notional asked for, and the one allowed.
    pub cut: Option<(f64, f64)>,
}

/// `held` of the position is there already.
#[must_use]
pub fn within_bracket(brackets: &[Bracket], held: f64, wanted: f64, leverage: f64, price: f64) -> Allowed {
    let notional = (held + wanted) * price;
    let allowed = allowed_notional(brackets, notional, leverage);
    if allowed >= notional {
        return Allowed { quantity: wanted, leverage, cut: None };
    }
    let possible = leverage * allowed / notional;
    Allowed { quantity: (allowed / price - held).max(0.0), leverage: possible, cut: Some((notional, allowed)) }
}

/// What stands behind a perpetual before an order adds to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backing {
    /// What its margin is asked of: the notional at entry; under an unrealised loss that at the price of the order.
    pub notional: f64,
    /// Margin less unrealised loss: profit backs nothing, as on a venue, but a loss is gone.
    pub wallet: f64,
}

impl Backing {
    /// The backing of an isolated position when an order trades at `price`, in USD.
    #[must_use]
    pub fn of(position: &Isolated, price: f64) -> Self {
        let profit = unrealised_profit(position.direction, position.quantity, position.entry_price, price);
        let at = if profit < 0.0 { price } else { position.entry_price };
        Self { notional: position.quantity * at, wallet: position.wallet + profit.min(0.0) }
    }

    /// What is behind it beyond what a leverage asks: what a lower rung, or funding it received, had put in.
    #[must_use]
    pub fn freed(&self, leverage: f64) -> f64 {
        (self.wallet - self.notional / leverage).max(0.0)
    }

    /// Cash that goes behind `added` more notional, the fee apart: what lifts the wallet of the whole position to `notional / leverage`, at most the
    /// increment's own margin. Where there is more behind it than that, the fee comes out of it: then the amount is negative, at least `-fee`. With its
    /// fee convex and nothing at nothing, so a smaller order never needs more than its share.
    #[must_use]
    pub fn margin_for(&self, added: f64, leverage: f64, fee: f64) -> f64 {
        ((self.notional + added) / leverage - self.wallet).clamp((-fee).min(0.0), added / leverage)
    }
}

/// The most a coin takes at this size or a smaller one: margin or price, plus fee. A smaller sale brings a better price, so a larger notional.
#[must_use]
pub fn unit_cost(quantity: f64, leverage: f64, first: &Filled, venue: &Venue) -> f64 {
    let dearest = if first.maker { first.price } else { first.price.max(venue.taker.price(-1.0, first.reference)) };
    let fee = if first.maker { venue.maker.fee } else { venue.taker.fee };
    quantity * dearest / leverage / quantity + dearest * fee
}

/// What one order asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim {
    pub quantity: f64,
    pub unit_cost: f64,
    /// What of it the position's own margin pays ([`Backing::freed`]).
    pub freed: f64,
}

impl Claim {
    /// The most it takes, whoever pays.
    #[must_use]
    pub fn cost(&self) -> f64 {
        self.quantity * self.unit_cost
    }

    /// What the cash must pay for all of it.
    #[must_use]
    pub fn need(&self) -> f64 {
        (self.cost() - self.freed).max(0.0)
    }
}

/// What all orders of one cash account cost at once, and who pays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bill {
    /// What the cash is asked for.
    pub need: f64,
    pub cash: f64,
    /// What the positions' own margin pays.
    pub freed: f64,
    /// The part of every order that can be paid.
    pub scale: f64,
}

impl Bill {
    /// The bill of all claims of one moment against `cash`, in USD.
    #[must_use]
    pub fn of(claims: &[Claim], cash: f64) -> Self {
        let need = claims.iter().map(Claim::need).sum();
        let freed = claims.iter().map(|claim| claim.freed.min(claim.cost())).sum();
        Self { need, cash, freed, scale: affordable(claims, cash) }
    }
}

/// The largest part of all orders that the cash pays for, all shrinking alike. What a position's own margin pays costs no cash, and helps no other order.
#[must_use]
pub fn affordable(claims: &[Claim], cash: f64) -> f64 {
    let mut paying: Vec<&Claim> = claims.iter().collect();
    loop {
        let cost: f64 = paying.iter().map(|claim| claim.cost()).sum();
        let there = cash + paying.iter().map(|claim| claim.freed).sum::<f64>();
        let scale = if cost > there { there / cost } else { 1.0 };
        let before = paying.len();
        paying.retain(|claim| claim.cost() * scale > claim.freed);
        if paying.len() == before || paying.is_empty() {
            return scale;
        }
    }
}

/// Steps in which an order is cut to the cash there is; each leaves a small part of what the one before left.
const MOST_CUTS: u32 = 16;

/// A fill of `quantity`, cut until `cost` of it is no more than `there`. Both are asked anew after each cut: a smaller order moves the price less,
/// which changes what stands behind the position it adds to.
pub fn cut_to_cash(
    quantity: f64,
    fill: impl Fn(f64) -> Option<Filled>,
    cost: impl Fn(&Filled) -> f64,
    there: impl Fn(&Filled) -> f64,
) -> Option<Filled> {
    let mut filled = fill(quantity)?;
    for _ in 0..MOST_CUTS {
        let (cost, there) = (cost(&filled), there(&filled));
        if cost <= there {
            break;
        }
        // Never by the last bit of a division more than there is: of a large book that is more than the microdollars kept back.
        filled = fill(filled.quantity * there / cost * (1.0 - 1e-12))?;
    }
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::brackets::DEFAULT_BRACKETS;
    use crate::units::Direction;

    const PLAIN: Claim = Claim { quantity: 10.0, unit_cost: 30.0, freed: 0.0 };

    #[test]
    fn all_orders_shrink_alike() {
        assert_eq!(affordable(&[PLAIN, PLAIN], 600.0), 1.0);
        assert_eq!(affordable(&[PLAIN, PLAIN], 300.0), 0.5);
        assert_eq!(affordable(&[PLAIN, PLAIN], 0.0), 0.0);
    }

    #[test]
    fn margin_that_is_there_helps_no_other_order() {
        let backed = |freed: f64| [Claim { freed, ..PLAIN }, PLAIN];
        assert_eq!(affordable(&backed(150.0), 300.0), 0.75, "(300 + 150) / 600");
        // 240 of its 300 are there: where all shrink to a half it asks for nothing, so the 150 are the other's alone.
        assert_eq!(affordable(&backed(240.0), 150.0), 0.5, "150 / 300");
        let bill = Bill::of(&backed(240.0), 150.0);
        assert_eq!((bill.need, bill.freed), (360.0, 240.0));
    }

    #[test]
    fn a_loss_backs_nothing_and_a_profit_neither() {
        let position = Isolated { direction: Direction::Long, quantity: 2.0, entry_price: 100.0, wallet: 100.0 };
        assert_eq!(Backing::of(&position, 120.0), Backing { notional: 200.0, wallet: 100.0 });
        let lost = Backing::of(&position, 90.0);
        assert_eq!(lost, Backing { notional: 180.0, wallet: 80.0 });
        // 180 more at 4x: 90 behind all of it, of which 80 are there.
        assert_eq!((lost.freed(4.0), lost.margin_for(180.0, 4.0, 1.0)), (35.0, 10.0));
        assert_eq!(lost.margin_for(20.0, 4.0, 1.0), -1.0, "there is more than enough: the fee comes out of it");
        assert_eq!(lost.margin_for(1_800.0, 1.0, 1.0), 1_800.0, "never more than its own");
    }

    #[test]
    fn the_bracket_cuts_the_size_and_keeps_the_margin() {
        // 600 of 100 at 20x, of 3,000: 10x allows 30,000 only, and 20x no more than 50,000.
        let cut = within_bracket(&DEFAULT_BRACKETS, 100.0, 500.0, 20.0, 100.0);
        assert_eq!((cut.quantity, cut.cut), (400.0, Some((60_000.0, 50_000.0))));
        assert!((cut.leverage - 50.0 / 3.0).abs() < 1e-12);
        let whole = within_bracket(&DEFAULT_BRACKETS, 0.0, 40.0, 5.0, 100.0);
        assert_eq!(whole, Allowed { quantity: 40.0, leverage: 5.0, cut: None });
    }
}
