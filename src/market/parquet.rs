//! Parquet tables: the wanted columns and no others, of types that hold times or numbers, and as many of their cells as a table may have.

use std::any::Any;
use std::cell::Cell;
use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use polars::prelude::{ArrowDataType, DataFrame, ParallelStrategy, ParquetReader, SerReader};

use crate::bounded::size;
use crate::fault::Fault;
use crate::market::csv_rows::{find, plain};
use crate::market::files::{MOST_COLUMNS, Source};
use crate::market::pages;
use crate::market::quote_field::{cited, escaped};
use crate::market::sheet::{Layout, Places, Sheet, numbers, other_symbol, times};

type Reader<'a> = ParquetReader<Cursor<&'a [u8]>>;

/// A parquet file has rows, not lines: those are what a fault names.
pub(super) fn read(source: &Source, bytes: &[u8], layout: &Layout) -> Result<Sheet, Fault> {
    tamed(|| sheet(source, bytes, layout)).unwrap_or_else(|payload| Err(broken(source, &payload)))
}

/// Whether a table has a column of that name, compared as a [`Layout`] compares.
pub(super) fn has_column(bytes: &[u8], name: &str) -> bool {
    let schema = tamed(|| ParquetReader::new(Cursor::new(bytes)).schema());
    matches!(schema, Ok(Ok(schema)) if schema.iter_names().any(|column| plain(column) == plain(name)))
}

fn sheet(source: &Source, bytes: &[u8], layout: &Layout) -> Result<Sheet, Fault> {
    let broken = |error: polars::prelude::PolarsError| broken(source, &error.to_string());
    // On this thread alone: what reads the files of a market side by side are we.
    let mut reader = ParquetReader::new(Cursor::new(bytes)).read_parallel(ParallelStrategy::None);
    let schema = reader.schema().map_err(broken)?;
    let names: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
    if names.len() > MOST_COLUMNS {
        return Err(source.too_wide(names.len()));
    }
    let mut places = find(source, &names, layout)?;
    let types: Vec<&ArrowDataType> = schema.iter_values().map(|field| &field.dtype).collect();
    let wanted = wanted(source, &names, &types, layout, &mut places)?;
    let rows = rows(source, bytes, &mut reader, &wanted.iter().map(|&at| names[at].as_str()).collect::<Vec<_>>())?;
    let frame = reader.with_projection(Some(wanted)).finish().map_err(broken)?;
    columns(source, &frame, &names, layout, &places, rows)
}

/// The columns to read, ascending.
///
/// # Errors
/// One of a type that holds neither times nor numbers.
fn wanted(source: &Source, names: &[String], types: &[&ArrowDataType], layout: &Layout, places: &mut Places) -> Result<Vec<usize>, Fault> {
    let refused = |at: usize, expected: &str| {
        let found = format!("column `{}` of type {}", cited(&names[at]), called(types[at]));
        Fault::new(source.path.display().to_string(), found, expected, "write the column anew with one of these types")
    };
    // A column without a single value has no type of its own.
    places.symbols.retain(|&(at, _)| *types[at] != ArrowDataType::Null);
    if let Some(&(at, _)) = places.symbols.iter().find(|&&(at, _)| !is_text(types[at])) {
        return Err(refused(at, "text"));
    }
    if !(is_number(types[places.time]) || is_time(types[places.time]) || is_text(types[places.time])) {
        return Err(refused(places.time, "integers of 32 or 64 bits, floats, timestamps, dates or ISO text"));
    }
    let mut wanted: Vec<usize> = places.symbols.iter().map(|&(at, _)| at).chain([places.time]).collect();
    for (at, column) in places.columns.iter_mut().zip(layout.columns) {
        *at = at.filter(|&at| !(column.optional && *types[at] == ArrowDataType::Null));
        if let Some(at) = at.filter(|&at| !(is_number(types[at]) || is_text(types[at]))) {
            return Err(refused(at, "integers of 32 or 64 bits, floats, or text of numbers"));
        }
        wanted.extend(*at);
    }
    wanted.sort_unstable();
    wanted.dedup();
    Ok(wanted)
}

fn is_number(kind: &ArrowDataType) -> bool {
    use ArrowDataType as D;
    matches!(kind, D::Int32 | D::Int64 | D::UInt32 | D::UInt64 | D::Float32 | D::Float64)
}

fn is_time(kind: &ArrowDataType) -> bool {
    matches!(kind, ArrowDataType::Timestamp(..) | ArrowDataType::Date32 | ArrowDataType::Date64)
}

