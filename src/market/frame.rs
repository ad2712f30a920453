//! Bytes of a table become columns of numbers; here and in [`parquet`] polars reads them. The frame reader is fast but mute about lines; where it
//! stumbles, [`careful`] reads the same bytes row by row, and either finds the line to blame or reads what the frame reader could not.

use std::io::Cursor;
use std::sync::Arc;

use memchr::{memchr, memchr_iter};
use polars::prelude::_csv_read_internal::read_chunk;
use polars::prelude::{CsvParseOptions, CsvReadOptions, DataFrame, DataType, Field, PlSmallStr, Schema, SerReader};

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

/// Whether a row has more fields than `width`. Only of a table in which a line has so many commas are bytes looked at one by one.
fn overlong(bytes: &[u8], width: usize) -> bool {
    let mut from = 0;
    let mut crowded = memchr_iter(b'\n', bytes).chain([bytes.len()]).map(|end| {
        let line = &bytes[from..end];
        from = (end + 1).min(bytes.len());
        memchr_iter(b',', line).count() >= width
    });
    crowded.any(|crowded| crowded) && overlong_byte_by_byte(bytes, width)
}

/// Commas between quotes separate nothing, and a carriage return ends a row too.
fn overlong_byte_by_byte(bytes: &[u8], width: usize) -> bool {
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
    // What is not read has a type of which not even the letters are checked.
    let mut dtypes = vec![DataType::Int64; places.width];
    if !places.numeric_time {
        dtypes[places.time] = DataType::String;
    }
    let mut projection = vec![places.time];
    for &at in places.columns.iter().flatten() {
        dtypes[at] = DataType::Float64;
        projection.push(at);
    }
    for &(at, _) in &places.symbols {
        dtypes[at] = DataType::String;
        projection.push(at);
    }
    projection.sort_unstable();
    projection.dedup();
    let schema: Schema = dtypes.into_iter().enumerate().map(|(k, dtype)| Field::new(name(k), dtype)).collect();
    let frame = if memchr(b'"', bytes).is_none() && bytes.len() <= ONE_PIECE {
        one_piece(bytes, &schema, &projection, places.header)
    } else {
        many_pieces(bytes, schema, projection, places.header)
    }?;
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

/// Bytes of a table up to which one thread reads it, since other threads have other tables.
const ONE_PIECE: usize = 32 << 20;

/// A table without quotes, on this thread alone, as the library's reader reads each of the pieces it cuts a table into: no lines are looked for beforehand,
/// and no columns put together afterwards.
fn one_piece(bytes: &[u8], schema: &Schema, projection: &[usize], header: bool) -> Option<DataFrame> {
    let body = if header { behind_header(bytes)? } else { bytes };
    // It believes that text is text.
    if schema.iter_values().any(DataType::is_string) && std::str::from_utf8(body).is_err() {
        return None;
    }
    let plain = CsvParseOptions::default().with_quote_char(None);
    read_chunk(body, &plain, schema, false, projection, 0, feeds(body) as usize, None, usize::MAX, body.len(), Some(0)).ok()
}

/// What stands behind the first line that is not empty; `None` where a carriage return inside that line ends a row.
fn behind_header(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.contains(&b'\r') {
            return None;
        }
        if !line.is_empty() {
            break;
        }
    }
    Some(rest)
}

/// Any table, cut into pieces that the library's threads share.
fn many_pieces(bytes: &[u8], schema: Schema, projection: Vec<usize>, header: bool) -> Option<DataFrame> {
    let options = CsvReadOptions {
        has_header: header,
        schema: Some(Arc::new(schema)),
        projection: Some(Arc::new(projection)),
        raise_if_empty: false,
        ..CsvReadOptions::default()
    };
    options.into_reader_with_file_handle(Cursor::new(bytes)).finish().ok()
}

/// Whether a table has a column of that name, compared as a [`Layout`] compares.
pub(super) fn has_column(source: &Source, bytes: &[u8], name: &str) -> bool {
    if source.packing == Packing::Parquet {
        return parquet::has_column(bytes, name);
    }
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    String::from_utf8_lossy(line).split(',').any(|column| plain(column.trim().trim_matches('"')) == plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_too_many_fields_is_found_and_commas_between_quotes_make_none() {
        let found = |text: &str| overlong(text.as_bytes(), 3);
        assert_eq!(["", "a,b,c", "a,b,c\n1,2,3\n", "a,b,c\r1,2,3\r4,5,6", "a,\"b,b\",c\n1,\"2\n,,\",3\n"].map(found), [false; 5]);
        assert_eq!(["a,b,c,", "a,b,c\n1,2,3,4\n5,6,7", "a,b,c\n1,2\n3,4,5,6", "a,\"b\",c,\n", "a,b,c\r1,2,3,4"].map(found), [true; 5]);
    }

    #[test]
    fn one_piece_reads_what_many_do() {
        let read = |text: &str, header: bool| {
            let types = [DataType::Int64, DataType::Int64, DataType::Float64, DataType::String];
            let schema: Schema = types.into_iter().enumerate().map(|(k, dtype)| Field::new(k.to_string().into(), dtype)).collect();
            let one = one_piece(text.as_bytes(), &schema, &[0, 2, 3], header);
            let many = many_pieces(text.as_bytes(), schema, vec![0, 2, 3], header);
            assert_eq!(one.is_some(), many.is_some(), "{text:?}");
            if let (Some(one), Some(many)) = (&one, &many) {
                assert!(one.equals_missing(many), "{text:?}: {one:?} {many:?}");
            }
            one.map(|frame| frame.height())
        };
        let rows = "1,x,1.5,é\n2,,-2e-3, b\r\n3,y,4,\n";
        for text in [rows, rows.trim_end(), "", "\n", "1\n\n2,3\n", "1,x,,\n", "\n1,x,2,a\n", "1,x,2,a\r"] {
            read(text, false);
            for head in ["t,a,b,c\n", "\n\r\nt,a,b,c\r\n", "t,a,b,c\r1,2,3,4\n"] {
                read(&format!("{head}{text}"), true);
            }
        }
        assert_eq!([read("t,a,b,c", true), read("t,a,b,c\r\n", true)], [Some(0); 2]);
        assert_eq!([read(rows, false), read("x,x,1,\n", false)], [Some(3), None]);
    }
}
