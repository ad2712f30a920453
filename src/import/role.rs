//! What a column is, by its name or by its place in an archive without a header.

use serde::Deserialize;

use crate::import::kind::{Content, Origin};
use crate::market::Kind;

/// What a column tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    Time,
    Open,
    High,
    Low,
    Close,
    Volume,
    /// Volume in the currency of prices.
    QuoteVolume,
    CloseTime,
    /// Volume in coins beside one in contracts (OKX).
    CoinVolume,
    /// Whether the bar is over: 1 or 0.
    Confirm,
    Symbol,
    Rate,
    IntervalHours,
    MarkPrice,
    OpenInterest,
    MarketCap,
    Rank,
    Tvl,
    KnownAt,
    Asset,
    Narrative,
    Since,
    Until,
    Source,
    Metric,
    Value,
}

/// Names of each, compared in lower case without `_`, spaces and what stands in brackets; of several the first that is there counts.
const NAMES: [(Role, &[&str]); 26] = [
    (
        Role::Time,
        &[
            "opentime",
            "timeopen",
            "calctime",
            "fundingtime",
            "fundingratetimestamp",
            "createtime",
            "snappedat",
            "timestamp",
            "candlebegintime",
            "unix",
            "unixtimestamp",
            "starttime",
            "datetime",
            "date",
            "time",
            "snapshotdate",
            "ts",
            "t",
            "day",
        ],
    ),
    (Role::Open, &["open", "openprice", "o", "1open"]),
    (Role::High, &["high", "highprice", "h", "2high"]),
    (Role::Low, &["low", "lowprice", "l", "3low"]),
    (Role::Close, &["close", "closeprice", "c", "4close"]),
    (Role::Volume, &["volume", "vol", "basevolume", "v", "5volume"]),
    (Role::QuoteVolume, &["quotevolume", "quoteassetvolume", "volquote", "turnover", "amount", "volumeusdt", "volumeusd"]),
    (Role::CloseTime, &["closetime", "timeclose"]),
    (Role::CoinVolume, &["volccy"]),
    (Role::Confirm, &["confirm"]),
    (Role::Symbol, &["symbol", "instrumentname", "instid", "pair", "ticker", "contract", "instrument"]),
    (Role::Rate, &["lastfundingrate", "realizedrate", "fundingrate", "rate"]),
    (Role::IntervalHours, &["fundingintervalhours", "intervalhours"]),
    (Role::MarkPrice, &["markprice", "mark"]),
    (Role::OpenInterest, &["sumopeninterestvalue", "openinterestusd", "openinterestvalue"]),
    (Role::MarketCap, &["marketcap", "marketcapusd"]),
    (Role::Rank, &["rank", "cmcrank", "marketcaprank"]),
    (Role::Tvl, &["totalliquidityusd", "tvl"]),
    (Role::KnownAt, &["knownat"]),
    (Role::Asset, &["asset", "coinsymbol", "base", "coin"]),
    (Role::Narrative, &["narrative"]),
    (Role::Since, &["since"]),
    (Role::Until, &["until"]),
    (Role::Source, &["source"]),
    (Role::Metric, &["metric"]),
    (Role::Value, &["value"]),
];

/// Where each role stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Roles(Vec<(Role, usize)>);

impl Roles {
    /// Where a role stands; nothing where no column has it.
    pub(super) fn at(&self, role: Role) -> Option<usize> {
        self.0.iter().find(|(own, _)| *own == role).map(|(_, column)| *column)
    }

    pub(super) fn has(&self, roles: &[Role]) -> bool {
        roles.iter().all(|role| self.at(*role).is_some())
    }

    /// Puts a role on a column, whatever had it before.
    pub(super) fn set(&mut self, role: Role, column: usize) {
        self.0.retain(|(own, _)| *own != role);
        self.0.push((role, column));
    }

    /// By the names of columns.
    pub(super) fn named(names: &[String]) -> Self {
        let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let mut roles = Self::default();
        for (role, aliases) in NAMES {
            let place = aliases.iter().find_map(|alias| plain.iter().position(|name| name == alias));
            if let Some(column) = place {
                roles.set(role, column);
            }
        }
        roles.volumes_by_coin(names);
        roles
    }

    /// `Volume BTC` and `Volume USDT` (CryptoDataDownload): the one in the coin comes first.
    fn volumes_by_coin(&mut self, names: &[String]) {
        let mut with_coin = names.iter().enumerate().filter(|(_, name)| name.to_lowercase().starts_with("volume ") && !name.contains('('));
        if self.at(Role::Volume).is_none()
            && let Some((column, _)) = with_coin.next()
        {
            self.set(Role::Volume, column);
            if let Some((column, _)) = with_coin.next() {
                self.set(Role::QuoteVolume, column);
            }
        }
    }

