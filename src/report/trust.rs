//! What a result stands on, check by check: whether each holds, what was found, and which section of the page has the rest.

use std::collections::BTreeSet;

use crate::evaluate::Evaluation;
use crate::market::Market;
use crate::replay::run::{Run, Survival};
use crate::report::number_format::{count, percent};
use crate::report::self_test_text;
use crate::units::{InstrumentId, Usd};

/// Above this share of missing bars, or of funding at an assumed rate, a check does not hold.
const SMALL: f64 = 0.01;
/// From this probability on a Sharpe ratio is more than luck.
const SURE: f64 = 0.95;

/// Whether a check holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Holds,
    Fails,
    /// The report alone cannot tell: a command does.
    NotTested,
}

/// One line of the box.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub mark: Mark,
    pub name: &'static str,
    /// What was found, in words; between backticks stands code.
    pub found: String,
    /// The section of the page that has the rest.
    pub section: &'static str,
}

/// Every check that applies to the run.
#[must_use]
pub fn checks(market: &Market, evaluation: &Evaluation) -> Vec<Check> {
    let run = evaluation.run;
    let check = |holds: bool, name, section, found| Check { mark: if holds { Mark::Holds } else { Mark::Fails }, name, found, section };
    let not_tested = |name, section, command: &str| {
        let found = format!("not tested by the run itself: `{command}`");
        Check { mark: Mark::NotTested, name, found, section }
    };
    let mut all = vec![check(
        !market.synthetic,
        "Real prices",
        "limits",
        if market.synthetic { "the data are made up" } else { "the market is not marked as synthetic" }.to_owned(),
    )];
    let (missing, bars) = coverage(market, run);
    let share = missing as f64 / bars.max(1) as f64;
    let found = format!("{} of {} bars of what was traded are missing ({})", count(missing), count(bars), percent(Some(share)));
    all.push(check(share <= SMALL, "Data coverage", "survivors", found));
    all.extend(assumed_funding(run).map(|share| {
        let found = format!("{} of funding paid + received is at an assumed rate", percent(Some(share)));
        check(share <= SMALL, "Observed funding", "limits", found)
    }));
    let survival = Survival::of(market);
    let ended = survival.listings - survival.survivors;
    let found = format!("{} of {} listings ended inside the market", count(ended), count(survival.listings));
    all.push(check(ended > 0, "Dead coins are in the data", "survivors", found));
    let evidence = &evaluation.metrics.evidence;
    let tried = if evidence.sharpe_trials > 1 { format!(" ({} tried)", count(evidence.sharpe_trials)) } else { String::new() };
    let found = format!("deflated Sharpe ratio {}{tried}, {} is asked for", percent(evidence.deflated_sharpe), percent(Some(SURE)));
    all.push(check(evidence.deflated_sharpe.is_some_and(|sure| sure >= SURE), "More than luck", "metrics", found));
    all.extend(run.assumptions.iter().find_map(|assumption| {
        let kind = assumption.is_optimistic()?;
        Some(check(!kind, "Costs are not flattered", "assumptions", assumption.to_string()))
    }));
    let asked = |name, found: Option<(Option<bool>, String)>| match found {
        Some((Some(holds), found)) => check(holds, name, "limits", found),
        Some((None, found)) => Check { mark: Mark::NotTested, name, found, section: "limits" },
        None => not_tested(name, "limits", "rotate run STRATEGY.toml --self-test"),
    };
    let tested = evaluation.self_test.as_ref();
    all.push(asked("No look-ahead", tested.map(self_test_text::lookahead)));
    all.push(asked("No bar wrongly skipped", tested.map(self_test_text::bar_by_bar).map(|(holds, found)| (Some(holds), found))));
    all.push(not_tested("Re-created to the byte", "limits", "rotate verify DIR"));
    all
}

/// Missing bars and all bars, inside the listings of what the run traded and inside its window.
fn coverage(market: &Market, run: &Run) -> (usize, usize) {
    let traded: BTreeSet<InstrumentId> = run.fills.iter().map(|fill| fill.instrument).collect();
    let end = market.first + run.equity.len();
    let window = |id: InstrumentId| {
        let segments = &market.panel.segments[id.index()];
        segments.iter().flat_map(move |segment| segment.first.max(market.first)..segment.end.min(end)).map(move |bar| (id, bar))
    };
    let bars = || traded.iter().flat_map(|id| window(*id));
    (bars().filter(|(id, bar)| !market.panel.trades(*id, *bar)).count(), bars().count())
}

/// The share of all funding that moved which is at the market's declared constant; nothing where none moved.
fn assumed_funding(run: &Run) -> Option<f64> {
    let sum = |assumed_alone: bool| -> Usd {
        run.funding.iter().filter(|payment| payment.assumed || !assumed_alone).map(|payment| payment.payment.abs()).sum()
    };
    let all = sum(false);
    all.is_positive().then(|| sum(true).to_f64() / all.to_f64())
}
