//! Random strategies, written as TOML and read like a user's: any mix of buckets, gates, scores, ladders, stops, exits, rebalances,
//! waterfall and top-up that the validation lets through.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;

use rotate::strategy::{Strategy as Rules, StrategyFile};

use crate::random_market::coin_name;

#[derive(Clone, Debug)]
pub struct StrategySpec {
    pub buckets: Vec<BucketSpec>,
    pub cash: u32,
    pub decide: &'static str,
    pub every: &'static str,
    pub band: f64,
    /// From which bucket, shares to cash and to the first other bucket, in twentieths.
    pub waterfall: Option<(usize, u32, u32)>,
}

#[derive(Clone, Debug)]
pub struct BucketSpec {
    pub weight: u32,
    pub perp: bool,
    pub short: bool,
    pub pick: PickSpec,
    pub score: Option<(&'static str, &'static str)>,
    pub enter: Option<f64>,
    pub inverse_volatility: bool,
    pub review: Option<&'static str>,
    pub open: f64,
    pub confirmed: Option<f64>,
    pub loss_of_margin: Option<f64>,
    pub from_entry: Option<f64>,
    pub crowded: Option<(f64, usize, &'static str)>,
    pub score_lost: Option<f64>,
    pub cooldown: &'static str,
    pub top_up: Option<(&'static str, f64)>,
}

#[derive(Clone, Debug)]
pub enum PickSpec {
    All,
    Count(usize),
    Narratives(usize, usize),
    /// Coins by number, with shares in twentieths where they are fixed.
    Named(Vec<(usize, u32)>, bool),
    Rank(u32, u32),
    ByCap(usize),
    Aged(&'static str),
    Traded(f64),
}

fn hours(span: &str) -> u32 {
    let (count, unit) = span.split_at(span.len() - 1);
    count.parse::<u32>().unwrap() * if unit == "d" { 24 } else { 1 }
}

/// A rhythm the validation lets through: one that is no multiple of `decide` becomes `decide`.
fn in_step(span: &'static str, decide: &'static str) -> &'static str {
    if hours(span).is_multiple_of(hours(decide)) { span } else { decide }
}

fn spans() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["1h", "4h", "8h", "1d", "2d", "3d", "7d"])
}

fn long_spans() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["8h", "1d", "3d", "7d", "30d"])
}

fn picks() -> impl Strategy<Value = PickSpec> {
    prop_oneof![
        Just(PickSpec::All),
        (1_usize..5).prop_map(PickSpec::Count),
        (1_usize..3, 1_usize..3).prop_map(|(narratives, each)| PickSpec::Narratives(narratives, each)),
        (prop::collection::btree_map(0_usize..7, 1_u32..7, 1..4), any::<bool>())
            .prop_map(|(names, fixed)| PickSpec::Named(names.into_iter().collect(), fixed)),
        (1_u32..150, 1_u32..300).prop_map(|(first, more)| PickSpec::Rank(first, first + more)),
        (1_usize..4).prop_map(PickSpec::ByCap),
        long_spans().prop_map(PickSpec::Aged),
        (0.0..500_000.0_f64).prop_map(PickSpec::Traded),
    ]
}

fn buckets() -> impl Strategy<Value = BucketSpec> {
    let score = (prop::sample::select(vec!["momentum", "oversold", "against_btc"]), spans());
    let leverage = prop_oneof![1.0..6.0_f64, 1.0..40.0_f64];
    (
        (1_u32..10, any::<bool>(), any::<bool>(), picks(), prop::option::of(score), prop::option::of(-0.2..0.1_f64)),
        (any::<bool>(), prop::option::of(spans()), leverage, prop::option::weighted(0.3, 1.0..20.0_f64)),
        (
            prop::option::weighted(0.4, 0.05..1.0_f64),
            prop::option::weighted(0.3, 0.01..0.5_f64),
            prop::option::weighted(0.3, (-0.0002..0.001_f64, 1_usize..4, spans())),
            prop::option::weighted(0.3, -0.1..0.05_f64),
            spans(),
            prop::option::weighted(0.4, (long_spans(), 0.1..1.0_f64)),
        ),
    )
        .prop_map(
            |(
                (weight, perp, short, pick, score, enter),
                (inverse_volatility, review, open, confirmed),
                (loss_of_margin, from_entry, crowded, score_lost, cooldown, top_up),
            )| BucketSpec {
                weight,
                perp,
                short: short && perp,
                pick,
                score,
                enter,
                inverse_volatility,
                review,
                open,
                confirmed,
                loss_of_margin,
                from_entry,
                crowded,
                score_lost,
                cooldown,
                top_up,
            },
        )
}

pub fn strategies() -> impl Strategy<Value = StrategySpec> {
    let waterfall = prop::option::of((0_usize..4, 1_u32..11, 1_u32..11));
    (prop::collection::vec(buckets(), 1..5), 1_u32..10, spans(), spans(), prop_oneof![Just(0.0), 0.0..0.5_f64], waterfall)
        .prop_map(|(buckets, cash, decide, every, band, waterfall)| StrategySpec { buckets, cash, decide, every, band, waterfall })
}

impl StrategySpec {
    pub fn rules(&self) -> Rules {
        self.rules_naming(coin_name)
    }

