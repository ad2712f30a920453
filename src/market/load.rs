//! A market folder, read and checked (`formats.md` section 1).

use std::path::Path;

use rayon::prelude::*;

use crate::fault::Fault;
use crate::market::bars::{Series, marks, prices};
use crate::market::caution::tell;
use crate::market::cite::cited;
use crate::market::facts;
use crate::market::files::{Folder, Source, names, stands, unreadable};
use crate::market::freeze::{MarketParts, SeriesPart, freeze};
use crate::market::manifest::Manifest;
use crate::market::rates::settlements;
use crate::market::roster::{self, Roster};
use crate::market::series::Rows;
use crate::market::settle::{contradicted, intervals};
use crate::market::table::Table;
use crate::market::tiers;
use crate::market::{InputFile, Kind, Market, RawSettlement, SeriesSummary};
use crate::units::{InstrumentId, Span, Time};

/// The part of a market to replay; `from` inclusive, `to` exclusive. Narrows what `market.toml` says, never widens it.
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
        let inside = |fault: Fault| Fault { place: dir.join(&fault.place).display().to_string(), ..fault };
        freeze(parts(dir, window)?).map_err(inside)
    }
}

/// Everything but the alignment.
fn parts(dir: &Path, window: Window) -> Result<MarketParts, Fault> {
    let mut inputs = Vec::new();
    let source = Source::plain(dir, "market.toml");
    let (bytes, input) = source.read()?;
    inputs.push(input);
    let text = std::str::from_utf8(&bytes).map_err(|error| unreadable(&source.path, &error.to_string()))?;
    let manifest = Manifest::parse(&source.path, text)?;

    let mut table = |name: &str, columns: &[&str], must: bool| -> Result<Option<Table>, Fault> {
        let source = Source::plain(dir, name);
        if !must && !stands(&source.path) {
            return Ok(None);
        }
        let (bytes, input) = source.read()?;
        inputs.push(input);
        Table::parse(&source.path, &bytes, columns).map(Some)
    };
    let roster = table("assets.csv", &roster::COLUMNS, true)?.map_or_else(|| Ok(Roster::default()), |table| Roster::read(&table))?;
    let (spreads, rules) = (manifest.spreads(&roster)?, manifest.rules(&roster)?);
    let (narratives, memberships) = table("narratives.csv", &facts::NARRATIVES, false)?
        .map_or_else(|| Ok(Default::default()), |table| facts::memberships(&table, &roster))?;
    let caps = table("market-cap.csv", &facts::CAPS, false)?
        .map_or_else(|| Ok(vec![Vec::new(); roster.assets.len()]), |table| facts::caps(&table, &roster))?;
    let tiers = table("margin-tiers.csv", &tiers::COLUMNS, false)?
        .map_or_else(|| Ok(vec![Vec::new(); roster.instruments.len()]), |table| tiers::tiers(&table, &roster))?;
    let mut evidence = Vec::new();
    for name in names(&dir.join("evidence"))?.iter().filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "csv")) {
        if let Some(table) = table(&format!("evidence/{name}"), &facts::EVIDENCE, true)? {
            evidence.extend(facts::evidence(&table, &roster, &narratives)?);
        }
    }
    evidence.sort_by_key(|fact| fact.known_at);

    let mut cautions = Vec::new();
    let jobs = jobs(dir, &roster, &mut cautions)?;
    let read: Vec<Result<Read, Fault>> = jobs.par_iter().map(|job| job.read(manifest.bar)).collect();
    let mut series: Vec<SeriesPart> = roster.instruments.iter().map(|_| SeriesPart::default()).collect();
    let mut summaries = Vec::new();
    let mut odd = Odd::default();
    for (job, read) in jobs.iter().zip(read) {
        let Read { data, summary, inputs: files } = read?;
        inputs.extend(files);
        odd.note(&format!("{} {}", job.symbol, job.folder), &data);
        summaries.push(SeriesSummary { asset: roster.assets[roster.instruments[job.id.index()].asset.index()].name.clone(), ..summary });
        let part = &mut series[job.id.index()];
        match (data, job.folder) {
            (Data::Bars(marks), "mark") => (part.marks, part.fine_marks) = (marks.marks(), marks.fine),
            (Data::Bars(prices), _) => (part.bars, part.fine_marks) = (prices.bars, prices.fine),
            (Data::Rates { settlements, .. }, _) => part.settlements = settlements,
        }
    }
    odd.tell(&mut cautions);
    for (asset, known) in roster.assets.iter().zip(&caps).filter(|(_, known)| !known.is_empty()) {
        summaries.push(SeriesSummary {
            asset: asset.name.clone(),
            kind: "cap".to_owned(),
            symbol: asset.name.clone(),
            first: known.first().map(|fact| fact.known_at),
            last: known.last().map(|fact| fact.known_at),
            bars: known.len(),
            missing: 0,
            files: vec!["market-cap.csv".to_owned()],
            intervals: Vec::new(),
        });
    }
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
        series,
        caps,
        tiers,
        evidence,
        costs: manifest.costs,
        spreads,
        rules,
        listing: manifest.listing,
        missing_rate_8h: manifest.missing_rate_8h,
        inputs,
        cautions,
        summaries,
    })
}

/// The files of one symbol in one folder.
struct Job {
    folder: &'static str,
    symbol: String,
    id: InstrumentId,
    sources: Vec<Source>,
}

/// What came of a [`Job`].
struct Read {
    data: Data,
    summary: SeriesSummary,
    inputs: Vec<InputFile>,
}

