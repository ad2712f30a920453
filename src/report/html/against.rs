//! Whether it was worth it: the run against doing less, and what harsher assumptions leave of it.

use crate::metrics::against::Against;
use crate::report::capacity_text;
use crate::report::charts;
use crate::report::html::escape::{Html, coded, tag, text};
use crate::report::html::figure::wide_figure;
use crate::report::html::page::{bullets, dim_paragraph, paragraph};
use crate::report::html::table::{Column, list_table, table};
use crate::report::input::ReportInput;
use crate::report::number_format::{brief_money, money, number, percent, signed_percent};
use crate::report::sleeve;
use crate::report::versus::not_comparable_text;
use crate::stress::{Benchmark, Carried, Ladder};

/// The run against each benchmark. Nothing where there are none.
pub(super) fn benchmarks(piece: &ReportInput) -> Html {
    let all = &piece.evaluation.stress.benchmarks;
    if all.is_empty() {
        return Html::new();
    }
    let mut out = Html::new();
    if let Some(futures) = piece.evaluation.stress.futures {
        out += paragraph(&(tag("b").text("Futures:") + text(&format!(" {}.", sleeve::text(futures)))));
    }
    if let Some(svg) = charts::against::against(piece.market, piece.evaluation.run, &piece.evaluation.stress) {
        out += wide_figure(&svg, "Equity of the strategy, of the static mix, of the strategy without perps, and of the coin held");
    }
    out += bullets(
        all.iter().map(|benchmark| tag("b").text(&benchmark.name) + text(&format!(": {}. {}", benchmark.about, verdict(benchmark)))),
    );
    let mut columns: Vec<Column> = vec![("benchmark", false)];
    columns.extend(all.iter().map(|benchmark| (benchmark.name.as_str(), true)));
    out + list_table("Each benchmark by itself, then the run minus benchmark, on the same days", &columns, &rows(all))
}

type Said = fn(&Against) -> String;

fn rows(all: &[Benchmark]) -> Vec<Vec<String>> {
    let lines: [(&str, Said); 13] = [
        ("Benchmark: total return", |a| percent(a.total_return)),
        ("Benchmark: CAGR", |a| percent(a.cagr)),
        ("Benchmark: volatility", |a| percent(a.volatility)),
        ("Benchmark: Sharpe", |a| number(a.sharpe)),
        ("Benchmark: max drawdown", |a| percent(a.max_drawdown)),
        ("Total return, run minus benchmark", |a| signed_percent(a.excess_total_return)),
        ("Annual return (arithmetic), run minus benchmark", |a| signed_percent(a.excess_annual_return)),
        ("Alpha a year", |a| signed_percent(a.alpha)),
        ("Beta", |a| number(a.beta)),
        ("Correlation", |a| number(a.correlation)),
        ("Tracking error", |a| percent(a.tracking_error)),
        ("Information ratio", |a| number(a.information_ratio)),
        ("Sharpe, run minus benchmark, 95 % interval", |a| {
            let interval = a.difference.as_ref().and_then(|difference| difference.sharpe_interval);
            interval.map_or_else(|| number(None), |i| format!("{} to {}", number(Some(i.low)), number(Some(i.high))))
        }),
    ];
    lines
        .iter()
        .map(|(name, cell)| std::iter::once((*name).to_string()).chain(all.iter().map(|benchmark| cell(&benchmark.against))).collect())
        .collect()
}

