//! WHAT IT WAS WORTH: pure functions of a run. Definitions and sources: `fidelity.md` section 2.
//!
//! Ratios are taken on UTC calendar days, drawdowns on every bar, growth on elapsed time.

pub mod against;
pub mod blocks;
pub mod book;
pub mod bootstrap;
pub mod calendar;
pub mod coin;
pub mod confidence;
pub mod daily;
pub mod drawdown;
pub mod gains;
pub mod lots;
pub mod normal;
pub mod periods;
pub mod relative;
pub mod returns;
pub mod sharpe;
pub mod tail;
pub mod trades;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::metrics::sharpe::Trials;
use crate::replay::run::{PlainRule, Reason, Rule, Run, Verdict};
use crate::units::Usd;

/// Days of a year in which the market is open: all of them, never 252.
pub const DAYS_PER_YEAR: f64 = 365.0;
/// Days a curve must span before its growth is told as a yearly one.
pub const LEAST_DAYS_OF_GROWTH: f64 = 30.0;
/// Value at risk and its conditional form look at the worst twentieth.
const TAIL: f64 = 0.05;

/// The rule under which a bucket says that nobody is there to be held: nothing was wanted, so nothing was refused.
const NOTHING_TO_HOLD: Rule = Rule::Plain(PlainRule::Select);

/// Metrics of which less is better: costs, risks, fat tails, luck tried, and what was lost or refused. Of all others more is, or comes first where
/// neither is better ([`NEITHER_IS_BETTER`]). Drawdowns, tails and losses are negative, so that more is better there too.
pub const LESS_IS_BETTER: &[&str] = &[
    "volatility",
    "max_drawdown_duration_days",
    "longest_drawdown_days",
    "drawdown_recovery_days",
    "time_underwater",
    "ulcer_index",
    "downside_deviation",
    "kurtosis",
    "sharpe_trials",
    "tracking_error",
    "down_capture",
    "down_capture_arithmetic",
    "volatility_btc",
    "max_consecutive_losses",
    "max_effective_leverage",
    "average_margin_utilisation",
    "max_margin_utilisation",
    "turnover_per_year",
    "fees_usd",
    "slippage_usd",
    "funding_paid_usd",
    "average_funding_apr",
    "funding_assumed",
    "liquidations",
    "refused",
];

/// Metrics that say what kind of run it was and not how good: the most of it comes first in a ranking.
pub const NEITHER_IS_BETTER: &[&str] = &[
    "days",
    "start_equity_usd",
    "sharpe_observations",
    "benchmark_return",
    "beta",
    "correlation",
    "r_squared",
    "trades",
    "trades_long",
    "trades_short",
    "average_trade_days",
    "average_winner_days",
    "average_loser_days",
    "exposure_time",
    "average_gross_exposure",
    "average_net_exposure",
    "volume_usd",
    "fills",
    "funding_settlements",
    "rotations",
    "average_narrative_days",
    "static_total_return",
    "without_futures_total_return",
];

