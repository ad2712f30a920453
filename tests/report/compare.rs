//! Reports read back and laid side by side.

use std::fs;
use std::path::{Path, PathBuf};

use rotate::metrics::Metrics;
use rotate::replay::run::Run;
use rotate::report::compare::Ranking;
use rotate::report::{compare, terminal, write_batch};
use rotate::units::{Span, Usd};

use crate::fixture::{manifest, market, run};
use crate::written::{batch, rows, written};

#[test]
fn folders_read_back_compare_as_they_were_written() {
    let (home, out) = written();
    let (market, runs) = batch();
    let all = compare::read(&[out.clone(), out.join("up")], &Ranking::default()).unwrap();
    assert_eq!(all.len(), 3);
    let names: Vec<&str> = all.iter().map(|told| told.name.as_str()).collect();
    assert_eq!(names, ["down & <out>", "latest/up (2)", "latest/up (3)"]);
    let told = &all[1];
    assert_eq!(told.equity.len(), 400);
    assert_eq!(Usd::round(told.equity[399]), runs[0].final_equity());
    assert_eq!(terminal::Line::read("x", &told.metrics), terminal::Line::of("x", &Metrics::of(&runs[0])));
    let said = compare::text(&all, "sharpe", terminal::Look::PLAIN);
    assert!(said.contains("latest/up (2)") && said.contains("(SYNTHETIC DATA)"), "{said}");
    assert_eq!(said.matches("the made-up data").count(), 1, "{said}");
    let target = home.path().join("side-by-side");
    compare::write(&target, &all, "sharpe").unwrap();
    compare::write(&target, &all, "sharpe").unwrap();
    // The fixture's strategies are measured against different curves; one in common is drawn, as in the picture of the run.
    let held = |target: &Path| fs::read_to_string(target.join("equity.svg")).unwrap().contains(" held $");
    assert!(!held(&target));
    let alone = home.path().join("alone");
    compare::write(&alone, &all[1..], "sharpe").unwrap();
    assert!(held(&alone));
    for name in ["comparison.csv", "index.html", "equity.svg", "equity.png", "drawdown.svg", "drawdown.png", "manifest.json"] {
        assert!(target.join(name).is_file(), "{name}");
    }
    assert_eq!(rows(&target.join("comparison.csv"))[0]["sharpe"], rows(&out.join("comparison.csv"))[1]["sharpe"]);
    assert_eq!(compare::to_json(&all, "sharpe")["strategies"][0]["market"], market.name);
}

#[test]
fn what_is_no_finished_report_is_said_so() {
    let (home, out) = written();
    let read = |path: PathBuf| compare::read(&[path], &Ranking::default()).unwrap_err();
    let missing = read(home.path().join("nowhere"));
    assert_eq!(missing.expected, "a folder that `rotate run` wrote");
    let foreign = read(home.path().to_path_buf());
    assert_eq!(foreign.found, "neither manifest.json nor summary.json is there");
    fs::remove_file(out.join("up/equity.csv")).unwrap();
    assert!(read(out.clone()).place.ends_with("equity.csv"));
    fs::write(out.join("up/equity.csv"), "time,equity\n2021-01-01,much\n").unwrap();
    let garbled = read(out.join("up"));
    assert!(garbled.place.ends_with("equity.csv:2") && garbled.found.contains("much"), "{garbled}");
    fs::write(out.join("up/summary.json"), "{\"strategy\": \"up\"").unwrap();
    assert!(read(out.clone()).found.starts_with("not JSON"));
    fs::write(out.join("up/summary.json"), "{\"strategy\": \"up\", \"capital\": 1}").unwrap();
    assert_eq!(read(out.clone()).found, "`metrics` is missing or of another kind");
    assert!(compare::read(&[], &Ranking::default()).is_err());
}

