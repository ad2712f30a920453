//! Whether the best of several models beats a benchmark by more than the best of so many would by chance: White's reality check (2000),
//! Hansen's test of superior predictive ability (2005, SPA) and the stepwise set of Romano and Wolf (2005, `StepM`), over the same draws.
//!
//! Models and benchmark are returns of the same periods; `d` is model less benchmark. Without studentising, the statistic of a model is
//! its mean difference, as in Python's `arch`; studentised it is `√n·d̄/ω`, as in Hansen's paper, which gives models that are noisy because
//! of higher leverage no louder a voice.

use crate::luck::draws::{Draws, LEAST_PERIODS};
use crate::luck::input::{InputError, common_length, require_length};
use crate::metrics::returns::{mean, percentile, varies};

/// By what the mean differences are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// By nothing: returns a period.
    Plain,
    /// By their own standard error, `ω/√n`.
    Studentised,
}

/// Which models the null hypothesis takes to be as good as the benchmark, all others staying as bad as they look (Hansen 2005).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Centring {
    /// Those that look better: the smallest p-value, too small.
    Lower,
    /// Those that are not significantly worse, by `√n·d̄/ω ≥ −√(2 ln ln n)`: the one to go by.
    Consistent,
    /// All: the largest p-value; hopeless models raise it.
    Upper,
}

/// The p-value under each null hypothesis: small says that the best model is truly better. A p-value of nought is below one in the number
/// of draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PValues {
    pub lower: f64,
    pub consistent: f64,
    pub upper: f64,
}

/// One model against the benchmark.
#[derive(Clone, Debug)]
struct Difference {
    /// `d̄`, a period.
    mean: f64,
    /// `ω²`.
    variance: f64,
    /// What the statistic is divided by.
    unit: f64,
    /// Not significantly worse than the benchmark.
    is_close: bool,
    /// Means of the draws.
    drawn: Vec<f64>,
}

impl Difference {
    fn centre(&self, centring: Centring) -> f64 {
        match centring {
            Centring::Lower => self.mean.max(0.0),
            Centring::Consistent => {
                if self.is_close {
                    self.mean
                } else {
                    0.0
                }
            }
            Centring::Upper => self.mean,
        }
    }
}

/// Several models against one benchmark, drawn again and again.
#[derive(Clone, Debug)]
pub struct Contest {
    models: Vec<Difference>,
    draws: usize,
}

impl Contest {
    /// `models` against `benchmark`, all over the periods that `draws` are drawn from; 8 periods or more.
    pub fn of<S: AsRef<[f64]>>(models: &[S], benchmark: &[f64], draws: &Draws, scale: Scale) -> Result<Self, InputError> {
        if models.is_empty() {
            return Err(InputError::Empty);
        }
        let all: Vec<&[f64]> = models.iter().map(AsRef::as_ref).chain([benchmark]).collect();
        let periods = common_length(&all)?;
        require_length(periods, LEAST_PERIODS)?;
        if periods != draws.length() {
            return Err(InputError::UnequalLengths { series: 0, found: periods, expected: draws.length() });
        }
        let less = |model: &S| model.as_ref().iter().zip(benchmark).map(|(model, benchmark)| model - benchmark).collect();
        let differences: Vec<Vec<f64>> = models.iter().map(less).collect();
        let means = draws.means(&differences);
        let models = differences.iter().zip(means).enumerate().map(|(series, (differences, drawn))| {
            difference(differences, drawn, draws.mean_block(), scale).ok_or(InputError::ConstantDifference { series })
        });
        Ok(Self { models: models.collect::<Result<_, _>>()?, draws: draws.count() })
    }

    /// The p-values of the SPA test: the share of the draws whose largest statistic is above the largest observed, both at least nought.
    /// Where no model is better than the benchmark on average there is nothing to explain: 1.
    #[must_use]
    pub fn spa(&self) -> PValues {
        let all: Vec<usize> = (0..self.models.len()).collect();
        let observed = self.largest(&all, |model| model.mean);
        let p_value = |centring| if observed > 0.0 { share_above(&self.maxima(&all, centring), observed) } else { 1.0 };
        PValues { lower: p_value(Centring::Lower), consistent: p_value(Centring::Consistent), upper: p_value(Centring::Upper) }
    }

    /// The p-value of White's reality check: all models centred, and nothing cut off at nought.
    #[must_use]
    pub fn reality_check(&self) -> f64 {
        let all: Vec<usize> = (0..self.models.len()).collect();
        let drawn: Vec<f64> = (0..self.draws).map(|row| self.largest(&all, |model| model.drawn[row] - model.mean)).collect();
        share_above(&drawn, self.largest(&all, |model| model.mean))
    }

