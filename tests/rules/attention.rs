//! A narrative is left when its share of the market's volume has fallen from its highest since the entry.

use rotate::market::{Kind, Market, Membership, freeze};
use rotate::replay::run::Verdict;
use rotate::units::{AssetId, NarrativeId, Time};

use crate::small::{Small, near, replay, rows, time};

/// Days at a price of 10. Of the dollars of each day this part is AAA's, the one coin of the narrative where there is one; the rest is BBB's.
fn sharing(shares: &[f64], labelled: bool) -> Market {
    let closes = vec![10.0; shares.len()];
    let mut parts = Small::new("2024-01-01", 24).coin("AAA", Kind::Spot, &closes, 0.0).coin("BBB", Kind::Perp, &closes, 0.0).parts();
    for (t, share) in shares.iter().enumerate() {
        parts.series[0].bars[t].volume = share * 1e9;
        parts.series[1].bars[t].volume = (1.0 - share) * 1e9;
    }
    if labelled {
        let since = parts.series[0].bars[0].time;
        parts.narratives.push("N".to_owned());
        parts.memberships.push(Membership {
            asset: AssetId::new(0),
            narrative: NarrativeId::new(0),
            since,
            until: None,
            source: "hand".to_owned(),
        });
    }
    freeze(parts).expect("a small market is whole")
}

const RULES: &str = "rebalance = { every = \"365d\", band = 0.9 }\n[buckets.coins]\nweight = 0.5\nhold = { spot = { assets = [\"AAA\"] } }\n\
                     review = \"365d\"\nexit = { volume_share_falls = { by = BY, span = \"SPAN\" } }\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n";

/// When and why it was left.
fn left(shares: &[f64], by: f64, span: &str) -> (String, Time) {
    let run = replay(&sharing(shares, true), &RULES.replace("BY", &by.to_string()).replace("SPAN", span), 10_000.0);
    let trade = run.trades.first().expect("a trade");
    (trade.exit_reason.clone(), trade.closed)
}

/// Bought at the open of the second day.
const SHARES: [f64; 8] = [0.25, 0.25, 0.75, 0.75, 0.5, 0.375, 0.25, 0.25];

#[test]
fn a_narrative_is_left_when_its_share_of_volume_has_fallen_by_so_much() {
    let fell = |day: &str| ("volume_share_fell".to_owned(), time(day));
    // On the sixth day 0.375 is left of 0.75: exactly half of it is gone. On the seventh two thirds.
    assert_eq!(left(&SHARES, 0.5, "1d"), fell("2024-01-07"));
    assert_eq!(left(&SHARES, 0.51, "1d"), fell("2024-01-08"));
    assert_eq!(left(&SHARES, 0.7, "1d").0, "end of data");
    // Over two days it is 0.75 at its highest, 0.4375 on the sixth and 0.3125 on the seventh.
    assert_eq!(left(&SHARES, 0.5, "2d"), fell("2024-01-08"));
}

#[test]
fn what_it_fell_by_is_on_record() {
    let run = replay(&sharing(&SHARES, true), &RULES.replace("BY", "0.5").replace("SPAN", "1d"), 10_000.0);
    let told = rows(&run, "volume_share_fell");
    assert_eq!((told.len(), told[0].verdict, told[0].limit), (1, Verdict::Exited, Some(0.5)));
    near(told[0].value.expect("measured"), 0.5);
    assert!(told[0].detail.contains("over 1d is 37.50 %, and was 75.00 % at its highest since the entry"), "{}", told[0].detail);
}

#[test]
fn the_highest_is_that_since_the_entry() {
    // 0.75 was before the entry, which nobody held.
    assert_eq!(left(&[0.75, 0.375, 0.375, 0.375, 0.375, 0.375], 0.4, "1d").0, "end of data");
    // The close of the bar of the entry counts.
    assert_eq!(left(&[0.25, 0.75, 0.375, 0.375, 0.375, 0.375], 0.4, "1d"), ("volume_share_fell".to_owned(), time("2024-01-04")));
}

#[test]
fn without_narratives_it_says_nothing_and_that_is_said() {
    let run = replay(&sharing(&SHARES, false), &RULES.replace("BY", "0.5").replace("SPAN", "1d"), 10_000.0);
    assert_eq!(run.trades[0].exit_reason, "end of data");
    assert!(
        run.cautions.iter().any(|caution| caution.contains("bucket `coins` leaves by its narratives' share of volume")),
        "{:?}",
        run.cautions
    );
}
