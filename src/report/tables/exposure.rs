//! `exposure.csv`: one row a position at the closes at which decisions are made, the first and those at which another quantity is held than before.
//! What lies between is the same quantity at other prices.

use std::collections::BTreeMap;

use crate::replay::run::Exposure;
use crate::report::tables::column::{Column, Rows, maybe_number, maybe_usd, number, text, time, usd};
use crate::units::{BucketId, InstrumentId};

pub(super) const TABLE: Rows<Exposure> =
    Rows { file: "exposure.csv", columns: COLUMNS, each: |source, each| changed(&source.run().exposure).into_iter().for_each(each) };

/// Rows of which the quantity is not that of the same position at the close before.
fn changed(all: &[Exposure]) -> Vec<&Exposure> {
    let mut held: BTreeMap<(BucketId, InstrumentId), (usize, f64)> = BTreeMap::new();
    let mut kept = Vec::new();
    for (close, rows) in all.chunk_by(|a, b| a.time == b.time).enumerate() {
        for row in rows {
            let before = held.insert((row.bucket, row.instrument), (close, row.quantity));
            // Not there at the close before is another position.
            if before.is_none_or(|(seen, quantity)| seen + 1 != close || quantity != row.quantity) {
                kept.push(row);
            }
        }
    }
    kept
}

const COLUMNS: &[Column<Exposure>] = &[
    time("time", |e, _| e.time),
    text("asset", |e, s| s.asset(e.instrument)),
    text("market", |e, s| s.kind(e.instrument)),
    text("symbol", |e, s| s.symbol(e.instrument)),
    text("bucket", |e, s| s.bucket(e.bucket)),
    text("narrative", |e, s| s.narrative(e.narrative)),
    number("quantity", |e, _| e.quantity),
    number("entry_price", |e, _| e.entry_price),
    number("price", |e, _| e.price),
    usd("notional", |e, _| e.notional),
    maybe_usd("margin", |e, _| e.margin),
    usd("unrealised", |e, _| e.unrealised),
    maybe_number("liquidation_price", |e, _| e.liquidation_price),
    maybe_number("liquidation_distance", |e, _| e.liquidation_distance),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Time, Usd};

    /// Day, bucket, instrument and quantity of a position.
    fn position((day, bucket, instrument, quantity): (i64, u8, u16, f64)) -> Exposure {
        Exposure {
            time: Time::from_seconds(day * 86_400),
            instrument: InstrumentId(instrument),
            bucket: BucketId(bucket.into()),
            narrative: None,
            quantity,
            entry_price: 1.0,
            price: day as f64,
            notional: Usd::ZERO,
            margin: None,
            unrealised: Usd::ZERO,
            liquidation_price: None,
            liquidation_distance: None,
        }
    }

    #[test]
    fn a_row_stands_where_another_quantity_is_held_than_before() {
        let all = [
            (1, 0, 0, 2.0),
            (1, 1, 0, 2.0),
            (2, 0, 0, 2.0), // as before: left out
            (2, 1, 0, 3.0),
            (3, 0, 0, 2.0), // as before
            (4, 1, 0, 3.0), // not there on the third day: another position
            (4, 0, 0, -2.0),
        ];
        let rows: Vec<Exposure> = all.into_iter().map(position).collect();
        let kept: Vec<(i64, usize)> = changed(&rows).iter().map(|row| (row.time.seconds() / 86_400, row.bucket.index())).collect();
        assert_eq!(kept, [(1, 0), (1, 1), (2, 1), (4, 1), (4, 0)]);
    }
}
