//! Why a position was there: the chain of facts, rules and limits, read back from the tables of a strategy's folder. Nothing is computed
//! that does not stand in them, so whoever doubts a line finds it in the file named beside it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use crate::fault::Fault;
use crate::report::opened;
use crate::report::words::{grouped, money};
use crate::units::Time;

type Row = BTreeMap<String, String>;

/// One thing that happened or was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    pub time: String,
    /// The table it is from, without `.csv`.
    pub table: &'static str,
    pub text: String,
}

/// What is to be told: a heading, what stood at the time, and what led there in order of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Story {
    pub title: String,
    /// Name and value.
    pub facts: Vec<(String, String)>,
    pub events: Vec<Event>,
}

/// The tables of one strategy.
pub struct Tables {
    folder: String,
    trades: Vec<Row>,
    fills: Vec<Row>,
    decisions: Vec<Row>,
    funding: Vec<Row>,
    liquidations: Vec<Row>,
    flows: Vec<Row>,
    rotations: Vec<Row>,
    equity: Vec<Row>,
    buckets: Vec<Row>,
}

/// Settlements of one trade told one by one; of more, the sum and the dearest.
const FEW: usize = 6;

impl Tables {
    /// # Errors
    /// The folder is not one of a strategy, or a table in it is missing or cut short.
    pub fn read(folder: &Path) -> Result<Self, Fault> {
        let table = |name: &str| read(folder, name);
        let told = Self {
            folder: folder.display().to_string(),
            trades: table("trades.csv")?,
            fills: table("fills.csv")?,
            decisions: table("decisions.csv")?,
            funding: table("funding.csv")?,
            liquidations: table("liquidations.csv")?,
            flows: table("flows.csv")?,
            rotations: table("rotations.csv")?,
            equity: table("equity.csv")?,
            buckets: table("buckets.csv")?,
        };
        opened::manifest(&opened::report_of(folder))?;
        let last = told.equity.last().map(|row| row["time"].as_str());
        let to = opened::summary(folder)?["to"].as_str().unwrap_or("nowhere").to_owned();
        opened::ends_with_the_run(&folder.join("equity.csv"), told.equity.len(), last, &to)?;
        Ok(told)
    }

    /// The whole story of trade `number`, the row of `trades.csv` counted from 1.
    pub fn trade(&self, number: usize) -> Result<Story, Fault> {
        let Some(trade) = number.checked_sub(1).and_then(|at| self.trades.get(at)) else {
            return Err(Fault::new(
                format!("{}: --trade {number}", self.folder),
                format!("{} trades", self.trades.len()),
                "the number of a row of trades.csv, counted from 1",
                "look the trade up in trades.csv or in report.html",
            ));
        };
        let (from, to) = (&trade["opened"], &trade["closed"]);
        let within = |row: &&Row| &row["time"] >= from && &row["time"] <= to;
        let own = |row: &&Row| row["symbol"] == trade["symbol"] && row["bucket"] == trade["bucket"];
        let mut events = self.before(trade, from);
        events.extend(self.decisions.iter().filter(within).filter(|row| row["subject"] == trade["symbol"]).map(decision));
        events.extend(self.rotations.iter().filter(within).filter(|row| row["narrative"] == trade["narrative"]).map(rotation));
        events.extend(self.fills.iter().filter(within).filter(own).map(fill));
        events.extend(settlements(&self.funding.iter().filter(within).filter(own).collect::<Vec<_>>()));
        events.extend(self.liquidations.iter().filter(within).filter(own).map(liquidation));
        let touched = |row: &&Row| row["from"] == trade["bucket"] || row["to"] == trade["bucket"];
        let flows = self.flows.iter().filter(within).filter(touched);
        events.extend(flows.filter(|row| row["reason"] != "rebalance" || &row["time"] == to).map(flow));
        Ok(Story {
            title: format!("{} {} in bucket {}", trade["side"], trade["symbol"], trade["bucket"]),
            facts: facts(trade),
            events: in_order(events),
        })
    }

