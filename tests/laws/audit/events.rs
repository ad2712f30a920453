//! Each event held against the market and against the other files: fills in their bars, funding on its settlements, trades from flat
//! to flat, liquidations with their fills.

use std::collections::BTreeMap;
use std::path::Path;

use super::books::{CENT, usd};
use super::prices::Market;
use super::record::{Events, Fill, Payment};
use super::report::{Summary, Table, stamp};

/// Fills that no order made: their price is the rule's, not the bar's.
fn forced(reason: &str) -> bool {
    ["liquidation", "delisted", "end_of_data", "staking"].contains(&reason)
}

/// Every fill lies on the grid and, freed of its slippage, inside the bar that it names.
///
/// # Errors
/// The first fill that could not have been had.
pub fn fills_in_bars(market: &Market, fills: &[Fill]) -> Result<(), String> {
    for fill in fills {
        let (place, at) = (&fill.place, stamp(fill.time));
        if fill.time.rem_euclid(market.bar) != 0 {
            return Err(format!("{place} {at}: not the open of a bar of {} s", market.bar));
        }
        if forced(&fill.reason) {
            continue;
        }
        let bar = market.traded(&fill.market, &fill.symbol, fill.time);
        let bar = bar.ok_or(format!("{place} {at}: {} {} has no bar there ({})", fill.market, fill.symbol, fill.reason))?;
        let reference = fill.price - fill.slippage / fill.quantity;
        // A microdollar of rounding in the slippage, spread over the quantity, and the last printed digit of the price.
        let room = 1e-6 / fill.quantity.abs() + reference * 1e-8;
        if reference < bar.low - room || reference > bar.high + room {
            return Err(format!(
                "{place} {at}: {} {} reference price found {reference} (price {} less slippage), the bar is {} to {} ({})",
                fill.market, fill.symbol, fill.price, bar.low, bar.high, fill.reason
            ));
        }
    }
    Ok(())
}

/// A trade re-made from fills and payments.
struct Remade {
    opened: i64,
    closed: Option<i64>,
    fees: f64,
    slippage: f64,
    funding: f64,
    /// Cash of the fills, fees included; what spends a reward in kind is one of them.
    cash: f64,
}

/// Position of one (market, symbol, bucket) after each of its fills.
struct Step {
    time: i64,
    after: f64,
    trade: usize,
}

type Key = (String, String, String);

/// Flat-to-flat trades by key, and the steps of the position.
struct Positions {
    trades: BTreeMap<Key, Vec<Remade>>,
    steps: BTreeMap<Key, Vec<Step>>,
}

impl Positions {
    fn of(events: &Events) -> Result<Positions, String> {
        let mut out = Positions { trades: BTreeMap::new(), steps: BTreeMap::new() };
        for fill in &events.fills {
            let key = (fill.market.clone(), fill.symbol.clone(), fill.bucket.clone());
            let (trades, steps) = (out.trades.entry(key.clone()).or_default(), out.steps.entry(key).or_default());
            let held = steps.last().map_or(0.0, |step: &Step| step.after);
            if held == 0.0 {
                trades.push(Remade { opened: fill.time, closed: None, fees: 0.0, slippage: 0.0, funding: 0.0, cash: 0.0 });
            }
            let mut after = held + fill.quantity;
            if after.abs() <= 1e-9 * held.abs() {
                after = 0.0;
            }
            if after * held < 0.0 {
                return Err(format!("{}: the position goes from {held} to {after} through zero", fill.place));
            }
            let at = trades.len() - 1;
            let trade = &mut trades[at];
            trade.closed = (after == 0.0).then_some(fill.time);
            trade.fees += fill.fee;
            trade.slippage += fill.slippage;
            trade.cash += fill.cash();
            steps.push(Step { time: fill.time, after, trade: at });
        }
        Ok(out)
    }
}

/// The steps whose position may have stood at `time`: the last before its bar, then those inside the bar (where in the bar, no file says).
fn candidates(steps: &[Step], time: i64, bar: i64) -> &[Step] {
    let open = time - time.rem_euclid(bar);
    let from = steps.partition_point(|step| step.time < open);
    let to = steps.partition_point(|step| step.time < open + bar);
    &steps[from.saturating_sub(1)..to]
}

/// How a settlement came to be.
#[derive(PartialEq)]
enum Settlement {
    OnFile,
    Assumed,
}

