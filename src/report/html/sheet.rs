//! `report.html`: one strategy on one page.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::market::Market;
use crate::metrics::drawdown;
use crate::replay::run::Run;
use crate::report::charts::{Pictures, sheet as drawn};
use crate::report::html::against;
use crate::report::html::contributions::contributions;
use crate::report::html::gains::gains;
use crate::report::html::groups::groups;
use crate::report::html::months::heat;
use crate::report::html::{Column, cautions, escaped, flowing_table, list_table, mark, page as whole, table, told_figure};
use crate::report::summary::Summary;
use crate::report::words::{grouped, money_of, percent};
use crate::report::write::Told;
use crate::units::Usd;

/// Trades shown on the page; all of them are in `trades.csv`.
const SHOWN: usize = 200;
/// Rows of the tables of best and worst.
const ENDS: usize = 10;
const FALLS: usize = 10;
const NAVIGATION: &str = "<nav aria-label=\"On this page\"><a href=\"#cautions\">Cautions</a><a href=\"#findings\">Findings</a><a href=\"#metrics\">Metrics</a><a href=\"#against\">Worth it?</a><a href=\"#ladder\">Ladder</a><a href=\"#way\">On the way</a>\
<a href=\"#money\">Money</a><a href=\"#gains\">Gains</a><a href=\"#held\">Held</a><a href=\"#trades\">Trades</a><a href=\"#activity\">Activity</a>\
<a href=\"#assumptions\">Assumptions</a></nav>\n";
/// A cut with more rows than this flows over the page instead of down it.
const TALL: usize = 14;

#[must_use]
pub fn page(told: &Told, summary: &Summary, pictures: &Pictures) -> String {
    let (market, run) = (told.market, told.run);
    let mut body = String::new();
    let _ = write!(
        body,
        "<h1>{}{}</h1>\n<p>{}</p>\n<p class=\"dim\">{} · {} to {} · {} bars · {} became {} · measured against {}</p>\n",
        escaped(&run.strategy),
        mark(market.synthetic),
        escaped(&run.about),
        escaped(&market.name),
        summary.from.date(),
        summary.to.date(),
        summary.bar,
        money_of(run.capital),
        money_of(run.final_equity()),
        escaped(&run.benchmark_name),
    );
    body += NAVIGATION;
    let said = format!(
        "Equity of {} with {} bought and held over bands of the market's phase, and the drawdown below. Total return {}, deepest drawdown {}.",
        run.strategy,
        run.benchmark_name,
        percent(summary.metrics.total_return),
        percent(summary.metrics.max_drawdown)
    );
    body += &told_figure(&pictures.equity, &said);
    body += "<h2 id=\"cautions\">Cautions</h2>\n";
    body += &cautions(&summary.cautions);
    body += "<h2 id=\"findings\">What the run says of itself</h2>\n";
    body += &cautions(summary.findings);
    body += "<h2 id=\"metrics\">Metrics</h2>\n<div class=\"cards\">\n";
    for group in groups(&summary.metrics, summary.confidence.as_ref()) {
        body += &list_table("", &[(group.0, false), ("value", true)], &group.1);
    }
    body += "</div>\n<p class=\"dim\">Ratios on UTC calendar days, 365 a year, risk-free 0, sample deviation; drawdowns on every bar; growth on elapsed time. \
             Intervals: stationary bootstrap of daily returns, 2,000 histories, seed 1; they know nothing of days unlike these.</p>\n";
    body += &against::benchmarks(told);
    body += &against::ladder(told);
    body += "<h2 id=\"way\">On the way</h2>\n";
    body += &heat(run);
    body += &told_figure(&drawn::rolled(run), "Sharpe ratio, volatility and beta over the last 90 days, over time");
    body += &told_figure(&drawn::distribution(run), "How many days had which return");
    body += &falls(run);
    body += "<h2 id=\"money\">Where the money came from</h2>\n";
    body += &told_figure(&drawn::waterfall(run), "What prices gave, less funding, costs and liquidations, is what was kept");
    body += "<div class=\"cards\">\n";
    let (tall, low): (Vec<_>, Vec<_>) = cuts(run).into_iter().partition(|(_, rows)| rows.len() > TALL);
    for (name, rows) in &low {
        body += &list_table("", &[(name, false), ("USD", true)], rows);
    }
    body += "</div>\n";
    for (name, rows) in &tall {
        let _ = writeln!(body, "<h3>{}</h3>", escaped(name));
        body += &flowing_table("", &[("name", false), ("USD", true)], rows);
    }
    body += &contributions(market, run);
    body += &gains(market, run);
    body += "<h2 id=\"held\">What was held</h2>\n";
    body += &told_figure(&pictures.buckets, "The value of each bucket over time, stacked to the equity");
    if let Some(narratives) = &pictures.narratives {
        body += &told_figure(
            narratives,
            "The index of each narrative over time, with the stages of its life behind it; rotations.csv tells every step",
        );
    }
    body += &told_figure(&drawn::exposure(run), "Gross and net exposure and margin used over time, as shares of equity");
    if !run.funding.is_empty() {
        body += &told_figure(&drawn::funding(run), "Funding received, paid and net, added up over time");
    }
    body += &trades(market, run);
    body += &activity(run);
    body += "<h2 id=\"assumptions\">Assumptions</h2>\n";
    let rows: Vec<Vec<String>> = run.assumptions.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect();
    body += &list_table("", &[("assumption", false), ("in force", false)], &rows);
    whole(&format!("{} · {}", run.strategy, market.name), &body)
}

