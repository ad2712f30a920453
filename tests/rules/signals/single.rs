//! One coin at a time: its own indicators, its distance from Bitcoin, whether it may be considered, and what is published of it.

use rotate::market::{Subject, VenueKind};
use rotate::signal::evidence::EvidenceBook;
use rotate::signal::universe::{Gates, admits, refusal};
use rotate::signal::{History, decouple, funding, indicator};
use rotate::units::{AssetId, InstrumentId, NarrativeId, Span};

use crate::tiny::{GAP, Tiny, days, near};

const BTC: InstrumentId = InstrumentId(0);
const COIN: InstrumentId = InstrumentId(1);

#[test]
fn the_true_range_skips_missing_bars_and_other_listings() {
    // After two silent days another coin: its closes 10, 12, (gap), 18; true ranges 2 and 6.
    let market = Tiny::new().spot("BTC", &[1.0; 8]).spot("A", &[500.0, 900.0, GAP, GAP, 10.0, 12.0, GAP, 18.0]).market();
    let history = History::at_close(&market, 7);
    near(indicator::atr(&history, COIN, days(2)), 4.0);
    assert_eq!(indicator::atr(&history, COIN, days(3)), None);
    assert_eq!(history.highs(COIN, 4).map(|highs| highs[3]), Some(18.0));
    assert_eq!(history.lows(COIN, 4).map(|lows| lows[3]), Some(12.0));
    assert_eq!(history.opens(COIN, 5), None, "younger than five bars");
    near(indicator::drawdown_from_high(&History::at_close(&market, 5), BTC, days(3)), 0.0);
}

#[test]
fn volatility_is_annual() {
    // +10 % and −10 %: a standard deviation of √0.02.
    let market = Tiny::new().spot("BTC", &[1.0, 1.1, 0.99]).market();
    near(indicator::annual_volatility(&History::at_close(&market, 2), BTC, days(2)), (0.02_f64 * 365.0).sqrt());
}

#[test]
fn the_last_settlements_are_of_the_listing_in_force() {
    let market = Tiny::new()
        .spot("BTC", &[1.0; 7])
        .perp("A", &[1.0, 1.0, GAP, GAP, 1.0, 1.0, 1.0])
        .funding("A", 0, &[0.9, 0.9])
        .funding("A", 4, &[0.000_3, 0.000_6, 0.000_9])
        .market();
    let history = History::at_close(&market, 6);
    let rates = |count| history.last_settlements(COIN, count).map(|last| last.iter().map(|paid| paid.rate).collect::<Vec<_>>());
    assert_eq!(rates(3), Some(vec![0.000_3, 0.000_6, 0.000_9]));
    assert_eq!(rates(4), None, "the fourth was another coin's");
    near(funding::latest_8h(&history, COIN, 3), 0.000_2);
}

/// Bitcoin goes up and down; the coin does twice that, and then a jump of its own.
fn twice_bitcoin(jump: f64) -> rotate::market::Market {
    let (mut btc, mut coin) = (vec![100.0], vec![1.0]);
    for k in 0..20 {
        let r = [0.02, -0.01][k % 2];
        btc.push(btc[k] * (1.0 + r));
        coin.push(coin[k] * (1.0 + 2.0 * r));
    }
    btc.push(btc[20] * 1.1);
    coin.push(coin[20] * jump);
    Tiny::new().spot("BTC", &btc).spot("A", &coin).market()
}

#[test]
fn the_residual_is_what_beta_does_not_explain() {
    let market = twice_bitcoin(1.5);
    let before = History::at_close(&market, 20);
    near(decouple::beta(&before, COIN, days(20), Span::DAY), 2.0);
    near(decouple::correlation(&before, COIN, days(20), Span::DAY), 1.0);
    near(decouple::beta(&before, BTC, days(10), Span::DAY), 1.0);
    assert_eq!(decouple::beta(&before, COIN, days(9), Span::DAY), None, "nine pairs");
    assert_eq!(decouple::beta(&before, COIN, days(21), Span::DAY), None, "younger");
    // In steps of two days every return is the same: Bitcoin stood still about its mean, but for rounding.
    assert!(decouple::beta(&before, COIN, days(20), days(2)).is_none_or(f64::is_finite));
    // +50 % where twice +10 % was due.
    near(decouple::residual(&History::at_close(&market, 21), COIN, days(1), days(20)), 0.3);
}

