//! Cells as numbers and instants.

use chrono::NaiveDateTime;

use crate::import::grid::Grid;
use crate::import::mapping::Mapping;
use crate::import::meaning::{METATRADER, Meaning};
use crate::import::moment;
use crate::import::part::{LeftOut, Remark};
use crate::units::Time;

/// The numbers of a table, as it writes them.
#[derive(Clone, Copy)]
pub(super) struct Numbers<'a> {
    pub(super) grid: &'a Grid,
    pub(super) decimal_comma: bool,
}

impl Numbers<'_> {
    /// NaN where there is none.
    pub(super) fn at(&self, row: usize, column: usize) -> f64 {
        self.of(self.grid.cell(row, column))
    }

    fn of(&self, text: &str) -> f64 {
        if self.decimal_comma {
            return text.replace('.', "").replace(',', ".").parse().unwrap_or(f64::NAN);
        }
        text.parse().unwrap_or_else(|_| text.replace([',', '$', ' ', '%'], "").parse().unwrap_or(f64::NAN))
    }
}

/// The instant of a cell in UTC. A clock ahead of UTC is set back where times are text; numbers since 1970 are in UTC whoever writes them.
pub(super) fn time_of(cell: &str, meaning: &Meaning, mapping: &Mapping, left: &mut LeftOut) -> Option<Time> {
    let time = match (mapping.unit, &mapping.format) {
        (Some(unit), _) => Time::from_seconds(cell.parse::<f64>().ok().filter(|number| number.is_finite())? as i64 / unit),
        (None, Some(format)) => written(cell, format)?,
        (None, None) => moment::of_text(cell)?,
    };
    let dotted = cell.as_bytes().get(4) == Some(&b'.');
    let stated = mapping.offset != 0;
    if meaning.offset == 0 || !(stated || (meaning.offset == METATRADER && dotted)) {
        return Some(time);
    }
    if !left.remarks.contains(&Remark::ClockMoved) {
        left.remarks.push(Remark::ClockMoved);
    }
    Some(time.plus(-meaning.offset))
}

/// By a format of chrono, as `%d/%m/%Y %H:%M`; without hours it is midnight.
fn written(cell: &str, format: &str) -> Option<Time> {
    let with_time = NaiveDateTime::parse_from_str(cell, format).ok();
    let midnight = || chrono::NaiveDate::parse_from_str(cell, format).ok()?.and_hms_opt(0, 0, 0);
    with_time.or_else(midnight).map(|naive| Time::from_seconds(naive.and_utc().timestamp()))
}
