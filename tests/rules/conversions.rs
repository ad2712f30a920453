//! Coins that become others, in numbers one can check by head. Each coin trades a day a bar; ten bars of 100 USD make a holder of 100 coins.

use rotate::market::Kind;
use rotate::metrics::gains::{Gain, gains};
use rotate::metrics::lots::Method;
use rotate::replay::run::{Reason, Run, Side, Verdict};
use rotate::units::{BucketId, Usd};

use crate::small::{Small, near, rows, time, usd};

const GAP: f64 = f64::NAN;
const FOREVER: &str = "decide = \"1d\"\nrebalance = { every = \"365d\", band = 0.9 }\n";

const CAPITAL: f64 = 40_000.0;

/// Half in stablecoins; of the other half a half in these coins, 10,000 in all, bought at the second open and never looked at again.
fn holds(kind: &str, coins: &[&str], more: &str) -> String {
    let names: Vec<String> = coins.iter().map(|coin| format!("\"{coin}\"")).collect();
    let shares: Vec<String> = coins.iter().map(|coin| format!("{coin} = {}", 0.5 / coins.len() as f64)).collect();
    format!(
        "{FOREVER}[buckets.coins]\nweight = 0.5\nhold = {{ {kind} = {{ assets = [{}] }} }}\nweigh = {{ fixed = {{ {} }} }}\nreview = \"365d\"\n{more}\n\
         [buckets.stable]\nweight = 0.5\nhold = \"cash\"\n",
        names.join(", "),
        shares.join(", ")
    )
}

fn spot(coins: &[&str]) -> String {
    holds("spot", coins, "")
}

/// OLD trades on four days and falls silent, NEW begins two days later: 100, then 110, and so on.
fn renamed() -> Small {
    let old = [100.0, 100.0, 100.0, 100.0, GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP];
    let new = [GAP, GAP, GAP, GAP, GAP, GAP, 110.0, 110.0, 120.0, 120.0, 120.0, 120.0, 120.0, 130.0];
    Small::new("2024-01-01", 24).coin("OLD", Kind::Spot, &old, 1e9).coin("NEW", Kind::Spot, &new, 1e9)
}

/// What holds of every run: the books are remade from its fills, each cut of the attribution is the gain, a conversion is two fills of one
/// amount that cost nothing, and no profit is passed on.
fn sound(run: &Run) {
    let gain = run.final_equity() - run.capital;
    let total = |cut: &[(String, Usd)]| cut.iter().map(|(_, amount)| *amount).sum::<Usd>();
    let cuts = &run.attribution;
    assert_eq!([total(&cuts.by_bucket), total(&cuts.by_asset), total(&cuts.by_narrative), cuts.by_source.total()], [gain; 4]);
    assert_eq!(run.trades.iter().map(|trade| trade.pnl).sum::<Usd>() + cuts.by_source.yields, gain);
    let cash: Usd = run.fills.iter().map(|fill| if fill.side == Side::Buy { -fill.notional } else { fill.notional } - fill.fee).sum();
    let paid: Usd = run.funding.iter().map(|payment| payment.payment).sum();
    assert_eq!(cash + paid + cuts.by_source.yields, gain);
    let fills: Vec<_> = run.fills.iter().filter(|fill| fill.reason == Reason::Conversion).collect();
    for pair in fills.chunks(2) {
        assert_eq!((pair[0].side, pair[1].side, pair[0].time, pair[0].bucket), (Side::Sell, Side::Buy, pair[1].time, pair[1].bucket));
        assert_eq!((pair[0].notional, pair[0].fee, pair[0].slippage), (pair[1].notional, pair[1].fee, pair[1].slippage));
        assert_eq!((pair[0].fee, pair[0].slippage), (Usd::ZERO, Usd::ZERO));
        near(pair[1].price * pair[1].quantity, pair[0].price * pair[0].quantity);
    }
    for method in Method::ALL {
        let gained: Usd = gains(run, |_| true, |_, _| None).iter().filter(|row| row.method == method).map(Gain::gain).sum();
        assert_eq!(gained + paid + cuts.by_source.yields, gain, "{method:?}");
    }
}

fn converted(run: &Run) -> Vec<(String, f64, f64)> {
    run.fills.iter().filter(|fill| fill.reason == Reason::Conversion).map(|fill| (fill.time.date(), fill.quantity, fill.price)).collect()
}

