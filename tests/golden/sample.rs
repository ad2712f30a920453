//! The committed sample market: made again byte for byte, and as rich as it must be to exercise everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rotate::market::sample::{DEFAULT_SEED, sample_files, write_sample};

type Files = BTreeMap<String, String>;

const START: i64 = 1_625_097_600;
const BAR: i64 = 8 * 3_600;

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample")
}

fn read(root: &Path) -> Files {
    let (mut files, mut folders) = (Files::new(), vec![root.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("inside").to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    files
}

/// The data rows of a file, split at commas.
fn rows<'a>(files: &'a Files, name: &str) -> Vec<Vec<&'a str>> {
    let text = files.get(name).unwrap_or_else(|| panic!("{name} is missing"));
    text.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

/// Names of the files of one folder, without ending.
fn symbols<'a>(files: &'a Files, folder: &'a str) -> Vec<&'a str> {
    files.keys().filter_map(|name| name.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".csv")).collect()
}

/// Time in seconds and open, high, low, close.
fn bars(files: &Files, name: &str) -> Vec<(i64, [f64; 4])> {
    rows(files, name).iter().map(|row| (row[0].parse().expect("seconds"), std::array::from_fn(|k| number(row[k + 1])))).collect()
}

/// Stamp floored to the minute in seconds, hours, rate.
fn funding(files: &Files, symbol: &str) -> Vec<(i64, i64, f64)> {
    let rows = rows(files, &format!("funding/{symbol}.csv"));
    rows.iter()
        .map(|row| {
            let stamp: i64 = row[0].parse().expect("milliseconds");
            assert!((0..20).contains(&(stamp % 60_000)), "{symbol}: jitter of {stamp}");
            (stamp / 60_000 * 60, row[1].parse().expect("hours"), number(row[2]))
        })
        .collect()
}

#[test]
fn the_committed_sample_is_made_again_byte_for_byte() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let made = scratch.path().join("sample");
    write_sample(&made, DEFAULT_SEED).expect("a sample");
    let (made, kept) = (read(&made), read(&committed()));
    assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>());
    for (name, text) in &made {
        assert!(kept[name] == *text, "{name} differs: make data/sample again");
    }
    assert_eq!(fs::read_dir(scratch.path()).expect("the scratch folder").count(), 1, "nothing is left beside the sample");
}

#[test]
fn another_seed_makes_another_market_as_sound() {
    let (one, other) = (sample_files(DEFAULT_SEED), sample_files(DEFAULT_SEED + 1));
    assert_ne!(one["spot/BTCUSDT.csv"], other["spot/BTCUSDT.csv"]);
    assert_ne!(one["perp/AIXUSDT.csv"], other["perp/AIXUSDT.csv"]);
    assert_ne!(one["funding/AIXUSDT.csv"], other["funding/AIXUSDT.csv"]);
    for files in [one, other] {
        prices_are_sound(&files);
        funding_is_complete(&files);
        a_long_at_five_times_is_liquidated(&files);
        it_is_small(&files);
    }
}

fn it_is_small(files: &Files) {
    let total: usize = files.values().map(String::len).sum();
    assert!(total <= 12_000_000, "{total} bytes");
    for (name, text) in files {
        assert!(text.len() <= 3_000_000, "{name} has {} bytes", text.len());
    }
}

#[test]
fn it_is_as_large_as_promised_and_no_larger() {
    let files = read(&committed());
    it_is_small(&files);
    assert!(files["market.toml"].contains("synthetic = true"));
    assert!(files["README.md"].contains("synthetic"));
    let assets = rows(&files, "assets.csv");
    assert!(assets.len() >= 40, "{} assets", assets.len());
    for row in &assets {
        for (folder, symbol) in [("spot", row[2]), ("perp", row[3]), ("funding", row[3])] {
            assert!(symbol.is_empty() || files.contains_key(&format!("{folder}/{symbol}.csv")), "{folder}/{symbol}");
        }
        assert!(!(row[2].is_empty() && row[3].is_empty()));
    }
    let bitcoin = bars(&files, "perp/BTCUSDT.csv");
    assert!(bitcoin.len() > 3 * 365 * 3, "{} bars", bitcoin.len());
    assert!(bitcoin.windows(2).all(|pair| pair[1].0 - pair[0].0 == BAR));
}