    /// What was held at an instant, and the last word on each holding. As in `equity.csv`, an event at the instant itself is not in yet.
    pub fn at(&self, time: Time) -> Result<Story, Fault> {
        let at = time.to_string();
        let Some(now) = self.equity.iter().rev().find(|row| row["time"] <= at) else {
            let first = self.equity.first().map_or("nothing", |row| row["time"].as_str());
            return Err(Fault::new(
                format!("{}: --at {at}", self.folder),
                format!("before the first bar closed: {first}"),
                "an instant within the run",
                "choose a later one",
            ));
        };
        let at = &now["time"];
        let mut facts = vec![
            ("equity".to_string(), usd(&now["equity"])),
            ("below its peak".to_string(), percent(&now["drawdown"])),
            ("gross / net exposure".to_string(), format!("{} / {}", percent(&now["gross_exposure"]), percent(&now["net_exposure"]))),
            ("margin used".to_string(), usd(&now["margin_used"])),
            ("phase of the market".to_string(), now["regime"].clone()),
        ];
        facts.extend(
            self.buckets.iter().filter(|row| &row["time"] == at).map(|row| (format!("bucket {}", row["bucket"]), usd(&row["value"]))),
        );
        let mut events = Vec::new();
        for (number, trade) in self.trades.iter().enumerate() {
            if &trade["opened"] < at && &trade["closed"] >= at {
                let held = self.held(trade, at);
                let name = format!("held: {} {}", trade["side"], trade["symbol"]);
                facts.push((
                    name,
                    format!("{held} since {}, bucket {}; --trade {} tells all", trade["opened"], trade["bucket"], number + 1),
                ));
                events.extend(self.last_word(trade, at));
            }
        }
        events.extend(self.decisions.iter().filter(|row| &row["time"] == at).map(decision));
        events.extend(self.rotations.iter().filter(|row| &row["time"] == at).map(rotation));
        Ok(Story { title: format!("Standing at {at}"), facts, events: in_order(events) })
    }

    /// Signed sum of the trade's fills before an instant.
    fn held(&self, trade: &Row, at: &str) -> String {
        let own = |row: &&Row| row["symbol"] == trade["symbol"] && row["bucket"] == trade["bucket"];
        let fills = self.fills.iter().filter(own).filter(|row| row["time"] >= trade["opened"] && row["time"].as_str() < at);
        let sum: f64 = fills.map(|row| number(&row["quantity"]) * if row["side"] == "sell" { -1.0 } else { 1.0 }).sum();
        quantity(sum)
    }

    /// The newest decision about a position before an instant, and its newest fill.
    fn last_word(&self, trade: &Row, at: &str) -> Vec<Event> {
        let since = |row: &&Row| row["time"] >= trade["opened"] && row["time"].as_str() < at;
        let said = self.decisions.iter().rev().filter(since).find(|row| row["subject"] == trade["symbol"]);
        let own = |row: &&Row| row["symbol"] == trade["symbol"] && row["bucket"] == trade["bucket"];
        let done = self.fills.iter().rev().filter(since).find(own);
        said.map(decision).into_iter().chain(done.map(fill)).collect()
    }

    /// What was said of the coin and its narrative last before the trade began: refusals that ended with it.
    fn before(&self, trade: &Row, from: &String) -> Vec<Event> {
        let said = self.decisions.iter().rev().take_while(|row| !row["time"].is_empty());
        let mut earlier: Vec<Event> =
            said.filter(|row| &row["time"] < from && row["subject"] == trade["symbol"]).take(3).map(decision).collect();
        let entered = self.rotations.iter().rev().find(|row| &row["time"] < from && row["narrative"] == trade["narrative"]);
        earlier.extend(entered.map(rotation));
        earlier
    }
}

fn facts(trade: &Row) -> Vec<(String, String)> {
    let narrative = if trade["narrative"].is_empty() { "none" } else { trade["narrative"].as_str() };
    let fact = |name: &str, value: String| (name.to_string(), value);
    vec![
        fact("asset, market", format!("{}, {}", trade["asset"], trade["market"])),
        fact("narrative", narrative.to_string()),
        fact("opened, closed", format!("{}, {}", trade["opened"], trade["closed"])),
        fact("most held", quantity(number(&trade["quantity"]))),
        fact("average entry, exit", format!("{}, {}", trade["entry_price"], trade["exit_price"])),
        fact("price", usd(&trade["price_pnl"])),
        fact("funding", usd(&trade["funding"])),
        fact("fees", usd(&format!("-{}", trade["fees"]))),
        fact("slippage", usd(&format!("-{}", trade["slippage"]))),
        fact("profit", usd(&trade["pnl"])),
        fact("on margin or cost", percent(&trade["return_on_margin"])),
        fact("left because", trade["exit_reason"].clone()),
    ]
}

