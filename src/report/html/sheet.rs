//! `report.html`: one strategy on one page.

use crate::replay::run::Run;
use crate::report::charts::{Pictures, coins::coins, sheet as drawn};
use crate::report::html::activity::activity;
use crate::report::html::against;
use crate::report::html::cautions::cautions;
use crate::report::html::contributions::contributions;
use crate::report::html::escape::{Html, coded, tag, text};
use crate::report::html::extends::extends;
use crate::report::html::falls::falls;
use crate::report::html::figure::{live_figure, wide_figure};
use crate::report::html::first_screen::first_screen;
use crate::report::html::flows::flows;
use crate::report::html::gains::gains;
use crate::report::html::groups::groups;
use crate::report::html::live::series;
use crate::report::html::margin::margin;
use crate::report::html::money::money;
use crate::report::html::months::heat;
use crate::report::html::narrative_months;
use crate::report::html::page::{cards, cautions as findings, dim_paragraph, folded, heading, live_page, navigation, paragraph, title};
use crate::report::html::shocks::shocks;
use crate::report::html::stages;
use crate::report::html::survivorship::survivorship;
use crate::report::html::table::list_table;
use crate::report::html::trades::trades;
use crate::report::html::unanswered::unanswered;
use crate::report::input::ReportInput;
use crate::report::number_format::{money_of, percent};
use crate::report::summary::Summary;

/// What the sections tell of.
struct Sheet<'a> {
    piece: &'a ReportInput<'a>,
    summary: &'a Summary<'a>,
    pictures: &'a Pictures,
}

impl Sheet<'_> {
    fn run(&self) -> &Run {
        self.piece.evaluation.run
    }
}

/// A section of the page.
struct Section {
    /// The name of its anchor.
    id: &'static str,
    /// What the navigation calls it.
    link: &'static str,
    heading: &'static str,
    /// Whether it opens on demand only.
    folded: bool,
    /// What stands below the heading. A section that is empty is left out, heading and link with it.
    html: fn(&Sheet) -> Html,
}

const fn section(id: &'static str, link: &'static str, heading: &'static str, html: fn(&Sheet) -> Html) -> Section {
    Section { id, link, heading, folded: false, html }
}

impl Section {
    /// The same, opened on demand.
    const fn folded(mut self) -> Self {
        self.folded = true;
        self
    }

    fn written(&self, html: &Html) -> Html {
        if self.folded { folded(self.id, self.heading, html) } else { heading(self.id, self.heading) + html }
    }
}

/// In their order on the page.
const SECTIONS: [Section; 18] = [
    section("cautions", "Cautions", "Cautions", |sheet| cautions(sheet.piece.market, sheet.run())),
    section("against", "Worth it?", "Was it worth it?", |sheet| against::benchmarks(sheet.piece)),
    section("returns", "Returns", "Returns over time", returns_over_time),
    section("money", "Money", "Where the money came from", income),
    section("exposure", "Exposure", "Exposure", exposure),
    section("margin", "Margin", "Margin and distance to liquidation", |sheet| margin(sheet.piece.market, sheet.run())),
    section("stress", "Stress test", "Stress test: the return under harsher assumptions", |sheet| against::ladder(sheet.piece)),
    section("shocks", "What if?", "What if?", |sheet| shocks(sheet.piece)),
    section("metrics", "Metrics", "Metrics", metrics).folded(),
    section("findings", "Findings", "Findings", |sheet| findings(&sheet.summary.findings)).folded(),
    section("transfers", "Transfers", "Profit transferred (waterfall), and other cash between buckets", |sheet| flows(sheet.run()))
        .folded(),
    section("gains", "Gains", "Realised gains", |sheet| gains(sheet.piece.market, sheet.piece.evaluation)).folded(),
    section("trades", "Trades", "Trades", |sheet| trades(sheet.piece.market, sheet.run())).folded(),
    section("activity", "Activity", "Activity", |sheet| activity(sheet.piece.market, sheet.run())).folded(),
    section("survivors", "Survivorship", "Survivorship", |sheet| survivorship(sheet.piece.market, sheet.run())).folded(),
    section("assumptions", "Assumptions", "Assumptions", assumptions).folded(),
    section("extends", "Extends", "What this strategy extends", |sheet| extends(sheet.piece)).folded(),
    section("limits", "Limits", "Limits: what this page does not answer", |sheet| unanswered(sheet.piece)).folded(),
];

/// What the page cannot know: in which form its tables were written.
const TABLES: &str =
    "Tables that are named here and are not in the folder of this page: `rotate tables DIR csv` writes them, DIR being the folder above.";

