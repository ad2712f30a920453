//! What `market.toml` says of costs, orders and data.

use super::*;

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
