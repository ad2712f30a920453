//! Every metric in one row: what it is called, in what unit, whether more of it is better, and where it stands. Columns of `comparison.csv`, keys of
//! `summary.json`, cards of the page, rankings, the terminal's table and the list in `reports/README.md` follow from these rows.

use serde_json::{Map, Value, json};

use crate::metrics::groups::{FuturesAdded, Metrics, OtherUse, Scenarios};

/// What a number counts, and so how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A fraction that people read as per cent.
    Percent,
    /// A number without a unit.
    Ratio,
    Usd,
    Days,
    Count,
}

/// Which way is better. Drawdowns, tails and losses are negative, so that more of them is better too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    More,
    /// Of costs, risks, fat tails, luck tried, and what was lost or refused.
    Less,
    /// It says what kind of run it was and not how good: the most of it comes first in a ranking.
    Neither,
}

/// Metrics that are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Return,
    Risk,
    Ratios,
    Benchmark,
    Trades,
    Exposure,
    Costs,
    Bitcoin,
    /// What the run was seen against: the page has sections of its own for it.
    Tests,
}

impl Group {
    /// In the order in which they are shown.
    pub const ALL: [Self; 9] =
        [Self::Return, Self::Risk, Self::Ratios, Self::Benchmark, Self::Trades, Self::Exposure, Self::Costs, Self::Bitcoin, Self::Tests];

    /// What the group is called on a page.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Return => "Return",
            Self::Risk => "Risk",
            Self::Ratios => "Ratios",
            Self::Benchmark => "Against the benchmark",
            Self::Trades => "Trades",
            Self::Exposure => "Exposure",
            Self::Costs => "Costs and funding",
            Self::Bitcoin => "Measured in bitcoin",
            Self::Tests => "Benchmarks and stress tests",
        }
    }

    /// Its metrics, in the order of the table.
    pub fn metrics(self) -> impl Iterator<Item = &'static Metric> {
        METRICS.iter().filter(move |metric| metric.group == self)
    }
}

/// The value of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    Count(usize),
    /// None where it is not defined.
    Number(Option<f64>),
    /// Not asked for, or of no such strategy: it has no key and no column.
    Absent,
}

impl Figure {
    /// The number; `None` where it is undefined or absent.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        match self {
            Self::Count(count) => Some(count as f64),
            Self::Number(value) => value,
            Self::Absent => None,
        }
    }
}

impl From<Option<f64>> for Figure {
    fn from(value: Option<f64>) -> Self {
        Self::Number(value)
    }
}

impl From<f64> for Figure {
    fn from(value: f64) -> Self {
        Self::Number(Some(value))
    }
}

impl From<usize> for Figure {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

/// A column of the terminal's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalColumn {
    /// Short, since there is little room.
    pub head: &'static str,
    /// From the left.
    pub place: u8,
    /// A narrow terminal does without the columns of the highest number first; nought always stays.
    pub spared: u8,
    /// Gains are green and losses red.
    pub coloured: bool,
}

/// One row of the table.
pub struct Metric {
    /// As in `comparison.csv` and `summary.json`.
    pub name: &'static str,
    /// On the page.
    pub label: &'static str,
    pub unit: Unit,
    pub better: Better,
    pub group: Group,
    pub get: fn(&Metrics) -> Figure,
    /// Its heading in the table of a comparison, where it has a column there.
    pub column: Option<&'static str>,
    /// Its column on the terminal, where it has one.
    pub terminal: Option<TerminalColumn>,
}

impl Metric {
    const fn column(mut self, heading: &'static str) -> Self {
        self.column = Some(heading);
        self
    }

    const fn terminal(mut self, place: u8, spared: u8, head: &'static str) -> Self {
        self.terminal = Some(TerminalColumn { head, place, spared, coloured: false });
        self
    }

