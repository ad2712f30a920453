//! What a path says of a file: venue, kind, pair, length of a bar, a day. Folders are asked from the file upwards, so that the nearest word counts.

use crate::import::kind::{Content, Origin, interval_of, venue_of};
use crate::import::symbol::Pair;
use crate::market::Kind;
use crate::units::{Span, Time};

/// What a path says; what it leaves open is nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Clues {
    pub(super) venue: Option<&'static str>,
    pub(super) origin: Option<Origin>,
    pub(super) content: Option<Content>,
    pub(super) pair: Option<Pair>,
    pub(super) interval: Option<Span>,
    /// A day in eight digits, as names of snapshots have it.
    pub(super) day: Option<Time>,
    /// Why it is nothing that a market is made of.
    pub(super) useless: Option<&'static str>,
}

/// Words of a path that say what the rows are; the first that is found from the file upwards counts.
const CONTENTS: [(&str, Content); 27] = [
    ("funding_rate", Content::Funding),
    ("fundingrate", Content::Funding),
    ("fundingrates", Content::Funding),
    ("funding_applies", Content::Funding),
    ("funding", Content::Funding),
    ("markpriceklines", Content::Mark),
    ("mark_prices", Content::Mark),
    ("markprice", Content::Mark),
    ("mark", Content::Mark),
    ("metrics", Content::OpenInterest),
    ("openinterest", Content::OpenInterest),
    ("oi", Content::OpenInterest),
    ("evidence", Content::Evidence),
    ("narratives", Content::Labels),
    ("futures_usdt", Content::Bars(Kind::Perp)),
    ("kline_for_metatrader4", Content::Bars(Kind::Perp)),
    ("futures", Content::Bars(Kind::Perp)),
    ("perpetual", Content::Bars(Kind::Perp)),
    ("perpetuals", Content::Bars(Kind::Perp)),
    ("perps", Content::Bars(Kind::Perp)),
    ("perp", Content::Bars(Kind::Perp)),
    ("linear", Content::Bars(Kind::Perp)),
    ("swaps", Content::Bars(Kind::Perp)),
    ("swap", Content::Bars(Kind::Perp)),
    ("contract", Content::Bars(Kind::Perp)),
    ("um", Content::Bars(Kind::Perp)),
    ("spot", Content::Bars(Kind::Spot)),
];

/// Words of a path that say that the rows are nothing a market is made of, and why.
const USELESS: [(&str, &str); 18] = [
    ("funding_updates", "predicted rates, not settled ones"),
    ("indexpriceklines", "index prices, which nothing here is traded or margined at"),
    ("premiumindexklines", "premiums, of which funding is made and not paid"),
    ("premiumindex", "premiums, of which funding is made and not paid"),
    ("trades", "single trades; take the bars"),
    ("aggtrades", "single trades; take the bars"),
    ("deals", "single trades; take the bars"),
    ("bookdepth", "an order book"),
    ("bookticker", "an order book"),
    ("orderbooks", "an order book"),
    ("orderbook", "an order book"),
    ("liquidationsnapshot", "liquidations of others"),
    ("cm", "contracts that are settled in their own coin (inverse)"),
    ("inverse", "contracts that are settled in their own coin (inverse)"),
    ("futures_btc", "contracts that are settled in their own coin (inverse)"),
    ("option", "options"),
    ("options", "options"),
    ("delivery", "futures with a date, which this program does not trade"),
];

/// Words of archives that name neither coin nor kind.
const FILLING: [&str; 15] = [
    "candlesticks",
    "klines",
    "kline",
    "ohlcv",
    "ohlc",
    "data",
    "historical",
    "history",
    "price",
    "prices",
    "max",
    "chart",
    "export",
    "usdm",
    "daily",
];

