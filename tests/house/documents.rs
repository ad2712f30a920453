//! What the documents and the pages say to type is typed, in a copy: every indented command of the READMEs, every `rotate …` on a page. And
//! THIRD-PARTY.md names what the program is built on as `Cargo.lock` has it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::archive_server::{Server, zipped};
use crate::program::{ROOT, fine, rotate_in, stderr};
use rotate::replay::run::{FlowReason, PlainRule, Reason};

/// A part of the sample, so that a command takes a second; long enough for the trade that the README asks after.
const WINDOW: [&str; 4] = ["--from", "2023-07-01", "--to", "2023-12-31"];

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(name)).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let goal = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &goal) } else { assert!(fs::copy(entry.path(), goal).is_ok()) }
    }
}

/// Somebody's clone: strategies, the sample, a market of their own, and what they have downloaded.
fn clone() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for folder in ["strategies", "data/sample"] {
        copy(&Path::new(ROOT).join(folder), &home.path().join(folder));
    }
    copy(&Path::new(ROOT).join("data/sample"), &home.path().join("mine"));
    for folder in ["spot", "perp", "funding"] {
        copy(&Path::new(ROOT).join("data/sample").join(folder), &home.path().join("Downloads/binance-archive").join(folder));
    }
    home
}

/// The words of a command line behind `rotate`, without its comment; `None` where it is another program's.
fn words(line: &str) -> Option<Vec<String>> {
    let line = line.split(" #").next().unwrap().trim();
    let rest = line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("rotate "))?;
    Some(rest.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect())
}

/// Commands that stand alone on indented lines.
fn commands(document: &str) -> Vec<Vec<String>> {
    document.lines().filter(|line| line.starts_with("    ")).filter_map(words).collect()
}

/// An archive on this machine in the place of a venue's: tests work without a network.
fn archive() -> Server {
    let server = Server::start();
    for symbol in ["BTCUSDT", "1000PEPEUSDT"] {
        for (bar, date) in [("1d", "2023-12"), ("1h", "2024-01"), ("1h", "2024-02")] {
            let name = format!("{symbol}-{bar}-{date}");
            let hours = (0..48).map(|k| 1_704_067_200_000 + k * 3_600_000_i64);
            let rows: Vec<String> = hours.map(|open| format!("{open},1,2,1,2,10,{},15,3,5,7,0", open + 3_599_999)).collect();
            let table = zipped(&format!("{name}.csv"), &(rows.join("\n") + "\n"));
            server.add(&format!("data/futures/um/monthly/klines/{symbol}/{bar}/{name}.zip"), &table);
        }
    }
    server
}

/// Runs a command over the window, where it replays anything and says no other.
fn typed(home: &Path, mut words: Vec<String>) {
    let replays = matches!(words[0].as_str(), "run" | "tune") || words.iter().any(|word| word == "--lookahead");
    if replays && !words.iter().any(|word| word == "--from") {
        words.extend(WINDOW.map(str::to_owned));
    }
    if words.iter().any(|word| word == "--lookahead") {
        words.extend(["--dates", "2"].map(str::to_owned));
    }
    // Lives until the command has ended.
    let server = (words[0] == "fetch").then(archive);
    words.extend(server.iter().flat_map(|server| ["--base".to_owned(), server.base.clone()]));
    let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = rotate_in(home, &arguments);
    assert_eq!(output.status.code(), Some(0), "rotate {}\n{}", words.join(" "), stderr(&output));
}

#[test]
fn every_command_of_the_documents_works_in_their_order() {
    let home = clone();
    let mut count = 0;
    for document in ["README.md", "reports/README.md", "strategies/README.md", "CONTRIBUTING.md", "docs/src/market.md", "docs/src/fetch.md"]
    {
        for command in commands(&read(document)) {
            typed(home.path(), command);
            count += 1;
        }
    }
    assert!(count >= 9, "only {count} commands were found");
}

/// What stands as `rotate …` on a page, with a folder, a number and a file in the place of the words that stand for one.
#[test]
fn every_command_of_a_page_works() {
    let home = clone();
    let run = |words: &[&str]| {
        let output = rotate_in(home.path(), words);
        assert_eq!(output.status.code(), Some(0), "rotate {words:?}\n{}", stderr(&output));
    };
    run(&[&["run", "--quiet", "--out", "reports/latest"][..], &WINDOW].concat());
    let mut all = BTreeSet::new();
    for page in ["index.html", "bull/report.html", "adaptive/report.html", "hold-bitcoin/report.html"] {
        let html = fs::read_to_string(home.path().join("reports/latest").join(page)).unwrap();
        all.extend(html.split("<code>").skip(1).filter_map(|rest| words(rest.split("</code>").next().unwrap())));
    }
    assert!(all.len() >= 4 && all.iter().any(|words| words.iter().any(|word| word == "assumptions.adl_crash=0.3")), "{all:?}");
    for command in all {
        let filled = command.into_iter().map(|word| match word.as_str() {
            "DIR/strategy" => "reports/latest/bull".to_owned(),
            "DIR" => "reports/latest".to_owned(),
            "NO" => "1".to_owned(),
            "STRATEGY.toml" => "strategies/bull.toml".to_owned(),
            _ => word,
        });
        typed(home.path(), filled.collect());
    }
}

