//! The words every room shares: money, time, identities.
//!
//! Money is a whole number of microdollars, so that "the books balance" is `==` and never "nearly".
//! Prices, quantities and rates are `f64`: they are observed, not owned.

pub mod chance;
mod clock;

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde::{Deserialize, Serialize, Serializer};

pub use clock::Clock;

/// An amount of US dollars, exact to one millionth. Sums stop at the ends of the whole number and never wrap round; books stay far from both
/// ([`Usd::MOST`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(i64);

impl Usd {
    pub const ZERO: Self = Self(0);
    /// The largest capital a run may start with: a billion dollars. It leaves room for a gain of two thousand times before [`Self::MOST`].
    pub const MAX_CAPITAL: Self = Self(1_000_000_000_000_000);
    /// The most that books hold in any account and in any sum of their records: two trillion dollars. Four times as much is still a whole
    /// number, so that a difference of two changes of such amounts is exact.
    pub const MOST: Self = Self(2_000_000_000_000_000_000);
    const MICROS: f64 = 1e6;

    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Rounds half away from zero to the nearest microdollar.
    #[must_use]
    #[inline]
    pub fn round(dollars: f64) -> Self {
        let micros = dollars * Self::MICROS;
        Self((micros + 0.5_f64.copysign(micros)) as i64)
    }

    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::MICROS
    }

    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The share `part / whole` of this amount, rounded towards zero, so that shares never sum to more than the whole.
    #[must_use]
    pub fn share(self, part: f64) -> Self {
        Self((self.0 as f64 * part) as i64)
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Usd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Usd {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Usd {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// All six decimals, no thousands separator: the form of the report tables.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digit by digit, from the last: tables hold hundreds of thousands of amounts.
        let mut text = [0_u8; 24];
        let (mut at, mut left, mut digits) = (text.len(), self.0.unsigned_abs(), 0);
        let mut put = |byte: u8| {
            at -= 1;
            text[at] = byte;
        };
        while left > 0 || digits < 7 {
            if digits == 6 {
                put(b'.');
            }
            put(b'0' + (left % 10) as u8);
            (left, digits) = (left / 10, digits + 1);
        }
        if self.0 < 0 {
            put(b'-');
        }
        f.pad(std::str::from_utf8(&text[at..]).expect("digits are text"))
    }
}

/// In JSON an amount is a number of dollars. Six decimals survive exactly up to nine billion dollars.
impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_f64())
    }
}

/// An instant in UTC, in whole seconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    pub const MIN: Self = Self(i64::MIN);
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

    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

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
        Self(date.date().and_time(NaiveTime::MIN).and_utc().timestamp() - days * Span::DAY.0)
    }

    /// First instant of the calendar month after its own, UTC.
    #[must_use]
    pub fn next_month(self) -> Self {
        self.month_start().plus(31 * Span::DAY.0).month_start()
    }

    /// Whether a UTC day begins.
    #[must_use]
    pub fn is_midnight(self) -> bool {
        self.0.rem_euclid(Span::DAY.0) == 0
    }

    /// `2024-03-01`
    #[must_use]
    pub fn date(self) -> String {
        self.to_chrono().format("%Y-%m-%d").to_string()
    }

    #[must_use]
    pub fn to_chrono(self) -> NaiveDateTime {
        DateTime::from_timestamp(self.0, 0).unwrap_or_default().naive_utc()
    }
}

/// RFC 3339, `2024-03-01T08:00:00Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.to_chrono();
        let Some(year) = u32::try_from(told.year()).ok().filter(|year| *year <= 9_999) else {
            return f.pad(&told.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        };
        // Digit by digit, as for amounts.
        let mut text = *b"0000-00-00T00:00:00Z";
        let parts = [year / 100, year % 100, told.month(), told.day(), told.hour(), told.minute(), told.second()];
        for (part, at) in parts.into_iter().zip([0, 2, 5, 8, 11, 14, 17]) {
            text[at] = b'0' + (part / 10) as u8;
            text[at + 1] = b'0' + (part % 10) as u8;
        }
        f.pad(std::str::from_utf8(&text).expect("digits are text"))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A length of time written as in charts: `15m`, `1h`, `8h`, `1d`, `2w`. Always at least one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(i64);

impl Span {
    pub const MINUTE: Self = Self(60);
    pub const HOUR: Self = Self(3_600);
    pub const DAY: Self = Self(86_400);

    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    #[must_use]
    pub fn hours(self) -> f64 {
        self.0 as f64 / 3_600.0
    }

    #[must_use]
    pub fn days(self) -> f64 {
        self.0 as f64 / 86_400.0
    }

    /// How many whole bars of length `bar` fit, at least one.
    #[must_use]
    pub fn in_bars(self, bar: Self) -> usize {
        usize::try_from(self.0 / bar.0).unwrap_or(1).max(1)
    }
}

impl TryFrom<String> for Span {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no length of time: write a whole number and one of m, h, d, w, as in 15m, 8h, 1d, 2w");
        let unit = match text.chars().last() {
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            Some('w') => 604_800,
            _ => return Err(wrong()),
        };
        let count: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
        if !(1..=100_000).contains(&count) {
            return Err(wrong());
        }
        Ok(Self(count * unit))
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.0 {
            s if s % 604_800 == 0 && s > 604_800 => (s / 604_800, 'w'),
            s if s % 86_400 == 0 => (s / 86_400, 'd'),
            s if s % 3_600 == 0 => (s / 3_600, 'h'),
            s => (s / 60, 'm'),
        };
        f.pad(&format!("{count}{unit}"))
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);
        impl $name {
            #[must_use]
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
            /// # Panics
            /// With more than 65,535 of them; the loader refuses such a market first.
            #[must_use]
            pub fn new(index: usize) -> Self {
                Self(u16::try_from(index).expect("fewer than 65,536 identities"))
            }
        }
    };
}

id!(
    /// An asset, by its row in `assets.csv`. Order is the file's, so names never decide anything.
    AssetId
);
id!(
    /// A tradable series: one asset on one market.
    InstrumentId
);
id!(
    /// A narrative, in order of first appearance in `narratives.csv`.
    NarrativeId
);
id!(
    /// A bucket of a strategy, in the order of its file.
    BucketId
);

/// `+1` long, `−1` short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Long,
    Short,
}

impl Direction {
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
        }
    }
}

/// One bracket covers notional in `(floor, cap]`; maintenance margin is `notional · rate − amount`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bracket {
    pub floor: f64,
    pub cap: f64,
    pub rate: f64,
    pub max_leverage: f64,
    pub amount: f64,
}

/// Thousands separated, a true minus sign, and no minus before nothing; a dash for what is no number.
#[must_use]
pub fn grouped(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_string();
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use crate::units::{Time, Usd};

    #[test]
    fn amounts_and_instants_are_written_as_the_long_way_round_writes_them() {
        for micros in [0, 1, -1, 999_999, 1_000_000, -1_000_001, 123_456_789_012, i64::MAX, i64::MIN] {
            let (sign, whole) = (if micros < 0 { "-" } else { "" }, micros.unsigned_abs());
            let long = format!("{sign}{}.{:06}", whole / 1_000_000, whole % 1_000_000);
            assert_eq!(Usd::from_micros(micros).to_string(), long);
        }
        assert_eq!(format!("{:>9}|{:<9}|", Usd::from_micros(1_500_000), Usd::from_micros(-1)), " 1.500000|-0.000001|");
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
