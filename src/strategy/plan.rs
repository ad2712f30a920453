//! A strategy made ready for one market: names become identities; what the market lacks becomes a caution.

use crate::exchange::assumptions::Assumptions;
use crate::exchange::time_in_force::TimeInForce;
use crate::signal::regime::Regime;
use crate::signal::universe::Gates;
use crate::signal::{Definitions, History};
use crate::strategy::checklist::Checklist;
use crate::strategy::contradiction::contradictions;
use crate::strategy::{
    AfterLiquidation, CrowdingExit, EntryGate, HedgeBy, Hold, Leverage, LiquidationDistance, LossExit, Margin, OrderKind, Orders,
    PlanFutures, PlanWaterfall, PositionLimit, Rebalance, Score, Selection, Stop, Strategy, TakeProfit, TimeStop, Weigh, gaps, names,
};
use crate::units::{AssetId, BucketId, Direction, Span};

#[derive(Clone, Debug)]
pub struct Plan {
    pub name: String,
    pub about: String,
    pub decide: Span,
    pub rebalance: Rebalance,
    /// What the run assumes of the venue.
    pub assumptions: Assumptions,
    /// What it looks at beside prices, settlements and facts.
    pub definitions: Definitions,
    pub checklist: Option<Checklist>,
    pub adaptive: Option<PlanAdaptive>,
    pub buckets: Vec<PlanBucket>,
    pub waterfall: Option<PlanWaterfall>,
    pub futures: Option<PlanFutures>,
    /// Coins asked for that the market does not have, rules it gives nothing to look at, limits that leave a bucket empty.
    pub cautions: Vec<String>,
}

/// Weights of all buckets by market phase.
#[derive(Clone, Debug)]
pub struct PlanAdaptive {
    pub turnover_per_day: f64,
    /// Of bull, bear and sideways, in the order of the buckets.
    tables: [Vec<f64>; 3],
}

impl PlanAdaptive {
    /// `None` while the phase is unknown.
    #[must_use]
    pub fn table(&self, regime: Regime) -> Option<&[f64]> {
        let at = match regime {
            Regime::Bull => 0,
            Regime::Bear => 1,
            Regime::Sideways => 2,
            Regime::Unknown => return None,
        };
        Some(&self.tables[at])
    }
}

/// What a hedge bucket stands against.
#[derive(Clone, Copy, Debug)]
pub struct PlanHedge {
    pub of: BucketId,
    pub ratio: f64,
    pub by: HedgeBy,
    pub span: Span,
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
    /// Why it can hold nothing in this market, where that is sure beforehand.
    pub why_empty: Option<String>,
    /// Opens nothing: its money waits where it is.
    pub idle: bool,
    pub direction: Direction,
    pub hedge: Option<PlanHedge>,
    pub gates: Gates,
    pub selection: Selection,
    pub score: Option<Score>,
    pub enter_above: Option<f64>,
    pub enter_below: Option<f64>,
    pub entry: Option<EntryGate>,
    pub checklist: bool,
    pub weigh: Weigh,
    /// Stated shares, resolved.
    pub fixed: Vec<(AssetId, f64)>,
    pub review: Span,
    pub leverage: Leverage,
    pub margin: Margin,
    pub liquidation_distance: Option<LiquidationDistance>,
    pub after_liquidation: Aftermath,
    /// `None`: market orders.
    pub limits: Option<TimeInForce>,
    /// Bars after which what is left of a market order is dropped; `None`: it goes on until the next review.
    pub market_orders_expire: Option<u32>,
    pub stop: Option<Stop>,
    pub take_profit: Option<TakeProfit>,
    pub exit: Option<CrowdingExit>,
    pub exit_score: Option<LossExit>,
    pub time_stop: Option<TimeStop>,
    pub cooldown: Span,
    pub top_up: Option<PlanTopUp>,
    pub order_of_day_volume: Option<f64>,
    pub position_limit: Option<PositionLimit>,
    /// Reward a year by asset, resolved.
    pub staking: Vec<(AssetId, f64)>,
    pub interest: Option<f64>,
}

