//! One verdict on what was found by trying: robust, fragile or likely luck, with the reasons as data. The sentences are in
//! [`crate::luck::verdict_text`].
//!
//! Each check of the evidence holds, is weak, fails or is missing. Four of them ask outright whether chance explains the result: the deflated
//! Sharpe ratio, the probability of overfitting, the test against the strategy before tuning, and what is left out-of-sample. *Likely luck*: one
//! of the four fails; or the first and the third are both weak, so that nothing rules chance out; or two others fail. *Robust*: every check holds.
//! Anything else is *fragile*: so that with evidence missing it is never robust. How often the verdict is true of markets whose truth is known
//! is an experiment of `tests/laws`.

use crate::luck::plateau::Plateau;

/// Probability of the deflated Sharpe ratio from which it holds: the 95 % of Bailey and López de Prado (2014).
pub const DEFLATED_SHARPE_HOLDS: f64 = 0.95;
/// Below it the ratio is more likely than not what the best of so many reaches without skill.
pub const DEFLATED_SHARPE_FAILS: f64 = 0.5;
/// Probability of backtest overfitting up to which it holds. The paper's 5 % is for many blocks and long series; a variant that is truly
/// better (matrix `one_good` of the golden numbers, 192 periods) shows up to 15 %.
pub const OVERFITTING_HOLDS: f64 = 0.2;
/// From it on choosing the best in-sample is no better than choosing by lot.
pub const OVERFITTING_FAILS: f64 = 0.5;
/// Share of the splits in which the choice may be behind the strategy before tuning and overfitting holds all the same. Among variants that are
/// all as good the best of one half is any of them on the other, and the probability of overfitting is a half however real the result: what
/// then counts is that choosing did no harm.
pub const BEHIND_HOLDS: f64 = 0.05;
/// P-value up to which the strategy beats a benchmark: the usual 5 %.
pub const SUPERIORITY_HOLDS: f64 = 0.05;
/// From it on chance alone does as well more often than not.
pub const SUPERIORITY_FAILS: f64 = 0.5;
/// Share of the best value that the middle neighbour may lose: a fifth is within what a ratio of a few hundred days wanders by itself.
pub const PLATEAU_HOLDS: f64 = 0.2;
/// A neighbour that loses half of it says that the best is a peak.
pub const PLATEAU_FAILS: f64 = 0.5;
/// Share of the Sharpe ratio that must be left out-of-sample. Published strategies lost a quarter out-of-sample and a half after they were
/// published (`McLean` and Pontiff 2016): half is what an honest one can be asked for.
pub const DEGRADATION_HOLDS: f64 = 0.5;
/// Nothing left, or a loss.
pub const DEGRADATION_FAILS: f64 = 0.0;
/// Share of the minimum track record below which a record fails.
pub const TRACK_RECORD_FAILS: f64 = 0.5;
/// Share of the minimum backtest length below which a backtest fails. That minimum is where the best of so many trials is *expected* to be
/// as good without skill; at half of it, such a ratio is nothing to wonder at.
pub const BACKTEST_FAILS: f64 = 0.5;

/// How many checks must fail, of those that are not decisive.
const FAILURES_OF_LUCK: usize = 2;

/// What is to be thought of it; the worse is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Robust,
    Fragile,
    LikelyLuck,
}

/// What a tuned strategy is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Benchmark {
    /// The same weights, never changed.
    StaticMix,
    HoldBitcoin,
    /// The strategy with the parameters it had.
    BeforeTuning,
}

impl Benchmark {
    /// All of them, in the order in which they are reported.
    pub const ALL: [Self; 3] = [Self::StaticMix, Self::HoldBitcoin, Self::BeforeTuning];
}

/// A length against the least that is enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length {
    pub found: f64,
    /// None where no length is enough.
    pub needed: Option<f64>,
}

/// What came of choosing on one half of the blocks and judging on the other, again and again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overfitting {
    /// Share of the splits in which the choice was at or below the middle of the variants: PBO.
    pub probability: f64,
    /// Share of them in which it was behind the strategy before tuning.
    pub behind: Option<f64>,
}

/// Everything a verdict is made from. What is `None`, or no finite number, was not measured, and is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Every variant ever evaluated in the study, not only those of the last run.
    pub trials: Option<usize>,
    /// What they are worth as independent trials; reported, not judged.
    pub effective_trials: Option<f64>,
    /// Probability of the deflated Sharpe ratio, by the number of trials.
    pub deflated_sharpe: Option<f64>,
    /// PBO by CSCV.
    pub overfitting: Option<Overfitting>,
    /// Consistent p-value of the SPA test against each of [`Benchmark::ALL`].
    pub superiority: [Option<f64>; 3],
    pub plateau: Option<Plateau>,
    /// Share of the Sharpe ratio in-sample that is left out-of-sample.
    pub kept: Option<f64>,
    /// Returns observed, against the minimum track record length.
    pub track_record: Option<Length>,
    /// Years of the backtest, against the minimum backtest length for so many trials.
    pub backtest: Option<Length>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    Trials,
    DeflatedSharpe,
    Overfitting,
    Superiority(Benchmark),
    Plateau,
    Degradation,
    TrackRecord,
    Backtest,
}

/// What one check found, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    Trials {
        count: usize,
        effective: Option<f64>,
    },
    DeflatedSharpe {
        probability: f64,
    },
    Overfitting(Overfitting),
    Superiority {
        benchmark: Benchmark,
        p_value: f64,
    },
    /// Share of the best value that the middle neighbour loses (none: it has no value), of so many neighbours.
    Plateau {
        median_loss: Option<f64>,
        neighbours: usize,
    },
    Degradation {
        kept: f64,
    },
    /// In returns.
    TrackRecord(Length),
    /// In years.
    Backtest(Length),
    Missing(Check),
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    Holds,
    Weak,
    Fails,
    Missing,
}

