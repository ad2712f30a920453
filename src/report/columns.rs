//! Text in columns of a terminal, by the places it takes up there: a wide character takes two, a combining mark none.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Places a text takes up.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text and spaces after it, so many places in all.
#[must_use]
pub fn left(text: &str, places: usize) -> String {
    format!("{text}{}", " ".repeat(places.saturating_sub(width(text))))
}

/// The text and spaces before it.
#[must_use]
pub fn right(text: &str, places: usize) -> String {
    format!("{}{text}", " ".repeat(places.saturating_sub(width(text))))
}

/// A text in at most so many places: of one that is longer the beginning and a third from the end, with dots between.
#[must_use]
pub fn cut(text: &str, places: usize) -> String {
    if width(text) <= places {
        return text.to_owned();
    }
    let tail = places / 3;
    let head = places.saturating_sub(1 + tail);
    let last: String = taken(text.chars().rev(), tail).into_iter().rev().collect();
    let first: String = taken(text.chars(), head).into_iter().collect();
    format!("{first}…{last}")
}

/// As many characters as fit.
fn taken(letters: impl Iterator<Item = char>, places: usize) -> Vec<char> {
    let mut left = places;
    let has_room = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let has_room = wide <= left;
        left -= if has_room { wide } else { left };
        has_room
    };
    letters.take_while(has_room).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_by_what_is_seen() {
        assert_eq!([width("BTC"), width("币安人生"), width("e\u{301}"), width("🚀")], [3, 8, 1, 2]);
        assert_eq!(left("币安", 6) + "|", "币安  |");
        assert_eq!(right("币安", 6), "  币安");
        assert_eq!(left("too long", 3), "too long");
        assert_eq!(cut("币安人生币安人生", 9), "币安…生");
        assert_eq!(cut("foundation-first", 10), "founda…rst");
        for places in 1..20 {
            assert!(width(&cut("a币b安c人d生e币f安g", places)) <= places);
        }
    }
}
