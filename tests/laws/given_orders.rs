//! What costs, the order of the legs and the width of bars do to a given sequence of orders: the strategies here enter once and do not react, for
//! one that reacts may be lucky to be refused.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;

use rotate::market::{Bar, Market, freeze};
use rotate::replay::run::{Run, Side};
use rotate::strategy::{Strategy as Rules, StrategyFile};
use rotate::units::Usd;

use crate::random_market::{START, markets, one_bracket};
use crate::tiny_market::TinyVenue;
use crate::{cases, replay};

/// Money in whole microdollars, rounded a few times a fill.
const ROUNDING: f64 = 1e-3;
/// So much that no order is bound by it, and every order by the volume.
const ENDLESS: f64 = 1e12;

fn parsed(text: &str) -> Rules {
    StrategyFile::parse(Path::new("given.toml"), text.to_owned()).unwrap_or_else(|fault| panic!("{fault}\n{text}")).strategy
}

fn gain(run: &Run) -> f64 {
    (run.final_equity() - run.capital).to_f64()
}

/// One perpetual taken once, at the first close with a return behind it.
#[derive(Clone, Debug)]
struct Once {
    short: bool,
    leverage: f64,
    /// Distance of an entering limit from the last price; `None`: at the market.
    limit: Option<f64>,
    stop: Option<f64>,
    trailing: Option<f64>,
    target: Option<f64>,
    maintenance: f64,
    taker: f64,
    maker: f64,
    half_spread: f64,
    slippage: f64,
    /// Of a bar's way beyond a stop, where the bad leg comes first; the best that four prices allow is a stop that nothing runs over.
    overshoot: f64,
    /// What the position pays at each settlement; it never receives, so that nothing is earned by staying longer.
    rate: f64,
    path: Vec<Eight>,
}

/// Eight hours: a gap, then four bars of two hours without one between them, each with its move and its wicks.
type Eight = (f64, [(f64, f64, f64); 4]);

fn paths() -> impl Strategy<Value = Vec<Eight>> {
    let gap = prop_oneof![3 => Just(0.0), 1 => -0.1..0.1_f64];
    let wick = || prop_oneof![1 => Just(0.0), 2 => 0.0..0.03_f64, 1 => 0.0..0.15_f64];
    prop::collection::vec((gap, prop::array::uniform4((-0.04..0.04_f64, wick(), wick()))), 3..10)
}

fn once() -> impl Strategy<Value = Once> {
    let level = |most: f64| prop::option::weighted(0.7, 0.01..most);
    (
        (any::<bool>(), prop_oneof![Just(1.0), 1.0..12.0_f64], prop::option::of(prop_oneof![Just(0.0), 0.0..0.06_f64])),
        (level(0.25), prop::option::weighted(0.3, 0.02..0.2_f64), level(0.2)),
        (
            0.004..0.03_f64,
            0.0..0.002_f64,
            0.0..1.0_f64,
            0.0..0.005_f64,
            (0.0..0.01_f64, 0.0..=1.0_f64),
            prop_oneof![Just(0.0), 0.0..0.002_f64],
        ),
        paths(),
    )
        .prop_map(
            |(
                (short, leverage, limit),
                (stop, trailing, target),
                (maintenance, taker, part, half_spread, (slippage, overshoot), rate),
                path,
            )| Once {
                short,
                leverage,
                limit,
                stop,
                trailing,
                target,
                maintenance,
                taker,
                maker: taker * part,
                half_spread,
                slippage,
                overshoot,
                rate,
                path,
            },
        )
}

impl Once {
    /// Bars of two hours.
    fn fine(&self) -> Vec<[f64; 4]> {
        let mut last = 100.0_f64;
        let mut bars = Vec::new();
        for (gap, parts) in &self.path {
            // Within what leaves the holding within its band.
            last = (last * (1.0 + gap)).clamp(70.0, 140.0);
            for (step, up, down) in parts {
                let close = (last * (1.0 + step)).clamp(70.0, 140.0);
                bars.push([last, last.max(close) * (1.0 + up), last.min(close) * (1.0 - down), close]);
                last = close;
            }
        }
        // What was entered last meets one more open, so that nobody leaves beyond a target that was not yet allowed to fill.
        bars.extend([[last; 4]; 4]);
        bars
    }

