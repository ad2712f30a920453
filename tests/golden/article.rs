//! Every worked example of the article (`tests/golden/article_cases.csv`), made with the library's own parts and strategy files.

use std::collections::BTreeMap;
use std::path::Path;

use rotate::exchange::margin::{Isolated, bracket, max_leverage};
use rotate::ledger::{Books, Entry};
use rotate::strategy::{Hold, Override, Strategy, StrategyFile};
use rotate::units::{Bracket, BucketId, Direction, InstrumentId, Usd};

const SPOT: InstrumentId = InstrumentId(0);
const PERP: InstrumentId = InstrumentId(1);
const BUCKET: BucketId = BucketId(0);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn usd(dollars: f64) -> Usd {
    Usd::round(dollars)
}

fn file(name: &str) -> StrategyFile {
    StrategyFile::read(&root().join(format!("strategies/{name}.toml"))).unwrap_or_else(|fault| panic!("{fault}"))
}

fn weights(strategy: &Strategy) -> Vec<f64> {
    strategy.buckets.values().map(|bucket| bucket.weight).collect()
}

fn weight(strategy: &Strategy, name: &str) -> f64 {
    strategy.buckets[name].weight
}

fn perp_weight(strategy: &Strategy) -> f64 {
    strategy.buckets.values().filter(|bucket| matches!(bucket.hold, Hold::Perp(_) | Hold::Hedge(_))).map(|bucket| bucket.weight).sum()
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-9
}

/// Numbers of `a=1;b=2`.
fn inputs(text: &str) -> BTreeMap<&str, f64> {
    text.split(';').filter_map(|pair| pair.split_once('=')).filter_map(|(key, value)| Some((key, value.parse().ok()?))).collect()
}

fn trade(quantity: f64, price: f64) -> Entry {
    Entry { quantity, price, reference: price, fee: Usd::ZERO }
}

/// Gains of a spot holding and a short against it when both prices move by `ret`; no fee, no funding.
fn hedge(spot: f64, short: f64, ret: f64) -> (Usd, Usd, Usd) {
    let mut books = Books::open(usd(spot + short), &[1.0]);
    let holding = books.increase(BUCKET, SPOT, None, false, &trade(spot / 100.0, 100.0), Usd::ZERO);
    assert_eq!(holding, 0);
    books.increase(BUCKET, PERP, None, true, &trade(-short / 100.0, 100.0), usd(short));
    let price = 100.0 * (1.0 + ret);
    books.mark(|id| [price, price][id.index()], &mut [Usd::ZERO]);
    books.assert_balanced(books.equity());
    let gains: Vec<Usd> = books.positions().iter().map(|position| position.income().total()).collect();
    (gains[0], gains[1], books.equity() - usd(spot + short))
}

/// A long bought at 100 with `margin` behind it at `leverage`.
fn long(margin: f64, leverage: f64) -> Isolated {
    Isolated { direction: Direction::Long, quantity: margin * leverage / 100.0, entry_price: 100.0, wallet: margin }
}

/// What an isolated long loses when price goes from 100 by `ret`, without maintenance margin; what is elsewhere stays.
fn loss(margin: f64, leverage: f64, ret: f64) -> Usd {
    let mut books = Books::open(usd(2.0 * margin), &[0.5, 0.5]);
    let position = long(margin, leverage);
    let at = books.increase(BUCKET, PERP, None, true, &trade(position.quantity, 100.0), usd(margin));
    let mark = 100.0 * (1.0 + ret);
    if position.is_liquidated(&[], mark, 0.0) {
        let (_, bankruptcy) = books.liquidate(at, mark, Usd::ZERO, Usd::ZERO);
        assert!(near(bankruptcy, 100.0 * (1.0 - 1.0 / leverage)));
    } else {
        books.mark(|id| [mark, mark][id.index()], &mut [Usd::ZERO; 2]);
    }
    books.assert_balanced(books.equity());
    assert_eq!(books.cash(BucketId(1)), usd(margin));
    usd(2.0 * margin) - books.equity()
}

