//! The dates at which a run is put to the test.

use crate::lookahead::Terms;
use crate::replay::run::Run;
use crate::units::rng::{STEP, word_after};
use crate::units::{Span, Time};

/// Bars, ascending, one from each of `terms.dates` equal stretches of the run that has any, the last bar never among them: by turns a close at
/// which something was decided, and any close at which the strategy looks. A leak of one bar shows nowhere else.
#[must_use]
pub fn dates(run: &Run, decide: Span, terms: Terms) -> Vec<usize> {
    let Terms { dates: count, seed } = terms;
    let clock = run.clock;
    let mut instants: Vec<Time> = run.decisions.iter().map(|row| row.time).collect();
    instants.extend(run.rotations.iter().map(|row| row.time));
    instants.extend(run.flows.iter().map(|row| row.time));
    // What is done at an open was decided at the close it is.
    instants.extend(run.fills.iter().map(|row| row.time));
    instants.sort_unstable();
    let looks = |t: usize| clock.close(t).seconds() % decide.seconds() == 0;
    let busy = |t: usize| looks(t) && instants.binary_search(&clock.close(t)).is_ok();
    let usable = clock.bars.saturating_sub(1);
    let mut found = Vec::new();
    for stretch in 0..count {
        let bars = usable * stretch / count..usable * (stretch + 1) / count;
        let choice = |wanted: &dyn Fn(usize) -> bool| bars.clone().filter(|&t| wanted(t)).collect::<Vec<usize>>();
        let tries = [if stretch % 2 == 0 { choice(&busy) } else { Vec::new() }, choice(&looks), bars.clone().collect()];
        if let Some(bars) = tries.iter().find(|bars| !bars.is_empty()) {
            found.push(bars[(mixed(seed, stretch as u64) % bars.len() as u64) as usize]);
        }
    }
    found
}

/// A word of the seed and a number.
fn mixed(seed: u64, number: u64) -> u64 {
    word_after(seed.wrapping_add(number.wrapping_mul(STEP)))
}
