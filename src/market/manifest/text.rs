//! The text of a manifest: its lines, what its keys mean, and the values that stand under them.

use std::path::Path;

use toml::{Spanned, Value};

use crate::fault::Fault;
use crate::market::names::Unfit;
use crate::market::quote_field::{cited, escaped, numeral};
use crate::names::suggestion;
use crate::units::{Span, Time};

/// The text of a manifest, for its lines.
pub(super) struct Text<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

/// Where a whole manifest stands.
const MODEL: &str = "README, step 6, shows a market.toml and its keys";

/// What belongs under a key.
fn meaning(key: &str) -> &'static str {
    match key {
        "name" | "about" => "text in quotes",
        "benchmark" => "an asset of assets.csv, or an index of indices/, in quotes",
        "quote" => "the currency of all prices in quotes, as \"USDT\"",
        "synthetic" => "true or false",
        "bar" | "delisted_after" => "a length of time in quotes, as \"8h\"",
        "from" | "to" | "since" => "a date, as 2024-03-01",
        "spot_maker" | "spot_taker" | "perp_maker" | "perp_taker" | "large" | "mid" | "small" | "bps" => {
            "a number, basis points of notional, as 10"
        }
        "penalty_pct" => "a number, per cent of the last price, 0 to 100",
        "missing_rate_8h" => "a number, a fraction of notional per eight hours, as 0.0001",
        "fees" => "a table: [fees] with spot_maker, spot_taker, perp_maker and perp_taker in basis points",
        "half_spread_bps" => "a table: [half_spread_bps] with large, mid and small in basis points",
        "asset" => "an asset of assets.csv in quotes",
        "tier" => "\"large\", \"mid\" or \"small\"",
        "market" => "\"spot\" or \"perp\"",
        "symbol" => "a symbol of assets.csv in quotes",
        "tick_size" | "min_notional" => "a number above zero, in USD",
        "lot_size" => "a number above zero, in contracts",
        "half_spread" => "tables: [[half_spread]] with since, asset or tier, and bps",
        "trading_rules" => "tables: [[trading_rules]] with market, symbol, since, tick_size, lot_size and min_notional",
        "jump" => "a number, times the last close, 2 to 10000",
        "listing" => "a table: [listing] with delisted_after, penalty_pct and jump",
        "funding" => "a table: [funding] with missing_rate_8h",
        "table_mib" => "a whole number of mebibytes, 1 to 16384",
        "limits" => "a table: [limits] with table_mib",
        "wick_limit" => "a number, times open and close, above 1 and at most 10000",
        "wicks" => "\"clip\" or \"refuse\"",
        "data" => "a table: [data] with wick_limit and wicks",
        "orders" => "a table: [orders] with min_notional",
        _ => "key = value lines under [sections], as TOML writes them",
    }
}

