//! A market and a report small enough to be reckoned by hand, and proof that the auditor sees what is wrong in them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::prices::{Bar, Market, seconds};
use super::{Audit, audit};

/// 2024-01-01, six bars of 8 hours.
const START: i64 = 1_704_067_200;
const HOUR: i64 = 3600;

/// One spot pair in two header-less archives of 4-hour bars (the second in microseconds, bar 3 missing), one perpetual with ISO times and
/// a mark price that lacks bar 3, settlements every 8 hours with jitter.
fn market(dir: &Path) {
    for room in ["spot", "perp", "mark", "funding"] {
        std::fs::create_dir_all(dir.join(room)).expect("a room");
    }
    let write = |name: &str, text: String| std::fs::write(dir.join(name), text).expect("a file");
    write("market.toml", "name = \"hand\"\nsynthetic = true\nbar = \"8h\"\nquote = \"USDT\"\n".into());
    let assets = "asset,tier,spot,perp,contract_size,venue,venue_kind\nAAA,large,AAAUSDT,,1,v,cex\nBBB,small,,BBBUSDT,1,v,cex\n";
    write("assets.csv", assets.into());
    let (mut early, mut late) = (String::new(), String::new());
    for (k, close) in [100, 110, 120, 0, 130, 140].into_iter().enumerate().filter(|(k, _)| *k != 3) {
        for (half, last) in [(0, close - 1), (4, close)] {
            let open = START + k as i64 * 8 * HOUR + half * HOUR;
            let (text, unit) = if k < 3 { (&mut early, 1000) } else { (&mut late, 1_000_000) };
            writeln!(text, "{},{close},{},{},{last},1,0,0,0,0,0,0", open * unit, close + 5, close - 5).expect("a row");
        }
    }
    write("spot/AAAUSDT-4h-2023.csv", early);
    write("spot/AAAUSDT-4h-2024.csv", late);
    let mut perp = "volume,Date,Open,HIGH,low,close\n".to_string();
    let mut rates = "fundingTime,symbol,fundingRate\n".to_string();
    for k in 0..6 {
        let (open, close) = (START + k * 8 * HOUR, 50 + 2 * k);
        let iso = super::report::stamp(open).replace('T', " ").replace('Z', "+00:00");
        writeln!(perp, "7,{iso},{close},{},{},{close}", close + 3, close - 3).expect("a row");
        writeln!(rates, "{},BBBUSDT,0.00010000", open * 1000 + 47).expect("a row");
    }
    write("perp/BBBUSDT.csv", perp);
    write("funding/BBBUSDT.csv", rates);
    let mut mark = "timestamp,mark_price\n".to_string();
    for (k, close) in [(0, "50.1"), (1, "52.1"), (2, "54.1"), (4, "58.1"), (5, "60.1")] {
        writeln!(mark, "{},{close}", START + k * 8 * HOUR).expect("a row");
    }
    let file = std::fs::File::create(dir.join("mark/BBBUSDT.csv.gz")).expect("a file");
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packed.write_all(mark.as_bytes()).expect("packed");
    packed.finish().expect("packed");
}

