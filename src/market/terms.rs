//! Spreads and trading rules in force at an instant.

use crate::market::{Market, SpreadOf, TradingRules};
use crate::units::{AssetId, InstrumentId, Time};

impl Market {
    /// Half the distance between bid and ask at `now`, as a fraction of the price: the asset's own dated one, else that of the tier it
    /// has at `now`, else the tier's of [`crate::market::VenueCosts`].
    #[must_use]
    pub fn half_spread_at(&self, asset: AssetId, now: Time) -> f64 {
        let tier = self.tier_at(asset, now);
        let dated = |of: SpreadOf| in_force(&self.spreads, |row| (row.of, row.since), of, now);
        let found = dated(SpreadOf::Asset(asset)).or_else(|| dated(SpreadOf::Tier(tier)));
        found.map_or(self.costs.half_spread[tier as usize], |row| row.half_spread)
    }

    /// The trading rules in force at `now`: those of the instrument, and the market's own smallest order where they name none.
    #[must_use]
    pub fn rules_at(&self, id: InstrumentId, now: Time) -> TradingRules {
        let rules = in_force(&self.rules, |row| (row.id, row.since), id, now).map(|row| row.rules).unwrap_or_default();
        let least = if rules.min_notional > 0.0 { rules.min_notional } else { self.costs.min_notional };
        TradingRules { min_notional: least, ..rules }
    }
}

/// The latest row of `of` that began at or before `now`; rows ascend in `key`.
fn in_force<R, K: Copy + Ord>(rows: &[R], key: impl Fn(&R) -> (K, Time), of: K, now: Time) -> Option<&R> {
    let begun = rows.partition_point(|row| key(row) <= (of, now));
    rows[..begun].last().filter(|row| key(row).0 == of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_row_that_has_begun_is_in_force() {
        let at = Time::from_seconds;
        let rows = [('a', at(10), 1), ('a', at(20), 2), ('c', Time::MIN, 3)];
        let found = |of: char, now: i64| in_force(&rows, |row| (row.0, row.1), of, at(now)).map(|row| row.2);
        assert_eq!([found('a', 9), found('a', 10), found('a', 19), found('a', 20)], [None, Some(1), Some(1), Some(2)]);
        assert_eq!([found('b', 99), found('c', -99), found('d', 99)], [None, Some(3), None]);
    }
}
