//! The equations of CMA-ES (Hansen 2016, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772, numbers of equations as there), with
//! the weights and guards of Python `cmaes` 0.13.

use crate::sampler::eigen::{Eigen, Matrix, eigen};

/// Keeps quotients finite.
const TINY: f64 = 1e-8;

/// What is the same in every generation.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    /// Best first; those of the worse half are below zero.
    pub weights: Vec<f64>,
    pub mu: usize,
    pub mu_eff: f64,
    pub c_sigma: f64,
    pub d_sigma: f64,
    pub c_c: f64,
    pub c_one: f64,
    pub c_mu: f64,
    /// The expected length of a standard normal column.
    pub chi: f64,
}

impl Rates {
    /// For `dimensions` coordinates and `population` points in a generation, at least two.
    pub fn new(dimensions: usize, population: usize) -> Self {
        let n = dimensions as f64;
        let mu = population / 2;
        // (49)
        let raw: Vec<f64> = (0..population).map(|i| libm::log(f64::midpoint(population as f64, 1.0)) - libm::log(i as f64 + 1.0)).collect();
        let effective = |weights: &[f64]| {
            let sum: f64 = weights.iter().sum();
            sum * sum / weights.iter().map(|weight| weight * weight).sum::<f64>()
        };
        let (mu_eff, mu_eff_minus) = (effective(&raw[..mu]), effective(&raw[mu..]));
        let c_one = 2.0 / ((n + 1.3) * (n + 1.3) + mu_eff);
        let c_mu = (1.0 - c_one - 1e-8).min(2.0 * (mu_eff - 2.0 + 1.0 / mu_eff) / ((n + 2.0) * (n + 2.0) + mu_eff));
        // (50) to (53)
        let least = (1.0 + c_one / c_mu).min(1.0 + 2.0 * mu_eff_minus / (mu_eff + 2.0)).min((1.0 - c_one - c_mu) / (n * c_mu));
        let positive: f64 = raw.iter().filter(|weight| **weight > 0.0).sum();
        let negative: f64 = raw.iter().filter(|weight| **weight < 0.0).sum::<f64>().abs();
        let weights = raw.iter().map(|weight| if *weight >= 0.0 { weight / positive } else { least * weight / negative }).collect();
        // (55) and (56)
        let c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0);
        let d_sigma = 1.0 + 2.0 * (((mu_eff - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + c_sigma;
        let c_c = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n);
        let chi = n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
        Self { weights, mu, mu_eff, c_sigma, d_sigma, c_c, c_one, c_mu, chi }
    }
}

/// The distribution from which a generation is drawn: normal, with this mean and `sigma²` times this covariance.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub mean: Vec<f64>,
    pub sigma: f64,
    pub covariance: Matrix,
    pub p_sigma: Vec<f64>,
    pub p_c: Vec<f64>,
    /// Generations since the search began, or began anew.
    pub age: u64,
    /// Of the covariance; its values are standard deviations.
    pub axes: Eigen,
}

impl State {
    /// A round cloud.
    pub fn new(mean: Vec<f64>, sigma: f64) -> Self {
        let size = mean.len();
        let axes = Eigen { values: vec![1.0; size], vectors: Matrix::identity(size) };
        Self { sigma, covariance: Matrix::identity(size), p_sigma: vec![0.0; size], p_c: vec![0.0; size], age: 0, axes, mean }
    }

    /// The point that a standard normal column stands for (38) to (40).
    pub fn point(&self, normal: &[f64]) -> Vec<f64> {
        let stretched: Vec<f64> = normal.iter().zip(&self.axes.values).map(|(z, deviation)| z * deviation).collect();
        self.axes.vectors.times(&stretched).iter().zip(&self.mean).map(|(y, mean)| mean + self.sigma * y).collect()
    }

