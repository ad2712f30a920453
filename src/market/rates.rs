//! Settled funding rates.

use crate::fault::Fault;
use crate::market::files::Source;
use crate::market::frame::{Layout, Wanted};
use crate::market::freeze::RawSettlement;
use crate::market::series::{Recipe, Rows};

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
    check: |_, _| None,
};

/// Reads the settlements of one perpetual, floored to the minute.
pub(super) fn settlements(sources: &[Source]) -> Result<(Vec<RawSettlement>, Rows), Fault> {
    let rows = Rows::gather(sources, &RATES)?;
    let settlements = (0..rows.time.len()).map(|k| {
        let interval = rows.columns[1][k];
        RawSettlement { time: rows.time[k], rate: rows.columns[0][k], interval_hours: (!interval.is_nan()).then_some(interval) }
    });
    Ok((settlements.collect(), rows))
}
