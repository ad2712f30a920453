//! What a strategy may not say, beyond what its types forbid. Every refusal names the key and what is allowed.

mod called;
mod kinds;
mod reach;
mod signals;

use crate::exchange::Refusal;
use crate::strategy::limits;
use crate::strategy::{AfterLiquidation, Bucket, Hold, OrderKind, Orders, Score, Selection, Strategy, Weigh};
use crate::strategy::{tax, waterfall, yields};
use crate::units::{Direction, Span};

use signals::{check_hedge, check_signals, check_stages};

/// A refusal at a key.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    pub key: Vec<String>,
    pub found: String,
    pub expected: String,
    pub way_out: String,
}

pub(super) type Checked = Result<(), Wrong>;

/// A place in the file: `key.child(...)` goes one deeper.
#[derive(Clone)]
pub(super) struct Key(Vec<String>);

impl Key {
    pub fn child(&self, name: &str) -> Self {
        let mut path = self.0.clone();
        path.push(name.to_owned());
        Self(path)
    }

    pub fn wrong(&self, found: impl Into<String>, expected: impl Into<String>, way_out: impl Into<String>) -> Checked {
        Err(Wrong { key: self.0.clone(), found: found.into(), expected: expected.into(), way_out: way_out.into() })
    }

    /// TOML has `nan` and `inf`; a comparison with either decides nothing.
    pub fn number(&self, value: Option<f64>, way_out: &str) -> Checked {
        match value {
            Some(value) if !value.is_finite() => self.wrong(value.to_string(), "a finite number", way_out),
            _ => Ok(()),
        }
    }

    /// What is looked at only where decisions are made must fall on them.
    fn falls_on(&self, span: Span, decide: Span) -> Checked {
        if span.seconds() % decide.seconds() == 0 {
            return Ok(());
        }
        self.wrong(span.to_string(), format!("a multiple of `decide`, {decide}"), "lengthen it, or decide more often")
    }

    pub fn cash_bucket(&self, name: &str, strategy: &Strategy) -> Checked {
        if strategy.buckets.get(name).is_some_and(|bucket| matches!(bucket.hold, Hold::Cash)) {
            return Ok(());
        }
        self.wrong(format!("{name:?}"), "a bucket that holds cash", names(strategy))
    }

    pub fn positive(&self, value: f64, way_out: &str) -> Checked {
        if value > 0.0 && value.is_finite() { Ok(()) } else { self.wrong(value.to_string(), "a number above 0", way_out) }
    }

    pub fn share(&self, value: f64) -> Checked {
        if value > 0.0 && value <= 1.0 { Ok(()) } else { self.wrong(value.to_string(), "above 0, at most 1", "0.05 is five per cent") }
    }
}

pub(super) fn check(strategy: &Strategy) -> Checked {
    let root = Key(Vec::new());
    called::check(&root, strategy)?;
    let band = strategy.rebalance.band;
    if !(0.0..1.0).contains(&band) {
        return root.child("rebalance").child("band").wrong(band.to_string(), "at least 0, below 1", "0.2 tolerates a fifth of drift");
    }
    root.child("rebalance").child("every").falls_on(strategy.rebalance.every, strategy.decide)?;
    check_orders(&root.child("orders"), &strategy.orders)?;
    if let Err(Refusal { key, found, allowed }) = strategy.assumptions.resolve() {
        return root.child("assumptions").child(key).wrong(found, allowed, "remove the key to keep what the named set says");
    }
    let buckets = root.child("buckets");
    if strategy.buckets.is_empty() {
        return buckets.wrong("no bucket", "at least one [buckets.<name>]", "deal the equity into buckets whose weights sum to 1");
    }
    for (name, bucket) in &strategy.buckets {
        check_bucket(&buckets.child(name), bucket, strategy)?;
    }
    let sum: f64 = strategy.buckets.values().map(|bucket| bucket.weight).sum();
    if (sum - 1.0).abs() > 1e-9 {
        let listed: Vec<String> = strategy.buckets.iter().map(|(name, bucket)| format!("{name} {}", bucket.weight)).collect();
        return buckets.wrong(
            format!("the weights sum to {sum:.6} ({})", listed.join(", ")),
            "a sum of 1",
            "put what is left over into a bucket that holds \"cash\"",
        );
    }
    check_signals(&root, strategy)?;
    waterfall::check(&root, strategy)?;
    tax::check(&root, strategy.tax.as_ref())?;
    limits::check(&root, strategy)?;
    check_tune(&root, strategy)
}

