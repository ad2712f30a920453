//! A symbol that another coin takes over: two histories that are never spliced, and a holder who does not change coins unasked.

use std::fs;
use std::path::Path;

use rotate::batch::Arena;
use rotate::fault::Fault;
use rotate::market::{Market, Segment, Window};
use rotate::replay::run::{PlainRule, Side};
use rotate::signal::History;
use rotate::strategy::StrategyFile;
use rotate::units::{InstrumentId, Time, Usd};

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// LUNA of 2022 as daily bars, `(open, close)`: it falls to nothing inside its bars, and a new coin opens under its name.
const LUNA: [(f64, f64); 6] = [(80.0, 30.0), (30.0, 1.0), (1.0, 0.000_1), (9.5, 8.0), (8.0, 9.0), (9.0, 9.0)];

fn bars(of: &[(f64, f64)]) -> String {
    let row = |(day, &(open, close)): (usize, &(f64, f64))| {
        format!("2024-01-{:02},{open},{},{},{close},1000\n", day + 1, open.max(close), open.min(close))
    };
    "date,open,high,low,close,volume\n".to_owned() + &of.iter().enumerate().map(row).collect::<String>()
}

fn market(rows: &str, of: &[(f64, f64)], more: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let fees = "[fees]\nspot_maker = 10\nspot_taker = 10\nperp_maker = 2\nperp_taker = 5\n";
    write(dir.path(), "market.toml", &format!("name = \"tiny\"\nbar = \"1d\"\n{fees}{more}"));
    write(dir.path(), "assets.csv", rows);
    write(dir.path(), "spot/LUNAUSDT.csv", &bars(of));
    dir
}

fn load(dir: &tempfile::TempDir) -> Result<Market, Fault> {
    Market::load(dir.path(), Window::default())
}

/// `assets.csv` in which LUNAUSDT is one coin's until `until` and another's from `since` on, in one market.
fn two(columns: &str, until: &str, since: &str) -> String {
    format!(
        "asset,tier,spot,perp,contract_size,venue,venue_kind,since,until\nLUNC,large,{columns},1,venue,cex,,{until}\nLUNA,mid,{columns},1,venue,cex,{since},\n"
    )
}

const ONE: &str = "asset,tier,spot,perp,contract_size,venue,venue_kind\nLUNA,large,LUNAUSDT,,,venue,cex\n";

#[test]
fn an_open_far_from_the_last_close_is_another_coin_and_a_fall_inside_bars_is_not() {
    let split = load(&market(ONE, &LUNA, "")).unwrap();
    assert_eq!(split.listing.jump, 10.0);
    assert_eq!(split.panel.segments[0], [Segment { first: 0, end: 3 }, Segment { first: 3, end: 6 }]);
    assert_eq!(
        split.cautions,
        [
            "prices that jump more than 10-fold from a close to the next open, treated as another coin from there on (positions in the first \
          are closed; `[listing] jump` sets the bound): LUNAUSDT spot 2024-01-04T00:00:00Z (from 0.0001 to 9.5)"
        ]
    );
    let alone = load(&market(ONE, &LUNA[..3], "")).unwrap();
    assert_eq!(alone.panel.segments[0], [Segment { first: 0, end: 3 }]);
    assert_eq!(alone.cautions, Vec::<String>::new());
}

/// The bound is the owner's; what leaps ten-thousandfold from close to close inside one listing is refused all the same.
#[test]
fn a_wide_bound_lets_a_jump_pass() {
    let tenfold = [(100.0, 100.0), (1_100.0, 1_100.0)];
    assert_eq!(load(&market(ONE, &tenfold, "")).unwrap().panel.segments[0].len(), 2);
    assert_eq!(load(&market(ONE, &tenfold, "[listing]\njump = 11\n")).unwrap().panel.segments[0].len(), 1);
    let mut leap = LUNA;
    leap[3].0 = 0.5;
    let fault = load(&market(ONE, &leap, "[listing]\njump = 10000\n")).unwrap_err();
    assert_eq!(fault.found, "the close goes from 0.0001 to 8 in the bar of 2024-01-04T00:00:00Z");
}

