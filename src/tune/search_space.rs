//! The keys of a `[tune]` table as a space that a sampler searches, and a strategy with one of its points in place.
//!
//! Weights of one table (the buckets, or a regime of `[adaptive]`) sum to 1 by construction: a bucket that is not turned takes up the
//! difference; where every other weight stands still and no such bucket is left, those turned share what they have together.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::batch::{Arena, check_compatible};
use crate::fault::Fault;
use crate::names::suggestion;
use crate::sampler::observation::Point;
use crate::sampler::space::dimension::{Dimension, Scale, Value};
use crate::sampler::space::simplex::Simplex;
use crate::sampler::space::{Condition, Limit, Parameter, Space};
use crate::strategy::tuning::{Tune, Values};
use crate::strategy::{Hold, Override, Search, Strategy, StrategyFile};
use crate::tune::expression::{Comparison, Relation};

/// Weights that share a whole are moved by no less, where nobody says.
const USUAL_STEP: f64 = 0.01;

/// One value for each key, in the order of the table; none of a key that does not matter beside the others.
pub type Setting = Vec<Option<toml::Value>>;

/// What may be turned, and how a point of the space is put into the strategy.
#[derive(Clone, Debug)]
pub(super) struct SearchSpace {
    pub space: Space,
    keys: Vec<TurnedKey>,
    /// Weights that are not turned and take up the difference.
    balances: Vec<Balance>,
}

#[derive(Clone, Debug)]
struct TurnedKey {
    name: String,
    /// Position among the values of the space.
    at: usize,
    /// What a choice stands for.
    choices: Vec<toml::Value>,
    /// Of a range of any number, its bounds.
    range: Option<(f64, f64)>,
}

/// A table of weights that sum to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    Buckets,
    Bull,
    Bear,
    Sideways,
}

#[derive(Clone, Debug)]
struct Balance {
    table: Table,
    bucket: String,
    /// Its weight and those turned come to this together.
    shared: f64,
    /// Those turned, by their keys.
    turned: Vec<String>,
}

impl Table {
    fn key(self, bucket: &str) -> Vec<String> {
        let path = match self {
            Self::Buckets => return ["buckets", bucket, "weight"].map(str::to_owned).to_vec(),
            Self::Bull => "bull",
            Self::Bear => "bear",
            Self::Sideways => "sideways",
        };
        ["adaptive", path, bucket].map(str::to_owned).to_vec()
    }

    /// The table and the bucket whose weight a key is.
    fn of(key: &str) -> Option<(Self, &str)> {
        let parts: Vec<&str> = key.split('.').collect();
        match parts[..] {
            ["buckets", bucket, "weight"] => Some((Self::Buckets, bucket)),
            ["adaptive", "bull", bucket] => Some((Self::Bull, bucket)),
            ["adaptive", "bear", bucket] => Some((Self::Bear, bucket)),
            ["adaptive", "sideways", bucket] => Some((Self::Sideways, bucket)),
            _ => None,
        }
    }

    fn weights(self, strategy: &Strategy) -> IndexMap<&str, f64> {
        let adaptive = strategy.adaptive.as_ref();
        let table = match self {
            Self::Buckets => return strategy.buckets.iter().map(|(name, bucket)| (name.as_str(), bucket.weight)).collect(),
            Self::Bull => adaptive.map(|adaptive| &adaptive.bull),
            Self::Bear => adaptive.map(|adaptive| &adaptive.bear),
            Self::Sideways => adaptive.map(|adaptive| &adaptive.sideways),
        };
        table.into_iter().flatten().map(|(name, weight)| (name.as_str(), *weight)).collect()
    }
}

