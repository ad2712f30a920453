//! Bars whose course one can follow by head.

use rotate::exchange::assumptions::IntrabarPath;
use rotate::exchange::orders::{Bar, Kind};
use rotate::units::Direction;

use super::walk::walk_bar;
use super::words::{Entry, InBar, PathRules, What};

const LONG: InBar = InBar {
    direction: Direction::Long,
    entry: Entry::Held,
    close_at_open: false,
    stop: Some(95.0),
    take_profit: Some(110.0),
    liquidation: Some(80.0),
};

fn walk(position: &InBar, prices: [f64; 4], rules: &PathRules) -> Vec<(What, f64)> {
    let [open, high, low, close] = prices;
    let bar = Bar::of_prices(open, high, low, close);
    walk_bar(position, &bar, &bar, rules).into_iter().map(|event| (event.what, event.reference)).collect()
}

#[test]
fn stop_before_target_and_the_other_way_round() {
    let wide = [100.0, 112.0, 94.0, 105.0];
    assert_eq!(walk(&LONG, wide, &PathRules::default()), [(What::Stopped, 95.0)]);
    let hopeful = PathRules { leg: IntrabarPath::FavourableFirst, ..PathRules::default() };
    assert_eq!(walk(&LONG, wide, &hopeful), [(What::TookProfit, 110.0)]);
    let short = InBar { direction: Direction::Short, stop: Some(105.0), take_profit: Some(90.0), liquidation: Some(130.0), ..LONG };
    assert_eq!(walk(&short, [100.0, 106.0, 89.0, 95.0], &PathRules::default()), [(What::Stopped, 105.0)]);
}

#[test]
fn gaps() {
    let rules = PathRules::default();
    assert_eq!(walk(&LONG, [90.0, 96.0, 89.0, 95.0], &rules), [(What::Stopped, 90.0)]);
    assert_eq!(walk(&LONG, [79.0, 96.0, 78.0, 95.0], &rules), [(What::Liquidated, 79.0)]);
    assert_eq!(walk(&LONG, [113.0, 114.0, 90.0, 95.0], &rules), [(What::TookProfit, 110.0)], "its own price");
}

#[test]
fn liquidation_in_price_order() {
    let rules = PathRules::default();
    let bar = [100.0, 101.0, 70.0, 90.0];
    assert_eq!(walk(&InBar { stop: None, ..LONG }, bar, &rules), [(What::Liquidated, 80.0)]);
    assert_eq!(walk(&InBar { stop: Some(75.0), ..LONG }, bar, &rules), [(What::Liquidated, 80.0)]);
    assert_eq!(walk(&InBar { stop: Some(80.0), ..LONG }, bar, &rules), [(What::Liquidated, 80.0)], "ties against us");
    assert_eq!(walk(&LONG, bar, &rules), [(What::Stopped, 95.0)]);
    let costly = PathRules { stop_cost: 0.2, ..rules };
    assert_eq!(walk(&LONG, bar, &costly), [(What::Liquidated, 80.0)], "the stop would pay 76");
    let stuck = PathRules { stop_cost: 0.2, capacity: 0.0, ..rules };
    assert!(walk(&LONG, [100.0, 101.0, 94.0, 95.0], &stuck).is_empty(), "nothing was sold at any price");
    assert!(walk(&LONG, [94.0, 96.0, 93.0, 95.0], &stuck).is_empty(), "nor at the open");
    let run_over = PathRules { stop_overshoot: 0.5, ..rules };
    assert_eq!(walk(&LONG, [100.0, 101.0, 70.0, 90.0], &run_over), [(What::Stopped, 95.0)], "82.5, above 80");
    assert_eq!(walk(&LONG, [100.0, 101.0, 64.0, 90.0], &run_over), [(What::Liquidated, 80.0)], "79.5");
    let closing = InBar { close_at_open: true, ..LONG };
    assert_eq!(walk(&closing, [90.0, 101.0, 76.0, 90.0], &run_over), [(What::Stopped, 90.0)], "83");
    assert_eq!(walk(&closing, [90.0, 101.0, 66.0, 90.0], &run_over), [(What::Liquidated, 80.0)], "78, through a gap");
    let half = PathRules { capacity: 0.5, ..rules };
    assert_eq!(walk(&LONG, bar, &half), [(What::Stopped, 95.0), (What::Liquidated, 80.0)]);
}

#[test]
fn an_entry_is_exposed_and_takes_no_profit() {
    let rules = PathRules::default();
    let market = InBar { entry: Entry::Order(Kind::Market), ..LONG };
    assert_eq!(walk(&market, [100.0, 112.0, 96.0, 111.0], &rules), [(What::Entered, 100.0)]);
    assert_eq!(walk(&market, [100.0, 112.0, 94.0, 111.0], &rules), [(What::Entered, 100.0), (What::Stopped, 95.0)]);
    let limit = InBar { entry: Entry::Order(Kind::Limit { price: 97.0, resting: true }), ..LONG };
    assert_eq!(walk(&limit, [100.0, 112.0, 94.0, 111.0], &rules), [(What::Entered, 97.0), (What::Stopped, 95.0)]);
    assert!(walk(&limit, [100.0, 112.0, 97.0, 111.0], &rules).is_empty(), "a touch");
    let through = walk(&limit, [92.0, 96.0, 91.0, 93.0], &rules);
    assert_eq!(through, [(What::Entered, 97.0), (What::Stopped, 92.0)], "the open passed both on its way: no bar saw 95");
    let breakout = InBar { entry: Entry::Order(Kind::Stop { trigger: 105.0 }), ..LONG };
    assert_eq!(walk(&breakout, [100.0, 112.0, 94.0, 111.0], &rules), [(What::Entered, 105.0), (What::Stopped, 95.0)]);
    let hopeful = PathRules { leg: IntrabarPath::FavourableFirst, ..rules };
    assert_eq!(walk(&breakout, [100.0, 112.0, 94.0, 111.0], &hopeful), [(What::Entered, 105.0), (What::TookProfit, 110.0)]);
    assert_eq!(walk(&breakout, [100.0, 109.0, 94.0, 100.0], &hopeful), [(What::Entered, 105.0)], "the low came before it");
    assert_eq!(walk(&breakout, [100.0, 109.0, 90.0, 94.0], &hopeful), [(What::Entered, 105.0), (What::Stopped, 95.0)]);
}

#[test]
fn a_decided_close_comes_before_the_bar() {
    let closing = InBar { close_at_open: true, ..LONG };
    assert_eq!(walk(&closing, [100.0, 112.0, 70.0, 94.0], &PathRules::default()), [(What::Closed, 100.0)]);
}

#[test]
fn marks_liquidate_and_last_prices_trigger() {
    let bar = Bar::of_prices(100.0, 101.0, 70.0, 90.0);
    let calm = Bar::of_prices(100.0, 101.0, 85.0, 90.0);
    let bare = InBar { stop: None, ..LONG };
    assert!(walk_bar(&bare, &bar, &calm, &PathRules::default()).is_empty());
    assert_eq!(walk_bar(&bare, &calm, &bar, &PathRules::default()).len(), 1);
}
