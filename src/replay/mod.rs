//! THE LOOP: one strategy over one market, bar by bar, in the numbered moments of `fidelity.md` section 6. This is the only room
//! that sees the market, the wish and the money at once; it decides nothing itself. It asks the strategy what it wants, the
//! exchange what it gets, and has the ledger write it down.

mod attribution;
mod desk;
mod fills;
mod funding;
mod margin;
mod orders;
mod review;
pub mod run;
mod story;

use crate::market::Market;
use crate::signal::regime::Regime;
use crate::strategy::Plan;
use crate::units::Usd;

use desk::Desk;
use run::Run;

/// Replays a plan over the whole clock of a market. Total: after loading nothing can fail but our own laws.
///
/// `regimes` has one label a bar ([`crate::signal::regime::classify`]); it labels rows, it decides nothing.
///
/// # Panics
/// When the books do not balance to the microdollar after any bar: a bug of ours.
#[must_use]
pub fn replay(market: &Market, regimes: &[Regime], plan: &Plan, capital: Usd) -> Run {
    let mut desk = Desk::new(market, regimes, plan, capital);
    for t in 0..market.clock.bars {
        desk.t = t;
        // 0. Listings that ended: forced exits.
        desk.delistings();
        // 1. and 2. Mark to the open; what no longer carries its margin is taken over before anybody can act.
        desk.liquidate_at_open();
        // 3. Funding stamped at the open, on what was held before it.
        desk.settle_at_open();
        // 4. Orders decided earlier: closing, then flows between buckets, then opening.
        desk.execute_orders();
        // 5. The leg that hurts: stops and liquidations, in the order of price.
        desk.adverse_leg();
        // 6. The leg that helps has no orders of its own yet; settlements inside the bar on what survived.
        desk.settle_inside();
        // 7. Mark to the close: what the settlements have left too thin is taken over.
        desk.liquidate_at_close();
        // 9. comes before the last row: everything is closed at the last close.
        if t + 1 == market.clock.bars {
            desk.close_all();
        }
        // 7. The row of the equity curve; the books must balance.
        desk.close_bar();
        // 8. The strategy sees the bar; orders for the next.
        desk.decide();
    }
    desk.finish()
}
