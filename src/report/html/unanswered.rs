//! What this page does not answer. Each line is true of this run; what does not apply is not said.

use std::collections::BTreeSet;

use crate::market::{Kind, Market};
use crate::replay::run::{Run, STAKING};
use crate::report::html::escape::{Html, coded, tag, text};
use crate::report::html::page::bullets;
use crate::report::words::{grouped, money_of};
use crate::report::write::Told;
use crate::units::{InstrumentId, Usd};

/// A list a professional can hold against his own questions.
pub(super) fn unanswered(piece: &Told) -> Html {
    let entry = |(question, answer): (&str, String)| tag("b").text(question) + text(" ") + coded(&answer);
    bullets(questions(piece).into_iter().map(entry))
}

fn questions(piece: &Told) -> Vec<(&'static str, String)> {
    let (market, run) = (piece.market, piece.run);
    let mut list = Vec::new();
    if market.synthetic {
        list.push(("Real prices.", "All data are made up: nothing here says what a strategy would have earned anywhere.".to_string()));
    }
    list.extend(of_the_venue(market, run));
    list.extend(of_the_data(market, run));
    list.extend(of_the_future(run));
    if piece.stress.ladder.is_none() {
        let set = run.assumptions.iter().find(|(name, _)| name == "assumptions").map_or("one", |(_, value)| value.as_str());
        list.push(("Other assumptions.", format!("The run stands on `{set}`; `rotate run --ladder` says how much of it survives others.")));
    }
    list
}

/// Perpetuals the run has traded, in the order of the market.
fn perpetuals(market: &Market, run: &Run) -> Vec<InstrumentId> {
    let traded: BTreeSet<InstrumentId> = run.fills.iter().map(|fill| fill.instrument).collect();
    traded.into_iter().filter(|id| market.instrument(*id).kind == Kind::Perp).collect()
}

fn of_the_venue(market: &Market, run: &Run) -> Vec<(&'static str, String)> {
    let in_force = |name: &str| run.assumptions.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let mut list = vec![
        (
            "Order books and queues.",
            "Fills come from bars and volumes: how deep the book was, and how long an order would have stood in the queue, is not known."
                .to_string(),
        ),
        (
            "What came first inside a bar.",
            format!("A bar of {} has four prices; between them a path is assumed, and stops and targets hang on it.", run.clock.bar),
        ),
        (
            "A venue that fails.",
            "No halt, no frozen withdrawal, no default of an exchange, a custodian or a stablecoin's issuer.".to_string(),
        ),
        ("The dollar.", format!("{} counts as one US dollar throughout.", market.quote)),
    ];
    let perpetuals = perpetuals(market, run);
    if perpetuals.is_empty() {
        return list;
    }
    if in_force("auto-deleveraging").is_none_or(|told| told.starts_with("not modelled")) {
        list.push((
            "Auto-deleveraging.",
            "A profitable position is never taken away in a crash; `rotate run --set assumptions.adl_crash=0.3` tries it.".to_string(),
        ));
    }
    let few = |pick: fn(&Market, InstrumentId) -> bool| perpetuals.iter().filter(|id| pick(market, **id)).count();
    let all = perpetuals.len();
    let none = few(|market, id| market.tiers[id.index()].is_empty());
    if none > 0 {
        let told = format!("No margin brackets are known for {none} of the {all} perpetuals traded: a stated default stands in.");
        list.push(("The venue's margin brackets.", told));
    }
    let once = few(|market, id| market.tiers[id.index()].len() == 1);
    if once > 0 {
        let told = format!("For {once} of the {all} perpetuals traded one table serves for all time; venues change theirs.");
        list.push(("Brackets as they were.", told));
    }
    let unmarked = few(|market, id| market.panel.marked_bars.get(id.index()).is_none_or(|bars| *bars == 0));
    if unmarked > 0 {
        let told = format!(
            "No mark prices are known for {unmarked} of the {all} perpetuals traded: liquidations hang on last prices, whose wicks are longer."
        );
        list.push(("Mark prices.", told));
    }
    list
}

fn of_the_data(market: &Market, run: &Run) -> Vec<(&'static str, String)> {
    let mut list = vec![(
        "Coins that were never in the folder.",
        "Whoever made it chose them, perhaps knowing what became of them; the survivorship audit sees only those that are in it."
            .to_string(),
    )];
    if run.trades.iter().any(|trade| trade.narrative.is_some()) {
        let told = "Labels are set by hand, with hindsight; whether somebody would have named a narrative on that day is not known.";
        list.push(("Who knew the narratives.", told.to_string()));
    }
    let assumed: Usd = run.funding.iter().filter(|payment| payment.assumed).map(|payment| payment.payment.abs()).sum();
    if assumed.is_positive() {
        let told =
            format!("{} of it, paid and received, is at the declared constant rate, not at one that was observed.", money_of(assumed));
        list.push(("The true funding.", told));
    }
    let capless = market.caps.iter().filter(|facts| facts.is_empty()).count();
    if capless > 0 {
        let told = format!(
            "No market cap is known as of any day for {} of {} coins: their size class is the folder's word.",
            capless,
            market.caps.len()
        );
        list.push(("How large the coins were.", told));
    }
    list
}

fn of_the_future(run: &Run) -> Vec<(&'static str, String)> {
    let mut list = vec![
        (
            "Luck with parameters.",
            "One set of parameters was run. Whether its neighbours do as well, and what is left outside the sample: `rotate tune STRATEGY.toml`."
                .to_string(),
        ),
        ("Reading ahead.", "`rotate check --lookahead` cuts off the future and looks for what changes; this page does not.".to_string()),
        ("Tax.", "Nothing is deducted, and no figure here is made for a tax return.".to_string()),
        ("Orders of others.", "The strategy's own size moves its own fills, but nobody answers to them.".to_string()),
    ];
    let years = run.clock.years();
    if years < 4.0 {
        let told = format!(
            "{} years are shorter than a cycle of this market; the intervals know nothing of days unlike these.",
            grouped(years, 1)
        );
        list.push(("Another cycle.", told));
    }
    if run.fills.iter().any(|fill| fill.reason == STAKING) {
        list.push(("Staked coins.", "Staked coins are sold at once here: no unbonding time, no slashing.".to_string()));
    }
    list
}
