//! What a table means: its columns, clock and units, put together from what its path says, what its header says, and what a mapping says.

use crate::import::grid::Grid;
use crate::import::kind::{Content, Origin};
use crate::import::mapping::{Mapping, VolumeUnit};
use crate::import::pathname::Clues;
use crate::import::role::{Role, Roles};
use crate::import::symbol::Pair;
use crate::market::Kind;
use crate::units::Span;

/// Rows that are looked at to find out what columns hold.
const LOOKED_AT: usize = 200;

/// A table with all that is needed to read its rows.
#[derive(Clone, Debug)]
pub(super) struct Meaning {
    pub(super) content: Content,
    pub(super) origin: Origin,
    pub(super) venue: String,
    /// Whose rows these are where no column says so.
    pub(super) pair: Option<Pair>,
    pub(super) roles: Roles,
    /// Length of a bar, as the path has it.
    pub(super) interval: Option<Span>,
    /// Seconds by which the clock of the file is ahead of UTC.
    pub(super) offset: i64,
    pub(super) volume: Option<VolumeUnit>,
    /// Whether the path or the header says what kind of market it is; else it was assumed.
    pub(super) assumed_kind: bool,
}

/// What a table means.
///
/// # Errors
/// Why nothing can be made of it, in words for the row of its file.
pub(super) fn meaning(grid: &Grid, clues: &Clues, from: Option<Origin>, mapping: &Mapping) -> Result<Meaning, String> {
    let origin = from.or(clues.origin);
    let hint = mapping.content.or(clues.content);
    let mut roles = match &grid.names {
        Some(names) => Roles::named(names),
        None => Roles::headless(grid.width(), origin_of_venue(origin, clues), hint).unwrap_or_default(),
    };
    if grid.names.is_none() && closes_first(grid, &roles) {
        roles = Roles::headless(6, Some(Origin::Gate), None).unwrap_or_default();
    }
    for (role, name) in &mapping.columns {
        roles.set(*role, column(grid, name)?);
    }
    let mut found = roles.content(hint);
    if let (Some(wanted), Some(_)) = (mapping.content, found) {
        found = Some(wanted);
    }
    let content = found.ok_or_else(|| unknown(grid))?;
    let origin = origin.unwrap_or_else(|| guessed(grid, &roles));
    if roles.at(Role::Time).is_none() && !matches!(content, Content::Labels | Content::Evidence | Content::Caps) {
        return Err(unknown(grid));
    }
    if matches!(content, Content::Bars(_)) && roles.at(Role::Volume).is_none() && roles.at(Role::QuoteVolume).is_none() {
        return Err("bars without volume: nobody could say how much of an order fills".to_owned());
    }
    if content == Content::Funding && roles.at(Role::Rate).is_none() {
        // freqtrade keeps rates as bars, the rate in `open`.
        let open = roles.at(Role::Open).ok_or_else(|| unknown(grid))?;
        roles.set(Role::Rate, open);
    }
    Ok(Meaning {
        content,
        origin,
        venue: mapping.venue.clone().or_else(|| clues.venue.map(str::to_owned)).unwrap_or_else(|| venue(origin).to_owned()),
        pair: mapping
            .symbol
            .as_deref()
            .and_then(|symbol| Pair::parse(symbol).or_else(|| Pair::alone(symbol)))
            .or_else(|| clues.pair.clone()),
        roles,
        interval: clues.interval,
        offset: if mapping.offset == 0 { offset(origin) } else { mapping.offset },
        volume: mapping.volume.or_else(|| volume(origin, content)),
        assumed_kind: hint.is_none() && matches!(content, Content::Bars(_)),
    })
}

/// Files of an archive that has its own order of columns, by the venue that the path names.
fn origin_of_venue(origin: Option<Origin>, clues: &Clues) -> Option<Origin> {
    origin.or(if clues.venue == Some("gate") { Some(Origin::Gate) } else { None })
}

/// The column that a mapping names, or counts from 1.
fn column(grid: &Grid, name: &str) -> Result<usize, String> {
    let by_name = grid.names.as_ref().and_then(|names| names.iter().position(|own| own == name));
    let by_number = || name.parse::<usize>().ok().filter(|number| (1..=grid.width()).contains(number)).map(|number| number - 1);
    by_name.or_else(by_number).ok_or_else(|| format!("no column `{name}`, which the mapping names"))
}

