//! What a report costs beside the replays it tells of, measured in turn in one run: the batch of all strategies over the sample market, with short and with all
//! tables, beside its replays and their benchmarks. Then a comparison of two thousand runs, read and written: the goals are under a second and a page under
//! one and a half megabytes.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rotate::batch::Arena;
use rotate::evaluate::{Evaluation, deflated};
use rotate::market::{Market, Window};
use rotate::replay::run::Run;
use rotate::report::charts::{Pictures, bitmap};
use rotate::report::compare::Comparison;
use rotate::report::loaded::Ranking;
use rotate::report::reading::read;
use rotate::report::summary::Summary;
use rotate::report::{Batch, Forms, Manifest, ReportInput, files, html, tables};
use rotate::strategy::{Strategy, StrategyFile};
use rotate::stress::{Stress, Tested};
use rotate::units::Usd;
use serde_json::Value;

const ROUNDS: usize = 21;
const RUNS: usize = 2_000;

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn strategies(folder: &Path) -> Vec<Strategy> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    paths.sort();
    paths.iter().map(|path| StrategyFile::read(path).unwrap_or_else(|fault| panic!("{fault}")).strategy).collect()
}

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = tempfile::tempdir().unwrap();
    let report = home.path().join("report");
    let market = Market::load(&here.join("data/sample"), Window::default()).unwrap_or_else(|fault| panic!("{fault}"));
    let arena = Arena::new(&market);
    let strategies = strategies(&here.join("strategies"));
    let all: Vec<&Strategy> = strategies.iter().collect();
    let replayed = || arena.replay_all(&all, Usd::round(100_000.0), || {});
    let runs = replayed();
    let pairs: Vec<(&Strategy, &Run)> = all.iter().copied().zip(&runs).collect();
    let manifest = Manifest::new(Vec::new(), market.name.clone(), Value::Null, market.inputs.clone(), Vec::new());
    let evaluated = |ladder: bool| {
        deflated(arena.map_all(&pairs, |(strategy, run)| Evaluation::of(&arena, strategy, run, Tested { ladder, shocks: false })))
    };
    let evaluations = evaluated(false);
    let written = |forms: Forms| {
        let batch = Batch { market: &market, evaluations: &evaluations, manifest: &manifest, forms };
        let done = arena.map_all(&batch.parts(), |part| batch.write(&report, *part));
        done.into_iter().collect::<Result<(), _>>().unwrap_or_else(|fault| panic!("{fault}"));
    };
    written(Forms::PLAIN);
    let (mut replays, mut replays_and_benchmarks, mut brief, mut whole) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        replays.push(seconds(|| _ = black_box(replayed())));
        replays_and_benchmarks.push(seconds(|| {
            let runs = black_box(replayed());
            let told: Vec<(&Strategy, (&Run, &Evaluation))> = all.iter().copied().zip(runs.iter().zip(&evaluations)).collect();
            _ = black_box(
                arena.map_all(&told, |(strategy, (run, told))| Stress::of(&arena, strategy, run, &told.metrics, &[], Tested::default())),
            );
        }));
        brief.push(seconds(|| written(Forms::BRIEF)));
        whole.push(seconds(|| written(Forms::PLAIN)));
    }
    let times = [replays, replays_and_benchmarks, brief, whole].map(|all| median(all) * 1e3);
    let [replays, replays_and_benchmarks, brief, whole] = times;
    println!("{} strategies over {}, medians of {ROUNDS}:", runs.len(), market.name);
    println!("replays {replays:.0} ms, with their benchmarks {replays_and_benchmarks:.0} ms");
    println!("report {brief:.0} ms (goal at most 120), {:.2} of replays with benchmarks (goal at most 3)", brief / replays_and_benchmarks);
    println!("report with all tables {whole:.0} ms");
    let [without, with] = [false, true].map(|ladder| median((0..5).map(|_| seconds(|| _ = black_box(evaluated(ladder)))).collect()) * 1e3);
    println!("evaluated, with its benchmarks: {without:.0} ms, with the ladder {with:.0} ms");

    steps(&market, &evaluations, home.path());

    let many = home.path().join("many");
    copies(&report.join(files::folder_name(&runs[0].strategy)), &report.join("manifest.json"), &many);
    let compared = home.path().join("compared");
    let mut told = Vec::new();
    let reading = seconds(|| told = read(&[many], &Ranking::default()).unwrap_or_else(|fault| panic!("{fault}")));
    let writing = seconds(|| Comparison::of(&told, "sharpe").write(&compared).unwrap_or_else(|fault| panic!("{fault}")));
    let size = fs::metadata(compared.join("index.html")).unwrap().len() as f64 / 1e6;
    println!(
        "{RUNS} runs compared: {reading:.2} s read, {writing:.2} s written (goal under 1 together); page {size:.2} MB (goal under 1.5)"
    );
}

