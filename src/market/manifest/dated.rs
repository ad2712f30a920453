//! The tables of `market.toml` that say from when something holds: `[[half_spread]]` and `[[trading_rules]]`. What they name is looked up
//! in the roster once that is read.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Spanned, Value};

use crate::fault::Fault;
use crate::market::assets::Roster;
use crate::market::manifest::text::Text;
use crate::market::manifest::{Manifest, keys};
use crate::market::plausible::{STEPS, within};
use crate::market::quote_field::{cited, numeral};
use crate::market::{DatedRules, DatedSpread, Kind, SpreadOf, Tier, TradingRules};
use crate::names::suggestion;
use crate::units::Time;

/// One `[[half_spread]]`.
#[derive(Debug)]
pub(super) struct SpreadRow {
    line: usize,
    since: Time,
    of: Named,
    half_spread: f64,
}

/// As the file names it.
#[derive(Debug)]
enum Named {
    Asset(String),
    Tier(Tier),
}

/// One `[[trading_rules]]`.
#[derive(Debug)]
pub(super) struct RulesRow {
    line: usize,
    since: Time,
    kind: Kind,
    symbol: String,
    rules: TradingRules,
}

pub(super) fn spread_row(lines: &Text<'_>, row: keys::DatedHalfSpread) -> Result<SpreadRow, Fault> {
    let (at, of) = match (row.asset, row.tier) {
        (Some(asset), None) => (asset.span().start, Named::Asset(asset.into_inner())),
        (None, Some(tier)) => (tier.span().start, Named::Tier(tier.into_inner())),
        (None, None) => {
            let fix = "say whose it is, or write it into [half_spread_bps]";
            return Err(lines.fault(row.bps.span().start, "a half-spread of nothing", "either `asset` or `tier`", fix));
        }
        (Some(_), Some(tier)) => {
            let fix = "keep the one that is meant: an asset's own goes before its tier's";
            return Err(lines.fault(tier.span().start, "a half-spread of an asset and of a tier", "either `asset` or `tier`", fix));
        }
    };
    let half_spread = lines.bps("bps", &row.bps)?;
    Ok(SpreadRow { line: lines.line(at), since: since(lines, row.since.as_ref())?, of, half_spread })
}

/// # Errors
/// A number that no venue rounds orders by, or asks of them.
pub(super) fn step(lines: &Text<'_>, key: &str, value: &Spanned<f64>) -> Result<f64, Fault> {
    let size = *value.get_ref();
    if within(STEPS, size) {
        return Ok(size);
    }
    let found = format!("`{key}` = {}", numeral(size));
    let fix = "write what the venue asks for, or remove the key where it asks for nothing";
    Err(lines.fault(value.span().start, found, "a number from 1e-15 to 1e6", fix))
}

pub(super) fn rules_row(lines: &Text<'_>, row: keys::TradingRules) -> Result<RulesRow, Fault> {
    let at = row.symbol.span().start;
    if row.tick_size.is_none() && row.lot_size.is_none() && row.min_notional.is_none() {
        let found = format!("trading rules of `{}` without a rule", cited(row.symbol.get_ref()));
        return Err(lines.fault(at, found, "at least one of `tick_size`, `lot_size` and `min_notional`", "add one, or remove the table"));
    }
    let number = |key: &str, value: &Option<Spanned<f64>>| value.as_ref().map_or(Ok(0.0), |value| step(lines, key, value));
    let rules = TradingRules {
        tick_size: number("tick_size", &row.tick_size)?,
        lot_size: number("lot_size", &row.lot_size)?,
        min_notional: number("min_notional", &row.min_notional)?,
    };
    let since = since(lines, row.since.as_ref())?;
    Ok(RulesRow { line: lines.line(at), since, kind: row.market, symbol: row.symbol.into_inner(), rules })
}

fn since(lines: &Text<'_>, value: Option<&Spanned<Value>>) -> Result<Time, Fault> {
    Ok(value.map(|value| lines.instant("since", value)).transpose()?.map_or(Time::MIN, |(time, _)| time))
}

impl Manifest {
    /// # Errors
    /// An unknown asset, a second row of one asset or tier for one `since`.
    pub(in crate::market) fn spreads(&self, roster: &Roster) -> Result<Vec<DatedSpread>, Fault> {
        let mut seen = BTreeMap::new();
        let mut found = Vec::new();
        for SpreadRow { line, since, of, half_spread } in &self.spreads {
            let (of, named) = match of {
                Named::Tier(tier) => (SpreadOf::Tier(*tier), format!("the tier `{}`", tier.name())),
                Named::Asset(name) => match roster.by_name.get(name) {
                    Some(&asset) => (SpreadOf::Asset(asset), format!("the asset `{}`", cited(name))),
                    None => return Err(unknown(&self.path, *line, "asset", name, roster.by_name.keys().map(String::as_str))),
                },
            };
            once(&mut seen, (of, *since), &self.path, *line, || format!("a second half-spread of {named} {}", from(*since)))?;
            found.push(DatedSpread { of, since: *since, half_spread: *half_spread });
        }
        Ok(found)
    }

    /// # Errors
    /// An unknown symbol, a second row of one symbol for one `since`.
    pub(in crate::market) fn rules(&self, roster: &Roster) -> Result<Vec<DatedRules>, Fault> {
        let mut seen = BTreeMap::new();
        let mut found = Vec::new();
        for RulesRow { line, since, kind, symbol, rules } in &self.rules {
            let (market, before) = (kind.name(), found.len());
            // Coins that had the symbol one after the other are all bound by its rules.
            let ids = roster.symbols(*kind).filter(|(_, own)| own == symbol).map(|(id, _)| id);
            found.extend(ids.map(|id| DatedRules { id, since: *since, rules: *rules }));
            if found.len() == before {
                let known = roster.symbols(*kind).map(|(_, own)| own);
                return Err(unknown(&self.path, *line, &format!("{market} symbol"), symbol, known));
            }
            let second = || format!("second trading rules of the {market} symbol `{}` {}", cited(symbol), from(*since));
            once(&mut seen, (*kind, symbol, *since), &self.path, *line, second)?;
        }
        Ok(found)
    }
}

fn unknown<'a>(path: &Path, line: usize, what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Fault {
    let found = format!("unknown {what} `{}`", cited(name));
    let fix = format!("{}add it to assets.csv, or remove this table", suggestion(name, known));
    Fault::new(Fault::at(path, line), found, format!("one of the {what}s of assets.csv"), fix)
}

fn from(since: Time) -> String {
    if since == Time::MIN { "from the beginning".to_owned() } else { format!("since {since}") }
}

fn once<K: Ord>(seen: &mut BTreeMap<K, usize>, key: K, path: &Path, line: usize, found: impl Fn() -> String) -> Result<(), Fault> {
    match seen.insert(key, line) {
        None => Ok(()),
        Some(first) => {
            let found = format!("{} (the first is on line {first})", found());
            Err(Fault::new(Fault::at(path, line), found, "one for each `since`", "remove one of the two, or date it"))
        }
    }
}
