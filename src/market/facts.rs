//! Dated facts about assets and narratives: labels, market caps, evidence.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::market::assets::Roster;
use crate::market::names;
use crate::market::plausible::LARGEST_CAP;
use crate::market::quote_field::{cited, numeral};
use crate::market::table::Table;
use crate::market::{CapFact, Evidence, Membership, Subject};
use crate::names::suggestion;
use crate::units::NarrativeId;

pub(super) const NARRATIVES: [&str; 4] = ["asset", "narrative", "since", "until"];
pub(super) const CAPS: [&str; 4] = ["known_at", "asset", "market_cap_usd", "rank"];
pub(super) const EVIDENCE: [&str; 3] = ["known_at", "metric", "value"];

/// What reports call the narrative of what has none.
const NOBODYS: &str = "none";

/// Narratives in order of first appearance, and who belonged to them when.
///
/// # Errors
/// Unknown assets, unparsable times, a membership that ends before it begins, a narrative without a name or
/// with one that is not fit.
pub(super) fn memberships(table: &Table, roster: &Roster) -> Result<(Vec<String>, Vec<Membership>), Fault> {
    let mut names: Vec<String> = Vec::new();
    let mut ids: BTreeMap<String, NarrativeId> = BTreeMap::new();
    let mut found = Vec::new();
    for row in table.rows() {
        let asset = roster.named(row)?;
        let name = row.name("narrative")?;
        if name.eq_ignore_ascii_case(NOBODYS) {
            return Err(row.fault(
                format!("a narrative called `{name}`"),
                "another name: reports call so what was bought without regard to a narrative",
                "rename it, or remove this line where the asset has no narrative",
            ));
        }
        if name.is_empty() {
            return Err(row.fault("a membership without a narrative", "a name in column `narrative`", "name it or remove this line"));
        }
        let since = row.time("since")?;
        let until = if row.text("until").is_empty() { None } else { Some(row.time("until")?) };
        if let Some(until) = until.filter(|&until| until <= since) {
            let found = format!("a membership from {since} until {until}");
            return Err(row.fault(found, "`since` before `until`", "exchange or widen them"));
        }
        let narrative = *ids.entry(name.to_owned()).or_insert_with(|| {
            names.push(name.to_owned());
            NarrativeId::new(names.len() - 1)
        });
        found.push(Membership { asset, narrative, since, until, source: row.fit("source", names::line)?.to_owned() });
    }
    Ok((names, found))
}

/// Market caps per asset, ascending in `known_at`.
///
/// # Errors
/// Unknown assets, unparsable times or numbers, a cap that is not above zero, a rank that is no whole number from one, two different facts for one instant.
pub(super) fn caps(table: &Table, roster: &Roster) -> Result<Vec<Vec<CapFact>>, Fault> {
    let mut facts: Vec<Vec<(CapFact, usize)>> = vec![Vec::new(); roster.assets.len()];
    for row in table.rows() {
        let (known_at, asset, cap_usd) = (row.time("known_at")?, roster.named(row)?, row.number("market_cap_usd")?);
        if cap_usd <= 0.0 || cap_usd > LARGEST_CAP {
            let expected = "a market cap above zero, at most 1e16 USD";
            return Err(row.fault(format!("market_cap_usd {}", numeral(cap_usd)), expected, "mend or remove this line"));
        }
        let rank = row.text("rank");
        let rank = match rank.parse::<f64>() {
            _ if rank.is_empty() => None,
            Ok(rank) if rank >= 1.0 && rank <= f64::from(u32::MAX) && rank.fract() == 0.0 => Some(rank as u32),
            _ => {
                return Err(row.fault(
                    format!("`{}` in column `rank`", cited(rank)),
                    "a whole number from 1, or nothing",
                    "mend or remove this line",
                ));
            }
        };
        let fact = CapFact { known_at, cap_usd, rank };
        let known = &mut facts[asset.index()];
        known.push((fact, row.line));
    }
    for known in &mut facts {
        known.sort_by_key(|(fact, _)| fact.known_at);
        known.dedup_by(|later, earlier| later.0 == earlier.0);
        if let Some(pair) = known.windows(2).find(|pair| pair[0].0.known_at == pair[1].0.known_at) {
            let (first, second) = (pair[0].1, pair[1].1);
            let row = table.rows().find(|row| row.line == second);
            let found = format!("a second, different market cap for {} (the first is on line {first})", pair[1].0.known_at);
            if let Some(row) = row {
                return Err(row.fault(found, "one market cap of an asset for each instant", "remove the wrong one"));
            }
        }
    }
    Ok(facts.into_iter().map(|known| known.into_iter().map(|(fact, _)| fact).collect()).collect())
}

/// Evidence of one file, in its order.
///
/// # Errors
/// Neither or both of asset and narrative, unknown ones, unparsable times or numbers, no metric.
pub(super) fn evidence(table: &Table, roster: &Roster, narratives: &[String]) -> Result<Vec<Evidence>, Fault> {
    let mut found = Vec::new();
    for row in table.rows() {
        let known_at = row.time("known_at")?;
        let narrative = row.text("narrative");
        let subject = match (narrative.is_empty(), row.text("asset").is_empty()) {
            (true, false) => Subject::Asset(roster.named(row)?),
            (false, true) => {
                let id = narratives.iter().position(|name| name == narrative).ok_or_else(|| {
                    let expected = "a narrative of narratives.csv";
                    let near = suggestion(narrative, narratives.iter().map(String::as_str));
                    let fix = format!("{near}add it to narratives.csv or remove this line");
                    row.fault(format!("unknown narrative `{}`", cited(narrative)), expected, &fix)
                })?;
                Subject::Narrative(NarrativeId::new(id))
            }
            _ => {
                let expected = "an asset or a narrative, one of the two";
                return Err(row.fault("evidence about neither or both", expected, "fill exactly one of the two columns"));
            }
        };
        let (metric, value) = (row.name("metric")?.to_owned(), row.number("value")?);
        if metric.is_empty() {
            return Err(row.fault("evidence without a metric", "a name in column `metric`", "name it or remove this line"));
        }
        found.push(Evidence { known_at, subject, metric, value });
    }
    Ok(found)
}
