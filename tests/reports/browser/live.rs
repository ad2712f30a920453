//! The charts of a tear sheet as a person uses them: by keyboard and by button; what they say is what the tables say.

use std::fs;

use rotate::units::Time;

use super::chromium::Chromium;
use crate::program::{WINDOW, fine};

/// The last cell but `back` rows of a column of a table.
fn cell(table: &str, column: &str, row: usize) -> String {
    let mut lines = table.lines();
    let at = lines.next().unwrap().split(',').position(|name| name == column).unwrap_or_else(|| panic!("no {column}"));
    lines.nth(row).unwrap().split(',').nth(at).unwrap().to_owned()
}

/// `$1,234.50`, as a chart says money.
fn money(cell: &str) -> String {
    let cents = (cell.parse::<f64>().unwrap() * 100.0).round() as i64;
    let whole = (cents / 100).to_string();
    let grouped = whole.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect::<Vec<_>>().join(",");
    format!("${grouped}.{:02}", cents % 100)
}

#[test]
fn charts_say_what_the_tables_say() {
    let home = tempfile::tempdir().unwrap();
    let Some(mut browser) = Chromium::start(home.path()) else { return };
    let out = home.path().join("out");
    fine(&[&["run", "strategies/bull.toml", "--tables", "csv", "--quiet", "--out", &out.display().to_string()][..], &WINDOW].concat());
    let table = fs::read_to_string(out.join("bull/equity.csv")).unwrap();
    let buckets = fs::read_to_string(out.join("bull/buckets.csv")).unwrap();
    let last = table.lines().count() - 2;
    for width in [1280, 390] {
        browser.open(&out.join("bull/report.html"), width, false);
        let charts = browser.value("document.querySelectorAll('.live canvas').length");
        assert_eq!(charts, 4, "equity, drawdown, buckets, exposure");
        let chart = |at: usize| format!("document.querySelectorAll('.live-plot')[{at}]");
        let readout = |browser: &mut Chromium, at: usize| -> String {
            browser.value(&format!("document.querySelectorAll('.readout')[{at}].textContent")).as_str().unwrap().to_owned()
        };
        browser.value(&format!("{}.focus()", chart(0)));
        for (key, code, row) in [("End", 35, last), ("ArrowLeft", 37, last - 1), ("Home", 36, 0), ("ArrowRight", 39, 1)] {
            browser.key(key, code);
            let words = readout(&mut browser, 0);
            let time = cell(&table, "time", row);
            assert!(words.starts_with(&time.replace('T', " ")[..16]), "{width}, {key}: {words} at {time}");
            assert!(words.contains(&format!("bull {}", money(&cell(&table, "equity", row)))), "{width}, {key}: {words}");
        }
        // Charts move together: where the first one stands, the others are read.
        let drawdown = cell(&table, "drawdown", 1).parse::<f64>().unwrap() * 100.0;
        let words = readout(&mut browser, 1);
        assert!(words.contains(&format!("{drawdown:.2} %").replace('-', "−")), "{words}: {drawdown}");
        browser.value(&format!("{}.focus()", chart(2)));
        browser.key("End", 35);
        let words = readout(&mut browser, 2);
        let end = cell(&table, "time", last);
        let rows: Vec<Vec<&str>> = buckets.lines().filter(|line| line.starts_with(&end)).map(|line| line.split(',').collect()).collect();
        assert!(rows.len() > 2);
        for row in rows {
            assert!(words.contains(&format!("{} {}", row[1], money(row[2]))), "{} in {words}", row[1]);
        }

        // A month, by its button; the first bar shown is thirty days before the end. What is switched off is not read.
        browser.click("[...document.querySelectorAll('.ranges button')].find(b => b.textContent === '1M')");
        browser.value(&format!("{}.focus()", chart(0)));
        browser.key("Home", 36);
        let seconds = |row: usize| Time::parse(&cell(&table, "time", row)).unwrap().seconds();
        let month = (0..=last).find(|row| seconds(*row) >= seconds(last) - 30 * 86_400).unwrap();
        assert!(month > 0);
        let first = cell(&table, "time", month).replace('T', " ");
        let words = readout(&mut browser, 0);
        assert!(words.starts_with(&first[..16]), "{words}: {first}");
        browser.click("[...document.querySelectorAll('.live .key')].find(b => b.textContent === 'bull')");
        assert!(!readout(&mut browser, 0).contains("bull $"));
        assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
    }
    // On paper the pictures stand as they were drawn.
    browser.medium("print", false);
    let shown = browser.value("[...document.querySelectorAll('.live')].filter(e => e.getClientRects().length).length");
    let pictures = browser.value("[...document.querySelectorAll('figure.is-live > svg')].filter(e => e.getClientRects().length).length");
    assert_eq!((shown, pictures), (serde_json::json!(0), serde_json::json!(3)));
}