    /// The same in colour.
    const fn coloured(mut self, place: u8, spared: u8, head: &'static str) -> Self {
        self.terminal = Some(TerminalColumn { head, place, spared, coloured: true });
        self
    }
}

const fn row(name: &'static str, label: &'static str, unit: Unit, better: Better, group: Group, get: fn(&Metrics) -> Figure) -> Metric {
    Metric { name, label, unit, better, group, get, column: None, terminal: None }
}

/// The metric of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

/// Whether a ranking by that metric begins with the least.
#[must_use]
pub fn least_first(name: &str) -> bool {
    named(name).is_some_and(|metric| metric.better == Better::Less)
}

/// The metrics of the terminal's table, from the left.
#[must_use]
pub fn of_terminal() -> Vec<(&'static Metric, TerminalColumn)> {
    let mut all: Vec<_> = METRICS.iter().filter_map(|metric| Some((metric, metric.terminal?))).collect();
    all.sort_by_key(|(_, column)| column.place);
    all
}

impl Metrics {
    /// By name, in the order of the table; counts are whole numbers, what is not defined is null, what is absent is not there.
    #[must_use]
    pub fn named(&self) -> Map<String, Value> {
        let value = |metric: &Metric| match (metric.get)(self) {
            Figure::Count(count) => Some(json!(count)),
            Figure::Number(value) => Some(json!(value)),
            Figure::Absent => None,
        };
        METRICS.iter().filter_map(|metric| Some((metric.name.to_owned(), value(metric)?))).collect()
    }
}

fn other(found: Option<&OtherUse>, get: fn(&OtherUse) -> Option<f64>) -> Figure {
    found.map_or(Figure::Absent, |found| get(found).into())
}

fn added(metrics: &Metrics, get: fn(&FuturesAdded) -> Option<f64>) -> Figure {
    metrics.tests.futures.as_ref().map_or(Figure::Absent, |found| get(found).into())
}

fn kept(metrics: &Metrics, get: fn(&Scenarios) -> Option<f64>) -> Figure {
    metrics.tests.scenarios.as_ref().map_or(Figure::Absent, |found| get(found).into())
}

use Better::{Less, More, Neither};
use Unit::{Count, Days, Percent, Ratio, Usd};

