//! A mapping file: what a table's columns, clock and numbers mean, where neither path nor header says so.

use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::bounded::{self, BY_HAND};
use crate::fault::Fault;
use crate::import::kind::Content;
use crate::import::role::Role;
use crate::market::Kind;

/// How a table of text is written, where that is not to be found out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Dialect {
    pub(super) delimiter: Option<u8>,
    /// Lines before the header, or before the first row where there is none.
    pub(super) skip: usize,
    /// `1.234,5` is 1234.5.
    pub(super) decimal_comma: bool,
}

/// What a mapping file says; it holds for every file of the call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    pub(super) dialect: Dialect,
    /// Name of each column, or its number from 1, by what it is.
    pub(super) columns: Vec<(Role, String)>,
    pub(super) content: Option<Content>,
    /// Seconds of one unit of time as a fraction: numerator and divisor.
    pub(super) unit: Option<i64>,
    pub(super) format: Option<String>,
    /// Seconds that the clock of the file is ahead of UTC.
    pub(super) offset: i64,
    pub(super) volume: Option<VolumeUnit>,
    /// Coins of one contract by symbol; `*` is any.
    pub(super) contract_size: IndexMap<String, f64>,
    pub(super) venue: Option<String>,
    pub(super) quote: Option<String>,
    pub(super) symbol: Option<String>,
}

/// What volume is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum VolumeUnit {
    /// Coins, or units of the symbol where a symbol is many coins.
    Base,
    /// The currency of prices.
    Quote,
    /// Contracts, of `contract_size` coins each.
    Contracts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    content: Option<Rows>,
    venue: Option<String>,
    quote: Option<String>,
    symbol: Option<String>,
    columns: IndexMap<Role, toml::Value>,
    time: Clock,
    delimiter: Option<char>,
    skip: usize,
    /// Either order is sorted.
    #[serde(rename = "order")]
    _order: Option<Order>,
    volume: Option<VolumeUnit>,
    decimal_comma: bool,
    contract_size: IndexMap<String, f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Clock {
    unit: Option<Unit>,
    format: Option<String>,
    offset: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Unit {
    #[serde(rename = "s")]
    Seconds,
    #[serde(rename = "ms")]
    Milliseconds,
    #[serde(rename = "us")]
    Microseconds,
    #[serde(rename = "ns")]
    Nanoseconds,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Order {
    NewestFirst,
    OldestFirst,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Rows {
    Spot,
    Perp,
    Mark,
    Funding,
    OpenInterest,
    Caps,
    Tvl,
    Evidence,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// No TOML, unknown keys, values that cannot be meant.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let place = path.display().to_string();
        let unread =
            |why: &dyn std::fmt::Display| Fault::new(place.clone(), format!("cannot be read: {why}"), "a mapping file", "check its name");
        let text = bounded::text(path, BY_HAND).map_err(|why| unread(&why))?;
        let line = |at: usize| format!("{place}:{}", 1 + text[..at.min(text.len())].matches('\n').count());
        let file: File = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            Fault::new(
                line(at),
                error.message().trim().to_owned(),
                "a key of a mapping file",
                "README, *Drop your Binance zips in*, shows all keys",
            )
        })?;
        Self::of(file).map_err(|(found, expected)| Fault::new(place.clone(), found, expected, "mend this key"))
    }

    fn of(file: File) -> Result<Self, (String, String)> {
        let wrong = |found: String, expected: &str| (found, expected.to_owned());
        let delimiter =
            file.delimiter.map(|c| u8::try_from(c).map_err(|_| wrong(format!("delimiter `{c}`"), "one ASCII character"))).transpose()?;
        let offset = file.time.offset.as_deref().map(offset).transpose()?.unwrap_or(0);
        let columns = file.columns.into_iter().map(|(role, value)| match value {
            toml::Value::String(name) => Ok((role, name)),
            toml::Value::Integer(number) if number >= 1 => Ok((role, number.to_string())),
            other => Err(wrong(format!("a column called {other}"), "the name of a column, or its number from 1")),
        });
        if let Some((symbol, size)) = file.contract_size.iter().find(|(_, size)| !(**size > 0.0 && size.is_finite())) {
            return Err(wrong(format!("contract_size.{symbol} = {size}"), "coins of one contract, above 0"));
        }
        let unit = file.time.unit.map(|unit| match unit {
            Unit::Seconds => 1,
            Unit::Milliseconds => 1_000,
            Unit::Microseconds => 1_000_000,
            Unit::Nanoseconds => 1_000_000_000,
        });
        Ok(Self {
            dialect: Dialect { delimiter, skip: file.skip, decimal_comma: file.decimal_comma },
            columns: columns.collect::<Result<_, _>>()?,
            content: file.content.map(|rows| match rows {
                Rows::Spot => Content::Bars(Kind::Spot),
                Rows::Perp => Content::Bars(Kind::Perp),
                Rows::Mark => Content::Mark,
                Rows::Funding => Content::Funding,
                Rows::OpenInterest => Content::OpenInterest,
                Rows::Caps => Content::Caps,
                Rows::Tvl => Content::Tvl,
                Rows::Evidence => Content::Evidence,
            }),
            unit,
            format: file.time.format,
            offset,
            volume: file.volume,
            contract_size: file.contract_size,
            venue: file.venue,
            quote: file.quote,
            symbol: file.symbol,
        })
    }
}

/// `+03:00`, `-5h`, `+8`: how far a clock is ahead of UTC, in seconds.
fn offset(text: &str) -> Result<i64, (String, String)> {
    let wrong = || (format!("time.offset = \"{text}\""), "how far the clock is ahead of UTC, as +03:00 or -5".to_owned());
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = rest.strip_suffix('h').unwrap_or(rest);
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let hours: i64 = hours.parse().map_err(|_| wrong())?;
    let minutes: i64 = minutes.parse().map_err(|_| wrong())?;
    if (0..=14).contains(&hours) && (0..60).contains(&minutes) { Ok(sign * (hours * 3_600 + minutes * 60)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Mapping, Fault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mapping.toml");
        std::fs::write(&path, text).unwrap();
        Mapping::read(&path)
    }

    #[test]
    fn every_key_is_read() {
        let mapping = read(
            "content = \"perp\"\nvenue = \"mine\"\nquote = \"USDT\"\nsymbol = \"BTCUSDT\"\ndelimiter = \";\"\nskip = 2\norder = \"newest-first\"\n\
             volume = \"contracts\"\ndecimal_comma = true\n[columns]\ntime = \"Zeit\"\nopen = 2\n[time]\nunit = \"s\"\noffset = \"+03:00\"\n\
             [contract_size]\nBTCUSDT = 0.0001\n",
        )
        .unwrap();
        assert_eq!((mapping.offset, mapping.unit, mapping.volume), (10_800, Some(1), Some(VolumeUnit::Contracts)));
        assert_eq!(mapping.columns, [(Role::Time, "Zeit".to_owned()), (Role::Open, "2".to_owned())]);
        assert_eq!(mapping.dialect, Dialect { delimiter: Some(b';'), skip: 2, decimal_comma: true });
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place() {
        assert!(read("x = 1").unwrap_err().place.ends_with("mapping.toml:1"));
        assert!(read("skip = 1\n[columns]\nopne = \"x\"").unwrap_err().place.ends_with("mapping.toml:3"));
        assert!(read("[time]\noffset = \"tomorrow\"").is_err());
        assert!(read("[contract_size]\nBTC = 0").is_err());
    }
}
