//! Movements worked by hand.

use super::*;

const BUCKET: BucketId = BucketId(0);
const COIN: InstrumentId = InstrumentId(0);

fn usd(dollars: f64) -> Usd {
    Usd::round(dollars)
}

fn entry(quantity: f64, price: f64, reference: f64, fee: f64) -> Entry {
    Entry { quantity, price, reference, fee: usd(fee) }
}

#[test]
fn a_spot_round_trip_adds_up_by_source() {
    let mut books = Books::open(usd(1_000.0), &[1.0]);
    let at = books.increase(BUCKET, COIN, None, false, &entry(5.0, 101.0, 100.0, 0.5), Usd::ZERO);
    assert_eq!(books.cash(BUCKET), usd(494.5));
    books.mark(|id| [110.0][id.index()], &mut [Usd::ZERO]);
    assert_eq!(books.equity(), usd(494.5 + 550.0));
    let closed = books.reduce(at, &entry(-5.0, 118.0, 120.0, 0.6), Backing::Margin).expect("flat");
    books.assert_balanced(books.equity());
    assert_eq!(books.equity(), usd(494.5 + 590.0 - 0.6));
    let income = closed.income;
    assert_eq!((income.price, income.slippage, income.fees), (usd(100.0), usd(-15.0), usd(-1.1)));
    assert_eq!(income.total(), books.equity() - usd(1_000.0));
}

#[test]
fn a_perpetual_round_trip_adds_up_by_source() {
    let mut books = Books::open(usd(1_000.0), &[1.0]);
    let at = books.increase(BUCKET, COIN, None, true, &entry(5.0, 101.0, 100.0, 0.5), usd(200.0));
    assert_eq!((books.cash(BUCKET), books.equity()), (usd(799.5), usd(999.5 - 5.0)));
    let closed = books.reduce(at, &entry(-5.0, 118.0, 120.0, 0.6), Backing::Margin).expect("flat");
    let income = closed.income;
    assert_eq!((income.price, income.slippage, income.fees), (usd(100.0), usd(-15.0), usd(-1.1)));
    assert_eq!(books.equity(), usd(1_000.0 + 85.0 - 1.1));
}

#[test]
fn a_short_halved_then_closed_adds_up() {
    let mut books = Books::open(usd(1_000.0), &[1.0]);
    let at = books.increase(BUCKET, COIN, None, true, &entry(-10.0, 100.0, 100.0, 0.5), usd(500.0));
    assert_eq!(books.cash(BUCKET), usd(499.5));
    books.mark(|id| [90.0][id.index()], &mut [Usd::ZERO]);
    assert_eq!(books.equity(), usd(1_099.5));
    assert!(books.reduce(at, &entry(5.0, 90.0, 90.0, 0.2), Backing::Margin).is_none());
    assert_eq!(books.cash(BUCKET), usd(499.5 + 250.0 + 50.0 - 0.2));
    books.fund(at, usd(-1.0));
    books.mark(|id| [95.0][id.index()], &mut [Usd::ZERO]);
    let closed = books.reduce(at, &entry(5.0, 95.0, 95.0, 0.2), Backing::Margin).expect("flat");
    books.assert_balanced(books.equity());
    assert_eq!(closed.direction, crate::units::Direction::Short);
    assert_eq!(closed.income.price, usd(75.0));
    assert_eq!(books.cash(BUCKET), usd(1_000.0 + 75.0 - 0.9 - 1.0));
}

#[test]
fn a_holding_that_becomes_another_moves_no_money() {
    let (other, third) = (InstrumentId(1), InstrumentId(2));
    let mut books = Books::open(usd(1_000.0), &[1.0]);
    books.increase(BUCKET, COIN, None, false, &entry(4.0, 100.0, 100.0, 0.5), Usd::ZERO);
    books.increase(BUCKET, third, None, false, &entry(1.0, 50.0, 50.0, 0.5), Usd::ZERO);
    // Half of it leaves at a profit of 20 before: that stays on its record.
    books.mark(|id| [110.0, f64::NAN, 50.0][id.index()], &mut [Usd::ZERO]);
    books.reduce(0, &entry(-2.0, 110.0, 110.0, 0.0), Backing::Margin);
    let before = (books.equity(), books.cash(BUCKET));
    let at = books.convert(0, other, 10.0);
    let position = &books.positions()[at];
    assert_eq!((position.instrument, position.quantity, position.entry_price(), position.bought_at()), (other, 20.0, 10.0, 10.0));
    assert_eq!((books.equity(), books.cash(BUCKET)), before);
    books.assert_balanced(books.equity());
    // One of the third is held already: 20 become 2, worth 220, and all three cost 250.
    let at = books.convert(at, third, 0.1);
    assert_eq!(books.positions().len(), 1);
    let position = &books.positions()[at];
    assert_eq!((position.quantity, position.entry_price(), position.value()), (3.0, 250.0 / 3.0, usd(270.0)));
    assert_eq!((books.equity(), books.cash(BUCKET)), before);
    books.mark(|id| [f64::NAN, f64::NAN, 100.0][id.index()], &mut [Usd::ZERO]);
    let closed = books.reduce(at, &entry(-3.0, 100.0, 100.0, 0.0), Backing::Margin).expect("flat");
    books.assert_balanced(books.equity());
    assert_eq!((closed.traded(), books.equity()), (usd(20.0 + 50.0 - 1.0), usd(1_069.0)));
    // All that ever came in and went out, in units of the third.
    assert_eq!((closed.tally.entry_quantity, closed.tally.exit_quantity, closed.tally.most_quantity), (5.0, 5.0, 4.0));
}