    fn market(&self, hours: i64) -> Market {
        let together = |bars: &[[f64; 4]]| {
            let high = bars.iter().map(|bar| bar[1]).fold(f64::NEG_INFINITY, f64::max);
            let low = bars.iter().map(|bar| bar[2]).fold(f64::INFINITY, f64::min);
            [bars[0][0], high, low, bars[bars.len() - 1][3]]
        };
        let Self { taker, maker, half_spread, maintenance, .. } = *self;
        let venue = TinyVenue { bar_hours: hours, taker, maker, half_spread, tick: 0.0, maintenance };
        let bars: Vec<[f64; 4]> = self.fine().chunks(hours as usize / 2).map(together).collect();
        let bars: Vec<Bar> = bars.iter().enumerate().map(|(t, &prices)| venue.bar(START, t, prices, ENDLESS)).collect();
        venue.market(bars, Vec::new(), &[if self.short { -self.rate } else { self.rate }])
    }

    fn rules(&self, path: &str) -> Rules {
        let mut text = format!(
            "name = \"once\"\nabout = \"once\"\nregime = \"any\"\ndecide = \"8h\"\nrebalance = {{ every = \"3000d\", band = 0.95 }}\n\
             [assumptions]\nimpact = 0.0\npath = \"{path}\"\nstop_slippage = {:?}\nstop_overshoot = {:?}\n\
             [buckets.cash]\nweight = 0.1\nhold = \"cash\"\n\
             [buckets.perps]\nweight = 0.9\nhold = {{ perp = {{ assets = [\"COIN\"] }} }}\nweigh = {{ fixed = {{ COIN = 0.02 }} }}\n\
             review = \"8h\"\ncooldown = \"3000d\"\nscore = {{ momentum = \"8h\" }}\nleverage = {{ open = {:?} }}\ndirection = \"{}\"\n",
            self.slippage,
            if path == "adverse-first" { self.overshoot } else { 0.0 },
            self.leverage,
            if self.short { "short" } else { "long" },
        );
        if let Some(offset) = self.limit {
            let _ = writeln!(text, "orders = {{ kind = \"limit\", offset = {offset:?} }}");
        }
        let stops = [("from_entry", self.stop), ("trailing", self.trailing)];
        let stops: Vec<String> = stops.iter().filter_map(|(key, share)| share.map(|share| format!("{key} = {share:?}"))).collect();
        if !stops.is_empty() {
            let _ = writeln!(text, "stop = {{ {} }}", stops.join(", "));
        }
        if let Some(share) = self.target {
            let _ = writeln!(text, "take_profit = {{ from_entry = {share:?} }}");
        }
        parsed(&text)
    }

    fn gains(&self, hours: i64, path: &str) -> f64 {
        gain(&replay(&self.market(hours), &self.rules(path)))
    }
}

/// Everything there is on spot, by a score that prices alone decide, and everything in perpetuals once; each order goes on for one bar.
fn endless(hours: i64, short: bool, leverage: f64, limit: Option<f64>, times: f64) -> Rules {
    let kind = limit.map_or_else(String::new, |offset| format!("kind = \"limit\", offset = {offset:?}, "));
    parsed(&format!(
        "name = \"endless\"\nabout = \"endless\"\nregime = \"any\"\ndecide = \"{hours}h\"\nrebalance = {{ every = \"3000d\" }}\n\
         orders = {{ {kind}expire = \"{hours}h\" }}\n\
         [assumptions]\nfee_multiplier = {times:?}\nspread_multiplier = {times:?}\nimpact = {times:?}\n\
         [buckets.spot]\nweight = 0.5\nhold = {{ spot = {{}} }}\nscore = {{ momentum = \"{hours}h\" }}\nexit_score = {{ below = -0.01 }}\n\
         cooldown = \"{hours}h\"\n\
         [buckets.perps]\nweight = 0.5\nhold = {{ perp = {{}} }}\nreview = \"3000d\"\ncooldown = \"3000d\"\nleverage = {{ open = {leverage:?} }}\n\
         direction = \"{}\"\n",
        if short { "short" } else { "long" },
    ))
}

