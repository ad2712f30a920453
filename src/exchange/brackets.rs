//! Tiered maintenance margin: look-up in a table, what it allows, whether it is a table at all.
//!
//! Source: Binance USD-M tiered maintenance margin, `fidelity.md` 1.2. A bracket covers notional in `(floor, cap]`; the notional is
//! size times price, leverage included, at the price being tested.

use std::fmt;

use crate::units::Bracket;

/// Brackets assumed where a market knows none: the shape of small-cap perpetuals on a large venue in 2024, on the cautious side.
/// Amounts obey `amount[n] = amount[n−1] + floor[n]·(rate[n] − rate[n−1])`.
pub const DEFAULT_BRACKETS: [Bracket; 6] = [
    Bracket { floor: 0.0, cap: 5_000.0, rate: 0.015, max_leverage: 50.0, amount: 0.0 },
    Bracket { floor: 5_000.0, cap: 50_000.0, rate: 0.025, max_leverage: 20.0, amount: 50.0 },
    Bracket { floor: 50_000.0, cap: 250_000.0, rate: 0.05, max_leverage: 10.0, amount: 1_300.0 },
    Bracket { floor: 250_000.0, cap: 1_000_000.0, rate: 0.10, max_leverage: 5.0, amount: 13_800.0 },
    Bracket { floor: 1_000_000.0, cap: 3_000_000.0, rate: 0.125, max_leverage: 4.0, amount: 38_800.0 },
    Bracket { floor: 3_000_000.0, cap: f64::INFINITY, rate: 0.25, max_leverage: 2.0, amount: 413_800.0 },
];

/// The bracket of a notional in USD: the one with `floor < notional ≤ cap`; beyond the last cap the last one, at or below the
/// first floor the first. `None` only for an empty table.
#[must_use]
pub fn bracket(brackets: &[Bracket], notional: f64) -> Option<&Bracket> {
    let place = brackets.partition_point(|bracket| bracket.cap < notional);
    brackets.get(place.min(brackets.len().saturating_sub(1)))
}

/// Maintenance margin in USD: `notional · rate − amount`, never below zero. It does not depend on the chosen leverage.
#[must_use]
pub fn maintenance_margin(brackets: &[Bracket], notional: f64) -> f64 {
    bracket(brackets, notional).map_or(0.0, |b| (notional * b.rate - b.amount).max(0.0))
}

/// The largest leverage the venue allows at a notional.
#[must_use]
pub fn max_leverage(brackets: &[Bracket], notional: f64) -> f64 {
    bracket(brackets, notional).map_or(1.0, |b| b.max_leverage)
}

/// The largest leverage a margin may be put up with: the largest `L` no higher than the bracket of the notional `margin · L` allows.
/// `None` where the margin alone is more than the last cap, or the table is empty: such a position cannot be opened.
#[must_use]
pub fn max_leverage_of_margin(brackets: &[Bracket], margin: f64) -> Option<f64> {
    if margin <= 0.0 {
        return brackets.first().map(|b| b.max_leverage);
    }
    let reach = |b: &Bracket| b.max_leverage.min(b.cap / margin);
    // The highest bracket that can be reached holds the largest notional, and so the largest leverage on this margin.
    brackets.iter().rev().find(|b| reach(b) * margin > b.floor).map(reach).filter(|leverage| *leverage >= 1.0)
}

/// Whether a position of this post-trade notional may be held at this leverage: at least 1, at most what the bracket of the notional
/// allows, the notional within the table.
#[must_use]
pub fn leverage_allowed(brackets: &[Bracket], notional: f64, leverage: f64) -> bool {
    let within = brackets.last().is_some_and(|last| notional <= last.cap);
    within && leverage >= 1.0 && leverage <= max_leverage(brackets, notional)
}

