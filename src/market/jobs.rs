//! The series files of a market: which there are, whose they are, and what each owner gets of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use crate::fault::Fault;
use crate::market::assets::Roster;
use crate::market::bars::{Grid, marks, prices};
use crate::market::cache::{MarketCache, Request};
use crate::market::caution::tell;
use crate::market::data::Data;
use crate::market::files::{Folder, Source};
use crate::market::quote_field::cited;
use crate::market::rates::settlements;
use crate::market::settle::{EIGHT_HOURS, intervals};
use crate::market::threads::side_by_side;
use crate::market::{Bar, Kind, MarkBar, RawSettlement, SeriesPart, SeriesSummary};
use crate::units::{InstrumentId, Span, Time};

/// The files of one symbol in one folder.
pub(super) struct Job {
    pub(super) folder: &'static str,
    pub(super) symbol: String,
    /// Whose they are: of more than one coin where they had the symbol one after the other.
    pub(super) owners: Vec<InstrumentId>,
    sources: Vec<Source>,
}

/// All series to read, no file larger than `most` bytes: perpetuals before their marks, so that a mark's finer prices win over the last price's.
pub(super) fn jobs(dir: &Path, roster: &Roster, most: u64, cautions: &mut Vec<String>) -> Result<Vec<Job>, Fault> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut strangers = Vec::new();
    for (folder, kind, must) in
        [("spot", Kind::Spot, true), ("perp", Kind::Perp, true), ("mark", Kind::Perp, false), ("funding", Kind::Perp, false)]
    {
        let symbols: BTreeSet<&str> = roster.symbols(kind).map(|(_, symbol)| symbol).collect();
        let mut found = Folder::list(dir, folder, &symbols, most)?;
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for (id, symbol) in roster.symbols(kind) {
            if let Some(&job) = known.get(symbol) {
                jobs[job].owners.push(id);
                continue;
            }
            match found.by_symbol.remove(symbol) {
                Some(sources) => {
                    known.insert(symbol, jobs.len());
                    jobs.push(Job { folder, symbol: symbol.to_owned(), owners: vec![id], sources });
                }
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

/// Reads them all, side by side, or takes from the cache what it has of them; what came of each, in their order. Rates are read first: of prices finer
/// than the bar, only those at which something may settle are kept.
///
/// # Errors
/// No thread can be started. What a job refuses is in its place.
pub(super) fn read(jobs: &[Job], grid: Grid, cache: Option<&MarketCache>) -> std::io::Result<Vec<Result<Data, Fault>>> {
    let (rates, bars): (Vec<usize>, Vec<usize>) = (0..jobs.len()).partition(|&at| jobs[at].folder == "funding");
    let kept = |at: usize, settled: &[Time]| {
        let Job { folder, symbol, sources, .. } = &jobs[at];
        let read = || if *folder == "funding" { jobs[at].rates() } else { jobs[at].bars(grid, settled) };
        cache.map_or_else(read, |cache| cache.series(&Request { folder, symbol, sources, grid, settled }, read))
    };
    let settled = side_by_side(&rates, |&at| kept(at, &[]))?;
    let mut stamps: BTreeMap<&str, Vec<Time>> = BTreeMap::new();
    for (&at, data) in rates.iter().zip(&settled) {
        if let Ok(Data::Rates { settlements, .. }) = data {
            stamps.insert(&jobs[at].symbol, settlements.iter().map(|settlement| settlement.time).collect());
        }
    }
    let priced = side_by_side(&bars, |&at| kept(at, stamps.get(jobs[at].symbol.as_str()).map_or(&[], Vec::as_slice)))?;
    let mut all: Vec<_> = rates.into_iter().zip(settled).chain(bars.into_iter().zip(priced)).collect();
    all.sort_unstable_by_key(|&(at, _)| at);
    Ok(all.into_iter().map(|(_, data)| data).collect())
}

impl Job {
    /// # Errors
    /// What the reader of rates refuses.
    fn rates(&self) -> Result<Data, Fault> {
        let (settlements, origin) = settlements(&self.sources)?;
        Ok(Data::Rates { settlements, origin })
    }

    /// Prices or marks; `settled` are the stamps of the symbol's settlements, ascending.
    ///
    /// # Errors
    /// What the readers of prices and marks refuse.
    fn bars(&self, grid: Grid, settled: &[Time]) -> Result<Data, Fault> {
        // A settlement that is missing is assumed at a whole eight hours.
        let settles = |time: Time| time.seconds() % EIGHT_HOURS == 0 || settled.binary_search(&time).is_ok();
        Ok(Data::Bars(match self.folder {
            "mark" => marks(&self.sources, grid, settles)?,
            // Of spot for what stands in for the mark of a perpetual whose files are no finer than the bar.
            _ => prices(&self.sources, grid, settles)?,
        }))
    }

    /// Gives every owner the part of the series that lies in its period, and a summary of it.
    pub(super) fn assign(&self, mut data: Data, roster: &Roster, bar: Span, series: &mut [SeriesPart]) -> Vec<SeriesSummary> {
        let files = data.origin().files.clone();
        let assign = |(k, &id): (usize, &InstrumentId)| {
            let last = k + 1 == self.owners.len();
            let (part, asset) = (&mut series[id.index()], roster.instruments[id.index()].asset.index());
            let period = roster.symbol_periods[asset];
            let mut summary = SeriesSummary {
                asset: roster.assets[asset].name.clone(),
                kind: self.folder.to_owned(),
                symbol: self.symbol.clone(),
                first: None,
                last: None,
                bars: 0,
                missing: 0,
                files: files.clone(),
                intervals: Vec::new(),
            };
            match &mut data {
                Data::Bars(prices) => {
                    // A bar that reaches over an edge of the period has prices of both coins.
                    let bars = share(&mut prices.bars, last, |bars| period.part(bars, |own| own.time, bar.seconds()));
                    summary.tell_bars(&bars, bar);
                    part.fine_marks = share(&mut prices.fine, last, |fine| period.part(fine, |own| own.0, INSTANT));
                    if self.folder == "mark" {
                        part.marks = bars.iter().map(MarkBar::of).collect();
                    } else {
                        part.reaches = prices.reaches.filter(|&last| prices.untraded > 0 && period.contains(last));
                        part.bars = bars;
                    }
                }
                Data::Rates { settlements, .. } => {
                    part.settlements = share(settlements, last, |all| period.part(all, |own| own.time, INSTANT));
                    summary.tell_settlements(&part.settlements);
                }
            }
            summary
        };
        self.owners.iter().enumerate().map(assign).collect()
    }
}

/// Seconds of what has no length, of which time is whole.
const INSTANT: i64 = 1;

/// What an owner gets of a series; the last one without a copy.
fn share<T: Clone>(all: &mut Vec<T>, last: bool, part: impl Fn(&[T]) -> Range<usize>) -> Vec<T> {
    let part = part(all);
    if !last {
        return all[part].to_vec();
    }
    let mut own = std::mem::take(all);
    own.truncate(part.end);
    own.drain(..part.start);
    own
}

impl SeriesSummary {
    fn tell_bars(&mut self, bars: &[Bar], bar: Span) {
        self.bars = bars.len();
        if let (Some(first), Some(last)) = (bars.first(), bars.last()) {
            (self.first, self.last) = (Some(first.time), Some(last.time));
            self.missing = ((last.time.seconds() - first.time.seconds()) / bar.seconds()) as usize + 1 - bars.len();
        }
    }

    fn tell_settlements(&mut self, settlements: &[RawSettlement]) {
        self.bars = settlements.len();
        (self.first, self.last) = (settlements.first().map(|s| s.time), settlements.last().map(|s| s.time));
        self.intervals = intervals(settlements);
        self.intervals.sort_by(f64::total_cmp);
        self.intervals.dedup();
    }
}
