//! Parts of one series put together: monthly and daily files, overlapping dumps, files that were replaced.

use std::collections::BTreeMap;

use crate::import::existing::OF_THE_MARKET;
use crate::import::kind::{Content, Origin};
use crate::import::part::{LeftOut, Part, Rate, Rows};
use crate::import::symbol::Pair;
use crate::market::Bar;
use crate::units::{Span, Time};

/// What tells one series from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) content: Content,
    pub(super) base: String,
    pub(super) quote: String,
    pub(super) venue: String,
    /// Whether its prices are of one venue; an index over venues is the last choice.
    pub(super) index: bool,
    /// Nothing for rates.
    pub(super) interval: Option<Span>,
}

/// All rows of one series, with the files they came from.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) key: Key,
    pub(super) rows: Rows,
    pub(super) files: Vec<usize>,
    pub(super) left_out: LeftOut,
    pub(super) assumed_kind: bool,
}

impl Series {
    /// First and last stamp.
    pub(super) fn span(&self) -> (Time, Time) {
        self.rows.span().unwrap_or_default()
    }

    /// How our files of it are called.
    pub(super) fn symbol(&self) -> String {
        Pair { base: self.key.base.clone(), quote: self.key.quote.clone(), perpetual: false }.symbol()
    }
}

/// The series of all parts, in the order of their keys.
pub(super) fn series(parts: Vec<Part>) -> Vec<Series> {
    let mut by_key: BTreeMap<Key, Vec<Part>> = BTreeMap::new();
    for part in parts {
        let interval = match &part.rows {
            Rows::Bars { interval, .. } => Some(*interval),
            Rows::Rates(_) => None,
        };
        let key = Key {
            content: part.content,
            base: part.pair.base.clone(),
            quote: part.pair.quote.clone(),
            venue: part.venue.clone(),
            index: part.origin == Origin::CoinMarketCap,
            interval,
        };
        by_key.entry(key).or_default().push(part);
    }
    by_key.into_iter().map(|(key, parts)| joined(key, parts)).collect()
}

fn joined(key: Key, mut parts: Vec<Part>) -> Series {
    let mut left_out = LeftOut::default();
    for part in &parts {
        left_out.add(&part.left_out);
    }
    let mut files: Vec<usize> = parts.iter().map(|part| part.file).collect();
    files.sort_unstable();
    files.dedup();
    let assumed_kind = parts.iter().all(|part| part.assumed_kind);
    // The part with the most rows first: where two contradict each other, it is believed. What the market has already gives way to every file.
    parts.sort_by_key(|part| (part.file == OF_THE_MARKET, std::cmp::Reverse(part.rows.len()), part.file));
    let rows = match key.interval {
        Some(interval) => {
            let bars = bars(
                parts.iter().filter_map(|part| {
                    if let Rows::Bars { bars, .. } = &part.rows { Some((bars.as_slice(), part.file == OF_THE_MARKET)) } else { None }
                }),
                &mut left_out,
            );
            Rows::Bars { bars: without_filler(bars, &mut left_out), interval }
        }
        None => Rows::Rates(rates(
            parts.iter().filter_map(|part| if let Rows::Rates(rates) = &part.rows { Some(rates.as_slice()) } else { None }),
            &mut left_out,
        )),
    };
    Series { key, rows, files, left_out, assumed_kind }
}

/// Rows of several parts, one of each instant. Where two differ, the last row of a part gives way, since it may have been open still; else the later part. Any row of what the
/// market has already gives way so.
fn bars<'a>(parts: impl Iterator<Item = (&'a [Bar], bool)>, left_out: &mut LeftOut) -> Vec<Bar> {
    let mut all: BTreeMap<Time, (Bar, bool)> = BTreeMap::new();
    for (part, of_the_market) in parts {
        for (at, bar) in part.iter().enumerate() {
            let last = of_the_market || at + 1 == part.len();
            match all.get_mut(&bar.time) {
                None => {
                    all.insert(bar.time, (*bar, last));
                }
                Some((kept, _)) if kept == bar => left_out.repeated += 1,
                Some((kept, kept_last)) => {
                    if *kept_last && !last {
                        (*kept, *kept_last) = (*bar, false);
                        left_out.unfinished += 1;
                    } else if last && !*kept_last {
                        left_out.unfinished += 1;
                    } else {
                        left_out.contradicted += 1;
                    }
                }
            }
        }
    }
    all.into_values().map(|(bar, _)| bar).collect()
}

fn rates<'a>(parts: impl Iterator<Item = &'a [Rate]>, left_out: &mut LeftOut) -> Vec<Rate> {
    let mut all: BTreeMap<Time, Rate> = BTreeMap::new();
    for rate in parts.flatten() {
        match all.get_mut(&rate.time) {
            None => {
                all.insert(rate.time, *rate);
            }
            Some(kept) => {
                if kept.rate == rate.rate {
                    left_out.repeated += 1;
                } else {
                    left_out.contradicted += 1;
                }
                kept.interval_hours = kept.interval_hours.or(rate.interval_hours);
            }
        }
    }
    all.into_values().collect()
}

/// Bars without volume at one price at the end of a series are what a venue goes on writing for what it has delisted.
fn without_filler(mut bars: Vec<Bar>, left_out: &mut LeftOut) -> Vec<Bar> {
    let still = |bar: &Bar| bar.volume == 0.0 && bar.open == bar.close && bar.high == bar.low;
    let filler = bars.iter().rev().take_while(|bar| still(bar)).count();
    // One such bar may be a quiet hour; all of them may be a series of mark prices or of an index.
    if filler >= 2 && filler < bars.len() {
        bars.truncate(bars.len() - filler);
        left_out.filler += filler;
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(hour: i64, close: f64, volume: f64) -> Bar {
        Bar { time: Time::from_seconds(1_700_000_400 + hour * 3_600), open: close, high: close, low: close, close, volume }
    }

    #[test]
    fn a_last_row_gives_way_to_one_that_was_over() {
        let (early, late) = ([bar(0, 1.0, 1.0), bar(1, 1.5, 0.5)], [bar(1, 2.0, 1.0), bar(2, 3.0, 1.0)]);
        for parts in [[(&early[..], false), (&late[..], false)], [(&late[..], false), (&early[..], false)]] {
            let mut left = LeftOut::default();
            let closes: Vec<f64> = bars(parts.into_iter(), &mut left).iter().map(|bar| bar.close).collect();
            assert_eq!((closes, left.unfinished, left.contradicted), (vec![1.0, 2.0, 3.0], 1, 0));
        }
    }

    #[test]
    fn filler_after_the_end_is_cut_and_a_quiet_hour_is_not() {
        let mut left = LeftOut::default();
        let kept =
            without_filler(vec![bar(0, 1.0, 1.0), bar(1, 1.0, 0.0), bar(2, 1.0, 2.0), bar(3, 1.0, 0.0), bar(4, 1.0, 0.0)], &mut left);
        assert_eq!((kept.len(), left.filler), (3, 2));
        assert_eq!(without_filler(vec![bar(0, 1.0, 1.0), bar(1, 1.0, 0.0)], &mut left).len(), 2);
    }
}
