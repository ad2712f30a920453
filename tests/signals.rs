//! What could be known, on markets of a few days: every expected number can be worked out by head. That nothing of it looks ahead is a
//! law of its own (`tests/laws/foresight.rs`).

#[path = "signals/conversions.rs"]
mod conversions;
#[path = "signals/lifecycle.rs"]
mod lifecycle;
#[path = "signals/narrative.rs"]
mod narrative;
#[path = "support/parts.rs"]
mod parts;
#[path = "signals/real.rs"]
mod real;
#[path = "signals/regime.rs"]
mod regime;
#[path = "signals/single.rs"]
mod single;
#[path = "signals/survivors.rs"]
mod survivors;
#[path = "signals/tiny.rs"]
mod tiny;
