//! The part of a random strategy that is neither a wish nor a venue: limits, yields, when profit is passed on, who is eligible.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::random_strategy::spans;

const UNITS: [(&str, f64); 3] = [("per_8h", 1.0), ("per_day", 3.0), ("apr", 1_095.0)];
const BASES: [&str; 3] = ["margin", "notional", "risk_to_stop"];

/// Of the whole strategy.
#[derive(Clone, Debug, Default)]
pub struct RulesSpec {
    pub order_of_day_volume: Option<f64>,
    /// Share, and basis by number.
    pub position: Option<(f64, usize)>,
    /// How far above the weights the limit of all perpetuals lies.
    pub futures: Option<f64>,
    pub limit_orders_only: bool,
    pub trigger: usize,
    /// Every bucket feeds the waterfall, and the cash bucket alone is fed.
    pub from_all: bool,
    pub interest: Option<f64>,
}

/// Of one bucket.
#[derive(Clone, Debug, Default)]
pub struct BucketRulesSpec {
    /// Share, and basis by number, in place of the strategy's.
    pub position: Option<(f64, usize)>,
    /// A year, of the coin of that number and of Bitcoin.
    pub staking: Option<(f64, usize)>,
    pub interest: Option<f64>,
    /// By number.
    pub venues: Option<usize>,
    pub max_age: Option<&'static str>,
    /// Of the threshold of a funding exit, by number; none is the plain key.
    pub unit: Option<usize>,
    /// By how much the narrative's share of volume falls, and over which span it is counted.
    pub volume_share: Option<(f64, &'static str)>,
}

pub fn rules() -> impl Strategy<Value = RulesSpec> {
    (
        prop::option::weighted(0.3, prop_oneof![0.000_01..0.01_f64, 0.01..1.0_f64]),
        prop::option::weighted(0.4, positions()),
        prop::option::weighted(0.4, 0.0..0.2_f64),
        any::<bool>(),
        0_usize..3,
        prop::bool::weighted(0.3),
        prop::option::weighted(0.3, 0.001..1.0_f64),
    )
        .prop_map(|(order_of_day_volume, position, futures, limit_orders_only, trigger, from_all, interest)| RulesSpec {
            order_of_day_volume,
            position,
            futures,
            limit_orders_only,
            trigger,
            from_all,
            interest,
        })
}

fn positions() -> impl Strategy<Value = (f64, usize)> {
    (prop_oneof![0.001..0.05_f64, 0.05..0.6_f64], 0..BASES.len())
}

pub fn bucket_rules() -> impl Strategy<Value = BucketRulesSpec> {
    (
        prop::option::weighted(0.3, positions()),
        prop::option::weighted(0.5, (0.001..1.0_f64, 0_usize..7)),
        prop::option::weighted(0.3, 0.001..1.0_f64),
        prop::option::weighted(0.2, 0_usize..3),
        prop::option::weighted(0.1, spans()),
        prop::option::weighted(0.5, 0_usize..3),
        prop::option::weighted(0.4, (0.01..0.6_f64, spans())),
    )
        .prop_map(|(position, staking, interest, venues, max_age, unit, volume_share)| BucketRulesSpec {
            position,
            staking,
            interest,
            venues,
            max_age,
            unit,
            volume_share,
        })
}

fn position((most, basis): (f64, usize)) -> String {
    format!("position = {{ max = {most:?}, of = \"{}\" }}", BASES[basis])
}

impl RulesSpec {
    pub fn trigger(&self) -> &'static str {
        ["trade", "month", "high_water_mark"][self.trigger]
    }

    /// `perps`: what the buckets of perpetuals weigh together; `limits`: whether all orders are limits; `stops`: whether every bucket has one.
    pub fn write(&self, text: &mut String, perps: f64, limits: bool, stops: bool) {
        let mut keys = Vec::new();
        keys.extend(self.order_of_day_volume.map(|share| format!("order_of_day_volume = {share:?}")));
        keys.extend(self.position.map(position));
        keys.extend(
            self.futures.map(|above| {
                format!("futures = {{ min = {:?}, max = {:?}, sweep_to = \"stable\" }}", perps * 0.9, (perps + above).min(1.0))
            }),
        );
        if self.limit_orders_only && limits {
            keys.push("limit_orders_only = true".to_owned());
        }
        if stops {
            keys.push("stop_required = true".to_owned());
        }
        if self.trigger == 1 {
            keys.push("leverage_at_entry = { min = 1.0, max = 125.0 }".to_owned());
        }
        if !keys.is_empty() {
            let _ = writeln!(text, "limits = {{ {} }}", keys.join(", "));
        }
    }
}

impl BucketRulesSpec {
    /// The keys of the selection; one that is `aged` has no youngest age beside its oldest.
    pub fn selection(&self, aged: bool) -> Vec<String> {
        let venues = self.venues.map(|at| ["[\"cex\"]", "[\"dex\"]", "[\"regulated\", \"cex\", \"dex\"]"][at]);
        let mut keys = Vec::new();
        keys.extend(venues.map(|venues| format!("venues = {venues}")));
        keys.extend(self.max_age.filter(|_| !aged).map(|span| format!("max_age = \"{span}\"")));
        keys
    }

    /// A threshold a position of 8 h meets at `above`.
    pub fn funding(&self, above: f64) -> String {
        match self.unit {
            None => format!("funding_8h_above = {above:?}"),
            Some(at) => {
                let (unit, periods) = UNITS[at];
                format!("funding_above = {:?}, unit = \"{unit}\"", above * periods)
            }
        }
    }

    /// Beside it, what must be received per 8 h.
    pub fn received(&self, below: f64) -> String {
        match self.unit {
            None => format!(", funding_below = {below:?}, unit = \"per_8h\""),
            Some(at) => format!(", funding_below = {:?}", below * UNITS[at].1),
        }
    }

    /// All exits of the bucket but that by score; `funding` are its keys of funding.
    pub fn exit(&self, funding: Option<String>) -> Option<String> {
        let share = self.volume_share.map(|(by, span)| format!("volume_share_falls = {{ by = {by:?}, span = \"{span}\" }}"));
        let keys: Vec<String> = funding.into_iter().chain(share).collect();
        (!keys.is_empty()).then(|| format!("exit = {{ {} }}", keys.join(", ")))
    }

    /// `all`: the limit of the whole strategy.
    pub fn write(&self, text: &mut String, perp: bool, stop: bool, all: &RulesSpec, name: &impl Fn(usize) -> String) {
        // Risk is measured to a stop, and spot has no margin.
        let measured = |(most, basis): (f64, usize)| match BASES[basis] {
            "risk_to_stop" if !stop => (most, 1),
            "margin" if !perp => (most, 1),
            _ => (most, basis),
        };
        let exempt = (!stop && all.position.is_some_and(|(_, basis)| BASES[basis] == "risk_to_stop")).then_some((1.0, 1));
        if let Some(own) = self.position.map(measured).or(exempt) {
            let _ = writeln!(text, "limits = {{ {} }}", position(own));
        }
        if let Some(apr) = self.interest {
            let _ = writeln!(text, "interest = {apr:?}");
        }
        if let Some((apr, coin)) = self.staking.filter(|_| !perp) {
            let second = if coin == 0 { String::new() } else { format!(", {} = {:?}", name(0), apr / 2.0) };
            let _ = writeln!(text, "staking = {{ {} = {apr:?}{second} }}", name(coin));
        }
    }
}
