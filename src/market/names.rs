//! What a thing of a market may be called. Names go to terminals, pages, pictures and tables: one that turns or hides its neighbours, or runs
//! on, is refused before it gets anywhere.

use crate::market::cite::{cited, hides};

/// Letters of a name, at most.
const LONGEST: usize = 100;

/// Why a text is no name: what was found, what was expected, the way out.
pub(super) type Unfit = (String, &'static str, &'static str);

/// Of a name of anything.
pub(super) fn name(column: &str, text: &str) -> Result<(), Unfit> {
    line(column, text)?;
    let letters = text.chars().count();
    if letters > LONGEST {
        let found = format!("`{}` in `{column}`, a name of {letters} letters", cited(text));
        return Err((found, "a name of at most 100 letters", "shorten it"));
    }
    Ok(())
}

/// Of a sentence, which may be long but is one line.
pub(super) fn line(column: &str, text: &str) -> Result<(), Unfit> {
    match text.chars().find(|c| hides(*c)) {
        Some(hidden) => Err((
            format!("`{}` in `{column}`, with the invisible U+{:04X} in it", cited(text), u32::from(hidden)),
            "one line of letters that can be seen, without control characters or marks that turn the direction of text",
            "write it anew without that character",
        )),
        None => Ok(()),
    }
}

/// Of a symbol, after which files are named.
pub(super) fn symbol(column: &str, text: &str) -> Result<(), Unfit> {
    name(column, text)?;
    if text.contains(['/', '\\']) {
        let found = format!("`{}` in `{column}`, with a separator of folders in it", cited(text));
        return Err((found, "a symbol as its files are named, as BTCUSDT", "write it without the separator, and name the files so"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_short_visible_line() {
        for fit in ["BTC", "ähnlich & <so>", "=1+1", "币安人生", &"x".repeat(100)] {
            assert_eq!(name("asset", fit), Ok(()), "{fit}");
        }
        for unfit in ["a\nb", "a\u{1b}[2J", "a\u{202e}b", "a\u{2066}b", "a\u{61c}b", "a\u{200b}b", &"x".repeat(101)] {
            assert!(name("asset", unfit).is_err(), "{unfit:?}");
        }
        assert_eq!(line("about", &"a sentence ".repeat(40)), Ok(()));
        assert!(symbol("spot", "../../x").is_err() && symbol("spot", "a\\b").is_err() && symbol("spot", "BTC-USD").is_ok());
    }
}