/// Where the time goes, all strategies one after the other.
fn steps(market: &Market, evaluations: &[Evaluation], home: &Path) {
    let dir = home.join("steps");
    fs::create_dir(&dir).unwrap();
    let pictures: Vec<Pictures> = evaluations.iter().map(|one| Pictures::of(market, one.run)).collect();
    let summaries: Vec<Summary> = evaluations.iter().map(|one| Summary::of(market, one)).collect();
    let told = |name: &str, work: &dyn Fn(usize)| {
        let times = (0..5).map(|_| seconds(|| (0..evaluations.len()).for_each(work))).collect();
        println!("  {name:<22}{:>7.0} ms", median(times) * 1e3);
    };
    println!("in one thread:");
    told("metrics and intervals", &|i| _ = black_box(Evaluation::with(market, evaluations[i].run, Stress::default())));
    for (name, forms) in [("short tables", Forms::BRIEF), ("all tables", Forms::PLAIN)] {
        told(name, &|i| {
            let source = tables::Source { market, evaluation: &evaluations[i] };
            tables::write_tables(&dir, &source, forms).unwrap_or_else(|fault| panic!("{fault}"));
        });
    }
    told("pictures", &|i| _ = black_box(Pictures::of(market, evaluations[i].run)));
    told("pictures as PNG", &|i| pictures[i].named().for_each(|(_, svg)| _ = black_box(bitmap::render(svg))));
    told("page", &|i| {
        let input = ReportInput { market, evaluation: &evaluations[i], extends: None, forms: Forms::PLAIN };
        _ = black_box(html::sheet::page(&input, &summaries[i], &pictures[i]));
    });
}

/// One strategy's folder many times over, its numbers changed from one to the next.
fn copies(strategy: &Path, manifest: &Path, many: &Path) {
    fs::create_dir(many).unwrap();
    fs::copy(manifest, many.join("manifest.json")).unwrap();
    let mut summary: Value = serde_json::from_str(&fs::read_to_string(strategy.join("summary.json")).unwrap()).unwrap();
    let first = summary["metrics"].as_object().unwrap().clone();
    let curve = fs::read(strategy.join("equity.csv")).unwrap();
    for i in 0..RUNS {
        let name = format!("strategy-{i:04}");
        let folder = many.join(&name);
        fs::create_dir(&folder).unwrap();
        summary["strategy"] = name.into();
        // A spread of up to a fifth, in no order; counts stay counts.
        let factor = 1.0 + ((i * 7_919) % RUNS) as f64 / RUNS as f64 * 0.2;
        for (metric, value) in first.iter().filter(|(_, value)| value.is_f64()) {
            summary["metrics"][metric] = (value.as_f64().unwrap() * factor).into();
        }
        fs::write(folder.join("summary.json"), serde_json::to_string_pretty(&summary).unwrap()).unwrap();
        fs::write(folder.join("equity.csv"), &curve).unwrap();
    }
}