fn is_text(kind: &ArrowDataType) -> bool {
    matches!(kind, ArrowDataType::Utf8 | ArrowDataType::LargeUtf8 | ArrowDataType::Utf8View)
}

/// `boolean`, `decimal`, `duration`: the first word of what the library calls it.
fn called(kind: &ArrowDataType) -> String {
    let whole = format!("{kind:?}");
    whole.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase()
}

/// Rows of the file as it says itself; all that it says of sizes is held against itself and the bound of a table before anything is made of it.
fn rows(source: &Source, bytes: &[u8], reader: &mut Reader, names: &[&str]) -> Result<usize, Fault> {
    let about = reader.get_metadata().map_err(|error| broken(source, &error.to_string()))?;
    let most = source.most_rows(names.len());
    let (mut rows, mut unpacked) = (0_u64, 0_u64);
    for group in &about.row_groups {
        rows = rows.saturating_add(group.num_rows() as u64);
        for chunk in names.iter().filter_map(|name| group.columns_under_root_iter(name)).flatten() {
            if chunk.num_values() != group.num_rows() as i64 {
                return Err(broken(source, "a column with another number of values than the table has rows"));
            }
            let range = chunk.byte_range();
            let inside = bytes.get(range.start as usize..range.end as usize);
            let size = inside.and_then(|inside| pages::unpacked(inside, group.num_rows() as u64));
            let size = size.ok_or_else(|| broken(source, "a column whose pages contradict it"))?;
            unpacked = unpacked.saturating_add(size);
        }
    }
    if rows > most {
        return Err(source.too_long(most));
    }
    if unpacked > source.most {
        return Err(source.too_large(&format!("unpacks to more than {}", size(source.most))));
    }
    if about.num_rows as u64 != rows {
        return Err(broken(source, "two numbers of rows that contradict each other"));
    }
    Ok(about.num_rows)
}

fn columns(source: &Source, frame: &DataFrame, names: &[String], layout: &Layout, places: &Places, rows: usize) -> Result<Sheet, Fault> {
    let place = source.path.display().to_string();
    if frame.columns().iter().any(|column| column.len() != rows) {
        return Err(broken(source, "columns of several lengths"));
    }
    let wrong = |at: usize| {
        Fault::new(
            &place,
            format!("column `{}` has empty, infinite or unreadable values", cited(&names[at])),
            "numbers, and times as integers, timestamps or ISO text, in every row",
            "mend or remove these rows",
        )
    };
    for &(at, column) in &places.symbols {
        if let Some((row, symbol)) = other_symbol(frame, &names[at], source) {
            return Err(source.another(format!("{place}, row {}", row + 1), column, &symbol));
        }
    }
    let time = times(frame, &names[places.time]).ok_or_else(|| wrong(places.time))?;
    let columns = places.columns.iter().zip(layout.columns).map(|(at, wanted)| match at {
        Some(at) => numbers(frame, &names[*at], wanted.optional).ok_or_else(|| wrong(*at)),
        None => Ok(Vec::new()),
    });
    Ok(Sheet { time, columns: columns.collect::<Result<_, _>>()? })
}

fn broken(source: &Source, why: &str) -> Fault {
    let place = source.path.display().to_string();
    Fault::new(place, format!("cannot be read: {}", escaped(why)), "a parquet file", "check that it is whole")
}

thread_local! {
    /// Whether what panics on this thread is caught by [`tamed`].
    static TAMED: Cell<bool> = const { Cell::new(false) };
}

/// What `work` gives; an error with what it panicked with, said to nobody else: the library panics at some files that are damaged in the middle, where
/// it should refuse them, and offers no way to ask beforehand.
pub fn tamed<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |about| {
            if !TAMED.get() {
                usual(about);
            }
        }));
    });
    TAMED.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    TAMED.set(false);
    done.map_err(|payload| format!("damaged ({})", cited(words(payload.as_ref()))))
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("the reader gave up")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_what_it_said_and_the_next_one_is_a_panic_again() {
        assert_eq!(tamed(|| 7), Ok(7));
        assert_eq!(tamed(|| panic!("at page {}", 3)), Err::<(), _>("damaged (at page 3)".to_owned()));
        assert!(!TAMED.get());
    }

    #[test]
    fn a_type_is_called_by_its_first_word() {
        assert_eq!(called(&ArrowDataType::Decimal(38, 9)), "decimal");
        assert_eq!(called(&ArrowDataType::Boolean), "boolean");
    }
}
