//! What perpetuals have settled: what is paid, and what was seen.

use crate::market::Settlement;
use crate::units::{InstrumentId, Time};

/// Settlements of all perpetuals, by instrument and by bar. Only those inside the clock and inside a listed segment; before the window, where
/// nobody pays, only observed ones.
#[derive(Clone, Debug, Default)]
pub struct FundingBook {
    /// What is paid: per instrument, ascending in time; empty for spot.
    pub by_instrument: Vec<Vec<Settlement>>,
    /// What was seen: the same without the assumed ones, of instruments that have any.
    pub(super) seen: Vec<Option<Vec<Settlement>>>,
    /// `(instrument, index into its list)`, ascending in time, then instrument.
    pub in_time: Vec<(InstrumentId, u32)>,
    /// Settlements with `open(t) ≤ time < open(t + 1)` are `in_time[bar_start[t]..bar_start[t + 1]]`; length bars + 1.
    pub bar_start: Vec<u32>,
}

impl FundingBook {
    /// The settlements of one bar, in time order.
    pub fn in_bar(&self, t: usize) -> impl Iterator<Item = (InstrumentId, &Settlement)> {
        let range = self.bar_start[t] as usize..self.bar_start[t + 1] as usize;
        self.in_time[range].iter().map(|&(id, k)| (id, &self.by_instrument[id.index()][k as usize]))
    }

    /// The settlements of one instrument that were observed, oldest first: all that a rule may know. An assumed one is paid, and says nothing.
    #[must_use]
    pub fn observed(&self, id: InstrumentId) -> &[Settlement] {
        self.seen[id.index()].as_deref().unwrap_or(&self.by_instrument[id.index()])
    }

    /// Those of them stamped strictly before `now`.
    #[must_use]
    pub fn observed_before(&self, id: InstrumentId, now: Time) -> &[Settlement] {
        let all = self.observed(id);
        &all[..all.partition_point(|s| s.time < now)]
    }

    /// Whether any settlement is the declared constant.
    #[must_use]
    pub fn has_assumed(&self) -> bool {
        self.seen.iter().any(Option::is_some)
    }

    /// Changes every settlement, by its instrument: what is paid and what was seen of it. Times stay as they are.
    pub(super) fn each(&mut self, mut change: impl FnMut(usize, &mut Settlement)) {
        for (id, (paid, seen)) in self.by_instrument.iter_mut().zip(&mut self.seen).enumerate() {
            paid.iter_mut().chain(seen.iter_mut().flatten()).for_each(|settlement| change(id, settlement));
        }
    }

    /// Puts the settlements of the next instrument on the book.
    pub(super) fn add(&mut self, settlements: Vec<Settlement>) {
        let assumed = settlements.iter().any(|settlement| settlement.assumed);
        self.seen.push(assumed.then(|| settlements.iter().filter(|settlement| !settlement.assumed).copied().collect()));
        self.by_instrument.push(settlements);
    }
}