/// [`AfterLiquidation`] with its bucket resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aftermath {
    StayOut,
    Stop,
    Refill(BucketId),
}

#[derive(Clone, Copy, Debug)]
pub struct PlanTopUp {
    pub from: BucketId,
    pub every: Span,
    pub below: f64,
    /// Of all top-ups together beyond what has left the bucket, each as a share of the equity of its day.
    pub most: f64,
}

impl Plan {
    /// Resolves a validated strategy against the names of a market (any history of it will do: names do not change).
    #[must_use]
    pub fn new(strategy: &Strategy, names: &History) -> Self {
        let directory = names.directory();
        let bucket_id = |name: &str| BucketId::new(strategy.buckets.get_index_of(name).expect("validated: the bucket exists"));
        let mut cautions = names::missing(strategy, &directory);
        let mut buckets = Vec::new();
        for (at, (name, bucket)) in strategy.buckets.iter().enumerate() {
            let (holding, selection) = match &bucket.hold {
                Hold::Cash => (Holding::Cash, Selection::default()),
                Hold::Spot(selection) => (Holding::Spot, selection.clone()),
                Hold::Perp(selection) => (Holding::Perp, selection.clone()),
                Hold::Hedge(_) => (Holding::Perp, Selection::default()),
            };
            let hedge = match &bucket.hold {
                Hold::Hedge(hedge) => Some(PlanHedge { of: bucket_id(&hedge.of), ratio: hedge.ratio, by: hedge.by, span: hedge.span }),
                _ => None,
            };
            let resolve = |asset: &String| directory.asset_named(asset);
            let assets = selection.assets.as_ref().map(|names| names.iter().filter_map(resolve).collect::<Vec<_>>());
            let fixed = match &bucket.weigh {
                Weigh::Fixed(shares) => shares.iter().filter_map(|(asset, &share)| Some((resolve(asset)?, share))).collect(),
                _ => Vec::new(),
            };
            let staking = bucket.staking.iter().filter_map(|(asset, &apr)| Some((resolve(asset)?, apr))).collect();
            let why_empty = gaps::why_empty(strategy, bucket, &directory);
            if let Some(why) = &why_empty {
                cautions.push(stays_in_cash(name, bucket.weight, why));
            }
            let limits = bucket.limits.over(&strategy.limits);
            let orders = bucket.orders.unwrap_or(strategy.orders);
            let patience = patience(orders, names);
            buckets.push(PlanBucket {
                id: BucketId::new(at),
                name: name.clone(),
                weight: bucket.weight,
                holding,
                why_empty,
                idle: false,
                direction: if hedge.is_some() { Direction::Short } else { bucket.direction },
                hedge,
                gates: Gates {
                    assets,
                    tiers: selection.tier.clone(),
                    rank: selection.rank,
                    min_age: selection.min_age,
                    max_age: selection.max_age,
                    venues: selection.venues.clone(),
                    min_daily_volume: selection.min_daily_volume,
                },
                selection,
                score: bucket.score,
                enter_above: bucket.enter_above,
                enter_below: bucket.enter_below,
                entry: bucket.entry,
                checklist: bucket.checklist,
                weigh: bucket.weigh.clone(),
                fixed,
                review: bucket.review.unwrap_or(strategy.decide),
                leverage: bucket.leverage.unwrap_or(Leverage { open: 1.0, confirmed: None, crowded: None }),
                margin: bucket.margin,
                liquidation_distance: bucket.liquidation_distance,
                after_liquidation: match &bucket.after_liquidation {
                    AfterLiquidation::StayOut => Aftermath::StayOut,
                    AfterLiquidation::Stop => Aftermath::Stop,
                    AfterLiquidation::Refill(from) => Aftermath::Refill(bucket_id(from)),
                },
                limits: (orders.kind == OrderKind::Limit).then_some(patience),
                market_orders_expire: orders.expire.map(|_| patience.bars),
                stop: bucket.stop,
                take_profit: bucket.take_profit,
                exit: bucket.exit,
                exit_score: bucket.exit_score,
                time_stop: bucket.time_stop,
                cooldown: bucket.cooldown,
                top_up: bucket.top_up.as_ref().map(|top_up| PlanTopUp {
                    from: bucket_id(&top_up.from),
                    every: top_up.every,
                    below: top_up.below,
                    most: top_up.most.unwrap_or_else(|| largest_weight(strategy, name)),
                }),
                order_of_day_volume: limits.order_of_day_volume,
                position_limit: limits.position,
                staking,
                interest: bucket.interest,
            });
        }
        cautions.extend(gaps::cautions(strategy, &directory));
        cautions.extend(contradictions(&buckets));
        let waterfall = strategy.waterfall.as_ref().map(|waterfall| PlanWaterfall::new(waterfall, bucket_id));
        let futures = strategy.limits.futures.as_ref();
        let futures = futures.map(|futures| PlanFutures { most: futures.most, sweep_to: bucket_id(&futures.sweep_to) });
        Self {
            name: strategy.name.clone(),
            about: strategy.about.clone(),
            decide: strategy.decide,
            rebalance: strategy.rebalance,
            definitions: Definitions {
                weighting: strategy.narrative_index,
                lifecycle: strategy.lifecycle.clone(),
                classifier: strategy.classifier.clone(),
                every: Some(strategy.decide),
                checks: strategy.checklist.is_some(),
            },
            checklist: strategy.checklist.clone(),
            adaptive: strategy.adaptive.as_ref().map(|adaptive| {
                let of = |table: &indexmap::IndexMap<String, f64>| {
                    strategy.buckets.keys().map(|name| table.get(name).copied().unwrap_or(0.0)).collect()
                };
                PlanAdaptive {
                    turnover_per_day: adaptive.turnover_per_day,
                    tables: [of(&adaptive.bull), of(&adaptive.bear), of(&adaptive.sideways)],
                }
            }),
            assumptions: strategy.assumptions.resolve().expect("validated: the assumptions are sound"),
            buckets,
            waterfall,
            futures,
            cautions,
        }
    }
}