const FILLS: &str = "\
time,asset,market,symbol,bucket,narrative,side,quantity,price,notional,fee,slippage,reason
2024-01-01T08:00:00Z,AAA,spot,AAAUSDT,core,,buy,10,109.1,1091,1.091,1,enter
2024-01-01T08:00:00Z,BBB,perp,BBBUSDT,perps,ai,sell,20,50.9,1018,0.509,2,enter
2024-01-02T00:00:00Z,BBB,perp,BBBUSDT,perps,ai,buy,5,56,280,0.14,0,reduce
2024-01-02T08:00:00Z,BBB,perp,BBBUSDT,perps,ai,buy,15,58.2,873,0.4365,0,liquidation
2024-01-02T16:00:00Z,AAA,spot,AAAUSDT,core,,sell,10,139.9,1399,1.399,1,end_of_data
";
const FUNDING: &str = "\
time,asset,symbol,bucket,narrative,quantity,mark_price,rate,interval_hours,payment
2024-01-01T16:00:00Z,BBB,BBBUSDT,perps,ai,-20,54,0.0001,8,0.108
2024-01-02T00:00:00Z,BBB,BBBUSDT,perps,ai,-20,54.1,0.0001,8,0.1082
2024-01-02T08:00:00Z,BBB,BBBUSDT,perps,ai,-15,58,0.0001,8,0.087
";
const EQUITY: &str = "\
time,equity,benchmark,drawdown,gross_exposure,net_exposure,margin_used,regime
2024-01-01T08:00:00Z,10000,10000,0,0,0,0,bull
2024-01-01T16:00:00Z,9983.4,10000,-0.00166,0,0,0,bull
2024-01-02T00:00:00Z,10043.508,10000,0,0,0,0,bull
2024-01-02T08:00:00Z,10005.9762,10000,-0.00373692,0,0,0,bull
2024-01-02T16:00:00Z,10072.6267,10000,0,0,0,0,bull
2024-01-03T00:00:00Z,10170.2277,10000,0,0,0,0,bull
";
const BUCKETS: &str = "\
time,bucket,value
2024-01-01T08:00:00Z,core,6000
2024-01-01T08:00:00Z,perps,4000
2024-01-01T16:00:00Z,core,6007.909
2024-01-01T16:00:00Z,perps,3975.491
2024-01-02T00:00:00Z,core,6107.909
2024-01-02T00:00:00Z,perps,3935.599
2024-01-02T08:00:00Z,core,6108.409
2024-01-02T08:00:00Z,perps,3897.5672
2024-01-02T16:00:00Z,core,6108.409
2024-01-02T16:00:00Z,perps,3964.2177
2024-01-03T00:00:00Z,core,6206.01
2024-01-03T00:00:00Z,perps,3964.2177
";
const TRADES: &str = "\
asset,market,symbol,bucket,narrative,side,opened,closed,quantity,entry_price,exit_price,price_pnl,funding,fees,slippage,pnl,return_on_margin,exit_reason
AAA,spot,AAAUSDT,core,,long,2024-01-01T08:00:00Z,2024-01-02T16:00:00Z,10,109,140,310,0,2.49,2,305.51,,end_of_data
BBB,perp,BBBUSDT,perps,ai,short,2024-01-01T08:00:00Z,2024-01-02T08:00:00Z,20,51,57.65,-133,0.3032,1.0855,2,-135.7823,,liquidation
";
const LIQUIDATIONS: &str = "\
time,asset,symbol,bucket,side,quantity,mark_price,liquidation_price,margin_lost,fee
2024-01-02T08:00:00Z,BBB,BBBUSDT,perps,short,15,58.2,58.2,10,0.4365
";
const YIELDS: &str = "time,asset,bucket,quantity,price,amount\n2024-01-02T00:00:00Z,USDT,core,0.5,1,0.5\n";
const FLOWS: &str = "time,from,to,amount,reason\n2024-01-02T08:00:00Z,core,perps,100,top_up\n";
const SUMMARY: &str = r#"{"capital": 10000.0, "final_equity": 10170.2277, "attribution": {
"by_source": {"price": 177.0, "funding": 0.3032, "fees": -3.5755, "slippage": -4, "liquidation": 0, "yield": 0.5},
"by_bucket": {"core": 306.01, "perps": -135.7823},
"by_narrative": {"none": 306.01, "ai": -135.7823},
"by_asset": {"AAA": 305.51, "BBB": -135.7823, "USDT": 0.5},
"by_regime": {"bull": 170.2277}}}"#;

/// Audits the report by hand after some changes: file, text, new text.
fn audited(changes: &[(&str, &str, &str)]) -> Result<Audit, String> {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (prices, report) = (scratch.path().join("market"), scratch.path().join("report"));
    market(&prices);
    std::fs::create_dir(&report).expect("a folder");
    let files = [
        ("fills.csv", FILLS),
        ("funding.csv", FUNDING),
        ("equity.csv", EQUITY),
        ("buckets.csv", BUCKETS),
        ("trades.csv", TRADES),
        ("liquidations.csv", LIQUIDATIONS),
        ("yields.csv", YIELDS),
        ("flows.csv", FLOWS),
        ("summary.json", SUMMARY),
    ];
    for (name, text) in files {
        let mut text = text.to_string();
        for (_, from, to) in changes.iter().filter(|change| change.0 == name) {
            assert!(text.contains(from) && from != to, "the change of {name} changes nothing: {from}");
            text = text.replacen(from, to, 1);
        }
        std::fs::write(report.join(name), text).expect("a file");
    }
    audit(&prices, &report)
}

/// The message of the difference that a change must bring to light.
fn caught(file: &str, from: &str, to: &str, expected: &str) {
    all_caught(&[(file, from, to)], expected);
}

/// The same of changes that hide each other from the sum of the books.
fn all_caught(changes: &[(&str, &str, &str)], expected: &str) {
    match audited(changes) {
        Ok(found) => panic!("{changes:?} went unseen: {found:?}"),
        Err(message) => assert!(message.contains(expected), "{changes:?} gave: {message}"),
    }
}

#[test]
fn a_report_that_balances_passes() {
    let found = audited(&[]).expect("it balances");
    assert_eq!((found.rows, found.fills, found.payments, found.rewards), (6, 5, 3, 1));
    assert_eq!((found.trades, found.liquidations, found.closed), (2, 1, true));
    assert!(found.largest_difference < 1e-6, "{found:?}");
}

