//! Bytes of a table become columns of numbers; here and in [`parquet`] polars reads them. The frame reader is fast but mute about lines; where it
//! stumbles, [`careful`] reads the same bytes row by row, and either finds the line to blame or reads what the frame reader could not.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{CsvReadOptions, DataFrame, DataType, Field, PlSmallStr, Schema, SerReader};

use crate::fault::Fault;
use crate::market::careful::{careful, columns_of, plain};
use crate::market::files::{Packing, Source, feeds};
use crate::market::{parquet, stamp};
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

/// Reads a table.
///
/// # Errors
/// Missing columns, more rows than a table may have, unparsable or non-finite numbers, unparsable times; with the line.
pub(super) fn read(source: &Source, bytes: &[u8], layout: &Layout) -> Result<Sheet, Fault> {
    if source.packing == Packing::Parquet {
        return parquet::read(source, bytes, layout);
    }
    let places = columns_of(source, bytes, layout)?;
    refuse_long(source, bytes, layout, &places)?;
    // The frame reader skips what stands behind the last wanted column.
    let fast = if overlong(bytes, places.width) { None } else { read_csv(source, bytes, layout, &places) };
    match fast {
        Some(sheet) => Ok(sheet),
        None => careful(source, bytes, layout, &places),
    }
}

/// Refuses more rows than what is made of them may take. Only of a file that has room for so many are they counted: a field that must be
/// there takes a byte, and another one ends it.
fn refuse_long(source: &Source, bytes: &[u8], layout: &Layout, places: &Places) -> Result<(), Fault> {
    let most = source.most_rows(1 + places.columns.iter().flatten().count());
    let required = 1 + layout.columns.iter().filter(|wanted| !wanted.optional).count();
    if bytes.len() as u64 / (2 * required as u64) > most && feeds(bytes) > most {
        return Err(source.too_long(most));
    }
    Ok(())
}

/// Whether a row has more fields than `width`. Commas between quotes separate nothing.
fn overlong(bytes: &[u8], width: usize) -> bool {
    let (mut commas, mut quoted) = (0, false);
    for &byte in bytes {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => commas = 0,
            b',' if !quoted => {
                commas += 1;
                if commas >= width {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// The first row that names another symbol than its file, and that symbol.
pub(super) fn stranger(frame: &DataFrame, name: &str, source: &Source) -> Option<(usize, String)> {
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

/// `None` when anything at all is odd.
fn read_csv(source: &Source, bytes: &[u8], layout: &Layout, places: &Places) -> Option<Sheet> {
    let name = |k: usize| PlSmallStr::from_string(k.to_string());
    let mut dtypes = vec![DataType::String; places.width];
    if places.numeric_time {
        dtypes[places.time] = DataType::Int64;
    }
    let mut projection = vec![places.time];
    for &at in places.columns.iter().flatten() {
        dtypes[at] = DataType::Float64;
        projection.push(at);
    }
    projection.extend(places.symbols.iter().map(|&(at, _)| at));
    projection.sort_unstable();
    projection.dedup();
    let schema: Schema = dtypes.into_iter().enumerate().map(|(k, dtype)| Field::new(name(k), dtype)).collect();
    let options = CsvReadOptions {
        has_header: places.header,
        schema: Some(Arc::new(schema)),
        projection: Some(Arc::new(projection)),
        raise_if_empty: false,
        ..CsvReadOptions::default()
    };
    let frame = options.into_reader_with_file_handle(Cursor::new(bytes)).finish().ok()?;
    let time = times(&frame, &name(places.time))?;
    if places.symbols.iter().any(|&(at, _)| stranger(&frame, &name(at), source).is_some()) {
        return None;
    }
    let columns = places.columns.iter().zip(layout.columns).map(|(at, wanted)| match at {
        Some(at) => numbers(&frame, &name(*at), wanted.optional),
        None => Some(Vec::new()),
    });
    Some(Sheet { time, columns: columns.collect::<Option<_>>()? })
}

pub(super) fn times(frame: &DataFrame, name: &str) -> Option<Vec<Time>> {
    let column = frame.column(name).ok()?;
    if column.null_count() > 0 {
        return None;
    }
    let series = column.as_materialized_series();
    match series.dtype() {
        DataType::String => series.str().ok()?.iter().map(|text| stamp::of_text(text?)).collect(),
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
            let whole = series.cast(&DataType::Int64).ok()?;
            whole.i64().ok()?.iter().map(|number| stamp::of_number(number?)).collect()
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

/// Whether a table has a column of that name, compared as a [`Layout`] compares.
pub(super) fn has_column(source: &Source, bytes: &[u8], name: &str) -> bool {
    if source.packing == Packing::Parquet {
        return parquet::has_column(bytes, name);
    }
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    String::from_utf8_lossy(line).split(',').any(|column| plain(column.trim().trim_matches('"')) == plain(name))
}
