//! What a thing of a market may be called. Names go to terminals, pages, pictures and tables: one that turns or hides its neighbours, or runs
//! on, is refused before it gets anywhere.

use crate::market::quote_field::cited;
use crate::names;

/// Why a text is no name: what was found, what was expected, how to fix it.
pub(super) type Unfit = (String, &'static str, &'static str);

/// Of a name of anything. Whether there must be one, its column knows.
pub(super) fn name(column: &str, text: &str) -> Result<(), Unfit> {
    if text.is_empty() { Ok(()) } else { names::name(text).map_err(|unfit| in_column(column, text, unfit)) }
}

/// Of a sentence, which may be long but is one line.
pub(super) fn line(column: &str, text: &str) -> Result<(), Unfit> {
    names::line(text).map_err(|unfit| in_column(column, text, unfit))
}

fn in_column(column: &str, text: &str, unfit: names::Unfit) -> Unfit {
    let (found, expected, fix) = unfit.words();
    (format!("`{}` in `{column}`, {found}", cited(text)), expected, fix)
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
        for fit in ["BTC", "ähnlich & <so>", "1+1", "币安人生", &"x".repeat(100)] {
            assert_eq!(name("asset", fit), Ok(()), "{fit}");
        }
        for unfit in
            ["a\nb", "a\u{1b}[2J", "a\u{202e}b", "a\u{2066}b", "a\u{61c}b", "a\u{200b}b", "=1+1", "+a", "-a", "@a", &"x".repeat(101)]
        {
            assert!(name("asset", unfit).is_err(), "{unfit:?}");
        }
        assert_eq!(line("about", &"a sentence ".repeat(40)), Ok(()));
        assert!(symbol("spot", "../../x").is_err() && symbol("spot", "a\\b").is_err() && symbol("spot", "BTC-USD").is_ok());
    }
}
