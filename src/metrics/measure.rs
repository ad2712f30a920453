//! A run measured, a group of metrics a function.

use crate::metrics::bitcoin::InBitcoin;
use crate::metrics::curves::Curves;
use crate::metrics::groups::{
    AgainstBenchmark, Costs, Drawdown, Events, Evidence, Exposure, Funding, Metrics, Ratios, Returns, Risk, Tests,
};
use crate::metrics::part::Part;
use crate::metrics::sharpe::Trials;
use crate::metrics::trades::{self, TradeStats, trade_stats};
use crate::metrics::{DAYS_PER_YEAR, LEAST_DAYS_OF_GROWTH, book, calendar, daily, drawdown, growth, periods, relative, returns, sharpe};
use crate::replay::run::{PlainRule, Reason, Rule, Run, Verdict};
use crate::units::Usd;

/// Value at risk and its conditional form look at the worst twentieth.
const TAIL: f64 = 0.05;
/// The rule under which a bucket says that nobody is there to be held: nothing was wanted, so nothing was refused.
const NOTHING_TO_HOLD: Rule = Rule::Plain(PlainRule::Select);

impl Metrics {
    /// Of a strategy that was tried alone; of one among many, [`Self::among`] them.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        Self::of_curves(run, &Curves::of(run))
    }

    /// The same with the run's curves at hand.
    #[must_use]
    pub fn of_curves(run: &Run, curves: &Curves) -> Self {
        Self::measured(&Part::whole(run), curves)
    }

    /// Of some bars of a run.
    #[must_use]
    pub fn of_part(part: &Part) -> Self {
        Self::measured(part, &Curves::of_part(part))
    }

    fn measured(run: &Part, curves: &Curves) -> Self {
        let years = run.clock.bar.days() * curves.wealth.len() as f64 / DAYS_PER_YEAR;
        let returns = returns_of(run, curves, years);
        // Of whole days, where the drawdowns of a report are of bars.
        let daily_falls = drawdown::drawdowns(&daily::wealth(&curves.days), 1.0);
        let drawdown = drawdown_of(run, curves, &daily_falls);
        let trades = trade_stats(&run.trades);
        Self {
            risk: risk_of(&curves.days),
            ratios: ratios_of(&curves.days, &daily_falls, &returns, &drawdown),
            evidence: Evidence::alone(&curves.days),
            benchmark: against_benchmark(run, curves),
            bitcoin: InBitcoin::of(run, years, &curves.days, &curves.benchmark_days),
            exposure: exposure_of(run),
            costs: costs_of(run, curves, years),
            funding: funding_of(run, &trades),
            events: events_of(run),
            tests: Tests::default(),
            returns,
            drawdown,
            trades,
        }
    }

    /// With the Sharpe ratio deflated by all that were tried beside it.
    #[must_use]
    pub fn among(self, trials: &Trials) -> Self {
        // One alone is held against nought, to the last bit as `probabilistic_sharpe` is.
        let deflated = if trials.count <= 1 { self.evidence.probabilistic_sharpe } else { self.held_against(trials.luck()) };
        let evidence = Evidence { deflated_sharpe: deflated, sharpe_trials: trials.count, ..self.evidence };
        Self { evidence, ..self }
    }

    /// Probability that the true Sharpe ratio lies above `benchmark`, per day.
    fn held_against(&self, benchmark: f64) -> Option<f64> {
        self.evidence.probabilistic_sharpe?;
        let (ratio, observations) = (sharpe::per_day(self.ratios.sharpe?), self.evidence.sharpe_observations);
        sharpe::probability(ratio, benchmark, observations, self.risk.skew?, self.risk.kurtosis?)
    }

    /// Whether the run lasted long enough that its growth may be shown as a yearly one.
    #[must_use]
    pub fn lasts(&self) -> bool {
        self.returns.days >= LEAST_DAYS_OF_GROWTH
    }

    /// Growth a year as it is shown: not of a run of a few days.
    #[must_use]
    pub fn shown_cagr(&self) -> Option<f64> {
        self.returns.cagr.filter(|_| self.lasts())
    }

    /// As metrics are shown: what a few days would make of a year is not.
    #[must_use]
    pub fn shown(mut self) -> Self {
        if !self.lasts() {
            (self.returns.cagr, self.ratios.calmar, self.bitcoin.cagr) = (None, None, None);
        }
        self
    }
}