    /// What the largest statistic must exceed to be significant at `level` (0.05 for 5 %); none of a level outside of 0 to 1.
    #[must_use]
    pub fn critical_value(&self, level: f64, centring: Centring) -> Option<f64> {
        let all: Vec<usize> = (0..self.models.len()).collect();
        self.critical_value_among(&all, level, centring)
    }

    /// The models that are better than the benchmark, where the chance that any of them is not is at most `level`: those above the critical
    /// value are taken out and the rest tested again, until none is. In order of the models.
    #[must_use]
    pub fn step_m(&self, level: f64) -> Vec<usize> {
        let (mut superior, mut rest): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..self.models.len()).collect());
        while let Some(critical) = self.critical_value_among(&rest, level, Centring::Consistent) {
            let (better, left): (Vec<usize>, Vec<usize>) =
                rest.iter().partition(|&&model| self.models[model].mean / self.models[model].unit > critical);
            if better.is_empty() {
                break;
            }
            superior.extend(better);
            rest = left;
        }
        superior.sort_unstable();
        superior
    }

    /// Mean difference to the benchmark of each model, a period.
    #[must_use]
    pub fn mean_differences(&self) -> Vec<f64> {
        self.models.iter().map(|model| model.mean).collect()
    }

    /// `ω²` of each model.
    #[must_use]
    pub fn long_run_variances(&self) -> Vec<f64> {
        self.models.iter().map(|model| model.variance).collect()
    }

    fn largest(&self, among: &[usize], of: impl Fn(&Difference) -> f64) -> f64 {
        let statistics = among.iter().map(|&at| of(&self.models[at]) / self.models[at].unit);
        statistics.fold(f64::NEG_INFINITY, f64::max)
    }

    /// Of each draw the largest statistic, at least nought.
    fn maxima(&self, among: &[usize], centring: Centring) -> Vec<f64> {
        let mut maxima = vec![0.0_f64; self.draws];
        for model in among.iter().map(|&at| &self.models[at]) {
            let centre = model.centre(centring);
            maxima.iter_mut().zip(&model.drawn).for_each(|(most, drawn)| *most = most.max((drawn - centre) / model.unit));
        }
        maxima
    }

    fn critical_value_among(&self, among: &[usize], level: f64, centring: Centring) -> Option<f64> {
        if among.is_empty() || !(0.0..=1.0).contains(&level) {
            return None;
        }
        percentile(&self.maxima(among, centring), 1.0 - level)
    }
}

/// One model. None where there is nothing to studentise a difference by that is above nought.
fn difference(differences: &[f64], drawn: Vec<f64>, mean_block: f64, scale: Scale) -> Option<Difference> {
    let n = differences.len() as f64;
    let mean = mean(differences)?;
    let variance = long_run_variance(differences, mean_block).unwrap_or(0.0);
    let unit = match scale {
        Scale::Plain => 1.0,
        Scale::Studentised if variance > 0.0 => (variance / n).sqrt(),
        // Never better than the benchmark, by any measure.
        Scale::Studentised if mean <= 0.0 => 1.0,
        Scale::Studentised => return None,
    };
    let threshold = -(2.0 * libm::log(libm::log(n)) * variance / n).sqrt();
    Some(Difference { mean, variance, unit, is_close: mean >= threshold, drawn })
}

fn share_above(values: &[f64], limit: f64) -> f64 {
    values.iter().filter(|value| **value > limit).count() as f64 / values.len() as f64
}

/// Variance of `√n` times the mean of draws of the stationary bootstrap in blocks of `mean_block` (Politis and Romano 1994, lemma 1):
/// `γ0 + 2Σ κ_i·γ_i` with `κ_i = (1 − i/n)(1 − 1/b)^i + (i/n)(1 − 1/b)^(n − i)`. None of fewer than two values, or equal ones.
#[must_use]
pub fn long_run_variance(values: &[f64], mean_block: f64) -> Option<f64> {
    let centre = mean(values).filter(|_| varies(values))?;
    let around: Vec<f64> = values.iter().map(|value| value - centre).collect();
    let n = around.len();
    let stay = 1.0 - 1.0 / mean_block.max(1.0);
    let mut variance = product(&around, &around);
    for lag in 1..n {
        let share = lag as f64 / n as f64;
        let weight = (1.0 - share) * libm::pow(stay, lag as f64) + share * libm::pow(stay, (n - lag) as f64);
        // Lags whose weight no double could notice in the sum.
        if weight > 1e-20 {
            variance += 2.0 * weight * product(&around[..n - lag], &around[lag..]);
        }
    }
    Some(variance / n as f64).filter(|variance| *variance > 0.0)
}

/// Sum of products, in four sums and then the rest: the order is fixed, and a processor need not wait for each addition.
fn product(a: &[f64], b: &[f64]) -> f64 {
    let (mut sums, (a, b)) = ([0.0; 4], (a.chunks_exact(4), b.chunks_exact(4)));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}
