//! The verdict on a strategy's futures, in words: one place for page, terminal and summary. It is their difference, since a ratio of the whole
//! judges mostly the whole's beta.

use serde_json::{Value, json};

use crate::evaluate::Evaluation;
use crate::report::number_format::{percent, signed_percent};
use crate::report::terminal::{Look, caution_line};
use crate::report::versus::not_comparable_text;
use crate::stress::{Added, Chance, Futures};

/// What follows `Futures:`.
#[must_use]
pub fn text(futures: Futures) -> String {
    match futures {
        Futures::NeverHeld => "no perpetual was ever held".to_owned(),
        Futures::NotComparable { why, days } => {
            format!("not comparable with the same strategy without them: {}", not_comparable_text(why, days))
        }
        Futures::Compared(added) => {
            let verdict = match added.chance() {
                Chance::Better => "significant (95 %)",
                Chance::Worse => "significantly worse (95 %)",
                Chance::NotSignificant => "not significant (95 %)",
            };
            let Added { annual_return, interval, added_in } = added;
            format!(
                "{} a year against the same strategy without them (95 % interval {} to {}, ahead in {} of resampled histories): {verdict}",
                signed_percent(Some(annual_return)),
                percent(Some(interval.low)),
                percent(Some(interval.high)),
                percent(Some(added_in)),
            )
        }
    }
}

/// On the terminal, a line a strategy that may hold perpetuals; nothing where none may.
#[must_use]
pub fn lines(all: &[Evaluation], look: Look) -> String {
    let mut out = String::new();
    for (run, futures) in all.iter().filter_map(|one| Some((one.run, one.stress.futures?))) {
        let named = if all.len() > 1 { format!("Futures of {}: ", run.strategy) } else { "Futures: ".to_owned() };
        out += &caution_line("  ", &(named + &text(futures)), look);
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

/// For machines.
#[must_use]
pub fn value(futures: Futures) -> Value {
    let added = futures.added();
    json!({
        "text": text(futures),
        "held": futures != Futures::NeverHeld,
        "annual_return": added.map(|added| added.annual_return),
        "annual_return_interval": added.map(|added| added.interval),
        "added_in": added.map(|added| added.added_in),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::bootstrap::Interval;
    use crate::metrics::confidence::NotComparable;

    #[test]
    fn a_difference_is_said_with_what_chance_could_make_of_it() {
        let sentence =
            |low, high| text(Futures::Compared(Added { annual_return: 0.012, interval: Interval { low, high }, added_in: 0.87 }));
        assert_eq!(
            sentence(-0.003, 0.025),
            "+1.20 % a year against the same strategy without them (95 % interval −0.30 % to 2.50 %, ahead in 87.00 % of resampled \
             histories): not significant (95 %)"
        );
        assert!(sentence(0.001, 0.025).ends_with(": significant (95 %)"));
        assert!(sentence(-0.025, -0.001).ends_with(": significantly worse (95 %)"));
        assert_eq!(text(Futures::NeverHeld), "no perpetual was ever held");
        let few = text(Futures::NotComparable { why: NotComparable::TooFewDays, days: 3 });
        assert_eq!(few, "not comparable with the same strategy without them: 3 days in common, too few to tell: 30 are needed");
    }
}
