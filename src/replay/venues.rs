//! The venue as each instrument's orders meet it in a bar, with what they have left of its volume.

use crate::exchange::orders::{OrderSpec, Venue};
use crate::exchange::volume::VolumePool;
use crate::replay::context::Context;
use crate::replay::decision::Unfilled;
use crate::replay::quote::worth_working;
use crate::units::InstrumentId;

pub(super) struct Venues {
    /// By instrument: as its orders last met it, and the bar that is of.
    last: Vec<(usize, Venue)>,
}

impl Venues {
    /// Nothing asked yet, of so many instruments.
    pub fn of(instruments: usize) -> Self {
        Self { last: vec![(usize::MAX, Venue::frictionless()); instruments] }
    }

    /// What our orders may still have of an instrument's volume in this bar.
    pub fn pool(&mut self, cx: &Context, instrument: InstrumentId) -> &mut VolumePool {
        &mut self.venue_of_bar(cx, instrument).volume
    }

    /// The venue as an order meets it in this bar.
    pub fn venue(&mut self, cx: &Context, instrument: InstrumentId) -> Venue {
        *self.venue_of_bar(cx, instrument)
    }

    /// Made once a bar for each instrument that is asked for.
    fn venue_of_bar(&mut self, cx: &Context, instrument: InstrumentId) -> &mut Venue {
        let at = instrument.index();
        if self.last[at].0 != cx.t {
            self.last[at] = (cx.t, cx.venue_at_open(instrument));
        }
        &mut self.last[at].1
    }

    /// Why an order got nothing of a bar it could have traded in, with what was asked and what there was: contracts of volume, else USD.
    pub fn why_nothing(&mut self, cx: &Context, order: &OrderSpec, instrument: InstrumentId, reference: f64) -> (Unfilled, f64, f64) {
        let venue = self.venue(cx, instrument);
        let left = venue.volume.left();
        if !worth_working(order.quantity, reference, &venue) {
            let least = venue.min_notional.max(venue.lot * reference);
            return (Unfilled::TooSmall, order.quantity * reference, least);
        }
        if !worth_working(left, reference, &venue) {
            return (Unfilled::Volume, order.quantity, left);
        }
        (Unfilled::Illiquid, order.quantity * reference, venue.impact.daily_notional)
    }
}
