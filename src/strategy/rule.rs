//! What every rule of a bucket answers for itself, so that whoever asks (the validation, the bars of a market, a plan, a decision) walks the rules
//! and names none. A new rule is a file in [`crate::strategy::exits`] or [`crate::strategy::entries`] and a line where that folder lists its own.

use std::fmt::Debug;
use std::sync::Arc;

use crate::signal::{Directory, Needs};
use crate::strategy::entries::{self, EntryRule};
use crate::strategy::exits::{self, ExitRule};
use crate::strategy::key::{Checked, Key};
use crate::strategy::{Bucket, Hold, Strategy};
use crate::units::Span;

/// What a bucket holds, as far as its keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Cash,
    Spot,
    Perp,
    Hedge,
}

impl Kind {
    /// The kind of what a bucket holds.
    pub fn of(hold: &Hold) -> Self {
        match hold {
            Hold::Cash => Self::Cash,
            Hold::Spot(_) => Self::Spot,
            Hold::Perp(_) => Self::Perp,
            Hold::Hedge(_) => Self::Hedge,
        }
    }
}

/// Buckets that choose what they hold.
pub(super) const CHOICE: &[Kind] = &[Kind::Spot, Kind::Perp];
/// Buckets that stand on margin.
pub(super) const MARGIN: &[Kind] = &[Kind::Perp, Kind::Hedge];
/// Buckets that hold anything but stablecoins.
pub(super) const POSITION: &[Kind] = &[Kind::Spot, Kind::Perp, Kind::Hedge];

/// The bucket a rule stands in.
#[derive(Clone, Copy)]
pub(super) struct Within<'a> {
    pub name: &'a str,
    pub bucket: &'a Bucket,
    pub strategy: &'a Strategy,
}

/// A rule as it is written in a bucket.
pub(super) trait Rule: Debug + Send + Sync {
    /// Its key below the bucket, with dots; `None` where it is in force without being written. What was written as its own default cannot be told
    /// from what was not.
    fn key(&self) -> Option<&'static str>;

    /// The buckets it says something on.
    fn on(&self) -> &'static [Kind];

    /// What of its keys cannot be meant; `bucket` is the key of the bucket.
    fn check(&self, _bucket: &Key, _within: &Within) -> Checked {
        Ok(())
    }

    /// Lengths of time that must be whole bars, by their keys below the bucket, with dots.
    fn spans(&self) -> Vec<(&'static str, Span)> {
        Vec::new()
    }

    /// What it wants to have worked out beside prices, settlements and facts.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// Why it will have no effect in a market, in a sentence.
    fn caution(&self, _within: &Within, _market: &Directory) -> Option<String> {
        None
    }
}

/// The rules of one bucket, each list in the order in which they are asked.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(super) entries: Vec<Arc<dyn EntryRule>>,
    pub(super) exits: Vec<Arc<dyn ExitRule>>,
}

impl Rules {
    pub(super) fn of(bucket: &Bucket) -> Self {
        Self { entries: entries::rules(bucket), exits: exits::rules(bucket) }
    }

    /// Whether any of them may say to leave.
    #[must_use]
    pub fn may_exit(&self) -> bool {
        !self.exits.is_empty()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &dyn Rule> {
        let entries = self.entries.iter().map(|rule| -> &dyn Rule { &**rule });
        entries.chain(self.exits.iter().map(|rule| -> &dyn Rule { &**rule }))
    }
}