/// Reads a path with `/` between its folders, as `data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip`.
pub(super) fn clues(path: &str) -> Clues {
    let mut found = Clues::default();
    let lower = path.to_lowercase();
    let folders: Vec<&str> = lower.split('/').rev().collect();
    for (at, folder) in folders.iter().enumerate() {
        let stem = if at == 0 { stem(folder) } else { folder };
        let mut words: Vec<&str> = stem.split(['-', '.', ' ']).collect();
        // In a file name an underscore is a letter of `funding_rate` and a gap in `binance_btc_usdt`.
        words.push(stem);
        let parts = stem.split(['-', '_', '.', ' ']);
        found.venue = found.venue.or_else(|| parts.clone().find_map(venue_of));
        let all = || words.iter().copied().chain(stem.split(['-', '_', '.', ' ']));
        found.useless =
            found.useless.or_else(|| all().find_map(|word| USELESS.iter().find(|(name, _)| *name == word)).map(|(_, why)| *why));
        found.content =
            found.content.or_else(|| CONTENTS.iter().find(|(name, _)| all().any(|word| word == *name)).map(|(_, content)| *content));
        found.origin = found.origin.or_else(|| origin_of(stem));
    }
    let original: Vec<&str> = path.split('/').rev().collect();
    for (at, folder) in original.iter().enumerate() {
        let stem = if at == 0 { stem(folder) } else { folder };
        found.interval =
            found.interval.or_else(|| stem.split(['-', '_', '.', ' ']).find_map(interval_of)).or_else(|| minutes(stem, &found));
        found.pair = found.pair.or_else(|| pair_of(stem));
    }
    if found.content.is_none() && found.pair.as_ref().is_some_and(|pair| pair.perpetual) {
        found.content = Some(Content::Bars(Kind::Perp));
    }
    let own = original.first().map_or("", |name| stem(name));
    if found.useless.is_none() && dated(own) {
        found.useless = Some("a future with a date, which this program does not trade");
    }
    found.day = own.split(['-', '_', '.', ' ']).find_map(|word| if word.len() == 8 { Time::parse_date(word) } else { None });
    found
}

/// A name without what says how it is packed.
fn stem(name: &str) -> &str {
    let mut stem = name;
    while let Some((before, ending)) = stem.rsplit_once('.') {
        let known = ["csv", "gz", "zip", "parquet", "feather", "ipc", "arrow", "json", "txt", "tsv"];
        if before.is_empty() || !known.contains(&ending.to_lowercase().as_str()) {
            break;
        }
        stem = before;
    }
    stem
}

fn origin_of(word: &str) -> Option<Origin> {
    let has = |part: &str| word.contains(part);
    match word {
        "kline_for_metatrader4" => Some(Origin::Bybit),
        "futures_usdt" => Some(Origin::Gate),
        "user_data" => Some(Origin::Freqtrade),
        _ if has("ccxt") => Some(Origin::Ccxt),
        _ if has("coinmarketcap") || word == "cmc" || word.starts_with("cmc-") => Some(Origin::CoinMarketCap),
        _ if has("coingecko") => Some(Origin::CoinGecko),
        _ if has("defillama") => Some(Origin::DefiLlama),
        _ if has("cryptodatadownload") => Some(Origin::CryptoDataDownload),
        _ if has("leverage_tiers") => Some(Origin::Tiers),
        _ if has("candlesticks_") => Some(Origin::Gate),
        _ => None,
    }
}

/// `MetaTrader` files of Bybit say the minutes of a bar as a bare number: `BTCUSDT_60_2023-01-01_2023-01-31`.
fn minutes(stem: &str, clues: &Clues) -> Option<Span> {
    let number = || stem.split('_').nth(1)?.parse::<i64>().ok().filter(|count| (1..=1_440).contains(count));
    if clues.origin == Some(Origin::Bybit) { number().map(|count| Span::from_seconds(count * 60)) } else { None }
}

/// The first pair among the words of a name; one in dollars before one in a coin, for `bingx_BTC-USDT` is no BINGX in bitcoins.
fn pair_of(stem: &str) -> Option<Pair> {
    let upper: String = stem.chars().flat_map(char::to_uppercase).collect();
    let is_venue = |word: &str| venue_of(&word.to_lowercase()).is_some();
    let all: Vec<&str> = upper.split(['-', '_', ' ', '.']).filter(|word| !word.is_empty() && !is_venue(word)).collect();
    let found: Vec<Pair> = (0..all.len()).filter_map(|at| Pair::of_words(&all[at..])).map(|(pair, _)| pair).collect();
    let in_money = found.iter().find(|pair| !matches!(pair.quote.as_str(), "BTC" | "ETH" | "BNB"));
    in_money.or(found.first()).cloned()
}

/// A coin that a file is called by alone: `XAU.csv`, `bitcoin_2024-01-01_historical_data_coinmarketcap.csv`.
pub(super) fn coin_alone(path: &str) -> Option<Pair> {
    let own = stem(path.rsplit('/').next()?);
    let known = |word: &str| {
        let lower = word.to_lowercase();
        FILLING.contains(&lower.as_str())
            || venue_of(&lower).is_some()
            || interval_of(word).is_some()
            || CONTENTS.iter().any(|(name, _)| *name == lower)
    };
    own.split(['-', '_', ' ', '.']).filter(|word| !known(word)).find_map(Pair::alone)
}

/// Whether a pair is followed by a day of settlement: `BTCUSDT_240628`, `BTC-USDT-240628`, `BTC_USDT_20240628`.
fn dated(stem: &str) -> bool {
    let upper: String = stem.chars().flat_map(char::to_uppercase).collect();
    let all: Vec<&str> = upper.split(['-', '_', ' ', ':', '/']).filter(|word| !word.is_empty()).collect();
    let Some((_, used)) = Pair::of_words(&all) else { return false };
    all.get(used).is_some_and(|word| {
        let day = if word.len() == 6 { format!("20{word}") } else { String::new() };
        word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()) && Time::parse_date(&day).is_some() && !is_month(word)
    })
}