/// Whether the Sharpe ratio of the run is higher or lower, and whether that is significant; with the return beside it.
fn verdict(benchmark: &Benchmark) -> String {
    let against = &benchmark.against;
    let more = format!("total return, run minus benchmark: {}", signed_percent(against.excess_total_return));
    let found = against.difference.as_ref().filter(|_| against.not_comparable.is_none());
    let Some((found, sharpe)) = found.and_then(|found| Some((found, found.sharpe?))) else {
        let why = against
            .not_comparable
            .map_or_else(|| "no Sharpe ratio of both".to_string(), |why| not_comparable_text(why, against.shared_days));
        return format!("Not comparable: {why} ({more}).");
    };
    let way = if sharpe > 0.0 { "higher" } else { "lower" };
    let size = if sharpe.abs() < 0.005 { "less than 0.01".to_string() } else { number(Some(sharpe.abs())) };
    let verdict = if found.is_significant() {
        "significant (95 %): the interval of the difference does not include zero"
    } else {
        "not significant (95 %)"
    };
    format!("The run\u{2019}s Sharpe ratio is {way} by {size}, {verdict}; {more}.")
}

/// The scenarios of the stress test, or how to run it.
pub(super) fn ladder(piece: &ReportInput) -> Html {
    let Some(ladder) = &piece.evaluation.stress.ladder else {
        return dim_paragraph(&coded(
            "Not run: `rotate run --ladder` replays the strategy under optimistic, realistic and pessimistic assumptions, \
             at 0 to 3 times its costs, one bar later, and with more capital.",
        ));
    };
    let mut out = wide_figure(
        &charts::ladder::ladder(ladder),
        "Total return under optimistic, realistic and pessimistic assumptions, at 0 to 3 times the costs, one bar later, and at 0 to 3 times the assumed funding",
    );
    let columns: [Column; 10] = [
        ("scenario", false),
        ("return", true),
        ("CAGR", true),
        ("Sharpe", true),
        ("max drawdown", true),
        ("fees and slippage", true),
        ("liquidations", true),
        ("of the one before", true),
        ("significant", false),
        ("return kept", true),
    ];
    let rows: Vec<Vec<String>> = ladder
        .scenarios
        .iter()
        .map(|scenario| {
            let m = &scenario.metrics;
            vec![
                capacity_text::scenario(scenario.step),
                percent(m.returns.total_return),
                percent(m.shown_cagr()),
                number(m.ratios.sharpe),
                percent(m.drawdown.max_drawdown),
                money(m.costs.fees_usd + m.costs.slippage_usd),
                m.events.liquidations.to_string(),
                percent(scenario.of_step),
                scenario.is_significant.map_or("", |apart| if apart { "yes" } else { "no" }).to_owned(),
                percent(scenario.return_kept),
            ]
        })
        .collect();
    out += table(
        "Return kept: share of the total return under optimistic assumptions; for costs, funding and latency, of that of the run itself. Significant: further from the scenario before than the noise of fills",
        &columns,
        &rows,
    );
    out += paragraph(&text(&capacity_text::sign(ladder)));
    if let Some(noise) = capacity_text::noise(ladder) {
        out += paragraph(&text(&noise));
    }
    out + capacity(ladder)
}

fn capacity(ladder: &Ladder) -> Html {
    let capacity = &ladder.capacity;
    let sentence = format!(
        "Before costs: alpha {} a year, total return {}. Capacity: {}.",
        percent(capacity.gross_alpha),
        percent(capacity.gross_return),
        capacity_text::text(capacity)
    );
    let mut out = tag("h3").text("Capacity").line() + paragraph(&text(&sentence));
    if !capacity.carried.is_empty() {
        let row = |row: &Carried| {
            let shares = [row.alpha_kept, row.return_kept, row.average_gross_exposure].map(percent);
            std::iter::once(brief_money(row.capital.to_f64())).chain(shares).collect()
        };
        let rows: Vec<Vec<String>> = capacity.carried.iter().map(row).collect();
        let columns = [("capital", true), ("alpha kept", true), ("return kept", true), ("mean gross exposure", true)];
        out += list_table("Share kept of alpha and return before costs, by capital", &columns, &rows);
        out += dim_paragraph(&text(
            "The more capital, the smaller the part of an order that the volume fills. Where exposure falls, another portfolio is held, and a \
             share that rises again comes from that, not from capacity.",
        ));
    }
    out
}
