//! Random strategies, written as TOML and read like a user's: any mix of buckets, gates, scores, ladders, stops, exits, rebalances,
//! waterfall and top-up that the validation lets through, with the limits and yields of `random_rules`.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;

use rotate::strategy::{Strategy as Rules, StrategyFile};

use crate::random_market::coin_name;
use crate::random_rules::{BucketRulesSpec, RulesSpec, bucket_rules, rules};
use crate::random_venue::{VenueSpec, venues};

#[derive(Clone, Debug)]
pub struct StrategySpec {
    pub buckets: Vec<BucketSpec>,
    pub cash: u32,
    pub decide: &'static str,
    pub every: &'static str,
    pub band: f64,
    /// From which bucket, shares to cash and to the first other bucket, in twentieths.
    pub waterfall: Option<(usize, u32, u32)>,
    pub venue: VenueSpec,
    pub rules: RulesSpec,
}

/// What protects a position, and what follows when it fails.
#[derive(Clone, Debug)]
pub struct GuardSpec {
    pub trailing: Option<f64>,
    pub atr: Option<(f64, &'static str)>,
    pub take_profit: Option<f64>,
    pub cross: bool,
    pub distance: Option<(f64, &'static str)>,
    /// 0 stay out, 1 stop, 2 refill.
    pub after: u32,
}

impl GuardSpec {
    pub const NONE: Self = Self { trailing: None, atr: None, take_profit: None, cross: false, distance: None, after: 0 };
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
    pub guard: GuardSpec,
    pub rules: BucketRulesSpec,
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
pub fn in_step(span: &'static str, decide: &'static str) -> &'static str {
    if hours(span).is_multiple_of(hours(decide)) { span } else { decide }
}

pub fn spans() -> impl Strategy<Value = &'static str> {
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
    let score = (prop::sample::select(vec!["momentum", "oversold", "against_btc", "evidence"]), spans());
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
        guards(),
        bucket_rules(),
    )
        .prop_map(
            |(
                (weight, perp, short, pick, score, enter),
                (inverse_volatility, review, open, confirmed),
                (loss_of_margin, from_entry, crowded, score_lost, cooldown, top_up),
                guard,
                rules,
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
                guard,
                rules,
            },
        )
}

fn guards() -> impl Strategy<Value = GuardSpec> {
    (
        prop::option::weighted(0.2, 0.01..0.5_f64),
        prop::option::weighted(0.2, (0.5..5.0_f64, spans())),
        prop::option::weighted(0.2, 0.005..0.8_f64),
        prop::bool::weighted(0.25),
        prop::option::weighted(0.2, (0.2..4.0_f64, spans())),
        0_u32..3,
    )
        .prop_map(|(trailing, atr, take_profit, cross, distance, after)| GuardSpec {
            trailing,
            atr,
            take_profit,
            cross,
            distance,
            after,
        })
}

/// One in four is late.
pub fn strategies() -> impl Strategy<Value = StrategySpec> {
    (punctual(), prop_oneof![3 => Just(0), 1 => 1_u32..5]).prop_map(|(mut strategy, latency)| {
        strategy.venue.latency = latency;
        strategy
    })
}

