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
    /// Whether every table is written as Parquet too.
    pub parquet: bool,
}