impl SearchSpace {
    /// Of a strategy that has a `[tune]` table with keys.
    ///
    /// # Errors
    /// Keys, values, bounds or limits that no strategy may have; a space without a point.
    pub fn of(file: &StrategyFile, arena: &Arena) -> Result<Self, Fault> {
        let tune = file.strategy.tune.as_ref().filter(|tune| !tune.keys.is_empty()).ok_or_else(|| nothing_to_turn(file))?;
        let (balances, shared) = balances_and_shares(&file.strategy, tune);
        try_alone(file, tune, &balances, arena)?;
        let is_shared = |key: &str| shared.iter().any(|group| group.turned.iter().any(|turned| turned == key));
        let order: Vec<&String> = tune.keys.keys().filter(|key| !is_shared(key)).collect();
        let mut keys = Vec::new();
        let mut parameters = Vec::new();
        for &key in &order {
            let search = &tune.keys[key];
            let (dimension, choices) = dimension(search);
            parameters.push(Parameter { dimension, condition: search.when.as_ref().map(|when| condition(tune, &order, when)) });
            let range = match search.values {
                Values::Number { min, max, step: None, .. } => Some((min, max)),
                _ => None,
            };
            keys.push(TurnedKey { name: key.clone(), at: parameters.len() - 1, choices, range });
        }
        let mut groups = Vec::new();
        let mut at = parameters.len();
        for share in &shared {
            groups.push(share.simplex(file, tune)?);
            for key in &share.turned {
                keys.push(TurnedKey { name: key.clone(), at, choices: Vec::new(), range: None });
                at += 1;
            }
        }
        // As the table has them.
        keys.sort_by_key(|key| tune.keys.get_index_of(&key.name));
        let limits = limits(file, tune, &keys, &balances)?;
        let space = Space::new(parameters, &groups, limits).map_err(|error| {
            let fix = "correct the bounds; a space needs a key with two values or more, and weights that can reach what they sum to";
            Fault::new(place(file, "tune.keys"), error.to_string(), "a space with points to try", fix)
        })?;
        let found = Self { space, keys, balances };
        let middle = Point(vec![0.5; found.space.coordinates()]);
        if found.space.violation(&middle) <= 0.0 {
            found.apply(file, &found.setting(&middle), arena)?;
        }
        Ok(found)
    }

    /// The values of a point, in the order of the table.
    pub fn setting(&self, point: &Point) -> Setting {
        let values = self.space.values(point);
        let written = |key: &TurnedKey| {
            Some(match values[key.at]? {
                Value::Number(number) => toml::Value::Float(key.range.map_or(number, |(min, max)| readable(number).clamp(min, max))),
                Value::Weight { value, .. } => toml::Value::Float(value),
                Value::Whole(number) => toml::Value::Integer(number),
                Value::Choice(which) => key.choices[which as usize].clone(),
            })
        };
        self.keys.iter().map(written).collect()
    }

    /// The strategy with a setting in place.
    ///
    /// # Errors
    /// The strategy's own validation refuses it, or the market does.
    pub fn apply(&self, file: &StrategyFile, setting: &Setting, arena: &Arena) -> Result<StrategyFile, Fault> {
        let named: Vec<(&str, &toml::Value)> =
            self.keys.iter().zip(setting).filter_map(|(key, value)| Some((key.name.as_str(), value.as_ref()?))).collect();
        apply_named(file, &self.balances, &named, arena)
    }

    /// The strategies with each key alone at its ends; those that cannot be are left out. By the place of the key in the table.
    pub fn alone(&self, file: &StrategyFile, tune: &Tune, arena: &Arena) -> Vec<(usize, StrategyFile)> {
        alone(file, tune, &self.balances, arena).filter_map(|(at, turned)| Some((at, turned.ok()?))).collect()
    }
}

/// Each key at its ends, or at each value that is listed, with all others as they are but one that it depends on.
fn alone<'a>(
    file: &'a StrategyFile,
    tune: &'a Tune,
    balances: &'a [Balance],
    arena: &'a Arena,
) -> impl Iterator<Item = (usize, Result<StrategyFile, Fault>)> {
    tune.keys.iter().enumerate().flat_map(move |(at, (key, search))| {
        search.values.ends().into_iter().map(move |value| {
            let mut named: Vec<(&str, &toml::Value)> = search.when.iter().map(|(other, value)| (other.as_str(), value)).collect();
            named.push((key, &value));
            (at, apply_named(file, balances, &named, arena))
        })
    })
}

fn apply_named(file: &StrategyFile, balances: &[Balance], named: &[(&str, &toml::Value)], arena: &Arena) -> Result<StrategyFile, Fault> {
    let mut sets: Vec<Override> =
        named.iter().map(|(key, value)| set(key.split('.').map(str::to_owned).collect(), (*value).clone())).collect();
    sets.extend(balances.iter().filter_map(|balance| balance.weight(file, named)));
    let turned = file.with_all(&sets).and_then(|turned| check_compatible(arena.market, &turned).map(|()| turned));
    turned.map_err(|fault| {
        let values: Vec<String> = named.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        Fault { place: format!("{}: {}", place(file, "tune.keys"), values.join(", ")), ..fault }
    })
}

/// What is refused alone would be refused always; but the sum of weights that have ranges is the space's to keep.
fn try_alone(file: &StrategyFile, tune: &Tune, balances: &[Balance], arena: &Arena) -> Result<(), Fault> {
    let is_kept = |at: usize| {
        let (key, search) = tune.keys.get_index(at).expect("one of them");
        !matches!(search.values, Values::List(_)) && Table::of(key).is_some()
    };
    alone(file, tune, balances, arena).filter(|(at, _)| !is_kept(*at)).try_for_each(|(_, turned)| turned.map(|_| ()))
}