#[test]
fn price_against_its_trailing_value() {
    let market = Tiny::new().spot("BTC", &[1.0; 4]).spot("A", &[1.0, 2.0, GAP, 6.0]).market();
    near(decouple::over_trailing_value(&History::at_close(&market, 3), COIN, days(4)), 1.0);
}

#[test]
fn gates_of_age_and_venue() {
    let mut tiny = Tiny::new().spot("BTC", &[1.0; 6]).perp("NEW", &[GAP, GAP, 1.0, 1.0, 1.0, 1.0]).funding("NEW", 2, &[0.0; 4]);
    tiny.0.assets[1].venue_kind = VenueKind::Dex;
    let market = tiny.market();
    let history = History::at_close(&market, 4);
    let (btc, new) = (AssetId(0), AssetId(1));
    let any = || Gates { venues: Some(vec![VenueKind::Regulated, VenueKind::Cex, VenueKind::Dex]), ..Gates::default() };
    assert!(!admits(&history, &Gates::default(), new, COIN), "a perpetual of a decentralised venue");
    assert!(admits(&history, &any(), new, COIN));
    // Listed three bars ago, today among them.
    let recent = |days_ago| Gates { max_age: Some(days(days_ago)), ..any() };
    assert!(admits(&history, &recent(3), new, COIN));
    let shut = refusal(&history, &recent(2), new, COIN).unwrap();
    assert_eq!((shut.gate, shut.value, shut.limit), ("max_age", Some(3.0), Some(2.0)));
    assert!(!admits(&history, &recent(90), btc, BTC), "what traded in the first bar is old");
    let seasoned = Gates { min_age: Some(days(4)), ..any() };
    assert_eq!(refusal(&history, &seasoned, new, COIN).map(|shut| shut.gate), Some("min_age"));
    assert!(admits(&History::at_close(&market, 5), &seasoned, new, COIN));
    assert!(admits(&history, &seasoned, btc, BTC));
    let large = Gates { rank: Some([1, 100]), ..any() };
    let shut = refusal(&history, &large, btc, BTC).unwrap();
    assert_eq!((shut.gate, shut.value, shut.limit), ("rank", Some(300.0), Some(100.0)), "the tier speaks: small");
    let liquid = Gates { min_daily_volume: Some(1.0), ..any() };
    assert_eq!(refusal(&history, &liquid, btc, BTC).map(|shut| shut.value), Some(None), "no thirty days yet");
    assert_eq!(refusal(&History::at_close(&market, 1), &any(), new, COIN).map(|shut| shut.gate), Some("trades"));
}

#[test]
fn evidence_counts_from_when_it_was_known() {
    let tiny = Tiny::new().spot("BTC", &[1.0; 12]).member("BTC", "ai", 0, None);
    let tiny = [2.0, 4.0, 2.0, 4.0, 2.0, 4.0, 2.0, 4.0, 9.0].iter().zip(1..).fold(tiny, |tiny, (&v, t)| tiny.evidence("ai", "tvl", t, v));
    let market = tiny.market();
    let book = EvidenceBook::of(&market);
    let ai = Subject::Narrative(NarrativeId(0));
    // Known at the open of day 9, which is the close of day 8.
    let (before, after) = (History::at_close(&market, 7), History::at_close(&market, 8));
    assert_eq!(book.at(&before).latest(ai, "tvl").map(|fact| fact.value), Some(4.0));
    assert_eq!(book.at(&after).latest(ai, "tvl").map(|fact| fact.value), Some(9.0));
    assert_eq!(book.at(&after).latest(ai, "developers"), None);
    near(book.at(&after).growth(ai, "tvl", days(2)), 3.5);
    assert_eq!(book.at(&after).growth(ai, "tvl", days(9)), None, "nothing was known then");
    // Mean 3, standard deviation √(8 / 7).
    near(book.at(&after).z_score(ai, "tvl", days(30)), 6.0 / (8.0_f64 / 7.0).sqrt());
    assert_eq!(book.at(&after).z_score(ai, "tvl", days(8)), None, "seven values");
    near(book.at(&after).percentile(ai, "tvl", days(30)), 1.0);
    // The coin itself has none, so its narrative speaks.
    assert_eq!(book.at(&after).subject_for(AssetId(0), "tvl"), Some(ai));
    assert_eq!(book.at(&after).subject_for(AssetId(0), "developers"), None);
    assert_eq!(book.metrics().collect::<Vec<_>>(), ["tvl"]);
}
