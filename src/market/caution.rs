//! What was odd but carried on with, in plain sentences. One kind of oddity, one sentence: a market of fifty coins must stay readable.

use rayon::prelude::*;

use crate::market::parts::MarketParts;
use crate::market::quote_field::numeral;
use crate::market::settle::Cover;
use crate::market::successor::{Succession, Successor};
use crate::market::wicks::{LONG_WICK, in_long_wick};
use crate::market::{Instrument, Kind, Panel, align};
use crate::units::{Clock, InstrumentId};

/// Everything odd in the window that shows only once all series are on one clock, added to what the files already confessed. Sorted. `first` is
/// the first bar of the window.
pub(super) fn cautions(clock: &Clock, first: usize, panel: &Panel, covers: &[Cover], parts: &MarketParts) -> Vec<String> {
    let window = Window { clock, first, panel, parts };
    let mut found = parts.cautions.clone();
    window.endings(&mut found);
    window.beginnings(&mut found);
    window.prices(&mut found);
    window.funding(covers, &mut found);
    window.margin(&mut found);
    found.sort();
    found.dedup();
    found
}

/// What is looked at.
#[derive(Clone, Copy)]
struct Window<'a> {
    clock: &'a Clock,
    first: usize,
    panel: &'a Panel,
    parts: &'a MarketParts,
}

impl Window<'_> {
    fn series(self, id: usize) -> String {
        let instrument = &self.parts.instruments[id];
        format!("{} {}", instrument.symbol, instrument.kind.name())
    }

    /// What is odd about each series, behind its name. All bars are looked at, so that threads share the series.
    fn each(self, odd: impl Fn(usize) -> Option<String> + Sync) -> Vec<String> {
        let all = (0..self.parts.instruments.len()).into_par_iter();
        all.filter_map(|id| Some(format!("{} {}", self.series(id), odd(id)?))).collect()
    }

    fn perpetuals(&self) -> impl Iterator<Item = (usize, &Instrument)> {
        instruments(self.parts).filter(|(_, instrument)| instrument.kind == Kind::Perp)
    }

    /// Bars of silence after which a series has ended.
    fn silence(self) -> usize {
        self.parts.listing.delisted_after.in_bars(self.clock.bar)
    }

    /// Series with nothing in them, with holes, or with an end before the market's own.
    fn endings(self, found: &mut Vec<String>) {
        let Self { clock, first, panel, parts } = self;
        let MarketParts { assets, instruments: all, conversions, listing, .. } = parts;
        let succession = Succession { clock, panel, assets, instruments: all, conversions, listing };

        let silent = instruments(parts).filter(|(id, _)| panel.segments[*id].last().is_none_or(|last| last.end <= first));
        tell(found, "no bar inside the clock, never tradable", silent.map(|(id, _)| self.series(id)));

        let missing = self.each(|id| missing(clock, first, panel, id));
        tell(found, "missing bars (not traded in, carried at the last price)", missing);

        let ended = instruments(parts).flat_map(|(id, _)| ends(clock, first, panel, id, self.silence()).map(move |end| (id, end)));
        let (becoming, delisted): (Vec<_>, Vec<_>) = ended.partition(|&(id, last)| becomes(succession, id, last).is_some());
        let date = |&(id, last): &(usize, usize)| format!("{} {}", self.series(id), clock.open(last).date());
        let head = "series that end before the market does, treated as delisted (positions are closed at the last price less the penalty)";
        tell(found, head, delisted.iter().map(date));
        let became = becoming.iter().filter_map(|end| Some(format!("{} ({})", date(end), becomes(succession, end.0, end.1)?)));
        tell(found, "series that end as their coin becomes another (no position pays the delisting penalty)", became);
        let early = instruments(parts).filter_map(|(id, _)| Some(format!("{} {}", self.series(id), too_early(succession, id)?)));
        tell(found, "coins that become another in a gap and trade on after it (`since` in conversions.csv says from when on)", early);
    }

    /// Series that begin again, after silence or a jump.
    fn beginnings(self, found: &mut Vec<String>) {
        let Self { clock, first, panel, parts } = self;
        let silence = self.silence();
        let relisted = || {
            let pairs = instruments(parts).flat_map(|(id, _)| panel.segments[id].windows(2).map(move |pair| (id, pair[0], pair[1])));
            pairs.filter(move |(.., after)| after.first >= first)
        };
        let after_silence = relisted().filter(|(_, before, after)| after.first - before.end >= silence);
        let after_silence = after_silence.map(|(id, _, after)| format!("{} {}", self.series(id), clock.open(after.first).date()));
        tell(found, "series that begin again after a long silence, treated as a new listing, perhaps of another coin", after_silence);

        let after_jump = relisted().filter(|(_, before, after)| after.first - before.end < silence).map(|(id, before, after)| {
            let at = |t: usize| panel.at(InstrumentId::new(id), t);
            let (close, open) = (panel.close[at(before.end - 1)], panel.open[at(after.first)]);
            format!("{} {} (from {} to {})", self.series(id), clock.open(after.first), numeral(close), numeral(open))
        });
        let head = format!(
            "prices that jump more than {}-fold from a close to the next open, treated as another coin from there on (positions in the first \
             are closed; `[listing] jump` sets the bound)",
            numeral(parts.listing.jump)
        );
        tell(found, &head, after_jump);
    }

    /// Jumps and wicks that nothing cut.
    fn prices(self, found: &mut Vec<String>) {
        let Self { clock, first, panel, .. } = self;
        let jumping = self.each(|id| jumps(clock, first, panel, id));
        tell(found, "opens more than twice or less than half the close before (another unit, a split, or another coin?)", jumping);

        let wicked = self.each(|id| long_wicks(clock, first, panel, id));
        let head = format!(
            "wicks of more than {} times open and close, which stops, limits and liquidations believe (`[data] wick_limit` cuts or refuses them)",
            numeral(LONG_WICK)
        );
        tell(found, &head, wicked);
    }

    /// Rates that are assumed, and settlements that no file has the price of.
    fn funding(self, covers: &[Cover], found: &mut Vec<String>) {
        if let Some(rate) = self.parts.missing_rate_8h {
            let assumed = self.perpetuals().filter(|(id, _)| covers[*id].assumed > 0).map(|(id, perp)| {
                let Cover { listed_seconds, assumed_seconds, assumed, first, last, .. } = covers[id];
                let percent = 100.0 * assumed_seconds as f64 / listed_seconds as f64;
                let date = |time: Option<crate::units::Time>| time.map(crate::units::Time::date).unwrap_or_default();
                format!("{} {percent:.0} % of its life ({assumed} settlements, {} to {})", perp.symbol, date(first), date(last))
            });
            tell(found, &format!("no funding history, the constant {rate} per 8 hours is used instead"), assumed);
        }

        let loose = self.perpetuals().filter(|(id, _)| covers[*id].valued_at_the_open > 0).map(|(id, perp)| {
            let Cover { settlements, valued_at_the_open, .. } = covers[id];
            if valued_at_the_open == settlements {
                perp.symbol.clone()
            } else {
                format!("{} ({valued_at_the_open} of {settlements})", perp.symbol)
            }
        });
        let head = "settlements inside a bar, paid on its open, since no finer file of the mark, the perpetual or spot has their price";
        tell_of(self.perpetuals().count(), found, head, loose);
    }

    /// Margin tiers and mark prices that are not there.
    fn margin(self, found: &mut Vec<String>) {
        let Self { clock, first, panel, parts } = self;
        let all = self.perpetuals().count();
        let untiered = self.perpetuals().filter(|(id, _)| parts.tiers[*id].is_empty()).map(|(_, perp)| perp.symbol.clone());
        tell_of(all, found, "no margin tiers known", untiered);

        let unmarked = self.perpetuals().filter_map(|(id, perp)| {
            let traded = (first..clock.bars).filter(|&t| panel.trades(InstrumentId::new(id), t)).count();
            let without = traded - panel.marked_bars[id];
            match without {
                0 => None,
                _ if without == traded => Some(perp.symbol.clone()),
                _ => Some(format!("{} ({without} of {traded} bars)", perp.symbol)),
            }
        });
        let head = "no mark prices, margin is measured on the last price, which can trigger liquidations too early";
        tell_of(all, found, head, unmarked);
    }
}

