//! Reports read back and laid side by side.

use std::fs;
use std::path::{Path, PathBuf};

use rotate::metrics::Metrics;
use rotate::replay::run::Run;
use rotate::report::compare::Comparison;
use rotate::report::loaded::{Ranking, ranked};
use rotate::report::reading::read;
use rotate::report::strategy_table::Line;
use rotate::report::{terminal, write_batch};
use rotate::units::{Span, Usd};

use super::written::{batch, rows, written};
use crate::fixture::{manifest, market, run};

#[test]
fn folders_read_back_compare_as_they_were_written() {
    let (home, out) = written();
    let (market, runs) = batch();
    let all = read(&[out.clone(), out.join("up")], &Ranking::default()).unwrap();
    assert_eq!(all.len(), 3);
    let names: Vec<&str> = all.iter().map(|told| told.name.as_str()).collect();
    assert_eq!(names, ["down & <out>", "latest/up (2)", "latest/up (3)"]);
    let told = &all[1];
    assert_eq!(told.equity.len(), 400);
    assert_eq!(Usd::round(told.equity[399]), runs[0].final_equity());
    assert_eq!(Line::read("x", &told.metrics), Line::of("x", &Metrics::of(&runs[0])));
    let said = Comparison::of(&all, "sharpe").text(None, terminal::Look::PLAIN);
    assert!(said.contains("latest/up (2)") && said.contains("(SYNTHETIC DATA)"), "{said}");
    assert_eq!(said.matches("the made-up data").count(), 1, "{said}");
    let target = home.path().join("side-by-side");
    Comparison::of(&all, "sharpe").write(&target).unwrap();
    Comparison::of(&all, "sharpe").write(&target).unwrap();
    // The fixture's strategies are measured against different curves; one in common is drawn, as in the picture of the run.
    let held = |target: &Path| fs::read_to_string(target.join("equity.svg")).unwrap().contains(" held $");
    assert!(!held(&target));
    let alone = home.path().join("alone");
    Comparison::of(&all[1..], "sharpe").write(&alone).unwrap();
    assert!(held(&alone));
    for name in ["comparison.csv", "index.html", "equity.svg", "equity.png", "drawdown.svg", "drawdown.png", "manifest.json"] {
        assert!(target.join(name).is_file(), "{name}");
    }
    assert_eq!(rows(&target.join("comparison.csv"))[0]["sharpe"], rows(&out.join("comparison.csv"))[1]["sharpe"]);
    assert_eq!(Comparison::of(&all, "sharpe").to_json()["strategies"][0]["market"], market.name);
}

