//! What a table is made of: typed columns. Header, CSV, Parquet and the list of types in `reports/README.md` follow from a column's one row.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use crate::fault::Fault;
use crate::folder::broken;
use crate::market::columns::{Cells, parquet};
use crate::report::tables::source::Source;
use crate::units::{Time, Usd};

/// What is read of a row.
type Of<R, T> = fn(&R, &Source) -> T;
/// Hands each row of a run over in turn.
type Each<R> = fn(&Source, &mut dyn FnMut(&R));
type TextOf<R> = for<'a> fn(&'a R, &'a Source<'a>) -> Cow<'a, str>;

/// A column by its name and type; where it may be undefined its cell is empty.
pub struct Column<R: 'static> {
    pub name: &'static str,
    get: Get<R>,
}

enum Get<R: 'static> {
    Text(TextOf<R>),
    Time(Of<R, Time>),
    /// Six decimals.
    Usd(Of<R, Usd>),
    MaybeUsd(Of<R, Option<Usd>>),
    /// The shortest form that reads back to the same bits.
    Number(Of<R, f64>),
    /// Not finite is undefined.
    MaybeNumber(Of<R, Option<f64>>),
    Integer(Of<R, i64>),
    MaybeFlag(Of<R, Option<bool>>),
}

pub(super) const fn text<R>(name: &'static str, get: TextOf<R>) -> Column<R> {
    Column { name, get: Get::Text(get) }
}

pub(super) const fn time<R>(name: &'static str, get: Of<R, Time>) -> Column<R> {
    Column { name, get: Get::Time(get) }
}

pub(super) const fn usd<R>(name: &'static str, get: Of<R, Usd>) -> Column<R> {
    Column { name, get: Get::Usd(get) }
}

pub(super) const fn maybe_usd<R>(name: &'static str, get: Of<R, Option<Usd>>) -> Column<R> {
    Column { name, get: Get::MaybeUsd(get) }
}

pub(super) const fn number<R>(name: &'static str, get: Of<R, f64>) -> Column<R> {
    Column { name, get: Get::Number(get) }
}

pub(super) const fn maybe_number<R>(name: &'static str, get: Of<R, Option<f64>>) -> Column<R> {
    Column { name, get: Get::MaybeNumber(get) }
}

pub(super) const fn integer<R>(name: &'static str, get: Of<R, i64>) -> Column<R> {
    Column { name, get: Get::Integer(get) }
}

pub(super) const fn maybe_flag<R>(name: &'static str, get: Of<R, Option<bool>>) -> Column<R> {
    Column { name, get: Get::MaybeFlag(get) }
}

/// One value of a table.
enum Cell<'a> {
    Text(Cow<'a, str>),
    Time(Time),
    Usd(Usd),
    Number(f64),
    Integer(i64),
    Flag(bool),
    /// Undefined.
    None,
}

impl Cell<'_> {
    /// As in a CSV; `into` is empty.
    fn write(&self, into: &mut String) {
        let written = match self {
            Self::Text(text) => into.write_str(text),
            Self::Time(time) => write!(into, "{time}"),
            Self::Usd(amount) => write!(into, "{amount}"),
            Self::Number(value) if value.is_finite() => write!(into, "{value}"),
            Self::Integer(value) => write!(into, "{value}"),
            Self::Flag(true) => into.write_str("yes"),
            Self::Flag(false) => into.write_str("no"),
            Self::Number(_) | Self::None => Ok(()),
        };
        written.expect("a string takes whatever is written");
    }

    /// As a 64-bit float: of money the one that its decimals read back as.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value).filter(|value| value.is_finite()),
            Self::Usd(amount) => amount.to_string().parse().ok(),
            Self::Integer(value) => Some(*value as f64),
            _ => None,
        }
    }
}

/// What a column's cells are to whoever reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// An instant.
    Time,
    /// A fraction, price, quantity, count or an amount of money.
    Number,
}

/// A column without its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heading {
    pub name: &'static str,
    pub kind: Kind,
    /// Its cells may be empty.
    pub optional: bool,
}