#[test]
fn a_liquidation_loses_the_margin_and_no_more() {
    for mark in [91.0, 70.0] {
        let mut books = Books::open(usd(1_000.0), &[1.0]);
        let at = books.increase(BUCKET, COIN, None, true, &entry(10.0, 100.0, 100.0, 0.0), usd(100.0));
        let (closed, price) = books.liquidate(at, mark, Usd::ZERO, Usd::ZERO);
        books.assert_balanced(books.equity());
        assert_eq!(books.equity(), usd(900.0));
        assert_eq!(price, 90.0);
        assert_eq!(closed.income.liquidation, usd(if mark > 90.0 { -10.0 } else { 200.0 }));
        assert_eq!(closed.income.total(), usd(-100.0));
    }
}

/// A microdollar more than the margin is lost by rounding, a fee or a price that is a hair too low: the bucket has no other cash.
#[test]
fn what_rounding_takes_beyond_the_margin_the_venue_bears() {
    let beyond = Usd::from_micros(1);
    // By what stands behind it: what the bucket is left with, and what the venue bears. Three hundred of cash are more than enough.
    let cases = [
        (100.0, Backing::Margin, Usd::ZERO, beyond),
        (100.0, Backing::Cash, Usd::ZERO, beyond),
        (100.0, Backing::Pool, -beyond, Usd::ZERO),
        (400.0, Backing::Margin, usd(300.0), beyond),
        (400.0, Backing::Cash, usd(300.0) - beyond, Usd::ZERO),
    ];
    for (capital, backing, left, borne) in cases {
        let mut books = Books::open(usd(capital), &[1.0]);
        let at = books.increase(BUCKET, COIN, None, true, &entry(10.0, 100.0, 100.0, 0.0), usd(100.0));
        let closed = books.reduce(at, &entry(-10.0, 89.999_999_9, 89.999_999_9, 0.0), backing).expect("flat");
        assert_eq!((books.cash(BUCKET), closed.income.liquidation), (left, borne), "{backing:?}");
        assert_eq!(closed.income.price, usd(-100.0) - beyond);
        assert_eq!(books.equity(), books.cash(BUCKET));
    }
}

#[test]
fn what_a_venue_hands_back_comes_back() {
    let mut books = Books::open(usd(1_000.0), &[1.0]);
    let at = books.increase(BUCKET, COIN, None, true, &entry(10.0, 100.0, 100.0, 0.0), usd(100.0));
    // Worth 10 at the mark of 91, closed at 90.5, 2 paid for it.
    let (closed, price) = books.liquidate(at, 91.0, usd(5.0), usd(2.0));
    books.assert_balanced(books.equity());
    assert_eq!((price, books.equity()), (90.5, usd(903.0)));
    assert_eq!((closed.income.price, closed.income.liquidation, closed.income.fees), (usd(-90.0), usd(-5.0), usd(-2.0)));
}

#[test]
fn a_reward_is_income_and_costs_what_it_was_worth() {
    let mut books = Books::open(usd(1_000.0), &[1.0]);
    let at = books.increase(BUCKET, COIN, None, false, &entry(10.0, 50.0, 50.0, 0.0), Usd::ZERO);
    books.mark(|id| [60.0][id.index()], &mut [Usd::ZERO]);
    assert_eq!(books.reward(at, 0.5, 60.0), usd(30.0));
    books.assert_balanced(books.equity());
    let position = &books.positions()[at];
    assert_eq!((position.quantity, position.value(), position.bought_at()), (10.5, usd(630.0), 50.0));
    assert_eq!(position.entry_price(), 530.0 / 10.5);
    assert!(books.reduce(at, &entry(-4.2, 60.0, 60.0, 0.0), Backing::Margin).is_none());
    assert_eq!(books.positions()[at].bought_at(), 50.0);
    let closed = books.reduce(at, &entry(-6.3, 60.0, 60.0, 0.0), Backing::Margin).expect("flat");
    books.interest(BUCKET, usd(2.0));
    books.assert_balanced(books.equity());
    assert_eq!((closed.income.price, closed.income.yields), (usd(100.0), usd(30.0)));
    assert_eq!((closed.traded(), books.equity()), (usd(100.0), usd(1_132.0)));
}