enum Data {
    Bars(Series),
    Rates { settlements: Vec<RawSettlement>, rows: Rows },
}

/// All series to read: perpetuals before their marks, so that a mark's finer prices win over the last price's.
fn jobs(dir: &Path, roster: &Roster, cautions: &mut Vec<String>) -> Result<Vec<Job>, Fault> {
    let mut jobs = Vec::new();
    let mut strangers = Vec::new();
    for (folder, kind, must) in
        [("spot", Kind::Spot, true), ("perp", Kind::Perp, true), ("mark", Kind::Perp, false), ("funding", Kind::Perp, false)]
    {
        let symbols: Vec<&str> = roster.symbols(kind).map(|(_, symbol)| symbol).collect();
        let mut found = Folder::list(dir, folder, &symbols)?;
        for (id, symbol) in roster.symbols(kind) {
            match found.by_symbol.remove(symbol) {
                Some(sources) => jobs.push(Job { folder, symbol: symbol.to_owned(), id, sources }),
                None if must => {
                    return Err(Fault::new(
                        dir.join(folder).display().to_string(),
                        format!("no file of the {folder} symbol `{}`", cited(symbol)),
                        format!("{0}.csv, .csv.gz, .zip or .parquet, or {0}-<anything> with one of these endings", cited(symbol)),
                        "add the file, or take the symbol out of assets.csv",
                    ));
                }
                None => {}
            }
        }
        strangers.append(&mut found.strangers);
    }
    tell(cautions, "files of no listed symbol, not read", strangers);
    Ok(jobs)
}

impl Job {
    fn read(&self, bar: Span) -> Result<Read, Fault> {
        let data = match self.folder {
            "funding" => {
                let (settlements, rows) = settlements(&self.sources)?;
                Data::Rates { settlements, rows }
            }
            "mark" => Data::Bars(marks(&self.sources, bar)?),
            _ => Data::Bars(prices(&self.sources, bar)?),
        };
        let mut summary = SeriesSummary {
            asset: String::new(),
            kind: self.folder.to_owned(),
            symbol: self.symbol.clone(),
            first: None,
            last: None,
            bars: 0,
            missing: 0,
            files: data.rows().files(),
            intervals: Vec::new(),
        };
        match &data {
            Data::Bars(series) => {
                (summary.first, summary.last) = (series.bars.first().map(|bar| bar.time), series.bars.last().map(|bar| bar.time));
                summary.bars = series.bars.len();
                if let (Some(first), Some(last)) = (summary.first, summary.last) {
                    summary.missing = ((last.seconds() - first.seconds()) / bar.seconds()) as usize + 1 - series.bars.len();
                }
            }
            Data::Rates { settlements, .. } => {
                (summary.first, summary.last) = (settlements.first().map(|s| s.time), settlements.last().map(|s| s.time));
                summary.bars = settlements.len();
                summary.intervals = intervals(settlements);
                summary.intervals.sort_by(f64::total_cmp);
                summary.intervals.dedup();
            }
        }
        let inputs = data.rows().inputs.clone();
        Ok(Read { data, summary, inputs })
    }
}

impl Data {
    fn rows(&self) -> &Rows {
        match self {
            Self::Bars(series) => &series.rows,
            Self::Rates { rows, .. } => rows,
        }
    }
}

/// Fraction of notional beyond which one settlement is told as a caution; exchanges cap it at 2 to 4 %.
const STEEP_RATE: f64 = 0.05;

/// Oddities of files, gathered over all series.
#[derive(Default)]
struct Odd {
    repeated: Vec<String>,
    holed: Vec<String>,
    open: Vec<String>,
    steep: Vec<String>,
    contradicted: Vec<String>,
}

impl Odd {
    fn note(&mut self, series: &str, data: &Data) {
        let duplicates = data.rows().duplicates;
        if duplicates > 0 {
            self.repeated.push(format!("{series} {duplicates}"));
        }
        match data {
            Data::Bars(bars) => self.note_bars(series, bars),
            Data::Rates { settlements, .. } => self.note_rates(series, settlements),
        }
    }

    fn note_rates(&mut self, series: &str, settlements: &[RawSettlement]) {
        let steep = || settlements.iter().filter(|settlement| settlement.rate.abs() > STEEP_RATE);
        if let Some(first) = steep().next() {
            self.steep.push(format!("{series} {} (first {})", steep().count(), first.time));
        }
        let contradicted = contradicted(settlements);
        if contradicted > 0 {
            self.contradicted.push(format!("{series} {contradicted} of {}", settlements.len()));
        }
    }

    fn note_bars(&mut self, series: &str, bars: &Series) {
        if bars.holed > 0 {
            self.holed.push(format!("{series} {}", bars.holed));
        }
        if let Some(last) = bars.bars.last().filter(|_| bars.still_open) {
            self.open.push(format!("{series} {}", last.time));
        }
    }

    fn tell(self, cautions: &mut Vec<String>) {
        tell(cautions, "rows that repeat another exactly, dropped", self.repeated);
        tell(cautions, "bars aggregated over a hole in a finer series, kept", self.holed);
        tell(cautions, "funding rates beyond 5 % in one settlement (a fraction is wanted: 0.0001 is 0.01 %)", self.steep);
        tell(
            cautions,
            "settlements whose funding_interval_hours contradicts the steady distance of their stamps (the column is believed)",
            self.contradicted,
        );
        tell(cautions, "last bar was still open when it was collected", self.open);
    }
}
