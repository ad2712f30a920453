//! Feather, Arrow IPC and Parquet to a [`Grid`]: columns of numbers, times and text, whatever their width.

use std::io::Cursor;

use polars::prelude::{Column, DataFrame, DataType, IpcReader, ParallelStrategy, ParquetReader, SerReader, TimeUnit};

use crate::import::grid::Grid;
use crate::import::piece::Form;
use crate::market::tamed;

/// Rows of a table, at most: a year of minutes has half a million.
const LONGEST: usize = 50_000_000;

/// Reads a table of columns.
///
/// # Errors
/// It is damaged, or larger than a table may be, in words for the row of its file.
pub(super) fn grid(bytes: &[u8], form: Form) -> Result<Grid, String> {
    let frame = tamed(|| match form {
        Form::Parquet => ParquetReader::new(Cursor::new(bytes)).read_parallel(ParallelStrategy::None).finish(),
        _ => IpcReader::new(Cursor::new(bytes)).finish(),
    });
    let frame = frame?.map_err(|error| format!("damaged: {error}"))?;
    if frame.height() > LONGEST {
        return Err(format!("{} rows", frame.height()));
    }
    tamed(|| of_frame(&frame))?
}

fn of_frame(frame: &DataFrame) -> Result<Grid, String> {
    let kept: Vec<(&Column, Vec<String>)> = frame.columns().iter().filter_map(|column| Some((column, cells(column)?))).collect();
    let names = kept.iter().map(|(column, _)| column.name().to_string()).collect();
    let mut grid = Grid::new(Some(names), kept.len());
    for row in 0..frame.height() {
        grid.push(row + 1, kept.iter().map(|(_, cells)| cells[row].as_str()));
    }
    if kept.is_empty() { Err("no column of numbers, times or text".to_owned()) } else { Ok(grid) }
}

/// The cells as text, empty where there is nothing; nothing for a type that holds neither numbers nor times nor text.
fn cells(column: &Column) -> Option<Vec<String>> {
    let series = column.as_materialized_series();
    let whole = |divisor: i64| {
        let numbers = series.cast(&DataType::Int64).ok()?;
        Some(numbers.i64().ok()?.iter().map(|cell| cell.map_or(String::new(), |cell| (cell / divisor).to_string())).collect())
    };
    match series.dtype() {
        // Milliseconds say for themselves that they are.
        DataType::Datetime(TimeUnit::Nanoseconds, _) => whole(1_000_000),
        DataType::Datetime(TimeUnit::Microseconds, _) => whole(1_000),
        DataType::Datetime(TimeUnit::Milliseconds, _) => whole(1),
        DataType::Date => {
            let days = series.cast(&DataType::Int32).ok()?;
            Some(days.i32().ok()?.iter().map(|day| day.map_or(String::new(), |day| (i64::from(day) * 86_400).to_string())).collect())
        }
        DataType::Float32 | DataType::Float64 => {
            let numbers = series.cast(&DataType::Float64).ok()?;
            Some(
                numbers
                    .f64()
                    .ok()?
                    .iter()
                    .map(|cell| cell.filter(|cell| !cell.is_nan()).map_or(String::new(), |cell| cell.to_string()))
                    .collect(),
            )
        }
        kind if kind.is_integer() => whole(1),
        DataType::String => Some(series.str().ok()?.iter().map(|cell| cell.unwrap_or_default().to_owned()).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{IntoColumn, IpcCompression, IpcWriter, NamedFrom, SerWriter, Series};

    use super::*;

    #[test]
    fn a_feather_file_is_read_with_its_times() {
        let times = Series::new("date".into(), vec![1_637_107_200_000_i64, 1_637_110_800_000]);
        let times = times.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap();
        let columns = vec![times.into_column(), Series::new("open".into(), vec![1.0801, f64::NAN]).into_column()];
        let mut frame = DataFrame::new(2, columns).unwrap();
        let mut bytes = Vec::new();
        IpcWriter::new(&mut bytes).with_compression(Some(IpcCompression::LZ4)).finish(&mut frame).unwrap();
        let table = grid(&bytes, Form::Arrow).unwrap();
        assert_eq!((table.cell(0, 0), table.cell(0, 1), table.cell(1, 1)), ("1637107200000", "1.0801", ""));
        assert!(grid(&bytes[..bytes.len() / 2], Form::Arrow).is_err());
        assert!(grid(b"ARROW1 and nothing else", Form::Arrow).is_err());
    }
}
