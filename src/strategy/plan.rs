//! A strategy made ready for one market: names become identities; what the market lacks becomes a caution.

use crate::exchange::assumptions::Assumptions;
use crate::exchange::time_in_force::TimeInForce;
use crate::signal::regime::Regime;
use crate::signal::universe::Gates;
use crate::signal::{Definitions, Directory, History, Needs};
use crate::strategy::contradiction::contradictions;
use crate::strategy::entries::checklist::Checklist;
use crate::strategy::rule::{Rule, Rules, Within};
use crate::strategy::{
    AfterLiquidation, Bucket, Hedge, HedgeBy, Hold, Leverage, LiquidationDistance, Margin, OrderKind, Orders, PaidThreshold, PlanFutures,
    PlanWaterfall, PositionLimit, Purpose, Rebalance, Score, Selection, Stop, Strategy, TakeProfit, Tax, TopUp, Weigh, gaps, names,
};
use crate::units::{AssetId, BucketId, Direction, Span};

/// A strategy resolved for one market.
#[derive(Clone, Debug)]
pub struct Plan {
    pub name: String,
    pub about: String,
    /// Whether it tells market regimes itself or is made for one.
    pub follows_regimes: bool,
    pub decide: Span,
    pub rebalance: PlanRebalance,
    /// What the run assumes of the venue.
    pub assumptions: Assumptions,
    /// What it looks at beside prices, settlements and facts.
    pub definitions: Definitions,
    pub checklist: Option<Checklist>,
    pub adaptive: Option<PlanAdaptive>,
    pub buckets: Vec<PlanBucket>,
    pub waterfall: Option<PlanWaterfall>,
    pub futures: Option<PlanFutures>,
    /// For the report alone.
    pub tax: Option<Tax>,
    /// Coins asked for that the market does not have, rules it gives nothing to look at, limits that leave a bucket empty.
    pub cautions: Vec<String>,
}

/// [`Rebalance`] over bars of one length.
#[derive(Clone, Copy, Debug)]
pub struct PlanRebalance {
    pub every: Span,
    pub band: f64,
}

impl PlanRebalance {
    fn of(keys: Rebalance, bar: Span) -> Self {
        let Rebalance { every, band } = keys;
        Self { every: every.over(bar), band }
    }
}

/// Weights of all buckets by market regime.
#[derive(Clone, Debug)]
pub struct PlanAdaptive {
    pub turnover_per_day: f64,
    /// Of bull, bear and sideways, in the order of the buckets.
    tables: [Vec<f64>; 3],
}

impl PlanAdaptive {
    /// `None` while the regime is unknown.
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
    /// The part of the hedged coins' value that does not count as collateral; `None`: none of it does.
    pub collateral_haircut: Option<f64>,
}

/// What a bucket holds, a hedge as the perpetuals it sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    Cash,
    Spot,
    Perp,
}

/// A bucket resolved for one market.
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
    /// By which it enters and leaves.
    pub rules: Rules,
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

impl Aftermath {
    fn of(keys: &AfterLiquidation, strategy: &Strategy) -> Self {
        match keys {
            AfterLiquidation::StayOut => Self::StayOut,
            AfterLiquidation::Stop => Self::Stop,
            AfterLiquidation::Refill(from) => Self::Refill(bucket_id(strategy, from)),
        }
    }
}

/// [`TopUp`] with its bucket resolved.
#[derive(Clone, Copy, Debug)]
pub struct PlanTopUp {
    pub from: BucketId,
    pub every: Span,
    pub below: f64,
    /// Of all top-ups together beyond what has left the bucket, each as a share of the equity of its day.
    pub max: f64,
}

impl PlanTopUp {
    fn of(keys: &TopUp, within: &Within) -> Self {
        let TopUp { from, every, below, max } = keys;
        let max = max.unwrap_or_else(|| largest_weight(within.strategy, within.name));
        Self { from: bucket_id(within.strategy, from), every: *every, below: *below, max }
    }
}

