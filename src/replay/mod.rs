//! THE LOOP: one strategy over one market, bar by bar, in the numbered moments of `fidelity.md` section 6. This is the only room
//! that sees the market, the wish and the money at once; it decides nothing itself. It asks the strategy what it wants, the
//! exchange what it gets, and has the ledger write it down.
//!
//! | moment | where |
//! |---|---|
//! | 0 yields of the day before, listings that ended, 2 the margin at the open | `yields`, `exits`, `convert`, `margin`, `cross` |
//! | 3 and 6 settlements | `funding` |
//! | 4 orders at the open | `open`, `entries`, `exits`, `flows`, `limits` |
//! | 5 and 6 the two legs of the bar | `legs`, `cross` |
//! | 7 the row of the curve | `review`, `rotations`, `story` |
//! | 8 the strategy sees the bar | `review`, `sizing`, `rebalance`, `adaptive`, `hedge`, `limits`, `waterfall`, `sweep` |

mod adaptive;
mod attribution;
mod convert;
mod cross;
mod crowded;
mod desk;
mod entries;
mod exits;
mod exposure;
mod findings;
mod flows;
mod funding;
mod hedge;
mod legs;
mod limits;
mod margin;
mod open;
mod orders;
mod protect;
mod quote;
mod rebalance;
mod review;
mod rotations;
pub mod run;
mod sizing;
mod standing;
mod story;
mod sweep;
mod terms;
mod uninvested;
mod waterfall;
mod why;
mod words;
mod yields;

use crate::exchange::jitter::Jitter;
use crate::market::Market;
use crate::signal::Signals;
use crate::strategy::Plan;
use crate::units::Usd;

pub use standing::{Pending, Standing};

use desk::Desk;
use run::{Beyond, Run, Stop};

/// Replays a plan over the window of a market; what came before it is only looked back on. Total: after loading nothing can fail but our own laws.
///
/// `signals` are those of the same market.
///
/// # Panics
/// When the books do not balance to the microdollar after any bar: a bug of ours.
#[must_use]
pub fn replay(market: &Market, signals: &Signals, plan: &Plan, capital: Usd) -> Run {
    replay_to(market, signals, plan, capital, market.window().bars).run
}

/// The same, stopped after what was decided at the close of bar `bars − 1` of the window: what a run would have said had nobody waited longer. Only the
/// last bar of the market closes everything.
///
/// # Panics
/// As [`replay`].
#[must_use]
pub fn replay_to(market: &Market, signals: &Signals, plan: &Plan, capital: Usd, bars: usize) -> Standing {
    standing(market, signals, plan, (capital, bars), None)
}

/// As [`replay`], with every market order met by chance elsewhere in its bar.
///
/// # Panics
/// As [`replay`].
#[must_use]
pub fn replay_jittered(market: &Market, signals: &Signals, plan: &Plan, capital: Usd, jitter: Jitter) -> Run {
    standing(market, signals, plan, (capital, market.clock.bars), Some(jitter)).run
}

fn standing(market: &Market, signals: &Signals, plan: &Plan, (capital, bars): (Usd, usize), jitter: Option<Jitter>) -> Standing {
    let known = signals.known(market, &plan.definitions);
    let desk = || Desk { jitter, ..Desk::new(market, signals, &known, plan, capital) };
    let (mut until, mut stop) = (bars, None);
    // A bar that the books cannot hold is no part of the run. The bars before it come out the same to the last bit when they are replayed again.
    loop {
        match walk(desk(), until, stop) {
            Ok(standing) => return standing,
            Err(found) => (until, stop) = (found.bars, Some(found)),
        }
    }
}

/// The bars of the window up to `until`; where it must end sooner, where and why. `stop`: why `until` is the end.
fn walk(mut desk: Desk, until: usize, stop: Option<Stop>) -> Result<Standing, Stop> {
    if let Some((bars, worth)) = desk.story.benchmark.beyond.filter(|&(bars, _)| bars < until) {
        return Err(Stop { bars, why: Beyond::Benchmark(worth) });
    }
    for t in desk.market.trading().take(until) {
        desk.turn_to(t);
        // 0. At midnight what the day has yielded, at the prices it closed with; then listings that ended: forced exits, and
        // coins that became others.
        desk.pay_yields();
        desk.listings();
        // 1. and 2. Mark to the open; what no longer carries its margin is taken over before anybody can act.
        desk.liquidate_at_open();
        // 3. Funding stamped at the open, on what was held before it.
        desk.settle_at_open();
        // 4. Stops and targets the open lies beyond; then orders decided earlier: closing, flows between buckets, opening, and 2. again for
        // what was opened.
        desk.at_open();
        desk.note_cash();
        // 5. The leg that hurts: stops, limits on that side and liquidations, in the order of price. 6. The leg that helps: targets and
        // limits on the other side.
        desk.legs();
        // 6. Settlements inside the bar on what survived.
        desk.settle_inside();
        // 7. Mark to the close: what the settlements have left too thin is taken over.
        desk.liquidate_at_close();
        // 9. comes before the last row: everything is closed at the last close.
        if t + 1 == desk.market.clock.bars {
            desk.close_all();
        }
        desk.note_cash();
        // 7. The row of the equity curve; the books must balance.
        if let Err(excess) = desk.close_bar() {
            return Err(Stop { bars: t - desk.market.first, why: Beyond::Books(excess) });
        }
        // 8. The strategy sees the bar; orders for the next.
        desk.decide();
    }
    Ok(Standing { pending: desk.pending(), run: desk.finish(stop) })
}