impl Plan {
    /// The same plan with every rule as it is, but no perpetual is ever opened: the money of their buckets waits in stablecoins. `None` where no bucket
    /// is for perpetuals.
    #[must_use]
    pub fn without_futures(mut self) -> Option<Self> {
        let futures = self.buckets.iter_mut().filter(|bucket| bucket.holding == Holding::Perp);
        let idle = futures.map(|bucket| bucket.idle = true).count();
        (idle > 0).then_some(self)
    }
}

/// The caution of a bucket that holds nothing from the first bar to the last.
#[must_use]
pub fn stays_in_cash(bucket: &str, weight: f64, because: &str) -> String {
    format!(
        "bucket `{bucket}` stays in cash all the time, because {because}: its share, {:.0} % at the start, is not invested",
        weight * 100.0
    )
}

/// How long an order of these rules goes on, in the market's bars. Without `expire` that is longer than any bucket goes unreviewed.
fn patience(orders: Orders, names: &History) -> TimeInForce {
    let bars = orders.expire.map_or(u32::MAX, |span| u32::try_from(names.bars_in(span)).unwrap_or(u32::MAX));
    TimeInForce { bars, waiting: orders.waiting, offset: orders.offset, then: orders.then }
}

/// The weight of a bucket; of one that follows market phases, the largest it has in any.
fn largest_weight(strategy: &Strategy, bucket: &str) -> f64 {
    let tables = strategy.adaptive.iter().flat_map(|adaptive| [&adaptive.bull, &adaptive.bear, &adaptive.sideways]);
    let of_phases = tables.filter_map(|table| table.get(bucket).copied());
    of_phases.fold(strategy.buckets[bucket].weight, f64::max)
}
