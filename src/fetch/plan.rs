//! What is to be fetched: files, each with its path in the archive, and what is known to be missing.

use crate::fetch::calendar::{Day, Period};
use crate::names::is_device;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    Spot,
    Perp,
    Mark,
    Funding,
}

impl Content {
    /// All of them, as a summary lists them.
    pub const ALL: [Self; 4] = [Self::Spot, Self::Perp, Self::Mark, Self::Funding];

    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::Perp => "perp",
            Self::Mark => "mark",
            Self::Funding => "funding",
        }
    }
}

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// Below the address of the archive, and below the folder it is fetched to.
    pub path: String,
    /// What it holds.
    pub content: Content,
    /// Of what time.
    pub period: Period,
    /// Bytes, where a listing says so.
    pub bytes: Option<u64>,
    /// Whether the archive has its checksum in a file beside it.
    pub has_checksum: bool,
}

/// A file that a series lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hole {
    /// The file's path, had it been there.
    pub path: String,
    /// What it would hold.
    pub content: Content,
    /// Whether it will not come any more; else it may not be there yet.
    pub is_final: bool,
}

/// All that a request comes to.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order in which they are fetched.
    pub items: Vec<Item>,
    /// What the listing lacks.
    pub holes: Vec<Hole>,
    /// The day from which it counts whether a missing file is late; the newest that was found, where there is no listing.
    pub today: Option<Day>,
    /// How symbols were chosen, in sentences.
    pub notes: Vec<String>,
}

/// Characters of a symbol.
const LONGEST: usize = 40;

/// Whether a text may be a symbol, and so a folder on every system: letters of any script, digits, `_` and `-`, no device.
pub(super) fn is_symbol(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    !text.is_empty() && !text.starts_with('-') && text.chars().count() <= LONGEST && text.chars().all(plain) && !is_device(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_no_path() {
        for fine in ["BTCUSDT", "龙虾USDT", "BTC-USDT-SWAP", "BTCUSDT_240628"] {
            assert!(is_symbol(fine), "{fine}");
        }
        for wrong in ["", "..", "../x", "a/b", "a\\b", "a.b", "-x", "a b", "a\u{202e}b", "a\0", "NUL", "com1", &"x".repeat(41)] {
            assert!(!is_symbol(wrong), "{wrong:?}");
        }
    }
}
