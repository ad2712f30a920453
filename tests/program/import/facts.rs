//! Caps, value locked, open interest, labels, margin brackets, and facts of the user's own.

use rotate::import::{Lag, Request, Ways};
use rotate::units::Span;

use super::{BARS, HOUR, Place, START, rows};

/// A place with spot and a perpetual of a few coins.
fn place(coins: &[&str]) -> Place {
    let place = Place::new();
    for coin in coins {
        let text = rows(BARS, |k, b| format!("{},{},{},{},{},{}", (START + k * HOUR) * 1_000, b.open, b.high, b.low, b.close, b.volume));
        for kind in ["spot", "perp"] {
            place.put(&format!("{kind}/{coin}USDT-1h.csv"), format!("timestamp,open,high,low,close,volume\n{text}"));
        }
    }
    place
}

#[test]
fn snapshots_are_known_when_their_day_is_over_and_the_larger_of_two_namesakes_is_meant() {
    let place = place(&["BTC", "ONDO"]);
    let head = "Rank,Name,Symbol,Market Cap,Price,Circulating Supply,Volume (24h),% 1h,% 24h,% 7d\n";
    place.put(
        "cmc/20240101.csv",
        format!("{head}1,Bitcoin,BTC,8e11,42000,1,1,0,0,0\n900,Other,BTC,5,1,1,1,0,0,0\n80,Ondo,ONDO,\"$300,000,000.50\",1,1,1,0,0,0\n"),
    );
    place.import();
    let expected =
        "known_at,asset,market_cap_usd,rank\n2024-01-02T00:00:00Z,BTC,800000000000,1\n2024-01-02T00:00:00Z,ONDO,300000000.5,80\n";
    assert_eq!(place.text("market-cap.csv"), expected);
}

#[test]
fn coingecko_exports_are_of_an_instant() {
    let place = place(&["BTC"]);
    place.put("coingecko/btc-usd-max.csv", "snapped_at,price,market_cap,total_volume\n2024-01-01 00:00:00 UTC,42000,8e11,1\n");
    place.import();
    assert!(place.text("market-cap.csv").contains("2024-01-01T00:00:00Z,BTC,800000000000,"));
}

#[test]
fn answers_of_coingecko_and_defillama_say_caps_and_value_locked() {
    let place = place(&["BTC", "LDO"]);
    place.put(
        "coingecko/btc-market_chart.json",
        "{\"prices\":[[1704067200000,42000]],\"market_caps\":[[1704067200000,8e11]],\"total_volumes\":[[1704067200000,1]]}",
    );
    // The name of the file is the protocol's; the coin is said inside.
    let day = |date: u32, usd: u32| format!("{{\"date\":{date},\"totalLiquidityUSD\":{usd}}}");
    place.put(
        "defillama/protocol/lido.json",
        format!(
            "{{\"id\":\"182\",\"name\":\"Lido\",\"symbol\":\"LDO\",\"chainTvls\":{{\"Ethereum\":{{\"tvl\":[{}]}}}},\"tvl\":[{},{}]}}",
            day(1_704_067_200, 7),
            day(1_704_067_200, 100),
            day(1_704_153_600, 200)
        ),
    );
    place.import();
    assert!(place.text("market-cap.csv").contains("2024-01-01T00:00:00Z,BTC,800000000000,"));
    assert_eq!(place.text("evidence/tvl.csv"), "known_at,asset,narrative,metric,value\n2024-01-03T00:00:00Z,LDO,,tvl,200\n");
}

#[test]
fn value_locked_is_known_when_it_was_fetched_unless_a_lag_is_stated() {
    let rows = "date,totalLiquidityUSD\n1704067200,100\n1704153600,200\n";
    let first = place(&["AAVE"]);
    first.put("defillama/aave.csv", rows);
    first.import();
    let facts = first.text("evidence/tvl.csv");
    assert_eq!(facts, "known_at,asset,narrative,metric,value\n2024-01-03T00:00:00Z,AAVE,,tvl,200\n");
    let second = place(&["AAVE"]);
    second.put("defillama/aave.csv", rows);
    let ways = Ways { lag: Lag { stated: Some(Span::DAY) }, ..Ways::default() };
    second.import_as(&Request { ways, ..second.request() });
    assert_eq!(
        second.text("evidence/tvl.csv"),
        "known_at,asset,narrative,metric,value\n2024-01-03T00:00:00Z,AAVE,,tvl,100\n2024-01-04T00:00:00Z,AAVE,,tvl,200\n"
    );
}

#[test]
fn open_interest_is_known_ten_minutes_after_its_stamp() {
    let place = place(&["BTC"]);
    let head = "create_time,symbol,sum_open_interest,sum_open_interest_value,a,b,c,d\n";
    let row = "2024-01-01 00:05:00,BTCUSDT,10,420000,1,1,1,1\n";
    place.put("um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2024-01-01.csv", format!("{head}{row}{row}"));
    place.import();
    assert_eq!(
        place.text("evidence/open_interest_usd.csv"),
        "known_at,asset,narrative,metric,value\n2024-01-01T00:15:00Z,BTC,,open_interest_usd,420000\n"
    );
}

#[test]
fn brackets_of_freqtrade_become_margin_tiers() {
    let place = place(&["BTC"]);
    let tier = |tier: u32, floor: u32, cap: u32, rate: f64, leverage: u32, cum: f64| {
        format!(
            "{{\"tier\":{tier},\"currency\":\"USDT\",\"minNotional\":{floor},\"maxNotional\":{cap},\"maintenanceMarginRate\":{rate},\"maxLeverage\":{leverage},\
             \"info\":{{\"cum\":\"{cum}\"}}}}"
        )
    };
    let all = format!("[{},{}]", tier(1, 0, 50_000, 0.004, 125, 0.0), tier(2, 50_000, 600_000, 0.005, 100, 50.0));
    place.put("binance_leverage_tiers.json", format!("{{\"BTC/USDT:USDT\":{all},\"XRP/USDT:USDT\":{all}}}"));
    let (_, market) = place.import();
    let perp = market.assets[0].perp.unwrap();
    assert_eq!(market.tiers[perp.index()][0].brackets.len(), 2);
}

#[test]
fn labels_are_ours_unless_the_user_brings_some() {
    let own = place(&["BTC", "FET"]);
    own.import();
    assert_eq!(own.text("narratives.csv").lines().count(), 2);
    assert!(own.text("narratives.csv").contains("FET,ai,2019-02-25,,hand-made by rotate"));
    let theirs = place(&["BTC", "FET"]);
    theirs.put("narratives.csv", "asset,narrative,since,until,source\nBTC,money,2009-01-03,,mine\n");
    theirs.import();
    assert_eq!(theirs.text("narratives.csv"), "asset,narrative,since,until,source\nBTC,money,2009-01-03,,mine\n");
}

#[test]
fn a_users_own_signal_becomes_evidence() {
    let place = place(&["BTC"]);
    place.put("evidence/mysignal.csv", "known_at,asset,value\n2024-01-02T00:00:00Z,BTC,0.5\n2024-01-03T00:00:00Z,NOBODY,0.5\n");
    let (_, market) = place.import();
    assert_eq!(market.evidence.len(), 1);
    assert_eq!((market.evidence[0].metric.as_str(), market.evidence[0].value), ("mysignal", 0.5));
}
