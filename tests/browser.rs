//! The pages as a person meets them: opened in a browser, sorted and filtered, without an error and without a request. Skipped where no
//! browser is installed.

#[path = "support/fixture.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod fixture;

use std::fs;
use std::path::Path;
use std::process::Command;

use fixture::{manifest, market, run};
use rotate::report::write_batch;
use rotate::units::Span;

fn browser() -> Option<&'static str> {
    let all = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    all.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()))
}

/// The document after its script ran, and what the browser logged.
fn opened(browser: &str, page: &Path, home: &Path) -> (String, String) {
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=4000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", home.join("profile").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Appended to a copy of a page: presses and types as a person would, and writes down what came of it.
const PERSON: &str = "<script>
var log = [];
window.addEventListener('error', function (e) { log.push('error ' + e.message); });
var table = Array.prototype.filter.call(document.querySelectorAll('table.sort'), function (t) { return t.tBodies[0].rows.length > 1; })[0];
var heads = table.tHead.rows[0].cells, at = Array.prototype.findIndex.call(heads, function (h) { return h.textContent === HEAD; });
heads[at].querySelector('button').click();
log.push(heads[at].getAttribute('aria-sort'));
log.push(Array.prototype.map.call(table.tBodies[0].rows, function (r) { return r.cells[at].textContent; }).join(' | '));
heads[at].querySelector('button').click();
log.push(heads[at].getAttribute('aria-sort'));
log.push('wide ' + (document.documentElement.scrollWidth <= window.innerWidth));
log.push('requests ' + performance.getEntriesByType('resource').length);
document.body.setAttribute('data-log', log.join(' ; '));
</script>";

#[test]
fn pages_open_sort_and_ask_nobody() {
    let Some(browser) = browser() else {
        println!("skipped: NO BROWSER IS INSTALLED, the pages were not opened");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let market = market(900, Span::from_seconds(28_800));
    let runs = vec![run("up", &market, 1, 0.001, 1.0), run("down & <out>", &market, 2, -0.001, 1.5), run("flat", &market, 3, 0.0, 0.5)];
    write_batch(&out, &market, &runs, &manifest(&market, &runs)).unwrap();
    for (page, head) in [("index.html", "return"), ("up/report.html", "depth")] {
        let whole = fs::read_to_string(out.join(page)).unwrap();
        let person = PERSON.replace("HEAD", &format!("'{head}'"));
        let copy = out.join(page).with_file_name("copy.html");
        fs::write(&copy, whole.replace("</body>", &format!("{person}</body>"))).unwrap();
        let (document, said) = opened(browser, &copy, home.path());
        assert!(!said.contains("CONSOLE"), "{page}: {said}");
        let log =
            document.split("data-log=\"").nth(1).unwrap_or_else(|| panic!("{page}: the script did not run")).split('"').next().unwrap();
        let told: Vec<&str> = log.split(" ; ").collect();
        assert_eq!((told[0], told[2], told[3], told[4]), ("descending", "ascending", "wide true", "requests 0"), "{page}: {log}");
        let values: Vec<f64> =
            told[1].split(" | ").map(|cell| cell.replace('−', "-").replace([',', ' ', '%'], "").parse().unwrap()).collect();
        assert!(values.len() > 1 && values.is_sorted_by(|a, b| a >= b), "{page}: {log}");
    }
}
