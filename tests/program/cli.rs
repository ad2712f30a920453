//! The program as its user meets it: exit codes, folders, flags, refusals.

mod conversion;
mod forms;
mod replaced;

use crate::headers::HEADERS;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use crate::program::{ROOT, WINDOW, assert_same, fine, misused, program, refused, rotate, rotate_in, stderr, stdout, tree};
use serde_json::Value;

/// `rotate <words> <window> --out <out>`
fn with<'a>(words: &[&'a str], out: &'a str) -> Vec<&'a str> {
    [words, &WINDOW, &["--out", out]].concat()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[test]
fn any_number_of_threads_and_any_time_give_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    for command in [&["run", "--tables", "both"][..], &["tune", "strategies/bull.toml"]] {
        let [one, two, again] = ["one", "two", "again"].map(|name| dir.path().join(command[0]).join(name));
        fine(&[&with(command, text(&one))[..], &["--jobs", "1"]].concat());
        fine(&[&with(command, text(&two))[..], &["--jobs", "2"]].concat());
        fine(&with(command, text(&again)));
        assert_same(&one, &two);
        assert_same(&one, &again);
        // Over an older report of ours.
        fine(&with(command, text(&again)));
        assert_same(&one, &again);
        assert_eq!(fs::read_dir(dir.path().join(command[0])).unwrap().count(), 3, "something was left beside the reports");
    }
}

#[test]
fn every_file_of_the_format_is_there_with_its_header() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("report");
    fine(&with(&["run", "--png", "--tables", "csv"], text(&out)));
    for file in ["manifest.json", "comparison.csv", "index.html", "equity.svg", "drawdown.svg", "equity.png", "drawdown.png"] {
        assert!(fs::metadata(out.join(file)).unwrap().len() > 0, "{file}");
    }
    let strategies = ["adaptive", "bear", "bull", "checklist", "foundation-first", "hold-bitcoin", "rotation"];
    for strategy in strategies {
        let folder = out.join(strategy);
        for &(file, header) in HEADERS {
            let table = read(folder.join(file));
            assert_eq!(table.lines().next(), Some(header), "{strategy}/{file}");
            assert!(table.ends_with('\n') && !table.contains("NaN") && !table.contains("inf,"), "{strategy}/{file}");
        }
        for file in ["equity.svg", "drawdown.svg", "equity.png", "drawdown.png", "report.html"] {
            assert!(fs::metadata(folder.join(file)).unwrap().len() > 0, "{strategy}/{file}");
        }
        let summary = json(&read(folder.join("summary.json")));
        for key in ["strategy", "market", "from", "to", "capital", "final_equity", "metrics", "attribution", "assumptions", "cautions"] {
            assert!(summary.get(key).is_some(), "{strategy}/summary.json lacks {key}");
        }
        // 46 days of three bars, the last day included.
        let equity = read(folder.join("equity.csv"));
        assert_eq!(equity.lines().count(), 1 + 46 * 3, "{strategy}");
        assert!(equity.lines().nth(1).unwrap().starts_with("2024-01-01T08:00:00Z,"), "a row stands at the close of its bar");
        assert!(equity.lines().last().unwrap().starts_with("2024-02-16T00:00:00Z,"), "--to 2024-02-15 includes that day");
    }
    let comparison = read(out.join("comparison.csv"));
    let rows: Vec<&str> = comparison.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(rows, strategies);
    let folders: Vec<String> = tree(&out).into_keys().filter(|name| name.ends_with('/')).collect();
    assert_eq!(folders, strategies.map(|name| format!("{name}/")));
    assert!(read(out.join("bull/fills.csv")).lines().count() > 10, "nothing was traded: the test looks at empty tables");
}