/// A bucket may begin with nothing only where a table of weights gives it something later.
fn check_weight(key: &Key, bucket: &Bucket, strategy: &Strategy) -> Checked {
    if bucket.weight == 0.0 && strategy.adaptive.is_some() {
        return Ok(());
    }
    key.child("weight").share(bucket.weight)
}

fn check_bucket(key: &Key, bucket: &Bucket, strategy: &Strategy) -> Checked {
    check_weight(key, bucket, strategy)?;
    let hold = key.child("hold");
    match &bucket.hold {
        Hold::Cash => {}
        Hold::Spot(selection) => {
            check_selection(&hold.child("spot"), selection, bucket)?;
            check_stages(&hold.child("spot"), selection, strategy)?;
            let of_margin = [
                ("stop", "loss_of_margin", bucket.stop.is_some_and(|stop| stop.loss_of_margin.is_some())),
                ("take_profit", "gain_of_margin", bucket.take_profit.is_some_and(|target| target.gain_of_margin.is_some())),
            ];
            if let Some((name, rule, _)) = of_margin.iter().find(|(.., set)| *set) {
                return key.child(name).wrong(
                    format!("{rule} on a spot bucket"),
                    "from_entry",
                    format!("spot has no margin: use {name} = {{ from_entry = 0.2 }}"),
                );
            }
        }
        Hold::Perp(selection) => {
            check_selection(&hold.child("perp"), selection, bucket)?;
            check_stages(&hold.child("perp"), selection, strategy)?;
            check_leverage(key, bucket)?;
        }
        Hold::Hedge(hedge) => {
            check_hedge(&hold.child("hedge"), hedge, strategy)?;
            check_leverage(key, bucket)?;
        }
    }
    kinds::check(key, bucket)?;
    check_score(key, bucket)?;
    if let Some(review) = bucket.review {
        key.child("review").falls_on(review, strategy.decide)?;
    }
    check_protection(key, bucket)?;
    if let Some(orders) = &bucket.orders {
        check_orders(&key.child("orders"), orders)?;
    }
    if let AfterLiquidation::Refill(from) = &bucket.after_liquidation {
        key.child("after_liquidation").child("refill").cash_bucket(from, strategy)?;
    }
    if let Some(exit) = &bucket.exit {
        exit.check(&key.child("exit"))?;
    }
    yields::check(key, bucket)?;
    reach::check(key, bucket, strategy)?;
    if let Some(top_up) = &bucket.top_up {
        let place = key.child("top_up");
        place.child("below").share(top_up.below)?;
        if let Some(most) = top_up.most {
            place.child("most").positive(most, "write the share of equity that all top-ups together may take, as 0.15")?;
        }
        place.child("from").cash_bucket(&top_up.from, strategy)?;
    }
    Ok(())
}

