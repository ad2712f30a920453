//! The tables of a strategy's folder, a file each, columns in the order of `formats.md` section 3. Money has six decimals, other numbers the
//! shortest form that reads back exactly, undefined is empty.

mod attribution;
mod benchmarks;
mod buckets;
mod capacity;
mod cells;
mod column;
mod decisions;
mod equity;
mod exposure;
mod fills;
mod flows;
mod funding;
mod gains;
mod ladder;
mod liquidations;
mod rotations;
mod source;
mod trades;
mod yields;

use std::path::Path;

use crate::fault::Fault;
use crate::report::files::put;
use crate::report::input::Forms;
use crate::stress::Stress;

pub use column::{Heading, Kind, Table};
pub use source::Source;

/// Those of every run.
pub const ALWAYS: &[&dyn Table] = &[
    &equity::TABLE,
    &buckets::TABLE,
    &fills::TABLE,
    &trades::TABLE,
    &funding::TABLE,
    &liquidations::TABLE,
    &yields::TABLE,
    &flows::TABLE,
    &decisions::TABLE,
    &rotations::TABLE,
    &exposure::TABLE,
    &attribution::TABLE,
    &gains::TABLE,
];

/// Whether a table is there.
type IsThere = fn(&Stress) -> bool;

/// Those that are only there where something was asked for, or where the strategy has such a variant.
pub(crate) const SOMETIMES: &[(&dyn Table, IsThere)] = &[
    (&benchmarks::TABLE, |stress| stress.replayed().next().is_some()),
    (&ladder::TABLE, |stress| stress.ladder.is_some()),
    (&capacity::TABLE, |stress| stress.ladder.is_some()),
];

/// All tables there are.
pub fn all() -> impl Iterator<Item = &'static dyn Table> {
    ALWAYS.iter().copied().chain(SOMETIMES.iter().map(|(table, _)| *table))
}

/// The table of that file.
#[must_use]
pub(crate) fn of_file(file: &str) -> Option<&'static dyn Table> {
    all().find(|table| table.file() == file)
}

/// Writes the tables of a run into `dir`, in the forms that are asked for.
///
/// # Errors
/// A file that cannot be written.
pub fn write_tables(dir: &Path, source: &Source, forms: Forms) -> Result<(), Fault> {
    let asked = SOMETIMES.iter().filter(|(_, is_there)| is_there(&source.evaluation.stress)).map(|(table, _)| *table);
    for table in ALWAYS.iter().copied().chain(asked) {
        if forms.csv.has(table.file()) {
            put(&dir.join(table.file()), &table.csv(source))?;
        }
        if forms.parquet {
            let (file, bytes) = table.parquet(source)?;
            put(&dir.join(file), &bytes)?;
        }
    }
    Ok(())
}
