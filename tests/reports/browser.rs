//! The pages as a person meets them: opened in a browser, wide and narrow, light and dark; looked at, sorted and filtered; without an error
//! and without a request. Skipped, loudly, where no browser is installed. `ROTATE_SHOTS=DIR` keeps the screenshots, whole pages, to be looked at.

mod chromium;
mod live;
use std::fs;
use std::path::{Path, PathBuf};

use crate::fixture::{manifest, market, run};
use crate::program::{WINDOW, fine};
use chromium::{Chromium, looked_at};
use rotate::report::compare::Comparison;
use rotate::report::loaded::Ranking;
use rotate::report::reading::read;
use rotate::report::write_batch;
use rotate::units::Span;

const AUDIT: &str = include_str!("browser/audit.js");

/// Every kind of page the program writes: a batch, tear sheets, a comparison, a study.
fn pages(home: &Path) -> Vec<PathBuf> {
    let [batch, compared, study] = ["batch", "compared", "study"].map(|name| home.join(name));
    let text = |path: &Path| path.display().to_string();
    fine(&[&["run", "--quiet", "--out", &text(&batch)][..], &WINDOW].concat());
    fine(&["compare", &text(&batch), "--out", &text(&compared)]);
    fine(&[&["tune", "strategies/bull.toml", "--quiet", "--out", &text(&study)][..], &WINDOW].concat());
    // Names from files that would like to be more than names.
    let hostile = home.join("hostile");
    let market = market(900, Span::from_seconds(28_800));
    let runs = vec![run("up", &market, 1, 0.001, 1.0), run("down & <out>", &market, 2, -0.001, 1.5), run("flat", &market, 3, 0.0, 0.5)];
    write_batch(&hostile, &market, &runs, &manifest(&market, &runs)).unwrap();
    let named = [
        batch.join("index.html"),
        batch.join("bull/report.html"),
        batch.join("adaptive/report.html"),
        compared.join("index.html"),
        study.join("study.html"),
        hostile.join("index.html"),
        hostile.join("up/report.html"),
    ];
    named.into()
}

#[test]
fn every_page_is_whole_wide_and_narrow_light_and_dark() {
    let home = tempfile::tempdir().unwrap();
    let Some(mut browser) = Chromium::start(home.path()) else { return };
    let shots = std::env::var_os("ROTATE_SHOTS").map(PathBuf::from);
    for page in pages(home.path()) {
        let name = page.strip_prefix(home.path()).unwrap().display().to_string();
        for width in [1280, 390] {
            for dark in [false, true] {
                let scheme = if dark { "dark" } else { "light" };
                let case = format!("{name}, {width} pixels, {scheme}");
                browser.open(&page, width, dark);
                assert_eq!(browser.value("window.innerWidth"), width, "{case}");
                assert_eq!(browser.value("matchMedia('(prefers-color-scheme: dark)').matches"), dark, "{case}");
                let wrong = browser.value(AUDIT);
                assert_eq!(wrong, serde_json::json!([]), "{case}: {wrong:#}");
                assert!(browser.complaints().is_empty(), "{case}: {:?}", browser.complaints());
                let (size, colours, brightness) = looked_at(&browser.screenshot(false));
                assert_eq!(size, (width, 900), "{case}");
                assert!(colours > 64, "{case}: {colours} colours, next to nothing is drawn");
                assert!(if dark { brightness < 90.0 } else { brightness > 190.0 }, "{case}: brightness {brightness:.0}");
                if let Some(shots) = &shots {
                    fs::create_dir_all(shots).unwrap();
                    let file = format!("{}-{width}-{scheme}.png", name.replace('/', "-").trim_end_matches(".html"));
                    fs::write(shots.join(file), browser.screenshot(true)).unwrap();
                }
            }
        }
        // On paper there is nothing to press.
        browser.medium("print", false);
        let shown = browser.value("[...document.querySelectorAll('nav, input')].filter(e => e.getClientRects().length).length");
        assert_eq!(shown, 0, "{name}: printed");
    }
}

/// What stands in a table's column from top to bottom, and how its heading says it is sorted.
fn column(browser: &mut Chromium, at: usize) -> (String, Vec<String>) {
    let told = browser.value(&format!(
        "[document.querySelector('table.sort').tHead.rows[0].cells[{at}].getAttribute('aria-sort'),
          [...document.querySelector('table.sort').tBodies[0].rows].map(row => row.cells[{at}].textContent)]"
    ));
    let cells = told[1].as_array().unwrap().iter().map(|cell| cell.as_str().unwrap().to_owned()).collect();
    (told[0].as_str().unwrap_or("none").to_owned(), cells)
}

