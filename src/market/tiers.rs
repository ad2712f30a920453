//! `margin-tiers.csv`: maintenance-margin tables, refused where they break the arithmetic of the exchange.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::market::assets::Roster;
use crate::market::plausible::LARGEST_LEVERAGE;
use crate::market::quote_field::{cited, numeral};
use crate::market::table::{Row, Table};
use crate::market::{Bracket, Kind, TierTable};
use crate::units::{InstrumentId, Time};

pub(super) const COLUMNS: [&str; 7] =
    ["since", "perp", "floor_usd", "cap_usd", "maintenance_rate", "max_leverage", "maintenance_amount_usd"];

/// Tables per instrument, ascending in `since`.
///
/// # Errors
/// Unknown perpetuals, unparsable fields, gaps or overlaps, rates out of `[0, 1)`, leverage below one, maintenance amounts that break
/// `amount[n] = amount[n−1] + floor[n] · (rate[n] − rate[n−1])` (`fidelity.md` 1.2; it makes maintenance margin continuous).
pub(super) fn tiers(table: &Table, roster: &Roster) -> Result<Vec<Vec<TierTable>>, Fault> {
    let mut perps: BTreeMap<&str, Vec<InstrumentId>> = BTreeMap::new();
    for (id, symbol) in roster.symbols(Kind::Perp) {
        perps.entry(symbol).or_default().push(id);
    }
    let mut groups: BTreeMap<(&str, Time), Vec<Bracket>> = BTreeMap::new();
    for row in table.rows() {
        let since = row.time("since")?;
        let symbol = row.text("perp");
        if !perps.contains_key(symbol) {
            let expected = "a perp symbol of assets.csv";
            return Err(row.fault(format!("unknown perpetual `{}`", cited(symbol)), expected, "add it to assets.csv or remove this line"));
        }
        let bracket = Bracket {
            floor: row.number("floor_usd")?,
            // The last bracket may be open-ended.
            cap: if row.text("cap_usd").is_empty() { f64::INFINITY } else { row.number("cap_usd")? },
            rate: row.number("maintenance_rate")?,
            max_leverage: row.number("max_leverage")?,
            amount: row.number("maintenance_amount_usd")?,
        };
        let brackets = groups.entry((symbol, since)).or_default();
        check(row, brackets.last(), bracket)?;
        brackets.push(bracket);
    }
    let mut found: Vec<Vec<TierTable>> = vec![Vec::new(); roster.instruments.len()];
    for ((symbol, since), brackets) in groups {
        // Coins that had the symbol one after the other are all margined by its tables.
        for id in &perps[symbol] {
            found[id.index()].push(TierTable { since, brackets: brackets.clone() });
        }
    }
    Ok(found)
}

fn check(row: Row<'_>, before: Option<&Bracket>, bracket: Bracket) -> Result<(), Fault> {
    let Bracket { floor, cap, rate, max_leverage, amount } = bracket;
    let wrong = |found: String, expected: String| {
        Err(row.fault(found, expected, "mend the table: all brackets of one perpetual, in ascending order"))
    };
    let (reaches, due) = before.map_or((0.0, 0.0), |b| (b.cap, b.amount + floor * (rate - b.rate)));
    if reaches.is_infinite() {
        let expected = "an empty cap_usd in the last bracket only".to_owned();
        return wrong(format!("a bracket from floor_usd {} after an open-ended one", numeral(floor)), expected);
    }
    if floor != reaches {
        return wrong(
            format!("floor_usd {}: a gap or an overlap", numeral(floor)),
            format!("{}, where the bracket before ends", numeral(reaches)),
        );
    }
    if cap <= floor {
        return wrong(format!("cap_usd {}, not above floor_usd {}", numeral(cap), numeral(floor)), "a cap above the floor".to_owned());
    }
    if !(0.0..1.0).contains(&rate) {
        return wrong(format!("maintenance_rate {}", numeral(rate)), "a fraction from 0, below 1".to_owned());
    }
    if !(1.0..=LARGEST_LEVERAGE).contains(&max_leverage) {
        return wrong(format!("max_leverage {}", numeral(max_leverage)), format!("a leverage from 1 to {LARGEST_LEVERAGE}"));
    }
    // Exchanges print whole cents.
    if (amount - due).abs() > 0.01 + 1e-6 * due.abs() {
        let formula = "the amount before + floor_usd · (maintenance_rate − the rate before)";
        return wrong(format!("maintenance_amount_usd {}", numeral(amount)), format!("{due:.2}: {formula}"));
    }
    Ok(())
}
