//! The books, re-made from the events alone: equity, buckets, drawdown and attribution.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::prices::Market;
use super::record::{Events, Fill, in_order};
use super::report::{Row, Summary, Table, stamp};

/// A cent, in USD: what a re-made balance may differ by.
pub const CENT: f64 = 0.01;

/// One account: cash made or lost, and what is held.
#[derive(Default)]
pub struct Account {
    pub cash: f64,
    pub held: BTreeMap<(String, String), f64>,
}

impl Account {
    pub fn take(&mut self, fill: &Fill) {
        self.cash += fill.cash();
        *self.held.entry((fill.market.clone(), fill.symbol.clone())).or_default() += fill.quantity;
    }

    /// USD at the close of the bar that opens at `open`.
    pub fn value(&self, market: &Market, open: i64) -> Result<f64, String> {
        let mut sum = self.cash;
        for ((kind, symbol), quantity) in self.held.iter().filter(|(_, quantity)| **quantity != 0.0) {
            let value = market.value(kind, symbol, open).ok_or(format!("{kind} {symbol} has no price up to {}", stamp(open)))?;
            sum += quantity * value;
        }
        Ok(sum)
    }

    /// Whether nothing is held, up to the dust of decimal sums.
    pub fn flat(&self) -> bool {
        self.held.values().all(|quantity| quantity.abs() < 1e-9)
    }
}

type Accounts = BTreeMap<String, Account>;

/// Accounts by label after every event before `time`, moved forward row by row.
struct Walk<'a> {
    events: &'a Events,
    next: [usize; 3],
    accounts: Accounts,
}

impl Walk<'_> {
    fn until(&mut self, time: i64) {
        let Events { fills, payments, rewards } = self.events;
        while let Some(fill) = fills.get(self.next[0]).filter(|f| f.time < time) {
            self.accounts.entry(fill.bucket.clone()).or_default().take(fill);
            self.next[0] += 1;
        }
        while let Some(paid) = payments.get(self.next[1]).filter(|p| p.time < time) {
            self.accounts.entry(paid.bucket.clone()).or_default().cash += paid.amount;
            self.next[1] += 1;
        }
        while let Some(earned) = rewards.get(self.next[2]).filter(|r| r.time < time) {
            self.accounts.entry(earned.bucket.clone()).or_default().cash += earned.amount;
            self.next[2] += 1;
        }
    }

    /// By how much equity differs from the accounts, in USD, under a cent; every account has its bucket.
    fn off(&self, market: &Market, summary: &Summary, (time, found): (i64, i64), parts: &BTreeMap<String, i64>) -> Result<f64, String> {
        let at = stamp(time);
        let mut remade = usd(summary.capital);
        for (label, account) in &self.accounts {
            remade += account.value(market, time - market.bar).map_err(|e| format!("equity.csv {at}: {e}"))?;
            if !parts.contains_key(label) {
                return Err(format!("buckets.csv {at}: bucket `{label}` of the events is not there"));
            }
        }
        let off = (usd(found) - remade).abs();
        if off > CENT {
            return Err(format!("equity.csv {at}: equity found {}, re-made {remade:.6}, {off:.6} apart", usd(found)));
        }
        Ok(off)
    }

    /// The buckets add up to equity, and each is what it began with, what its account made and what moved into it.
    fn buckets_hold(
        &self,
        market: &Market,
        (time, found): (i64, i64),
        parts: &BTreeMap<String, i64>,
        moved: &BTreeMap<String, f64>,
        began: &mut BTreeMap<String, f64>,
    ) -> Result<(), String> {
        let at = stamp(time);
        let sum: i64 = parts.values().sum();
        if sum != found {
            return Err(format!("buckets.csv {at}: sum found {}, equity is {}", usd(sum), usd(found)));
        }
        for (label, value) in parts {
            let made = self.accounts.get(label).map_or(Ok(0.0), |account| account.value(market, time - market.bar))?;
            let shifted = moved.get(label.as_str()).copied().unwrap_or_default();
            let start = *began.entry(label.clone()).or_insert(usd(*value) - made - shifted);
            if (usd(*value) - (start + made + shifted)).abs() > CENT {
                return Err(format!("buckets.csv {at}: {label} found {}, re-made {:.6}", usd(*value), start + made + shifted));
            }
        }
        Ok(())
    }
}

