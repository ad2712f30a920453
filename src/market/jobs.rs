//! The series files of a market: which there are, whose they are, and what each owner gets of them.

use std::path::Path;

use crate::fault::Fault;
use crate::market::bars::{Series, marks, prices};
use crate::market::caution::tell;
use crate::market::cite::cited;
use crate::market::files::{Folder, Source};
use crate::market::rates::settlements;
use crate::market::roster::Roster;
use crate::market::series::Rows;
use crate::market::settle::intervals;
use crate::market::{Bar, Kind, MarkBar, RawSettlement, SeriesPart, SeriesSummary};
use crate::units::{InstrumentId, Span};

/// The files of one symbol in one folder.
pub(super) struct Job {
    pub(super) folder: &'static str,
    pub(super) symbol: String,
    /// Whose they are: of more than one coin where they had the symbol one after the other.
    pub(super) owners: Vec<InstrumentId>,
    sources: Vec<Source>,
}

/// What came of a [`Job`].
pub(super) enum Data {
    Bars(Series),
    Rates { settlements: Vec<RawSettlement>, rows: Rows },
}

/// All series to read: perpetuals before their marks, so that a mark's finer prices win over the last price's.
pub(super) fn jobs(dir: &Path, roster: &Roster, cautions: &mut Vec<String>) -> Result<Vec<Job>, Fault> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut strangers = Vec::new();
    for (folder, kind, must) in
        [("spot", Kind::Spot, true), ("perp", Kind::Perp, true), ("mark", Kind::Perp, false), ("funding", Kind::Perp, false)]
    {
        let symbols: Vec<&str> = roster.symbols(kind).map(|(_, symbol)| symbol).collect();
        let mut found = Folder::list(dir, folder, &symbols)?;
        let before = jobs.len();
        for (id, symbol) in roster.symbols(kind) {
            if let Some(known) = jobs[before..].iter_mut().find(|job| job.symbol == symbol) {
                known.owners.push(id);
                continue;
            }
            match found.by_symbol.remove(symbol) {
                Some(sources) => jobs.push(Job { folder, symbol: symbol.to_owned(), owners: vec![id], sources }),
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
    /// # Errors
    /// What the readers of prices, marks and rates refuse.
    pub(super) fn read(&self, bar: Span) -> Result<Data, Fault> {
        Ok(match self.folder {
            "funding" => {
                let (settlements, rows) = settlements(&self.sources)?;
                Data::Rates { settlements, rows }
            }
            "mark" => Data::Bars(marks(&self.sources, bar)?),
            _ => Data::Bars(prices(&self.sources, bar)?),
        })
    }

    /// Gives every owner the part of the series that lies in its tenure, and a summary of it.
    pub(super) fn deal(&self, mut data: Data, roster: &Roster, bar: Span, series: &mut [SeriesPart]) -> Vec<SeriesSummary> {
        let files = data.rows().files();
        let deal = |(k, &id): (usize, &InstrumentId)| {
            let last = k + 1 == self.owners.len();
            let (part, asset) = (&mut series[id.index()], roster.instruments[id.index()].asset.index());
            let tenure = roster.tenures[asset];
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
                    // A bar that reaches over an edge of the tenure has prices of both coins.
                    let bars = share(&mut prices.bars, last, |own| tenure.spans(own.time, own.time.plus(bar.seconds())));
                    summary.tell_bars(&bars, bar);
                    part.fine_marks = share(&mut prices.fine, last, |own| tenure.contains(own.0));
                    if self.folder == "mark" {
                        part.marks = bars.iter().map(MarkBar::of).collect();
                    } else {
                        part.reaches = prices.reaches.filter(|&last| prices.untraded > 0 && tenure.contains(last));
                        part.bars = bars;
                    }
                }
                Data::Rates { settlements, .. } => {
                    part.settlements = share(settlements, last, |own| tenure.contains(own.time));
                    summary.tell_settlements(&part.settlements);
                }
            }
            summary
        };
        self.owners.iter().enumerate().map(deal).collect()
    }
}

/// What an owner keeps of a series; the last one gets it without a copy.
fn share<T: Clone>(all: &mut Vec<T>, last: bool, keep: impl FnMut(&T) -> bool) -> Vec<T> {
    let mut own = if last { std::mem::take(all) } else { all.clone() };
    own.retain(keep);
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

impl Data {
    pub(super) fn rows(&self) -> &Rows {
        match self {
            Self::Bars(series) => &series.rows,
            Self::Rates { rows, .. } => rows,
        }
    }
}
