//! Many series, many columns, long lines.

use std::fs;

use super::made::{DAY, HEADER, check_refused, load, market, rows};
use crate::program::{fine, rotate, stderr};

#[test]
fn three_thousand_series_on_any_number_of_threads() {
    let names: Vec<String> = (0..3_000).map(|k| format!("C{k}")).collect();
    let dir = market(&names.iter().map(String::as_str).collect::<Vec<_>>(), "");
    let table = HEADER.to_owned() + &rows(40, DAY);
    for name in &names {
        fs::write(dir.path().join(format!("spot/{name}.csv")), &table).unwrap();
    }
    let told = |jobs: &str| fine(&["check", "--format", "json", "--jobs", jobs, "--market", dir.path().to_str().unwrap()]);
    let one = told("1");
    assert!(one.contains("\"C2999\""));
    assert!(one == told("2") && one == told("64"), "what is told depends on the number of threads");
}

#[test]
fn the_first_fault_in_the_order_of_files_on_any_number_of_threads() {
    let names: Vec<String> = (0..60).map(|k| format!("C{k:02}")).collect();
    let dir = market(&names.iter().map(String::as_str).collect::<Vec<_>>(), "");
    for (k, name) in names.iter().enumerate() {
        // The later one is found sooner: the earlier one has to be read to its end.
        let table = match k {
            20 => HEADER.to_owned() + &rows(20_000, 60) + "x,1,1,1,1,1\n",
            21 | 40 => "no table\n".to_owned(),
            _ => HEADER.to_owned() + &rows(9, DAY),
        };
        fs::write(dir.path().join(format!("spot/{name}.csv")), table).unwrap();
    }
    for jobs in ["1", "2", "16"] {
        let output = rotate(&["check", "--jobs", jobs, "--market", dir.path().to_str().unwrap()]);
        assert!(stderr(&output).contains("C20.csv:20002: `x` is no time"), "{jobs} threads: {}", stderr(&output));
    }
}

#[test]
fn a_line_of_more_than_64_kib() {
    let dir = market(&["BTC"], "");
    let table = HEADER.to_owned() + &rows(3, DAY);
    fs::write(dir.path().join("spot/BTC.csv"), table.clone() + &"9".repeat(64 << 10) + "\n").unwrap();
    assert!(!load(dir.path()).unwrap_err().found.contains("a line of"));
    fs::write(dir.path().join("spot/BTC.csv"), table + &"9".repeat((64 << 10) + 1) + "\n").unwrap();
    check_refused(dir.path(), &["BTC.csv:5: a line of more than 64 KiB"]);
    fs::write(dir.path().join("assets.csv"), "a".repeat(1 << 20)).unwrap();
    check_refused(dir.path(), &["assets.csv:1: a line of more than 64 KiB"]);
}

#[test]
fn more_columns_than_a_table_has() {
    let dir = market(&["BTC"], "");
    let wide = |columns: usize| HEADER.trim().to_owned() + &",x".repeat(columns - 6) + "\n";
    fs::write(dir.path().join("spot/BTC.csv"), wide(4_096)).unwrap();
    assert!(!load(dir.path()).unwrap_err().found.contains("columns"));
    fs::write(dir.path().join("spot/BTC.csv"), wide(4_097)).unwrap();
    assert_eq!(load(dir.path()).unwrap_err().found, "4097 columns");
    fs::write(dir.path().join("assets.csv"), wide(9_000)).unwrap();
    assert_eq!(load(dir.path()).unwrap_err().found, "9000 columns");
}
