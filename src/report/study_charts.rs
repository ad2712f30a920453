//! The pictures of a study's page, each filled from its facts. One that has nothing to show is none.

use crate::market::Market;
use crate::metrics::DAYS_PER_YEAR;
use crate::metrics::daily::wealth;
use crate::metrics::table::{self, Unit as MetricUnit};
use crate::report::charts::canvas::Svg;
use crate::report::charts::convergence::{Convergence, Tested};
use crate::report::charts::frame::{Objective, Unit};
use crate::report::charts::frontier::{Band, Frontier, Step};
use crate::report::charts::importance::Importance;
use crate::report::charts::panel::period;
use crate::report::charts::parallel::{Axis, Parallel, Values, Variant};
use crate::report::charts::pareto::{Outcome, Pareto};
use crate::report::charts::sharpes::Sharpes;
use crate::report::charts::walk_forward::WalkForward;
use crate::report::study_text::{market_name, plain, pooled_name};
use crate::tune::{Setting, Spread, Step as ShareStep, Study, Timeline, Trial, number};

/// Of the variance of results, the share that keys must foretell before it is parted among them.
pub(crate) const FORETOLD: f64 = 0.1;
/// Values of a key without an order beyond this many are no axis that can be read.
const MOST_CHOICES: usize = 40;

/// A picture, and what it shows in a sentence.
pub(crate) type Figure = (Svg, String);

/// A study and the market it was made on.
#[derive(Clone, Copy)]
pub(crate) struct Charts<'a> {
    pub market: &'a Market,
    pub study: &'a Study,
}