/// The results are ranked by the metric one chooses, the best first, whichever way is better, and drawn as bars; by `rank` they are as they were.
fn ranks_by_what_is_chosen(browser: &mut Chromium) {
    let choose = |browser: &mut Chromium, name: &str| {
        browser.value(&format!(
            "(select => {{ select.value = [...select.options].find(o => o.textContent === '{name}').value;
               select.dispatchEvent(new Event('change')); }})(document.querySelector('.choice select'))"
        ));
        let at = browser.value("+document.querySelector('.choice select').value").as_u64().unwrap() as usize;
        column(browser, at)
    };
    let bars = |browser: &mut Chromium| browser.value("document.querySelectorAll('td.bar').length").as_u64().unwrap();
    let (_, before) = column(browser, 0);
    for (name, better) in [("return", "descending"), ("max drawdown", "descending"), ("volatility", "ascending")] {
        let (way, cells) = choose(browser, name);
        assert_eq!(way, better, "{name}");
        let values: Vec<f64> = cells.iter().map_while(|cell| number(cell)).collect();
        assert!(values.is_sorted_by(|a, b| if better == "descending" { a >= b } else { a <= b }), "{name}: {cells:?}");
        assert_eq!(bars(browser), values.len() as u64, "{name}: a bar a number");
    }
    choose(browser, "rank");
    assert_eq!((column(browser, 0).1, bars(browser)), (before, 0));
}

/// The number that a cell stands for; none of a dash.
fn number(cell: &str) -> Option<f64> {
    let plain = cell.replace('−', "-").replace(['$', ',', ' ', '%', '+'], "");
    let units = [('k', 1e3), ('M', 1e6), ('B', 1e9)];
    let scaled = units.iter().find_map(|(end, unit)| plain.strip_suffix(*end).map(|digits| (digits, *unit)));
    let (digits, unit) = scaled.unwrap_or((&plain, 1.0));
    digits.parse::<f64>().ok().map(|value| value * unit)
}

#[test]
fn tables_sort_and_filter_as_one_clicks_and_types() {
    let home = tempfile::tempdir().unwrap();
    let Some(mut browser) = Chromium::start(home.path()) else { return };
    // Twenty strategies, one of them lived too short a time for a yearly growth.
    let (out, short, compared) = (home.path().join("out"), home.path().join("short"), home.path().join("compared"));
    let long = market(300, Span::DAY);
    let runs: Vec<_> = (1..20).map(|i| run(&format!("s{i:02}"), &long, i, 0.002 * (i % 5) as f64 - 0.003, 1.0)).collect();
    write_batch(&out, &long, &runs, &manifest(&long, &runs)).unwrap();
    let brief = market(20, Span::DAY);
    let alone = vec![run("young", &brief, 1, 0.001, 1.0)];
    write_batch(&short, &brief, &alone, &manifest(&brief, &alone)).unwrap();
    let all = read(&[out, short], &Ranking::default()).unwrap();
    Comparison::of(&all, "sharpe").write(&compared).unwrap();
    browser.open(&compared.join("index.html"), 1280, false);

    ranks_by_what_is_chosen(&mut browser);
    browser.open(&compared.join("index.html"), 1280, false);
    let heads = browser.value("[...document.querySelector('table.sort').tHead.rows[0].cells].map(h => [h.textContent, h.className])");
    let heads = heads.as_array().unwrap().clone();
    let (mut texts, mut numbers, mut dashes) = (0, 0, 0);
    for (at, head) in heads.iter().enumerate() {
        let (name, numeric) = (&head[0], head[1] == "n");
        let button = format!("document.querySelectorAll('table.sort')[0].tHead.rows[0].cells[{at}].querySelector('button')");
        for press in 0..2 {
            // The second way with the keyboard.
            if press == 0 {
                browser.click(&button);
            } else {
                browser.value(&format!("{button}.focus()"));
                browser.key("Enter", 13);
            }
            let (way, cells) = column(&mut browser, at);
            assert_eq!(cells.len(), 20, "{name}: rows are lost");
            let down = numeric == (press == 0);
            assert_eq!(way, if down { "descending" } else { "ascending" }, "{name}");
            if numeric {
                let values: Vec<f64> = cells.iter().map_while(|cell| number(cell)).collect();
                assert!(cells[values.len()..].iter().all(|cell| number(cell).is_none()), "{name}: what is no number comes last: {cells:?}");
                assert!(values.is_sorted_by(|a, b| if down { a >= b } else { a <= b }), "{name}, {way}: {cells:?}");
                numbers += 1;
                dashes += cells.len() - values.len();
            } else {
                assert!(cells.is_sorted_by(|a, b| if down { a >= b } else { a <= b }), "{name}, {way}: {cells:?}");
                texts += 1;
            }
        }
        let said = browser.value("document.querySelectorAll('table.sort')[0].querySelectorAll('[aria-sort]').length");
        assert_eq!(said, 1, "{name}: one column is the sorted one");
    }
    assert!(texts >= 2 && numbers >= 20 && dashes >= 2, "{texts} texts, {numbers} numbers, {dashes} dashes: next to nothing was sorted");

    let shown =
        "[...document.querySelector('table.sort').tBodies[0].rows].filter(r => r.getClientRects().length).map(r => r.cells[0].textContent)";
    browser.click("document.querySelector('input[type=search]')");
    browser.ask("Input.insertText", &serde_json::json!({ "text": "S1" }));
    let mut found: Vec<String> = serde_json::from_value(browser.value(shown)).unwrap();
    found.sort();
    assert_eq!(found, (10..20).map(|i| format!("s{i}")).collect::<Vec<_>>(), "upper case finds lower case");
    for _ in 0..2 {
        browser.key("Backspace", 8);
    }
    assert_eq!(browser.value(shown).as_array().unwrap().len(), 20, "nothing typed hides nothing");
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}
