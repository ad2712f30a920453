//! Text on a terminal: how wide and how coloured it may be, wrapped sentences, lists of cautions.

use std::fmt::Write;

use crate::report::columns::width;
use crate::report::number_format::short_list;

/// What is written to: its width in characters, and whether it shows colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub width: usize,
    pub colour: bool,
}

impl Look {
    /// A file, or a terminal that says nothing of itself.
    pub const PLAIN: Self = Self { width: 80, colour: false };

    pub(super) fn dyed(self, text: &str, code: &str) -> String {
        if self.colour && !text.trim().is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

pub(super) const RED: &str = "31";
pub(super) const GREEN: &str = "32";
pub(super) const YELLOW: &str = "33";
pub(super) const DIM: &str = "2";

/// A few names and how many more there are.
#[must_use]
pub(crate) fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 6;
    if names.len() <= SHOWN + 1 {
        return names.join(", ");
    }
    format!("{}, … and {} more", names[..SHOWN].join(", "), names.len() - SHOWN)
}

/// Each caution once, in order of first appearance, with the names of the strategies it concerns unless it concerns all.
#[must_use]
pub fn gathered(by_strategy: &[(&str, &[String])]) -> Vec<String> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, cautions) in by_strategy {
        for caution in *cautions {
            match found.iter_mut().find(|(text, _)| text == caution) {
                Some((_, whose)) => whose.push(name),
                None => found.push((caution, vec![name])),
            }
        }
    }
    found
        .into_iter()
        .map(|(text, whose)| if whose.len() == by_strategy.len() { text.to_string() } else { format!("{}: {text}", some_of(&whose)) })
        .collect()
}

/// Cautions as lines of text, long lists cut, wrapped to the width; nothing where there are none.
#[must_use]
pub(crate) fn caution_lines(list: &[String], look: Look) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", look.dyed("cautions", YELLOW));
    for text in list {
        out += &caution_line("  ! ", text, look);
    }
    out
}

/// One caution behind its mark: its list cut, the text wrapped and hanging under its beginning.
#[must_use]
pub fn caution_line(mark: &str, text: &str, look: Look) -> String {
    wrapped(mark, &plain(&short_list(text)), look.width.max(40))
}

/// A text in one line, cut behind its beginning where the width ends.
#[must_use]
pub fn line(text: &str, look: Look) -> String {
    let text = plain(text);
    let most = look.width.max(40);
    if width(&text) <= most {
        return text;
    }
    let mut line = String::new();
    for letter in text.chars() {
        line.push(letter);
        if width(&line) >= most {
            line.pop();
            break;
        }
    }
    line + "…"
}

/// A sentence in as many lines as it needs.
#[must_use]
pub fn paragraph(text: &str, look: Look) -> String {
    wrapped("", &plain(text), look.width.max(40))
}

/// Words behind a mark, as many a line as fit, the lines after the first hanging under its beginning.
pub(super) fn wrapped(mark: &str, text: &str, places: usize) -> String {
    let hang = " ".repeat(width(mark));
    let mut out = String::new();
    let mut line = mark.to_string();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && width(&line) + 1 + width(word) > places {
            let _ = writeln!(out, "{line}");
            line.clone_from(&hang);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += word;
        empty = false;
    }
    let _ = writeln!(out, "{line}");
    out
}

/// Nothing reaches the terminal that would act on it, whatever a file calls its coins.
pub(super) use crate::names::shown as plain;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_where_the_width_does() {
        let look = Look { width: 50, colour: false };
        assert_eq!(line("short\u{1b}", look), "short\\u{1b}");
        assert_eq!(line(&"x".repeat(50), look), "x".repeat(50));
        assert_eq!(line(&"x".repeat(51), look), "x".repeat(49) + "…");
        assert_eq!(line(&"币".repeat(30), look), "币".repeat(24) + "…");
    }

    #[test]
    fn text_is_wrapped_under_its_beginning() {
        assert_eq!(paragraph("a few words", Look { width: 50, colour: false }), "a few words\n");
        assert!(paragraph(&"word ".repeat(40), Look { width: 50, colour: false }).lines().all(|line| line.chars().count() <= 50));
        assert_eq!(wrapped("  ! ", "one two three four", 13), "  ! one two\n    three\n    four\n");
        assert_eq!(wrapped("  ! ", "unbreakablylong word", 10), "  ! unbreakablylong\n    word\n");
        assert_eq!(wrapped("  ! ", "", 10), "  ! \n");
    }
}
