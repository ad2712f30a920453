//! How numbers are said to people. Tables for machines use the shortest form that reads back exactly instead.

use crate::units::Usd;
pub use crate::units::grouped;

/// Machine form: the shortest decimal that reads back to the same bits; empty where undefined.
#[must_use]
pub fn exact(value: f64) -> String {
    if value.is_finite() { format!("{value}") } else { String::new() }
}

/// [`exact`], or nothing where there is no number.
#[must_use]
pub(crate) fn exact_or_empty(value: Option<f64>) -> String {
    value.map(exact).unwrap_or_default()
}

/// `12.34 %`, `−5.00 %`; a dash where undefined. Beyond a thousandfold no decimals.
#[must_use]
pub fn percent(fraction: Option<f64>) -> String {
    fraction.map_or_else(dash, |f| {
        let cent = f * 100.0;
        let decimals = if cent.abs() >= 10_000.0 { 0 } else { 2 };
        format!("{} %", grouped(cent, decimals))
    })
}

/// `1,283`: how many there are.
#[must_use]
pub fn count(many: usize) -> String {
    grouped(many as f64, 0)
}

/// Five digits that count, and none that say nothing: `0.44925`, `3`, `12,345.68`.
#[must_use]
pub(crate) fn figure(value: f64) -> String {
    bare(&price(value))
}

/// Eight decimals at most, none that say nothing.
#[must_use]
pub fn quantity(value: f64) -> String {
    bare(&grouped(value, 8))
}

fn bare(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text.to_string() }
}

/// `1.23`; a dash where undefined.
#[must_use]
pub fn number(value: Option<f64>) -> String {
    value.map_or_else(dash, |v| grouped(v, 2))
}

/// `$1,234.56`, whole dollars from a hundred thousand on.
#[must_use]
pub fn money(dollars: f64) -> String {
    let decimals = if dollars.abs() >= 100_000.0 { 0 } else { 2 };
    let text = grouped(dollars.abs(), decimals);
    if grouped(dollars, decimals).starts_with('−') { format!("−${text}") } else { format!("${text}") }
}

/// [`money`] of an exact amount.
#[must_use]
pub(crate) fn money_of(amount: Usd) -> String {
    money(amount.to_f64())
}

/// Five digits that count and at least two decimals: `51,234.50`, `8.6250`, `0.000012345`.
#[must_use]
pub fn price(value: f64) -> String {
    let size = value.abs();
    let decimals = if size > 0.0 && size.is_finite() { (4.0 - libm::log10(size).floor()).clamp(2.0, 12.0) as usize } else { 2 };
    grouped(value, decimals)
}

/// For narrow tables: whole dollars, from a million on three digits: `−$22,199`, `$2.36M`.
#[must_use]
pub(crate) fn whole_money(dollars: f64) -> String {
    if dollars.abs() >= 999_999.5 {
        return brief_money(dollars);
    }
    let text = grouped(dollars, 0);
    text.strip_prefix('−').map_or_else(|| format!("${text}"), |size| format!("−${size}"))
}

/// `now −20 %, max −64 %`: where a drawdown stands at the end, and the deepest it was. Tenths where whole numbers would say nothing.
#[must_use]
pub(crate) fn now_and_max(now: f64, deepest: f64) -> String {
    let decimals = usize::from(deepest.abs() < 0.1);
    format!("now {} %, max {} %", grouped(now * 100.0, decimals), grouped(deepest * 100.0, decimals))
}

/// A sentence whose list runs beyond three items, cut there: `head: a; b; c; … and 28 more`. A single one over is told rather than counted.
#[must_use]
pub fn short_list(text: &str) -> String {
    const SHOWN: usize = 3;
    let items: Vec<&str> = text.split("; ").collect();
    if items.len() <= SHOWN + 1 {
        return text.to_string();
    }
    format!("{}; … and {} more", items[..SHOWN].join("; "), items.len() - SHOWN)
}

