//! The parameters of a narrative's life cycle, as a strategy writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::signal::Contradiction;
use crate::signal::evidence::Unknown;
use crate::units::Span;

/// When a narrative goes from stage to stage. Every threshold to enter a stage has another one to leave it, and every stage a least stay.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LifeCycleRule {
    /// Dormant, emerging, confirmed and crowded last at least this long. Default 3d.
    pub dwell: Span,
    pub emerge: Emerge,
    pub confirm: Confirm,
    pub crowd: Crowd,
    pub exhaust: Exhaust,
    /// Cooling lasts so long, then it is dormant. Default 14d.
    pub cooling: Span,
}

impl Default for LifeCycleRule {
    fn default() -> Self {
        Self {
            dwell: days(3),
            emerge: Emerge::default(),
            confirm: Confirm::default(),
            crowd: Crowd::default(),
            exhaust: Exhaust::default(),
            cooling: days(14),
        }
    }
}

const fn days(count: i64) -> Span {
    Span::from_seconds(count * 86_400)
}

/// Dormant → emerging: all of these. Emerging → dormant, or confirmed and crowded → exhausted: momentum at or below `momentum_lost`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Emerge {
    /// Momentum, excess and breadth are over this. Default 30d.
    pub span: Span,
    /// Return of the narrative's index above this. Default 0.10.
    pub momentum_above: f64,
    /// Below `momentum_above`. Default 0.
    pub momentum_lost: f64,
    /// Return of the index less the benchmark's above this; −10 asks for nothing. Default 0.
    pub excess_above: f64,
    /// Share of members that rose above this. Default 0.5.
    pub breadth_above: f64,
    /// Optional: attention grows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_share: Option<VolumeShare>,
    /// Optional: something outside the market grows too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Growth>,
}

impl Default for Emerge {
    fn default() -> Self {
        Self {
            span: days(30),
            momentum_above: 0.10,
            momentum_lost: 0.0,
            excess_above: 0.0,
            breadth_above: 0.5,
            volume_share: None,
            evidence: None,
        }
    }
}

/// The members' share of the market's dollar volume in `span` over that in `longer`, less 1, above `rises`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VolumeShare {
    /// Default 7d.
    pub span: Span,
    /// Default 60d.
    pub longer: Span,
    /// Default 0.1: a tenth more than usual.
    pub rises: f64,
}

impl Default for VolumeShare {
    fn default() -> Self {
        Self { span: days(7), longer: days(60), rises: 0.1 }
    }
}

/// A metric of the narrative's evidence has grown by more than `above` over the span.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// As in the column `metric` of `evidence/*.csv`.
    pub metric: String,
    /// Default 30d.
    #[serde(default = "month")]
    pub span: Span,
    /// Fraction. Default 0.
    #[serde(default)]
    pub above: f64,
    /// Where the metric is not known: `"pass"`, `"fail"` (default) or `"ignore"`, which here is the same as `"pass"`.
    #[serde(default)]
    pub unknown: Unknown,
}

fn month() -> Span {
    days(30)
}

/// Emerging → confirmed: momentum and breadth hold over a longer window. Confirmed → emerging: breadth at or below `breadth_lost`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Confirm {
    /// Default 60d.
    pub span: Span,
    /// Default 0.20.
    pub momentum_above: f64,
    /// Default 0.6.
    pub breadth_above: f64,
    /// Below `breadth_above`. Default 0.4.
    pub breadth_lost: f64,
}

impl Default for Confirm {
    fn default() -> Self {
        Self { span: days(60), momentum_above: 0.20, breadth_above: 0.6, breadth_lost: 0.4 }
    }
}

/// Emerging or confirmed → crowded: funding or media, while the index still rises over `exhaust.stall`. Crowded → confirmed: both are back.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Crowd {
    /// Mean over members of the mean of so many last settlements. Default 9.
    pub settlements: usize,
    /// Fraction of notional per 8 h. Default 0.0003.
    pub funding_8h_above: f64,
    /// Fraction of notional per 8 h, below `funding_8h_above`. Default 0.00015.
    pub funding_8h_back: f64,
    /// Optional.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
}

impl Default for Crowd {
    fn default() -> Self {
        Self { settlements: 9, funding_8h_above: 0.000_3, funding_8h_back: 0.000_15, media: None }
    }
}

/// Media saturation: the latest value of a metric, in standard deviations from the mean of its own past. Unknown is not saturated.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// As in the column `metric` of `evidence/*.csv`.
    pub metric: String,
    /// The past it is measured by. Default 180d.
    #[serde(default = "half_a_year")]
    pub past: Span,
    /// Default 2.
    #[serde(default = "two")]
    pub z_above: f64,
    /// Below `z_above`. Default 1.
    #[serde(default = "one")]
    pub z_back: f64,
}

