//! `capacity.csv`: what more money leaves.

use crate::report::tables::column::{Column, Rows, maybe_number, usd};
use crate::report::tables::source::Source;
use crate::stress::Carried;

pub(super) const TABLE: Rows<Carried> = Rows { file: "capacity.csv", columns: COLUMNS, each: rows };

const COLUMNS: &[Column<Carried>] = &[
    usd("capital", |row, _| row.capital),
    maybe_number("alpha_kept", |row, _| row.alpha_kept),
    maybe_number("return_kept", |row, _| row.return_kept),
    maybe_number("average_gross_exposure", |row, _| row.average_gross_exposure),
];

fn rows(source: &Source, each: &mut dyn FnMut(&Carried)) {
    source.evaluation.stress.ladder.iter().flat_map(|ladder| &ladder.capacity.carried).for_each(each);
}
