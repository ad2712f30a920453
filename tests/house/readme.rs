//! What the documents print is what the program takes: their TOML, their market, and their recipes with what each came to.

use std::fs;
use std::path::Path;

use crate::program::{ROOT, fine};

/// The blocks of a README that are indented as code, each without its indent.
fn blocks(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for line in text.lines() {
        let within = !all.last().unwrap().is_empty();
        match line.strip_prefix("    ") {
            Some(code) => all.last_mut().unwrap().extend([code, "\n"]),
            None if line.is_empty() && within => *all.last_mut().unwrap() += "\n",
            None if within => all.push(String::new()),
            None => {}
        }
    }
    all
}

/// Of TOML: a table's header or a key stands at the beginning of its first line.
fn is_toml(block: &str) -> bool {
    let first = block.lines().next().unwrap_or_default();
    first.starts_with('[') || first.split_once('=').is_some_and(|(key, _)| key.trim().chars().all(|c| c.is_alphanumeric() || c == '_'))
}

fn toml_of(readme: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(ROOT).join(readme)).unwrap();
    blocks(&text).into_iter().filter(|block| is_toml(block)).collect()
}

#[test]
fn every_block_of_toml_is_toml() {
    let mut count = 0;
    for readme in ["README.md", "strategies/README.md", "reports/README.md", "docs/src/market.md"] {
        for block in toml_of(readme) {
            if let Err(error) = block.parse::<toml::Table>() {
                panic!("{readme}\n{block}\n{error}");
            }
            count += 1;
        }
    }
    assert!(count >= 3, "{count} blocks: the test looks past them");
}

#[test]
fn the_market_of_the_readme_is_taken() {
    let all = toml_of("docs/src/market.md");
    let least = all.iter().find(|block| block.contains("[fees]")).expect("a market.toml");
    let dated = all.iter().find(|block| block.contains("[[trading_rules]]")).expect("its dated tables");
    let dir = tempfile::tempdir().unwrap();
    let times: Vec<String> = (1..=9).flat_map(|day| ["00", "08", "16"].map(|hour| format!("2024-01-0{day}T{hour}:00:00Z"))).collect();
    let table = |head: &str, row: &str| -> String {
        std::iter::once(format!("{head}\n")).chain(times.iter().map(|time| format!("{time},{row}\n"))).collect()
    };
    let bars = table("open_time,open,high,low,close,volume", "10,11,9,10,1000000");
    let settled = table("calc_time,last_funding_rate,funding_interval_hours", "0.0001,8");
    for (file, text) in [("spot/PEPEUSDT", &bars), ("perp/1000PEPEUSDT", &bars), ("funding/1000PEPEUSDT", &settled)] {
        let path = dir.path().join(file).with_extension("csv");
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let assets = "asset,tier,spot,perp,contract_size,venue,venue_kind\nPEPE,small,PEPEUSDT,1000PEPEUSDT,1000,somewhere,cex\n";
    fs::write(dir.path().join("assets.csv"), assets).unwrap();
    for text in [least.clone(), format!("{least}\n{dated}")] {
        fs::write(dir.path().join("market.toml"), text).unwrap();
        let said = fine(&["check", "--market", dir.path().to_str().unwrap()]);
        assert!(said.starts_with("mine: "), "{said}");
    }
}

/// Each recipe runs as it stands, and comes to what stands below it.
#[test]
fn every_recipe_comes_to_what_it_says() {
    let text = fs::read_to_string(Path::new(ROOT).join("strategies/README.md")).unwrap();
    let part = text.split("## Twelve recipes").nth(1).unwrap().split("\n## ").next().unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    let mut expected = Vec::new();
    for recipe in part.split("\n### ").skip(1) {
        let file = blocks(recipe).into_iter().next().unwrap();
        let name = file.lines().next().unwrap().split('"').nth(1).unwrap().to_owned();
        let path = home.path().join(format!("{name}.toml"));
        fs::write(&path, file).unwrap();
        files.push(path.display().to_string());
        expected.push((name, recipe.lines().find(|line| line.starts_with("Return ")).unwrap().to_owned()));
    }
    assert_eq!(files.len(), 12);
    let out = home.path().join("out").display().to_string();
    let mut words = vec!["run"];
    words.extend(files.iter().map(String::as_str));
    words.extend(["--market", "data/sample", "--tables", "brief", "--quiet", "--out", &out]);
    fine(&words);
    for (name, line) in expected {
        let summary = fs::read_to_string(Path::new(&out).join(&name).join("summary.json")).unwrap();
        let metrics = &serde_json::from_str::<serde_json::Value>(&summary).unwrap()["metrics"];
        let of = |key: &str| metrics[key].as_f64().unwrap();
        let percent = |key: &str| format!("{:.2} %", of(key) * 100.0).replace('-', "−");
        let dollars = format!("{:.0}", of("max_loss_usd").abs());
        let grouped = format!("{},{}", &dollars[..dollars.len() - 3], &dollars[dollars.len() - 3..]);
        let found = format!("Return {}, max drawdown {}, max loss −${grouped}.", percent("total_return"), percent("max_drawdown"));
        assert_eq!(found, line, "{name}");
    }
}
