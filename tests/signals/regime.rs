//! The parts of a regime rule one at a time, then together.

use rotate::market::Market;
use rotate::signal::History;
use rotate::signal::regime::{Breadth, Combine, Dominance, Drawdown, FundingLevel, Regime, RegimeRule, Regimes, Trend, Volatility};
use rotate::units::Span;

use crate::tiny::{GAP, Tiny, day, days};
use Regime::{Bear, Bull, Sideways, Unknown};

/// No part, one day of dwell.
fn empty() -> RegimeRule {
    RegimeRule {
        trend: None,
        drawdown: None,
        breadth: None,
        volatility: None,
        funding: None,
        dominance: None,
        combine: Combine::Majority,
        every: Span::DAY,
        dwell: days(1),
    }
}

fn regimes(market: &Market, rule: &RegimeRule) -> Regimes {
    rule.check().expect("a rule that can be meant");
    Regimes::of(market, rule)
}

fn trend(band: f64, hysteresis: f64) -> RegimeRule {
    RegimeRule { trend: Some(Trend { average: days(2), band, hysteresis }), ..empty() }
}

#[test]
fn trend_with_a_band() {
    // Over the mean of two: 0, 2/22, 0, −0.1 …
    let market = Tiny::new().spot("BTC", &[10.0, 10.0, 12.0, 12.0, 9.818_181_818_181_818]).market();
    let found = regimes(&market, &trend(0.05, 0.0));
    assert_eq!(found.labels(), [Unknown, Sideways, Bull, Sideways, Bear]);
    let switch = &found.switches()[1];
    assert_eq!((switch.bar, switch.time, switch.from, switch.to), (2, day(3), Sideways, Bull));
    assert_eq!((switch.reasons[0].part, switch.reasons[0].threshold), ("trend", 0.05));
    assert!((switch.reasons[0].value - 1.0 / 11.0).abs() < 1e-12);
    let at = |t| History::at_close(&market, t);
    assert_eq!((found.at(&at(2)), found.switched_at(&at(2)), found.switched_at(&at(0))), (Bull, Some(switch), None));
}

#[test]
fn a_regime_lasts_its_dwell() {
    let market = Tiny::new().spot("BTC", &[10.0, 10.0, 12.0, 12.0, 9.0, 9.0, 9.0]).market();
    let patient = RegimeRule { dwell: days(3), ..trend(0.05, 0.0) };
    // Sideways from day 1; what bull there was is over when the dwell is; bear on day 4 comes three days after.
    assert_eq!(regimes(&market, &patient).labels(), [Unknown, Sideways, Sideways, Sideways, Bear, Bear, Bear]);
}

#[test]
fn drawdown_has_two_thresholds() {
    // From the high of three days: 0, −21 %, −15 % (still bear), −5 %, and −15 % again (still bull).
    let market = Tiny::new().spot("BTC", &[100.0, 100.0, 100.0, 79.0, 85.0, 80.75, 68.637_5]).market();
    let rule = RegimeRule { drawdown: Some(Drawdown { high: days(3), ..Drawdown::default() }), ..empty() };
    assert_eq!(regimes(&market, &rule).labels(), [Unknown, Unknown, Bull, Bear, Bear, Bull, Bull]);
}

#[test]
fn breadth_counts_who_is_there_and_old_enough() {
    // Above the mean of two days is to have risen. NEW counts from its second day; C has a perpetual at last, but too young a one.
    let market = Tiny::new()
        .spot("BTC", &[1.0, 2.0, 1.0, 2.0])
        .spot("A", &[1.0, 2.0, 1.0, 2.0])
        .spot("B", &[1.0, 2.0, 1.0, 2.0])
        .spot("C", &[1.0, 2.0, 2.0, GAP])
        .and_perp(&[GAP, GAP, GAP, 1.0])
        .funding("C", 3, &[0.0])
        .spot("NEW", &[GAP, 2.0, 1.0, 0.5])
        .market();
    let part = |min_coins| Breadth { average: days(2), min_coins, ..Breadth::default() };
    let of = |least| regimes(&market, &RegimeRule { breadth: Some(part(least)), ..empty() });
    // 4 of 4, 0 of 5, 3 of 4.
    assert_eq!(of(4).labels(), [Unknown, Bull, Bear, Bull]);
    assert_eq!(of(4).switches().iter().map(|switch| switch.reasons[0].value).collect::<Vec<_>>(), [1.0, 0.0, 0.75]);
    assert_eq!(of(5).labels(), [Unknown, Unknown, Bear, Bear]);
    // By tier all are small: rank 300.
    let ranked = |rank| RegimeRule { breadth: Some(Breadth { rank: Some(rank), ..part(2) }), ..empty() };
    assert_eq!(regimes(&market, &ranked([100, 500])).labels()[1], Bull);
    assert_eq!(regimes(&market, &ranked([1, 100])).labels(), [Unknown; 4]);
}

