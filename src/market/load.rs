//! A market folder, read and checked (`formats.md` section 1).

use std::path::Path;

use crate::bounded::BY_HAND;
use crate::fault::Fault;
use crate::market::assets::Roster;
use crate::market::bars::Grid;
use crate::market::cache::Cache;
use crate::market::caution::tell;
use crate::market::data_quality::DataQuality;
use crate::market::files::{MANIFEST, Source, unreadable};
use crate::market::freeze::freeze;
use crate::market::jobs::{jobs, read};
use crate::market::manifest::Manifest;
use crate::market::parts::{MarketParts, SeriesPart};
use crate::market::small_tables::{Facts, Tables};
use crate::market::{InputFile, Market, SeriesSummary};
use crate::units::Time;

/// The part of a market to replay; `from` inclusive, `to` exclusive. Narrows what `market.toml` says, never widens it. What comes before `from`
/// is history, which rules may look back on; what comes from `to` on is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub from: Option<Time>,
    pub to: Option<Time>,
}

impl Market {
    /// Reads and checks a market folder, every byte of it.
    ///
    /// # Errors
    /// The first [`Fault`] in a fixed order of files, whatever the number of threads.
    pub fn load(dir: &Path, window: Window) -> Result<Self, Fault> {
        Self::load_cached(dir, window, &Cache::NONE)
    }

    /// The same market, of which series need not be read that are in the cache.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_cached(dir: &Path, window: Window, cache: &Cache) -> Result<Self, Fault> {
        MarketParts::load_cached(dir, window, cache)?.freeze_in(dir)
    }
}

impl MarketParts {
    /// Reads and checks a market folder, and aligns nothing yet: for whoever wants to make more than one market of it.
    ///
    /// # Errors
    /// As [`Market::load`], but for what shows only once all series are on one clock.
    pub fn load(dir: &Path, window: Window) -> Result<Self, Fault> {
        parts(dir, window, &Cache::NONE)
    }

    /// As [`Market::load_cached`], aligning nothing yet.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_cached(dir: &Path, window: Window, cache: &Cache) -> Result<Self, Fault> {
        parts(dir, window, cache)
    }

    /// [`freeze`], its errors placed in the folder the parts were read from.
    ///
    /// # Errors
    /// As [`freeze`].
    pub fn freeze_in(self, dir: &Path) -> Result<Market, Fault> {
        freeze(self).map_err(|fault| Fault { place: dir.join(&fault.place).display().to_string(), ..fault })
    }
}

/// Everything but the alignment.
fn parts(dir: &Path, window: Window, cache: &Cache) -> Result<MarketParts, Fault> {
    let source = Source::plain(dir, MANIFEST, BY_HAND);
    let (bytes, input) = source.read()?;
    let text = std::str::from_utf8(&bytes).map_err(|error| unreadable(&source.path, &error.to_string()))?;
    let manifest = Manifest::parse(&source.path, text)?;

    let mut tables = Tables::of(dir, manifest.table_bytes);
    let facts = Facts::read(&mut tables, &manifest)?;
    let mut cautions = manifest.cautions.clone();
    tell(&mut cautions, "tables without a row: nothing is known of what they should tell", tables.empty);
    let found = all_series(dir, &manifest, &facts.roster, cache, &mut cautions)?;

    let mut inputs = vec![input];
    inputs.extend(tables.inputs);
    inputs.extend(found.inputs);
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    let mut summaries = found.summaries;
    summaries.extend(facts.summaries());
    let Facts { roster, narratives, memberships, conversions, caps, tiers, spreads, rules, benchmark, evidence } = facts;
    Ok(MarketParts {
        name: manifest.name,
        about: manifest.about,
        synthetic: manifest.synthetic,
        quote: manifest.quote,
        bar: manifest.bar,
        from: narrowed(manifest.from, window.from, Time::max),
        to: narrowed(manifest.to, window.to, Time::min),
        assets: roster.assets,
        instruments: roster.instruments,
        narratives,
        memberships,
        conversions,
        series: found.series,
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

/// An end of the window: what the market says, narrowed by what was asked for.
fn narrowed(own: Option<Time>, asked: Option<Time>, pick: fn(Time, Time) -> Time) -> Option<Time> {
    match (own, asked) {
        (Some(own), Some(asked)) => Some(pick(own, asked)),
        (own, asked) => own.or(asked),
    }
}

/// Bars, mark prices and settlements of every instrument, in the order of the roster, and what was read for them.
struct AllSeries {
    series: Vec<SeriesPart>,
    summaries: Vec<SeriesSummary>,
    inputs: Vec<InputFile>,
}

fn all_series(dir: &Path, manifest: &Manifest, roster: &Roster, cache: &Cache, cautions: &mut Vec<String>) -> Result<AllSeries, Fault> {
    let jobs = jobs(dir, roster, manifest.table_bytes, cautions)?;
    let cache = cache.of_market(dir);
    let read = read(&jobs, Grid { bar: manifest.bar, wicks: manifest.wicks }, cache.as_ref()).map_err(|error| {
        let found = format!("no thread to read it with: {error}");
        Fault::new(dir.display().to_string(), found, "a system that starts one", "end other programs, or raise the limit on threads")
    })?;
    if let Some(cache) = cache {
        cache.finish();
    }
    let series = roster.instruments.iter().map(|_| SeriesPart::default()).collect();
    let mut all = AllSeries { series, summaries: Vec::new(), inputs: Vec::new() };
    let mut quality = DataQuality::default();
    for (job, read) in jobs.iter().zip(read) {
        let data = read?;
        all.inputs.extend(data.origin().inputs.iter().cloned());
        quality.note(&format!("{} {}", job.symbol, job.folder), &data);
        all.summaries.extend(job.assign(data, roster, manifest.bar, &mut all.series));
    }
    quality.tell(cautions);
    Ok(all)
}