#[test]
fn a_coin_becomes_another_when_that_one_begins_to_trade() {
    let (market, run) = renamed().becomes("OLD", "NEW", 1.0, "2024-01-03").run(&spot(&["OLD"]), CAPITAL);
    sound(&run);
    // 100 coins for 10,000; nothing happens to them until NEW trades on the 7th, at 110; the year ends at 130.
    let on_the_7th = |quantity, price| ("2024-01-07".to_owned(), quantity, price);
    assert_eq!(converted(&run), [on_the_7th(100.0, 100.0), on_the_7th(100.0, 100.0)]);
    assert_eq!((run.equity[5], run.equity[6], run.final_equity()), (usd(40_000.0), usd(41_000.0), usd(43_000.0)));
    let [trade] = &run.trades[..] else { panic!("{:?}", run.trades) };
    assert_eq!(market.instrument(trade.instrument).symbol, "NEWUSDT");
    assert_eq!((trade.opened, trade.pnl, trade.exit_reason.name()), (time("2024-01-02"), usd(3_000.0), "end_of_data"));
    assert_eq!((trade.entry_price, trade.exit_price, trade.quantity), (100.0, 130.0, 100.0));
    let by_asset = |name: &str| run.attribution.by_asset.iter().find(|(asset, _)| asset == name).map(|(_, amount)| *amount);
    assert_eq!((by_asset("OLD"), by_asset("NEW")), (Some(Usd::ZERO), Some(usd(3_000.0))));
    let told = rows(&run, "conversion");
    assert_eq!((told.len(), told[0].verdict, told[0].subject.word(&run.names(&market))), (1, Verdict::Passed, "NEWUSDT"));
    assert_eq!(told[0].detail(&run.names(&market)), "100 OLDUSDT became 100 NEWUSDT, 1 for one; cost and time of the purchase go along");
    // Nothing was forced out, and nobody counts it as dead.
    assert!(run.fills.iter().all(|fill| fill.reason != Reason::Delisted));
    assert!(run.findings.iter().any(|told| told.to_string().starts_with("survivorship: 0 of 2 listings")), "{:?}", run.findings);
    assert_eq!(
        market.cautions,
        [
            "series that end as their coin becomes another (no position pays the delisting penalty): OLDUSDT spot 2024-01-04 (1 of NEW for one from 2024-01-07T00:00:00Z on)"
        ]
    );
    // Nobody has traded: what is turned over is the purchase and the sale.
    let traded: f64 = run.fills.iter().filter(|fill| fill.reason != Reason::Conversion).map(|fill| fill.notional.to_f64()).sum();
    assert_eq!(traded, 23_000.0);
}

#[test]
fn a_ratio_that_is_upside_down_is_told() {
    let told = |ratio: f64| renamed().becomes("OLD", "NEW", ratio, "2024-01-03").market().cautions[0].clone();
    assert!(
        told(0.1).ends_with("(0.1 of NEW for one from 2024-01-07T00:00:00Z on, worth 100 before and 11 after: is the ratio upside down?)")
    );
    assert!(told(10.0).contains("worth 100 before and 1100 after"), "{}", told(10.0));
    assert!(!told(2.0).contains("upside down"), "{}", told(2.0));
}

#[test]
fn without_a_conversion_holders_are_forced_out_as_ever() {
    let (market, run) = renamed().run(&spot(&["OLD"]), CAPITAL);
    // Seven days after the 4th, at 100 less 5 %.
    let left = run.fills.last().unwrap();
    assert_eq!((left.time, left.reason.name(), left.price), (time("2024-01-11"), Reason::Delisted.name(), 95.0));
    assert_eq!(run.final_equity(), usd(39_500.0));
    assert!(market.cautions[0].ends_with("(positions are closed at the last price less the penalty): OLDUSDT spot 2024-01-04"));
}

#[test]
fn what_is_known_too_late_comes_too_late() {
    // Known while holders still wait: from there on. Known on the day on which they are forced out: just in time. A day later they are gone.
    for (known_at, day) in [("2024-01-09", Some("2024-01-09")), ("2024-01-11", Some("2024-01-11")), ("2024-01-12", None)] {
        let (market, run) = renamed().becomes("OLD", "NEW", 1.0, known_at).run(&spot(&["OLD"]), CAPITAL);
        sound(&run);
        assert_eq!(converted(&run).first().map(|fill| fill.0.as_str()), day, "{known_at}");
        assert_eq!(run.final_equity(), usd(if day.is_some() { 43_000.0 } else { 39_500.0 }));
        assert_eq!(
            market.cautions[0].contains("(positions are closed at the last price less the penalty)"),
            day.is_none(),
            "{:?}",
            market.cautions
        );
        // Who was forced out did not know of it.
        assert_eq!(rows(&run, "conversion").len(), usize::from(day.is_some()));
    }
}

