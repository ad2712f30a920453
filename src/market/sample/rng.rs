//! Seeded chance that is the same on every processor: `ChaCha` words, transcendental functions from `libm` only.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream of random numbers is for. Purpose and index together name the stream, so adding an asset or a purpose
/// changes no other asset's numbers.
#[derive(Clone, Copy)]
pub(in crate::market) enum Purpose {
    Bitcoin = 1,
    AltMarket,
    Calendar,
    Narrative,
    Asset,
    Premium,
    Jitter,
    Volume,
    Phantom,
    Evidence,
    AssetEvidence,
    /// Another future of a market that is there ([`crate::market::future`]), by kind of fact.
    FutureBars,
    FutureFunding,
    FutureCaps,
    FutureEvidence,
    FutureMemberships,
    FutureTiers,
    FutureVenue,
    FutureConversions,
}

pub(in crate::market) struct Chance {
    words: ChaCha8Rng,
}

impl Chance {
    pub(in crate::market) fn new(seed: u64, purpose: Purpose, index: usize) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..22].copy_from_slice(b"rotate sample!");
        let mut words = ChaCha8Rng::from_seed(key);
        words.set_stream(((purpose as u64) << 32) | index as u64);
        Self { words }
    }

    /// Uniform in `(0, 1)`, never 0, so that its logarithm is finite.
    pub(in crate::market) fn uniform(&mut self) -> f64 {
        ((self.words.next_u64() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    /// Uniform in `[low, high)`.
    pub(in crate::market) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// A whole number in `0..count`; `count` is at least one.
    pub(in crate::market) fn below(&mut self, count: usize) -> usize {
        ((self.uniform() * count as f64) as usize).min(count - 1)
    }

    pub(in crate::market) fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal (Box and Muller 1958).
    pub(in crate::market) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(2.0 * std::f64::consts::PI * self.uniform())
    }

    /// Student's t with four degrees of freedom scaled to unit variance, cut at seven standard deviations: the fat tails of returns.
    pub(in crate::market) fn fat(&mut self) -> f64 {
        let top = self.normal();
        let chi_square: f64 = (0..4)
            .map(|_| {
                let z = self.normal();
                z * z
            })
            .sum();
        let unit_variance = std::f64::consts::FRAC_1_SQRT_2;
        (top / (chi_square / 4.0).sqrt() * unit_variance).clamp(-7.0, 7.0)
    }
}

/// Volatility that clusters: GARCH(1,1) with long-run variance 1 (Bollerslev 1986).
pub(super) struct Clustering {
    variance: f64,
}

impl Clustering {
    const SHOCK: f64 = 0.11;
    const MEMORY: f64 = 0.87;

    pub(super) fn new() -> Self {
        Self { variance: 1.0 }
    }

    /// The next shock, in long-run standard deviations, and the standard deviation it was drawn with.
    pub(super) fn next(&mut self, chance: &mut Chance) -> (f64, f64) {
        let deviation = self.variance.sqrt();
        let shock = deviation * chance.fat();
        self.variance = (1.0 - Self::SHOCK - Self::MEMORY) + Self::SHOCK * shock * shock + Self::MEMORY * self.variance;
        self.variance = self.variance.min(6.0);
        (shock, deviation)
    }

    /// Turmoil from outside: the long-run variance is this much exceeded from the next bar on, and fades.
    pub(super) fn stir(&mut self, variance: f64) {
        self.variance = self.variance.max(variance);
    }
}
