//! Shocks of a run, by numbers one can reckon by head: a perpetual that stands at 100 and pays a tenth of a per cent at each settlement. No costs.

use rotate::batch::Arena;
use rotate::metrics::Metrics;
use rotate::stress::{Shock, Shocked, Stress, Tested};

use crate::small::{Small, near, strategy, usd};

const QUIET: [f64; 5] = [100.0, 100.0, 100.0, 100.0, 1e6];

/// Half of 10,000 behind a long of 10,000, from the open of the second day on.
const LONG: &str = "rebalance = { every = \"365d\", band = 0.9 }\n[buckets.cash]\nweight = 0.5\nhold = \"cash\"\n\
    [buckets.perps]\nweight = 0.5\nhold = { perp = { assets = [\"AAA\"] } }\nreview = \"365d\"\nleverage = { open = 2.0 }\n";

#[test]
fn what_is_left_is_what_the_shock_took() {
    let market = Small::new("2024-01-01", 24).perp("AAA", &[QUIET; 40]).funding(0.001).market();
    let (arena, rules) = (Arena::new(&market), strategy(LONG));
    let run = arena.replay(&rules, usd(10_000.0));
    let own = Metrics::of(&run);
    let stress = Stress::of(&arena, &rules, &run, &own, &[0.001; 60], Tested { ladder: false, shocks: true });
    let shocks = stress.shocks.expect("they were asked for");
    let told = |shock: Shock| -> &Shocked { shocks.under(shock).unwrap_or_else(|| panic!("{shock:?}")) };
    let end = |shock: Shock| told(shock).metrics.returns.final_equity_usd;

    // Ten dollars a settlement, paid by the long.
    let paid = 10.0 * run.funding.len() as f64;
    assert!(paid > 1_000.0);
    near(own.returns.final_equity_usd, 10_000.0 - paid);
    // What falls due at the instant of an entry is paid and not received: turned round, one is missing.
    for (times, left) in [(0, 10_000.0), (2, 10_000.0 - 2.0 * paid), (3, 10_000.0 - 3.0 * paid), (-1, 10_000.0 + paid - 10.0)] {
        near(end(Shock::Funding(times)), left);
        near(told(Shock::Funding(times)).left.unwrap(), left / own.returns.final_equity_usd);
    }
    // The run is longest where funding has taken the most: at the last close but one. Three tenths of 10,000 are gone, and the two settlements inside
    // the last day are at the fallen mark: three dollars less each.
    near(end(Shock::Crash(0.3)), 10_000.0 - paid - 3_000.0 + 6.0);
    assert_eq!(told(Shock::Crash(0.3)).at, Some(run.clock.open(39)));
    // Half of 10,000 is more than stands behind it.
    assert!(told(Shock::Crash(0.5)).metrics.events.liquidations == 1 && end(Shock::Crash(0.5)) >= 5_000.0 - 1.0);
    // Nothing was paid for the spread, prices never swung, and a day without trading changes no price.
    for shock in [Shock::Spreads(3.0), Shock::Volatility(1.5)] {
        near(end(shock), own.returns.final_equity_usd);
    }
    assert_eq!((told(Shock::Halt).at, told(Shock::Depeg(0.9)).at), (Some(run.clock.open(39)), Some(run.clock.open(1))));
    // All of the 10,000 dollars were in the stablecoin.
    assert!(told(Shock::Depeg(0.9)).metrics.drawdown.max_drawdown.unwrap() <= -0.1 + 1e-9);
    assert!(shocks.outlook.is_none(), "days that never differ say nothing");
}

/// A run that holds nothing has no worst moment of exposure, but is there for everything else.
#[test]
fn cash_has_no_crash() {
    let market = Small::new("2024-01-01", 24).perp("AAA", &[QUIET; 40]).funding(0.001).market();
    let rules = strategy("rebalance = { every = \"365d\", band = 0.9 }\n[buckets.cash]\nweight = 1.0\nhold = \"cash\"\n");
    let arena = Arena::new(&market);
    let run = arena.replay(&rules, usd(10_000.0));
    let stress = Stress::of(&arena, &rules, &run, &Metrics::of(&run), &[], Tested { ladder: false, shocks: true });
    for shocked in stress.shocks.expect("they were asked for").all {
        near(shocked.metrics.returns.final_equity_usd, 10_000.0);
    }
}
