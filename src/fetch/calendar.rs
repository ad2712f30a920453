//! Days and months, as archives name their files by them.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate};

/// A day, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl Day {
    /// Reads `2024-03-01`; no other form, since names of files have no other.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| (2009..=2100).contains(&date.year())).map(Self)?;
        (day.to_string() == text).then_some(day)
    }

    pub(super) fn next(self) -> Self {
        Self(self.0.checked_add_days(Days::new(1)).unwrap_or(self.0))
    }

    pub(super) fn month(self) -> Month {
        Month { year: self.0.year(), month: self.0.month() }
    }

    /// Days from `self` to `later`; negative where it is not later.
    fn until(self, later: Self) -> i64 {
        later.0.signed_duration_since(self.0).num_days()
    }

    /// `20240301`
    pub(super) fn compact(self) -> String {
        self.0.format("%Y%m%d").to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    month: u32,
}

impl Month {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Day::parse(&format!("{text}-01")).map(Day::month)
    }

    pub(super) fn first(self) -> Day {
        Day(NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default())
    }

    pub(super) fn last(self) -> Day {
        let next = self.next().first();
        Day(next.0.pred_opt().unwrap_or(next.0))
    }

    pub(super) fn next(self) -> Self {
        if self.month == 12 { Self { year: self.year + 1, month: 1 } } else { Self { month: self.month + 1, ..self } }
    }

    pub(super) fn previous(self) -> Self {
        if self.month == 1 { Self { year: self.year - 1, month: 12 } } else { Self { month: self.month - 1, ..self } }
    }

    /// This month and those after it up to `last`, included.
    pub(super) fn up_to(self, last: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |month| Some(month.next())).take_while(move |month| *month <= last)
    }

    pub(super) fn days(self) -> impl Iterator<Item = Day> {
        let last = self.last();
        std::iter::successors(Some(self.first()), |day| Some(day.next())).take_while(move |day| *day <= last)
    }

    /// `202403`
    pub(super) fn compact(self) -> String {
        format!("{:04}{:02}", self.year, self.month)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// What one file of an archive is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    Month(Month),
    Day(Day),
}

/// Days after which a daily file that is not there will not come.
const LATE_DAY: i64 = 3;
/// The same of a monthly file, counted from the last day of its month.
const LATE_MONTH: i64 = 35;

impl Period {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Day::parse(text).map(Self::Day).or_else(|| Month::parse(text).map(Self::Month))
    }

    pub(super) fn first(self) -> Day {
        match self {
            Self::Month(month) => month.first(),
            Self::Day(day) => day,
        }
    }

    pub(super) fn last(self) -> Day {
        match self {
            Self::Month(month) => month.last(),
            Self::Day(day) => day,
        }
    }

    pub(super) fn month(self) -> Month {
        self.first().month()
    }

    /// Whether a file that was not there on `today` never will be: venues take a day or two for a day, and some weeks for a month.
    pub(super) fn is_final(self, today: Day) -> bool {
        let late = if matches!(self, Self::Day(_)) { LATE_DAY } else { LATE_MONTH };
        self.last().until(today) > late
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(month) => month.fmt(f),
            Self::Day(day) => day.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_period_is_read_as_it_is_written_and_no_other_way() {
        for text in ["2024-02", "2024-02-29", "2024-12"] {
            assert_eq!(Period::parse(text).unwrap().to_string(), text);
        }
        for text in ["2023-02-29", "2024-13", "2024-1", "2024-1-01", "1999-01", "", "2024-02-29 ", "+2024-02"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn months_follow_one_another_over_the_turn_of_a_year() {
        let (from, to) = (Month::parse("2023-11").unwrap(), Month::parse("2024-02").unwrap());
        assert_eq!(from.up_to(to).map(Month::compact).collect::<Vec<_>>(), ["202311", "202312", "202401", "202402"]);
        assert_eq!((to.last(), to.days().count()), (day("2024-02-29"), 29));
        assert_eq!(Month::parse("2024-01").unwrap().previous(), Month::parse("2023-12").unwrap());
    }

    #[test]
    fn a_missing_file_is_final_only_when_it_is_late() {
        let (month, date) = (Period::parse("2024-04").unwrap(), Period::parse("2024-04-30").unwrap());
        assert_eq!(["2024-05-03", "2024-05-04"].map(|today| date.is_final(day(today))), [false, true]);
        assert_eq!(["2024-06-04", "2024-06-05"].map(|today| month.is_final(day(today))), [false, true]);
    }
}
