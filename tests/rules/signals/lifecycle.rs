//! The life of a narrative, step by step: each with its day, its cause, what was measured and what it was held to.

use rotate::market::Market;
use rotate::signal::History;
use rotate::signal::evidence::{EvidenceBook, Unknown};
use rotate::signal::lifecycle::{Confirm, Crowd, Emerge, Exhaust, Growth, LifeCycleRule, Media, Stage, Stages};
use rotate::signal::narrative::{NarrativeBook, Weighting};
use rotate::units::{NarrativeId, Span};

use crate::tiny::{Tiny, day, days};

const AI: NarrativeId = NarrativeId(0);

/// The default thresholds over days instead of months.
fn quick() -> LifeCycleRule {
    LifeCycleRule {
        dwell: days(1),
        emerge: Emerge { span: days(2), ..Emerge::default() },
        confirm: Confirm { span: days(4), ..Confirm::default() },
        crowd: Crowd { settlements: 1, ..Crowd::default() },
        exhaust: Exhaust { settlements: 1, stall: days(2), lasts: days(2), ..Exhaust::default() },
        cooling: days(2),
    }
}

fn stages(market: &Market, rule: &LifeCycleRule) -> Stages {
    rule.check().expect("a rule that can be meant");
    Stages::of(market, &NarrativeBook::of(market, Weighting::Equal), &EvidenceBook::of(market), rule, Span::DAY)
}

/// `(day of the bar, to, cause, value, threshold)`, numbers to nine decimals.
fn told(stages: &Stages) -> Vec<(i64, Stage, String, f64, f64)> {
    let round = |x: f64| (x * 1e9).round() / 1e9;
    let day_of = |close: rotate::units::Time| (close.seconds() - day(0).seconds()) / 86_400 - 1;
    stages.all(AI).map(|(close, step)| (day_of(close), step.to, step.cause.to_string(), round(step.value), round(step.threshold))).collect()
}

fn assert_told(found: &Stages, expected: &[(i64, Stage, &str, f64, f64)]) {
    let expected: Vec<_> = expected.iter().map(|&(t, to, cause, value, threshold)| (t, to, cause.to_owned(), value, threshold)).collect();
    assert_eq!(told(found), expected);
}

const RISE: [f64; 17] = [1.0, 1.0, 1.0, 1.0, 1.06, 1.12, 1.15, 1.25, 1.4, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5];

/// One perpetual; a rate a day, of which a third is for eight hours.
fn coin(closes: &[f64], rates: [(usize, f64); 3]) -> Tiny {
    let mut daily = vec![0.0; closes.len()];
    for (from, rate) in rates {
        daily[from..].fill(rate);
    }
    Tiny::new().spot("BTC", &vec![1.0; closes.len()]).perp("A", closes).funding("A", 0, &daily).member("A", "ai", 0, None)
}

#[test]
fn from_the_turn_to_the_end() {
    let market = coin(&RISE, [(0, 0.0), (8, 0.001_2), (11, 0.001_8)]).market();
    let stages = stages(&market, &quick());
    assert_told(
        &stages,
        &[
            (5, Stage::Emerging, "momentum", 0.12, 0.1),
            // A quarter more than four days ago.
            (7, Stage::Confirmed, "momentum", 0.25, 0.2),
            (8, Stage::Crowded, "funding", 0.000_4, 0.000_3),
            (11, Stage::Exhausted, "funding_while_price_stalls", 0.000_6, 0.000_5),
            (13, Stage::Cooling, "time", 2.0, 2.0),
            (15, Stage::Dormant, "time", 2.0, 2.0),
        ],
    );
    let at = |t: usize| History::at_close(&market, t);
    assert_eq!([4, 5, 6, 7].map(|t| stages.stage(&at(t), AI)), [Stage::Dormant, Stage::Emerging, Stage::Emerging, Stage::Confirmed]);
    assert_eq!(stages.since(&at(4), AI), None);
    assert_eq!(stages.since(&at(6), AI), Some(day(6)));
    assert_eq!(stages.taken_at(&at(7)).map(|step| (step.from, step.to)).collect::<Vec<_>>(), [(Stage::Emerging, Stage::Confirmed)]);
    assert_eq!(stages.taken_at(&at(6)).count(), 0);
}

