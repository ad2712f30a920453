//! `rotate verify` and `rotate explain`, on a report of the program itself.

use std::fs;
use std::path::Path;

use crate::program::{ROOT, WINDOW, fine, refused, rotate_in, stderr, tree};

/// A short report of one strategy, tables in both forms.
fn report(home: &Path) -> String {
    let out = home.join("report").display().to_string();
    let [from, a, to, b] = WINDOW;
    fine(&["run", "strategies/bull.toml", from, a, to, b, "--tables", "both", "--png", "--quiet", "--out", &out]);
    out
}

fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{} has no {from}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_report_is_made_again_from_its_manifest_and_any_change_is_named() {
    let home = tempfile::tempdir().unwrap();
    let out = report(home.path());
    let before = tree(Path::new(&out));
    let said = fine(&["verify", &out, "--quiet"]);
    assert!(said.contains("verified") && said.contains("1 strategies"), "{said}");
    let json: serde_json::Value = serde_json::from_str(&fine(&["verify", &out, "--quiet", "--format", "json"])).unwrap();
    assert_eq!(json["verified"], true);
    assert_eq!(json["confirmed"]["files"].as_u64().unwrap() as usize, before.keys().filter(|name| !name.ends_with('/')).count());
    assert!(tree(Path::new(&out)) == before, "the report was touched");

    // One digit of one table.
    let fills = Path::new(&out).join("bull/fills.csv");
    let whole = fs::read_to_string(&fills).unwrap();
    let line = whole.lines().nth(3).unwrap().to_string();
    fs::write(&fills, whole.replacen(&line, &line.replacen("202", "203", 1), 1)).unwrap();
    let said = refused(&["verify", &out, "--quiet"]);
    assert!(said.contains("fills.csv:4: ") && said.contains("by the run made again"), "{said}");
    fs::write(&fills, &whole).unwrap();

    // A file too many, one too few, and a picture with another byte.
    fs::write(Path::new(&out).join("bull/notes.txt"), "mine").unwrap();
    assert!(refused(&["verify", &out, "--quiet"]).contains("notes.txt: a file that the run does not write"));
    fs::remove_file(Path::new(&out).join("bull/notes.txt")).unwrap();
    let picture = Path::new(&out).join("equity.png");
    let bytes = fs::read(&picture).unwrap();
    fs::remove_file(&picture).unwrap();
    assert!(refused(&["verify", &out, "--quiet"]).contains("equity.png: not there"));
    let mut wrong = bytes.clone();
    wrong[100] ^= 1;
    fs::write(&picture, wrong).unwrap();
    assert!(refused(&["verify", &out, "--quiet"]).contains("equity.png, byte 100: "));
    fs::write(&picture, bytes).unwrap();

    // A strategy that is not the one that ran.
    let manifest = Path::new(&out).join("manifest.json");
    let kept = fs::read_to_string(&manifest).unwrap();
    change(&manifest, "loss_of_margin = 0.5", "loss_of_margin = 0.4");
    let said = refused(&["verify", &out, "--quiet"]);
    assert!(said.contains("`source` and `resolved` are not the same strategy"), "{said}");
    fs::write(&manifest, &kept).unwrap();
    assert!(tree(Path::new(&out)) == before);

    // Another version, half a manifest, none, another command.
    change(&manifest, "\"version\": \"", "\"version\": \"9.");
    assert!(refused(&["verify", &out, "--quiet"]).contains("a report of version 9."));
    fs::write(&manifest, &kept[..kept.len() / 2]).unwrap();
    assert!(refused(&["verify", &out, "--quiet"]).contains("not JSON, or cut short"));
    fs::write(&manifest, kept.replacen("\"run\"", "\"walk\"", 1)).unwrap();
    assert!(refused(&["verify", &out, "--quiet"]).contains("a folder of `rotate walk`"));
    fs::remove_file(&manifest).unwrap();
    assert!(refused(&["verify", &out, "--quiet"]).contains("manifest.json"));
}