/// `202401` is a month of an archive and no day.
fn is_month(word: &str) -> bool {
    word.starts_with("20") && (1..=12).contains(&word[4..].parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_archives_say_what_they_hold() {
        let perp = Content::Bars(Kind::Perp);
        let spot = Content::Bars(Kind::Spot);
        for (path, venue, content, symbol, seconds) in [
            ("binance/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip", Some("binance"), Some(spot), "BTCUSDT", Some(3_600)),
            (
                "data/futures/um/daily/markPriceKlines/ETHUSDT/4h/ETHUSDT-4h-2024-01-02.csv",
                None,
                Some(Content::Mark),
                "ETHUSDT",
                Some(14_400),
            ),
            ("data/futures/um/monthly/fundingRate/XUSDT/XUSDT-fundingRate-2024-01.zip", None, Some(Content::Funding), "XUSDT", None),
            ("okx/BTC-USDT-SWAP-candlesticks-2024-01-01.zip", Some("okx"), Some(perp), "BTCUSDT", None),
            ("futures_usdt/candlesticks_1h/202401/BTC_USDT-202401.csv.gz", None, Some(perp), "BTCUSDT", Some(3_600)),
            ("futures_usdt/mark_prices/202401/BTC_USDT-202401.csv.gz", None, Some(Content::Mark), "BTCUSDT", None),
            ("kline_for_metatrader4/BTCUSDT/2023/BTCUSDT_60_2023-01-01_2023-01-31.csv.gz", None, Some(perp), "BTCUSDT", Some(3_600)),
            ("user_data/data/binance/futures/XRP_USDT_USDT-1h-futures.feather", Some("binance"), Some(perp), "XRPUSDT", Some(3_600)),
            (
                "user_data/data/binance/futures/XRP_USDT_USDT-8h-funding_rate.feather",
                Some("binance"),
                Some(Content::Funding),
                "XRPUSDT",
                Some(28_800),
            ),
            ("user_data/data/binance/XRP_USDT-1d.feather", Some("binance"), None, "XRPUSDT", Some(86_400)),
            ("Binance_BTCUSDT_1h.csv", Some("binance"), None, "BTCUSDT", Some(3_600)),
            ("BTC_USDT-Min5-2026-06-01.csv", None, None, "BTCUSDT", Some(300)),
            ("perp/bybit/1000BONKUSDT-1d.csv.gz", Some("bybit"), Some(perp), "1000BONKUSDT", Some(86_400)),
            ("x/币安人生USDT-1h-2025-10.zip", None, None, "币安人生USDT", Some(3_600)),
            ("bingx_BTC-USDT_1h.csv", Some("bingx"), None, "BTCUSDT", Some(3_600)),
            ("mark/BTCUSDT-1h.csv.gz", None, Some(Content::Mark), "BTCUSDT", Some(3_600)),
        ] {
            let found = clues(path);
            let pair = found.pair.as_ref().map(Pair::symbol);
            assert_eq!(
                (found.venue, found.content, pair.as_deref(), found.interval.map(Span::seconds)),
                (venue, content, Some(symbol), seconds),
                "{path}"
            );
            assert_eq!(found.useless, None, "{path}");
        }
    }

    #[test]
    fn what_is_of_no_use_says_why() {
        for path in [
            "data/futures/cm/monthly/klines/BTCUSD_PERP/1h/x.zip",
            "data/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2024-01-01.zip",
            "data/futures/um/daily/klines/BTCUSDT_240628/1h/BTCUSDT_240628-1h-2024-01-01.zip",
            "futures_usdt/funding_updates/202401/BTC_USDT-202401.csv.gz",
        ] {
            assert!(clues(path).useless.is_some(), "{path}");
        }
        for path in ["spot/BTCUSDT.csv", "candlesticks_1h/202401/BTC_USDT-202401.csv.gz"] {
            assert_eq!(clues(path).useless, None, "{path}");
        }
    }

    #[test]
    fn days_and_coins_are_read_from_names() {
        assert_eq!(clues("cmc/20250101.csv").day.map(Time::date).as_deref(), Some("2025-01-01"));
        assert_eq!(coin_alone("metals/XAU_1d.csv").map(|pair| pair.base).as_deref(), Some("XAU"));
        assert_eq!(coin_alone("daily/AAPL.csv").map(|pair| pair.base).as_deref(), Some("AAPL"));
        assert_eq!(coin_alone("1d.csv"), None);
    }
}
