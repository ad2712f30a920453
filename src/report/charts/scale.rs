//! From values to places, and where the ticks stand.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use crate::report::number_format::{decimals_for, grouped, short_money};
use crate::units::Time;

const DAY: f64 = 86_400.0;
/// Pixels between two labels of an axis, at least.
const CLEAR: f64 = 15.0;

/// A straight or logarithmic axis from `low` to `high`, drawn from pixel `start` to pixel `end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub start: f64,
    pub end: f64,
    pub log: bool,
}

impl Scale {
    /// Place of a value; values outside are held at the edge.
    #[must_use]
    pub fn place(&self, value: f64) -> f64 {
        let bend = |v: f64| if self.log { libm::log10(v) } else { v };
        let share = (bend(value.clamp(self.low, self.high)) - bend(self.low)) / (bend(self.high) - bend(self.low));
        self.start + share * (self.end - self.start)
    }

    /// An axis that shows all `values` with some air; logarithmic where they span more than fivefold and are positive.
    #[must_use]
    pub(crate) fn of_money(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let (low, high) = range(values);
        if low > 0.0 && high / low > 5.0 {
            let air = libm::pow(high / low, 0.05);
            return Self { low: low / air, high: high * air, start, end, log: true };
        }
        let air = ((high - low) * 0.06).max(high.abs() * 0.005).max(1e-6);
        let floor = if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
        Self { low: (low - air).max(floor), high: high + air, start, end, log: false }
    }

    /// A logarithmic axis that shows all positive `values` with some air.
    #[must_use]
    pub(crate) fn of_growth(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let (low, high) = range(values.filter(|value| *value > 0.0));
        let (low, high) = if low > 0.0 { (low, high) } else { (1.0, 1.0) };
        let air = libm::pow(high / low, 0.06).max(1.02);
        Self { low: low / air, high: high * air, start, end, log: true }
    }

    /// Values and labels of an axis of multiples: `0.5×`.
    #[must_use]
    pub(crate) fn times_ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let label = |value: f64| {
            let text = grouped(value, decimals_for(value));
            format!("{}×", if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text })
        };
        self.money_ticks(wanted).into_iter().map(|(value, _)| (value, label(value))).collect()
    }

    /// An axis from nothing (top) down to the deepest fall, at least one per cent.
    #[must_use]
    pub(crate) fn of_falls(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let (low, _) = range(values.chain([-0.01]));
        Self { low: low * 1.06, high: 0.0, start: end, end: start, log: false }
    }

    /// Time from `from` to `to`, drawn from pixel `start` to pixel `end`.
    #[must_use]
    pub(crate) fn of_time(from: Time, to: Time, start: f64, end: f64) -> Self {
        Self { low: from.seconds() as f64, high: to.seconds().max(from.seconds() + 1) as f64, start, end, log: false }
    }

    /// Values and labels of a money axis.
    #[must_use]
    pub(crate) fn money_ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        if self.log {
            return self.log_ticks().into_iter().map(|v| (v, short_money(v, v))).collect();
        }
        let step = nice_step((self.high - self.low) / wanted as f64);
        self.multiples(step).into_iter().map(|v| (v, short_money(v, step))).collect()
    }

    /// Values and labels of an axis of fractions.
    #[must_use]
    pub(crate) fn percent_ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let step = nice_step((self.high - self.low) / wanted as f64);
        let decimals = decimals_for(step * 100.0);
        self.multiples(step).into_iter().map(|v| (v, format!("{} %", grouped(v * 100.0, decimals)))).collect()
    }

    fn multiples(&self, step: f64) -> Vec<f64> {
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|k| k as f64 * step).collect()
    }

    /// 1, 2, 5 a decade; where these would touch, the powers of ten, or every other of them.
    fn log_ticks(&self) -> Vec<f64> {
        let decade = (self.end - self.start).abs() / libm::log10(self.high / self.low);
        let marks: &[f64] = if decade * libm::log10(2.0) >= CLEAR { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let every = (CLEAR / decade).ceil().clamp(1.0, 40.0) as usize;
        let first = libm::log10(self.low).floor() as i32;
        let last = libm::log10(self.high).ceil() as i32;
        (first..=last)
            .filter(|power| power.rem_euclid(every as i32) == 0)
            .flat_map(|power| marks.iter().map(move |m| m * libm::pow(10.0, f64::from(power))))
            .filter(|v| (self.low..=self.high).contains(v))
            .collect()
    }

    /// Instants and labels of a time axis.
    #[must_use]
    pub(crate) fn time_ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let (from, to) = (Time::from_seconds(self.low as i64), Time::from_seconds(self.high as i64));
        let span = self.high - self.low;
        let is_enough = |step: f64| span / step <= wanted as f64;
        if let Some(hours) = [1, 2, 3, 6, 12].into_iter().find(|h| is_enough(f64::from(*h) * 3_600.0)) {
            return walk(from, to, floor_hour(from.to_chrono()), |t| t + chrono::TimeDelta::hours(i64::from(hours)), "%-d %b %H:%M");
        }
        if let Some(days) = [1_u64, 2, 7, 14].into_iter().find(|d| is_enough(*d as f64 * DAY)) {
            let start = from.to_chrono().date().and_time(NaiveTime::MIN);
            return walk(from, to, start, |t| t.checked_add_days(Days::new(days)).unwrap_or(NaiveDateTime::MAX), "%-d %b %Y");
        }
        let months = [1_u32, 2, 3, 6, 12, 24, 60, 120].into_iter().find(|m| is_enough(f64::from(*m) * 30.44 * DAY)).unwrap_or(240);
        let year = from.to_chrono().year();
        let start = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default().and_time(NaiveTime::MIN);
        let form = if months >= 12 { "%Y" } else { "%b %Y" };
        walk(from, to, start, |t| t.checked_add_months(Months::new(months)).unwrap_or(NaiveDateTime::MAX), form)
    }
}

