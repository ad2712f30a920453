//! Each proposal has a stream of random numbers of its own, so that none depends on who drew before it.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Random numbers for one proposal.
pub(super) struct Stream {
    words: ChaCha8Rng,
}

impl Stream {
    /// Of proposal `k` of a study with this seed.
    pub fn of_proposal(seed: u64, k: u64) -> Self {
        Self::named(seed, *b"rotate proposal ", k)
    }

    /// Of the place from which a search begins anew in its generation `generation`.
    pub fn of_restart(seed: u64, generation: u64) -> Self {
        Self::named(seed, *b"rotate restart  ", generation)
    }

    fn named(seed: u64, purpose: [u8; 16], index: u64) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..24].copy_from_slice(&purpose);
        let mut words = ChaCha8Rng::from_seed(key);
        words.set_stream(index);
        Self { words }
    }

    /// Uniform in `(0, 1)`, never 0 or 1: the middles of 2⁵² equal parts, each of them a number that can be written exactly.
    pub fn uniform(&mut self) -> f64 {
        ((self.words.next_u64() >> 12) as f64 + 0.5) / 4_503_599_627_370_496.0
    }

    /// A whole number in `0..count`; `count` is at least one.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.uniform() * count as f64) as usize).min(count - 1)
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(2.0 * std::f64::consts::PI * self.uniform())
    }

    /// A point of the unit cube.
    pub fn point(&mut self, coordinates: usize) -> Vec<f64> {
        (0..coordinates).map(|_| self.uniform()).collect()
    }
}
