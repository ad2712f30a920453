//! What the flags of `rotate tune` replace in the strategy: each as a `--set`, so that a manifest needs nothing else to make the study again.

use crate::fault::Fault;
use crate::strategy::{Override, StrategyFile};

/// All of them, in order: those of the user, then those that other flags stand for.
pub(super) fn of(
    set: &[String],
    keys: &[String],
    by: &[String],
    require: &[String],
    sampler: Option<&str>,
    numbers: [(&str, Option<u64>); 2],
) -> Result<Vec<String>, Fault> {
    let mut all = set.to_vec();
    if !keys.is_empty() {
        all.push("tune.keys={}".to_owned());
    }
    for text in keys {
        let (key, values) = text.split_once('=').ok_or_else(|| unreadable(text, "no equals sign"))?;
        all.push(format!("tune.keys.\"{}\"={}", key.trim(), tried(text, values.trim())?));
    }
    match by {
        [] => {}
        [one] => all.push(format!("tune.by={}", toml::Value::from(one.as_str()))),
        several => all.push(format!("tune.by={}", toml::Value::from(several.to_vec()))),
    }
    if !require.is_empty() {
        all.push(format!("tune.require={}", toml::Value::from(require.to_vec())));
    }
    all.extend(sampler.map(|sampler| format!("tune.sampler={sampler}")));
    all.extend(numbers.into_iter().filter_map(|(key, number)| Some(format!("{key}={}", number?))));
    Ok(all)
}

/// The strategy with all of them.
pub(super) fn apply(file: StrategyFile, set: &[String]) -> Result<StrategyFile, Fault> {
    let sets = set.iter().map(|text| Override::parse(text)).collect::<Result<Vec<_>, _>>()?;
    if sets.is_empty() { Ok(file) } else { file.with_all(&sets) }
}

/// `1..5`, `0.05..0.15:0.01` or `a,b,c` as TOML.
fn tried(text: &str, values: &str) -> Result<toml::Value, Fault> {
    if values.starts_with(['[', '{']) {
        return toml::from_str::<toml::Table>(&format!("value = {values}"))
            .ok()
            .and_then(|mut table| table.remove("value"))
            .ok_or_else(|| unreadable(text, "no list or table of TOML"));
    }
    let Some((min, rest)) = values.split_once("..") else {
        return Ok(toml::Value::Array(values.split(',').map(|value| scalar(value.trim())).collect()));
    };
    let (max, step) = rest.split_once(':').map_or((rest, None), |(max, step)| (max, Some(step)));
    let number = |part: &str| match scalar(part.trim()) {
        value @ (toml::Value::Integer(_) | toml::Value::Float(_)) => Ok(value),
        _ => Err(unreadable(text, &format!("`{part}` is no number"))),
    };
    let mut range = toml::Table::from_iter([("min".to_owned(), number(min)?), ("max".to_owned(), number(max)?)]);
    if let Some(step) = step {
        range.insert("step".to_owned(), number(step)?);
    }
    Ok(toml::Value::Table(range))
}

/// A value of TOML, or a bare word as text.
fn scalar(text: &str) -> toml::Value {
    let parsed = toml::from_str::<toml::Table>(&format!("value = {text}")).ok().and_then(|mut table| table.remove("value"));
    parsed.unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

fn unreadable(text: &str, found: &str) -> Fault {
    Fault::new(
        format!("--keys {text}"),
        found,
        "KEY=1..5, KEY=0.05..0.15:0.01 or KEY=a,b,c",
        "write the dotted key of the strategy file, an equals sign, and what to try",
    )
}
