//! Bytes of a table become columns of numbers; here and in [`parquet`] polars reads them. The frame reader is fast but mute about lines; where it
//! stumbles, [`careful`] reads the same bytes row by row, and either finds the line to blame or reads what the frame reader could not.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{CsvReadOptions, DataType, Field, PlSmallStr, Schema, SerReader};

use crate::fault::Fault;
use crate::market::csv_rows::{careful, columns_of, plain};
use crate::market::files::{Packing, Source, feeds};
use crate::market::parquet;
use crate::market::sheet::{Layout, Places, Sheet, numbers, other_symbol, times};

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
    if places.symbols.iter().any(|&(at, _)| other_symbol(&frame, &name(at), source).is_some()) {
        return None;
    }
    let columns = places.columns.iter().zip(layout.columns).map(|(at, wanted)| match at {
        Some(at) => numbers(&frame, &name(*at), wanted.optional),
        None => Some(Vec::new()),
    });
    Some(Sheet { time, columns: columns.collect::<Option<_>>()? })
}

/// Whether a table has a column of that name, compared as a [`Layout`] compares.
pub(super) fn has_column(source: &Source, bytes: &[u8], name: &str) -> bool {
    if source.packing == Packing::Parquet {
        return parquet::has_column(bytes, name);
    }
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    String::from_utf8_lossy(line).split(',').any(|column| plain(column.trim().trim_matches('"')) == plain(name))
}
