//! `rotations.csv`: a row a step of a narrative.

use crate::replay::run::Rotation;
use crate::report::tables::column::{Column, Rows, maybe_number, text, time};

pub(super) const TABLE: Rows<Rotation> =
    Rows { file: "rotations.csv", columns: COLUMNS, each: |source, each| source.run().rotations.iter().for_each(each) };

const COLUMNS: &[Column<Rotation>] = &[
    time("time", |r, _| r.time),
    text("narrative", |r, s| s.narrative(Some(r.narrative))),
    text("from_stage", |r, _| r.from_stage.as_str().into()),
    text("to_stage", |r, _| r.to_stage.as_str().into()),
    text("cause", |r, _| r.cause.as_str().into()),
    maybe_number("value", |r, _| r.value),
    maybe_number("threshold", |r, _| r.threshold),
];
