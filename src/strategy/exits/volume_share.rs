//! Leaves a narrative that has lost its crowd: its members' share of the market's traded volume has fallen from its highest since the entry.
//!
//! The share at a close is USD traded by the members of the narrative over the `span` that ends there, spot and perpetuals together, each bar by those
//! who were members when it opened, over USD traded by all instruments of the market in the same bars: from 0 to 1. It falls by
//! `1 − share now / highest share`, the highest of all closes from that of the bar of the entry on. What is not known yet, and a narrative of which nothing was
//! traded all the time, says nothing; neither does a position that was entered for no narrative.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::{Directory, Needs};
use crate::strategy::exits::{ExitRule, Look};
use crate::strategy::key::{Checked, Key};
use crate::strategy::rule::{CHOICE, Kind, Rule, Within};
use crate::strategy::{Exit, ExitCause};
use crate::units::Span;

/// The share of volume of a position's narrative has fallen.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VolumeShareExit {
    /// By this fraction of its highest since the entry: 0.5 leaves when half of it is gone.
    pub by: f64,
    /// Volume is counted over so long.
    pub span: Span,
}

impl Rule for VolumeShareExit {
    fn key(&self) -> Option<&'static str> {
        Some("exit.volume_share_falls")
    }

    fn on(&self) -> &'static [Kind] {
        CHOICE
    }

    fn check(&self, bucket: &Key, _: &Within) -> Checked {
        let Self { by, span: _ } = *self;
        bucket.child("exit").child("volume_share_falls").child("by").share(by)
    }

    fn spans(&self) -> Vec<(&'static str, Span)> {
        vec![("exit.volume_share_falls.span", self.span)]
    }

    fn needs(&self) -> Needs {
        Needs { narratives: true, evidence: false }
    }

    fn caution(&self, within: &Within, market: &Directory) -> Option<String> {
        (!market.has_narratives()).then(|| {
            format!(
                "bucket `{}` leaves by its narratives' share of volume, but the market has no narratives.csv: the rule never speaks",
                within.name
            )
        })
    }
}

impl ExitRule for VolumeShareExit {
    fn due(&self, look: &Look) -> Option<Exit> {
        let (narratives, narrative, held) = (look.view.narratives()?, look.narrative?, look.held?);
        let share = narratives.volume_share(narrative, self.span)?;
        let closes = 0..=look.view.history.bars_since(held.opened);
        let earlier = closes.filter_map(|bars| narratives.earlier(bars)?.volume_share(narrative, self.span));
        let highest = earlier.fold(share, f64::max);
        let fallen = 1.0 - share / highest;
        let cause = ExitCause::VolumeShareFell { span: self.span, share, highest };
        (highest > 0.0 && fallen >= self.by).then_some(Exit { cause, observed: Some(fallen), threshold: Some(self.by) })
    }
}