impl Text<'_> {
    /// What the parser said, in the words of this file: which key, and what belongs there.
    pub(super) fn misread(&self, at: usize, message: &str) -> Fault {
        let (what, rest) = message.split_once('`').unwrap_or((message, ""));
        let (name, rest) = rest.split_once('`').unwrap_or_default();
        match what.trim() {
            "missing field" if matches!(name, "bps" | "market" | "symbol") => {
                let found = format!("no key `{name}` in [[{}]]", self.key_at(at));
                self.fault(at, found, meaning(name), &format!("add it: {MODEL}"))
            }
            "missing field" => {
                let inside = if name.starts_with("spot_") || name.starts_with("perp_") { " in [fees]" } else { "" };
                let found = format!("no key `{name}`{inside}");
                Fault::new(self.path.display().to_string(), found, meaning(name), format!("add it: {MODEL}"))
            }
            "unknown field" => {
                let allowed: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
                let expected = format!("one of {}", allowed.join(", "));
                let near = suggestion(name, allowed.iter().copied());
                self.fault(at, format!("unknown key `{}`", cited(name)), &expected, &format!("{near}mend or remove it: {MODEL}"))
            }
            _ if message.starts_with("invalid type") || message.starts_with("invalid value") => {
                let key = self.key_at(at);
                let (found, _) = message.rsplit_once(", expected").unwrap_or((message, ""));
                self.fault(at, format!("`{}`: {}", cited(key), cited(found)), meaning(key), MODEL)
            }
            "unknown variant" => {
                let key = self.key_at(at);
                self.fault(at, format!("`{}` = `{}`", cited(key), cited(name)), meaning(key), MODEL)
            }
            "duplicate key" => {
                let name = self.text.get(at..).unwrap_or_default().split(['=', ']', '\n']).next().unwrap_or_default();
                self.fault(at, format!("`{}` a second time", cited(name.trim())), "each key once", "remove one of the two")
            }
            _ => self.fault(at, format!("no TOML: {}", cited(message)), meaning(""), MODEL),
        }
    }

    /// The key whose value begins at `at`; the name of the section where that is a `[section]`.
    fn key_at(&self, at: usize) -> &str {
        let before = self.text.get(..at).unwrap_or_default().trim_end();
        let Some(before) = before.strip_suffix('=') else {
            let section = self.text.get(at..).unwrap_or_default();
            return section.trim_start_matches('[').split(['\n', ']']).next().unwrap_or_default().trim();
        };
        before.trim_end().rsplit(['\n', ',', '{', '.']).next().unwrap_or_default().trim().trim_matches(['"', '\''])
    }

    pub(super) fn line(&self, at: usize) -> usize {
        1 + self.text.get(..at).unwrap_or(self.text).matches('\n').count()
    }

    pub(super) fn fault(&self, at: usize, found: impl Into<String>, expected: &str, fix: &str) -> Fault {
        Fault::new(Fault::at(self.path, self.line(at)), found, expected, fix)
    }

    /// The text under a key as long as it is fit for what it says.
    pub(super) fn fit(&self, key: &str, value: &Spanned<String>, fit: fn(&str, &str) -> Result<(), Unfit>) -> Result<String, Fault> {
        match fit(key, value.get_ref()) {
            Ok(()) => Ok(value.get_ref().clone()),
            Err((found, expected, fix)) => Err(self.fault(value.span().start, found, expected, fix)),
        }
    }

    /// Basis points to a fraction; at least zero, less than the whole.
    pub(super) fn bps(&self, key: &str, value: &Spanned<f64>) -> Result<f64, Fault> {
        let bps = *value.get_ref();
        if !(0.0..10_000.0).contains(&bps) {
            let found = format!("`{key}` = {}", numeral(bps));
            return Err(self.fault(
                value.span().start,
                found,
                "basis points of notional, zero or more and below 10000",
                "write the cost of a fill",
            ));
        }
        Ok(bps / 10_000.0)
    }

    pub(super) fn span(&self, key: &str, value: &Spanned<String>) -> Result<Span, Fault> {
        Span::try_from(value.get_ref().clone()).map_err(|why| {
            let expected = "a whole number and one of m, h, d, w, as in 15m, 8h, 1d, 2w";
            self.fault(value.span().start, format!("`{key}`: {}", escaped(&why)), expected, "write a length of time")
        })
    }

    /// An instant, and whether it was a date only.
    pub(super) fn instant(&self, key: &str, value: &Spanned<Value>) -> Result<(Time, bool), Fault> {
        let text = match value.get_ref() {
            Value::Datetime(datetime) => datetime.to_string(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let date_only = Time::parse_date(&text).is_some();
        let wrong = |what: &str, expected: &str| {
            self.fault(value.span().start, format!("`{key}` = {} is {what}", cited(&text)), expected, "write a date")
        };
        match Time::parse(&text) {
            Some(time) if time.is_plausible() => Ok((time, date_only)),
            Some(_) => Err(wrong("no time of a market", Time::PLAUSIBLE)),
            None => Err(wrong("no time", "a date or an instant, 2024-03-01 or 2024-03-01T08:00:00Z")),
        }
    }
}
