//! How long a block must be that a resampled series keeps the memory of the original.

use crate::metrics::returns::{mean, require_finite, varies};

/// Mean block length of the stationary bootstrap and length of the circular one, in periods; not yet raised to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockLength {
    pub stationary: f64,
    pub circular: f64,
}

/// Politis and White (2004), corrected by Patton, Politis and White (2009), with the flat-top window and the choices of bandwidth of
/// Python's `arch`. `values` has one entry a period. None for fewer than eight values or none that differ.
#[must_use]
pub fn politis_white(values: &[f64]) -> Option<BlockLength> {
    require_finite(values, 8)?;
    let centre = mean(values).filter(|_| varies(values))?;
    let series: Vec<f64> = values.iter().map(|v| v - centre).collect();
    let n = series.len() as f64;
    // Three times √n, but no more than a third of the series.
    let longest = (3.0 * n.sqrt()).min(n / 3.0).ceil();
    let lags = Lags::of(&series);
    let (mut slope, mut spectrum) = (0.0, lags.covariance[0]);
    let bandwidth = lags.bandwidth();
    for (k, covariance) in lags.covariance.iter().enumerate().take(bandwidth + 1).skip(1) {
        let share = k as f64 / bandwidth as f64;
        let window = if share <= 0.5 { 1.0 } else { 2.0 * (1.0 - share) };
        slope += 2.0 * window * k as f64 * covariance;
        spectrum += 2.0 * window * covariance;
    }
    let length = |factor: f64| {
        let best = libm::cbrt(2.0 * slope * slope / (factor * spectrum * spectrum)) * libm::cbrt(n);
        // A spectrum of nothing asks for endless blocks.
        (!best.is_nan()).then(|| best.min(longest))
    };
    Some(BlockLength { stationary: length(2.0)?, circular: length(4.0 / 3.0)? })
}

/// Autocovariances from lag 0 on, and which correlations are noise.
struct Lags {
    covariance: Vec<f64>,
    /// `|ρ_k|` below `2·√(log10 n / n)`.
    quiet: Vec<bool>,
    /// So many in a row must be noise.
    run: usize,
}

impl Lags {
    fn of(series: &[f64]) -> Self {
        let n = series.len();
        let run = (libm::log10(n as f64) as usize).max(5);
        let most = ((n as f64).sqrt().ceil() as usize + run).min(n - 2);
        let noise = 2.0 * (libm::log10(n as f64) / n as f64).sqrt();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let (mut covariance, mut quiet) = (Vec::with_capacity(most + 1), Vec::with_capacity(most + 1));
        for lag in 0..=most {
            let cross = product(&series[lag..], &series[..n - lag]);
            // arch leaves one more value out of each spread than of the product.
            let (late, early) = (&series[lag + 1..], &series[..n - lag - 1]);
            let spread = (product(late, late) * product(early, early)).sqrt();
            covariance.push(cross / n as f64);
            quiet.push(cross.abs() / spread < noise);
        }
        Self { covariance, quiet, run }
    }

    /// Twice the last lag before the first run of noise; all lags where there is none.
    fn bandwidth(&self) -> usize {
        let most = self.covariance.len() - 1;
        let before = (self.run..=most).find(|&i| self.quiet[i - self.run..i].iter().all(|q| *q)).map(|i| i - self.run);
        before.map_or(most, |m| (2 * m.max(1)).min(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_makes_blocks_longer() {
        // The same noise, as it comes and as a sum that forgets a tenth every step.
        let mut state = 88_172_645_463_325_252_u64;
        let mut xorshift = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / 9_007_199_254_740_992.0 - 0.5
        };
        let fast: Vec<f64> = (0..400).map(|_| xorshift()).collect();
        let mut sum = 0.0;
        let slow: Vec<f64> = fast
            .iter()
            .map(|noise| {
                sum = 0.9 * sum + noise;
                sum
            })
            .collect();
        assert!(politis_white(&slow).unwrap().stationary > 3.0 * politis_white(&fast).unwrap().stationary);
        assert_eq!(politis_white(&[1.0; 50]), None);
        assert_eq!(politis_white(&[1.0, 2.0]), None);
    }
}