/// The whole page, every section that has something to tell.
#[must_use]
pub fn page(piece: &ReportInput, summary: &Summary, pictures: &Pictures) -> String {
    let sheet = Sheet { piece, summary, pictures };
    let (market, run) = (piece.market, sheet.run());
    let content: Vec<(&Section, Html)> =
        SECTIONS.iter().map(|section| (section, (section.html)(&sheet))).filter(|(_, html)| !html.is_empty()).collect();
    let links: Vec<(&str, &str)> =
        std::iter::once(("trust", "Trust")).chain(content.iter().map(|(section, _)| (section.id, section.link))).collect();
    let sections: Html = content.iter().map(|(section, html)| section.written(html)).sum();
    let whole = head(&sheet) + first_screen(piece) + equity(&sheet) + sections + dim_paragraph(&coded(TABLES)) + series(piece);
    let whole_text = tag("div").holds(&whole).line();
    let body = tag("div").class("columns").holds(&(Html::new().line() + navigation(&links) + whole_text)).line();
    live_page(&format!("{} · {}", run.strategy, market.name), &body).into_string()
}

fn head(sheet: &Sheet) -> Html {
    let (market, run, summary) = (sheet.piece.market, sheet.run(), sheet.summary);
    let content = format!(
        "{} · {} to {} · {} bars · {} became {} · benchmark {}",
        market.name,
        summary.from.date(),
        summary.to.date(),
        summary.bar,
        money_of(run.capital),
        money_of(run.final_equity()),
        run.benchmark_name,
    );
    let back = tag("a").with("href", "../index.html").text("All strategies of this report");
    title(&run.strategy, market.synthetic) + paragraph(&text(&run.about)) + dim_paragraph(&(text(&content) + text(" · ") + back))
}

fn equity(sheet: &Sheet) -> Html {
    let (run, metrics) = (sheet.run(), &sheet.piece.evaluation.metrics);
    let label = format!(
        "Equity of {} with {} bought and held{}, and the drawdown below. Total return {}, deepest drawdown {}.",
        run.strategy,
        run.benchmark_name,
        if run.follows_regimes { ", over bands of the market regime" } else { "" },
        percent(metrics.returns.total_return),
        percent(metrics.drawdown.max_drawdown)
    );
    live_figure(&sheet.pictures.equity, &label, "equity drawdown")
}

fn metrics(sheet: &Sheet) -> Html {
    let evaluation = sheet.piece.evaluation;
    let all = groups(&evaluation.metrics, evaluation.confidence.as_ref());
    let tables: Html = all.iter().map(|group| list_table("", &[(group.0, false), ("value", true)], &group.1)).sum();
    let mut out = cards(&tables);
    out += dim_paragraph(&text(
        "Ratios on UTC calendar days, 365 a year, risk-free 0, sample deviation; drawdowns on every bar; growth on elapsed time. \
         Intervals: stationary bootstrap of daily returns, 2,000 histories, seed 1; they cannot cover days unlike these.",
    ));
    if evaluation.stress.futures.is_some() {
        let content = "The probabilistic and the deflated Sharpe ratio judge the whole strategy, most of which is beta. What the futures added is their difference to the strategy without perps, ";
        out += dim_paragraph(&(text(content) + tag("a").with("href", "#against").text("above") + text(".")));
    }
    out
}

fn returns_over_time(sheet: &Sheet) -> Html {
    let evaluation = sheet.piece.evaluation;
    let run = evaluation.run;
    let mut out = heat(&evaluation.curves.months);
    if let Some(coins) = coins(run) {
        out += wide_figure(&coins, "Equity over time as a multiple of the start, counted in dollars and counted in bitcoin");
    }
    out += wide_figure(&drawn::rolled(run), "Sharpe ratio, volatility and beta over the last 90 days, over time");
    out += wide_figure(&drawn::distribution(run), "Number of days by their return");
    out + falls(evaluation)
}

fn income(sheet: &Sheet) -> Html {
    let (market, run) = (sheet.piece.market, sheet.run());
    money(run) + narrative_months::heat(market, run) + contributions(market, run)
}

fn exposure(sheet: &Sheet) -> Html {
    let (run, pictures) = (sheet.run(), sheet.pictures);
    let mut out = live_figure(&pictures.buckets, "The value of each bucket over time, stacked to the equity", "buckets");
    if let Some(narratives) = &pictures.narratives {
        let label = "The index of each narrative over time, with its lifecycle stages behind it and the times at which buckets held it; rotations.csv has every step";
        out += wide_figure(narratives, label);
        out += stages::profit(run);
    }
    out += live_figure(&drawn::exposure(run), "Gross and net exposure and margin used over time, as shares of equity", "exposure");
    if !run.funding.is_empty() {
        out += wide_figure(&drawn::funding(run), "Funding received, paid and net, cumulated over time");
    }
    out
}

fn assumptions(sheet: &Sheet) -> Html {
    let rows: Vec<Vec<String>> =
        sheet.run().assumptions.iter().map(|assumption| vec![assumption.name().to_string(), assumption.to_string()]).collect();
    list_table("", &[("assumption", false), ("in force", false)], &rows)
}
