//! Rhythms said in bars.

use std::fs;
use std::path::Path;

use rotate::strategy::StrategyFile;
use rotate::units::Span;

use crate::program::{WINDOW, fine, tree};

/// Two buckets that rotate.
fn text(decide: &str, every: &str, review: &str) -> String {
    format!(
        "name = \"mine\"\nabout = \"x\"\nregime = \"any\"\ndecide = \"{decide}\"\nrebalance = {{ every = \"{every}\", band = 0.1 }}\n\
         [buckets.coins]\nweight = 0.7\nhold = {{ spot = {{ count = 3 }} }}\nscore = {{ momentum = \"7d\" }}\nreview = \"{review}\"\n\
         [buckets.narratives]\nweight = 0.1\nhold = {{ perp = {{ narratives = 2 }} }}\nscore = {{ momentum = \"7d\" }}\nleverage = {{ open = 2.0 }}\n\
         [buckets.rest]\nweight = 0.2\nhold = \"cash\"\n[lifecycle]\n"
    )
}

/// Every file of a report over the sample, whose bars are eight hours.
fn report(home: &Path, rules: &str) -> Vec<(String, Vec<u8>)> {
    let at = |name: &str| home.join(name).display().to_string();
    fs::write(at("mine.toml"), rules).unwrap();
    fine(&[&["run", &at("mine.toml"), "--tables", "csv", "--quiet", "--out", &at("report")][..], &WINDOW].concat());
    assert!(fine(&["verify", &at("report"), "--quiet"]).contains("verified"));
    tree(&home.join("report")).into_iter().collect()
}

#[test]
fn a_bar_is_its_length_to_the_last_byte_of_a_report() {
    let home = tempfile::tempdir().unwrap();
    for [bars, hours] in
        [[("bar", "bar", "bar"), ("8h", "8h", "8h")], [("bar", "3d", "1d"), ("8h", "3d", "1d")], [("8h", "7d", "bar"), ("8h", "7d", "8h")]]
    {
        let [in_bars, in_hours] = [bars, hours].map(|(decide, every, review)| report(home.path(), &text(decide, every, review)));
        let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&in_bars), names(&in_hours));
        let differ: Vec<&String> = in_bars.iter().zip(&in_hours).filter(|(a, b)| a.1 != b.1).map(|(a, _)| &a.0).collect();
        assert_eq!(differ, ["manifest.json"], "{bars:?}");
        let fills = in_bars.iter().find(|(name, _)| name == "mine/fills.csv").unwrap();
        assert!(String::from_utf8_lossy(&fills.1).lines().count() > 10, "nothing happens");
    }
    // What was written is kept.
    report(home.path(), &text("bar", "bar", "bar"));
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(home.path().join("report/manifest.json")).unwrap()).unwrap();
    let kept = &manifest["strategies"][0]["resolved"];
    assert_eq!(
        (&kept["decide"], &kept["rebalance"]["every"], &kept["buckets"]["coins"]["review"]),
        (&"bar".into(), &"bar".into(), &"bar".into())
    );
}

#[test]
fn a_rhythm_between_decisions_is_refused_by_the_market_it_is_between_them_on() {
    let on = |hours: i64, decide: &str, every: &str, review: &str| {
        let file = StrategyFile::parse(Path::new("mine.toml"), text(decide, every, review))?;
        file.check_compatible(Span::from_seconds(hours * 3_600), 50.0)
    };
    for (hours, decide, every, review) in
        [(8, "bar", "bar", "bar"), (1, "bar", "5h", "7h"), (8, "bar", "1d", "16h"), (24, "1d", "bar", "bar")]
    {
        on(hours, decide, every, review).unwrap_or_else(|fault| panic!("{hours} {decide} {every} {review}: {fault}"));
    }
    for (hours, rhythms, place, found) in [
        (8, ("bar", "1d", "12h"), "mine.toml:10", "`buckets.coins.review`: 12h, on a market whose bars are 8h"),
        (8, ("bar", "12h", "1d"), "mine.toml:5", "`rebalance.every`: 12h, on a market whose bars are 8h"),
        (8, ("1d", "1d", "bar"), "mine.toml:10", "`buckets.coins.review`: bar, on a market whose bars are 8h"),
        (8, ("1d", "bar", "1d"), "mine.toml:5", "`rebalance.every`: bar, on a market whose bars are 8h"),
        (8, ("12h", "1d", "1d"), "mine.toml:4", "`decide`: 12h, on a market whose bars are 8h"),
        // Without a market already.
        (8, ("1d", "12h", "1d"), "mine.toml:5", "`rebalance.every`: 12h"),
        (8, ("bars", "1d", "1d"), "mine.toml:4", "`bars` is no length of time"),
    ] {
        let (decide, every, review) = rhythms;
        let fault = on(hours, decide, every, review).unwrap_err();
        assert_eq!((fault.place.as_str(), fault.found.starts_with(found)), (place, true), "{fault}");
    }
}
