//! Whether the verdict of a study is true: tuned on a random walk a strategy is likely luck, tuned to an edge that is there it is robust.

use std::path::Path;

use rotate::batch::{Arena, side_by_side};
use rotate::luck::verdict::Verdict;
use rotate::strategy::StrategyFile;
use rotate::tune::{self, FinalWindow, Journal, Request};
use rotate::units::Usd;

use super::world::{Truth, market};
use super::{CAPITAL, MANY, seeds};

/// Ways to look for the best of the same keys.
const WAYS: [(&str, &str); 4] = [
    ("grid of 81, a third held out", ""),
    ("80 trials of TPE, a third held out", "sampler = \"tpe\"\ntrials = 80"),
    ("grid of 81, walk-forward", "walk_forward = { train = \"365d\", test = \"120d\" }"),
    ("grid of 81, cross-validation", "cross_validation = { folds = 6, test_folds = 2 }"),
];

/// The strategy of the experiment, its `[tune]` table with `way` in it.
fn tuned(way: &str) -> StrategyFile {
    let text = include_str!("tuned.toml").replace("[tune]\n", &format!("[tune]\n{way}\n"));
    StrategyFile::parse(Path::new("tuned.toml"), text).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Verdicts of so many studies, each of a market of its own: how many were robust, fragile and likely luck.
fn verdicts(truth: Truth, file: &StrategyFile) -> [usize; 3] {
    let found = side_by_side(&seeds(), |&seed| {
        let market = market(truth, seed);
        let request = Request { file, capital: Usd::round(CAPITAL), final_window: FinalWindow::Keep, also: &[] };
        let study = tune::study(&Arena::new(&market), &request, &mut Journal::nowhere(serde_json::json!({})), &());
        study.unwrap_or_else(|fault| panic!("{fault}")).judgement.verdict
    });
    [Verdict::Robust, Verdict::Fragile, Verdict::LikelyLuck].map(|verdict| found.iter().filter(|found| **found == verdict).count())
}

/// A few seeds try the first way only.
fn ways() -> &'static [(&'static str, &'static str)] {
    if seeds().len() < MANY { &WAYS[..1] } else { &WAYS }
}

#[test]
fn what_was_tuned_on_a_random_walk_is_likely_luck() {
    for (name, way) in ways() {
        let found @ [robust, _, luck] = verdicts(Truth::RandomWalk, &tuned(way));
        println!("random walk, {name}: robust, fragile, likely luck {found:?}");
        let wanted = if seeds().len() < MANY { 0.75 } else { 0.95 };
        assert!(robust == 0 && luck as f64 >= wanted * seeds().len() as f64, "{name}: {found:?}");
    }
}

#[test]
fn what_was_tuned_to_an_edge_is_robust() {
    for (name, way) in ways() {
        let found @ [robust, _, luck] = verdicts(Truth::Planted { drift: 0.015 }, &tuned(way));
        println!("planted edge, {name}: robust, fragile, likely luck {found:?}");
        let (wanted, allowed) = if seeds().len() < MANY { (0.5, 0.25) } else { (0.9, 0.05) };
        let count = seeds().len() as f64;
        assert!(robust as f64 >= wanted * count && luck as f64 <= allowed * count, "{name}: {found:?}");
    }
}
