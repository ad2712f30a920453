//! The dates of the sample: its clock, the legs of the market, and the events a reader can look for.

use crate::units::{Clock, Span, Time};

/// 2021-07-01 to 2024-09-30 inclusive, in bars of eight hours.
pub(super) const START: i64 = 1_625_097_600;
pub(super) const BAR_HOURS: i64 = 8;
pub(super) const BARS: usize = 1_188 * 3;
pub(super) const BARS_PER_DAY: usize = 3;
pub(super) const BARS_PER_YEAR: f64 = 365.0 * 3.0;

pub(super) fn clock() -> Clock {
    Clock { start: Time::from_seconds(START), bar: Span::from_seconds(BAR_HOURS * 3_600), bars: BARS }
}

/// The bar that opens at or covers a date of the sample.
///
/// # Panics
/// Where the date is no date or lies before the start: dates are constants of this room.
pub(super) fn bar_of(text: &str) -> usize {
    let time = Time::parse(text).expect("a date of the sample");
    usize::try_from((time.seconds() - START) / (BAR_HOURS * 3_600)).expect("a date after the start")
}

pub(super) fn date(bar: usize) -> String {
    clock().open(bar).date()
}

/// The weather of a stretch of the market.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    Bull,
    Bear,
    Sideways,
    Recovery,
}

impl Weather {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bull => "bull",
            Self::Bear => "bear",
            Self::Sideways => "sideways",
            Self::Recovery => "second bull",
        }
    }

    /// Volatility of BTC relative to its long-run value.
    pub(super) fn volatility(self) -> f64 {
        match self {
            Self::Bull => 1.05,
            Self::Bear => 1.1,
            Self::Sideways => 0.62,
            Self::Recovery => 0.9,
        }
    }

    /// What alternative coins gain or lose a year beyond their beta to BTC, as a log return.
    pub(super) fn alt_drift(self) -> f64 {
        match self {
            Self::Bull => 0.30,
            Self::Bear => -0.30,
            Self::Sideways => -0.25,
            Self::Recovery => -0.05,
        }
    }

    /// The premium of perpetuals that comes with the mood, per eight hours.
    pub(super) fn premium(self) -> f64 {
        match self {
            Self::Bull => 0.000_45,
            Self::Bear => -0.000_20,
            Self::Sideways => 0.000_05,
            Self::Recovery => 0.000_35,
        }
    }
}

/// `(until, weather)`, each leg from where the one before ends.
pub(super) const LEGS: [(&str, Weather); 4] =
    [("2022-04-15", Weather::Bull), ("2023-03-31", Weather::Bear), ("2024-02-01", Weather::Sideways), ("2024-10-01", Weather::Recovery)];

pub(super) fn weather(bar: usize) -> Weather {
    LEGS.iter().find(|(until, _)| bar < bar_of(until)).map_or(Weather::Recovery, |leg| leg.1)
}

/// Where BTC is heading: `(date, price)`. Between two nodes its noise is pulled towards the next one, not nailed to it.
pub(super) const BITCOIN: [(&str, f64); 19] = [
    ("2021-07-01", 20_000.0),
    ("2021-09-20", 33_000.0),
    ("2021-10-25", 26_500.0),
    ("2022-01-31", 47_000.0),
    ("2022-02-25", 40_500.0),
    ("2022-04-15", 62_000.0),
    ("2022-06-16", 44_000.0),
    ("2022-07-20", 33_000.0),
    ("2022-09-05", 41_000.0),
    ("2022-11-15", 25_000.0),
    ("2023-01-20", 27_500.0),
    ("2023-03-31", 18_500.0),
    ("2023-06-10", 24_500.0),
    ("2023-08-20", 20_500.0),
    ("2023-11-10", 24_000.0),
    ("2024-02-01", 22_000.0),
    ("2024-05-01", 37_000.0),
    ("2024-07-05", 31_500.0),
    ("2024-10-01", 46_000.0),
];

/// The crash: one bar, and the log price of BTC inside it at each eighth, from its open. Small caps fall about twice as far.
pub(super) const CRASH: &str = "2022-06-17T16:00:00Z";
pub(super) const CRASH_SHAPE: [f64; 9] = [0.0, -0.015, -0.04, -0.09, -0.165, -0.145, -0.12, -0.115, -0.105];
/// What perpetuals fall below spot at each eighth of the crash, where leverage is forced out.
pub(super) const CRASH_BASIS: [f64; 9] = [0.0, -0.002, -0.008, -0.02, -0.05, -0.03, -0.015, -0.01, -0.006];

/// An outage of the exchange: no spot bar of any symbol; perpetuals trade on.
pub(super) const OUTAGE: [&str; 2] = ["2023-03-24T08:00:00Z", "2021-09-29T00:00:00Z"];
/// Gaps of one symbol: `(asset, perpetual?, first bar, bars)`.
pub(super) const GAPS: [(&str, bool, &str, usize); 3] =
    [("FERN", false, "2022-08-11T08:00:00Z", 2), ("WATTS", true, "2023-10-02T00:00:00Z", 4), ("LOOTR", true, "2024-03-12T16:00:00Z", 1)];

/// The coin that is taken off the exchange while it trades as ever.
pub(super) const DELISTED: (&str, &str) = ("ARENX", "2023-06-14T08:00:00Z");
/// The coin that dies: collapse within days; its perpetual ends, its spot trades at dust for three months, then stops.
pub(super) const DEAD: &str = "STABX";
pub(super) const COLLAPSE: &str = "2022-12-05T08:00:00Z";
pub(super) const COLLAPSE_BARS: usize = 16;
pub(super) const DEAD_PERP_END: &str = "2022-12-14T00:00:00Z";
pub(super) const DEAD_SPOT_END: &str = "2023-03-10T00:00:00Z";
/// The coin whose funding changes from every 8 to every 4 hours.
pub(super) const SWITCHER: (&str, &str) = ("NEURO", "2023-02-20T00:00:00Z");
