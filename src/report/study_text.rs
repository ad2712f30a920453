//! A study in words, for its page and the terminal alike.

use crate::tune::Study;

/// A value as a word: texts without their quotes.
#[must_use]
pub fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What was done, in a sentence.
#[must_use]
pub(crate) fn headline(study: &Study) -> String {
    let order = if study.least_first { ", least first" } else { "" };
    let kept = study.split.map_or_else(|| "nothing kept out-of-sample".to_owned(), |split| format!("out-of-sample from {split}"));
    format!("{} combinations of `{}` tried; ranked by in-sample {}{order}, {kept}", study.trials.len(), study.strategy, study.by)
}

/// What all keys begin with, dot included, so that columns can be headed by what tells them apart; the last word of a key always stays.
#[must_use]
pub(crate) fn shared_prefix(keys: &[String]) -> &str {
    let Some(first) = keys.first() else { return "" };
    let mut ends = first.char_indices().filter(|&(_, c)| c == '.').map(|(at, _)| &first[..=at]);
    ends.rfind(|prefix| keys.iter().all(|key| key.starts_with(prefix))).unwrap_or("")
}

/// The best trials as a table: headings, and whether a column holds numbers; then the rows, both sides of the split.
#[must_use]
pub fn ranked(study: &Study, most: usize) -> (Vec<(String, bool)>, Vec<Vec<String>>) {
    let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    let by = &study.by;
    let prefix = shared_prefix(&study.keys).len();
    let mut columns: Vec<(String, bool)> =
        ["rank".to_owned(), "variant".to_owned(), format!("in-sample {by}"), format!("out-of-sample {by}")].map(|head| (head, true)).into();
    columns.extend(study.keys.iter().enumerate().map(|(k, key)| (key[prefix..].to_owned(), study.is_number(k))));
    let rows = study.ranking.iter().take(most).enumerate().map(|(rank, &trial)| {
        let tried = &study.trials[trial];
        let mut row = vec![(rank + 1).to_string(), (trial + 1).to_string(), shown(tried.metric(by, false)), shown(tried.metric(by, true))];
        row.extend(tried.combination.0.iter().map(|(_, value)| plain(value)));
        row
    });
    (columns, rows.collect())
}