#[test]
fn funding_that_comes_back_uncrowds_and_only_well_below() {
    // Two thirds of the threshold is not back; 0.00015 is.
    let market = coin(&RISE[..12], [(8, 0.001_2), (9, 0.000_6), (10, 0.000_45)]).market();
    let found = told(&stages(&market, &quick()));
    let after: Vec<_> = found.iter().skip(2).map(|(t, to, cause, ..)| (*t, *to, cause.as_str())).collect();
    assert_eq!(
        after,
        [(8, Stage::Crowded, "funding"), (10, Stage::Confirmed, "funding_back"), (11, Stage::Exhausted, "momentum_lost")],
        "the price has not moved for two days"
    );
}

#[test]
fn a_false_start_goes_back_to_sleep_below_the_lower_threshold() {
    // Up 12 %, then 5 % over two days, which is less than it takes to emerge and more than it takes to fade, then nothing.
    let closes = [1.0, 1.0, 1.0, 1.12, 1.12, 1.176, 1.17, 1.17];
    let market = coin(&closes, [(0, 0.0); 3]).market();
    assert_told(
        &stages(&market, &quick()),
        &[(3, Stage::Emerging, "momentum", 0.12, 0.1), (7, Stage::Dormant, "momentum_lost", -0.005_102_041, 0.0)],
    );
}

#[test]
fn a_stage_lasts_its_dwell() {
    let market = coin(&RISE, [(0, 0.0), (8, 0.001_2), (11, 0.001_8)]).market();
    let patient = LifeCycleRule { dwell: days(5), ..quick() };
    // Four days after the turn everything for the next stage is there; it waits for the fifth. Then the price has stalled.
    let found = told(&stages(&market, &patient));
    assert_eq!(found[1].0, 10);
    assert!(found.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 2), "{found:?}");
}

/// A runs away; the other two stop following on day 8.
fn a_leader_alone() -> Market {
    let leader = [1.0, 1.0, 1.0, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 3.0, 6.0];
    let follower = [1.0, 1.0, 1.0, 1.0, 1.1, 1.2, 1.3, 1.4, 1.39, 1.1, 1.0];
    let tiny = Tiny::new().spot("BTC", &[1.0; 11]).spot("A", &leader).spot("B", &follower).spot("C", &follower);
    ["A", "B", "C"].into_iter().fold(tiny, |tiny, name| tiny.member(name, "ai", 0, None)).market()
}

#[test]
fn breadth_that_falls_near_the_high_exhausts() {
    let found = told(&stages(&a_leader_alone(), &quick()));
    let (t, to, cause, value, threshold) = found.last().unwrap();
    assert_eq!((*t, *to, cause.as_str(), *threshold), (9, Stage::Exhausted, "breadth_falls_near_high", -0.4));
    assert!((value + 2.0 / 3.0).abs() < 1e-9);
}

#[test]
fn breadth_that_is_lost_takes_the_confirmation_back() {
    let rule = LifeCycleRule { exhaust: Exhaust { breadth_falls: 1.0, ..quick().exhaust }, ..quick() };
    let found = told(&stages(&a_leader_alone(), &rule));
    let (t, to, cause, value, threshold) = found.last().unwrap();
    assert_eq!((*t, *to, cause.as_str(), *threshold), (9, Stage::Emerging, "breadth_lost", 0.4));
    assert!((value - 1.0 / 3.0).abs() < 1e-9);
}

#[test]
fn breadth_is_named_where_it_was_what_was_missing() {
    // The index is up 20 % at once, carried by one of two; the other follows two days later.
    let tiny = Tiny::new().spot("BTC", &[1.0; 6]).spot("A", &[1.0, 1.0, 1.4, 1.5, 1.7, 1.9]).spot("B", &[1.0, 1.0, 1.0, 1.0, 1.1, 1.2]);
    let market = tiny.member("A", "ai", 0, None).member("B", "ai", 0, None).market();
    assert_eq!(told(&stages(&market, &quick()))[0], (4, Stage::Emerging, "breadth".to_owned(), 1.0, 0.5));
}

#[test]
fn what_rises_with_bitcoin_alone_does_not_emerge() {
    let market = Tiny::new().spot("BTC", &RISE).spot("A", &RISE).member("A", "ai", 0, None).market();
    assert_told(&stages(&market, &quick()), &[]);
}