#[test]
fn what_never_trades_before_the_forced_exit_saves_nobody() {
    let old = [100.0, 100.0, 100.0, 100.0, GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP];
    let mut new = [GAP; 14];
    new[12..].fill(100.0);
    let small = Small::new("2024-01-01", 24).coin("OLD", Kind::Spot, &old, 1e9).coin("NEW", Kind::Spot, &new, 1e9);
    let (market, run) = small.becomes("OLD", "NEW", 1.0, "2024-01-03").run(&spot(&["OLD"]), CAPITAL);
    sound(&run);
    assert_eq!((run.final_equity(), converted(&run)), (usd(39_500.0), vec![]));
    let told = rows(&run, "conversion");
    assert_eq!((told.len(), told[0].verdict, told[0].time), (1, Verdict::Refused, time("2024-01-11")));
    assert!(told[0].detail(&run.names(&market)).contains("it became NEW, which has not traded since"), "{told:?}");
}

#[test]
fn a_coin_that_still_trades_is_not_converted_and_a_date_is_waited_for() {
    // A gap on the 4th, after the announcement; then OLD trades on for two days and ends. NEW trades throughout.
    let old = [100.0, 100.0, 100.0, GAP, 100.0, 100.0, GAP, GAP, GAP, GAP];
    let market = || Small::new("2024-01-01", 24).coin("OLD", Kind::Spot, &old, 1e9).coin("NEW", Kind::Spot, &[50.0; 10], 1e9);
    let day = |small: Small| converted(&small.run(&spot(&["OLD"]), CAPITAL).1)[0].0.clone();
    let told = |small: Small| {
        small
            .market()
            .cautions
            .iter()
            .any(|said| said.starts_with("coins that become another in a gap") && said.ends_with(": OLDUSDT spot 2024-01-04T00:00:00Z"))
    };
    assert!(told(market().becomes("OLD", "NEW", 2.0, "2024-01-03")));
    assert!(!told(market().becomes("OLD", "NEW", 2.0, "2024-01-03").not_before("2024-01-05")));
    assert_eq!(day(market().becomes("OLD", "NEW", 2.0, "2024-01-03")), "2024-01-04");
    assert_eq!(day(market().becomes("OLD", "NEW", 2.0, "2024-01-03").not_before("2024-01-05")), "2024-01-07");
    assert_eq!(day(market().becomes("OLD", "NEW", 2.0, "2024-01-08").not_before("2024-01-05")), "2024-01-08");
}

#[test]
fn what_is_held_already_and_what_became_it_are_one_holding() {
    // 50 OLD and 50 NEW for 5,000 each; one OLD is half a NEW: 75 NEW that cost 10,000. NEW goes to 200 on the 6th.
    let old = [100.0, 100.0, 100.0, 100.0, GAP, GAP, GAP, GAP];
    let new = [100.0, 100.0, 100.0, 200.0, 200.0, 200.0, 240.0, 240.0];
    let market = Small::new("2024-01-01", 24).coin("OLD", Kind::Spot, &old, 1e9).coin("NEW", Kind::Spot, &new, 1e9);
    let (market, run) = market.becomes("OLD", "NEW", 0.5, "2024-01-03").run(&spot(&["OLD", "NEW"]), CAPITAL);
    sound(&run);
    let on_the_5th = |quantity, price| ("2024-01-05".to_owned(), quantity, price);
    assert_eq!(converted(&run), [on_the_5th(50.0, 100.0), on_the_5th(25.0, 200.0)]);
    assert_eq!((run.equity[4], run.final_equity()), (usd(30_000.0 + 75.0 * 200.0), usd(30_000.0 + 75.0 * 240.0)));
    let [trade] = &run.trades[..] else { panic!("{:?}", run.trades) };
    assert_eq!(market.instrument(trade.instrument).symbol, "NEWUSDT");
    assert_eq!((trade.quantity, trade.pnl), (75.0, usd(8_000.0)));
    near(trade.entry_price, 10_000.0 / 75.0);
    // Both lots are of the same day and close together.
    let gains = gains(&run, |bucket| bucket == BucketId(0), |_, _| None);
    assert_eq!(gains.len(), 2, "a year of one pool by two methods");
    assert!(gains.iter().all(|row| row.gain() == usd(8_000.0) && row.quantity == 75.0 && row.cost == usd(10_000.0)));
}

