//! Leaves what has stood still for too long.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strategy::exits::{ExitRule, Look};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{CHOICE, Kind, Rule, Within};
use crate::strategy::{Exit, ExitCause};
use crate::units::Span;

/// A position that makes no headway.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeStop {
    /// Held for so long …
    pub after: Span,
    /// … and price is less than this share better than the average entry. Default 0.
    #[serde(default)]
    pub unless: f64,
}

impl Rule for TimeStop {
    fn key(&self) -> Option<&'static str> {
        Some("time_stop")
    }

    fn on(&self) -> &'static [Kind] {
        CHOICE
    }

    fn check(&self, bucket: &Key, _: &Within) -> Checked {
        let Self { after: _, unless } = *self;
        bucket.child("time_stop").child("unless").number(Some(unless), "0.05 keeps what is five per cent better than its entry")
    }

    fn spans(&self) -> Vec<(&'static str, Span)> {
        vec![("time_stop.after", self.after)]
    }
}

impl ExitRule for TimeStop {
    fn due(&self, look: &Look) -> Option<Exit> {
        let held = look.held?;
        let (headway, seconds) = (held.headway?, look.view.history.now().seconds() - held.opened.seconds());
        let cause = ExitCause::TimeStop { held: Span::from_seconds(seconds) };
        let due = seconds >= self.after.seconds() && headway < self.unless;
        due.then_some(Exit { cause, observed: Some(headway), threshold: Some(self.unless) })
    }
}