fn walk(from: Time, to: Time, start: NaiveDateTime, next: impl Fn(NaiveDateTime) -> NaiveDateTime, form: &str) -> Vec<(f64, String)> {
    let mut ticks = Vec::new();
    let mut at = start;
    while at.and_utc().timestamp() <= to.seconds() {
        if at.and_utc().timestamp() >= from.seconds() {
            ticks.push((at.and_utc().timestamp() as f64, at.format(form).to_string()));
        }
        at = next(at);
    }
    ticks
}

fn floor_hour(at: NaiveDateTime) -> NaiveDateTime {
    at.date().and_hms_opt(at.hour() / 12 * 12, 0, 0).unwrap_or(at)
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn nice_step(rough: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(rough).floor());
    [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= rough * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.filter(|v| v.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: Vec<(f64, String)>) -> Vec<String> {
        ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn money_grows_a_logarithmic_axis_beyond_fivefold() {
        let flat = Scale::of_money([100_000.0, 140_000.0].into_iter(), 0.0, 100.0);
        assert!(!flat.log);
        assert_eq!(labels(flat.money_ticks(5)), ["$100k", "$110k", "$120k", "$130k", "$140k"]);
        let steep = Scale::of_money([100_000.0, 900_000.0].into_iter(), 0.0, 100.0);
        assert!(steep.log);
        assert_eq!(labels(steep.money_ticks(5)), ["$100k", "$200k", "$500k", "$1M"]);
        assert!(!Scale::of_money([0.0, 900_000.0].into_iter(), 0.0, 100.0).log);
    }

    #[test]
    fn a_logarithmic_axis_counts_one_two_five_where_there_is_room() {
        let of = |low: f64, high: f64, pixels: f64| {
            let scale = Scale { low, high, start: pixels, end: 0.0, log: true };
            labels(scale.times_ticks(5))
        };
        assert_eq!(of(0.4, 30.0, 100.0), ["0.5×", "1×", "2×", "5×", "10×", "20×"]);
        assert_eq!(of(0.4, 3_000.0, 400.0).len(), 12);
        assert_eq!(of(0.4, 3_000.0, 76.0), ["1×", "10×", "100×", "1,000×"]);
        assert_eq!(of(1e-6, 1e6, 76.0), ["0.000001×", "0.001×", "1×", "1,000×", "1,000,000×"]);
        let still = Scale::of_growth([1.0, 1.0, f64::NAN, -3.0].into_iter(), 0.0, 9.0);
        assert!(still.log && still.low < 1.0 && still.high > 1.0 && still.place(1.0).is_finite());
        assert!(Scale::of_growth(std::iter::empty(), 0.0, 9.0).place(1.0).is_finite());
    }

    #[test]
    fn dates_stand_on_round_days() {
        let time = |text| Time::parse(text).unwrap();
        let years = Scale::of_time(time("2021-03-01"), time("2024-03-01"), 0.0, 1.0);
        assert_eq!(labels(years.time_ticks(8)), ["Jul 2021", "Jan 2022", "Jul 2022", "Jan 2023", "Jul 2023", "Jan 2024"]);
        let days = Scale::of_time(time("2024-02-27"), time("2024-03-02"), 0.0, 1.0);
        assert_eq!(labels(days.time_ticks(8))[3..6], ["28 Feb 12:00", "29 Feb 00:00", "29 Feb 12:00"]);
        let weeks = Scale::of_time(time("2024-02-20"), time("2024-03-20"), 0.0, 1.0);
        assert_eq!(labels(weeks.time_ticks(8))[..2], ["20 Feb 2024", "27 Feb 2024"]);
    }

    #[test]
    fn falls_hang_from_the_top() {
        let scale = Scale::of_falls([-0.4].into_iter(), 10.0, 110.0);
        assert_eq!(scale.place(0.0), 10.0);
        assert!(scale.place(-0.4) > 100.0);
        assert_eq!(labels(scale.percent_ticks(4)), ["−40 %", "−20 %", "0 %"]);
    }
}