/// Edits of a manifest by hand; none of them is what the run writes, and each is found.
#[test]
fn whatever_is_edited_in_a_manifest_is_found() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report").display().to_string();
    let set = "buckets.narratives.leverage.open=2.0";
    fine(
        &[
            &["run", "strategies/bull.toml", "--tables", "csv", "--quiet", "--out", &out, "--assumptions", "pessimistic", "--set", set][..],
            &WINDOW,
        ]
        .concat(),
    );
    let manifest = Path::new(&out).join("manifest.json");
    let kept = fs::read_to_string(&manifest).unwrap();
    assert!(fine(&["verify", &out, "--quiet"]).contains("verified"));
    for (from, to, told) in [
        ("\"assumptions\": \"pessimistic\"", "\"assumptions\": null", "are not the same strategy"),
        ("\"assumptions\": \"pessimistic\"", "\"assumptions\": \"rosy\"", "`settings.assumptions` is \"rosy\""),
        (
            "\"set\": [\n      \"buckets.narratives.leverage.open=2.0\"",
            "\"set\": [\n      \"rebalance.band=0.9\"",
            "are not the same strategy",
        ),
        ("\"set\": [\n      \"buckets.narratives.leverage.open=2.0\"", "\"set\": [\n      7", "`settings.set` is [7]"),
        ("\"ladder\": false", "\"ladder\": 7", "`settings.ladder` is 7"),
        ("\"tables\": \"csv\"", "\"tables\": \"zip\"", "`settings.tables` is \"zip\""),
        ("\"tables\": \"csv\",", "", "`settings.tables` is missing"),
        ("\"ladder\": false", "\"ladder\": false, \"blessed\": true", "manifest.json:"),
        ("\"market\": \"sample\"", "\"market\": \"the real one\"", "manifest.json:"),
        ("\"pessimistic\",\n    \"--set\"", "\"optimistic\",\n    \"--set\"", "manifest.json:"),
        ("\"strategies/bull.toml\",", "", "`command` names 0 strategy files"),
        ("\"settings\": {", "\"by_hand\": 1, \"settings\": {", "manifest.json:"),
    ] {
        assert!(kept.contains(from), "the manifest has no {from}\n{}", &kept[..1_500]);
        fs::write(&manifest, kept.replacen(from, to, 1)).unwrap();
        let said = refused(&["verify", &out, "--quiet"]);
        assert!(said.contains(told), "{from} -> {to}: {said}");
    }
    fs::write(&manifest, &kept).unwrap();
    assert!(fine(&["verify", &out, "--quiet"]).contains("verified"));
}

/// Whatever the command said on top of the files is in the manifest, and enough to make the report again.
#[test]
fn overrides_and_assumptions_are_made_again_too() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report").display().to_string();
    for more in [&["--assumptions", "pessimistic"][..], &["--set", "buckets.narratives.leverage.open=2.0", "--capital", "50000"]] {
        fine(&[&["run", "strategies/bull.toml", "--tables", "csv", "--quiet", "--out", &out][..], &WINDOW, more].concat());
        assert!(fine(&["verify", &out, "--quiet"]).contains("verified"), "{more:?}");
    }
}

#[test]
fn a_study_is_made_again_and_any_change_is_named() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("study").display().to_string();
    fine(&[&["tune", "strategies/bull.toml", "--assumptions", "optimistic", "--quiet", "--out", &out][..], &WINDOW].concat());
    let before = tree(Path::new(&out));
    let said = fine(&["verify", &out, "--quiet"]);
    assert!(said.contains("verified") && said.contains("27 trials made again"), "{said}");
    assert!(tree(Path::new(&out)) == before, "the study was touched");

    let trials = Path::new(&out).join("trials.csv");
    let whole = fs::read_to_string(&trials).unwrap();
    let line = whole.lines().nth(5).unwrap().to_string();
    fs::write(&trials, whole.replacen(&line, &line.replacen("0.", "1.", 1), 1)).unwrap();
    let said = refused(&["verify", &out, "--quiet"]);
    assert!(said.contains("trials.csv:6: ") && said.contains("by the run made again"), "{said}");
    fs::write(&trials, &whole).unwrap();

    // What the manifest says of the study is made again with it.
    let manifest = Path::new(&out).join("manifest.json");
    let kept = fs::read_to_string(&manifest).unwrap();
    change(&manifest, "\"by\": \"sharpe\"", "\"by\": \"calmar\"");
    assert!(refused(&["verify", &out, "--quiet"]).contains("manifest.json:"));
    fs::write(&manifest, kept.replacen("\"market\": \"sample\"", "\"market\": \"the real one\"", 1)).unwrap();
    assert!(refused(&["verify", &out, "--quiet"]).contains("manifest.json:"));
    fs::write(&manifest, kept.replacen("\"assumptions\": \"optimistic\"", "\"assumptions\": null", 1)).unwrap();
    assert!(refused(&["verify", &out, "--quiet"]).contains("are not the same strategy"));
    fs::write(&manifest, &kept).unwrap();
    fs::remove_file(Path::new(&out).join("trials.parquet")).unwrap();
    assert!(refused(&["verify", &out, "--quiet"]).contains("trials.parquet: not there"));
}