/// Axis form: `$120k`, `$1.5M`, `$80`. `step` is the distance of two ticks and decides the decimals.
#[must_use]
pub(crate) fn short_money(dollars: f64, step: f64) -> String {
    let (unit, letter) = unit_of(dollars);
    with_unit(dollars, unit, letter, decimals_for(step / unit))
}

/// Label form, three digits: `$170k`, `$2.36M`, `$80.7k`.
#[must_use]
pub(crate) fn brief_money(dollars: f64) -> String {
    let (unit, letter) = unit_of(dollars);
    let decimals = match dollars.abs() / unit {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    with_unit(dollars, unit, letter, decimals)
}

fn unit_of(dollars: f64) -> (f64, &'static str) {
    match dollars.abs() {
        s if s >= 1e12 => (1e12, "T"),
        s if s >= 1e9 => (1e9, "B"),
        s if s >= 1e6 => (1e6, "M"),
        s if s >= 1e3 => (1e3, "k"),
        _ => (1.0, ""),
    }
}

fn with_unit(dollars: f64, unit: f64, letter: &str, decimals: usize) -> String {
    let text = grouped(dollars.abs() / unit, decimals);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    let sign = if dollars < 0.0 && text != "0" { "−" } else { "" };
    format!("{sign}${text}{letter}")
}

/// As [`percent`], with a plus where it is one.
#[must_use]
pub(crate) fn signed_percent(fraction: Option<f64>) -> String {
    let text = percent(fraction);
    if fraction.is_some_and(|f| f > 0.0) { format!("+{text}") } else { text }
}

/// Enough decimals to tell two ticks apart, at most six.
#[must_use]
pub(crate) fn decimals_for(step: f64) -> usize {
    (0..6)
        .find(|&d| {
            let scaled = step * libm::pow(10.0, f64::from(d));
            (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0)
        })
        .map_or(6, |d| d as usize)
}

fn dash() -> String {
    "–".to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(percent(Some(-0.05)), "−5.00 %");
        assert_eq!(percent(Some(-0.000_000_1)), "0.00 %");
        assert_eq!(percent(None), "–");
        assert_eq!(percent(Some(1234.5)), "123,450 %");
        assert_eq!(money(-1234.5), "−$1,234.50");
        assert_eq!(money(-0.001), "$0.00");
        assert_eq!([51_234.5, 8.625, 0.000_012_345, 0.0].map(price), ["51,234.50", "8.6250", "0.000012345", "0.00"]);
        assert_eq!((count(1_283).as_str(), quantity(1_818.206_805_28).as_str(), quantity(3.0).as_str()), ("1,283", "1,818.20680528", "3"));
        assert_eq!([0.449_253_731, 3.0, 12_345.678, 0.0].map(figure), ["0.44925", "3", "12,345.68", "0"]);
        assert_eq!(money(1_234_567.0), "$1,234,567");
        assert_eq!((whole_money(-22_199.4).as_str(), whole_money(-0.3).as_str()), ("−$22,199", "$0"));
        assert_eq!((whole_money(999_999.4).as_str(), whole_money(2_364_450.0).as_str()), ("$999,999", "$2.36M"));
        assert_eq!(now_and_max(-0.2, -0.6444), "now −20 %, max −64 %");
        assert_eq!(now_and_max(0.0, -0.012), "now 0.0 %, max −1.2 %");
        assert_eq!(short_list("odd: a; b; c; d"), "odd: a; b; c; d");
        assert_eq!(short_list("odd: a; b; c; d; e"), "odd: a; b; c; … and 2 more");
        assert_eq!(short_money(120_000.0, 20_000.0), "$120k");
        assert_eq!(short_money(1_500_000.0, 500_000.0), "$1.5M");
        assert_eq!(short_money(102_500.0, 500.0), "$102.5k");
        assert_eq!(short_money(0.0, 20_000.0), "$0");
        assert_eq!(short_money(1_000_000.0, 200_000.0), "$1M");
        assert_eq!(brief_money(170_222.6), "$170k");
        assert_eq!(brief_money(-2_364_450.0), "−$2.36M");
        assert_eq!(exact(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(exact(f64::NAN), "");
    }
}
