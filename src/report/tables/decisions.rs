//! `decisions.csv`: every gate that passed, refused, resized or made leave.

use crate::replay::run::Decision;
use crate::report::tables::column::{Column, Rows, maybe_number, text, time};

pub(super) const TABLE: Rows<Decision> =
    Rows { file: "decisions.csv", columns: COLUMNS, each: |source, each| source.run().decisions.iter().for_each(each) };

const COLUMNS: &[Column<Decision>] = &[
    time("time", |d, _| d.time),
    text("rule", |d, s| d.rule().word(&s.names()).into()),
    text("bucket", |d, s| d.bucket.map(|id| s.bucket(id)).unwrap_or_default()),
    text("subject", |d, s| d.subject.word(&s.names()).into()),
    text("verdict", |d, _| d.verdict.name().into()),
    maybe_number("observed", |d, _| d.observed),
    maybe_number("threshold", |d, _| d.threshold),
    text("detail", |d, s| d.detail(&s.names()).into()),
];