fn cuts(run: &Run) -> Vec<(&'static str, Vec<Vec<String>>)> {
    let a = &run.attribution;
    let s = &a.by_source;
    let total = run.final_equity() - run.capital;
    let sources = [
        ("price", s.price),
        ("funding", s.funding),
        ("fees", s.fees),
        ("slippage", s.slippage),
        ("liquidation", s.liquidation),
        ("yield", s.yields),
    ];
    let sources: Vec<(String, Usd)> = sources.into_iter().map(|(name, amount)| (name.to_string(), amount)).collect();
    let rows = |list: &[(String, Usd)]| {
        let mut rows: Vec<Vec<String>> = list.iter().map(|(name, amount)| vec![name.clone(), money_of(*amount)]).collect();
        rows.push(vec!["total".to_string(), money_of(total)]);
        rows
    };
    vec![
        ("By source", rows(&sources)),
        ("By bucket", rows(&a.by_bucket)),
        ("By narrative", rows(&a.by_narrative)),
        ("By asset", rows(&a.by_asset)),
        ("By regime", rows(&a.by_regime)),
    ]
}

/// The deepest stretches under water, on bars.
fn falls(run: &Run) -> String {
    let wealth: Vec<f64> = run.equity.iter().map(|e| e.to_f64()).collect();
    let mut all = drawdown::periods(&drawdown::drawdowns(&wealth, run.capital.to_f64()));
    all.sort_by(|a, b| a.depth.total_cmp(&b.depth).then(a.start.cmp(&b.start)));
    let days = |bars: usize| grouped(run.clock.bar.days() * bars as f64, 1);
    let rows: Vec<Vec<String>> = all
        .iter()
        .take(FALLS)
        .map(|p| {
            vec![
                // The peak is the close before the first lower one.
                run.clock.open(p.start).date(),
                run.clock.close(p.valley).date(),
                if p.recovered { run.clock.close(p.end + 1).date() } else { "not yet".to_string() },
                percent(Some(p.depth)),
                days(p.steps()),
                p.recovery().map_or_else(|| "–".to_string(), days),
            ]
        })
        .collect();
    let columns = [("peak", false), ("lowest", false), ("recovered", false), ("depth", true), ("days", true), ("days from lowest", true)];
    let caption = format!("The deepest of {} drawdowns", all.len());
    if rows.is_empty() { String::new() } else { table(&caption, &columns, &rows) }
}

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
    ("on margin", true),
    ("left because", false),
];

fn trades(market: &Market, run: &Run) -> String {
    let mut out = format!("<h2 id=\"trades\">Trades ({})</h2>\n", run.trades.len());
    if run.trades.is_empty() {
        return out + "<p class=\"dim\">None.</p>\n";
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
            t.exit_reason.clone(),
        ]
    };
    let mut order: Vec<usize> = (0..run.trades.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(run.trades[*i].pnl), *i));
    out += "<p class=\"dim\">No. is the row of trades.csv: <code>rotate explain DIR/strategy --trade NO</code> tells the facts and rules behind it.</p>\n";
    if run.trades.len() > 2 * ENDS {
        let best: Vec<Vec<String>> = order.iter().take(ENDS).map(row).collect();
        let worst: Vec<Vec<String>> = order.iter().rev().take(ENDS).map(row).collect();
        out += &table("Best trades", &COLUMNS, &best);
        out += &table("Worst trades", &COLUMNS, &worst);
    }
    let newest: Vec<usize> = (0..run.trades.len()).rev().take(SHOWN).collect();
    let caption = if run.trades.len() > SHOWN {
        format!("The last {SHOWN} trades, newest first; all of them are in trades.csv")
    } else {
        "All trades, newest first".to_string()
    };
    out + &table(&caption, &COLUMNS, &newest.iter().map(row).collect::<Vec<_>>())
}

/// What happened how often.
fn activity(run: &Run) -> String {
    let mut verdicts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for decision in &run.decisions {
        *verdicts.entry((&decision.rule, decision.verdict.name())).or_default() += 1;
    }
    let mut out = format!(
        "<h2 id=\"activity\">Activity</h2>\n<p>{} fills, {} funding settlements, {} flows between buckets, {} rotations, {} liquidations.</p>\n",
        run.fills.len(),
        run.funding.len(),
        run.flows.len(),
        run.rotations.len(),
        run.liquidations.len(),
    );
    if !verdicts.is_empty() {
        let rows: Vec<Vec<String>> =
            verdicts.into_iter().map(|((rule, verdict), count)| vec![rule.to_string(), verdict.to_string(), count.to_string()]).collect();
        out += &table(
            "Decisions by rule and verdict: refused orders are those a rule said no to",
            &[("rule", false), ("verdict", false), ("times", true)],
            &rows,
        );
    }
    out
}