    /// Learns from a generation, best point first.
    pub fn learn(&mut self, rates: &Rates, points: &[Vec<f64>]) {
        let size = self.mean.len();
        self.age += 1;
        let steps: Vec<Vec<f64>> =
            points.iter().map(|point| point.iter().zip(&self.mean).map(|(x, mean)| (x - mean) / self.sigma).collect()).collect();
        // (41), (42)
        let mut step = vec![0.0; size];
        for (weight, one) in rates.weights[..rates.mu].iter().zip(&steps) {
            step.iter_mut().zip(one).for_each(|(sum, y)| *sum += weight * y);
        }
        self.mean.iter_mut().zip(&step).for_each(|(mean, y)| *mean += self.sigma * y);
        // (43), (44)
        let push = (rates.c_sigma * (2.0 - rates.c_sigma) * rates.mu_eff).sqrt();
        let whitened = self.whitened(&step);
        self.p_sigma.iter_mut().zip(&whitened).for_each(|(path, z)| *path = (1.0 - rates.c_sigma) * *path + push * z);
        let length = norm(&self.p_sigma);
        self.sigma = (self.sigma * libm::exp(rates.c_sigma / rates.d_sigma * (length / rates.chi - 1.0))).min(1e32);
        // (45); the path waits while steps are much longer than expected.
        let faded = libm::pow(1.0 - rates.c_sigma, 2.0 * (self.age + 1) as f64);
        let is_calm = length / (1.0 - faded).sqrt() < (1.4 + 2.0 / (size as f64 + 1.0)) * rates.chi;
        let push = if is_calm { (rates.c_c * (2.0 - rates.c_c) * rates.mu_eff).sqrt() } else { 0.0 };
        self.p_c.iter_mut().zip(&step).for_each(|(path, y)| *path = (1.0 - rates.c_c) * *path + push * y);
        self.reshape(rates, &steps, is_calm);
    }

    /// (46), (47)
    fn reshape(&mut self, rates: &Rates, steps: &[Vec<f64>], is_calm: bool) {
        let size = self.mean.len();
        let weight = |(weight, step): (&f64, &Vec<f64>)| {
            let length = norm(&self.whitened(step));
            if *weight >= 0.0 { *weight } else { weight * size as f64 / (length * length + TINY) }
        };
        let weights: Vec<f64> = rates.weights.iter().zip(steps).map(weight).collect();
        let waited = if is_calm { 0.0 } else { rates.c_c * (2.0 - rates.c_c) };
        let kept = 1.0 + rates.c_one * waited - rates.c_one - rates.c_mu * rates.weights.iter().sum::<f64>();
        for i in 0..size {
            for j in 0..=i {
                let of_steps: f64 = weights.iter().zip(steps).map(|(weight, step)| weight * (step[i] * step[j])).sum();
                let cell = kept * self.covariance.at(i, j) + rates.c_one * (self.p_c[i] * self.p_c[j]) + rates.c_mu * of_steps;
                (self.covariance.cells[i * size + j], self.covariance.cells[j * size + i]) = (cell, cell);
            }
        }
    }

    /// Widens coordinates whose standard deviation is below its least, with all that is learned of how they go with others; then works out
    /// the axes of the cloud.
    pub fn settle(&mut self, least: &[f64]) {
        let size = self.mean.len();
        for (i, least) in least.iter().enumerate() {
            let deviation = self.deviation(i);
            if deviation < *least && deviation > 0.0 {
                let factor = least / deviation;
                for j in 0..size {
                    self.covariance.cells[i * size + j] *= factor;
                    self.covariance.cells[j * size + i] *= factor;
                }
            }
        }
        let Eigen { mut values, vectors } = eigen(&self.covariance);
        if values.iter().any(|value| *value < 0.0) {
            values = values.into_iter().map(|value| if value < 0.0 { TINY } else { value }).collect();
            for cell in 0..size * size {
                let (i, j) = (cell / size, cell % size);
                self.covariance.cells[cell] = (0..size).map(|k| vectors.at(i, k) * values[k] * vectors.at(j, k)).sum();
            }
        }
        self.axes = Eigen { values: values.into_iter().map(f64::sqrt).collect(), vectors };
    }

    /// The standard deviation of a coordinate.
    pub fn deviation(&self, coordinate: usize) -> f64 {
        self.sigma * self.covariance.at(coordinate, coordinate).max(0.0).sqrt()
    }

    /// The inverse square root of the covariance, times a column.
    fn whitened(&self, column: &[f64]) -> Vec<f64> {
        let along = self.axes.vectors.transposed_times(column);
        let scaled: Vec<f64> = along.iter().zip(&self.axes.values).map(|(y, deviation)| y / deviation).collect();
        self.axes.vectors.times(&scaled)
    }
}

