//! WHICH PARAMETERS, HONESTLY: every combination of a strategy's `[tune]` table over one shared market, ranked on the first part of
//! the time, judged on the rest. A study says how many combinations were tried; the best of many is partly luck.

mod grid;

use serde_json::{Map, Value};

use crate::batch::Arena;
use crate::fault::Fault;
use crate::metrics::sharpe::Trials;
use crate::metrics::{Metrics, Part, table};
use crate::strategy::StrategyFile;
use crate::units::{Time, Usd};

pub use grid::Combination;

/// One part of the time.
struct Measured {
    metrics: Metrics,
    /// Whether the run went on to its end: what is told of a shorter time does not compare.
    whole: bool,
}

impl Measured {
    fn sharpe(&self) -> Option<f64> {
        self.metrics.ratios.sharpe.filter(|_| self.whole)
    }

    fn among(self, trials: &Trials) -> Self {
        Self { metrics: self.metrics.among(trials), ..self }
    }

    /// Every metric undefined where the part was cut short.
    fn named(&self) -> Map<String, Value> {
        let mut all = self.metrics.named();
        if !self.whole {
            all.values_mut().for_each(|value| *value = Value::Null);
        }
        all
    }
}

/// All trials of one strategy over one market.
#[derive(Debug)]
pub struct Study {
    pub strategy: String,
    /// The metric trials are ranked by, in-sample.
    pub by: String,
    /// The smallest of it is best, as of a volatility.
    pub least_first: bool,
    pub keys: Vec<String>,
    /// In the order of the grid: the last key turns fastest.
    pub trials: Vec<Trial>,
    /// First instant that is out of sample; `None` when nothing was kept out.
    pub split: Option<Time>,
    /// Trials, best first; a trial whose metric is undefined comes last, as all are of one that ended before its time.
    pub ranking: Vec<usize>,
}

/// One combination of parameters, and its metrics in and out of sample.
#[derive(Debug)]
pub struct Trial {
    pub combination: Combination,
    pub file: StrategyFile,
    pub in_sample: Map<String, Value>,
    pub out_of_sample: Option<Map<String, Value>>,
}

impl Trial {
    /// A metric as a number; `None` where it is undefined.
    #[must_use]
    pub fn metric(&self, name: &str, out_of_sample: bool) -> Option<f64> {
        let metrics = if out_of_sample { self.out_of_sample.as_ref()? } else { &self.in_sample };
        metrics.get(name)?.as_f64()
    }
}

impl Study {
    /// The first of the ranking.
    #[must_use]
    pub fn best(&self) -> &Trial {
        &self.trials[self.ranking[0]]
    }

    /// Whether every value that was tried of a key is a number.
    #[must_use]
    pub fn is_number(&self, key: usize) -> bool {
        self.trials.iter().map(|trial| &trial.combination.0[key].1).all(|value| value.is_float() || value.is_integer())
    }
}

/// Replays every combination once and measures both parts of the time; `done` is called once a trial.
///
/// # Errors
/// A strategy without `[tune]`, a key it lacks, a combination its own validation refuses, a metric nobody knows.
pub fn study(arena: &Arena, file: &StrategyFile, capital: Usd, most: usize, done: impl Fn() + Sync) -> Result<Study, Fault> {
    let combinations = grid::combinations(file, most)?;
    let tune = file.strategy.tune.as_ref().expect("a grid comes from it");
    let files = combinations.iter().map(|combination| grid::apply(file, combination, arena)).collect::<Result<Vec<_>, _>>()?;
    // Both parts are of one replay over one market, so that signals, ages and books are warm where the second begins.
    let clock = arena.market.window();
    let bars = clock.bars;
    // However few the bars, one is left to rank by.
    let split = (bars - (bars as f64 * tune.out_of_sample).round() as usize).max(1);

    let measure = |file: &StrategyFile| {
        let run = arena.replay(&file.strategy, capital);
        let ends = run.equity.len();
        let inside = Measured { metrics: Metrics::of_part(&Part::of(&run, 0..split.min(ends))), whole: split <= ends };
        let outside = (split < bars).then(|| {
            let metrics = Metrics::of_part(&Part::of(&run, split.min(ends - 1)..ends));
            Measured { metrics, whole: bars <= ends }.named()
        });
        done();
        (inside, outside)
    };
    // The first says which metrics there are: a misspelt one should not cost all the others.
    let mut measured = vec![measure(&files[0])];
    let names = measured[0].0.metrics.named();
    if !names.contains_key(&tune.by) {
        let known: Vec<&str> = names.keys().map(String::as_str).collect();
        return Err(Fault::new(
            file.path.display().to_string(),
            format!("`tune.by`: no metric {:?}", tune.by),
            known.join(", "),
            "name one of these",
        ));
    }
    measured.extend(arena.map_all(&files[1..], measure));
    // Chosen by these days among all; of the days kept out nothing was chosen, so that there each stands alone.
    let tried = Trials::of_annual(
        &measured.iter().map(|(inside, _)| (inside.sharpe(), inside.metrics.evidence.sharpe_observations)).collect::<Vec<_>>(),
    );
    let trials: Vec<Trial> = combinations
        .into_iter()
        .zip(files)
        .zip(measured)
        .map(|((combination, file), (inside, out_of_sample))| Trial {
            combination,
            file,
            in_sample: inside.among(&tried).named(),
            out_of_sample,
        })
        .collect();
    let mut ranking: Vec<usize> = (0..trials.len()).collect();
    let least_first = table::least_first(&tune.by);
    let sign = if least_first { -1.0 } else { 1.0 };
    let merit = |trial: usize| trials[trial].metric(&tune.by, false).map_or(f64::NEG_INFINITY, |value| sign * value);
    ranking.sort_by(|&a, &b| merit(b).total_cmp(&merit(a)));
    Ok(Study {
        strategy: file.strategy.name.clone(),
        by: tune.by.clone(),
        least_first,
        keys: tune.keys.keys().cloned().collect(),
        trials,
        split: (split < bars).then(|| clock.open(split)),
        ranking,
    })
}
