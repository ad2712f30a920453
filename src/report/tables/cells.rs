//! How a value stands in a table: at the end of the bytes of its CSV, without a string of its own, and as the number that Parquet keeps.

use std::io::Write as _;

use crate::units::{Time, Usd};

/// In quotes where it would be taken for more than one cell.
pub(super) fn put_text(csv: &mut Vec<u8>, text: &str) {
    let splits = text.bytes().fold(false, |splits, byte| splits | matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if splits {
        let _ = write!(csv, "\"{}\"", text.replace('"', "\"\""));
    } else {
        csv.extend_from_slice(text.as_bytes());
    }
}

/// RFC 3339.
pub(super) fn put_time(csv: &mut Vec<u8>, time: Time) {
    match time.digits() {
        Some(digits) => csv.extend_from_slice(&digits),
        None => _ = write!(csv, "{time}"),
    }
}

/// Six decimals.
pub(super) fn put_usd(csv: &mut Vec<u8>, amount: Usd) {
    csv.extend_from_slice(amount.digits(&mut [0; Usd::DIGITS]).as_bytes());
}

/// The shortest form that reads back to the same bits; nothing where it is not finite. As the standard library writes it, which is slower.
pub(super) fn put_number(csv: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        return;
    }
    let mut digits = ryu::Buffer::new();
    let text = digits.format_finite(value);
    if may_differ(value, text) {
        let _ = write!(csv, "{value}");
    } else {
        csv.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
    }
}

/// Whether ryu's text of a number may be another than the standard library's. It has exponents from 10¹⁶ on and below 10⁻⁵; and where two shortest
/// forms are equally near, it takes the even one, not the larger. That asks for sixteen digits, and below 2⁴⁶ for a float whose last four bits are
/// nought.
fn may_differ(value: f64, text: &str) -> bool {
    const SHORT: usize = 15;
    const ROUND_BITS: u64 = 0b1111;
    let usual = value == 0.0 || (1e-5..1e13).contains(&value.abs());
    !usual || (text.len() > SHORT && value.to_bits() & ROUND_BITS == 0)
}

/// A whole number.
pub(super) fn put_integer(csv: &mut Vec<u8>, value: i64) {
    let _ = write!(csv, "{value}");
}

/// The word for what is so or not; empty where it is undefined.
pub(super) fn flag(is: Option<bool>) -> &'static str {
    match is {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

/// The float that the decimals of an amount read back as.
pub(super) fn read_back(amount: Usd) -> f64 {
    // Up to 2⁵³ microdollars are a float exactly, and their quotient is rounded once, as the decimals are.
    let exact = amount.micros().unsigned_abs() <= 1 << 53;
    if exact { amount.to_f64() } else { amount.to_string().parse().expect("decimals are a number") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::rng::word_after;

    fn written(put: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut csv = Vec::new();
        put(&mut csv);
        String::from_utf8(csv).unwrap()
    }

    /// Floats of every size, and those of few digits that tables are full of.
    fn numbers() -> impl Iterator<Item = f64> {
        // The last two lie in the middle between their two shortest forms.
        let edges = [
            0.0,
            -0.0,
            1e-5,
            9.999e-6,
            1e15,
            1e16,
            12_345_678_901_234_568.0,
            5e-324,
            f64::MAX,
            f64::NAN,
            9.0 + 1.0 / 65_536.0,
            2e12 + 1.0 / 16.0,
        ];
        let words = std::iter::successors(Some(0), |word| Some(word_after(*word))).take(20_000);
        let of_word = |word: u64| {
            let few_bits = (word >> 40) as f64 / (1_u64 << (word % 40)) as f64;
            [f64::from_bits(word), (word % 1_000_000_007) as f64 / 1e4, word as f64 / 1e22, few_bits]
        };
        edges.into_iter().chain(words.flat_map(of_word))
    }

    #[test]
    fn numbers_are_written_as_the_long_way_round_writes_them() {
        for value in numbers() {
            let long = if value.is_finite() { value.to_string() } else { String::new() };
            assert_eq!(written(|csv| put_number(csv, value)), long);
        }
    }

    #[test]
    fn texts_are_quoted_as_the_reader_of_tables_expects() {
        for text in ["", "plain", "a,b", "say \"so\"", "\"", "two\nlines", "cr\rlf", "longer than a word, and more", "ünicode"] {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record([text, "end"]).unwrap();
            let expected = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            assert_eq!(written(|csv| put_text(csv, text)) + ",end\n", expected);
        }
    }

    #[test]
    fn money_is_the_number_that_its_decimals_read_back_as() {
        let words = std::iter::successors(Some(0), |word| Some(word_after(*word))).take(20_000);
        let edges = [0, -1, (1 << 53) - 1, 1 << 53, (1 << 53) + 1, -(1 << 53) - 3, i64::MAX, i64::MIN];
        for micros in edges.into_iter().chain(words.flat_map(|word| [word as i64, word as i64 >> 11])) {
            let amount = Usd::from_micros(micros);
            assert_eq!(read_back(amount), amount.to_string().parse::<f64>().unwrap(), "{amount}");
        }
    }
}
