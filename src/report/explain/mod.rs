//! Why a position was there: the chain of facts, rules and limits, read back from the tables of a strategy's folder. Nothing is computed
//! that does not stand in them, so whoever doubts a line finds it in the file named beside it.

mod rows;
mod told;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::fault::Fault;
use crate::report::opened;
use crate::report::words::quantity;
use crate::units::Time;

use rows::{number, percent, read, usd};
use told::{decision, facts, fill, flow, in_order, liquidation, rotation, settlements};

type Row = BTreeMap<String, String>;

/// One thing that happened or was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    pub time: String,
    /// The table it is from, without `.csv`.
    pub table: &'static str,
    /// What it is about: a symbol, a narrative, or the bucket that gave; of a decision whatever its rule looked at.
    pub subject: String,
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
        let mut events = self.before(trade, from);
        events.extend(self.decisions.iter().filter(within).filter(|row| concerns(row, trade)).map(decision));
        events.extend(self.rotations.iter().filter(within).filter(|row| turns(row, trade)).map(rotation));
        let own = |row: &&Row| same_position(row, trade);
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
        let now = self.equity.iter().rev().find(|row| row["time"] <= at);
        let ended = self.equity.last().filter(|row| row["time"] < at);
        let (Some(now), None) = (now, ended) else {
            let known = |row: Option<&Row>| row.map_or("nothing".to_string(), |row| row["time"].clone());
            let (found, way_out) = match ended {
                Some(last) => (format!("after the last bar closed: {}", last["time"]), "choose an earlier one"),
                None => (format!("before the first bar closed: {}", known(self.equity.first())), "choose a later one"),
            };
            return Err(Fault::new(format!("{}: --at {at}", self.folder), found, "an instant within the run", way_out));
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
        let fills = self.fills.iter().filter(|row| same_position(row, trade));
        let fills = fills.filter(|row| row["time"] >= trade["opened"] && row["time"].as_str() < at);
        let sum: f64 = fills.map(|row| number(&row["quantity"]) * if row["side"] == "sell" { -1.0 } else { 1.0 }).sum();
        quantity(sum)
    }

    /// The newest decision about a position before an instant, and its newest fill.
    fn last_word(&self, trade: &Row, at: &str) -> Vec<Event> {
        let since = |row: &&Row| row["time"] >= trade["opened"] && row["time"].as_str() < at;
        let said = self.decisions.iter().rev().filter(since).find(|row| concerns(row, trade));
        let done = self.fills.iter().rev().filter(since).find(|row| same_position(row, trade));
        said.map(decision).into_iter().chain(done.map(fill)).collect()
    }

    /// What was said of the coin and its narrative last before the trade began: refusals that ended with it. What led to an earlier trade of
    /// the same coin in the same bucket belongs to that one.
    fn before(&self, trade: &Row, from: &String) -> Vec<Event> {
        let earlier =
            self.trades.iter().filter(|other| same_position(other, trade) && &other["opened"] < from).map(|other| &other["closed"]);
        let free = earlier.max();
        let own = self.decisions.iter().rev().filter(|row| &row["time"] < from && free.is_none_or(|closed| &row["time"] > closed));
        let mut told: Vec<Event> = own.filter(|row| concerns(row, trade)).take(EARLIER).map(decision).collect();
        told.extend(self.rotations.iter().rev().find(|row| &row["time"] < from && turns(row, trade)).map(rotation));
        told
    }
}

/// Decisions told of the time before a trade.
const EARLIER: usize = 3;

fn same_position(row: &Row, trade: &Row) -> bool {
    row["symbol"] == trade["symbol"] && row["bucket"] == trade["bucket"]
}

/// Whether a decision is about the coin of a trade, and not about another bucket that wants the same coin.
fn concerns(decision: &Row, trade: &Row) -> bool {
    let of_bucket = |detail: &str| {
        let Some(rest) = detail.strip_prefix("bucket ") else { return true };
        rest.strip_prefix(trade["bucket"].as_str()).is_some_and(|rest| rest.starts_with([':', ',']))
    };
    decision["subject"] == trade["symbol"] && of_bucket(&decision["detail"])
}

/// Whether a rotation is a step in the life of a trade's narrative, or its own bucket's choice of it.
fn turns(rotation: &Row, trade: &Row) -> bool {
    let chosen = || matches!((rotation["from_stage"].as_str(), rotation["to_stage"].as_str()), ("out", "held") | ("held", "out"));
    let own = || rotation["cause"].strip_prefix(trade["bucket"].as_str()).is_some_and(|rest| rest.starts_with(':'));
    rotation["narrative"] == trade["narrative"] && (!chosen() || own())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[(&str, &str)]) -> Row {
        cells.iter().map(|(name, cell)| ((*name).to_string(), (*cell).to_string())).collect()
    }

    #[test]
    fn a_decision_is_of_one_bucket() {
        let trade = row(&[("symbol", "A"), ("bucket", "alts"), ("narrative", "ai")]);
        let about = |subject: &str, detail: &str| concerns(&row(&[("subject", subject), ("detail", detail)]), &trade);
        assert!(about("A", "bucket alts: why") && about("A", "bucket alts, narrative ai: why") && about("A", "why"));
        assert!(!about("A", "bucket altsy: why") && !about("A", "bucket perps: why") && !about("B", "bucket alts: why"));
        let step = |from: &str, to: &str, cause: &str| {
            turns(&row(&[("narrative", "ai"), ("from_stage", from), ("to_stage", to), ("cause", cause)]), &trade)
        };
        assert!(step("dormant", "emerging", "momentum") && step("out", "held", "alts: among the strongest"));
        assert!(!step("out", "held", "perps: among the strongest"));
    }

    fn trade(opened: &str, closed: &str) -> Row {
        let mut all: Row = crate::report::tables::HEADERS[3].1.iter().map(|name| ((*name).to_string(), String::new())).collect();
        all.extend(row(&[("symbol", "A"), ("bucket", "alts"), ("opened", opened), ("closed", closed)]));
        all
    }

    #[test]
    fn a_story_begins_after_the_trade_before_it() {
        let day = |day: usize| format!("2024-01-{day:02}T00:00:00Z");
        let said = |at: usize| {
            row(&[
                ("time", &day(at)),
                ("rule", "enter"),
                ("subject", "A"),
                ("verdict", "passed"),
                ("value", "0.4492537313432836"),
                ("limit", ""),
                ("detail", "bucket alts: why"),
            ])
        };
        let tables = Tables {
            folder: "it".to_string(),
            trades: vec![trade(&day(2), &day(4)), trade(&day(8), &day(9))],
            decisions: [1, 2, 4, 6, 8].map(said).to_vec(),
            fills: Vec::new(),
            funding: Vec::new(),
            liquidations: Vec::new(),
            flows: Vec::new(),
            rotations: Vec::new(),
            equity: Vec::new(),
            buckets: Vec::new(),
        };
        let times = |number| tables.trade(number).unwrap().events.into_iter().map(|event| event.time).collect::<Vec<_>>();
        assert_eq!(times(1), [day(1), day(2), day(4)]);
        assert_eq!(times(2), [day(6), day(8)], "the decisions of the first trade are not of the second");
        assert_eq!(tables.trade(2).unwrap().events[0].text, "enter A: passed, saw 0.44925 (bucket alts: why)");
    }
}
