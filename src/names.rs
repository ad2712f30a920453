//! What a thing may be called, and how text of unknown origin is shown. Names go to terminals, pages, pictures and tables: one that turns or hides its
//! neighbours, or that a spreadsheet would work out instead of showing, gets nowhere.

mod nearest;

pub use nearest::{did_you_mean, nearest, suggestion};

/// Letters of a name, at most.
pub const LONGEST: usize = 100;

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    Empty,
    /// Has so many letters.
    Long(usize),
    /// Has an invisible character.
    Hides(char),
    /// A spreadsheet takes what begins so for a formula.
    Formula(char),
}

impl Unfit {
    /// In words: what was found of it, what was expected, how to fix it.
    #[must_use]
    pub fn words(self) -> (String, &'static str, &'static str) {
        match self {
            Self::Empty => ("nothing".to_owned(), "a name", "write one"),
            Self::Long(letters) => (format!("a name of {letters} letters"), "a name of at most 100 letters", "shorten it"),
            Self::Hides(hidden) => (
                format!("with the invisible U+{:04X} in it", u32::from(hidden)),
                "one line of letters that can be seen, without control characters or marks that turn the direction of text",
                "write it anew without that character",
            ),
            Self::Formula(first) => (
                format!("which begins with `{first}`"),
                "a name that begins with none of = + - @: a spreadsheet would take it for a formula when it opens a table",
                "begin it with a letter or a digit",
            ),
        }
    }
}

/// Whether a text may be a name: one short line that can be seen, and is no formula.
///
/// # Errors
/// The first thing against it.
pub fn name(text: &str) -> Result<(), Unfit> {
    if text.is_empty() {
        return Err(Unfit::Empty);
    }
    line(text)?;
    let letters = text.chars().count();
    if letters > LONGEST {
        return Err(Unfit::Long(letters));
    }
    formula(text)
}

/// Whether a text is one line that can be seen, however long.
///
/// # Errors
/// It has a character that hides or turns.
pub fn line(text: &str) -> Result<(), Unfit> {
    // Most texts are plain, and a comparison reads millions of letters.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Ok(());
    }
    text.chars().find(|c| hides(*c)).map_or(Ok(()), |hidden| Err(Unfit::Hides(hidden)))
}

/// Whether a cell with this text would be taken for a formula. The wide forms of the four signs count as well: some spreadsheets read them alike.
///
/// # Errors
/// The sign it begins with.
pub fn formula(text: &str) -> Result<(), Unfit> {
    let first = text.trim_start().chars().next();
    first.filter(|c| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')).map_or(Ok(()), |sign| Err(Unfit::Formula(sign)))
}

/// Whether a character controls a terminal, or turns or hides its neighbours.
#[must_use]
pub(crate) fn hides(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || turns
}

/// The same text with such characters as their escapes: what it says can be read, and does nothing.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, c| {
        match c {
            _ if c.is_control() => line.extend(c.escape_debug()),
            _ if hides(c) => line.extend(c.escape_unicode()),
            _ => line.push(c),
        }
        line
    })
}

/// Names that a system keeps for its devices, whatever ending follows; a folder of that name can be made there by nobody.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Whether a folder can be called so on every system: letters, digits, `-` and `_`, not a device, no flag of a command.
#[must_use]
pub fn is_folder(text: &str) -> bool {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    plain && !text.starts_with('-') && text.len() <= LONGEST && !is_device(text)
}

/// Whether a system keeps the name for a device: CON, PRN, AUX, NUL, COM0 to COM9, LPT0 to LPT9, in any case.
#[must_use]
pub fn is_device(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or_default().trim_end();
    let port =
        ["com", "lpt"].iter().filter_map(|port| stem.strip_prefix(port)).any(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    DEVICES.contains(&stem) || port
}

#[cfg(test)]
mod tests {
    use crate::names::{Unfit, is_device, is_folder, name, shown};

    #[test]
    fn names_are_one_short_visible_line_and_no_formula() {
        for fit in ["BTC", "ähnlich & <so>", "1+1", "a-b", "$x", "币安人生", "#1", &"x".repeat(100)] {
            assert_eq!(name(fit), Ok(()), "{fit}");
        }
        for (unfit, why) in [
            ("", Unfit::Empty),
            ("a\nb", Unfit::Hides('\n')),
            ("a\u{202e}b", Unfit::Hides('\u{202e}')),
            ("=1+1", Unfit::Formula('=')),
            ("+1", Unfit::Formula('+')),
            ("-1", Unfit::Formula('-')),
            (" @sum", Unfit::Formula('@')),
            ("＝1", Unfit::Formula('＝')),
            ("\t=1", Unfit::Hides('\t')),
            (&"x".repeat(101), Unfit::Long(101)),
        ] {
            assert_eq!(name(unfit), Err(why), "{unfit:?}");
        }
    }

    #[test]
    fn what_would_act_on_a_terminal_is_read_as_text() {
        assert_eq!(shown("a\u{1b}[2J\u{202e}b\u{7f}"), "a\\u{1b}[2J\\u{202e}b\\u{7f}");
        assert_eq!(shown("plain ähm"), "plain ähm");
    }

    #[test]
    fn a_folder_is_one_on_every_system() {
        for fine in ["bull", "bull_2", "COM", "com10", "console", "lpt", "nul-1"] {
            assert!(is_folder(fine), "{fine}");
        }
        for wrong in ["", "-x", "a b", "a.", "a/b", "CON", "nul", "Com1", "LPT9", "aux", &"x".repeat(101)] {
            assert!(!is_folder(wrong), "{wrong}");
        }
        assert!(is_device("NUL.txt") && is_device("con ") && !is_device("connect"));
    }
}
