//! `market.toml`: name, bar length, fees and policies, refused with the line where one is out of place.

use std::path::Path;

use serde::Deserialize;
use toml::{Spanned, Value};

use crate::fault::Fault;
use crate::market::cite::{cited, escaped, numeral};
use crate::market::{ListingPolicy, VenueCosts};
use crate::units::{Span, Time};

/// Half-spreads in basis points where `[half_spread_bps]` says nothing: large, mid and small caps (`fidelity.md` section 4).
const HALF_SPREAD_BPS: [f64; 3] = [3.0, 8.0, 30.0];

/// The file, key by key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    synthetic: bool,
    bar: Spanned<String>,
    #[serde(default = "usdt")]
    quote: String,
    from: Option<Spanned<Value>>,
    to: Option<Spanned<Value>>,
    fees: Fees,
    #[serde(default)]
    half_spread_bps: HalfSpread,
    #[serde(default)]
    listing: Listing,
    #[serde(default)]
    funding: Funding,
}

fn usdt() -> String {
    "USDT".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fees {
    spot_maker: Spanned<f64>,
    spot_taker: Spanned<f64>,
    perp_maker: Spanned<f64>,
    perp_taker: Spanned<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct HalfSpread {
    large: Option<Spanned<f64>>,
    mid: Option<Spanned<f64>>,
    small: Option<Spanned<f64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    delisted_after: Option<Spanned<String>>,
    penalty_pct: Option<Spanned<f64>>,
    jump: Option<Spanned<f64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Funding {
    missing_rate_8h: Option<Spanned<f64>>,
}

/// What `market.toml` says, in units of the engine.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) synthetic: bool,
    pub(super) bar: Span,
    pub(super) quote: String,
    pub(super) from: Option<Time>,
    /// Exclusive.
    pub(super) to: Option<Time>,
    pub(super) costs: VenueCosts,
    pub(super) listing: ListingPolicy,
    pub(super) missing_rate_8h: Option<f64>,
}

/// The text of a manifest, for its lines.
struct Text<'a> {
    path: &'a Path,
    text: &'a str,
}

/// Where a whole manifest stands.
const MODEL: &str = "README, step 6, shows a market.toml and its keys";

/// What belongs under a key.
fn meaning(key: &str) -> &'static str {
    match key {
        "name" | "about" => "text in quotes",
        "quote" => "the currency of all prices in quotes, as \"USDT\"",
        "synthetic" => "true or false",
        "bar" | "delisted_after" => "a length of time in quotes, as \"8h\"",
        "from" | "to" => "a date, as 2024-03-01",
        "spot_maker" | "spot_taker" | "perp_maker" | "perp_taker" | "large" | "mid" | "small" => {
            "a number, basis points of notional, as 10"
        }
        "penalty_pct" => "a number, per cent of the last price, 0 to 100",
        "missing_rate_8h" => "a number, a fraction of notional per eight hours, as 0.0001",
        "fees" => "a table: [fees] with spot_maker, spot_taker, perp_maker and perp_taker in basis points",
        "half_spread_bps" => "a table: [half_spread_bps] with large, mid and small in basis points",
        "jump" => "a number, times the last close, 2 to 10000",
        "listing" => "a table: [listing] with delisted_after, penalty_pct and jump",
        "funding" => "a table: [funding] with missing_rate_8h",
        _ => "key = value lines under [sections], as TOML writes them",
    }
}

