//! What a strategy may not say, beyond what its types forbid. Every refusal names the key and what is allowed.

use crate::strategy::{Bucket, Hold, Score, Selection, Strategy, Weigh};
use crate::units::Direction;

/// A refusal at a key.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    pub key: Vec<String>,
    pub found: String,
    pub expected: String,
    pub way_out: String,
}

type Checked = Result<(), Wrong>;

/// A place in the file: `key.child(...)` goes one deeper.
#[derive(Clone)]
struct Key(Vec<String>);

impl Key {
    fn child(&self, name: &str) -> Self {
        let mut path = self.0.clone();
        path.push(name.to_owned());
        Self(path)
    }

    fn wrong(&self, found: impl Into<String>, expected: impl Into<String>, way_out: impl Into<String>) -> Checked {
        Err(Wrong { key: self.0.clone(), found: found.into(), expected: expected.into(), way_out: way_out.into() })
    }

    fn share(&self, value: f64) -> Checked {
        if value > 0.0 && value <= 1.0 { Ok(()) } else { self.wrong(value.to_string(), "above 0, at most 1", "0.05 is five per cent") }
    }
}

pub(super) fn check(strategy: &Strategy) -> Checked {
    let root = Key(Vec::new());
    let name = &strategy.name;
    if name.is_empty() || name.starts_with('-') || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return root.child("name").wrong(
            format!("{name:?}"),
            "letters, digits, - and _",
            "the name becomes a folder of the report: choose a plain one",
        );
    }
    let band = strategy.rebalance.band;
    if !(0.0..1.0).contains(&band) {
        return root.child("rebalance").child("band").wrong(band.to_string(), "at least 0, below 1", "0.2 tolerates a fifth of drift");
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
    check_waterfall(&root, strategy)?;
    check_tune(&root, strategy)
}

fn check_bucket(key: &Key, bucket: &Bucket, strategy: &Strategy) -> Checked {
    key.child("weight").share(bucket.weight)?;
    let hold = key.child("hold");
    match &bucket.hold {
        Hold::Cash => {
            let extra = [
                ("score", bucket.score.is_some()),
                ("leverage", bucket.leverage.is_some()),
                ("stop", bucket.stop.is_some()),
                ("exit", bucket.exit.is_some()),
                ("exit_score", bucket.exit_score.is_some()),
                ("top_up", bucket.top_up.is_some()),
            ];
            if let Some((name, _)) = extra.iter().find(|(_, set)| *set) {
                return key.child(name).wrong("a rule on a bucket of cash", "no such key", "remove it, or let the bucket hold something");
            }
        }
        Hold::Spot(selection) => {
            check_selection(&hold.child("spot"), selection, bucket)?;
            if bucket.direction == Direction::Short {
                return key.child("direction").wrong("short spot", "long", "shorts are made with perpetuals: hold = { perp = … }");
            }
            for (name, set) in
                [("leverage", bucket.leverage.is_some()), ("exit", bucket.exit.is_some()), ("top_up", bucket.top_up.is_some())]
            {
                if set {
                    return key.child(name).wrong(
                        "on a spot bucket",
                        "only on a bucket that holds perpetuals",
                        "remove it, or hold = { perp = … }",
                    );
                }
            }
            if bucket.stop.is_some_and(|stop| stop.loss_of_margin.is_some()) {
                return key.child("stop").wrong(
                    "loss_of_margin on a spot bucket",
                    "from_entry",
                    "spot has no margin: use stop = { from_entry = 0.2 }",
                );
            }
        }
        Hold::Perp(selection) => {
            check_selection(&hold.child("perp"), selection, bucket)?;
            check_leverage(key, bucket)?;
        }
    }
    if (bucket.enter_above.is_some() || bucket.enter_below.is_some() || bucket.exit_score.is_some()) && bucket.score.is_none() {
        return key.child("score").wrong(
            "missing",
            "a score",
            "entering or leaving by score needs one, as in score = { momentum = \"30d\" }",
        );
    }
    if let Some(stop) = bucket.stop {
        let place = key.child("stop");
        if stop.loss_of_margin.is_none() && stop.from_entry.is_none() {
            return place.wrong("empty", "loss_of_margin or from_entry", "remove the key to have no stop");
        }
        for (name, value) in [("loss_of_margin", stop.loss_of_margin), ("from_entry", stop.from_entry)] {
            if let Some(value) = value {
                place.child(name).share(value)?;
            }
        }
    }
    if let Some(exit) = bucket.exit {
        if exit.settlements == 0 {
            return key.child("exit").child("settlements").wrong("0", "at least 1", "3 is one day of eight-hour funding");
        }
        if !exit.funding_8h_above.is_finite() {
            return key.child("exit").child("funding_8h_above").wrong("not a number", "a rate per 8 h", "0.0005 is 0.05 %");
        }
    }
    if let Some(top_up) = &bucket.top_up {
        let place = key.child("top_up");
        place.child("below").share(top_up.below)?;
        if !strategy.buckets.get(&top_up.from).is_some_and(|from| matches!(from.hold, Hold::Cash)) {
            return place.child("from").wrong(format!("{:?}", top_up.from), "a bucket that holds cash", names(strategy));
        }
    }
    Ok(())
}

fn check_leverage(key: &Key, bucket: &Bucket) -> Checked {
    let Some(leverage) = bucket.leverage else {
        return key.child("leverage").wrong("missing", "notional over margin, at least 1", "say leverage = { open = 2.0 }");
    };
    for (name, value) in [("open", Some(leverage.open)), ("confirmed", leverage.confirmed)] {
        if let Some(value) = value
            && !(1.0..=125.0).contains(&value)
        {
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
    if let Weigh::Fixed(shares) = &bucket.weigh {
        let sum: f64 = shares.values().sum();
        if shares.values().any(|&share| share <= 0.0) || !(0.0..=1.0 + 1e-9).contains(&sum) {
            return Key(key.0[..2].to_vec()).child("weigh").wrong(
                format!("fixed shares sum to {sum}"),
                "positive shares that sum to at most 1",
                "0.6 and 0.4 hold the whole bucket",
            );
        }
    }
    Ok(())
}

fn check_waterfall(root: &Key, strategy: &Strategy) -> Checked {
    let Some(waterfall) = &strategy.waterfall else { return Ok(()) };
    let key = root.child("waterfall");
    if !strategy.buckets.contains_key(&waterfall.from) {
        return key.child("from").wrong(format!("no bucket {:?}", waterfall.from), "a bucket of this strategy", names(strategy));
    }
    for (to, &share) in &waterfall.to {
        let place = key.child("to").child(to);
        if !strategy.buckets.contains_key(to) {
            return place.wrong("no such bucket", "a bucket of this strategy", names(strategy));
        }
        if *to == waterfall.from {
            return place.wrong("the bucket the profit comes from", "another bucket", "what is left of 1 stays where it was made");
        }
        place.share(share)?;
    }
    let sum: f64 = waterfall.to.values().sum();
    if sum > 1.0 + 1e-9 {
        return key.child("to").wrong(format!("shares sum to {sum}"), "at most 1", "half and half is 0.5 and 0.5");
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

fn names(strategy: &Strategy) -> String {
    let names: Vec<&str> = strategy.buckets.keys().map(String::as_str).collect();
    format!("buckets here: {}", names.join(", "))
}

impl Score {
    /// The window it looks at.
    #[must_use]
    pub fn span(&self) -> crate::units::Span {
        match self {
            Self::Momentum(span) | Self::Oversold(span) | Self::AgainstBtc(span) => *span,
        }
    }
}