/// Fractions unless the name says otherwise: `_usd` is money, `_days` is time. Undefined is `None`, never NaN.
/// The order of the fields is the order of the columns of `comparison.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metrics {
    pub days: f64,
    pub final_equity_usd: f64,
    pub total_return: Option<f64>,
    pub cagr: Option<f64>,
    pub start_equity_usd: f64,
    pub net_profit_usd: f64,
    /// Mean daily return times the days of a year: arithmetic.
    pub annual_return: Option<f64>,
    pub volatility: Option<f64>,
    pub sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub calmar: Option<f64>,
    pub max_drawdown: Option<f64>,
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
    pub downside_deviation: Option<f64>,
    pub value_at_risk_95: Option<f64>,
    pub conditional_value_at_risk_95: Option<f64>,
    pub skew: Option<f64>,
    pub kurtosis: Option<f64>,
    pub omega: Option<f64>,
    pub gain_to_pain: Option<f64>,
    pub ulcer_performance_index: Option<f64>,
    pub serenity_index: Option<f64>,
    /// That the true Sharpe ratio is above nought.
    pub probabilistic_sharpe: Option<f64>,
    /// That it is above what the best of all that were tried beside it reaches by luck.
    pub deflated_sharpe: Option<f64>,
    /// How many those were, itself among them.
    pub sharpe_trials: usize,
    /// Daily returns behind the ratios.
    pub sharpe_observations: usize,
    pub recovery_factor: Option<f64>,
    pub tail_ratio: Option<f64>,
    pub stability: Option<f64>,
    pub best_day: Option<f64>,
    pub worst_day: Option<f64>,
    pub best_month: Option<f64>,
    pub worst_month: Option<f64>,
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
    /// Of the curve measured in bitcoin, where that is the benchmark.
    pub total_return_btc: Option<f64>,
    pub cagr_btc: Option<f64>,
    pub volatility_btc: Option<f64>,
    pub sharpe_btc: Option<f64>,
    pub max_drawdown_btc: Option<f64>,
    pub trades: usize,
    pub trades_long: usize,
    pub trades_short: usize,
    pub win_rate: Option<f64>,
    pub profit_factor: Option<f64>,
    pub expectancy_usd: Option<f64>,
    pub payoff_ratio: Option<f64>,
    pub average_win_usd: Option<f64>,
    pub average_loss_usd: Option<f64>,
    pub best_trade_usd: Option<f64>,
    pub worst_trade_usd: Option<f64>,
    pub average_trade_days: Option<f64>,
    pub average_winner_days: Option<f64>,
    pub average_loser_days: Option<f64>,
    pub max_consecutive_wins: usize,
    pub max_consecutive_losses: usize,
    pub profit_long_usd: f64,
    pub profit_short_usd: f64,
    pub sqn: Option<f64>,
    pub kelly: Option<f64>,
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
    pub turnover_per_year: Option<f64>,
    pub volume_usd: f64,
    pub fills: usize,
    pub fees_usd: f64,
    pub slippage_usd: f64,
    /// At settled rates on file.
    pub funding_received_usd: f64,
    /// At settled rates on file; positive.
    pub funding_paid_usd: f64,
    /// Received less paid at the market's declared constant, where no rate is on file.
    pub funding_assumed_usd: f64,
    pub funding_net_usd: f64,
    /// Net funding over what winning trades gained.
    pub funding_of_gross_profit: Option<f64>,
    pub average_funding_apr: Option<f64>,
    pub funding_settlements: usize,
    /// Settlements at the market's declared constant instead of an observed rate.
    pub funding_assumed: usize,
    pub yield_usd: f64,
    pub liquidations: usize,
    /// Decisions in which a gate said no to something that was wanted.
    pub refused: usize,
    pub rotations: usize,
    pub average_narrative_days: Option<f64>,
}

impl Metrics {
    /// Metrics by name, in the order of the fields.
    #[must_use]
    pub fn named(&self) -> Map<String, Value> {
        match serde_json::to_value(self).expect("metrics are finite numbers or nothing") {
            Value::Object(map) => map,
            _ => unreachable!("a struct is an object"),
        }
    }

    /// With the Sharpe ratio deflated by all that were tried beside it.
    #[must_use]
    pub fn among(self, trials: &Trials) -> Self {
        // One alone is held against nought, to the last bit as `probabilistic_sharpe` is.
        let deflated = if trials.count <= 1 { self.probabilistic_sharpe } else { self.held_against(trials.luck()) };
        Self { deflated_sharpe: deflated, sharpe_trials: trials.count, ..self }
    }

    /// Probability that the true Sharpe ratio lies above `benchmark`, per day.
    fn held_against(&self, benchmark: f64) -> Option<f64> {
        self.probabilistic_sharpe?;
        sharpe::probability(sharpe::per_day(self.sharpe?), benchmark, self.sharpe_observations, self.skew?, self.kurtosis?)
    }

