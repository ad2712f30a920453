//! What a file says, quoted in a message: fields may hold anything, and a message must stay one readable line of a terminal.

pub(super) use crate::names::shown as escaped;

/// Characters of a field that a message repeats.
const LONGEST: usize = 60;

/// A field of a file, on one line and short.
pub(super) fn cited(text: &str) -> String {
    let mut cut: String = escaped(&text.chars().take(LONGEST).collect::<String>());
    if text.chars().nth(LONGEST).is_some() {
        cut.push('…');
    }
    cut
}

/// A number as a message prints it: with an exponent where its digits would run on.
pub(super) fn numeral(number: f64) -> String {
    let size = number.abs();
    if size.is_finite() && size != 0.0 && !(1e-9..=1e15).contains(&size) { format!("{number:e}") } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_field_is_one_short_line() {
        assert_eq!(cited("0.1"), "0.1");
        assert_eq!(cited("a\nb\u{1b}[2J\u{202e}"), "a\\nb\\u{1b}[2J\\u{202e}");
        assert_eq!(cited(&"ä".repeat(60)), "ä".repeat(60));
        assert_eq!(cited(&"ä".repeat(61)), "ä".repeat(60) + "…");
    }

    #[test]
    fn numbers_that_run_on_have_an_exponent() {
        assert_eq!([1e300, -2e-10, 1e15, 1e-9, 0.0, 0.1].map(numeral), ["1e300", "-2e-10", "1000000000000000", "0.000000001", "0", "0.1"]);
        assert_eq!(numeral(f64::INFINITY), "inf");
    }
}