/// The hours to the next settlement are data; a time between two stamps further apart than that is a hole.
fn settlement(market: &Market, paid: &Payment) -> Result<Settlement, String> {
    let (place, at) = (&paid.place, stamp(paid.time));
    let none = BTreeMap::new();
    let stamps = market.funding.get(&paid.symbol).unwrap_or(&none);
    if let Some(rate) = stamps.get(&paid.time) {
        if (rate - paid.rate).abs() > 1e-12 {
            return Err(format!("{place} {at}: {} rate found {}, the market's file says {rate}", paid.symbol, paid.rate));
        }
        return Ok(Settlement::OnFile);
    }
    let Some(assumed) = market.missing_rate_8h else {
        return Err(format!("{place} {at}: {} has no settlement then, and the market assumes none", paid.symbol));
    };
    let before = stamps.range(..paid.time).next_back().map(|(t, _)| *t);
    let after = stamps.range(paid.time..).next().map(|(t, _)| *t);
    if let (Some(before), Some(after)) = (before, after)
        && after - before <= 8 * 3600
    {
        return Err(format!("{place} {at}: {} settles at {} and {}, not between", paid.symbol, stamp(before), stamp(after)));
    }
    let rate = assumed * paid.interval_hours / 8.0;
    if (rate - paid.rate).abs() > 1e-12 {
        return Err(format!("{place} {at}: {} assumed rate found {}, re-made {rate}", paid.symbol, paid.rate));
    }
    Ok(Settlement::Assumed)
}

/// What the events' audit counted.
pub struct Counted {
    pub assumed: usize,
    pub trades: usize,
    pub liquidations: usize,
}

/// Funding against settlements and positions, trades against fills and payments, liquidations against fills.
///
/// # Errors
/// The first row that differs, or that is missing.
pub fn events(dir: &Path, market: &Market, events: &Events, summary: &Summary, closed: bool, last: i64) -> Result<Counted, String> {
    let mut positions = Positions::of(events)?;
    let assumed = funding(market, events, &mut positions, last)?;
    let trades = trades(dir, events, &positions, summary, closed)?;
    let liquidations = liquidations(dir, &events.fills)?;
    Ok(Counted { assumed, trades, liquidations })
}

/// Every payment is what its position owed or was owed, and every settlement of a held position has its payment. Returns how many were assumed.
fn funding(market: &Market, events: &Events, positions: &mut Positions, last: i64) -> Result<usize, String> {
    let (mut assumed, mut settled) = (0, BTreeMap::<Key, (f64, usize)>::new());
    let mut rows: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
    for paid in &events.payments {
        amount_and_mark(market, paid)?;
        assumed += usize::from(settlement(market, paid)? == Settlement::Assumed);
        let key = ("perp".to_string(), paid.symbol.clone(), paid.bucket.clone());
        let times = rows.entry((&paid.symbol, &paid.bucket)).or_default();
        let again = times.last() == Some(&paid.time);
        times.push(paid.time);
        let steps = positions.steps.get(&key).map(Vec::as_slice).unwrap_or_default();
        let before = settled.get(&key).filter(|_| again).copied();
        let (step, found) = step_of(market, paid, steps, before)?;
        let trade = step.trade;
        settled.insert(key.clone(), (before.unwrap_or_default().0 + paid.quantity, found));
        if let Some(trades) = positions.trades.get_mut(&key) {
            trades[trade].funding += paid.amount;
        }
    }
    for (key, steps) in positions.steps.iter().filter(|(key, _)| key.0 == "perp") {
        let paid = rows.get(&(key.1.as_str(), key.2.as_str())).map(Vec::as_slice).unwrap_or_default();
        every_settlement_is_paid(market, key, steps, paid, last)?;
        no_hole_is_long(market, key, steps, paid, last)?;
    }
    Ok(assumed)
}

/// The amount follows from quantity, mark and rate, and the mark lies in its bars.
fn amount_and_mark(market: &Market, paid: &Payment) -> Result<(), String> {
    let (place, at) = (&paid.place, stamp(paid.time));
    let remade = -paid.quantity * paid.mark * paid.rate;
    // A microdollar of rounding, and the last digits of a printed mark.
    if (paid.amount - remade).abs() > 1.5e-6 + remade.abs() * 1e-9 {
        return Err(format!("{place} {at}: {} payment found {}, re-made {remade:.9}", paid.symbol, paid.amount));
    }
    match market.mark_range(&paid.symbol, paid.time) {
        Some((low, high)) if paid.mark >= low && paid.mark <= high => Ok(()),
        range => Err(format!("{place} {at}: {} mark found {}, its bars there have {range:?}", paid.symbol, paid.mark)),
    }
}