fn table(coin: &str) -> Vec<Bracket> {
    let mut reader = csv::Reader::from_path(root().join("tests/golden/leverage_tiers.csv")).expect("readable");
    let rows: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("a row")).collect();
    let n = |row: &csv::StringRecord, k: usize| row[k].parse::<f64>().expect("a number");
    rows.iter()
        .filter(|row| row[0] == format!("{coin}USDT"))
        .map(|row| Bracket { floor: n(row, 2), cap: n(row, 3), rate: n(row, 4), max_leverage: n(row, 5), amount: n(row, 6) })
        .collect()
}

fn wiped_out_by_real_brackets(coin: &str, given: &BTreeMap<&str, f64>, expected: f64) {
    let brackets = table(coin);
    let position = long(given["margin"], given["notional"] / given["margin"]);
    let entry = bracket(&brackets, given["notional"]).expect("a table of the coin");
    assert_eq!((entry.rate, entry.amount, entry.max_leverage), (given["mmr"], given["cum"], given["max_leverage"]), "{coin}");
    assert!(max_leverage(&brackets, given["notional"]) >= 10.0, "{coin}: 10x is not allowed");
    let price = position.liquidation_price(&brackets, 0.0).expect("leveraged");
    assert!((price / 100.0 - 1.0 - expected).abs() < 1e-9, "{coin}: {price}");
    assert!(price > 90.0, "{coin}: the end comes before -10 %");
}

fn first(strategy: &str) -> Strategy {
    file(strategy).strategy
}

fn capital_is_split_by_weight(expected: &str) {
    let weights = weights(&first("foundation-first"));
    assert_eq!(weights, [0.60, 0.25, 0.10, 0.05]);
    let books = Books::open(usd(100_000.0), &weights);
    let split: Vec<String> = (0..4).map(|b| format!("{:.0}", books.cash(BucketId(b)).to_f64())).collect();
    assert_eq!(split.join(";"), expected);
    assert!(near(perp_weight(&first("foundation-first")), 0.05));
}

fn a_hedge_comes_to_its_net(id: &str, given: &BTreeMap<&str, f64>, expected: &str) {
    let (spot, short, net) = hedge(given["spot"], given["short_notional"], given["ret"]);
    assert_eq!(spot, usd(given["spot"] * given["ret"]));
    assert_eq!(short, usd(-given["short_notional"] * given["ret"]));
    let text = expected.rsplit("net ").next().expect("a net").trim();
    assert_eq!(net, usd(text.parse().expect("a number")), "{id}");
}

fn a_leveraged_long_loses(id: &str, given: &BTreeMap<&str, f64>, expected: &str) {
    let lost = loss(given["margin"], given["leverage"], given["ret"]);
    let text = expected.split("loss ").nth(1).expect("a loss").split([' ', ';', ',']).next().expect("a number");
    assert_eq!(lost, usd(text.parse().expect("a number")), "{id}");
}

fn the_bull_market_is_leveraged_by_stages() {
    let bull = first("bull");
    assert_eq!(weights(&bull), [0.40, 0.35, 0.15, 0.10]);
    let leverage = bull.buckets["narratives"].leverage.expect("leverage by stages");
    assert_eq!((leverage.open, leverage.confirmed), (3.0, Some(5.0)));
    assert!(near(0.15 * leverage.open, 0.45) && near(0.15 * leverage.confirmed.expect("a second stage"), 0.75));
}

fn the_bear_market_is_weighted() {
    let bear = first("bear");
    let named = ["foundation", "stablecoins", "midcaps"].map(|name| weight(&bear, name));
    assert_eq!(named, [0.55, 0.25, 0.10]);
    assert!(near(perp_weight(&bear), 0.10));
}

