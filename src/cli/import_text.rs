//! What an import says: the table of what it understood, and what came of it.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::cli::stay_in_cash::Idle;
use crate::import::{LeftOut, PassedOver, Plan, Remark, SeriesRow};
use crate::market::Market;
use crate::report::columns::{cut, left, right, width};
use crate::report::terminal::{self, Look};

/// Files of no use that are named one by one.
const SHOWN: usize = 8;

/// Series that are listed one by one before those that were passed over are only counted.
const LISTED: usize = 60;

/// Every series with what it was made of, and the files that are of no use.
pub(super) fn understood(plan: &Plan, look: Look) -> String {
    let rows = plan.series();
    let mut out = table(&rows);
    for (why, count) in passed_over(&rows) {
        let _ = writeln!(out, "{count} series not taken: {why}");
    }
    out += &unused(plan, look);
    let (assets, perpetuals) = plan.coins();
    let _ = writeln!(out, "a market of {assets} assets, {perpetuals} with a perpetual, bars of {} in {}", plan.bar(), plan.quote());
    out
}

fn table(rows: &[SeriesRow]) -> String {
    let taken: Vec<&SeriesRow> = rows.iter().filter(|row| row.passed_over.is_none()).collect();
    let mut cells: Vec<[String; 7]> = vec![["", "symbol", "venue", "bars of", "files", "rows", "from, to, remarks"].map(str::to_owned)];
    for row in taken.iter().take(LISTED) {
        let mut about = format!("{} {}", row.first.date(), row.last.date());
        for remark in remarks(row) {
            let _ = write!(about, "; {remark}");
        }
        let venue = if row.venue.is_empty() { "?".to_owned() } else { row.venue.clone() };
        let interval = row.interval.map_or("-".to_owned(), |span| span.to_string());
        cells.push([
            row.content.word().to_owned(),
            row.symbol.clone(),
            venue,
            interval,
            row.files.to_string(),
            row.rows.to_string(),
            about,
        ]);
    }
    let widths: Vec<usize> = (0..6).map(|column| cells.iter().map(|row| width(&row[column])).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in &cells {
        for (column, cell) in row.iter().take(6).enumerate() {
            let text = if column < 4 { left(cell, widths[column]) } else { right(cell, widths[column]) };
            let _ = write!(out, "{text}  ");
        }
        let _ = writeln!(out, "{}", row[6]);
    }
    if taken.len() > LISTED {
        let _ = writeln!(out, "… and {} more series", taken.len() - LISTED);
    }
    out
}

/// What was changed, left out or assumed of a series, in words.
pub(super) fn remarks(row: &SeriesRow) -> Vec<String> {
    let LeftOut { unreadable, first_unreadable, repeated, unfinished, filler, contradicted, off_grid, remarks } = &row.left_out;
    let counted = [
        (*repeated, "repeated"),
        (*unfinished, "left out as unfinished"),
        (*filler, "left out as filler after delisting"),
        (*contradicted, "contradicted by another file and not believed"),
        (*off_grid, "left out off the grid"),
    ];
    let mut all: Vec<String> = counted.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if *unreadable > 0 {
        all.push(format!("{unreadable} unreadable, the first on line {}", first_unreadable.unwrap_or(0)));
    }
    all.extend(remarks.iter().map(|remark| sentence(*remark).to_owned()));
    if row.assumed_kind {
        all.push("taken for spot, nothing says so".to_owned());
    }
    all
}

fn sentence(remark: Remark) -> &'static str {
    match remark {
        Remark::ContractsByQuote => "volume in contracts, coins by the quote volume",
        Remark::ContractsOfOne => "volume in contracts of unknown size, counted as one unit of the quote each: less than it was",
        Remark::ClockMoved => "clock set back to UTC",
        Remark::DaysLate => "days begin elsewhere than at midnight UTC, stamped at the next midnight",
        Remark::VolumeInQuote => "volume in the currency of prices",
    }
}

/// How many series were not taken, by the reason.
fn passed_over(rows: &[SeriesRow]) -> Vec<(&'static str, usize)> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for why in rows.iter().filter_map(|row| row.passed_over) {
        let sentence = match why {
            PassedOver::Another => "another of the same coin covers more bars, or as many and finer",
            PassedOver::Coarse => "its bars do not fit into the market's (--bar)",
            PassedOver::OtherQuote => "its prices are in another currency (--quote)",
            PassedOver::WithoutPerpetual => "mark prices or rates of what has no bars of a perpetual",
        };
        *counts.entry(sentence).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// Files of no use with the reason, many of one reason as a count.
fn unused(plan: &Plan, look: Look) -> String {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in plan.files() {
        if let Some(why) = &file.useless {
            by_reason.entry(why).or_default().push(&file.name);
        }
    }
    let mut out = String::new();
    for (why, names) in by_reason.iter().take(SHOWN) {
        let first = cut(names[0], look.width.saturating_sub(30).max(20));
        let _ = match names.len() {
            1 => writeln!(out, "not used: {first}: {why}"),
            count => writeln!(out, "not used: {count} files, {first} the first: {why}"),
        };
    }
    if by_reason.len() > SHOWN {
        let _ = writeln!(out, "not used for {} more reasons: sources.csv has them", by_reason.len() - SHOWN);
    }
    out
}

/// What was written, what it is good for, and what to do next.
pub(super) fn done(plan: &Plan, market: &Market, shares: &[Idle], look: Look) -> String {
    let window = market.window();
    let what = if plan.is_update() { "updated" } else { "written" };
    let mut out = format!("\n{what}: {}, {} to {}\n", plan.out().display(), window.start.date(), window.close(window.bars - 1).date());
    for own in shares {
        let _ = match own.in_cash {
            None => write!(out, "  {}: does not run", own.strategy),
            Some(share) if share < 0.005 => write!(out, "  {}: runs as it is", own.strategy),
            Some(share) => write!(out, "  {}: {:.0} % would stay in cash", own.strategy, share * 100.0),
        };
        let _ = if own.because.is_empty() { writeln!(out) } else { writeln!(out, ", because") };
        for why in &own.because {
            out += &terminal::caution_line("    ", why, look);
        }
    }
    if !market.cautions.is_empty() {
        let _ = writeln!(out, "{} cautions about the market: rotate check --market {}", market.cautions.len(), plan.out().display());
    }
    let _ = writeln!(out, "next: rotate run --market {}", plan.out().display());
    out
}