/// A reason and what it says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    pub check: Check,
    pub grade: Grade,
    pub reason: Reason,
}

impl Finding {
    fn of(check: Check, found: Option<(Grade, Reason)>) -> Self {
        let (grade, reason) = found.unwrap_or((Grade::Missing, Reason::Missing(check)));
        Self { check, grade, reason }
    }
}

/// The verdict and every finding, in one order always.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
}

/// Judges by the rule at the head of this file.
#[must_use]
pub fn judge(evidence: &Evidence) -> Judgement {
    let findings = findings(evidence);
    Judgement { verdict: verdict(&findings), findings }
}

fn verdict(findings: &[Finding]) -> Verdict {
    let grade = |check: Check| findings.iter().find(|finding| finding.check == check).map(|finding| finding.grade);
    let fails = |check: &Check| grade(*check) == Some(Grade::Fails);
    let before = Check::Superiority(Benchmark::BeforeTuning);
    let chance = [Check::DeflatedSharpe, Check::Overfitting, before, Check::Degradation].iter().any(fails);
    let undecided = [Check::DeflatedSharpe, before].into_iter().all(|check| grade(check) == Some(Grade::Weak));
    let others = [Check::Plateau, Check::TrackRecord, Check::Backtest].iter().filter(|check| fails(check)).count();
    if chance || undecided || others >= FAILURES_OF_LUCK {
        Verdict::LikelyLuck
    } else if findings.iter().all(|finding| finding.grade == Grade::Holds) {
        Verdict::Robust
    } else {
        Verdict::Fragile
    }
}

fn findings(evidence: &Evidence) -> Vec<Finding> {
    let trials = evidence.trials.filter(|count| *count > 0);
    let trials =
        trials.map(|count| (Grade::Holds, Reason::Trials { count, effective: evidence.effective_trials.filter(|n| n.is_finite()) }));
    let deflated = finite(evidence.deflated_sharpe).map(|probability| {
        (high_is_good(probability, DEFLATED_SHARPE_HOLDS, DEFLATED_SHARPE_FAILS), Reason::DeflatedSharpe { probability })
    });
    let overfitting = evidence.overfitting.filter(|found| found.probability.is_finite());
    let overfitting = overfitting.map(|found| (overfitting_grade(found), Reason::Overfitting(found)));
    let mut all = vec![
        Finding::of(Check::Trials, trials),
        Finding::of(Check::DeflatedSharpe, deflated),
        Finding::of(Check::Overfitting, overfitting),
    ];
    for (benchmark, p_value) in Benchmark::ALL.into_iter().zip(evidence.superiority) {
        let found = finite(p_value)
            .map(|p_value| (low_is_good(p_value, SUPERIORITY_HOLDS, SUPERIORITY_FAILS), Reason::Superiority { benchmark, p_value }));
        all.push(Finding::of(Check::Superiority(benchmark), found));
    }
    let kept = finite(evidence.kept).map(|kept| {
        let grade = if kept <= DEGRADATION_FAILS { Grade::Fails } else { high_is_good(kept, DEGRADATION_HOLDS, DEGRADATION_FAILS) };
        (grade, Reason::Degradation { kept })
    });
    all.push(Finding::of(Check::Plateau, evidence.plateau.as_ref().map(plateau)));
    all.push(Finding::of(Check::Degradation, kept));
    let long = |length: Option<Length>, fails: f64, reason: fn(Length) -> Reason| {
        let length = length.filter(|length| length.found.is_finite());
        let length = length.map(|length| Length { needed: finite(length.needed), ..length });
        length.map(|length| (long_enough(length, fails), reason(length)))
    };
    all.push(Finding::of(Check::TrackRecord, long(evidence.track_record, TRACK_RECORD_FAILS, Reason::TrackRecord)));
    all.push(Finding::of(Check::Backtest, long(evidence.backtest, BACKTEST_FAILS, Reason::Backtest)));
    all
}

/// Where the choice is hardly ever behind what there was, it matters little which of the variants it is.
fn overfitting_grade(found: Overfitting) -> Grade {
    let harmless = found.behind.is_some_and(|behind| behind <= BEHIND_HOLDS);
    if harmless { Grade::Holds } else { low_is_good(found.probability, OVERFITTING_HOLDS, OVERFITTING_FAILS) }
}

fn plateau(found: &Plateau) -> (Grade, Reason) {
    let grade = found.median_loss.map_or(Grade::Fails, |loss| low_is_good(loss, PLATEAU_HOLDS, PLATEAU_FAILS));
    (grade, Reason::Plateau { median_loss: found.median_loss, neighbours: found.neighbours.len() })
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

fn high_is_good(value: f64, holds: f64, fails: f64) -> Grade {
    if value >= holds {
        Grade::Holds
    } else if value < fails {
        Grade::Fails
    } else {
        Grade::Weak
    }
}

fn low_is_good(value: f64, holds: f64, fails: f64) -> Grade {
    if value <= holds {
        Grade::Holds
    } else if value >= fails {
        Grade::Fails
    } else {
        Grade::Weak
    }
}

fn long_enough(length: Length, fails: f64) -> Grade {
    length.needed.map_or(Grade::Fails, |needed| high_is_good(length.found, needed, fails * needed))
}
