//! A table read row by row, for its header and for the line to blame.

use crate::fault::Fault;
use crate::market::files::{MOST_COLUMNS, Packing, Source};
use crate::market::quote_field::cited;
use crate::market::sheet::{Layout, Places, Sheet};
use crate::market::timestamp;

fn reader(bytes: &[u8], header: bool) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(header).flexible(true).trim(csv::Trim::All).from_reader(bytes)
}

/// Finds the wanted columns by the first row.
pub(super) fn columns_of(source: &Source, bytes: &[u8], layout: &Layout) -> Result<Places, Fault> {
    let mut rows = reader(bytes, false).into_byte_records();
    let mut next = || -> Option<Vec<String>> {
        let row = rows.next()?.ok()?;
        Some(row.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect())
    };
    let Some(first) = next() else {
        return Err(Fault::new(
            source.path.display().to_string(),
            "an empty file",
            format!("a header with the columns {}", expected(layout)),
            "fill it or remove it",
        ));
    };
    if first.len() > MOST_COLUMNS {
        return Err(source.too_wide(first.len()));
    }
    let headless = first.first().is_some_and(|field| field.parse::<f64>().is_ok());
    let mut places = if headless && first.len() == layout.headless.len() {
        let names: Vec<String> = layout.headless.iter().map(ToString::to_string).collect();
        Places { header: false, ..find(source, &names, layout)? }
    } else {
        find(source, &first, layout)?
    };
    let row = if places.header { next() } else { Some(first) };
    places.numeric_time = row.is_some_and(|row| row.get(places.time).is_some_and(|field| field.parse::<i64>().is_ok()));
    Ok(places)
}

/// Column names are compared in lower case, without `_` and spaces: `open_time`, `Opentime` and `Open time` are one.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Finds the wanted columns by their names.
pub(super) fn find(source: &Source, names: &[String], layout: &Layout) -> Result<Places, Fault> {
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let place = |wanted: &[&str]| wanted.iter().find_map(|wanted| names.iter().position(|name| *name == plain(wanted)));
    let line = || if source.packing == Packing::Parquet { source.path.display().to_string() } else { Fault::at(&source.path, 1) };
    let missing = |wanted: &[&str]| {
        let columns = format!("a header with the columns {}", expected(layout));
        Fault::new(line(), format!("no column {}", either(wanted)), columns, "name the columns in the first line")
    };
    let time = place(layout.time).ok_or_else(|| missing(layout.time))?;
    let twice = |at: usize| {
        if names.iter().filter(|name| **name == names[at]).count() == 1 {
            return Ok(at);
        }
        let found = format!("two columns `{}`", cited(&names[at]));
        let expected = "each column once: it is not known which one is meant";
        Err(Fault::new(line(), found, expected, "remove or rename one of them"))
    };
    let time = twice(time)?;
    let mut columns = Vec::with_capacity(layout.columns.len());
    for wanted in layout.columns {
        let at = place(wanted.names);
        if at.is_none() && !wanted.optional {
            return Err(missing(wanted.names));
        }
        columns.push(at.map(twice).transpose()?);
    }
    let mut symbols = Vec::new();
    for name in SYMBOLS {
        symbols.extend(place(&[name]).map(twice).transpose()?.map(|at| (at, name)));
    }
    Ok(Places { header: true, width: names.len(), time, columns, symbols, numeric_time: false })
}

/// What exchanges call the column that says whose row it is.
const SYMBOLS: [&str; 6] = ["symbol", "instrument_name", "instrument_id", "inst_id", "contract", "pair"];

/// `open_time | timestamp | date`
fn either(names: &[&str]) -> String {
    names.join(" | ")
}

fn expected(layout: &Layout) -> String {
    let required = layout.columns.iter().filter(|wanted| !wanted.optional).map(|wanted| wanted.names);
    let names: Vec<String> = std::iter::once(layout.time).chain(required).map(either).collect();
    names.join(", ")
}