fn half_a_year() -> Span {
    days(180)
}

fn two() -> f64 {
    2.0
}

fn one() -> f64 {
    1.0
}

/// Emerging, confirmed or crowded → exhausted: funding high or media saturated (as `crowd.media` says) while price stalls; breadth
/// falling near the high; momentum lost. Exhausted → cooling after `lasts`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Exhaust {
    /// Mean over members of the mean of so many last settlements. Default 3.
    pub settlements: usize,
    /// Fraction of notional per 8 h. Default 0.0005.
    pub funding_8h_above: f64,
    /// The index has not risen over this. Default 7d.
    pub stall: Span,
    /// Breadth divergence looks where the index is at most so far below its high, and at least three members trade. Default 0.05.
    pub near_high: f64,
    /// Breadth over `stall` has fallen by at least so much since `stall` ago. Default 0.4.
    pub breadth_falls: f64,
    /// Default 14d.
    pub lasts: Span,
}

impl Default for Exhaust {
    fn default() -> Self {
        Self { settlements: 3, funding_8h_above: 0.000_5, stall: days(7), near_high: 0.05, breadth_falls: 0.4, lasts: days(14) }
    }
}

impl LifeCycleRule {
    /// # Errors
    /// A threshold to leave that is not below the one to enter, a share outside 0 to 1, no settlement at all, a longer window that is
    /// not longer.
    pub fn check(&self) -> Result<(), Contradiction> {
        use Contradiction as C;
        let (emerge, confirm, crowd, exhaust) = (&self.emerge, &self.confirm, &self.crowd, &self.exhaust);
        let share = "from 0 to 1";
        let tenths = "0.5 is half of the members";
        let hysteresis = "lower it: what is entered and left at one value flutters";
        C::unless_finite("emerge.momentum_above", emerge.momentum_above, "0.1 is ten per cent")?;
        let lost = emerge.momentum_lost;
        C::unless(lost < emerge.momentum_above, "emerge.momentum_lost", lost, "below `momentum_above`", hysteresis)?;
        C::unless_finite("emerge.excess_above", emerge.excess_above, "0.1 is ten per cent")?;
        C::unless((0.0..=1.0).contains(&emerge.breadth_above), "emerge.breadth_above", emerge.breadth_above, share, tenths)?;
        if let Some(volume) = &emerge.volume_share {
            C::unless_finite("emerge.volume_share.rises", volume.rises, "0.1 is ten per cent")?;
            let longer = volume.longer.days();
            let right = volume.longer > volume.span;
            C::unless(right, "emerge.volume_share.longer", longer, "more days than `span`", "lengthen it: it says what is usual")?;
        }
        if let Some(growth) = &emerge.evidence {
            C::unless_finite("emerge.evidence.above", growth.above, "0.1 is ten per cent")?;
        }
        C::unless_finite("confirm.momentum_above", confirm.momentum_above, "0.2 is a fifth")?;
        C::unless((0.0..=1.0).contains(&confirm.breadth_above), "confirm.breadth_above", confirm.breadth_above, share, tenths)?;
        let lost = confirm.breadth_lost;
        C::unless(lost < confirm.breadth_above, "confirm.breadth_lost", lost, "below `breadth_above`", hysteresis)?;
        for (key, settlements) in [("crowd.settlements", crowd.settlements), ("exhaust.settlements", exhaust.settlements)] {
            C::unless(settlements > 0, key, settlements as f64, "at least 1", "3 are a day of eight hours each")?;
        }
        let above = crowd.funding_8h_above;
        C::unless_rate("crowd.funding_8h_above", above, "0.0003 is 0.03 % per 8 h")?;
        let back = crowd.funding_8h_back;
        C::unless(back < above, "crowd.funding_8h_back", back, "below `funding_8h_above`", hysteresis)?;
        if let Some(media) = &crowd.media {
            C::unless(media.z_back < media.z_above, "crowd.media.z_back", media.z_back, "below `z_above`", hysteresis)?;
        }
        let above = exhaust.funding_8h_above;
        C::unless_rate("exhaust.funding_8h_above", above, "0.0005 is 0.05 % per 8 h")?;
        C::unless((0.0..=1.0).contains(&exhaust.near_high), "exhaust.near_high", exhaust.near_high, share, "0.05 is five per cent below")?;
        let falls = exhaust.breadth_falls;
        C::unless(falls > 0.0 && falls <= 1.0, "exhaust.breadth_falls", falls, "above 0, at most 1", "0.4 is four members of ten")
    }
}
