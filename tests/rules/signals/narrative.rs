//! The dated index of a narrative.

use rotate::market::Market;
use rotate::signal::narrative::{NarrativeBook, Weighting};
use rotate::signal::{History, NarrativeView};
use rotate::units::NarrativeId;

use crate::tiny::{GAP, Tiny, days, near};

const AI: NarrativeId = NarrativeId(0);

fn indices(market: &Market, weighting: Weighting) -> Vec<f64> {
    let book = NarrativeBook::of(market, weighting);
    book.at(&History::at_close(market, market.clock.bars - 1)).indices(AI).to_vec()
}

fn assert_indices(market: &Market, weighting: Weighting, expected: &[f64]) {
    let found = indices(market, weighting);
    assert_eq!(found.len(), expected.len());
    for (found, &expected) in found.iter().zip(expected) {
        near(Some(*found), expected);
    }
}

#[test]
fn the_mean_of_the_members_as_of_the_day() {
    // A doubles on day 1; B, a member from the open of day 2, halves on day 2, when A stands still; A leaves at the open of day 3, and what
    // it does then is not the narrative's.
    let market = Tiny::new()
        .spot("A", &[1.0, 2.0, 2.0, 200.0])
        .spot("B", &[8.0, 4.0, 2.0, 3.0])
        .member("A", "ai", 0, Some(3))
        .member("B", "ai", 2, None)
        .market();
    assert_indices(&market, Weighting::Equal, &[1.0, 2.0, 1.5, 2.25]);
    let book = NarrativeBook::of(&market, Weighting::Equal);
    let counted: Vec<u32> = (0..4).map(|t| book.at(&History::at_close(&market, t)).counted(AI)).collect();
    assert_eq!(counted, [0, 1, 2, 1]);
    assert_eq!(book.at(&History::at_close(&market, 0)).index(AI), None, "no return yet");
}

#[test]
fn two_labels_of_one_coin_count_once() {
    let market = Tiny::new()
        .spot("A", &[1.0, 2.0])
        .spot("B", &[1.0, 1.0])
        .member("A", "ai", 0, Some(9))
        .member("A", "ai", 1, None)
        .member("B", "ai", 0, None)
        .market();
    assert_indices(&market, Weighting::Equal, &[1.0, 1.5]);
}

#[test]
fn caps_weigh_from_the_open_after_they_are_known() {
    // Until the open of day 2 no cap is known: +100 % and 0 make +50 %. Then three to one: +100 % and 0 make +75 %. C has no cap and weighs
    // two, the average: on day 3 (3·0 + 1·0 + 2·0.6) / 6 = 0.2.
    let market = Tiny::new()
        .spot("A", &[1.0, 2.0, 4.0, 4.0])
        .spot("B", &[1.0, 1.0, 1.0, 1.0])
        .spot("C", &[1.0, 1.0, 1.0, 1.6])
        .cap("A", 2, 3e9)
        .cap("B", 2, 1e9)
        .member("A", "ai", 0, None)
        .member("B", "ai", 0, None)
        .member("C", "ai", 3, None)
        .market();
    assert_indices(&market, Weighting::Cap, &[1.0, 1.5, 1.5 * 1.75, 1.5 * 1.75 * 1.2]);
    assert_indices(&market, Weighting::Equal, &[1.0, 1.5, 2.25, 2.25 * 1.2]);
}

#[test]
fn a_gap_is_counted_where_it_ends_and_a_new_listing_starts_afresh() {
    // Missing on day 1; up by half when it trades again. After two silent days (4, 5) the coin of day 6 is another one.
    let market =
        Tiny::new().spot("BTC", &[1.0; 8]).spot("A", &[2.0, GAP, 3.0, 3.0, GAP, GAP, 90.0, 99.0]).member("A", "ai", 0, None).market();
    assert_indices(&market, Weighting::Equal, &[1.0, 1.0, 1.5, 1.5, 1.5, 1.5, 1.5, 1.65]);
}

#[test]
fn the_perpetual_speaks_where_spot_has_ended_and_not_in_its_gaps() {
    // Spot misses day 1, and the perpetual's +900 % of that day is not the coin's; spot ends after day 2, two days of silence, and from day 5
    // on the perpetual speaks.
    let market = Tiny::new()
        .spot("A", &[1.0, GAP, 2.0, GAP, GAP, GAP, GAP])
        .and_perp(&[1.0, 10.0, 10.0, 10.0, 10.0, 15.0, 30.0])
        .funding("A", 0, &[0.0; 7])
        .member("A", "ai", 0, None)
        .market();
    assert_indices(&market, Weighting::Equal, &[1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 6.0]);
}

fn at(market: &Market, book: &NarrativeBook, t: usize, check: impl Fn(NarrativeView)) {
    check(book.at(&History::at_close(market, t)));
}

