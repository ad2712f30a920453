//! The strategies of this project inside the program, so that one that is installed alone has something to begin with.

/// Name and text, in the order of their names.
pub const STRATEGIES: &[(&str, &str)] = &[
    ("adaptive", include_str!("../../strategies/adaptive.toml")),
    ("bear", include_str!("../../strategies/bear.toml")),
    ("bull", include_str!("../../strategies/bull.toml")),
    ("checklist", include_str!("../../strategies/checklist.toml")),
    ("foundation-first", include_str!("../../strategies/foundation-first.toml")),
    ("hold-bitcoin", include_str!("../../strategies/hold-bitcoin.toml")),
    ("rotation", include_str!("../../strategies/rotation.toml")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strategy_of_the_project_is_in_it() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("strategies");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
            .collect();
        there.sort();
        assert_eq!(there, STRATEGIES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }
}
