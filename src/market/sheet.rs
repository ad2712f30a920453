//! Tables as columns: what is read of one, where its columns stand, and the columns of a data frame by their names.

use polars::prelude::{DataFrame, DataType};

use crate::market::files::Source;
use crate::market::timestamp;
use crate::units::Time;

/// One column a table must or may have. Names are compared in lower case without `_` and spaces.
pub(super) struct Wanted {
    pub(super) names: &'static [&'static str],
    /// An optional column may be absent, and its fields may be empty: both read as NaN.
    pub(super) optional: bool,
}

/// What to read from a table: its time, and columns of numbers.
pub(super) struct Layout {
    pub(super) time: &'static [&'static str],
    pub(super) columns: &'static [Wanted],
    /// Column names of the exchange archives that come without a header.
    pub(super) headless: &'static [&'static str],
}

/// Columns of one table, in the order of its rows. `columns[k]` is the layout's column `k`; empty where an optional one is absent.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) time: Vec<Time>,
    pub(super) columns: Vec<Vec<f64>>,
}

/// Where the wanted columns stand in a CSV table.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) header: bool,
    /// Columns in all.
    pub(super) width: usize,
    pub(super) time: usize,
    pub(super) columns: Vec<Option<usize>>,
    /// The columns that name the symbol of each row, and what they are called.
    pub(super) symbols: Vec<(usize, &'static str)>,
    /// The first data row writes time as a whole number.
    pub(super) numeric_time: bool,
}

/// The first row that names another symbol than its file, and that symbol.
pub(super) fn other_symbol(frame: &DataFrame, name: &str, source: &Source) -> Option<(usize, String)> {
    let column = frame.column(name).ok()?;
    // A number is compared as it is written; what cannot be written at all is no symbol.
    let Ok(written) = column.cast(&DataType::String) else { return Some((0, column.dtype().to_string())) };
    let column = written.as_materialized_series().str().ok()?;
    let mut last = "";
    for (row, symbol) in column.iter().enumerate() {
        let Some(symbol) = symbol.filter(|symbol| *symbol != last) else { continue };
        if source.contradicts(symbol) {
            return Some((row, symbol.to_owned()));
        }
        last = symbol;
    }
    None
}

pub(super) fn times(frame: &DataFrame, name: &str) -> Option<Vec<Time>> {
    let column = frame.column(name).ok()?;
    if column.null_count() > 0 {
        return None;
    }
    let series = column.as_materialized_series();
    match series.dtype() {
        DataType::String => series.str().ok()?.iter().map(|text| timestamp::of_text(text?)).collect(),
        DataType::Datetime(unit, _) => {
            let per_second = match unit {
                polars::prelude::TimeUnit::Nanoseconds => 1_000_000_000,
                polars::prelude::TimeUnit::Microseconds => 1_000_000,
                polars::prelude::TimeUnit::Milliseconds => 1_000,
            };
            let physical = series.to_physical_repr();
            let instants = physical.i64().ok()?.into_no_null_iter();
            Some(instants.map(|at| Time::from_seconds(at.div_euclid(per_second))).collect())
        }
        // Days since 1970.
        DataType::Date => {
            let physical = series.to_physical_repr();
            Some(physical.i32().ok()?.into_no_null_iter().map(|day| Time::from_seconds(i64::from(day) * 86_400)).collect())
        }
        _ => {
            let whole = series.cast(&DataType::Int64).ok().filter(|whole| whole.null_count() == 0)?;
            whole.i64().ok()?.into_no_null_iter().map(timestamp::of_number).collect()
        }
    }
}

pub(super) fn numbers(frame: &DataFrame, name: &str, optional: bool) -> Option<Vec<f64>> {
    let series = frame.column(name).ok()?.as_materialized_series();
    let cast;
    let series = if series.dtype() == &DataType::Float64 {
        series
    } else {
        cast = series.cast(&DataType::Float64).ok()?;
        &cast
    };
    let numbers = series.f64().ok()?;
    if optional {
        let sane = |number: &Option<f64>| number.is_none_or(f64::is_finite);
        return numbers.iter().all(|number| sane(&number)).then(|| numbers.iter().map(|number| number.unwrap_or(f64::NAN)).collect());
    }
    if numbers.null_count() > 0 {
        return None;
    }
    let mut values = Vec::with_capacity(numbers.len());
    for chunk in numbers.downcast_iter() {
        values.extend_from_slice(chunk.values());
    }
    values.iter().all(|value| value.is_finite()).then_some(values)
}
