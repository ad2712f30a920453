//! Tables and summaries: every file there, every header exact, every sum adds up.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rotate::metrics::Metrics;
use rotate::metrics::table::{Better, Group, Metric, Unit};
use rotate::report::tables::{Heading, Kind, Table};
use rotate::report::{folder_name, tables};
use rotate::units::Usd;

use super::written::{batch, rows, tree, written};
use crate::headers::HEADERS;

#[test]
fn every_file_is_there_and_every_header_is_exact() {
    let (_home, out) = written();
    for name in ["manifest.json", "comparison.csv", "index.html", "equity.svg", "drawdown.svg"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    for strategy in ["up", &folder_name("down & <out>")] {
        let dir = out.join(strategy);
        for name in ["summary.json", "report.html", "equity.svg", "drawdown.svg", "buckets.svg"] {
            assert!(dir.join(name).is_file(), "{name}");
        }
        for (file, header) in HEADERS {
            let text = fs::read_to_string(dir.join(file)).unwrap();
            assert_eq!(text.lines().next(), Some(*header), "{file}");
            assert!(!text.contains("NaN") && !text.contains("inf"), "{file}");
        }
    }
}

/// The documented types: one name, one type, whatever table it is in.
#[test]
fn every_column_of_every_table_has_its_type_in_the_readme() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/README.md")).unwrap();
    let listed = |head: &str| -> Vec<String> {
        let line = readme.split("\n\n").find(|part| part.trim_start().starts_with(head)).unwrap_or_else(|| panic!("no {head}"));
        line.split('`').skip(1).step_by(2).map(str::to_string).collect()
    };
    let mut columns: Vec<Heading> = Vec::new();
    for heading in tables::all().flat_map(Table::headings) {
        match columns.iter().find(|known| known.name == heading.name) {
            None => columns.push(heading),
            Some(known) => assert_eq!(known.kind, heading.kind, "{} has two types", heading.name),
        }
    }
    let of = |kind: Kind| columns.iter().filter(move |column| column.kind == kind).map(|column| column.name);
    assert_eq!(listed("* Timestamps"), of(Kind::Time).collect::<Vec<_>>());
    assert_eq!(listed("* Numbers"), of(Kind::Number).collect::<Vec<_>>());
    assert_eq!(listed("* Text"), of(Kind::Text).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
}

/// The list of metrics is the table of metrics: names by group, in its order, with their units and what is better.
#[test]
fn every_metric_stands_in_the_readme() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/README.md")).unwrap();
    for group in Group::ALL {
        let list = listed(group);
        assert!(readme.contains(&list), "reports/README.md lacks, under *Metrics*, this line:\n{list}");
    }
}

/// `* **Return**: ` and each metric as `` `cagr` % + ``: per cent, more is better.
fn listed(group: Group) -> String {
    let word = |metric: &Metric| {
        let unit = match metric.unit {
            Unit::Percent => " %",
            Unit::Ratio => "",
            Unit::Usd => " $",
            Unit::Days => " d",
            Unit::Count => " n",
        };
        let better = match metric.better {
            Better::More => " ↑",
            Better::Less => " ↓",
            Better::Neither => "",
        };
        format!("`{}`{unit}{better}", metric.name)
    };
    format!("* **{}**: {}.\n", group.heading(), group.metrics().map(word).collect::<Vec<_>>().join(", "))
}

/// Or notebooks would read it as text.
#[test]
fn a_column_of_numbers_has_their_type() {
    let (_home, out) = written();
    for table in tables::ALWAYS {
        let all = rows(&out.join("up").join(table.file()));
        for column in table.headings().iter().filter(|column| column.kind != Kind::Number) {
            let told: Vec<&str> = all.iter().map(|row| row[column.name].as_str()).filter(|cell| !cell.is_empty()).collect();
            let numbers = told.iter().filter(|cell| cell.parse::<f64>().is_ok()).count();
            assert!(told.is_empty() || numbers < told.len(), "{}: {} holds numbers and is no column of them", table.file(), column.name);
        }
    }
}

