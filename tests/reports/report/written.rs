//! A written report of two made-up runs, and folders read back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rotate::evaluate::{Evaluation, deflated};
use rotate::market::Market;
use rotate::replay::run::Run;
use rotate::report::write_batch;
use rotate::stress::Stress;
use rotate::units::Span;

use crate::fixture::{manifest, market, run};

pub fn batch() -> (Market, Vec<Run>) {
    let market = market(400, Span::from_seconds(28_800));
    let runs = vec![run("up", &market, 1, 0.001, 1.0), run("down & <out>", &market, 2, -0.001, 1.5)];
    (market, runs)
}

pub fn written() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("reports/latest");
    let (market, runs) = batch();
    write_batch(&out, &market, &runs, &manifest(&market, &runs)).unwrap();
    (home, out)
}

/// What the runs come to, seen against nothing.
pub fn evaluated<'a>(market: &Market, runs: &'a [Run]) -> Vec<Evaluation<'a>> {
    deflated(runs.iter().map(|run| Evaluation::with(market, run, Stress::default())).collect())
}

pub fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn files(dir: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>, root: &Path) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            files(&path, into, root);
        } else {
            into.insert(path.strip_prefix(root).unwrap().to_path_buf(), fs::read(&path).unwrap());
        }
    }
}

pub fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    files(root, &mut all, root);
    all
}
