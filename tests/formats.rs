//! One price series in every form a file may take, read back equal; aggregation, mark prices and funding through the files.

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
    assert_eq!(market.cautions, ["bars aggregated over a hole in a finer series, kept: BTCUSDT spot 1"]);
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
            "series that end before the market does, treated as delisted (a holder is forced out): BTCUSDT spot 2024-01-05",
        ]
    );
}

fn rates(hours: &[i64]) -> String {
    let row = |hour: &i64| format!("{},0.0001\n", (START + hour * HOUR) * 1_000 + 17);
    "calc_time,last_funding_rate\n".to_owned() + &hours.iter().map(row).collect::<String>()
}

#[test]
fn one_column_of_mark_prices_is_the_close_of_its_bar() {
    let dir = market("8h", "", "BTCUSDT", "");
    write(dir.path(), "perp/BTCUSDT.csv", stamped(0..3, 8 * HOUR));
    write(dir.path(), "funding/BTCUSDT.csv", rates(&[0, 8, 12, 16, 20]));
    // Hourly from two hours before the clock, hour 10 missing: the close of hour h is 1000 + h.
    let hours = (-8..24).filter(|&hour| hour != 10);
    let mark: Vec<String> = hours.map(|hour| format!("{},{}", START + hour * HOUR, 1_000 + hour)).collect();
    write(dir.path(), "mark/BTCUSDT.csv", "timestamp,mark_price\n".to_owned() + &mark.join("\n"));
    let market = load(&dir);
    let p = &market.panel;
    // Bar 0 opens at the close of hour −1 and closes with hour 7; its low is its open.
    assert_eq!([p.mark_open[0], p.mark_high[0], p.mark_low[0], p.mark_close[0]], [999.0, 1_007.0, 999.0, 1_007.0]);
    assert_eq!([p.mark_open[1], p.mark_close[1], p.value_at(SPOT, 1)], [1_007.0, 1_015.0, 1_015.0]);
    assert_eq!((p.close[1], p.marked_bars[0]), (bar(1)[3], 3));
    let paid: Vec<(i64, f64, f64)> =
        market.funding.by_instrument[0].iter().map(|s| ((s.time.seconds() - START) / HOUR, s.interval_hours, s.mark)).collect();
    // The mark at an instant is the close of the hour before it.
    assert_eq!(paid, [(0, 8.0, 999.0), (8, 8.0, 1_007.0), (12, 4.0, 1_011.0), (16, 4.0, 1_015.0), (20, 4.0, 1_019.0)]);
    let in_bar_1: Vec<Time> = market.funding.in_bar(1).map(|(_, s)| s.time).collect();
    assert_eq!(in_bar_1, [Time::from_seconds(START + 8 * HOUR), Time::from_seconds(START + 12 * HOUR)]);
    assert_eq!(market.funding.observed_before(SPOT, Time::from_seconds(START + 16 * HOUR)).len(), 3);
}

#[test]
fn without_marks_a_settlement_is_paid_on_the_finer_price_or_the_open_of_its_bar() {
    for (step, inside) in [(8, 103.0), (4, 109.0)] {
        let dir = market("8h", "", "BTCUSDT", "");
        write(dir.path(), "perp/BTCUSDT.csv", stamped(0..8 / step * 3, step * HOUR));
        write(dir.path(), "funding/BTCUSDT.csv", rates(&[0, 4, 8, 12, 16, 20]));
        let market = load(&dir);
        // 12 o'clock lies inside bar 1, whose open is row 1 of 8 h and row 2 of 4 h; row 3 of 4 h opens at 12.
        let noon = market.funding.by_instrument[0][3];
        assert_eq!((noon.mark, noon.interval_hours, noon.assumed), (inside, 4.0, false), "{step} h");
    }
}

#[test]
fn a_settlement_inside_a_bar_is_paid_on_the_finer_spot_price_in_contracts() {
    let told = |spot_step: i64| {
        let dir = market("1d", "BTCUSDT", "1000BTCUSDT", "");
        write(dir.path(), "assets.csv", format!("{HEAD}BTC,large,BTCUSDT,1000BTCUSDT,1000,venue,cex\n"));
        let day = |k: i64| format!("{},{}000,120000,90000,100000,7\n", START + k * 24 * HOUR, 100 + 3 * k);
        write(
            dir.path(),
            "perp/1000BTCUSDT.csv",
            "timestamp,open,high,low,close,volume\n".to_owned() + &(0..2).map(day).collect::<String>(),
        );
        write(dir.path(), "spot/BTCUSDT.csv", stamped(0..48 / spot_step, spot_step * HOUR));
        write(dir.path(), "funding/1000BTCUSDT.csv", rates(&[0, 8, 16, 24, 32, 40]));
        let market = load(&dir);
        let marks: Vec<f64> = market.funding.by_instrument[1].iter().map(|settlement| settlement.mark).collect();
        (marks, market.cautions.iter().filter(|caution| caution.starts_with("settlements inside a bar")).count())
    };
    // Rows of spot open at 100, 103, 106 …; midnights are paid on the perpetual's own open, which is row 0 and row 1 of its file.
    assert_eq!(told(8), (vec![100_000.0, 103_000.0, 106_000.0, 103_000.0, 112_000.0, 115_000.0], 0));
    // Four rows a day: the last ones would lie above the day's high, where the perpetual never was.
    assert_eq!(told(4).0, vec![100_000.0, 106_000.0, 112_000.0, 103_000.0, 120_000.0, 120_000.0]);
    assert_eq!(told(24), (vec![100_000.0, 100_000.0, 100_000.0, 103_000.0, 103_000.0, 103_000.0], 1));
}