fn norm(column: &[f64]) -> f64 {
    column.iter().map(|cell| cell * cell).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agree(found: &[f64], expected: &[f64]) {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
        assert_eq!(found.len(), expected.len());
    }

    #[test]
    fn rates_are_those_of_cmaes() {
        let rates = Rates::new(3, 6);
        let weights = [0.637_042_571_241_216_8, 0.284_570_257_438_032_94, 0.078_387_171_320_750_33, -0.286_383_782_596_552_95];
        agree(&rates.weights[..4], &weights);
        agree(&rates.weights[4..], &[-0.764_958_094_085_127_6, -1.155_981_778_158_921_2]);
        let found = [rates.mu_eff, rates.c_c, rates.c_one, rates.c_mu, rates.c_sigma, rates.d_sigma, rates.chi];
        let first = [2.028_611_464_610_061_7, 0.559_862_978_600_505_5, 0.097_472_482_650_667_92, 0.038_593_139_193_450_914];
        agree(&found[..4], &first);
        agree(&found[4..], &[0.401_711_790_194_147_77, 1.401_711_790_194_147_8, 1.596_877_530_258_607_6]);
    }

    /// Two generations told to `cmaes.CMA(mean=[0.5, 0.5, 0.5], sigma=0.2, population_size=6)` of Python `cmaes` 0.13, best first.
    #[test]
    fn two_generations_are_those_of_cmaes() {
        let first =
            [[0.42, 0.61, 0.33], [0.58, 0.40, 0.71], [0.15, 0.52, 0.47], [0.66, 0.83, 0.29], [0.37, 0.25, 0.56], [0.91, 0.48, 0.62]];
        let second =
            [[0.41, 0.49, 0.52], [0.30, 0.70, 0.28], [0.55, 0.62, 0.44], [0.22, 0.36, 0.63], [0.61, 0.57, 0.19], [0.48, 0.81, 0.40]];
        let rates = Rates::new(3, 6);
        let mut state = State::new(vec![0.5; 3], 0.2);
        let mut learn = |generation: &[[f64; 3]; 6]| {
            let points: Vec<Vec<f64>> = generation.iter().map(|point| point.to_vec()).collect();
            state.learn(&rates, &points);
            state.settle(&[0.0; 3]);
            state.clone()
        };
        let state = learn(&first);
        agree(&state.mean, &[0.444_366_704_933_482_7, 0.543_185_400_519_145_5, 0.449_110_901_811_357_54]);
        agree(&[state.sigma], &[0.164_138_943_144_814_16]);
        let state = learn(&second);
        agree(&state.mean, &[0.389_671_475_666_721_4, 0.559_950_086_333_684_5, 0.445_432_164_509_212_1]);
        agree(&[state.sigma], &[0.139_390_699_151_445_42]);
        agree(&state.p_sigma, &[-0.603_680_297_686_965_2, 0.258_434_773_032_689_75, -0.199_203_382_407_393_21]);
        agree(&state.p_c, &[-0.582_746_715_544_825_6, 0.252_169_904_666_644_6, -0.171_890_504_297_714_16]);
        agree(&state.covariance.cells[..3], &[0.795_198_801_873_303_5, -0.102_422_684_505_543_76, 0.069_434_668_240_291_46]);
        agree(&state.covariance.cells[4..6], &[0.736_162_932_812_891_7, 0.019_666_048_704_411_673]);
        agree(&state.covariance.cells[8..], &[0.868_472_809_937_009_6]);
    }

    /// By head: a cloud of standard deviation 0.1 in a coordinate that must keep 0.2 is twice as wide there, with half a correlation still.
    #[test]
    fn a_coordinate_keeps_its_width() {
        let mut state = State::new(vec![0.5; 2], 0.1);
        state.covariance.cells = vec![1.0, 0.5, 0.5, 1.0];
        state.settle(&[0.2, 0.0]);
        agree(&state.covariance.cells, &[4.0, 1.0, 1.0, 1.0]);
        agree(&[state.deviation(0), state.deviation(1)], &[0.2, 0.1]);
    }
}
