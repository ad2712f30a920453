//! Why a position was there: the chain of facts, rules and limits, read back from the tables of a strategy's folder, or from the same tables made again where
//! the report was written without them. Nothing is computed that does not stand in them, so whoever doubts a line finds it in the file named beside it.

mod event;
mod rows;
mod sentences;

use std::path::Path;

use serde::Serialize;

use crate::fault::Fault;
use crate::replay::run::{FlowReason, Reason};
use crate::report::number_format::quantity;
use crate::report::opened;
use crate::units::Time;

pub use event::Event;
use rows::{Row, number, percent, read, usd};
use sentences::{decision, facts, fill, flow, in_order, liquidation, rotation, settlements};

/// What is to be told: a heading, what stood at the time, and what led there in order of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
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
    /// The files they are read from.
    const FILES: [&str; 9] = [
        "trades.csv",
        "fills.csv",
        "decisions.csv",
        "funding.csv",
        "liquidations.csv",
        "flows.csv",
        "rotations.csv",
        "equity.csv",
        "buckets.csv",
    ];

    /// Whether a folder has all of them as CSV, or none, which is no folder of a strategy. Where it has some, the others were not asked for, or are lost.
    #[must_use]
    pub fn are_all_there(folder: &Path) -> bool {
        !folder.join("equity.csv").exists() || Self::FILES.iter().all(|name| folder.join(name).exists())
    }

    /// Those of a strategy's folder; `lie_in` is that folder, or another where its tables were made again.
    ///
    /// # Errors
    /// The folder is not one of a strategy, or a table in it is missing or cut short.
    pub fn read(folder: &Path, lie_in: &Path) -> Result<Self, Fault> {
        let [trades, fills, decisions, funding, liquidations, flows, rotations, equity, buckets] =
            Self::FILES.map(|name| read(lie_in, name));
        let tables = Self {
            folder: folder.display().to_string(),
            trades: trades?,
            fills: fills?,
            decisions: decisions?,
            funding: funding?,
            liquidations: liquidations?,
            flows: flows?,
            rotations: rotations?,
            equity: equity?,
            buckets: buckets?,
        };
        opened::manifest(&opened::report_of(folder))?;
        let last = tables.equity.last().map(|row| row["time"].as_str());
        let to = opened::summary(folder)?["to"].as_str().unwrap_or("nowhere").to_owned();
        opened::ends_with_the_run(&folder.join("equity.csv"), tables.equity.len(), last, &to)?;
        Ok(tables)
    }

    /// The whole story of trade `number`, the row of `trades.csv` counted from 1.
    pub fn trade(&self, number: usize) -> Result<Explanation, Fault> {
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
        let coins = self.coins(trade);
        let mut events = self.before(trade, from);
        events.extend(self.decisions.iter().filter(within).filter(|row| coins.iter().any(|coin| concerns(row, coin))).map(decision));
        events.extend(self.rotations.iter().filter(within).filter(|row| turns(row, trade)).map(rotation));
        let own = |row: &&Row| coins.iter().any(|coin| coin.is_in(row));
        events.extend(self.fills.iter().filter(within).filter(own).map(fill));
        events.extend(settlements(&self.funding.iter().filter(within).filter(own).collect::<Vec<_>>()));
        events.extend(self.liquidations.iter().filter(within).filter(own).map(liquidation));
        let touched = |row: &&Row| row["from"] == trade["bucket"] || row["to"] == trade["bucket"];
        let flows = self.flows.iter().filter(within).filter(touched);
        events.extend(flows.filter(|row| FlowReason::named(&row["reason"]) != Some(FlowReason::Rebalance) || &row["time"] == to).map(flow));
        Ok(Explanation {
            title: format!("{} {} in bucket {}", trade["side"], trade["symbol"], trade["bucket"]),
            facts: facts(trade),
            events: in_order(events),
        })
    }

    /// What was held at an instant, and the last word on each holding. As in `equity.csv`, an event at the instant itself is not in yet.
    pub fn at(&self, time: Time) -> Result<Explanation, Fault> {
        let at = time.to_string();
        let now = self.equity.iter().rev().find(|row| row["time"] <= at);
        let ended = self.equity.last().filter(|row| row["time"] < at);
        let (Some(now), None) = (now, ended) else {
            let known = |row: Option<&Row>| row.map_or("nothing".to_string(), |row| row["time"].clone());
            let (found, fix) = match ended {
                Some(last) => (format!("after the last bar closed: {}", last["time"]), "choose an earlier one"),
                None => (format!("before the first bar closed: {}", known(self.equity.first())), "choose a later one"),
            };
            return Err(Fault::new(format!("{}: --at {at}", self.folder), found, "an instant within the run", fix));
        };
        let at = &now["time"];
        let mut facts = vec![
            ("equity".to_string(), usd(&now["equity"])),
            ("below its peak".to_string(), percent(&now["drawdown"])),
            ("gross / net exposure".to_string(), format!("{} / {}", percent(&now["gross_exposure"]), percent(&now["net_exposure"]))),
            ("margin used".to_string(), usd(&now["margin_used"])),
            ("market regime".to_string(), now["regime"].clone()),
        ];
        facts.extend(
            self.buckets.iter().filter(|row| &row["time"] == at).map(|row| (format!("bucket {}", row["bucket"]), usd(&row["value"]))),
        );
        let mut events = Vec::new();
        for (number, trade) in self.trades.iter().enumerate() {
            if &trade["opened"] < at && &trade["closed"] >= at {
                for (coin, held) in self.holdings(trade, at) {
                    let name = format!("held: {} {}", trade["side"], coin.symbol);
                    facts.push((
                        name,
                        format!("{held} since {}, bucket {}; --trade {} shows all", trade["opened"], trade["bucket"], number + 1),
                    ));
                }
                events.extend(self.last_word(trade, at));
            }
        }
        events.extend(self.decisions.iter().filter(|row| &row["time"] == at).map(decision));
        events.extend(self.rotations.iter().filter(|row| &row["time"] == at).map(rotation));
        Ok(Explanation { title: format!("Positions at {at}"), facts, events: in_order(events) })
    }

    /// The coins that a position has been, its own first: a coin became another where two fills say so, one after the other.
    fn coins<'a>(&'a self, trade: &'a Row) -> Vec<Coin<'a>> {
        let mut coins = vec![Coin { symbol: &trade["symbol"], bucket: &trade["bucket"], until: &trade["closed"] }];
        let mut at = 0;
        while let Some(&coin) = coins.get(at) {
            let became = |left: &&[Row]| {
                let [left, there] = left else { return false };
                let turned =
                    [left, there].iter().all(|row| Reason::named(&row["reason"]) == Some(Reason::Conversion)) && left["side"] == "sell";
                turned && coin.is_in(there) && there["time"] >= trade["opened"]
            };
            let before = self.fills.windows(2).filter(became).map(|pair| &pair[0]);
            coins.extend(before.map(|left| Coin { symbol: &left["symbol"], until: &left["time"], ..coin }));
            at += 1;
        }
        coins
    }

    /// Signed sums of the trade's fills before an instant, of each coin that it was then.
    fn holdings<'a>(&'a self, trade: &'a Row, at: &str) -> Vec<(Coin<'a>, String)> {
        let coins = self.coins(trade);
        let alone = coins.len() == 1;
        let sum = |coin: &Coin| -> f64 {
            let fills = self.fills.iter().filter(|row| coin.is_in(row));
            let fills = fills.filter(|row| row["time"] >= trade["opened"] && row["time"].as_str() < at);
            fills.map(|row| number(&row["quantity"]) * if row["side"] == "sell" { -1.0 } else { 1.0 }).sum()
        };
        let then = coins.into_iter().filter(|coin| coin.until >= at).map(|coin| (coin, sum(&coin)));
        then.filter(|(_, sum)| alone || *sum != 0.0).map(|(coin, sum)| (coin, quantity(sum))).collect()
    }

    /// The newest decision about a position before an instant, and its newest fill.
    fn last_word(&self, trade: &Row, at: &str) -> Vec<Event> {
        let coins = self.coins(trade);
        let since = |row: &&Row| row["time"] >= trade["opened"] && row["time"].as_str() < at;
        let decided = self.decisions.iter().rev().filter(since).find(|row| coins.iter().any(|coin| concerns(row, coin)));
        let done = self.fills.iter().rev().filter(since).find(|row| coins.iter().any(|coin| coin.is_in(row)));
        decided.map(decision).into_iter().chain(done.map(fill)).collect()
    }

    /// What was said of the coin and its narrative last before the trade began: refusals that ended with it. What led to an earlier trade of
    /// the same coin in the same bucket belongs to that one.
    fn before(&self, trade: &Row, from: &String) -> Vec<Event> {
        let coins = self.coins(trade);
        let earlier = self.trades.iter().filter(|other| coins.iter().any(|coin| coin.is_of(other)) && &other["opened"] < from);
        let earlier = earlier.map(|other| &other["closed"]);
        let free = earlier.max();
        let own = self.decisions.iter().rev().filter(|row| &row["time"] < from && free.is_none_or(|closed| &row["time"] > closed));
        let mut events: Vec<Event> = own.filter(|row| coins.iter().any(|coin| concerns(row, coin))).take(EARLIER).map(decision).collect();
        events.extend(self.rotations.iter().rev().find(|row| &row["time"] < from && turns(row, trade)).map(rotation));
        events
    }
}

