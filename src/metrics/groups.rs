//! What a run was worth, in groups. Fractions unless a name says otherwise: `_usd` is money, `_days` is time. Undefined is `None`, never NaN.
//!
//! What a figure is called, its unit, and where it stands is its row of [`crate::metrics::table`].

use crate::metrics::bitcoin::InBitcoin;
use crate::metrics::trades::TradeStats;

/// All of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    pub returns: Returns,
    pub risk: Risk,
    pub drawdown: Drawdown,
    pub ratios: Ratios,
    pub evidence: Evidence,
    pub benchmark: AgainstBenchmark,
    pub bitcoin: InBitcoin,
    pub trades: TradeStats,
    pub exposure: Exposure,
    pub costs: Costs,
    pub funding: Funding,
    pub events: Events,
    /// What the run was seen against beside its benchmark; of metrics taken alone, nothing.
    pub tests: Tests,
}

/// What a run came to, in USD and as returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Returns {
    pub days: f64,
    pub start_equity_usd: f64,
    pub final_equity_usd: f64,
    pub net_profit_usd: f64,
    pub total_return: Option<f64>,
    pub cagr: Option<f64>,
    /// Mean daily return times the days of a year: arithmetic.
    pub annual_return: Option<f64>,
    pub best_day: Option<f64>,
    pub worst_day: Option<f64>,
    pub best_month: Option<f64>,
    pub worst_month: Option<f64>,
}

/// How far returns spread, and how bad the worst are.
#[derive(Clone, Debug, PartialEq)]
pub struct Risk {
    pub volatility: Option<f64>,
    pub downside_deviation: Option<f64>,
    pub value_at_risk_95: Option<f64>,
    pub conditional_value_at_risk_95: Option<f64>,
    pub skew: Option<f64>,
    pub kurtosis: Option<f64>,
}

/// How far equity fell from its peaks, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawdown {
    pub max_drawdown: Option<f64>,
    /// The largest fall from a peak in USD, which need not be that of the deepest drawdown: negative, or nought.
    pub max_loss_usd: Option<f64>,
    /// How far below the starting equity it was at worst: negative, or nought.
    pub max_loss_of_start_usd: Option<f64>,
    /// The longest stretch from a peak to its recovery (or the end), measured on bars.
    pub max_drawdown_duration_days: Option<f64>,
    /// The longest stretch of whole UTC days below a peak.
    pub longest_drawdown_days: Option<f64>,
    /// Mean over all bars of how far below the peak they closed.
    pub average_drawdown: Option<f64>,
    /// From the deepest close to the recovery of its peak; none where that never came.
    pub drawdown_recovery_days: Option<f64>,
    pub time_underwater: Option<f64>,
    pub ulcer_index: Option<f64>,
}

/// Return for risk.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratios {
    pub sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub calmar: Option<f64>,
    pub omega: Option<f64>,
    pub gain_to_pain: Option<f64>,
    pub ulcer_performance_index: Option<f64>,
    pub serenity_index: Option<f64>,
    pub recovery_factor: Option<f64>,
    pub tail_ratio: Option<f64>,
    pub stability: Option<f64>,
}

/// How far the Sharpe ratio can be believed.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// That the true Sharpe ratio is above nought.
    pub probabilistic_sharpe: Option<f64>,
    /// That it is above what the best of all that were tried beside it reaches by luck.
    pub deflated_sharpe: Option<f64>,
    /// How many those were, itself among them.
    pub sharpe_trials: usize,
    /// Daily returns behind the ratios.
    pub sharpe_observations: usize,
}

/// The run beside its benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct AgainstBenchmark {
    pub benchmark_return: Option<f64>,
    pub beta: Option<f64>,
    pub alpha: Option<f64>,
    pub correlation: Option<f64>,
    pub r_squared: Option<f64>,
    pub information_ratio: Option<f64>,
    pub tracking_error: Option<f64>,
    pub treynor: Option<f64>,
    pub up_capture: Option<f64>,
    pub down_capture: Option<f64>,
    /// Mean return of the days on which the benchmark rose, over its own there; and of those on which it fell.
    pub up_capture_arithmetic: Option<f64>,
    pub down_capture_arithmetic: Option<f64>,
}

/// How much was held, and how close it came to liquidation.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// Share of bars with anything held at the close.
    pub exposure_time: Option<f64>,
    pub average_gross_exposure: Option<f64>,
    pub average_net_exposure: Option<f64>,
    /// The largest gross exposure at any close.
    pub max_effective_leverage: Option<f64>,
    pub average_margin_utilisation: Option<f64>,
    pub max_margin_utilisation: Option<f64>,
    /// How near any perpetual came to liquidation, as a fraction of its mark, at the closes at which decisions are made.
    pub min_liquidation_distance: Option<f64>,
}

/// What was traded and what it cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    pub turnover_per_year: Option<f64>,
    pub volume_usd: f64,
    pub fills: usize,
    pub fees_usd: f64,
    pub slippage_usd: f64,
}

/// What perpetuals received and paid.
#[derive(Clone, Debug, PartialEq)]
pub struct Funding {
    /// At settled rates on file.
    pub received_usd: f64,
    /// At settled rates on file; positive.
    pub paid_usd: f64,
    /// Received less paid at the market's declared constant, where no rate is on file.
    pub assumed_usd: f64,
    pub net_usd: f64,
    /// Net funding over what winning trades gained.
    pub of_gross_profit: Option<f64>,
    pub average_apr: Option<f64>,
    pub settlements: usize,
    /// Settlements at the market's declared constant instead of an observed rate.
    pub assumed_settlements: usize,
}

/// Yield, and how often something happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    pub yield_usd: f64,
    pub liquidations: usize,
    /// Decisions in which a gate said no to something that was wanted.
    pub refused: usize,
    pub rotations: usize,
    pub average_narrative_days: Option<f64>,
}

/// Other uses of the capital, and other assumptions: each is there where it was asked for, or where the strategy has such a variant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tests {
    pub static_mix: Option<OtherUse>,
    pub without_futures: Option<OtherUse>,
    pub futures: Option<FuturesAdded>,
    pub scenarios: Option<Scenarios>,
}

/// Another use of the same capital.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherUse {
    pub total_return: Option<f64>,
    /// Arithmetic yearly return of the run less that of the other use.
    pub excess_annual_return: Option<f64>,
}

/// What futures added a year: the 95 % interval, and the share of resampled histories in which it was more than nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct FuturesAdded {
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub added_in: Option<f64>,
}

/// Shares of the return that are kept under harsher assumptions, and the capital at which half of what there was before costs is left.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenarios {
    pub realistic: Option<f64>,
    pub pessimistic: Option<f64>,
    pub double_costs: Option<f64>,
    pub triple_costs: Option<f64>,
    pub a_bar_later: Option<f64>,
    pub capacity_usd: Option<f64>,
    pub capacity_of_return_usd: Option<f64>,
}
