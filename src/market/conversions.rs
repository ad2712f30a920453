//! `conversions.csv`: coins that became other coins, in kind. Who holds the old one gets the other, and nobody sells anything.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::market::Membership;
use crate::market::assets::Roster;
use crate::market::plausible::{CONVERSION_RATIOS, within};
use crate::market::quote_field::{cited, numeral};
use crate::market::table::{Row, Table};
use crate::units::{AssetId, Time};

pub(super) const COLUMNS: [&str; 4] = ["asset", "to", "ratio", "known_at"];

/// A way longer than this is a slip: whoever has walked all of it had one coin become another every year since there are coins.
const MOST_STEPS: usize = 16;

/// One coin becomes another: RNDR became RENDER, one for one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conversion {
    pub asset: AssetId,
    pub to: AssetId,
    /// Units of `to` for one of `asset`.
    pub ratio: f64,
    /// When it was announced.
    pub known_at: Time,
    /// Nobody is converted before this, where the announcement named a date.
    pub since: Option<Time>,
}

impl Conversion {
    /// The first instant at which a coin that does not trade is the other one.
    #[must_use]
    pub fn in_force(&self) -> Time {
        self.since.map_or(self.known_at, |since| since.max(self.known_at))
    }
}

/// At most one of each asset, ascending in asset.
///
/// # Errors
/// Unknown assets, unparsable fields, a ratio that nobody announces, an asset that becomes itself, two things, or by way of others itself again,
/// a spot coin that becomes one without a spot market.
pub(super) fn conversions(table: &Table, roster: &Roster) -> Result<Vec<Conversion>, Fault> {
    let mut found: BTreeMap<AssetId, (Conversion, Row<'_>)> = BTreeMap::new();
    for row in table.rows() {
        let conversion = read(row, roster)?;
        if let Some((_, first)) = found.get(&conversion.asset) {
            let again = format!("a second conversion of `{}` (the first is on line {})", cited(row.text("asset")), first.line);
            return Err(row.fault(again, "one conversion of each asset", "remove the wrong one"));
        }
        found.insert(conversion.asset, (conversion, row));
    }
    refuse_endless(&found)?;
    Ok(found.into_values().map(|(conversion, _)| conversion).collect())
}

/// The first line of the file that leads back to its own asset, or too far.
fn refuse_endless(found: &BTreeMap<AssetId, (Conversion, Row<'_>)>) -> Result<(), Fault> {
    let mut in_file: Vec<&(Conversion, Row<'_>)> = found.values().collect();
    in_file.sort_by_key(|(_, row)| row.line);
    let way = |conversion: &Conversion| {
        std::iter::successors(Some(conversion.to), |at| found.get(at).map(|(conversion, _)| conversion.to)).take(MOST_STEPS + 1)
    };
    if let Some((_, row)) = in_file.iter().find(|(conversion, _)| way(conversion).any(|at| at == conversion.asset)) {
        let circle = format!("`{}` becomes itself again by way of `{}`", cited(row.text("asset")), cited(row.text("to")));
        return Err(row.fault(circle, "conversions that lead to a coin which stays", "remove the one that leads back"));
    }
    if let Some((_, row)) = in_file.iter().find(|(conversion, _)| way(conversion).count() > MOST_STEPS) {
        let long = format!("`{}` becomes more than {MOST_STEPS} others, one after the other", cited(row.text("asset")));
        return Err(row.fault(long, format!("at most {MOST_STEPS}"), "check that each line names the coin it became"));
    }
    Ok(())
}

fn read(row: Row<'_>, roster: &Roster) -> Result<Conversion, Fault> {
    let (asset, to) = (roster.named(row)?, roster.named_in(row, "to")?);
    if asset == to {
        let found = format!("`{}` becomes itself", cited(row.text("asset")));
        return Err(row.fault(found, "another asset in column `to`", "name the coin it became, or remove this line"));
    }
    let ratio = row.number("ratio")?;
    if !within(CONVERSION_RATIOS, ratio) {
        let expected = "units of `to` for one of `asset`, from 1e-9 to 1e9";
        return Err(row.fault(format!("ratio {}", numeral(ratio)), expected, "write 1 where one becomes one"));
    }
    if roster.assets[asset.index()].spot.is_some() && roster.assets[to.index()].spot.is_none() {
        let found = format!("`{}` has a spot market and `{}` has none", cited(row.text("asset")), cited(row.text("to")));
        let fix = "add its spot symbol to assets.csv, or remove this line: holders are then forced out at the end of the listing";
        return Err(row.fault(found, "a spot market of what holders get", fix));
    }
    let since = if row.text("since").is_empty() { None } else { Some(row.time("since")?) };
    Ok(Conversion { asset, to, ratio, known_at: row.time("known_at")?, since })
}

/// The labels that coins inherit: what another one became belongs, from the announcement on, to the narratives of that one, until they end or
/// somebody labels it for itself. In the order of the assets that inherit.
pub(super) fn inherited(own: &[Membership], conversions: &[Conversion]) -> Vec<Membership> {
    let mut heirs: Vec<AssetId> = conversions.iter().map(|conversion| conversion.to).collect();
    heirs.sort_unstable();
    heirs.dedup();
    heirs.into_iter().flat_map(|heir| inheritance(heir, own, conversions)).collect()
}

/// No conversion leads back to its asset, so this comes to an end.
fn inheritance(heir: AssetId, own: &[Membership], conversions: &[Conversion]) -> Vec<Membership> {
    let labelled = own.iter().filter(|label| label.asset == heir).map(|label| label.since).min();
    let earliest = |a: Option<Time>, b: Option<Time>| a.into_iter().chain(b).min();
    let mut found = Vec::new();
    for conversion in conversions.iter().filter(|conversion| conversion.to == heir) {
        let before = inheritance(conversion.asset, own, conversions);
        for label in own.iter().filter(|label| label.asset == conversion.asset).chain(&before) {
            let (since, until) = (label.since.max(conversion.known_at), earliest(label.until, labelled));
            if until.is_none_or(|until| since < until) {
                found.push(Membership { asset: heir, since, until, ..label.clone() });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::NarrativeId;

    const DAY: i64 = 86_400;

    fn label(asset: u16, narrative: u16, since: i64, until: Option<i64>) -> Membership {
        let at = |day: i64| Time::from_seconds(day * DAY);
        Membership {
            asset: AssetId(asset),
            narrative: NarrativeId(narrative),
            since: at(since),
            until: until.map(at),
            source: String::new(),
        }
    }

    fn became(asset: u16, to: u16, known_at: i64) -> Conversion {
        Conversion { asset: AssetId(asset), to: AssetId(to), ratio: 1.0, known_at: Time::from_seconds(known_at * DAY), since: None }
    }

    fn rows(own: &[Membership], conversions: &[Conversion]) -> Vec<(u16, u16, i64, Option<i64>)> {
        let day = |time: Time| time.seconds() / DAY;
        inherited(own, conversions).iter().map(|m| (m.asset.0, m.narrative.0, day(m.since), m.until.map(day))).collect()
    }

    #[test]
    fn labels_go_along_until_they_end() {
        let own = [label(0, 0, 0, None), label(0, 1, 3, Some(20)), label(0, 2, 0, Some(10)), label(0, 3, 15, None)];
        // Known on day 10: what had ended by then is not inherited, what begins later is from its beginning on.
        assert_eq!(rows(&own, &[became(0, 1, 10)]), [(1, 0, 10, None), (1, 1, 10, Some(20)), (1, 3, 15, None)]);
        assert_eq!(rows(&own, &[]), []);
    }

    #[test]
    fn labels_of_its_own_end_what_is_inherited() {
        let own = [label(0, 0, 0, None), label(1, 1, 12, Some(14))];
        assert_eq!(rows(&own, &[became(0, 1, 10)]), [(1, 0, 10, Some(12))]);
        assert_eq!(rows(&own, &[became(0, 1, 12)]), []);
    }

    #[test]
    fn labels_go_along_a_chain_and_from_more_than_one() {
        let own = [label(0, 0, 0, None), label(3, 1, 0, None)];
        let rows = rows(&own, &[became(0, 1, 10), became(1, 2, 20), became(3, 2, 5)]);
        assert_eq!(rows, [(1, 0, 10, None), (2, 0, 20, None), (2, 1, 5, None)]);
    }
}
