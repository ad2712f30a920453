//! How close the run came to losing a position to the venue.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::market::Market;
use crate::metrics::book::margin_utilisation;
use crate::replay::run::{Exposure, Run};
use crate::report::charts::margin as drawn;
use crate::report::html::escape::{Html, coded};
use crate::report::html::figure::wide_figure;
use crate::report::html::page::{dim, paragraph};
use crate::report::html::table::{Column, table};
use crate::report::number_format::{count, money_of, percent, price};
use crate::units::{BucketId, InstrumentId, Time, Usd};

/// Rows of the table of trades closest to liquidation.
const CALLS: usize = 10;

/// Nothing where no perpetual was held.
pub(super) fn margin(market: &Market, run: &Run) -> Html {
    let Some(svg) = drawn::margin(market, run) else { return Html::new() };
    let most = percent(Some(margin_utilisation(&run.margin_used, &run.equity).1.unwrap_or(0.0)));
    let sentence = drawn::closest(run).map_or_else(
        || "At no close at which decisions were made could the price alone have liquidated a perpetual.".to_string(),
        |(row, distance)| {
            format!(
                "Closest to liquidation: {} in `{}`, {} away on {}, with the mark price at {} and the liquidation price at {}.",
                market.instrument(row.instrument).symbol,
                run.buckets[row.bucket.index()],
                percent(Some(distance)),
                row.time.date(),
                price(row.price),
                row.liquidation_price.map_or_else(|| "–".to_string(), price)
            )
        },
    );
    let mut out = wide_figure(
        &svg,
        &format!("Margin used over equity, at most {most}, and the nearest distance to liquidation over time. {sentence}"),
    );
    let lost: Usd = run.liquidations.iter().map(|event| event.margin_lost).sum();
    let fallen = match run.liquidations.len() {
        0 => "Nothing was liquidated.".to_string(),
        1 => format!("One liquidation took {}.", money_of(lost)),
        count => format!("{count} liquidations took {} together.", money_of(lost)),
    };
    let about = "Distances are measured at the closes at which decisions were made. Inside a bar the mark price may have come nearer; \
                 liquidations.csv has the cases where it came too near.";
    out += paragraph(&(coded(&format!("Margin used was at most {most} of equity. {sentence} {fallen} ")) + dim(about)));
    out + calls(market, run)
}

const COLUMNS: [Column; 9] = [
    ("symbol", false),
    ("side", false),
    ("bucket", false),
    ("date", false),
    ("mark", true),
    ("liquidation", true),
    ("distance", true),
    ("margin", true),
    ("notional", true),
];

/// The trades closest to liquidation, each once: its other days were near for the same reason.
fn calls(market: &Market, run: &Run) -> Html {
    let lives = lives(run);
    let mut nearest: BTreeMap<(InstrumentId, BucketId, Time), (&Exposure, f64)> = BTreeMap::new();
    for row in &run.exposure {
        let Some(distance) = row.liquidation_distance else { continue };
        let opened = lives.get(&(row.instrument, row.bucket)).map_or(Time::MIN, |all| opened(all, row.time));
        let known = nearest.entry((row.instrument, row.bucket, opened)).or_insert((row, distance));
        if distance < known.1 {
            *known = (row, distance);
        }
    }
    let mut all: Vec<(&Exposure, f64)> = nearest.into_values().collect();
    all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.time.cmp(&b.0.time)));
    let rows: Vec<Vec<String>> = all.iter().take(CALLS).map(|(row, distance)| cells(market, run, row, *distance)).collect();
    if rows.is_empty() {
        return Html::new();
    }
    let caption = match all.len() {
        many if many > CALLS => {
            format!("The {CALLS} trades closest to liquidation, of {} on margin, each at its nearest close", count(many))
        }
        _ => "Trades on margin by distance to liquidation, each at its nearest close".to_string(),
    };
    table(&caption, &COLUMNS, &rows)
}

fn cells(market: &Market, run: &Run, row: &Exposure, distance: f64) -> Vec<String> {
    vec![
        market.instrument(row.instrument).symbol.clone(),
        if row.quantity.total_cmp(&0.0) == Ordering::Less { "short" } else { "long" }.to_string(),
        run.buckets[row.bucket.index()].clone(),
        row.time.date(),
        price(row.price),
        row.liquidation_price.map_or_else(|| "–".to_string(), price),
        percent(Some(distance)),
        row.margin.map_or_else(|| "–".to_string(), money_of),
        money_of(row.notional),
    ]
}

/// When the trades of each position were opened, ascending.
fn lives(run: &Run) -> BTreeMap<(InstrumentId, BucketId), Vec<Time>> {
    let mut lives: BTreeMap<(InstrumentId, BucketId), Vec<Time>> = BTreeMap::new();
    for trade in &run.trades {
        lives.entry((trade.instrument, trade.bucket)).or_default().push(trade.opened);
    }
    for all in lives.values_mut() {
        all.sort_unstable();
    }
    lives
}

/// The last opening before a close.
fn opened(all: &[Time], close: Time) -> Time {
    all.partition_point(|opened| *opened < close).checked_sub(1).map_or(Time::MIN, |at| all[at])
}
