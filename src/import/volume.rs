//! Volume in units of the symbol, whatever a venue counts it in.

use crate::import::bars::Raw;
use crate::import::kind::{Content, Origin};
use crate::import::mapping::{Mapping, VolumeUnit};
use crate::import::meaning::Meaning;
use crate::import::part::{LeftOut, Remark};
use crate::import::symbol::Pair;
use crate::market::Kind;

/// How far the quote volume of a bar may be from volume times price until volume is counted in something else.
const SAME: std::ops::Range<f64> = 0.5..2.0;

/// Turns the volume of every row into coins.
///
/// # Errors
/// A mapping says contracts and not of which size.
pub(super) fn in_coins(rows: &mut [Raw], meaning: &Meaning, pair: &Pair, mapping: &Mapping, left: &mut LeftOut) -> Result<(), String> {
    match meaning.volume {
        Some(VolumeUnit::Base) => {}
        Some(VolumeUnit::Quote) => {
            left.remarks.push(Remark::VolumeInQuote);
            out_of_quote(rows);
        }
        Some(VolumeUnit::Contracts) => contracts(rows, pair, mapping, left)?,
        _ if meaning.origin == Origin::Okx && meaning.content == Content::Bars(Kind::Perp) => {
            // OKX counts swaps in contracts and says the coins beside.
            for row in rows.iter_mut().filter(|row| row.coin_volume.is_finite()) {
                row.bar.volume = row.coin_volume;
            }
        }
        _ => by_quote_volume(rows, left),
    }
    Ok(())
}

/// Coins of each contract by the mapping, by the quote volume, or assumed.
fn contracts(rows: &mut [Raw], pair: &Pair, mapping: &Mapping, left: &mut LeftOut) -> Result<(), String> {
    let sizes = &mapping.contract_size;
    let stated = sizes.get(&pair.symbol()).or_else(|| sizes.get(&format!("{}_{}", pair.base, pair.quote))).or_else(|| sizes.get("*"));
    if let Some(size) = stated {
        for row in rows {
            row.bar.volume *= size;
        }
        return Ok(());
    }
    if rows.iter().any(|row| row.quote_volume > 0.0) {
        by_quote_volume(rows, left);
        return Ok(());
    }
    if mapping.volume == Some(VolumeUnit::Contracts) {
        return Err(format!("volume in contracts of unknown size: say contract_size.{} in the mapping", pair.symbol()));
    }
    left.remarks.push(Remark::ContractsOfOne);
    out_of_quote(rows);
    Ok(())
}

/// What volume in the currency of prices buys at the close.
fn out_of_quote(rows: &mut [Raw]) {
    for row in rows {
        row.bar.volume /= row.bar.close;
    }
}

/// Where the quote volume is not about volume times price, volume counts contracts, and the quote volume says how many coins they were.
fn by_quote_volume(rows: &mut [Raw], left: &mut LeftOut) {
    let middle = middle(rows, |row| row.quote_volume / (row.bar.volume * row.bar.close));
    if middle.is_nan() || SAME.contains(&middle) {
        return;
    }
    if SAME.contains(&reversed(rows)) {
        // Some venues call coins the amount and the currency of prices the volume.
        left.remarks.push(Remark::VolumeInQuote);
        for row in rows.iter_mut().filter(|row| row.quote_volume.is_finite()) {
            row.bar.volume = row.quote_volume;
        }
        return;
    }
    left.remarks.push(Remark::ContractsByQuote);
    for row in rows.iter_mut().filter(|row| row.quote_volume.is_finite()) {
        row.bar.volume = row.quote_volume / ((row.bar.high + row.bar.low + row.bar.close) / 3.0);
    }
}

/// The same with the two volumes exchanged.
fn reversed(rows: &[Raw]) -> f64 {
    middle(rows, |row| row.bar.volume / (row.quote_volume * row.bar.close))
}

/// The middle one of a ratio over the bars that traded; NaN of none.
fn middle(rows: &[Raw], ratio: fn(&Raw) -> f64) -> f64 {
    let mut ratios: Vec<f64> = rows.iter().filter(|row| row.bar.volume > 0.0 && row.quote_volume > 0.0).map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}
