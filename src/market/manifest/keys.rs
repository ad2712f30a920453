//! `market.toml`, key by key: the types that read it, and that its schema is made of.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::{Spanned, Value};

use crate::market::{Kind, ListingPolicy, Tier};
use crate::units::Span;

/// Half-spreads in basis points where `[half_spread_bps]` says nothing: large, mid and small caps (`fidelity.md` section 4).
pub(super) const HALF_SPREAD_BPS: [f64; 3] = [3.0, 8.0, 30.0];

/// USD of the smallest order where `[orders]` says nothing: Binance's and Bybit's perpetuals and most of their spot pairs ask for 5.
pub(super) const MIN_NOTIONAL: f64 = 5.0;

/// Mebibytes of one table where `[limits]` says nothing, and the most that it may say.
pub(super) const TABLE_MIB: (u64, u64) = (256, 16_384);

/// The manifest of a market: its name, the length of its bars, what its venue charges, and its policies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Market")]
pub(super) struct File {
    /// What it is called in reports.
    #[schemars(with = "String")]
    pub(super) name: Spanned<String>,
    /// One sentence for the reports.
    #[serde(default = "nothing")]
    #[schemars(with = "String")]
    pub(super) about: Spanned<String>,
    /// A synthetic market is named so in every report and picture.
    #[serde(default)]
    pub(super) synthetic: bool,
    /// Length of a bar, as `8h`: it fits a whole number of times into a day. Price files may be finer.
    #[schemars(with = "Span")]
    pub(super) bar: Spanned<String>,
    /// The currency of all prices.
    #[serde(default = "usdt")]
    #[schemars(with = "String")]
    pub(super) quote: Spanned<String>,
    /// First day, or first instant, of the window; what is older is history to look back on. Absent: all there is.
    #[schemars(with = "Option<String>")]
    pub(super) from: Option<Spanned<Value>>,
    /// Last day, included; or the instant before which bars must open. Absent: all there is.
    #[schemars(with = "Option<String>")]
    pub(super) to: Option<Spanned<Value>>,
    /// What runs are measured against: an asset of `assets.csv`, or the index of `indices/<name>.csv`. Absent: BTC, else the first asset with a spot series.
    #[schemars(with = "Option<String>")]
    pub(super) benchmark: Option<Spanned<String>>,
    pub(super) fees: Fees,
    #[serde(default)]
    pub(super) half_spread_bps: HalfSpread,
    /// Half-spreads of one asset or one tier, each from a day on.
    #[serde(default)]
    pub(super) half_spread: Vec<DatedHalfSpread>,
    /// Which orders the venue takes in one instrument, each from a day on.
    #[serde(default)]
    pub(super) trading_rules: Vec<TradingRules>,
    #[serde(default)]
    pub(super) listing: Listing,
    #[serde(default)]
    pub(super) funding: Funding,
    #[serde(default)]
    pub(super) limits: Limits,
    #[serde(default)]
    pub(super) data: Data,
    #[serde(default)]
    pub(super) orders: Orders,
}

fn nothing() -> Spanned<String> {
    Spanned::new(0..0, String::new())
}

fn usdt() -> Spanned<String> {
    Spanned::new(0..0, "USDT".to_owned())
}

/// Fees in basis points of notional.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fees {
    /// Of a limit order that waits, on spot.
    #[schemars(with = "f64")]
    pub(super) spot_maker: Spanned<f64>,
    /// Of an order that takes what is there, on spot.
    #[schemars(with = "f64")]
    pub(super) spot_taker: Spanned<f64>,
    /// Of a limit order that waits, of perpetuals.
    #[schemars(with = "f64")]
    pub(super) perp_maker: Spanned<f64>,
    /// Of an order that takes what is there, of perpetuals.
    #[schemars(with = "f64")]
    pub(super) perp_taker: Spanned<f64>,
}

