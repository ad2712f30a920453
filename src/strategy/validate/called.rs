//! What things of a strategy are called and say of themselves: names become folders and cells of tables, sentences go to pages and terminals.

use crate::names;
use crate::strategy::Strategy;
use crate::strategy::key::{Checked, Key};

pub(super) fn check(root: &Key, strategy: &Strategy) -> Checked {
    folder(&root.child("name"), &strategy.name)?;
    for bucket in strategy.buckets.keys() {
        named(&root.child("buckets").child(bucket), bucket)?;
    }
    for criterion in strategy.checklist.iter().flat_map(|list| list.criteria.keys()) {
        named(&root.child("checklist").child("criteria").child(criterion), criterion)?;
    }
    for (key, search) in strategy.tune.iter().flat_map(|tune| &tune.keys) {
        let texts = search.values.ends();
        for text in texts.iter().filter_map(toml::Value::as_str) {
            if let Err(unfit) = names::formula(text) {
                let (found, expected, fix) = unfit.words();
                return root.child("tune").child("keys").child(key).wrong(format!("{text:?}, {found}"), expected, fix);
            }
        }
    }
    let whole = toml::Value::try_from(strategy).expect("a strategy that was read can be written as a table");
    visible(root, &whole)
}

/// The name of a strategy is that of its folder in every report, on every system.
fn folder(key: &Key, name: &str) -> Checked {
    if names::is_folder(name) {
        return Ok(());
    }
    let found = if names::is_device(name) { format!("{name:?}, which some systems keep for a device") } else { format!("{name:?}") };
    let found = if name.len() > names::LONGEST { format!("a name of {} letters", name.chars().count()) } else { found };
    key.wrong(found, "letters, digits, - and _, at most 100 of them", "the name becomes a folder of the report: choose a plain one")
}

fn named(key: &Key, name: &str) -> Checked {
    names::name(name).or_else(|unfit| {
        let (found, expected, fix) = unfit.words();
        key.wrong(format!("{name:?}, {found}"), expected, fix)
    })
}

/// Every text of the file is one line that can be seen.
fn visible(key: &Key, value: &toml::Value) -> Checked {
    match value {
        toml::Value::String(text) => names::line(text).or_else(|unfit| {
            let (found, expected, fix) = unfit.words();
            key.wrong(format!("a text {found}"), expected, fix)
        }),
        toml::Value::Array(list) => list.iter().try_for_each(|value| visible(key, value)),
        toml::Value::Table(table) => table.iter().try_for_each(|(name, value)| {
            let below = key.child(name);
            named(&below, name)?;
            visible(&below, value)
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::strategy::StrategyFile;

    fn found(name: &str, about: &str, bucket: &str) -> Option<String> {
        let text = format!(
            "name = \"{name}\"\nabout = \"{about}\"\nregime = \"any\"\nrebalance = {{ every = \"7d\" }}\n[buckets.\"{bucket}\"]\nweight = 1.0\nhold = \"cash\"\n"
        );
        StrategyFile::parse(Path::new("called.toml"), text).map_err(|fault| fault.found).err()
    }

    #[test]
    fn what_is_called_so_can_be_written_everywhere() {
        assert_eq!(found("bull-2", "Words, (all) of = them", "alts & more"), None);
        assert_eq!(found("a", "b", "=1+1").as_deref(), Some("`buckets.=1+1`: \"=1+1\", which begins with `=`"));
        assert_eq!(found("a", "b", "-alts").as_deref(), Some("`buckets.-alts`: \"-alts\", which begins with `-`"));
        assert_eq!(found("a", "b", "a\\u202eb").as_deref(), Some("`buckets.a\u{202e}b`: \"a\\u{202e}b\", with the invisible U+202E in it"));
        assert_eq!(found("a", "b\\u0007", "c").as_deref(), Some("`about`: a text with the invisible U+0007 in it"));
        assert_eq!(found("nul", "b", "c").as_deref(), Some("`name`: \"nul\", which some systems keep for a device"));
        assert_eq!(found(&"x".repeat(101), "b", "c").as_deref(), Some("`name`: a name of 101 letters"));
    }
}
