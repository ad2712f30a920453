//! How far and how long below the last peak. The wealth one starts with is a peak too: a fall on the first bar counts.

use crate::metrics::returns::{conditional_value_at_risk, deviation, finite, mean, ratio, varies};

/// One stretch under water; indices are positions in the drawdown series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// First value below the peak; the peak is the value before it (the starting wealth for index 0).
    pub start: usize,
    /// Where it was deepest, the first on ties.
    pub valley: usize,
    /// Last value below the peak.
    pub end: usize,
    /// Negative fraction of the peak.
    pub depth: f64,
    /// A later value reached the peak again.
    pub recovered: bool,
}

impl Period {
    /// Steps from the deepest value to the recovery; none where it never came.
    #[must_use]
    pub fn recovery(&self) -> Option<usize> {
        self.recovered.then(|| self.end + 1 - self.valley)
    }

    /// Steps from the peak to the recovery, or to the end of the series.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.end - self.start + 1 + usize::from(self.recovered)
    }
}

/// `W_t / max(start, max_{u ≤ t} W_u) − 1`, one per value of `wealth`; 0 at a peak, negative below. Ruin is −1.
/// A wealth that is not a number has a drawdown that is none either.
#[must_use]
pub fn drawdowns(wealth: &[f64], start: f64) -> Vec<f64> {
    let mut peak = start;
    wealth
        .iter()
        .map(|&now| {
            peak = peak.max(now);
            match now {
                _ if now.is_nan() => f64::NAN,
                _ if peak > 0.0 => now.max(0.0) / peak - 1.0,
                _ => 0.0,
            }
        })
        .collect()
}

/// The smallest drawdown: 0 where wealth never fell.
#[must_use]
pub fn max_drawdown(drawdowns: &[f64]) -> Option<f64> {
    // `f64::min` alone would skip a NaN.
    drawdowns.iter().copied().reduce(|a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) }).and_then(finite)
}

/// `√(mean DD²)` over all values, those at a peak included.
#[must_use]
pub fn ulcer_index(drawdowns: &[f64]) -> Option<f64> {
    if drawdowns.is_empty() {
        return None;
    }
    finite((drawdowns.iter().map(|d| d * d).sum::<f64>() / drawdowns.len() as f64).sqrt())
}

/// Share of values below the peak.
#[must_use]
pub(crate) fn time_underwater(drawdowns: &[f64]) -> Option<f64> {
    let under = drawdowns.iter().filter(|d| **d < 0.0).count();
    (!drawdowns.is_empty()).then(|| under as f64 / drawdowns.len() as f64)
}

/// Mean over all values, those at a peak included.
#[must_use]
pub fn average_drawdown(drawdowns: &[f64]) -> Option<f64> {
    mean(drawdowns)
}

/// Total return over ulcer index: not annualised.
#[must_use]
pub fn ulcer_performance_index(total_return: f64, ulcer_index: f64) -> Option<f64> {
    ratio(total_return, ulcer_index)
}

/// `Σ r / (ulcer index · pitfall)`, the pitfall being the mean of the worst twentieth of the drawdowns over the deviation of the returns
/// (the serenity index of `KeyQuant`, as quantstats has it). Both series have one entry a period.
#[must_use]
pub(crate) fn serenity_index(returns: &[f64], drawdowns: &[f64]) -> Option<f64> {
    let spread = deviation(returns).filter(|_| varies(returns))?;
    let pitfall = ratio(-conditional_value_at_risk(drawdowns, 0.05)?, spread)?;
    ratio(returns.iter().sum(), ulcer_index(drawdowns)? * pitfall)
}

/// All stretches under water, in time order.
#[must_use]
pub fn periods(drawdowns: &[f64]) -> Vec<Period> {
    let mut found: Vec<Period> = Vec::new();
    let mut open: Option<Period> = None;
    for (i, &depth) in drawdowns.iter().enumerate() {
        if depth < 0.0 {
            let period = open.get_or_insert(Period { start: i, valley: i, end: i, depth, recovered: false });
            period.end = i;
            if depth < period.depth {
                (period.valley, period.depth) = (i, depth);
            }
        } else if let Some(period) = open.take() {
            found.push(Period { recovered: true, ..period });
        }
    }
    found.extend(open);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starting_wealth_is_a_peak() {
        let down = drawdowns(&[80.0, 100.0, 50.0], 100.0);
        assert!((down[0] + 0.2).abs() < 1e-15);
        assert_eq!(down[1..], [0.0, -0.5]);
        let found = periods(&down);
        assert_eq!((found[0].start, found[0].end, found[0].recovered, found[0].steps()), (0, 0, true, 2));
        assert_eq!((found[1].start, found[1].end, found[1].recovered, found[1].steps()), (2, 2, false, 1));
    }

    #[test]
    fn what_is_unknown_in_a_list_leaves_its_extreme_unknown() {
        assert_eq!(max_drawdown(&[-0.1, -0.3, -0.2]), Some(-0.3));
        for falls in [[-0.1, f64::NAN, -0.2], [f64::NAN, -0.1, -0.2], [-0.1, -0.2, f64::NAN]] {
            assert_eq!(max_drawdown(&falls), None);
        }
        // What never was worth anything has not fallen.
        assert_eq!((drawdowns(&[0.0, 0.0], 0.0), ulcer_index(&[])), (vec![0.0, 0.0], None));
    }

    #[test]
    fn ruin_is_minus_one() {
        assert_eq!(drawdowns(&[0.0, -5.0], 100.0), [-1.0, -1.0]);
    }
}
