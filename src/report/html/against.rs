//! Whether it was worth it: the run against doing less, and what harsher assumptions leave of it.

use crate::metrics::against::Against;
use crate::report::carries;
use crate::report::charts;
use crate::report::html::escape::{Html, coded, tag, text};
use crate::report::html::figure::wide_figure;
use crate::report::html::page::{bullets, dim_paragraph, paragraph};
use crate::report::html::table::{Column, list_table, table};
use crate::report::sleeve;
use crate::report::summary::told;
use crate::report::versus::untold_in_words;
use crate::report::words::{brief_money, money, number, percent, signed_percent};
use crate::report::write::Told;
use crate::stress::{Benchmark, Carried, Ladder};

/// The run against each benchmark. Nothing where there are none.
pub(super) fn benchmarks(piece: &Told) -> Html {
    let all = &piece.stress.benchmarks;
    if all.is_empty() {
        return Html::new();
    }
    let mut out = Html::new();
    if let Some(futures) = piece.stress.futures {
        out += paragraph(&(tag("b").text("Futures:") + text(&format!(" {}.", sleeve::told(futures)))));
    }
    if let Some(svg) = charts::against::against(piece.market, piece.run, piece.stress) {
        out += wide_figure(
            &svg,
            "Equity of the strategy over the same allocation held statically, the same strategy without its futures, and the coin",
        );
    }
    out += bullets(
        all.iter().map(|benchmark| tag("b").text(&benchmark.name) + text(&format!(": {}. {}", benchmark.about, verdict(benchmark)))),
    );
    let mut columns: Vec<Column> = vec![("the run against", false)];
    columns.extend(all.iter().map(|benchmark| (benchmark.name.as_str(), true)));
    out + list_table("Each by itself, then the run less it; both on the same days", &columns, &rows(all))
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
    let found = against.difference.as_ref().filter(|_| against.untold.is_none());
    let Some((found, sharpe)) = found.and_then(|found| Some((found, found.sharpe?))) else {
        let why = against.untold.map_or_else(|| "no Sharpe ratio of both".to_string(), |why| untold_in_words(why, against.shared_days));
        return format!("Not told apart: {why} ({more}).");
    };
    let way = if sharpe > 0.0 { "higher" } else { "lower" };
    let size = if sharpe.abs() < 0.005 { "less than 0.01".to_string() } else { number(Some(sharpe.abs())) };
    let verdict = if found.told_apart() {
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
pub(super) fn ladder(piece: &Told) -> Html {
    let Some(ladder) = &piece.stress.ladder else {
        return dim_paragraph(&coded(
            "Not answered here: `rotate run --ladder` replays the strategy under optimistic, realistic and \
             pessimistic assumptions, at 0 to 3 times its costs, a bar later, and with more and more money.",
        ));
    };
    let mut out = wide_figure(
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
        .rungs
        .iter()
        .map(|rung| {
            let m = told(rung.metrics.clone());
            vec![
                carries::rung(rung.step),
                percent(m.total_return),
                percent(m.cagr),
                number(m.sharpe),
                percent(m.max_drawdown),
                money(m.fees_usd + m.slippage_usd),
                m.liquidations.to_string(),
                percent(rung.of_step),
                rung.told_apart.map_or("", |apart| if apart { "yes" } else { "no" }).to_owned(),
                percent(rung.survives),
            ]
        })
        .collect();
    out += table(
        "Left: share of the total return under optimistic assumptions, and of that at the costs, and the funding, assumed, and in time",
        &columns,
        &rows,
    );
    out += paragraph(&text(&carries::sign(ladder)));
    if let Some(noise) = carries::noise(ladder) {
        out += paragraph(&text(&noise));
    }
    out + capacity(ladder)
}

fn capacity(ladder: &Ladder) -> Html {
    let capacity = &ladder.capacity;
    let told = format!(
        "Before costs: alpha {} a year, total return {}. Here, {}.",
        percent(capacity.gross_alpha),
        percent(capacity.gross_return),
        carries::told(capacity)
    );
    let mut out = tag("h3").text("Capacity").line() + paragraph(&text(&told));
    if !capacity.carried.is_empty() {
        let row = |row: &Carried| {
            let shares = [row.alpha_kept, row.return_kept, row.average_gross_exposure].map(percent);
            std::iter::once(brief_money(row.capital.to_f64())).chain(shares).collect()
        };
        let rows: Vec<Vec<String>> = capacity.carried.iter().map(row).collect();
        let columns = [("capital", true), ("alpha", true), ("return", true), ("mean gross exposure", true)];
        out += list_table("Left of what there is before costs, by capital", &columns, &rows);
        out += dim_paragraph(&text(
            "The more money, the less of an order the volume fills: with falling exposure another portfolio is held, and a share that rises \
                again is that, not capacity.",
        ));
    }
    out
}
