//! The metrics of a strategy in the groups and by the names their readers know.

use crate::metrics::Metrics;
use crate::metrics::confidence::Confidence;
use crate::report::words::{count as whole, grouped, money, number, percent};

/// A heading and its rows of name and value.
pub(super) type Group = (&'static str, Vec<Vec<String>>);

pub(super) fn groups(m: &Metrics, sure: Option<&Confidence>) -> Vec<Group> {
    let mut all = vec![
        ("Return", returns(m, sure)),
        ("Risk", risk(m)),
        ("Ratios", ratios(m, sure)),
        ("Trades", trades(m)),
        ("Exposure, costs and funding", exposure(m)),
    ];
    if m.total_return_btc.is_some() {
        all.push(("Measured in bitcoin", in_bitcoin(m)));
    }
    all
}

fn row(name: &str, value: String) -> Vec<String> {
    vec![name.to_string(), value]
}

fn days(value: Option<f64>) -> String {
    value.map_or_else(|| number(None), |d| format!("{} days", grouped(d, 1)))
}

fn usd(value: Option<f64>) -> String {
    value.map_or_else(|| number(None), money)
}

fn returns(m: &Metrics, sure: Option<&Confidence>) -> Vec<Vec<String>> {
    let range =
        sure.and_then(|c| c.cagr).map_or_else(|| number(None), |i| format!("{} to {}", percent(Some(i.low)), percent(Some(i.high))));
    vec![
        row("Duration", days(Some(m.days))),
        row("Start equity", money(m.start_equity_usd)),
        row("End equity", money(m.final_equity_usd)),
        row("Net profit", money(m.net_profit_usd)),
        row("Total return", percent(m.total_return)),
        row("CAGR", percent(m.cagr)),
        row("CAGR, 95 % interval", range),
        row("Annual return (arithmetic)", percent(m.annual_return)),
        row("Benchmark return", percent(m.benchmark_return)),
        row("Best day", percent(m.best_day)),
        row("Worst day", percent(m.worst_day)),
        row("Best month", percent(m.best_month)),
        row("Worst month", percent(m.worst_month)),
    ]
}

fn risk(m: &Metrics) -> Vec<Vec<String>> {
    vec![
        row("Volatility (ann.)", percent(m.volatility)),
        row("Downside deviation", percent(m.downside_deviation)),
        row("Max drawdown", percent(m.max_drawdown)),
        row("Max drawdown duration", days(m.max_drawdown_duration_days)),
        row("Longest drawdown days", days(m.longest_drawdown_days)),
        row("Drawdown recovery", days(m.drawdown_recovery_days)),
        row("Average drawdown", percent(m.average_drawdown)),
        row("Time underwater", percent(m.time_underwater)),
        row("Ulcer index", percent(m.ulcer_index)),
        row("VaR 95 % (daily)", percent(m.value_at_risk_95)),
        row("CVaR 95 % (daily)", percent(m.conditional_value_at_risk_95)),
        row("Skew", number(m.skew)),
        row("Kurtosis (normal: 3)", number(m.kurtosis)),
    ]
}

fn ratios(m: &Metrics, sure: Option<&Confidence>) -> Vec<Vec<String>> {
    let range =
        sure.and_then(|c| c.sharpe).map_or_else(|| number(None), |i| format!("{} to {}", number(Some(i.low)), number(Some(i.high))));
    vec![
        row("Sharpe", number(m.sharpe)),
        row("Sharpe, 95 % interval", range),
        row("Probabilistic Sharpe", percent(m.probabilistic_sharpe)),
        row(&format!("Deflated Sharpe (of {} tried)", m.sharpe_trials), percent(m.deflated_sharpe)),
        row("Sortino", number(m.sortino)),
        row("Calmar", number(m.calmar)),
        row("Omega", number(m.omega)),
        row("Gain/pain", number(m.gain_to_pain)),
        row("Ulcer performance index", number(m.ulcer_performance_index)),
        row("Serenity index", number(m.serenity_index)),
        row("Tail ratio", number(m.tail_ratio)),
        row("Recovery factor", number(m.recovery_factor)),
        row("Stability (R² on log paper)", number(m.stability)),
        row("Beta", number(m.beta)),
        row("Alpha (ann.)", percent(m.alpha)),
        row("Correlation", number(m.correlation)),
        row("R²", number(m.r_squared)),
        row("Information ratio", number(m.information_ratio)),
        row("Tracking error", percent(m.tracking_error)),
        row("Treynor", number(m.treynor)),
        row("Up / down capture, means", format!("{} / {}", number(m.up_capture_arithmetic), number(m.down_capture_arithmetic))),
        row("Up / down capture, compounded", format!("{} / {}", number(m.up_capture), number(m.down_capture))),
    ]
}

fn trades(m: &Metrics) -> Vec<Vec<String>> {
    vec![
        row("Total trades", whole(m.trades)),
        row("Long / short", format!("{} / {}", whole(m.trades_long), whole(m.trades_short))),
        row("Profit long / short", format!("{} / {}", money(m.profit_long_usd), money(m.profit_short_usd))),
        row("Win rate", percent(m.win_rate)),
        row("Profit factor", number(m.profit_factor)),
        row("Expectancy", usd(m.expectancy_usd)),
        row("SQN", number(m.sqn)),
        row("Payoff ratio", number(m.payoff_ratio)),
        row("Kelly", percent(m.kelly)),
        row("Average win", usd(m.average_win_usd)),
        row("Average loss", usd(m.average_loss_usd)),
        row("Best trade", usd(m.best_trade_usd)),
        row("Worst trade", usd(m.worst_trade_usd)),
        row("Average duration", days(m.average_trade_days)),
        row("… of winners / losers", format!("{} / {}", days(m.average_winner_days), days(m.average_loser_days))),
        row("Max consecutive wins / losses", format!("{} / {}", m.max_consecutive_wins, m.max_consecutive_losses)),
        row("Rejected signals", whole(m.refused)),
        row("Liquidations", whole(m.liquidations)),
    ]
}

fn exposure(m: &Metrics) -> Vec<Vec<String>> {
    vec![
        row("Exposure time", percent(m.exposure_time)),
        row("Average gross / net exposure", format!("{} / {}", percent(m.average_gross_exposure), percent(m.average_net_exposure))),
        row("Max effective leverage", number(m.max_effective_leverage)),
        row("Margin utilisation, mean / max", format!("{} / {}", percent(m.average_margin_utilisation), percent(m.max_margin_utilisation))),
        row("Min distance to liquidation", percent(m.min_liquidation_distance)),
        row("Turnover a year", number(m.turnover_per_year)),
        row("Total volume", money(m.volume_usd)),
        row("Total fees", money(m.fees_usd)),
        row("Slippage", money(m.slippage_usd)),
        row("Funding received", money(m.funding_received_usd)),
        row("Funding paid", money(m.funding_paid_usd)),
        row("Funding assumed, net", money(m.funding_assumed_usd)),
        row("Net funding", money(m.funding_net_usd)),
        row("… of gross profit", percent(m.funding_of_gross_profit)),
        row("Average funding APR while held", percent(m.average_funding_apr)),
        row("Settlements (assumed)", format!("{} ({})", whole(m.funding_settlements), whole(m.funding_assumed))),
        row("Rotation count", whole(m.rotations)),
        row("Average narrative holding", days(m.average_narrative_days)),
    ]
}

/// What the curve looks like to somebody who counts in coins: holding the coin is standing still.
fn in_bitcoin(m: &Metrics) -> Vec<Vec<String>> {
    vec![
        row("Total return", percent(m.total_return_btc)),
        row("CAGR", percent(m.cagr_btc)),
        row("Volatility (ann.)", percent(m.volatility_btc)),
        row("Sharpe", number(m.sharpe_btc)),
        row("Max drawdown", percent(m.max_drawdown_btc)),
    ]
}