/// Every example of `--help`.
#[test]
fn every_example_of_the_help_works() {
    let home = clone();
    let help = fine(&["--help"]);
    let verbs: Vec<&str> =
        help.split("Commands:").nth(1).unwrap().lines().skip(1).map_while(|line| line.split_whitespace().next()).collect();
    assert!(verbs.contains(&"run") && verbs.contains(&"verify"), "{verbs:?}");
    let mut found = Vec::new();
    for verb in verbs.iter().filter(|verb| **verb != "help") {
        let text = fine(&[verb, "--help"]);
        found.extend(text.lines().filter_map(|line| words(line.strip_prefix("Example: ")?)));
    }
    assert!(found.len() >= 7, "{found:?}");
    typed(home.path(), ["run", "--out", "reports/latest"].map(str::to_owned).to_vec());
    typed(home.path(), ["run", "--out", "reports/other"].map(str::to_owned).to_vec());
    for command in found {
        // Where its answer goes is the shell's.
        typed(home.path(), command.into_iter().take_while(|word| word != ">").collect());
    }
}

#[test]
fn what_it_is_built_on_is_named_as_it_is_locked() {
    let notices = read("THIRD-PARTY.md");
    assert_eq!(fine(&["notices"]), notices);
    let rows: BTreeSet<(String, String)> = notices
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
            (cells.len() == 3 && cells[0] != "crate" && !cells[2].trim_end_matches(" |").is_empty())
                .then(|| (cells[0].to_owned(), cells[1].to_owned()))
        })
        .collect();
    let manifest: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
    let direct: BTreeSet<&str> = manifest["dependencies"].as_table().unwrap().keys().map(String::as_str).collect();
    let lock: toml::Table = toml::from_str(&read("Cargo.lock")).unwrap();
    let packages = lock["package"].as_array().unwrap();
    let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
    // Of a crate that is there in two versions the lock names the one meant.
    let own = packages.iter().find(|package| text(package, "name") == "rotate").unwrap();
    let locked: BTreeSet<(String, String)> = own["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry.as_str().unwrap())
        .filter(|entry| direct.contains(entry.split(' ').next().unwrap()))
        .map(|entry| {
            let (name, version) = entry.split_once(' ').unwrap_or((entry, ""));
            let one = packages
                .iter()
                .find(|package| text(package, "name") == name && (version.is_empty() || text(package, "version") == version));
            (name.to_owned(), text(one.unwrap(), "version"))
        })
        .collect();
    assert_eq!(rows, locked);
    for notice in ["Bitstream Vera", "trademark", "Tavmjong Bah", "shall be included in all copies"] {
        assert!(notices.contains(notice), "{notice}");
    }
}

/// Every key of the schema, at whatever depth, has its words in the README of the strategies.
#[test]
fn every_key_of_a_strategy_is_described() {
    fn collect(value: &serde_json::Value, keys: &mut BTreeSet<String>) {
        if let Some(of) = value.get("properties").and_then(serde_json::Value::as_object) {
            keys.extend(of.keys().cloned());
        }
        let below: Vec<&serde_json::Value> = match value {
            serde_json::Value::Object(of) => of.values().collect(),
            serde_json::Value::Array(of) => of.iter().collect(),
            _ => Vec::new(),
        };
        for value in below {
            collect(value, keys);
        }
    }
    let mut keys = BTreeSet::new();
    collect(&serde_json::from_str(&fine(&["schema"])).unwrap(), &mut keys);
    assert!(keys.len() > 150, "only {} keys were found", keys.len());
    let readme = read("strategies/README.md");
    let words: BTreeSet<&str> = readme.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    let silent: Vec<&String> = keys.iter().filter(|key| !words.contains(key.as_str())).collect();
    assert!(silent.is_empty(), "strategies/README.md says nothing of {silent:?}");
}

/// A reason or a rule that nobody has described is one that its reader must guess.
#[test]
fn every_word_of_the_record_is_described() {
    let readme = read("reports/README.md");
    let section = |name: &str| {
        let text = readme.split(&format!("\n## {name}\n")).nth(1).unwrap_or_else(|| panic!("no section {name}"));
        text.split("\n## ").next().unwrap().to_owned()
    };
    let (fills, flows, decisions) = (section("fills.csv"), section("flows.csv"), section("decisions.csv"));
    let quoted = |text: &str, word: &str| text.contains(&format!("`{word}`"));
    let rows: Vec<&str> = decisions.lines().filter_map(|line| line.strip_prefix("    ")?.split_whitespace().next()).collect();
    let reasons: Vec<&str> = Reason::all().map(Reason::name).filter(|word| !quoted(&fills, word)).collect();
    let ways: Vec<&str> = FlowReason::all().map(FlowReason::name).filter(|word| !quoted(&flows, word)).collect();
    let rules: Vec<&str> = PlainRule::all().map(PlainRule::name).filter(|word| !rows.contains(word)).collect();
    for (section, silent) in [("fills.csv", reasons), ("flows.csv", ways), ("decisions.csv", rules)] {
        assert!(silent.is_empty(), "reports/README.md, ## {section}, says nothing of {silent:?}");
    }
}
