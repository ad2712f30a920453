//! What a run says of itself when it is asked to: whether it sees ahead, and whether the bars it skipped were rightly skipped.

use crate::batch::Arena;
use crate::fault::Fault;
use crate::lookahead::{Difference, Terms, Verdict, difference, test};
use crate::market::MarketParts;
use crate::strategy::Strategy;
use crate::units::Usd;

/// Two tests of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct SelfTest {
    pub lookahead: Verdict,
    /// What a replay that skips no bar does otherwise first: nothing, unless the way that skips is wrong.
    pub bar_by_bar: Option<Difference>,
}

impl SelfTest {
    /// Tests a strategy in the arena of a market that was made of `parts`, with `capital`. `done` is called once a date.
    ///
    /// # Errors
    /// As [`test()`].
    pub fn of(
        (arena, parts): (&Arena, &MarketParts),
        strategy: &Strategy,
        capital: Usd,
        terms: Terms,
        done: impl Fn() + Sync,
    ) -> Result<Self, Fault> {
        let lookahead = test(parts, strategy, capital, terms, done)?;
        let bars = arena.market.window().bars;
        let [quick, whole] = [arena.replay_to(strategy, capital, bars), arena.replay_bar_by_bar(strategy, capital, bars)];
        let bar_by_bar = bars.checked_sub(1).and_then(|last| difference::first(parts, &quick, &whole, last));
        Ok(Self { lookahead, bar_by_bar })
    }

    /// Whether nothing was found; one that could test at no date says nothing.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.lookahead.leaks.is_empty() && !self.lookahead.dates.is_empty() && self.bar_by_bar.is_none()
    }
}
