//! Whether a strategy can be run over a market: its coins are there, its times fall on the bars.

use crate::fault::Fault;
use crate::signal::Directory;
use crate::strategy::key::Wrong;
use crate::strategy::names::{choice, unknown};
use crate::strategy::rule::{Rule, Rules};
use crate::strategy::{Bucket, Rhythm, Strategy, StrategyFile};
use crate::units::Span;

impl StrategyFile {
    /// # Errors
    /// A bucket that can hold none of the coins it lists; a stated share of a coin it cannot hold.
    pub fn names_coins_of(&self, market: &Directory) -> Result<(), Fault> {
        for (name, bucket) in &self.strategy.buckets {
            if let Some(wrong) = choice(bucket).and_then(|(series, selection)| unknown(market, name, series, selection, bucket)) {
                return Err(self.fault(&wrong));
            }
        }
        Ok(())
    }

    /// Decisions are made at closes of bars and look back over whole bars: a span in between would silently become another one.
    /// Multiples of a `decide` in minutes, hours or days need no look of their own, they are multiples of the bar when it is.
    ///
    /// # Errors
    /// A span that is no multiple of the market's bar; a leverage that no perpetual of the market allows (`most_leverage`, that of its widest
    /// bracket).
    pub fn check_compatible(&self, bar: Span, most_leverage: f64) -> Result<(), Fault> {
        let spans = own_spans(&self.strategy);
        let wrong = spans.into_iter().find(|(_, span)| span.seconds() % bar.seconds() != 0).map(|(key, span)| Wrong {
            key,
            found: format!("{span}, on a market whose bars are {bar}"),
            expected: format!("a multiple of {bar}"),
            fix: "lengthen it, or use a market of shorter bars".to_owned(),
        });
        let wrong = wrong.or_else(|| self.between_decisions(bar)).or_else(|| self.above_every_bracket(most_leverage));
        wrong.map_or(Ok(()), |wrong| Err(self.fault(&wrong)))
    }

    /// A rhythm that is no multiple of `decide`, where one of the two is said in bars: the others were looked at in the file.
    fn between_decisions(&self, bar: Span) -> Option<Wrong> {
        let Strategy { decide, rebalance, buckets, .. } = &self.strategy;
        let reviews = buckets.iter().filter_map(|(name, bucket)| Some((vec!["buckets", name, "review"], bucket.review?)));
        let mut rhythms = std::iter::once((vec!["rebalance", "every"], rebalance.every)).chain(reviews);
        let decide = decide.over(bar);
        rhythms.find(|(_, rhythm)| rhythm.over(bar).seconds() % decide.seconds() != 0).map(|(key, rhythm)| Wrong {
            key: key.into_iter().map(str::to_owned).collect(),
            found: format!("{rhythm}, on a market whose bars are {bar}"),
            expected: format!("a multiple of `decide`, {decide}"),
            fix: "lengthen it, or decide more often".to_owned(),
        })
    }

    fn above_every_bracket(&self, most: f64) -> Option<Wrong> {
        let rungs = self.strategy.buckets.iter().filter_map(|(name, bucket)| Some((name, bucket.leverage?)));
        let mut asked = rungs.flat_map(|(name, leverage)| leverage.rungs().map(move |(level, asked)| (name, level, asked)));
        asked.find(|&(.., asked)| asked > most).map(|(name, level, asked)| Wrong {
            key: ["buckets", name, "leverage", level].map(str::to_owned).to_vec(),
            found: format!("{asked}, above every margin bracket of the market"),
            expected: format!("at most {most}"),
            fix: "lower it; larger notionals are allowed less still".to_owned(),
        })
    }
}

/// Every length of time that decides on which bar something happens, with its key. Tables are taken apart in full, so that a new key is thought of.
fn own_spans(strategy: &Strategy) -> Vec<(Vec<String>, Span)> {
    let Strategy {
        decide,
        orders,
        lifecycle: _,
        checklist: _,
        classifier: _,
        buckets,
        // Multiples of `decide`, or without a length of time.
        rebalance: _,
        name: _,
        about: _,
        regime: _,
        assumptions: _,
        narrative_index: _,
        adaptive: _,
        waterfall: _,
        limits: _,
        tax: _,
        tune: _,
    } = strategy;
    let mut spans = Vec::new();
    if let Rhythm::Every(decide) = *decide {
        spans.push((vec!["decide".to_owned()], decide));
    }
    spans.extend(orders.expire.map(|span| (vec!["orders".to_owned(), "expire".to_owned()], span)));
    // Tables that belong to the signals: every length of time in them.
    let whole = toml::Value::try_from(strategy).expect("a strategy that was read can be written as a table");
    for table in ["lifecycle", "classifier", "checklist"] {
        if let Some(value) = whole.get(table) {
            lengths(value, &mut vec![table.to_owned()], &mut spans);
        }
    }
    for (name, bucket) in buckets {
        spans.extend(spans_of(bucket).into_iter().map(|(below, span)| {
            let above = ["buckets", name.as_str()];
            (above.into_iter().chain(below.split('.')).map(str::to_owned).collect(), span)
        }));
    }
    spans
}

/// Those of a bucket, by their keys below it, with dots.
fn spans_of(bucket: &Bucket) -> Vec<(&'static str, Span)> {
    let Bucket {
        orders,
        // Multiples of `decide`.
        review: _,
        top_up: _,
        // Ages and the windows of betas and volatilities are counted in the bars they hold.
        hold: _,
        liquidation_distance: _,
        // The rules say their own.
        direction: _,
        score: _,
        enter_above: _,
        enter_below: _,
        entry: _,
        checklist: _,
        stop: _,
        exit: _,
        exit_score: _,
        time_stop: _,
        cooldown: _,
        // Without a length of time.
        weight: _,
        weigh: _,
        leverage: _,
        margin: _,
        after_liquidation: _,
        take_profit: _,
        limits: _,
        staking: _,
        interest: _,
    } = bucket;
    let expire = orders.and_then(|orders| orders.expire).map(|span| ("orders.expire", span));
    Rules::of(bucket).all().flat_map(Rule::spans).chain(expire).collect()
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
