//! How much money a strategy carries: the capital at which costs, and orders that the market's volume does not fill, have eaten half of its alpha, and half
//! of its return.

use crate::batch::{Arena, side_by_side};
use crate::metrics::Metrics;
use crate::strategy::Strategy;
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
    /// Capital at which half of the gross alpha is left, between two rungs in proportion to its logarithm.
    pub usd: Option<f64>,
    /// The same of the gross return.
    pub return_usd: Option<f64>,
    /// Both answers in words.
    pub told: String,
}

/// What is left at one capital of what there was before costs; none where there was nothing to keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carried {
    pub capital: Usd,
    pub alpha_kept: Option<f64>,
    pub return_kept: Option<f64>,
}

impl Capacity {
    /// `own` are the metrics at the run's capital, already known; `gross` those without costs.
    pub(super) fn of(arena: &Arena, strategy: &Strategy, capital: Usd, gross: &Metrics, own: &Metrics) -> Self {
        let gain = |value: Option<f64>| value.filter(|value| *value > 0.0);
        let (gross_alpha, gross_return) = (gain(gross.alpha), gain(gross.total_return));
        let wanted = gross_alpha.is_some() || gross_return.is_some();
        let capitals = MULTIPLES.iter().map(|times| capital.share(*times)).filter(|money| wanted && *money <= Usd::MAX_CAPITAL);
        let carried = side_by_side(&capitals.collect::<Vec<Usd>>(), |&money| {
            let metrics = if money == capital { own.clone() } else { Metrics::of(&arena.replay(strategy, money)) };
            let kept = |now: Option<f64>, of: Option<f64>| now.zip(of).map(|(now, of)| now / of);
            Carried { capital: money, alpha_kept: kept(metrics.alpha, gross_alpha), return_kept: kept(metrics.total_return, gross_return) }
        });
        let (usd, of_alpha) = half("alpha", &carried, |row| row.alpha_kept);
        let (return_usd, of_return) = half("total return", &carried, |row| row.return_kept);
        Self {
            gross_alpha: gross.alpha,
            gross_return: gross.total_return,
            carried,
            usd,
            return_usd,
            told: format!("{of_alpha}; {of_return}"),
        }
    }
}

/// Where the share first falls to a half, and the same in words.
fn half(what: &str, carried: &[Carried], kept: fn(&Carried) -> Option<f64>) -> (Option<f64>, String) {
    let known: Vec<(f64, f64)> = carried.iter().filter_map(|row| Some((row.capital.to_f64(), kept(row)?))).collect();
    let Some(&(first, share)) = known.first() else { return (None, format!("before costs there is no {what} that more money could eat")) };
    if share <= 0.5 {
        return (
            None,
            format!("costs have eaten half of the {what}, or more, already at {first:.0} USD: {:.0} % of it is left", share * 100.0),
        );
    }
    for pair in known.windows(2) {
        let ((low, above), (high, below)) = (pair[0], pair[1]);
        if below <= 0.5 {
            let part = (above - 0.5) / (above - below);
            let usd = libm::exp(libm::log(low) + part * (libm::log(high) - libm::log(low)));
            return (Some(usd), format!("costs and unfilled orders have eaten half of the {what} at about {:.1} million USD", usd / 1e6));
        }
    }
    let (last, share) = known[known.len() - 1];
    (None, format!("more than half of the {what}, {:.0} % of it, is left at {last:.0} USD, the most that was tried", share * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(all: &[(f64, f64)]) -> Option<f64> {
        let row = |(money, share): &(f64, f64)| Carried { capital: Usd::round(*money), alpha_kept: Some(*share), return_kept: None };
        half("alpha", &all.iter().map(row).collect::<Vec<_>>(), |row| row.alpha_kept).0
    }

    #[test]
    fn half_lies_between_two_rungs_by_the_logarithm() {
        // Halfway from 0.7 to 0.3 is halfway from 10^6 to 10^7.
        let usd = found(&[(1e5, 0.9), (1e6, 0.7), (1e7, 0.3)]).unwrap();
        assert!((usd / libm::pow(10.0, 6.5) - 1.0).abs() < 1e-9, "{usd}");
        // It may rise again: the first fall counts.
        assert!(found(&[(1e5, 0.9), (1e6, 0.5), (1e7, 0.9)]).is_some_and(|usd| (usd - 1e6).abs() < 1e-3));
    }

    #[test]
    fn no_capital_is_made_up() {
        assert_eq!(found(&[(1e5, 0.4)]), None);
        assert_eq!(found(&[(1e5, 0.9), (1e6, 0.8)]), None);
        assert_eq!(found(&[]), None);
    }
}
