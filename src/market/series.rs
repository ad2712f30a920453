//! All files of one symbol as one series: concatenated in time, duplicates dropped or refused.

use crate::fault::Fault;
use crate::market::InputFile;
use crate::market::csv_rows::{last_close, place_of};
use crate::market::files::Source;
use crate::market::frame::read;
use crate::market::sheet::{Layout, Sheet};
use crate::units::Time;

/// What a check found wrong in one row: what was found, what was expected.
pub(super) type Wrong = (String, &'static str);

/// How to read one kind of series.
pub(super) struct Recipe {
    pub(super) layout: &'static Layout,
    /// Seconds to which stamps are floored: settlements carry jitter, bars do not.
    pub(super) floor: i64,
    /// Looks at one row of columns.
    pub(super) check: fn(&[Vec<f64>], usize) -> Option<Wrong>,
}

/// Where a series came from: what is left of its rows once they are bars.
pub(super) struct Origin {
    /// Names of the files, in the order of their first rows.
    pub(super) files: Vec<String>,
    pub(super) inputs: Vec<InputFile>,
    /// Rows that repeated another one exactly, and were dropped.
    pub(super) duplicates: usize,
}

/// Strictly ascending rows of one symbol.
pub(super) struct Rows {
    pub(super) time: Vec<Time>,
    pub(super) columns: Vec<Vec<f64>>,
    duplicates: usize,
    /// Close time of the last row, where its file has such a column.
    pub(super) last_close: Option<Time>,
    inputs: Vec<InputFile>,
    layout: &'static Layout,
    /// In the order of their first stamps.
    sources: Vec<Source>,
    /// Source and row of each row.
    places: Vec<(u32, u32)>,
}

impl Rows {
    /// Reads, checks and joins.
    ///
    /// # Errors
    /// What [`read`] refuses, files without any row, rows the recipe's check refuses, time going backwards in one file, two different rows for one stamp.
    pub(super) fn gather(sources: &[Source], recipe: &Recipe) -> Result<Self, Fault> {
        let mut inputs = Vec::with_capacity(sources.len());
        let mut sheets: Vec<(Source, Sheet, Option<Time>)> = Vec::with_capacity(sources.len());
        for source in sources {
            let (bytes, input) = source.read()?;
            let mut sheet = read(source, &bytes, recipe.layout)?;
            if recipe.floor > 1 {
                for time in &mut sheet.time {
                    *time = Time::from_seconds(time.seconds() - time.seconds().rem_euclid(recipe.floor));
                }
            }
            check(source, &bytes, &sheet, recipe)?;
            inputs.push(input);
            sheets.push((source.clone(), sheet, last_close(source, &bytes)));
        }
        sheets.sort_by_key(|(_, sheet, _)| sheet.time.first().copied());
        if let Some((source, ..)) = sheets.first().filter(|_| sheets.iter().all(|(_, sheet, _)| sheet.time.is_empty())) {
            return Err(Fault::new(source.path.display().to_string(), "a table without a row", "at least one row", "fill it or remove it"));
        }
        let last = sheets.iter().filter(|(_, sheet, _)| !sheet.time.is_empty()).max_by_key(|(_, sheet, _)| sheet.time.last().copied());
        let last_close = last.and_then(|&(.., close)| close);
        let mut rows = Self::concatenate(sheets, recipe.layout, inputs, last_close);
        if !rows.time.is_sorted_by(|a, b| a < b) {
            rows.merge()?;
        }
        Ok(rows)
    }

    fn concatenate(
        sheets: Vec<(Source, Sheet, Option<Time>)>,
        layout: &'static Layout,
        inputs: Vec<InputFile>,
        last_close: Option<Time>,
    ) -> Self {
        let mut rows = Self {
            time: Vec::new(),
            columns: vec![Vec::new(); layout.columns.len()],
            duplicates: 0,
            last_close,
            inputs,
            layout,
            sources: Vec::new(),
            places: Vec::new(),
        };
        for (index, (source, sheet, _)) in sheets.into_iter().enumerate() {
            let count = sheet.time.len();
            rows.places.extend((0..count as u32).map(|row| (index as u32, row)));
            append(&mut rows.time, sheet.time);
            for (all, mut column) in rows.columns.iter_mut().zip(sheet.columns) {
                // An optional column that this file lacks.
                column.resize(count, f64::NAN);
                append(all, column);
            }
            rows.sources.push(source);
        }
        rows
    }

    /// Sorts by time and drops exact repetitions.
    fn merge(&mut self) -> Result<(), Fault> {
        let mut order: Vec<usize> = (0..self.time.len()).collect();
        order.sort_by_key(|&row| self.time[row]);
        let same = |a: usize, b: usize| self.columns.iter().all(|column| column[a].to_bits() == column[b].to_bits());
        let mut kept: Vec<usize> = Vec::with_capacity(order.len());
        for row in order {
            match kept.last() {
                Some(&last) if self.time[last] == self.time[row] => {
                    if !same(last, row) {
                        return Err(self.conflict(last, row));
                    }
                    self.duplicates += 1;
                }
                _ => kept.push(row),
            }
        }
        self.time = kept.iter().map(|&row| self.time[row]).collect();
        self.places = kept.iter().map(|&row| self.places[row]).collect();
        for column in &mut self.columns {
            *column = kept.iter().map(|&row| column[row]).collect();
        }
        Ok(())
    }

    fn conflict(&self, a: usize, b: usize) -> Fault {
        Fault::new(
            self.place(b),
            format!("a second, different row for {} (the first is {})", self.time[b], self.place(a)),
            "one row for each time; only exact repetitions are dropped",
            "remove the wrong one",
        )
    }

    /// File and line of a row. Reads the file again: for faults only.
    pub(super) fn place(&self, row: usize) -> String {
        let (source, row) = self.places[row];
        let source = &self.sources[source as usize];
        match source.read() {
            Ok((bytes, _)) => place_of(source, &bytes, self.layout, row as usize),
            Err(_) => source.path.display().to_string(),
        }
    }

    pub(super) fn origin(self) -> Origin {
        let files = self.sources.into_iter().map(|source| source.name).collect();
        Origin { files, inputs: self.inputs, duplicates: self.duplicates }
    }
}

/// Of one file, a series is that file's and nothing is copied.
fn append<T>(all: &mut Vec<T>, more: Vec<T>) {
    if all.is_empty() {
        *all = more;
    } else {
        all.extend(more);
    }
}

fn check(source: &Source, bytes: &[u8], sheet: &Sheet, recipe: &Recipe) -> Result<(), Fault> {
    let fault = |row: usize, (found, expected): Wrong| {
        Fault::new(place_of(source, bytes, recipe.layout, row), found, expected, "mend or remove this line")
    };
    for row in 0..sheet.time.len() {
        if !sheet.time[row].is_plausible() {
            let hint = if sheet.time[row].seconds() < 86_400 { " (a time of 0?)" } else { "" };
            return Err(fault(row, (format!("a row at {}{hint}", sheet.time[row]), Time::PLAUSIBLE)));
        }
        if let Some(wrong) = (recipe.check)(&sheet.columns, row) {
            return Err(fault(row, wrong));
        }
        if row > 0 && sheet.time[row] < sheet.time[row - 1] {
            let found = format!("{} after {}: time goes backwards", sheet.time[row], sheet.time[row - 1]);
            return Err(fault(row, (found, "rows in ascending time within one file")));
        }
    }
    Ok(())
}
