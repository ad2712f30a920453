//! `market.toml`, key by key: the types that read it, and that its schema is made of.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::{Spanned, Value};

/// The manifest of a market: its name, the length of its bars, what its venue charges, and its policies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Market")]
pub(super) struct File {
    pub(super) name: String,
    /// One sentence for the reports.
    #[serde(default)]
    pub(super) about: String,
    /// A synthetic market is named so in every report and picture.
    #[serde(default)]
    pub(super) synthetic: bool,
    /// Length of a bar, as `8h`: it fits a whole number of times into a day. Price files may be finer.
    #[schemars(with = "String")]
    pub(super) bar: Spanned<String>,
    /// The currency of all prices.
    #[serde(default = "usdt")]
    pub(super) quote: String,
    /// First day, or first instant. Absent: all there is.
    #[schemars(with = "Option<String>")]
    pub(super) from: Option<Spanned<Value>>,
    /// Last day, included; or the instant before which bars must open. Absent: all there is.
    #[schemars(with = "Option<String>")]
    pub(super) to: Option<Spanned<Value>>,
    pub(super) fees: Fees,
    #[serde(default)]
    pub(super) half_spread_bps: HalfSpread,
    #[serde(default)]
    pub(super) listing: Listing,
    #[serde(default)]
    pub(super) funding: Funding,
}

fn usdt() -> String {
    "USDT".to_owned()
}

/// Fees in basis points of notional.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fees {
    #[schemars(with = "f64")]
    pub(super) spot_maker: Spanned<f64>,
    #[schemars(with = "f64")]
    pub(super) spot_taker: Spanned<f64>,
    #[schemars(with = "f64")]
    pub(super) perp_maker: Spanned<f64>,
    #[schemars(with = "f64")]
    pub(super) perp_taker: Spanned<f64>,
}

/// Half the distance between bid and ask in basis points of the price, by tier; used where no `[[half_spread]]` is in force.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HalfSpread {
    /// Default 3.
    #[schemars(with = "Option<f64>")]
    pub(super) large: Option<Spanned<f64>>,
    /// Default 8.
    #[schemars(with = "Option<f64>")]
    pub(super) mid: Option<Spanned<f64>>,
    /// Default 30.
    #[schemars(with = "Option<f64>")]
    pub(super) small: Option<Spanned<f64>>,
}

/// When a series has ended, and what a forced exit loses.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    /// A series silent for so long has ended. Default `7d`.
    #[schemars(with = "Option<String>")]
    pub(super) delisted_after: Option<Spanned<String>>,
    /// What a forced exit loses, in per cent of the last price. Default 5.
    #[schemars(with = "Option<f64>")]
    pub(super) penalty_pct: Option<Spanned<f64>>,
    /// An open so many times above or below the last close is another coin under the same symbol, 2 to 10000. Default 10.
    #[schemars(with = "Option<f64>")]
    pub(super) jump: Option<Spanned<f64>>,
}

/// What stands in for missing funding history.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Funding {
    /// Fraction of notional per eight hours, used, counted and named where history has holes. Absent: a hole is refused.
    #[schemars(with = "Option<f64>")]
    pub(super) missing_rate_8h: Option<Spanned<f64>>,
}