    /// By their places in an archive without a header: nothing where no such archive is known.
    pub(super) fn headless(width: usize, origin: Option<Origin>, content: Option<Content>) -> Option<Self> {
        use Role::{Close, High, Low, MarkPrice, Open, QuoteVolume, Rate, Time, Volume};
        let bars: &[Role] = &[Time, Open, High, Low, Close, Volume];
        let order: &[Role] = match (width, content) {
            (2, Some(Content::Funding) | None) | (6, Some(Content::Funding)) => &[Time, Rate],
            (2 | 4, Some(Content::Mark)) => &[Time, MarkPrice],
            // Gate writes the close before the open, and its times in seconds.
            (6, Some(Content::Bars(_)) | None) if origin == Some(Origin::Gate) => &[Time, Volume, Close, High, Low, Open],
            (5, Some(Content::Mark)) => &[Time, Open, High, Low, Close],
            (6 | 8 | 9 | 10 | 11, _) => bars,
            // Bybit's answers have the turnover last.
            (7, _) => &[Time, Open, High, Low, Close, Volume, QuoteVolume],
            (12, _) => &[Time, Open, High, Low, Close, Volume, Role::CloseTime, QuoteVolume],
            _ => return None,
        };
        Some(Self(order.iter().enumerate().map(|(column, role)| (*role, column)).collect()))
    }

    /// What rows with these columns are, where the path does not say: `hint` is what it says.
    pub(super) fn content(&self, hint: Option<Content>) -> Option<Content> {
        let bars = self.has(&[Role::Open, Role::High, Role::Low, Role::Close]);
        match hint {
            _ if self.has(&[Role::Narrative, Role::Asset, Role::Since]) => Some(Content::Labels),
            _ if self.at(Role::Rate).is_some() => Some(Content::Funding),
            Some(Content::Funding) if bars => Some(Content::Funding),
            _ if self.has(&[Role::KnownAt, Role::Asset, Role::MarketCap]) => Some(Content::Caps),
            _ if self.has(&[Role::KnownAt, Role::Asset, Role::Value]) || self.has(&[Role::KnownAt, Role::Narrative, Role::Value]) => {
                Some(Content::Evidence)
            }
            _ if self.at(Role::MarketCap).is_some() => Some(Content::Caps),
            _ if self.at(Role::Tvl).is_some() => Some(Content::Tvl),
            _ if self.at(Role::OpenInterest).is_some() => Some(Content::OpenInterest),
            Some(Content::Mark) if bars || self.at(Role::MarkPrice).is_some() => Some(Content::Mark),
            _ if self.at(Role::MarkPrice).is_some() && !bars => Some(Content::Mark),
            Some(Content::Bars(kind)) if bars => Some(Content::Bars(kind)),
            _ if bars && self.at(Role::Volume).is_some() => Some(Content::Bars(Kind::Spot)),
            _ => None,
        }
    }
}

/// A name in lower case without `_`, spaces and what stands in brackets.
fn plain(name: &str) -> String {
    let name = name.split('(').next().unwrap_or(name);
    name.chars().filter(|c| !matches!(c, '_' | ' ' | '-' | '.' | '"')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(header: &str) -> Roles {
        Roles::named(&header.split(',').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn columns_are_known_by_the_names_that_venues_give_them() {
        let okx = named("instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm");
        assert_eq!(
            [Role::Symbol, Role::Volume, Role::CoinVolume, Role::QuoteVolume, Role::Time, Role::Confirm].map(|role| okx.at(role)),
            [Some(0), Some(5), Some(6), Some(7), Some(8), Some(9)]
        );
        let cdd = named("Unix,Date,Symbol,Open,High,Low,Close,Volume BTC,Volume USDT,tradecount");
        assert_eq!([Role::Time, Role::Volume, Role::QuoteVolume].map(|role| cdd.at(role)), [Some(0), Some(7), Some(8)]);
        let cmc = named("timeOpen,timeClose,timeHigh,timeLow,name,open,high,low,close,volume,marketCap,circulatingSupply,timestamp");
        assert_eq!([Role::Time, Role::Close, Role::MarketCap].map(|role| cmc.at(role)), [Some(0), Some(8), Some(10)]);
        assert_eq!(named("snapped_at,price,market_cap,total_volume").content(None), Some(Content::Caps));
        assert_eq!(named("calc_time,funding_interval_hours,last_funding_rate").content(None), Some(Content::Funding));
        assert_eq!(named("timestamp,mark_price").content(None), Some(Content::Mark));
        assert_eq!(named("date,totalLiquidityUSD").content(None), Some(Content::Tvl));
        assert_eq!(named("create_time,symbol,sum_open_interest,sum_open_interest_value").content(None), Some(Content::OpenInterest));
    }

    #[test]
    fn archives_without_a_header_are_known_by_their_width() {
        let gate = Roles::headless(6, Some(Origin::Gate), None).unwrap();
        assert_eq!([Role::Open, Role::Close, Role::Volume].map(|role| gate.at(role)), [Some(5), Some(2), Some(1)]);
        let binance = Roles::headless(12, None, None).unwrap();
        assert_eq!([Role::CloseTime, Role::QuoteVolume].map(|role| binance.at(role)), [Some(6), Some(7)]);
        assert_eq!(Roles::headless(3, None, None), None);
    }
}
