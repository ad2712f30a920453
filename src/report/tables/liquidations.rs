//! `liquidations.csv`: one row a liquidation.

use crate::replay::run::Liquidation;
use crate::report::tables::column::{Column, Rows, number, text, time, usd};

pub(super) const TABLE: Rows<Liquidation> =
    Rows { file: "liquidations.csv", columns: COLUMNS, each: |source, each| source.run().liquidations.iter().for_each(each) };

const COLUMNS: &[Column<Liquidation>] = &[
    time("time", |l, _| l.time),
    text("asset", |l, s| s.asset(l.instrument)),
    text("symbol", |l, s| s.symbol(l.instrument)),
    text("bucket", |l, s| s.bucket(l.bucket)),
    text("side", |l, _| l.direction.name().into()),
    number("quantity", |l, _| l.quantity),
    number("mark_price", |l, _| l.mark_price),
    number("liquidation_price", |l, _| l.liquidation_price),
    usd("margin_lost", |l, _| l.margin_lost),
    usd("fee", |l, _| l.fee),
];
