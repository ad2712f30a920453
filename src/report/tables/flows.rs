//! `flows.csv`: money from one bucket to another.

use crate::replay::run::Flow;
use crate::report::tables::column::{Column, Rows, text, time, usd};

pub(super) const TABLE: Rows<Flow> =
    Rows { file: "flows.csv", columns: COLUMNS, each: |source, each| source.run().flows.iter().for_each(each) };

const COLUMNS: &[Column<Flow>] = &[
    time("time", |f, _| f.time),
    text("from", |f, s| s.bucket(f.from)),
    text("to", |f, s| s.bucket(f.to)),
    usd("amount", |f, _| f.amount),
    text("reason", |f, _| f.reason.name().into()),
];