#[test]
fn no_report_names_the_machine() {
    let dir = tempfile::tempdir().unwrap();
    let (report, study, compared) = (dir.path().join("report"), dir.path().join("study"), dir.path().join("compared"));
    // Absolute paths go in, none may come out.
    let market = format!("{ROOT}/data/sample");
    let strategy = format!("{ROOT}/strategies/bull.toml");
    fine(&with(&["run", &strategy, "--market", &market, "--tables", "csv"], text(&report)));
    fine(&with(&["tune", &strategy, "--market", &market], text(&study)));
    fine(&["compare", text(&report), "--out", text(&compared)]);
    let host = fs::read_to_string("/etc/hostname").unwrap_or_default();
    let mut secrets = vec![ROOT.to_owned(), text(dir.path()).to_owned(), ".rotate-".to_owned()];
    secrets.extend(std::env::var("HOME").ok().filter(|home| home.len() > 1).map(|home| home + "/"));
    secrets.extend(Some(host.trim().to_owned()).filter(|host| host.len() > 7));
    for folder in [&report, &study, &compared] {
        for (name, bytes) in tree(folder) {
            let words = String::from_utf8_lossy(&bytes);
            for secret in &secrets {
                assert!(!words.contains(secret.as_str()), "{name} of {} says {secret}", folder.display());
            }
        }
    }
    let manifest = json(&read(report.join("manifest.json")));
    let inputs = manifest["inputs"].as_array().unwrap();
    assert!(inputs.len() > 50, "every input is hashed");
    let mut command = manifest["command"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    assert!(command.all(|word| !word.starts_with('/')), "{}", manifest["command"]);
}

#[test]
fn set_replaces_or_adds_a_key_and_refuses_what_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("report");
    let resolved = |strategy: &str| -> Value {
        let manifest = json(&read(out.join("manifest.json")));
        let all = manifest["strategies"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["name"] == strategy).unwrap()["resolved"].clone()
    };
    // A bare word is text; of two, the last holds.
    let sets =
        ["--set", "rebalance.every=10d", "--set", "buckets.narratives.leverage.open=4", "--set", "buckets.narratives.leverage.open=2.5"];
    fine(&[&with(&["run", "strategies/bull.toml", "--tables", "csv"], text(&out))[..], &sets].concat());
    assert_eq!(resolved("bull")["rebalance"]["every"], "10d");
    assert_eq!(resolved("bull")["buckets"]["narratives"]["leverage"]["open"], 2.5);
    let fills = read(out.join("bull/fills.csv"));
    // Two weights at once, so that they still sum to 1.
    let weights = ["--set", "buckets.narratives.weight=0.05", "--set", "buckets.stablecoins.weight=0.20"];
    fine(&[&with(&["run", "strategies/bull.toml", "--tables", "csv"], text(&out))[..], &weights].concat());
    assert_ne!(read(out.join("bull/fills.csv")), fills, "the override changed nothing");
    // Without names: those that have the key take it, the others stay.
    fine(&[&with(&["run"], text(&out))[..], &["--set", "buckets.narratives.leverage.open=2.5"]].concat());
    assert_eq!(resolved("bull")["buckets"]["narratives"]["leverage"]["open"], 2.5);
    assert_eq!(resolved("rotation")["buckets"]["perps"]["leverage"]["open"], 2.0);

    // A key that no file has is added, here to all of them.
    fine(&[&with(&["run"], text(&out))[..], &["--set", "assumptions.adl_crash=0.3"]].concat());
    assert_eq!([resolved("bull"), resolved("bear")].map(|it| it["assumptions"]["adl_crash"].clone()), [0.3, 0.3]);
    fine(&["verify", text(&out), "--quiet"]);

    let before = tree(&out);
    let said = |strategies: &[&str], set: &str| {
        let words = [&["run"], strategies, &["--set", set]].concat();
        refused(&with(&words, text(&out)))
    };
    let bull = &["strategies/bull.toml"][..];
    let wieght = said(bull, "buckets.narratives.wieght=0.1");
    assert!(wieght.contains("unknown field `wieght`") && wieght.contains("did you mean weight"), "{wieght}");
    let narativ = said(bull, "buckets.narativ.weight=0.1");
    assert!(narativ.contains("no bucket `narativ`") && narativ.contains("fix:      did you mean narratives? buckets here: "), "{narativ}");
    assert!(said(&[], "buckets.nobody.weight=0.1").contains("no bucket `nobody`"));
    assert!(said(&["strategies/bull.toml", "strategies/bear.toml"], "buckets.narratives.review=7d").contains("bear.toml"));
    assert!(said(bull, "buckets.stablecoins.hold.spot.rank=[1, 2]").contains("`buckets.stablecoins.hold` is \"cash\", which has no keys"));
    assert!(said(bull, "buckets.narratives.weight").contains("no equals sign"));
    assert!(said(bull, "=1").contains("an empty key"));
    assert!(
        said(bull, "buckets.narratives.weight=0.2").contains("bull.toml: --set buckets.narratives.weight=0.2: `buckets`: the weights sum")
    );
    assert!(said(bull, "buckets.narratives.weight=nan").contains("--set buckets.narratives.weight=nan: `buckets.narratives.weight`: NaN"));
    let stop = "buckets.narratives.stop={ loss_of_margin = 7.0 }";
    assert!(said(bull, stop).contains(&format!("--set {stop}: `buckets.narratives.stop.loss_of_margin`: 7")));
    assert!(said(bull, "rebalance.band=wide").contains("invalid type: string \"wide\""));
    assert!(said(bull, "decide=12h").contains("bull.toml: --set decide=12h: `decide`: 12h, on a market whose bars are 8h"));
    assert!(tree(&out) == before);
}