/// The largest notional at most `notional` that may be opened with `margin · leverage` behind it: where the bracket of the
/// notional allows less leverage than asked for, the size shrinks until the bracket allows it.
#[must_use]
pub(crate) fn allowed_notional(brackets: &[Bracket], notional: f64, leverage: f64) -> f64 {
    let margin = notional / leverage;
    // Highest bracket first: in each the most one may hold is margin · max_leverage, capped by the bracket itself.
    brackets
        .iter()
        .rev()
        .filter(|b| b.floor < notional)
        .map(|b| (margin * b.max_leverage).min(b.cap).min(notional))
        .zip(brackets.iter().rev().filter(|b| b.floor < notional))
        .find(|(allowed, b)| *allowed > b.floor)
        .map_or(notional, |(allowed, _)| allowed)
}

/// The maintenance amount of a bracket from the one before: `amount + floor · (rate − rate before)`. It makes maintenance margin
/// continuous at the floor.
#[must_use]
pub fn amount_from_previous(floor: f64, rate: f64, rate_before: f64, amount_before: f64) -> f64 {
    amount_before + floor * (rate - rate_before)
}

/// What is wrong with a table: the place of the bracket, counted from 0, and what it breaks.
#[derive(Clone, Debug, PartialEq)]
pub struct TableFault {
    pub bracket: usize,
    pub flaw: Flaw,
}

/// A rule of tables and how it is broken.
#[derive(Clone, Debug, PartialEq)]
pub enum Flaw {
    /// No brackets.
    Empty,
    /// The floor is not where the bracket before ends (0 for the first): a hole or an overlap.
    Floor { found: f64, due: f64 },
    /// The cap is not above the floor.
    Cap { floor: f64, cap: f64 },
    /// The maintenance rate is outside `(0, 1)` or below that of the bracket before.
    Rate { found: f64, before: f64 },
    /// The leverage is below 1, above that of the bracket before, or leaves the initial margin below the maintenance margin.
    Leverage { found: f64, before: f64 },
    /// The amount breaks the recursion.
    Amount { found: f64, due: f64 },
}

impl fmt::Display for TableFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.flaw != Flaw::Empty {
            write!(f, "bracket {}: ", self.bracket + 1)?;
        }
        match &self.flaw {
            Flaw::Empty => write!(f, "a table without brackets"),
            Flaw::Floor { found, due } => write!(f, "floor {found}, but the bracket before ends at {due}: a hole or an overlap"),
            Flaw::Cap { floor, cap } => write!(f, "cap {cap}, not above floor {floor}"),
            Flaw::Rate { found, before } => write!(f, "maintenance rate {found}: a fraction above 0, below 1, at least {before}"),
            Flaw::Leverage { found, before } => {
                write!(f, "max leverage {found}: at least 1, at most {before}, its initial margin no less than the maintenance margin")
            }
            Flaw::Amount { found, due } => write!(f, "maintenance amount {found}, but floor and rates make it {due}"),
        }
    }
}

impl std::error::Error for TableFault {}