impl Evidence {
    fn alone(days: &[f64]) -> Self {
        let probabilistic_sharpe = sharpe::probabilistic_sharpe(days, 0.0);
        Self {
            probabilistic_sharpe,
            deflated_sharpe: probabilistic_sharpe,
            sharpe_trials: Trials::ALONE.count,
            sharpe_observations: days.len(),
        }
    }
}

fn returns_of(run: &Part, curves: &Curves, years: f64) -> Returns {
    let capital = run.capital.to_f64();
    let total_return = growth(&curves.wealth, capital);
    let (best_day, worst_day) = calendar::extremes(curves.days.iter().copied());
    let (best_month, worst_month) = calendar::extremes(curves.months.iter().map(|m| m.value));
    Returns {
        days: run.clock.bar.days() * curves.wealth.len() as f64,
        start_equity_usd: capital,
        final_equity_usd: run.final_equity().to_f64(),
        net_profit_usd: (run.final_equity() - run.capital).to_f64(),
        total_return,
        cagr: total_return.and_then(|total| returns::cagr(total, years)),
        annual_return: returns::annual_return(&curves.days, DAYS_PER_YEAR),
        best_day,
        worst_day,
        best_month,
        worst_month,
    }
}

fn risk_of(days: &[f64]) -> Risk {
    Risk {
        volatility: returns::volatility(days, DAYS_PER_YEAR),
        downside_deviation: returns::downside_deviation(days, 0.0, DAYS_PER_YEAR),
        value_at_risk_95: returns::value_at_risk(days, TAIL),
        conditional_value_at_risk_95: returns::conditional_value_at_risk(days, TAIL),
        skew: returns::skew(days),
        kurtosis: returns::kurtosis(days),
    }
}

fn drawdown_of(run: &Part, curves: &Curves, daily_falls: &[f64]) -> Drawdown {
    let (falls, stretches) = (&curves.drawdown, &curves.drawdown_periods);
    let max_drawdown = drawdown::max_drawdown(falls);
    let longest = stretches.iter().map(drawdown::Period::steps).max().unwrap_or(0);
    let longest_daily = drawdown::periods(daily_falls).iter().map(|p| p.end - p.start + 1).max().unwrap_or(0);
    // The first of the deepest.
    let deepest = stretches.iter().copied().reduce(|a, b| if b.depth < a.depth { b } else { a });
    let capital = run.capital.to_f64();
    // Whole millionths again, as the equity is.
    let exact = |amount: f64| Usd::round(amount).to_f64();
    Drawdown {
        max_drawdown,
        max_loss_usd: max_drawdown.map(|_| exact(drawdown::largest_loss(&curves.wealth, capital).map_or(0.0, |loss| loss.amount))),
        max_loss_of_start_usd: max_drawdown.map(|_| exact(drawdown::loss_of_start(&curves.wealth, capital))),
        max_drawdown_duration_days: max_drawdown.map(|_| run.clock.bar.days() * longest as f64),
        longest_drawdown_days: max_drawdown.map(|_| longest_daily as f64),
        average_drawdown: drawdown::average_drawdown(falls),
        drawdown_recovery_days: deepest.and_then(|p| p.recovery()).map(|steps| run.clock.bar.days() * steps as f64),
        time_underwater: drawdown::time_underwater(falls),
        ulcer_index: drawdown::ulcer_index(falls),
    }
}

