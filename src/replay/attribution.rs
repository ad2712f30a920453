//! Income by month × bucket × narrative × asset × regime; every cut of it adds up to the same number, because it is the same money.

use std::collections::BTreeMap;

use crate::ledger::BySource;
use crate::market::Market;
use crate::replay::run::{Attribution, Contribution, FundingLines};
use crate::signal::regime::Regime;
use crate::strategy::Plan;
use crate::units::{AssetId, BucketId, NarrativeId, Time, Usd};

/// Where income belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    pub bucket: BucketId,
    pub narrative: Option<NarrativeId>,
    /// Without one it is interest on cash.
    pub asset: Option<AssetId>,
}

/// When it was earned: the calendar month (UTC) of the bar's open, by its first instant, and the regime known there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Season {
    pub month: Time,
    pub regime: Regime,
}

#[derive(Debug, Default)]
pub(super) struct Cube(BTreeMap<(Season, Cell), (BySource, FundingLines)>);

impl Cube {
    /// Adds income that has not been handed over yet, and the lines of its funding.
    pub fn add(&mut self, season: Season, cell: Cell, income: &BySource, funding: &FundingLines) {
        let sums = self.0.entry((season, cell)).or_default();
        sums.0.add(income);
        sums.1.add(funding);
    }

    /// # Panics
    /// When the lines of a cell's funding are not its funding: a bug of ours.
    pub fn cut(&self, market: &Market, plan: &Plan) -> Attribution {
        let row = |(&(season, cell), &(income, funding)): (&(Season, Cell), &(BySource, FundingLines))| {
            assert!(funding.total() == income.funding, "funding of {cell:?} in {season:?}: {funding:?} is not {}", income.funding);
            let (Season { month, regime }, Cell { bucket, narrative, asset }) = (season, cell);
            Contribution { month, regime, bucket, narrative, asset, income, funding }
        };
        let cube: Vec<Contribution> = self.0.iter().map(row).collect();
        let (mut by_source, mut funding) = (BySource::default(), FundingLines::default());
        for row in &cube {
            by_source.add(&row.income);
            funding.add(&row.funding);
        }
        Attribution {
            by_source,
            funding,
            by_bucket: by(&cube, |row| row.bucket, |bucket| plan.buckets[bucket.index()].name.clone()),
            by_narrative: by(&cube, |row| row.narrative, |id| id.map_or_else(|| "none".to_owned(), |id| market.narrative(id).to_owned())),
            by_asset: by(
                &cube,
                |row| row.asset,
                |asset| asset.map_or_else(|| market.quote.clone(), |asset| market.asset(asset).name.clone()),
            ),
            by_regime: by(&cube, |row| row.regime, |regime| regime.name().to_owned()),
            by_month: by(&cube, |row| row.month, |month| month.date()[..7].to_owned()),
            cube,
        }
    }
}

fn by<K: Ord>(cube: &[Contribution], key: impl Fn(&Contribution) -> K, name: impl Fn(K) -> String) -> Vec<(String, Usd)> {
    let mut sums: BTreeMap<K, Usd> = BTreeMap::new();
    for row in cube {
        *sums.entry(key(row)).or_default() += row.income.total();
    }
    sums.into_iter().map(|(key, total)| (name(key), total)).collect()
}
