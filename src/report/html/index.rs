//! `index.html`: the batch side by side, as a comparison shows it, each strategy with the way to its tear sheet.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::market::Market;
use crate::replay::run::Run;
use crate::report::charts::canvas::Svg;
use crate::report::compare::ranked;
use crate::report::html::comparison;
use crate::report::html::escape::{Html, text};
use crate::report::html::page::{bullets, dim, dim_paragraph, paragraph};
use crate::report::manifest::Manifest;
use crate::report::reading::Told;
use crate::report::settings::{self, Settings};
use crate::report::terminal;
use crate::report::versus::Versus;
use crate::report::words::money_of;
use crate::report::write::folder_name;

/// The ranking of a batch.
const BY: &str = "sharpe";
/// Lines one can still tell apart in one picture.
const DRAWN: usize = 12;

/// A batch as it is laid side by side: what a comparison would read back from its folder.
pub struct Index {
    told: Vec<Told>,
    order: Vec<usize>,
}

impl Index {
    /// `metrics` are those of the runs, by name. Of the best, what was set and the curve are kept too.
    #[must_use]
    pub fn of(market: &Market, runs: &[Run], metrics: Vec<Map<String, Value>>, manifest: &Manifest) -> Self {
        let mut told: Vec<Told> = runs.iter().zip(metrics).map(|(run, metrics)| one(market, run, metrics)).collect();
        let order = ranked(&told, BY);
        let manifest = serde_json::to_value(manifest).unwrap_or_default();
        for &at in order.iter().take(DRAWN) {
            let run = &runs[at];
            told[at].settings = settings::of(&manifest, &run.strategy);
            told[at].times = (1..=run.equity.len()).map(|t| run.clock.open(t).seconds() as f64).collect();
            told[at].equity = run.equity.iter().map(|equity| equity.to_f64()).collect();
        }
        Self { told, order }
    }

    /// Positions of the runs that are drawn, the best first.
    #[must_use]
    pub fn drawn(&self) -> &[usize] {
        &self.order[..self.order.len().min(DRAWN)]
    }

    #[must_use]
    pub fn page(&self, market: &Market, runs: &[Run], [equity, drawdown]: [&Svg; 2]) -> String {
        let ranked: Vec<&Told> = self.order.iter().map(|&at| &self.told[at]).collect();
        comparison::page(&comparison::Page {
            title: &market.name,
            synthetic: market.synthetic,
            head: head(market, runs),
            by: BY,
            versus: &Versus::of(&ranked[..self.drawn().len()]),
            ranked: &ranked,
            notes: &terminal::cautions(runs),
            market_notes: &market.cautions,
            equity,
            drawdown,
        })
    }
}

fn one(market: &Market, run: &Run, metrics: Map<String, Value>) -> Told {
    let folder = folder_name(&run.strategy);
    Told {
        name: run.strategy.clone(),
        strategy: run.strategy.clone(),
        page: Some(format!("{}/report.html", address(&folder))),
        folder: folder.into(),
        market: market.name.clone(),
        synthetic: market.synthetic,
        from: run.clock.start,
        to: run.clock.open(run.equity.len()),
        capital: run.capital.to_f64(),
        metrics,
        cautions: run.cautions.clone(),
        market_cautions: Vec::new(),
        settings: Settings::new(),
        times: Vec::new(),
        equity: Vec::new(),
        benchmark: None,
    }
}

fn head(market: &Market, runs: &[Run]) -> Html {
    let out = paragraph(&text(&market.about));
    let Some(run) = runs.first() else { return out };
    // One may have ended before the others.
    let to = runs.iter().map(|run| run.clock.open(run.equity.len())).max().unwrap_or(run.clock.start);
    let told = format!(
        "{} to {} · {} bars · every strategy starts with {} · benchmark {}",
        run.clock.start.date(),
        to.date(),
        run.clock.bar,
        money_of(run.capital),
        run.benchmark_name,
    );
    let about = runs.iter().filter(|run| !run.about.is_empty()).take(DRAWN);
    let entries = about.map(|run| text(&run.strategy) + text(" ") + dim(&run.about));
    out + dim_paragraph(&text(&told)) + bullets(entries)
}

/// A folder name inside an address: anything beyond plain letters is percent-encoded.
fn address(folder: &str) -> String {
    let mut out = String::new();
    for byte in folder.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
