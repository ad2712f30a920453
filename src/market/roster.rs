//! `assets.csv`: who is there and where it trades.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::market::cite::{cited, numeral};
use crate::market::table::{Row, Table};
use crate::market::{Asset, Instrument, Kind, Tier, VenueKind};
use crate::units::{AssetId, InstrumentId};

pub(super) const COLUMNS: [&str; 7] = ["asset", "tier", "spot", "perp", "contract_size", "venue", "venue_kind"];

/// Assets in the order of their rows; instruments in the same order, spot before perp.
#[derive(Debug, Default)]
pub(super) struct Roster {
    pub(super) assets: Vec<Asset>,
    pub(super) instruments: Vec<Instrument>,
    pub(super) by_name: BTreeMap<String, AssetId>,
}

impl Roster {
    /// # Errors
    /// No asset, an unknown word, a duplicate asset or symbol, an asset with neither market, more instruments than ids.
    pub(super) fn read(table: &Table) -> Result<Self, Fault> {
        let mut roster = Self::default();
        let mut owners: BTreeMap<(Kind, String), usize> = BTreeMap::new();
        for row in table.rows() {
            roster.add(row, &mut owners)?;
        }
        Ok(roster)
    }

    fn add(&mut self, row: Row<'_>, owners: &mut BTreeMap<(Kind, String), usize>) -> Result<(), Fault> {
        let name = row.text("asset").to_owned();
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
        let size = match row.text("contract_size") {
            "" => 1.0,
            _ => row.number("contract_size")?,
        };
        if size <= 0.0 {
            return Err(row.fault(
                format!("contract_size {}", numeral(size)),
                "coins per contract, above zero",
                "write 1 where a contract is a coin",
            ));
        }
        let mut list = |kind: Kind, contract_size: f64| -> Result<Option<InstrumentId>, Fault> {
            let symbol = row.text(kind.name()).to_owned();
            if symbol.is_empty() {
                return Ok(None);
            }
            if let Some(line) = owners.insert((kind, symbol.clone()), row.line) {
                let found = format!("the {} symbol `{}` again (first on line {line})", kind.name(), cited(&symbol));
                return Err(row.fault(found, "each symbol of a market for one asset", "give each asset its own symbol"));
            }
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
        self.by_name.insert(name.clone(), asset);
        self.assets.push(Asset { name, tier, spot, perp, venue: row.text("venue").to_owned(), venue_kind });
        Ok(())
    }

    /// The asset a row names.
    pub(super) fn named(&self, row: Row<'_>) -> Result<AssetId, Fault> {
        let name = row.text("asset");
        self.by_name.get(name).copied().ok_or_else(|| {
            row.fault(format!("unknown asset `{}`", cited(name)), "an asset of assets.csv", "add it to assets.csv or remove this line")
        })
    }

    /// Symbols of one market, with their instruments.
    pub(super) fn symbols(&self, kind: Kind) -> impl Iterator<Item = (InstrumentId, &str)> {
        let of_kind = self.instruments.iter().enumerate().filter(move |(_, instrument)| instrument.kind == kind);
        of_kind.map(|(id, instrument)| (InstrumentId::new(id), instrument.symbol.as_str()))
    }
}
