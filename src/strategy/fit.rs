//! Whether a strategy's times fall on the bars of a market.

use crate::fault::Fault;
use crate::strategy::validate::Wrong;
use crate::strategy::{Score, StrategyFile};
use crate::units::Span;

impl StrategyFile {
    /// Decisions are made at closes of bars and look back over whole bars: a span in between would silently become another one.
    /// Multiples of `decide` need no look of their own, they are multiples of the bar when it is.
    ///
    /// # Errors
    /// A span that is no multiple of the market's bar.
    pub fn fits(&self, bar: Span) -> Result<(), Fault> {
        let strategy = &self.strategy;
        let mut spans = vec![(vec!["decide".to_owned()], strategy.decide)];
        for (name, bucket) in &strategy.buckets {
            let score = bucket.score.map(|score| {
                let word = match score {
                    Score::Momentum(_) => "momentum",
                    Score::Oversold(_) => "oversold",
                    Score::AgainstBtc(_) => "against_btc",
                };
                (vec!["score", word], score.span())
            });
            let stall = bucket.exit.map(|exit| (vec!["exit", "stall"], exit.stall));
            let own = [score, stall, Some((vec!["cooldown"], bucket.cooldown))];
            spans.extend(own.into_iter().flatten().map(|(below, span)| {
                let above = ["buckets", name];
                (above.into_iter().chain(below).map(str::to_owned).collect(), span)
            }));
        }
        let wrong = spans.into_iter().find(|(_, span)| span.seconds() % bar.seconds() != 0).map(|(key, span)| Wrong {
            key,
            found: format!("{span}, on a market whose bars are {bar}"),
            expected: format!("a multiple of {bar}"),
            way_out: "lengthen it, or use a market of shorter bars".to_owned(),
        });
        wrong.map_or(Ok(()), |wrong| Err(self.fault(&wrong)))
    }
}
