//! Bars in which nothing happens may be made a stretch at a time: what comes out is what comes out bar by bar, to the last bit.

use proptest::prelude::*;

use rotate::batch::Arena;

use crate::random_market::markets;
use crate::random_strategy::strategies;
use crate::{capital, cases};

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn nothing_is_lost_by_skipping_what_is_quiet(market in markets(), strategy in strategies(), at in 0.0..1.2_f64) {
        let (market, strategy) = (market.market(), strategy.rules());
        let arena = Arena::new(&market);
        let bars = ((at * market.clock.bars as f64) as usize).clamp(1, market.window().bars);
        let (skipped, each) = (arena.replay_to(&strategy, capital(), bars), arena.replay_bar_by_bar(&strategy, capital(), bars));
        prop_assert_eq!(format!("{:?}", skipped.pending), format!("{:?}", each.pending));
        let (skipped, each) = (format!("{:#?}", skipped.run), format!("{:#?}", each.run));
        let apart = skipped.lines().zip(each.lines()).position(|(a, b)| a != b);
        let around = |text: &str| text.lines().skip(apart.unwrap_or(0).saturating_sub(12)).take(24).collect::<Vec<_>>().join("\n");
        prop_assert!(skipped == each, "\n{}\n---\n{}", around(&skipped), around(&each));
    }
}