impl Text<'_> {
    /// What the parser said, in the words of this file: which key, and what belongs there.
    fn misread(&self, at: usize, said: &str) -> Fault {
        let (what, rest) = said.split_once('`').unwrap_or((said, ""));
        let (name, rest) = rest.split_once('`').unwrap_or_default();
        match what.trim() {
            "missing field" => {
                let inside = if name.starts_with("spot_") || name.starts_with("perp_") { " in [fees]" } else { "" };
                let found = format!("no key `{name}`{inside}");
                Fault::new(self.path.display().to_string(), found, meaning(name), format!("add it: {MODEL}"))
            }
            "unknown field" => {
                let allowed: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
                let expected = format!("one of {}", allowed.join(", "));
                self.fault(at, format!("unknown key `{}`", cited(name)), &expected, &format!("mend or remove it: {MODEL}"))
            }
            _ if said.starts_with("invalid type") || said.starts_with("invalid value") => {
                let key = self.key_at(at);
                let (found, _) = said.rsplit_once(", expected").unwrap_or((said, ""));
                self.fault(at, format!("`{}`: {}", cited(key), cited(found)), meaning(key), MODEL)
            }
            "duplicate key" => {
                let name = self.text.get(at..).unwrap_or_default().split(['=', ']', '\n']).next().unwrap_or_default();
                self.fault(at, format!("`{}` a second time", cited(name.trim())), "each key once", "remove one of the two")
            }
            _ => self.fault(at, format!("no TOML: {}", cited(said)), meaning(""), MODEL),
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

    fn fault(&self, at: usize, found: impl Into<String>, expected: &str, way_out: &str) -> Fault {
        let line = 1 + self.text.get(..at).unwrap_or(self.text).matches('\n').count();
        Fault::new(Fault::at(self.path, line), found, expected, way_out)
    }

    /// Basis points to a fraction; at least zero, less than the whole.
    fn bps(&self, key: &str, value: &Spanned<f64>) -> Result<f64, Fault> {
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

    fn span(&self, key: &str, value: &Spanned<String>) -> Result<Span, Fault> {
        Span::try_from(value.get_ref().clone()).map_err(|why| {
            let expected = "a whole number and one of m, h, d, w, as in 15m, 8h, 1d, 2w";
            self.fault(value.span().start, format!("`{key}`: {}", escaped(&why)), expected, "write a length of time")
        })
    }

    /// An instant, and whether it was a date only.
    fn instant(&self, key: &str, value: &Spanned<Value>) -> Result<(Time, bool), Fault> {
        let text = match value.get_ref() {
            Value::Datetime(datetime) => datetime.to_string(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let date_only = text.len() == "2024-03-01".len();
        Time::parse(&text).map(|time| (time, date_only)).ok_or_else(|| {
            self.fault(
                value.span().start,
                format!("`{key}` = {} is no time", cited(&text)),
                "a date or an instant, 2024-03-01 or 2024-03-01T08:00:00Z",
                "write a date",
            )
        })
    }
}

impl Manifest {
    /// # Errors
    /// Wrong TOML, unknown or missing keys, negative costs, a bar that does not divide a day, `to` not after `from`.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, Fault> {
        let lines = Text { path, text };
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            lines.misread(at, error.message().trim())
        })?;
        let bar = lines.span("bar", &file.bar)?;
        if 86_400 % bar.seconds() != 0 {
            let found = format!("`bar` = {bar} does not divide a day");
            return Err(lines.fault(
                file.bar.span().start,
                found,
                "a length that fits a whole number of times into 24 hours",
                "choose 15m, 1h, 4h, 8h or 1d",
            ));
        }
        let from = file.from.as_ref().map(|value| lines.instant("from", value)).transpose()?.map(|(time, _)| time);
        let to = file.to.as_ref().map(|value| lines.instant("to", value)).transpose()?;
        // A date alone means that whole day; an instant is the first one outside.
        let to = to.map(|(time, date_only)| if date_only { time.plus(86_400) } else { time });
        if let (Some(from), Some(until), Some(value)) = (from, to, &file.to)
            && until <= from
        {
            let found = format!("`to` ends at {until}, not after `from` = {from}");
            return Err(lines.fault(value.span().start, found, "`from` before `to`", "exchange or widen them"));
        }
        let costs = costs(&lines, &file)?;
        let mut listing = ListingPolicy::default();
        if let Some(value) = &file.listing.delisted_after {
            listing.delisted_after = lines.span("delisted_after", value)?;
        }
        if let Some(value) = &file.listing.penalty_pct {
            let percent = *value.get_ref();
            if !(0.0..=100.0).contains(&percent) {
                let found = format!("`penalty_pct` = {}", numeral(percent));
                return Err(lines.fault(
                    value.span().start,
                    found,
                    "per cent of the last price, 0 to 100",
                    "write what a forced exit loses",
                ));
            }
            listing.penalty = percent / 100.0;
        }
        if let Some(value) = &file.listing.jump {
            let times = *value.get_ref();
            if !(2.0..=10_000.0).contains(&times) {
                let found = format!("`jump` = {}", numeral(times));
                let expected = "times the last close, 2 to 10000, beyond which an open is another coin's";
                return Err(lines.fault(value.span().start, found, expected, "write 10, or 10000 to let almost every jump pass"));
            }
            listing.jump = times;
        }
        let missing_rate_8h = file.funding.missing_rate_8h.as_ref().map(|value| {
            let rate = *value.get_ref();
            if rate.is_finite() && rate.abs() < 1.0 {
                return Ok(rate);
            }
            let found = format!("`missing_rate_8h` = {}", numeral(rate));
            Err(lines.fault(value.span().start, found, "a fraction of notional per eight hours, as 0.0001", "write a rate, not per cent"))
        });
        let missing_rate_8h = missing_rate_8h.transpose()?;
        Ok(Self {
            name: file.name,
            about: file.about,
            synthetic: file.synthetic,
            bar,
            quote: file.quote,
            from,
            to,
            costs,
            listing,
            missing_rate_8h,
        })
    }
}

fn costs(lines: &Text<'_>, file: &File) -> Result<VenueCosts, Fault> {
    let spread = |key: &str, value: &Option<Spanned<f64>>, default: f64| {
        value.as_ref().map_or(Ok(default / 10_000.0), |value| lines.bps(key, value))
    };
    let [large, mid, small] = HALF_SPREAD_BPS;
    Ok(VenueCosts {
        spot_maker: lines.bps("spot_maker", &file.fees.spot_maker)?,
        spot_taker: lines.bps("spot_taker", &file.fees.spot_taker)?,
        perp_maker: lines.bps("perp_maker", &file.fees.perp_maker)?,
        perp_taker: lines.bps("perp_taker", &file.fees.perp_taker)?,
        half_spread: [
            spread("large", &file.half_spread_bps.large, large)?,
            spread("mid", &file.half_spread_bps.mid, mid)?,
            spread("small", &file.half_spread_bps.small, small)?,
        ],
    })
}
