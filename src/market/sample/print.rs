//! Numbers as text, with the same bytes everywhere and no more digits than a price needs.

/// `digits` significant digits, plain decimal notation, no trailing zeros: `0.0001234`, `62013`.
pub(super) fn significant(value: f64, digits: i32) -> String {
    assert!(value.is_finite() && value >= 0.0, "a printed quantity is finite and not negative, not {value}");
    if value == 0.0 {
        return "0".into();
    }
    let magnitude = libm::floor(libm::log10(value)) as i32;
    fixed(value, usize::try_from(digits - 1 - magnitude).unwrap_or(0))
}

/// At most `decimals` decimals, no trailing zeros, never `-0`.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_without_waste() {
        for (value, digits, text) in [
            (62_013.4, 5, "62013"),
            (0.000_123_44, 4, "0.0001234"),
            (1.5, 5, "1.5"),
            (0.0, 5, "0"),
            (999.999, 4, "1000"),
            (1e-9, 3, "0.000000001"),
        ] {
            assert_eq!(significant(value, digits), text);
        }
        assert_eq!(fixed(-0.000_000_1, 6), "0");
        assert_eq!(fixed(-0.000_25, 6), "-0.00025");
    }
}