#[test]
fn rows_say_what_the_run_says() {
    let (_home, out) = written();
    let (_, runs) = batch();
    let dir = out.join("up");
    let equity = rows(&dir.join("equity.csv"));
    assert_eq!(equity.len(), 400);
    assert_eq!(equity[0]["time"], "2021-01-01T08:00:00Z");
    assert_eq!(equity[399]["equity"], runs[0].final_equity().to_string());
    assert_eq!(equity[0]["net_exposure"], "", "undefined is empty");
    let fill = &rows(&dir.join("fills.csv"))[1];
    assert_eq!(
        (fill["quantity"].as_str(), fill["notional"].as_str(), fill["market"].as_str(), fill["narrative"].as_str()),
        ("0.30000000000000004", "15000.150000", "perp", "oracles & <b>bots</b>")
    );
    assert_eq!(rows(&dir.join("yields.csv"))[0]["asset"], "USDT", "interest is paid in the quote");
    assert_eq!(rows(&dir.join("trades.csv"))[1]["return_on_margin"], "");
    assert_eq!(rows(&dir.join("funding.csv"))[1]["payment"], "-16.500000");
    assert_eq!(rows(&dir.join("decisions.csv"))[0]["verdict"], "refused");
    assert_eq!(rows(&dir.join("rotations.csv"))[0]["observed"], "0.0007");
    assert_eq!(rows(&dir.join("flows.csv"))[0]["from"], "narratives");
    assert_eq!(rows(&dir.join("liquidations.csv"))[0]["side"], "long");
}

fn micros(text: &str) -> i64 {
    let (whole, rest) = text.split_once('.').unwrap();
    let size = whole.trim_start_matches('-').parse::<i64>().unwrap() * 1_000_000 + rest.parse::<i64>().unwrap();
    if text.starts_with('-') { -size } else { size }
}

#[test]
fn buckets_sum_to_equity_at_every_time() {
    let (_home, out) = written();
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows(&out.join("up/buckets.csv")) {
        *sums.entry(row["time"].clone()).or_default() += micros(&row["value"]);
    }
    let equity = rows(&out.join("up/equity.csv"));
    assert_eq!(sums.len(), equity.len());
    for row in equity {
        assert_eq!(sums[&row["time"]], micros(&row["equity"]), "{}", row["time"]);
    }
}

#[test]
fn every_cut_of_the_summary_adds_up() {
    let (_home, out) = written();
    let text = fs::read_to_string(out.join("up/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<&str> = summary.as_object().unwrap().keys().map(String::as_str).collect();
    for key in [
        "strategy",
        "about",
        "market",
        "synthetic",
        "from",
        "to",
        "capital",
        "final_equity",
        "metrics",
        "attribution",
        "assumptions",
        "cautions",
    ] {
        assert!(keys.contains(&key), "{key}");
    }
    let gain = Usd::round(summary["final_equity"].as_f64().unwrap()) - Usd::round(summary["capital"].as_f64().unwrap());
    for cut in ["by_source", "by_bucket", "by_narrative", "by_asset", "by_regime"] {
        let parts = summary["attribution"][cut].as_object().unwrap();
        assert_eq!(parts.values().map(|v| Usd::round(v.as_f64().unwrap())).sum::<Usd>(), gain, "{cut}");
    }
    assert_eq!(summary["from"], "2021-01-01T00:00:00Z");
}

#[test]
fn comparison_has_a_row_a_strategy_and_a_column_a_metric() {
    let (_home, out) = written();
    let (_, runs) = batch();
    let table = rows(&out.join("comparison.csv"));
    assert_eq!(table.len(), 2);
    let metrics = Metrics::of(&runs[1]);
    assert_eq!(table[1]["strategy"], "down & <out>");
    assert_eq!(table[1]["sharpe"].parse::<f64>().ok(), metrics.ratios.sharpe);
    assert_eq!((table[1]["liquidations"].as_str(), table[1]["refused"].as_str()), ("1", "1"));
    let text = fs::read_to_string(out.join("comparison.csv")).unwrap();
    assert!(text.starts_with("strategy,days,final_equity_usd,total_return,cagr,"));
}

#[test]
fn the_same_runs_give_the_same_bytes() {
    let (_one, first) = written();
    let (_two, second) = written();
    let (first, second) = (tree(&first), tree(&second));
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, bytes) in &first {
        assert!(bytes == &second[name], "{} differs", name.display());
    }
}