#[test]
fn what_is_no_finished_report_is_said_so() {
    let (home, out) = written();
    let refused = |path: PathBuf| read(&[path], &Ranking::default()).unwrap_err();
    let missing = refused(home.path().join("nowhere"));
    assert_eq!(missing.expected, "a folder that `rotate run` wrote");
    let foreign = refused(home.path().to_path_buf());
    assert_eq!(foreign.found, "neither manifest.json nor summary.json is there");
    fs::remove_file(out.join("up/equity.csv")).unwrap();
    assert!(refused(out.clone()).place.ends_with("equity.csv"));
    fs::write(out.join("up/equity.csv"), "time,equity\n2021-01-01,much\n").unwrap();
    let garbled = refused(out.join("up"));
    assert!(garbled.place.ends_with("equity.csv:2") && garbled.found.contains("much"), "{garbled}");
    fs::write(out.join("up/summary.json"), "{\"strategy\": \"up\"").unwrap();
    assert!(refused(out.clone()).found.starts_with("not JSON"));
    fs::write(out.join("up/summary.json"), "{\"strategy\": \"up\", \"capital\": 1}").unwrap();
    assert_eq!(refused(out.clone()).found, "`metrics` is missing or of another kind");
    assert!(read(&[], &Ranking::default()).is_err());
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
        summary["cautions"] = serde_json::json!([format!("only {name} knows")]);
        summary["strategy"] = name.into();
        summary["metrics"]["sharpe"] = f64::from(i % 1_999).into();
        fs::write(dir.join("summary.json"), summary.to_string()).unwrap();
        fs::copy(out.join("up/equity.csv"), dir.join("equity.csv")).unwrap();
    }
    // A curve of one that is not drawn is not even opened.
    fs::write(many.join("s0000/equity.csv"), "garbled").unwrap();
    let all = read(&[many], &Ranking::default()).unwrap();
    assert_eq!(all.len(), 2_000);
    assert_eq!(all.iter().filter(|told| !told.times.is_empty()).count(), 12);
    let target = home.path().join("compared");
    Comparison::of(&all, "sharpe").write(&target).unwrap();
    let page = fs::read_to_string(target.join("index.html")).unwrap();
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    assert!(page.contains("2000 strategies, ranked by sharpe; the best 12 are drawn") && page.matches("<tr>").count() > 2_000);
    // So many rows stand below what tells the best of them from luck.
    let table = page.split("<caption>One row a strategy, best first").nth(1).unwrap();
    let first = table.split("<tbody>").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(first.contains(">s1998<"), "{first}");
    for above in
        ["id=\"significance\"", "id=\"correlation\"", "id=\"settings\"", "id=\"cautions\"", "Yearly growth against yearly volatility"]
    {
        assert!(page.find(above).unwrap() < page.find("One row a strategy").unwrap(), "{above}");
    }
    assert!(page.contains("<a href=\"#results\">") && page.contains("<h2 id=\"results\">"));
    assert_eq!(rows(&target.join("comparison.csv")).len(), 2_000);
    // The terminal shows the best, and says where the others are.
    let said = Comparison::of(&all, "sharpe").text(None, terminal::Look::PLAIN);
    assert!(said.lines().count() < 60 && said.contains("… and 1988 more: the page of --out"), "{said}");
    assert!(page.contains("<summary>1960 more</summary>") && page.matches("only s1999 knows").count() == 1);
    assert!(said.contains("s1998") && !said.contains("s0123") && said.contains("… and 1988 more"), "{said}");
    let said = Comparison::of(&all, "sharpe").text(Some(&target), terminal::Look { width: 300, colour: false });
    let place = |name: &str| target.join(name).display().to_string();
    assert!(said.contains(&format!("… and 1988 more in {}", place("comparison.csv"))), "{said}");
    assert!(said.ends_with(&format!("comparison: {}\n", place("index.html"))), "{said}");
}

#[test]
fn a_metric_without_a_column_gets_one_in_its_own_unit() {
    let (_home, out) = written();
    let by = |metric: &str| {
        let all = read(std::slice::from_ref(&out), &Ranking { by: metric.to_string(), top: 12 }).unwrap();
        Comparison::of(&all, metric).text(None, terminal::Look::PLAIN)
    };
    let said = by("ulcer_index");
    let told = rows(&out.join("comparison.csv"))[0]["ulcer_index"].parse::<f64>().unwrap();
    let cell = rotate::report::number_format::percent(Some(told));
    assert!(said.contains("ranked by ulcer_index") && said.contains("  ulcer_index  ") && said.contains(&cell), "{said}");
    assert!(!by("sharpe").contains("  sharpe  "), "it has a column");
}

