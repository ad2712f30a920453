//! The same strategy with something taken away or made dearer: what a run is measured against. Every variant of a valid strategy is valid, and has
//! its buckets under the same names, in the same order and with the same weights.

use indexmap::IndexMap;

use crate::exchange::assumptions::{AssumptionKeys, MOST_LATENCY, Preset};
use crate::strategy::spans::week;
use crate::strategy::{AfterLiquidation, Bucket, Hold, Limits, Margin, Orders, Strategy, Weigh};
use crate::units::Direction;

impl Strategy {
    /// The same rules under a named set of assumptions, whatever the strategy says itself.
    #[must_use]
    pub fn under(&self, preset: Preset) -> Self {
        Self { assumptions: AssumptionKeys { name: preset, ..AssumptionKeys::default() }, ..self.clone() }
    }

    /// The same rules where fees, spreads, impact, the slippage and overshoot of stops cost so many times as much; volume and the path of a bar stay.
    ///
    /// # Panics
    /// When the strategy was not validated.
    #[must_use]
    pub fn with_costs(&self, times: f64) -> Self {
        let set = self.assumptions.resolve().expect("validated: the assumptions are valid");
        let dearer = AssumptionKeys {
            impact: Some(set.impact * times),
            fee_multiplier: Some(set.fee_multiplier * times),
            spread_multiplier: Some(set.spread_multiplier * times),
            stop_slippage: Some((set.stop_slippage * times).min(MOST_SLIPPAGE)),
            stop_overshoot: Some((set.stop_overshoot * times).min(1.0)),
            ..self.assumptions.clone()
        };
        Self { assumptions: dearer, ..self.clone() }
    }

    /// The same rules at so many times the half-spreads.
    ///
    /// # Panics
    /// When the strategy was not validated.
    #[must_use]
    pub fn with_spreads(&self, times: f64) -> Self {
        let set = self.assumptions.resolve().expect("validated: the assumptions are valid");
        let wider = AssumptionKeys { spread_multiplier: Some(set.spread_multiplier * times), ..self.assumptions.clone() };
        Self { assumptions: wider, ..self.clone() }
    }

    /// The same rules where every funding rate that the market only assumes is so many times what it declares.
    ///
    /// # Panics
    /// When the strategy was not validated.
    #[must_use]
    pub fn with_assumed_funding(&self, times: f64) -> Self {
        let set = self.assumptions.resolve().expect("validated: the assumptions are valid");
        let times = Some(set.assumed_funding_multiplier * times);
        Self { assumptions: AssumptionKeys { assumed_funding_multiplier: times, ..self.assumptions.clone() }, ..self.clone() }
    }

    /// The same rules where orders and flows come so many bars later, ten at most.
    ///
    /// # Panics
    /// When the strategy was not validated.
    #[must_use]
    pub fn with_latency(&self, bars: u32) -> Self {
        let set = self.assumptions.resolve().expect("validated: the assumptions are valid");
        let later = AssumptionKeys { latency_bars: Some((set.latency_bars + bars).min(MOST_LATENCY)), ..self.assumptions.clone() };
        Self { assumptions: later, ..self.clone() }
    }

    /// The same allocation without any opinion: each spot bucket at its own weight in the largest coins that may be in it, chosen anew only when
    /// the buckets are brought back to their weights; no score, gate, stop, exit, regime or waterfall. Perpetuals' share stays in stablecoins.
    /// `None` where no bucket holds coins.
    #[must_use]
    pub fn held_statically(&self) -> Option<Self> {
        let plain = |bucket: &Bucket| match &bucket.hold {
            Hold::Spot(selection) => Bucket {
                hold: Hold::Spot(selection.without_opinion()),
                weigh: bucket.weigh.clone(),
                review: Some(self.rebalance.every),
                staking: bucket.staking.clone(),
                interest: bucket.interest,
                ..cash(bucket.weight)
            },
            Hold::Cash => Bucket { interest: bucket.interest, ..cash(bucket.weight) },
            Hold::Perp(_) | Hold::Hedge(_) => cash(bucket.weight),
        };
        let buckets: IndexMap<String, Bucket> = self.buckets.iter().map(|(name, bucket)| (name.clone(), plain(bucket))).collect();
        // In full, so that a new table is thought of here.
        buckets.values().any(|bucket| matches!(bucket.hold, Hold::Spot(_))).then(|| Self {
            name: self.name.clone(),
            about: self.about.clone(),
            regime: self.regime,
            decide: self.decide,
            rebalance: self.rebalance,
            orders: Orders::default(),
            assumptions: self.assumptions.clone(),
            narrative_index: self.narrative_index,
            lifecycle: None,
            checklist: None,
            classifier: None,
            adaptive: None,
            buckets,
            waterfall: None,
            limits: Limits::default(),
            tax: self.tax.clone(),
            tune: None,
        })
    }
}

/// A slippage of the whole price means nothing.
const MOST_SLIPPAGE: f64 = 0.99;

/// A bucket of stablecoins.
fn cash(weight: f64) -> Bucket {
    // In full, so that a new key is thought of here.
    Bucket {
        weight,
        hold: Hold::Cash,
        direction: Direction::Long,
        score: None,
        enter_above: None,
        enter_below: None,
        entry: None,
        checklist: false,
        weigh: Weigh::default(),
        review: None,
        leverage: None,
        margin: Margin::default(),
        liquidation_distance: None,
        after_liquidation: AfterLiquidation::default(),
        orders: None,
        stop: None,
        take_profit: None,
        exit: None,
        exit_score: None,
        time_stop: None,
        cooldown: week(),
        top_up: None,
        limits: Limits::default(),
        staking: IndexMap::new(),
        interest: None,
    }
}
