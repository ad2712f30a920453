//! `equity.csv`: one row a bar.

use crate::report::tables::column::{Column, Rows, maybe_number, maybe_usd, number, text, time, usd};

/// A row is the place of a bar.
pub(super) const TABLE: Rows<usize> =
    Rows { file: "equity.csv", columns: COLUMNS, each: |source, each| (0..source.run().equity.len()).for_each(|t| each(&t)) };

const COLUMNS: &[Column<usize>] = &[
    time("time", |&t, s| s.run().clock.close(t)),
    usd("equity", |&t, s| s.run().equity[t]),
    maybe_usd("benchmark", |&t, s| s.run().benchmark.get(t).copied()),
    number("drawdown", |&t, s| s.evaluation.curves.drawdown[t]),
    maybe_number("gross_exposure", |&t, s| Some(s.run().gross_exposure[t])),
    maybe_number("net_exposure", |&t, s| Some(s.run().net_exposure[t])),
    usd("margin_used", |&t, s| s.run().margin_used[t]),
    text("regime", |&t, s| s.run().regime[t].name().into()),
];
