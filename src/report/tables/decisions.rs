//! `decisions.csv`: every gate that passed, refused, resized or made leave.

use crate::replay::run::Decision;
use crate::report::tables::column::{Column, Rows, maybe_number, text, time};

pub(super) const TABLE: Rows<Decision> =
    Rows { file: "decisions.csv", columns: COLUMNS, each: |source, each| source.run().decisions.iter().for_each(each) };

const COLUMNS: &[Column<Decision>] = &[
    time("time", |d, _| d.time),
    text("rule", |d, _| d.rule.as_str().into()),
    text("subject", |d, _| d.subject.as_str().into()),
    text("verdict", |d, _| d.verdict.name().into()),
    maybe_number("value", |d, _| d.value),
    maybe_number("limit", |d, _| d.limit),
    text("detail", |d, _| d.detail.as_str().into()),
];
