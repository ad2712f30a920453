//! `trades.csv`: one row from flat to flat.

use crate::replay::run::Trade;
use crate::report::tables::column::{Column, Rows, maybe_number, number, text, time, usd};

pub(super) const TABLE: Rows<Trade> =
    Rows { file: "trades.csv", columns: COLUMNS, each: |source, each| source.run().trades.iter().for_each(each) };

const COLUMNS: &[Column<Trade>] = &[
    text("asset", |t, s| s.asset(t.instrument)),
    text("market", |t, s| s.kind(t.instrument)),
    text("symbol", |t, s| s.symbol(t.instrument)),
    text("bucket", |t, s| s.bucket(t.bucket)),
    text("narrative", |t, s| s.narrative(t.narrative)),
    text("side", |t, _| t.direction.name().into()),
    time("opened", |t, _| t.opened),
    time("closed", |t, _| t.closed),
    number("quantity", |t, _| t.quantity),
    number("entry_price", |t, _| t.entry_price),
    number("exit_price", |t, _| t.exit_price),
    usd("price_pnl", |t, _| t.price_pnl),
    usd("funding", |t, _| t.funding),
    usd("fees", |t, _| t.fees),
    usd("slippage", |t, _| t.slippage),
    usd("pnl", |t, _| t.pnl),
    maybe_number("return_on_margin", |t, _| t.return_on_margin),
    text("exit_reason", |t, _| t.exit_reason.name().into()),
];