#[test]
fn what_was_put_in_is_told_from_what_funding_made_of_it() {
    let mut books = Books::open(usd(1_000.0), &[1.0]);
    let at = books.increase(BUCKET, COIN, None, true, &entry(10.0, 100.0, 100.0, 1.0), usd(100.0));
    books.fund(at, usd(-40.0));
    assert_eq!((books.positions()[at].margin(), books.positions()[at].put_in()), (usd(60.0), usd(100.0)));
    books.add_margin(at, usd(50.0));
    assert_eq!((books.positions()[at].margin(), books.positions()[at].put_in()), (usd(110.0), usd(150.0)));
    // Half of 110 comes back with a profit of 5 and less a fee of 1: 59 of the 150.
    assert!(books.reduce(at, &entry(-5.0, 101.0, 101.0, 1.0), Backing::Margin).is_none());
    assert_eq!((books.positions()[at].margin(), books.positions()[at].put_in()), (usd(55.0), usd(75.0)));
    let (closed, _) = books.liquidate(at, 90.0, Usd::ZERO, Usd::ZERO);
    assert_eq!((closed.tally.committed, closed.tally.most_committed), (usd(91.0), usd(150.0)));
    assert_eq!(closed.traded(), usd(-92.0), "what did not come back, and the fee of opening");
}

#[test]
fn a_pool_in_debt_draws_on_its_margins() {
    let mut books = Books::open(usd(100.0), &[1.0]);
    let other = InstrumentId(1);
    let at = books.increase(BUCKET, COIN, None, true, &entry(1.0, 100.0, 100.0, 0.0), usd(50.0));
    books.increase(BUCKET, other, None, true, &entry(-1.0, 100.0, 100.0, 0.0), usd(50.0));
    assert!(books.reduce(at, &entry(-1.0, 20.0, 20.0, 0.0), Backing::Pool).is_some());
    books.draw_margin(BUCKET);
    assert_eq!((books.cash(BUCKET), books.positions()[0].margin()), (Usd::ZERO, usd(20.0)));
    books.assert_balanced(books.equity());
}

/// Two of five leave at 12, three at 20: 84 for what came in at 50, on either side; or the venue takes the three over at their bankruptcy.
#[test]
fn a_record_sums_what_came_in_and_what_went() {
    for side in [1.0, -1.0] {
        let opened = || {
            let mut books = Books::open(usd(1_000.0), &[1.0]);
            let at = books.increase(BUCKET, COIN, None, true, &entry(side * 5.0, 10.0, 10.0, 0.0), usd(50.0));
            assert!(books.reduce(at, &entry(side * -2.0, 12.0, 12.0, 0.0), Backing::Margin).is_none());
            books
        };
        let tally = opened().reduce(0, &entry(side * -3.0, 20.0, 20.0, 0.0), Backing::Margin).expect("flat").tally;
        assert_eq!((tally.entry_quantity, tally.entry_notional, tally.most_quantity), (5.0, 50.0, 5.0));
        assert_eq!((tally.exit_quantity, tally.exit_notional, tally.most_committed), (5.0, 84.0, usd(50.0)));
        // Behind each of the three are 10, the whole of their price: a long leaves at 0, a short at 20.
        let (closed, price) = opened().liquidate(0, 10.0, Usd::ZERO, Usd::ZERO);
        assert_eq!((price, closed.tally.exit_quantity), (10.0 - side * 10.0, 5.0));
        assert_eq!(closed.tally.exit_notional, 24.0 + 3.0 * price);
    }
}

#[test]
fn a_mark_tells_what_is_held_on_either_side() {
    let mut books = Books::open(usd(1_000.0), &[0.5, 0.5]);
    books.increase(BUCKET, COIN, None, true, &entry(2.0, 100.0, 100.0, 0.0), usd(50.0));
    books.increase(BucketId(1), InstrumentId(1), None, true, &entry(-1.0, 100.0, 100.0, 0.0), usd(30.0));
    let mut buckets = [Usd::ZERO; 2];
    let snapshot = books.mark(|id| [110.0, 90.0][id.index()], &mut buckets);
    // 220 long and 90 short, which have brought 20 and 10.
    assert_eq!((snapshot.gross, snapshot.net), (310.0, 130.0));
    assert_eq!((snapshot.margin, snapshot.equity, buckets), (usd(80.0), usd(1_030.0), [usd(520.0), usd(510.0)]));
}

#[test]
fn more_margin_comes_from_the_cash_there_is() {
    let mut books = Books::open(usd(100.0), &[1.0]);
    let at = books.increase(BUCKET, COIN, None, true, &entry(1.0, 100.0, 100.0, 0.0), usd(60.0));
    for (asked, margin) in [(-5.0, 60.0), (30.0, 90.0), (30.0, 100.0), (30.0, 100.0)] {
        books.add_margin(at, usd(asked));
        assert_eq!((books.positions()[at].margin(), books.cash(BUCKET)), (usd(margin), usd(100.0 - margin)));
    }
    assert_eq!(books.reduce(at, &entry(-1.0, 100.0, 100.0, 0.0), Backing::Margin).expect("flat").tally.most_committed, usd(100.0));
}