proptest! {
    #![proptest_config(cases(1000))]

    /// Under `lose-margin`: where a venue gives back, one that is liquidated sooner for its dearer closing fee may keep more.
    #[test]
    fn twice_the_costs_is_never_better(
        spec in markets(),
        short in any::<bool>(),
        leverage in 1.0..10.0_f64,
        limit in prop::option::of(0.0..0.05_f64),
    ) {
        let market = |times: f64| {
            let mut parts = spec.parts();
            one_bracket(&mut parts);
            parts.listing.penalty *= times;
            freeze(parts).expect("whole")
        };
        let run = |times: f64| {
            rotate::batch::Arena::new(&market(times)).replay(&endless(spec.bar_hours, short, leverage, limit, times), Usd::round(ENDLESS))
        };
        let (once, twice) = (run(1.0), run(2.0));
        // The same orders, so far as the venue leaves them alone.
        let spot = |run: &Run| {
            let fills = run.fills.iter().filter(|fill| fill.bucket.index() == 0);
            let mut fills: Vec<_> = fills.map(|fill| (fill.time, fill.instrument, fill.side == Side::Buy)).collect();
            fills.sort_unstable();
            fills
        };
        prop_assert_eq!(spot(&once), spot(&twice));
        let earned = |run: &Run, bucket: usize| -> f64 {
            run.trades.iter().filter(|trade| trade.bucket.index() == bucket).map(|trade| trade.pnl.to_f64()).sum()
        };
        // A dearer sale brings less notional, so less margin stands behind it: where that is all lost, less is lost.
        let lost = |run: &Run| run.trades.iter().any(|trade| trade.return_on_margin.is_some_and(|part| part < -0.8));
        let told = !short || (!lost(&once) && !lost(&twice));
        for bucket in if told { 0..2 } else { 0..1 } {
            let (once, twice) = (earned(&once, bucket), earned(&twice, bucket));
            prop_assert!(twice <= once + ROUNDING, "bucket {}: {} at twice the costs, {} at once", bucket, twice, once);
        }
    }

    #[test]
    fn the_bad_leg_first_is_never_better(given in once(), hours in prop::sample::select(vec![2_i64, 4, 8])) {
        let (bad, good) = (given.gains(hours, "adverse-first"), given.gains(hours, "favourable-first"));
        prop_assert!(bad <= good + ROUNDING, "{} with the bad leg first, {} with the good one", bad, good);
    }

    /// A trailing stop follows after each bar, so by its nature it depends on their width: it is left out. So is the fee of a limit that half the
    /// spread alone keeps from crossing at its first open: it pays as the taker it came as in that bar, as a maker in a later one.
    #[test]
    fn finer_bars_stay_within_the_band(given in once(), finer in prop::sample::select(vec![2_i64, 4])) {
        let half_spread = if given.limit.is_some() { 0.0 } else { given.half_spread };
        let given = Once { trailing: None, half_spread, ..given };
        let [worst, best] = ["adverse-first", "favourable-first"].map(|path| given.gains(8, path));
        let [bad, good] = ["adverse-first", "favourable-first"].map(|path| given.gains(finer, path));
        let ordered = worst <= bad + ROUNDING && bad <= good + ROUNDING && good <= best + ROUNDING;
        prop_assert!(ordered, "bars of 8 h: {}..{}, of {} h: {}..{}", worst, best, finer, bad, good);
    }
}