/// Two thousand folders: ranked by their summaries, the best drawn, in a page that opens at once.
#[test]
fn two_thousand_runs_compare_in_one_small_page() {
    let (home, out) = written();
    let many = home.path().join("many");
    fs::create_dir(&many).unwrap();
    fs::copy(out.join("manifest.json"), many.join("manifest.json")).unwrap();
    let text = fs::read_to_string(out.join("up/summary.json")).unwrap();
    let mut summary: serde_json::Value = serde_json::from_str(&text).unwrap();
    for i in 0..2_000 {
        let name = format!("s{i:04}");
        let dir = many.join(&name);
        fs::create_dir(&dir).unwrap();
        summary["strategy"] = name.into();
        summary["metrics"]["sharpe"] = f64::from(i % 1_999).into();
        fs::write(dir.join("summary.json"), summary.to_string()).unwrap();
        fs::copy(out.join("up/equity.csv"), dir.join("equity.csv")).unwrap();
    }
    // A curve of one that is not drawn is not even opened.
    fs::write(many.join("s0000/equity.csv"), "garbled").unwrap();
    let all = compare::read(&[many], &Ranking::default()).unwrap();
    assert_eq!(all.len(), 2_000);
    assert_eq!(all.iter().filter(|told| !told.times.is_empty()).count(), 12);
    let target = home.path().join("compared");
    compare::write(&target, &all, "sharpe").unwrap();
    let page = fs::read_to_string(target.join("index.html")).unwrap();
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    assert!(page.contains("2000 strategies, ranked by sharpe; the best 12 are drawn") && page.matches("<tr>").count() > 2_000);
    let first = page.split("<tbody>").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(first.contains(">s1998<"), "{first}");
    assert_eq!(rows(&target.join("comparison.csv")).len(), 2_000);
}

#[test]
fn the_best_is_told_from_luck_and_settings_that_differ_are_marked() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let market = market(1_200, Span::from_seconds(28_800));
    let runs = vec![run("up", &market, 1, 0.001, 1.0), run("down", &market, 2, -0.001, 1.0)];
    let mut record = manifest(&market, &runs);
    record.strategies[0].resolved = serde_json::json!({ "buckets": { "a": { "weight": 0.4 } }, "every": "7d" });
    record.strategies[1].resolved = serde_json::json!({ "buckets": { "a": { "weight": 0.5 } }, "every": "7d" });
    write_batch(&out, &market, &runs, &record).unwrap();
    let all = compare::read(std::slice::from_ref(&out), &Ranking::default()).unwrap();
    let json = compare::to_json(&all, "sharpe");
    assert_eq!(json["ranking"], serde_json::json!(["up", "down"]));
    let duel = &json["best"]["duels"][0];
    assert_eq!((duel["better"].as_str(), duel["than"].as_str()), (Some("up"), Some("down")));
    let own = |run: &Run| Metrics::of(run).sharpe.unwrap();
    let told = duel["difference"]["sharpe"].as_f64().unwrap();
    assert!((told - (own(&runs[0]) - own(&runs[1]))).abs() < 1e-9, "{told}");
    assert!(duel["difference"]["sharpe_interval"]["low"].as_f64().unwrap() < told);
    assert_eq!(json["best"]["correlation"][0].as_f64().map(|c| (c * 1e9).round()), Some(1e9));
    assert_eq!(json["best"]["settings"], serde_json::json!([{ "key": "buckets.a.weight", "values": ["0.4", "0.5"] }]));
    let text = compare::text(&all, "sharpe", terminal::Look::PLAIN);
    assert!(text.contains("up less down: Sharpe "), "{text}");
    let target = home.path().join("compared");
    compare::write(&target, &all, "sharpe").unwrap();
    let page = fs::read_to_string(target.join("index.html")).unwrap();
    assert!(page.contains("<mark>0.5</mark>") && !page.contains("<mark>7d"), "what differs is marked");
    // Less of it is better: the order turns.
    assert_eq!(compare::to_json(&all, "volatility")["ranking"].as_array().unwrap().len(), 2);
    let unknown = compare::read(&[out], &Ranking { by: "beauty".to_string(), top: 2 }).unwrap_err();
    assert_eq!((unknown.place.as_str(), unknown.found.as_str()), ("--by beauty", "no such metric"));
}
