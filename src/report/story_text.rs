//! An explanation on the terminal: when, from which table, what.

use crate::report::columns::{left, width};
use crate::report::explain::Explanation;
use crate::report::terminal::{Look, RED, plain, wrapped};

/// An explanation in three columns: when, from which table, what.
#[must_use]
pub fn story(story: &Explanation, look: Look) -> String {
    let mut out = format!("{}\n\n", look.dyed(&plain(&story.title), "1"));
    let widest = story.facts.iter().map(|(name, _)| width(&plain(name))).max().unwrap_or(0);
    for (name, value) in &story.facts {
        out += &wrapped(&format!("  {}  ", left(&plain(name), widest)), &plain(value), look.width.max(40));
    }
    if !story.events.is_empty() {
        out.push('\n');
    }
    for event in &story.events {
        let mark = format!("{}  {:<12}  ", event.time, event.table);
        let text = wrapped(&mark, &plain(&event.text), look.width.max(60));
        out += &if event.table == "liquidations" { look.dyed(&text, RED) } else { text };
    }
    out
}
