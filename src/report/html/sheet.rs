//! `report.html`: one strategy on one page.

use std::fmt::Write;

use crate::report::charts::{Pictures, coins::coins, sheet as drawn};
use crate::report::html::activity::activity;
use crate::report::html::against;
use crate::report::html::contributions::contributions;
use crate::report::html::falls::falls;
use crate::report::html::flows::flows;
use crate::report::html::gains::gains;
use crate::report::html::groups::groups;
use crate::report::html::margin::margin;
use crate::report::html::money::money;
use crate::report::html::months::heat;
use crate::report::html::survivorship::survivorship;
use crate::report::html::trades::trades;
use crate::report::html::unanswered::unanswered;
use crate::report::html::{cautions, escaped, list_table, mark, page as whole, told_figure};
use crate::report::input::ReportInput;
use crate::report::number_format::{money_of, percent};
use crate::report::summary::Summary;

/// The sections one can jump to, where the page has them.
const SECTIONS: [(&str, &str); 16] = [
    ("cautions", "Cautions"),
    ("findings", "Findings"),
    ("against", "Worth it?"),
    ("metrics", "Metrics"),
    ("ladder", "Ladder"),
    ("way", "On the way"),
    ("money", "Money"),
    ("passed", "Passed on"),
    ("gains", "Gains"),
    ("held", "Held"),
    ("margin", "Margin"),
    ("trades", "Trades"),
    ("activity", "Activity"),
    ("survivors", "Survivorship"),
    ("assumptions", "Assumptions"),
    ("unanswered", "Not answered"),
];

fn navigation(body: &str) -> String {
    let there = SECTIONS.iter().filter(|(id, _)| body.contains(&format!("<h2 id=\"{id}\"")));
    let links: String = there.fold(String::new(), |links, (id, name)| links + &format!("<a href=\"#{id}\">{name}</a>"));
    format!("<nav aria-label=\"On this page\">{links}</nav>\n")
}

#[must_use]
pub fn page(piece: &ReportInput, summary: &Summary, pictures: &Pictures) -> String {
    let (market, evaluation) = (piece.market, piece.evaluation);
    let run = evaluation.run;
    let mut head = String::new();
    let _ = write!(
        head,
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
    let mut body = String::new();
    let told = format!(
        "Equity of {} with {} bought and held over bands of the market's phase, and the drawdown below. Total return {}, deepest drawdown {}.",
        run.strategy,
        run.benchmark_name,
        percent(evaluation.metrics.returns.total_return),
        percent(evaluation.metrics.drawdown.max_drawdown)
    );
    body += &told_figure(&pictures.equity, &told);
    body += "<h2 id=\"cautions\">Cautions</h2>\n";
    body += &cautions(&summary.cautions);
    body += "<h2 id=\"findings\">What the run says of itself</h2>\n";
    body += &cautions(&summary.findings);
    body += &against::benchmarks(piece);
    body += "<h2 id=\"metrics\">Metrics</h2>\n<div class=\"cards\">\n";
    for group in groups(&evaluation.metrics, evaluation.confidence.as_ref()) {
        body += &list_table("", &[(group.0, false), ("value", true)], &group.1);
    }
    body += "</div>\n<p class=\"dim\">Ratios on UTC calendar days, 365 a year, risk-free 0, sample deviation; drawdowns on every bar; growth on elapsed time. \
             Intervals: stationary bootstrap of daily returns, 2,000 histories, seed 1; they know nothing of days unlike these.</p>\n";
    if evaluation.stress.futures.is_some() {
        body += "<p class=\"dim\">Probabilistic and deflated Sharpe ratios judge the whole, which is mostly its beta; what the futures added is told by \
                 their difference, <a href=\"#against\">above</a>.</p>\n";
    }
    body += &against::ladder(piece);
    body += "<h2 id=\"way\">On the way</h2>\n";
    body += &heat(&evaluation.curves.months);
    if let Some(coins) = coins(run) {
        body += &told_figure(&coins, "Equity over time as a multiple of the start, counted in dollars and counted in bitcoin");
    }
    body += &told_figure(&drawn::rolled(run), "Sharpe ratio, volatility and beta over the last 90 days, over time");
    body += &told_figure(&drawn::distribution(run), "How many days had which return");
    body += &falls(evaluation);
    body += &money(run);
    body += &contributions(market, run);
    body += &flows(run);
    body += &gains(market, evaluation);
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
    body += &margin(market, run);
    body += &trades(market, run);
    body += &activity(market, run);
    body += &survivorship(market, run);
    body += "<h2 id=\"assumptions\">Assumptions</h2>\n";
    let rows: Vec<Vec<String>> =
        run.assumptions.iter().map(|assumption| vec![assumption.name().to_string(), assumption.to_string()]).collect();
    body += &list_table("", &[("assumption", false), ("in force", false)], &rows);
    body += &unanswered(piece);
    whole(&format!("{} · {}", run.strategy, market.name), &(head + &navigation(&body) + &body))
}
