//! Everything that the types of a strategy refuse in a file, not its first mistake alone: what was refused is taken out, and the rest is read again.

use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use crate::names::nearest;
use crate::strategy::Strategy;
use crate::strategy::located::key_at;
use crate::strategy::renamed::new_name;

/// Mistakes of one file that are told, at most.
pub(super) const TOLD: usize = 20;

/// What is refused after `first` has been, in the order in which it is found; `first` leads.
pub(super) fn all(text: &str, first: Error) -> Vec<Error> {
    let Ok(mut document) = DeTable::parse(text) else { return vec![first] };
    let mut found = Vec::new();
    let mut taken: Vec<Vec<String>> = Vec::new();
    let mut error = first;
    loop {
        let span: Range<usize> = error.span().unwrap_or_default();
        let key = key_at(text, &span).filter(|_| !span.is_empty());
        let follows = follows(&error, key.as_deref(), &taken);
        if !follows {
            found.push(error);
        }
        let Some(key) = key.filter(|key| found.len() < TOLD && take_out(document.get_mut(), key)) else { return found };
        taken.push(key);
        match Strategy::deserialize(Deserializer::from(document.clone())) {
            Ok(_) => return found,
            Err(next) => error = next,
        }
    }
}

/// Whether an error is there only because something was taken out: its key is missed, or the table that it stood in is no longer what it was.
fn follows(error: &Error, key: Option<&[String]>, taken: &[Vec<String>]) -> bool {
    if let Some(rest) = error.message().trim().strip_prefix("missing field `") {
        let missed = rest.split('`').next().unwrap_or_default();
        // The key of another name may have been meant.
        let meant = |last: &String| !nearest(last, [missed]).is_empty() || new_name(last, &[missed.to_owned()]).is_some();
        return taken.iter().filter_map(|key| key.last()).any(meant);
    }
    let is_of_its_own = error.message().trim().starts_with("unknown field");
    !is_of_its_own && key.is_some_and(|key| taken.iter().any(|taken| taken.starts_with(key)))
}

/// Takes a key out of the tables it lies in; `false` where it is not there.
fn take_out(table: &mut DeTable, key: &[String]) -> bool {
    let Some((last, above)) = key.split_last() else { return false };
    let place = above.iter().try_fold(table, |place, part| match place.get_mut(part.as_str()).map(toml::Spanned::get_mut) {
        Some(DeValue::Table(inner)) => Some(inner),
        _ => None,
    });
    place.is_some_and(|place| place.remove(last.as_str()).is_some())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::strategy::StrategyFile;

    const SOUND: &str = r#"
name = "n"
about = "a"
regime = "any"
rebalance = { every = "7d" }

[buckets.coins]
weight = 0.4
hold = { spot = { count = 3 } }
score = { momentum = "30d" }

[buckets.rest]
weight = 0.6
hold = "cash"
"#;

    /// Lines and what was found there, of the file with some lines replaced.
    fn refused(changes: &[(&str, &str)]) -> Vec<String> {
        let text = changes.iter().fold(SOUND.to_owned(), |text, (old, new)| {
            assert!(text.contains(old), "{old}");
            text.replacen(old, new, 1)
        });
        let fault = StrategyFile::parse(Path::new("s.toml"), text).map(drop).expect_err("a mistake");
        std::iter::once(&fault).chain(&fault.also).map(|fault| format!("{}: {}", fault.place, fault.found)).collect()
    }

    #[test]
    fn every_mistake_is_told_once() {
        let all = refused(&[
            ("regime = \"any\"", "regime = \"any\"\nregmie = \"bull\""),
            ("count = 3", "cuont = 3, rnak = [1, 2]"),
            ("weight = 0.4", "weight = \"much\""),
            ("weight = 0.6", "wieght = 0.6\ncolour = 1"),
        ]);
        assert_eq!(
            all,
            [
                "s.toml:5: unknown field `regmie` (at `regmie`)",
                "s.toml:9: invalid type: string \"much\", (at `buckets.coins.weight`)",
                "s.toml:10: unknown field `cuont` (at `buckets.coins.hold.spot.cuont`)",
                "s.toml:10: unknown field `rnak` (at `buckets.coins.hold.spot.rnak`)",
                "s.toml:14: unknown field `wieght` (at `buckets.rest.wieght`)",
                "s.toml:15: unknown field `colour` (at `buckets.rest.colour`)",
            ]
            .map(|line| line.replace("\",", "\""))
        );
    }

    #[test]
    fn what_only_follows_is_not_told() {
        assert_eq!(refused(&[("hold = \"cash\"", "hold = \"cahs\"")]).len(), 1);
        assert_eq!(refused(&[("{ spot = { count = 3 } }", "{ sopt = { count = 3 } }")]).len(), 1);
        let old = "7d\" }\nlimits = { position = { most = 0.5, of = \"notional\" } }";
        assert_eq!(refused(&[("7d\" }", old)]).len(), 1);
        // A key that is missing beside another mistake is one of its own.
        let all = refused(&[("weight = 0.6", "colour = 1")]);
        assert_eq!(all.len(), 2, "{all:?}");
        assert!(all[1].contains("missing field `weight`"), "{all:?}");
    }

    #[test]
    fn what_no_strategy_may_say_is_told_at_once_too() {
        let all = refused(&[
            ("every = \"7d\"", "every = \"1h\""),
            ("weight = 0.4", "weight = 1.4"),
            ("{ momentum = \"30d\" }", "{ momentum = \"30d\" }\nstop = { from_entry = -1.0 }"),
            ("weight = 0.6", "weight = -0.6"),
            ("hold = \"cash\"", "hold = \"cash\"\nexit = { stall = \"7d\" }"),
        ]);
        let keys: Vec<&str> = all.iter().filter_map(|line| line.split('`').nth(1)).collect();
        let expected =
            ["rebalance.every", "buckets.coins.weight", "buckets.coins.stop.from_entry", "buckets.rest.weight", "buckets.rest.exit.stall"];
        assert_eq!(keys, expected, "{all:#?}");
        // Weights that do not sum up follow from each that is none.
        let sum = refused(&[("weight = 0.4", "weight = 0.3")]);
        assert!(sum.len() == 1 && sum[0].contains("0.900000"), "{sum:?}");
    }

    #[test]
    fn no_more_are_told_than_one_reads() {
        let many: Vec<String> = (0..30).map(|i| format!("zz{i} = {i}")).collect();
        assert_eq!(refused(&[("regime = \"any\"", &format!("regime = \"any\"\n{}", many.join("\n")))]).len(), TOLD);
    }
}