#[test]
fn unknown_evidence_decides_by_its_key() {
    let asks = |unknown| {
        let growth = Growth { metric: "tvl".to_owned(), span: days(2), above: 0.0, unknown };
        LifeCycleRule { emerge: Emerge { evidence: Some(growth), ..quick().emerge }, ..quick() }
    };
    let silent = coin(&RISE, [(0, 0.0); 3]).market();
    assert_told(&stages(&silent, &asks(Unknown::Fail)), &[]);
    assert_eq!(told(&stages(&silent, &asks(Unknown::Pass)))[0].1, Stage::Emerging);
    // The price is there on day 7. That it has grown by half is known from the open of day 9 on, the close of day 8.
    let spoken = coin(&RISE, [(0, 0.0); 3]).evidence("ai", "tvl", 2, 2.0).evidence("ai", "tvl", 9, 3.0).market();
    let found = told(&stages(&spoken, &asks(Unknown::Fail)));
    assert_eq!(found[0], (8, Stage::Emerging, "growth:tvl".to_owned(), 0.5, 0.0));
}

#[test]
fn media_saturation_crowds_and_then_exhausts() {
    let tiny = coin(&RISE, [(0, 0.0); 3]);
    let mentions = [1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0].iter().zip(0..);
    let tiny = mentions.fold(tiny, |tiny, (&value, t)| tiny.evidence("ai", "mentions", t, value));
    let market = tiny.evidence("ai", "mentions", 9, 9.0).market();
    let media = Media { metric: "mentions".to_owned(), past: days(30), z_above: 2.0, z_back: 1.0 };
    let rule = LifeCycleRule { crowd: Crowd { media: Some(media), ..quick().crowd }, ..quick() };
    let found = told(&stages(&market, &rule));
    // Mean 2, standard deviation √(8 / 7); known at the close of day 8.
    let z = (7.0 / (8.0_f64 / 7.0).sqrt() * 1e9).round() / 1e9;
    assert_eq!(found[2], (8, Stage::Crowded, "media:mentions".to_owned(), z, 2.0));
    assert_eq!(found[3], (11, Stage::Exhausted, "media_while_price_stalls:mentions".to_owned(), z, 2.0));
}

#[test]
fn the_way_back_from_media_is_called_by_its_metric() {
    // Funding is nothing all the time; what is written about it is normal again at the open of day 10, the close of day 9.
    let mentions = [1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0].iter().zip(0..);
    let tiny = mentions.fold(coin(&RISE, [(0, 0.0); 3]), |tiny, (&value, t)| tiny.evidence("ai", "mentions", t, value));
    let market = tiny.evidence("ai", "mentions", 9, 9.0).evidence("ai", "mentions", 10, 2.0).market();
    let media = Media { metric: "mentions".to_owned(), past: days(30), z_above: 2.0, z_back: 1.0 };
    let rule = LifeCycleRule { crowd: Crowd { media: Some(media), ..quick().crowd }, ..quick() };
    let found = told(&stages(&market, &rule));
    let (t, to, cause, value, threshold) = &found[3];
    assert_eq!((*t, *to, cause.as_str(), *threshold), (9, Stage::Confirmed, "media_back:mentions", 1.0));
    assert!(*value < 1.0, "{value}");
}

#[test]
fn contradictions_name_their_key() {
    let key = |rule: LifeCycleRule| rule.check().unwrap_err().key;
    let with = |change: fn(&mut LifeCycleRule)| {
        let mut rule = LifeCycleRule::default();
        change(&mut rule);
        rule
    };
    assert_eq!(LifeCycleRule::default().check(), Ok(()));
    assert_eq!(key(with(|rule| rule.emerge.momentum_lost = 0.1)), "emerge.momentum_lost");
    assert_eq!(key(with(|rule| rule.emerge.excess_above = f64::NAN)), "emerge.excess_above");
    assert_eq!(key(with(|rule| rule.confirm.breadth_lost = 0.6)), "confirm.breadth_lost");
    assert_eq!(key(with(|rule| rule.crowd.funding_8h_back = 0.000_3)), "crowd.funding_8h_back");
    assert_eq!(key(with(|rule| rule.exhaust.settlements = 0)), "exhaust.settlements");
    assert_eq!(key(with(|rule| rule.exhaust.breadth_falls = 0.0)), "exhaust.breadth_falls");
}

#[test]
fn a_file_may_say_little_and_nothing_else() {
    let little: LifeCycleRule =
        toml::from_str("dwell = \"2d\"\n[emerge]\nspan = \"14d\"\n[crowd]\nmedia = { metric = \"mentions\" }\n").unwrap();
    assert_eq!((little.dwell, little.emerge.span, little.emerge.momentum_above), (days(2), days(14), 0.10));
    assert_eq!(little.crowd.media.map(|media| (media.past, media.z_above)), Some((days(180), 2.0)));
    assert!(toml::from_str::<LifeCycleRule>("[emerge]\nspam = \"14d\"\n").unwrap_err().to_string().contains("spam"));
}
