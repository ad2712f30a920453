//! What a table is made of: typed columns. Header, CSV, Parquet and the list of types in `reports/README.md` follow from a column's one row.

use std::borrow::Cow;

use crate::fault::Fault;
use crate::market::columns::{Cells, Texts, parquet};
use crate::report::tables::cells;
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

    /// Puts the cell of a row at the end of a CSV; what is undefined puts nothing.
    fn put(&self, row: &R, source: &Source, csv: &mut Vec<u8>) {
        match self.get {
            Get::Text(get) => cells::put_text(csv, &get(row, source)),
            Get::Time(get) => cells::put_time(csv, get(row, source)),
            Get::Usd(get) => cells::put_usd(csv, get(row, source)),
            Get::MaybeUsd(get) => get(row, source).into_iter().for_each(|amount| cells::put_usd(csv, amount)),
            Get::Number(get) => cells::put_number(csv, get(row, source)),
            Get::MaybeNumber(get) => get(row, source).into_iter().for_each(|value| cells::put_number(csv, value)),
            Get::Integer(get) => cells::put_integer(csv, get(row, source)),
            Get::MaybeFlag(get) => csv.extend_from_slice(cells::flag(get(row, source)).as_bytes()),
        }
    }

    /// Puts the cell of a row below those of its column.
    fn push(&self, row: &R, source: &Source, column: &mut Cells) {
        match column {
            Cells::Time(all) => all.push(match self.get {
                Get::Time(get) => Some(get(row, source)),
                _ => None,
            }),
            Cells::Text(all) => match self.get {
                Get::Text(get) => all.push(&get(row, source)),
                Get::MaybeFlag(get) => all.push(cells::flag(get(row, source))),
                _ => all.push(""),
            },
            Cells::Number(all) => all.push(self.number(row, source).filter(|value| value.is_finite())),
        }
    }

    /// As a 64-bit float: of money the one that its decimals read back as.
    fn number(&self, row: &R, source: &Source) -> Option<f64> {
        match self.get {
            Get::Number(get) => Some(get(row, source)),
            Get::MaybeNumber(get) => get(row, source),
            Get::Usd(get) => Some(cells::read_back(get(row, source))),
            Get::MaybeUsd(get) => get(row, source).map(cells::read_back),
            Get::Integer(get) => Some(get(row, source) as f64),
            Get::Text(_) | Get::Time(_) | Get::MaybeFlag(_) => None,
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
    fn csv(&self, source: &Source) -> Vec<u8>;

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

    fn csv(&self, source: &Source) -> Vec<u8> {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let mut csv = names.join(",").into_bytes();
        csv.push(b'\n');
        (self.each)(source, &mut |row| {
            for column in self.columns {
                column.put(row, source, &mut csv);
                csv.push(b',');
            }
            // What ends the last cell ends the line.
            csv.pop();
            csv.push(b'\n');
        });
        csv
    }

    fn parquet(&self, source: &Source) -> Result<(String, Vec<u8>), Fault> {
        let headings = self.headings();
        let empty = |heading: &Heading| match heading.kind {
            Kind::Text => Cells::Text(Texts::default()),
            Kind::Time => Cells::Time(Vec::new()),
            Kind::Number => Cells::Number(Vec::new()),
        };
        let mut filled: Vec<Cells> = headings.iter().map(empty).collect();
        (self.each)(source, &mut |row| {
            self.columns.iter().zip(&mut filled).for_each(|(column, cells)| column.push(row, source, cells));
        });
        let file = format!("{}.parquet", self.file.trim_end_matches(".csv"));
        let columns = headings.iter().map(|heading| heading.name.to_owned()).zip(filled).collect();
        let bytes = parquet(&file, columns)?;
        Ok((file, bytes))
    }
}
