//! Small CSV tables with named columns and the line of every row.

use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::market::cite::cited;
use crate::market::names::{self, Unfit};
use crate::units::Time;

/// Columns that some tables may have and are read where they are there.
const OPTIONAL: [&str; 5] = ["asset", "narrative", "source", "since", "until"];

/// A table in memory. Column names are compared in lower case.
pub(super) struct Table {
    path: PathBuf,
    header: Vec<String>,
    rows: Vec<(usize, csv::StringRecord)>,
}

/// One row, able to say where it is wrong.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    table: &'a Table,
    pub(super) line: usize,
    record: &'a csv::StringRecord,
}

impl Table {
    /// # Errors
    /// No CSV, or a required column that is not there.
    pub(super) fn parse(path: &Path, bytes: &[u8], required: &[&str]) -> Result<Self, Fault> {
        let broken = |error: csv::Error| {
            let line = error.position().map_or(1, csv::Position::line) as usize;
            let found = match error.kind() {
                csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("{len} fields in a table of {expected_len} columns"),
                _ => format!("no CSV row: {}", cited(&error.to_string())),
            };
            Fault::new(Fault::at(path, line), found, "one field for every column of the header", "mend this line")
        };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let header: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_lowercase).collect();
        if let Some(missing) = required.iter().find(|wanted| !header.iter().any(|name| name == *wanted)) {
            return Err(Fault::new(
                Fault::at(path, 1),
                format!("no column `{missing}`"),
                format!("a header with the columns {}", required.join(", ")),
                "name the columns in the first line",
            ));
        }
        let known = |name: &&String| required.contains(&name.as_str()) || OPTIONAL.contains(&name.as_str());
        let twice = header.iter().enumerate().find(|(k, name)| known(name) && header[..*k].contains(name));
        if let Some((_, name)) = twice {
            let expected = "each column once: it is not known which one is meant";
            return Err(Fault::new(Fault::at(path, 1), format!("two columns `{name}`"), expected, "remove or rename one of them"));
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let line = record.position().map_or(0, csv::Position::line) as usize;
            rows.push((line, record));
        }
        Ok(Self { path: path.to_owned(), header, rows })
    }

    pub(super) fn without_a_row(&self) -> Fault {
        Fault::new(self.path.display().to_string(), "a table without a row", "at least one row", "fill it")
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, record)| Row { table: self, line: *line, record })
    }
}

impl<'a> Row<'a> {
    /// Empty where the table has no such column.
    pub(super) fn text(&self, column: &str) -> &'a str {
        let at = self.table.header.iter().position(|name| name == column);
        at.and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    /// What a column calls something; empty where the table has no such column.
    pub(super) fn name(&self, column: &str) -> Result<&'a str, Fault> {
        self.fit(column, names::name)
    }

    /// The text of a column as long as it is fit for what it says.
    pub(super) fn fit(&self, column: &str, fit: fn(&str, &str) -> Result<(), Unfit>) -> Result<&'a str, Fault> {
        let text = self.text(column);
        fit(column, text).map_err(|(found, expected, way_out)| self.fault(found, expected, way_out))?;
        Ok(text)
    }

    pub(super) fn fault(&self, found: impl Into<String>, expected: impl Into<String>, way_out: impl Into<String>) -> Fault {
        Fault::new(Fault::at(&self.table.path, self.line), found, expected, way_out)
    }

    pub(super) fn number(&self, column: &str) -> Result<f64, Fault> {
        let text = self.text(column);
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => {
                let found = if text.is_empty() { "nothing".to_owned() } else { format!("`{}`", cited(text)) };
                Err(self.fault(format!("{found} in column `{column}`"), "a finite number", "mend or remove this line"))
            }
        }
    }

    pub(super) fn time(&self, column: &str) -> Result<Time, Fault> {
        let text = self.text(column);
        let wrong = |what: &str, expected: &str| {
            self.fault(format!("`{}` in column `{column}` is {what}", cited(text)), expected, "mend or remove this line")
        };
        match super::stamp::of_text(text) {
            Some(time) if time.is_plausible() => Ok(time),
            Some(time) => Err(wrong(&time.to_string(), Time::PLAUSIBLE)),
            None => Err(wrong("no time", "a date or an instant, 2024-03-01 or 2024-03-01T08:00:00Z")),
        }
    }

    /// One of a few allowed words.
    pub(super) fn word<T: Copy>(&self, column: &str, words: &[(&str, T)]) -> Result<T, Fault> {
        let text = self.text(column);
        words.iter().find(|(word, _)| *word == text).map(|&(_, value)| value).ok_or_else(|| {
            let allowed: Vec<&str> = words.iter().map(|&(word, _)| word).collect();
            self.fault(
                format!("`{}` in column `{column}`", cited(text)),
                format!("one of {}", allowed.join(", ")),
                "write one of these words",
            )
        })
    }
}
