//! What rules said no to.

use rotate::replay::run::{Decision, Verdict};

use super::{days, page, rows, section};

#[test]
fn refusals_are_told_by_rule_with_dates_and_the_newest_example() {
    let (market, mut run) = days(60);
    let decision = |day: usize, rule: &str, subject: &str, verdict| Decision {
        time: market.clock.close(day),
        rule: rule.to_string(),
        subject: subject.to_string(),
        verdict,
        value: Some(0.25),
        limit: Some(0.125),
        detail: format!("too <much> on day {day}"),
    };
    run.decisions = vec![
        decision(1, "position", "AAA", Verdict::Resized),
        decision(2, "rank", "AAA", Verdict::Passed),
        decision(3, "rank", "BBB", Verdict::Refused),
        decision(5, "position", "BBB", Verdict::Resized),
        decision(8, "position", "AAA", Verdict::Resized),
    ];
    let told = section(&page(&market, &run), "activity");
    let table = rows(&told);
    let example = "2021-01-10 AAA: too &lt;much&gt; on day 8; 0.25 against a limit of 0.125";
    assert_eq!(table[1], ["position", "resized", "3", "2", "2021-01-03", "2021-01-10", example], "{table:?}");
    assert_eq!(table[2][..5], ["rank", "refused", "1", "1", "2021-01-05"]);
    assert_eq!(table[3..], [["rule", "verdict", "times"], ["rank", "passed", "1"]], "what passed is no refusal");
    run.decisions.retain(|decision| decision.verdict == Verdict::Passed);
    assert!(!section(&page(&market, &run), "activity").contains("refused"));
}