#[test]
fn momentum_drawdown_and_breadth_of_the_index() {
    let market = Tiny::new()
        .spot("BTC", &[1.0, 1.1, 1.1, 1.21])
        .spot("A", &[1.0, 2.0, 1.0, 1.2])
        .spot("B", &[1.0, 1.0, 1.0, 0.8])
        .member("A", "ai", 0, None)
        .member("B", "ai", 0, None)
        .market();
    // +50 %, −25 %, 0: 1, 1.5, 1.125, 1.125.
    let book = NarrativeBook::of(&market, Weighting::Equal);
    at(&market, &book, 3, |view| {
        near(view.momentum(AI, days(3)), 0.125);
        near(view.momentum(AI, days(1)), 0.0);
        near(view.against_benchmark(AI, days(3)), 0.125 - 0.21);
        assert_eq!(view.momentum(AI, days(4)), None, "younger than the span");
        near(view.drawdown(AI), -0.25);
        near(view.breadth(AI, days(1)), 0.5);
        // Two days ago A had risen and B stood.
        near(view.breadth_change(AI, days(1), days(2)), 0.0);
        near(view.breadth_change(AI, days(1), days(1)), 0.5);
    });
}

#[test]
fn an_index_nobody_trades_in_has_no_momentum() {
    let market = Tiny::new().spot("BTC", &[1.0; 6]).spot("A", &[1.0, 2.0, 2.0, GAP, GAP, GAP]).member("A", "ai", 0, None).market();
    let book = NarrativeBook::of(&market, Weighting::Equal);
    at(&market, &book, 5, |view| {
        assert_eq!(view.momentum(AI, days(2)), None);
        near(view.momentum(AI, days(5)), 1.0);
    });
}

#[test]
fn volume_share_and_its_change() {
    // Each coin trades a thousand dollars a day; A belongs from day 2 on, B always.
    let market = Tiny::new()
        .spot("BTC", &[1.0; 4])
        .spot("A", &[1.0; 4])
        .spot("B", &[2.0; 4])
        .member("A", "ai", 2, None)
        .member("B", "ai", 0, None)
        .market();
    let book = NarrativeBook::of(&market, Weighting::Equal);
    at(&market, &book, 3, |view| {
        near(view.volume_share(AI, days(2)), 4.0 / 6.0);
        near(view.volume_share(AI, days(4)), 6.0 / 12.0);
        near(view.volume_share_change(AI, days(2), days(4)), 1.0 / 3.0);
        assert_eq!(view.volume_share(AI, days(5)), None);
    });
}

#[test]
fn funding_is_the_mean_of_members_that_trade() {
    // Paid once a day: a third of it is for eight hours. The last two of A are 6 and 12 in ten thousand, of B 1 and 2.
    let market = Tiny::new()
        .perp("A", &[1.0; 5])
        .perp("B", &[1.0; 5])
        .perp("DEAD", &[1.0, 1.0, GAP, GAP, GAP])
        .perp("NEW", &[GAP, GAP, GAP, GAP, 1.0])
        .spot("SPOT", &[1.0; 5])
        .funding("A", 0, &[0.0, 0.0, 0.0, 0.000_6, 0.001_2])
        .funding("B", 0, &[0.5, 0.0, 0.0, 0.000_1, 0.000_2])
        .funding("DEAD", 0, &[0.9, 0.9])
        .funding("NEW", 4, &[0.9])
        .member("A", "ai", 0, None)
        .member("B", "ai", 0, None)
        .member("DEAD", "ai", 0, None)
        .member("NEW", "ai", 0, None)
        .member("SPOT", "ai", 0, None)
        .market();
    let book = NarrativeBook::of(&market, Weighting::Equal);
    at(&market, &book, 4, |view| {
        near(view.funding_8h(AI, 2), f64::midpoint(0.000_3, 0.000_05));
        assert_eq!(view.funding_8h(AI, 6), None);
    });
}

#[test]
fn correlation_takes_ten_pairs() {
    let mut btc = vec![1.0];
    for k in 0..12 {
        btc.push(btc[k] * if k % 2 == 0 { 1.1 } else { 0.95 });
    }
    let mirror: Vec<f64> = std::iter::once(1.0)
        .chain(btc.windows(2).scan(1.0, |level, pair| {
            *level *= 2.0 - pair[1] / pair[0];
            Some(*level)
        }))
        .collect();
    let market = Tiny::new().spot("BTC", &btc).spot("A", &mirror).member("A", "ai", 0, None).market();
    let book = NarrativeBook::of(&market, Weighting::Equal);
    at(&market, &book, 12, |view| {
        near(view.correlation(AI, days(12)), -1.0);
        assert_eq!(view.correlation(AI, days(9)), None);
    });
}
