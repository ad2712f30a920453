//! The small tables of a market folder: who is there, and every dated fact about them.

use std::path::Path;

use crate::fault::Fault;
use crate::market::assets::{self, Roster};
use crate::market::benchmark::{self, Benchmark};
use crate::market::conversions;
use crate::market::facts;
use crate::market::files::{Source, names, stands};
use crate::market::manifest::Manifest;
use crate::market::table::Table;
use crate::market::tiers;
use crate::market::{CapFact, Conversion, DatedRules, DatedSpread, Evidence, InputFile, Membership, SeriesSummary, TierTable};
use crate::units::Time;

/// Reads the tables of a folder one after another, and takes note of what was read.
pub(super) struct Tables<'a> {
    dir: &'a Path,
    /// The most bytes of a table.
    bytes: u64,
    pub(super) inputs: Vec<InputFile>,
    /// Those without a row.
    pub(super) empty: Vec<String>,
}

impl<'a> Tables<'a> {
    pub(super) fn of(dir: &'a Path, bytes: u64) -> Self {
        Self { dir, bytes, inputs: Vec::new(), empty: Vec::new() }
    }

    /// A table that must be there and have rows, such as `row`.
    fn must(&mut self, name: &str, columns: &[&str], row: &str) -> Result<Table, Fault> {
        let table = self.table(name, columns)?;
        let fault = |fault: Fault| Fault { fix: format!("write one for each coin, as in {row}"), ..fault };
        if table.rows().next().is_none() { Err(fault(table.without_a_row())) } else { Ok(table) }
    }

    /// A table that may be missing, or without a row.
    fn may(&mut self, name: &str, columns: &[&str]) -> Result<Option<Table>, Fault> {
        if !stands(&Source::plain(self.dir, name, self.bytes).path) {
            return Ok(None);
        }
        let table = self.table(name, columns)?;
        if table.rows().next().is_none() {
            self.empty.push(name.to_owned());
        }
        Ok(Some(table))
    }

    fn table(&mut self, name: &str, columns: &[&str]) -> Result<Table, Fault> {
        let source = Source::plain(self.dir, name, self.bytes);
        let (bytes, input) = source.read()?;
        self.inputs.push(input);
        Table::parse(&source, &bytes, columns)
    }
}

/// What the tables say.
pub(super) struct Facts {
    pub(super) roster: Roster,
    pub(super) narratives: Vec<String>,
    pub(super) memberships: Vec<Membership>,
    pub(super) conversions: Vec<Conversion>,
    pub(super) caps: Vec<Vec<CapFact>>,
    pub(super) tiers: Vec<Vec<TierTable>>,
    pub(super) spreads: Vec<DatedSpread>,
    pub(super) rules: Vec<DatedRules>,
    pub(super) benchmark: Option<Benchmark>,
    pub(super) evidence: Vec<Evidence>,
}

impl Facts {
    /// Reads them in a fixed order, so that the first fault is always the same.
    pub(super) fn read(tables: &mut Tables, manifest: &Manifest) -> Result<Self, Fault> {
        let roster = Roster::read(&tables.must("assets.csv", &assets::COLUMNS, assets::ROW)?)?;
        let (spreads, rules) = (manifest.spreads(&roster)?, manifest.rules(&roster)?);
        let table = tables.may("narratives.csv", &facts::NARRATIVES)?;
        let (narratives, memberships) = table.map_or_else(|| Ok(Default::default()), |table| facts::memberships(&table, &roster))?;
        let table = tables.may("conversions.csv", &conversions::COLUMNS)?;
        let conversions = table.map_or_else(|| Ok(Vec::new()), |table| conversions::conversions(&table, &roster))?;
        let table = tables.may("market-cap.csv", &facts::CAPS)?;
        let caps = table.map_or_else(|| Ok(vec![Vec::new(); roster.assets.len()]), |table| facts::caps(&table, &roster))?;
        let table = tables.may("margin-tiers.csv", &tiers::COLUMNS)?;
        let tiers = table.map_or_else(|| Ok(vec![Vec::new(); roster.instruments.len()]), |table| tiers::tiers(&table, &roster))?;
        let named = manifest.benchmark.as_ref();
        let benchmark = named.map(|named| benchmark::read(named, &roster, |file| tables.may(file, &benchmark::COLUMNS))).transpose()?;
        let evidence = evidence(tables, &roster, &narratives)?;
        Ok(Self { roster, narratives, memberships, conversions, caps, tiers, spreads, rules, benchmark, evidence })
    }

    /// First and last instant of each kind of fact, so that `rotate check` shows a date that slipped.
    pub(super) fn summaries(&self) -> Vec<SeriesSummary> {
        let mut all = Vec::new();
        for (asset, known) in self.roster.assets.iter().zip(&self.caps) {
            all.extend(summary("cap", &asset.name, "market-cap.csv", known.iter().map(|fact| fact.known_at)));
        }
        let spans = |row: &Membership| std::iter::once(row.since).chain(row.until);
        all.extend(summary("narrative", "", "narratives.csv", self.memberships.iter().flat_map(spans)));
        all.extend(summary("conversion", "", "conversions.csv", self.conversions.iter().map(|conversion| conversion.known_at)));
        all.extend(summary("tiers", "", "margin-tiers.csv", self.tiers.iter().flatten().map(|table| table.since)));
        if let Some(Benchmark::Index(index)) = &self.benchmark {
            let file = format!("indices/{}.csv", index.name);
            all.extend(summary("index", &index.name, &file, index.times()));
        }
        all.extend(summary("evidence", "", "evidence/*.csv", self.evidence.iter().map(|fact| fact.known_at)));
        all
    }
}

/// Every `evidence/*.csv`, ascending in `known_at`.
fn evidence(tables: &mut Tables, roster: &Roster, narratives: &[String]) -> Result<Vec<Evidence>, Fault> {
    let mut all = Vec::new();
    for name in names(&tables.dir.join("evidence"))?.iter().filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "csv"))
    {
        if let Some(table) = tables.may(&format!("evidence/{name}"), &facts::EVIDENCE)? {
            all.extend(facts::evidence(&table, roster, narratives)?);
        }
    }
    all.sort_by_key(|fact| fact.known_at);
    Ok(all)
}

/// First and last instant of dated facts; nothing of none.
fn summary(kind: &str, of: &str, file: &str, times: impl Iterator<Item = Time>) -> Option<SeriesSummary> {
    let times: Vec<Time> = times.collect();
    let (first, last) = (times.iter().min().copied()?, times.iter().max().copied()?);
    Some(SeriesSummary {
        asset: of.to_owned(),
        kind: kind.to_owned(),
        symbol: of.to_owned(),
        first: Some(first),
        last: Some(last),
        bars: times.len(),
        missing: 0,
        files: vec![file.to_owned()],
        intervals: Vec::new(),
    })
}
