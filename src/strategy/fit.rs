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
    /// A span that is no multiple of the market's bar; a leverage that no perpetual of the market allows (`most_leverage`, that of its widest
    /// bracket).
    pub fn fits(&self, bar: Span, most_leverage: f64) -> Result<(), Fault> {
        let strategy = &self.strategy;
        let mut spans = vec![(vec!["decide".to_owned()], strategy.decide)];
        spans.extend(strategy.orders.expire.map(|span| (vec!["orders".to_owned(), "expire".to_owned()], span)));
        // Tables that belong to the signals: every length of time in them.
        let whole = toml::Value::try_from(strategy).expect("a strategy that was read can be written as a table");
        for table in ["lifecycle", "classifier", "checklist"] {
            if let Some(value) = whole.get(table) {
                lengths(value, &mut vec![table.to_owned()], &mut spans);
            }
        }
        for (name, bucket) in &strategy.buckets {
            let score = bucket.score.map(|score| {
                let word = match score {
                    Score::Momentum(_) => "momentum",
                    Score::Oversold(_) => "oversold",
                    Score::AgainstBtc(_) => "against_btc",
                    Score::Residual(_) => "residual",
                    Score::OverTrailingValue(_) => "over_trailing_value",
                };
                (vec!["score", word], score.span())
            });
            let stall = bucket.exit.and_then(|exit| exit.stall).map(|span| (vec!["exit", "stall"], span));
            let atr = bucket.stop.and_then(|stop| stop.atr).map(|atr| (vec!["stop", "atr", "span"], atr.span));
            let expire = bucket.orders.and_then(|orders| orders.expire).map(|span| (vec!["orders", "expire"], span));
            let held = bucket.time_stop.map(|rule| (vec!["time_stop", "after"], rule.after));
            let own = [score, held, stall, atr, expire, Some((vec!["cooldown"], bucket.cooldown))];
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
        let wrong = wrong.or_else(|| self.above_every_bracket(most_leverage));
        wrong.map_or(Ok(()), |wrong| Err(self.fault(&wrong)))
    }

    fn above_every_bracket(&self, most: f64) -> Option<Wrong> {
        let rungs = self.strategy.buckets.iter().filter_map(|(name, bucket)| Some((name, bucket.leverage?)));
        let mut asked = rungs.flat_map(|(name, leverage)| leverage.rungs().map(move |(rung, asked)| (name, rung, asked)));
        asked.find(|&(.., asked)| asked > most).map(|(name, rung, asked)| Wrong {
            key: ["buckets", name, "leverage", rung].map(str::to_owned).to_vec(),
            found: format!("{asked}, above every margin bracket of the market"),
            expected: format!("at most {most}"),
            way_out: "lower it; larger notionals are allowed less still".to_owned(),
        })
    }
}

/// Every length of time below a value, with its key.
fn lengths(value: &toml::Value, key: &mut Vec<String>, found: &mut Vec<(Vec<String>, Span)>) {
    match value {
        toml::Value::String(text) => found.extend(Span::try_from(text.clone()).ok().map(|span| (key.clone(), span))),
        toml::Value::Table(table) => {
            for (name, value) in table {
                key.push(name.clone());
                lengths(value, key, found);
                key.pop();
            }
        }
        _ => {}
    }
}