/// The order of the rows is the order of the columns.
#[rustfmt::skip]
pub const METRICS: &[Metric] = &[
    row("days", "Duration", Days, Neither, Group::Return, |m| m.returns.days.into()),
    row("final_equity_usd", "End equity", Usd, More, Group::Return, |m| m.returns.final_equity_usd.into()),
    row("total_return", "Total return", Percent, More, Group::Return, |m| m.returns.total_return.into()).column("return").coloured(1, 0, "return"),
    row("cagr", "CAGR", Percent, More, Group::Return, |m| m.returns.cagr.into()).column("CAGR").coloured(2, 3, "CAGR"),
    row("start_equity_usd", "Start equity", Usd, Neither, Group::Return, |m| m.returns.start_equity_usd.into()),
    row("net_profit_usd", "Net profit", Usd, More, Group::Return, |m| m.returns.net_profit_usd.into()),
    row("annual_return", "Annual return (arithmetic)", Percent, More, Group::Return, |m| m.returns.annual_return.into()),
    row("volatility", "Volatility (ann.)", Percent, Less, Group::Risk, |m| m.risk.volatility.into()).column("volatility"),
    row("sharpe", "Sharpe", Ratio, More, Group::Ratios, |m| m.ratios.sharpe.into()).column("Sharpe").coloured(3, 1, "Sharpe"),
    row("sortino", "Sortino", Ratio, More, Group::Ratios, |m| m.ratios.sortino.into()).column("Sortino"),
    row("calmar", "Calmar", Ratio, More, Group::Ratios, |m| m.ratios.calmar.into()).column("Calmar"),
    row("max_drawdown", "Max drawdown", Percent, More, Group::Risk, |m| m.drawdown.max_drawdown.into()).column("max drawdown").terminal(4, 2, "max DD"),
    row("max_loss_usd", "Max loss, peak to trough", Usd, More, Group::Risk, |m| m.drawdown.max_loss_usd.into()).column("max loss"),
    row("max_loss_of_start_usd", "Max loss below the start", Usd, More, Group::Risk, |m| m.drawdown.max_loss_of_start_usd.into()),
    row("max_drawdown_duration_days", "Max drawdown duration", Days, Less, Group::Risk, |m| m.drawdown.max_drawdown_duration_days.into()),
    row("longest_drawdown_days", "Longest drawdown, whole days", Days, Less, Group::Risk, |m| m.drawdown.longest_drawdown_days.into()),
    row("average_drawdown", "Average drawdown", Percent, More, Group::Risk, |m| m.drawdown.average_drawdown.into()),
    row("drawdown_recovery_days", "Drawdown recovery", Days, Less, Group::Risk, |m| m.drawdown.drawdown_recovery_days.into()),
    row("time_underwater", "Time underwater", Percent, Less, Group::Risk, |m| m.drawdown.time_underwater.into()),
    row("ulcer_index", "Ulcer index", Percent, Less, Group::Risk, |m| m.drawdown.ulcer_index.into()),
    row("downside_deviation", "Downside deviation", Percent, Less, Group::Risk, |m| m.risk.downside_deviation.into()),
    row("value_at_risk_95", "VaR 95 % (daily)", Percent, More, Group::Risk, |m| m.risk.value_at_risk_95.into()),
    row("conditional_value_at_risk_95", "CVaR 95 % (daily)", Percent, More, Group::Risk, |m| m.risk.conditional_value_at_risk_95.into()),
    row("skew", "Skew", Ratio, More, Group::Risk, |m| m.risk.skew.into()),
    row("kurtosis", "Kurtosis (normal: 3)", Ratio, Less, Group::Risk, |m| m.risk.kurtosis.into()),
    row("omega", "Omega", Ratio, More, Group::Ratios, |m| m.ratios.omega.into()),
    row("gain_to_pain", "Gain/pain", Ratio, More, Group::Ratios, |m| m.ratios.gain_to_pain.into()),
    row("ulcer_performance_index", "Ulcer performance index", Ratio, More, Group::Ratios, |m| m.ratios.ulcer_performance_index.into()),
    row("serenity_index", "Serenity index", Ratio, More, Group::Ratios, |m| m.ratios.serenity_index.into()),
    row("probabilistic_sharpe", "Probabilistic Sharpe", Percent, More, Group::Ratios, |m| m.evidence.probabilistic_sharpe.into()),
    row("deflated_sharpe", "Deflated Sharpe", Percent, More, Group::Ratios, |m| m.evidence.deflated_sharpe.into()).column("deflated Sharpe"),
    row("sharpe_trials", "… deflated by so many tried", Count, Less, Group::Ratios, |m| m.evidence.sharpe_trials.into()),
    row("sharpe_observations", "… of so many daily returns", Count, Neither, Group::Ratios, |m| m.evidence.sharpe_observations.into()),
    row("recovery_factor", "Recovery factor", Ratio, More, Group::Ratios, |m| m.ratios.recovery_factor.into()),
    row("tail_ratio", "Tail ratio", Ratio, More, Group::Ratios, |m| m.ratios.tail_ratio.into()),
    row("stability", "Stability (R² on log paper)", Ratio, More, Group::Ratios, |m| m.ratios.stability.into()),
    row("best_day", "Best day", Percent, More, Group::Return, |m| m.returns.best_day.into()),
    row("worst_day", "Worst day", Percent, More, Group::Return, |m| m.returns.worst_day.into()),
    row("best_month", "Best month", Percent, More, Group::Return, |m| m.returns.best_month.into()),
    row("worst_month", "Worst month", Percent, More, Group::Return, |m| m.returns.worst_month.into()),
    row("benchmark_return", "Benchmark return", Percent, Neither, Group::Benchmark, |m| m.benchmark.benchmark_return.into()),
    row("beta", "Beta", Ratio, Neither, Group::Benchmark, |m| m.benchmark.beta.into()).column("beta"),
    row("alpha", "Alpha (ann.)", Percent, More, Group::Benchmark, |m| m.benchmark.alpha.into()).column("alpha"),
    row("correlation", "Correlation", Ratio, Neither, Group::Benchmark, |m| m.benchmark.correlation.into()),
    row("r_squared", "R²", Ratio, Neither, Group::Benchmark, |m| m.benchmark.r_squared.into()),
    row("information_ratio", "Information ratio", Ratio, More, Group::Benchmark, |m| m.benchmark.information_ratio.into()),
    row("tracking_error", "Tracking error", Percent, Less, Group::Benchmark, |m| m.benchmark.tracking_error.into()),
    row("treynor", "Treynor", Ratio, More, Group::Benchmark, |m| m.benchmark.treynor.into()),
    row("up_capture", "Up capture, compounded", Ratio, More, Group::Benchmark, |m| m.benchmark.up_capture.into()),
    row("down_capture", "Down capture, compounded", Ratio, Less, Group::Benchmark, |m| m.benchmark.down_capture.into()),
    row("up_capture_arithmetic", "Up capture, means", Ratio, More, Group::Benchmark, |m| m.benchmark.up_capture_arithmetic.into()),
    row("down_capture_arithmetic", "Down capture, means", Ratio, Less, Group::Benchmark, |m| m.benchmark.down_capture_arithmetic.into()),
    row("total_return_btc", "Total return", Percent, More, Group::Bitcoin, |m| m.bitcoin.total_return.into()),
    row("cagr_btc", "CAGR", Percent, More, Group::Bitcoin, |m| m.bitcoin.cagr.into()),
    row("volatility_btc", "Volatility (ann.)", Percent, Less, Group::Bitcoin, |m| m.bitcoin.volatility.into()),
    row("sharpe_btc", "Sharpe", Ratio, More, Group::Bitcoin, |m| m.bitcoin.sharpe.into()),
    row("max_drawdown_btc", "Max drawdown", Percent, More, Group::Bitcoin, |m| m.bitcoin.max_drawdown.into()),
    row("trades", "Total trades", Count, Neither, Group::Trades, |m| m.trades.total.into()).column("trades"),
    row("trades_long", "Long", Count, Neither, Group::Trades, |m| m.trades.long.into()),
    row("trades_short", "Short", Count, Neither, Group::Trades, |m| m.trades.short.into()),
    row("win_rate", "Win rate", Percent, More, Group::Trades, |m| m.trades.win_rate.into()).column("win rate"),
    row("profit_factor", "Profit factor", Ratio, More, Group::Trades, |m| m.trades.profit_factor.into()),
    row("expectancy_usd", "Expectancy", Usd, More, Group::Trades, |m| m.trades.expectancy.into()),
    row("payoff_ratio", "Payoff ratio", Ratio, More, Group::Trades, |m| m.trades.payoff.into()),
    row("average_win_usd", "Average win", Usd, More, Group::Trades, |m| m.trades.average_win.into()),
    row("average_loss_usd", "Average loss", Usd, More, Group::Trades, |m| m.trades.average_loss.into()),
    row("best_trade_usd", "Best trade", Usd, More, Group::Trades, |m| m.trades.best.into()),
    row("worst_trade_usd", "Worst trade", Usd, More, Group::Trades, |m| m.trades.worst.into()),
    row("average_trade_days", "Average duration", Days, Neither, Group::Trades, |m| m.trades.average_days.into()),
    row("average_winner_days", "… of winners", Days, Neither, Group::Trades, |m| m.trades.average_winner_days.into()),
    row("average_loser_days", "… of losers", Days, Neither, Group::Trades, |m| m.trades.average_loser_days.into()),
    row("max_consecutive_wins", "Max consecutive wins", Count, More, Group::Trades, |m| m.trades.consecutive_wins.into()),
    row("max_consecutive_losses", "Max consecutive losses", Count, Less, Group::Trades, |m| m.trades.consecutive_losses.into()),
    row("profit_long_usd", "Profit long", Usd, More, Group::Trades, |m| m.trades.long_pnl.into()),
    row("profit_short_usd", "Profit short", Usd, More, Group::Trades, |m| m.trades.short_pnl.into()),
    row("sqn", "SQN", Ratio, More, Group::Trades, |m| m.trades.sqn.into()),
    row("kelly", "Kelly", Percent, More, Group::Trades, |m| m.trades.kelly.into()),
    row("exposure_time", "Exposure time", Percent, Neither, Group::Exposure, |m| m.exposure.exposure_time.into()),
    row("average_gross_exposure", "Average gross exposure", Percent, Neither, Group::Exposure, |m| m.exposure.average_gross_exposure.into()),
    row("average_net_exposure", "Average net exposure", Percent, Neither, Group::Exposure, |m| m.exposure.average_net_exposure.into()),
    row("max_effective_leverage", "Max effective leverage", Ratio, Less, Group::Exposure, |m| m.exposure.max_effective_leverage.into()),
    row("average_margin_utilisation", "Margin utilisation, mean", Percent, Less, Group::Exposure, |m| m.exposure.average_margin_utilisation.into()),
    row("max_margin_utilisation", "Margin utilisation, max", Percent, Less, Group::Exposure, |m| m.exposure.max_margin_utilisation.into()),
    row("min_liquidation_distance", "Min distance to liquidation", Percent, More, Group::Exposure, |m| m.exposure.min_liquidation_distance.into()),
    row("turnover_per_year", "Turnover a year", Ratio, Less, Group::Costs, |m| m.costs.turnover_per_year.into()).column("turnover"),
    row("volume_usd", "Total volume", Usd, Neither, Group::Costs, |m| m.costs.volume_usd.into()),
    row("fills", "Fills", Count, Neither, Group::Costs, |m| m.costs.fills.into()),
    row("fees_usd", "Total fees", Usd, Less, Group::Costs, |m| m.costs.fees_usd.into()).column("fees").terminal(6, 5, "fees"),
    row("slippage_usd", "Slippage", Usd, Less, Group::Costs, |m| m.costs.slippage_usd.into()),
    row("funding_received_usd", "Funding received", Usd, More, Group::Costs, |m| m.funding.received_usd.into()),
    row("funding_paid_usd", "Funding paid", Usd, Less, Group::Costs, |m| m.funding.paid_usd.into()),
    row("funding_assumed_usd", "Funding assumed, net", Usd, More, Group::Costs, |m| m.funding.assumed_usd.into()),
    row("funding_net_usd", "Net funding", Usd, More, Group::Costs, |m| m.funding.net_usd.into()).column("funding").terminal(5, 4, "funding"),
    row("funding_of_gross_profit", "… of gross profit", Percent, More, Group::Costs, |m| m.funding.of_gross_profit.into()),
    row("average_funding_apr", "Average funding APR while held", Percent, Less, Group::Costs, |m| m.funding.average_apr.into()),
    row("funding_settlements", "Settlements", Count, Neither, Group::Costs, |m| m.funding.settlements.into()),
    row("funding_assumed", "… at an assumed rate", Count, Less, Group::Costs, |m| m.funding.assumed_settlements.into()),
    row("yield_usd", "Yield", Usd, More, Group::Costs, |m| m.events.yield_usd.into()),
    row("liquidations", "Liquidations", Count, Less, Group::Trades, |m| m.events.liquidations.into()).column("liquidations").coloured(7, 6, "liq"),
    row("refused", "Rejected signals", Count, Less, Group::Trades, |m| m.events.refused.into()),
    row("rotations", "Rotation count", Count, Neither, Group::Exposure, |m| m.events.rotations.into()),
    row("average_narrative_days", "Average narrative holding", Days, Neither, Group::Exposure, |m| m.events.average_narrative_days.into()),
    row("static_total_return", "Static mix, total return", Percent, Neither, Group::Tests, |m| other(m.tests.static_mix.as_ref(), |o| o.total_return)),
    row("excess_over_static", "Over the static mix a year", Percent, More, Group::Tests, |m| other(m.tests.static_mix.as_ref(), |o| o.excess_annual_return)).column("over static a year"),
    row("without_futures_total_return", "Without futures, total return", Percent, Neither, Group::Tests, |m| other(m.tests.without_futures.as_ref(), |o| o.total_return)),
    row("excess_over_without_futures", "Over no futures a year", Percent, More, Group::Tests, |m| other(m.tests.without_futures.as_ref(), |o| o.excess_annual_return)).column("over no futures a year"),
    row("excess_over_without_futures_low", "… its interval from", Percent, More, Group::Tests, |m| added(m, |f| f.low)).column("its interval from"),
    row("excess_over_without_futures_high", "… to", Percent, More, Group::Tests, |m| added(m, |f| f.high)).column("to"),
    row("futures_added_in", "Futures added in", Percent, More, Group::Tests, |m| added(m, |f| f.added_in)).column("futures added in"),
    row("return_kept_realistic", "Return kept, realistic", Percent, More, Group::Tests, |m| kept(m, |s| s.realistic)).column("kept if realistic"),
    row("return_kept_pessimistic", "Return kept, pessimistic", Percent, More, Group::Tests, |m| kept(m, |s| s.pessimistic)).column("kept if pessimistic"),
    row("return_kept_double_costs", "Return kept at 2x costs", Percent, More, Group::Tests, |m| kept(m, |s| s.double_costs)).column("kept at 2x costs"),
    row("return_kept_triple_costs", "Return kept at 3x costs", Percent, More, Group::Tests, |m| kept(m, |s| s.triple_costs)).column("kept at 3x costs"),
    row("return_kept_a_bar_later", "Return kept a bar later", Percent, More, Group::Tests, |m| kept(m, |s| s.a_bar_later)).column("kept a bar later"),
    row("capacity_usd", "Capacity", Usd, More, Group::Tests, |m| kept(m, |s| s.capacity_usd)).column("capacity"),
    row("capacity_of_return_usd", "Capacity by return", Usd, More, Group::Tests, |m| kept(m, |s| s.capacity_of_return_usd)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_metric_has_one_row_and_a_unit_that_fits_its_name() {
        let names: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), METRICS.len(), "two rows of one name");
        for metric in METRICS {
            assert_eq!(metric.name.ends_with("_usd"), metric.unit == Unit::Usd, "{}", metric.name);
            assert_eq!(metric.name == "days" || metric.name.ends_with("_days"), metric.unit == Unit::Days, "{}", metric.name);
            let labels = METRICS.iter().filter(|other| other.group == metric.group && other.label == metric.label).count();
            assert_eq!(labels, 1, "two metrics called {} in one card", metric.label);
        }
    }

    #[test]
    fn columns_of_the_terminal_have_a_place_and_a_turn_each() {
        let columns = of_terminal();
        let numbers = |of: fn(&TerminalColumn) -> u8| columns.iter().map(|(_, column)| of(column)).collect::<BTreeSet<u8>>();
        assert_eq!((numbers(|c| c.place).len(), numbers(|c| c.spared).len()), (columns.len(), columns.len()));
        assert_eq!(columns[0].1.spared, 0, "the first always stays");
        assert!(columns.iter().all(|(metric, _)| metric.column.is_some()), "what a terminal shows a comparison shows");
    }
}