fn prices_are_sound(files: &Files) {
    for folder in ["spot", "perp"] {
        for symbol in symbols(files, folder) {
            let series = bars(files, &format!("{folder}/{symbol}.csv"));
            assert!(series.len() > 300, "{folder}/{symbol}: {} bars", series.len());
            for pair in series.windows(2) {
                assert!(pair[0].0 < pair[1].0, "{folder}/{symbol}: time goes back at {}", pair[1].0);
            }
            for (time, [open, high, low, close]) in series {
                assert_eq!((time - START) % BAR, 0, "{folder}/{symbol}: off the grid at {time}");
                assert!(
                    low > 0.0 && low <= open.min(close) && high >= open.max(close),
                    "{folder}/{symbol} at {time}: {open} {high} {low} {close}"
                );
            }
            for row in rows(files, &format!("{folder}/{symbol}.csv")) {
                assert!(number(row[5]) > 0.0);
            }
        }
    }
}

#[test]
fn prices_are_positive_consistent_and_on_the_grid() {
    prices_are_sound(&read(&committed()));
}

/// From the open of the first bar to the last bar without a hole, at the interval the file names.
fn funding_is_complete(files: &Files) {
    for symbol in symbols(files, "perp") {
        let series = bars(files, &format!("perp/{symbol}.csv"));
        let settled = funding(files, symbol);
        assert_eq!(settled[0].0, series[0].0, "{symbol}: the first settlement");
        let last = series[series.len() - 1].0;
        let end = settled[settled.len() - 1];
        assert_eq!(end.0, if end.1 == 4 { last + 4 * 3_600 } else { last }, "{symbol}: the last settlement");
        for pair in settled.windows(2) {
            assert_eq!(pair[1].0 - pair[0].0, pair[1].1 * 3_600, "{symbol}: the interval at {}", pair[1].0);
            assert!(pair[1].2.abs() <= 0.02);
        }
    }
}

#[test]
fn funding_has_every_interval_and_follows_the_crowd() {
    let files = read(&committed());
    funding_is_complete(&files);
    let mut kinds: BTreeMap<Vec<i64>, usize> = BTreeMap::new();
    let (mut most, mut least) = (0.0_f64, 0.0_f64);
    for symbol in symbols(&files, "funding") {
        let settled = funding(&files, symbol);
        let hours: BTreeSet<i64> = settled.iter().map(|s| s.1).collect();
        *kinds.entry(hours.into_iter().collect()).or_default() += 1;
        for window in settled.windows(3) {
            let per_8h = |k: usize| window[k].2 * 8.0 / window[k].1 as f64;
            most = most.max(per_8h(0).min(per_8h(1)).min(per_8h(2)));
            least = least.min(per_8h(0));
        }
    }
    assert!(kinds[&vec![8]] >= 10 && kinds[&vec![4]] >= 5, "{kinds:?}");
    assert_eq!(kinds[&vec![4, 8]], 1, "one coin switches");
    assert!(most > 0.001, "three settlements in a row above 0.001 per 8 h: {most}");
    assert!(least < -0.0005, "{least}");
}

fn a_long_at_five_times_is_liquidated(files: &Files) {
    let liquidated = symbols(files, "perp")
        .into_iter()
        .filter(|symbol| bars(files, &format!("perp/{symbol}.csv")).iter().any(|(_, [open, _, low, _])| low / open < 0.8))
        .filter(|symbol| !symbol.starts_with("STABX"))
        .count();
    assert!(liquidated >= 10, "perpetuals that lose a fifth and more inside one bar: {liquidated}");
}

#[test]
fn the_crash_liquidates_longs() {
    a_long_at_five_times_is_liquidated(&read(&committed()));
}

#[test]
fn bitcoin_has_a_bull_a_bear_and_a_sideways_leg() {
    let series = bars(&read(&committed()), "perp/BTCUSDT.csv");
    let close = |day: i64| series.iter().find(|bar| bar.0 >= day).expect("a bar").1[3];
    // 2021-07-01, 2022-04-15, 2023-03-31, 2024-02-01
    let [start, top, bottom, after] = [START, 1_649_980_800, 1_680_220_800, 1_706_745_600].map(close);
    assert!(top / start > 2.0 && bottom / top < 0.5, "{start} {top} {bottom}");
    assert!((0.75..1.5).contains(&(after / bottom)), "{bottom} {after}");
}

#[test]
fn coins_come_late_leave_and_die() {
    let files = read(&committed());
    let end = bars(&files, "perp/BTCUSDT.csv").last().expect("a bar").0;
    let spans: BTreeMap<&str, (i64, i64)> = symbols(&files, "perp")
        .into_iter()
        .map(|symbol| {
            let series = bars(&files, &format!("perp/{symbol}.csv"));
            (symbol, (series[0].0, series[series.len() - 1].0))
        })
        .collect();
    assert!(spans.values().filter(|span| span.0 > START + 90 * 86_400).count() >= 5, "late listings");
    let gone: Vec<&str> = spans.iter().filter(|(_, span)| span.1 < end).map(|(symbol, _)| *symbol).collect();
    assert_eq!(gone, ["ARENXUSDT", "STABXUSDT"]);
    let dead = bars(&files, "spot/STABXUSDT.csv");
    let highest = dead.iter().map(|bar| bar.1[1]).fold(0.0, f64::max);
    let last = dead[dead.len() - 1];
    assert!(last.1[3] < highest / 200.0, "from {highest} to {}", last.1[3]);
    assert!(last.0 > spans["STABXUSDT"].1 + 30 * 86_400, "dust trades on after the perpetual is gone");
    let delisted = bars(&files, "spot/ARENXUSDT.csv");
    assert_eq!(delisted[delisted.len() - 1].0, spans["ARENXUSDT"].1);
}