#[test]
fn the_new_coin_has_no_funding_history_of_the_old() {
    let dir = market("asset,tier,spot,perp,contract_size,venue,venue_kind\nLUNA,large,,LUNAUSDT,1,venue,cex\n", &[], "");
    write(dir.path(), "perp/LUNAUSDT.csv", &bars(&LUNA));
    let stamp = |k: i64| format!("{},0.000{}\n", (Time::parse("2024-01-01").unwrap().seconds() + k * 8 * 3_600) * 1_000, k + 1);
    write(dir.path(), "funding/LUNAUSDT.csv", &("calc_time,last_funding_rate\n".to_owned() + &(0..18).map(stamp).collect::<String>()));
    let market = load(&dir).unwrap();
    let seen = |bar: usize| History::at_close(&market, bar).settlements(InstrumentId(0));
    assert_eq!(seen(2).len(), 9);
    // The settlement at the jump is the first of the new coin: who held the old one has left.
    assert_eq!(seen(3).iter().map(|settlement| settlement.rate).collect::<Vec<_>>(), [0.000_10, 0.000_11, 0.000_12]);
}

fn traded(market: &Market, id: u16) -> Vec<usize> {
    (0..market.clock.bars).filter(|&t| market.panel.trades(InstrumentId(id), t)).collect()
}

#[test]
fn two_assets_may_have_one_symbol_one_after_the_other() {
    let dir = market(&two("LUNAUSDT,", "2024-01-04", "2024-01-05"), &LUNA, "");
    let market = load(&dir).unwrap();
    assert_eq!(market.clock.bars, 6);
    // The bar of the 4th is nobody's.
    assert_eq!((traded(&market, 0), traded(&market, 1)), (vec![0, 1, 2], vec![4, 5]));
    assert_eq!(market.instruments.iter().map(|instrument| instrument.symbol.as_str()).collect::<Vec<_>>(), ["LUNAUSDT", "LUNAUSDT"]);
    let summaries: Vec<_> = market.series.iter().map(|series| (series.asset.as_str(), series.bars, series.missing)).collect();
    assert_eq!(summaries, [("LUNC", 3, 0), ("LUNA", 2, 0)]);
    // One file, read once.
    assert_eq!(market.inputs.iter().filter(|input| input.path.starts_with("spot/")).count(), 1);
    assert_eq!(market.cautions, Vec::<String>::new());
}

#[test]
fn a_bar_that_reaches_over_the_edge_is_nobodys() {
    let dir = market(&two("LUNAUSDT,", "2024-01-03T08:00:00Z", "2024-01-03T08:00:00Z"), &LUNA, "");
    let market = load(&dir).unwrap();
    assert_eq!((traded(&market, 0), traded(&market, 1)), (vec![0, 1], vec![3, 4, 5]));
}

#[test]
fn marks_funding_tables_and_rules_follow_the_owner() {
    let rules = "[[trading_rules]]\nmarket = \"perp\"\nsymbol = \"LUNAUSDT\"\nlot_size = 2\n";
    let dir = market(&two(",LUNAUSDT", "2024-01-04", "2024-01-04"), &[], rules);
    write(dir.path(), "perp/LUNAUSDT.csv", &bars(&LUNA));
    write(dir.path(), "mark/LUNAUSDT.csv", &bars(&LUNA));
    let stamp = |k: i64| format!("{},0.0001\n", (Time::parse("2024-01-01").unwrap().seconds() + k * 8 * 3_600) * 1_000);
    write(dir.path(), "funding/LUNAUSDT.csv", &("calc_time,last_funding_rate\n".to_owned() + &(0..18).map(stamp).collect::<String>()));
    let tiers = "since,perp,floor_usd,cap_usd,maintenance_rate,max_leverage,maintenance_amount_usd\n2020-01-01,LUNAUSDT,0,,0.02,20,0\n";
    write(dir.path(), "margin-tiers.csv", tiers);
    let market = load(&dir).unwrap();
    assert_eq!(market.panel.marked_bars, [3, 3]);
    let (old, new) = (&market.funding.by_instrument[0], &market.funding.by_instrument[1]);
    // The settlement at the very edge is the new coin's.
    assert_eq!((old.len(), new.len(), new[0].time), (9, 9, Time::parse("2024-01-04").unwrap()));
    for id in [0, 1] {
        assert_eq!(market.tiers_at(InstrumentId(id), new[0].time).unwrap()[0].max_leverage, 20.0);
        assert_eq!(market.rules_at(InstrumentId(id), new[0].time).lot_size, 2.0);
    }
}