fn unknown(grid: &Grid) -> String {
    match &grid.names {
        Some(names) => format!("columns that say nothing of a market: {}", shortened(&names.join(", "))),
        None => format!("{} columns without a header, in no order that is known: name them in a mapping file", grid.width()),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 80 { text.to_owned() } else { text.chars().take(79).chain(['…']).collect() }
}

/// Whether rows of six columns are in Gate's order: what would be the high is below what would be the open in many of them.
fn closes_first(grid: &Grid, roles: &Roles) -> bool {
    if grid.width() != 6 || roles.at(Role::Open) != Some(1) {
        return false;
    }
    let rows = 0..grid.rows().min(LOOKED_AT);
    let number = |row: usize, column: usize| grid.cell(row, column).parse::<f64>().unwrap_or(f64::NAN);
    let holds = |[open, high, low, close]: [usize; 4]| {
        rows.clone().all(|row| {
            let (ends, extremes) = ([number(row, open), number(row, close)], [number(row, high), number(row, low)]);
            ends.iter().all(|end| extremes[1] <= *end && *end <= extremes[0])
        })
    };
    !holds([1, 2, 3, 4]) && holds([5, 3, 4, 2])
}

/// Whose table it is by its columns alone.
fn guessed(grid: &Grid, roles: &Roles) -> Origin {
    let has = |name: &str| grid.names.as_ref().is_some_and(|names| names.iter().any(|own| own.eq_ignore_ascii_case(name)));
    match grid.names {
        None if grid.width() == 12 => Origin::Binance,
        None if roles.at(Role::Volume) == Some(1) => Origin::Gate,
        None if grid.width() == 6 => Origin::Ccxt,
        None if grid.width() == 7 => Origin::Bybit,
        _ if has("instrument_name") || has("instId") => Origin::Okx,
        _ if has("last_funding_rate") || has("taker_buy_volume") || has("sum_open_interest_value") => Origin::Binance,
        _ if has("fundingRateTimestamp") => Origin::Bybit,
        _ if has("tradecount") || (has("unix") && has("symbol")) => Origin::CryptoDataDownload,
        _ if has("timeOpen") && has("marketCap") => Origin::CoinMarketCap,
        _ if has("Market Cap") && has("Rank") => Origin::CoinMarketCap,
        _ if has("snapped_at") => Origin::CoinGecko,
        _ if has("totalLiquidityUSD") => Origin::DefiLlama,
        _ if has("turnover") && has("time") => Origin::Kucoin,
        _ => Origin::Plain,
    }
}

/// The venue of an archive that only one venue writes.
fn venue(origin: Origin) -> &'static str {
    match origin {
        Origin::Binance | Origin::Okx | Origin::Gate | Origin::Bybit | Origin::Mexc | Origin::Kucoin => origin.name(),
        _ => "",
    }
}

/// Seconds by which an archive's clock is ahead of UTC: Bybit's files for `MetaTrader` are in UTC+3.
fn offset(origin: Origin) -> i64 {
    if origin == Origin::Bybit { METATRADER } else { 0 }
}

/// Only text with dots is `MetaTrader`'s; numbers since 1970 are in UTC whoever writes them.
pub(super) const METATRADER: i64 = 3 * 3_600;

fn volume(origin: Origin, content: Content) -> Option<VolumeUnit> {
    match (origin, content) {
        (Origin::Gate, Content::Bars(Kind::Perp)) => Some(VolumeUnit::Contracts),
        (Origin::CoinMarketCap, _) => Some(VolumeUnit::Quote),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::mapping::Dialect;
    use crate::import::{pathname, text};

    fn of(path: &str, table: &str) -> Result<Meaning, String> {
        let grid = text::grid(table.as_bytes(), &Dialect::default()).unwrap();
        meaning(&grid, &pathname::clues(path), None, &Mapping::default())
    }

    #[test]
    fn a_table_is_known_by_its_path_and_its_columns() {
        let bars = "1704067200000,1,3,0.5,2,10\n1704070800000,2,3,0.5,2,10\n";
        let gate = "1704067200,10,2,3,0.5,1\n1704070800,10,2,3,0.5,2\n";
        let perp = Content::Bars(Kind::Perp);
        let spot = Content::Bars(Kind::Spot);
        for (path, table, content, origin) in [
            ("BTC-USDT-1h.csv", bars, spot, Origin::Ccxt),
            ("gate/futures_usdt/candlesticks_1h/202401/BTC_USDT-202401.csv", gate, perp, Origin::Gate),
            ("BTC_USDT-202401.csv", gate, spot, Origin::Gate),
            ("x/funding_applies/202401/BTC_USDT-202401.csv", "1704067200,0.0001\n", Content::Funding, Origin::Plain),
            (
                "BTCUSDT.csv",
                "calc_time,funding_interval_hours,last_funding_rate\n1704067200000,8,0.0001\n",
                Content::Funding,
                Origin::Binance,
            ),
        ] {
            let found = of(path, table).unwrap();
            assert_eq!((found.content, found.origin), (content, origin), "{path}");
        }
        assert!(of("x.csv", "a,b\nc,d\n").is_err());
        assert!(of("BTCUSDT.csv", "date,open,high,low,close\n2024-01-01,1,1,1,1\n").unwrap_err().contains("columns"));
    }
}
