//! The sentences of a verdict, made where it is shown.

use core::fmt::Write as _;

use crate::luck::verdict::{Benchmark, Check, Finding, Grade, Judgement, Length, Overfitting, Reason, Verdict};

impl Verdict {
    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Robust => "robust",
            Self::Fragile => "fragile",
            Self::LikelyLuck => "likely luck",
        }
    }

    /// What it means.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Robust => "Every check holds: chance and the choice among many do not explain the result.",
            Self::Fragile => "Something speaks for the result, but not every check holds or was made.",
            Self::LikelyLuck => "Chance and the choice among many explain the result well enough.",
        }
    }
}

impl Benchmark {
    /// What it is called in a sentence.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::StaticMix => "the static mix",
            Self::HoldBitcoin => "holding bitcoin",
            Self::BeforeTuning => "the strategy before tuning",
        }
    }
}

impl Check {
    /// What it looks at, in a few words.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Trials => "the number of variants evaluated".to_owned(),
            Self::DeflatedSharpe => "the deflated Sharpe ratio".to_owned(),
            Self::Overfitting => "the probability of backtest overfitting".to_owned(),
            Self::Superiority(benchmark) => format!("the test against {}", benchmark.label()),
            Self::Plateau => "the neighbours of the best parameters".to_owned(),
            Self::Degradation => "the step from in-sample to out-of-sample".to_owned(),
            Self::TrackRecord => "the minimum track record length".to_owned(),
            Self::Backtest => "the minimum backtest length".to_owned(),
        }
    }
}

impl Grade {
    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Weak => "weak",
            Self::Fails => "fails",
            Self::Missing => "missing",
        }
    }
}

/// The verdict in one line, with the checks that keep it from being robust.
#[must_use]
pub fn headline(judgement: &Judgement) -> String {
    let mut line = format!("{}. {}", capitalised(judgement.verdict.name()), judgement.verdict.meaning());
    for (grade, verb) in [(Grade::Fails, "Fails"), (Grade::Weak, "Weak"), (Grade::Missing, "Missing")] {
        let checks = judgement.findings.iter().filter(|finding| finding.grade == grade).map(|finding| finding.check.label());
        let checks: Vec<String> = checks.collect();
        if !checks.is_empty() {
            let _ = write!(line, " {verb}: {}.", checks.join(", "));
        }
    }
    line
}

/// What one check found, as a sentence.
#[must_use]
pub fn sentence(finding: &Finding) -> String {
    match finding.reason {
        Reason::Trials { count, effective } => trials(count, effective),
        Reason::DeflatedSharpe { probability } => format!(
            "With a probability of {} the Sharpe ratio is above what the best of all the variants reaches by luck.",
            percent(probability)
        ),
        Reason::Overfitting(found) => overfitting(found),
        Reason::Superiority { benchmark, p_value } => format!(
            "Chance alone would put the best of the variants as far above {} in {} of the redrawn histories.",
            benchmark.label(),
            percent(p_value)
        ),
        Reason::Plateau { median_loss, neighbours } => plateau(median_loss, neighbours),
        Reason::Degradation { kept } if kept <= 0.0 => "Nothing of the Sharpe ratio is left out-of-sample.".to_owned(),
        Reason::Degradation { kept } => format!("Out-of-sample {} of the Sharpe ratio is left.", percent(kept)),
        Reason::TrackRecord(length) => match length {
            Length { found, needed: Some(needed) } => {
                format!("The record has {found:.0} returns; {:.0} are needed to believe its Sharpe ratio.", needed.ceil())
            }
            Length { found, needed: None } => {
                format!("The record has {found:.0} returns; no number of them would be enough for a Sharpe ratio this low.")
            }
        },
        Reason::Backtest(length) => match length {
            Length { found, needed: Some(needed) } => {
                format!("The backtest spans {found:.1} years; in {needed:.1} the best of so many variants gets this far without skill.")
            }
            Length { found, needed: None } => {
                format!("The backtest spans {found:.1} years; no span would be enough for a Sharpe ratio this low.")
            }
        },
        Reason::Missing(check) => format!("Not measured: {}.", check.label()),
    }
}

fn trials(count: usize, effective: Option<f64>) -> String {
    let variants = if count == 1 { "1 variant was evaluated".to_owned() } else { format!("{count} variants were evaluated") };
    match effective.filter(|_| count > 1) {
        Some(effective) => format!("{variants}, which are worth {effective:.1} independent ones."),
        None => format!("{variants}."),
    }
}

fn overfitting(found: Overfitting) -> String {
    let behind = found.behind.map_or_else(String::new, |share| format!(", in {} behind the strategy before tuning", percent(share)));
    format!(
        "In {} of the splits the variant that was best in-sample was at or below the middle out-of-sample{behind}.",
        percent(found.probability)
    )
}

fn plateau(median_loss: Option<f64>, neighbours: usize) -> String {
    match median_loss {
        None => format!("Half or more of the {neighbours} nearest variants gave no result."),
        Some(loss) if loss < 0.0 => format!("Of the {neighbours} nearest variants the one in the middle is no worse."),
        Some(loss) => format!("Of the {neighbours} nearest variants the one in the middle is {} worse.", percent(loss)),
    }
}

/// With a decimal below ten per cent, where a threshold of five lies; what is below a thousandth but is not nought says so.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.1 {
        "less than 0.1 %".to_owned()
    } else if percent.abs() < 9.95 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
