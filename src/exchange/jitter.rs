//! Market orders that meet a bar elsewhere than at its open: how much of a result hangs on the very prices it was filled at.

use crate::exchange::orders::Bar;
use crate::units::rng::word_after;

/// The open that market orders meet, moved by chance inside each bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter {
    pub seed: u64,
    /// Of the way from the open to a point drawn evenly between low and high, from 0 to 1.
    pub share: f64,
}

impl Jitter {
    /// The bar as a market order meets it. The draw belongs to seed, instrument and bar alone: whoever trades there gets the same price, in whatever
    /// order anything is replayed.
    #[must_use]
    pub fn meets(&self, bar: &Bar, instrument: u64, t: u64) -> Bar {
        let word = word_after(word_after(word_after(self.seed) ^ instrument) ^ t);
        // 53 bits: every float of the kind.
        let chance = (word >> 11) as f64 / 9_007_199_254_740_992.0;
        let point = bar.low + chance * (bar.high - bar.low);
        Bar { open: (bar.open + self.share * (point - bar.open)).clamp(bar.low, bar.high), ..*bar }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_stays_in_the_bar_and_is_spread_over_its_share_of_it() {
        let bar = Bar::of_prices(100.0, 110.0, 90.0, 105.0);
        let opens = |share: f64| (0..1_000).map(move |t| Jitter { seed: 7, share }.meets(&bar, 3, t).open).collect::<Vec<f64>>();
        for (share, low, high) in [(0.0, 100.0, 100.0), (0.25, 97.5, 102.5), (1.0, 90.0, 110.0)] {
            let all = opens(share);
            assert!(all.iter().all(|open| (low..=high).contains(open)), "{share}");
            let (least, most) = all.iter().fold((f64::MAX, 0.0_f64), |(l, m), open| (l.min(*open), m.max(*open)));
            assert!(least - low <= 0.01 * (high - low) && high - most <= 0.01 * (high - low), "{share}: {least} to {most}");
            let mean = all.iter().sum::<f64>() / 1_000.0;
            assert!((mean - 100.0).abs() <= 0.05 * (high - low), "{share}: {mean}");
        }
        let other = Jitter { seed: 8, share: 1.0 }.meets(&bar, 3, 0).open;
        assert!(other != opens(1.0)[0] && opens(1.0) == opens(1.0));
    }
}
