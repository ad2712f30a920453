//! An explanation on the terminal: when, from which table, what.

use crate::report::columns::{left, width};
use crate::report::explain::Explanation;
use crate::report::terminal::{Look, RED, plain, wrapped};

/// Leaves the first and the last event; says how many lay between.
pub fn shorten(story: &mut Explanation) -> usize {
    let between = story.events.len().saturating_sub(2);
    if between > 0 {
        story.events.drain(1..=between);
    }
    between
}

/// An explanation in three columns: when, from which table, what. `left_out` are the events that [`shorten`] took out after the first.
#[must_use]
pub fn story(story: &Explanation, left_out: usize, look: Look) -> String {
    let mut out = format!("{}\n\n", look.dyed(&plain(&story.title), "1"));
    let widest = story.facts.iter().map(|(name, _)| width(&plain(name))).max().unwrap_or(0);
    for (name, value) in &story.facts {
        out += &wrapped(&format!("  {}  ", left(&plain(name), widest)), &plain(value), look.width.max(40));
    }
    if !story.events.is_empty() {
        out.push('\n');
    }
    for (i, event) in story.events.iter().enumerate() {
        if i == 1 && left_out > 0 {
            let text = format!("… and {left_out} more between: the same without --short");
            out += &wrapped("", &text, look.width.max(60));
        }
        let mark = format!("{}  {:<12}  ", event.time, event.table);
        let text = wrapped(&mark, &plain(&event.text), look.width.max(60));
        out += &if event.table == "liquidations" { look.dyed(&text, RED) } else { text };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::explain::Event;

    fn story_of(count: usize) -> Explanation {
        let event = |i: usize| Event { time: String::new(), table: "fills", subject: String::new(), text: format!("event {i}") };
        Explanation { title: "t".to_owned(), facts: vec![("a".to_owned(), "b".to_owned())], events: (1..=count).map(event).collect() }
    }

    #[test]
    fn a_short_story_keeps_its_ends() {
        for (count, between) in [(0, 0), (1, 0), (2, 0), (3, 1), (9, 7)] {
            let mut short = story_of(count);
            assert_eq!(shorten(&mut short), between);
            let text = story(&short, between, Look::PLAIN);
            if between == 0 {
                assert_eq!(text, story(&story_of(count), 0, Look::PLAIN));
                continue;
            }
            let lines: Vec<&str> = text.lines().skip_while(|line| !line.contains("event")).collect();
            assert_eq!(lines.len(), 3, "{text}");
            assert!(lines[0].ends_with("event 1") && lines[2].ends_with(&format!("event {count}")), "{text}");
            assert_eq!(lines[1], format!("… and {between} more between: the same without --short"));
        }
    }
}