    /// Of a strategy that was tried alone; of one among many, [`Self::among`] them.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let wealth: Vec<f64> = run.equity.iter().map(|e| e.to_f64()).collect();
        let capital = run.capital.to_f64();
        let years = run.clock.bar.days() * wealth.len() as f64 / DAYS_PER_YEAR;
        let total_return = growth(&wealth, capital);
        let cagr = total_return.and_then(|total| returns::cagr(total, years));
        let falls = drawdown::drawdowns(&wealth, capital);
        let max_drawdown = drawdown::max_drawdown(&falls);
        let stretches = drawdown::periods(&falls);
        let longest = stretches.iter().map(drawdown::Period::steps).max().unwrap_or(0);
        // The first of the deepest.
        let deepest = stretches.iter().copied().reduce(|a, b| if b.depth < a.depth { b } else { a });
        let days = daily::daily_returns(&run.clock, &run.equity, run.capital);
        let mut against = daily::daily_returns(&run.clock, &run.benchmark, run.capital);
        // After ruin there are no more days to compare.
        against.truncate(days.len());
        let year = DAYS_PER_YEAR;
        let daily_falls = drawdown::drawdowns(&daily::wealth(&days), 1.0);
        let longest_daily = drawdown::periods(&daily_falls).iter().map(|p| p.end - p.start + 1).max().unwrap_or(0);
        let ulcer_index = drawdown::ulcer_index(&falls);
        let (best_day, worst_day) = calendar::extremes(days.iter().copied());
        let months = calendar::months(calendar::first_day(&run.clock), &days);
        let (best_month, worst_month) = calendar::extremes(months.iter().map(|m| m.value));
        let (average_margin, max_margin) = book::margin_utilisation(&run.margin_used, &run.equity);
        let probabilistic_sharpe = sharpe::probabilistic_sharpe(&days, 0.0);
        let coin = coin::Coin::of(run, &days, &against);
        let stats = trades::trade_stats(&run.trades);
        let funding = book::funding_lines(&run.funding);
        let traded: f64 =
            run.fills.iter().filter(|f| !matches!(f.reason, Reason::Staking | Reason::Conversion)).map(|f| f.notional.to_f64().abs()).sum();
        let held = returns::mean(&wealth).unwrap_or(0.0);
        let benchmark: Vec<f64> = run.benchmark.iter().map(|e| e.to_f64()).collect();
        Self {
            days: run.clock.bar.days() * wealth.len() as f64,
            final_equity_usd: run.final_equity().to_f64(),
            total_return,
            cagr,
            start_equity_usd: capital,
            net_profit_usd: (run.final_equity() - run.capital).to_f64(),
            annual_return: returns::annual_return(&days, year),
            volatility: returns::volatility(&days, year),
            sharpe: returns::sharpe(&days, 0.0, year),
            sortino: returns::sortino(&days, 0.0, year),
            calmar: cagr.zip(max_drawdown).and_then(|(growth, fall)| returns::calmar(growth, fall)),
            max_drawdown,
            max_drawdown_duration_days: max_drawdown.map(|_| run.clock.bar.days() * longest as f64),
            longest_drawdown_days: max_drawdown.map(|_| longest_daily as f64),
            average_drawdown: drawdown::average_drawdown(&falls),
            drawdown_recovery_days: deepest.and_then(|p| p.recovery()).map(|steps| run.clock.bar.days() * steps as f64),
            time_underwater: drawdown::time_underwater(&falls),
            ulcer_index,
            downside_deviation: returns::downside_deviation(&days, 0.0, year),
            value_at_risk_95: returns::value_at_risk(&days, TAIL),
            conditional_value_at_risk_95: returns::conditional_value_at_risk(&days, TAIL),
            skew: returns::skew(&days),
            kurtosis: returns::kurtosis(&days),
            omega: returns::omega(&days, 0.0),
            gain_to_pain: periods::gain_to_pain(&days),
            ulcer_performance_index: total_return.zip(ulcer_index).and_then(|(r, u)| drawdown::ulcer_performance_index(r, u)),
            serenity_index: drawdown::serenity_index(&days, &daily_falls),
            probabilistic_sharpe,
            deflated_sharpe: probabilistic_sharpe,
            sharpe_trials: Trials::ALONE.count,
            sharpe_observations: days.len(),
            recovery_factor: max_drawdown.and_then(|fall| periods::recovery_factor(&days, fall)),
            tail_ratio: returns::tail_ratio(&days),
            stability: periods::stability(&days),
            best_day,
            worst_day,
            best_month,
            worst_month,
            benchmark_return: growth(&benchmark, capital),
            beta: relative::beta(&days, &against),
            alpha: relative::alpha(&days, &against, year),
            correlation: relative::correlation(&days, &against),
            r_squared: relative::r_squared(&days, &against),
            information_ratio: relative::information_ratio(&days, &against, year),
            tracking_error: relative::tracking_error(&days, &against, year),
            treynor: relative::treynor(&days, &against),
            up_capture: relative::up_capture(&days, &against, year),
            down_capture: relative::down_capture(&days, &against, year),
            up_capture_arithmetic: relative::mean_capture(&days, &against, |b| b > 0.0),
            down_capture_arithmetic: relative::mean_capture(&days, &against, |b| b < 0.0),
            total_return_btc: coin.total_return,
            cagr_btc: coin.total_return.and_then(|total| returns::cagr(total, years)),
            volatility_btc: coin.volatility,
            sharpe_btc: coin.sharpe,
            max_drawdown_btc: coin.max_drawdown,
            trades: stats.total,
            trades_long: stats.long,
            trades_short: stats.short,
            win_rate: stats.win_rate,
            profit_factor: stats.profit_factor,
            expectancy_usd: stats.expectancy,
            payoff_ratio: stats.payoff,
            average_win_usd: stats.average_win,
            average_loss_usd: stats.average_loss,
            best_trade_usd: stats.best,
            worst_trade_usd: stats.worst,
            average_trade_days: stats.average_days,
            average_winner_days: stats.average_winner_days,
            average_loser_days: stats.average_loser_days,
            max_consecutive_wins: stats.consecutive_wins,
            max_consecutive_losses: stats.consecutive_losses,
            profit_long_usd: stats.long_pnl,
            profit_short_usd: stats.short_pnl,
            sqn: stats.sqn,
            kelly: stats.kelly,
            exposure_time: book::exposure_time(&run.gross_exposure),
            average_gross_exposure: book::average_exposure(&run.gross_exposure),
            average_net_exposure: book::average_exposure(&run.net_exposure),
            max_effective_leverage: book::max_exposure(&run.gross_exposure),
            average_margin_utilisation: average_margin,
            max_margin_utilisation: max_margin,
            min_liquidation_distance: book::min_liquidation_distance(&run.exposure),
            turnover_per_year: book::turnover(traded, held, years),
            volume_usd: traded,
            fills: run.fills.len(),
            fees_usd: run.fills.iter().map(|f| f.fee).sum::<Usd>().to_f64(),
            slippage_usd: run.fills.iter().map(|f| f.slippage).sum::<Usd>().to_f64(),
            funding_received_usd: funding.received.to_f64(),
            funding_paid_usd: (-funding.paid).to_f64(),
            funding_assumed_usd: funding.assumed.to_f64(),
            funding_net_usd: funding.total().to_f64(),
            funding_of_gross_profit: returns::gain(returns::ratio(stats.gross_profit, capital))
                .and_then(|_| returns::ratio(funding.total().to_f64(), stats.gross_profit)),
            average_funding_apr: book::average_funding_apr(&run.funding),
            funding_settlements: run.funding.len(),
            funding_assumed: run.funding.iter().filter(|p| p.assumed).count(),
            yield_usd: run.yields.iter().map(|y| y.amount).sum::<Usd>().to_f64(),
            liquidations: run.liquidations.len(),
            refused: run.decisions.iter().filter(|d| d.verdict == Verdict::Refused && d.rule() != NOTHING_TO_HOLD).count(),
            rotations: run.rotations.len(),
            average_narrative_days: trades::average_narrative_days(&run.trades),
        }
    }
}

/// Total return of a run, by itself.
#[must_use]
pub fn total_return(run: &Run) -> Option<f64> {
    growth(&run.equity.iter().map(|e| e.to_f64()).collect::<Vec<_>>(), run.capital.to_f64())
}

/// Final over starting wealth less one; a run that touched zero stays lost.
fn growth(wealth: &[f64], capital: f64) -> Option<f64> {
    if wealth.iter().any(|w| *w <= 0.0) {
        return Some(-1.0);
    }
    wealth.last().and_then(|last| returns::ratio(*last, capital)).map(|times| times - 1.0)
}