#[test]
fn another_input_is_named_before_anything_is_run() {
    let home = tempfile::tempdir().unwrap();
    let market = home.path().join("market");
    copy(&Path::new(ROOT).join("data/sample"), &market);
    let out = home.path().join("report").display().to_string();
    let [from, a, to, b] = WINDOW;
    let folder = market.display().to_string();
    fine(&["run", "strategies/bull.toml", "--tables", "csv", "--market", &folder, from, a, to, b, "--quiet", "--out", &out]);
    // An absolute folder is named by its last part only: elsewhere it has to be said.
    let lost = rotate_in(Path::new(ROOT), &["verify", &out, "--quiet"]);
    assert_eq!(lost.status.code(), Some(1));
    assert!(stderr(&lost).contains("say where it lies with --market DIR"), "{}", stderr(&lost));
    fine(&["verify", &out, "--quiet", "--market", &folder]);

    // A file that is not read is no input, but the report would tell of it.
    let stray = market.join("spot/STRAYUSDT.csv");
    fs::copy(fs::read_dir(market.join("spot")).unwrap().map(|e| e.unwrap().path()).min().unwrap(), &stray).unwrap();
    let said = refused(&["verify", &out, "--quiet", "--market", &folder]);
    assert!(said.contains("what the report does not know: files of no listed symbol, not read: spot/STRAYUSDT.csv"), "{said}");
    fs::remove_file(&stray).unwrap();

    let rates = fs::read_dir(market.join("funding")).unwrap().map(|e| e.unwrap().path()).min().unwrap();
    let kept = fs::read(&rates).unwrap();
    fs::write(&rates, [kept.as_slice(), b"\n"].concat()).unwrap();
    let said = refused(&["verify", &out, "--quiet", "--market", &folder]);
    let name = rates.file_name().unwrap().to_str().unwrap();
    assert!(said.contains(name) && said.contains("an input with other bytes"), "{said}");
    fs::remove_file(&rates).unwrap();
    let said = refused(&["verify", &out, "--quiet", "--market", &folder]);
    assert!(said.contains(name) && said.contains("cannot be read"), "{said}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let goal = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &goal);
        } else {
            fs::copy(entry.path(), goal).unwrap();
        }
    }
}

/// A table in which one cell of the line so many lines below the header is another.
fn changed(table: &str, below: usize, column: &str, cell: &str) -> String {
    let at = table.lines().next().unwrap().split(',').position(|name| name == column).unwrap();
    let mut lines: Vec<String> = table.lines().map(str::to_string).collect();
    let mut cells: Vec<&str> = lines[below].split(',').collect();
    cells[at] = cell;
    lines[below] = cells.join(",");
    lines.join("\n") + "\n"
}

#[test]
fn a_position_is_explained_from_the_tables() {
    let home = tempfile::tempdir().unwrap();
    let strategy = format!("{}/bull", report(home.path()));
    let trades: Vec<std::collections::BTreeMap<String, String>> =
        csv::Reader::from_path(Path::new(&strategy).join("trades.csv")).unwrap().deserialize().map(Result::unwrap).collect();
    let perp = trades.iter().position(|trade| trade["market"] == "perp").unwrap();
    let trade = &trades[perp];
    let number = (perp + 1).to_string();
    let story: serde_json::Value = serde_json::from_str(&fine(&["explain", &strategy, "--trade", &number, "--format", "json"])).unwrap();
    let events = story["events"].as_array().unwrap();
    let of = |table: &str| events.iter().filter(|event| event["table"] == table).collect::<Vec<_>>();
    let fills = of("fills");
    assert!(fills.len() >= 2, "{story:#}");
    assert_eq!(fills[0]["time"], trade["opened"].as_str());
    assert!(fills[fills.len() - 1]["text"].as_str().unwrap().contains(&trade["exit_reason"]), "{story:#}");
    assert!(!of("decisions").is_empty() && !of("funding").is_empty(), "{story:#}");
    let times: Vec<&str> = events.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    // The rule speaks before the fill that follows from it.
    let first = events.iter().position(|event| event["table"] == "fills").unwrap();
    assert!(events[..first].iter().any(|event| event["table"] == "decisions"), "{story:#}");

    let said = fine(&["explain", &strategy, "--trade", &number]);
    assert!(said.contains(&trade["symbol"]) && said.contains("exit reason"), "{said}");
    let said = fine(&["explain", &strategy, "--at", &trade["closed"]]);
    assert!(said.contains(&format!("--trade {number} shows all")) && said.contains("market regime"), "{said}");
    let said = fine(&["explain", &strategy, "--at", &trade["opened"]]);
    assert!(!said.contains(&format!("--trade {number} shows all")), "not yet held at its own opening: {said}");
    let story: serde_json::Value =
        serde_json::from_str(&fine(&["explain", &strategy, "--at", &trade["closed"], "--format", "json"])).unwrap();
    let fills = story["events"].as_array().unwrap().iter().filter(|event| event["table"] == "fills").collect::<Vec<_>>();
    let named = |event: &&serde_json::Value| event["text"].as_str().unwrap().contains(event["subject"].as_str().unwrap());
    assert!(!fills.is_empty() && fills.iter().all(named), "a fill says which coin: {story:#}");
    assert!(fills.iter().any(|event| event["subject"] == trade["symbol"].as_str()), "{story:#}");

    assert!(refused(&["explain", &strategy, "--trade", "99999"]).contains("counted from 1"));
    assert!(refused(&["explain", &strategy, "--trade", "0"]).contains("counted from 1"));
    assert!(refused(&["explain", &strategy, "--at", "2001-01-01"]).contains("before the first bar closed"));
    assert!(refused(&["explain", "strategies", "--trade", "1"]).contains("a table of a finished report"));
    assert!(refused(&["explain", &strategy, "--at", "9999-12-31"]).contains("after the last bar closed"));
    let wanted = crate::program::misused(&["explain", &strategy]);
    assert!(wanted.contains("--at <DATE>|--trade <N>"), "{wanted}");
    for (file, column, cell) in [
        ("equity.csv", "equity", "abc"),
        ("trades.csv", "pnl", "NaN"),
        ("trades.csv", "quantity", "inf"),
        ("trades.csv", "opened", "notadate"),
    ] {
        let place = Path::new(&strategy).join(file);
        let sound = fs::read_to_string(&place).unwrap();
        fs::write(&place, changed(&sound, 2, column, cell)).unwrap();
        let said = refused(&["explain", &strategy, "--trade", "1"]);
        assert!(said.contains(&format!("{file}:3: `{cell}` in column `{column}`")), "{said}");
        fs::write(&place, sound).unwrap();
    }
    fs::write(Path::new(&strategy).join("fills.csv"), "time,asset\n").unwrap();
    assert!(refused(&["explain", &strategy, "--trade", "1"]).contains("no column `market`"));
}

