//! Income by bucket × narrative × asset × phase; every cut of it adds up to the same number, because it is the same money.

use std::collections::BTreeMap;

use crate::ledger::BySource;
use crate::market::Market;
use crate::replay::run::Attribution;
use crate::signal::regime::Regime;
use crate::strategy::Plan;
use crate::units::{AssetId, BucketId, NarrativeId, Usd};

/// Without an asset it is interest on cash.
type Cell = (BucketId, Option<NarrativeId>, Option<AssetId>, Regime);

#[derive(Debug, Default)]
pub(super) struct Cube(BTreeMap<Cell, BySource>);

impl Cube {
    pub fn add(
        &mut self,
        bucket: BucketId,
        narrative: Option<NarrativeId>,
        asset: impl Into<Option<AssetId>>,
        regime: Regime,
        income: &BySource,
    ) {
        self.0.entry((bucket, narrative, asset.into(), regime)).or_default().add(income);
    }

    pub fn cut(&self, market: &Market, plan: &Plan) -> Attribution {
        let mut by_source = BySource::default();
        for income in self.0.values() {
            by_source.add(income);
        }
        Attribution {
            by_source,
            by_bucket: self.by(|cell| cell.0, |bucket| plan.buckets[bucket.index()].name.clone()),
            by_narrative: self.by(|cell| cell.1, |id| id.map_or_else(|| "none".to_owned(), |id| market.narrative(id).to_owned())),
            by_asset: self.by(|cell| cell.2, |asset| asset.map_or_else(|| market.quote.clone(), |asset| market.asset(asset).name.clone())),
            by_regime: self.by(|cell| cell.3, |regime| regime.name().to_owned()),
        }
    }

    fn by<K: Ord>(&self, key: impl Fn(&Cell) -> K, name: impl Fn(K) -> String) -> Vec<(String, Usd)> {
        let mut sums: BTreeMap<K, Usd> = BTreeMap::new();
        for (cell, income) in &self.0 {
            *sums.entry(key(cell)).or_default() += income.total();
        }
        sums.into_iter().map(|(key, total)| (name(key), total)).collect()
    }
}
