//! What a run's test of itself found, in words and for machines.

use serde_json::{Value, json};

use crate::evaluate::Evaluation;
use crate::lookahead::{Leak, SelfTest};
use crate::report::number_format::count;
use crate::report::terminal::{Look, plain, wrapped};

/// Whether nothing that was decided depends on what came later, and what was looked at; no answer where there was no date to look at.
#[must_use]
pub fn lookahead(tested: &SelfTest) -> (Option<bool>, String) {
    let found = &tested.lookahead;
    let [Some(first), Some(last)] = [found.dates.first(), found.dates.last()] else {
        return (None, "not tested: the market has no bar after its first".to_owned());
    };
    let dates = format!("{} dates from {} to {}", count(found.dates.len()), first.date(), last.date());
    match found.leaks.first() {
        None => (Some(true), format!("at {dates} everything later was taken away, then made another: no decision before it changed")),
        Some(Leak { cause, after, dates: leaking, .. }) => {
            let name = cause.name();
            let leaking = count(*leaking);
            (Some(false), format!("{name} is used before it is known: at {leaking} of {dates}, first after {}", after.date()))
        }
    }
}

/// Whether a replay that skips no bar is the same, and what differs first.
#[must_use]
pub fn bar_by_bar(tested: &SelfTest) -> (bool, String) {
    match &tested.bar_by_bar {
        None => (true, "a second replay that goes through every bar is the same to the last bit".to_owned()),
        Some(first) => {
            (false, format!("a second replay that goes through every bar differs at {}: {} of {}", first.time, first.record, first.subject))
        }
    }
}

/// On the terminal: who passed in one line, and a line of each that did not; nothing where nobody asked.
#[must_use]
pub fn lines(all: &[Evaluation], look: Look) -> String {
    let tested = all.iter().filter_map(|one| Some((one.run.strategy.as_str(), one.self_test.as_ref()?)));
    in_words(&tested.collect::<Vec<_>>(), look)
}

fn in_words(tested: &[(&str, &SelfTest)], look: Look) -> String {
    let (passed, others): (Vec<_>, Vec<_>) = tested.iter().partition(|(_, tested)| tested.passed());
    let mut out = String::new();
    if !tested.is_empty() {
        out += "\nself-test\n";
    }
    let names: Vec<String> = passed.iter().map(|(strategy, _)| plain(strategy)).collect();
    if !names.is_empty() {
        let found = "no decision depends on what came later, and a replay through every bar is the same to the last bit";
        out += &wrapped("  passed: ", &format!("{}: {found}", names.join(", ")), look.width.max(40));
    }
    for (strategy, tested) in others {
        let found = format!("{}: {}; {}", plain(strategy), lookahead(tested).1, bar_by_bar(tested).1);
        out += &wrapped("  NOT PASSED: ", &found, look.width.max(40));
    }
    out
}

/// The same for `summary.json`.
#[must_use]
pub fn value(tested: &SelfTest) -> Value {
    let found = &tested.lookahead;
    let leak = |leak: &Leak| json!({ "cause": leak.cause.name(), "after": leak.after, "dates": leak.dates });
    json!({
        "passed": tested.passed(),
        "dates": found.dates.len(),
        "from": found.dates.first(),
        "to": found.dates.last(),
        "replays": found.replays,
        "leaks": found.leaks.iter().map(leak).collect::<Vec<_>>(),
        "bar_by_bar": tested.bar_by_bar.is_none(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookahead::{Cause, Difference, Verdict};
    use crate::market::FactKind;
    use crate::units::Time;

    fn at(date: &str) -> Time {
        Time::parse(date).expect("a date")
    }

    fn tested(leaks: Vec<Leak>, bar_by_bar: Option<Difference>) -> SelfTest {
        SelfTest { lookahead: Verdict { dates: vec![at("2024-01-05"), at("2024-03-01")], replays: 7, leaks }, bar_by_bar }
    }

    fn difference() -> Difference {
        let words = |text: &str| text.to_owned();
        let [rule, subject, whole, changed] = ["enter", "BTCUSDT", "1", "2"].map(words);
        Difference { time: at("2024-02-01"), record: "fills", rule, subject, whole, changed }
    }

    #[test]
    fn a_run_passes_only_where_something_was_tested_and_nothing_found() {
        assert!(tested(Vec::new(), None).passed());
        let nowhere = SelfTest { lookahead: Verdict { dates: Vec::new(), replays: 1, leaks: Vec::new() }, bar_by_bar: None };
        assert!(!nowhere.passed());
        assert_eq!(lookahead(&nowhere).0, None);
        assert_eq!(value(&nowhere)["from"], Value::Null);
    }

    #[test]
    fn who_passed_stands_in_one_line() {
        let (fine, wrong) = (tested(Vec::new(), None), tested(Vec::new(), Some(difference())));
        let text = in_words(&[("a", &fine), ("b", &wrong), ("c", &fine)], Look::PLAIN);
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(':')).collect();
        assert!(lines[0].starts_with("  passed: a, c: no decision depends"), "{text}");
        assert!(text.contains("  NOT PASSED: b: ") && !text.contains("passed: b"), "{text}");
        assert_eq!(in_words(&[], Look::PLAIN), "");
    }

    #[test]
    fn what_was_found_is_named() {
        let leak = Leak { cause: Cause::Kind(FactKind::ALL[0]), after: at("2024-01-05"), dates: 1, first: difference() };
        let found = tested(vec![leak], Some(difference()));
        assert!(!found.passed());
        let (holds, words) = lookahead(&found);
        assert_eq!(holds, Some(false));
        let expected = format!(
            "{} is used before it is known: at 1 of 2 dates from 2024-01-05 to 2024-03-01, first after 2024-01-05",
            FactKind::ALL[0].name()
        );
        assert_eq!(words, expected);
        let (holds, words) = bar_by_bar(&found);
        assert_eq!((holds, words.contains("fills of BTCUSDT")), (false, true));
        assert_eq!((&value(&found)["passed"], &value(&found)["leaks"][0]["dates"]), (&Value::Bool(false), &Value::from(1)));
    }
}
