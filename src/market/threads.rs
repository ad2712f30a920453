//! Files side by side on plain threads. What reads them has a pool of threads of its own; a task of a pool that waits for another pool takes up
//! the next task of its own meanwhile, inside itself, and with a thousand files that goes on until the stack ends. A plain thread just waits.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// `each` of all items; results in the order of the items. As many threads as the program was given, but no more than the machine has cores:
/// so many may wait for one pool at a time.
///
/// # Errors
/// Not one thread can be started.
pub(super) fn side_by_side<I: Sync, T: Send>(items: &[I], each: impl Fn(&I) -> T + Sync) -> std::io::Result<Vec<T>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    on_threads(rayon::current_num_threads().min(cores), items, each)
}

fn on_threads<I: Sync, T: Send>(threads: usize, items: &[I], each: impl Fn(&I) -> T + Sync) -> std::io::Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, each(item)));
        }
    };
    let mut found = thread::scope(|scope| {
        let mut started = Vec::new();
        for _ in 0..threads.min(items.len()) {
            match thread::Builder::new().spawn_scoped(scope, work) {
                Ok(thread) => started.push(thread),
                // Those that there are take the whole of it.
                Err(_) if !started.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        let mut found = Vec::with_capacity(items.len());
        for thread in started {
            found.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        Ok(found)
    })?;
    found.sort_unstable_by_key(|&(at, _)| at);
    Ok(found.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_on_any_number_of_threads() {
        let items: Vec<usize> = (0..1_000).collect();
        let squares: Vec<usize> = items.iter().map(|item| item * item).collect();
        for threads in [1, 2, 7, 5_000] {
            assert_eq!(on_threads(threads, &items, |item| item * item).unwrap(), squares);
        }
        assert_eq!(on_threads(3, &[], |item: &usize| *item).unwrap(), [0; 0]);
    }

    #[test]
    #[should_panic(expected = "the seventh")]
    fn what_a_thread_panics_with_is_passed_on() {
        let _ = on_threads(2, &[5, 6, 7, 8], |&item| assert!(item != 7, "the seventh"));
    }
}
