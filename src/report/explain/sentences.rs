//! One row of a table as a line of a story, its numbers rounded to what a reader takes in: the table has them in full.

use std::fmt::Write;

use crate::replay::run::{Cause, OUT};
use crate::report::explain::event::Event;
use crate::report::explain::rows::{Row, figure, number, percent, price, rounded, usd};
use crate::report::number_format::{money, quantity};

/// Settlements of one trade told one by one; of more, the sum and the dearest.
const FEW: usize = 6;

pub(super) fn facts(trade: &Row) -> Vec<(String, String)> {
    let narrative = if trade["narrative"].is_empty() { "no narrative" } else { trade["narrative"].as_str() };
    let fact = |name: &str, value: String| (name.to_string(), value);
    vec![
        fact("asset, market", format!("{}, {}", trade["asset"], trade["market"])),
        fact("narrative", narrative.to_string()),
        fact("opened, closed", format!("{}, {}", trade["opened"], trade["closed"])),
        fact("largest size", quantity(number(&trade["quantity"]))),
        fact("average entry, exit", format!("{}, {}", price(&trade["entry_price"]), price(&trade["exit_price"]))),
        fact("price", usd(&trade["price_pnl"])),
        fact("funding", usd(&trade["funding"])),
        fact("fees", usd(&format!("-{}", trade["fees"]))),
        fact("slippage", usd(&format!("-{}", trade["slippage"]))),
        fact("profit", usd(&trade["pnl"])),
        fact("on margin or cost", percent(&trade["return_on_margin"])),
        fact("exit reason", trade["exit_reason"].clone()),
    ]
}

pub(super) fn decision(row: &Row) -> Event {
    let mut text = format!("{} {}: {}", row["rule"], row["subject"], row["verdict"]);
    match (figure(&row["observed"]), figure(&row["threshold"])) {
        (None, None) => {}
        (Some(value), None) => drop(write!(text, ", saw {value}")),
        (None, Some(threshold)) => drop(write!(text, ", threshold {threshold}")),
        (Some(value), Some(threshold)) => drop(write!(text, ", saw {value} against {threshold}")),
    }
    if !row["detail"].is_empty() {
        let _ = write!(text, " ({})", rounded(&row["detail"]));
    }
    event(row, "decisions", &row["subject"], text)
}

/// A step is in the unit of its cause: days where time did it, a mean score where a bucket chose.
pub(super) fn rotation(row: &Row) -> Event {
    let of = if row["bucket"].is_empty() { String::new() } else { format!(" in {}", row["bucket"]) };
    let step = match (row["from_stage"].as_str(), row["to_stage"].as_str()) {
        ("out", "held") => "entered".to_string(),
        ("held", "out") => "left".to_string(),
        (from, to) => format!("{from} to {to}"),
    };
    let mut text = format!("narrative {}{of}: {step}, by {}", row["narrative"], row["cause"]);
    let days = |text: &str| figure(text).map_or_else(String::new, |days| format!("{days} days"));
    let against = figure(&row["threshold"]).map(|threshold| format!(" against {threshold}")).unwrap_or_default();
    match figure(&row["observed"]) {
        Some(_) if row["cause"] == Cause::Time.to_string() => {
            let _ = write!(text, ": {} of at least {}", days(&row["observed"]), days(&row["threshold"]));
        }
        Some(value) if row["from_stage"] == OUT => drop(write!(text, ": score {value}{against}")),
        Some(value) => drop(write!(text, ": {value}{against}")),
        None => text += &against,
    }
    event(row, "rotations", &row["narrative"], text)
}

pub(super) fn fill(row: &Row) -> Event {
    let text = format!(
        "{} {} {} in {} at {} for {}: {}; fee {}, slippage {}",
        row["side"],
        quantity(number(&row["quantity"])),
        row["symbol"],
        row["bucket"],
        price(&row["price"]),
        usd(&row["notional"]),
        row["reason"],
        usd(&row["fee"]),
        usd(&row["slippage"])
    );
    event(row, "fills", &row["symbol"], text)
}

pub(super) fn settlements(rows: &[&Row]) -> Vec<Event> {
    let one = |row: &&Row| {
        let text = format!(
            "rate {} per {} h on {} {}: {}",
            figure(&row["rate"]).unwrap_or_default(),
            row["interval_hours"],
            quantity(number(&row["quantity"])),
            row["symbol"],
            usd(&row["payment"])
        );
        event(row, "funding", &row["symbol"], text)
    };
    if rows.len() <= FEW {
        return rows.iter().map(one).collect();
    }
    let sum: f64 = rows.iter().map(|row| number(&row["payment"])).sum();
    let dearest = rows.iter().min_by(|a, b| number(&a["payment"]).total_cmp(&number(&b["payment"])));
    let last = rows[rows.len() - 1];
    let text = format!("{} settlements of {} from {} on: {} in all", rows.len(), last["symbol"], rows[0]["time"], money(sum));
    dearest.map(one).into_iter().chain([event(last, "funding", &last["symbol"], text)]).collect()
}

pub(super) fn liquidation(row: &Row) -> Event {
    let text = format!(
        "LIQUIDATED: {} in {}: mark {} reached the liquidation price {}; margin lost {}",
        row["symbol"],
        row["bucket"],
        price(&row["mark_price"]),
        price(&row["liquidation_price"]),
        usd(&row["margin_lost"])
    );
    event(row, "liquidations", &row["symbol"], text)
}

pub(super) fn flow(row: &Row) -> Event {
    let text = format!("{} from {} to {}: {}", usd(&row["amount"]), row["from"], row["to"], row["reason"]);
    event(row, "flows", &row["from"], text)
}

fn event(row: &Row, table: &'static str, subject: &str, text: String) -> Event {
    Event { time: row["time"].clone(), table, subject: subject.to_string(), text }
}

/// By time; at one instant a rule speaks before the fill that follows from it. Nothing is told twice.
pub(super) fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    let rank = |table: &str| ["rotations", "decisions", "funding", "fills", "liquidations", "flows"].iter().position(|t| *t == table);
    events.sort_by(|a, b| (&a.time, rank(a.table)).cmp(&(&b.time, rank(b.table))));
    events.dedup();
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_told_in_the_unit_of_its_cause() {
        let sentence = |bucket: &str, (from, to): (&str, &str), cause: &str, observed: &str, threshold: &str| {
            let cells = [
                ("time", ""),
                ("narrative", "ai"),
                ("bucket", bucket),
                ("from_stage", from),
                ("to_stage", to),
                ("cause", cause),
                ("observed", observed),
                ("threshold", threshold),
            ];
            rotation(&cells.map(|(name, cell)| (name.to_string(), cell.to_string())).into()).text
        };
        assert_eq!(
            sentence("", ("cooling", "dormant"), "time", "14", "14"),
            "narrative ai: cooling to dormant, by time: 14 days of at least 14 days"
        );
        assert_eq!(
            sentence("", ("dormant", "emerging"), "excess_momentum", "0.08986376658667083", "0"),
            "narrative ai: dormant to emerging, by excess_momentum: 0.089864 against 0"
        );
        let entered = sentence("alts", ("out", "held"), "strongest", "0.5", "");
        assert_eq!(entered, "narrative ai in alts: entered, by strongest: score 0.5");
        let left = sentence("alts", ("held", "out"), "rotated_out:outranked", "", "");
        assert_eq!(left, "narrative ai in alts: left, by rotated_out:outranked");
    }
}
