//! What rules say: that a position is to be left, or that an entry is kept out. Facts alone; the sentences are made where they are shown.

use crate::signal::lifecycle::Stage;
use crate::strategy::worded::worded;
use crate::units::{Span, Time};

worded! {
    /// What came of a rule that looked at something.
    pub enum Verdict {
        Passed = "passed",
        Refused = "refused",
        Resized = "resized",
        Exited = "exited",
    }
}

worded! {
    /// A rule by which positions are left at a close.
    pub enum ExitRule {
        Stage = "stage",
        Crowded = "crowded",
        SubsidyEnded = "subsidy_ended",
        VolumeShareFell = "volume_share_fell",
        ScoreLost = "score_lost",
        TimeStop = "time_stop",
    }
}

/// What an exit rule saw, beside its number and its threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExitCause {
    /// The narrative has left the stages in which its coins are kept, so many days ago.
    Stage(Stage),
    /// The mean of so many settlements; where price must stall as well, its return and over which span.
    Crowded { settlements: usize, progress: Option<(f64, Span)> },
    /// The mean of so many settlements.
    SubsidyEnded { settlements: usize },
    /// The narrative's share of the market's volume over a span, now and at its highest since the entry.
    VolumeShareFell { span: Span, share: f64, highest: f64 },
    /// The span of the score; evidence has none.
    ScoreLost { span: Option<Span> },
    /// For how long it was held.
    TimeStop { held: Span },
}

impl ExitCause {
    /// The rule whose cause it is.
    #[must_use]
    pub fn rule(&self) -> ExitRule {
        match self {
            Self::Stage(_) => ExitRule::Stage,
            Self::Crowded { .. } => ExitRule::Crowded,
            Self::SubsidyEnded { .. } => ExitRule::SubsidyEnded,
            Self::VolumeShareFell { .. } => ExitRule::VolumeShareFell,
            Self::ScoreLost { .. } => ExitRule::ScoreLost,
            Self::TimeStop { .. } => ExitRule::TimeStop,
        }
    }
}

/// Why a position must be left.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit {
    pub cause: ExitCause,
    pub observed: Option<f64>,
    pub threshold: Option<f64>,
}

/// What keeps an entry out, beside its number and its threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EntryCause {
    /// The bucket was liquidated and opens nothing any more.
    Liquidated,
    /// Left alone until this close.
    Cooldown { until: Time },
    /// Too young for the average true range of its stop.
    Unmeasured,
    /// Breadth of its narrative over a span.
    Breadth { span: Span },
    /// Funding it would pay.
    FundingAgainst,
    /// It would have to be left at once.
    Exit(ExitCause),
}

/// One rule's refusal of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Barred {
    pub cause: EntryCause,
    /// `None` where it could not be measured, or there is nothing to measure.
    pub observed: Option<f64>,
    pub threshold: Option<f64>,
}

impl From<Exit> for Barred {
    fn from(Exit { cause, observed, threshold }: Exit) -> Self {
        Self { cause: EntryCause::Exit(cause), observed, threshold }
    }
}

/// A criterion of the checklist, by its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CriterionId(pub u16);

/// What a criterion knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    Evidence,
    MarketProxy,
    /// Nothing, and so it passes.
    UnknownPasses,
    UnknownFails,
    /// Nothing, and so it is not counted.
    UnknownIgnored,
}

/// What the checklist looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecklistCause {
    Criterion {
        id: CriterionId,
        known: KnownBy,
    },
    /// All of it: of so many criteria that count.
    List {
        counted: usize,
    },
}

worded! {
    /// Why a bucket picks nothing at a close.
    pub enum Empty {
        /// Nobody passes the selection, whatever the scores.
        NoCandidates = "no_candidates",
        /// No candidate's score allows an entry.
        NoScore = "no_score",
        /// Each candidate is refused, or is being left.
        AllRefused = "all_refused",
        /// No narrative is in a stage to enter or keep.
        NoStage = "no_stage",
    }
}
