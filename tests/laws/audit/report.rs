//! The files of one strategy's report, as rows. Columns are found by name; a number that cannot be read is an error with file and line.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::DateTime;
use serde_json::Value;

use super::prices::seconds;

/// A table whose cells are fetched by column name.
pub struct Table {
    pub file: String,
    columns: BTreeMap<String, usize>,
    rows: Vec<csv::StringRecord>,
}

/// One row of a [`Table`].
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    at: usize,
}

impl Table {
    /// # Errors
    /// The file is not there, is no CSV, or lacks one of the `wanted` columns.
    pub fn read(dir: &Path, file: &str, wanted: &str) -> Result<Table, String> {
        let mut reader = csv::Reader::from_path(dir.join(file)).map_err(|e| format!("{file}: {e}"))?;
        let head = reader.headers().map_err(|e| format!("{file}: {e}"))?.clone();
        let columns: BTreeMap<String, usize> = head.iter().enumerate().map(|(i, name)| (name.to_string(), i)).collect();
        if let Some(lost) = wanted.split(',').find(|name| !columns.contains_key(*name)) {
            return Err(format!("{file}: no column `{lost}`, found {head:?}"));
        }
        let rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(|e| format!("{file}: {e}"))?;
        Ok(Table { file: file.to_string(), columns, rows })
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.rows.len()).map(|at| Row { table: self, at })
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }
}

impl<'a> Row<'a> {
    pub fn word(self, column: &str) -> &'a str {
        let at = self.table.columns[column];
        self.table.rows[self.at].get(at).unwrap_or_default()
    }

    /// File and line, for messages.
    pub fn place(self) -> String {
        format!("{} line {}", self.table.file, self.at + 2)
    }

    pub fn number(self, column: &str) -> Result<f64, String> {
        let cell = self.word(column);
        let number: f64 = cell.parse().map_err(|_| format!("{}: {column} `{cell}` is no number", self.place()))?;
        if number.is_finite() { Ok(number) } else { Err(format!("{}: {column} is {cell}", self.place())) }
    }

    pub fn micros(self, column: &str) -> Result<i64, String> {
        micros(self.word(column)).map_err(|e| format!("{}: {column} {e}", self.place()))
    }

    pub fn time(self, column: &str) -> Result<i64, String> {
        let cell = self.word(column);
        if !cell.ends_with('Z') {
            return Err(format!("{}: {column} `{cell}` is not RFC 3339 in UTC", self.place()));
        }
        seconds(cell).ok_or(format!("{}: {column} `{cell}` is no time", self.place()))
    }
}

/// Whole microdollars of a printed decimal; more than six decimals are refused, so that nothing is rounded behind our back.
pub fn micros(text: &str) -> Result<i64, String> {
    let bad = || format!("`{text}` is not a decimal of at most six places");
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if part.len() > 6 || whole.is_empty() {
        return Err(bad());
    }
    let whole: i64 = whole.parse().map_err(|_| bad())?;
    let part: i64 = format!("{part:0<6}").parse().map_err(|_| bad())?;
    Ok(sign * (whole * 1_000_000 + part))
}

/// `summary.json`, the part that belongs to the books.
pub struct Summary {
    pub capital: i64,
    pub final_equity: i64,
    /// Microdollars by label, by view (`by_source` …).
    pub attribution: BTreeMap<String, BTreeMap<String, i64>>,
}

impl Summary {
    /// # Errors
    /// A key that is missing or not money.
    pub fn read(dir: &Path) -> Result<Summary, String> {
        let text = std::fs::read_to_string(dir.join("summary.json")).map_err(|e| format!("summary.json: {e}"))?;
        let json: Value = serde_json::from_str(&text).map_err(|e| format!("summary.json: {e}"))?;
        let money = |value: &Value, what: &str| -> Result<i64, String> {
            // JSON may write a microdollar as 1e-6; the shortest decimal of the number has no exponent.
            let text = value.as_f64().ok_or(format!("summary.json: {what} is {value}"))?.to_string();
            micros(&text).map_err(|e| format!("summary.json: {what} {e}"))
        };
        let mut attribution = BTreeMap::new();
        for view in ["by_source", "by_bucket", "by_narrative", "by_asset", "by_regime"] {
            let parts = json["attribution"][view].as_object().ok_or(format!("summary.json: attribution has no table {view}"))?;
            let read = |(label, value): (&String, &Value)| Ok((label.clone(), money(value, &format!("{view}.{label}"))?));
            attribution.insert(view.to_string(), parts.iter().map(read).collect::<Result<_, String>>()?);
        }
        Ok(Summary {
            capital: money(&json["capital"], "capital")?,
            final_equity: money(&json["final_equity"], "final_equity")?,
            attribution,
        })
    }
}

/// A time as the reports print it.
pub fn stamp(time: i64) -> String {
    DateTime::from_timestamp(time, 0).map_or_else(|| time.to_string(), |t| t.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
