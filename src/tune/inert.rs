//! Keys that change nothing: each at its ends, or at every value listed, with all others as they are.

use crate::replay::run::Run;
use crate::strategy::tuning::Tune;
use crate::strategy::{Search, StrategyFile};
use crate::tune::search_space::SearchSpace;
use crate::tune::trial::Bench;

/// Names of the keys none of whose values gave another curve than the strategy as it is. One that matters only beside another key is not looked at.
pub(super) fn keys(space: &SearchSpace, file: &StrategyFile, tune: &Tune, bench: &Bench, before: &Run) -> Vec<String> {
    let alone = space.alone(file, tune, bench.arena);
    let moved = bench.arena.map_all(&alone, |(_, file)| bench.replay(&file.strategy).equity != before.equity);
    let inert = |(at, (key, search)): (usize, (&String, &Search))| {
        let mut tried = alone.iter().zip(&moved).filter(|((of, _), _)| *of == at).peekable();
        let was_tried = tried.peek().is_some();
        (search.when.is_none() && was_tried && tried.all(|(_, moved)| !moved)).then(|| key.clone())
    };
    tune.keys.iter().enumerate().filter_map(inert).collect()
}
