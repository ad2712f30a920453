//! A study over several markets, and regimes as folds: pooled as said, judged market by market, the same bytes however it was made.

use std::fs;
use std::path::Path;

use rotate::batch::Arena;
use rotate::fault::Fault;
use rotate::market::{Market, Window};
use rotate::replay::run::{Regime, Run};
use rotate::strategy::StrategyFile;
use rotate::tune::{self, FinalWindow, Journal, Request, Study};
use rotate::units::Time;

use crate::program::{ROOT, fine, refused, tree};
use crate::tune::{CAPITAL, bull, copy, market, sample, scramble};

const KEYS: &str =
    "final = 0.1\nkeys = { \"buckets.narratives.weight\" = [0.05, 0.1, 0.15], \"buckets.narratives.leverage.open\" = [2.0, 3.0] }";

fn studied(market: &Market, also: &[&Market], file: &StrategyFile) -> Result<Study, Fault> {
    let also: Vec<Arena> = also.iter().map(|market| Arena::new(market)).collect();
    let request = Request { file, capital: CAPITAL, final_window: FinalWindow::Spend, also: &also };
    tune::study(&Arena::new(market), &request, &mut Journal::nowhere(serde_json::json!({})), &())
}

/// The sample in other months.
fn later() -> Market {
    let window = Window { from: Time::parse("2024-04-01"), to: Time::parse("2024-07-31") };
    Market::load(&Path::new(ROOT).join("data/sample"), window).unwrap()
}

#[test]
fn what_markets_come_to_together_is_the_worst_of_them_or_their_mean() {
    let (first, second) = (sample("2024-03-31"), later());
    let alone = [&first, &second].map(|market| studied(market, &[], &bull(KEYS)).unwrap());
    for (pool, by, least) in [("worst", "sharpe", false), ("mean", "sharpe", false), ("worst", "volatility", true)] {
        let file = bull(&format!("pool = \"{pool}\"\nby = \"{by}\"\n{KEYS}"));
        let both = studied(&first, &[&second], &file).unwrap();
        for (at, trial) in both.trials.iter().enumerate() {
            let measured = trial.measured.as_ref().unwrap();
            assert_eq!(measured.days, alone[0].trials[at].measured.as_ref().unwrap().days);
            assert_eq!(measured.elsewhere[0].days, alone[1].trials[at].measured.as_ref().unwrap().days);
            for (side, value) in [(false, trial.objectives[0]), (true, both.objective(trial, true))] {
                let [a, b] = [&alone[0], &alone[1]].map(|study| study.trials[at].metric(by, side).unwrap());
                let expected = match pool {
                    "mean" => f64::midpoint(a, b),
                    _ if least => a.max(b),
                    _ => a.min(b),
                };
                assert!((value.unwrap() - expected).abs() < 1e-12, "{pool} {by} {side}: {value:?}, {expected}");
            }
        }
        // Ranked by what they come to together.
        let turned = |trial: &usize| both.trials[*trial].objectives[0].unwrap() * if least { -1.0 } else { 1.0 };
        assert!(both.ranking.is_sorted_by(|a, b| turned(a) >= turned(b)));
        let other = &both.elsewhere[0];
        assert_eq!(both.verdict(), both.judgement.verdict.max(other.judgement.verdict));
        assert_eq!(both.before.elsewhere[0].days, alone[1].before.days);
        // Each market has a final window of its own.
        assert_eq!(both.spent.as_ref().unwrap().before, alone[0].spent.as_ref().unwrap().before);
        assert_eq!(other.spent.as_ref().unwrap().before, alone[1].spent.as_ref().unwrap().before);
    }
}

/// What one market breaks is broken, however well the other keeps it.
#[test]
fn a_constraint_must_hold_on_every_market() {
    let (first, second) = (sample("2024-03-31"), later());
    let alone = [&first, &second].map(|market| studied(market, &[], &bull(KEYS)).unwrap());
    let falls =
        [&alone[0], &alone[1]].map(|study| study.trials.iter().map(|trial| -trial.metric("max_drawdown", false).unwrap()).collect());
    let [a, b]: [Vec<f64>; 2] = falls;
    // Between what the two lose at most: one of them keeps it always, the other never.
    let [least, most] = if a[0] < b[0] { [&a, &b] } else { [&b, &a] };
    let bound = f64::midpoint(least.iter().copied().fold(0.0, f64::max), most.iter().copied().fold(1.0, f64::min));
    assert!(least.iter().all(|fall| *fall < bound) && most.iter().all(|fall| *fall > bound), "{a:?}, {b:?}");
    let file = bull(&format!("require = [\"max_drawdown < {bound}\"]\n{KEYS}"));
    let both = studied(&first, &[&second], &file).unwrap();
    assert!(
        both.trials.iter().all(|trial| !trial.is_feasible()),
        "{:?}",
        both.trials.iter().map(|trial| trial.violation).collect::<Vec<_>>()
    );
}

