//! Tables as Parquet hold what their CSV holds, cell by cell: times, numbers to the last bit, words; what is empty is null.

use std::fs::{self, File};
use std::path::Path;

use crate::program::{WINDOW, fine};
use polars::prelude::{Column, DataType, ParquetReader, SerReader, TimeUnit};
use rotate::report::tables::{self, Kind};
use rotate::units::Time;

/// Holds one column against its words; gives the number of cells that were not empty.
fn compared(place: &str, column: &Column, words: &[String]) -> usize {
    assert_eq!(column.len(), words.len(), "{place}: rows");
    match column.dtype() {
        DataType::Float64 => {
            for (cell, word) in column.f64().unwrap().iter().zip(words) {
                assert_eq!(cell.map(f64::to_bits), word.parse::<f64>().ok().map(f64::to_bits), "{place}: {word}");
                assert!(cell.is_some() || word.is_empty(), "{place}: {word} is lost");
            }
        }
        DataType::Datetime(TimeUnit::Milliseconds, None) => {
            let millis = column.cast(&DataType::Int64).unwrap();
            for (cell, word) in millis.i64().unwrap().iter().zip(words) {
                assert_eq!(cell, Time::parse(word).map(|time| time.seconds() * 1_000), "{place}: {word}");
                assert!(cell.is_some(), "{place}: {word} is lost");
            }
        }
        DataType::String => {
            for (cell, word) in column.str().unwrap().iter().zip(words) {
                assert_eq!(cell, Some(word.as_str()), "{place}");
            }
        }
        other => panic!("{place}: a column of type {other}"),
    }
    words.iter().filter(|word| !word.is_empty()).count()
}

/// A table in both forms; gives the number of rows, and the types of its columns by name.
fn same(csv: &Path) -> (usize, Vec<(String, DataType)>) {
    let frame = ParquetReader::new(File::open(csv.with_extension("parquet")).unwrap()).finish().unwrap();
    let mut reader = csv::Reader::from_path(csv).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let names: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
    assert_eq!(names, header, "{}", csv.display());
    let mut told = 0;
    for (c, column) in frame.columns().iter().enumerate() {
        let words: Vec<String> = rows.iter().map(|row| row[c].to_owned()).collect();
        told += compared(&format!("{}: {}", csv.display(), header[c]), column, &words);
    }
    assert!(rows.is_empty() || told >= rows.len(), "{}: next to nothing was compared", csv.display());
    let types = frame.columns().iter().map(|column| (column.name().to_string(), column.dtype().clone())).collect();
    (rows.len(), types)
}

#[test]
fn every_table_of_a_report_is_the_same_in_both_forms() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let text = out.display().to_string();
    fine(&[&["run", "--quiet", "--tables", "both", "--out", &text][..], &WINDOW].concat());
    let mut rows: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    let mut strategies = 0;
    for entry in fs::read_dir(&out).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        strategies += 1;
        for table in tables::ALWAYS {
            let file = table.file();
            let (count, types) = same(&entry.path().join(file));
            *rows.entry(file).or_default() += count;
            for ((name, kind), heading) in types.into_iter().zip(table.headings()) {
                let documented = match heading.kind {
                    Kind::Time => DataType::Datetime(TimeUnit::Milliseconds, None),
                    Kind::Number => DataType::Float64,
                    Kind::Text => DataType::String,
                };
                assert_eq!(kind, documented, "{file}: {name}");
            }
        }
    }
    assert_eq!(strategies, 7);
    for file in ["equity.csv", "buckets.csv", "fills.csv", "trades.csv", "funding.csv", "flows.csv", "decisions.csv", "exposure.csv"] {
        assert!(rows[file] > 15, "{file}: {} rows in all", rows[file]);
    }
}

#[test]
fn the_trials_of_a_study_are_the_same_in_both_forms() {
    let home = tempfile::tempdir().unwrap();
    let (study, own) = (home.path().join("study"), home.path().join("own.toml"));
    let text = fs::read_to_string(Path::new(crate::program::ROOT).join("strategies/bull.toml")).unwrap();
    let tune = "[tune]\nkeys = { \"buckets.narratives.leverage.open\" = [2, 3.0], \"rebalance.every\" = [\"7d\", \"14d\"] }\n";
    fs::write(&own, text.split("[tune]").next().unwrap().to_owned() + tune).unwrap();
    fine(&[&["tune", own.to_str().unwrap(), "--quiet", "--out", study.to_str().unwrap()][..], &WINDOW].concat());
    let (rows, types) = same(&study.join("trials.csv"));
    assert_eq!(rows, 4);
    let of = |wanted: &str| types.iter().find(|(name, _)| name == wanted).map(|(_, kind)| kind.clone());
    assert_eq!(of("trial"), Some(DataType::Float64));
    assert_eq!(of("buckets.narratives.leverage.open"), Some(DataType::Float64));
    assert_eq!(of("rebalance.every"), Some(DataType::String));
    assert_eq!((of("is_sharpe"), of("oos_sharpe")), (Some(DataType::Float64), Some(DataType::Float64)));
}