/// Decisions told of the time before a trade.
const EARLIER: usize = 3;

/// A coin that a position is or was, up to an instant.
#[derive(Clone, Copy)]
struct Coin<'a> {
    symbol: &'a str,
    bucket: &'a str,
    until: &'a str,
}

impl Coin<'_> {
    /// Whether a row is of this coin in this bucket, at whatever time.
    fn is_of(&self, row: &Row) -> bool {
        row["symbol"] == self.symbol && row["bucket"] == self.bucket
    }

    /// The same, while the position was this coin.
    fn is_in(&self, row: &Row) -> bool {
        self.is_of(row) && row["time"].as_str() <= self.until
    }
}

/// Whether a decision is about a coin of a trade, and not about another bucket that wants the same coin.
fn concerns(decision: &Row, coin: &Coin) -> bool {
    decision["subject"] == coin.symbol && decision["bucket"] == coin.bucket && decision["time"].as_str() <= coin.until
}

/// Whether a rotation is a step in the life of a trade's narrative, or its own bucket's choice of it.
fn turns(rotation: &Row, trade: &Row) -> bool {
    let bucket = &rotation["bucket"];
    rotation["narrative"] == trade["narrative"] && (bucket.is_empty() || *bucket == trade["bucket"])
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
        let coin = Coin { symbol: "A", bucket: "alts", until: "3" };
        let about = |subject: &str, bucket: &str| concerns(&row(&[("time", "2"), ("subject", subject), ("bucket", bucket)]), &coin);
        assert!(about("A", "alts"));
        assert!(!about("A", "altsy") && !about("A", "perps") && !about("B", "alts") && !about("A", ""));
        let step = |narrative: &str, bucket: &str| turns(&row(&[("narrative", narrative), ("bucket", bucket)]), &trade);
        assert!(step("ai", "") && step("ai", "alts"), "a step of its life, and the bucket's own");
        assert!(!step("ai", "perps") && !step("l1", "") && !step("l1", "alts"));
    }

    fn trade(opened: &str, closed: &str) -> Row {
        let mut all: Row = crate::report::tables::of_file("trades.csv")
            .unwrap()
            .headings()
            .iter()
            .map(|heading| (heading.name.to_string(), String::new()))
            .collect();
        all.extend(row(&[("symbol", "A"), ("bucket", "alts"), ("opened", opened), ("closed", closed)]));
        all
    }

    /// A report of these trades with nothing else in it.
    fn of_trades(trades: Vec<Row>) -> Tables {
        Tables {
            folder: "it".to_string(),
            trades,
            decisions: Vec::new(),
            fills: Vec::new(),
            funding: Vec::new(),
            liquidations: Vec::new(),
            flows: Vec::new(),
            rotations: Vec::new(),
            equity: Vec::new(),
            buckets: Vec::new(),
        }
    }

    #[test]
    fn a_story_begins_after_the_trade_before_it() {
        let day = |day: usize| format!("2024-01-{day:02}T00:00:00Z");
        let row_at = |at: usize| {
            row(&[
                ("time", &day(at)),
                ("rule", "enter"),
                ("bucket", "alts"),
                ("subject", "A"),
                ("verdict", "passed"),
                ("observed", "0.4492537313432836"),
                ("threshold", ""),
                ("detail", "why"),
            ])
        };
        let decisions = [1, 2, 4, 6, 8].map(row_at).to_vec();
        let tables = Tables { decisions, ..of_trades(vec![trade(&day(2), &day(4)), trade(&day(8), &day(9))]) };
        let times = |number| tables.trade(number).unwrap().events.into_iter().map(|event| event.time).collect::<Vec<_>>();
        assert_eq!(times(1), [day(1), day(2), day(4)]);
        assert_eq!(times(2), [day(6), day(8)], "the decisions of the first trade are not of the second");
        assert_eq!(tables.trade(2).unwrap().events[0].text, "enter A: passed, saw 0.44925 (why)");
    }

    #[test]
    fn a_story_goes_back_to_the_coin_that_it_was() {
        let day = |day: usize| format!("2024-01-{day:02}T00:00:00Z");
        let fill = |at: usize, symbol: &str, side: &str, quantity: &str, reason: &str| {
            let cells = [("time", day(at)), ("symbol", symbol.to_string()), ("bucket", "alts".to_string()), ("side", side.to_string())];
            let more = [("quantity", quantity), ("reason", reason), ("price", "1"), ("notional", "1"), ("fee", "0"), ("slippage", "0")];
            let all = cells.into_iter().chain(more.map(|(name, cell)| (name, cell.to_string())));
            all.map(|(name, cell)| (name.to_string(), cell)).collect::<Row>()
        };
        // B became A on the 5th, two for one; what B does in the same bucket later is another story.
        let fills = vec![
            fill(2, "B", "buy", "10", "enter"),
            fill(5, "B", "sell", "10", Reason::Conversion.name()),
            fill(5, "A", "buy", "20", Reason::Conversion.name()),
            fill(6, "B", "buy", "3", "enter"),
            fill(8, "A", "sell", "20", Reason::RotatedOut.name()),
        ];
        let tables = Tables { fills, ..of_trades(vec![trade(&day(2), &day(8))]) };
        let events: Vec<(String, String)> = tables.trade(1).unwrap().events.into_iter().map(|event| (event.time, event.subject)).collect();
        let expected = [(2, "B"), (5, "B"), (5, "A"), (8, "A")].map(|(at, symbol)| (day(at), symbol.to_string()));
        assert_eq!(events, expected);
        let held = |at: usize| -> Vec<(String, String)> {
            tables.holdings(&tables.trades[0], &day(at)).into_iter().map(|(coin, held)| (coin.symbol.to_string(), held)).collect()
        };
        let was = |symbol: &str, held: &str| vec![(symbol.to_string(), held.to_string())];
        // On the 5th the event of that instant is not in yet.
        assert_eq!([held(4), held(5), held(6)], [was("B", "10"), was("B", "10"), was("A", "20")]);
    }
}