/// Weights that are turned and share a whole among themselves.
struct Shared {
    turned: Vec<String>,
    total: f64,
}

impl Shared {
    fn simplex(&self, file: &StrategyFile, tune: &Tune) -> Result<Simplex, Fault> {
        let mut bounds = Vec::new();
        let mut steps = Vec::new();
        for key in &self.turned {
            let wrong =
                |found: String, expected: &str, fix: &str| Fault::new(place(file, &format!("tune.keys.{key}")), found, expected, fix);
            let Values::Number { min, max, step, log: false } = &tune.keys[key].values else {
                let expected = "bounds as numbers, as in { min = 0.1, max = 0.5, step = 0.05 }";
                return Err(wrong("no range of numbers".to_owned(), expected, "weights that share a whole need ranges on a linear scale"));
            };
            bounds.push((*min, *max));
            steps.push(step.unwrap_or(USUAL_STEP));
            if tune.keys[key].when.is_some() {
                return Err(wrong("`when`".to_owned(), "a weight that always matters", "take `when` out"));
            }
            if steps[0] != *steps.last().expect("just pushed") {
                let found = format!("a step of {}", steps.last().expect("just pushed"));
                return Err(wrong(found, &format!("{}, the step of the first", steps[0]), "weights that share a whole move by one step"));
            }
        }
        // Without the noise of the subtraction.
        let total = (self.total * 1e9).round() / 1e9;
        Ok(Simplex { bounds, total, step: steps[0] })
    }
}

impl Balance {
    /// The weight that is left for the bucket.
    fn weight(&self, file: &StrategyFile, named: &[(&str, &toml::Value)]) -> Option<Override> {
        let weights = self.table.weights(&file.strategy);
        let of = |key: &String| {
            let named = named.iter().find(|(name, _)| name == key);
            let own = || Table::of(key).and_then(|(_, bucket)| weights.get(bucket).copied()).unwrap_or(0.0);
            named.map_or_else(own, |(_, value)| number(value).unwrap_or(f64::NAN))
        };
        // Nine decimals: the weights still sum to one, and the number in best.toml is readable.
        let rest = ((self.shared - self.turned.iter().map(of).sum::<f64>()) * 1e9).round() / 1e9;
        // A weight that is no number is refused where it was asked for.
        (rest.is_finite() && named.iter().any(|(key, _)| self.turned.iter().any(|turned| turned == key)))
            .then(|| set(self.table.key(&self.bucket), rest.into()))
    }
}

/// Who takes up the difference in each table that is turned, and which weights share what they have.
fn balances_and_shares(strategy: &Strategy, tune: &Tune) -> (Vec<Balance>, Vec<Shared>) {
    let mut tables: BTreeMap<Table, Vec<&str>> = BTreeMap::new();
    for (table, bucket) in tune.keys.keys().filter_map(|key| Table::of(key)) {
        tables.entry(table).or_default().push(bucket);
    }
    let (mut balances, mut shares) = (Vec::new(), Vec::new());
    for (table, turned) in tables {
        let weights = table.weights(strategy);
        let is_free = |name: &str| !turned.contains(&name);
        let cash = strategy.buckets.iter().filter(|(_, bucket)| matches!(bucket.hold, Hold::Cash)).map(|(name, _)| name.as_str());
        let bucket = tune.balance.as_deref().into_iter().chain(cash).find(|name| is_free(name));
        let fixed = weights.iter().filter(|(name, _)| is_free(name) && Some(**name) != bucket).map(|(_, weight)| weight).sum::<f64>();
        let keys: Vec<String> = turned.iter().map(|bucket| table.key(bucket).join(".")).collect();
        let ranges = keys.iter().all(|key| !matches!(tune.keys[key].values, Values::List(_)));
        match bucket {
            Some(bucket) => balances.push(Balance { table, bucket: bucket.to_owned(), shared: 1.0 - fixed, turned: keys }),
            None if ranges && keys.len() > 1 => shares.push(Shared { turned: keys, total: 1.0 - fixed }),
            None => {}
        }
    }
    (balances, shares)
}

fn dimension(search: &Search) -> (Dimension, Vec<toml::Value>) {
    match &search.values {
        Values::Whole { min, max, step } => (Dimension::Integer { min: *min, max: *max, step: *step }, Vec::new()),
        Values::Number { min, max, step, log } => {
            let scale = if *log { Scale::Log } else { Scale::Linear };
            (Dimension::Continuous { min: *min, max: *max, scale, step: *step }, Vec::new())
        }
        Values::List(values) => {
            let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
            (if is_ordered(values) { Dimension::Ordered { count } } else { Dimension::Choice { count } }, values.clone())
        }
    }
}