fn decision(row: &Row) -> Event {
    let mut text = format!("{} {}: {}", row["rule"], row["subject"], row["verdict"]);
    match (row["value"].as_str(), row["limit"].as_str()) {
        ("", "") => {}
        (value, "") => drop(write!(text, ", saw {value}")),
        ("", limit) => drop(write!(text, ", limit {limit}")),
        (value, limit) => drop(write!(text, ", saw {value} against {limit}")),
    }
    if !row["detail"].is_empty() {
        let _ = write!(text, " ({})", row["detail"]);
    }
    event(row, "decisions", text)
}

fn rotation(row: &Row) -> Event {
    let mut text = format!("narrative {}: {} to {}, by {}", row["narrative"], row["from_stage"], row["to_stage"], row["cause"]);
    if !row["value"].is_empty() {
        let _ = write!(text, ", score {}", row["value"]);
    }
    if !row["threshold"].is_empty() {
        let _ = write!(text, " against {}", row["threshold"]);
    }
    event(row, "rotations", text)
}

fn fill(row: &Row) -> Event {
    let text = format!(
        "{} {} at {} for {}: {}; fee {}, slippage {}",
        row["side"],
        quantity(number(&row["quantity"])),
        row["price"],
        usd(&row["notional"]),
        row["reason"],
        usd(&row["fee"]),
        usd(&row["slippage"])
    );
    event(row, "fills", text)
}

fn settlements(rows: &[&Row]) -> Vec<Event> {
    let one = |row: &&Row| {
        let text = format!(
            "rate {} per {} h on {}: {}",
            row["rate"],
            row["interval_hours"],
            quantity(number(&row["quantity"])),
            usd(&row["payment"])
        );
        event(row, "funding", text)
    };
    if rows.len() <= FEW {
        return rows.iter().map(one).collect();
    }
    let sum: f64 = rows.iter().map(|row| number(&row["payment"])).sum();
    let dearest = rows.iter().min_by(|a, b| number(&a["payment"]).total_cmp(&number(&b["payment"])));
    let last = rows[rows.len() - 1];
    let text = format!("{} settlements from {} on: {} in all", rows.len(), rows[0]["time"], money(sum));
    dearest.map(one).into_iter().chain([event(last, "funding", text)]).collect()
}

fn liquidation(row: &Row) -> Event {
    let text = format!(
        "LIQUIDATED: mark {} reached the liquidation price {}; margin lost {}",
        row["mark_price"],
        row["liquidation_price"],
        usd(&row["margin_lost"])
    );
    event(row, "liquidations", text)
}

fn flow(row: &Row) -> Event {
    event(row, "flows", format!("{} from {} to {}: {}", usd(&row["amount"]), row["from"], row["to"], row["reason"]))
}

fn event(row: &Row, table: &'static str, text: String) -> Event {
    Event { time: row["time"].clone(), table, text }
}

/// By time; at one instant a rule speaks before the fill that follows from it. Nothing is told twice.
fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    let rank = |table: &str| ["rotations", "decisions", "funding", "fills", "liquidations", "flows"].iter().position(|t| *t == table);
    events.sort_by(|a, b| (&a.time, rank(a.table)).cmp(&(&b.time, rank(b.table))));
    events.dedup();
    events
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(0.0)
}

fn usd(text: &str) -> String {
    text.parse().map_or_else(|_| "–".to_string(), money)
}

fn percent(text: &str) -> String {
    crate::report::words::percent(text.parse().ok())
}

/// Eight decimals at most, none that say nothing.
fn quantity(value: f64) -> String {
    let text = grouped(value, 8);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

fn read(folder: &Path, name: &str) -> Result<Vec<Row>, Fault> {
    let place = folder.join(name);
    let fault = |found: String| {
        Fault::new(
            place.display().to_string(),
            found,
            "a table of a finished report",
            "name the folder of a strategy, as in reports/latest/bull, or run the report again",
        )
    };
    let header = crate::report::tables::HEADERS.iter().find(|(file, _)| *file == name).map_or(&[][..], |(_, header)| header);
    let mut reader = csv::Reader::from_path(&place).map_err(|e| fault(e.to_string()))?;
    let found = reader.headers().map_err(|e| fault(e.to_string()))?.clone();
    if let Some(missing) = header.iter().find(|column| !found.iter().any(|f| f == **column)) {
        return Err(fault(format!("no column `{missing}`: a table of another version, or of something else")));
    }
    let rows = reader.records().enumerate().map(|(i, record)| {
        let record = record.map_err(|e| Fault { place: Fault::at(&place, i + 2), ..fault(format!("cut short or garbled: {e}")) })?;
        Ok(found.iter().map(str::to_string).zip(record.iter().map(str::to_string)).collect())
    });
    rows.collect()
}
