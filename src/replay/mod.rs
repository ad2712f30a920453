//! THE LOOP: one strategy over one market, bar by bar, in the numbered moments of `fidelity.md` section 6. This is the only room
//! that sees the market, the wish and the money at once; it decides nothing itself. It asks the strategy what it wants, the
//! exchange what it gets, and has the ledger write it down.
//!
//! | moment | where |
//! |---|---|
//! | 0 yields of the day before, listings that ended, 2 the margin at the open | `yields`, `exits`, `convert`, `margin`, `cross` |
//! | 3 and 6 settlements | `funding` |
//! | 4 orders at the open | `open`, `entries`, `exits`, `flows`, `limits` |
//! | 5 and 6 the two legs of the bar | `intrabar`, `cross` |
//! | 7 the row of the curve | `review`, `rotations`, `recorder` |
//! | 8 the strategy sees the bar | `review`, `sizing`, `rebalance`, `adaptive`, `hedge`, `limits`, `waterfall`, `sweep` |
//!
//! Who owns what: `positions` the books and what is kept beside each position, `orders` what was decided and is not done, `buckets` what is kept of each
//! bucket, `venues` the volume left, `recorder` the record.
//!
//! What a moment may touch is what it is a method of; each takes the `Context` it looks at:
//!
//! | | sees | changes |
//! |---|---|---|
//! | `Context` | the facts, the plan, the bar | nothing |
//! | `PositionBook` | the same, and positions | levels, margins, what is kept beside a position |
//! | `Account` | the same | what a fill moves: money, cool-downs, profit, volume, the record; it sends and cancels nothing |
//! | `Decider` | the same, and money | orders, flows, wishes, the record; it moves no money |
//! | `Simulation` | everything | everything: what fills and cancels in one breath, as a stop or a liquidation does |
//!
//! Bars in which none of this comes to anything are made a stretch at a time: `quiet` says which and why, `stretch` and `kernel` make them.
//!
//! The life of an order:
//!
//! ```text
//! strategy::decide ──> review::enter, resize; hedge; exits        close of bar t: what is wanted, less what is there
//!                        │
//!                        └─> sending::send ──> OrderQueue::put    under way for `latency_bars` opens
//!                                                 │
//! open of a later bar    OrderQueue::take_for_open│
//!   closing ───────────> open::close ─────────────┤
//!   flows ─────────────> flows::execute_flows     │
//!   opening ───────────> entries::open_all ───────┤  exchange::orders::fill_point: here, inside the bar, or not
//! inside the bar         intrabar::next_adverse,  │
//!                        next_favourable ─────────┤  exchange::intrabar::next_event: when its price comes
//!                                                 ▼
//!        exchange::orders::fill_in_bar ──> PositionBook::increase, reduce ──> Recorder::fill ──> protect: stop, target, danger
//!                                                 │
//!                        what is left ────────────┴─> sending::age_orders: rests, is put anew, crosses, or expires
//! ```
//!
//! The life of a settlement:
//!
//! ```text
//! market.funding, by bar ──> funding::settle_at_open (stamped at the open), settle_inside (later in the bar)
//!                              │  what was added at an unknown time inside the bar pays, and never receives
//!                              ├─> payable: no more than the position, or its pool, has
//!                              ├─> Books::fund ──> Recorder.funding, PositionState.funding ──> the attribution
//!                              └─> watch, protect ──> fails_at ──> liquidate
//!        open::, entries::, intrabar:: ──> pay_on_entry, pay_adverse_settlements: who comes or goes inside the bar pays
//! ```

mod account;
mod adaptive;
mod assumption;
mod assumption_text;
mod attribution;
mod buckets;
mod caution;
mod cautions;
mod checkpoint;
mod collateral;
mod context;
mod convert;
mod cross;
mod crowded;
mod decider;
mod decision;
mod decision_text;
mod entries;
mod exits;
mod exposure;
mod finding;
mod findings;
mod finish;
mod flows;
mod funding;
mod hedge;
mod intrabar;
mod kernel;
mod limits;
mod margin;
mod measure;
mod open;
mod orders;
mod position_state;
mod positions;
mod protect;
mod quiet;
mod quote;
mod quoted;
mod reason;
mod rebalance;
mod recorder;
mod review;
mod rotation;
mod rotations;
pub mod run;
mod sending;
mod simulation;
mod sizing;
mod stop;
mod stretch;
mod sweep;
mod uninvested;
mod venues;
mod waterfall;
mod yields;

use crate::exchange::jitter::Jitter;
use crate::market::Market;
use crate::signal::Signals;
use crate::strategy::Plan;
use crate::units::Usd;

