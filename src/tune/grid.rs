//! The grid of a `[tune]` table, and a strategy with one of its combinations in place.

use crate::batch::{Arena, check_compatible};
use crate::fault::Fault;
use crate::strategy::{Hold, Override, StrategyFile};

/// One value for each key, in the order of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination(pub Vec<(String, toml::Value)>);

/// Every combination, the last key turning fastest.
pub(super) fn combinations(file: &StrategyFile, most: usize) -> Result<Vec<Combination>, Fault> {
    let place = file.path.display().to_string();
    let Some(tune) = file.strategy.tune.as_ref().filter(|tune| !tune.keys.is_empty()) else {
        return Err(Fault::new(
            place,
            "no [tune] table with keys",
            "[tune] keys = { \"buckets.narratives.weight\" = [0.05, 0.10] }",
            "say which keys to turn and what to try",
        ));
    };
    let count = tune.keys.values().map(Vec::len).try_fold(1_usize, usize::checked_mul).unwrap_or(usize::MAX);
    if count > most {
        return Err(Fault::new(
            place,
            format!("`tune.keys`: {count} combinations"),
            format!("at most {most}"),
            "try fewer values, or allow more with --trials",
        ));
    }
    let mut all = vec![Combination(Vec::new())];
    for (key, values) in &tune.keys {
        all = all
            .into_iter()
            .flat_map(|before| {
                values.iter().map(move |value| {
                    let mut next = before.clone();
                    next.0.push((key.clone(), value.clone()));
                    next
                })
            })
            .collect();
    }
    Ok(all)
}

/// The strategy with a combination in place. Where a bucket's weight is turned, the balancing bucket takes up the difference.
pub(super) fn apply(file: &StrategyFile, combination: &Combination, arena: &Arena) -> Result<StrategyFile, Fault> {
    let mut sets = combination.0.iter().map(|(key, value)| Override::parse(&format!("{key}={value}"))).collect::<Result<Vec<_>, _>>()?;
    if let Some(balance) = balance(file, &sets) {
        sets.push(balance);
    }
    let turned = file.with_all(&sets).and_then(|turned| check_compatible(arena.market, &turned).map(|()| turned));
    turned.map_err(|fault| {
        let values: Vec<String> = combination.0.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        Fault { place: format!("{}: `tune.keys`: {}", file.path.display(), values.join(", ")), ..fault }
    })
}

fn balance(file: &StrategyFile, sets: &[Override]) -> Option<Override> {
    let strategy = &file.strategy;
    let weight_of = |name: &str| {
        let turned = sets.iter().find(|set| set.key.len() == 3 && set.key[0] == "buckets" && set.key[1] == name && set.key[2] == "weight");
        turned.map(|set| set.value.as_float().or(set.value.as_integer().map(|whole| whole as f64)).unwrap_or(f64::NAN))
    };
    if !strategy.buckets.keys().any(|name| weight_of(name).is_some()) {
        return None;
    }
    let asked = strategy.tune.as_ref().and_then(|tune| tune.balance.clone());
    let first_cash = || strategy.buckets.iter().find(|(_, bucket)| matches!(bucket.hold, Hold::Cash)).map(|(name, _)| name.clone());
    let name = asked.or_else(first_cash).filter(|name| weight_of(name).is_none())?;
    let others: f64 =
        strategy.buckets.iter().filter(|(other, _)| **other != name).map(|(other, bucket)| weight_of(other).unwrap_or(bucket.weight)).sum();
    // Nine decimals: the weights still sum to one, and the number in best.toml is readable.
    let rest = ((1.0 - others) * 1e9).round() / 1e9;
    // A weight that is no number is refused where it was asked for.
    rest.is_finite().then(|| Override::parse(&format!("buckets.{name}.weight={rest:?}")).ok()).flatten()
}