/// The step of the position that a payment belongs to, and its place among those possible. `earlier` is what the same settlement has paid on
/// already, where it has.
fn step_of<'a>(market: &Market, paid: &Payment, steps: &'a [Step], earlier: Option<(f64, usize)>) -> Result<(&'a Step, usize), String> {
    let (place, at, again) = (&paid.place, stamp(paid.time), earlier.is_some());
    let possible = candidates(steps, paid.time, market.bar);
    // What was held at the stamp may stand in one row and what was added in the same bar in further ones: then either the rows of the
    // settlement add up to the position, or the position was closed between them.
    let (sum, from) = earlier.unwrap_or((0.0, 0));
    let is = |held: f64, step: &Step| step.after != 0.0 && (step.after - held).abs() <= 1e-9 * held.abs();
    let new = |at: usize| !again || (at > from && possible[from..at].iter().any(|step| step.after == 0.0));
    let same = |at: &usize| is(sum + paid.quantity, &possible[*at]) || (new(*at) && is(paid.quantity, &possible[*at]));
    let on_open = paid.time % market.bar == 0;
    let found = if on_open { (from..possible.len()).find(same) } else { (from..possible.len()).rev().find(same) };
    // What left inside the bar, in part, pays the settlements of that bar that go against it; it belongs to the position before.
    let left = |at: &usize| {
        paid.amount <= 0.0 && {
            let part = possible[at - 1].after - possible[*at].after;
            (part - paid.quantity).abs() <= 1e-9 * possible[at - 1].after.abs()
        }
    };
    let found = found.or_else(|| (from + 1..possible.len()).find(left).filter(|_| !on_open).map(|at| at - 1));
    let Some(found) = found else {
        let held: Vec<f64> = possible.iter().map(|step| step.after).collect();
        return Err(format!("{place} {at}: {} quantity found {}, re-made from fills {held:?}", paid.symbol, paid.quantity));
    };
    let step = &possible[found];
    if on_open && paid.amount > 0.0 && step.time == paid.time {
        return Err(format!("{place} {at}: {} is paid for a position that was opened at that very time", paid.symbol));
    }
    Ok((step, found))
}

/// Every settlement on file while a position was held has its row.
fn every_settlement_is_paid(market: &Market, key: &Key, steps: &[Step], payments: &[i64], last: i64) -> Result<(), String> {
    let (kind, symbol, bucket) = key;
    let began = steps.first().map_or(last, |step| step.time);
    let held = |time: i64| candidates(steps, time, market.bar).iter().all(|step| step.after != 0.0) && time > began;
    let mut stamps = market.funding.get(symbol).into_iter().flat_map(|stamps| stamps.range(began..last));
    // What was opened inside a bar, by a limit, receives none of its settlements.
    let receives = |time: i64, rate: f64| {
        time - time.rem_euclid(market.bar) == began && candidates(steps, time, market.bar).iter().all(|step| step.after * rate <= 0.0)
    };
    let due = |time: i64, rate: f64| held(time) && !receives(time, rate);
    match stamps.find(|(time, rate)| due(**time, **rate) && payments.binary_search(time).is_err()) {
        Some((missing, _)) => Err(format!("funding.csv {}: no row of {kind} {symbol} {bucket}, which was held", stamp(*missing))),
        None => Ok(()),
    }
}

/// No held position goes without a payment for longer than eight hours and a bar.
fn no_hole_is_long(market: &Market, key: &Key, steps: &[Step], payments: &[i64], last: i64) -> Result<(), String> {
    let (_, symbol, bucket) = key;
    let began = steps.first().map_or(last, |step| step.time);
    // A perpetual that trades no more settles no more: what is left waits for its delisting.
    let ended = market.perp.get(symbol).and_then(|bars| bars.last_key_value()).map_or(began, |(open, _)| open + market.bar);
    let mut since = None;
    let mut bar = began;
    while bar < last.min(ended) {
        let open = candidates(steps, bar, market.bar);
        let all = open.iter().all(|step| step.after != 0.0);
        let (start, end) = (bar, bar + market.bar);
        let here = payments.iter().rev().find(|time| (start..end).contains(time));
        match (all, here) {
            (false, _) => since = None,
            (true, Some(time)) => since = Some(*time),
            (true, None) => {
                let from = *since.get_or_insert(start);
                if end - from > 8 * 3600 + market.bar {
                    return Err(format!(
                        "funding.csv: {symbol} {bucket} is held from {} and pays nothing until {}",
                        stamp(from),
                        stamp(end)
                    ));
                }
            }
        }
        bar = end;
    }
    Ok(())
}