/// What has moved between buckets before a time, by bucket, in USD.
struct Flows {
    rows: Vec<(i64, String, String, f64)>,
    next: usize,
    moved: BTreeMap<String, f64>,
}

impl Flows {
    fn read(dir: &Path) -> Result<Self, String> {
        let table = Table::read(dir, "flows.csv", "time,from,to,amount,reason")?;
        let flow = |row: Row| Ok((row.time("time")?, row.word("from").to_string(), row.word("to").to_string(), row.number("amount")?));
        let rows = table.rows().map(flow).collect::<Result<Vec<_>, String>>()?;
        in_order("flows.csv", rows.iter().map(|row| row.0))?;
        Ok(Self { rows, next: 0, moved: BTreeMap::new() })
    }

    fn until(&mut self, time: i64) {
        while let Some((_, from, to, amount)) = self.rows.get(self.next).filter(|row| row.0 < time) {
            *self.moved.entry(from.clone()).or_default() -= amount;
            *self.moved.entry(to.clone()).or_default() += amount;
            self.next += 1;
        }
    }
}

/// What the walk along `equity.csv` found.
pub struct Walked {
    pub rows: usize,
    pub first: i64,
    pub last: i64,
    /// USD, by rounding: under a cent, or it would have been an error.
    pub largest_difference: f64,
    pub closed: bool,
    /// Microdollars gained by the regime that was known at the open of the bar: that of the row before.
    pub by_regime: BTreeMap<String, i64>,
}

/// Equity at every row, the buckets' sum, every bucket's own course between its flows, drawdown, and the grid of times.
///
/// # Errors
/// The first row that differs: file, time, found, re-made.
pub fn walk(dir: &Path, market: &Market, events: &Events, summary: &Summary) -> Result<Walked, String> {
    let columns = "time,equity,benchmark,drawdown,gross_exposure,net_exposure,margin_used,regime";
    let table = Table::read(dir, "equity.csv", columns)?;
    let buckets = by_time(&Table::read(dir, "buckets.csv", "time,bucket,value")?)?;
    let mut flows = Flows::read(dir)?;
    let mut state = Walk { events, next: [0; 3], accounts: BTreeMap::new() };
    let mut out = Walked { rows: table.len(), first: 0, last: 0, largest_difference: 0.0, closed: false, by_regime: BTreeMap::new() };
    let mut began: BTreeMap<String, f64> = BTreeMap::new();
    let (mut before, mut peak, mut found) = (None, summary.capital, summary.capital);
    let mut regime = String::new();
    for row in table.rows() {
        let time = row.time("time")?;
        let at = stamp(time);
        if time.rem_euclid(market.bar) != 0 || before.is_some_and(|b| time != b + market.bar) {
            return Err(format!("equity.csv {at}: not the close of the next bar of {} s", market.bar));
        }
        if before.is_none() {
            out.first = time;
            regime = row.word("regime").to_string();
        }
        before = Some(time);
        state.until(time);
        flows.until(time);

        let regime = std::mem::replace(&mut regime, row.word("regime").to_string());
        let earlier = std::mem::replace(&mut found, row.micros("equity")?);
        *out.by_regime.entry(regime).or_default() += found - earlier;
        let parts = buckets.get(&time).ok_or(format!("buckets.csv {at}: no rows"))?;
        let off = state.off(market, summary, (time, found), parts)?;
        out.largest_difference = out.largest_difference.max(off);
        state.buckets_hold(market, (time, found), parts, &flows.moved, &mut began)?;

        peak = peak.max(found);
        let remade = found as f64 / peak as f64 - 1.0;
        if (row.number("drawdown")? - remade).abs() > 1e-6 {
            return Err(format!("equity.csv {at}: drawdown found {}, re-made {remade}", row.word("drawdown")));
        }
    }
    out.last = before.ok_or("equity.csv: no rows")?;
    if let Some(time) = buckets.keys().find(|time| **time < out.first || **time > out.last) {
        return Err(format!("buckets.csv {}: no such row in equity.csv", stamp(*time)));
    }
    if found != summary.final_equity {
        return Err(format!("summary.json: final_equity found {}, equity.csv ends at {}", usd(summary.final_equity), usd(found)));
    }
    out.closed = state.accounts.values().all(Account::flat);
    nothing_is_late(events, out.last)?;
    Ok(out)
}

