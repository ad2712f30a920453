//! What README.md prints is what the program takes: its TOML, and its market.

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
    for readme in ["README.md", "strategies/README.md", "reports/README.md"] {
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
    let all = toml_of("README.md");
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