/// What a run found out about itself stands on its first screen, in its summary and on the terminal, and is made again with the rest.
#[test]
fn a_run_that_tests_itself_says_what_it_found() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out").display().to_string();
    let [from, a, to, b] = WINDOW;
    let run = |more: &[&str]| {
        fine(&[&["run", "strategies/bull.toml", from, a, to, b, "--tables", "csv", "--quiet", "--out", &out], more].concat())
    };
    let read = |file: &str| std::fs::read_to_string(Path::new(&out).join("bull").join(file)).unwrap();
    let summary = || serde_json::from_str::<serde_json::Value>(&read("summary.json")).unwrap();
    let [seen, open] = ["<span class=\"holds\"", "<span class=\"open\""].map(|sign| move |page: &str| page.matches(sign).count());
    assert!(!run(&[]).contains("self-test"));
    assert!(summary().get("self_test").is_none());
    let before = read("report.html");
    assert!(before.contains("rotate run STRATEGY.toml --self-test"));

    let printed = run(&["--self-test", "--jobs", "1"]);
    assert!(printed.contains("\nself-test\n  passed: bull: no decision depends on what came later"), "{printed}");
    let found = &summary()["self_test"];
    assert_eq!((&found["passed"], &found["dates"], &found["bar_by_bar"]), (&true.into(), &24.into(), &true.into()));
    let page = read("report.html");
    assert_eq!((seen(&page), open(&page)), (seen(&before) + 2, open(&before) - 2));
    fine(&["verify", &out, "--quiet", "--jobs", "2"]);
}

/// Shocks are replays of other markets: the same bytes on any number of threads, and a page, a summary and words that tell of each.
#[test]
fn a_run_under_shocks_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out").display().to_string();
    let [from, a, to, b] = WINDOW;
    let printed =
        fine(&["run", "strategies/bull.toml", from, a, to, b, "--tables", "csv", "--stress", "--quiet", "--jobs", "1", "--out", &out]);
    fine(&["verify", &out, "--quiet", "--jobs", "2"]);
    let read = |file: &str| std::fs::read_to_string(Path::new(&out).join("bull").join(file)).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&read("summary.json")).unwrap();
    let shocks = summary["shocks"]["shocks"].as_array().unwrap();
    assert_eq!(shocks.len(), 10);
    for shock in shocks {
        let name = shock["shock"].as_str().unwrap();
        assert!(printed.replace("\n        ", " ").contains(name) && read("report.html").contains(name), "{name} in {printed}");
        assert!(shock["left"].as_f64().is_some_and(|left| left > 0.0), "{shock}");
    }
}
