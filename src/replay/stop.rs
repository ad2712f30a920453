//! Where a run ends before its time.

use crate::ledger::Excess;

/// An outcome, as ruin is one: what comes next is more than books can hold ([`crate::units::Usd::MOST`]). Positions stay open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// Bars before it.
    pub bars: usize,
    pub why: Beyond,
}

/// What would have come to more than books can hold, with the amount in USD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Beyond {
    Books(Excess),
    /// What the capital would have become in the benchmark.
    Benchmark(f64),
}
