//! `ladder.csv`: a row a scenario.

use crate::report::tables::column::{Column, Rows, integer, maybe_flag, maybe_number, number, text};
use crate::report::tables::source::Source;
use crate::stress::Scenario;

pub(super) const TABLE: Rows<Scenario> = Rows { file: "ladder.csv", columns: COLUMNS, each: rows };

const COLUMNS: &[Column<Scenario>] = &[
    text("kind", |row, _| row.step.kind().name().into()),
    text("scenario", |row, _| row.step.name().into()),
    maybe_number("total_return", |row, _| row.metrics.returns.total_return),
    maybe_number("cagr", |row, _| row.metrics.shown_cagr()),
    maybe_number("sharpe", |row, _| row.metrics.ratios.sharpe),
    maybe_number("max_drawdown", |row, _| row.metrics.drawdown.max_drawdown),
    maybe_number("alpha", |row, _| row.metrics.benchmark.alpha),
    number("final_equity", |row, _| row.metrics.returns.final_equity_usd),
    number("fees", |row, _| row.metrics.costs.fees_usd),
    number("slippage", |row, _| row.metrics.costs.slippage_usd),
    number("funding", |row, _| row.metrics.funding.net_usd),
    integer("liquidations", |row, _| row.metrics.events.liquidations as i64),
    maybe_number("of_step", |row, _| row.of_step),
    maybe_number("return_kept", |row, _| row.return_kept),
    maybe_number("noise", |_, s| Some(s.evaluation.stress.ladder.as_ref()?.noise?.width())),
    maybe_flag("is_significant", |row, _| row.is_significant),
];

fn rows(source: &Source, each: &mut dyn FnMut(&Scenario)) {
    source.evaluation.stress.ladder.iter().flat_map(|ladder| &ladder.scenarios).for_each(each);
}
