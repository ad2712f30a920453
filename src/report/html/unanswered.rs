//! What this page does not answer. Each line is true of this run; what does not apply is not said.

use std::collections::BTreeSet;

use crate::market::{Kind, Market};
use crate::replay::run::{Assumption, Reason, Run};
use crate::report::html::escape::{Html, coded, tag, text};
use crate::report::html::page::bullets;
use crate::report::input::ReportInput;
use crate::report::number_format::{grouped, money_of};
use crate::units::{InstrumentId, Usd};

/// A list a professional can hold against his own questions.
pub(super) fn unanswered(piece: &ReportInput) -> Html {
    let entry = |(question, answer): (&str, String)| tag("b").text(question) + text(" ") + coded(&answer);
    bullets(questions(piece).into_iter().map(entry))
}

fn questions(piece: &ReportInput) -> Vec<(&'static str, String)> {
    let (market, run) = (piece.market, piece.evaluation.run);
    let mut list = Vec::new();
    if market.synthetic {
        list.push((
            "Real prices.",
            "All data are made up: nothing here says what a strategy would have earned on a real market.".to_string(),
        ));
    }
    list.extend(of_the_venue(market, run));
    list.extend(of_the_data(market, run));
    list.extend(of_the_future(run));
    if piece.evaluation.stress.ladder.is_none() {
        let named = run.assumptions.iter().find(|assumption| matches!(assumption, Assumption::Set { .. }));
        let set = named.map_or_else(|| "one".to_string(), ToString::to_string);
        list.push((
            "Other assumptions.",
            format!("The run uses the assumptions `{set}`; `rotate run --ladder` shows how much of the return is kept under others."),
        ));
    }
    list
}

/// Perpetuals the run has traded, in the order of the market.
fn perpetuals(market: &Market, run: &Run) -> Vec<InstrumentId> {
    let traded: BTreeSet<InstrumentId> = run.fills.iter().map(|fill| fill.instrument).collect();
    traded.into_iter().filter(|id| market.instrument(*id).kind == Kind::Perp).collect()
}

fn of_the_venue(market: &Market, run: &Run) -> Vec<(&'static str, String)> {
    let mut list = vec![
        (
            "Order books and queues.",
            "Fills come from bars and volumes: the depth of the book, and the time in its queue, are not known."
                .to_string(),
        ),
        (
            "What came first inside a bar.",
            format!("A bar of {} has four prices. The path between them is assumed, and stops and take-profits depend on it.", run.clock.bar),
        ),
        (
            "A venue that fails.",
            "The run knows no trading halt, no frozen withdrawal, and no default of an exchange, a custodian or the issuer of a stablecoin.".to_string(),
        ),
        ("The dollar.", format!("{} counts as one US dollar throughout.", market.quote)),
    ];
    let perpetuals = perpetuals(market, run);
    if perpetuals.is_empty() {
        return list;
    }
    if !run.assumptions.iter().any(|assumption| matches!(assumption, Assumption::AutoDeleveraging(Some(_)))) {
        list.push((
            "Auto-deleveraging.",
            "A profitable position is never taken away in a crash; `rotate run --set assumptions.adl_crash=0.3` tries it.".to_string(),
        ));
    }
    let few = |pick: fn(&Market, InstrumentId) -> bool| perpetuals.iter().filter(|id| pick(market, **id)).count();
    let all = perpetuals.len();
    let none = few(|market, id| market.tiers[id.index()].is_empty());
    if none > 0 {
        let sentence =
            format!("No margin tiers are known for {none} of the {all} perpetuals traded: the default of the assumptions is used.");
        list.push(("The venue's margin tiers.", sentence));
    }
    let once = few(|market, id| market.tiers[id.index()].len() == 1);
    if once > 0 {
        let sentence = format!("For {once} of the {all} perpetuals traded one table of tiers is used for all time; venues change theirs.");
        list.push(("Margin tiers over time.", sentence));
    }
    let unmarked = few(|market, id| market.panel.marked_bars.get(id.index()).is_none_or(|bars| *bars == 0));
    if unmarked > 0 {
        let sentence = format!(
            "No mark prices are known for {unmarked} of the {all} perpetuals traded: liquidations use last prices, which can trigger them too early."
        );
        list.push(("Mark prices.", sentence));
    }
    list
}

fn of_the_data(market: &Market, run: &Run) -> Vec<(&'static str, String)> {
    let mut list = vec![(
        "Coins that were never in the folder.",
        "Whoever made the folder chose its coins, perhaps knowing which survived; the survivorship audit sees only those.".to_string(),
    )];
    if run.trades.iter().any(|trade| trade.narrative.is_some()) {
        let sentence = "Labels are made by hand, with hindsight. Whether anybody saw the narrative on that day is not known.";
        list.push(("Who knew the narratives.", sentence.to_string()));
    }
    let assumed: Usd = run.funding.iter().filter(|payment| payment.assumed).map(|payment| payment.payment.abs()).sum();
    if assumed.is_positive() {
        let sentence =
            format!("{} of funding paid + received is at the declared constant rate, not at an observed one.", money_of(assumed));
        list.push(("The true funding.", sentence));
    }
    let capless = market.caps.iter().filter(|facts| facts.is_empty()).count();
    if capless > 0 {
        let sentence = format!(
            "No market cap is known on any day for {} of {} coins: their size is the `tier` of assets.csv.",
            capless,
            market.caps.len()
        );
        list.push(("How large the coins were.", sentence));
    }
    list
}

fn of_the_future(run: &Run) -> Vec<(&'static str, String)> {
    let mut list = vec![
        (
            "Luck with parameters.",
            "One set of parameters was run. `rotate tune STRATEGY.toml` shows what its neighbours do, and what remains out-of-sample."
                .to_string(),
        ),
        ("Look-ahead.", "`rotate check --lookahead` is the look-ahead test: it removes the future and looks for what changes.".to_string()),
        ("Tax.", "No tax is deducted, and no number here is made for a tax return.".to_string()),
        ("Orders of others.", "The strategy's own orders move its own fills, but no other trader reacts to them.".to_string()),
    ];
    let years = run.clock.years();
    if years < 4.0 {
        let sentence =
            format!("{} years are shorter than a cycle of this market; the intervals cannot cover days unlike these.", grouped(years, 1));
        list.push(("Another cycle.", sentence));
    }
    if run.fills.iter().any(|fill| fill.reason == Reason::Staking) {
        list.push(("Staked coins.", "Staked coins are sold at once here: no unbonding time, no slashing.".to_string()));
    }
    list
}