/// Whatever is decided meets the next open.
pub fn punctual() -> impl Strategy<Value = StrategySpec> {
    let waterfall = prop::option::of((0_usize..4, 1_u32..11, 1_u32..11));
    let band = prop_oneof![Just(0.0), 0.0..0.5_f64];
    (prop::collection::vec(buckets(), 1..5), 1_u32..10, spans(), spans(), band, waterfall, venues(), rules()).prop_map(
        |(buckets, cash, decide, every, band, waterfall, venue, rules)| StrategySpec {
            buckets,
            cash,
            decide,
            every,
            band,
            waterfall,
            venue,
            rules,
        },
    )
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

    /// Isolated margin of one rung, market orders and the default assumptions, so that the margin behind every fill can be told from
    /// outside.
    pub fn told_from_outside(mut self) -> Self {
        self.venue = VenueSpec::PLAIN;
        for bucket in &mut self.buckets {
            bucket.confirmed = None;
            bucket.guard = GuardSpec { after: bucket.guard.after, trailing: bucket.guard.trailing, ..GuardSpec::NONE };
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
        self.venue.write(&mut text, self.decide);
        let perps: u32 = self.buckets.iter().filter(|bucket| bucket.perp).map(|bucket| bucket.weight).sum();
        let stops = self.buckets.iter().all(|bucket| !bucket.stops().is_empty());
        self.rules.write(&mut text, f64::from(perps) / parts, self.venue.limits.is_some(), stops);
        for (k, bucket) in self.buckets.iter().enumerate() {
            let _ = write!(text, "[buckets.b{k}]\nweight = {:?}\n", f64::from(bucket.weight) / parts);
            bucket.write(&mut text, self.decide, &name);
            bucket.rules.write(&mut text, bucket.perp, !bucket.stops().is_empty(), &self.rules, &name);
        }
        let _ = write!(text, "[buckets.stable]\nweight = {:?}\nhold = \"cash\"\n", f64::from(self.cash) / parts);
        if let Some(apr) = self.rules.interest {
            let _ = writeln!(text, "interest = {apr:?}");
        }
        if let Some((from, to_cash, to_other)) = self.waterfall {
            let from = from % self.buckets.len();
            let all: Vec<String> = (0..self.buckets.len()).map(|k| format!("\"b{k}\"")).collect();
            let (sources, others) = if self.rules.from_all { (format!("[{}]", all.join(", ")), false) } else { (all[from].clone(), true) };
            let _ = write!(text, "[waterfall]\ntrigger = \"{}\"\nfrom = {sources}\n", self.rules.trigger());
            let _ = write!(text, "to = {{ stable = {:?}", f64::from(to_cash) / 20.0);
            if others && let Some(other) = (0..self.buckets.len()).find(|&other| other != from) {
                let _ = write!(text, ", b{other} = {:?}", f64::from(to_other) / 20.0);
            }
            text.push_str(" }\n");
        }
        text
    }
}

impl BucketSpec {
    /// The keys of its stop.
    fn stops(&self) -> Vec<String> {
        let GuardSpec { trailing, atr, .. } = self.guard;
        let shares =
            [("loss_of_margin", self.loss_of_margin.filter(|_| self.perp)), ("from_entry", self.from_entry), ("trailing", trailing)];
        let mut stops: Vec<String> = shares.iter().filter_map(|(key, share)| share.map(|share| format!("{key} = {share:?}"))).collect();
        stops.extend(atr.map(|(multiple, span)| format!("atr = {{ multiple = {multiple:?}, span = \"{span}\" }}")));
        stops
    }

    /// The keys by which it leaves by funding.
    fn funding_exit(&self) -> Option<String> {
        let (above, settlements, stall) = self.crowded.filter(|_| self.perp)?;
        let threshold = self.rules.funding(above);
        // By one settlement alone whatever price does, by two also where no more is received.
        let stall = if settlements == 1 { String::new() } else { format!(", stall = \"{stall}\"") };
        let received = if settlements == 2 { self.rules.received(-2.0 * above.abs()) } else { String::new() };
        Some(format!("{threshold}{received}, settlements = {settlements}{stall}"))
    }

    /// Keys of the selection, how picks are weighed, and the score: some picks need one.
    fn picked(&self, name: &impl Fn(usize) -> String) -> (String, String, Option<(&'static str, &'static str)>) {
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
        (selection, weigh, score)
    }

    fn write(&self, text: &mut String, decide: &'static str, name: &impl Fn(usize) -> String) {
        let (selection, mut weigh, score) = self.picked(name);
        let eligible = self.rules.selection(matches!(self.pick, PickSpec::Aged(_)));
        // Of narratives all places are of one size.
        if self.inverse_volatility && !matches!(self.pick, PickSpec::Narratives(..)) && weigh == "\"equal\"" {
            weigh = "\"inverse_volatility\"".to_owned();
        }
        let selection = std::iter::once(selection).filter(|keys| !keys.is_empty()).chain(eligible).collect::<Vec<_>>().join(", ");
        let kind = if self.perp { "perp" } else { "spot" };
        let _ = write!(text, "hold = {{ {kind} = {{ {selection} }} }}\nweigh = {weigh}\ncooldown = \"{}\"\n", self.cooldown);
        if let Some((rule, span)) = score {
            let _ = match rule {
                "evidence" => writeln!(text, "score = {{ evidence = {{ metric = \"signal\", max_age = \"{span}\" }} }}"),
                _ => writeln!(text, "score = {{ {rule} = \"{span}\" }}"),
            };
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
        let stops = self.stops();
        if !stops.is_empty() {
            let _ = writeln!(text, "stop = {{ {} }}", stops.join(", "));
        }
        if let Some(share) = self.guard.take_profit {
            let _ = writeln!(text, "take_profit = {{ from_entry = {share:?} }}");
        }
        if let Some(exit) = self.rules.exit(self.funding_exit()) {
            let _ = writeln!(text, "{exit}");
        }
        if self.perp {
            self.write_futures(text, score.is_some_and(|(rule, _)| rule != "evidence"));
        }
    }

    /// The keys that only buckets of perpetuals have.
    fn write_futures(&self, text: &mut String, scored: bool) {
        let GuardSpec { cross, distance, after, .. } = self.guard.clone();
        if cross {
            text.push_str("margin = \"cross\"\n");
        }
        if let Some((moves, horizon)) = distance {
            let _ = writeln!(text, "liquidation_distance = {{ moves = {moves:?}, horizon = \"{horizon}\" }}");
        }
        text.push_str(["", "after_liquidation = \"stop\"\n", "after_liquidation = { refill = \"stable\" }\n"][after as usize]);
        // Without a life cycle it is breadth over the score's span that confirms.
        let confirmed = self.confirmed.filter(|_| scored).map_or_else(String::new, |confirmed| format!(", confirmed = {confirmed:?}"));
        let _ = writeln!(text, "leverage = {{ open = {:?}{confirmed} }}", self.open);
        if self.short {
            text.push_str("direction = \"short\"\n");
        }
        if let Some((every, below)) = self.top_up {
            let _ = writeln!(text, "top_up = {{ from = \"stable\", every = \"{every}\", below = {below:?} }}");
        }
    }
}
