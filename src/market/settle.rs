//! Raw settlements become the funding book: intervals inferred, holes found and filled with the declared constant or refused,
//! each settlement with the mark price it is paid on.

use crate::fault::Fault;
use crate::funding_interval::{as_they_came, hours_between};
use crate::market::parts::{MarketParts, RawSettlement, SeriesPart};
use crate::market::{FundingBook, Kind, Panel, Segment, Settlement};
use crate::units::{Clock, InstrumentId, Time};

/// Seconds between the stamps at which a hole is filled: 00, 08 and 16 o'clock UTC.
pub(super) const EIGHT_HOURS: i64 = 28_800;

/// How much of a perpetual's listed life inside the window its funding history covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cover {
    pub(super) listed_seconds: i64,
    pub(super) assumed_seconds: i64,
    pub(super) assumed: usize,
    pub(super) settlements: usize,
    /// Those of which no price of their instant is known.
    pub(super) valued_at_the_open: usize,
    /// Instants of the first and the last assumed settlement.
    pub(super) first: Option<Time>,
    pub(super) last: Option<Time>,
}

/// The funding book, and one [`Cover`] per instrument. `first` is the first bar that trades: what is missing before it is nobody's to pay. Raw
/// settlements are taken out of `parts`.
pub(super) fn settle(clock: &Clock, first: usize, panel: &Panel, parts: &mut MarketParts) -> Result<(FundingBook, Vec<Cover>), Fault> {
    let mut book = FundingBook::default();
    let mut covers = Vec::with_capacity(parts.instruments.len());
    for (index, instrument) in parts.instruments.iter().enumerate() {
        let mut cover = Cover::default();
        let mut list = Vec::new();
        if instrument.kind == Kind::Perp {
            let (id, part) = (InstrumentId::new(index), &std::mem::take(&mut parts.series[index]));
            let spot = parts.assets[instrument.asset.index()].spot.map(|spot| Spot {
                fine: &parts.series[spot.index()].fine_marks,
                scale: instrument.contract_size / parts.instruments[spot.index()].contract_size,
            });
            let intervals = intervals(&part.settlements);
            for &segment in &panel.segments[index] {
                let forced_out = panel.forced_out(id, segment.first, parts.listing.delisted_after.in_bars(clock.bar));
                let life = Life::of(clock, first, segment, forced_out);
                let real = part.settlements.iter().zip(&intervals);
                let real = real.filter(|(s, _)| (life.listed..life.end).contains(&s.time.seconds()));
                list.extend(real.map(|(s, &interval)| (s.time, s.rate, interval, false)));
                if life.traded <= life.start {
                    continue;
                }
                cover.listed_seconds += life.traded - life.start;
                for (after, before) in holes(&part.settlements, &intervals, life) {
                    let Some(rate) = parts.missing_rate_8h else {
                        // In the silence before a forced exit a venue may settle or not; nobody has to have seen it.
                        if after >= life.traded {
                            continue;
                        }
                        return Err(uncovered(&instrument.symbol, after, before.min(life.traded)));
                    };
                    cover.assumed_seconds += before - after;
                    for time in stamps(after, before) {
                        cover.assumed += 1;
                        cover.first = Some(cover.first.map_or(time, |first| first.min(time)));
                        cover.last = Some(cover.last.map_or(time, |last| last.max(time)));
                        list.push((time, rate, 8.0, true));
                    }
                }
            }
            list.sort_by_key(|&(time, ..)| time);
            let marked = |(time, rate, interval_hours, assumed)| {
                let (mark, exact) = mark_at(clock, panel, id, part, spot.as_ref(), time);
                let counts = time >= clock.open(first);
                cover.settlements += usize::from(counts);
                cover.valued_at_the_open += usize::from(counts && !exact);
                Settlement { time, rate, interval_hours, mark, assumed }
            };
            book.add(list.into_iter().map(marked).collect());
        } else {
            book.add(Vec::new());
        }
        covers.push(cover);
    }
    index_in_time(clock, &mut book);
    Ok((book, covers))
}

