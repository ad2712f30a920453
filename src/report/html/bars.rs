//! The bars around the best and the worst trades, so that a sceptic sees whether their fills were possible.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::market::Market;
use crate::replay::run::{Fill, Reason, Run, Side};
use crate::report::charts::bars::{bars, fills_of};
use crate::report::html::escape::{Html, tag, text};
use crate::report::html::figure::captioned_figure;
use crate::report::html::page::{cards, dim, paragraph};
use crate::report::number_format::{count, money_of, price};

/// Forced exits have no price of the market's own.
const BOOKED: [(Reason, &str); 4] = [
    (Reason::Liquidation, "the price that leaves what came back of its margin"),
    (Reason::Delisted, "the last price less the penalty, after the last bar"),
    (Reason::Settled, "the last price of a contract whose coin became another, after the last bar"),
    (Reason::Conversion, "the last price of the coin that is gone, in units of either coin"),
];

/// Trades drawn at each end.
const ENDS: usize = 5;

/// Pictures of the trades that made and lost the most; `best` has the positions of all trades, the best first.
pub(super) fn around(market: &Market, run: &Run, best: &[usize]) -> Html {
    let (gains, losses): (Vec<usize>, Vec<usize>) = best.iter().partition(|i| run.trades[**i].pnl.is_positive());
    let losses: Vec<usize> = losses.into_iter().rev().filter(|i| run.trades[*i].pnl.is_negative()).collect();
    let drawn = |list: &[usize]| list.iter().take(ENDS).filter_map(|i| figure(market, run, *i)).sum::<Html>();
    let (gains, losses) = (drawn(&gains), drawn(&losses));
    if gains.is_empty() && losses.is_empty() {
        return Html::new();
    }
    let legend = "▲ bought, ▼ sold; the tip is at the price paid. Dashed: average entry and exit. Dotted: liquidation price at the closes at which \
         decisions were made, where it is inside the picture; a short line where it was reached. Grey: position held. On top: reason of the exit.";
    let head = tag("h3").with("id", "bars").text("Bars around the best and the worst trades").line();
    let mut out = head + paragraph(&(text(&possible(market, run)) + text(" ") + dim(legend)));
    for (name, figures) in [("Best", gains), ("Worst", losses)] {
        if !figures.is_empty() {
            out += tag("h4").text(name).line() + cards(&figures);
        }
    }
    out
}

fn figure(market: &Market, run: &Run, at: usize) -> Option<Html> {
    let trade = &run.trades[at];
    let svg = bars(market, run, trade)?;
    let instrument = market.instrument(trade.instrument);
    let narrative = trade.narrative.map(|id| format!(", {}", market.narrative(id))).unwrap_or_default();
    let fills = fills_of(run, trade);
    let inside = fills.iter().filter(|fill| within_its_bar(market, fill)).count();
    let caption = format!(
        "No. {} · {} {} {} · {}{narrative} · {} to {} · entry at {}, exit at {} · profit {} = price {} + funding {} − fees {} − slippage {} · {inside} of {} fills within their bars",
        at + 1,
        instrument.symbol,
        instrument.kind.name(),
        trade.direction.name(),
        run.buckets[trade.bucket.index()],
        trade.opened.date(),
        trade.closed.date(),
        price(trade.entry_price),
        price(trade.exit_price),
        money_of(trade.pnl),
        money_of(trade.price_pnl),
        money_of(trade.funding),
        money_of(trade.fees),
        money_of(trade.slippage),
        fills.len(),
    );
    Some(captioned_figure(&svg, &format!("Bars around trade {}", at + 1), &caption))
}

/// Whether the price before slippage lies between the low and the high of the bar, of last or mark prices. Slippage is known to a microdollar.
fn within_its_bar(market: &Market, fill: &Fill) -> bool {
    let Some(t) = market.clock.bar_of(fill.time).filter(|t| *t < market.panel.bars) else { return false };
    let (panel, at) = (&market.panel, market.panel.at(fill.instrument, t));
    let each = fill.slippage.to_f64() / fill.quantity;
    let reference = if fill.side == Side::Buy { fill.price - each } else { fill.price + each };
    let (low, high) = (panel.low[at].min(panel.mark_low[at]), panel.high[at].max(panel.mark_high[at]));
    let air = 1e-6 / fill.quantity + 1e-9 * reference;
    low - air <= reference && reference <= high + air
}

/// How many fills of the whole run lie within their bars, and the reasons of those that do not.
fn possible(market: &Market, run: &Run) -> String {
    let mut outside: BTreeMap<&str, usize> = BTreeMap::new();
    for fill in run.fills.iter().filter(|fill| !within_its_bar(market, fill)) {
        *outside.entry(fill.reason.name()).or_default() += 1;
    }
    let beyond: usize = outside.values().sum();
    let mut text = format!(
        "{} of all {} fills lie within the low and the high of the bar they are booked in, once their slippage is taken off.",
        count(run.fills.len() - beyond),
        count(run.fills.len())
    );
    if beyond > 0 {
        let reasons: Vec<String> = outside.iter().map(|(reason, n)| format!("{reason} {}", count(*n))).collect();
        let _ = write!(text, " The other {}, by reason: {}.", count(beyond), reasons.join(", "));
        for (reason, why) in BOOKED.iter().filter(|(reason, _)| outside.contains_key(reason.name())) {
            let _ = write!(text, " A fill whose reason is {} is booked at {why}.", reason.name());
        }
    }
    text
}