#[test]
fn a_changed_fill_is_caught() {
    caught("fills.csv", "buy,10,109.1,1091,", "buy,10,109.2,1092,", "equity.csv 2024-01-01T16:00:00Z: equity found 9983.4, re-made 9982.4");
    caught("fills.csv", "buy,10,109.1,1091,", "buy,10,109.1,1092,", "notional");
    caught("fills.csv", "2024-01-01T08:00:00Z,AAA", "2024-01-01T00:00:00Z,AAA", "equity.csv 2024-01-01T08:00:00Z");
    caught("fills.csv", "873,0.4365,0,liquidation", "873,0.4365,0,stop", "no fill of BBBUSDT 15");
    caught("fills.csv", "1399,1.399,1,", "1399,1.399,3,", "slippage found 2, re-made 4");
}

#[test]
fn a_fill_outside_its_bar_is_caught() {
    caught("fills.csv", "1.091,1,enter", "1.091,60,enter", "reference price found 103.1");
    caught("fills.csv", "280,0.14,0,reduce", "280,0.14,-18,reduce", "reference price found 59.6");
}

#[test]
fn missing_and_wrong_funding_is_caught() {
    let row = "2024-01-02T00:00:00Z,BBB,BBBUSDT,perps,ai,-20,54.1,0.0001,8,0.1082\n";
    caught("funding.csv", row, "", "equity.csv 2024-01-02T08:00:00Z");
    // A row that moves less than a cent is missed by equity and still found.
    caught("funding.csv", row, &row.replace("54.1", "54.2"), "payment found 0.1082, re-made 0.1084");
    caught("funding.csv", row, &row.replace("0.0001,8,0.1082", "0.00011,8,0.11902"), "equity.csv");
    caught(
        "funding.csv",
        row,
        &row.replace("0.0001,8,0.1082", "0.000101,8,0.109282"),
        "rate found 0.000101, the market's file says 0.0001",
    );
    caught(
        "funding.csv",
        row,
        &row.replace("-20,54.1,", "-20.02,54.1,").replace("0.1082", "0.108308"),
        "quantity found -20.02, re-made from fills [-20.0, -15.0]",
    );
    caught("funding.csv", row, &(row.to_string() + row), "equity.csv");
    let instead = ("yields.csv", YIELDS.lines().nth(1).expect("the row"));
    let both = YIELDS.lines().nth(1).expect("the row").to_string() + "\n2024-01-02T00:00:00Z,USDT,perps,0.1082,1,0.1082";
    all_caught(&[("funding.csv", row, ""), (instead.0, instead.1, &both)], "no row of perp BBBUSDT perps");
    let less = both.replace("0.1082", "-0.1082");
    all_caught(&[("funding.csv", row, &(row.to_string() + row)), (instead.0, instead.1, &less)], "quantity found -20");
    caught("funding.csv", row, &row.replace("54.1", "67.1").replace("0.1082", "0.1342"), "equity.csv");
    let more = both.replace("0.1082", "-0.026");
    let far = row.replace("54.1", "67.1").replace("0.1082", "0.1342");
    all_caught(&[("funding.csv", row, &far), (instead.0, instead.1, &more)], "mark found 67.1");
    caught("funding.csv", "2024-01-02T00:00:00Z", "2024-01-02T01:00:00Z", "has no settlement then");
    caught("funding.csv", row, &row.replace("-20,54.1", "-15,54.1").replace("0.1082", "0.08115"), "equity.csv");
}

#[test]
fn a_reward_without_its_fill_and_a_fill_without_its_reward_are_caught() {
    let row = YIELDS.lines().nth(1).expect("the row");
    caught("yields.csv", row, &format!("{row}\n2024-01-02T00:00:00Z,AAA,core,0.01,120,1.2"), "no fill without costs spends it on AAAUSDT");
    caught("yields.csv", "2024-01-02T00:00:00Z", "2024-01-02T08:00:00Z", "not at a midnight");
    let fill = "2024-01-02T00:00:00Z,BBB,perp,BBBUSDT,perps,ai,buy,5,56,280,0.14,0,reduce\n";
    let staking = format!("2024-01-02T00:00:00Z,AAA,spot,AAAUSDT,core,,buy,0.01,120,1.2,0,0,staking\n{fill}");
    caught("fills.csv", fill, &staking, "staking of AAAUSDT, which yields.csv lacks");
}

