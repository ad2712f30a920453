//! Laws of the venue's mechanics over random bars, orders and positions.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use rotate::exchange::affordability::{Claim, affordable};
use rotate::exchange::assumptions::IntrabarPath;
use rotate::exchange::assumptions::LiquidationRule;
use rotate::exchange::brackets::{DEFAULT_BRACKETS, check_table, leverage_allowed, max_leverage_of_margin};
use rotate::exchange::costs::{Impact, Maker, Taker};
use rotate::exchange::cross::{Extremes, Pool, PoolPosition, World};
use rotate::exchange::liquidation::{distance, outcome, size_for_distance};
use rotate::exchange::margin::Isolated;
use rotate::exchange::orders::{Bar, Kind, Moment, OrderSpec, Side, Venue, fill_in_bar};
use rotate::exchange::stops::{Distance, Trail, overshot};
use rotate::exchange::volume::VolumePool;
use rotate::units::Direction;

use crate::admission::{Account, Admission, Bound, Opening, admit};
use crate::same;
use crate::walk::walk_bar;
use crate::words::{Entry, Event, InBar, PathRules, What};

pub const TICK: f64 = 0.5;

/// So many cases from a fixed seed, unless the environment says otherwise.
pub fn cases(count: u32) -> ProptestConfig {
    let asked = |name: &str| std::env::var(name).is_ok();
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if !asked("PROPTEST_CASES") {
        config.cases = count;
    }
    if !asked("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(3);
    }
    config
}

/// Prices in half dollars, so that ties and touches are common.
fn price() -> impl Strategy<Value = f64> {
    (160_u32..240).prop_map(|halves| f64::from(halves) * TICK)
}

pub fn bar() -> impl Strategy<Value = Bar> {
    (price(), price(), 0_u32..30, 0_u32..30, prop_oneof![Just(0.0), 1.0..10_000.0]).prop_map(|(open, close, up, down, volume)| Bar {
        open,
        high: open.max(close) + f64::from(up) * TICK,
        low: (open.min(close) - f64::from(down) * TICK).max(TICK),
        close,
        volume,
    })
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Long), Just(Direction::Short)]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Market),
        (price(), any::<bool>()).prop_map(|(price, resting)| Kind::Limit { price, resting }),
        price().prop_map(|trigger| Kind::Stop { trigger }),
        (price(), price()).prop_map(|(trigger, limit)| Kind::StopLimit { trigger, limit }),
        (price(), 0.01..0.2).prop_map(|(best, part)| Kind::TrailingStop(Trail { best, distance: Distance::Fraction(part) })),
        price().prop_map(|price| Kind::TakeProfit { price }),
    ]
}

fn order() -> impl Strategy<Value = OrderSpec> {
    (side(), kind(), 0.1..500.0, proptest::option::of(-300.0..300.0)).prop_map(|(side, kind, quantity, reduces)| OrderSpec {
        side,
        kind,
        quantity,
        reduces,
    })
}

prop_compose! {
    fn venue()(
        (fee, maker, half_spread) in (0.0..0.002, 0.0..0.001, 0.0..0.01),
        (coefficient, daily_volatility, daily_notional) in (0.0..2.0, 0.0..0.1, 1e4..1e7),
        (share, day_share, day_volume) in (0.001..1.0, 0.001..1.0, 0.0..20_000.0),
        (ticks, stop_slippage, stop_overshoot) in (0_u32..3, 0.0..0.01, 0.0..=0.5),
        (lot, min_notional) in (prop_oneof![Just(0.0), Just(0.1), Just(3.0)], 0.0..50.0),
    ) -> (Venue, f64, f64, f64) {
        let venue = Venue {
            taker: Taker { fee, half_spread },
            maker: Maker { fee: maker },
            impact: Impact { coefficient, daily_volatility, daily_notional },
            tick: TICK,
            through_ticks: ticks,
            stop_slippage,
            stop_overshoot,
            lot,
            min_notional,
            volume: VolumePool::unlimited(),
        };
        (venue, share, day_share, day_volume)
    }
}

