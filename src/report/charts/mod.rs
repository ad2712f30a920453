//! The pictures, and the only place that knows the drawing library. SVG is the form that is kept; PNG is made from it.
//!
//! Legible without colour: Okabe–Ito colours, names at the ends of lines, dash patterns. Series are thinned to a lowest and a highest point a column of
//! three pixels; plotters draws them on `backend`, and `pen` writes a picture in as few letters as it takes.

pub mod against;
mod backend;
pub mod bars;
pub mod bitmap;
pub mod buckets;
pub mod canvas;
pub mod coins;
pub mod contributions;
pub mod convergence;
mod curve;
pub mod flows;
pub mod frame;
pub mod frontier;
pub mod glyphs;
pub mod heat;
pub mod importance;
pub mod ladder;
pub mod margin;
pub mod overlay;
pub mod palette;
pub mod panel;
pub mod parallel;
pub mod pareto;
mod pen;
pub mod scale;
pub mod scatter;
pub mod sharpes;
pub mod sheet;
pub mod shocks;
pub mod single;
pub mod stages;
pub mod thin;
pub mod walk_forward;

use crate::market::Market;
use crate::replay::run::Run;
use crate::units::Usd;
use canvas::Svg;
use overlay::Overlay;
use panel::Series;

/// The pictures of one strategy, as SVG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pictures {
    pub equity: Svg,
    pub drawdown: Svg,
    pub buckets: Svg,
    /// Of a strategy that follows the life of narratives.
    pub narratives: Option<Svg>,
}

impl Pictures {
    /// The pictures of a run.
    #[must_use]
    pub fn of(market: &Market, run: &Run) -> Self {
        Self {
            equity: single::equity(market, run),
            drawdown: single::drawdown(market, run),
            buckets: buckets::buckets(market, run),
            narratives: stages::stages(market, run),
        }
    }

    /// Those that are drawn as PNG where it is asked for: what a chat or a slide takes.
    pub(crate) const AS_PNG: [&str; 2] = ["equity", "drawdown"];

    /// File stem and SVG.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let always = [("equity", &self.equity), ("drawdown", &self.drawdown), ("buckets", &self.buckets)];
        always.into_iter().chain(self.narratives.as_ref().map(|svg| ("narratives", svg))).map(|(name, svg)| (name, &**svg))
    }
}

/// Equity and drawdown of strategies of one batch over each other, `(equity, drawdown)`.
#[must_use]
pub(crate) fn overlays(market: &Market, runs: &[&Run]) -> (Svg, Svg) {
    let below = runs.first().map_or_else(String::new, |run| {
        let to = runs.iter().map(|run| run.clock.open(run.equity.len())).max().unwrap_or(run.clock.start);
        format!(
            "{}  ·  {} bars  ·  from {}",
            panel::period(run.clock.start, to),
            run.clock.bar,
            crate::report::number_format::money_of(run.capital)
        )
    });
    let overlay = Overlay {
        title: market.name.clone(),
        below,
        synthetic: market.synthetic,
        axis: "Equity, USD".to_string(),
        lines: runs.iter().map(|run| wealth(&run.strategy, run, &run.equity)).collect(),
        benchmark: runs
            .first()
            .filter(|run| run.benchmark.len() == run.equity.len())
            .map(|run| wealth(&format!("{} held", run.benchmark_name), run, &run.benchmark)),
    };
    (overlay.equity(), overlay.drawdown())
}

fn wealth(name: &str, run: &Run, column: &[Usd]) -> Series {
    Series {
        name: name.to_string(),
        times: (0..=column.len()).map(|t| run.clock.open(t).seconds() as f64).collect(),
        values: std::iter::once(run.capital).chain(column.iter().copied()).map(Usd::to_f64).collect(),
        ink: palette::line(0),
    }
}
