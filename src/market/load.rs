//! A market folder, read and checked (`formats.md` section 1).

use std::path::Path;

use crate::bounded::BY_HAND;
use crate::fault::Fault;
use crate::market::bars::Grid;
use crate::market::benchmark::{self, Benchmark};
use crate::market::caution::tell;
use crate::market::conversions;
use crate::market::facts;
use crate::market::files::{MANIFEST, Source, names, stands, unreadable};
use crate::market::freeze::freeze;
use crate::market::jobs::{jobs, read};
use crate::market::manifest::Manifest;
use crate::market::odd::Odd;
use crate::market::parts::{MarketParts, SeriesPart};
use crate::market::roster::{self, Roster};
use crate::market::table::Table;
use crate::market::tiers;
use crate::market::{Market, Membership, SeriesSummary};
use crate::units::Time;

/// The part of a market to replay; `from` inclusive, `to` exclusive. Narrows what `market.toml` says, never widens it. What comes before `from`
/// is history, which rules may look back on; what comes from `to` on is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub from: Option<Time>,
    pub to: Option<Time>,
}

impl Market {
    /// Reads and checks a market folder.
    ///
    /// # Errors
    /// The first [`Fault`] in a fixed order of files, whatever the number of threads.
    pub fn load(dir: &Path, window: Window) -> Result<Self, Fault> {
        MarketParts::load(dir, window)?.freeze_in(dir)
    }
}

impl MarketParts {
    /// Reads and checks a market folder, and aligns nothing yet: for whoever wants to make more than one market of it.
    ///
    /// # Errors
    /// As [`Market::load`], but for what shows only once all series are on one clock.
    pub fn load(dir: &Path, window: Window) -> Result<Self, Fault> {
        parts(dir, window)
    }

    /// [`freeze`], its errors placed in the folder the parts were read from.
    ///
    /// # Errors
    /// As [`freeze`].
    pub fn freeze_in(self, dir: &Path) -> Result<Market, Fault> {
        freeze(self).map_err(|fault| Fault { place: dir.join(&fault.place).display().to_string(), ..fault })
    }
}