#[test]
fn first_in_first_out_goes_over_a_conversion() {
    // 100 OLD bought on the 2nd at 100 are 200 NEW at 50.
    let old = [100.0, 100.0, 100.0, 100.0, GAP, GAP, GAP, GAP];
    let new = [GAP, GAP, GAP, GAP, 50.0, 50.0, 100.0, 100.0];
    let small = Small::new("2024-01-01", 24).coin("OLD", Kind::Spot, &old, 1e9).coin("NEW", Kind::Spot, &new, 1e9);
    let rules = holds("spot", &["OLD"], "take_profit = { from_entry = 0.8 }");
    let (market, run) = small.becomes("OLD", "NEW", 2.0, "2024-01-03").run(&rules, CAPITAL);
    sound(&run);
    // The average entry is 50 a NEW: the target at 90 is met inside the 7th.
    let left = run.fills.last().unwrap();
    assert_eq!((left.time, left.reason.name(), left.price, left.quantity), (time("2024-01-07"), "take_profit", 90.0, 200.0));
    let found = gains(&run, |_| true, |_, _| None);
    assert!(found.iter().all(|row| market.instrument(row.instrument).symbol == "NEWUSDT"), "{found:?}");
    assert!(found.iter().all(|row| (row.cost, row.gain()) == (usd(10_000.0), usd(8_000.0))), "{found:?}");
}

#[test]
fn a_year_in_two_coins_is_a_year() {
    // OLD for 300 days, NEW for 100 more: sold at the end of the data after 399 days.
    let (mut old, mut new) = (vec![100.0; 300], vec![GAP; 300]);
    old.extend([GAP; 101]);
    new.extend([100.0; 100]);
    new.push(120.0);
    let small = Small::new("2023-01-01", 24).coin("OLD", Kind::Spot, &old, 1e9).coin("NEW", Kind::Spot, &new, 1e9);
    let (_, run) = small.becomes("OLD", "NEW", 1.0, "2023-06-01").run(&spot(&["OLD"]).replace("\"365d\"", "\"1000d\""), CAPITAL);
    sound(&run);
    let old_gain: Vec<Usd> = gains(&run, |_| true, |_, _| Some(1.0)).iter().filter_map(|row| row.old).collect();
    // Nothing in the first year, all of it in the second.
    assert_eq!(old_gain, [Usd::ZERO, usd(2_000.0)]);
}

#[test]
fn a_chain_is_walked_to_its_end() {
    // A becomes B on the 5th, B becomes C on the 8th: 100 A are 200 B are 20 C.
    let a = [100.0, 100.0, 100.0, 100.0, GAP, GAP, GAP, GAP, GAP, GAP];
    let b = [GAP, GAP, GAP, GAP, 50.0, 50.0, 50.0, GAP, GAP, GAP];
    let c = [GAP, GAP, GAP, GAP, GAP, GAP, GAP, 500.0, 500.0, 600.0];
    let market =
        || Small::new("2024-01-01", 24).coin("A", Kind::Spot, &a, 1e9).coin("B", Kind::Spot, &b, 1e9).coin("C", Kind::Spot, &c, 1e9);
    let chained = |small: Small| small.becomes("A", "B", 2.0, "2024-01-02").becomes("B", "C", 0.1, "2024-01-06");
    let (_, run) = chained(market()).run(&spot(&["A"]), CAPITAL);
    sound(&run);
    let on = |day: &str, quantity, price| (format!("2024-01-0{day}"), quantity, price);
    assert_eq!(converted(&run), [on("5", 100.0, 100.0), on("5", 200.0, 50.0), on("8", 200.0, 50.0), on("8", 20.0, 500.0)]);
    assert_eq!((run.trades.len(), run.trades[0].opened, run.trades[0].pnl), (1, time("2024-01-02"), usd(2_000.0)));
    assert!(run.findings.iter().any(|told| told.to_string().starts_with("survivorship: 0 of 3 listings")), "{:?}", run.findings);
    // Where the first announcement comes only on the 9th, B is gone by then: A becomes C at once.
    let (_, run) = market().becomes("A", "B", 2.0, "2024-01-09").becomes("B", "C", 0.1, "2024-01-06").run(&spot(&["A"]), CAPITAL);
    sound(&run);
    assert_eq!(converted(&run), [on("9", 100.0, 100.0), on("9", 20.0, 500.0)]);
    assert_eq!(run.final_equity(), usd(42_000.0));
}

