//! How a metric is said, by its name: the same on every page and on the terminal.

use crate::report::words::{grouped, money, number, percent};

/// Fractions that people read as per cent; those of a benchmark are known by how their names begin or end.
const PERCENT: &[&str] = &[
    "total_return",
    "cagr",
    "annual_return",
    "volatility",
    "max_drawdown",
    "average_drawdown",
    "time_underwater",
    "ulcer_index",
    "downside_deviation",
    "value_at_risk_95",
    "conditional_value_at_risk_95",
    "probabilistic_sharpe",
    "deflated_sharpe",
    "best_day",
    "worst_day",
    "best_month",
    "worst_month",
    "benchmark_return",
    "alpha",
    "tracking_error",
    "total_return_btc",
    "cagr_btc",
    "volatility_btc",
    "max_drawdown_btc",
    "win_rate",
    "kelly",
    "exposure_time",
    "average_gross_exposure",
    "average_net_exposure",
    "average_margin_utilisation",
    "max_margin_utilisation",
    "min_liquidation_distance",
    "funding_of_gross_profit",
    "average_funding_apr",
    "futures_added_in",
];

const COUNT: &[&str] = &[
    "sharpe_trials",
    "sharpe_observations",
    "trades",
    "trades_long",
    "trades_short",
    "max_consecutive_wins",
    "max_consecutive_losses",
    "fills",
    "funding_settlements",
    "funding_assumed",
    "liquidations",
    "refused",
    "rotations",
];

/// The value of a metric named as in `comparison.csv`; a dash where it is not defined.
#[must_use]
pub fn said(name: &str, value: Option<f64>) -> String {
    let Some(known) = value else { return number(None) };
    if name.ends_with("_usd") {
        money(known)
    } else if name == "days" || name.ends_with("_days") {
        format!("{} days", grouped(known, 1))
    } else if COUNT.contains(&name) {
        grouped(known, 0)
    } else if is_percent(name) {
        percent(value)
    } else {
        number(value)
    }
}

fn is_percent(name: &str) -> bool {
    PERCENT.contains(&name) || name.ends_with("_total_return") || name.starts_with("excess_over_") || name.starts_with("survives_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_said_in_its_own_unit() {
        let told = |name, value| said(name, Some(value));
        assert_eq!(told("ulcer_index", 0.1234), "12.34 %");
        assert_eq!(told("survives_pessimistic", 0.5), "50.00 %");
        assert_eq!(told("static_total_return", -0.5), "−50.00 %");
        assert_eq!(told("capacity_usd", 2_500_000.0), "$2,500,000");
        assert_eq!(told("average_trade_days", 3.25), "3.2 days");
        assert_eq!(told("trades", 1_234.0), "1,234");
        assert_eq!(told("sharpe_btc", 1.234), "1.23");
        assert_eq!(said("ulcer_index", None), "–");
    }
}