fn index_in_time(clock: &Clock, book: &mut FundingBook) {
    let mut all = Vec::with_capacity(book.by_instrument.iter().map(Vec::len).sum());
    for (index, list) in book.by_instrument.iter().enumerate() {
        all.extend(list.iter().enumerate().map(|(k, settlement)| (settlement.time, InstrumentId::new(index), k as u32)));
    }
    // Those of one instrument are in order: what a stable sort finds and joins.
    all.sort();
    let mut next = 0;
    book.bar_start.reserve(clock.bars + 1);
    for t in 0..=clock.bars {
        let open = clock.open(t);
        next += all[next..].iter().take_while(|(time, ..)| *time < open).count();
        book.bar_start.push(next as u32);
    }
    book.in_time = all.into_iter().map(|(_, id, k)| (id, k)).collect();
}

/// Hours between settlements, per settlement, as far as could be known at each.
pub(super) fn intervals(raw: &[RawSettlement]) -> Vec<f64> {
    as_they_came(&raw.iter().map(|settlement| (settlement.time.seconds(), settlement.interval_hours)).collect::<Vec<_>>())
}

/// Settlements whose stated interval differs from the distance to both their neighbours, which agree.
pub(super) fn contradicted(raw: &[RawSettlement]) -> usize {
    let apart = |pair: &[RawSettlement]| hours_between(pair[0].time.seconds(), pair[1].time.seconds());
    let wrong = raw.windows(3).filter(|three| {
        let steady = apart(&three[..2]);
        steady == apart(&three[1..]) && three[1].interval_hours.is_some_and(|stated| (stated - steady).abs() > 0.1)
    });
    wrong.count()
}

/// The stretch of one segment in which settlements fall due, in seconds since 1970.
#[derive(Clone, Copy)]
struct Life {
    /// From here settlements are of this listing.
    listed: i64,
    /// From here somebody may pay them: the listing, or the window where that begins later.
    start: i64,
    /// End of the last bar that traded.
    traded: i64,
    /// When holders are forced out: whether the silence after that is a gap or the end is not known before.
    end: i64,
    /// From here a settlement must have been seen. A listing is known to its bar only, and its first settlement may be
    /// one interval away; where the window cuts into an older listing nothing is excused.
    due: i64,
}

impl Life {
    /// `forced_out` is the bar at whose open holders leave ([`Panel::forced_out`]).
    fn of(clock: &Clock, first: usize, segment: Segment, forced_out: usize) -> Self {
        let at = |t: usize| clock.open(t.min(clock.bars)).seconds();
        let (listed, start) = (at(segment.first), at(segment.first.max(first)));
        let due = (listed + clock.bar.seconds() + EIGHT_HOURS).max(start);
        Self { listed, start, traded: at(segment.end), end: at(forced_out), due }
    }
}

/// Stretches `[from, to)` of a life in which settlements are missing: consecutive stamps further apart than 1.5 × the larger interval, and
/// whatever lies before the first or after the last stamp. Neighbours outside the life count, so a cut makes no hole.
fn holes(raw: &[RawSettlement], intervals: &[f64], life: Life) -> Vec<(i64, i64)> {
    let seconds = |k: usize| (intervals[k] * 3_600.0) as i64;
    let mut found = Vec::new();
    for next in 0..=raw.len() {
        let after = next.checked_sub(1).map(|k| (raw[k].time.seconds(), seconds(k)));
        let before = (next < raw.len()).then(|| (raw[next].time.seconds(), seconds(next)));
        if let (Some((a, of_a)), Some((b, of_b))) = (after, before)
            && 2 * (b - a) <= 3 * of_a.max(of_b)
        {
            continue;
        }
        // The settlement after `a` fell due one interval later.
        let from = after.map_or(life.due, |(a, interval)| if a < life.start { life.due.max(a + interval) } else { a + interval });
        let to = before.map_or(life.end, |(b, _)| b.min(life.end));
        // Before the first and after the last stamp only a whole missed stamp is a hole, not the mere distance to the edge.
        let inside = after.is_some_and(|(a, _)| a >= life.start) && before.is_some_and(|(b, _)| b < life.end);
        if from < to && (inside || stamps(from, to).next().is_some()) {
            found.push((from, to));
        }
    }
    found
}

/// The instants 00, 08 and 16 o'clock UTC in `[from, to)`.
fn stamps(from: i64, to: i64) -> impl Iterator<Item = Time> {
    let first = (from + EIGHT_HOURS - 1).div_euclid(EIGHT_HOURS);
    (first..).map(|n| n * EIGHT_HOURS).take_while(move |&at| at < to).map(Time::from_seconds)
}

