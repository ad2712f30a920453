//! Instants in UTC.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde::{Serialize, Serializer};

use crate::units::Span;

/// An instant in UTC, in whole seconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// Before every instant.
    pub const MIN: Self = Self(i64::MIN);
    /// After every instant.
    pub const MAX: Self = Self(i64::MAX);
    /// 2009-01-03, the day of the first block of Bitcoin. Nothing that a market tells of is older.
    const FIRST: Self = Self(1_230_940_800);
    /// 2101-01-01.
    const PAST: Self = Self(4_133_980_800);
    /// What [`Self::is_plausible`] asks for, in words.
    pub const PLAUSIBLE: &str = "a time from 2009-01-03 to 2100-12-31";

    /// Whether a market can tell of it: what lies outside is a zero, a row number, another unit or a slip.
    #[must_use]
    pub fn is_plausible(self) -> bool {
        (Self::FIRST..Self::PAST).contains(&self)
    }

    /// So many seconds since 1970-01-01, UTC.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01, UTC.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The instant so many seconds later.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Reads ISO 8601: a date (midnight UTC), also as eight digits, a date and time with or without a zone, with `T` or a space between.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(date) = Self::parse_date(text) {
            return Some(date);
        }
        if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
            return Some(Self(zoned.timestamp()));
        }
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .map(|naive| Self(naive.and_utc().timestamp()))
    }

    /// Reads a date alone, `2024-03-01` or `20240301`, as its midnight UTC.
    #[must_use]
    pub fn parse_date(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        let date = NaiveDate::parse_from_str(text, if digits { "%Y%m%d" } else { "%Y-%m-%d" }).ok()?;
        Some(Self(date.and_time(NaiveTime::MIN).and_utc().timestamp()))
    }

    /// Calendar year and month, UTC.
    #[must_use]
    pub fn month(self) -> (i32, u32) {
        let date = self.to_chrono();
        (date.year(), date.month())
    }

    /// First instant of its calendar month, UTC.
    #[must_use]
    pub fn month_start(self) -> Self {
        let (date, days) = (self.to_chrono(), i64::from(self.to_chrono().day0()));
        Self(date.date().and_time(NaiveTime::MIN).and_utc().timestamp() - days * Span::DAY.seconds())
    }

    /// First instant of the calendar month after its own, UTC.
    #[must_use]
    pub fn next_month(self) -> Self {
        self.month_start().plus(31 * Span::DAY.seconds()).month_start()
    }

    /// Whether a UTC day begins.
    #[must_use]
    pub fn is_midnight(self) -> bool {
        self.0.rem_euclid(Span::DAY.seconds()) == 0
    }

    /// `2024-03-01`
    #[must_use]
    pub fn date(self) -> String {
        self.to_chrono().format("%Y-%m-%d").to_string()
    }

    /// As it is shown, where its year has four digits or fewer: for tables, as the digits of an amount.
    #[must_use]
    pub(crate) fn digits(self) -> Option<[u8; 20]> {
        let date = self.to_chrono();
        let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9_999)?;
        let mut text = *b"0000-00-00T00:00:00Z";
        let parts = [year / 100, year % 100, date.month(), date.day(), date.hour(), date.minute(), date.second()];
        for (part, at) in parts.into_iter().zip([0, 2, 5, 8, 11, 14, 17]) {
            text[at] = b'0' + (part / 10) as u8;
            text[at + 1] = b'0' + (part % 10) as u8;
        }
        Some(text)
    }

    /// The same instant for chrono; 1970 where chrono does not know it.
    #[must_use]
    pub fn to_chrono(self) -> NaiveDateTime {
        DateTime::from_timestamp(self.0, 0).unwrap_or_default().naive_utc()
    }
}

/// RFC 3339, `2024-03-01T08:00:00Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.digits() {
            Some(text) => f.pad(std::str::from_utf8(&text).expect("digits are text")),
            None => f.pad(&self.to_chrono().format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_the_long_way_round_writes_them() {
        // A leap day, the turn of a century, the ends of four digits, and beyond.
        for seconds in
            [0, -1, 951_868_799, 1_709_251_199, 4_107_542_400, -62_167_219_200, 253_402_300_799, 253_402_300_800, -99_999_999_999]
        {
            let time = Time::from_seconds(seconds);
            assert_eq!(time.to_string(), time.to_chrono().format("%Y-%m-%dT%H:%M:%SZ").to_string());
        }
        assert_eq!(Time::from_seconds(1_709_164_800).to_string(), "2024-02-29T00:00:00Z");
    }

    #[test]
    fn a_date_alone_is_told_from_an_instant() {
        let date = |text: &str| Time::parse_date(text).map(Time::date);
        for text in ["2024-02-29", "20240229", " 2024-2-29 "] {
            assert_eq!(date(text).as_deref(), Some("2024-02-29"), "{text}");
            assert_eq!(Time::parse(text), Time::parse_date(text), "{text}");
        }
        for text in ["20230229", "20241301", "2024030", "202403011", "+2024301", "2024-03-01T00:00:00Z"] {
            assert_eq!(Time::parse_date(text), None, "{text}");
        }
    }
}