#[test]
fn a_declared_rate_fills_the_holes() {
    let dir = market("8h", "", "BTCUSDT", "[funding]\nmissing_rate_8h = 0.0002\n");
    write(dir.path(), "perp/BTCUSDT.csv", stamped(0..12, 8 * HOUR));
    // Days 1 and 2 (hours 24 to 64) are missing in part: 32, 40, 48 and 56.
    write(dir.path(), "funding/BTCUSDT.csv", rates(&[0, 8, 16, 24, 64, 72, 80, 88]));
    let market = load(&dir);
    let settled: Vec<(i64, f64, bool)> =
        market.funding.by_instrument[0].iter().map(|s| ((s.time.seconds() - START) / HOUR, s.rate, s.assumed)).collect();
    let real = |hour: i64| (hour, 0.0001, false);
    let filled = |hour: i64| (hour, 0.0002, true);
    let expected =
        [real(0), real(8), real(16), real(24), filled(32), filled(40), filled(48), filled(56), real(64), real(72), real(80), real(88)];
    assert_eq!(settled, expected);
    assert!(market.cautions.iter().any(|caution| caution
        == "no funding history, the constant 0.0002 per 8 hours is used instead: BTCUSDT 33 % of its life (4 settlements, 2024-01-02 to 2024-01-03)"));
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
fn a_manifest_has_costs_and_policies() {
    let dir = market("8h", "BTCUSDT", "", "[half_spread_bps]\nmid = 12\n[listing]\ndelisted_after = \"2d\"\npenalty_pct = 10\n");
    write(dir.path(), "spot/BTCUSDT.csv", stamped(0..6, 8 * HOUR));
    let market = load(&dir);
    let costs = market.costs;
    assert_eq!([costs.spot_maker, costs.spot_taker, costs.perp_maker, costs.perp_taker], [0.001, 0.001, 0.000_2, 0.000_5]);
    assert_eq!(costs.half_spread, [0.000_3, 0.001_2, 0.003]);
    assert_eq!((market.listing.delisted_after, market.listing.penalty), (Span::from_seconds(2 * 86_400), 0.1));
}

/// What may be meant and is more likely a slip is carried on with, and told.
#[test]
fn odd_fees_and_empty_tables_are_told() {
    let dir = market("8h", "BTCUSDT", "", "");
    write(dir.path(), "spot/BTCUSDT.csv", stamped(0..6, 8 * HOUR));
    let manifest = fs::read_to_string(dir.path().join("market.toml")).unwrap();
    write(dir.path(), "market.toml", manifest.replace("perp_maker = 2", "perp_maker = 0").replace("spot_maker = 10", "spot_maker = 0.1"));
    write(dir.path(), "narratives.csv", "asset,narrative,since,until,source\n");
    write(dir.path(), "evidence/facts.csv", "known_at,narrative,metric,value\n");
    assert_eq!(
        load(&dir).cautions,
        [
            "fees below half a basis point (a per cent or a fraction written as basis points? 0.1 % is 10): spot_maker = 0.1",
            "tables without a row: nothing is known of what they should tell: narratives.csv; evidence/facts.csv",
        ]
    );
}

#[test]
fn half_spreads_are_dated_and_an_asset_goes_before_its_tier() {
    let more = "[half_spread_bps]\nlarge = 2\n\
                [[half_spread]]\ntier = \"large\"\nsince = 2024-01-03\nbps = 4\n\
                [[half_spread]]\nasset = \"BTC\"\nsince = 2024-01-05T08:00:00Z\nbps = 6\n\
                [[half_spread]]\nasset = \"BTC\"\nsince = \"2024-01-06\"\nbps = 0\n\
                [[half_spread]]\ntier = \"mid\"\nbps = 10\n";
    let dir = market("8h", "BTCUSDT", "", more);
    write(dir.path(), "spot/BTCUSDT.csv", stamped(0..6, 8 * HOUR));
    // Ranked 30th on the 2nd, 3rd from the 3rd on.
    write(dir.path(), "market-cap.csv", "known_at,asset,market_cap_usd,rank\n2024-01-02,BTC,1e9,30\n2024-01-03,BTC,1e12,3\n");
    let market = load(&dir);
    let bps = |at: &str| (market.half_spread_at(AssetId(0), Time::parse(at).unwrap()) * 10_000.0).round();
    let found =
        ["2024-01-01", "2024-01-02", "2024-01-02 23:59:59", "2024-01-03", "2024-01-05", "2024-01-05 08:00:00", "2024-01-06"].map(bps);
    assert_eq!(found, [2.0, 10.0, 10.0, 4.0, 4.0, 6.0, 0.0]);
}

#[test]
fn trading_rules_are_dated_and_of_one_market() {
    let more = "[[trading_rules]]\nmarket = \"perp\"\nsymbol = \"BTCUSDT\"\nsince = 2024-01-02\ntick_size = 0.1\nlot_size = 0.001\nmin_notional = 6\n\
                [[trading_rules]]\nmarket = \"perp\"\nsymbol = \"BTCUSDT\"\nsince = 2024-01-03\nmin_notional = 100\n";
    let dir = market("8h", "BTCUSDT", "BTCUSDT", &(more.to_owned() + "[funding]\nmissing_rate_8h = 0.0001\n"));
    write(dir.path(), "spot/BTCUSDT.csv", stamped(0..6, 8 * HOUR));
    write(dir.path(), "perp/BTCUSDT.csv", stamped(0..6, 8 * HOUR));
    let market = load(&dir);
    let perp = |at: &str| market.rules_at(InstrumentId(1), Time::parse(at).unwrap());
    // The market's own smallest order, where nothing else is said.
    let bare = TradingRules { min_notional: 5.0, ..TradingRules::default() };
    assert_eq!(perp("2024-01-01"), bare);
    assert_eq!(perp("2024-01-02"), TradingRules { tick_size: 0.1, lot_size: 0.001, min_notional: 6.0 });
    // A later table replaces the earlier one whole.
    assert_eq!(perp("2024-02-01"), TradingRules { min_notional: 100.0, ..TradingRules::default() });
    assert_eq!(market.rules_at(SPOT, Time::parse("2024-02-01").unwrap()), bare);
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
fn odd_rates_and_intervals_are_told() {
    let dir = market("8h", "", "BTCUSDT", "");
    write(dir.path(), "perp/BTCUSDT.csv", stamped(0..6, 8 * HOUR));
    let rate = |k: i64| if k == 2 { -0.06 } else { 0.05 };
    let row = |k: i64| format!("{},{},{}\n", (START + k * 8 * HOUR) * 1_000, if k == 3 { "4" } else { "8" }, rate(k));
    let text = "calc_time,funding_interval_hours,last_funding_rate\n".to_owned() + &(0..6).map(row).collect::<String>();
    write(dir.path(), "funding/BTCUSDT.csv", text);
    let cautions = load(&dir).cautions;
    for told in [
        "funding rates beyond 5 % in one settlement (a fraction is wanted: 0.0001 is 0.01 %): BTCUSDT funding 1 (first 2024-01-01T16:00:00Z)",
        "settlements whose funding_interval_hours contradicts the steady distance of their stamps (the column is believed): BTCUSDT funding 1 of 6",
    ] {
        assert!(cautions.iter().any(|caution| caution == told), "{cautions:#?}");
    }
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

#[test]
fn wicks_beyond_the_limit_are_cut_in_the_rows_of_the_file() {
    let table = |low: f64| {
        let row = |k: i64| format!("{},100,110,{},105,7\n", START + k * 6 * HOUR, if k == 2 { low } else { 95.0 });
        "timestamp,open,high,low,close,volume\n".to_owned() + &(0..8).map(row).collect::<String>()
    };
    let lows = |more: &str| {
        let dir = market("12h", "BTCUSDT", "", more);
        write(dir.path(), "spot/BTCUSDT.csv", table(1.0));
        let market = load(&dir);
        (market.panel.low[..4].to_vec(), market.cautions.join("\n"))
    };
    let (believed, said) = lows("");
    assert_eq!(believed, [95.0, 1.0, 95.0, 95.0]);
    assert!(said.contains("(first at 2024-01-01T12:00:00Z: 1 to 110, closing at 105)"), "{said}");
    let (cut, said) = lows("[data]\nwick_limit = 4\n");
    assert_eq!(cut, [95.0, 25.0, 95.0, 95.0]);
    assert!(said.contains("wicks beyond `[data] wick_limit`, cut to it: BTCUSDT spot 1"), "{said}");
    // A cut to more than a caution's three times is still told of.
    assert!(said.contains("25 to 110"), "{said}");
}

#[test]
fn an_order_is_worth_five_dollars_at_least_but_where_the_market_says_otherwise() {
    let least = |more: &str| {
        let dir = market("8h", "BTCUSDT", "", more);
        write(dir.path(), "spot/BTCUSDT.csv", stamped(0..6, 8 * HOUR));
        load(&dir).rules_at(SPOT, Time::from_seconds(START)).min_notional
    };
    let own = "[[trading_rules]]\nmarket = \"spot\"\nsymbol = \"BTCUSDT\"\n";
    let cases = ["", "[orders]\nmin_notional = 1\n", &format!("{own}lot_size = 1\n"), &format!("{own}min_notional = 20\n")];
    assert_eq!(cases.map(least), [5.0, 1.0, 5.0, 20.0]);
}