/// Half the distance between bid and ask in basis points of the price, by tier; used where no `[[half_spread]]` is in force.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HalfSpread {
    /// Of large coins. Default 3.
    #[schemars(with = "Option<f64>", extend("default" = HALF_SPREAD_BPS[0]))]
    pub(super) large: Option<Spanned<f64>>,
    /// Of mid ones. Default 8.
    #[schemars(with = "Option<f64>", extend("default" = HALF_SPREAD_BPS[1]))]
    pub(super) mid: Option<Spanned<f64>>,
    /// Of small ones. Default 30.
    #[schemars(with = "Option<f64>", extend("default" = HALF_SPREAD_BPS[2]))]
    pub(super) small: Option<Spanned<f64>>,
}

/// A half-spread of one asset or of one tier, in force from `since` until the next one of the same; an asset's own goes before its tier's,
/// both go before `[half_spread_bps]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DatedHalfSpread {
    /// A date or an instant. Absent: from the beginning.
    #[schemars(with = "Option<String>")]
    pub(super) since: Option<Spanned<Value>>,
    /// An asset of `assets.csv`. Either this or `tier`.
    #[schemars(with = "Option<String>")]
    pub(super) asset: Option<Spanned<String>>,
    #[schemars(with = "Option<Tier>")]
    pub(super) tier: Option<Spanned<Tier>>,
    /// Basis points of the price.
    #[schemars(with = "f64")]
    pub(super) bps: Spanned<f64>,
}

/// Which orders the venue takes in one instrument, in force from `since` until the next ones of the same. At least one of `tick_size`,
/// `lot_size` and `min_notional`; an absent one is not known.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TradingRules {
    pub(super) market: Kind,
    /// A symbol of `assets.csv`.
    #[schemars(with = "String")]
    pub(super) symbol: Spanned<String>,
    /// A date or an instant. Absent: from the beginning.
    #[schemars(with = "Option<String>")]
    pub(super) since: Option<Spanned<Value>>,
    /// Prices are whole multiples of this, in USD.
    #[schemars(with = "Option<f64>")]
    pub(super) tick_size: Option<Spanned<f64>>,
    /// Quantities are whole multiples of this, in contracts.
    #[schemars(with = "Option<f64>")]
    pub(super) lot_size: Option<Spanned<f64>>,
    /// An order is worth at least this, in USD.
    #[schemars(with = "Option<f64>")]
    pub(super) min_notional: Option<Spanned<f64>>,
}

/// Which orders the venue takes where no `[[trading_rules]]` say so.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Orders {
    /// USD that an order is worth at least. Default 5, as the large venues ask for.
    #[schemars(with = "Option<f64>", extend("default" = MIN_NOTIONAL))]
    pub(super) min_notional: Option<Spanned<f64>>,
}

/// When a series has ended, and what a forced exit loses.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    /// A series silent for so long has ended. Default `7d`.
    #[schemars(with = "Option<Span>", extend("default" = ListingPolicy::default().delisted_after))]
    pub(super) delisted_after: Option<Spanned<String>>,
    /// What a forced exit loses, in per cent of the last price. Default 5.
    #[schemars(with = "Option<f64>", extend("default" = ListingPolicy::default().penalty * 100.0))]
    pub(super) penalty_pct: Option<Spanned<f64>>,
    /// An open so many times above or below the last close is another coin under the same symbol, 2 to 10000. Default 10.
    #[schemars(with = "Option<f64>", extend("default" = ListingPolicy::default().jump))]
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

/// How much of a file is read at most: what is larger is more likely a mistake, or meant to fill the memory.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    /// Mebibytes of one table: of its file, of what that unpacks to, and of the columns made of it; 1 to 16384. Default 256.
    #[schemars(with = "Option<u32>", extend("default" = TABLE_MIB.0))]
    pub(super) table_mib: Option<Spanned<i64>>,
}

/// What is done to rows of price files before anything else reads them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Data {
    /// A high above so many times the larger of open and close of its row, or a low below that part of the smaller one, is no price that was paid;
    /// more than 1. Absent: every wick is believed.
    #[schemars(with = "Option<f64>")]
    pub(super) wick_limit: Option<Spanned<f64>>,
    /// What happens to longer ones: `clip` cuts them to the limit and counts them, `refuse` names the row. Default `clip`.
    #[schemars(with = "Option<Wicks>")]
    pub(super) wicks: Option<Spanned<Wicks>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Wicks {
    Clip,
    Refuse,
}