#[test]
fn exit_codes_tell_wrong_usage_from_wrong_input() {
    for words in [
        &[][..],
        &["walk"],
        &["run", "--markt", "data/sample"],
        &["run", "--capital", "0"],
        &["run", "--capital", "0.99"],
        &["run", "--capital", "-5"],
        &["run", "--capital", "nan"],
        &["run", "--capital", "inf"],
        &["run", "--capital", "1e300"],
        &["run", "--capital", "plenty"],
        &["run", "--from", "yesterday"],
        &["run", "--to", "2024-13-01"],
        &["run", "--jobs", "0"],
        &["run", "--format", "xml"],
        &["tune"],
        &["compare"],
        &["sample", "--seed", "-1"],
    ] {
        let said = misused(words);
        assert!(said.contains("Usage:") || said.contains("--help"), "{words:?}: {said}");
    }
    assert!(refused(&["check", "--market", "data/absent"]).contains("data/absent"));
    assert!(refused(&["compare", "data/sample"]).contains("data/sample"));
    assert!(refused(&["run", "--from", "2024-02-01", "--to", "2024-01-01"]).contains("--from"));
}

#[test]
fn the_smallest_capital_and_the_shortest_window_are_lived_through() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("report");
    fine(&with(&["run", "--capital", "1"], text(&out)));
    assert!(read(out.join("bull/equity.csv")).lines().nth(1).unwrap().starts_with("2024-01-01T08:00:00Z,1.0"));
    fine(&with(&["run", "--capital", "1_000_000"], text(&out)));
    assert_eq!(json(&read(out.join("bull/summary.json")))["capital"].as_f64(), Some(1e6));
    // One bar.
    let bar = ["--from", "2024-01-01", "--to", "2024-01-01T08:00:00Z"];
    fine(&[&["run", "--out", text(&out)][..], &bar].concat());
    assert_eq!(read(out.join("bull/equity.csv")).lines().count(), 2);
    let study = dir.path().join("study");
    let greedy = dir.path().join("greedy.toml");
    fs::write(&greedy, read(format!("{ROOT}/strategies/bull.toml")) + "out_of_sample = 0.9\n").unwrap();
    fine(&[&["tune", text(&greedy), "--out", text(&study)][..], &bar].concat());
    assert_eq!(read(study.join("trials.csv")).lines().count(), 1 + 27);
}

#[test]
fn machines_are_answered_in_json() {
    let dir = tempfile::tempdir().unwrap();
    let (report, study) = (dir.path().join("report"), dir.path().join("study"));
    let ask = |words: &[&str]| json(&fine(&[words, &["--format", "json"]].concat()));
    let run = ask(&with(&["run"], text(&report)));
    assert_eq!(run["strategies"].as_array().unwrap().len(), 7);
    let tune = ask(&with(&["tune", "strategies/bull.toml"], text(&study)));
    assert_eq!(tune["settings"], 27);
    let check = ask(&["check", "strategies/bull.toml", "strategies/rotation.toml"]);
    assert_eq!((check["market"].as_str(), check["synthetic"].as_bool()), (Some("sample"), Some(true)));
    let names: Vec<_> = check["strategies"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["bull", "rotation"]);
    let (held, loading) = (check["memory"]["held"].as_u64().unwrap(), check["memory"]["loading"].as_u64().unwrap());
    // Eleven columns of eight bytes and one of four, for at least as many series as there are coins with a spot market.
    assert!(
        held > 92 * check["bars"].as_u64().unwrap() * check["coverage"]["spot"].as_u64().unwrap() && loading > held,
        "{held} {loading}"
    );
    let compare = ask(&["compare", text(&report)]);
    assert_eq!(compare["strategies"].as_array().unwrap().len(), 7);
    for (i, told) in compare["strategies"].as_array().unwrap().iter().enumerate() {
        let summary = json(&read(report.join(told["strategy"].as_str().unwrap()).join("summary.json")));
        assert_eq!(told["metrics"], summary["metrics"], "strategy {i}");
    }
}

