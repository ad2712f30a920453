//! What a symbol says: which coin, priced in what, and how many of the coin a unit is.

/// Currencies that prices are in, longest first where one ends like another.
const QUOTES: [&str; 20] = [
    "FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USDP", "USDE", "DAI", "USD", "EUR", "GBP", "TRY", "BRL", "JPY", "KRW", "AUD", "BTC", "ETH",
    "BNB", "XAU",
];

/// A pair, as exchanges name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// As the venue writes it, in upper case: `1000PEPE`.
    pub base: String,
    /// Empty where the symbol does not say.
    pub quote: String,
    /// Whether the symbol itself says that it is a perpetual.
    pub perpetual: bool,
}

impl Pair {
    /// `BTCUSDT`, `BTC-USDT`, `BTC_USDT_USDT`, `BTC/USDT:USDT`, `BTC-USDT-SWAP`, `btc-perp`: upper or lower case. Nothing for what is no pair, or is a
    /// future with a date.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let upper: String = text.trim().chars().flat_map(char::to_uppercase).collect();
        let words: Vec<&str> = upper.split(['-', '_', '/', ':', ' ']).filter(|word| !word.is_empty()).collect();
        Self::of_words(&words).filter(|(_, used)| *used == words.len()).map(|(pair, _)| pair)
    }

    /// The pair that begins a row of words in upper case, and how many of them it takes up.
    pub(super) fn of_words(words: &[&str]) -> Option<(Self, usize)> {
        let (&first, rest) = words.split_first()?;
        let (base, quote, mut used) = match rest.first() {
            Some(&second) if is_quote(second) => (first, second, 2),
            _ => match joined(first) {
                Some((base, quote)) => (base, quote, 1),
                None if rest.first().is_some_and(|word| is_perpetual(word)) => (first, "", 1),
                None => return None,
            },
        };
        if !is_coin(base) {
            return None;
        }
        let mut perpetual = false;
        // What it is settled in (freqtrade, ccxt), then what kind of contract it is (OKX).
        if words.get(used).is_some_and(|word| *word == quote && !quote.is_empty()) {
            (perpetual, used) = (true, used + 1);
        }
        if words.get(used).is_some_and(|word| is_perpetual(word)) {
            (perpetual, used) = (true, used + 1);
        }
        Some((Self { base: base.to_owned(), quote: quote.to_owned(), perpetual }, used))
    }

    /// A coin without a currency.
    pub(super) fn alone(base: &str) -> Option<Self> {
        let base: String = base.chars().flat_map(char::to_uppercase).collect();
        is_coin(&base).then(|| Self { base, quote: String::new(), perpetual: false })
    }

    /// How our files are called: base and quote in one.
    #[must_use]
    pub fn symbol(&self) -> String {
        format!("{}{}", self.base, self.quote)
    }
}

fn is_quote(word: &str) -> bool {
    QUOTES.contains(&word)
}

fn is_perpetual(word: &str) -> bool {
    matches!(word, "SWAP" | "PERP" | "PERPETUAL")
}

/// A base and a quote written as one.
fn joined(word: &str) -> Option<(&str, &str)> {
    QUOTES.iter().find_map(|quote| word.strip_suffix(quote).filter(|base| !base.is_empty()).map(|base| (base, *quote)))
}

/// Letters and digits with a letter among them, of any alphabet.
fn is_coin(word: &str) -> bool {
    word.chars().count() <= 30 && word.chars().all(char::is_alphanumeric) && word.chars().any(char::is_alphabetic)
}

/// The coin itself and how many of it a unit of the symbol is: `1000PEPE` is 1,000 PEPE, `1MBABYDOGE` a million BABYDOGE, `SHIB1000` a thousand SHIB.
pub(super) fn multiple(base: &str) -> (&str, f64) {
    for (mark, times) in [("1000000", 1e6), ("100000", 1e5), ("10000", 1e4), ("1000", 1e3), ("1M", 1e6)] {
        if let Some(coin) = base.strip_prefix(mark).filter(|coin| is_name(coin)) {
            return (coin, times);
        }
    }
    match base.strip_suffix("1000").filter(|coin| is_name(coin)) {
        Some(coin) => (coin, 1e3),
        None => (base, 1.0),
    }
}

/// At least two letters, the first one no digit.
fn is_name(coin: &str) -> bool {
    coin.chars().count() >= 2 && coin.chars().next().is_some_and(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_read_however_it_is_written() {
        let parts = |text: &str| Pair::parse(text).map(|pair| (pair.base, pair.quote, pair.perpetual));
        for (text, base, quote, perpetual) in [
            ("BTCUSDT", "BTC", "USDT", false),
            ("btc-usdt", "BTC", "USDT", false),
            ("BTC_USDT", "BTC", "USDT", false),
            ("BTC/USDT:USDT", "BTC", "USDT", true),
            ("XRP_USDT_USDT", "XRP", "USDT", true),
            ("BTC-USDT-SWAP", "BTC", "USDT", true),
            ("btc-perp", "BTC", "", true),
            ("1000PEPEUSDT", "1000PEPE", "USDT", false),
            ("币安人生USDT", "币安人生", "USDT", false),
            ("ETHBTC", "ETH", "BTC", false),
            ("BTCFDUSD", "BTC", "FDUSD", false),
        ] {
            assert_eq!(parts(text), Some((base.to_owned(), quote.to_owned(), perpetual)), "{text}");
        }
        for text in ["", "USDT", "2024-01", "BTCUSDT_240628", "BTC/USDT:USDT-240628", "?USDT"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    #[test]
    fn many_coins_in_one_unit_are_seen() {
        for (base, expected) in [
            ("1000PEPE", ("PEPE", 1e3)),
            ("1000000MOG", ("MOG", 1e6)),
            ("1MBABYDOGE", ("BABYDOGE", 1e6)),
            ("SHIB1000", ("SHIB", 1e3)),
            ("1INCH", ("1INCH", 1.0)),
            ("1000X", ("1000X", 1.0)),
            ("BTC", ("BTC", 1.0)),
        ] {
            assert_eq!(multiple(base), expected, "{base}");
        }
    }
}
