//! Where realised profit goes: when it is passed on, from whom, to whom.

use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::de::{SeqAccess, Visitor, value::SeqAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::strategy::Strategy;
use crate::strategy::bucket_names::bucket_names;
use crate::strategy::key::{Checked, Key};
use crate::units::BucketId;

/// Half to the stablecoins, half to the foundation.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waterfall {
    /// What is a profit to be passed on.
    #[serde(default, skip_serializing_if = "Trigger::is_trade")]
    #[schemars(extend("default" = Trigger::default()))]
    pub trigger: Trigger,
    /// The bucket whose closed trades feed it, or a list of buckets, each for itself; only profit net of funding, fees and slippage counts.
    #[schemars(with = "OneOrMore")]
    pub from: Sources,
    /// Shares of each profit by bucket; what is left of 1 stays where it was made.
    pub to: IndexMap<String, f64>,
}

/// What is a profit to be passed on; it leaves at the next open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Each winning exit; losing ones are not taken off.
    #[default]
    Trade,
    /// What all exits of a calendar month (UTC) made together, at the first open of the next.
    Month,
    /// What lifts the sum of all exits so far above its highest.
    HighWaterMark,
}

impl Trigger {
    fn is_trade(&self) -> bool {
        *self == Self::Trade
    }
}

/// One bucket, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources(pub Vec<String>);

/// How [`Sources`] is written, for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it only describes")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Serialize for Sources {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Sources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Sources;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a bucket, or a list of them")
            }

            fn visit_str<E>(self, name: &str) -> Result<Sources, E> {
                Ok(Sources(vec![name.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, names: A) -> Result<Sources, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(names)).map(Sources)
            }
        }

        deserializer.deserialize_any(Names)
    }
}

/// [`Waterfall`] with its buckets resolved.
#[derive(Clone, Debug)]
pub struct PlanWaterfall {
    pub trigger: Trigger,
    pub from: Vec<BucketId>,
    pub to: Vec<(BucketId, f64)>,
}

impl PlanWaterfall {
    pub(super) fn new(waterfall: &Waterfall, bucket_id: impl Fn(&str) -> BucketId) -> Self {
        Self {
            trigger: waterfall.trigger,
            from: waterfall.from.0.iter().map(|name| bucket_id(name)).collect(),
            to: waterfall.to.iter().map(|(name, &share)| (bucket_id(name), share)).collect(),
        }
    }
}

impl Waterfall {
    /// `key` is that of the table.
    pub(super) fn check(&self, key: &Key, strategy: &Strategy) -> Checked {
        let Self { trigger: _, from: Sources(sources), to: shares } = self;
        if sources.is_empty() {
            return key.child("from").wrong("an empty list", "at least one bucket of this strategy", bucket_names("", strategy));
        }
        for (at, from) in sources.iter().enumerate() {
            if !strategy.buckets.contains_key(from) {
                return key.child("from").wrong(format!("no bucket {from:?}"), "a bucket of this strategy", bucket_names(from, strategy));
            }
            if sources[..at].contains(from) {
                return key.child("from").wrong(format!("{from:?} twice"), "each bucket once", "remove one of them");
            }
        }
        for (to, &share) in shares {
            let place = key.child("to").child(to);
            if !strategy.buckets.contains_key(to) {
                return place.wrong("no such bucket", "a bucket of this strategy", bucket_names(to, strategy));
            }
            if sources.len() == 1 && sources.contains(to) {
                return place.wrong("the bucket the profit comes from", "another bucket", "what is left of 1 stays where it was made");
            }
            if sources.contains(to) {
                let other = sources.iter().find(|from| *from != to).expect("each stands there once");
                return place.wrong(
                    format!("a cycle: {other} → {to} → {to}"),
                    "a bucket that is not in `from`",
                    "take it out of one of the two: what is left of 1 stays where it was made",
                );
            }
            place.share(share)?;
        }
        let sum: f64 = shares.values().sum();
        if sum > 1.0 + 1e-9 {
            return key.child("to").wrong(format!("the shares sum to {sum:.6}"), "at most 1", "half and half is 0.5 and 0.5");
        }
        Ok(())
    }
}