#[test]
fn some_bars_are_missing() {
    let files = read(&committed());
    // 2023-03-24 08:00, the outage: no spot trades, perpetuals do.
    let outage = 1_679_644_800;
    assert!(symbols(&files, "spot").iter().all(|symbol| !bars(&files, &format!("spot/{symbol}.csv")).iter().any(|bar| bar.0 == outage)));
    assert!(bars(&files, "perp/BTCUSDT.csv").iter().any(|bar| bar.0 == outage));
    let holes = |name: &str| bars(&files, name).windows(2).filter(|pair| pair[1].0 - pair[0].0 > BAR).count();
    assert_eq!(holes("perp/WATTSUSDT.csv"), 1);
    assert_eq!(holes("spot/BTCUSDT.csv"), 2);
}

#[test]
fn narratives_caps_and_evidence_are_there() {
    let files = read(&committed());
    let narratives: BTreeSet<&str> = rows(&files, "narratives.csv").iter().map(|row| row[1]).collect();
    assert_eq!(narratives, BTreeSet::from(["ai", "rwa", "depin", "l2", "gaming", "defi"]));
    for narrative in &narratives {
        let perps =
            rows(&files, "assets.csv").iter().filter(|row| row[1] == "small" && !row[3].is_empty()).map(|row| row[0]).collect::<Vec<_>>();
        let members = rows(&files, "narratives.csv").iter().filter(|row| row[1] == *narrative && perps.contains(&row[0])).count();
        assert!(members >= 3, "{narrative}: {members} small caps with a perpetual");
    }
    let caps = rows(&files, "market-cap.csv");
    assert!(caps.windows(2).all(|pair| pair[0][0] <= pair[1][0]), "known_at ascends");
    let mut bands = [0; 4];
    for row in &caps {
        let rank: u32 = row[3].parse().expect("a rank");
        bands[usize::from(rank > 20) + usize::from(rank > 100) + usize::from(rank > 500)] += 1;
    }
    assert!(bands[0] > 100 && bands[1] > 200 && bands[2] > 400, "{bands:?}");
    for (file, metric) in
        [("tvl", "tvl_usd"), ("dev_activity", "dev_activity"), ("sentiment", "sentiment"), ("media_mentions", "media_mentions")]
    {
        let facts = rows(&files, &format!("evidence/{file}.csv"));
        assert!(facts.len() > 6 * 150, "{file}: {}", facts.len());
        assert!(
            facts.iter().all(|row| row[2] == metric && narratives.contains(row[1]) && row[0].ends_with('Z') && number(row[3]).is_finite())
        );
        assert!(facts.windows(2).all(|pair| pair[0][0] <= pair[1][0]), "{file}: known_at ascends");
    }
}

#[test]
fn margin_tiers_hold_the_recursion_exactly() {
    let files = read(&committed());
    // Ten-thousandths, as whole numbers: no rounding forgives anything.
    let exact = |text: &str| {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        assert!(part.len() <= 4, "{text}");
        format!("{whole}{part:0<4}").parse::<i128>().expect("a number")
    };
    let mut tables: BTreeMap<(&str, &str), Vec<Vec<&str>>> = BTreeMap::new();
    for row in rows(&files, "margin-tiers.csv") {
        tables.entry((row[1], row[0])).or_default().push(row);
    }
    for symbol in symbols(&files, "perp") {
        assert!(tables.keys().any(|key| key.0 == symbol), "{symbol} has no margin table");
    }
    for (key, table) in tables {
        assert_eq!((table[0][2], table[0][6]), ("0", "0"), "{key:?}");
        for row in &table {
            assert!(number(row[4]) < 1.0 / number(row[5]), "{key:?}: opened at {} it is liquidated at once", row[5]);
        }
        for pair in table.windows(2) {
            assert_eq!(pair[0][3], pair[1][2], "{key:?}: brackets join");
            let step = exact(pair[1][2]) * (exact(pair[1][4]) - exact(pair[0][4])) / 10_000;
            assert_eq!(exact(pair[1][6]), exact(pair[0][6]) + step, "{key:?}");
        }
    }
}
