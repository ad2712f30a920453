//! What books cannot hold.

use crate::units::Usd;

/// A sum beyond [`Usd::MOST`], in USD; an amount that is no whole number any more is told as far as it goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Excess {
    /// In one account, in all of them together, or in what the positions are worth.
    Held(f64),
    /// Of everything traded, paid and moved since the beginning: no sum of the records is larger.
    Moved(f64),
}

/// The largest sums that there have been, in USD.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fullest {
    held: f64,
    /// In one account, whatever its sign.
    account: Usd,
    moved: f64,
}

impl Fullest {
    /// Takes note of an amount that is held, in USD.
    #[inline]
    pub fn hold(&mut self, amount: f64) {
        self.held = self.held.max(amount.abs());
    }

    /// Takes note of what stands in an account.
    #[inline]
    pub fn hold_in_account(&mut self, balance: Usd) {
        self.account = self.account.max(balance.abs());
    }

    /// Adds an amount that was moved, in USD.
    #[inline]
    pub fn move_on(&mut self, amount: f64) {
        self.moved += amount.abs();
    }

    fn most_held(&self) -> f64 {
        self.held.max(self.account.to_f64())
    }

    /// Whether half of what books hold is not reached, `moved` USD more included.
    pub fn has_room_for(&self, moved: f64) -> bool {
        let half = Usd::MOST.to_f64() / 2.0;
        self.most_held() < half && self.moved + moved < half
    }

    /// The sum that is beyond what books hold, if there is one.
    pub fn excess(&self) -> Option<Excess> {
        let most = Usd::MOST.to_f64();
        if self.most_held() > most {
            Some(Excess::Held(self.most_held()))
        } else if self.moved > most {
            Some(Excess::Moved(self.moved))
        } else {
            None
        }
    }
}
