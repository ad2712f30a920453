//! Pages, pictures and the closing words: what they say, and that they ask nobody for anything.

use std::fs;
use std::path::Path;

use rotate::metrics::Metrics;
use rotate::replay::run::Run;
use rotate::report::closing::{cautions, closing, closing_json};
use rotate::report::{terminal, write_batch};
use rotate::units::{Span, Usd};
use sha2::{Digest, Sha256};

use super::written::{batch, evaluated, rows, tree, written};
use crate::fixture::{HOSTILE, manifest, market, run};

/// What a page runs: tables that sort, and on a tear sheet charts that answer.
fn scripts_of(page: &str) -> Vec<&'static str> {
    use rotate::report::html::{LIVE, SCRIPT, uplot};
    if page.ends_with("report.html") { vec![SCRIPT, uplot(), LIVE] } else { vec![SCRIPT] }
}

/// The library of the charts is the one that was published.
#[test]
fn the_library_of_the_charts_is_as_published() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/html/uplot.js");
    assert_eq!(
        rotate::market::digest::of(&fs::read(file).unwrap()),
        "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
        "uPlot.iife.min.js of uPlot 1.6.32"
    );
}

#[test]
fn pages_ask_nobody_for_anything_and_run_nothing_but_our_own() {
    let (_home, out) = written();
    for page in ["index.html", "up/report.html", "down----out-/report.html"] {
        let html = fs::read_to_string(out.join(page)).unwrap();
        // Scripts of this program, and nothing in them that comes from a file.
        let html = scripts_of(page).into_iter().fold(html, |html, code| {
            let script = format!("<script>{code}</script>");
            assert_eq!(html.matches(&script).count(), 1, "{page}");
            html.replace(&script, "")
        });
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

/// Base64 of bytes (RFC 4648), as a policy writes a digest.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let of = |chunk: &[u8]| {
        let bits = (0..3).fold(0_u32, |bits, at| (bits << 8) | u32::from(chunk.get(at).copied().unwrap_or(0)));
        (0..4)
            .map(|at| if at <= chunk.len() { char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]) } else { '=' })
            .collect::<String>()
    };
    bytes.chunks(3).map(of).collect()
}

