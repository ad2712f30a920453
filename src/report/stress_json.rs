//! What a run was seen against, as parts of its summary.

use serde_json::{Value, json};

use crate::report::capacity_text;
use crate::stress::{Benchmark, Carried, Ladder, Noise, Scenario, Stress};

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
    let scenario = |scenario: &Scenario| {
        json!({
            "kind": scenario.step.kind().name(),
            "scenario": scenario.step.name(),
            "total_return": scenario.metrics.returns.total_return,
            "sharpe": scenario.metrics.ratios.sharpe,
            "max_drawdown": scenario.metrics.drawdown.max_drawdown,
            "of_step": scenario.of_step,
            "return_kept": scenario.return_kept,
            "is_significant": scenario.is_significant,
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
    let noise = |noise: Noise| json!({ "seeds": noise.seeds, "deviation": noise.deviation, "low": noise.low, "high": noise.high, "text": capacity_text::noise(ladder) });
    json!({
        "noise": ladder.noise.map(noise),
        "scenarios": ladder.scenarios.iter().map(scenario).collect::<Vec<_>>(),
        "capacity": {
            "usd": capacity.alpha.usd(),
            "of_return_usd": capacity.total_return.usd(),
            "text": capacity_text::text(capacity),
            "gross_alpha": capacity.gross_alpha,
            "gross_return": capacity.gross_return,
            "carried": capacity.carried.iter().map(carried).collect::<Vec<_>>(),
        },
    })
}