fn uncovered(symbol: &str, from: i64, to: i64) -> Fault {
    let (from, to) = (Time::from_seconds(from), Time::from_seconds(to));
    Fault::new(
        format!("funding/{symbol}"),
        format!("no funding rate from {from} to {to}, while the perpetual {symbol} trades"),
        "a settled funding rate for every interval of its listed life",
        "add the history, narrow `from` and `to`, or declare a constant: `[funding] missing_rate_8h` in market.toml",
    )
}

/// The spot market of a perpetual's coin, as far as it is finer than the bar.
struct Spot<'a> {
    fine: &'a [(Time, f64)],
    /// What one contract of the perpetual is worth in those of the spot market.
    scale: f64,
}

/// What a settlement is paid on, and whether that is a price of its instant: the fine mark, or the perpetual's own fine price, at exactly that instant; the
/// mark open of its bar where it is stamped there; the fine spot price of its instant, kept within the bar; else the last mark known before it, the open of its bar; and
/// in a missing bar the carried value.
fn mark_at(clock: &Clock, panel: &Panel, id: InstrumentId, part: &SeriesPart, spot: Option<&Spot>, time: Time) -> (f64, bool) {
    let at_instant = |fine: &[(Time, f64)]| fine.binary_search_by_key(&time, |&(at, _)| at).ok().map(|k| fine[k].1);
    if let Some(mark) = at_instant(&part.fine_marks) {
        return (mark, true);
    }
    let t = clock.bar_of(time).expect("settlements are kept inside the clock only");
    let open = panel.mark_open[panel.at(id, t)];
    if open.is_nan() {
        return (panel.value_at(id, t), false);
    }
    if time == clock.open(t) {
        return (open, true);
    }
    // Another market may have been where the perpetual never was.
    let (low, high) = (panel.mark_low[panel.at(id, t)], panel.mark_high[panel.at(id, t)]);
    let spot = spot.and_then(|spot| Some((at_instant(spot.fine)? * spot.scale).clamp(low, high)));
    spot.map_or((open, false), |mark| (mark, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(hours: &[i64]) -> Vec<RawSettlement> {
        let at = |&hour: &i64| RawSettlement { time: Time::from_seconds(hour * 3_600), rate: 0.0001, interval_hours: None };
        hours.iter().map(at).collect()
    }

    #[test]
    fn a_steady_distance_contradicts_a_column() {
        let mut given = raw(&[0, 8, 16, 24, 28, 32]);
        for settlement in &mut given {
            settlement.interval_hours = Some(8.0);
        }
        // Between hours 16 and 28 the distance changes and says nothing; at 28 it is 4 h on both sides.
        assert_eq!(contradicted(&given), 1);
        given[4].interval_hours = None;
        assert_eq!(contradicted(&given), 0);
    }

    fn found(hours: &[i64], life: (i64, i64, i64)) -> Vec<(i64, i64)> {
        let (raw, hour) = (raw(hours), 3_600);
        let life = Life { listed: life.0 * hour, start: life.0 * hour, traded: life.1 * hour, end: life.1 * hour, due: life.2 * hour };
        holes(&raw, &intervals(&raw), life).into_iter().map(|(from, to)| (from / hour, to / hour)).collect()
    }

    #[test]
    fn holes_are_longer_than_one_and_a_half_intervals() {
        assert_eq!(found(&[0, 8, 16, 24], (0, 32, 0)), []);
        assert_eq!(found(&[0, 8, 24, 32], (0, 40, 0)), [(16, 24)]);
        // The history ends early, begins late, or is not there at all.
        assert_eq!(found(&[0, 8, 16], (0, 48, 0)), [(24, 48)]);
        assert_eq!(found(&[48, 56], (0, 64, 0)), [(0, 48)]);
        assert_eq!(found(&[], (0, 64, 16)), [(16, 64)]);
        // Settlements of a 4 h coin are missing where no 8 h stamp falls: a hole all the same.
        assert_eq!(found(&[0, 4, 8, 12, 24], (0, 28, 0)), [(16, 24)]);
        assert_eq!(found(&[0, 1, 2, 5], (0, 6, 0)), [(3, 5)]);
    }

    #[test]
    fn neighbours_outside_the_life_cover_its_edges() {
        assert_eq!(found(&[0, 8, 16, 24, 32], (10, 20, 10)), []);
        assert_eq!(found(&[0, 100], (10, 20, 10)), [(10, 20)]);
        // A listing's first settlement may be one interval away.
        assert_eq!(found(&[16, 20, 24], (8, 28, 24)), []);
    }
}
