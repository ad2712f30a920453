//! What a holder gets where a coin became another one, and when.
//!
//! A coin is the other one in the first bar, from its conversion's [`Conversion::in_force`] on, in which it does not trade and the other does, and
//! no later than its holders would be forced out. Both can be seen in that bar, so nothing here waits for the end of a listing that only later
//! bars can tell from a gap.

use crate::market::{Asset, Conversion, Instrument, Kind, ListingPolicy, Market, Panel};
use crate::units::{AssetId, Clock, InstrumentId};

/// A spot market that takes the place of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Successor {
    pub instrument: InstrumentId,
    /// Of it for one of the other.
    pub ratio: f64,
}

/// What it takes to know. Its answers about a bar are made of that bar and those before it.
#[derive(Clone, Copy)]
pub(super) struct Succession<'m> {
    pub(super) clock: &'m Clock,
    pub(super) panel: &'m Panel,
    pub(super) assets: &'m [Asset],
    pub(super) instruments: &'m [Instrument],
    /// Ascending in asset.
    pub(super) conversions: &'m [Conversion],
    pub(super) listing: &'m ListingPolicy,
}

impl<'m> Succession<'m> {
    pub(super) fn of(self, asset: AssetId) -> Option<&'m Conversion> {
        self.conversions.binary_search_by_key(&asset, |conversion| conversion.asset).ok().map(|at| &self.conversions[at])
    }

    /// The conversion of a coin that is in force when bar `t` opens.
    pub(super) fn in_force(self, asset: AssetId, t: usize) -> Option<&'m Conversion> {
        self.of(asset).filter(|conversion| conversion.in_force() <= self.clock.open(t))
    }

    /// The first coin on the way from `asset` whose spot trades in bar `t`. One on the way that has traded and does not now has become the next,
    /// one that has never traded is waited for.
    fn trading(self, asset: AssetId, t: usize) -> Option<Successor> {
        let (mut at, mut ratio) = (asset, 1.0);
        loop {
            let conversion = self.in_force(at, t)?;
            (at, ratio) = (conversion.to, ratio * conversion.ratio);
            let instrument = self.assets[at.index()].spot?;
            if self.panel.trades(instrument, t) {
                return Some(Successor { instrument, ratio });
            }
            self.panel.segment(instrument, t)?;
        }
    }

    /// The bar at whose open a spot holding since bar `t` becomes another coin, and which; `None` where it never does.
    pub(super) fn after(self, id: InstrumentId, t: usize) -> Option<(usize, Successor)> {
        let Instrument { asset, kind, .. } = self.instruments[id.index()];
        self.of(asset).filter(|_| kind == Kind::Spot)?;
        let held = self.panel.segment(id, t)?;
        // It does not trade, or another coin does under its symbol.
        let ended = |bar: &usize| !self.panel.trades(id, *bar) || self.panel.segment(id, *bar) != Some(held);
        let last = self.panel.forced_out(id, t, self.silence()).min(self.clock.bars - 1);
        (t + 1..=last).filter(ended).find_map(|bar| Some((bar, self.trading(asset, bar)?)))
    }

    pub(super) fn silence(self) -> usize {
        self.listing.delisted_after.in_bars(self.clock.bar)
    }
}

impl Market {
    fn succession(&self) -> Succession<'_> {
        Succession {
            clock: &self.clock,
            panel: &self.panel,
            assets: &self.assets,
            instruments: &self.instruments,
            conversions: &self.conversions,
            listing: &self.listing,
        }
    }

    /// The bar at whose open a spot holding since bar `t` becomes another coin, and which; `None` where it never does. To be acted upon in that
    /// bar and not before, as [`Panel::forced_out`].
    #[must_use]
    pub fn converted_after(&self, id: InstrumentId, t: usize) -> Option<(usize, Successor)> {
        self.succession().after(id, t)
    }

    /// The conversion of a coin that is in force when bar `t` opens.
    #[must_use]
    pub fn conversion_in_force(&self, asset: AssetId, t: usize) -> Option<&Conversion> {
        self.succession().in_force(asset, t)
    }

    /// Conversions into a coin.
    pub fn conversions_into(&self, asset: AssetId) -> impl Iterator<Item = &Conversion> {
        self.conversions.iter().filter(move |conversion| conversion.to == asset)
    }
}
