//! `rotations.csv`: a row a step of a narrative.

use crate::replay::run::Rotation;
use crate::report::tables::column::{Column, Rows, maybe_number, text, time};

pub(super) const TABLE: Rows<Rotation> =
    Rows { file: "rotations.csv", columns: COLUMNS, each: |source, each| source.run().rotations.iter().for_each(each) };

const COLUMNS: &[Column<Rotation>] = &[
    time("time", |r, _| r.time),
    text("narrative", |r, s| s.narrative(Some(r.narrative))),
    text("bucket", |r, s| r.step.bucket().map(|id| s.bucket(id)).unwrap_or_default()),
    text("from_stage", |r, _| r.step.ends().0.into()),
    text("to_stage", |r, _| r.step.ends().1.into()),
    text("cause", |r, _| r.step.cause().into()),
    maybe_number("observed", |r, _| r.observed),
    maybe_number("threshold", |r, _| r.threshold),
];
