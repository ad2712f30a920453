//! Settled funding rates.

use crate::fault::Fault;
use crate::market::files::Source;
use crate::market::parts::RawSettlement;
use crate::market::quote_field::numeral;
use crate::market::series::{Origin, Recipe, Rows, Wrong};
use crate::market::sheet::{Layout, Wanted};

const RATES: Recipe = Recipe {
    layout: &Layout {
        time: &["calc_time", "fundingTime", "timestamp", "time"],
        columns: &[
            Wanted { names: &["last_funding_rate", "funding_rate", "rate"], optional: false },
            Wanted { names: &["funding_interval_hours"], optional: true },
        ],
        headless: &[],
    },
    floor: 60,
    check: |columns, row| match columns {
        [rate, interval] => wrong_rate(rate[row]).or_else(|| interval.get(row).and_then(|&hours| wrong_interval(hours))),
        _ => None,
    },
};

fn wrong_rate(rate: f64) -> Option<Wrong> {
    (rate.abs() >= 1.0).then(|| {
        let expected = "a fraction of notional between -1 and 1: 0.0001 is 0.01 %";
        (format!("a funding rate of {} in one settlement", numeral(rate)), expected)
    })
}

/// NaN is an empty field: the interval is inferred.
fn wrong_interval(hours: f64) -> Option<Wrong> {
    (hours <= 0.0 || hours > 24.0).then(|| (format!("funding_interval_hours {}", numeral(hours)), "hours, above 0 and at most 24"))
}

/// Reads the settlements of one perpetual, floored to the minute.
pub(super) fn settlements(sources: &[Source]) -> Result<(Vec<RawSettlement>, Origin), Fault> {
    let rows = Rows::gather(sources, &RATES)?;
    let settlements = (0..rows.time.len()).map(|k| {
        let interval = rows.columns[1][k];
        RawSettlement { time: rows.time[k], rate: rows.columns[0][k], interval_hours: (!interval.is_nan()).then_some(interval) }
    });
    Ok((settlements.collect(), rows.origin()))
}
