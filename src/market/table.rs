//! Small CSV tables with named columns and the line of every row.

use std::path::PathBuf;

use crate::fault::Fault;
use crate::market::files::{MOST_COLUMNS, Source};
use crate::market::names::{self, Unfit};
use crate::market::quote_field::cited;
use crate::units::Time;

/// Columns that some tables may have and are read where they are there.
const OPTIONAL: [&str; 5] = ["asset", "narrative", "source", "since", "until"];

/// A table in memory, its fields in one text: a million rows are no million pieces. Column names are compared in lower case.
pub(super) struct Table {
    path: PathBuf,
    header: Vec<String>,
    /// Row after row, field after field.
    text: String,
    /// Where each field ends in it.
    ends: Vec<usize>,
    /// One for each row.
    lines: Vec<usize>,
}

/// One row, able to say where it is wrong.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    table: &'a Table,
    at: usize,
    pub(super) line: usize,
}

impl Table {
    /// # Errors
    /// No CSV, a required column that is not there, more columns or more fields than a table may have.
    pub(super) fn parse(source: &Source, bytes: &[u8], required: &[&str]) -> Result<Self, Fault> {
        let path = &source.path;
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
        if header.len() > MOST_COLUMNS {
            return Err(source.too_wide(header.len()));
        }
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
        let most = source.most_rows(header.len());
        let mut table = Self { path: path.clone(), header, text: String::new(), ends: Vec::new(), lines: Vec::new() };
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(broken)? {
            if table.lines.len() as u64 == most {
                return Err(source.too_long(most));
            }
            for field in &record {
                table.text.push_str(field);
                table.ends.push(table.text.len());
            }
            table.lines.push(record.position().map_or(0, csv::Position::line) as usize);
        }
        Ok(table)
    }

    pub(super) fn without_a_row(&self) -> Fault {
        Fault::new(self.path.display().to_string(), "a table without a row", "at least one row", "fill it")
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.lines.iter().enumerate().map(|(at, &line)| Row { table: self, at, line })
    }

    fn field(&self, row: usize, column: usize) -> &str {
        let at = row * self.header.len() + column;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[at]]
    }
}

impl<'a> Row<'a> {
    /// Empty where the table has no such column.
    pub(super) fn text(&self, column: &str) -> &'a str {
        let column = self.table.header.iter().position(|name| name == column);
        column.map_or("", |column| self.table.field(self.at, column))
    }

    /// What a column calls something; empty where the table has no such column.
    pub(super) fn name(&self, column: &str) -> Result<&'a str, Fault> {
        self.fit(column, names::name)
    }

    /// The text of a column as long as it is fit for what it says.
    pub(super) fn fit(&self, column: &str, fit: fn(&str, &str) -> Result<(), Unfit>) -> Result<&'a str, Fault> {
        let text = self.text(column);
        fit(column, text).map_err(|(found, expected, fix)| self.fault(found, expected, fix))?;
        Ok(text)
    }

    pub(super) fn fault(&self, found: impl Into<String>, expected: impl Into<String>, fix: impl Into<String>) -> Fault {
        Fault::new(Fault::at(&self.table.path, self.line), found, expected, fix)
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
        match super::timestamp::of_text(text) {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(most: u64, text: &str) -> Result<Table, Fault> {
        Table::parse(&Source::plain(Path::new("market"), "x.csv", most), text.as_bytes(), &["a", "b"])
    }

    #[test]
    fn each_field_is_found_in_its_row() {
        let table = parse(100, "b,A,since\n1, zwei ,\n,\"x,\ny\",3\n").unwrap();
        let rows: Vec<_> = table.rows().map(|row| (row.line, row.text("a"), row.text("b"), row.text("since"), row.text("until"))).collect();
        assert_eq!(rows, [(2, "zwei", "1", "", ""), (3, "x,\ny", "", "3", "")]);
    }

    #[test]
    fn more_rows_than_the_bound_has_room_for_are_refused() {
        // Two columns of eight bytes: three rows.
        assert_eq!(parse(48, "a,b\n1,2\n1,2\n1,2\n").unwrap().rows().count(), 3);
        assert_eq!(parse(48, &format!("a,b\n{}", "1,2\n".repeat(4))).map(|_| ()).unwrap_err().found, "has more than 3 rows");
    }
}
