//! `assets.csv`: who is there and where it trades.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::fault::Fault;
use crate::market::names;
use crate::market::plausible::{CONTRACT_SIZES, within};
use crate::market::quote_field::{cited, numeral};
use crate::market::table::{Row, Table};
use crate::market::{Asset, Instrument, Kind, Tier, VenueKind};
use crate::names::suggestion;
use crate::units::{AssetId, InstrumentId, Time};

pub(super) const COLUMNS: [&str; 7] = ["asset", "tier", "spot", "perp", "contract_size", "venue", "venue_kind"];
/// A row of them.
pub(super) const ROW: &str = "BTC,large,BTCUSDT,BTCUSDT,1,binance,cex";

/// Assets in the order of their rows; instruments in the same order, spot before perp.
#[derive(Debug, Default)]
pub(super) struct Roster {
    pub(super) assets: Vec<Asset>,
    pub(super) instruments: Vec<Instrument>,
    pub(super) by_name: BTreeMap<String, AssetId>,
    /// One per asset, same order.
    pub(super) symbol_periods: Vec<SymbolPeriod>,
}

/// The time in which an asset owns its symbols, `until` excluded. Exchanges give a symbol to another coin: LUNA, 2022.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SymbolPeriod {
    since: Time,
    until: Time,
}

impl SymbolPeriod {
    const ALWAYS: Self = Self { since: Time::MIN, until: Time::MAX };

    fn read(row: Row<'_>) -> Result<Self, Fault> {
        let edge = |column: &str, open: Time| if row.text(column).is_empty() { Ok(open) } else { row.time(column) };
        let period = Self { since: edge("since", Time::MIN)?, until: edge("until", Time::MAX)? };
        if period.until <= period.since {
            let found = format!("an asset from {} until {}", period.since, period.until);
            return Err(row.fault(found, "`since` before `until`", "exchange or widen them"));
        }
        Ok(period)
    }

    pub(super) fn contains(self, time: Time) -> bool {
        self.since <= time && time < self.until
    }

    /// Which of ascending rows lie inside, each from its time on for so many seconds.
    pub(super) fn part<T>(self, rows: &[T], time: impl Fn(&T) -> Time, seconds: i64) -> Range<usize> {
        let begin = rows.partition_point(|row| time(row) < self.since);
        let end = rows.partition_point(|row| time(row).plus(seconds) <= self.until);
        begin.min(end)..end
    }

    /// What is in both.
    fn common(self, other: Self) -> Option<Self> {
        let both = Self { since: self.since.max(other.since), until: self.until.min(other.until) };
        (both.since < both.until).then_some(both)
    }
}

impl fmt::Display for SymbolPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.since, self.until) {
            (Time::MIN, Time::MAX) => f.write_str("always"),
            (Time::MIN, until) => write!(f, "until {until}"),
            (since, Time::MAX) => write!(f, "from {since}"),
            (since, until) => write!(f, "from {since} until {until}"),
        }
    }
}

/// Whose a symbol of one market was: lines and periods.
type Owners = BTreeMap<(Kind, String), Vec<(usize, SymbolPeriod)>>;

impl Roster {
    /// # Errors
    /// No asset, an unknown word, a duplicate asset, a symbol that two assets have at one time, an asset with neither market, more
    /// instruments than ids, a name that is not fit to be one.
    pub(super) fn read(table: &Table) -> Result<Self, Fault> {
        let mut roster = Self::default();
        let mut owners = Owners::new();
        for row in table.rows() {
            roster.add(row, &mut owners)?;
        }
        Ok(roster)
    }

