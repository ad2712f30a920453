//! What if: the run under shocks, and a year of its own days drawn again.

use crate::report::charts::shocks as drawn;
use crate::report::html::escape::{Html, coded, text};
use crate::report::html::figure::wide_figure;
use crate::report::html::page::{dim_paragraph, paragraph};
use crate::report::html::table::{Column, table};
use crate::report::input::ReportInput;
use crate::report::shock_text;

const COLUMNS: [Column; 8] = [
    ("shock", false),
    ("what is left", true),
    ("of the run", true),
    ("return", true),
    ("max drawdown", true),
    ("max loss", true),
    ("liquidations", true),
    ("what happens", false),
];

/// The shocks, or how to ask for them.
pub(super) fn shocks(piece: &ReportInput) -> Html {
    let Some(shocks) = &piece.evaluation.stress.shocks else {
        return dim_paragraph(&coded(
            "Not run: `rotate run --stress` replays the strategy with funding at 0, 2 and 3 times and turned round, in a crash, with wider swings, with the \
             stablecoin below a dollar, at three times the spread, and with trading halted.",
        ));
    };
    let mut out = wide_figure(&drawn::left(shocks), "End equity under each shock, as a share of that of the run itself");
    out += table(
        "Each shock is a replay in which the rules see what happens",
        &COLUMNS,
        &shocks.all.iter().map(shock_text::row).collect::<Vec<_>>(),
    );
    if let Some(outlook) = &shocks.outlook {
        let sentence = shock_text::outlook(outlook);
        out += wide_figure(&drawn::fan(outlook), &sentence);
        out += paragraph(&text(&sentence));
        out += dim_paragraph(&text(
            "2,000 years in blocks of its own days (stationary bootstrap, seed 1). They know nothing of days unlike these.",
        ));
    }
    out
}
