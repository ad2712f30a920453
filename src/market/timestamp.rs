//! Time as files write it: seconds, milliseconds or microseconds since 1970, a date in eight digits, or ISO text; each row for itself.

use crate::units::Time;

/// Ten digits are seconds, thirteen milliseconds, sixteen microseconds: the magnitude tells, for the years 1973 to 5138 in milliseconds.
/// Fractions of a second are cut off. Eight digits are a date, 20250101: as seconds they would be of 1970, and no such date is.
#[inline]
pub(super) fn of_number(number: i64) -> Option<Time> {
    match number {
        10_000_000..100_000_000 => of_date(number / 10_000, number / 100 % 100, number % 100),
        0..100_000_000_000 => Some(Time::from_seconds(number)),
        100_000_000_000..100_000_000_000_000 => Some(Time::from_seconds(number / 1_000)),
        100_000_000_000_000..100_000_000_000_000_000 => Some(Time::from_seconds(number / 1_000_000)),
        _ => None,
    }
}

/// A number or ISO text, without an allocation on the way.
pub fn of_text(text: &str) -> Option<Time> {
    let text = text.trim();
    if let Some(time) = of_iso(text.as_bytes()) {
        return Some(time);
    }
    if let Ok(number) = text.parse::<i64>() {
        return of_number(number);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && (0.0..1e17).contains(&number) => of_number(number as i64),
        _ => Time::parse(text),
    }
}

/// `2024-03-01`, `2024-03-01 08:00:00`, `2024-03-01T08:00:00.000Z`, `2024-03-01 08:00:00+00:00`; anything else is left to [`Time::parse`].
fn of_iso(text: &[u8]) -> Option<Time> {
    let number = |range: std::ops::Range<usize>| {
        text.get(range)?.iter().try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let mark = |at: usize, wanted: &[u8]| text.get(at).is_some_and(|byte| wanted.contains(byte));
    if !(mark(4, b"-") && mark(7, b"-")) {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let midnight = of_date(year, month, day)?;
    if text.len() == 10 {
        return Some(midnight);
    }
    if !(mark(10, b" T") && mark(13, b":") && mark(16, b":")) {
        return None;
    }
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut zone = &text[19..];
    if let [b'.', fraction @ ..] = zone {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        zone = &fraction[digits..];
    }
    matches!(zone, b"" | b"Z" | b"z" | b"+00:00").then(|| midnight.plus(hour * 3_600 + minute * 60 + second))
}

/// Midnight UTC of a Gregorian date; `None` where the calendar has no such day.
fn of_date(year: i64, month: i64, day: i64) -> Option<Time> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let exists = (1..=12).contains(&month) && (1..=lengths[month as usize - 1]).contains(&day);
    exists.then(|| Time::from_seconds(days_since_1970(year, month, day) * 86_400))
}

/// Days between a Gregorian date and 1970-01-01, counted in years that begin in March (Howard Hinnant, `days_from_civil`).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_one_instant() {
        let instant = Time::from_seconds(1_709_280_000);
        for text in [
            "1709280000",
            "1709280000000",
            "1709280000047",
            "1709280000000000",
            "1709280000000.0",
            "2024-03-01 08:00:00",
            "2024-03-01T08:00:00Z",
            "2024-03-01 08:00:00+00:00",
            "2024-03-01T08:00:00.017Z",
            "2024-03-01T10:00:00+02:00",
            " 2024-03-01T08:00 ",
        ] {
            assert_eq!(of_text(text), Some(instant), "{text}");
        }
        for text in ["2024-03-01", "20240301", "20240301.0"] {
            assert_eq!(of_text(text), Some(Time::from_seconds(1_709_251_200)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in
            ["", "yesterday", "2024-13-01", "2023-02-29", "2024-03-01 25:00:00", "-5", "nan", "1e30", "20241301", "20230229", "99999999"]
        {
            assert_eq!(of_text(text), None, "{text}");
        }
    }

    #[test]
    fn the_fast_way_agrees_with_the_calendar() {
        for day in (-20_000..40_000).step_by(37) {
            let time = Time::from_seconds(day * 86_400 + 3_661);
            let text = time.to_string();
            assert_eq!(of_iso(text.as_bytes()), Some(time), "{text}");
        }
    }
}
