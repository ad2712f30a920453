//! What standard output is: how wide, and whether it shows colour.

use std::io::IsTerminal;

use crate::report::terminal::Look;

/// `COLUMNS`, else the terminal's own width, else 80; colour on a terminal only, and not where `NO_COLOR` asks for none.
pub(super) fn look() -> Look {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let terminal = std::io::stdout().is_terminal();
    let width = variable("COLUMNS")
        .and_then(|text| text.parse().ok())
        .or_else(|| console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns)));
    Look {
        width: width.unwrap_or(Look::PLAIN.width),
        colour: terminal && variable("NO_COLOR").is_none() && variable("TERM").is_none_or(|kind| kind != "dumb"),
    }
}
