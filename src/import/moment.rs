//! Instants as foreign files write them, beyond what the loader reads: `MetaTrader`'s dots, `CoinGecko`'s `UTC`, days before months never.

use crate::market;
use crate::units::Time;

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, eight digits, ISO text, `2023.01.01 00:00`, `2013-04-28 00:00:00 UTC`.
pub(super) fn of_text(text: &str) -> Option<Time> {
    let text = text.trim();
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    if let Some(time) = nanoseconds(text).or_else(|| market::time_of(text)) {
        return Some(time);
    }
    let dotted = text.len() >= 10 && text.as_bytes()[4] == b'.' && text.as_bytes()[7] == b'.' && text.is_char_boundary(10);
    let slashed = text.len() >= 10 && text.as_bytes()[4] == b'/' && text.as_bytes()[7] == b'/' && text.is_char_boundary(10);
    if !(dotted || slashed) {
        return None;
    }
    let (date, rest) = text.split_at(10);
    let date = date.replace(['.', '/'], "-");
    Time::parse(&format!("{date}{rest}"))
}

/// Nineteen digits.
fn nanoseconds(text: &str) -> Option<Time> {
    let number: i64 = text.parse().ok()?;
    (number >= 1_000_000_000_000_000_000).then(|| Time::from_seconds(number / 1_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instant_however_it_is_written() {
        let instant = Time::from_seconds(1_672_574_400);
        for text in [
            "1672574400",
            "1672574400000",
            "1672574400000000",
            "1672574400000000000",
            "2023.01.01 12:00",
            "2023/01/01 12:00:00",
            "2023-01-01 12:00:00 UTC",
            "2023-01-01T12:00:00.000Z",
        ] {
            assert_eq!(of_text(text), Some(instant), "{text}");
        }
        assert_eq!(of_text("20230101"), Some(Time::from_seconds(1_672_531_200)));
        for text in ["", "01/02/2023", "2023.13.01 00:00", "price", "öööö.öö.öö"] {
            assert_eq!(of_text(text), None, "{text}");
        }
    }
}
