//! The replay holds one position as [`walk_bar`] says, bar for bar: the same things, in the same order, at the same reference prices.
//!
//! Where the two differ by design ([`Case::as_recorded`]): a stop whose costs carry it to the liquidation price is recorded as liquidated at what
//! it would have paid, while `walk_bar` names the price before costs; and nothing leaves beyond its bankruptcy price, whatever the last price
//! does while the mark stands still, of which `walk_bar` knows nothing. What its position cannot be (other orders of the bucket, a table of
//! several brackets after a part has left) is no part of this law.

use std::path::Path;

use proptest::prelude::*;

use rotate::exchange::assumptions::IntrabarPath;
use rotate::exchange::margin::Isolated;
use rotate::exchange::orders::{Bar, Kind, Side};
use rotate::exchange::stops::{fixed, overshot};
use rotate::market::MarkBar;
use rotate::replay::run::{ExitRule, Fill, Reason, Run};
use rotate::strategy::StrategyFile;
use rotate::units::{Direction, Time, Usd};

use crate::old::walk_bar;
use crate::tiny_market::TinyVenue;
use crate::words::{Entry, Event, InBar, PathRules, What};
use crate::{cases, replay};

const TICK: f64 = 0.5;
/// 08:00 on a Monday: the second bar closes at midnight, when the day's review falls.
const START: i64 = 1_704_067_200 + 28_800;
/// What the bucket puts behind its one position.
const MARGIN: f64 = 50_000.0;
const AMPLE: f64 = 1e9;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comes {
    /// Entered in a quiet bar before.
    Held,
    Market,
    /// A limit so far from the last price, new in this bar or in the book since the bar before.
    Limit {
        offset: f64,
        resting: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Leaves {
    Never,
    AtOpen,
    /// By a limit at this distance from the last price.
    Limit(f64),
}

#[derive(Clone, Debug)]
struct Case {
    short: bool,
    comes: Comes,
    leaves: Leaves,
    leverage: f64,
    maintenance: f64,
    stop: Option<f64>,
    target: Option<f64>,
    prices: [f64; 4],
    marks: Option<[f64; 4]>,
    /// Share of the position that the bar's volume lets out.
    capacity: f64,
    half_spread: f64,
    slippage: f64,
    overshoot: f64,
    through_ticks: u32,
    tick: f64,
    favourable_first: bool,
}

/// Prices in half dollars, so that ties and touches are common.
fn prices() -> impl Strategy<Value = [f64; 4]> {
    let step = || prop_oneof![4 => -8..9_i32, 1 => -60..61_i32];
    let wick = || prop_oneof![2 => 0..4_i32, 2 => 0..40_i32];
    (step(), step(), wick(), wick()).prop_map(|(open, body, up, down)| {
        let half = |halves: i32| f64::from(halves) * TICK;
        let (open, close) = (100.0 + half(open), 100.0 + half(open + body));
        [open, open.max(close) + half(up), open.min(close) - half(down), close]
    })
}

fn share() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![0.01, 0.02, 0.05, 0.1, 0.2, 0.25])
}

fn one_of_them() -> impl Strategy<Value = Case> {
    let offset = || prop::sample::select(vec![0.0, 0.01, 0.02, 0.05]);
    let comes = prop_oneof![
        4 => Just(Comes::Held),
        1 => Just(Comes::Market),
        2 => (offset(), any::<bool>()).prop_map(|(offset, late)| Comes::Limit { offset, resting: late && offset > 0.0 }),
    ];
    let leaves = prop_oneof![2 => Just(Leaves::Never), 1 => Just(Leaves::AtOpen), 1 => offset().prop_map(Leaves::Limit)];
    let costs = prop_oneof![2 => Just((0.0, 0.0)), 1 => (0.0..0.009_f64, 0.0..0.05_f64)];
    let overshoot = prop::sample::select(vec![0.0, 0.25, 0.75, 1.0]);
    (
        (any::<bool>(), comes, leaves, prop::sample::select(vec![1.0, 2.0, 4.0, 8.0]), prop::sample::select(vec![0.0625, 0.013])),
        (prop::option::of(share()), prop::option::of(share()), prices(), prop::option::weighted(0.3, prices())),
        (
            prop::sample::select(vec![0.0, 0.25, 0.5, 2.0, 2.0]),
            (costs, overshoot),
            0..3_u32,
            prop::sample::select(vec![0.0, TICK]),
            any::<bool>(),
        ),
    )
        .prop_map(
            |(
                (short, comes, leaves, leverage, maintenance),
                (stop, target, prices, marks),
                (capacity, ((half_spread, slippage), overshoot), through_ticks, tick, favourable_first),
            )| {
                // A limit's own price, not what crossing would cost: half the spread belongs to another law.
                let limits = matches!(comes, Comes::Limit { .. }) || matches!(leaves, Leaves::Limit(_));
                let held = comes == Comes::Held;
                let leaves = if held { leaves } else { Leaves::Never };
                Case {
                    short,
                    comes,
                    leaves,
                    leverage,
                    maintenance,
                    stop,
                    // `walk_bar` has one resting limit.
                    target: target.filter(|_| !matches!(leaves, Leaves::Limit(_))),
                    prices,
                    marks,
                    // It enters whole.
                    capacity: if held { capacity } else { 2.0 },
                    half_spread: if limits { 0.0 } else { half_spread },
                    slippage,
                    overshoot,
                    through_ticks,
                    tick,
                    favourable_first,
                }
            },
        )
}

