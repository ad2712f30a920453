//! `attribution.csv`: the whole gain, cut once in every direction.

use crate::replay::run::Contribution;
use crate::report::tables::column::{Column, Rows, text, time, usd};

pub(super) const TABLE: Rows<Contribution> =
    Rows { file: "attribution.csv", columns: COLUMNS, each: |source, each| source.run().attribution.cube.iter().for_each(each) };

const COLUMNS: &[Column<Contribution>] = &[
    time("month", |row, _| row.month),
    text("bucket", |row, s| s.bucket(row.bucket)),
    text("narrative", |row, s| s.narrative(row.narrative)),
    text("asset", |row, s| s.asset_or_quote(row.asset)),
    text("regime", |row, _| row.regime.name().into()),
    usd("price", |row, _| row.income.price),
    usd("funding_received", |row, _| row.funding.received),
    usd("funding_paid", |row, _| row.funding.paid),
    usd("funding_assumed", |row, _| row.funding.assumed),
    usd("fees", |row, _| row.income.fees),
    usd("slippage", |row, _| row.income.slippage),
    usd("liquidation", |row, _| row.income.liquidation),
    usd("yield", |row, _| row.income.yields),
    usd("total", |row, _| row.income.total()),
];
