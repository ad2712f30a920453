//! How a metric is said, by its name: the same on every page and on the terminal.

use crate::metrics::table::{Unit, named};
use crate::report::number_format::{grouped, money, number, percent};

/// The value of a metric named as in `comparison.csv`; a dash where it is not defined.
#[must_use]
pub(crate) fn metric_text(name: &str, value: Option<f64>) -> String {
    in_unit(named(name).map_or(Unit::Ratio, |metric| metric.unit), value)
}

/// A value in its unit; a dash where it is not defined.
#[must_use]
pub(crate) fn in_unit(unit: Unit, value: Option<f64>) -> String {
    let Some(known) = value else { return number(None) };
    match unit {
        Unit::Percent => percent(value),
        Unit::Ratio => number(value),
        Unit::Usd => money(known),
        Unit::Days => format!("{} days", grouped(known, 1)),
        Unit::Count => grouped(known, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_said_in_its_own_unit() {
        let shown = |name, value| metric_text(name, Some(value));
        assert_eq!(shown("ulcer_index", 0.1234), "12.34 %");
        assert_eq!(shown("return_kept_pessimistic", 0.5), "50.00 %");
        assert_eq!(shown("static_total_return", -0.5), "−50.00 %");
        assert_eq!(shown("capacity_usd", 2_500_000.0), "$2,500,000");
        assert_eq!(shown("average_trade_days", 3.25), "3.2 days");
        assert_eq!(shown("trades", 1_234.0), "1,234");
        assert_eq!(shown("sharpe_btc", 1.234), "1.23");
        assert_eq!(metric_text("ulcer_index", None), "–");
    }
}