/// Stops, targets and the distance to liquidation.
fn check_protection(key: &Key, bucket: &Bucket) -> Checked {
    if let Some(stop) = bucket.stop {
        let place = key.child("stop");
        if stop.loss_of_margin.is_none() && stop.from_entry.is_none() && stop.atr.is_none() && stop.trailing.is_none() {
            return place.wrong("empty", "loss_of_margin, from_entry, atr or trailing", "remove the key to have no stop");
        }
        if stop.by.is_some() && stop.loss_of_margin.is_none() {
            return place.child("by").wrong(
                "without loss_of_margin",
                "loss_of_margin beside it",
                "by says what a loss of margin is measured by: remove it",
            );
        }
        for (name, value) in [("loss_of_margin", stop.loss_of_margin), ("from_entry", stop.from_entry), ("trailing", stop.trailing)] {
            if let Some(value) = value {
                place.child(name).share(value)?;
            }
        }
        if let Some(atr) = stop.atr {
            place.child("atr").child("multiple").positive(atr.multiple, "3.0 is three average true ranges")?;
        }
    }
    if let Some(target) = bucket.take_profit {
        let place = key.child("take_profit");
        if target.gain_of_margin.is_none() && target.from_entry.is_none() {
            return place.wrong("empty", "gain_of_margin or from_entry", "remove the key to have no target");
        }
        for (name, value) in [("gain_of_margin", target.gain_of_margin), ("from_entry", target.from_entry)] {
            if let Some(value) = value {
                place.child(name).positive(value, "0.5 is half as much again")?;
            }
        }
        if bucket.direction == Direction::Short && target.from_entry.is_some_and(|share| share >= 1.0) {
            return place.child("from_entry").wrong("a short's target at or below 0", "below 1", "no price falls by all of itself");
        }
    }
    if let Some(distance) = bucket.liquidation_distance {
        let place = key.child("liquidation_distance").child("moves");
        place.positive(distance.moves, "3.0 is three times the expected move")?;
    }
    Ok(())
}

fn check_orders(key: &Key, orders: &Orders) -> Checked {
    if !(0.0..1.0).contains(&orders.offset) {
        return key.child("offset").wrong(orders.offset.to_string(), "at least 0, below 1", "0.002 is 0.2 % from the last close");
    }
    let of_limits = Orders { kind: orders.kind, expire: orders.expire, ..Orders::default() };
    if orders.kind == OrderKind::Market && *orders != of_limits {
        return key.child("kind").wrong("market orders with a limit's rules", "kind = \"limit\"", "offset, while and then are for limits");
    }
    Ok(())
}

/// Entering and leaving by score.
fn check_score(key: &Key, bucket: &Bucket) -> Checked {
    if (bucket.enter_above.is_some() || bucket.enter_below.is_some() || bucket.exit_score.is_some()) && bucket.score.is_none() {
        return key.child("score").wrong(
            "missing",
            "a score",
            "entering or leaving by score needs one, as in score = { momentum = \"30d\" }",
        );
    }
    for (name, value) in [("enter_above", bucket.enter_above), ("enter_below", bucket.enter_below)] {
        key.child(name).number(value, "0.05 is a return of five per cent")?;
    }
    if let (Some(above), Some(below)) = (bucket.enter_above, bucket.enter_below)
        && above >= below
    {
        return key.child("enter_above").wrong(
            format!("{above}, with enter_below {below}: no score is in between"),
            "less than enter_below",
            "swap them, or keep one",
        );
    }
    if let Some(exit) = bucket.exit_score {
        let place = key.child("exit_score");
        if exit.below.is_none() && exit.above.is_none() {
            return place.wrong("empty", "below or above", "remove the key to stay whatever the score");
        }
        for (name, value) in [("below", exit.below), ("above", exit.above)] {
            place.child(name).number(value, "-0.10 is a return of minus ten per cent")?;
        }
    }
    Ok(())
}

fn check_leverage(key: &Key, bucket: &Bucket) -> Checked {
    let Some(leverage) = bucket.leverage else {
        return key.child("leverage").wrong("missing", "notional over margin, at least 1", "say leverage = { open = 2.0 }");
    };
    for (name, value) in leverage.rungs() {
        if !(1.0..=125.0).contains(&value) {
            return key.child("leverage").child(name).wrong(
                value.to_string(),
                "from 1 to 125",
                "3.0 is three dollars of notional a dollar of margin",
            );
        }
    }
    Ok(())
}

