//! What the files themselves confess: oddities gathered over all series, one sentence a kind.

use crate::market::RawSettlement;
use crate::market::bars::Series;
use crate::market::caution::tell;
use crate::market::data::Data;
use crate::market::settle::contradicted;

/// Fraction of notional beyond which one settlement is told as a caution; exchanges cap it at 2 to 4 %.
const STEEP_RATE: f64 = 0.05;

/// Oddities of files, gathered over all series.
#[derive(Default)]
pub(super) struct DataQuality {
    repeated: Vec<String>,
    holed: Vec<String>,
    open: Vec<String>,
    untraded: Vec<String>,
    clipped: Vec<String>,
    volumeless: Vec<String>,
    steep: Vec<String>,
    contradicted: Vec<String>,
}

impl DataQuality {
    pub(super) fn note(&mut self, series: &str, data: &Data) {
        let duplicates = data.origin().duplicates;
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
        if bars.untraded > 0 {
            self.untraded.push(format!("{series} {}", bars.untraded));
        }
        if bars.clipped > 0 {
            self.clipped.push(format!("{series} {}", bars.clipped));
        }
        if bars.volumeless && !bars.bars.is_empty() {
            self.volumeless.push(series.to_owned());
        }
        if let Some(last) = bars.reaches.filter(|_| bars.still_open) {
            self.open.push(format!("{series} {last}"));
        }
    }

    pub(super) fn tell(self, cautions: &mut Vec<String>) {
        tell(cautions, "rows that repeat another exactly, dropped", self.repeated);
        tell(cautions, "incomplete bars built from finer data, kept", self.holed);
        tell(cautions, "funding rates beyond 5 % in one settlement (a fraction is wanted: 0.0001 is 0.01 %)", self.steep);
        tell(
            cautions,
            "settlements whose funding_interval_hours contradicts the steady distance of their stamps (the column is believed)",
            self.contradicted,
        );
        tell(cautions, "wicks beyond `[data] wick_limit`, cut to it", self.clipped);
        tell(cautions, "bars without volume at one price, in which nobody traded, read as missing", self.untraded);
        tell(
            cautions,
            "no bar has a volume: whether the coin still trades cannot be told, and an end that is filled with its last price would not be seen",
            self.volumeless,
        );
        tell(cautions, "last bar was still open when it was collected", self.open);
    }
}
