//! Narrative labels and conversions that the program brings along, for coins that a market has.

use crate::import::facts::Label;
use crate::units::Time;

/// `asset,narrative,since,source`: made by hand by this project, each from the day on which its network, its token or its turn to the subject was public.
const LABELS: &str = include_str!("labels.csv");

/// Coins that became another: what, into what, how many of it, and when that was known and done.
pub(super) const CONVERSIONS: [(&str, &str, f64, &str, &str); 5] = [
    ("MATIC", "POL", 1.0, "2024-07-18", "2024-09-04"),
    ("RNDR", "RENDER", 1.0, "2024-07-10", "2024-07-22"),
    ("AGIX", "FET", 0.433_350, "2024-06-14", "2024-07-01"),
    ("OCEAN", "FET", 0.433_226, "2024-06-14", "2024-07-01"),
    ("FTM", "S", 1.0, "2024-12-16", "2025-01-13"),
];

/// Labels of the program's own for coins for which `has` says that the market has them.
pub(super) fn starter(has: impl Fn(&str) -> bool) -> Vec<Label> {
    let rows = LABELS.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let (coin, narrative, since, source) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
        let since = Time::parse_date(since)?;
        Some(Label {
            coin: coin.to_owned(),
            narrative: narrative.to_owned(),
            since,
            until: None,
            source: format!("hand-made by rotate: {source}"),
        })
    });
    rows.filter(|label| has(&label.coin)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_starter_file_is_a_label() {
        let all = starter(|_| true);
        assert_eq!(all.len(), LABELS.lines().count() - 1);
        let mut coins: Vec<(&str, &str)> = all.iter().map(|label| (label.coin.as_str(), label.narrative.as_str())).collect();
        coins.sort_unstable();
        let before = coins.len();
        coins.dedup();
        assert_eq!(coins.len(), before, "a label twice");
        assert!(starter(|coin| coin == "BTC").is_empty());
    }
}
