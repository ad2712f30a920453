//! What the folder of one strategy tells.

use crate::evaluate::Evaluation;
use crate::market::Market;
use crate::report::manifest::Extends;

/// One run, measured, and the market it stands on.
#[derive(Clone, Copy)]
pub struct ReportInput<'a> {
    pub market: &'a Market,
    pub evaluation: &'a Evaluation<'a>,
    /// What the strategy extends, where it does.
    pub extends: Option<&'a Extends>,
    pub forms: Forms,
}

/// In which forms a report is written. No number depends on them, and each can be made again from the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forms {
    pub csv: CsvTables,
    /// Whether every table is written as Parquet, whichever are written as CSV.
    pub parquet: bool,
    /// Whether equity and drawdown are drawn as PNG beside the SVG.
    pub png: bool,
}

/// Which tables are written as CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvTables {
    All,
    /// Those that sum up: the curve, trades, liquidations, attribution, and what only some runs have.
    Brief,
    /// The curve alone, which comparisons read.
    Curve,
}

impl Forms {
    /// Every table as CSV, pictures as SVG.
    pub const PLAIN: Self = Self { csv: CsvTables::All, parquet: false, png: false };
    /// Where nothing is asked for: tables that sum up as CSV, pictures as SVG.
    pub const BRIEF: Self = Self { csv: CsvTables::Brief, ..Self::PLAIN };
}

impl CsvTables {
    /// Whether the table of that file is among them.
    #[must_use]
    pub(crate) fn has(self, file: &str) -> bool {
        const LONG: [&str; 10] = [
            "buckets.csv",
            "fills.csv",
            "funding.csv",
            "yields.csv",
            "flows.csv",
            "decisions.csv",
            "rotations.csv",
            "exposure.csv",
            "gains.csv",
            "benchmarks.csv",
        ];
        match self {
            Self::All => true,
            Self::Brief => !LONG.contains(&file),
            Self::Curve => file == "equity.csv",
        }
    }
}
