//! From loose series to one frozen market: one clock, dense columns, segments, settlements with their mark prices.
//! Loaders, tests and benchmarks all come through [`freeze`], so there is one place where a market is made.

use rayon::prelude::*;

use crate::fault::Fault;
use crate::market::Panel;
use crate::market::align::align;
use crate::market::caution::cautions;
use crate::market::conversions::inherited;
use crate::market::parts::{MarketParts, SeriesPart};
use crate::market::quote_field::{escaped, numeral};
use crate::market::settle::settle;
use crate::market::{Labels, Market, SeriesSummary};
use crate::units::{Clock, InstrumentId, Time};

/// Aligns all series on one clock: the extent of the data up to `to`. What comes after is forgotten, but for settlements, which are remembered
/// as neighbours, so that a cut inside the history invents no hole at its edge. What comes before `from` stays as history: it is known to
/// whoever looks back, and nothing is done in it, so that it may lack settlements.
///
/// # Errors
/// A market without a single bar, or a perpetual whose funding history has a hole inside the window while
/// `missing_rate_8h` is absent (names symbol and dates). Places are relative to the market folder.
pub fn freeze(mut parts: MarketParts) -> Result<Market, Fault> {
    parts.spreads.sort_by_key(|row| (row.of, row.since));
    parts.rules.sort_by_key(|row| (row.id, row.since));
    parts.conversions.sort_by_key(|conversion| conversion.asset);
    let heirs = inherited(&parts.memberships, &parts.conversions);
    parts.memberships.extend(heirs);
    let (clock, first) = clock_of(&parts)?;
    let mut panel = align(&clock, first, &parts.series, &parts.listing);
    panel.index_extremes();
    refuse_leaps(&clock, &panel, &parts)?;
    parts.series.iter_mut().for_each(SeriesPart::forget_aligned);
    let (funding, covers) = settle(&clock, first, &panel, &mut parts)?;
    let cautions = cautions(&clock, first, &panel, &covers, &parts);
    Ok(Market {
        name: parts.name,
        about: parts.about,
        synthetic: parts.synthetic,
        quote: parts.quote,
        clock,
        first,
        assets: parts.assets,
        instruments: parts.instruments,
        narratives: parts.narratives,
        memberships: parts.memberships,
        labels: Labels::default(),
        conversions: parts.conversions,
        panel,
        funding,
        caps: parts.caps,
        tiers: parts.tiers,
        evidence: parts.evidence,
        costs: parts.costs,
        spreads: parts.spreads,
        rules: parts.rules,
        listing: parts.listing,
        benchmark: parts.benchmark,
        missing_rate_8h: parts.missing_rate_8h,
        inputs: parts.inputs,
        cautions,
        series: parts.summaries,
    })
}

/// A price ten thousand times another from one bar of a listing to the next is no price of one coin, and money made of it would have no room
/// in whole numbers.
fn refuse_leaps(clock: &Clock, panel: &Panel, parts: &MarketParts) -> Result<(), Fault> {
    // All are looked through, since the first one is to be said.
    let leaps: Vec<Option<Leap>> =
        (0..parts.instruments.len()).into_par_iter().map(|index| leap(panel, InstrumentId::new(index))).collect();
    let found = parts.instruments.iter().zip(leaps).find_map(|(instrument, leap)| Some((instrument, leap?)));
    found.map_or(Ok(()), |(instrument, Leap { bar, before, close })| {
        Err(Fault::new(
            format!("{}/{}", instrument.kind.name(), instrument.symbol),
            format!("the close goes from {} to {} in the bar of {}", numeral(before), numeral(close), clock.open(bar)),
            "less than ten thousand times the close before, or its ten-thousandth",
            "correct the unit, or give the other coin a symbol of its own",
        ))
    })
}

/// A close that cannot be, its bar, and the close before it.
struct Leap {
    bar: usize,
    before: f64,
    close: f64,
}

/// The first of a series.
fn leap(panel: &Panel, id: InstrumentId) -> Option<Leap> {
    const MOST: f64 = 10_000.0;
    for segment in &panel.segments[id.index()] {
        let mut before = f64::NAN;
        for bar in segment.first..segment.end {
            let close = panel.close[panel.at(id, bar)];
            let ratio = close / before;
            // Before the first close the ratio is NaN, which is no leap.
            if !ratio.is_nan() && !(1.0 / MOST..=MOST).contains(&ratio) {
                return Some(Leap { bar, before, close });
            }
            if !close.is_nan() {
                before = close;
            }
        }
    }
    None
}

/// The clock of the data, and its first bar that trades.
fn clock_of(parts: &MarketParts) -> Result<(Clock, usize), Fault> {
    let none = |found: String| {
        Fault::new("market.toml", found, "at least one bar of one spot or perpetual series", "add price files, or widen `from` and `to`")
    };
    let firsts = parts.series.iter().filter_map(|series| series.bars.first());
    let lasts = parts.series.iter().filter_map(|series| series.bars.last().map(|bar| bar.time).max(series.reaches));
    let (Some(first), Some(last)) = (firsts.map(|bar| bar.time).min(), lasts.max()) else {
        return Err(none("no bars".to_owned()));
    };
    let bar = parts.bar.seconds();
    let up = |time: Time| (time.seconds() + bar - 1).div_euclid(bar) * bar;
    let start = first.seconds();
    let opens = parts.from.map_or(start, |from| up(from).max(start));
    let end = last.seconds() + bar;
    let end = parts.to.map_or(end, |to| up(to).min(end));
    let bars_from = |start: i64| usize::try_from((end - start) / bar).unwrap_or(0);
    let bars = bars_from(start);
    let clock = Clock { start: first, bar: parts.bar, bars };
    let trading = bars - bars_from(opens).min(bars)..bars;
    let trades = |at: Time| clock.bar_of(at).is_some_and(|t| trading.contains(&t));
    if !parts.series.iter().any(|series| series.bars.iter().any(|b| trades(b.time))) {
        let (from, to) =
            (parts.from.map_or_else(|| first.date(), |t| t.to_string()), parts.to.map_or_else(|| last.date(), |t| t.to_string()));
        return Err(none(format!("no bars from {from} to {to}; the data reach from {first} to {last}")));
    }
    let cells = bars.saturating_mul(parts.instruments.len());
    if cells > MOST_CELLS {
        return Err(Fault::new(
            "market.toml",
            format!("{bars} bars of {} for {} series, from {first} to {last}", parts.bar, parts.instruments.len()),
            format!("at most {} million cells, bars times series", MOST_CELLS / 1_000_000),
            format!("check {}, or cut its series with `since` and `until` in assets.csv", outermost(parts)),
        ));
    }
    Ok((clock, trading.start))
}

/// Cells of one column of the panel, more than ten years of minutes for thirty series: a longer clock is a stray time in one file.
const MOST_CELLS: usize = 200_000_000;

/// The files that make the clock as long as it is.
fn outermost(parts: &MarketParts) -> String {
    let of_prices = || parts.summaries.iter().filter(|summary| summary.kind == "spot" || summary.kind == "perp");
    let file = |summary: Option<&SeriesSummary>, last: bool| {
        let files = summary.map_or(&[][..], |summary| summary.files.as_slice());
        let file = if last { files.last() } else { files.first() };
        file.map_or_else(|| "the series".to_owned(), |file| escaped(file))
    };
    let first = file(of_prices().filter(|summary| summary.first.is_some()).min_by_key(|summary| summary.first), false);
    let last = file(of_prices().max_by_key(|summary| summary.last), true);
    if first == last {
        return format!("the first and the last time of {first}");
    }
    format!("the first time of {first} and the last time of {last}")
}
