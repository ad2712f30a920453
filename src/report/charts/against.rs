//! The run over what it is measured against.

use crate::market::Market;
use crate::replay::run::Run;
use crate::report::charts::canvas::Svg;
use crate::report::charts::overlay::Overlay;
use crate::report::charts::panel::period;
use crate::report::charts::wealth;
use crate::stress::Stress;

/// Equity of the run, of the same allocation held statically, of the same strategy without its futures; the coin behind them. Nothing of a run
/// that no replay stands beside.
#[must_use]
pub fn against(market: &Market, run: &Run, stress: &Stress) -> Option<Svg> {
    let named = |key: &str| match key {
        "static" => "static mix",
        _ => "without perps",
    };
    let mut lines = vec![wealth(&run.strategy, run, &run.equity)];
    lines.extend(stress.replayed().map(|other| wealth(named(other.key), run, &other.equity)));
    let overlay = Overlay {
        title: "Strategy and benchmarks".to_string(),
        below: period(run.clock.start, run.clock.open(run.equity.len())),
        synthetic: market.synthetic,
        axis: "Equity, USD".to_string(),
        benchmark: Some(wealth(&format!("{} held", run.benchmark_name), run, &run.benchmark)),
        lines,
    };
    (overlay.lines.len() > 1).then(|| overlay.equity())
}