#[test]
fn wrong_buckets_and_drawdowns_are_caught() {
    caught("buckets.csv", "core,6107.909", "core,6107.908999", "sum found 10043.507999, equity is 10043.508");
    caught(
        "buckets.csv",
        "core,6007.909\n2024-01-01T16:00:00Z,perps,3975.491",
        "core,6008.909\n2024-01-01T16:00:00Z,perps,3974.491",
        "re-made",
    );
    caught("flows.csv", "100", "101", "buckets.csv 2024-01-02T16:00:00Z");
    caught("equity.csv", "-0.00373692", "-0.0038", "drawdown found -0.0038");
    caught("equity.csv", "2024-01-02T16:00:00Z", "2024-01-02T12:00:00Z", "not the close of the next bar");
    caught("equity.csv", "10072.6267", "10072.6467", "equity.csv 2024-01-02T16:00:00Z: equity found 10072.6467, re-made 10072.626700");
}

#[test]
fn wrong_trades_and_attribution_are_caught() {
    caught("trades.csv", "305.51", "305.510001", "pnl found 305.510001, re-made 305.51");
    caught("trades.csv", "310,0,2.49,2,305.51", "311,0,2.49,2,306.51", "pnl found 306.51, re-made 305.51");
    caught("trades.csv", "2024-01-02T16:00:00Z", "2024-01-02T08:00:00Z", "opened and closed");
    caught("summary.json", "\"bull\": 170.2277", "\"bull\": 170.227701", "by_regime sums to");
    caught(
        "summary.json",
        "\"core\": 306.01, \"perps\": -135.7823},\n\"by_n",
        "\"core\": 307.01, \"perps\": -136.7823},\n\"by_n",
        "by_bucket core",
    );
    caught("summary.json", "177.0, \"funding\": 0.3032", "176.0, \"funding\": 1.3032", "by_source funding");
    caught("liquidations.csv", "short,15", "short,14", "no fill of BBBUSDT 14");
    let row = LIQUIDATIONS.lines().nth(1).expect("the row").to_string() + "\n";
    caught("liquidations.csv", &row, "", "a liquidation of BBBUSDT that liquidations.csv lacks");
}

#[test]
fn the_price_files_read_as_they_are_laid_out() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    market(scratch.path());
    let market = Market::read(scratch.path()).expect("readable");
    let bar = |k: i64| START + k * 8 * HOUR;
    assert_eq!(market.traded("spot", "AAAUSDT", bar(1)), Some(Bar { low: 105.0, high: 115.0, close: 110.0 }));
    assert_eq!(market.traded("spot", "AAAUSDT", bar(3)), None);
    assert_eq!(market.value("spot", "AAAUSDT", bar(3)), Some(120.0), "a missing bar carries the last value");
    assert_eq!(market.value("perp", "BBBUSDT", bar(2)), Some(54.1), "mark before own close");
    assert_eq!(market.value("perp", "BBBUSDT", bar(3)), Some(56.0), "own close where the mark is missing");
    assert_eq!(market.value("perp", "BBBUSDT", START - 1), None);
    assert_eq!(market.funding["BBBUSDT"].keys().next(), Some(&START), "the jitter is floored away");
    for text in ["1704067200", "1704067200000", "1704067200000000", "2024-01-01", "2024-01-01 00:00:00", "2024-01-01T00:00:00Z"] {
        assert_eq!(seconds(text), Some(START), "{text}");
    }
    assert_eq!(seconds("2024-01-01 02:00:00+02:00"), Some(START));
    assert_eq!(seconds("soon"), None);
}

#[test]
fn incomplete_edges_of_finer_series_are_dropped_and_holes_kept() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    market(scratch.path());
    let mut rows = "Opentime,Open,High,Low,Close,Volume\n".to_string();
    for hour in (3..40).filter(|hour| *hour != 18) {
        writeln!(rows, "{},9,{},1,{hour},0", START + hour * HOUR, 100 + hour).expect("a row");
    }
    std::fs::write(scratch.path().join("spot/CCCUSDT.csv"), &rows[..rows.len() - 1]).expect("a file");
    let market = Market::read(scratch.path()).expect("readable");
    let opens: Vec<i64> = market.spot["CCCUSDT"].keys().map(|open| (open - START) / HOUR).collect();
    assert_eq!(opens, [8, 16, 24, 32]);
    assert_eq!(market.traded("spot", "CCCUSDT", START + 16 * HOUR), Some(Bar { low: 1.0, high: 123.0, close: 23.0 }));
    writeln!(rows, "{},9,141,1,40,0", START + 40 * HOUR).expect("a row");
    std::fs::write(scratch.path().join("spot/CCCUSDT.csv"), rows).expect("a file");
    let market = Market::read(scratch.path()).expect("readable");
    assert_eq!(market.spot["CCCUSDT"].len(), 4, "the last bar has one of its eight hours");
}