/// Buys LUNA with all there is at the second open and never looks again.
const HOLDER: &str = "name = \"holder\"\nabout = \"Buys and forgets\"\nregime = \"any\"\ndecide = \"1d\"\n\
                      [assumptions]\nimpact = 0.0\nbar_participation = 1.0\nday_participation = 1.0\n\
                      [rebalance]\nevery = \"365d\"\nband = 0.5\n\
                      [buckets.all]\nweight = 1.0\nhold = { spot = { assets = [\"LUNA\"] } }\nreview = \"365d\"\n";

#[test]
fn a_holder_of_the_old_coin_leaves_at_its_last_price_less_the_penalty() {
    let dir = market(ONE, &LUNA, "[listing]\npenalty_pct = 10\n");
    write(dir.path(), "holder.toml", HOLDER);
    let strategy = StrategyFile::read(&dir.path().join("holder.toml")).unwrap().strategy;
    let market = load(&dir).unwrap();
    let run = Arena::new(&market).replay(&strategy, Usd::round(10_000.0));
    let [bought, left] = run.fills.as_slice() else { panic!("{:#?}", run.fills) };
    assert_eq!((bought.side, bought.time), (Side::Buy, Time::parse("2024-01-02").unwrap()));
    assert_eq!((left.side, left.time, left.reason.name()), (Side::Sell, Time::parse("2024-01-04").unwrap(), "delisted"));
    assert_eq!(left.quantity, bought.quantity);
    // 0.0001 less a tenth, and nothing of the 9.5 at which the new coin opens.
    assert!((left.price - 0.000_09).abs() < 1e-15, "{}", left.price);
    let rest = *run.equity.last().unwrap();
    assert!(rest < Usd::round(10.0), "{rest}");
    assert!(run.equity[3..].iter().all(|&equity| equity == rest));
}

/// What volume held back when the old coin ended is not bought of the new one.
#[test]
fn an_order_of_the_old_coin_never_reaches_the_new_one() {
    let dir = market(ONE, &LUNA, "[listing]\npenalty_pct = 10\n");
    let thin = HOLDER.replace("impact = 0.0\nbar_participation = 1.0", "impact = 0.0\nbar_participation = 0.000001");
    write(dir.path(), "holder.toml", &thin);
    let strategy = StrategyFile::read(&dir.path().join("holder.toml")).unwrap().strategy;
    let run = Arena::new(&load(&dir).unwrap()).replay(&strategy, Usd::round(10_000.0));
    let jump = Time::parse("2024-01-04").unwrap();
    let dropped: Vec<_> =
        run.decisions.iter().filter(|decision| decision.rule() == PlainRule::Relisted.into()).map(|decision| decision.time).collect();
    assert_eq!(dropped, [jump]);
    assert!(run.fills.iter().all(|fill| fill.side == Side::Sell || fill.time < jump), "{:#?}", run.fills);
}

/// A coin that dies after `alive` days, and whose venue goes on writing its last price without volume for `padded` days; BTC beside it lives on.
fn padded(market: &str, alive: i64, padded: i64, funding_until: i64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let fees = "[fees]\nspot_maker = 10\nspot_taker = 10\nperp_maker = 2\nperp_taker = 5\n";
    write(dir.path(), "market.toml", &format!("name = \"tiny\"\nbar = \"1d\"\n{fees}"));
    let symbols = if market == "spot" { "LUNAUSDT," } else { ",LUNAUSDT" };
    let head = "asset,tier,spot,perp,contract_size,venue,venue_kind\n";
    write(dir.path(), "assets.csv", &format!("{head}BTC,large,BTCUSDT,,1,venue,cex\nLUNA,small,{symbols},1,venue,cex\n"));
    let start = Time::parse("2024-01-01").unwrap().seconds();
    let row = |day: i64, volume: i64| format!("{},100,100,100,100,{volume}\n", start + day * 86_400);
    let moving = |day: i64| format!("{},100,101,99,100,5000\n", start + day * 86_400);
    let rows = |of: &dyn Fn(i64) -> String, days: i64| {
        "timestamp,open,high,low,close,volume\n".to_owned() + &(0..days).map(of).collect::<String>()
    };
    write(dir.path(), "spot/BTCUSDT.csv", &rows(&moving, alive + padded));
    // Two quiet days in the middle of its life are no end.
    let own = |day: i64| if day < alive && !(3..5).contains(&day) { moving(day) } else { row(day, 0) };
    write(dir.path(), &format!("{market}/LUNAUSDT.csv"), &rows(&own, alive + padded));
    if market == "perp" {
        let stamp = |k: i64| format!("{},0.001\n", (start + k * 28_800) * 1_000);
        let stamps: String = (0..funding_until * 3).map(stamp).collect();
        write(dir.path(), "funding/LUNAUSDT.csv", &("calc_time,last_funding_rate\n".to_owned() + &stamps));
    }
    dir
}

