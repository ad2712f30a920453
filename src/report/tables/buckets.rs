//! `buckets.csv`: what each bucket was worth at each close.

use crate::report::tables::column::{Column, Rows, text, time, usd};
use crate::report::tables::source::Source;

/// The places of a bar and of a bucket.
type Row = (usize, usize);

pub(super) const TABLE: Rows<Row> = Rows { file: "buckets.csv", columns: COLUMNS, each: rows };

const COLUMNS: &[Column<Row>] = &[
    time("time", |&(t, _), s| s.run().clock.close(t)),
    text("bucket", |&(_, b), s| s.run().buckets[b].as_str().into()),
    usd("value", |&(t, b), s| s.run().bucket_values[t * s.run().buckets.len() + b]),
];

fn rows(source: &Source, each: &mut dyn FnMut(&Row)) {
    for t in 0..source.run().equity.len() {
        (0..source.run().buckets.len()).for_each(|b| each(&(t, b)));
    }
}
