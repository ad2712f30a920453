//! Crowding: funding stays high, while price stalls where that is asked; and its other side, funding that a position receives.
//!
//! The article's exit made precise (`fidelity.md` 5): the mean eight-hour-equivalent rate of the last `n` settlements is at or above
//! the threshold, and price has not risen over the stall window, which may be left out. For a short both signs turn round.

use crate::signal::{History, funding, score};
use crate::units::{Direction, InstrumentId, Span};

/// What was measured, whichever way the verdict goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crowding {
    /// Mean 8-hour-equivalent funding the position pays; positive is a cost to it.
    pub funding_8h: f64,
    /// Return over the stall window in the position's favour; `None` where no window was asked for.
    pub progress: Option<f64>,
}

/// `None` where fewer than `settlements` recent rates, or less history than `stall`, are known.
#[must_use]
pub fn measure(history: &History, id: InstrumentId, direction: Direction, settlements: usize, stall: Option<Span>) -> Option<Crowding> {
    let mean = funding::mean_8h(history.last_settlements(id, settlements)?)?;
    let progress = match stall {
        Some(span) => Some(score::momentum(history, id, span)? * direction.sign()),
        None => None,
    };
    Some(Crowding { funding_8h: mean * direction.sign(), progress })
}