/// Whether the brackets are a table: contiguous from 0, rates rising, leverage falling, amounts by the recursion (to the cent exchanges
/// print, or a millionth).
///
/// # Errors
/// The first bracket that breaks a rule.
pub fn check_table(brackets: &[Bracket]) -> Result<(), TableFault> {
    if brackets.is_empty() {
        return Err(TableFault { bracket: 0, flaw: Flaw::Empty });
    }
    let mut before = Bracket { floor: 0.0, cap: 0.0, rate: 0.0, max_leverage: f64::INFINITY, amount: 0.0 };
    for (place, b) in brackets.iter().enumerate() {
        let due = if place == 0 { 0.0 } else { amount_from_previous(b.floor, b.rate, before.rate, before.amount) };
        let flaw = if b.floor != before.cap {
            Some(Flaw::Floor { found: b.floor, due: before.cap })
        } else if b.cap.is_nan() || b.cap <= b.floor {
            Some(Flaw::Cap { floor: b.floor, cap: b.cap })
        } else if !(b.rate > 0.0 && b.rate < 1.0 && b.rate >= before.rate) {
            Some(Flaw::Rate { found: b.rate, before: before.rate })
        } else if !(b.max_leverage >= 1.0 && b.max_leverage <= before.max_leverage && b.max_leverage * b.rate <= 1.0) {
            Some(Flaw::Leverage { found: b.max_leverage, before: before.max_leverage })
        } else if b.amount.is_nan() || (b.amount - due).abs() > 0.01 + 1e-6 * due.abs() {
            Some(Flaw::Amount { found: b.amount, due })
        } else {
            None
        };
        if let Some(flaw) = flaw {
            return Err(TableFault { bracket: place, flaw });
        }
        before = *b;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_table_is_one() {
        check_table(&DEFAULT_BRACKETS).unwrap();
        for pair in DEFAULT_BRACKETS.windows(2) {
            assert_eq!(pair[0].cap, pair[1].floor);
        }
    }

    #[test]
    fn broken_tables_are_refused_by_bracket() {
        let empty = check_table(&[]).unwrap_err();
        assert_eq!((empty.to_string(), empty.flaw), ("a table without brackets".to_owned(), Flaw::Empty));
        let broken = |change: fn(&mut [Bracket; 6])| {
            let mut table = DEFAULT_BRACKETS;
            change(&mut table);
            check_table(&table).unwrap_err()
        };
        assert!(matches!(broken(|t| t[2].floor = 60_000.0), TableFault { bracket: 2, flaw: Flaw::Floor { .. } }));
        assert!(matches!(broken(|t| t[0].floor = 1.0), TableFault { bracket: 0, flaw: Flaw::Floor { .. } }));
        assert!(matches!(broken(|t| t[1].cap = 4_000.0), TableFault { bracket: 1, flaw: Flaw::Cap { .. } }));
        assert!(matches!(broken(|t| t[3].rate = 0.01), TableFault { bracket: 3, flaw: Flaw::Rate { .. } }));
        assert!(matches!(broken(|t| t[3].rate = f64::NAN), TableFault { bracket: 3, flaw: Flaw::Rate { .. } }));
        assert!(matches!(broken(|t| t[0].rate = 0.0), TableFault { bracket: 0, flaw: Flaw::Rate { .. } }));
        assert!(matches!(broken(|t| t[5].rate = 1.0), TableFault { bracket: 5, flaw: Flaw::Rate { .. } }));
        assert!(broken(|t| t[2].floor = 60_000.0).to_string().starts_with("bracket 3: floor 60000, but the bracket before ends at "));
        assert!(matches!(broken(|t| t[4].max_leverage = 0.5), TableFault { bracket: 4, flaw: Flaw::Leverage { .. } }));
        assert!(matches!(broken(|t| t[4].max_leverage = 6.0), TableFault { bracket: 4, flaw: Flaw::Leverage { .. } }));
        assert!(matches!(broken(|t| t[0].amount = 5.0), TableFault { bracket: 0, flaw: Flaw::Amount { .. } }));
        assert!(matches!(broken(|t| t[5].amount = 413_000.0), TableFault { bracket: 5, flaw: Flaw::Amount { .. } }));
    }

    #[test]
    fn leverage_of_a_margin_lies_in_its_own_bracket() {
        assert_eq!(max_leverage_of_margin(&DEFAULT_BRACKETS, 0.0), Some(50.0));
        assert_eq!(max_leverage_of_margin(&DEFAULT_BRACKETS, 100.0), Some(50.0));
        // 200 at 50x would be 10,000, where 20x is the most: 5,000 at 25x is what remains.
        assert_eq!(max_leverage_of_margin(&DEFAULT_BRACKETS, 200.0), Some(25.0));
        for margin in [1.0, 90.0, 260.0, 2_400.0, 2_600.0, 24_000.0, 60_000.0, 260_000.0, 9e6] {
            let leverage = max_leverage_of_margin(&DEFAULT_BRACKETS, margin).unwrap();
            assert!(leverage_allowed(&DEFAULT_BRACKETS, margin * leverage * (1.0 - 1e-12), leverage), "{margin} at {leverage}");
        }
        let small = &DEFAULT_BRACKETS[..5];
        // The last cap is still within the table.
        let cap = small[4].cap;
        assert!(leverage_allowed(small, cap, 1.0) && !leverage_allowed(small, cap + 1.0, 1.0));
        assert_eq!(max_leverage_of_margin(small, 3_000_001.0), None);
        assert!(!leverage_allowed(small, 3_000_001.0, 1.0));
    }
}