/// First and last instant of dated facts, so that `rotate check` shows a date that slipped; nothing of none.
fn facts_of(kind: &str, of: &str, file: &str, times: impl Iterator<Item = Time>) -> Option<SeriesSummary> {
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

/// Everything but the alignment.
fn parts(dir: &Path, window: Window) -> Result<MarketParts, Fault> {
    let mut inputs = Vec::new();
    let source = Source::plain(dir, MANIFEST, BY_HAND);
    let (bytes, input) = source.read()?;
    inputs.push(input);
    let text = std::str::from_utf8(&bytes).map_err(|error| unreadable(&source.path, &error.to_string()))?;
    let manifest = Manifest::parse(&source.path, text)?;

    let mut empty = Vec::new();
    let mut table = |name: &str, columns: &[&str], must: bool| -> Result<Option<Table>, Fault> {
        let source = Source::plain(dir, name, manifest.table_bytes);
        if !must && !stands(&source.path) {
            return Ok(None);
        }
        let (bytes, input) = source.read()?;
        inputs.push(input);
        let table = Table::parse(&source, &bytes, columns)?;
        if table.rows().next().is_none() {
            if must {
                return Err(table.without_a_row());
            }
            empty.push(name.to_owned());
        }
        Ok(Some(table))
    };
    let roster = table("assets.csv", &roster::COLUMNS, true)?.map_or_else(|| Ok(Roster::default()), |table| Roster::read(&table))?;
    let (spreads, rules) = (manifest.spreads(&roster)?, manifest.rules(&roster)?);
    let (narratives, memberships) = table("narratives.csv", &facts::NARRATIVES, false)?
        .map_or_else(|| Ok(Default::default()), |table| facts::memberships(&table, &roster))?;
    let conversions = table("conversions.csv", &conversions::COLUMNS, false)?
        .map_or_else(|| Ok(Vec::new()), |table| conversions::conversions(&table, &roster))?;
    let caps = table("market-cap.csv", &facts::CAPS, false)?
        .map_or_else(|| Ok(vec![Vec::new(); roster.assets.len()]), |table| facts::caps(&table, &roster))?;
    let tiers = table("margin-tiers.csv", &tiers::COLUMNS, false)?
        .map_or_else(|| Ok(vec![Vec::new(); roster.instruments.len()]), |table| tiers::tiers(&table, &roster))?;
    let named = manifest.benchmark.as_ref();
    let benchmark = named.map(|named| benchmark::read(named, &roster, |file| table(file, &benchmark::COLUMNS, false))).transpose()?;
    let mut evidence = Vec::new();
    for name in names(&dir.join("evidence"))?.iter().filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "csv")) {
        if let Some(table) = table(&format!("evidence/{name}"), &facts::EVIDENCE, false)? {
            evidence.extend(facts::evidence(&table, &roster, &narratives)?);
        }
    }
    evidence.sort_by_key(|fact| fact.known_at);

    let mut cautions = manifest.cautions.clone();
    tell(&mut cautions, "tables without a row: nothing is known of what they should tell", empty);
    let jobs = jobs(dir, &roster, manifest.table_bytes, &mut cautions)?;
    let read = read(&jobs, Grid { bar: manifest.bar, wicks: manifest.wicks }).map_err(|error| {
        let found = format!("no thread to read it with: {error}");
        Fault::new(dir.display().to_string(), found, "a system that starts one", "end other programs, or raise the limit on threads")
    })?;
    let mut series: Vec<SeriesPart> = roster.instruments.iter().map(|_| SeriesPart::default()).collect();
    let mut summaries = Vec::new();
    let mut odd = Odd::default();
    for (job, read) in jobs.iter().zip(read) {
        let data = read?;
        inputs.extend(data.origin().inputs.iter().cloned());
        odd.note(&format!("{} {}", job.symbol, job.folder), &data);
        summaries.extend(job.deal(data, &roster, manifest.bar, &mut series));
    }
    odd.tell(&mut cautions);
    for (asset, known) in roster.assets.iter().zip(&caps) {
        summaries.extend(facts_of("cap", &asset.name, "market-cap.csv", known.iter().map(|fact| fact.known_at)));
    }
    let spans = |row: &Membership| std::iter::once(row.since).chain(row.until);
    summaries.extend(facts_of("narrative", "", "narratives.csv", memberships.iter().flat_map(spans)));
    summaries.extend(facts_of("conversion", "", "conversions.csv", conversions.iter().map(|conversion| conversion.known_at)));
    summaries.extend(facts_of("tiers", "", "margin-tiers.csv", tiers.iter().flatten().map(|table| table.since)));
    if let Some(Benchmark::Index(index)) = &benchmark {
        let file = format!("indices/{}.csv", index.name);
        summaries.extend(facts_of("index", &index.name, &file, index.times()));
    }
    summaries.extend(facts_of("evidence", "", "evidence/*.csv", evidence.iter().map(|fact| fact.known_at)));
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    let narrow = |own: Option<Time>, asked: Option<Time>, pick: fn(Time, Time) -> Time| match (own, asked) {
        (Some(own), Some(asked)) => Some(pick(own, asked)),
        (own, asked) => own.or(asked),
    };
    Ok(MarketParts {
        name: manifest.name,
        about: manifest.about,
        synthetic: manifest.synthetic,
        quote: manifest.quote,
        bar: manifest.bar,
        from: narrow(manifest.from, window.from, Time::max),
        to: narrow(manifest.to, window.to, Time::min),
        assets: roster.assets,
        instruments: roster.instruments,
        narratives,
        memberships,
        conversions,
        series,
        caps,
        tiers,
        evidence,
        costs: manifest.costs,
        spreads,
        rules,
        listing: manifest.listing,
        benchmark,
        missing_rate_8h: manifest.missing_rate_8h,
        inputs,
        cautions,
        summaries,
    })
}
