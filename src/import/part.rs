//! What was read of one table: rows of one series, in order, with what was left out on the way.

use crate::import::kind::{Content, Origin};
use crate::import::symbol::Pair;
use crate::market::Bar;
use crate::units::{Span, Time};

/// Rows of one series out of one table.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Which of the files, by its place in their list.
    pub(super) file: usize,
    pub(super) content: Content,
    pub(super) origin: Origin,
    pub(super) venue: String,
    pub(super) pair: Pair,
    pub(super) assumed_kind: bool,
    pub(super) rows: Rows,
    pub(super) left_out: LeftOut,
}

/// Typed rows, ascending in time, one of each instant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rows {
    /// Of last or mark prices; volume is nought for mark prices.
    Bars {
        bars: Vec<Bar>,
        interval: Span,
    },
    Rates(Vec<Rate>),
}

/// One settled rate.
#[allow(clippy::struct_field_names, reason = "a rate is what it is called everywhere")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rate {
    /// Floored to the minute.
    pub(super) time: Time,
    pub(super) rate: f64,
    /// As the file says; nothing where it says none.
    pub(super) interval_hours: Option<f64>,
}

/// Rows of a table that are not in its part, and what was done to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// With values that no bar can have; the line of the first.
    pub unreadable: usize,
    pub first_unreadable: Option<usize>,
    /// Repeated another row.
    pub repeated: usize,
    /// Were still open when they were collected.
    pub unfinished: usize,
    /// Went on without volume at one price after the venue had delisted.
    pub filler: usize,
    /// Of another file said something else, and were believed.
    pub contradicted: usize,
    /// Stood off the grid of their length.
    pub off_grid: usize,
    pub remarks: Vec<Remark>,
}

/// What was assumed or changed of a whole table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// Volume was in contracts whose size the quote volume shows.
    ContractsByQuote,
    /// Volume was in contracts of unknown size, and is counted as if each were worth one unit of the quote: less than any venue's.
    ContractsOfOne,
    /// The clock of the file was ahead of UTC.
    ClockMoved,
    /// Days that begin elsewhere than at midnight UTC: a day is known when it is over, so it is stamped at the next midnight.
    DaysLate,
    /// Volume was in the currency of prices.
    VolumeInQuote,
}

impl LeftOut {
    /// One row more that cannot be read.
    pub(super) fn unreadable_at(&mut self, line: usize) {
        self.unreadable += 1;
        self.first_unreadable = self.first_unreadable.or(Some(line));
    }

    /// Adds what another table of the same series left out.
    pub(super) fn add(&mut self, other: &Self) {
        self.unreadable += other.unreadable;
        self.first_unreadable = self.first_unreadable.or(other.first_unreadable);
        self.repeated += other.repeated;
        self.unfinished += other.unfinished;
        self.filler += other.filler;
        self.contradicted += other.contradicted;
        self.off_grid += other.off_grid;
        self.remarks.extend(&other.remarks);
        self.remarks.sort_unstable();
        self.remarks.dedup();
    }
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bars { bars, .. } => bars.len(),
            Self::Rates(rates) => rates.len(),
        }
    }

    /// First and last stamp.
    pub(super) fn span(&self) -> Option<(Time, Time)> {
        match self {
            Self::Bars { bars, .. } => Some((bars.first()?.time, bars.last()?.time)),
            Self::Rates(rates) => Some((rates.first()?.time, rates.last()?.time)),
        }
    }
}