/// Every price of the other market's final window is another one: nothing of the study moves.
#[test]
fn the_final_window_of_another_market_is_never_looked_at() {
    let first = sample("2024-03-31");
    let also = sample("2024-06-30");
    let file = bull(KEYS);
    let keep = |also: &Market| {
        let also = [Arena::new(also)];
        let request = Request { file: &file, capital: CAPITAL, final_window: FinalWindow::Keep, also: &also };
        tune::study(&Arena::new(&first), &request, &mut Journal::nowhere(serde_json::json!({})), &()).unwrap()
    };
    let before = keep(&also);
    let other = &before.elsewhere[0];
    let from = other.clock.open(other.timeline.final_window().unwrap().start).seconds();
    let dir = tempfile::tempdir().unwrap();
    copy(&Path::new(ROOT).join("data/sample"), dir.path());
    for series in ["spot", "perp", "mark"] {
        for entry in fs::read_dir(dir.path().join(series)).unwrap() {
            scramble(&entry.unwrap().path(), from);
        }
    }
    let after = keep(&market(dir.path(), Time::parse("2024-06-30").unwrap()));
    assert_eq!((&before.ranking, &before.judgement, &before.advice), (&after.ranking, &after.judgement, &after.advice));
    assert_eq!((&other.judgement, &other.timeline), (&after.elsewhere[0].judgement, &after.elsewhere[0].timeline));
    for (a, b) in before.trials.iter().zip(&after.trials) {
        assert_eq!(a.measured, b.measured);
    }
}

/// A strategy decides more often than the other market has bars.
#[test]
fn a_strategy_that_cannot_run_on_another_market_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (also, out) = (dir.path().join("second"), dir.path().join("study"));
    second_market(&also, "1d");
    let words = ["tune", "strategies/bull.toml", "--set", "decide=8h", "--quiet", "--also", also.to_str().unwrap()];
    let message = refused(&[&words[..], &["--out", out.to_str().unwrap()]].concat());
    assert!(message.contains(" on second") && message.contains("decide"), "{message}");
    assert!(!out.exists());
}

#[test]
fn folds_of_several_markets_are_refused() {
    let (first, second) = (sample("2024-03-31"), later());
    let file = bull(&format!("walk_forward = {{ train = \"30d\", test = \"10d\" }}\n{KEYS}"));
    let fault = studied(&first, &[&second], &file).unwrap_err().to_string();
    assert!(fault.contains("folds of the time, and several markets") && fault.contains("--also"), "{fault}");
}

/// A copy of the sample under another name, with bars of another length.
fn second_market(folder: &Path, bar: &str) {
    copy(&Path::new(ROOT).join("data/sample"), folder);
    let manifest = folder.join("market.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let line = |line: &str| match line.split_whitespace().next() {
        Some("name") => "name = \"second\"".to_owned(),
        Some("bar") => format!("bar = \"{bar}\""),
        _ => line.to_owned(),
    };
    fs::write(&manifest, text.lines().map(|text| line(text) + "\n").collect::<String>()).unwrap();
}

