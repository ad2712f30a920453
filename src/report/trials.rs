//! The trials of a study as a table, `trials.csv` and `trials.parquet`: one row a trial; its number, the keys that were turned, by how
//! much it breaks limits and constraints (0: not at all), then each metric in-sample (`is_`) and out of sample (`oos_`), of the first market and then of each
//! other by its name.

use std::path::Path;

use crate::fault::Fault;
use crate::folder::broken;
use crate::market::columns::{Cells, parquet};
use crate::report::files::put;
use crate::report::number_format;
use crate::report::study_text::plain;
use crate::tune::Study;

/// Writes both forms.
pub fn write(dir: &Path, study: &Study) -> Result<(), Fault> {
    let (columns, rows) = table(study);
    put(&dir.join("trials.csv"), &csv_bytes(&columns, &rows)?)?;
    let cells = |(c, (name, number)): (usize, &(String, bool))| {
        let column = rows.iter().map(|row| row[c].as_str());
        let cells = if *number { Cells::Number(column.map(|text| text.parse().ok()).collect()) } else { Cells::Text(column.collect()) };
        (name.clone(), cells)
    };
    put(&dir.join("trials.parquet"), &parquet("trials.parquet", columns.iter().enumerate().map(cells).collect())?)
}

/// Names of columns, and whether each holds numbers only; then the rows.
fn table(study: &Study) -> (Vec<(String, bool)>, Vec<Vec<String>>) {
    let metrics: Vec<&String> = study.best().measured.iter().flat_map(|measured| measured.in_sample.keys()).collect();
    let mut columns = vec![("trial".to_owned(), true)];
    columns.extend(study.keys.iter().enumerate().map(|(k, key)| (key.clone(), study.is_number(k))));
    columns.push(("violation".to_owned(), true));
    let markets = std::iter::once(String::new()).chain(study.elsewhere.iter().map(|other| format!("{}:", other.market)));
    for market in markets {
        for prefix in ["is", "oos"] {
            columns.extend(metrics.iter().map(|name| (format!("{market}{prefix}_{name}"), true)));
        }
    }
    let rows = study.trials.iter().enumerate().map(|(number, trial)| {
        let mut row = vec![(number + 1).to_string()];
        row.extend(trial.setting.iter().map(|value| value.as_ref().map(plain).unwrap_or_default()));
        row.push(number_format::exact_or_empty(Some(trial.violation).filter(|violation| violation.is_finite())));
        for market in 0..=study.elsewhere.len() {
            let measured = trial.measured.as_ref().and_then(|measured| measured.everywhere().nth(market));
            for out_of_sample in [false, true] {
                let of = |name: &str| measured?.metric(name, out_of_sample);
                row.extend(metrics.iter().map(|name| number_format::exact_or_empty(of(name))));
            }
        }
        row
    });
    let rows = rows.collect();
    (columns, rows)
}

fn csv_bytes(columns: &[(String, bool)], rows: &[Vec<String>]) -> Result<Vec<u8>, Fault> {
    let fault = |error: &dyn std::fmt::Display| broken(Path::new("trials.csv"), error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|(name, _)| name)).map_err(|error| fault(&error))?;
    for row in rows {
        writer.write_record(row).map_err(|error| fault(&error))?;
    }
    writer.into_inner().map_err(|error| fault(&error))
}
