//! Every trade of a run: the best, the worst, the newest.

use crate::market::Market;
use crate::replay::run::Run;
use crate::report::html::bars::around;
use crate::report::html::escape::{Html, coded, text};
use crate::report::html::page::{dim_paragraph, on_demand};
use crate::report::html::table::{Column, table};
use crate::report::number_format::{count, money_of, percent};

/// Trades shown on the page; all of them are in `trades.csv`.
const SHOWN: usize = 200;
/// A list longer than this opens on demand.
const OPEN: usize = 25;
/// Rows of the tables of best and worst.
const ENDS: usize = 10;

const COLUMNS: [Column; 14] = [
    ("no.", true),
    ("opened", false),
    ("closed", false),
    ("symbol", false),
    ("market", false),
    ("side", false),
    ("bucket", false),
    ("narrative", false),
    ("price", true),
    ("funding", true),
    ("fees", true),
    ("profit", true),
    ("return on margin", true),
    ("exit reason", false),
];

pub(super) fn trades(market: &Market, run: &Run) -> Html {
    if run.trades.is_empty() {
        return dim_paragraph(&text("None."));
    }
    let row = |i: &usize| {
        let t = &run.trades[*i];
        let instrument = market.instrument(t.instrument);
        vec![
            (i + 1).to_string(),
            t.opened.date(),
            t.closed.date(),
            instrument.symbol.clone(),
            instrument.kind.name().to_string(),
            t.direction.name().to_string(),
            run.buckets[t.bucket.index()].clone(),
            t.narrative.map(|id| market.narrative(id).to_string()).unwrap_or_default(),
            money_of(t.price_pnl),
            money_of(t.funding),
            money_of(t.fees),
            money_of(t.pnl),
            percent(t.return_on_margin),
            t.exit_reason.name().to_string(),
        ]
    };
    let mut order: Vec<usize> = (0..run.trades.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(run.trades[*i].pnl), *i));
    let about = "No. is the row of trades.csv: `rotate explain DIR/strategy --trade NO` shows the facts and rules behind it.";
    let many = if run.trades.len() == 1 { "One trade.".to_string() } else { format!("{} trades.", count(run.trades.len())) };
    let mut out = dim_paragraph(&coded(&format!("{many} {about}")));
    if run.trades.len() > 2 * ENDS {
        let best: Vec<Vec<String>> = order.iter().take(ENDS).map(row).collect();
        let worst: Vec<Vec<String>> = order.iter().rev().take(ENDS).map(row).collect();
        out += table("Best trades", &COLUMNS, &best);
        out += table("Worst trades", &COLUMNS, &worst);
    }
    out += around(market, run, &order);
    let newest: Vec<usize> = (0..run.trades.len()).rev().take(SHOWN).collect();
    let caption = if run.trades.len() > SHOWN {
        format!("The last {SHOWN} trades, newest first; all are in trades.csv")
    } else {
        "All trades, newest first".to_string()
    };
    let all = table(&caption, &COLUMNS, &newest.iter().map(row).collect::<Vec<_>>());
    if newest.len() <= OPEN {
        return out + all;
    }
    out + on_demand(&caption, &all)
}