#[test]
fn a_study_of_two_markets_is_the_same_however_it_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let other = dir.path().join("second");
    second_market(&other, "8h");
    let also = other.to_str().unwrap();
    let study = |name: &str, more: &[&str]| {
        let out = dir.path().join(name);
        let keys = "buckets.narratives.weight=0.05,0.10,0.15";
        let words =
            ["tune", "strategies/bull.toml", "--keys", keys, "--from", "2024-03-01", "--to", "2024-05-31", "--also", also, "--quiet"];
        let closing = fine(&[&words[..], &["--out", out.to_str().unwrap()], more].concat());
        (closing, out)
    };
    let (closing, one) = study("one", &["--jobs", "1"]);
    assert!(closing.contains("Over 2 markets: ") && closing.contains("On second (SYNTHETIC DATA): "), "{closing}");
    let (_, many) = study("many", &[]);
    assert_eq!(tree(&one), tree(&many));
    let page = fs::read_to_string(one.join("study.html")).unwrap();
    assert!(page.contains("Market by market") && page.contains("Each check, and what it found on second"));
    // The row of the other market has the numbers of the table of trials.
    let table = fs::read_to_string(one.join("trials.csv")).unwrap();
    let table: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    let ranked: Vec<&str> =
        closing.lines().map(str::split_whitespace).find_map(|mut words| (words.next() == Some("1")).then(|| words.collect())).unwrap();
    let best: usize = ranked[0].parse().unwrap();
    let row = page.split("Market by market").nth(2).unwrap().split("<tr").nth(3).unwrap();
    assert!(row.contains("second (SYNTHETIC DATA)"), "{row}");
    for name in ["second:is_sharpe", "second:oos_sharpe"] {
        let column = table[0].iter().position(|head| *head == name).unwrap();
        let value: f64 = table[best][column].parse().unwrap();
        assert!(row.contains(&format!("{value:.3}")), "{name} {value}: {row}");
    }
    assert!(fine(&["verify", one.to_str().unwrap(), "--also", also]).contains("verified"));
    // What is resumed must be of the same markets.
    let words = ["tune", "strategies/bull.toml", "--keys", "buckets.narratives.weight=0.05,0.10,0.15", "--from", "2024-03-01", "--to"];
    let resumed = refused(&[&words[..], &["2024-05-31", "--quiet", "--resume", "--out", one.to_str().unwrap()]].concat());
    assert!(resumed.contains("also was"), "{resumed}");
    // A market that has changed since is named.
    let labels = other.join("narratives.csv");
    fs::write(&labels, fs::read_to_string(&labels).unwrap() + "\n").unwrap();
    assert!(refused(&["verify", one.to_str().unwrap(), "--also", also]).contains("narratives.csv"));
    let twice =
        refused(&["tune", "strategies/bull.toml", "--also", "data/sample", "--quiet", "--out", dir.path().join("x").to_str().unwrap()]);
    assert!(twice.contains("a second time"), "{twice}");
}

fn sharpe(days: &[f64]) -> f64 {
    let mean = days.iter().sum::<f64>() / days.len() as f64;
    mean / (days.iter().map(|day| (day - mean) * (day - mean)).sum::<f64>() / (days.len() - 1) as f64).sqrt()
}

/// The regime of each UTC day by hand: that of the last bar which closed when it began.
fn by_day(run: &Run, days: usize) -> Vec<Regime> {
    let first = run.clock.open(0).seconds() / 86_400;
    let label = |day: usize| {
        let midnight = (first + day as i64) * 86_400;
        (0..run.regime.len()).rev().find(|bar| run.clock.close(*bar).seconds() <= midnight).map_or(Regime::Unknown, |bar| run.regime[bar])
    };
    (0..days).map(label).collect()
}

#[test]
fn a_regime_is_judged_by_what_was_best_without_it() {
    let window = Window { from: Time::parse("2022-06-01"), to: Time::parse("2024-08-31") };
    let market = Market::load(&Path::new(ROOT).join("data/sample"), window).unwrap();
    let file = bull(KEYS);
    let study = studied(&market, &[], &file).unwrap();
    let run = Arena::new(&market).replay_to(&file.strategy, CAPITAL, study.timeline.tuned).run;
    let labels = by_day(&run, study.before.days.len());
    assert!(study.regimes.len() > 1, "{:?}", study.regimes);
    for of in &study.regimes {
        let split = |days: &[f64], inside: bool| -> Vec<f64> {
            days.iter().zip(&labels).filter(|(_, label)| (**label == of.regime) == inside).map(|(day, _)| *day).collect()
        };
        assert_eq!(of.days, split(&study.before.days, true).len());
        let days = |trial: usize| &study.trials[trial].measured.as_ref().unwrap().days;
        let ratios: Vec<f64> = (0..study.trials.len()).map(|trial| sharpe(&split(days(trial), false))).collect();
        let chosen = of.chosen.unwrap();
        assert!(ratios.iter().all(|ratio| *ratio <= ratios[chosen] + 1e-12), "{chosen}: {ratios:?}");
        assert!((of.expected.unwrap() - ratios[chosen]).abs() < 1e-12);
        for (gave, days) in
            [(of.of_chosen.unwrap(), days(chosen)), (of.of_best, days(study.ranking[0])), (of.of_before, &study.before.days)]
        {
            let inside = split(days, true);
            assert!((gave.sharpe.unwrap() - sharpe(&inside)).abs() < 1e-12);
            assert!((gave.growth - (inside.iter().fold(1.0, |wealth, day| wealth * (1.0 + day)) - 1.0)).abs() < 1e-12);
        }
    }
}