fn check_selection(key: &Key, selection: &Selection, bucket: &Bucket) -> Checked {
    if let Some([first, last]) = selection.rank
        && (first == 0 || first > last)
    {
        return key.child("rank").wrong(
            format!("[{first}, {last}]"),
            "[first, last] with 1 ≤ first ≤ last",
            "[100, 500] is the band of small caps",
        );
    }
    for (name, count) in [("count", selection.count), ("narratives", selection.narratives), ("per_narrative", selection.per_narrative)] {
        if count == Some(0) {
            return key.child(name).wrong("0", "at least 1", "remove the key to take all");
        }
    }
    if selection.narratives.is_some() && bucket.score.is_none() {
        return key.child("narratives").wrong("narratives without a score", "a score to rank them", "add score = { momentum = \"30d\" }");
    }
    if selection.narratives.is_some() && selection.count.is_some() {
        return key.child("count").wrong(
            "count and narratives together",
            "one of them",
            "use per_narrative to bound the coins of a narrative",
        );
    }
    if selection.per_narrative.is_some() && selection.narratives.is_none() {
        return key.child("per_narrative").wrong("without narratives", "narratives = n beside it", "say how many narratives to hold");
    }
    if selection.assets.as_ref().is_some_and(Vec::is_empty) {
        return key.child("assets").wrong("an empty list", "at least one asset", "remove the key to consider all");
    }
    if selection.venues.as_ref().is_some_and(Vec::is_empty) {
        return key.child("venues").wrong("an empty list", "at least one of regulated, cex and dex", "remove the key for the default");
    }
    if let (Some(least), Some(most)) = (selection.min_age, selection.max_age)
        && most < least
    {
        return key.child("max_age").wrong(
            format!("{most}, with min_age {least}: nobody is both"),
            "at least min_age",
            "swap them, or keep one",
        );
    }
    if let Some(volume) = selection.min_daily_volume
        && !(volume.is_finite() && volume >= 0.0)
    {
        return key.child("min_daily_volume").wrong(
            volume.to_string(),
            "dollars a day, at least 0",
            "1000000.0 is a million dollars a day",
        );
    }
    if let Weigh::Fixed(shares) = &bucket.weigh {
        let place = Key(key.0[..2].to_vec()).child("weigh").child("fixed");
        if shares.is_empty() {
            return place.wrong("no share", "at least one asset", "0.6 and 0.4 hold the whole bucket");
        }
        for (asset, &share) in shares {
            place.child(asset).share(share)?;
        }
        let sum: f64 = shares.values().sum();
        if sum > 1.0 + 1e-9 {
            return place.wrong(format!("the shares sum to {sum:.6}"), "at most 1", "0.6 and 0.4 hold the whole bucket");
        }
    }
    Ok(())
}

fn check_tune(root: &Key, strategy: &Strategy) -> Checked {
    let Some(tune) = &strategy.tune else { return Ok(()) };
    let key = root.child("tune");
    if !(0.0..=0.9).contains(&tune.out_of_sample) {
        return key.child("out_of_sample").wrong(
            tune.out_of_sample.to_string(),
            "from 0 to 0.9",
            "0.33 keeps the last third out of the ranking",
        );
    }
    for (name, values) in &tune.keys {
        if values.is_empty() {
            return key.child("keys").child(name).wrong("no values", "at least one value to try", "list them: [0.05, 0.10]");
        }
    }
    if let Some(balance) = &tune.balance
        && !strategy.buckets.contains_key(balance)
    {
        return key.child("balance").wrong(format!("no bucket {balance:?}"), "a bucket of this strategy", names(strategy));
    }
    Ok(())
}

pub(super) fn names(strategy: &Strategy) -> String {
    let names: Vec<&str> = strategy.buckets.keys().map(String::as_str).collect();
    format!("buckets here: {}", names.join(", "))
}

impl Score {
    /// The window it looks at.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Momentum(span) | Self::Oversold(span) | Self::AgainstBtc(span) | Self::OverTrailingValue(span) => *span,
            Self::Residual(residual) => residual.span,
        }
    }
}
