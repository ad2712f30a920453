//! Chance that is the same every time.

/// What `SplitMix64` adds to its state at each step.
pub const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The next word of `SplitMix64` (Steele, Lea and Flood 2014) after a state.
#[must_use]
pub fn word_after(state: u64) -> u64 {
    let word = state.wrapping_add(STEP);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_the_published_ones() {
        // The first words of SplitMix64 from state 0, as its reference implementation prints them.
        assert_eq!(word_after(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(word_after(STEP), 0x6e78_9e6a_a1b9_65f4);
    }
}