impl Case {
    fn direction(&self) -> Direction {
        if self.short { Direction::Short } else { Direction::Long }
    }

    fn exit(&self) -> Side {
        if self.short { Side::Buy } else { Side::Sell }
    }

    /// The bar of the law.
    fn tested(&self) -> usize {
        if self.comes == Comes::Held || matches!(self.comes, Comes::Limit { resting: true, .. }) { 3 } else { 2 }
    }

    fn now(&self) -> Time {
        Time::from_seconds(START + 28_800 * self.tested() as i64)
    }

    fn venue(&self) -> TinyVenue {
        let Self { half_spread, tick, maintenance, .. } = *self;
        TinyVenue { bar_hours: 8, taker: 0.0, maker: 0.0, half_spread, tick, maintenance }
    }

    /// Up to 100 in the second bar, so that the entry is due; still until the bar of the law; one bar after it.
    fn run(&self) -> Run {
        let venue = self.venue();
        let quiet = |price: f64| [price; 4];
        let mut path = vec![quiet(98.0), [98.0, 100.0, 98.0, 100.0]];
        path.resize(self.tested(), quiet(100.0));
        path.extend([self.prices, quiet(self.prices[3])]);
        // Sized with room for half the spread.
        let coins = MARGIN * self.leverage / (1.0 + self.leverage * self.half_spread) / 100.0;
        let volume = |t: usize| if t == self.tested() && self.capacity < 1.0 { self.capacity * coins } else { AMPLE };
        let bars: Vec<_> = path.iter().enumerate().map(|(t, &prices)| venue.bar(START, t, prices, volume(t))).collect();
        let marks = self.marks.map_or_else(Vec::new, |marks| {
            let of = |(t, bar): (usize, &rotate::market::Bar)| {
                let [open, high, low, close] = if t == self.tested() { marks } else { [bar.open, bar.high, bar.low, bar.close] };
                MarkBar { time: bar.time, open, high, low, close }
            };
            bars.iter().enumerate().map(of).collect()
        });
        let market = venue.market(bars, marks, &[0.0]);
        let strategy = StrategyFile::parse(Path::new("one.toml"), self.toml()).unwrap_or_else(|fault| panic!("{fault}")).strategy;
        replay(&market, &strategy)
    }

    fn toml(&self) -> String {
        let path = if self.favourable_first { "favourable-first" } else { "adverse-first" };
        let mut text = format!(
            "name = \"one\"\nabout = \"one position\"\nregime = \"any\"\ndecide = \"8h\"\nrebalance = {{ every = \"3000d\", band = 0.9 }}\n\
             [assumptions]\nimpact = 0.0\nbar_participation = 1.0\nday_participation = 1.0\nclosing_fee_in_margin = false\n\
             path = \"{path}\"\nthrough_ticks = {}\nstop_slippage = {:?}\nstop_overshoot = {:?}\n\
             [buckets.cash]\nweight = 0.2\nhold = \"cash\"\n\
             [buckets.perps]\nweight = 0.8\nhold = {{ perp = {{ assets = [\"COIN\"] }} }}\nweigh = {{ fixed = {{ COIN = 0.625 }} }}\nreview = \"1d\"\ncooldown = \"3000d\"\n\
             score = {{ momentum = \"8h\" }}\nleverage = {{ open = {:?} }}\ndirection = \"{}\"\n",
            self.through_ticks,
            self.slippage,
            self.overshoot,
            self.leverage,
            self.direction().name(),
        );
        let mut say = |line: String| text.push_str(&(line + "\n"));
        match (self.comes, self.leaves) {
            (Comes::Limit { offset, .. }, _) => say(format!("orders = {{ kind = \"limit\", offset = {offset:?} }}")),
            // The held one comes by a limit that its first bar fills at once.
            (_, Leaves::Limit(_)) => say("orders = { kind = \"limit\", offset = 0.0 }".to_owned()),
            _ => {}
        }
        if self.leaves != Leaves::Never {
            // The quiet bar it was entered in has not moved.
            say("exit_score = { below = 0.0 }".to_owned());
        }
        if let Some(share) = self.stop {
            say(format!("stop = {{ from_entry = {share:?} }}"));
        }
        if let Some(share) = self.target {
            say(format!("take_profit = {{ from_entry = {share:?} }}"));
        }
        text
    }

