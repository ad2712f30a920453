//! The sentences of what rules found, and the words of the rules.

use crate::signal::Directory;
use crate::strategy::{Checked, ChecklistCause, Empty, EntryCause, ExitCause, Known, Plan};
use crate::units::NarrativeId;

/// Why a position must be left, beside the number that was `observed`.
pub(super) fn left(cause: &ExitCause, observed: Option<f64>, narrative: Option<NarrativeId>, directory: &Directory) -> String {
    match cause {
        ExitCause::Stage(stage) => {
            let name = narrative.map_or("", |id| directory.narrative(id));
            format!("narrative {name} is {}, for {:.0} days; rotations.csv says why", stage.name(), observed.unwrap_or(0.0))
        }
        ExitCause::Crowded { settlements, progress } => {
            let headway = progress.map_or_else(String::new, |(gain, span)| format!("; {:+.2} % in {span}", gain * 100.0));
            format!("mean of {settlements} settlements per 8 h{headway}")
        }
        ExitCause::SubsidyEnded { settlements } => format!("mean of {settlements} settlements received per 8 h"),
        ExitCause::VolumeShareFell { span, share, highest } => format!(
            "its narrative's share of the market's volume over {span} is {:.2} %, and was {:.2} % at its highest since the entry",
            share * 100.0,
            highest * 100.0
        ),
        ExitCause::ScoreLost { span } => format!("score over {span}"),
        ExitCause::TimeStop { held } => {
            format!("held for {:.0} days; the value is its headway since the average entry", held.days())
        }
    }
}

/// The rule that keeps an entry out, and why.
pub(super) fn barred(
    cause: &EntryCause,
    observed: Option<f64>,
    narrative: Option<NarrativeId>,
    directory: &Directory,
) -> (&'static str, String) {
    match cause {
        EntryCause::Liquidated => ("after_liquidation", "the bucket was liquidated and opens nothing any more".to_owned()),
        EntryCause::Cooldown { until } => ("cooldown", format!("left alone until {until}")),
        EntryCause::Unmeasured => ("stop", "too young for an average true range: its stop would have no place".to_owned()),
        EntryCause::Breadth { span } => {
            let why = observed
                .map_or_else(|| "breadth of its narrative is unknown".to_owned(), |_| format!("breadth of its narrative over {span}"));
            ("narrative_breadth", why)
        }
        EntryCause::FundingAgainst => {
            let why = observed.map_or("funding is unknown", |_| "funding it would pay per 8 h, mean of three settlements");
            ("funding_against", why.to_owned())
        }
        EntryCause::Exit(cause) => (cause.rule().name(), left(cause, observed, narrative, directory)),
    }
}

/// The rule of a row of the checklist, and what it says.
pub(super) fn criterion(row: &Checked, plan: &Plan) -> (String, String) {
    match row.cause {
        ChecklistCause::Criterion { id, known } => {
            let names = plan.checklist.as_ref().map(|list| &list.criteria);
            let name = names.and_then(|criteria| criteria.get_index(usize::from(id.0))).map_or("", |(name, _)| name.as_str());
            let word = match known {
                Known::Evidence => "evidence",
                Known::MarketProxy => "market proxy",
                Known::UnknownPasses => "unknown, which passes",
                Known::UnknownFails => "unknown, which fails",
                Known::UnknownIgnored => "unknown, which is left out",
            };
            (format!("checklist.{name}"), word.to_owned())
        }
        ChecklistCause::List { counted } => {
            let (passed, needed) = (row.observed.unwrap_or(0.0), row.threshold.unwrap_or(0.0));
            ("checklist".to_owned(), format!("{passed} of {counted} criteria pass, {needed} must"))
        }
    }
}

/// Why a bucket picks nothing, of a day (`"today"`) or of all of them.
pub(super) fn empty(why: Empty, when: &str) -> String {
    match why {
        Empty::NoCandidates => format!("no coin passes the bucket's selection {when}"),
        Empty::NoScore => format!("no candidate's score allows an entry {when}"),
        Empty::AllRefused => format!("no candidate may be entered {when}"),
        Empty::NoStage => "no narrative is in a stage to enter or keep".to_owned(),
    }
}