impl Charts<'_> {
    /// Of the days judged by, where the time was cut into folds: the choices end to end, against what there was before.
    pub(crate) fn walk_forward(&self) -> Option<Figure> {
        let study = self.study;
        let forward = study.forward.as_ref()?;
        let days: Vec<usize> = forward.windows.iter().flat_map(Clone::clone).collect();
        let middle = forward.middle().filter(|curve| curve.len() == days.len() && !curve.is_empty())?;
        let midnight = |day: usize| Timeline::midnight(&study.clock, day).seconds() as f64;
        let capital = study.capital.to_f64();
        let curve = |returns: &[f64]| std::iter::once(1.0).chain(wealth(returns)).map(|wealth| wealth * capital).collect::<Vec<f64>>();
        let of = |all: &[f64]| curve(&days.iter().map(|day| all.get(*day).copied().unwrap_or(0.0)).collect::<Vec<f64>>());
        let (paths, folds) = (study.timeline.paths.len(), study.timeline.folds.len());
        let made = if paths == 0 {
            format!("{folds} windows end to end, none of which was tuned on")
        } else {
            format!("of {paths} paths the one in the middle by its Sharpe ratio, of {folds} splits of the time")
        };
        let chart = WalkForward {
            title: format!("{}: out-of-sample, window by window", study.strategy),
            subtitle: format!("{}  ·  {made}", market_name(self.market)),
            times: days.first().map(|day| midnight(*day)).into_iter().chain(days.iter().map(|day| midnight(day + 1))).collect(),
            tuned: curve(middle),
            before: Some(of(&study.before.days)),
            mix: study.static_mix.as_ref().map(|days| of(days)),
            chosen_on: if paths == 0 { "the time before it" } else { "the time around it" }.to_owned(),
            windows: forward.windows.iter().map(|days| (midnight(days.start), midnight(days.end))).collect(),
        };
        Some((chart.draw(), chart.description()))
    }

    /// Of two variants or more.
    pub(crate) fn sharpes(&self) -> Option<Figure> {
        let study = self.study;
        (study.sharpes.iter().flatten().count() > 1).then_some(())?;
        let folds = study.timeline.folds.len();
        // Those of the folds may do better on the whole time than what was sought on it.
        let searches = if folds > 0 && study.tune.sampler.is_adaptive() {
            format!("  ·  those that the searches of {folds} windows made are among them; the best is of the search over the whole time")
        } else {
            String::new()
        };
        let chart = Sharpes {
            title: format!("{}: Sharpe ratios of all variants", study.strategy),
            subtitle: format!("{}{searches}", self.subtitle_in_sample()),
            values: study.sharpes.clone(),
            before: study.before.metric("sharpe", false),
            best: study.best().metric("sharpe", false),
            luck: (study.tried.count > 1).then(|| study.tried.luck() * DAYS_PER_YEAR.sqrt()),
            tried: study.tried.count,
        };
        Some((chart.draw(), chart.description()))
    }

    /// Of a strategy with futures.
    pub(crate) fn frontier(&self) -> Option<Figure> {
        let study = self.study;
        let frontier = study.frontier.as_ref()?;
        let band = |spread: &Spread| Band { value: spread.value, interval: spread.interval.map(|ends| (ends.low, ends.high)) };
        let step = |step: &ShareStep| Step {
            share: step.share,
            growth: band(&step.growth),
            drawdown: band(&step.drawdown),
            liquidation_distance: step.liquidation_distance,
            liquidations: step.liquidations,
        };
        let chart = Frontier {
            title: format!("{}: what each share of futures would have brought", study.strategy),
            subtitle: format!(
                "{}  ·  {}  ·  the best variant, else unchanged: its other buckets share the rest as they do",
                market_name(self.market),
                self.period(0..study.timeline.tuned)
            ),
            steps: frontier.steps.iter().map(step).collect(),
            before: frontier.before,
            best: Some(frontier.own),
        };
        Some((chart.draw(), chart.description()))
    }

    /// Of two trials or more that have a value.
    pub(crate) fn convergence(&self) -> Option<Figure> {
        let study = self.study;
        study.is_compared().then_some(())?;
        let chart = Convergence {
            title: format!("{}: course of the search by {}", study.strategy, study.tune.sampler.name()),
            subtitle: self.subtitle_of_first(),
            objective: self.objective(0),
            tested: study.trials.iter().map(|trial| Tested { value: trial.objectives[0], feasible: trial.is_feasible() }).collect(),
            before: self.before(0),
        };
        Some((chart.draw(), chart.description()))
    }

    /// What each key moves; none where results can hardly be foretold from the keys.
    pub(crate) fn importance(&self) -> Option<Figure> {
        let study = self.study;
        let found = study.importance.as_ref().filter(|_| study.keys.len() > 1)?;
        let foretold = found.explained.filter(|explained| *explained >= FORETOLD)?;
        let by = self.objective(0).name;
        let chart = Importance {
            title: format!("{}: which parameters move the {by}", study.strategy),
            subtitle: format!(
                "{}  ·  functional analysis of variance: what moves the result anywhere in the space, not what is good  ·  {:.0} % of the differences between variants can be foretold from the parameters",
                self.subtitle_pooled(),
                foretold * 100.0
            ),
            keys: study.keys.iter().cloned().zip(found.main.iter().copied()).collect(),
            interactions: Some(found.pairs.iter().map(|(.., share)| share).sum::<f64>() + found.rest),
        };
        Some((chart.draw(), chart.description()))
    }

    /// Of two keys or more, and two trials or more that have a value.
    pub(crate) fn parallel(&self) -> Option<Figure> {
        let study = self.study;
        let keys: Vec<usize> =
            (0..study.keys.len()).filter(|key| study.is_number(*key) || study.values(*key).len() <= MOST_CHOICES).collect();
        (keys.len() > 1 && study.is_compared()).then_some(())?;
        // What there was before has a place of its own where it was not tried.
        let names_of = |key: &usize| {
            let mut names: Vec<String> = study.values(*key).into_iter().map(plain).collect();
            let before = study.before_setting[*key].as_ref().map(plain);
            names.extend(before.filter(|before| !names.contains(before)).into_iter().collect::<Vec<_>>());
            names
        };
        let names: Vec<Vec<String>> = keys.iter().map(names_of).collect();
        let axis = |(key, names): (&usize, &Vec<String>)| Axis {
            key: study.keys[*key].clone(),
            values: if study.is_number(*key) { Values::Numbers { log: study.is_log(*key) } } else { Values::Choices(names.clone()) },
        };
        let value = |setting: &Setting, (key, names): (&usize, &Vec<String>)| {
            let value = setting[*key].as_ref()?;
            if study.is_number(*key) {
                return number(value);
            }
            let own = plain(value);
            names.iter().position(|name| *name == own).map(|at| at as f64)
        };
        let variant = |setting: &Setting, objective: Option<f64>| Variant {
            values: keys.iter().zip(&names).map(|axis| value(setting, axis)).collect(),
            objective,
        };
        let chart = Parallel {
            title: format!("{}: parameters of all variants", study.strategy),
            subtitle: self.subtitle_of_first(),
            axes: keys.iter().zip(&names).map(axis).collect(),
            objective: self.objective(0),
            variants: self
                .replayed()
                .map(|(_, trial)| variant(&trial.setting, trial.objectives[0].filter(|_| trial.is_feasible())))
                .collect(),
            best: self.replayed().position(|(number, _)| number == study.ranking[0]),
            before: Some(variant(&study.before_setting, self.before(0))),
        };
        Some((chart.draw(), chart.description()))
    }

    /// Each pair of several objectives.
    pub(crate) fn pareto(&self) -> Vec<Figure> {
        let study = self.study;
        let many = if study.is_compared() { study.goals.objectives.len() } else { 0 };
        let pairs = (0..many).flat_map(|up| (up + 1..many).map(move |across| (across, up)));
        let best = study.best();
        let balance = if many > 2 { format!("  ·  the best is a balance of all {many} objectives") } else { String::new() };
        let chart = |(across, up): (usize, usize)| Pareto {
            title: format!("{}: what is within reach of two objectives", study.strategy),
            subtitle: self.subtitle_pooled() + &balance,
            across: self.objective(across),
            up: self.objective(up),
            outcomes: self
                .replayed()
                .map(|(_, trial)| Outcome { across: trial.objectives[across], up: trial.objectives[up], feasible: trial.is_feasible() })
                .collect(),
            before: self.before(across).zip(self.before(up)),
            best: best.objectives[across].zip(best.objectives[up]),
        };
        pairs.map(chart).map(|chart| (chart.draw(), chart.description())).collect()
    }

    /// Trials that came to something, by their numbers; not those that were left out.
    fn replayed(&self) -> impl Iterator<Item = (usize, &Trial)> {
        self.study.trials.iter().enumerate().filter(|(_, trial)| trial.measured.is_some())
    }

    /// An objective of the strategy before tuning, in-sample.
    fn before(&self, at: usize) -> Option<f64> {
        self.study.value(at, &self.study.before, false)
    }

    fn objective(&self, at: usize) -> Objective {
        named_objective(self.study, at)
    }

    /// Of what is pooled over all markets.
    fn subtitle_pooled(&self) -> String {
        if self.study.elsewhere.is_empty() {
            return self.subtitle_in_sample();
        }
        format!("{}  ·  in-sample", pooled_name(self.market, self.study))
    }

    fn subtitle_in_sample(&self) -> String {
        format!("{}  ·  {}  ·  in-sample", market_name(self.market), self.period(self.study.timeline.in_sample.clone()))
    }

    /// The same of a picture that knows one objective alone.
    fn subtitle_of_first(&self) -> String {
        let objectives = self.study.goals.objectives.len();
        let alone = if objectives > 1 { format!("  ·  by the first of {objectives} objectives alone") } else { String::new() };
        self.subtitle_pooled() + &alone
    }

    /// Days of some bars, in words.
    fn period(&self, bars: std::ops::Range<usize>) -> String {
        period(self.study.clock.open(bars.start), self.study.clock.open(bars.end))
    }
}

/// By the table of metrics; an expression as it was written.
pub(crate) fn named_objective(study: &Study, at: usize) -> Objective {
    let objective = &study.goals.objectives[at];
    let metric = table::named(&objective.text);
    let unit = match metric.map(|metric| metric.unit) {
        Some(MetricUnit::Percent) => Unit::Share,
        Some(MetricUnit::Usd) => Unit::Dollars,
        _ => Unit::Number,
    };
    let name = metric.map_or_else(|| objective.text.clone(), |metric| metric.label.to_owned());
    Objective { name, unit, least_first: objective.least_first }
}
