//! A strategy made ready for one market: names become identities; what the market lacks becomes a caution.

use crate::signal::History;
use crate::signal::universe::Gates;
use crate::strategy::{CrowdingExit, Hold, Leverage, LossExit, Rebalance, Score, Selection, Stop, Strategy, Weigh};
use crate::units::{AssetId, BucketId, Direction, Span};

#[derive(Clone, Debug)]
pub struct Plan {
    pub name: String,
    pub about: String,
    pub decide: Span,
    pub rebalance: Rebalance,
    pub buckets: Vec<PlanBucket>,
    pub waterfall: Option<PlanWaterfall>,
    /// Coins asked for that the market does not have.
    pub cautions: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct PlanWaterfall {
    pub from: BucketId,
    pub to: Vec<(BucketId, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    Cash,
    Spot,
    Perp,
}

#[derive(Clone, Debug)]
pub struct PlanBucket {
    pub id: BucketId,
    pub name: String,
    pub weight: f64,
    pub holding: Holding,
    pub direction: Direction,
    pub gates: Gates,
    pub selection: Selection,
    pub score: Option<Score>,
    pub enter_above: Option<f64>,
    pub enter_below: Option<f64>,
    pub weigh: Weigh,
    /// Stated shares, resolved.
    pub fixed: Vec<(AssetId, f64)>,
    pub review: Span,
    pub leverage: Leverage,
    pub stop: Option<Stop>,
    pub exit: Option<CrowdingExit>,
    pub exit_score: Option<LossExit>,
    pub cooldown: Span,
    pub top_up: Option<PlanTopUp>,
}

#[derive(Clone, Copy, Debug)]
pub struct PlanTopUp {
    pub from: BucketId,
    pub every: Span,
    pub below: f64,
}

impl Plan {
    /// Resolves a validated strategy against the names of a market (any history of it will do: names do not change).
    #[must_use]
    pub fn new(strategy: &Strategy, names: &History) -> Self {
        let directory = names.directory();
        let bucket_id = |name: &str| BucketId::new(strategy.buckets.get_index_of(name).expect("validated: the bucket exists"));
        let mut cautions = Vec::new();
        let mut buckets = Vec::new();
        for (at, (name, bucket)) in strategy.buckets.iter().enumerate() {
            let (holding, selection) = match &bucket.hold {
                Hold::Cash => (Holding::Cash, Selection::default()),
                Hold::Spot(selection) => (Holding::Spot, selection.clone()),
                Hold::Perp(selection) => (Holding::Perp, selection.clone()),
            };
            let mut resolve = |asset: &String| {
                let found = directory.asset_named(asset);
                if found.is_none() {
                    cautions
                        .push(format!("bucket `{name}` asks for {asset}, which the market does not have: its share stays in stablecoins"));
                }
                found
            };
            let assets = selection.assets.as_ref().map(|names| names.iter().filter_map(&mut resolve).collect::<Vec<_>>());
            let fixed = match &bucket.weigh {
                Weigh::Fixed(shares) => shares.iter().filter_map(|(asset, &share)| Some((resolve(asset)?, share))).collect(),
                _ => Vec::new(),
            };
            buckets.push(PlanBucket {
                id: BucketId::new(at),
                name: name.clone(),
                weight: bucket.weight,
                holding,
                direction: bucket.direction,
                gates: Gates {
                    assets,
                    tiers: selection.tier.clone(),
                    rank: selection.rank,
                    min_age: selection.min_age,
                    min_daily_volume: selection.min_daily_volume,
                    ..Gates::default()
                },
                selection,
                score: bucket.score,
                enter_above: bucket.enter_above,
                enter_below: bucket.enter_below,
                weigh: bucket.weigh.clone(),
                fixed,
                review: bucket.review.unwrap_or(strategy.decide),
                leverage: bucket.leverage.unwrap_or(Leverage { open: 1.0, confirmed: None }),
                stop: bucket.stop,
                exit: bucket.exit,
                exit_score: bucket.exit_score,
                cooldown: bucket.cooldown,
                top_up: bucket.top_up.as_ref().map(|top_up| PlanTopUp {
                    from: bucket_id(&top_up.from),
                    every: top_up.every,
                    below: top_up.below,
                }),
            });
        }
        let waterfall = strategy.waterfall.as_ref().map(|waterfall| PlanWaterfall {
            from: bucket_id(&waterfall.from),
            to: waterfall.to.iter().map(|(name, &share)| (bucket_id(name), share)).collect(),
        });
        Self {
            name: strategy.name.clone(),
            about: strategy.about.clone(),
            decide: strategy.decide,
            rebalance: strategy.rebalance,
            buckets,
            waterfall,
            cautions,
        }
    }
}