    fn add(&mut self, row: Row<'_>, owners: &mut Owners) -> Result<(), Fault> {
        let name = row.name("asset")?.to_owned();
        if name.is_empty() {
            return Err(row.fault("an asset without a name", "a name in column `asset`", "name it or remove this line"));
        }
        if self.by_name.contains_key(&name) {
            return Err(row.fault(format!("a second asset `{}`", cited(&name)), "each asset once", "remove one of the two lines"));
        }
        if self.instruments.len() + 2 > usize::from(u16::MAX) {
            return Err(row.fault("too many assets", "at most 32,000", "split the market"));
        }
        let asset = AssetId::new(self.assets.len());
        let size = contract_size(row)?;
        let period = SymbolPeriod::read(row)?;
        let mut list = |kind: Kind, contract_size: f64| -> Result<Option<InstrumentId>, Fault> {
            let symbol = row.fit(kind.name(), names::symbol)?.to_owned();
            if symbol.is_empty() {
                return Ok(None);
            }
            let before = owners.entry((kind, symbol.clone())).or_default();
            if let Some((line, both)) = before.iter().find_map(|&(line, other)| Some((line, period.common(other)?))) {
                return Err(shared(row, kind, &symbol, line, both));
            }
            before.push((row.line, period));
            let id = InstrumentId::new(self.instruments.len());
            self.instruments.push(Instrument { symbol, asset, kind, contract_size });
            Ok(Some(id))
        };
        let (spot, perp) = (list(Kind::Spot, 1.0)?, list(Kind::Perp, size)?);
        if spot.is_none() && perp.is_none() {
            return Err(row.fault(
                format!("asset `{}` with neither a spot nor a perp symbol", cited(&name)),
                "at least one market for each asset",
                "add a symbol or remove this line",
            ));
        }
        let tier = row.word("tier", &[("large", Tier::Large), ("mid", Tier::Mid), ("small", Tier::Small)])?;
        let kinds = [("regulated", VenueKind::Regulated), ("cex", VenueKind::Cex), ("dex", VenueKind::Dex)];
        let venue_kind = row.word("venue_kind", &kinds)?;
        let venue = row.name("venue")?.to_owned();
        self.by_name.insert(name.clone(), asset);
        self.symbol_periods.push(period);
        self.assets.push(Asset { name, tier, spot, perp, venue, venue_kind });
        Ok(())
    }

    /// The asset a row names.
    pub(super) fn named(&self, row: Row<'_>) -> Result<AssetId, Fault> {
        self.named_in(row, "asset")
    }

    /// The asset that a row names in a column.
    pub(super) fn named_in(&self, row: Row<'_>, column: &str) -> Result<AssetId, Fault> {
        let name = row.text(column);
        self.by_name.get(name).copied().ok_or_else(|| {
            let near = suggestion(name, self.by_name.keys().map(String::as_str));
            let fix = format!("{near}add it to assets.csv or remove this line");
            row.fault(format!("unknown asset `{}`", cited(name)), "an asset of assets.csv", &fix)
        })
    }

    /// Symbols of one market, with their instruments.
    pub(super) fn symbols(&self, kind: Kind) -> impl Iterator<Item = (InstrumentId, &str)> {
        let of_kind = self.instruments.iter().enumerate().filter(move |(_, instrument)| instrument.kind == kind);
        of_kind.map(|(id, instrument)| (InstrumentId::new(id), instrument.symbol.as_str()))
    }
}

/// Coins per contract; an asset without a perpetual has none, and may leave it empty.
fn contract_size(row: Row<'_>) -> Result<f64, Fault> {
    let wrong = |found: String| Err(row.fault(found, "coins per contract, from 1e-9 to 1e9", "write 1 where a contract is a coin"));
    match row.text("contract_size") {
        "" if row.text("perp").is_empty() => Ok(1.0),
        "" => wrong("a perpetual without a contract_size".to_owned()),
        _ => match row.number("contract_size")? {
            size if within(CONTRACT_SIZES, size) => Ok(size),
            size => wrong(format!("contract_size {}", numeral(size))),
        },
    }
}

/// The refusal of a symbol that the asset on `line` has too, in the time `both`.
fn shared(row: Row<'_>, kind: Kind, symbol: &str, line: usize, both: SymbolPeriod) -> Fault {
    let found = format!("the {} symbol `{}` again (first on line {line})", kind.name(), cited(symbol));
    if both == SymbolPeriod::ALWAYS {
        return row.fault(found, "each symbol of a market for one asset", "give each asset its own symbol");
    }
    let expected = "one asset at a time for each symbol of a market";
    row.fault(format!("{found}: both have it {both}"), expected, "end one asset where the other begins, by `since` and `until`")
}