/// Numbers in an order have neighbours.
pub(super) fn is_ordered(values: &[toml::Value]) -> bool {
    let numbers: Option<Vec<f64>> = values.iter().map(number).collect();
    numbers.is_some_and(|numbers| numbers.is_sorted() || numbers.iter().rev().is_sorted())
}

/// Checked where the strategy was read: the other key comes first and has the value.
fn condition(tune: &Tune, order: &[&String], (other, value): &(String, toml::Value)) -> Condition {
    let Values::List(values) = &tune.keys[other].values else { unreachable!("checked with the strategy") };
    let choice = order.iter().position(|key| *key == other).expect("checked with the strategy");
    let which = values.iter().position(|listed| listed == value).expect("checked with the strategy");
    Condition { choice, value: which as u32 }
}

/// Those that are written, and that what takes up a difference does not fall below nought.
fn limits(file: &StrategyFile, tune: &Tune, keys: &[TurnedKey], balances: &[Balance]) -> Result<Vec<Limit>, Fault> {
    let mut all = Vec::new();
    let position = |name: &str| keys.iter().find(|key| key.name == name).filter(|key| key.choices.is_empty()).map(|key| key.at);
    for balance in balances {
        let terms: Option<Vec<(usize, f64)>> = balance.turned.iter().map(|key| Some((position(key)?, 1.0))).collect();
        all.extend(terms.map(|terms| Limit { terms, most: balance.shared }));
    }
    for text in &tune.limits {
        let wrong = |found: String, expected: &str| {
            let fix = "write it as in \"buckets.a.weight + buckets.b.weight <= 0.5\"";
            Fault::new(format!("{}: {text:?}", place(file, "tune.limits")), found, expected, fix)
        };
        let near = |name: &str| suggestion(name, tune.keys.keys().map(String::as_str));
        let read = Comparison::parse(text).map_err(|unreadable| wrong(unreadable.found, unreadable.expected))?;
        for name in read.names() {
            if position(name).is_none() {
                let fault = wrong(format!("`{name}` is no range of numbers that is turned"), "keys of tune.keys that have a range");
                return Err(Fault { fix: near(name) + &fault.fix, ..fault });
            }
        }
        let (Some((mut terms, constant)), Some((others, other))) = (read.left.linear(), read.right.linear()) else {
            return Err(wrong("not linear".to_owned(), "sums of keys times numbers"));
        };
        for (name, factor) in others {
            *terms.entry(name).or_insert(0.0) -= factor;
        }
        let limit = |sign: f64| {
            let terms = terms.iter().map(|(name, factor)| (position(name).expect("looked up above"), sign * factor)).collect();
            Limit { terms, most: sign * (other - constant) }
        };
        match read.relation {
            Relation::AtMost | Relation::Below => all.push(limit(1.0)),
            Relation::AtLeast | Relation::Above => all.push(limit(-1.0)),
            Relation::Equal => return Err(wrong("=".to_owned(), "<= or >=: nearly no point would keep to an equality")),
        }
    }
    Ok(all)
}

/// To four digits: nobody sets a leverage of 2.8327474147081375, and a file should be read.
fn readable(number: f64) -> f64 {
    format!("{number:.3e}").parse().expect("a number that was just written")
}

fn set(key: Vec<String>, value: toml::Value) -> Override {
    Override { text: format!("{}={value}", key.join(".")), key, value }
}

/// Each value once; numbers in their order, others as they came.
pub(super) fn in_order<'a>(values: impl Iterator<Item = &'a toml::Value>) -> Vec<&'a toml::Value> {
    let mut each: Vec<&toml::Value> = Vec::new();
    for value in values {
        if !each.contains(&value) {
            each.push(value);
        }
    }
    each.sort_by(|a, b| number(a).zip(number(b)).map_or(Ordering::Equal, |(a, b)| a.total_cmp(&b)));
    each
}

/// A value as a number; none of any other.
#[must_use]
pub fn number(value: &toml::Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

fn place(file: &StrategyFile, key: &str) -> String {
    format!("{}: `{key}`", file.path.display())
}

fn nothing_to_turn(file: &StrategyFile) -> Fault {
    Fault::new(
        file.path.display().to_string(),
        "no [tune] table with keys",
        "[tune] keys = { \"buckets.narratives.weight\" = [0.05, 0.10] }",
        "say which keys to turn and what to try, there or with --keys 'buckets.narratives.weight=0.05..0.15'",
    )
}
