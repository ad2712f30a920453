//! Rows of a table as settled funding rates.

use crate::import::grid::Grid;
use crate::import::mapping::Mapping;
use crate::import::meaning::Meaning;
use crate::import::numbers::{Numbers, time_of};
use crate::import::part::{LeftOut, Rate, Rows};
use crate::import::role::Role;

/// A rate beyond this is no rate: no venue settles more than 4 % at once, and one that writes per cent would.
const MOST: f64 = 0.5;

/// Settled rates of one pair, floored to the minute: stamps carry some milliseconds of jitter.
///
/// # Errors
/// Why no rates can be made of it, in words for the row of its file.
pub(super) fn read(grid: &Grid, rows: &[usize], meaning: &Meaning, mapping: &Mapping) -> Result<(Rows, LeftOut), String> {
    let numbers = Numbers { grid, decimal_comma: mapping.dialect.decimal_comma };
    let at = |role: Role| meaning.roles.at(role);
    let (time, rate) = (at(Role::Time).ok_or("no column of times")?, at(Role::Rate).ok_or("no column of rates")?);
    let mut left = LeftOut::default();
    let mut found: Vec<Rate> = Vec::with_capacity(rows.len());
    for &row in rows {
        let stamp = time_of(grid.cell(row, time), meaning, mapping, &mut left).filter(|stamp| stamp.is_plausible());
        let rate = numbers.at(row, rate);
        let Some(stamp) = stamp.filter(|_| rate.abs() < MOST) else {
            left.unreadable_at(grid.line(row));
            continue;
        };
        let interval_hours = at(Role::IntervalHours).map(|column| numbers.at(row, column)).filter(|hours| *hours > 0.0 && *hours <= 24.0);
        found.push(Rate { time: stamp.plus(-stamp.seconds().rem_euclid(60)), rate, interval_hours });
    }
    if left.unreadable * 20 > rows.len() {
        let line = left.first_unreadable.unwrap_or(0);
        return Err(format!("{} of {} rows are no settled rates, the first on line {line}", left.unreadable, rows.len()));
    }
    found.sort_by_key(|rate| rate.time);
    let before = found.len();
    found.dedup_by(|later, earlier| {
        let same = later.time == earlier.time;
        if same && later.rate != earlier.rate {
            left.contradicted += 1;
        }
        same
    });
    left.repeated += before - found.len();
    if found.is_empty() { Err("no settled rate".to_owned()) } else { Ok((Rows::Rates(found), left)) }
}
