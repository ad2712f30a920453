//! Brackets, margin and liquidation prices against numbers of exchanges and other projects (`tests/golden/README.md`).

use std::collections::BTreeMap;
use std::path::Path;

use rotate::exchange::costs::Taker;
use rotate::exchange::margin::{Isolated, bracket, maintenance_margin, max_leverage};
use rotate::units::{Bracket, Direction};

type Row = BTreeMap<String, String>;

/// Rows that are not compared, by what their id begins with.
const NOT_OURS: &[(&str, &str)] = &[
    ("FT-BYBIT", "margin on entry notional (Bybit's text of 2022 to 2024); ours is on mark notional"),
    ("BYBIT-HELP", "the same"),
    ("FT-SPOT", "spot has no liquidation price; only perpetuals are margined here"),
    ("BUFFER", "a safety buffer of freqtrade around the price"),
    ("MM-", "brackets of freqtrade's test fixture, which has a gap and is refused here"),
    ("LEV-", "the same fixture, and a bracket picked by margin instead of notional"),
    ("BP-", "cross-margin buying power; margin here is isolated"),
    ("IM-", "what the ledger puts behind a position: tested there"),
    ("NT-1", "a fixed rate that ignores leverage"),
];

fn rows(name: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let heads = reader.headers().expect("a header").clone();
    reader.records().map(|record| heads.iter().map(str::to_owned).zip(record.expect("a row").iter().map(str::to_owned)).collect()).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    match row[column].as_str() {
        "" => 0.0,
        text => text.parse().unwrap_or_else(|_| panic!("{}: {column} is {text:?}", row["case_id"])),
    }
}

/// `a=1;b=2`
fn inputs(row: &Row) -> BTreeMap<&str, f64> {
    row["inputs"].split(';').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key, value.parse().expect("a number"))).collect()
}

fn left_out(id: &str) -> bool {
    NOT_OURS.iter().any(|(begin, _)| id.starts_with(begin))
}

fn one_bracket(rate: f64, amount: f64) -> [Bracket; 1] {
    [Bracket { floor: 0.0, cap: f64::INFINITY, rate, max_leverage: 125.0, amount }]
}

fn direction(row: &Row) -> Direction {
    if row["side"] == "short" { Direction::Short } else { Direction::Long }
}

#[test]
fn liquidation_prices_are_the_exchanges() {
    let mut compared = 0;
    for row in rows("liquidation.csv") {
        let id = &row["case_id"];
        if left_out(id) {
            continue;
        }
        assert!(matches!(row["formula"].as_str(), "mark_notional" | "mark_notional_plus_fee"), "{id}: {}", row["formula"]);
        // In cross margin what the other positions earn and require adds to the wallet: the form is the same.
        let wallet = number(&row, "wallet_balance") + number(&row, "upnl_other") - number(&row, "maint_margin_other");
        let (quantity, entry_price) = (number(&row, "qty"), number(&row, "entry_price"));
        let position = Isolated { direction: direction(&row), quantity, entry_price, wallet };
        let brackets = one_bracket(number(&row, "mmr"), number(&row, "maint_amount_cum"));
        let fee = number(&row, "close_fee_rate");
        let price = position.liquidation_price(&brackets, fee).unwrap_or_else(|| panic!("{id}: no price"));
        let expected = number(&row, "expected_liq_price");
        assert!((price - expected).abs() <= number(&row, "tolerance"), "{id}: {price} for {expected}");
        // The engine never compares with that price; the inequality it tests turns there.
        let worse = price * (1.0 - 1e-9 * position.direction.sign());
        let better = price * (1.0 + 1e-9 * position.direction.sign());
        assert!(position.is_liquidated(&brackets, worse, fee) && !position.is_liquidated(&brackets, better, fee), "{id}");
        compared += 1;
    }
    assert!(compared >= 14, "only {compared} rows compared");
}

#[test]
fn bankruptcy_prices_are_the_exchange_s() {
    for row in rows("bankruptcy.csv") {
        let entry_price = number(&row, "entry_price");
        let position =
            Isolated { direction: direction(&row), quantity: 3.0, entry_price, wallet: 3.0 * entry_price / number(&row, "leverage") };
        assert!((position.bankruptcy_price() - number(&row, "expected_bankruptcy_price")).abs() < 1e-9, "{}", row["case_id"]);
    }
}

