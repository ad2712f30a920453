//! A hidden Markov model with Gaussian states and fixed parameters: the *filtered* probability of each state, which uses what was seen so
//! far and nothing later. Smoothed probabilities and Viterbi paths over a whole sample look ahead (`fidelity.md` 5) and are not here.

use std::f64::consts::TAU;

/// `N` states of returns. Fit the parameters on an earlier window, order the states by their variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hmm<const N: usize> {
    /// Probability of each state before the first return; sums to 1.
    pub start: [f64; N],
    /// `transition[i][j]`: probability of going from state `i` to `j`; each row sums to 1.
    pub transition: [[f64; N]; N],
    /// Mean return in each state.
    pub mean: [f64; N],
    /// Standard deviation of returns in each state, above 0.
    pub sd: [f64; N],
}

/// What is believed after some returns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief<const N: usize> {
    /// `P(state | returns so far)`; sums to 1.
    pub states: [f64; N],
    /// Logarithm of the likelihood of the returns so far.
    pub log_likelihood: f64,
}

impl<const N: usize> Hmm<N> {
    /// The forward algorithm: one [`Belief`] per return, each from the returns up to its own.
    pub fn filtered<'a>(&'a self, returns: &'a [f64]) -> impl Iterator<Item = Belief<N>> + 'a {
        returns.iter().scan(None, |before: &mut Option<Belief<N>>, &r| {
            let belief = self.advance(before.as_ref(), r);
            *before = Some(belief);
            Some(belief)
        })
    }

    /// One more return.
    pub fn advance(&self, before: Option<&Belief<N>>, r: f64) -> Belief<N> {
        let prior = before.map_or(self.start, |belief| self.step(&belief.states));
        let logs: [f64; N] = std::array::from_fn(|k| self.log_density(k, r));
        // The largest density is taken out before `exp`, so that a return far from every state leaves no 0 / 0.
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let joint: [f64; N] = std::array::from_fn(|k| prior[k] * libm::exp(logs[k] - largest));
        let total: f64 = joint.iter().sum();
        let earlier = before.map_or(0.0, |belief| belief.log_likelihood);
        Belief { states: joint.map(|p| p / total), log_likelihood: earlier + libm::log(total) + largest }
    }

    fn step(&self, states: &[f64; N]) -> [f64; N] {
        std::array::from_fn(|to| (0..N).map(|from| states[from] * self.transition[from][to]).sum())
    }

    fn log_density(&self, state: usize, r: f64) -> f64 {
        let z = (r - self.mean[state]) / self.sd[state];
        -0.5 * z * z - libm::log(self.sd[state]) - 0.5 * libm::log(TAU)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM_AND_WILD: Hmm<2> = Hmm { start: [0.5, 0.5], transition: [[0.9, 0.1], [0.1, 0.9]], mean: [0.0, 0.0], sd: [1.0, 2.0] };

    #[test]
    fn a_return_of_zero_is_twice_as_likely_in_half_the_spread() {
        let first = CALM_AND_WILD.filtered(&[0.0]).next().unwrap();
        assert!((first.states[0] - 2.0 / 3.0).abs() < 1e-15);
        // Half of 1/√2π and half of 1/2√2π.
        assert!((libm::exp(first.log_likelihood) - 0.75 / TAU.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn a_return_out_of_all_proportion_still_gives_probabilities() {
        let last = CALM_AND_WILD.filtered(&[0.0, 1e4]).last().unwrap();
        assert_eq!(last.states, [0.0, 1.0]);
        assert!(last.log_likelihood.is_finite());
    }

    #[test]
    fn later_returns_change_nothing_before() {
        let of = |returns: &[f64]| CALM_AND_WILD.filtered(returns).take(2).collect::<Vec<_>>();
        assert_eq!(of(&[0.5, -3.0, 0.1]), of(&[0.5, -3.0, 99.0]));
    }
}
