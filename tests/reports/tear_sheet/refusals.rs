//! What rules said no to.

use rotate::replay::run::{Decision, ExitCause, Subject, Verdict, Why};
use rotate::units::{InstrumentId, NarrativeId, Span};

use super::{days, page, rows, section};

#[test]
fn refusals_are_told_by_rule_with_dates_and_the_newest_example() {
    let (mut market, mut run) = days(60);
    for (instrument, symbol) in market.instruments.iter_mut().zip(["AAA", "BBB"]) {
        instrument.symbol = symbol.to_string();
    }
    market.narratives[0] = "too <much>".to_string();
    let decision = |day: usize, why: Why, subject: u16, verdict| Decision {
        time: market.clock.close(day),
        bucket: None,
        subject: Subject::Instrument(InstrumentId(subject)),
        narrative: Some(NarrativeId(0)),
        verdict,
        observed: Some(0.25),
        threshold: Some(0.125),
        why,
    };
    let (position, score) = (Why::LeverageStep, Why::Left(ExitCause::ScoreLost { span: Some(Span::DAY) }));
    run.decisions = vec![
        decision(1, position.clone(), 0, Verdict::Resized),
        decision(2, score.clone(), 0, Verdict::Passed),
        decision(3, score.clone(), 1, Verdict::Refused),
        decision(5, position.clone(), 1, Verdict::Resized),
        decision(8, position.clone(), 0, Verdict::Resized),
    ];
    let told = section(&page(&market, &run), "activity");
    let table = rows(&told);
    let example =
        "AAA: narrative too &lt;much&gt;: its narrative&#39;s leverage goes from 0.25x to 0.12x; 0.25 against a threshold of 0.125";
    assert_eq!(table[1], ["leverage", "resized", "3", "2", "2021-01-03", "2021-01-10", example], "{table:?}");
    assert_eq!(table[2][..5], ["score_lost", "refused", "1", "1", "2021-01-05"]);
    assert_eq!(table[3..], [["rule", "verdict", "times"], ["score_lost", "passed", "1"]], "what passed is no refusal");
    run.decisions.retain(|decision| decision.verdict == Verdict::Passed);
    assert!(!section(&page(&market, &run), "activity").contains("refused"));
}
