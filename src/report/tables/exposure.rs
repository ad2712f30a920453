//! `exposure.csv`: one row a position at each close at which decisions are made.

use crate::replay::run::Exposure;
use crate::report::tables::column::{Column, Rows, maybe_number, maybe_usd, number, text, time, usd};

pub(super) const TABLE: Rows<Exposure> =
    Rows { file: "exposure.csv", columns: COLUMNS, each: |source, each| source.run().exposure.iter().for_each(each) };

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
