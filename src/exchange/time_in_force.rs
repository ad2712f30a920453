//! What becomes of an order, or of the rest of one, that did not fill in its bar: it waits, follows the price, expires, or crosses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::Refusal;
use crate::exchange::orders::{Kind, OrderSpec, Side};

/// What a limit does while it waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhileOpen {
    /// Stays at its price.
    #[default]
    Rest,
    /// Is put anew, `offset` from the last close, before every bar.
    Reprice,
}

/// What happens when the bars are over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnExpiry {
    /// It is gone.
    #[default]
    Expire,
    /// It becomes a market order, and goes on as one until it is filled.
    Taker,
}

/// How long an order waits and how.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeInForce {
    /// Bars in which it may fill, at least 1.
    pub bars: u32,
    #[serde(default, rename = "while")]
    pub waiting: WhileOpen,
    /// Distance of a limit from the last close on its passive side, a fraction: a buyer's limit stands at `close · (1 − offset)`.
    #[serde(default)]
    pub offset: f64,
    #[serde(default)]
    pub then: OnExpiry,
}

impl TimeInForce {
    /// Refuses what cannot be waited for.
    ///
    /// # Errors
    /// No bars, an offset outside [0, 1).
    pub fn check(&self) -> Result<(), Refusal> {
        Refusal::unless(self.bars >= 1, "bars", f64::from(self.bars), "a whole number from 1")?;
        Refusal::unless((0.0..1.0).contains(&self.offset), "offset", self.offset, "a fraction from 0, below 1")
    }

    /// The limit of a side at a close.
    #[must_use]
    pub fn limit(&self, side: Side, close: f64) -> f64 {
        close * (1.0 - side.sign() * self.offset)
    }

    /// The order for the next bar: `remainder` coins of `order` after `seen` bars, the last of which closed at `close`. `None`: nothing is
    /// left, or it has expired.
    #[must_use]
    pub fn next(&self, order: &OrderSpec, remainder: f64, seen: u32, close: f64) -> Option<OrderSpec> {
        if remainder.is_nan() || remainder <= 0.0 {
            return None;
        }
        self.follow(order.side, order.kind, seen, close).map(|kind| OrderSpec { kind, quantity: remainder, ..*order })
    }

    /// What an order is after `seen` bars, the last of which closed at `close`; `None` once it has expired. A limit kept at its price rests in
    /// the book; one put anew arrives with the next open. Triggers and targets keep waiting until they expire; what is not a limit never
    /// changes its price.
    #[must_use]
    pub fn follow(&self, side: Side, kind: Kind, seen: u32, close: f64) -> Option<Kind> {
        Some(match (kind, self.then) {
            (_, OnExpiry::Expire) if seen >= self.bars => return None,
            (_, OnExpiry::Taker) if seen >= self.bars => Kind::Market,
            (Kind::Limit { .. }, _) if self.waiting == WhileOpen::Reprice => Kind::Limit { price: self.limit(side, close), resting: false },
            // Where the close lies beyond it, the order would cross at the next open.
            (Kind::Limit { price, .. }, _) => Kind::Limit { price, resting: !side.reaches(close, price) },
            (kind, _) => kind,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(then: OnExpiry, waiting: WhileOpen, seen: u32) -> Option<Kind> {
        let patience = TimeInForce { bars: 2, waiting, offset: 0.01, then };
        patience.check().unwrap();
        let order = OrderSpec::new(Side::Buy, Kind::Limit { price: 95.0, resting: false }, 5.0);
        patience.next(&order, 2.0, seen, 100.0).map(|order| {
            assert_eq!(order.quantity, 2.0);
            order.kind
        })
    }

    #[test]
    fn it_rests_follows_expires_or_crosses() {
        assert_eq!(next(OnExpiry::Expire, WhileOpen::Rest, 1), Some(Kind::Limit { price: 95.0, resting: true }));
        assert_eq!(next(OnExpiry::Expire, WhileOpen::Reprice, 1), Some(Kind::Limit { price: 99.0, resting: false }));
        assert_eq!(next(OnExpiry::Expire, WhileOpen::Rest, 2), None);
        assert_eq!(next(OnExpiry::Taker, WhileOpen::Reprice, 2), Some(Kind::Market));
    }

    #[test]
    fn nothing_left_is_nothing_to_wait_for() {
        let patience = TimeInForce { bars: 9, waiting: WhileOpen::Rest, offset: 0.0, then: OnExpiry::Taker };
        assert!(patience.next(&OrderSpec::new(Side::Sell, Kind::Market, 5.0), 0.0, 1, 100.0).is_none());
        assert!(TimeInForce { bars: 0, ..patience }.check().is_err());
        assert!(TimeInForce { offset: 1.0, ..patience }.check().is_err());
    }
}
