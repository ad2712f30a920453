//! Evidence as a score: a signal of one's own, from a file, drives who is held.

use rotate::replay::run::{Decision, Run, Why};
use rotate::strategy::ExitCause;

use super::{fills, replay, rows, told};
use crate::tiny::Tiny;

/// Prices say nothing: all stand still for ten days.
fn still() -> Tiny {
    ["ONE", "TWO"].into_iter().fold(Tiny::new().spot("BTC", &[100.0; 10]), |tiny, name| tiny.spot(name, &[10.0; 10]))
}

/// One place for two coins.
fn place(score: &str, keys: &str) -> String {
    format!(
        "[buckets.coins]\nweight = 1.0\nhold = {{ spot = {{ assets = [\"ONE\", \"TWO\"], count = 1 }} }}\nscore = {{ evidence = {score} }}\n{keys}"
    )
}

#[test]
fn the_latest_value_known_ranks_and_nothing_before_it_is_known() {
    // Known at the open of day 2, which is the close of day 1: bought at the open of day 2, and so on.
    let tiny = still().signal("ONE", "mine", 2, 1.0).signal("TWO", "mine", 4, 2.0).signal("TWO", "mine", 6, 0.5);
    let expected = [
        (2, "ONEUSDT", "enter"),
        (4, "ONEUSDT", "rotated_out"),
        (4, "TWOUSDT", "enter"),
        (6, "TWOUSDT", "rotated_out"),
        (6, "ONEUSDT", "enter"),
        (9, "ONEUSDT", "end_of_data"),
    ];
    let (market, run) = replay(tiny, &place("\"mine\"", ""));
    assert_eq!(fills(&market, &run), told(&expected));
}

/// A second later is another close.
#[test]
fn what_is_known_a_second_after_a_close_waits_for_the_next() {
    let mut tiny = still().signal("ONE", "mine", 2, 1.0);
    tiny.0.evidence[0].known_at = tiny.0.evidence[0].known_at.plus(1);
    let (market, run) = replay(tiny, &place("\"mine\"", ""));
    assert_eq!(fills(&market, &run), told(&[(3, "ONEUSDT", "enter"), (9, "ONEUSDT", "end_of_data")]));
}

#[test]
fn the_lowest_is_the_best_where_the_strategy_says_so() {
    let tiny = || still().signal("ONE", "mine", 1, 1.0).signal("TWO", "mine", 1, 2.0);
    let first = |score: &str| {
        let (market, run) = replay(tiny(), &place(score, ""));
        fills(&market, &run)[0].clone()
    };
    assert_eq!(first("{ metric = \"mine\" }").1, "TWOUSDT");
    assert_eq!(first("{ metric = \"mine\", lowest_first = true }").1, "ONEUSDT");
}

#[test]
fn a_value_grows_too_old() {
    // Known at the close of day 0; two days old at the open of day 3, three days old a day later.
    let tiny = still().signal("ONE", "mine", 1, 1.0);
    let (market, run) = replay(tiny, &place("{ metric = \"mine\", max_age = \"2d\" }", ""));
    assert_eq!(fills(&market, &run), told(&[(1, "ONEUSDT", "enter"), (4, "ONEUSDT", "rotated_out")]));
}

#[test]
fn thresholds_of_a_score_hold_for_evidence() {
    let tiny = || still().signal("ONE", "mine", 1, 12.0).signal("ONE", "mine", 5, 8.0).signal("ONE", "mine", 6, 1.0);
    // Entered above 10, left at 2 or less; what is held stays between the two where its bucket is not reviewed.
    let keys = "enter_above = 10.0\nexit_score = { below = 2.0 }\nreview = \"100d\"\n";
    let (market, run) = replay(tiny(), &place("\"mine\"", keys));
    assert_eq!(fills(&market, &run), told(&[(1, "ONEUSDT", "enter"), (6, "ONEUSDT", "score_lost")]));
    let lost: Vec<&Decision> = rows(&run, "score_lost");
    assert_eq!((lost[0].observed, lost[0].threshold), (Some(1.0), Some(2.0)));
    assert_eq!(lost[0].why, Why::Left(ExitCause::ScoreLost { span: None }));
    assert!(rows(&run, "enter").iter().any(|row| row.observed == Some(12.0) && row.threshold == Some(10.0)));
    let (_, run) = replay(tiny(), &place("\"mine\"", &keys.replace("10.0", "12.0")));
    assert!(run.fills.is_empty(), "strictly above");
}

/// Two narratives with a value each, and a coin that is in both.
fn narratives(rules: &str) -> Vec<(i64, String, String)> {
    let tiny = still().member("ONE", "ai", 0, None).member("TWO", "ai", 0, None).member("TWO", "rwa", 0, None);
    let tiny = tiny.evidence("ai", "mine", 1, 1.0).evidence("rwa", "mine", 1, 9.0);
    let (market, run): (_, Run) = replay(tiny, rules);
    fills(&market, &run)
}

#[test]
fn a_narrative_is_ranked_by_its_own_evidence() {
    let hold = |most: usize, keys: &str| {
        format!(
            "[buckets.coins]\nweight = 1.0\nhold = {{ spot = {{ narratives = {most}, per_narrative = 1 }} }}\nscore = {{ evidence = \"mine\" }}\n{keys}"
        )
    };
    // TWO stands in `ai` too, whose 1 is not what `rwa` is ranked by.
    assert_eq!(narratives(&hold(1, "")), told(&[(1, "TWOUSDT", "enter"), (9, "TWOUSDT", "end_of_data")]));
    assert_eq!(narratives(&hold(2, "enter_above = 5.0\n")), told(&[(1, "TWOUSDT", "enter"), (9, "TWOUSDT", "end_of_data")]));
    let both = [(1, "TWOUSDT", "enter"), (1, "ONEUSDT", "enter"), (9, "ONEUSDT", "end_of_data"), (9, "TWOUSDT", "end_of_data")];
    let mut found = narratives(&hold(2, ""));
    found.sort();
    let mut both = told(&both);
    both.sort();
    assert_eq!(found, both);
    assert_eq!(narratives(&hold(2, "enter_above = 9.0\n")), []);
}

#[test]
fn a_coin_s_own_value_goes_before_that_of_its_narrative_until_it_is_too_old() {
    let tiny =
        still().member("ONE", "ai", 0, None).evidence("ai", "mine", 4, 1.0).signal("ONE", "mine", 1, 9.0).signal("TWO", "mine", 4, 5.0);
    let (market, run) = replay(tiny, &place("{ metric = \"mine\", max_age = \"4d\" }", ""));
    // At the open of day 6 its 9 is five days old, and the 1 of its narrative is not; TWO's 5 is better.
    let expected = [(1, "ONEUSDT", "enter"), (6, "ONEUSDT", "rotated_out"), (6, "TWOUSDT", "enter"), (9, "TWOUSDT", "rotated_out")];
    assert_eq!(fills(&market, &run), told(&expected));
}

#[test]
fn a_market_without_the_evidence_says_so() {
    let (_, run) = replay(still(), &place("\"mine\"", ""));
    assert!(run.fills.is_empty());
    let said: Vec<String> = run.cautions.iter().map(ToString::to_string).collect();
    let told = "stays in cash all the time, because the market has no evidence called `mine` to score by";
    assert!(said.iter().any(|caution| caution.contains(told)), "{said:?}");
}
