//! Several connections side by side: the same answer as one after the other.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::fault::Fault;

/// Does the work for each item on so many threads; answers stand in the order of the items. The first fault ends it, once what is at work has ended.
pub(super) fn each<I: Sync, T: Send>(
    connections: usize,
    items: &[I],
    work: impl Fn(usize, &I) -> Result<T, Fault> + Sync,
) -> Result<Vec<T>, Fault> {
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let answers: Mutex<Vec<(usize, Result<T, Fault>)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..connections.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                while !stopped.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let answer = work(at, item);
                    stopped.fetch_or(answer.is_err(), Ordering::Relaxed);
                    answers.lock().unwrap_or_else(PoisonError::into_inner).push((at, answer));
                }
            });
        }
    });
    let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
