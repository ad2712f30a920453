//! What happened, as the files of a report have it: fills, funding payments and rewards.

use std::path::Path;

use super::books::CENT;
use super::prices::Market;
use super::report::{Row, Table, stamp};

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

/// # Errors
/// The first row whose time is before that of the row above.
pub fn in_order(file: &str, times: impl Iterator<Item = i64>) -> Result<(), String> {
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
