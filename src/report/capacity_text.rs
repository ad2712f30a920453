//! The capacity of a strategy, and in which scenarios it gains, in words: one place for page, terminal and summary.

use crate::report::number_format::{brief_money, percent};
use crate::stress::{Capacity, Half, Kind, Ladder, Noise, Scenario, Step};

/// Both answers in a sentence.
#[must_use]
pub fn text(capacity: &Capacity) -> String {
    format!("{}; {}", sentence("alpha", capacity.alpha), sentence("total return", capacity.total_return))
}

fn sentence(what: &str, half: Half) -> String {
    match half {
        Half::NothingToLose => format!("before costs there is no {what} that more money could eat"),
        Half::Unknown => {
            format!("the capacity of the {what} is not known: what a replay comes to is beyond what the books can hold")
        }
        Half::LostAt { capital, left } if left < 0.0 => {
            format!("costs have eaten all of the {what} and more already at {}", brief_money(capital))
        }
        Half::LostAt { capital, left } => {
            let (at, left) = (brief_money(capital), percent(Some(left)));
            format!("costs have eaten half of the {what}, or more, already at {at}: {left} of it is left")
        }
        Half::At(usd) => format!("costs and unfilled orders have eaten half of the {what} at about {}", brief_money(usd)),
        Half::NeverLost { capital, left } => {
            let (left, at) = (percent(Some(left)), brief_money(capital));
            format!("more than half of the {what}, {left} of it, is left at {at}, the most that was tried")
        }
    }
}

/// In a narrow column: `$3.16M`; `<$100k` where it was lost at once, `>$1B` where never; a dash where there was nothing to lose, or where it is not known.
#[must_use]
pub fn brief(half: Half) -> String {
    match half {
        Half::NothingToLose | Half::Unknown => "–".to_string(),
        Half::LostAt { capital, .. } => format!("<{}", brief_money(capital)),
        Half::At(usd) => brief_money(usd),
        Half::NeverLost { capital, .. } => format!(">{}", brief_money(capital)),
    }
}

/// Short enough for a picture or a table: `pessimistic`, `costs 2x`, `1 bar later`, `assumed 2x` (the funding that is).
#[must_use]
pub fn scenario(step: Step) -> String {
    match step.kind() {
        Kind::Assumptions | Kind::Latency => step.name(),
        Kind::Costs => format!("costs {}", step.name()),
        Kind::AssumedFunding => format!("assumed {}", step.name()),
    }
}

/// How far fills alone spread the return, and which scenarios that does not tell from their neighbour; nothing where it is not known.
#[must_use]
pub fn noise(ladder: &Ladder) -> Option<String> {
    let noise = ladder.noise?;
    let indistinct: Vec<String> =
        ladder.scenarios.iter().filter(|scenario| scenario.is_significant == Some(false)).map(|found| scenario(found.step)).collect();
    Some(floor(&noise, &indistinct))
}

fn floor(noise: &Noise, indistinct: &[String]) -> String {
    let spread = format!(
        "With market orders filled by chance elsewhere in their bars ({} seeds) total return lies between {} and {} (5th to 95th percentile, deviation {})",
        noise.seeds,
        percent(Some(noise.low)),
        percent(Some(noise.high)),
        percent(Some(noise.deviation)),
    );
    let width = percent(Some(noise.width()));
    if indistinct.is_empty() {
        return format!("{spread}: every scenario is further than these {width} from its neighbour.");
    }
    format!("{spread}: a scenario within these {width} of its neighbour does not differ significantly from it ({}).", indistinct.join(", "))
}

/// Before a number that the noise of fills does not tell from its neighbour's.
#[must_use]
pub fn mark(scenario: &Scenario) -> &'static str {
    if scenario.is_significant == Some(false) { "≈ " } else { "" }
}

/// Whether the gain outlives every scenario.
#[must_use]
pub fn sign(ladder: &Ladder) -> String {
    outlives(ladder.scenarios.iter().filter_map(|scenario| Some((scenario.step, scenario.metrics.returns.total_return?))))
}

fn outlives(returns: impl Iterator<Item = (Step, f64)>) -> String {
    let (kept, lost): (Vec<_>, Vec<_>) = returns.partition(|(_, total)| *total > 0.0);
    if lost.is_empty() {
        return "The gain stays a gain in every scenario. A scenario may still be above the one before it: fills at other times lead to other holdings."
            .to_string();
    }
    if kept.is_empty() {
        return "There is no gain in any scenario, whatever is assumed.".to_string();
    }
    let at = |step: Step| match step.kind() {
        Kind::Assumptions => format!("under {} assumptions", step.name()),
        Kind::Costs => format!("at {} costs", step.name()),
        Kind::Latency => step.name(),
        Kind::AssumedFunding => format!("at {} the assumed funding", step.name()),
    };
    let lost: Vec<String> = lost.into_iter().map(|(step, _)| at(step)).collect();
    format!("There is no gain {}: a strategy whose sign depends on assumptions is unproven.", lost.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_money_has_the_same_words() {
        let at = |usd| sentence("alpha", Half::At(usd));
        assert_eq!(at(12_345.0), "costs and unfilled orders have eaten half of the alpha at about $12.3k");
        assert!(at(3_160_000.0).ends_with("$3.16M"));
        let lost = |left| sentence("alpha", Half::LostAt { capital: 1e5, left });
        assert_eq!(lost(0.4), "costs have eaten half of the alpha, or more, already at $100k: 40.00 % of it is left");
        assert_eq!(lost(-2.4072), "costs have eaten all of the alpha and more already at $100k");
        assert!(sentence("alpha", Half::NeverLost { capital: 1e9, left: 0.75 }).contains("75.00 % of it, is left at $1B"));
    }

    #[test]
    fn never_lost_and_lost_at_once_are_told_apart() {
        let all =
            [Half::NothingToLose, Half::LostAt { capital: 1e5, left: 0.4 }, Half::At(3.16e6), Half::NeverLost { capital: 1e9, left: 0.9 }];
        assert_eq!(all.map(brief), ["–", "<$100k", "$3.16M", ">$1B"]);
    }

    #[test]
    fn what_is_within_the_noise_is_not_told_apart() {
        let noise = Noise { seeds: 100, deviation: 0.02, low: 0.1, high: 0.175 };
        let sentence = floor(&noise, &["costs 2x".to_owned(), "costs 3x".to_owned()]);
        assert!(sentence.contains("between 10.00 % and 17.50 % (5th to 95th percentile, deviation 2.00 %)"), "{sentence}");
        assert!(
            sentence
                .ends_with("a scenario within these 7.50 % of its neighbour does not differ significantly from it (costs 2x, costs 3x)."),
            "{sentence}"
        );
        assert!(floor(&noise, &[]).ends_with("every scenario is further than these 7.50 % from its neighbour."));
    }

    #[test]
    fn a_sign_depends_on_assumptions_only_where_it_changes() {
        let sign = |returns: [f64; 12]| outlives(Step::ALL.into_iter().zip(returns));
        assert_eq!(sign([0.0; 12]), "There is no gain in any scenario, whatever is assumed.");
        assert!(sign([0.1; 12]).starts_with("The gain stays"));
        let some = sign([0.1, 0.1, -0.1, 0.1, 0.1, 0.1, 0.0, -0.1, 0.1, 0.1, 0.1, -0.1]);
        let start = "There is no gain under pessimistic assumptions, at 3x costs, 1 bar later, at 3x the assumed funding: ";
        assert!(some.starts_with(start), "{some}");
    }
}