/// A profit is shared, a loss is not: the same amounts come out of a replay in `tests/golden/by_hand.rs`.
fn profit_is_shared(given: &BTreeMap<&str, f64>, expected: &str) {
    let waterfall = first("bull").waterfall.expect("a waterfall");
    for (to, share) in [("stablecoins", "to_stable"), ("foundation", "to_foundation")] {
        assert!(given.get(share).is_none_or(|&share| waterfall.to[to] == share));
    }
    let profit = usd(given["profit"]).max(Usd::ZERO);
    let shares: Vec<String> = waterfall.to.values().map(|&share| format!("{:.0}", profit.share(share).to_f64())).collect();
    assert_eq!(shares.join(";"), expected);
}

fn futures_stay_within(given: &BTreeMap<&str, f64>) {
    for strategy in ["bull", "bear", "rotation", "foundation-first"] {
        let margin = perp_weight(&first(strategy)) * given["nav"];
        assert!(margin >= given["min"] * given["nav"] - 1e-6 && margin <= given["max"] * given["nav"] + 1e-6, "{strategy}");
    }
}

/// "Less than 1 % per position" and "15 % in two or three narratives" agree only where a narrative is a basket of six.
fn a_narrative_is_a_basket_of_six() {
    let wider = ["narratives=3", "per_narrative=6"].map(|key| format!("buckets.narratives.hold.perp.{key}"));
    let wider = wider.map(|key| Override::parse(&key).expect("a key"));
    let bull = file("bull").with_all(&wider).expect("allowed").strategy;
    let Hold::Perp(selection) = &bull.buckets["narratives"].hold else { panic!("perpetuals") };
    let places = selection.narratives.expect("narratives") * selection.per_narrative.expect("coins of each");
    let margin = |places: usize| 100_000.0 * 0.15 / places as f64;
    assert!(places >= 16 && margin(places) < 1_000.0 && margin(16) < 1_000.0 && margin(15) >= 1_000.0 - 1e-9);
}

fn most_is_in_established_coins() {
    let (bull, bear, plain) = (first("bull"), first("bear"), first("foundation-first"));
    let established = [
        weight(&bull, "foundation") + weight(&bull, "alts"),
        weight(&bear, "foundation") + weight(&bear, "midcaps"),
        weight(&plain, "foundation"),
    ];
    assert!(established.iter().all(|share| (0.60..=0.80).contains(share)), "{established:?}");
}

fn check(id: &str, given: &BTreeMap<&str, f64>, expected: &str) {
    match id {
        "ART-1" => capital_is_split_by_weight(expected),
        "ART-2" | "ART-3" | "ART-3a" | "ART-3b" => a_hedge_comes_to_its_net(id, given, expected),
        "ART-4" | "ART-4a" | "ART-4b" | "ART-4c" | "ART-4d" => a_leveraged_long_loses(id, given, expected),
        "ART-5" => the_bull_market_is_leveraged_by_stages(),
        "ART-6" => the_bear_market_is_weighted(),
        "ART-7" | "ART-7a" => profit_is_shared(given, expected),
        "ART-8" => futures_stay_within(given),
        "ART-9" | "ART-9a" => a_narrative_is_a_basket_of_six(),
        "ART-10" => assert_eq!(first("rotation").buckets["perps"].leverage.expect("leverage").open, 2.0),
        "ART-11" => most_is_in_established_coins(),
        other => match other.strip_prefix("ART-4e-") {
            Some(coin) => wiped_out_by_real_brackets(coin, given, expected.parse().expect("a move")),
            None => panic!("{other}: a case without a test"),
        },
    }
}

#[test]
fn every_example_of_the_article_comes_out() {
    let mut reader = csv::Reader::from_path(root().join("tests/golden/article_cases.csv")).expect("readable");
    let rows: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("a row")).collect();
    assert_eq!(rows.len(), 25);
    for row in &rows {
        check(&row[0], &inputs(&row[2]), &row[3]);
    }
}