/// Reports of one run over different days: laid side by side on those they share.
#[test]
fn two_that_cannot_be_told_apart_are_told_why() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, bars: usize, later: i64, curve: &dyn Fn(&mut Run)| {
        let mut market = market(bars, Span::DAY);
        market.clock.start = market.clock.start.plus(later * 86_400);
        let mut run = run(name, &market, 1, 0.001, 1.0);
        curve(&mut run);
        let out = home.path().join(name);
        write_batch(&out, &market, &[run.clone()], &manifest(&market, &[run])).unwrap();
        out
    };
    let shaken =
        |run: &mut Run| run.equity.iter_mut().enumerate().for_each(|(t, e)| *e = Usd::round(e.to_f64() * (1.0 + (t % 7) as f64 / 100.0)));
    let still = |run: &mut Run| run.equity.iter_mut().for_each(|e| *e = run.capital);
    let first = write("first", 200, 0, &|_| {});
    let duel = |other: PathBuf| {
        let all = read(&[first.clone(), other], &Ranking::default()).unwrap();
        let json = Comparison::of(&all, "sharpe").to_json()["best"]["duels"][0].clone();
        let page = home.path().join("compared");
        Comparison::of(&all, "sharpe").write(&page).unwrap();
        (
            json,
            Comparison::of(&all, "sharpe").text(None, terminal::Look { width: 300, colour: false }),
            fs::read_to_string(page.join("index.html")).unwrap(),
        )
    };
    for (other, reason, words) in [
        (write("same", 200, 0, &|_| {}), "same_curve", "the same curve"),
        (write("still", 200, 0, &still), "still", "one of them never moved: no Sharpe ratio"),
        (write("apart", 200, 300, &|_| {}), "other_days", "no day in common"),
        (write("brief", 200, 175, &shaken), "too_few_days", "25 days in common, too few to tell: 30 are needed"),
    ] {
        let (json, text, page) = duel(other);
        assert_eq!(json["not_comparable"], reason, "{json:#}");
        assert!(text.contains(words) && page.contains(words), "{reason}: {text}");
    }
    let (json, text, page) = duel(write("partly", 200, 150, &shaken));
    assert_eq!((&json["not_comparable"], &json["days"], &json["whole"]), (&serde_json::Value::Null, &50.into(), &false.into()), "{json:#}");
    assert!(json["difference"]["sharpe_interval"].is_object(), "{json:#}");
    let words = format!("on the 50 days they share, {} to {}", &json["from"].as_str().unwrap()[..10], &json["to"].as_str().unwrap()[..10]);
    assert!(text.contains(&words) && page.contains(&words), "{text}");
}

/// One run named twice was tried once; what the commands asked for differs as the keys of strategies do.
#[test]
fn what_is_named_twice_counts_once_and_capital_is_a_setting() {
    let home = tempfile::tempdir().unwrap();
    let market = market(200, Span::DAY);
    let write = |name: &str, capital: f64| {
        let runs = [run("up", &market, 1, 0.001, 1.0), run("down", &market, 2, -0.001, 1.0)];
        let mut record = manifest(&market, &runs);
        record.settings = serde_json::json!({ "capital": capital.to_string(), "assumptions": null, "tables": name });
        write_batch(&home.path().join(name), &market, &runs, &record).unwrap();
        home.path().join(name)
    };
    let (one, two) = (write("one", 100_000.0), write("two", 50_000.0));
    let all = read(&[one.clone(), one.clone(), one.join("up"), two], &Ranking::default()).unwrap();
    assert_eq!(all.len(), 7);
    let tried: Vec<u64> = all.iter().map(|told| told.metrics["sharpe_trials"].as_u64().unwrap()).collect();
    assert_eq!(tried, [2; 7]);
    let settings = Comparison::of(&all, "sharpe").to_json()["best"]["settings"].clone();
    assert_eq!(settings.as_array().unwrap().len(), 1, "{settings:#}");
    assert_eq!(settings[0]["key"], "--capital");
    let target = home.path().join("compared");
    Comparison::of(&all, "sharpe").write(&target).unwrap();
    assert!(fs::read_to_string(target.join("index.html")).unwrap().contains("<mark>50000</mark>"));
}

