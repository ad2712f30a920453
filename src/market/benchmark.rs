//! What runs are measured against where `market.toml` says so: another coin than bitcoin, or an index of `indices/`. No rule sees it.

use crate::fault::Fault;
use crate::market::assets::Roster;
use crate::market::quote_field::cited;
use crate::market::table::Table;
use crate::names::suggestion;
use crate::units::{InstrumentId, Time};

/// Columns of a file in `indices/`.
pub(super) const COLUMNS: [&str; 2] = ["known_at", "value"];

/// A declared benchmark. Without one it is BTC, else the first asset with a spot series.
#[derive(Clone, Debug, PartialEq)]
pub enum Benchmark {
    /// A coin: its spot series, else its perpetual.
    Instrument(InstrumentId),
    Index(Index),
}

/// A published series of values above zero, of whatever unit: a market cap, a share, points.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    pub name: String,
    /// Ascending in time, one value for each instant.
    values: Vec<(Time, f64)>,
}

impl Index {
    /// The last value known at an instant; NaN before the first.
    #[must_use]
    pub fn at(&self, now: Time) -> f64 {
        let known = self.values.partition_point(|&(time, _)| time <= now);
        known.checked_sub(1).map_or(f64::NAN, |last| self.values[last].1)
    }

    /// When the first and the last value were known.
    #[must_use]
    pub fn extent(&self) -> (Time, Time) {
        (self.values[0].0, self.values[self.values.len() - 1].0)
    }

    /// When each value was known.
    pub fn times(&self) -> impl Iterator<Item = Time> {
        self.values.iter().map(|&(time, _)| time)
    }

    /// # Errors
    /// No row, unparsable times or numbers, a value that is not above zero, two different values for one instant.
    pub(super) fn read(name: String, table: &Table) -> Result<Self, Fault> {
        let mut values = Vec::new();
        for row in table.rows() {
            let (known_at, value) = (row.time("known_at")?, row.number("value")?);
            if value <= 0.0 {
                let fix = "mend or remove this line; of what can be negative, as a yield, write an index of what it earns";
                return Err(row.fault(format!("an index of {value}"), "a value above zero: capital is invested in it", fix));
            }
            values.push((known_at, value, row.line));
        }
        values.sort_by_key(|&(known_at, _, line)| (known_at, line));
        values.dedup_by(|later, earlier| (later.0, later.1) == (earlier.0, earlier.1));
        if let Some(pair) = values.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let row = table.rows().find(|row| row.line == pair[1].2).expect("it was read there");
            let found = format!("a second, different value for {} (the first is on line {})", pair[1].0, pair[0].2);
            return Err(row.fault(found, "one value for each instant", "remove the wrong one"));
        }
        if values.is_empty() {
            return Err(table.without_a_row());
        }
        Ok(Self { name, values: values.into_iter().map(|(known_at, value, _)| (known_at, value)).collect() })
    }
}

/// The name of a benchmark as a manifest has it, and where it stands there.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) place: String,
}

/// The asset of that name, else the index; `table` reads a file of the market folder where there is one.
///
/// # Errors
/// An asset without a series; neither an asset nor a file; what [`Index::read`] refuses.
pub(super) fn read(
    Named { name, place }: &Named,
    roster: &Roster,
    table: impl FnOnce(&str) -> Result<Option<Table>, Fault>,
) -> Result<Benchmark, Fault> {
    if let Some(asset) = roster.by_name.get(name) {
        let asset = &roster.assets[asset.index()];
        return asset.spot.or(asset.perp).map(Benchmark::Instrument).ok_or_else(|| {
            let found = format!("the benchmark `{}` has neither a spot nor a perpetual symbol", cited(name));
            Fault::new(place, found, "an asset with a price series", "give it a symbol in assets.csv, or name another benchmark")
        });
    }
    let table = table(&format!("indices/{name}.csv"))?.ok_or_else(|| {
        let found = format!("`benchmark` = `{}`: there is no such asset, and no file indices/{}.csv", cited(name), cited(name));
        let expected = "an asset of assets.csv, or an index with known_at,value in indices/";
        let near = suggestion(name, roster.by_name.keys().map(String::as_str));
        Fault::new(place, found, expected, format!("{near}correct the name, or add the file"))
    })?;
    Index::read(name.clone(), &table).map(Benchmark::Index)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::market::files::Source;
    use crate::market::timestamp::of_text;

    fn index(rows: &str) -> Result<Index, Fault> {
        let source = Source::plain(Path::new("market"), "indices/x.csv", 1 << 20);
        Index::read("x".to_owned(), &Table::parse(&source, format!("known_at,value\n{rows}").as_bytes(), &COLUMNS)?)
    }

    #[test]
    fn a_value_holds_from_when_it_was_known_until_the_next() {
        let index = index("2024-03-03,12\n2024-03-01,10\n2024-03-01,10\n").unwrap();
        let at = |text: &str| index.at(of_text(text).unwrap());
        assert!(at("2024-02-29T23:59:59Z").is_nan());
        assert_eq!([at("2024-03-01"), at("2024-03-02T23:00:00Z"), at("2024-03-03"), at("2025-01-01")], [10.0, 10.0, 12.0, 12.0]);
    }

    #[test]
    fn what_is_no_index_is_refused() {
        let found = |rows: &str| index(rows).unwrap_err();
        assert_eq!(found("2024-03-01,0\n").found, "an index of 0");
        assert!(found("2024-03-01,-1\n").found.contains("-1") && found("2024-03-01,x\n").found.contains('x'));
        assert_eq!(
            found("2024-03-01,10\n2024-03-01,11\n").found,
            "a second, different value for 2024-03-01T00:00:00Z (the first is on line 2)"
        );
        assert_eq!(found("").found, "a table without a row");
    }
}