/// Adds `head: item; item; …` if there is any item.
pub(super) fn tell(cautions: &mut Vec<String>, head: &str, items: impl IntoIterator<Item = String>) {
    let items: Vec<String> = items.into_iter().collect();
    if !items.is_empty() {
        cautions.push(format!("{head}: {}", items.join("; ")));
    }
}

/// As [`tell`], in one word where it is true of all perpetuals.
fn tell_of(all: usize, cautions: &mut Vec<String>, head: &str, items: impl IntoIterator<Item = String>) {
    let items: Vec<String> = items.into_iter().collect();
    let whole = items.len() == all && all > 3 && items.iter().all(|item| !item.contains(' '));
    tell(cautions, head, if whole { vec![format!("all {all} perpetuals")] } else { items });
}

fn instruments(parts: &MarketParts) -> impl Iterator<Item = (usize, &Instrument)> {
    parts.instruments.iter().enumerate()
}

/// `12 (longest 5 bars from 2021-08-13T08:00:00Z)`, counted inside listed segments.
fn missing(clock: &Clock, first: usize, panel: &Panel, id: usize) -> Option<String> {
    let (mut count, mut longest, mut since) = (0, 0, 0);
    for segment in &panel.segments[id] {
        let mut run = 0;
        for t in segment.first.max(first)..segment.end {
            run = if panel.trades(InstrumentId::new(id), t) { 0 } else { run + 1 };
            count += usize::from(run > 0);
            if run > longest {
                (longest, since) = (run, t + 1 - run);
            }
        }
    }
    let bars = if longest == 1 { "bar" } else { "bars" };
    (count > 0).then(|| format!("{count} (longest {longest} {bars} from {})", clock.open(since)))
}

