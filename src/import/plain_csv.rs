//! Our own plain tables, as text: what the loader reads back to the same bits.

use std::fmt::Write;

use crate::import::facts::{Bracket, Cap, Evidence, Label};
use crate::import::listing::AssetRow;
use crate::import::part::{Rate, Rows};
use crate::market::Bar;
use crate::units::Time;

/// Bars of last prices, or of mark prices.
pub(super) fn bars(bars: &[Bar], with_volume: bool) -> String {
    let mut text = String::with_capacity(bars.len() * 64);
    text.push_str(if with_volume { "open_time,open,high,low,close,volume\n" } else { "open_time,open,high,low,close\n" });
    for Bar { time, open, high, low, close, volume } in bars {
        let _ = write!(text, "{time},{open},{high},{low},{close}");
        let _ = if with_volume { writeln!(text, ",{volume}") } else { writeln!(text) };
    }
    text
}

pub(super) fn rates(rates: &[Rate]) -> String {
    let mut text = "calc_time,funding_interval_hours,last_funding_rate\n".to_owned();
    // A column must have a number in every row: without one, intervals are seen from the stamps.
    let stated = rates.iter().all(|rate| rate.interval_hours.is_some());
    if !stated {
        text = "calc_time,last_funding_rate\n".to_owned();
    }
    for Rate { time, rate, interval_hours } in rates {
        let _ = match interval_hours.filter(|_| stated) {
            Some(hours) => writeln!(text, "{time},{hours},{rate}"),
            None => writeln!(text, "{time},{rate}"),
        };
    }
    text
}

pub(super) fn rows(rows: &Rows, with_volume: bool) -> String {
    match rows {
        Rows::Bars { bars: own, .. } => bars(own, with_volume),
        Rows::Rates(own) => rates(own),
    }
}

/// Cells of one row, quoted where they must be.
pub(super) fn line(cells: &[&str]) -> String {
    let quoted = cells
        .iter()
        .map(|cell| if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { (*cell).to_owned() });
    quoted.collect::<Vec<_>>().join(",") + "\n"
}

fn time(time: Option<Time>) -> String {
    time.map_or(String::new(), |time| time.to_string())
}

pub(super) const ASSETS: &str = "asset,tier,spot,perp,contract_size,venue,venue_kind,since,until\n";

pub(super) fn asset(row: &AssetRow) -> String {
    let size = if row.perp.is_empty() { String::new() } else { row.contract_size.to_string() };
    line(&[&row.name, row.tier, &row.spot, &row.perp, &size, &row.venue, row.venue_kind, &time(row.since), &time(row.until)])
}

pub(super) const CAPS: &str = "known_at,asset,market_cap_usd,rank\n";

pub(super) fn cap(cap: &Cap, asset: &str) -> String {
    let rank = cap.rank.map_or(String::new(), |rank| rank.to_string());
    line(&[&cap.known_at.to_string(), asset, &cap.usd.to_string(), &rank])
}

pub(super) const LABELS: &str = "asset,narrative,since,until,source\n";

pub(super) fn label(label: &Label, asset: &str) -> String {
    line(&[asset, &label.narrative, &label.since.date(), &label.until.map_or(String::new(), Time::date), &label.source])
}

pub(super) const EVIDENCE: &str = "known_at,asset,narrative,metric,value\n";

pub(super) fn evidence(fact: &Evidence, subject: &str) -> String {
    let (asset, narrative) = if fact.of_narrative { ("", subject) } else { (subject, "") };
    line(&[&fact.known_at.to_string(), asset, narrative, &fact.metric, &fact.value.to_string()])
}

pub(super) const TIERS: &str = "since,perp,floor_usd,cap_usd,maintenance_rate,max_leverage,maintenance_amount_usd\n";

pub(super) fn bracket(bracket: &Bracket, symbol: &str, since: Time) -> String {
    let Bracket { floor, cap, rate, leverage, amount, .. } = bracket;
    let [floor, cap, rate, leverage, amount] = [floor, cap, rate, leverage, amount].map(f64::to_string);
    line(&[&since.to_string(), symbol, &floor, &cap, &rate, &leverage, &amount])
}