    /// The same rules over coins of other names.
    pub fn rules_naming(&self, name: impl Fn(usize) -> String) -> Rules {
        let text = self.toml(name);
        let parsed = StrategyFile::parse(Path::new("random.toml"), text.clone());
        parsed.unwrap_or_else(|fault| panic!("{fault}\n{text}")).strategy
    }

    /// One rung of leverage only, so that the margin behind every fill can be told from outside.
    pub fn without_ladder(mut self) -> Self {
        for bucket in &mut self.buckets {
            bucket.confirmed = None;
        }
        self
    }

    fn toml(&self, name: impl Fn(usize) -> String) -> String {
        let parts = f64::from(self.cash + self.buckets.iter().map(|bucket| bucket.weight).sum::<u32>());
        let mut text = format!(
            "name = \"random\"\nabout = \"chance\"\nregime = \"any\"\ndecide = \"{}\"\nrebalance = {{ every = \"{}\", band = {:?} }}\n",
            self.decide,
            in_step(self.every, self.decide),
            self.band
        );
        for (k, bucket) in self.buckets.iter().enumerate() {
            let _ = write!(text, "[buckets.b{k}]\nweight = {:?}\n", f64::from(bucket.weight) / parts);
            bucket.write(&mut text, self.decide, &name);
        }
        let _ = write!(text, "[buckets.stable]\nweight = {:?}\nhold = \"cash\"\n", f64::from(self.cash) / parts);
        if let Some((from, to_cash, to_other)) = self.waterfall {
            let from = from % self.buckets.len();
            let _ = write!(text, "[waterfall]\nfrom = \"b{from}\"\nto = {{ stable = {:?}", f64::from(to_cash) / 20.0);
            if let Some(other) = (0..self.buckets.len()).find(|&other| other != from) {
                let _ = write!(text, ", b{other} = {:?}", f64::from(to_other) / 20.0);
            }
            text.push_str(" }\n");
        }
        text
    }
}

impl BucketSpec {
    fn write(&self, text: &mut String, decide: &'static str, name: &impl Fn(usize) -> String) {
        let mut score = self.score;
        let (mut selection, mut weigh) = (String::new(), "\"equal\"".to_owned());
        match &self.pick {
            PickSpec::All => {}
            PickSpec::Count(count) => selection = format!("count = {count}"),
            PickSpec::Narratives(narratives, each) => {
                selection = format!("narratives = {narratives}, per_narrative = {each}");
                score = score.or(Some(("momentum", "1d")));
            }
            PickSpec::Named(coins, fixed) => {
                let names: Vec<String> = coins.iter().map(|&(coin, _)| format!("\"{}\"", name(coin))).collect();
                selection = format!("assets = [{}]", names.join(", "));
                if *fixed {
                    let shares: Vec<String> =
                        coins.iter().map(|&(coin, share)| format!("{} = {:?}", name(coin), f64::from(share) / 20.0)).collect();
                    weigh = format!("{{ fixed = {{ {} }} }}", shares.join(", "));
                }
            }
            PickSpec::Rank(first, last) => selection = format!("rank = [{first}, {last}]"),
            PickSpec::ByCap(count) => {
                selection = format!("count = {count}, tier = [\"large\", \"mid\", \"small\"]");
                weigh = "\"cap\"".to_owned();
            }
            PickSpec::Aged(span) => selection = format!("min_age = \"{span}\""),
            PickSpec::Traded(floor) => selection = format!("min_daily_volume = {floor:?}"),
        }
        if self.inverse_volatility && weigh == "\"equal\"" {
            weigh = "\"inverse_volatility\"".to_owned();
        }
        let kind = if self.perp { "perp" } else { "spot" };
        let _ = write!(text, "hold = {{ {kind} = {{ {selection} }} }}\nweigh = {weigh}\ncooldown = \"{}\"\n", self.cooldown);
        if let Some((rule, span)) = score {
            let _ = writeln!(text, "score = {{ {rule} = \"{span}\" }}");
            let below = rule == "oversold";
            if let Some(limit) = self.enter {
                let _ = writeln!(text, "enter_{} = {limit:?}", if below { "below" } else { "above" });
            }
            if let Some(limit) = self.score_lost {
                let _ = writeln!(text, "exit_score = {{ {} = {limit:?} }}", if below { "above" } else { "below" });
            }
        }
        if let Some(review) = self.review {
            let _ = writeln!(text, "review = \"{}\"", in_step(review, decide));
        }
        let stops = [("loss_of_margin", self.loss_of_margin.filter(|_| self.perp)), ("from_entry", self.from_entry)];
        let stops: Vec<String> = stops.iter().filter_map(|(key, share)| share.map(|share| format!("{key} = {share:?}"))).collect();
        if !stops.is_empty() {
            let _ = writeln!(text, "stop = {{ {} }}", stops.join(", "));
        }
        if !self.perp {
            return;
        }
        let confirmed = self.confirmed.map_or_else(String::new, |confirmed| format!(", confirmed = {confirmed:?}"));
        let _ = writeln!(text, "leverage = {{ open = {:?}{confirmed} }}", self.open);
        if self.short {
            text.push_str("direction = \"short\"\n");
        }
        if let Some((above, settlements, stall)) = self.crowded {
            let _ = writeln!(text, "exit = {{ funding_8h_above = {above:?}, settlements = {settlements}, stall = \"{stall}\" }}");
        }
        if let Some((every, below)) = self.top_up {
            let _ = writeln!(text, "top_up = {{ from = \"stable\", every = \"{every}\", below = {below:?} }}");
        }
    }
}