    /// What a stop pays that meets the market at a price.
    fn paid(&self, reference: f64) -> f64 {
        let extreme = if self.short { self.prices[1] } else { self.prices[2] };
        overshot(self.exit(), reference, extreme, self.overshoot) * (1.0 + self.exit().sign() * (self.half_spread + self.slippage))
    }

    /// Whether a price stands within rounding of the liquidation price, so that inequality and price may fall on either side of it: unless it is a
    /// price in half dollars, where all of it is exact.
    fn hairline(&self, position: &InBar, fence: f64) -> bool {
        let Some(price) = position.liquidation else { return false };
        let exact = (price * 2.0).fract() == 0.0 && self.half_spread == 0.0;
        let stops = position.stop.into_iter().chain([self.prices[0]]).flat_map(|stop| [stop, self.paid(stop)]);
        let near = |other: f64| (other / price - 1.0).abs() < 1e-9;
        !exact && stops.chain(self.marks.unwrap_or(self.prices)).chain([fence]).any(near)
    }

    /// What `walk_bar` says of the bar. `entry` is the fill that made the position, told by the run. `None`: a matter of the last bit.
    fn walked(&self, entry: Option<&Fill>) -> Option<Vec<Event>> {
        let prices = |[open, high, low, close]: [f64; 4]| Bar::of_prices(open, high, low, close);
        let (bar, mark) = (prices(self.prices), prices(self.marks.unwrap_or(self.prices)));
        let rules = PathRules {
            leg: if self.favourable_first { IntrabarPath::FavourableFirst } else { IntrabarPath::AdverseFirst },
            tick: self.tick,
            through_ticks: self.through_ticks,
            stop_cost: self.half_spread + self.slippage,
            stop_overshoot: self.overshoot,
            capacity: self.capacity,
        };
        let mut position = InBar {
            direction: self.direction(),
            entry: match self.comes {
                Comes::Held => Entry::Held,
                Comes::Market => Entry::Order(Kind::Market),
                Comes::Limit { offset, resting } => {
                    Entry::Order(Kind::Limit { price: 100.0 * (1.0 + self.exit().sign() * offset), resting })
                }
            },
            close_at_open: self.leaves == Leaves::AtOpen,
            stop: None,
            take_profit: None,
            liquidation: None,
        };
        let mut fence = f64::NAN;
        if let Some(fill) = entry {
            let (direction, quantity) = (self.direction(), fill.quantity);
            let price = Usd::round(quantity * fill.price).to_f64() / quantity;
            let wallet = Usd::round(quantity * fill.price / self.leverage).to_f64();
            position.stop = self.stop.map(|share| fixed(direction, price, share));
            position.take_profit = self.target.map(|share| fixed(direction, price, -share));
            let isolated = Isolated { direction, quantity, entry_price: price, wallet };
            position.liquidation = isolated.liquidation_price(&self.venue().brackets(), 0.0);
            fence = isolated.bankruptcy_price();
        }
        if let Leaves::Limit(_) = self.leaves {
            // It arrives at the open: beyond its price a taker, otherwise it rests as a target does.
            let limit = 100.0;
            if self.exit().reaches(bar.open, limit) { position.close_at_open = true } else { position.take_profit = Some(limit) }
        }
        let walked = walk_bar(&position, &bar, &mark, &rules).into_iter();
        (!self.hairline(&position, fence)).then(|| walked.map(|event| self.as_recorded(event, &position, &mark, fence)).collect())
    }