/// Reads what the frame reader could not.
///
/// # Errors
/// The first row with an unparsable time, or an unparsable, empty or non-finite number.
pub(super) fn careful(source: &Source, bytes: &[u8], layout: &Layout, places: &Places) -> Result<Sheet, Fault> {
    let mut sheet = Sheet { time: Vec::new(), columns: vec![Vec::new(); layout.columns.len()] };
    for row in reader(bytes, places.header).byte_records() {
        let row = row.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line) as usize;
            Fault::new(
                Fault::at(&source.path, line),
                format!("no CSV row: {}", cited(&error.to_string())),
                "comma-separated values",
                "mend this line",
            )
        })?;
        let line = row.position().map_or(0, csv::Position::line) as usize;
        if row.len() > places.width {
            return Err(Fault::new(
                Fault::at(&source.path, line),
                format!("{} fields in a table of {} columns", row.len(), places.width),
                "one field for every column of the header",
                "mend this line",
            ));
        }
        let field = |at: usize| String::from_utf8_lossy(row.get(at).unwrap_or_default());
        for &(at, column) in &places.symbols {
            let symbol = field(at);
            if source.contradicts(&symbol) {
                return Err(source.another(Fault::at(&source.path, line), column, &symbol));
            }
        }
        let text = field(places.time);
        let time = timestamp::of_text(&text).ok_or_else(|| {
            Fault::new(
                Fault::at(&source.path, line),
                format!("`{}` is no time", cited(&text)),
                "seconds, milliseconds or microseconds since 1970, or ISO text such as 2024-03-01T08:00:00Z",
                "mend or remove this line",
            )
        })?;
        sheet.time.push(time);
        for ((at, wanted), column) in places.columns.iter().zip(layout.columns).zip(&mut sheet.columns) {
            let Some(at) = *at else { continue };
            let text = field(at);
            if wanted.optional && text.is_empty() {
                column.push(f64::NAN);
                continue;
            }
            let found = if text.is_empty() { "nothing".to_owned() } else { format!("`{}`", cited(&text)) };
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() => column.push(number),
                _ => {
                    return Err(Fault::new(
                        Fault::at(&source.path, line),
                        format!("{found} in column `{}`", wanted.names[0]),
                        "a finite number",
                        "mend or remove this line",
                    ));
                }
            }
        }
    }
    Ok(sheet)
}

/// Where row `row` of a table stands, as a fault says it: `path:line`, in a parquet file `path, row n`.
pub(super) fn place_of(source: &Source, bytes: &[u8], layout: &Layout, row: usize) -> String {
    if source.packing == Packing::Parquet {
        return format!("{}, row {}", source.path.display(), row + 1);
    }
    let header = columns_of(source, bytes, layout).is_ok_and(|places| places.header);
    let line = reader(bytes, header).into_byte_records().nth(row).and_then(Result::ok);
    let line = line.and_then(|row| row.position().map(csv::Position::line)).unwrap_or(0);
    Fault::at(&source.path, line as usize)
}

/// When the last bar of a CSV table closed, as its `close_time` column says; an exchange that was asked in the middle of a bar
/// answers with the time of the asking.
pub(super) fn last_close(source: &Source, bytes: &[u8]) -> Option<crate::units::Time> {
    if source.packing == Packing::Parquet {
        return None;
    }
    let first = reader(bytes, false).into_byte_records().next()?.ok()?;
    let headless = first.get(0).is_some_and(|field| String::from_utf8_lossy(field).parse::<f64>().is_ok());
    let at = if headless && first.len() == ARCHIVE.len() {
        ARCHIVE.iter().position(|name| *name == "close_time")
    } else {
        first.iter().position(|field| plain(&String::from_utf8_lossy(field)) == "closetime")
    }?;
    let text = bytes.trim_ascii_end();
    let line = text.rsplit(|&byte| byte == b'\n').next()?;
    let last = reader(line, false).into_byte_records().next()?.ok()?;
    timestamp::of_text(&String::from_utf8_lossy(last.get(at)?))
}

/// The columns of an exchange's header-less archive.
pub(super) const ARCHIVE: [&str; 12] = [
    "open_time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "count",
    "taker_buy_volume",
    "taker_buy_quote_volume",
    "ignore",
];
