//! What a run was seen against, as tables and as a part of the summary.

use serde_json::{Value, json};

use crate::replay::run::Run;
use crate::report::carries;
use crate::report::summary::told;
use crate::report::tables::Table;
use crate::report::words::{exact, exact_or_empty};
use crate::stress::{Benchmark, Carried, Ladder, Noise, Stress};

const BENCHMARKS: &[&str] = &["time", "against", "equity"];
const LADDER: &[&str] = &[
    "kind",
    "rung",
    "total_return",
    "cagr",
    "sharpe",
    "max_drawdown",
    "alpha",
    "final_equity",
    "fees",
    "slippage",
    "funding",
    "liquidations",
    "of_step",
    "survives",
    "noise",
    "told_apart",
];
const CAPACITY: &[&str] = &["capital", "alpha_kept", "return_kept", "average_gross_exposure"];

/// Tables that are only there where something was asked for.
pub const HEADERS: &[(&str, &[&str])] = &[("benchmarks.csv", BENCHMARKS), ("ladder.csv", LADDER), ("capacity.csv", CAPACITY)];

/// The replays the run is measured against (the coin's worth is a column of `equity.csv`), and the ladder where it was climbed.
#[must_use]
pub fn tables(run: &Run, stress: &Stress) -> Vec<Table> {
    let replayed: Vec<&Benchmark> = stress.replayed().collect();
    let mut all = Vec::new();
    if !replayed.is_empty() {
        let at = |t: usize| {
            let time = run.clock.close(t).to_string();
            let row =
                move |benchmark: &&Benchmark| Some(vec![time.clone(), benchmark.key.to_string(), benchmark.equity.get(t)?.to_string()]);
            replayed.iter().filter_map(row)
        };
        all.push(Table { file: "benchmarks.csv", header: BENCHMARKS, rows: (0..run.equity.len()).flat_map(at).collect() });
    }
    if let Some(ladder) = &stress.ladder {
        all.push(rungs(ladder));
        let row = |row: &Carried| {
            vec![
                row.capital.to_string(),
                exact_or_empty(row.alpha_kept),
                exact_or_empty(row.return_kept),
                exact_or_empty(row.average_gross_exposure),
            ]
        };
        let rows = ladder.capacity.carried.iter().map(row);
        all.push(Table { file: "capacity.csv", header: CAPACITY, rows: rows.collect() });
    }
    all
}

fn rungs(ladder: &Ladder) -> Table {
    let rows = ladder.rungs.iter().map(|rung| {
        let m = told(rung.metrics.clone());
        vec![
            rung.step.kind().name().to_string(),
            rung.step.name(),
            exact_or_empty(m.total_return),
            exact_or_empty(m.cagr),
            exact_or_empty(m.sharpe),
            exact_or_empty(m.max_drawdown),
            exact_or_empty(m.alpha),
            exact(m.final_equity_usd),
            exact(m.fees_usd),
            exact(m.slippage_usd),
            exact(m.funding_net_usd),
            m.liquidations.to_string(),
            exact_or_empty(rung.of_step),
            exact_or_empty(rung.survives),
            exact_or_empty(ladder.noise.map(|noise| noise.width())),
            rung.told_apart.map_or("", |apart| if apart { "yes" } else { "no" }).to_string(),
        ]
    });
    Table { file: "ladder.csv", header: LADDER, rows: rows.collect() }
}

/// Each benchmark by its own numbers, then the run against it.
#[must_use]
pub fn benchmarks(stress: &Stress) -> Value {
    let one = |benchmark: &Benchmark| {
        let mut all = json!({ "benchmark": benchmark.key, "name": benchmark.name, "about": benchmark.about });
        let numbers = serde_json::to_value(&benchmark.against).expect("finite numbers or nothing");
        all.as_object_mut().expect("made above").extend(numbers.as_object().cloned().unwrap_or_default());
        all
    };
    Value::Array(stress.benchmarks.iter().map(one).collect())
}

/// The ladder for machines.
#[must_use]
pub fn ladder(ladder: &Ladder) -> Value {
    let rung = |rung: &crate::stress::Rung| {
        json!({
            "kind": rung.step.kind().name(),
            "rung": rung.step.name(),
            "total_return": rung.metrics.total_return,
            "sharpe": rung.metrics.sharpe,
            "max_drawdown": rung.metrics.max_drawdown,
            "of_step": rung.of_step,
            "survives": rung.survives,
            "told_apart": rung.told_apart,
        })
    };
    let carried = |row: &Carried| {
        json!({
            "capital": row.capital,
            "alpha_kept": row.alpha_kept,
            "return_kept": row.return_kept,
            "average_gross_exposure": row.average_gross_exposure,
        })
    };
    let capacity = &ladder.capacity;
    let noise = |noise: Noise| json!({ "seeds": noise.seeds, "deviation": noise.deviation, "low": noise.low, "high": noise.high, "told": carries::noise(ladder) });
    json!({
        "noise": ladder.noise.map(noise),
        "rungs": ladder.rungs.iter().map(rung).collect::<Vec<_>>(),
        "capacity": {
            "usd": capacity.alpha.usd(),
            "of_return_usd": capacity.total_return.usd(),
            "told": carries::told(capacity),
            "gross_alpha": capacity.gross_alpha,
            "gross_return": capacity.gross_return,
            "carried": capacity.carried.iter().map(carried).collect::<Vec<_>>(),
        },
    })
}