#[test]
fn volatility_is_ranked_in_its_own_past() {
    // Two returns each: spreads 0, 0, then wider and wider; of the last three the newest is the highest.
    let market = Tiny::new().spot("BTC", &[1.0, 1.0, 1.0, 1.0, 1.1, 0.9, 1.3, 1.3, 1.3, 1.3, 1.3]).market();
    let part = Volatility { span: days(2), past: days(3), ..Volatility::default() };
    let found = regimes(&market, &RegimeRule { volatility: Some(part), ..empty() });
    // Values from day 2, three of them from day 4. When it falls it is the lowest third, and when all are equal the middle.
    assert_eq!(found.labels()[..4], [Unknown; 4]);
    assert_eq!(found.labels()[4..7], [Bear; 3]);
    assert_eq!(found.labels()[8], Bull);
}

#[test]
fn funding_of_the_majors() {
    let market = Tiny::new()
        .perp("BTC", &[1.0; 4])
        .perp("ETH", &[1.0; 4])
        .perp("SMALL", &[1.0; 4])
        .funding("BTC", 0, &[0.000_6, 0.000_3, -0.000_6, -0.000_3])
        .funding("ETH", 0, &[0.000_3, 0.000_3, 0.000_3, 0.000_3])
        .funding("SMALL", 0, &[0.1; 4])
        .market();
    let part = FundingLevel { settlements: 1, hysteresis: 0.0, ..FundingLevel::default() };
    let found = regimes(&market, &RegimeRule { funding: Some(part), ..empty() });
    // A third of 0.00045, 0.0003, −0.00015 and 0 for eight hours.
    assert_eq!(found.labels(), [Bull, Sideways, Bear, Sideways]);
}

#[test]
fn dominance_compares_the_same_coins() {
    // 60 of 100, then 50 of 100: ten points lost. The cap of NEW, known in between, counts at neither end.
    let market = Tiny::new()
        .spot("BTC", &[1.0; 4])
        .spot("A", &[1.0; 4])
        .spot("NEW", &[1.0; 4])
        .cap("BTC", 0, 60.0)
        .cap("A", 0, 40.0)
        .cap("BTC", 3, 50.0)
        .cap("A", 3, 50.0)
        .cap("NEW", 3, 900.0)
        .market();
    let found = regimes(&market, &RegimeRule { dominance: Some(Dominance { span: days(2), ..Dominance::default() }), ..empty() });
    // Known at the open of day 3, the close of day 2; on day 3 the same against the close of day 1.
    assert_eq!(found.labels(), [Unknown, Unknown, Bull, Bull]);
    let reason = found.switches()[0].reasons[0];
    assert!((reason.value + 0.1).abs() < 1e-12);
    assert_eq!(reason.threshold, -0.02);
}

#[test]
fn parts_that_contradict_each_other() {
    // The trend turns up at once, the drawdown stays bear.
    let market = Tiny::new().spot("BTC", &[100.0, 100.0, 60.0, 75.0, 79.0]).market();
    let rule = |combine| RegimeRule { drawdown: Some(Drawdown { high: days(3), ..Drawdown::default() }), combine, ..trend(0.01, 0.0) };
    let last = |combine| regimes(&market, &rule(combine)).labels()[3];
    assert_eq!([Combine::All, Combine::Any, Combine::Majority].map(last), [Sideways; 3]);
    let reasons = regimes(&market, &rule(Combine::All)).switches().last().unwrap().reasons.clone();
    assert_eq!(reasons.len(), 2, "a bull at last, by both: {reasons:?}");
}

#[test]
fn contradictions_name_their_key() {
    let key = |rule: RegimeRule| rule.check().unwrap_err().key;
    assert_eq!(key(empty()), "regime");
    assert_eq!(RegimeRule::default().check(), Ok(()));
    assert_eq!(key(trend(0.05, 0.2)), "trend.hysteresis");
    assert_eq!(key(trend(f64::NAN, 0.0)), "trend.band");
    let crossed = Breadth { bull: 0.3, ..Breadth::default() };
    assert_eq!(key(RegimeRule { breadth: Some(crossed), ..empty() }), "breadth.bear");
    let upside_down = Drawdown { bear: -0.1, bull: -0.2, ..Drawdown::default() };
    assert_eq!(key(RegimeRule { drawdown: Some(upside_down), ..empty() }), "drawdown.bear");
}

#[test]
fn a_file_names_the_parts_it_wants() {
    let rule: RegimeRule = toml::from_str("combine = \"any\"\ntrend = {}\nbreadth = { rank = [1, 50] }\n").unwrap();
    assert_eq!((rule.trend, rule.combine, rule.dwell), (Some(Trend::default()), Combine::Any, days(7)));
    assert_eq!((rule.breadth.unwrap().rank, rule.drawdown), (Some([1, 50]), None));
    assert!(toml::from_str::<RegimeRule>("trends = {}").is_err());
}