/// Each metric says in its row which way is better; what it does not know is ranked from the most.
#[test]
fn less_of_a_cost_comes_first() {
    let (_home, out) = written();
    let mut all = read(&[out], &Ranking::default()).unwrap();
    for (name, least_first) in [
        ("refused", true),
        ("average_funding_apr", true),
        ("sharpe_trials", true),
        ("kurtosis", true),
        ("sortino", false),
        ("worst_day", false),
        ("beta", false),
        ("no_metric", false),
    ] {
        all[0].metrics.insert(name.to_owned(), 1.into());
        all[1].metrics.insert(name.to_owned(), 2.into());
        assert_eq!(ranked(&all, name), if least_first { [0, 1] } else { [1, 0] }, "{name}");
    }
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
    let all = read(std::slice::from_ref(&out), &Ranking::default()).unwrap();
    let json = Comparison::of(&all, "sharpe").to_json();
    assert_eq!(json["ranking"], serde_json::json!(["up", "down"]));
    let duel = &json["best"]["duels"][0];
    assert_eq!((duel["better"].as_str(), duel["than"].as_str()), (Some("up"), Some("down")));
    let own = |run: &Run| Metrics::of(run).ratios.sharpe.unwrap();
    let told = duel["difference"]["sharpe"].as_f64().unwrap();
    assert!((told - (own(&runs[0]) - own(&runs[1]))).abs() < 1e-9, "{told}");
    assert!(duel["difference"]["sharpe_interval"]["low"].as_f64().unwrap() < told);
    // Falls at daily closes, of the days that both have: two curves of one market, at eight-hour bars.
    let falls = &duel["drawdown_difference"];
    let (fall, low, high) = (falls["max_drawdown"].as_f64().unwrap(), &falls["interval"]["low"], &falls["interval"]["high"]);
    assert!(fall.abs() < 1.0 && low.as_f64().unwrap() < high.as_f64().unwrap(), "{falls:#}");
    assert_eq!(json["best"]["correlation"][0].as_f64().map(|c| (c * 1e9).round()), Some(1e9));
    assert_eq!(json["best"]["settings"], serde_json::json!([{ "key": "buckets.a.weight", "values": ["0.4", "0.5"] }]));
    let text = Comparison::of(&all, "sharpe").text(None, terminal::Look::PLAIN);
    assert!(text.contains("up minus down: Sharpe "), "{text}");
    let target = home.path().join("compared");
    Comparison::of(&all, "sharpe").write(&target).unwrap();
    let page = fs::read_to_string(target.join("index.html")).unwrap();
    let duels = page.split("<caption>up minus each other strategy").nth(1).unwrap().split("</table>").next().unwrap();
    let shown = |value: f64| format!("{}{}", if value > 0.0 { "+" } else { "" }, rotate::report::number_format::percent(Some(value)));
    let interval = format!("{} to {}", shown(low.as_f64().unwrap()), shown(high.as_f64().unwrap()));
    assert!(duels.contains(&format!("{}<td>{interval}", shown(fall))), "{duels}");
    let apart = ["Sharpe", "return", "max drawdown"].into_iter().zip([
        &duel["difference"]["sharpe_interval"],
        &duel["difference"]["annual_return_interval"],
        &falls["interval"],
    ]);
    let one_side = |i: &serde_json::Value| i["low"].as_f64().unwrap() > 0.0 || i["high"].as_f64().unwrap() < 0.0;
    let found: Vec<&str> = apart.filter(|(_, interval)| one_side(interval)).map(|(name, _)| name).collect();
    let verdict = if found.is_empty() { "not significant (95 %)".to_owned() } else { format!("significant (95 %): {}", found.join(", ")) };
    assert!(duels.contains(&format!("<td>{verdict}")), "{verdict}: {duels}");
    assert!(page.contains("<mark>0.5</mark>") && !page.contains("<mark>7d"), "what differs is marked");
    // Less of it is better: the order turns.
    assert_eq!(Comparison::of(&all, "volatility").to_json()["ranking"].as_array().unwrap().len(), 2);
    let unknown = read(&[out], &Ranking { by: "beauty".to_string(), top: 2 }).unwrap_err();
    assert_eq!((unknown.place.as_str(), unknown.found.as_str()), ("--by beauty", "no such metric"));
}
