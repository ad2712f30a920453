//! Tables on their way out as Parquet: the library that reads the files also writes them.

use polars::prelude::{
    Column, DataFrame, IntoSeries, NamedFrom, NewChunkedArray, ParquetWriter, PolarsError, Series, StringChunked, TimeUnit,
};

use crate::fault::Fault;
use crate::units::Time;

/// One column; undefined is null.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// A UTC timestamp in milliseconds.
    Time(Vec<Option<Time>>),
    /// 64-bit floats.
    Number(Vec<Option<f64>>),
    Text(Texts),
}

/// Texts end to end, so that a cell needs no string of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    all: String,
    /// Where each ends in `all`, in bytes.
    ends: Vec<usize>,
}

impl Texts {
    /// Puts one below the others.
    pub fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(self.all.len());
    }

    /// From the first to the last.
    fn iter(&self) -> impl Iterator<Item = &str> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| &self.all[begin..*end])
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(all: I) -> Self {
        let mut texts = Self::default();
        all.into_iter().for_each(|text| texts.push(text));
        texts
    }
}

/// The bytes of a Parquet file with these columns, all of one length. The same columns give the same bytes.
///
/// # Errors
/// What the library says, under the table's name.
pub fn parquet(table: &str, columns: Vec<(String, Cells)>) -> Result<Vec<u8>, Fault> {
    let failed = |error: PolarsError| {
        Fault::new(
            table,
            format!("cannot be written as Parquet: {error}"),
            "columns of one length",
            "leave out --tables parquet and tell us",
        )
    };
    let columns: Vec<Column> = columns.into_iter().map(|(name, cells)| series(&name, cells)).collect();
    let height = columns.first().map_or(0, Column::len);
    let mut frame = DataFrame::new(height, columns).map_err(failed)?;
    let mut bytes = Vec::new();
    // On this thread alone: reports are written side by side by a pool, and one must not wait for another.
    ParquetWriter::new(&mut bytes).set_parallel(false).finish(&mut frame).map_err(failed)?;
    Ok(bytes)
}

fn series(name: &str, cells: Cells) -> Column {
    let name = name.into();
    match cells {
        Cells::Number(values) => Series::new(name, values).into(),
        Cells::Text(texts) => StringChunked::from_iter_values(name, texts.iter()).into_series().into(),
        Cells::Time(values) => {
            let millis: Vec<Option<i64>> = values.into_iter().map(|time| time.map(|t| t.seconds() * 1_000)).collect();
            let whole = Series::new(name, millis);
            let times = whole.i64().expect("a column of whole numbers").clone().into_datetime(TimeUnit::Milliseconds, None);
            times.into_series().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::{DataType, ParquetReader, SerReader};

    #[test]
    fn what_is_written_reads_back_with_its_types() {
        let columns = || {
            vec![
                ("time".to_owned(), Cells::Time(vec![Some(Time::from_seconds(86_400)), None])),
                ("value".to_owned(), Cells::Number(vec![Some(0.1 + 0.2), None])),
                ("name".to_owned(), Cells::Text(["a,\"b\"", ""].into_iter().collect())),
            ]
        };
        let bytes = parquet("x", columns()).unwrap();
        assert_eq!(bytes, parquet("x", columns()).unwrap());
        let frame = ParquetReader::new(std::io::Cursor::new(&bytes)).finish().unwrap();
        let types: Vec<DataType> = frame.columns().iter().map(|c| c.dtype().clone()).collect();
        assert_eq!(types, [DataType::Datetime(TimeUnit::Milliseconds, None), DataType::Float64, DataType::String]);
        assert_eq!(frame.column("value").unwrap().f64().unwrap().get(0), Some(0.1 + 0.2));
        assert_eq!(frame.column("value").unwrap().f64().unwrap().get(1), None);
        assert_eq!(frame.column("name").unwrap().str().unwrap().get(0), Some("a,\"b\""));
        let times = frame.column("time").unwrap().cast(&DataType::Int64).unwrap();
        assert_eq!(times.i64().unwrap().get(0), Some(86_400_000));
    }

    #[test]
    fn an_empty_table_keeps_its_columns() {
        let bytes = parquet("x", vec![("value".to_owned(), Cells::Number(Vec::new()))]).unwrap();
        let frame = ParquetReader::new(std::io::Cursor::new(&bytes)).finish().unwrap();
        assert_eq!((frame.height(), frame.width()), (0, 1));
    }

    #[test]
    fn columns_of_two_lengths_are_refused() {
        let uneven = vec![("a".to_owned(), Cells::Number(vec![None])), ("b".to_owned(), Cells::Text(Texts::default()))];
        assert!(parquet("x", uneven).is_err());
    }
}
