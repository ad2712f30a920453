//! One price series in every form a file may take, read back equal; aggregation, mark prices and funding through the files.

mod benchmark;
mod funding;
mod manifest;

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, ParquetWriter, Series};
use rotate::market::{Market, Segment, TradingRules, Window};
use rotate::units::{AssetId, InstrumentId, Span, Time};

const START: i64 = 1_704_067_200; // 2024-01-01
const HOUR: i64 = 3_600;
const SPOT: InstrumentId = InstrumentId(0);
const HEAD: &str = "asset,tier,spot,perp,contract_size,venue,venue_kind\n";

fn write(dir: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A market of one asset with the given markets, bars of `bar`, and more keys for the manifest.
fn market(bar: &str, spot: &str, perp: &str, more: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let fees = "[fees]\nspot_maker = 10\nspot_taker = 10\nperp_maker = 2\nperp_taker = 5\n";
    write(dir.path(), "market.toml", format!("name = \"tiny\"\nbar = \"{bar}\"\n{fees}{more}"));
    write(dir.path(), "assets.csv", format!("{HEAD}BTC,large,{spot},{perp},1,venue,cex\n"));
    dir
}

fn load(dir: &tempfile::TempDir) -> Market {
    Market::load(dir.path(), Window::default()).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Bar `k`: open, high, low, close, volume.
fn bar(k: i64) -> [f64; 5] {
    let open = 100.0 + 3.0 * k as f64;
    [open, open + 5.25, open - 4.5, open + 1.125, 10.0 + k as f64]
}

/// Rows `range`, each written by `row(k, time, prices)`.
fn rows(range: std::ops::Range<i64>, step: i64, row: impl Fn(i64, i64, String) -> String) -> String {
    range.map(|k| row(k, START + k * step, bar(k).map(|x| x.to_string()).join(",")) + "\n").collect()
}

fn stamped(range: std::ops::Range<i64>, step: i64) -> String {
    "timestamp,open,high,low,close,volume\n".to_owned() + &rows(range, step, |_, time, prices| format!("{time},{prices}"))
}

fn assert_six_bars(market: &Market, form: &str) {
    assert_eq!((market.clock.start, market.clock.bars), (Time::from_seconds(START), 6), "{form}");
    for t in 0..6 {
        let at = market.panel.at(SPOT, t);
        let p = &market.panel;
        let found = [p.open[at], p.high[at], p.low[at], p.close[at], p.volume[at]];
        assert_eq!(found, bar(t as i64), "{form}, bar {t}");
    }
}

#[test]
fn every_form_of_file_gives_the_same_bars() {
    let head = "Date,VOLUME,Close,low,HIGH,open,ticker\n";
    let swapped = |time: &str, k: i64| {
        let [open, high, low, close, volume] = bar(k);
        format!("{time},{volume},{close},{low},{high},{open},BTCUSDT\n")
    };
    let iso = |k: i64| Time::from_seconds(START + k * 8 * HOUR).to_string();
    let archive = |factor: i64| {
        let row = |_, time: i64, prices: String| {
            let (open, close) = (time * factor, (time + 8 * HOUR) * factor - 1);
            format!("{open},{prices},{close},1000.5,42,5,500,0")
        };
        rows(0..6, 8 * HOUR, row)
    };
    let hand_made = "Opentime,Open,High,Low,Close,Volume,Closetime,Quote asset volume,Number of trades\r\n".to_owned()
        + &rows(0..6, 8 * HOUR, |_, time, prices| format!("{}, {prices},{},1,1\r", time * 1_000, (time + 8 * HOUR) * 1_000 - 1));
    let mixed = rows(0..3, 8 * HOUR, |_, time, prices| format!("{},{prices},0,0,0,0,0,0", time * 1_000))
        + &rows(3..6, 8 * HOUR, |_, time, prices| format!("{},{prices},0,0,0,0,0,0", time * 1_000_000));
    let quoted =
        "timestamp,open,high,low,close,volume\n".to_owned() + &rows(0..6, 8 * HOUR, |_, time, prices| format!("\"{time}.0\",{prices}"));
    let forms: Vec<(&str, Vec<u8>)> = vec![
        ("BTCUSDT.csv", stamped(0..6, 8 * HOUR).into()),
        ("BTCUSDT-no-newline.csv", stamped(0..6, 8 * HOUR).trim_end().into()),
        ("BTCUSDT-bom.csv", [b"\xef\xbb\xbf".as_slice(), stamped(0..6, 8 * HOUR).as_bytes()].concat()),
        ("BTCUSDT-iso.csv", (head.to_owned() + &(0..6).map(|k| swapped(&iso(k), k)).collect::<String>()).into()),
        (
            "BTCUSDT-zone.csv",
            (head.to_owned() + &(0..6).map(|k| swapped(&iso(k).replace('T', " ").replace('Z', "+00:00"), k)).collect::<String>()).into(),
        ),
        ("BTCUSDT-archive-ms.csv", archive(1_000).into()),
        ("BTCUSDT-archive-us.csv", archive(1_000_000).into()),
        ("BTCUSDT-mixed-units.csv", mixed.into()),
        ("BTCUSDT-hand-made.csv", hand_made.into()),
        ("BTCUSDT-quoted.csv", quoted.into()),
        ("BTCUSDT.csv.gz", gzip(&stamped(0..6, 8 * HOUR))),
        ("BTCUSDT.zip", zipped(&archive(1_000))),
        ("BTCUSDT.parquet", parquet(false)),
        ("BTCUSDT-iso.parquet", parquet(true)),
    ];
    for (name, bytes) in forms {
        let dir = market("8h", "BTCUSDT", "", "");
        write(dir.path(), &format!("spot/{name}"), bytes);
        let market = load(&dir);
        assert_six_bars(&market, name);
        assert_eq!(market.cautions, Vec::<String>::new(), "{name}");
        assert_eq!(
            market.inputs.iter().map(|input| input.path.as_str()).collect::<Vec<_>>(),
            ["assets.csv", "market.toml", &format!("spot/{name}")]
        );
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(text.as_bytes()).unwrap();
    gz.finish().unwrap()
}

fn zipped(text: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("BTCUSDT-8h.csv", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(text.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

fn parquet(iso: bool) -> Vec<u8> {
    let stamps: Vec<i64> = (0..6).map(|k| (START + k * 8 * HOUR) * 1_000).collect();
    let time = if iso {
        let text: Vec<String> = stamps.iter().map(|ms| Time::from_seconds(ms / 1_000).to_string()).collect();
        Series::new("open_time".into(), text)
    } else {
        Series::new("open_time".into(), stamps)
    };
    let mut columns = vec![time.into_column()];
    for (k, name) in ["open", "high", "low", "close", "volume"].into_iter().enumerate() {
        columns.push(Series::new(name.into(), (0..6).map(|t| bar(t)[k]).collect::<Vec<f64>>()).into_column());
    }
    let mut frame = DataFrame::new(6, columns).unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes
}

/// A date is a date however a file writes it, and never a second of 1970.
#[test]
fn days_are_read_as_days() {
    let digits = |k: i64| format!("202401{:02}", 1 + k);
    let text = "date,open,high,low,close,volume\n".to_owned() + &rows(0..6, 86_400, |k, _, prices| format!("{},{prices}", digits(k)));
    let dir = market("1d", "BTCUSDT", "", "");
    write(dir.path(), "spot/BTCUSDT.csv", &text);
    assert_six_bars(&load(&dir), "eight digits");

    let days: Vec<i32> = (0..6).map(|k| (START / 86_400) as i32 + k).collect();
    let mut columns = vec![Series::new("date".into(), days).cast(&DataType::Date).unwrap().into_column()];
    for (k, name) in ["open", "high", "low", "close", "volume"].into_iter().enumerate() {
        let values: Vec<f64> = (0..6).map(|t| bar(t)[k]).collect();
        columns.push(Series::new(name.into(), values).into_column());
    }
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut DataFrame::new(6, columns).unwrap()).unwrap();
    let dir = market("1d", "BTCUSDT", "", "");
    write(dir.path(), "spot/BTCUSDT.parquet", &bytes);
    assert_six_bars(&load(&dir), "parquet dates");
}

/// A market cap of 2025 says nothing in 2024.
#[test]
fn facts_dated_in_eight_digits_are_known_from_that_day() {
    let dir = market("8h", "BTCUSDT", "", "");
    write(dir.path(), "spot/BTCUSDT.csv", stamped(0..6, 8 * HOUR));
    write(dir.path(), "market-cap.csv", "known_at,asset,market_cap_usd,rank\n20240102,BTC,1000,3\n");
    let market = load(&dir);
    let known_at = Time::parse("2024-01-02").unwrap();
    assert_eq!(market.cap_at(AssetId(0), known_at.plus(-1)), None);
    assert_eq!(market.cap_at(AssetId(0), known_at).and_then(|fact| fact.rank), Some(3));
}

#[test]
fn many_files_are_one_series_and_exact_repetitions_are_dropped() {
    let dir = market("8h", "BTCUSDT", "", "");
    // Named so that their order in time is not their order by name, with an overlap of one bar.
    write(dir.path(), "spot/BTCUSDT-a.csv", stamped(3..6, 8 * HOUR));
    write(dir.path(), "spot/BTCUSDT-b.csv.gz", gzip(&stamped(0..4, 8 * HOUR)));
    write(dir.path(), "spot/ETHUSDT.csv", "not read");
    let market = load(&dir);
    assert_six_bars(&market, "two files");
    assert_eq!(
        market.cautions,
        ["files of no listed symbol, not read: spot/ETHUSDT.csv", "rows that repeat another exactly, dropped: BTCUSDT spot 1"]
    );
    assert_eq!(market.series[0].files, ["spot/BTCUSDT-b.csv.gz", "spot/BTCUSDT-a.csv"]);
    assert_eq!((market.series[0].bars, market.series[0].missing), (6, 0));
}

#[test]
fn finer_bars_are_aggregated() {
    let dir = market("8h", "BTCUSDT", "", "");
    // Two-hour rows 3..14 without row 9: bar 0 starts late and goes, bar 1 is whole, bar 2 has a hole, bar 3 ends early and goes.
    let text = stamped(3..14, 2 * HOUR);
    let text: Vec<&str> = text.lines().filter(|line| !line.starts_with(&(START + 9 * 2 * HOUR).to_string())).collect();
    write(dir.path(), "spot/BTCUSDT.csv", text.join("\n"));
    let market = load(&dir);
    assert_eq!((market.clock.start, market.clock.bars), (Time::from_seconds(START + 8 * HOUR), 2));
    let (p, at) = (&market.panel, market.panel.at(SPOT, 0));
    // Rows 4 to 7: opens 112, 115, 118, 121.
    assert_eq!([p.open[at], p.high[at], p.low[at], p.close[at], p.volume[at]], [112.0, 126.25, 107.5, 122.125, 14.0 + 15.0 + 16.0 + 17.0]);
    assert_eq!(p.volume[at + 1], 18.0 + 20.0 + 21.0);
    assert_eq!(market.cautions, ["incomplete bars built from finer data, kept: BTCUSDT spot 1"]);
}

#[test]
fn gaps_are_carried_and_long_ones_end_a_listing() {
    let dir = market("1d", "BTCUSDT", "", "[listing]\ndelisted_after = \"3d\"\n");
    let text = "timestamp,open,high,low,close,volume\n".to_owned()
        + &[0, 1, 4, 8, 9].map(|k| rows(k..k + 1, 24 * HOUR, |_, time, prices| format!("{time},{prices}"))).concat();
    write(dir.path(), "spot/BTCUSDT.csv", text);
    let market = load(&dir);
    assert_eq!(market.panel.segments[0], [Segment { first: 0, end: 5 }, Segment { first: 8, end: 10 }]);
    assert!(market.panel.close[2].is_nan() && market.panel.volume[2].is_nan() && market.panel.mark_close[2].is_nan());
    let value: Vec<f64> = (0..10).map(|t| market.panel.value_at(SPOT, t)).collect();
    let close = |k: i64| bar(k)[3];
    let expected = [0, 1, 1, 1, 4, 4, 4, 4, 8, 9].map(close);
    assert_eq!(value, expected);
    assert_eq!(
        market.cautions,
        [
            "missing bars (not traded in, carried at the last price): BTCUSDT spot 2 (longest 2 bars from 2024-01-03T00:00:00Z)",
            "series that begin again after a long silence, treated as a new listing, perhaps of another coin: BTCUSDT spot 2024-01-09",
            "series that end before the market does, treated as delisted (positions are closed at the last price less the penalty): BTCUSDT spot 2024-01-05",
        ]
    );
}

#[test]
fn the_window_narrows_and_a_date_includes_its_day() {
    let dir = market("8h", "BTCUSDT", "", "");
    write(dir.path(), "spot/BTCUSDT.csv", stamped(0..30, 8 * HOUR));
    let manifest = fs::read_to_string(dir.path().join("market.toml")).unwrap();
    let clock = |more: &str, window: Window| {
        write(dir.path(), "market.toml", format!("{more}{manifest}"));
        let clock = Market::load(dir.path(), window).unwrap().window();
        (clock.start.to_string(), clock.open(clock.bars).to_string())
    };
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let (open, time) = (Window::default(), |text: &str| Time::parse(text));
    assert_eq!(clock("from = 2024-01-02\nto = 2024-01-03\n", open), pair("2024-01-02T00:00:00Z", "2024-01-04T00:00:00Z"));
    assert_eq!(clock("from = \"2024-01-02\"\nto = \"2024-01-03T08:00:00Z\"\n", open), pair("2024-01-02T00:00:00Z", "2024-01-03T08:00:00Z"));
    // Never wider than the manifest, never wider than the data, whole bars only.
    let window = Window { from: time("2024-01-01"), to: time("2024-01-03T03:00:00Z") };
    assert_eq!(clock("from = 2024-01-02\nto = 2024-02-03\n", window), pair("2024-01-02T00:00:00Z", "2024-01-03T08:00:00Z"));
    assert_eq!(clock("", open), pair("2024-01-01T00:00:00Z", "2024-01-11T00:00:00Z"));
}

#[test]
fn a_last_bar_that_was_still_open_is_told() {
    let dir = market("8h", "BTCUSDT", "", "");
    let row = |k: i64, time: i64, prices: String| {
        let close = if k == 5 { time + 5 * HOUR } else { time + 8 * HOUR - 1 };
        format!("{time},{prices},{close}")
    };
    write(dir.path(), "spot/BTCUSDT.csv", "open_time,open,high,low,close,volume,close_time\n".to_owned() + &rows(0..6, 8 * HOUR, row));
    assert_eq!(load(&dir).cautions, ["last bar was still open when it was collected: BTCUSDT spot 2024-01-02T16:00:00Z"]);
}

#[test]
fn loading_is_the_same_twice_and_on_any_number_of_threads() {
    let dir = market("8h", "BTCUSDT", "BTCPERP", "[funding]\nmissing_rate_8h = 0.0001\n");
    write(dir.path(), "spot/BTCUSDT.csv", stamped(0..200, 2 * HOUR));
    write(dir.path(), "perp/BTCPERP.csv", stamped(0..50, 8 * HOUR));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| format!("{:?}", load(&dir)))
    };
    let first = on(1);
    assert_eq!(first, on(1));
    assert_eq!(first, on(4));
}

#[test]
fn a_jump_inside_a_listing_is_told_and_one_between_two_listings_is_not() {
    let dir = market("1d", "BTCUSDT", "", "[listing]\ndelisted_after = \"3d\"\njump = 10000\n");
    let prices = [(0, 1.0), (1, 100.0), (3, 10_001.0), (4, 100.0), (5, 1.0), (20, 1_000.0)];
    let row = |(day, price): (i64, f64)| format!("{},{price},{price},{price},{price},1\n", START + day * 24 * HOUR);
    let text = "timestamp,open,high,low,close,volume\n".to_owned() + &prices.map(row).concat();
    write(dir.path(), "spot/BTCUSDT.csv", text);
    let market = load(&dir);
    let told = "opens more than twice or less than half the close before (another unit, a split, or another coin?): \
                BTCUSDT spot 4 (first at 2024-01-02T00:00:00Z, 100.000 times the close before)";
    assert!(market.cautions.iter().any(|caution| caution == told), "{:#?}", market.cautions);
    let last: Vec<Option<usize>> = [0, 2, 3, 19, 20].map(|t| market.panel.last_traded(SPOT, t)).into();
    assert_eq!(last, [Some(0), Some(1), Some(3), Some(5), Some(20)]);
}

#[test]
fn no_bar_was_traded_before_the_first() {
    let dir = market("8h", "BTCUSDT", "BTCPERP", "[funding]\nmissing_rate_8h = 0.0001\n");
    write(dir.path(), "spot/BTCUSDT.csv", stamped(2..6, 8 * HOUR));
    write(dir.path(), "perp/BTCPERP.csv", stamped(0..6, 8 * HOUR));
    let market = load(&dir);
    assert_eq!([0, 1, 2, 5].map(|t| market.panel.last_traded(SPOT, t)), [None, None, Some(2), Some(5)]);
    assert_eq!(market.panel.last_traded(InstrumentId(1), 0), Some(0));
}

#[test]
fn harmless_oddities_of_tables_are_read() {
    let commas = stamped(0..6, 8 * HOUR).replace('\n', ",\n");
    let symbols = "symbol,timestamp,open,high,low,close,volume\n".to_owned()
        + &rows(0..6, 8 * HOUR, |k, time, prices| format!("{},{time},{prices}", ["BTC/USDT:USDT", "btc-usdt", ""][k as usize % 3]));
    // Bybit writes the time twice, under two names.
    let twice =
        "timestamp,open,high,low,close,volume,date\n".to_owned() + &rows(0..6, 8 * HOUR, |_, time, prices| format!("{time},{prices},x"));
    let quoted = "timestamp,open,high,low,close,volume,note\n".to_owned()
        + &rows(0..6, 8 * HOUR, |_, time, prices| format!("{time},{prices},\"a, b, c\""));
    for (form, text) in [("commas", commas), ("symbols", symbols), ("twice", twice), ("quoted", quoted)] {
        let dir = market("8h", "BTCUSDT", "", "");
        write(dir.path(), "spot/BTCUSDT.csv", text);
        assert_six_bars(&load(&dir), form);
    }
    let dir = market("8h", "BTCUSDT", "", "");
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.add_directory("data", zip::write::SimpleFileOptions::default()).unwrap();
    archive.start_file("data/BTCUSDT.csv", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(stamped(0..6, 8 * HOUR).as_bytes()).unwrap();
    write(dir.path(), "spot/BTCUSDT.zip", archive.finish().unwrap().into_inner());
    assert_six_bars(&load(&dir), "a folder in a zip");
}

/// Links and pipes cannot lie in the tree of a repository, so these are made here. A pipe must not be waited for.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_said_to_be_none() {
    use std::os::unix::fs::symlink;
    type Put = fn(&Path);
    let puts: [(Put, &str); 4] = [
        (|path| fs::create_dir(path).unwrap(), "is there but is a folder"),
        (|path| symlink("nowhere", path).unwrap(), "is there but is a broken link"),
        (|path| symlink(path, path).unwrap(), "is there but is a link that cannot be followed, perhaps to itself"),
        (|path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()), "is there but is no regular file"),
    ];
    for (put, found) in puts {
        for name in ["spot/BTCUSDT.csv", "market-cap.csv"] {
            let dir = market("8h", "BTCUSDT", "", "");
            write(dir.path(), "spot/BTCUSDT-2024.csv", stamped(0..6, 8 * HOUR));
            put(&dir.path().join(name));
            let fault = Market::load(dir.path(), Window::default()).unwrap_err();
            assert_eq!((fault.found.as_str(), fault.place), (found, dir.path().join(name).display().to_string()));
        }
    }
    // Links that lead to a file are files.
    let dir = market("8h", "BTCUSDT", "", "");
    write(dir.path(), "elsewhere.csv", stamped(0..6, 8 * HOUR));
    fs::create_dir(dir.path().join("spot")).unwrap();
    symlink("../elsewhere.csv", dir.path().join("spot/BTCUSDT.csv")).unwrap();
    assert_six_bars(&load(&dir), "a link");
}

#[test]
fn the_last_bracket_may_be_open_ended() {
    let dir = market("8h", "", "BTCUSDT", "[funding]\nmissing_rate_8h = 0.0001\n");
    write(dir.path(), "perp/BTCUSDT.csv", stamped(0..6, 8 * HOUR));
    let head = "since,perp,floor_usd,cap_usd,maintenance_rate,max_leverage,maintenance_amount_usd\n";
    write(
        dir.path(),
        "margin-tiers.csv",
        format!("{head}2024-01-01,BTCUSDT,0,50000,0.004,125,0\n2024-01-01,BTCUSDT,50000,,0.005,100,50\n"),
    );
    let caps: Vec<f64> = load(&dir).tiers[0][0].brackets.iter().map(|bracket| bracket.cap).collect();
    assert_eq!(caps, [50_000.0, f64::INFINITY]);
}
