//! Rows of a table as bars: sorted, in UTC, volume in coins, without what was not over yet.

use crate::import::grid::Grid;
use crate::import::kind::{Content, Origin};
use crate::import::mapping::Mapping;
use crate::import::meaning::Meaning;
use crate::import::numbers::{Numbers, time_of};
use crate::import::part::{LeftOut, Remark, Rows};
use crate::import::role::Role;
use crate::import::symbol::Pair;
use crate::import::volume;
use crate::market::Bar;
use crate::units::{Span, Time};

/// Share of rows that may be unreadable until the table itself is not what it was taken for.
const MOST_UNREADABLE: f64 = 0.05;

/// A row of a table and what else it says.
pub(super) struct Raw {
    pub(super) bar: Bar,
    /// In the currency of prices; NaN where no column says.
    pub(super) quote_volume: f64,
    /// In coins beside contracts; NaN where no column says.
    pub(super) coin_volume: f64,
    close_time: Option<Time>,
}

/// Bars of one pair.
///
/// # Errors
/// Why no bars can be made of it, in words for the row of its file.
pub(super) fn read(grid: &Grid, rows: &[usize], meaning: &Meaning, pair: &Pair, mapping: &Mapping) -> Result<(Rows, LeftOut), String> {
    let mut left = LeftOut::default();
    let mut raw = raw(grid, rows, meaning, mapping, &mut left)?;
    raw.sort_by_key(|row| row.bar.time);
    let repeated = raw.len();
    raw.dedup_by(|later, earlier| {
        let same = later.bar.time == earlier.bar.time;
        if same && later.bar != earlier.bar {
            left.contradicted += 1;
        }
        same
    });
    left.repeated += repeated - raw.len();
    let interval = interval(&raw, meaning.interval).ok_or("one row, and neither its name nor its columns say how long a bar is")?;
    if meaning.content != Content::Mark {
        volume::in_coins(&mut raw, meaning, pair, mapping, &mut left)?;
    }
    drop_unfinished(&mut raw, interval, meaning.origin, &mut left);
    let mut bars: Vec<Bar> = raw.into_iter().map(|row| row.bar).collect();
    onto_grid(&mut bars, interval, &mut left);
    if bars.is_empty() { Err("no bar that was over".to_owned()) } else { Ok((Rows::Bars { bars, interval }, left)) }
}

/// The rows with prices that a bar can have.
fn raw(grid: &Grid, rows: &[usize], meaning: &Meaning, mapping: &Mapping, left: &mut LeftOut) -> Result<Vec<Raw>, String> {
    let roles = &meaning.roles;
    let numbers = Numbers { grid, decimal_comma: mapping.dialect.decimal_comma };
    let at = |role: Role| roles.at(role);
    let time = at(Role::Time).ok_or("no column of times")?;
    // One mark price a row is a price seen at that instant.
    let prices = match (at(Role::Open), at(Role::High), at(Role::Low), at(Role::Close)) {
        (Some(open), Some(high), Some(low), Some(close)) => [open, high, low, close],
        _ => [at(Role::MarkPrice).ok_or("no column of prices")?; 4],
    };
    let optional = |row: usize, role: Role| at(role).map_or(f64::NAN, |column| numbers.at(row, column));
    let mut found = Vec::with_capacity(rows.len());
    for &row in rows {
        if at(Role::Confirm).is_some_and(|column| matches!(grid.cell(row, column), "0" | "false")) {
            left.unfinished += 1;
            continue;
        }
        let stamp = time_of(grid.cell(row, time), meaning, mapping, left);
        let [open, high, low, close] = prices.map(|column| numbers.at(row, column));
        let (quote_volume, coin_volume) = (optional(row, Role::QuoteVolume), optional(row, Role::CoinVolume));
        let volume = match at(Role::Volume) {
            Some(column) => numbers.at(row, column),
            None if meaning.content == Content::Mark => 0.0,
            None => quote_volume / close,
        };
        let valid = open > 0.0 && low > 0.0 && high >= open.max(close) && low <= open.min(close) && high.is_finite() && volume >= 0.0;
        let Some(time) = stamp.filter(|stamp| valid && volume.is_finite() && stamp.is_plausible()) else {
            left.unreadable_at(grid.line(row));
            continue;
        };
        let close_time = at(Role::CloseTime).and_then(|column| time_of(grid.cell(row, column), meaning, mapping, &mut LeftOut::default()));
        found.push(Raw { bar: Bar { time, open, high, low, close, volume }, quote_volume, coin_volume, close_time });
    }
    let share = left.unreadable as f64 / rows.len().max(1) as f64;
    if share > MOST_UNREADABLE {
        let line = left.first_unreadable.unwrap_or(0);
        return Err(format!("{} of {} rows are no bars, the first on line {line}", left.unreadable, rows.len()));
    }
    Ok(found)
}

/// The distance that most neighbours have. Of one or two rows, as a daily file of daily bars has them, it is what the path says, else by the close time.
fn interval(rows: &[Raw], named: Option<Span>) -> Option<Span> {
    let mut distances: Vec<i64> = rows.windows(2).map(|pair| pair[1].bar.time.seconds() - pair[0].bar.time.seconds()).collect();
    distances.sort_unstable();
    let seen = distances.chunk_by(|a, b| a == b).rev().max_by_key(|run| run.len()).map(|run| run[0]);
    let closed = || {
        let row = rows.first()?;
        // A close is the last second, or millisecond, of its bar: the whole minute after it.
        let length = row.close_time?.seconds() - row.bar.time.seconds();
        (length > 0).then(|| (length + 1).div_euclid(60) * 60).filter(|length| *length > 0)
    };
    let named = named.map(Span::seconds).filter(|_| rows.len() < 3);
    named.or(seen.filter(|_| rows.len() > 2)).or_else(closed).or(seen).map(Span::from_seconds)
}

/// Takes off a last bar that was still open when it was collected: its close time says so, or it comes from an answer that gives the running bar too.
fn drop_unfinished(rows: &mut Vec<Raw>, interval: Span, origin: Origin, left: &mut LeftOut) {
    let Some(last) = rows.last() else { return };
    // A close is the last second, or the last millisecond, of its bar.
    let cut =
        last.close_time.is_some_and(|close| close.seconds() - last.bar.time.seconds() < interval.seconds() - 1 && close > last.bar.time);
    let answer = matches!(origin, Origin::Ccxt) || (origin == Origin::Bybit && last.quote_volume.is_finite());
    if rows.len() > 1 && (cut || answer) {
        rows.pop();
        left.unfinished += 1;
    }
}

/// Stamps every bar on a multiple of its length. A day that begins elsewhere than at midnight goes on into the next one, closing hours or not (metals
/// trade to 22:00, what is stamped at 22:00 is the day after): it is stamped late, never early.
fn onto_grid(bars: &mut Vec<Bar>, interval: Span, left: &mut LeftOut) {
    let length = interval.seconds();
    let off = |bar: &Bar| bar.time.seconds().rem_euclid(length);
    if bars.iter().all(|bar| off(bar) == 0) {
        return;
    }
    if interval == Span::DAY {
        for bar in bars.iter_mut() {
            let shift = off(bar);
            bar.time = bar.time.plus(if shift == 0 { 0 } else { length - shift });
        }
        left.remarks.push(Remark::DaysLate);
        bars.dedup_by_key(|bar| bar.time);
        return;
    }
    let before = bars.len();
    bars.retain(|bar| off(bar) == 0);
    left.off_grid += before - bars.len();
}
