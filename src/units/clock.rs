//! The bars of a market, numbered.

use crate::units::{Span, Time};

/// The one clock of a market: bar `t` covers `[open(t), close(t))`, and `close(t) == open(t + 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub start: Time,
    pub bar: Span,
    pub bars: usize,
}

impl Clock {
    /// The instant at which bar `t` opens.
    #[must_use]
    pub fn open(&self, t: usize) -> Time {
        self.start.plus(self.bar.seconds() * t as i64)
    }

    /// The instant at which bar `t` closes: the open of the next.
    #[must_use]
    pub fn close(&self, t: usize) -> Time {
        self.open(t + 1)
    }

    /// The bars from bar `first` on, as a clock of their own.
    ///
    /// # Panics
    /// When there are not so many bars.
    #[must_use]
    pub fn from_bar(&self, first: usize) -> Self {
        assert!(first <= self.bars, "bar {first} of {}", self.bars);
        Self { start: self.open(first), bar: self.bar, bars: self.bars - first }
    }

    /// The bar that covers an instant; `None` outside the clock.
    #[must_use]
    pub fn bar_of(&self, time: Time) -> Option<usize> {
        let offset = time.seconds() - self.start.seconds();
        let bar = usize::try_from(offset.div_euclid(self.bar.seconds())).ok()?;
        (bar < self.bars).then_some(bar)
    }

    /// Its length in years of 365 days.
    #[must_use]
    pub fn years(&self) -> f64 {
        self.bar.days() * self.bars as f64 / 365.0
    }
}
