//! Whether it was worth it: the run against doing less, and what harsher assumptions leave of it.

use std::fmt::Write;

use crate::metrics::against::Against;
use crate::report::capacity_text;
use crate::report::charts;
use crate::report::html::{Column, escaped, list_table, table, told_figure};
use crate::report::input::ReportInput;
use crate::report::number_format::{brief_money, money, number, percent, signed_percent};
use crate::report::sleeve;
use crate::report::versus::not_comparable_text;
use crate::stress::{Benchmark, Carried, Ladder};

/// The run against each benchmark. Nothing where there are none.
pub(super) fn benchmarks(piece: &ReportInput) -> String {
    let all = &piece.evaluation.stress.benchmarks;
    if all.is_empty() {
        return String::new();
    }
    let mut out = String::from("<h2 id=\"against\">Was it worth it?</h2>\n");
    if let Some(futures) = piece.evaluation.stress.futures {
        let _ = writeln!(out, "<p><b>Futures:</b> {}.</p>", escaped(&sleeve::text(futures)));
    }
    if let Some(svg) = charts::against::against(piece.market, piece.evaluation.run, &piece.evaluation.stress) {
        out += &told_figure(
            &svg,
            "Equity of the strategy over the same allocation held statically, the same strategy without its futures, and the coin",
        );
    }
    out += "<ul>\n";
    for benchmark in all {
        let _ =
            writeln!(out, "<li><b>{}</b>: {}. {}</li>", escaped(&benchmark.name), escaped(&benchmark.about), escaped(&verdict(benchmark)));
    }
    out += "</ul>\n";
    let mut columns: Vec<Column> = vec![("the run against", false)];
    columns.extend(all.iter().map(|benchmark| (benchmark.name.as_str(), true)));
    out + &list_table("Each by itself, then the run less it; both on the same days", &columns, &rows(all))
}

type Said = fn(&Against) -> String;

fn rows(all: &[Benchmark]) -> Vec<Vec<String>> {
    let lines: [(&str, Said); 13] = [
        ("Its total return", |a| percent(a.total_return)),
        ("Its CAGR", |a| percent(a.cagr)),
        ("Its volatility", |a| percent(a.volatility)),
        ("Its Sharpe", |a| number(a.sharpe)),
        ("Its max drawdown", |a| percent(a.max_drawdown)),
        ("Total return, run less it", |a| signed_percent(a.excess_total_return)),
        ("Annual return (arithmetic), run less it", |a| signed_percent(a.excess_annual_return)),
        ("Alpha a year", |a| signed_percent(a.alpha)),
        ("Beta", |a| number(a.beta)),
        ("Correlation", |a| number(a.correlation)),
        ("Tracking error", |a| percent(a.tracking_error)),
        ("Information ratio", |a| number(a.information_ratio)),
        ("Sharpe, run less it, 95 % interval", |a| {
            let interval = a.difference.as_ref().and_then(|difference| difference.sharpe_interval);
            interval.map_or_else(|| number(None), |i| format!("{} to {}", number(Some(i.low)), number(Some(i.high))))
        }),
    ];
    lines
        .iter()
        .map(|(name, said)| std::iter::once((*name).to_string()).chain(all.iter().map(|benchmark| said(&benchmark.against))).collect())
        .collect()
}

/// Better, worse, or not to be told from luck; of Sharpe ratios, with the return beside them.
fn verdict(benchmark: &Benchmark) -> String {
    let against = &benchmark.against;
    let more = format!("total return, run less it: {}", signed_percent(against.excess_total_return));
    let found = against.difference.as_ref().filter(|_| against.not_comparable.is_none());
    let Some((found, sharpe)) = found.and_then(|found| Some((found, found.sharpe?))) else {
        let why = against
            .not_comparable
            .map_or_else(|| "no Sharpe ratio of both".to_string(), |why| not_comparable_text(why, against.shared_days));
        return format!("Not told apart: {why} ({more}).");
    };
    let way = if sharpe > 0.0 { "higher" } else { "lower" };
    let size = if sharpe.abs() < 0.005 { "less than 0.01".to_string() } else { number(Some(sharpe.abs())) };
    let verdict = if found.is_significant() {
        format!(
            "the 95 % interval of the difference leaves out nought, so that it is {} than chance",
            if sharpe > 0.0 { "better" } else { "worse" }
        )
    } else {
        "which could be luck".to_string()
    };
    format!("The run\u{2019}s Sharpe ratio is {way} by {size}, {verdict} ({more}).")
}

/// The ladder, or how to climb it.
pub(super) fn ladder(piece: &ReportInput) -> String {
    let mut out = String::from("<h2 id=\"ladder\">What is left of it under harsher assumptions</h2>\n");
    let Some(ladder) = &piece.evaluation.stress.ladder else {
        return out
            + "<p class=\"dim\">Not answered here: <code>rotate run --ladder</code> replays the strategy under optimistic, realistic and \
                      pessimistic assumptions, at 0 to 3 times its costs, a bar later, and with more and more money.</p>\n";
    };
    out += &told_figure(
        &charts::ladder::ladder(ladder),
        "Total return under optimistic, realistic and pessimistic assumptions, at 0 to 3 times the costs, a bar later, and at 0 to 3 times the funding that is assumed",
    );
    let columns: [Column; 10] = [
        ("rung", false),
        ("return", true),
        ("CAGR", true),
        ("Sharpe", true),
        ("max drawdown", true),
        ("fees and slippage", true),
        ("liquidations", true),
        ("of the rung before", true),
        ("told apart from its neighbour", false),
        ("left", true),
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
    out += &table(
        "Left: share of the total return under optimistic assumptions, and of that at the costs, and the funding, assumed, and in time",
        &columns,
        &rows,
    );
    let _ = writeln!(out, "<p>{}</p>", escaped(&capacity_text::sign(ladder)));
    if let Some(noise) = capacity_text::noise(ladder) {
        let _ = writeln!(out, "<p>{}</p>", escaped(&noise));
    }
    capacity(ladder, out)
}

fn capacity(ladder: &Ladder, mut out: String) -> String {
    let capacity = &ladder.capacity;
    let _ = writeln!(
        out,
        "<h3>Capacity</h3>\n<p>Before costs: alpha {} a year, total return {}. Here, {}.</p>",
        percent(capacity.gross_alpha),
        percent(capacity.gross_return),
        escaped(&capacity_text::text(capacity))
    );
    if !capacity.carried.is_empty() {
        let row = |row: &Carried| {
            let shares = [row.alpha_kept, row.return_kept, row.average_gross_exposure].map(percent);
            std::iter::once(brief_money(row.capital.to_f64())).chain(shares).collect()
        };
        let rows: Vec<Vec<String>> = capacity.carried.iter().map(row).collect();
        let columns = [("capital", true), ("alpha", true), ("return", true), ("mean gross exposure", true)];
        out += &list_table("Left of what there is before costs, by capital", &columns, &rows);
        out += "<p class=\"dim\">The more money, the less of an order the volume fills: with falling exposure another portfolio is held, and a share that rises \
                again is that, not capacity.</p>\n";
    }
    out
}
