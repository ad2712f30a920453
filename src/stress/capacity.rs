//! How much money a strategy carries: the capital at which costs, and orders that the market's volume does not fill, have eaten half of its alpha, and half
//! of its return.

use crate::batch::{Arena, side_by_side};
use crate::metrics::Metrics;
use crate::metrics::returns::gain;
use crate::strategy::Strategy;
use crate::stress::ladder::left;
use crate::units::Usd;

/// The run's capital, so many times, as far as the books reach.
pub const MULTIPLES: [f64; 9] = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0];

/// What is earned by capital.
#[derive(Clone, Debug, PartialEq)]
pub struct Capacity {
    /// A year against the benchmark coin, without any cost, at the run's capital.
    pub gross_alpha: Option<f64>,
    /// Total return, likewise.
    pub gross_return: Option<f64>,
    pub carried: Vec<Carried>,
    /// Where half of the gross alpha is left.
    pub alpha: Half,
    /// The same of the gross return.
    pub total_return: Half,
}

/// The capital at which half is left of what there was before costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Half {
    /// There was nothing to lose.
    NothingToLose,
    /// No replay with the costs went on for as long as the one without: one of the two came to more than books can hold.
    Unknown,
    /// Already the first capital tried has no more than this share.
    LostAt { capital: f64, left: f64 },
    /// Between two capitals tried, in proportion to its logarithm.
    At(f64),
    /// Even the last capital tried has more, namely this share.
    NeverLost { capital: f64, left: f64 },
}

impl Half {
    /// Where it is known; money never lost, or lost at once, has none.
    #[must_use]
    pub fn usd(self) -> Option<f64> {
        if let Self::At(usd) = self { Some(usd) } else { None }
    }
}

/// What is left at one capital of what there was before costs; none where there was nothing to keep, or where a replay ended before its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carried {
    pub capital: Usd,
    pub alpha_kept: Option<f64>,
    pub return_kept: Option<f64>,
    /// Mean over the bars: what falls with capital is what orders no longer get.
    pub average_gross_exposure: Option<f64>,
}

impl Capacity {
    /// `own` are the metrics at the run's capital, already known; `gross` those without costs.
    pub(super) fn of(arena: &Arena, strategy: &Strategy, capital: Usd, gross: &Metrics, own: &Metrics) -> Self {
        let (gross_alpha, gross_return) = (gain(gross.benchmark.alpha), gain(gross.returns.total_return));
        let wanted = gross_alpha.is_some() || gross_return.is_some();
        let capitals = MULTIPLES.iter().map(|times| capital.share(*times)).filter(|money| wanted && *money <= Usd::MAX_CAPITAL);
        let carried = side_by_side(&capitals.collect::<Vec<Usd>>(), |&money| {
            let metrics = if money == capital { own.clone() } else { Metrics::of(&arena.replay(strategy, money)) };
            Carried {
                capital: money,
                alpha_kept: left(&metrics, gross, |metrics| metrics.benchmark.alpha),
                return_kept: left(&metrics, gross, |metrics| metrics.returns.total_return),
                average_gross_exposure: metrics.exposure.average_gross_exposure,
            }
        });
        let alpha = gross_alpha.map_or(Half::NothingToLose, |_| half(&carried, |row| row.alpha_kept));
        let total_return = gross_return.map_or(Half::NothingToLose, |_| half(&carried, |row| row.return_kept));
        Self { gross_alpha: gross.benchmark.alpha, gross_return: gross.returns.total_return, carried, alpha, total_return }
    }
}

/// Where the share first falls to a half.
fn half(carried: &[Carried], kept: fn(&Carried) -> Option<f64>) -> Half {
    let known: Vec<(f64, f64)> = carried.iter().filter_map(|row| Some((row.capital.to_f64(), kept(row)?))).collect();
    let (Some(&(first, share)), Some(&(last, left))) = (known.first(), known.last()) else { return Half::Unknown };
    if share <= 0.5 {
        return Half::LostAt { capital: first, left: share };
    }
    for pair in known.windows(2) {
        let ((low, above), (high, below)) = (pair[0], pair[1]);
        if below <= 0.5 {
            let part = (above - 0.5) / (above - below);
            return Half::At(libm::exp(libm::log(low) + part * (libm::log(high) - libm::log(low))));
        }
    }
    Half::NeverLost { capital: last, left }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(all: &[(f64, f64)]) -> Half {
        let row = |(money, share): &(f64, f64)| Carried {
            capital: Usd::round(*money),
            alpha_kept: Some(*share),
            return_kept: None,
            average_gross_exposure: None,
        };
        half(&all.iter().map(row).collect::<Vec<_>>(), |row| row.alpha_kept)
    }

    #[test]
    fn half_lies_between_two_rungs_by_the_logarithm() {
        // Halfway from 0.7 to 0.3 is halfway from 10^6 to 10^7.
        let usd = found(&[(1e5, 0.9), (1e6, 0.7), (1e7, 0.3)]).usd().unwrap();
        assert!((usd / libm::pow(10.0, 6.5) - 1.0).abs() < 1e-9, "{usd}");
        // It may rise again: the first fall counts.
        assert!(found(&[(1e5, 0.9), (1e6, 0.5), (1e7, 0.9)]).usd().is_some_and(|usd| (usd - 1e6).abs() < 1e-3));
    }

    #[test]
    fn no_capital_is_made_up() {
        assert_eq!(found(&[(1e5, 0.4), (1e6, 0.9)]), Half::LostAt { capital: 1e5, left: 0.4 });
        assert_eq!(found(&[(1e5, 0.9), (1e6, 0.8)]), Half::NeverLost { capital: 1e6, left: 0.8 });
        assert_eq!(found(&[]), Half::Unknown);
        assert_eq!([Half::NothingToLose, Half::Unknown, found(&[(1e5, 0.4)]), found(&[(1e5, 0.9)])].map(Half::usd), [None; 4]);
    }
}
