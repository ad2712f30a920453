//! What could be known, on markets of a few days: every expected number can be worked out by head. That nothing of it looks ahead is a
//! law of its own (`tests/laws/foresight.rs`).

mod conversions;
mod lifecycle;
mod narrative;
mod real;
mod regime;
mod single;
mod survivors;