#[test]
fn check_says_what_the_sample_holds() {
    let said = fine(&["check", "strategies/bull.toml"]);
    assert!(said.starts_with("sample (SYNTHETIC): "), "{said}");
    for words in ["bars of 8h from 2021-07-01T00:00:00Z", "coverage", "input files", "memory", "strategy bull: valid, 4 buckets"] {
        assert!(said.contains(words), "{words} is missing in {said}");
    }
    assert!(refused(&["check", "--set", "nothing.here=1"]).contains("nothing.here"), "--set is not passed over");
    assert!(refused(&["check", "tests/errors_strategy/weights-sum/strategy.toml"]).contains("the weights sum"));
    assert!(refused(&["check", "tests/errors_strategy/decide-between-bars/strategy.toml"]).contains("a multiple of 8h"));
}

#[test]
fn reports_are_laid_side_by_side() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second, out) = (dir.path().join("first"), dir.path().join("second"), dir.path().join("out"));
    fine(&with(&["run", "strategies/bear.toml", "strategies/bull.toml"], text(&first)));
    fine(&[&with(&["run", "strategies/bull.toml"], text(&second))[..], &["--capital", "50000"]].concat());
    let said = fine(&["compare", text(&first), text(&second.join("bull")), "--out", text(&out)]);
    for name in ["first/bull", "second/bull", "bear"] {
        assert!(said.contains(name), "{name} is missing in {said}");
    }
    assert!(said.contains("different capital") && said.contains("Comparison on sample (SYNTHETIC DATA)"), "{said}");
    assert!(said.lines().skip(2).take(5).all(|line| line.chars().count() <= 80), "{said}");
    let table = read(out.join("comparison.csv"));
    let names: Vec<&str> = table.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(names, ["strategy", "bear", "first/bull", "second/bull"]);
    for file in ["manifest.json", "index.html", "equity.svg", "drawdown.svg", "equity.png", "drawdown.png"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    // One of the compared may be the target's neighbour, and the target an older comparison.
    fine(&["compare", text(&first), "--out", text(&out)]);
    assert_eq!(read(out.join("comparison.csv")), read(first.join("comparison.csv")));
}

#[test]
fn every_command_shows_an_example() {
    let help = fine(&["--help"]);
    for command in ["run", "check", "compare", "tune", "schema", "sample"] {
        assert!(help.contains(&format!("  {command} ")), "{command} is missing in {help}");
        let own = fine(&[command, "--help"]);
        let example = own.lines().find_map(|line| line.strip_prefix("Example: rotate "));
        assert!(example.is_some_and(|words| words.starts_with(command)), "{own}");
    }
}

#[test]
fn help_tells_what_is_taken_and_what_is_the_default() {
    let check = fine(&["check", "--help"]);
    assert!(check.contains("Default: none; with --set or --lookahead every strategies/*.toml"), "{check}");
    assert!(!check.contains("Default: every"), "{check}");
    let run = fine(&["run", "--help"]);
    assert!(run.contains("Default: every strategies/*.toml") && run.contains("from 1 to 1000000000"), "{run}");
    assert!(fine(&["compare", "--help"]).contains("1 to 60"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    for words in [&["check"][..], &["schema"], &["schema", "market"], &["--help"], &["run", "--help"]] {
        let mut child = program().args(words).current_dir(ROOT).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{words:?}: {said}");
        assert!(said.is_empty(), "{words:?}: {said}");
    }
}

#[test]
fn strategies_are_looked_for_where_one_stands() {
    let dir = tempfile::tempdir().unwrap();
    let output = rotate_in(dir.path(), &["run"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("strategies"), "{}", stderr(&output));
    assert!(tree(dir.path()).is_empty(), "nothing is made before the input is read: {:?}", tree(dir.path()).keys());
    fs::create_dir(dir.path().join("strategies")).unwrap();
    assert!(stderr(&rotate_in(dir.path(), &["run"])).contains("no strategy file in it"));
    fs::copy(format!("{ROOT}/strategies/bull.toml"), dir.path().join("strategies/mine.toml")).unwrap();
    let market = format!("{ROOT}/data/sample");
    let output = rotate_in(dir.path(), &[&["run", "--market", &market][..], &WINDOW].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("report: reports/bull-"));
    assert!(dir.path().join("reports/latest/bull/report.html").is_file());
}

#[test]
fn the_sample_is_made_from_its_seed() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("market");
    fine(&["sample", "--out", text(&out)]);
    assert_same(&out, &Path::new(ROOT).join("data/sample"));
    fine(&["sample", "--out", text(&out), "--seed", "7"]);
    assert!(rotate(&["check", "--market", text(&out)]).status.success());
    assert!(read(out.join("market.toml")).contains("seed 7"));
    let foreign = dir.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("keep.txt"), "mine").unwrap();
    refused(&["sample", "--out", text(&foreign)]);
    assert_eq!(tree(&foreign).len(), 1);
}
