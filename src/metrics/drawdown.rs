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

/// The largest fall of a wealth from an earlier value of it, in the unit of the wealth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// Position of the peak it fell from, the last on ties; `None` is the start.
    pub peak: Option<usize>,
    /// Position of the lowest value after it, the first on ties.
    pub trough: usize,
    /// Below nought.
    pub amount: f64,
}

/// The largest loss in money, which need not be the deepest in per cent; `None` where wealth never fell.
#[must_use]
pub fn largest_loss(wealth: &[f64], start: f64) -> Option<Loss> {
    let (mut peak, mut worst) = ((None, start), None::<Loss>);
    for (at, &now) in wealth.iter().enumerate() {
        if now >= peak.1 {
            peak = (Some(at), now);
        } else if now - peak.1 < worst.map_or(0.0, |loss| loss.amount) {
            worst = Some(Loss { peak: peak.0, trough: at, amount: now - peak.1 });
        }
    }
    worst
}

/// How far wealth was below its start at worst: nought where it never was, else negative.
#[must_use]
pub fn loss_of_start(wealth: &[f64], start: f64) -> f64 {
    wealth.iter().fold(0.0, |worst, now| f64::min(worst, now - start))
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

    /// From 300 to 200 are 33 %, from 100 to 50 half: the larger in money is not the deeper.
    #[test]
    fn the_largest_loss_in_money_is_not_the_deepest_drawdown() {
        let wealth = [100.0, 50.0, 300.0, 300.0, 250.0, 200.0, 260.0];
        assert_eq!(largest_loss(&wealth, 100.0), Some(Loss { peak: Some(3), trough: 5, amount: -100.0 }));
        assert_eq!((loss_of_start(&wealth, 100.0), max_drawdown(&drawdowns(&wealth, 100.0))), (-50.0, Some(-0.5)));
        // The start is a peak too.
        assert_eq!(largest_loss(&[90.0, 95.0], 100.0), Some(Loss { peak: None, trough: 0, amount: -10.0 }));
        assert_eq!((largest_loss(&[100.0, 101.0], 100.0), loss_of_start(&[101.0], 100.0)), (None, 0.0));
    }

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