    /// The two differences by design.
    fn as_recorded(&self, event: Event, position: &InBar, mark: &Bar, fence: f64) -> Event {
        let worst = if self.short { mark.high } else { mark.low };
        let against = self.exit().other();
        let reference = match event.what {
            What::Liquidated if position.liquidation.is_some_and(|price| !against.reaches(worst, price)) => self.paid(event.reference),
            What::Stopped | What::Closed => against.worse(event.reference, fence),
            _ => event.reference,
        };
        Event { reference, ..event }
    }

    /// What the run says of it.
    fn recorded(&self, run: &Run) -> Vec<(What, f64, f64)> {
        let whole = run.fills.iter().find(|fill| fill.reason.name() == "enter").map_or(f64::NAN, |fill| fill.quantity);
        let mut marks = run.liquidations.iter().map(|liquidation| liquidation.mark_price);
        let of = |fill: &Fill| {
            let before_costs = fill.price - fill.side.sign() * fill.slippage.to_f64() / fill.quantity;
            let (what, reference) = match fill.reason {
                // A maker's price is its own, wherever the bar opened; the record holds it against the open where the bar never saw it.
                Reason::Enter if matches!(self.comes, Comes::Limit { .. }) => (What::Entered, fill.price),
                Reason::Enter => (What::Entered, before_costs),
                Reason::Stop => (What::Stopped, before_costs),
                Reason::TakeProfit => (What::TookProfit, fill.price),
                Reason::Liquidation => (What::Liquidated, marks.next().expect("a record")),
                Reason::Exit(ExitRule::ScoreLost) if self.leaves == Leaves::AtOpen => (What::Closed, before_costs),
                Reason::Exit(ExitRule::ScoreLost) => {
                    (if self.exit().reaches(self.prices[0], 100.0) { What::Closed } else { What::TookProfit }, fill.price)
                }
                other => panic!("{other:?}"),
            };
            (what, reference, fill.quantity / whole)
        };
        run.fills.iter().filter(|fill| fill.time == self.now()).map(of).collect()
    }
}

/// The open is beyond the limit, but half the spread is between them: the order rests there, and what hurts comes first.
#[test]
fn a_limit_that_its_spread_keeps_from_crossing_waits_for_its_leg() {
    for (favourable_first, reason) in [(false, "stop"), (true, "score_lost")] {
        let case = Case {
            short: false,
            comes: Comes::Held,
            leaves: Leaves::Limit(0.0),
            leverage: 2.0,
            maintenance: 0.013,
            stop: Some(0.05),
            target: None,
            prices: [100.0; 4],
            marks: None,
            capacity: 2.0,
            half_spread: 0.005,
            slippage: 0.0,
            overshoot: 0.0,
            through_ticks: 1,
            tick: TICK,
            favourable_first,
        };
        // It comes by a limit of its own, traded through in the third bar.
        let path = [[98.0; 4], [98.0, 100.0, 98.0, 100.0], [100.0, 100.5, 99.0, 100.0], [100.2, 103.0, 94.0, 101.0], [101.0; 4]];
        let bars = path.iter().enumerate().map(|(t, &prices)| case.venue().bar(START, t, prices, AMPLE)).collect();
        let strategy = StrategyFile::parse(Path::new("one.toml"), case.toml()).unwrap_or_else(|fault| panic!("{fault}")).strategy;
        let run = replay(&case.venue().market(bars, Vec::new(), &[0.0]), &strategy);
        let fills: Vec<_> = run.fills.iter().map(|fill| (fill.time, fill.reason.name())).collect();
        let at = |t: i64| Time::from_seconds(START + 28_800 * t);
        assert_eq!(fills, [(at(2), "enter"), (at(3), reason)]);
    }
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn a_bar_of_the_replay_is_a_walk_through_it(case in one_of_them()) {
        let run = case.run();
        let entry = run.fills.iter().find(|fill| fill.reason.name() == "enter");
        // The bar of the entry may already have been too much.
        prop_assume!(run.fills.iter().filter(|fill| fill.time < case.now()).all(|fill| fill.reason.name() == "enter"));
        let Some(walked) = case.walked(entry) else { return Ok(()) };
        let recorded = case.recorded(&run);
        let same = walked.len() == recorded.len()
            && walked.iter().zip(&recorded).all(|(event, (what, reference, share))| {
                event.what == *what && (event.reference - reference).abs() < 1e-4 && (event.share - share).abs() < 1e-6
            });
        prop_assert!(same, "walked {:#?}\nrecorded {:?}\n{:?}\n{:?}", walked, recorded, run.fills, run.decisions);
    }
}
