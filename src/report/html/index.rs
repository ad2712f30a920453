//! `index.html`: the batch side by side, as a comparison shows it, each strategy with the way to its tear sheet.

use std::fmt::Write;

use crate::evaluate::Evaluation;
use crate::market::Market;
use crate::report::charts::canvas::Svg;
use crate::report::files::folder_name;
use crate::report::html::comparison;
use crate::report::html::escape::{Html, tag, text};
use crate::report::html::page::{bullets, dim, dim_paragraph, paragraph};
use crate::report::loaded::{LoadedStrategy, ranked};
use crate::report::manifest::Manifest;
use crate::report::number_format::money_of;
use crate::report::settings::{self, Settings};
use crate::report::terminal::gathered;
use crate::report::verdict::batch_line;
use crate::report::versus::Versus;

/// The ranking of a batch.
const BY: &str = "sharpe";
/// Lines one can still tell apart in one picture.
const DRAWN: usize = 12;

/// A batch as it is laid side by side: what a comparison would read back from its folder.
pub struct Index<'a> {
    market: &'a Market,
    evaluations: &'a [Evaluation<'a>],
    all: Vec<LoadedStrategy>,
    order: Vec<usize>,
}

impl<'a> Index<'a> {
    /// Of the best, what was set and the curve are kept too.
    #[must_use]
    pub fn of(market: &'a Market, evaluations: &'a [Evaluation<'a>], manifest: &Manifest) -> Self {
        let mut all: Vec<LoadedStrategy> = evaluations.iter().map(|evaluation| one(market, evaluation)).collect();
        let order = ranked(&all, BY);
        let manifest = serde_json::to_value(manifest).unwrap_or_default();
        for &at in order.iter().take(DRAWN) {
            let run = evaluations[at].run;
            all[at].settings = settings::of(&manifest, &run.strategy);
            all[at].times = (1..=run.equity.len()).map(|t| run.clock.open(t).seconds() as f64).collect();
            all[at].equity.clone_from(&evaluations[at].curves.wealth);
        }
        Self { market, evaluations, all, order }
    }

    /// Positions of the runs that are drawn, the best first.
    #[must_use]
    pub fn drawn(&self) -> &[usize] {
        &self.order[..self.order.len().min(DRAWN)]
    }

    /// `index.html`; the two pictures are those of the runs that are drawn.
    #[must_use]
    pub fn page(&self, [equity, drawdown]: [&Svg; 2]) -> String {
        let ranked: Vec<&LoadedStrategy> = self.order.iter().map(|&at| &self.all[at]).collect();
        let cautions: Vec<(&str, &[String])> = self.all.iter().map(|one| (one.strategy.as_str(), one.cautions.as_slice())).collect();
        comparison::page(&comparison::Page {
            title: &self.market.name,
            synthetic: self.market.synthetic,
            head: head(self.market, self.evaluations),
            by: BY,
            versus: &Versus::of(&ranked[..self.drawn().len()]),
            ranked: &ranked,
            notes: &gathered(&cautions),
            market_notes: &self.market.cautions,
            equity,
            drawdown,
        })
    }
}

fn one(market: &Market, evaluation: &Evaluation) -> LoadedStrategy {
    let run = evaluation.run;
    let folder = folder_name(&run.strategy);
    LoadedStrategy {
        name: run.strategy.clone(),
        strategy: run.strategy.clone(),
        page: Some(format!("{}/report.html", address(&folder))),
        folder: folder.into(),
        market: market.name.clone(),
        synthetic: market.synthetic,
        from: run.clock.start,
        to: run.clock.open(run.equity.len()),
        capital: run.capital.to_f64(),
        metrics: evaluation.metrics.named(),
        cautions: run.cautions.iter().map(ToString::to_string).collect(),
        market_cautions: Vec::new(),
        settings: Settings::new(),
        times: Vec::new(),
        equity: Vec::new(),
        benchmark: None,
    }
}

fn head(market: &Market, evaluations: &[Evaluation]) -> Html {
    let runs = || evaluations.iter().map(|one| one.run);
    let verdict =
        batch_line(evaluations).map_or_else(Html::new, |line| tag("p").class("verdict").text(&format!("Verdict: {line}.")).line());
    let out = verdict + paragraph(&text(&market.about));
    let Some(run) = runs().next() else { return out };
    // One may have ended before the others.
    let to = runs().map(|run| run.clock.open(run.equity.len())).max().unwrap_or(run.clock.start);
    let sentence = format!(
        "{} to {} · {} bars · every strategy starts with {} · benchmark {}",
        run.clock.start.date(),
        to.date(),
        run.clock.bar,
        money_of(run.capital),
        run.benchmark_name,
    );
    let about = runs().filter(|run| !run.about.is_empty()).take(DRAWN);
    let entries = about.map(|run| tag("b").text(&run.strategy) + text(" ") + dim(&run.about));
    out + dim_paragraph(&text(&sentence)) + bullets(entries)
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
