//! `benchmarks.csv`: the replays the run is measured against, bar by bar; the coin's worth is a column of `equity.csv`.

use crate::report::tables::column::{Column, Rows, text, time, usd};
use crate::report::tables::source::Source;
use crate::units::Usd;

/// The place of a bar, what was held instead, and its worth.
type Row = (usize, &'static str, Usd);

pub(super) const TABLE: Rows<Row> = Rows { file: "benchmarks.csv", columns: COLUMNS, each: rows };

const COLUMNS: &[Column<Row>] = &[
    time("time", |&(t, ..), s| s.run().clock.close(t)),
    text("against", |&(_, key, _), _| key.into()),
    usd("equity", |&(.., equity), _| equity),
];

/// One that ended before its time has no more rows than it has bars.
fn rows(source: &Source, each: &mut dyn FnMut(&Row)) {
    for t in 0..source.run().equity.len() {
        for benchmark in source.evaluation.stress.replayed() {
            if let Some(equity) = benchmark.equity.get(t) {
                each(&(t, benchmark.key, *equity));
            }
        }
    }
}
