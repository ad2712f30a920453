//! The post-trade check by numbers one can follow by head.

use rotate::exchange::brackets::DEFAULT_BRACKETS;
use rotate::units::Direction;

use super::admission::{Account, Admission, Bound, Opening, admit};

#[test]
fn an_order_is_scaled_to_margin_and_bracket_or_refused() {
    let account = Account { wallet: 1_000.0, ..Account::default() };
    let order = Opening { direction: Direction::Long, quantity: 20.0, price: 100.0, mark: 100.0, leverage: 4.0, fee: 0.001, held: 0.0 };
    assert_eq!(admit(&account, &order, &DEFAULT_BRACKETS), Admission::Whole);
    let large = Opening { quantity: 100.0, ..order };
    let Admission::Scaled(quantity, Bound::Margin) = admit(&account, &large, &DEFAULT_BRACKETS) else { panic!("not scaled") };
    assert!((quantity * large.unit_cost() - 1_000.0).abs() < 1e-9 && (large.unit_cost() - 25.1).abs() < 1e-12);
    let bold = Opening { leverage: 30.0, ..large };
    let Admission::Scaled(quantity, Bound::Bracket) = admit(&account, &bold, &DEFAULT_BRACKETS) else { panic!("not scaled") };
    assert_eq!(quantity, 50.0, "30x ends at 5,000");
    let more = Opening { held: 60.0, ..bold };
    assert_eq!(admit(&account, &more, &DEFAULT_BRACKETS), Admission::Refused(Bound::Bracket));
    assert_eq!(admit(&account, &Opening { leverage: 0.5, ..order }, &DEFAULT_BRACKETS), Admission::Refused(Bound::Bracket));
    assert_eq!(admit(&Account::default(), &order, &DEFAULT_BRACKETS), Admission::Refused(Bound::Margin));
}

#[test]
fn an_entry_worse_than_the_mark_opens_with_a_loss() {
    let order = Opening { direction: Direction::Short, quantity: 1.0, price: 99.0, mark: 100.0, leverage: 9.0, fee: 0.0, held: 0.0 };
    assert_eq!(order.unit_cost(), 12.0);
    assert_eq!(Opening { price: 101.0, mark: 100.0, ..order }.unit_cost(), 101.0 / 9.0);
}