/// Every event lies before the last row.
fn nothing_is_late(events: &Events, last: i64) -> Result<(), String> {
    let [fills, payments, rewards] =
        [events.fills.last().map(|f| f.time), events.payments.last().map(|p| p.time), events.rewards.last().map(|r| r.time)];
    match [fills, payments, rewards].into_iter().flatten().find(|time| *time >= last) {
        Some(late) => Err(format!("an event at {} lies behind the last row of equity.csv", stamp(late))),
        None => Ok(()),
    }
}

/// Microdollars by bucket, by time; a bucket twice at one time is refused.
fn by_time(table: &Table) -> Result<BTreeMap<i64, BTreeMap<String, i64>>, String> {
    let mut out: BTreeMap<i64, BTreeMap<String, i64>> = BTreeMap::new();
    for row in table.rows() {
        let label = row.word("bucket").to_string();
        if out.entry(row.time("time")?).or_default().insert(label, row.micros("value")?).is_some() {
            return Err(format!("{}: the bucket a second time", row.place()));
        }
    }
    Ok(out)
}

pub fn usd(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// Every view adds up to the gain exactly; the sources, and the gain of every bucket, asset and narrative, re-made from the events.
///
/// # Errors
/// The view or label that differs.
pub fn attribution(market: &Market, events: &Events, summary: &Summary, walked: &Walked) -> Result<(), String> {
    let gain = summary.final_equity - summary.capital;
    for (view, parts) in &summary.attribution {
        let sum: i64 = parts.values().sum();
        if sum != gain {
            return Err(format!("summary.json: {view} sums to {}, final less initial equity is {}", usd(sum), usd(gain)));
        }
    }
    let found = &summary.attribution["by_regime"];
    for regime in walked.by_regime.keys().chain(found.keys()) {
        let [is, should] = [found, &walked.by_regime].map(|view| view.get(regime).copied().unwrap_or_default());
        if is != should {
            return Err(format!("summary.json: by_regime {regime} found {}, re-made {}", usd(is), usd(should)));
        }
    }
    let (mut by_bucket, mut by_asset, mut by_narrative) = (Accounts::new(), Accounts::new(), Accounts::new());
    let mut source: BTreeMap<String, f64> = ["funding", "fees", "slippage", "yield"].map(|name| (name.to_string(), 0.0)).into();
    let mut add = |name: &str, amount: f64| *source.get_mut(name).expect("named above") += amount;
    let told = |narrative: &str| if narrative.is_empty() { "none".to_string() } else { narrative.to_string() };
    for fill in &events.fills {
        by_bucket.entry(fill.bucket.clone()).or_default().take(fill);
        by_asset.entry(fill.asset.clone()).or_default().take(fill);
        by_narrative.entry(told(&fill.narrative)).or_default().take(fill);
        add("fees", -fill.fee);
        add("slippage", -fill.slippage);
    }
    for paid in &events.payments {
        by_bucket.entry(paid.bucket.clone()).or_default().cash += paid.amount;
        by_asset.entry(paid.asset.clone()).or_default().cash += paid.amount;
        by_narrative.entry(told(&paid.narrative)).or_default().cash += paid.amount;
        add("funding", paid.amount);
    }
    for earned in &events.rewards {
        by_bucket.entry(earned.bucket.clone()).or_default().cash += earned.amount;
        by_asset.entry(earned.asset.clone()).or_default().cash += earned.amount;
        by_narrative.entry(told(&earned.narrative)).or_default().cash += earned.amount;
        add("yield", earned.amount);
    }
    let mut views = vec![("by_source", source)];
    for (view, accounts) in [("by_bucket", by_bucket), ("by_asset", by_asset), ("by_narrative", by_narrative)] {
        let worth = |(label, account): (String, Account)| account.value(market, walked.last - market.bar).map(|value| (label, value));
        views.push((view, accounts.into_iter().map(worth).collect::<Result<_, String>>()?));
    }
    for (view, remade) in views {
        let found = &summary.attribution[view];
        let labels: BTreeSet<&String> =
            if view == "by_source" { remade.keys().collect() } else { remade.keys().chain(found.keys()).collect() };
        for label in labels {
            let (is, should) = (usd(found.get(label).copied().unwrap_or_default()), remade.get(label).copied().unwrap_or_default());
            if (is - should).abs() > CENT {
                return Err(format!("summary.json: {view} {label} found {is}, re-made {should:.6}"));
            }
        }
    }
    Ok(())
}
