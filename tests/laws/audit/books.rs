//! The books, re-made from the events alone: equity, buckets, drawdown and attribution.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::prices::Market;
use super::report::{Row, Summary, Table, stamp};

/// A cent, in USD: what a re-made balance may differ by.
pub const CENT: f64 = 0.01;

/// One row of `fills.csv`.
pub struct Fill {
    pub place: String,
    pub time: i64,
    pub asset: String,
    pub market: String,
    pub symbol: String,
    pub bucket: String,
    pub narrative: String,
    /// Signed units of the symbol's file: positive where bought.
    pub quantity: f64,
    pub price: f64,
    pub notional: f64,
    pub fee: f64,
    pub slippage: f64,
    pub reason: String,
}

impl Fill {
    /// What the fill does to cash, in USD.
    pub fn cash(&self) -> f64 {
        -self.quantity * self.price - self.fee
    }
}

/// One row of `funding.csv`.
pub struct Payment {
    pub place: String,
    pub time: i64,
    pub asset: String,
    pub symbol: String,
    pub bucket: String,
    pub narrative: String,
    pub quantity: f64,
    pub mark: f64,
    pub rate: f64,
    pub interval_hours: f64,
    pub amount: f64,
}

/// One row of `yields.csv`: cash, which a reward in kind spends at once, in a fill beside it.
pub struct Reward {
    pub place: String,
    pub time: i64,
    pub asset: String,
    pub bucket: String,
    pub quantity: f64,
    pub price: f64,
    pub amount: f64,
    /// The spot symbol the reward is paid in; none where it is interest on cash.
    pub symbol: Option<String>,
    /// That of the fill beside it.
    pub narrative: String,
}

/// All that happened, in the order of the files.
pub struct Events {
    pub fills: Vec<Fill>,
    pub payments: Vec<Payment>,
    pub rewards: Vec<Reward>,
}

impl Events {
    /// # Errors
    /// The file and line of a row that is no event.
    pub fn read(dir: &Path, market: &Market) -> Result<Events, String> {
        let columns = "time,asset,market,symbol,bucket,narrative,side,quantity,price,notional,fee,slippage,reason";
        let fills = Table::read(dir, "fills.csv", columns)?.rows().map(fill).collect::<Result<Vec<_>, _>>()?;
        let columns = "time,asset,symbol,bucket,narrative,quantity,mark_price,rate,interval_hours,payment";
        let payments = Table::read(dir, "funding.csv", columns)?.rows().map(payment).collect::<Result<Vec<_>, _>>()?;
        let columns = "time,asset,bucket,quantity,price,amount";
        let mut rewards = Table::read(dir, "yields.csv", columns)?.rows().map(|row| reward(row, market)).collect::<Result<Vec<_>, _>>()?;
        spent(&fills, &mut rewards)?;
        in_order("fills.csv", fills.iter().map(|f| f.time))?;
        in_order("funding.csv", payments.iter().map(|p| p.time))?;
        in_order("yields.csv", rewards.iter().map(|r| r.time))?;
        Ok(Events { fills, payments, rewards })
    }
}

fn in_order(file: &str, times: impl Iterator<Item = i64>) -> Result<(), String> {
    let times: Vec<i64> = times.collect();
    match times.windows(2).position(|pair| pair[1] < pair[0]) {
        Some(at) => Err(format!("{file} line {}: time goes back to {}", at + 3, stamp(times[at + 1]))),
        None => Ok(()),
    }
}

fn fill(row: Row) -> Result<Fill, String> {
    let place = row.place();
    let size = row.number("quantity")?;
    let quantity = match row.word("side") {
        "buy" => size,
        "sell" => -size,
        other => return Err(format!("{place}: side `{other}`")),
    };
    if size <= 0.0 {
        return Err(format!("{place}: quantity {size} is not positive"));
    }
    let market = row.word("market").to_string();
    if market != "spot" && market != "perp" {
        return Err(format!("{place}: market `{market}`"));
    }
    let found = Fill {
        time: row.time("time")?,
        asset: row.word("asset").to_string(),
        market,
        symbol: row.word("symbol").to_string(),
        bucket: row.word("bucket").to_string(),
        narrative: row.word("narrative").to_string(),
        quantity,
        price: row.number("price")?,
        notional: row.number("notional")?,
        fee: row.number("fee")?,
        slippage: row.number("slippage")?,
        reason: row.word("reason").to_string(),
        place,
    };
    if (found.notional - size * found.price).abs() > CENT {
        return Err(format!("{}: notional found {}, re-made {}", found.place, found.notional, size * found.price));
    }
    Ok(found)
}

fn payment(row: Row) -> Result<Payment, String> {
    Ok(Payment {
        place: row.place(),
        time: row.time("time")?,
        asset: row.word("asset").to_string(),
        symbol: row.word("symbol").to_string(),
        bucket: row.word("bucket").to_string(),
        narrative: row.word("narrative").to_string(),
        quantity: row.number("quantity")?,
        mark: row.number("mark_price")?,
        rate: row.number("rate")?,
        interval_hours: row.number("interval_hours")?,
        amount: row.number("payment")?,
    })
}

