//! What is written: names, columns, sums, bytes.

#[path = "support/fixture.rs"]
mod fixture;
#[path = "report/gains.rs"]
mod gains;
#[path = "support/headers.rs"]
mod headers;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fixture::{HOSTILE, manifest, market, run};
use headers::HEADERS;
use rotate::market::Market;
use rotate::metrics::Metrics;
use rotate::replay::run::Run;
use rotate::report::compare::Ranking;
use rotate::report::{Staging, compare, folder_name, terminal, write_batch};
use rotate::stress::Stress;
use rotate::units::{Span, Usd};

fn batch() -> (Market, Vec<Run>) {
    let market = market(400, Span::from_seconds(28_800));
    let runs = vec![run("up", &market, 1, 0.001, 1.0), run("down & <out>", &market, 2, -0.001, 1.5)];
    (market, runs)
}

fn written() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("reports/latest");
    let (market, runs) = batch();
    write_batch(&out, &market, &runs, &manifest(&market, &runs)).unwrap();
    (home, out)
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn files(dir: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>, root: &Path) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            files(&path, into, root);
        } else {
            into.insert(path.strip_prefix(root).unwrap().to_path_buf(), fs::read(&path).unwrap());
        }
    }
}

fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    files(root, &mut all, root);
    all
}

#[test]
fn every_file_is_there_and_every_header_is_exact() {
    let (_home, out) = written();
    for name in ["manifest.json", "comparison.csv", "index.html", "equity.svg", "drawdown.svg", "equity.png", "drawdown.png"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    for strategy in ["up", &folder_name("down & <out>")] {
        let dir = out.join(strategy);
        for name in
            ["summary.json", "report.html", "equity.svg", "drawdown.svg", "equity.png", "drawdown.png", "buckets.svg", "buckets.png"]
        {
            assert!(dir.join(name).is_file(), "{name}");
        }
        for (file, header) in HEADERS {
            let text = fs::read_to_string(dir.join(file)).unwrap();
            assert_eq!(text.lines().next(), Some(*header), "{file}");
            assert!(!text.contains("NaN") && !text.contains("inf"), "{file}");
        }
    }
}

/// The documented types: one name, one type.
#[test]
fn every_column_of_every_table_has_its_type_in_the_readme() {
    use rotate::report::{rungs, tables, typed};
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/README.md")).unwrap();
    let listed = |head: &str| -> Vec<String> {
        let line = readme.split("\n\n").find(|part| part.trim_start().starts_with(head)).unwrap_or_else(|| panic!("no {head}"));
        line.split('`').skip(1).step_by(2).map(str::to_string).collect()
    };
    assert_eq!(listed("* Timestamps"), typed::TIMES);
    assert_eq!(listed("* Numbers"), typed::NUMBERS);
    let text: std::collections::BTreeSet<&str> = tables::HEADERS
        .iter()
        .chain(rungs::HEADERS)
        .flat_map(|(_, header)| header.iter().copied())
        .filter(|name| !typed::TIMES.contains(name) && !typed::NUMBERS.contains(name))
        .collect();
    assert_eq!(listed("* Text"), text.into_iter().collect::<Vec<_>>());
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
    assert_eq!(rows(&dir.join("rotations.csv"))[0]["value"], "0.0007");
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
    assert_eq!(table[1]["sharpe"].parse::<f64>().ok(), metrics.sharpe);
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

#[test]
fn pages_ask_nobody_for_anything_and_run_nothing_but_our_own() {
    let (_home, out) = written();
    for page in ["index.html", "up/report.html", "down----out-/report.html"] {
        let html = fs::read_to_string(out.join(page)).unwrap();
        // One script, ours, and nothing in it that comes from a file.
        let script = format!("<script>{}</script>", rotate::report::html::SCRIPT);
        assert_eq!(html.matches(&script).count(), 1, "{page}");
        let html = html.replace(&script, "");
        for foreign in ["http:", "https:", "//", "src=", "@import", "url(", "<link", "<script", "<b>bots", "<i>", "<made up>", "<out>"] {
            assert!(!html.contains(foreign), "{page} contains {foreign}");
        }
        assert!(html.contains("SYNTHETIC DATA"), "{page}");
    }
    let html = fs::read_to_string(out.join("up/report.html")).unwrap();
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(fs::read_to_string(out.join("up/trades.csv")).unwrap().contains(HOSTILE), "tables keep names as they are");
    let index = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(index.contains("href=\"up/report.html\"") && index.contains("href=\"down----out-/report.html\""));
}

#[test]
fn pictures_say_what_they_show_and_stay_on_the_paper() {
    let (_home, out) = written();
    for (picture, words) in [
        ("equity.svg", &["SYNTHETIC DATA", "made up", "Equity, USD", "Jan 2021"][..]),
        ("drawdown.svg", &["up now ", " %, max −"]),
        ("up/equity.svg", &["SYNTHETIC DATA", ">\nup\n<", "BTC bought and held", "bull market", "liquidation (1)", "Drawdown"]),
        ("up/drawdown.svg", &["up: drawdown", "max −"]),
        ("up/buckets.svg", &["foundation", "stablecoins", "Value of each bucket, USD"]),
        ("down----out-/equity.svg", &["down &amp; &lt;out&gt;"]),
    ] {
        let svg = fs::read_to_string(out.join(picture)).unwrap();
        for word in words {
            assert!(svg.contains(word), "{picture} does not say {word}");
        }
        // Four units a pixel; every point of every line lies on the paper.
        let size = |name: &str| -> f64 {
            let view = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split('"').next().unwrap();
            view.split(' ').nth(usize::from(name == "height")).unwrap().parse().unwrap()
        };
        let (wide, high) = (size("width"), size("height"));
        for text in svg.split("<text ").skip(1) {
            let attribute = |name: &str| text.split(&format!(" {name}=\"")).nth(1).unwrap_or_default().split('"').next().unwrap();
            let x: f64 = text.strip_prefix("x=\"").unwrap().split('"').next().unwrap().parse().unwrap();
            let line = text.split(">\n").nth(1).unwrap().split('\n').next().unwrap();
            let letters = line.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").chars().count() as f64;
            if attribute("text-anchor") == "start" {
                let size: f64 = attribute("font-size").parse().unwrap();
                // Six tenths of its size is a mean letter's width in the embedded face.
                assert!(x + 0.6 * size * letters <= wide, "{picture}: {text}");
            }
        }
        for points in svg.split("points=\"").skip(1) {
            for point in points.split('"').next().unwrap().split_whitespace() {
                let (x, y) = point.split_once(',').unwrap();
                assert!((0.0..=wide).contains(&x.parse().unwrap()) && (0.0..=high).contains(&y.parse().unwrap()), "{picture}: {point}");
            }
        }
    }
}

#[test]
fn a_real_market_carries_no_mark() {
    let home = tempfile::tempdir().unwrap();
    let (mut market, runs) = batch();
    market.synthetic = false;
    let out = home.path().join("out");
    write_batch(&out, &market, &runs, &manifest(&market, &runs)).unwrap();
    for (name, bytes) in tree(&out) {
        assert!(!String::from_utf8_lossy(&bytes).contains("SYNTHETIC"), "{}", name.display());
    }
}

#[test]
fn runs_without_bars_or_with_ruin_are_written_too() {
    let home = tempfile::tempdir().unwrap();
    let market = market(30, Span::DAY);
    let mut ruin = run("ruin", &market, 3, 0.0, 1.0);
    for t in 10..30 {
        ruin.equity[t] = Usd::ZERO;
        for b in 0..3 {
            ruin.bucket_values[t * 3 + b] = Usd::ZERO;
        }
    }
    let mut none = run("none", &market, 4, 0.0, 1.0);
    none.clock.bars = 0;
    for column in [&mut none.equity, &mut none.benchmark, &mut none.margin_used, &mut none.bucket_values] {
        column.clear();
    }
    none.gross_exposure.clear();
    none.net_exposure.clear();
    none.regime.clear();
    let runs = vec![ruin, none];
    let metrics = Metrics::of(&runs[0]);
    assert_eq!((metrics.total_return, metrics.cagr, metrics.max_drawdown), (Some(-1.0), Some(-1.0), Some(-1.0)));
    assert_eq!((Metrics::of(&runs[1]).sharpe, Metrics::of(&runs[1]).total_return), (None, None));
    write_batch(&home.path().join("out"), &market, &runs, &manifest(&market, &runs)).unwrap();
}

#[test]
fn an_older_report_is_replaced_and_nothing_else_is() {
    let (home, out) = written();
    let (market, runs) = batch();
    let again = |out: &Path| write_batch(out, &market, &runs[..1], &manifest(&market, &runs));
    again(&out).unwrap();
    assert!(!out.join("down----out-").exists(), "nothing of the old report is left");
    let beside: Vec<_> = fs::read_dir(out.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(beside, ["latest"], "no litter");

    let foreign = home.path().join("thesis");
    fs::create_dir(&foreign).unwrap();
    again(&foreign).unwrap();
    let foreign = home.path().join("photos");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("cat.png"), "miaow").unwrap();
    let fault = again(&foreign).unwrap_err();
    assert_eq!(fault.found, "a folder that holds something else than a report of this program");
    fs::write(foreign.join("manifest.json"), "{\"program\": \"other\"}").unwrap();
    assert!(again(&foreign).is_err());
    assert_eq!(fs::read_to_string(foreign.join("cat.png")).unwrap(), "miaow");
    assert_eq!(again(&foreign.join("cat.png")).unwrap_err().found, "a file, not a folder");
}

#[test]
fn a_report_with_strangers_in_it_is_left_alone() {
    let (market, runs) = batch();
    let manifest = manifest(&market, &runs);
    for (stranger, named) in
        [("notes.txt", "`notes.txt`"), ("drafts/one.md", "`drafts`"), ("up/notes.txt", "`up/notes.txt`"), ("up/more/x", "`up/more`")]
    {
        let (_home, out) = written();
        fs::create_dir_all(out.join(stranger).parent().unwrap()).unwrap();
        fs::write(out.join(stranger), "years of work").unwrap();
        let before = tree(out.parent().unwrap());
        let fault = write_batch(&out, &market, &runs, &manifest).unwrap_err();
        assert!(fault.found.contains(named) && fault.way_out.contains("--out"), "{fault}");
        assert!(tree(out.parent().unwrap()) == before, "{stranger}: something was touched");
    }
    // A folder that merely looks like a strategy of ours.
    let (_home, out) = written();
    fs::create_dir(out.join("other")).unwrap();
    fs::copy(out.join("up/summary.json"), out.join("other/summary.json")).unwrap();
    assert!(write_batch(&out, &market, &runs, &manifest).unwrap_err().found.contains("`other`"));
    // What a file manager leaves is nobody's work.
    let (_home, out) = written();
    fs::write(out.join(".DS_Store"), "").unwrap();
    write_batch(&out, &market, &runs, &manifest).unwrap();
}

#[test]
fn no_report_is_written_into_another() {
    let (_home, out) = written();
    let (market, runs) = batch();
    let before = tree(&out);
    for inside in [out.join("x"), out.join("up"), out.join("up/deeper/x")] {
        let fault = write_batch(&inside, &market, &runs, &manifest(&market, &runs)).unwrap_err();
        assert!(fault.found.contains("inside `latest`"), "{fault}");
    }
    assert!(tree(&out) == before);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_a_dangling_one_refused_before_the_work() {
    use std::os::unix::fs::symlink;
    let (home, out) = written();
    let (market, runs) = batch();
    let (link, nowhere) = (home.path().join("link"), home.path().join("nowhere"));
    symlink(&out, &link).unwrap();
    write_batch(&link, &market, &runs[..1], &manifest(&market, &runs)).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "the link stays a link");
    assert!(!out.join("down----out-").exists(), "what it leads to is replaced");
    symlink(home.path().join("absent"), &nowhere).unwrap();
    assert!(Staging::begin(&nowhere).unwrap_err().found.contains("leads nowhere"));
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_dead_left_is_swept_and_what_the_living_write_is_not() {
    let (_home, out) = written();
    let parent = out.parent().unwrap();
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let dead = child.id();
    child.wait().unwrap();
    let folder = |what: &str, pid: u32| parent.join(format!(".latest.{what}-{pid}"));
    for (what, pid) in [("new", dead), ("old", dead), ("new", 1), ("old", 1)] {
        fs::create_dir(folder(what, pid)).unwrap();
        fs::write(folder(what, pid).join("equity.csv"), "half").unwrap();
    }
    fs::create_dir(parent.join(".latest.new-mine")).unwrap();
    drop(Staging::begin(&out).unwrap());
    assert!(!folder("new", dead).exists() && !folder("old", dead).exists());
    assert!(folder("new", 1).exists() && folder("old", 1).exists() && parent.join(".latest.new-mine").exists());
    assert!(out.join("manifest.json").is_file());
    // Died between its two renames: the old report is put back.
    fs::rename(&out, folder("old", dead)).unwrap();
    drop(Staging::begin(&out).unwrap());
    assert!(out.join("manifest.json").is_file() && !folder("old", dead).exists());
}

#[test]
fn the_index_tells_what_is_odd_about_the_market_once_and_briefly() {
    let home = tempfile::tempdir().unwrap();
    let (mut market, runs) = batch();
    let all: Vec<String> = (0..40).map(|i| format!("COIN{i}USDT perp 1")).collect();
    market.cautions = vec![format!("rows that repeat another: {}", all.join("; ")), "a short one".to_string()];
    let out = home.path().join("out");
    write_batch(&out, &market, &runs, &manifest(&market, &runs)).unwrap();
    let index = fs::read_to_string(out.join("index.html")).unwrap();
    assert_eq!(index.matches("a short one").count(), 1);
    assert!(index.contains("COIN2USDT perp 1; … and 37 more</summary>"), "a long list is shortened");
    assert_eq!(index.matches("COIN39USDT").count(), 1, "and told in full below");
}

#[test]
fn a_few_days_are_not_told_as_a_year() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    for (days, told) in [(29, false), (30, true)] {
        let market = market(days, Span::DAY);
        let runs = vec![run("short", &market, 1, 0.01, 1.0)];
        write_batch(&out, &market, &runs, &manifest(&market, &runs)).unwrap();
        let text = fs::read_to_string(out.join("short/summary.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(summary["metrics"]["total_return"].is_number());
        for metric in ["cagr", "calmar"] {
            assert_eq!(summary["metrics"][metric].is_number(), told, "{metric} of {days} days");
            assert_eq!(!rows(&out.join("comparison.csv"))[0][metric].is_empty(), told, "{metric} of {days} days");
            assert_eq!(
                terminal::closing_json(&runs, &vec![Stress::default(); runs.len()])["strategies"][0]["metrics"][metric].is_number(),
                told
            );
        }
    }
}

#[test]
fn strategies_that_would_share_a_folder_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let market = market(30, Span::DAY);
    let runs = vec![run("a b", &market, 1, 0.0, 1.0), run("a/b", &market, 2, 0.0, 1.0)];
    let fault = write_batch(&home.path().join("out"), &market, &runs, &manifest(&market, &runs)).unwrap_err();
    assert!(fault.found.contains("`a b` and `a/b`"), "{fault}");
    assert!(!home.path().join("out").exists());
    assert_eq!((folder_name("../x").as_str(), folder_name("..").as_str()), ("-x", "strategy"));
}

#[test]
fn the_closing_table_is_aligned_and_says_every_caution_once() {
    let (_, runs) = batch();
    let text = terminal::closing(&runs, None, terminal::Look::PLAIN);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>().join(" "), "strategy return CAGR Sharpe max DD funding fees liq equity");
    let width = lines[1].chars().count();
    assert!(lines[2..4].iter().all(|line| line.chars().count() == width), "{text}");
    assert_eq!(text.matches("the made-up data").count(), 1);
    assert!(text.contains("  ! up: only up knows"));
    assert_eq!(terminal::closing_json(&runs, &vec![Stress::default(); runs.len()])["strategies"][1]["metrics"]["liquidations"], 1);
}

#[test]
fn folders_read_back_compare_as_they_were_written() {
    let (home, out) = written();
    let (market, runs) = batch();
    let all = compare::read(&[out.clone(), out.join("up")], &Ranking::default()).unwrap();
    assert_eq!(all.len(), 3);
    let names: Vec<&str> = all.iter().map(|told| told.name.as_str()).collect();
    assert_eq!(names, ["down & <out>", "latest/up (2)", "latest/up (3)"]);
    let told = &all[1];
    assert_eq!(told.equity.len(), 400);
    assert_eq!(Usd::round(told.equity[399]), runs[0].final_equity());
    assert_eq!(terminal::Line::read("x", &told.metrics), terminal::Line::of("x", &Metrics::of(&runs[0])));
    let said = compare::text(&all, "sharpe", terminal::Look::PLAIN);
    assert!(said.contains("latest/up (2)") && said.contains("(SYNTHETIC DATA)"), "{said}");
    assert_eq!(said.matches("the made-up data").count(), 1, "{said}");
    let target = home.path().join("side-by-side");
    compare::write(&target, &all, "sharpe").unwrap();
    compare::write(&target, &all, "sharpe").unwrap();
    // The fixture's strategies are measured against different curves; one in common is drawn, as in the picture of the run.
    let held = |target: &Path| fs::read_to_string(target.join("equity.svg")).unwrap().contains(" held $");
    assert!(!held(&target));
    let alone = home.path().join("alone");
    compare::write(&alone, &all[1..], "sharpe").unwrap();
    assert!(held(&alone));
    for name in ["comparison.csv", "index.html", "equity.svg", "equity.png", "drawdown.svg", "drawdown.png", "manifest.json"] {
        assert!(target.join(name).is_file(), "{name}");
    }
    assert_eq!(rows(&target.join("comparison.csv"))[0]["sharpe"], rows(&out.join("comparison.csv"))[1]["sharpe"]);
    assert_eq!(compare::to_json(&all, "sharpe")["strategies"][0]["market"], market.name);
}

#[test]
fn what_is_no_finished_report_is_said_so() {
    let (home, out) = written();
    let read = |path: PathBuf| compare::read(&[path], &Ranking::default()).unwrap_err();
    let missing = read(home.path().join("nowhere"));
    assert_eq!(missing.expected, "a folder that `rotate run` wrote");
    let foreign = read(home.path().to_path_buf());
    assert_eq!(foreign.found, "neither manifest.json nor summary.json is there");
    fs::remove_file(out.join("up/equity.csv")).unwrap();
    assert!(read(out.clone()).place.ends_with("equity.csv"));
    fs::write(out.join("up/equity.csv"), "time,equity\n2021-01-01,much\n").unwrap();
    let garbled = read(out.join("up"));
    assert!(garbled.place.ends_with("equity.csv:2") && garbled.found.contains("much"), "{garbled}");
    fs::write(out.join("up/summary.json"), "{\"strategy\": \"up\"").unwrap();
    assert!(read(out.clone()).found.starts_with("not JSON"));
    fs::write(out.join("up/summary.json"), "{\"strategy\": \"up\", \"capital\": 1}").unwrap();
    assert_eq!(read(out.clone()).found, "`metrics` is missing or of another kind");
    assert!(compare::read(&[], &Ranking::default()).is_err());
}

/// Two thousand folders: ranked by their summaries, the best drawn, in a page that opens at once.
#[test]
fn two_thousand_runs_compare_in_one_small_page() {
    let (home, out) = written();
    let many = home.path().join("many");
    fs::create_dir(&many).unwrap();
    fs::copy(out.join("manifest.json"), many.join("manifest.json")).unwrap();
    let text = fs::read_to_string(out.join("up/summary.json")).unwrap();
    let mut summary: serde_json::Value = serde_json::from_str(&text).unwrap();
    for i in 0..2_000 {
        let name = format!("s{i:04}");
        let dir = many.join(&name);
        fs::create_dir(&dir).unwrap();
        summary["strategy"] = name.into();
        summary["metrics"]["sharpe"] = f64::from(i % 1_999).into();
        fs::write(dir.join("summary.json"), summary.to_string()).unwrap();
        fs::copy(out.join("up/equity.csv"), dir.join("equity.csv")).unwrap();
    }
    // A curve of one that is not drawn is not even opened.
    fs::write(many.join("s0000/equity.csv"), "garbled").unwrap();
    let all = compare::read(&[many], &Ranking::default()).unwrap();
    assert_eq!(all.len(), 2_000);
    assert_eq!(all.iter().filter(|told| !told.times.is_empty()).count(), 12);
    let target = home.path().join("compared");
    compare::write(&target, &all, "sharpe").unwrap();
    let page = fs::read_to_string(target.join("index.html")).unwrap();
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    assert!(page.contains("2000 strategies, ranked by sharpe; the best 12 are drawn") && page.matches("<tr>").count() > 2_000);
    let first = page.split("<tbody>").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(first.contains(">s1998<"), "{first}");
    assert_eq!(rows(&target.join("comparison.csv")).len(), 2_000);
}

#[test]
fn the_best_is_told_from_luck_and_settings_that_differ_are_marked() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let market = market(1_200, Span::from_seconds(28_800));
    let runs = vec![run("up", &market, 1, 0.001, 1.0), run("down", &market, 2, -0.001, 1.0)];
    let mut record = manifest(&market, &runs);
    record.strategies[0].resolved = serde_json::json!({ "buckets": { "a": { "weight": 0.4 } }, "every": "7d" });
    record.strategies[1].resolved = serde_json::json!({ "buckets": { "a": { "weight": 0.5 } }, "every": "7d" });
    write_batch(&out, &market, &runs, &record).unwrap();
    let all = compare::read(std::slice::from_ref(&out), &Ranking::default()).unwrap();
    let json = compare::to_json(&all, "sharpe");
    assert_eq!(json["ranking"], serde_json::json!(["up", "down"]));
    let duel = &json["best"]["duels"][0];
    assert_eq!((duel["better"].as_str(), duel["than"].as_str()), (Some("up"), Some("down")));
    let own = |run: &Run| Metrics::of(run).sharpe.unwrap();
    let told = duel["difference"]["sharpe"].as_f64().unwrap();
    assert!((told - (own(&runs[0]) - own(&runs[1]))).abs() < 1e-9, "{told}");
    assert!(duel["difference"]["sharpe_interval"]["low"].as_f64().unwrap() < told);
    assert_eq!(json["best"]["correlation"][0].as_f64().map(|c| (c * 1e9).round()), Some(1e9));
    assert_eq!(json["best"]["settings"], serde_json::json!([{ "key": "buckets.a.weight", "values": ["0.4", "0.5"] }]));
    let text = compare::text(&all, "sharpe", terminal::Look::PLAIN);
    assert!(text.contains("up less down: Sharpe "), "{text}");
    let target = home.path().join("compared");
    compare::write(&target, &all, "sharpe").unwrap();
    let page = fs::read_to_string(target.join("index.html")).unwrap();
    assert!(page.contains("<mark>0.5</mark>") && !page.contains("<mark>7d"), "what differs is marked");
    // Less of it is better: the order turns.
    assert_eq!(compare::to_json(&all, "volatility")["ranking"].as_array().unwrap().len(), 2);
    let unknown = compare::read(&[out], &Ranking { by: "beauty".to_string(), top: 2 }).unwrap_err();
    assert_eq!((unknown.place.as_str(), unknown.found.as_str()), ("--by beauty", "no such metric"));
}