impl Plan {
    /// Resolves a validated strategy against the names of a market (any history of it will do: names do not change).
    #[must_use]
    pub fn new(strategy: &Strategy, names: &History) -> Self {
        let directory = names.directory();
        let bar = names.bar_length();
        let bucket_id = |name: &str| bucket_id(strategy, name);
        let mut cautions = names::missing(strategy, &directory);
        let mut buckets: Vec<PlanBucket> = Vec::new();
        for (name, bucket) in &strategy.buckets {
            let plan = PlanBucket::new(BucketId::new(buckets.len()), &Within { name, bucket, strategy }, names);
            cautions.extend(plan.why_empty.as_ref().map(|why| stays_in_cash(name, bucket.weight, why)));
            buckets.push(plan);
        }
        cautions.extend(gaps::cautions(strategy, &directory));
        cautions.extend(contradictions(&buckets));
        let waterfall = strategy.waterfall.as_ref().map(|waterfall| PlanWaterfall::new(waterfall, bucket_id));
        let futures = strategy.limits.futures.as_ref();
        let futures = futures.map(|futures| PlanFutures { max: futures.max, sweep_to: bucket_id(&futures.sweep_to) });
        Self {
            name: strategy.name.clone(),
            about: strategy.about.clone(),
            follows_regimes: strategy.classifier.is_some() || strategy.regime != Purpose::Any,
            decide: strategy.decide.over(bar),
            rebalance: PlanRebalance::of(strategy.rebalance, bar),
            definitions: Definitions {
                weighting: strategy.narrative_index,
                lifecycle: strategy.lifecycle.clone(),
                classifier: strategy.classifier.clone(),
                every: Some(strategy.decide.over(bar)),
                needs: needs(strategy, &buckets),
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
            assumptions: strategy.assumptions.resolve().expect("validated: the assumptions are valid"),
            buckets,
            waterfall,
            futures,
            tax: strategy.tax.clone(),
            cautions,
        }
    }
}

/// What the rules of a strategy want to have worked out.
fn needs(strategy: &Strategy, buckets: &[PlanBucket]) -> Needs {
    let of_rules = buckets.iter().flat_map(|bucket| bucket.rules.all().map(Rule::needs));
    of_rules.chain(strategy.checklist.iter().map(Checklist::needs)).fold(Needs::default(), Needs::and)
}

fn bucket_id(strategy: &Strategy, name: &str) -> BucketId {
    BucketId::new(strategy.buckets.get_index_of(name).expect("validated: the bucket exists"))
}

impl PlanBucket {
    /// The bucket is taken apart in full, so that no key of it is left behind.
    fn new(id: BucketId, within: &Within, names: &History) -> Self {
        let Within { name, bucket, strategy } = *within;
        let directory = names.directory();
        let Bucket {
            weight,
            hold,
            direction,
            score,
            checklist,
            weigh,
            review,
            leverage,
            margin,
            liquidation_distance,
            after_liquidation,
            orders,
            stop,
            take_profit,
            cooldown,
            top_up,
            limits,
            staking,
            interest,
            // In the rules.
            enter_above: _,
            enter_below: _,
            entry: _,
            exit: _,
            exit_score: _,
            time_stop: _,
        } = bucket;
        let (holding, selection, hedge) = holding_of(hold, strategy);
        let resolve = |asset: &String| directory.asset_named(asset);
        let assets = selection.assets.as_ref().map(|names| names.iter().filter_map(resolve).collect::<Vec<_>>());
        let limits = limits.over(&strategy.limits);
        let orders = orders.unwrap_or(strategy.orders);
        let patience = patience(orders, names);
        Self {
            id,
            name: name.to_owned(),
            weight: *weight,
            holding,
            why_empty: gaps::why_empty(within, &directory),
            idle: false,
            direction: if hedge.is_some() { Direction::Short } else { *direction },
            hedge,
            gates: selection.gates(assets),
            selection,
            score: score.clone(),
            rules: Rules::of(bucket),
            checklist: *checklist,
            fixed: fixed(weigh, &directory),
            weigh: weigh.clone(),
            review: review.unwrap_or(strategy.decide).over(names.bar_length()),
            leverage: leverage.unwrap_or(Leverage::ONE),
            margin: *margin,
            liquidation_distance: *liquidation_distance,
            after_liquidation: Aftermath::of(after_liquidation, strategy),
            limits: (orders.kind == OrderKind::Limit).then_some(patience),
            market_orders_expire: orders.expire.map(|_| patience.bars),
            stop: *stop,
            take_profit: *take_profit,
            cooldown: *cooldown,
            top_up: top_up.as_ref().map(|top_up| PlanTopUp::of(top_up, within)),
            order_of_day_volume: limits.order_of_day_volume,
            position_limit: limits.position,
            staking: staking.iter().filter_map(|(asset, &apr)| Some((resolve(asset)?, apr))).collect(),
            interest: *interest,
        }
    }

    /// The threshold of a score at an entry, for its record.
    #[must_use]
    pub fn score_threshold(&self) -> Option<f64> {
        self.rules.entries.iter().find_map(|rule| rule.score_threshold())
    }

    /// The threshold of funding paid that it leaves at, where it has one.
    #[must_use]
    pub fn paid_threshold(&self) -> Option<PaidThreshold> {
        self.rules.exits.iter().find_map(|rule| rule.paid())
    }

    /// Whether it leaves by funding.
    #[must_use]
    pub fn leaves_by_funding(&self) -> bool {
        self.rules.exits.iter().any(|rule| rule.sees_funding())
    }
}

/// What a bucket holds, what it chooses from, and what it stands against.
fn holding_of(hold: &Hold, strategy: &Strategy) -> (Holding, Selection, Option<PlanHedge>) {
    match hold {
        Hold::Cash => (Holding::Cash, Selection::default(), None),
        Hold::Spot(selection) => (Holding::Spot, selection.clone(), None),
        Hold::Perp(selection) => (Holding::Perp, selection.clone(), None),
        Hold::Hedge(hedge) => {
            let Hedge { of, ratio, by, span, collateral_haircut } = hedge;
            let of = bucket_id(strategy, of);
            let hedge = PlanHedge { of, ratio: *ratio, by: *by, span: *span, collateral_haircut: *collateral_haircut };
            (Holding::Perp, Selection::default(), Some(hedge))
        }
    }
}

/// Stated shares of the coins that the market has.
fn fixed(weigh: &Weigh, directory: &Directory) -> Vec<(AssetId, f64)> {
    match weigh {
        Weigh::Fixed(shares) => shares.iter().filter_map(|(asset, &share)| Some((directory.asset_named(asset)?, share))).collect(),
        Weigh::Equal | Weigh::InverseVolatility | Weigh::Cap => Vec::new(),
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

/// The weight of a bucket; of one that follows market regimes, the largest it has in any.
fn largest_weight(strategy: &Strategy, bucket: &str) -> f64 {
    let tables = strategy.adaptive.iter().flat_map(|adaptive| [&adaptive.bull, &adaptive.bear, &adaptive.sideways]);
    let of_regimes = tables.filter_map(|table| table.get(bucket).copied());
    of_regimes.fold(strategy.buckets[bucket].weight, f64::max)
}