fn reward(row: Row, market: &Market) -> Result<Reward, String> {
    let asset = row.word("asset").to_string();
    let symbol = if asset == market.quote {
        None
    } else {
        Some(market.spot_symbol.get(&asset).ok_or(format!("{}: {asset} has no spot symbol", row.place()))?.clone())
    };
    let (quantity, amount) = (row.number("quantity")?, row.number("amount")?);
    let remade = quantity * row.number("price")?;
    if (remade - amount).abs() > CENT {
        return Err(format!("{}: amount found {amount}, re-made {remade}", row.place()));
    }
    let time = row.time("time")?;
    if time.rem_euclid(86_400) != 0 {
        return Err(format!("{}: paid at {}, not at a midnight", row.place(), stamp(time)));
    }
    Ok(Reward {
        place: row.place(),
        time,
        bucket: row.word("bucket").to_string(),
        asset,
        quantity,
        price: row.number("price")?,
        amount,
        symbol,
        narrative: String::new(),
    })
}

/// Every reward in kind is spent by one fill without costs, and every such fill by one reward.
fn spent(fills: &[Fill], rewards: &mut [Reward]) -> Result<(), String> {
    let mut open: Vec<&Fill> = fills.iter().filter(|fill| fill.reason == "staking").collect();
    for earned in rewards {
        let Some(symbol) = earned.symbol.as_deref() else { continue };
        let same = |fill: &&Fill| {
            (fill.time, fill.market.as_str(), fill.symbol.as_str(), &fill.bucket) == (earned.time, "spot", symbol, &earned.bucket)
                && (fill.quantity, fill.price, fill.fee, fill.slippage) == (earned.quantity, earned.price, 0.0, 0.0)
        };
        let Some(at) = open.iter().position(same) else {
            return Err(format!("{} {}: no fill without costs spends it on {symbol}", earned.place, stamp(earned.time)));
        };
        earned.narrative = open.remove(at).narrative.clone();
    }
    match open.first() {
        Some(fill) => Err(format!("{} {}: staking of {}, which yields.csv lacks", fill.place, stamp(fill.time), fill.symbol)),
        None => Ok(()),
    }
}

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
    let flows = Table::read(dir, "flows.csv", "time,from,to,amount,reason")?;
    let flows = flows
        .rows()
        .map(|f| Ok((f.time("time")?, f.word("from"), f.word("to"), f.number("amount")?)))
        .collect::<Result<Vec<_>, String>>()?;
    in_order("flows.csv", flows.iter().map(|flow| flow.0))?;

    let mut state = Walk { events, next: [0; 3], accounts: BTreeMap::new() };
    let mut out = Walked { rows: table.len(), first: 0, last: 0, largest_difference: 0.0, closed: false, by_regime: BTreeMap::new() };
    let (mut moved, mut next_flow) = (BTreeMap::<&str, f64>::new(), 0);
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
        while let Some((_, from, to, amount)) = flows.get(next_flow).filter(|flow| flow.0 < time) {
            *moved.entry(from).or_default() -= amount;
            *moved.entry(to).or_default() += amount;
            next_flow += 1;
        }

        let regime = std::mem::replace(&mut regime, row.word("regime").to_string());
        let earlier = std::mem::replace(&mut found, row.micros("equity")?);
        *out.by_regime.entry(regime).or_default() += found - earlier;
        let mut remade = usd(summary.capital);
        let parts = buckets.get(&time).ok_or(format!("buckets.csv {at}: no rows"))?;
        for (label, account) in &state.accounts {
            remade += account.value(market, time - market.bar).map_err(|e| format!("equity.csv {at}: {e}"))?;
            if !parts.contains_key(label) {
                return Err(format!("buckets.csv {at}: bucket `{label}` of the events is not there"));
            }
        }
        let off = (usd(found) - remade).abs();
        if off > CENT {
            return Err(format!("equity.csv {at}: equity found {}, re-made {remade:.6}, {off:.6} apart", row.word("equity")));
        }
        out.largest_difference = out.largest_difference.max(off);

        let sum: i64 = parts.values().sum();
        if sum != found {
            return Err(format!("buckets.csv {at}: sum found {}, equity is {}", usd(sum), usd(found)));
        }
        for (label, value) in parts {
            let made = state.accounts.get(label).map_or(Ok(0.0), |account| account.value(market, time - market.bar))?;
            let shifted = moved.get(label.as_str()).copied().unwrap_or_default();
            let start = *began.entry(label.clone()).or_insert(usd(*value) - made - shifted);
            if (usd(*value) - (start + made + shifted)).abs() > CENT {
                return Err(format!("buckets.csv {at}: {label} found {}, re-made {:.6}", usd(*value), start + made + shifted));
            }
        }

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
    state.until(i64::MAX);
    let [fills, payments, rewards] =
        [events.fills.last().map(|f| f.time), events.payments.last().map(|p| p.time), events.rewards.last().map(|r| r.time)];
    if let Some(late) = [fills, payments, rewards].into_iter().flatten().find(|time| *time >= out.last) {
        return Err(format!("an event at {} lies behind the last row of equity.csv", stamp(late)));
    }
    Ok(out)
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