fn ratios_of(days: &[f64], daily_falls: &[f64], growth: &Returns, falls: &Drawdown) -> Ratios {
    let max_drawdown = falls.max_drawdown;
    Ratios {
        sharpe: returns::sharpe(days, 0.0, DAYS_PER_YEAR),
        sortino: returns::sortino(days, 0.0, DAYS_PER_YEAR),
        calmar: growth.cagr.zip(max_drawdown).and_then(|(growth, fall)| returns::calmar(growth, fall)),
        omega: returns::omega(days, 0.0),
        gain_to_pain: periods::gain_to_pain(days),
        ulcer_performance_index: growth.total_return.zip(falls.ulcer_index).and_then(|(r, u)| drawdown::ulcer_performance_index(r, u)),
        serenity_index: drawdown::serenity_index(days, daily_falls),
        recovery_factor: max_drawdown.and_then(|fall| periods::recovery_factor(days, fall)),
        tail_ratio: returns::tail_ratio(days),
        stability: periods::stability(days),
    }
}

fn against_benchmark(run: &Part, curves: &Curves) -> AgainstBenchmark {
    let (days, against, year) = (&curves.days, &curves.benchmark_days, DAYS_PER_YEAR);
    let benchmark: Vec<f64> = run.benchmark.iter().map(|e| e.to_f64()).collect();
    AgainstBenchmark {
        benchmark_return: growth(&benchmark, run.capital.to_f64()),
        beta: relative::beta(days, against),
        alpha: relative::alpha(days, against, year),
        correlation: relative::correlation(days, against),
        r_squared: relative::r_squared(days, against),
        information_ratio: relative::information_ratio(days, against, year),
        tracking_error: relative::tracking_error(days, against, year),
        treynor: relative::treynor(days, against),
        up_capture: relative::up_capture(days, against, year),
        down_capture: relative::down_capture(days, against, year),
        up_capture_arithmetic: relative::mean_capture(days, against, |b| b > 0.0),
        down_capture_arithmetic: relative::mean_capture(days, against, |b| b < 0.0),
    }
}

fn exposure_of(run: &Part) -> Exposure {
    let (average_margin, max_margin) = book::margin_utilisation(run.margin_used, run.equity);
    Exposure {
        exposure_time: book::exposure_time(run.gross_exposure),
        average_gross_exposure: book::average_exposure(run.gross_exposure),
        average_net_exposure: book::average_exposure(run.net_exposure),
        max_effective_leverage: book::max_exposure(run.gross_exposure),
        average_margin_utilisation: average_margin,
        max_margin_utilisation: max_margin,
        min_liquidation_distance: book::min_liquidation_distance(run.exposure),
    }
}

fn costs_of(run: &Part, curves: &Curves, years: f64) -> Costs {
    let (mut traded, mut fees, mut slippage) = (0.0, Usd::ZERO, Usd::ZERO);
    for fill in run.fills {
        if !matches!(fill.reason, Reason::Staking | Reason::Conversion) {
            traded += fill.notional.to_f64().abs();
        }
        fees += fill.fee;
        slippage += fill.slippage;
    }
    let held = returns::mean(&curves.wealth).unwrap_or(0.0);
    Costs {
        turnover_per_year: book::turnover(traded, held, years),
        volume_usd: traded,
        fills: run.fills.len(),
        fees_usd: fees.to_f64(),
        slippage_usd: slippage.to_f64(),
    }
}

fn funding_of(run: &Part, trades: &TradeStats) -> Funding {
    let settled = book::Settled::of(run.funding);
    let lines = settled.lines;
    Funding {
        received_usd: lines.received.to_f64(),
        paid_usd: (-lines.paid).to_f64(),
        assumed_usd: lines.assumed.to_f64(),
        net_usd: lines.total().to_f64(),
        of_gross_profit: returns::gain(returns::ratio(trades.gross_profit, run.capital.to_f64()))
            .and_then(|_| returns::ratio(lines.total().to_f64(), trades.gross_profit)),
        average_apr: settled.average_apr(),
        settlements: run.funding.len(),
        assumed_settlements: settled.assumed,
    }
}

fn events_of(run: &Part) -> Events {
    Events {
        yield_usd: run.yields.iter().map(|y| y.amount).sum::<Usd>().to_f64(),
        liquidations: run.liquidations.len(),
        refused: run.decisions.iter().filter(|d| d.verdict == Verdict::Refused && d.rule() != NOTHING_TO_HOLD).count(),
        rotations: run.rotations.len(),
        average_narrative_days: trades::average_narrative_days(&run.trades),
    }
}
