//! What a foreign file can hold, and where it was traded.

use crate::market::Kind;
use crate::units::Span;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// Bars of last prices, of spot or of a perpetual.
    Bars(Kind),
    /// Mark prices of a perpetual: open, high, low, close, or one price a row.
    Mark,
    /// Settled funding rates.
    Funding,
    /// Open interest in USD.
    OpenInterest,
    /// Market capitalisations.
    Caps,
    /// Total value locked, in USD.
    Tvl,
    /// Margin brackets.
    Tiers,
    /// Dated narrative labels in our own columns.
    Labels,
    /// Dated facts about assets in our own columns.
    Evidence,
}

impl Content {
    /// The word of tables; for what is a series, also the folder it goes to.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bars(kind) => kind.name(),
            Self::Mark => "mark",
            Self::Funding => "funding",
            Self::OpenInterest => "open interest",
            Self::Caps => "market caps",
            Self::Tvl => "value locked",
            Self::Tiers => "margin tiers",
            Self::Labels => "labels",
            Self::Evidence => "evidence",
        }
    }
}

/// Whose files these are: what `--from` names. Decides clocks, units and columns where a path and a header leave them open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    Binance,
    Okx,
    Gate,
    Bybit,
    Mexc,
    Kucoin,
    Ccxt,
    Freqtrade,
    CryptoDataDownload,
    CoinMarketCap,
    CoinGecko,
    DefiLlama,
    /// Margin brackets as freqtrade keeps them.
    Tiers,
    /// Columns with names that say what they are, of nobody in particular.
    Plain,
}

impl Origin {
    /// Name of each on the command line.
    pub const ALL: [(&'static str, Self); 14] = [
        ("binance", Self::Binance),
        ("okx", Self::Okx),
        ("gate", Self::Gate),
        ("bybit", Self::Bybit),
        ("mexc", Self::Mexc),
        ("kucoin", Self::Kucoin),
        ("ccxt", Self::Ccxt),
        ("freqtrade", Self::Freqtrade),
        ("cryptodatadownload", Self::CryptoDataDownload),
        ("coinmarketcap", Self::CoinMarketCap),
        ("coingecko", Self::CoinGecko),
        ("defillama", Self::DefiLlama),
        ("tiers", Self::Tiers),
        ("plain", Self::Plain),
    ];

    /// Its name on the command line and in `sources.csv`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, origin)| *origin == self).map_or("", |(name, _)| name)
    }
}

/// Venues by a word of a path or of a file name.
const VENUES: [&str; 20] = [
    "binance",
    "okx",
    "gate",
    "bybit",
    "mexc",
    "kucoin",
    "bingx",
    "weex",
    "bitget",
    "kraken",
    "coinbase",
    "bitfinex",
    "bitstamp",
    "gemini",
    "htx",
    "huobi",
    "hyperliquid",
    "deribit",
    "poloniex",
    "bitmex",
];

/// The venue that a word names: `gateio` and `okex` are older or longer names.
pub(super) fn venue_of(word: &str) -> Option<&'static str> {
    match word {
        "gateio" => Some("gate"),
        "okex" => Some("okx"),
        "kucoinfutures" => Some("kucoin"),
        "binanceusdm" => Some("binance"),
        _ => VENUES.iter().find(|venue| **venue == word).copied(),
    }
}

/// A length of time as file names write it: `1h`, `60m`, `1D`, `Min5`, `Hour4`, `Day1`, `5min`, `1hour`. A month is none: its length is not one.
pub(super) fn interval_of(word: &str) -> Option<Span> {
    let unit = |letters: &str| match letters {
        "m" | "min" | "Min" | "minute" | "minutes" | "T" => Some(60),
        "h" | "H" | "hour" | "Hour" | "hours" => Some(3_600),
        "d" | "D" | "day" | "Day" | "days" | "daily" => Some(86_400),
        "w" | "W" | "week" | "Week" => Some(604_800),
        _ => None,
    };
    let split = word.find(|c: char| c.is_alphabetic()).unwrap_or(word.len());
    let (count, letters) = if split == 0 {
        let digits = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
        (&word[digits..], &word[..digits])
    } else {
        (&word[..split], &word[split..])
    };
    let seconds = unit(letters)?;
    let count: i64 = if count.is_empty() && letters.len() > 1 { 1 } else { count.parse().ok()? };
    (1..=1_440).contains(&count).then(|| Span::from_seconds(count * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_bars_are_read_from_words() {
        let seconds = |word: &str| interval_of(word).map(Span::seconds);
        for (word, expected) in [
            ("1h", 3_600),
            ("60m", 3_600),
            ("1D", 86_400),
            ("Min5", 300),
            ("Hour4", 14_400),
            ("Day1", 86_400),
            ("5min", 300),
            ("1hour", 3_600),
        ] {
            assert_eq!(seconds(word), Some(expected), "{word}");
        }
        for word in ["1M", "2024", "h", "BTC", "0h", "", "1mo", "d"] {
            assert_eq!(seconds(word), None, "{word}");
        }
    }

    #[test]
    fn every_origin_has_its_name() {
        assert!(Origin::ALL.iter().all(|(name, origin)| origin.name() == *name));
        assert_eq!(venue_of("gateio"), Some("gate"));
        assert_eq!(venue_of("btcusdt"), None);
    }
}
