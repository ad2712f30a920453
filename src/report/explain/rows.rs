//! The tables of a strategy read back, each cell believed only once it is of its column's type; and cells as people read them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::bounded::{self, OWN};
use crate::fault::Fault;
use crate::names;
use crate::report::number_format::{self, money};
use crate::report::tables::{Heading, Kind, Table, of_file};
use crate::units::Time;

/// A row of a table, by column.
pub(super) type Row = BTreeMap<String, String>;

/// # Errors
/// A table that is missing, of another version, cut short or garbled; a cell that is not of its column's type.
pub(super) fn read(folder: &Path, name: &str) -> Result<Vec<Row>, Fault> {
    let place = folder.join(name);
    let fault = |found: String| {
        Fault::new(
            place.display().to_string(),
            found,
            "a table of a finished report",
            "name the folder of a strategy, as in reports/latest/bull, or run the report again",
        )
    };
    let header = of_file(name).map_or_else(Vec::new, Table::headings);
    let text = bounded::bytes(&place, OWN).map_err(|e| fault(e.to_string()))?;
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let found = reader.headers().map_err(|e| fault(e.to_string()))?.clone();
    if let Some(missing) = header.iter().find(|column| !found.iter().any(|f| f == column.name)) {
        return Err(fault(format!("no column `{}`: a table of another version, or of something else", missing.name)));
    }
    let rows = reader.records().enumerate().map(|(i, record)| {
        let record = record.map_err(|e| Fault { place: Fault::at(&place, i + 2), ..fault(format!("cut short or garbled: {e}")) })?;
        for (column, cell) in found.iter().zip(&record) {
            let heading = header.iter().find(|heading| heading.name == column);
            if let Some(expected) = unlike(heading, cell) {
                let line = record.position().map_or(i + 2, |position| position.line() as usize);
                let found = format!("`{}` in column `{column}`", shown(cell));
                return Err(Fault::new(Fault::at(&place, line), found, expected, "the table was changed or garbled: run the report again"));
            }
        }
        Ok(found.iter().map(str::to_string).zip(record.iter().map(str::to_string)).collect())
    });
    rows.collect()
}

/// What a cell should have been, where it is something else; a column that the table does not have is text.
fn unlike(column: Option<&Heading>, cell: &str) -> Option<&'static str> {
    if names::line(cell).is_err() {
        return Some("one line of letters that can be seen");
    }
    let column = column.filter(|column| !(column.optional && cell.is_empty()))?;
    match column.kind {
        Kind::Text => None,
        Kind::Time => Time::parse(cell).is_none().then_some("an instant, as 2024-03-01T08:00:00Z"),
        Kind::Number => (!cell.parse::<f64>().is_ok_and(f64::is_finite)).then_some("a finite number"),
    }
}

/// The beginning of a cell; a refusal shows it on one line.
fn shown(cell: &str) -> String {
    cell.chars().take(40).collect()
}

/// A number of a cell that [`read`] has looked at; nothing where it is undefined.
pub(super) fn number(text: &str) -> f64 {
    text.parse().unwrap_or(0.0)
}

pub(super) fn usd(text: &str) -> String {
    text.parse().map_or_else(|_| "–".to_string(), money)
}

pub(super) fn percent(text: &str) -> String {
    number_format::percent(text.parse().ok())
}

pub(super) fn price(text: &str) -> String {
    number_format::price(number(text))
}

/// Five digits that count; none where the cell is empty.
pub(super) fn figure(text: &str) -> Option<String> {
    text.parse().ok().map(number_format::figure)
}

/// A sentence of the log, whose numbers are exact, with those that run on rounded.
pub(super) fn rounded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(from) = rest.find(|c: char| c.is_ascii_digit()) {
        let length = rest[from..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len() - from);
        let number = &rest[from..from + length];
        out += &rest[..from];
        let runs_on = number.split_once('.').is_some_and(|(_, decimals)| decimals.len() > 5);
        out += &figure(number).filter(|_| runs_on).unwrap_or_else(|| number.to_string());
        rest = &rest[from + length..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_for_reading() {
        let read = ["0.4492537313432836", "3", "12345.678", "-0.00040055555555555553", "0", ""].map(figure);
        assert_eq!(read.map(Option::unwrap_or_default), ["0.44925", "3", "12,345.68", "−0.00040056", "0", ""]);
        let log = "bucket alts, narrative l2: 0.0833 of it at 2.1251957625432514x until 2024-03-01T08:00:00Z.";
        assert_eq!(rounded(log), "bucket alts, narrative l2: 0.0833 of it at 2.1252x until 2024-03-01T08:00:00Z.");
    }

    #[test]
    fn a_cell_is_of_its_columns_type() {
        let unlike = |file: &str, column: &str, cell: &str| {
            let headings = of_file(file).unwrap().headings();
            unlike(Some(headings.iter().find(|heading| heading.name == column).unwrap()), cell)
        };
        for (file, column, cell) in [
            ("equity.csv", "equity", "abc"),
            ("fills.csv", "symbol", "a\u{1b}[2J"),
            ("equity.csv", "equity", ""),
            ("trades.csv", "pnl", "NaN"),
            ("fills.csv", "quantity", "inf"),
            ("trades.csv", "opened", "notadate"),
            ("buckets.csv", "value", ""),
        ] {
            assert!(unlike(file, column, cell).is_some(), "{column} {cell}");
        }
        for (file, column, cell) in [
            ("equity.csv", "equity", "-1.5"),
            ("decisions.csv", "threshold", ""),
            ("fills.csv", "time", "2024-03-01T08:00:00Z"),
            ("fills.csv", "symbol", "NaN"),
        ] {
            assert!(unlike(file, column, cell).is_none(), "{column} {cell}");
        }
    }
}