/// An open beyond so many times the close before, or below that part of it, is told.
const WIDE_OPEN: f64 = 2.0;

/// `2 (first at 2021-08-13T08:00:00Z, 3.1 times the close before)`: opens beyond [`WIDE_OPEN`], inside listed segments.
fn jumps(clock: &Clock, first: usize, panel: &Panel, id: usize) -> Option<String> {
    let mut found = Vec::new();
    for segment in &panel.segments[id] {
        let mut before = f64::NAN;
        for t in segment.first..segment.end {
            let at = panel.at(InstrumentId::new(id), t);
            let (open, close) = (panel.open[at], panel.close[at]);
            // False where either is missing.
            if t >= first && (open > WIDE_OPEN * before || before > WIDE_OPEN * open) {
                found.push((t, open / before));
            }
            if !close.is_nan() {
                before = close;
            }
        }
    }
    found.first().map(|&(t, times)| format!("{} (first at {}, {times:.3} times the close before)", found.len(), clock.open(t)))
}

/// `2 (first at 2021-08-13T08:00:00Z: 9 to 120, closing at 100)`, inside listed segments.
fn long_wicks(clock: &Clock, first: usize, panel: &Panel, id: usize) -> Option<String> {
    let bars = panel.segments[id].iter().flat_map(|segment| segment.first.max(first)..segment.end);
    let wicked = bars.filter(|&t| {
        let at = panel.at(InstrumentId::new(id), t);
        let (open, close) = (panel.open[at], panel.close[at]);
        in_long_wick(open, close, panel.low[at]) || in_long_wick(open, close, panel.high[at])
    });
    let wicked: Vec<usize> = wicked.collect();
    wicked.first().map(|&t| {
        let at = panel.at(InstrumentId::new(id), t);
        let [low, high, close] = [panel.low[at], panel.high[at], panel.close[at]].map(numeral);
        format!("{} (first at {}: {low} to {high}, closing at {close})", wicked.len(), clock.open(t))
    })
}

/// The last bars of segments that were followed by silence long enough to be an end.
fn ends(clock: &Clock, first: usize, panel: &Panel, id: usize, silence: usize) -> impl Iterator<Item = usize> {
    let segments = &panel.segments[id];
    let until = move |k: usize| segments.get(k + 1).map_or(clock.bars, |next| next.first);
    let ended = segments.iter().enumerate().filter(move |(k, segment)| segment.end > first && until(*k) - segment.end >= silence);
    ended.map(|(_, segment)| segment.end - 1)
}

/// What becomes of who holds a series after its last bar, where its coin becomes another.
fn becomes(succession: Succession<'_>, id: usize, last: usize) -> Option<String> {
    let Succession { clock, panel, assets, instruments, .. } = succession;
    let (id, of) = (InstrumentId::new(id), &instruments[id]);
    if of.kind == Kind::Perp {
        let settled = panel.forced_out(id, last, succession.silence());
        let conversion = succession.in_force(of.asset, settled)?;
        return Some(format!("{}, contracts settle at their last price", assets[conversion.to.index()].name));
    }
    let (bar, Successor { instrument, ratio }) = succession.after(id, last)?;
    let coin = &assets[instruments[instrument.index()].asset.index()].name;
    // Who writes the ratio the wrong way round makes holders many times richer or poorer in one bar.
    let (before, after) = (panel.close[panel.at(id, last)], ratio * panel.open[panel.at(instrument, bar)]);
    let question = format!(", worth {} before and {} after: is the ratio upside down?", numeral(before), numeral(after));
    let odd = if align::jumps(before, after, ODD_WORTH) { question } else { String::new() };
    Some(format!("{} of {coin} for one from {} on{odd}", numeral(ratio), clock.open(bar)))
}

/// The gap in which holders of a series become holders of another, where the series goes on after it.
fn too_early(succession: Succession<'_>, id: usize) -> Option<String> {
    let Succession { clock, panel, instruments, .. } = succession;
    let conversion = succession.of(instruments[id].asset)?;
    let id = InstrumentId::new(id);
    let before = clock.bar_of(conversion.in_force()).map_or(0, |bar| bar.saturating_sub(1));
    let (bar, _) = succession.after(id, before)?;
    panel.segment(id, bar).filter(|segment| bar < segment.end).map(|_| clock.open(bar).to_string())
}

/// What is got for a coin is worth about as much as the coin was; so many times more or less is more than the move of a week.
const ODD_WORTH: f64 = 3.0;