#[test]
fn a_page_allows_its_own_script_and_nothing_else() {
    assert_eq!([base64(b"Man"), base64(b"Ma"), base64(b"M")], ["TWFu", "TWE=", "TQ=="]);
    let (_home, out) = written();
    for page in ["index.html", "up/report.html"] {
        let html = fs::read_to_string(out.join(page)).unwrap();
        let policy = html.split("<meta http-equiv=\"Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
        let told: Vec<&str> = policy.split("; ").collect();
        let digests = scripts_of(page).into_iter().map(|code| format!(" 'sha256-{}'", base64(&Sha256::digest(code.as_bytes()))));
        let script = format!("script-src{}", digests.collect::<String>());
        let all = ["default-src 'none'", "style-src 'unsafe-inline'", &script, "img-src data:", "base-uri 'none'", "form-action 'none'"];
        assert_eq!(told, all, "{page}");
        let (before, after) = html.split_once(policy).unwrap();
        assert!(!before.contains("<style") && after.contains("<style"), "it comes before everything it rules");
        // A handler in an attribute would need 'unsafe-inline' for scripts.
        for handler in [" onclick", " onload", " onerror", "javascript:"] {
            assert!(!html.contains(handler), "{page} {handler}");
        }
    }
}

#[test]
fn pictures_say_what_they_show_and_stay_on_the_paper() {
    let (_home, out) = written();
    for (picture, words) in [
        ("equity.svg", &["SYNTHETIC DATA", "made up", "Equity, USD", "Jan 2021"][..]),
        ("drawdown.svg", &["up now ", " %, max −"]),
        ("up/equity.svg", &["SYNTHETIC DATA", ">up<", "BTC bought and held", "bull market", "liquidation (1)", "Drawdown"]),
        ("up/drawdown.svg", &["up: drawdown", "max −"]),
        ("up/buckets.svg", &["foundation", "stablecoins", "Value of each bucket, USD"]),
        ("down----out-/equity.svg", &["down &amp; &lt;out&gt;"]),
    ] {
        let svg = fs::read_to_string(out.join(picture)).unwrap();
        for word in words {
            assert!(svg.contains(word), "{picture} does not say {word}");
        }
        // Four units a pixel; every point of every line is on the paper.
        let size = |name: &str| -> f64 {
            let view = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split('"').next().unwrap();
            view.split(' ').nth(usize::from(name == "height")).unwrap().parse().unwrap()
        };
        let (wide, high) = (size("width"), size("height"));
        for (style, x, words) in texts(&svg) {
            if !style.contains("text-anchor") {
                let size: f64 = style.split("font-size=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
                // Six tenths of its size is a mean letter's width in the embedded face.
                assert!(x + 0.6 * size * words.chars().count() as f64 <= wide, "{picture}: {words}");
            }
        }
        for (_, lines) in paths(&svg) {
            for (x, y) in lines.into_iter().flatten() {
                assert!((0.0..=wide).contains(&x) && (0.0..=high).contains(&y), "{picture}: {x}, {y}");
            }
        }
    }
}

/// Of each text of a picture its style, where it is from the left, and its words.
fn texts(svg: &str) -> Vec<(String, f64, String)> {
    let mut all = Vec::new();
    for line in svg.lines().filter(|line| line.contains("font-size=")).skip(1) {
        let style = line.split('>').next().unwrap();
        for text in line.split("<text ").skip(1) {
            let x = text.split("x=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
            let words = text.split('>').nth(1).unwrap().split('<').next().unwrap();
            all.push((style.to_owned(), x, words.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")));
        }
    }
    all
}

/// A line of a picture, place by place.
type Walk = Vec<(f64, f64)>;

/// Of each path of a picture its style and, walked step by step, the places of each of its lines.
fn paths(svg: &str) -> Vec<(String, Vec<Walk>)> {
    let mut all = Vec::new();
    for line in svg.lines() {
        let style = line.split('>').next().unwrap();
        for steps in line.split(" d=\"").skip(1) {
            all.push((style.to_owned(), walked(steps.split('"').next().unwrap())));
        }
    }
    all
}

fn walked(steps: &str) -> Vec<Walk> {
    let mut lines: Vec<Walk> = Vec::new();
    let (mut x, mut y) = (0.0, 0.0);
    let starts: Vec<usize> =
        steps.char_indices().filter(|(_, letter)| letter.is_alphabetic()).map(|(at, _)| at).chain([steps.len()]).collect();
    for pair in starts.windows(2) {
        let (letter, numbers) = steps[pair[0]..pair[1]].split_at(1);
        // A minus sign begins a number, as a space does.
        let numbers: Vec<f64> = numbers.replace('-', " -").split_whitespace().map(|number| number.parse().unwrap()).collect();
        match letter {
            "M" | "m" => {
                (x, y) = if letter == "M" { (numbers[0], numbers[1]) } else { (x + numbers[0], y + numbers[1]) };
                lines.push(vec![(x, y)]);
            }
            "z" => (x, y) = lines.last().unwrap()[0],
            _ => {
                let wide = if letter == "l" { 2 } else { 1 };
                for step in numbers.chunks_exact(wide) {
                    match letter {
                        "h" => x += step[0],
                        "v" => y += step[0],
                        "l" => (x, y) = (x + step[0], y + step[1]),
                        other => panic!("a step `{other}`"),
                    }
                    lines.last_mut().unwrap().push((x, y));
                }
            }
        }
    }
    lines
}

/// However many bars: a curve has a lowest and a highest point a column of three pixels, and what is written of it fits a page.
#[test]
fn a_curve_is_no_larger_than_what_is_seen_of_it() {
    let home = tempfile::tempdir().unwrap();
    let market = market(20_000, Span::from_seconds(3_600));
    let mut wild = run("up", &market, 1, 0.000_01, 1.0);
    // One bar of half the lowest wealth, one of twice the highest.
    let (lowest, highest) = (*wild.equity.iter().min().unwrap(), *wild.equity.iter().max().unwrap());
    wild.equity[7_001] = lowest.share(0.5);
    wild.equity[9_001] = highest.share(2.0);
    let runs = [wild];
    write_batch(home.path().join("out").as_path(), &market, &runs, &manifest(&market, &runs)).unwrap();
    for (picture, most) in [("equity.svg", 45_000), ("drawdown.svg", 30_000), ("buckets.svg", 40_000)] {
        let svg = fs::read_to_string(home.path().join("out/up").join(picture)).unwrap();
        assert!(svg.len() < most, "{picture}: {} bytes", svg.len());
        let mut curves = 0;
        for (style, lines) in paths(&svg).into_iter().filter(|(style, _)| style.contains("stroke=\"#0072B2\"")) {
            for line in lines.into_iter().filter(|line| line.len() > 100) {
                curves += 1;
                let mut columns: Vec<i64> = line.iter().map(|(x, _)| (x / 12.0) as i64).collect();
                columns.dedup();
                assert!(line.len() <= 2 * columns.len() + 4, "{picture}, {style}: {} points in {} columns", line.len(), columns.len());
            }
        }
        assert!(curves > 0 || picture == "buckets.svg", "{picture}");
    }
    // Neither of the two is lost: the curve is lowest and highest there, on the pixel.
    let svg = fs::read_to_string(home.path().join("out/up/equity.svg")).unwrap();
    let (low, high) = (runs[0].equity[7_001], runs[0].equity[9_001]);
    assert!(runs[0].equity.iter().all(|equity| (low..=high).contains(equity)), "the two are the extremes of the run");
    let curve = paths(&svg).into_iter().find(|(style, _)| style.contains("stroke=\"#0072B2\" stroke-width=\"8\"")).unwrap().1;
    let curve = curve.into_iter().max_by_key(Vec::len).unwrap();
    let ends = |pick: fn(f64, f64) -> f64| curve.iter().map(|place| place.1).reduce(pick).unwrap();
    let at = |t: usize| {
        let (first, last) = (curve[0].0, curve[curve.len() - 1].0);
        first + (last - first) * (t + 1) as f64 / 20_000.0
    };
    let place = |y: f64| curve.iter().find(|place| place.1 == y).unwrap().0;
    assert!((place(ends(f64::max)) - at(7_001)).abs() <= 1.0 && (place(ends(f64::min)) - at(9_001)).abs() <= 1.0);
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
fn what_a_bucket_owes_hangs_below_nought_and_the_equity_is_drawn() {
    let home = tempfile::tempdir().unwrap();
    let (market, mut runs) = batch();
    let picture = |runs: &[Run], name: &str| {
        write_batch(&home.path().join(name), &market, runs, &manifest(&market, runs)).unwrap();
        fs::read_to_string(home.path().join(name).join("up/buckets.svg")).unwrap()
    };
    let says = |svg: &str, word: &str| texts(svg).iter().any(|(.., words)| words == word);
    let nothing_owed = picture(&runs, "before");
    assert!(says(&nothing_owed, "$0") && !nothing_owed.contains("−$") && !says(&nothing_owed, "equity"));
    // The last bucket owes as much as all are worth, and the first stands for it: the same equity.
    let run = &mut runs[0];
    let width = run.buckets.len();
    for (row, equity) in run.bucket_values.chunks_mut(width).zip(&run.equity) {
        row[0] += row[width - 1] + *equity;
        row[width - 1] = -*equity;
    }
    let owed = picture(&runs, "after");
    let name = &runs[0].buckets[width - 1];
    assert!(says(&owed, "equity") && says(&owed, "$0"));
    let any = |fits: &dyn Fn(&str) -> bool| texts(&owed).iter().any(|(.., words)| fits(words));
    assert!(any(&|words| words.starts_with(name.as_str()) && words.contains("−$")), "the end says what {name} owes");
    assert!(any(&|words| words.starts_with("−$")), "the scale reaches below nought");
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
    assert_eq!((metrics.returns.total_return, metrics.returns.cagr, metrics.drawdown.max_drawdown), (Some(-1.0), Some(-1.0), Some(-1.0)));
    assert_eq!((Metrics::of(&runs[1]).ratios.sharpe, Metrics::of(&runs[1]).returns.total_return), (None, None));
    write_batch(&home.path().join("out"), &market, &runs, &manifest(&market, &runs)).unwrap();
}

#[test]
fn the_index_shows_what_a_comparison_shows() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let market = market(600, Span::from_seconds(28_800));
    let runs = vec![run("down & <out>", &market, 2, -0.001, 1.5), run("up", &market, 1, 0.001, 1.0)];
    let mut record = manifest(&market, &runs);
    record.strategies[0].resolved = serde_json::json!({ "decide": "8h" });
    record.strategies[1].resolved = serde_json::json!({ "decide": "1d" });
    write_batch(&out, &market, &runs, &record).unwrap();
    let index = fs::read_to_string(out.join("index.html")).unwrap();
    // Ranked, the best first, each with the way to its page.
    let table = index.split("<caption>One row a strategy, best first").nth(1).unwrap().split("</table>").next().unwrap();
    let place = |words: &str| table.find(words).unwrap_or_else(|| panic!("no {words} in {table}"));
    let up = place("<a href=\"up/report.html\">up</a><td>1<");
    assert!(up < place("<a href=\"down----out-/report.html\">down &amp; &lt;out&gt;</a><td>2<"));
    for head in ["volatility", "deflated Sharpe", "Sortino", "turnover"] {
        assert!(table.contains(&format!("class=\"n\">{head}<")), "{head}");
    }
    assert!(!table.contains("kept at 2x costs"), "no ladder was climbed");
    for words in ["CAGR against volatility a year", "up minus each other strategy", "Correlation of daily returns", "<mark>8h</mark>"] {
        assert!(index.contains(words), "{words}");
    }
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
            assert_eq!(closing_json(&evaluated(&market, &runs))["strategies"][0]["metrics"][metric].is_number(), told);
        }
    }
}

#[test]
fn the_closing_table_is_aligned_and_says_every_caution_once() {
    let (market, runs) = batch();
    let evaluated = evaluated(&market, &runs);
    let text = closing(&evaluated, terminal::Look::PLAIN) + &cautions(&evaluated, None, terminal::Look::PLAIN);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>().join(" "), "strategy return CAGR Sharpe max DD funding fees liq equity");
    let width = lines[1].chars().count();
    assert!(lines[2..4].iter().all(|line| line.chars().count() == width), "{text}");
    assert_eq!(text.matches("the made-up data").count(), 1);
    assert!(text.contains("  ! up: only up knows"));
    assert_eq!(closing_json(&evaluated)["strategies"][1]["metrics"]["liquidations"], 1);
}