#[test]
fn margins_and_fees_are_the_exchanges() {
    let mut compared = 0;
    for row in rows("margin.csv") {
        let (id, given) = (row["case_id"].as_str(), inputs(&row));
        if left_out(id) {
            continue;
        }
        compared += 1;
        let expected = number(&row, "expected");
        let near = |ours: f64, tolerance: f64| assert!((ours - expected).abs() <= tolerance, "{id}: {ours} for {expected}");
        match row["quantity"].as_str() {
            // The amount is what keeps maintenance margin whole at the floor.
            "cum_from_previous" => {
                let (floor, below, amount) = (given["floor"], given["mmr_prev"], given["cum_prev"]);
                let table = [
                    Bracket { floor: 0.0, cap: floor, rate: below, max_leverage: 50.0, amount },
                    Bracket { floor, cap: f64::INFINITY, rate: given["mmr"], max_leverage: 20.0, amount: expected },
                ];
                let (at, above) = (maintenance_margin(&table, floor), maintenance_margin(&table, floor * (1.0 + 1e-12)));
                assert!((at - above).abs() < 1e-9 * floor, "{id}: {at} at the floor, {above} above it");
            }
            "mmr" => {
                let table = [
                    Bracket { floor: 0.0, cap: 250_000.0, rate: 0.005, max_leverage: 100.0, amount: 50.0 },
                    Bracket { floor: 250_000.0, cap: 1_000_000.0, rate: 0.01, max_leverage: 50.0, amount: 1_300.0 },
                ];
                near(bracket(&table, given["notional"]).expect("a bracket").rate, 0.0);
            }
            "fee" => near(Taker { fee: given["fee"], half_spread: 0.0 }.fee(given["qty"] * given["price"]), 1e-12),
            "unrealised_pnl" => {
                let (quantity, entry_price) = (given["qty"], given["entry"]);
                near(Isolated { direction: Direction::Long, quantity, entry_price, wallet: 0.0 }.balance(given["mark"]), 1e-8);
            }
            "maint_margin_standard" => near(maintenance_margin(&one_bracket(given["rate"], 0.0), given["notional"]), 1e-9),
            // A convention not to follow: there maintenance margin is divided by leverage.
            "maint_margin_leveraged" => {
                let ours = maintenance_margin(&one_bracket(given["rate"], 0.0), given["notional"]);
                assert!((ours - expected * given["leverage"]).abs() < 1e-9, "{id}: {ours}");
            }
            other => panic!("{id}: `{other}` is neither compared nor left out"),
        }
    }
    assert!(compared >= 7, "only {compared} rows compared");
}

#[test]
fn tables_of_the_exchange_are_read_as_it_means_them() {
    let mut tables: BTreeMap<String, Vec<Bracket>> = BTreeMap::new();
    for row in rows("leverage_tiers.csv") {
        let n = |column: &str| row[column].parse::<f64>().expect("a number");
        let (floor, cap, rate) = (n("notional_floor"), n("notional_cap"), n("mmr"));
        tables.entry(row["symbol"].clone()).or_default().push(Bracket {
            floor,
            cap,
            rate,
            max_leverage: n("max_leverage"),
            amount: n("cum"),
        });
    }
    assert_eq!(tables.len(), 18);
    for (symbol, table) in &tables {
        for (k, b) in table.iter().enumerate() {
            let middle = f64::midpoint(b.floor, b.cap);
            assert_eq!((bracket(table, middle), bracket(table, b.cap)), (Some(b), Some(b)), "{symbol}");
            assert_eq!(max_leverage(table, middle), b.max_leverage, "{symbol}");
            assert!((maintenance_margin(table, middle) - (middle * b.rate - b.amount)).abs() < 1e-6, "{symbol}");
            if let Some(next) = table.get(k + 1) {
                assert_eq!(bracket(table, b.cap + 0.01), Some(next), "{symbol}");
                let (at, above) = (maintenance_margin(table, b.cap), maintenance_margin(table, b.cap + 1e-6));
                assert!((above - at).abs() < 1e-3, "{symbol}: {at} then {above} at {}", b.cap);
            }
        }
    }
}