impl<R> Column<R> {
    fn heading(&self) -> Heading {
        let (kind, optional) = match self.get {
            Get::Text(_) => (Kind::Text, false),
            Get::MaybeFlag(_) => (Kind::Text, true),
            Get::Time(_) => (Kind::Time, false),
            Get::Usd(_) | Get::Number(_) | Get::Integer(_) => (Kind::Number, false),
            Get::MaybeUsd(_) | Get::MaybeNumber(_) => (Kind::Number, true),
        };
        Heading { name: self.name, kind, optional }
    }

    fn cell<'a>(&self, row: &'a R, source: &'a Source<'a>) -> Cell<'a> {
        match self.get {
            Get::Text(get) => Cell::Text(get(row, source)),
            Get::Time(get) => Cell::Time(get(row, source)),
            Get::Usd(get) => Cell::Usd(get(row, source)),
            Get::MaybeUsd(get) => get(row, source).map_or(Cell::None, Cell::Usd),
            Get::Number(get) => Cell::Number(get(row, source)),
            Get::MaybeNumber(get) => get(row, source).map_or(Cell::None, Cell::Number),
            Get::Integer(get) => Cell::Integer(get(row, source)),
            Get::MaybeFlag(get) => get(row, source).map_or(Cell::None, Cell::Flag),
        }
    }
}

/// A table: its file, its columns, and its rows.
pub struct Rows<R: 'static> {
    pub file: &'static str,
    pub columns: &'static [Column<R>],
    pub each: Each<R>,
}

/// A table whatever its rows are.
pub trait Table: Sync {
    /// `fills.csv`.
    fn file(&self) -> &'static str;

    fn headings(&self) -> Vec<Heading>;

    /// Header first, one line a row.
    ///
    /// # Errors
    /// What the writer says, under the file's name.
    fn csv(&self, source: &Source) -> Result<Vec<u8>, Fault>;

    /// The name of the file, `fills.parquet`, and its bytes.
    ///
    /// # Errors
    /// What the library says, under the file's name.
    fn parquet(&self, source: &Source) -> Result<(String, Vec<u8>), Fault>;
}

impl<R> Table for Rows<R> {
    fn file(&self) -> &'static str {
        self.file
    }

    fn headings(&self) -> Vec<Heading> {
        self.columns.iter().map(Column::heading).collect()
    }

    fn csv(&self, source: &Source) -> Result<Vec<u8>, Fault> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut cell = String::new();
        let mut written = writer.write_record(self.columns.iter().map(|column| column.name));
        (self.each)(source, &mut |row| {
            let line = self.columns.iter().try_for_each(|column| {
                cell.clear();
                column.cell(row, source).write(&mut cell);
                writer.write_field(&cell)
            });
            let line = line.and_then(|()| writer.write_record(None::<&[u8]>));
            if written.is_ok() {
                written = line;
            }
        });
        let fault = |e: &dyn std::fmt::Display| broken(Path::new(self.file), e);
        written.map_err(|e| fault(&e))?;
        writer.into_inner().map_err(|e| fault(&e))
    }

    fn parquet(&self, source: &Source) -> Result<(String, Vec<u8>), Fault> {
        let headings = self.headings();
        let empty = |heading: &Heading| match heading.kind {
            Kind::Text => Cells::Text(Vec::new()),
            Kind::Time => Cells::Time(Vec::new()),
            Kind::Number => Cells::Number(Vec::new()),
        };
        let mut filled: Vec<Cells> = headings.iter().map(empty).collect();
        (self.each)(source, &mut |row| {
            for (column, cells) in self.columns.iter().zip(&mut filled) {
                let cell = column.cell(row, source);
                match (cells, cell) {
                    (Cells::Time(all), Cell::Time(time)) => all.push(Some(time)),
                    (Cells::Time(all), _) => all.push(None),
                    (Cells::Number(all), cell) => all.push(cell.number()),
                    (Cells::Text(all), cell) => {
                        let mut text = String::new();
                        cell.write(&mut text);
                        all.push(text);
                    }
                }
            }
        });
        let file = format!("{}.parquet", self.file.trim_end_matches(".csv"));
        let columns = headings.iter().map(|heading| heading.name.to_owned()).zip(filled).collect();
        let bytes = parquet(&file, columns)?;
        Ok((file, bytes))
    }
}
