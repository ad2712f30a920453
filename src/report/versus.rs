//! What separates the best of many: their days side by side, whether one is better or lucky, and which settings differ.

use serde::Serialize;

use crate::metrics::bootstrap::Interval;
use crate::metrics::confidence::{Difference, LEAST_DAYS, NotComparable};
use crate::metrics::drawdown_difference::DrawdownDifference;
use crate::metrics::relative::correlation;
use crate::report::days::Days;
use crate::report::loaded::LoadedStrategy;
use crate::report::number_format::{number, percent};
use crate::report::settings::{Setting, Settings, that_differ};
use crate::units::Time;

/// The first of the ranking minus another, on the days they share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Duel {
    pub better: String,
    pub than: String,
    pub days: usize,
    /// The first and the last of those days.
    pub from: Option<Time>,
    pub to: Option<Time>,
    /// Whether those are all the days of both.
    pub whole: bool,
    /// Why the two cannot be compared, where they cannot.
    pub not_comparable: Option<NotComparable>,
    pub difference: Option<Difference>,
    /// Of max drawdowns, at daily closes.
    pub drawdown_difference: Option<DrawdownDifference>,
}

impl Duel {
    fn of(better: &str, than: &str, a: &Days, b: &Days) -> Self {
        let shared = a.shared(b);
        let (difference, drawdown_difference) = DrawdownDifference::of_days(shared.a, shared.b).unzip();
        Self {
            better: better.to_owned(),
            than: than.to_owned(),
            days: shared.a.len(),
            from: shared.span.map(|(first, _)| first),
            to: shared.span.map(|(_, last)| last),
            whole: shared.whole,
            not_comparable: NotComparable::of_days(shared.a, shared.b),
            difference,
            drawdown_difference,
        }
    }

    /// Whether they differ by more than luck, or why that cannot be told.
    #[must_use]
    pub fn verdict(&self) -> String {
        match self.not_comparable {
            None if self.difference.as_ref().is_some_and(Difference::is_significant) => "significant (95 %)".to_owned(),
            None => "not significant (95 %)".to_owned(),
            Some(why) => not_comparable_text(why, self.days),
        }
    }

    /// Which differences are significant, each by its own interval, or why none can be told.
    #[must_use]
    pub(crate) fn significant_in(&self) -> String {
        if self.not_comparable.is_some() {
            return self.verdict();
        }
        let yearly = self.difference.as_ref().and_then(|found| found.annual_return_interval);
        let all = [
            ("Sharpe", self.difference.as_ref().is_some_and(Difference::is_significant)),
            ("return", yearly.is_some_and(Interval::leaves_out_nought)),
            ("max drawdown", self.drawdown_difference.is_some_and(|found| found.is_significant())),
        ];
        let found: Vec<&str> = all.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
        if found.is_empty() { "not significant (95 %)".to_owned() } else { format!("significant (95 %): {}", found.join(", ")) }
    }

    /// On which days, where those are not all of both.
    #[must_use]
    pub(crate) fn on_days(&self) -> Option<String> {
        let (from, to) = self.from.zip(self.to).filter(|_| !self.whole)?;
        Some(format!("on the {} days they share, {} to {}", self.days, from.date(), to.date()))
    }

    /// Whether the first is better, in a sentence.
    #[must_use]
    pub fn in_words(&self) -> String {
        let days = self.on_days().map_or_else(String::new, |days| format!(" {days}"));
        let Some(found) = self.difference.as_ref().filter(|_| self.not_comparable.is_none()) else {
            return format!("{} and {}{days}: {}", self.better, self.than, self.verdict());
        };
        let range = found
            .sharpe_interval
            .map_or_else(String::new, |i| format!(" (95 % interval {} to {})", number(Some(i.low)), number(Some(i.high))));
        format!(
            "{} minus {}{days}: Sharpe {}{range}, ahead in {} of resampled histories: {}",
            self.better,
            self.than,
            number(found.sharpe),
            percent(found.better_in),
            self.verdict()
        )
    }
}

/// Of the strategies whose curves were read, in the order of the ranking.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Versus {
    pub names: Vec<String>,
    /// Row-major: of daily returns on the days that two share; none where those are too few.
    pub correlation: Vec<Option<f64>>,
    pub duels: Vec<Duel>,
    pub settings: Vec<Setting>,
    /// Settings that differ too, beyond those one can look at.
    pub settings_left_out: usize,
}

impl Versus {
    /// `best` is ranked, the best first, each with its curve.
    #[must_use]
    pub fn of(best: &[&LoadedStrategy]) -> Self {
        let days: Vec<Days> = best.iter().map(|strategy| Days::of(strategy)).collect();
        let pairs = (0..best.len()).flat_map(|a| (0..best.len()).map(move |b| (a, b)));
        let correlation = pairs.map(|(a, b)| shared_correlation(&days[a], &days[b])).collect();
        let duels = (1..best.len()).map(|b| Duel::of(&best[0].name, &best[b].name, &days[0], &days[b]));
        let (settings, settings_left_out) = that_differ(&best.iter().map(|strategy| &strategy.settings).collect::<Vec<&Settings>>());
        Self {
            names: best.iter().map(|strategy| strategy.name.clone()).collect(),
            correlation,
            duels: duels.collect(),
            settings,
            settings_left_out,
        }
    }
}

/// A part of the days is compared only where it is not a handful.
fn shared_correlation(a: &Days, b: &Days) -> Option<f64> {
    let shared = a.shared(b);
    (shared.whole || shared.a.len() >= LEAST_DAYS).then(|| correlation(shared.a, shared.b)).flatten()
}

/// Why two curves that share so many days cannot be compared.
#[must_use]
pub(crate) fn not_comparable_text(why: NotComparable, days: usize) -> String {
    match why {
        NotComparable::OtherDays => "no day in common".to_owned(),
        NotComparable::TooFewDays => format!("{days} days in common, too few to tell: {LEAST_DAYS} are needed"),
        NotComparable::Still => "one of them never moved: no Sharpe ratio".to_owned(),
        NotComparable::SameCurve => "the same curve".to_owned(),
        NotComparable::EvenStep => "ahead by the same every day".to_owned(),
    }
}