/// The same bar through the venue's caps.
fn capped((venue, share, day_share, day_volume): (Venue, f64, f64, f64), bar: &Bar) -> Venue {
    Venue { volume: VolumePool::new(share, bar.volume, day_share, day_volume), ..venue }
}

fn doubled(venue: &Venue) -> Venue {
    Venue {
        taker: Taker { fee: 2.0 * venue.taker.fee, half_spread: 2.0 * venue.taker.half_spread },
        maker: Maker { fee: 2.0 * venue.maker.fee },
        impact: Impact { coefficient: 2.0 * venue.impact.coefficient, ..venue.impact },
        stop_slippage: 2.0 * venue.stop_slippage,
        stop_overshoot: 2.0 * venue.stop_overshoot,
        ..*venue
    }
}

/// Levels in the order in which they make sense: liquidation, stop, price, target.
pub fn in_bar() -> impl Strategy<Value = InBar> {
    let entry = prop_oneof![2 => Just(Entry::Held), 3 => kind().prop_map(Entry::Order)];
    (direction(), entry, proptest::option::of(1_u32..40), proptest::option::of(1_u32..40), proptest::option::of(1_u32..40), price())
        .prop_map(|(direction, entry, stop, target, liquidation, about)| {
            let s = direction.sign();
            let below = |steps: u32| (about - s * f64::from(steps) * TICK).max(TICK);
            InBar {
                direction,
                entry,
                close_at_open: false,
                stop: stop.map(below),
                take_profit: target.map(|steps| (about + s * f64::from(steps) * TICK).max(TICK)),
                liquidation: liquidation.map(|steps| below(steps + stop.unwrap_or(0))),
            }
        })
}