#[test]
fn a_perpetual_is_settled_at_its_last_mark() {
    let old = [100.0, 100.0, 100.0, 110.0, GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP];
    let new = [100.0; 12];
    let rules = holds("perp", &["OLD"], "leverage = { open = 1.0 }");
    let market = || Small::new("2024-01-01", 24).coin("OLD", Kind::Perp, &old, 1e9).coin("NEW", Kind::Spot, &new, 1e9);
    // 10,000 of margin at 1x: 100 contracts, which gain 10 each.
    let (told, run) = market().becomes("OLD", "NEW", 1.0, "2024-01-03").run(&rules, CAPITAL);
    sound(&run);
    let left = run.fills.last().unwrap();
    assert_eq!((left.time, left.reason.name(), left.price, left.quantity), (time("2024-01-11"), Reason::Settled.name(), 110.0, 100.0));
    assert_eq!(run.final_equity(), usd(41_000.0));
    assert!(told.cautions.iter().any(|said| said.ends_with("OLDUSDT perp 2024-01-04 (NEW, contracts settle at their last price)")));
    // Known too late, or never: the penalty, of 5 % of 110.
    for late in [market().becomes("OLD", "NEW", 1.0, "2024-01-12"), market()] {
        let (_, run) = late.run(&rules, CAPITAL);
        assert_eq!((run.fills.last().unwrap().reason.name(), run.final_equity()), (Reason::Delisted.name(), usd(41_000.0 - 100.0 * 5.5)));
    }
}

#[test]
fn a_conversion_passes_no_profit_on() {
    // OLD is worth twice its cost when it becomes NEW, and NEW falls to the cost again: nothing was ever realised.
    let old = [100.0, 100.0, 200.0, 200.0, GAP, GAP, GAP, GAP];
    let new = [GAP, GAP, GAP, GAP, 200.0, 200.0, 100.0, 100.0];
    let rules = spot(&["OLD"]) + "[waterfall]\nfrom = [\"coins\"]\nto = { stable = 1.0 }\ntrigger = \"trade\"\n";
    let small = Small::new("2024-01-01", 24).coin("OLD", Kind::Spot, &old, 1e9).coin("NEW", Kind::Spot, &new, 1e9);
    let (_, run) = small.becomes("OLD", "NEW", 1.0, "2024-01-03").run(&rules, CAPITAL);
    sound(&run);
    assert_eq!((converted(&run).len(), run.flows.len(), run.final_equity()), (2, 0, usd(CAPITAL)));
}

#[test]
fn stops_and_what_they_sent_go_along() {
    // One OLD is four NEW, so that the stop at 80 is one at 20; NEW opens at 25 and falls through it two days later.
    let old = [100.0, 100.0, 100.0, 100.0, GAP, GAP, GAP, GAP];
    let new = [GAP, GAP, GAP, GAP, 25.0, 25.0, 10.0, 10.0];
    let rules = holds("spot", &["OLD"], "stop = { from_entry = 0.2 }");
    let small = Small::new("2024-01-01", 24).coin("OLD", Kind::Spot, &old, 1e9).coin("NEW", Kind::Spot, &new, 1e9);
    let (_, run) = small.becomes("OLD", "NEW", 4.0, "2024-01-03").run(&rules, CAPITAL);
    sound(&run);
    let stop = rows(&run, "stop");
    assert_eq!((stop.len(), stop[0].time, stop[0].observed, stop[0].threshold), (1, time("2024-01-07"), Some(20.0), Some(25.0)));

    // A stop that volume let out of the half of a coin, on its last day: the other half leaves in the other coin.
    let old = [[100.0; 4], [100.0; 4], [100.0; 4], [100.0, 100.0, 70.0, 70.0]];
    let small = Small::new("2024-01-01", 24).bars("OLD", Kind::Spot, &old, 1e9).last_volume(50.0).coin("NEW", Kind::Spot, &[70.0; 8], 1e9);
    let (market, run) = small.becomes("OLD", "NEW", 1.0, "2024-01-03").run(&rules, CAPITAL);
    sound(&run);
    let stopped: Vec<_> = run.fills.iter().filter(|fill| fill.reason.name() == "stop").collect();
    let symbol = |at: usize| market.instrument(stopped[at].instrument).symbol.as_str();
    assert_eq!((stopped.len(), symbol(0), symbol(1)), (2, "OLDUSDT", "NEWUSDT"), "{:?}", run.fills);
    assert_eq!((stopped[0].quantity, stopped[1].quantity, stopped[1].time), (50.0, 50.0, time("2024-01-05")));
}
