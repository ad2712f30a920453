//! `gains.csv`: what was realised in each calendar year, by pool and method.

use crate::market::Kind;
use crate::metrics::gains::Gain;
use crate::report::tables::column::{Column, Rows, integer, maybe_usd, number, text, usd};

pub(super) const TABLE: Rows<Gain> =
    Rows { file: "gains.csv", columns: COLUMNS, each: |source, each| source.evaluation.gains.iter().for_each(each) };

const COLUMNS: &[Column<Gain>] = &[
    integer("year", |g, _| i64::from(g.year)),
    text("asset", |g, s| s.asset(g.instrument)),
    text("market", |g, s| s.kind(g.instrument)),
    text("method", |g, _| g.method.name().into()),
    number("quantity", |g, _| g.quantity),
    usd("proceeds", |g, _| g.proceeds),
    usd("cost", |g, _| g.cost),
    usd("gain", |g, _| g.gain()),
    maybe_usd("held_over_a_year", |g, _| g.old),
    // Spot is never settled.
    maybe_usd("funding", |g, s| (s.market.instrument(g.instrument).kind == Kind::Perp).then_some(g.funding)),
    maybe_usd("unrealised", |g, _| g.unrealised),
];
