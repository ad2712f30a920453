//! The engine that runs says of a bar what the first one said: the same events at the same prices, to the last bit.

use proptest::prelude::*;

use rotate::exchange::assumptions::IntrabarPath;
use rotate::exchange::orders::{Bar, Kind, Moment, Side};
use rotate::exchange::stops::overshot;

use super::exchange::{TICK, bar, cases, in_bar};
use super::words::{Entry, Event, InBar, PathRules, What};
use super::{old, walk};

/// A part of the positions is to be closed at the open, as `in_bar` leaves to others.
fn positions() -> impl Strategy<Value = InBar> {
    (in_bar(), any::<bool>()).prop_map(|(position, close)| InBar { close_at_open: close && position.entry == Entry::Held, ..position })
}

fn rules() -> impl Strategy<Value = PathRules> {
    let share = || prop_oneof![Just(0.0), Just(0.5), Just(1.0), 0.0..=1.0];
    let leg = prop_oneof![Just(IntrabarPath::AdverseFirst), Just(IntrabarPath::FavourableFirst)];
    (leg, 0_u32..3, prop_oneof![Just(0.0), 0.0..0.2], share(), share()).prop_map(
        |(leg, through_ticks, stop_cost, stop_overshoot, capacity)| PathRules {
            leg,
            tick: TICK,
            through_ticks,
            stop_cost,
            stop_overshoot,
            capacity,
        },
    )
}

/// The last price of the adverse leg: where it came second, after an entry on the way up only the close is known to come.
pub fn end_of_leg(position: &InBar, events: &[Event], bar: &Bar, rules: &PathRules) -> f64 {
    let inside = events.iter().any(|event| event.what == What::Entered && event.moment == Moment::Inside);
    let rising = inside && matches!(position.entry, Entry::Order(Kind::Stop { .. } | Kind::StopLimit { .. }));
    if rising && rules.leg == IntrabarPath::FavourableFirst { bar.close } else { Side::closing(position.direction).worst_extreme(bar) }
}

/// The one difference: a stop whose costs carry it to its liquidation is named at what it would have paid, where the first engine named the price before.
fn named_as_paid(events: &[Event], position: &InBar, (bar, mark): (&Bar, &Bar), rules: &PathRules) -> Vec<Event> {
    let exit = Side::closing(position.direction);
    let end = |bar: &Bar| end_of_leg(position, events, bar, rules);
    let seen = position.liquidation.is_none_or(|price| exit.other().reaches(end(mark), price));
    let named = |&event: &Event| {
        if seen || event.what != What::Liquidated || event.moment == Moment::Open {
            return event;
        }
        let paid = overshot(exit, event.reference, end(bar), rules.stop_overshoot) * (1.0 + exit.sign() * rules.stop_cost);
        Event { reference: paid, ..event }
    };
    events.iter().map(named).collect()
}

proptest! {
    // `PROPTEST_CASES` asks for more: a million were tried when the first engine went.
    #![proptest_config(cases(20_000))]

    #[test]
    fn the_engine_that_runs_is_the_first_one(position in positions(), bar in bar(), mark in prop_oneof![Just(None), bar().prop_map(Some)], rules in rules()) {
        let mark = mark.unwrap_or(bar);
        let now = walk::walk_bar(&position, &bar, &mark, &rules);
        let first = old::walk_bar(&position, &bar, &mark, &rules);
        prop_assert_eq!(now, named_as_paid(&first, &position, (&bar, &mark), &rules));
    }
}
