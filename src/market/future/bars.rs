//! Other prices and other settlements.

use crate::market::align::jumps;
use crate::market::sample::rng::Chance;
use crate::market::{Bar, ListingPolicy, MarkBar, MarketParts, SeriesPart};
use crate::units::Time;

/// A bar of another future ends, peaks and bottoms within so many times its open, and opens within twice the level of its series: no close is
/// then ten thousand times the one before, which [`crate::market::freeze()`] would refuse.
const MOST_INSIDE: f64 = 40.0;

/// Jumps that may be made: beyond this many times, one followed by the widest bar would be refused where it is not a new listing.
const MOST_JUMP: f64 = 100.0;

pub(super) fn cut(part: &mut SeriesPart, end: Time) {
    part.bars.retain(|bar| bar.time < end);
    part.marks.retain(|mark| mark.time < end);
    part.fine_marks.retain(|&(time, _)| time < end);
    let next = part.settlements.partition_point(|settlement| settlement.time < end);
    part.settlements.truncate(next + 1);
}

/// Bars from `now` on take each other's shapes and volumes, around the last price before; some are missing, some series fall silent for long
/// or for good, some open so high one day that another coin has taken the symbol. Where the series itself has such a jump it stays one, so
/// that no two listings become one. The last bar of the market stays where it is.
pub(super) fn scramble(parts: &mut MarketParts, now: Time, chance: impl Fn(usize) -> Chance) {
    let last = parts.series.iter().filter_map(|part| part.bars.last()).map(|bar| bar.time).max();
    let silence = parts.listing.delisted_after.in_bars(parts.bar);
    for (index, part) in parts.series.iter_mut().enumerate() {
        let mut chance = chance(index);
        let before = part.bars.partition_point(|bar| bar.time < now);
        let later = part.bars.split_off(before);
        if later.is_empty() {
            continue;
        }
        let stays = fate(&later, silence, last, &mut chance);
        let moved = another_path(part.bars.last().copied(), &later, &stays, parts.listing, &mut chance);
        move_marks(part, now, &later, &moved, &mut chance);
        part.bars.extend(moved.into_iter().zip(stays).filter(|(_, stays)| *stays).map(|(bar, _)| bar));
    }
}

/// Which of the later bars are there.
fn fate(later: &[Bar], silence: usize, last: Option<Time>, chance: &mut Chance) -> Vec<bool> {
    let count = later.len();
    // As often right away as somewhere.
    let from = if chance.happens(0.5) { 0 } else { chance.below(count) };
    let removed = match chance.below(4) {
        0 => from..count,
        1 => from..(from + 1 + chance.below(2 * silence)).min(count),
        _ => 0..0,
    };
    let there = |k: usize, chance: &mut Chance| !removed.contains(&k) && !chance.happens(0.05);
    (0..count).map(|k| there(k, chance) || Some(later[k].time) == last).collect()
}

/// One bar for each of the later ones, at its stamp; those that do not stay are laid out as well, for their marks.
fn another_path(before: Option<Bar>, later: &[Bar], stays: &[bool], listing: ListingPolicy, chance: &mut Chance) -> Vec<Bar> {
    let order = shuffled(later.len(), chance);
    let newcomer = (listing.jump <= MOST_JUMP && chance.happens(0.2)).then(|| chance.below(later.len()));
    let mut level = before.map_or(later[0].open, |bar| bar.close);
    let mut original_close = before.map(|bar| bar.close);
    let mut last_close = original_close;
    // How far the next bar that stays opens from the close before it, where a new listing began.
    let mut leap: Option<f64> = None;
    let mut path = Vec::with_capacity(later.len());
    for (k, bar) in later.iter().enumerate() {
        if let Some(close) = original_close.filter(|&close| jumps(close, bar.open, listing.jump)) {
            leap = Some(leap.unwrap_or(1.0) * (bar.open / close));
        }
        original_close = Some(bar.close);
        if newcomer == Some(k) {
            level *= 4.0 * listing.jump;
        }
        let mut open = level * chance.between(0.5, 2.0);
        if let Some((leap, close)) = leap.zip(last_close).filter(|_| stays[k]) {
            open = close * leap;
            level = open;
        }
        let moved = shaped_like(&later[order[k]], bar.time, open, chance);
        if stays[k] {
            (last_close, leap) = (Some(moved.close), None);
        }
        path.push(moved);
    }
    path
}

fn shuffled(count: usize, chance: &mut Chance) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for k in (1..count).rev() {
        order.swap(k, chance.below(k + 1));
    }
    order
}

fn shaped_like(shape: &Bar, time: Time, open: f64, chance: &mut Chance) -> Bar {
    let of = |price: f64| open * (price / shape.open).clamp(1.0 / MOST_INSIDE, MOST_INSIDE);
    Bar { time, open, high: of(shape.high), low: of(shape.low), close: of(shape.close), volume: shape.volume * chance.between(0.2, 5.0) }
}

/// Mark prices go where the last prices of their bar have gone, and stray a little.
fn move_marks(part: &mut SeriesPart, now: Time, later: &[Bar], moved: &[Bar], chance: &mut Chance) {
    let factor = |time: Time, chance: &mut Chance| {
        // A stamp inside a bar belongs to the bar that opened before it.
        let at = later.partition_point(|bar| bar.time <= time).saturating_sub(1);
        moved[at].open / later[at].open * chance.between(0.95, 1.05)
    };
    for mark in part.marks.iter_mut().filter(|mark| mark.time >= now) {
        let by = factor(mark.time, chance);
        let MarkBar { time, open, high, low, close } = *mark;
        *mark = MarkBar { time, open: open * by, high: high * by, low: low * by, close: close * by };
    }
    for (time, price) in part.fine_marks.iter_mut().filter(|(time, _)| *time >= now) {
        *price *= factor(*time, chance);
    }
}

/// Settlements from `now` on have other rates. Where the market declares a constant for missing ones, some are missing and some histories
/// end. The first stays at its stamp: the stamp that follows says whether there is a hole before `now`.
pub(super) fn scramble_funding(parts: &mut MarketParts, now: Time, chance: impl Fn(usize) -> Chance) {
    for (index, part) in parts.series.iter_mut().enumerate() {
        let mut chance = chance(index);
        let first = part.settlements.partition_point(|settlement| settlement.time < now);
        for settlement in &mut part.settlements[first..] {
            settlement.rate = chance.between(-0.005, 0.005);
        }
        let later = part.settlements.len() - first;
        if parts.missing_rate_8h.is_none() || later < 2 {
            continue;
        }
        if chance.happens(0.25) {
            part.settlements.truncate(first + 1 + chance.below(later));
        }
        let mut at = 0;
        part.settlements.retain(|_| {
            at += 1;
            at <= first + 1 || !chance.happens(0.05)
        });
    }
}