/// As silence would: the listing ends with the last bar that traded, a holder is forced out a week later, nothing is charged after that.
#[test]
fn a_dead_coin_that_its_venue_goes_on_printing_ends_with_its_last_trade() {
    for (kind, weight) in
        [("spot", "{ spot = { assets = [\"LUNA\"] } }"), ("perp", "{ perp = { assets = [\"LUNA\"] } }\nleverage = { open = 1.0 }")]
    {
        // The venue goes on settling what nobody trades.
        let dir = padded(kind, 20, 300, 320);
        let market = load(&dir).unwrap();
        assert_eq!(market.panel.segments[1], [Segment { first: 0, end: 20 }], "{kind}");
        assert!(
            market.cautions.iter().any(|caution| *caution
                == format!("bars without volume at one price, in which nobody traded, read as missing: LUNAUSDT {kind} 302"))
        );
        let all = "hold = { spot = { assets = [\"LUNA\"] } }";
        write(dir.path(), "holder.toml", &HOLDER.replace(all, &format!("hold = {weight}")));
        let strategy = StrategyFile::read(&dir.path().join("holder.toml")).unwrap().strategy;
        let run = Arena::new(&market).replay(&strategy, Usd::round(10_000.0));
        let [_, left] = run.fills.as_slice() else { panic!("{kind}: {:#?}", run.fills) };
        // The last trade was on the 20th; the silence of a week is seen on the 27th.
        assert_eq!((left.time, left.reason.name()), (Time::parse("2024-01-27").unwrap(), "delisted"), "{kind}");
        assert!((left.price - 95.0).abs() < 1e-9, "{kind}: {}", left.price);
        assert!(run.funding.iter().all(|paid| paid.time <= left.time), "{kind} is charged after it has left");
    }
}

/// The clock goes on to the end of the files, so that the last coin of a market is delisted too, and not closed at its last price.
#[test]
fn a_market_whose_last_coin_is_dead_goes_on() {
    let dir = padded("spot", 20, 300, 0);
    write(dir.path(), "assets.csv", "asset,tier,spot,perp,contract_size,venue,venue_kind\nLUNA,small,LUNAUSDT,,1,venue,cex\n");
    let market = load(&dir).unwrap();
    assert_eq!((market.clock.bars, market.panel.segments[0].as_slice()), (320, &[Segment { first: 0, end: 20 }][..]));
}

/// A hole in the funding of a coin that is gone is none, and a market without `missing_rate_8h` loads.
#[test]
fn funding_that_ends_with_the_coin_leaves_no_hole() {
    let market = load(&padded("perp", 20, 300, 20)).unwrap();
    let last = market.funding.by_instrument[1].last().unwrap();
    assert_eq!((last.time, last.assumed), (Time::parse("2024-01-20T16:00:00Z").unwrap(), false));
    assert_eq!(
        load(&padded("perp", 20, 3, 10)).unwrap_err().found.split(',').next(),
        Some("no funding rate from 2024-01-11T00:00:00Z to 2024-01-21T00:00:00Z")
    );
}

/// Where no bar has a volume nobody can tell a dead coin from a quiet one: all bars stay, and it is said.
#[test]
fn a_series_without_any_volume_is_left_as_it_is_and_told() {
    let market = load(&padded("spot", 0, 40, 0)).unwrap();
    assert_eq!(market.panel.segments[1], [Segment { first: 0, end: 40 }]);
    assert!(
        market.cautions.iter().any(|caution| caution.starts_with("no bar has a volume") && caution.ends_with(": LUNAUSDT spot")),
        "{:#?}",
        market.cautions
    );
}