pub use checkpoint::{Checkpoint, Pending, PendingReason};

use context::{Context, Roles};
use quoted::RecentQuotes;
use run::{Beyond, Run, Stop};
use simulation::{Manner, Simulation};

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
pub fn replay_to(market: &Market, signals: &Signals, plan: &Plan, capital: Usd, bars: usize) -> Checkpoint {
    replayed(market, signals, plan, (capital, bars), Manner::default())
}

/// As [`replay`], with every market order met by chance elsewhere in its bar.
///
/// # Panics
/// As [`replay`].
#[must_use]
pub fn replay_jittered(market: &Market, signals: &Signals, plan: &Plan, capital: Usd, jitter: Jitter) -> Run {
    replayed(market, signals, plan, (capital, market.clock.bars), Manner { jitter: Some(jitter), ..Manner::default() }).run
}

/// As [`replay_to`], with every bar gone through and none skipped: the definition, which comes out the same to the last bit and takes longer.
///
/// # Panics
/// As [`replay`].
#[must_use]
pub fn replay_bar_by_bar(market: &Market, signals: &Signals, plan: &Plan, capital: Usd, bars: usize) -> Checkpoint {
    replayed(market, signals, plan, (capital, bars), Manner { bar_by_bar: true, ..Manner::default() })
}

fn replayed(market: &Market, signals: &Signals, plan: &Plan, (capital, bars): (Usd, usize), manner: Manner) -> Checkpoint {
    let known = signals.known(market, &plan.definitions);
    let roles = Roles::of(plan);
    let quotes = RecentQuotes::new(market.instruments.len());
    let simulation = || Simulation::new(Context::new(market, (signals, &known, &quotes), (plan, &roles)), capital, manner);
    let (mut until, mut stop) = (bars, None);
    // A bar that the books cannot hold is no part of the run. The bars before it come out the same to the last bit when they are replayed again.
    loop {
        match walk(simulation(), until, stop) {
            Ok(checkpoint) => return checkpoint,
            Err(found) => (until, stop) = (found.bars, Some(found)),
        }
    }
}

/// The bars of the window up to `until`; where it must end sooner, where and why. `stop`: why `until` is the end.
fn walk(mut simulation: Simulation, until: usize, stop: Option<Stop>) -> Result<Checkpoint, Stop> {
    if let Some((bars, worth)) = simulation.account.record.benchmark_beyond.filter(|&(bars, _)| bars < until) {
        return Err(Stop { bars, why: Beyond::Benchmark(worth) });
    }
    let market = simulation.cx.market;
    let (mut t, end) = (market.first, market.first + until.min(market.window().bars));
    loop {
        // What nothing happens in is made at once: see `quiet`.
        t = simulation.skip_quiet(t, end);
        if t >= end {
            break;
        }
        simulation.cx.turn_to(t);
        // 0. At midnight what the day has yielded, at the prices it closed with; then listings that ended: forced exits, and
        // coins that became others.
        simulation.account.pay_yields(&simulation.cx);
        simulation.listings();
        // 1. and 2. Mark to the open; what no longer carries its margin is taken over before anybody can act.
        simulation.liquidate_at_open();
        // 3. Funding stamped at the open, on what was held before it.
        simulation.settle_at_open();
        simulation.account.call_collateral(&simulation.cx);
        // 4. Stops and targets the open lies beyond; then orders decided earlier: closing, flows between buckets, opening, and 2. again for
        // what was opened.
        simulation.at_open();
        simulation.account.note_cash(&simulation.cx);
        // 5. The leg that hurts: stops, limits on that side and liquidations, in the order of price. 6. The leg that helps: targets and
        // limits on the other side.
        simulation.legs();
        // 6. Settlements inside the bar on what survived.
        simulation.settle_inside();
        // 7. Mark to the close: what the settlements have left too thin is taken over.
        simulation.liquidate_at_close();
        // 9. comes before the last row: everything is closed at the last close.
        if t + 1 == simulation.cx.market.clock.bars {
            simulation.close_all();
        }
        simulation.account.note_cash(&simulation.cx);
        // 7. The row of the equity curve; the books must balance.
        if let Err(excess) = simulation.account.close_bar(&simulation.cx) {
            return Err(Stop { bars: t - simulation.cx.market.first, why: Beyond::Books(excess) });
        }
        // 8. The strategy sees the bar; orders for the next.
        simulation.decide();
        t += 1;
    }
    Ok(Checkpoint { pending: simulation.orders.pending(), run: simulation.finish(stop) })
}
