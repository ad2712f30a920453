//! `funding.csv`: one row a settlement and position.

use crate::replay::run::FundingPayment;
use crate::report::tables::column::{Column, Rows, number, text, time, usd};

pub(super) const TABLE: Rows<FundingPayment> =
    Rows { file: "funding.csv", columns: COLUMNS, each: |source, each| source.run().funding.iter().for_each(each) };

const COLUMNS: &[Column<FundingPayment>] = &[
    time("time", |p, _| p.time),
    text("asset", |p, s| s.asset(p.instrument)),
    text("symbol", |p, s| s.symbol(p.instrument)),
    text("bucket", |p, s| s.bucket(p.bucket)),
    text("narrative", |p, s| s.narrative(p.narrative)),
    number("quantity", |p, _| p.quantity),
    number("mark_price", |p, _| p.mark_price),
    number("rate", |p, _| p.rate),
    number("interval_hours", |p, _| p.interval_hours),
    usd("payment", |p, _| p.payment),
];