/// Cash flow of one unit of the position through a bar: what the events bring, the rest valued at the close, or at its target where the
/// close lies beyond, for a resting target is filled at its own price. `None`: it did not enter.
fn value(position: &InBar, bar: &Bar, events: &[Event], rules: &PathRules) -> Option<f64> {
    let s = position.direction.sign();
    let (exit, extreme) = if s > 0.0 { (Side::Sell, bar.low) } else { (Side::Buy, bar.high) };
    let entered = events.iter().find(|event| event.what == What::Entered).map(|event| event.reference);
    let paid = match position.entry {
        Entry::Held => bar.open,
        Entry::Order(_) => entered?,
    };
    let (mut left, mut got) = (1.0, 0.0);
    for event in events.iter().filter(|event| event.what != What::Entered) {
        let (from, cost) = match event.what {
            What::Stopped => (overshot(exit, event.reference, extreme, rules.stop_overshoot), rules.stop_cost),
            What::Liquidated => {
                let price = position.liquidation.unwrap_or(event.reference);
                let seen = event.moment == Moment::Open || exit.other().reaches(same::end_of_leg(position, events, bar, rules), price);
                // A stop that its costs carried to the liquidation price.
                (if seen { exit.worse(event.reference, price) } else { price }, 0.0)
            }
            _ => (event.reference, 0.0),
        };
        got += event.share * (s * (from - paid) - cost * from);
        left -= event.share;
    }
    let mark = position.take_profit.map_or(bar.close, |target| if s * (bar.close - target) > 0.0 { target } else { bar.close });
    Some(got + left * s * (mark - paid))
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn a_fill_lies_in_its_bar_and_within_its_cap(order in order(), bar in bar(), venue in venue()) {
        let venue = capped(venue, &bar);
        if let Some(filled) = fill_in_bar(&order, &bar, &venue) {
            // A resting limit the open lies beyond was passed between the bars, at its own price, worse than the open.
            let passed = match order.kind {
                Kind::Limit { price, resting: true } | Kind::TakeProfit { price } => {
                    filled.reference == price && order.side.reaches(bar.open, price)
                }
                _ => false,
            };
            prop_assert!(passed || (bar.low..=bar.high).contains(&filled.reference), "{filled:?}");
            prop_assert!(filled.quantity > 0.0 && filled.quantity <= order.quantity && filled.quantity <= venue.volume.left());
            if let Some(held) = order.reduces {
                prop_assert!(held * order.side.sign() < 0.0 && filled.quantity <= held.abs());
            }
            // Costs are always against us, and a limit is never overstepped.
            prop_assert!(order.side.sign() * (filled.price - filled.reference) >= 0.0 && filled.fee >= 0.0);
            if let Kind::Limit { price: limit, .. } | Kind::TakeProfit { price: limit } | Kind::StopLimit { limit, .. } = order.kind {
                prop_assert!(order.side.reaches(filled.price, limit), "{filled:?} beyond {limit}");
            }
            prop_assert!(bar.volume > 0.0);
        }
    }

    #[test]
    fn orders_of_one_bar_share_its_cap(orders in prop::collection::vec(order(), 1..8), bar in bar(), venue in venue()) {
        let mut venue = capped(venue, &bar);
        let mut sum = 0.0;
        for order in &orders {
            if let Some(filled) = fill_in_bar(order, &bar, &venue) {
                venue.volume.take(filled.quantity);
                sum += filled.quantity;
            }
        }
        prop_assert!(sum <= venue.volume.cap() * (1.0 + 1e-12));
    }

    #[test]
    fn double_costs_are_never_better(order in order(), bar in bar(), venue in venue()) {
        let venue = capped(venue, &bar);
        let (once, twice) = (fill_in_bar(&order, &bar, &venue), fill_in_bar(&order, &bar, &doubled(&venue)));
        if let (Some(once), Some(twice)) = (&once, &twice) {
            let cash = |filled: &rotate::exchange::orders::Filled| -order.side.sign() * filled.price - filled.fee / filled.quantity;
            prop_assert!(cash(twice) <= cash(once) + 1e-9, "{once:?} then {twice:?}");
            prop_assert_eq!(twice.quantity, once.quantity);
        }
        prop_assert!(once.is_some() || twice.is_none());
    }

    #[test]
    fn more_volume_never_fills_less(order in order(), bar in bar(), venue in venue(), more in 1.0..5.0) {
        let (rules, share, day_share, day_volume) = venue;
        let tight = Venue { impact: Impact::NONE, volume: VolumePool::new(share, bar.volume, day_share, day_volume), ..rules };
        let wide = Venue { volume: VolumePool::new(share, bar.volume * more, day_share, day_volume * more), ..tight };
        let filled = |venue: &Venue| fill_in_bar(&order, &bar, venue).map_or(0.0, |filled| filled.quantity);
        prop_assert!(filled(&tight) <= filled(&wide) + 1e-9);
    }

    #[test]
    fn adverse_first_is_never_better(position in in_bar(), bar in bar(), ticks in 0_u32..3, cost in 0.0..0.02, overshoot in 0.0..=1.0, capacity in 0.1..=1.0) {
        let rules = PathRules { leg: IntrabarPath::AdverseFirst, tick: TICK, through_ticks: ticks, stop_cost: cost, stop_overshoot: overshoot, capacity };
        // The best that four prices allow is a stop that nothing runs over.
        let hopeful = PathRules { leg: IntrabarPath::FavourableFirst, stop_overshoot: 0.0, ..rules };
        let (adverse, favourable) = (walk_bar(&position, &bar, &bar, &rules), walk_bar(&position, &bar, &bar, &hopeful));
        if let (Some(worse), Some(better)) = (value(&position, &bar, &adverse, &rules), value(&position, &bar, &favourable, &hopeful)) {
            prop_assert!(worse <= better + 1e-9, "{worse} from {adverse:?}, {better} from {favourable:?}");
        }
        for events in [&adverse, &favourable] {
            let out: f64 = events.iter().filter(|event| event.what != What::Entered).map(|event| event.share).sum();
            prop_assert!(out <= 1.0 + 1e-12);
            let let_out = |event: &&Event| !matches!(event.what, What::Entered | What::Liquidated);
            prop_assert!(events.iter().filter(let_out).map(|event| event.share).sum::<f64>() <= capacity + 1e-12);
        }
        if position.entry != Entry::Held {
            prop_assert!(adverse.iter().all(|event| event.what != What::TookProfit), "profit in the bar of the entry");
        }
    }

    #[test]
    fn what_runs_further_over_a_stop_is_never_better(position in in_bar(), bar in bar(), cost in 0.0..0.02, capacity in 0.1..=1.0, shares in (0.0..=1.0, 0.0..=1.0)) {
        let (less, more) = (f64::min(shares.0, shares.1), f64::max(shares.0, shares.1));
        let of = |stop_overshoot: f64| {
            let rules = PathRules { leg: IntrabarPath::AdverseFirst, tick: TICK, through_ticks: 1, stop_cost: cost, stop_overshoot, capacity };
            value(&position, &bar, &walk_bar(&position, &bar, &bar, &rules), &rules)
        };
        if let (Some(worse), Some(better)) = (of(more), of(less)) {
            prop_assert!(worse <= better + 1e-9, "{worse} at {more}, {better} at {less}");
        }
    }

    #[test]
    fn a_stop_meets_no_price_the_bar_did_not_see(side in side(), bar in bar(), trigger in price(), share in 0.0..=1.0) {
        let venue = Venue { stop_overshoot: share, ..Venue::frictionless() };
        if let Some(filled) = fill_in_bar(&OrderSpec::new(side, Kind::Stop { trigger }, 1.0), &bar, &venue) {
            prop_assert!((bar.low..=bar.high).contains(&filled.price), "{filled:?}");
        }
    }

    #[test]
    fn liquidation_is_never_late(direction in direction(), leverage in 1.0..40.0, notional in 100.0..2e6, bar in bar(), fee in 0.0..0.001, funding in -0.1..0.1) {
        let wallet = notional / leverage * (1.0 + funding);
        let position = Isolated { direction, quantity: notional / 100.0, entry_price: 100.0, wallet };
        let liquidation = position.liquidation_price(&DEFAULT_BRACKETS, fee);
        let extreme = if direction == Direction::Long { bar.low } else { bar.high };
        let dead = [bar.open, extreme].iter().any(|mark| position.is_liquidated(&DEFAULT_BRACKETS, *mark, fee));
        let held = InBar { direction, entry: Entry::Held, close_at_open: false, stop: None, take_profit: None, liquidation };
        let events = walk_bar(&held, &bar, &bar, &PathRules::default());
        let hair = liquidation.is_some_and(|price| [bar.open, extreme].iter().any(|mark| (mark / price - 1.0).abs() < 1e-9));
        if !hair {
            prop_assert_eq!(dead, events.iter().any(|event| event.what == What::Liquidated), "{:?} {:?}", position, liquidation);
        }
        // And it takes at most the wallet.
        for rule in [LiquidationRule::LoseMargin, LiquidationRule::ExchangeLike] {
            let left = outcome(&position, extreme, liquidation, rule, 0.0125);
            prop_assert!(left.returned >= 0.0 && left.lost <= wallet + 1e-9 && (left.lost + left.returned - wallet).abs() < 1e-6);
        }
        if let Some(away) = distance(direction, 100.0, liquidation) {
            prop_assert_eq!(away <= 0.0, position.is_liquidated(&DEFAULT_BRACKETS, 100.0, fee) || away == 0.0);
        }
    }

    #[test]
    fn a_sized_position_survives_its_distance(direction in direction(), margin in 1.0..1e6, part in 0.005..0.9, fee in 0.0..0.001) {
        let notional = size_for_distance(direction, margin, &DEFAULT_BRACKETS, fee, part);
        let position = Isolated { direction, quantity: notional / 50.0, entry_price: 50.0, wallet: margin };
        let at = |far: f64| 50.0 * (1.0 - direction.sign() * far);
        prop_assert!(!position.is_liquidated(&DEFAULT_BRACKETS, at(part * (1.0 - 1e-6)), fee));
        prop_assert!(position.is_liquidated(&DEFAULT_BRACKETS, at(part * (1.0 + 1e-6)), fee));
    }

    #[test]
    fn nothing_is_borrowed(direction in direction(), wallet in 0.0..1e5, used in 0.0..1e5, quantity in 0.1..1e5, leverage in 0.5..60.0, held in 0.0..1e4, gap in 0.9..1.1) {
        let account = Account { wallet, position_margin: used, ..Account::default() };
        let order = Opening { direction, quantity, price: 20.0, mark: 20.0 * gap, leverage, fee: 0.0005, held };
        let taken = match admit(&account, &order, &DEFAULT_BRACKETS) {
            Admission::Whole => quantity,
            Admission::Scaled(part, _) => { prop_assert!(part < quantity); part }
            Admission::Refused(_) => 0.0,
        };
        prop_assert!(taken * order.unit_cost() <= account.free() * (1.0 + 1e-12) + 1e-9);
        if taken > 0.0 {
            prop_assert!(leverage_allowed(&DEFAULT_BRACKETS, (held + taken) * 20.0 * (1.0 - 1e-12), leverage));
        }
        // Of one order alone the part that can be paid is what a venue's own check lets through.
        let part = affordable(&[Claim { quantity, unit_cost: order.unit_cost(), freed: 0.0 }], account.free());
        match admit(&account, &order, &DEFAULT_BRACKETS) {
            Admission::Whole => prop_assert_eq!(part, 1.0),
            Admission::Scaled(taken, Bound::Margin) => prop_assert!((part * quantity / taken - 1.0).abs() < 1e-9, "{part} of {quantity}"),
            Admission::Refused(Bound::Margin) => prop_assert_eq!(part, 0.0),
            Admission::Scaled(..) | Admission::Refused(_) => {}
        }
    }

    #[test]
    fn what_a_bucket_pays_for_it_has(orders in prop::collection::vec((0.1..500.0, 0.1..100.0, prop_oneof![Just(0.0), 0.0..20_000.0]), 1..7), cash in prop_oneof![Just(0.0), 0.0..50_000.0]) {
        let claims: Vec<Claim> = orders.iter().map(|&(quantity, unit_cost, freed)| Claim { quantity, unit_cost, freed }).collect();
        let scale = affordable(&claims, cash);
        let asked = |scale: f64| claims.iter().map(|claim| (claim.cost() * scale - claim.freed).max(0.0)).sum::<f64>();
        prop_assert!((0.0..=1.0).contains(&scale) && asked(scale) <= cash * (1.0 + 1e-9) + 1e-9, "{scale}");
        // And no more of them could be paid for.
        prop_assert!(scale == 1.0 || asked(scale * (1.0 + 1e-6) + 1e-12) > cash, "{scale}");
    }

    #[test]
    fn strict_worlds_are_never_kinder(wallet in 0.0..5e3, legs in prop::collection::vec((direction(), 0.1..100.0, 0_usize..3, price(), 0.0..20.0, 0.0..20.0), 1..6), fee in 0.0..0.001) {
        let pool = Pool {
            wallet,
            positions: legs.iter().map(|(direction, quantity, underlying, entry_price, ..)| PoolPosition {
                direction: *direction, quantity: *quantity, entry_price: *entry_price, underlying: *underlying, brackets: &DEFAULT_BRACKETS,
            }).collect(),
        };
        let extremes: Vec<Extremes> = legs.iter().map(|(.., down, up)| Extremes { low: 100.0 - down, high: 100.0 + up }).collect();
        let dead = |&world: &World| pool.is_liquidated(&pool.extremes(world, &extremes, fee), fee);
        let survives = |strict: bool| !World::all(strict).iter().any(dead);
        prop_assert!(survives(false) || !survives(true));
        // Dead in no world of the strict test, it is dead at no joint extreme.
        if survives(true) {
            let lows: Vec<f64> = extremes.iter().map(|e| e.low).collect();
            prop_assert!(!pool.is_liquidated(&lows, fee));
        }
    }

    #[test]
    fn the_leverage_of_a_margin_is_the_largest_allowed(margin in 0.01..5e6) {
        check_table(&DEFAULT_BRACKETS).unwrap();
        let leverage = max_leverage_of_margin(&DEFAULT_BRACKETS, margin).unwrap();
        prop_assert!(leverage_allowed(&DEFAULT_BRACKETS, margin * leverage * (1.0 - 1e-12), leverage));
        prop_assert!(!leverage_allowed(&DEFAULT_BRACKETS, margin * leverage * (1.0 + 1e-9), leverage * (1.0 + 1e-9)));
    }
}