fn trades(dir: &Path, events: &Events, positions: &Positions, summary: &Summary, closed: bool) -> Result<usize, String> {
    let columns = "asset,market,symbol,bucket,narrative,side,opened,closed,quantity,entry_price,exit_price,price_pnl,funding,fees,slippage,pnl,\
                   return_on_margin,exit_reason";
    let table = Table::read(dir, "trades.csv", columns)?;
    let mut sum = 0;
    let mut found: BTreeMap<Key, Vec<_>> = BTreeMap::new();
    for row in table.rows() {
        let part = |column| row.micros(column);
        let remade = part("price_pnl")? + part("funding")? - part("fees")? - part("slippage")?;
        if remade != part("pnl")? {
            return Err(format!("{}: pnl found {}, re-made {}", row.place(), row.word("pnl"), usd(remade)));
        }
        sum += remade;
        let key = [row.word("market"), row.word("symbol"), row.word("bucket")].map(str::to_string);
        found.entry(key.into()).or_default().push(row);
    }
    for (key, remade) in &positions.trades {
        let mut rows = found.remove(key).unwrap_or_default();
        rows.sort_by_key(|row| (row.word("opened"), row.word("closed").is_empty(), row.word("closed")));
        let done: Vec<&Remade> = remade.iter().filter(|trade| trade.closed.is_some()).collect();
        rows.retain(|row| !row.word("closed").is_empty());
        if rows.len() != done.len() {
            return Err(format!("trades.csv: {key:?} has {} closed trades, re-made {}", rows.len(), done.len()));
        }
        for (row, trade) in rows.iter().zip(done) {
            if (row.time("opened")?, Some(row.time("closed")?)) != (trade.opened, trade.closed) {
                let closed = trade.closed.map_or_else(String::new, stamp);
                return Err(format!(
                    "{}: opened and closed found {} {}, re-made {} {closed}",
                    row.place(),
                    row.word("opened"),
                    row.word("closed"),
                    stamp(trade.opened)
                ));
            }
            let pairs =
                [("fees", trade.fees), ("slippage", trade.slippage), ("funding", trade.funding), ("pnl", trade.cash + trade.funding)];
            for (column, remade) in pairs {
                if (row.number(column)? - remade).abs() > CENT {
                    return Err(format!(
                        "{} {}: {key:?} {column} found {}, re-made {remade:.6}",
                        row.place(),
                        row.word("opened"),
                        row.word(column)
                    ));
                }
            }
        }
    }
    if let Some((key, rows)) = found.first_key_value() {
        return Err(format!("{}: no fill of {key:?}", rows[0].place()));
    }
    if closed {
        let earned: f64 = events.rewards.iter().map(|r| r.amount).sum();
        let (is, should) = (usd(sum) + earned, usd(summary.final_equity - summary.capital));
        if (is - should).abs() > CENT {
            return Err(format!("trades.csv: all closed, pnl and yields sum to {is:.6}, final less initial equity is {should:.6}"));
        }
    }
    Ok(table.len())
}

fn liquidations(dir: &Path, fills: &[Fill]) -> Result<usize, String> {
    let columns = "time,asset,symbol,bucket,side,quantity,mark_price,liquidation_price,margin_lost,fee";
    let table = Table::read(dir, "liquidations.csv", columns)?;
    let mut open: Vec<&Fill> = fills.iter().filter(|fill| fill.reason == "liquidation").collect();
    for row in table.rows() {
        let (time, quantity, fee) = (row.time("time")?, row.number("quantity")?.abs(), row.number("fee")?);
        let same = |fill: &&Fill| {
            (fill.time, fill.symbol.as_str(), fill.bucket.as_str()) == (time, row.word("symbol"), row.word("bucket"))
                && (fill.quantity.abs() - quantity).abs() <= 1e-9 * quantity
                && (fill.fee - fee).abs() < CENT
        };
        let Some(at) = open.iter().position(same) else {
            return Err(format!("{} {}: no fill of {} {quantity} with reason liquidation", row.place(), stamp(time), row.word("symbol")));
        };
        open.remove(at);
    }
    match open.first() {
        Some(fill) => Err(format!("{} {}: a liquidation of {} that liquidations.csv lacks", fill.place, stamp(fill.time), fill.symbol)),
        None => Ok(table.len()),
    }
}
