//! A market of a few days, coin by coin.

use rotate::market::{CapFact, Conversion, Evidence, Kind, ListingPolicy, Market, MarketParts, Membership, RawSettlement, Subject, freeze};
use rotate::units::{AssetId, NarrativeId, Span, Time};

use crate::parts;

/// A missing bar.
pub const GAP: f64 = f64::NAN;

pub fn days(count: i64) -> Span {
    Span::from_seconds(count * 86_400)
}

/// The open of a day, the first being 2024-01-01.
pub fn day(t: i64) -> Time {
    Time::from_seconds(1_704_067_200 + t * 86_400)
}

pub struct Tiny(pub MarketParts);

impl Tiny {
    /// Daily bars; two days of silence end a listing, and a forced exit costs a tenth.
    pub fn new() -> Self {
        let listing = ListingPolicy { delisted_after: days(2), penalty: 0.1, ..ListingPolicy::default() };
        Self(MarketParts { listing, ..parts::empty("tiny", "A market of a few days", Span::DAY) })
    }

    fn coin(mut self, name: &str) -> Self {
        parts::coin(&mut self.0, name);
        self
    }

    /// A market of the coin that stands last, which trades a thousand dollars a bar.
    fn listed(mut self, kind: Kind, closes: &[f64]) -> Self {
        parts::list(&mut self.0, kind, day(0), closes, |close| 1_000.0 / close);
        self
    }

    pub fn spot(self, name: &str, closes: &[f64]) -> Self {
        self.coin(name).listed(Kind::Spot, closes)
    }

    pub fn perp(self, name: &str, closes: &[f64]) -> Self {
        self.coin(name).listed(Kind::Perp, closes)
    }

    /// A perpetual beside the spot of the coin that stands last.
    pub fn and_perp(self, closes: &[f64]) -> Self {
        self.listed(Kind::Perp, closes)
    }

    pub fn asset(&self, name: &str) -> AssetId {
        AssetId::new(self.0.assets.iter().position(|asset| asset.name == name).expect("a coin of this market"))
    }

    fn narrative(&mut self, name: &str) -> NarrativeId {
        let narratives = &mut self.0.narratives;
        let at = narratives.iter().position(|known| known == name).unwrap_or_else(|| {
            narratives.push(name.to_owned());
            narratives.len() - 1
        });
        NarrativeId::new(at)
    }

    /// From the open of one day to the open of another.
    pub fn member(mut self, asset: &str, narrative: &str, since: i64, until: Option<i64>) -> Self {
        let (asset, narrative) = (self.asset(asset), self.narrative(narrative));
        let (since, until) = (day(since), until.map(day));
        self.0.memberships.push(Membership { asset, narrative, since, until, source: "test".to_owned() });
        self
    }

    /// Announced at the open of a day.
    pub fn becomes(mut self, asset: &str, to: &str, ratio: f64, known_at: i64) -> Self {
        let (asset, to) = (self.asset(asset), self.asset(to));
        self.0.conversions.push(Conversion { asset, to, ratio, known_at: day(known_at), since: None });
        self
    }

    pub fn cap(mut self, asset: &str, known_at: i64, cap_usd: f64) -> Self {
        let asset = self.asset(asset);
        self.0.caps[asset.index()].push(CapFact { known_at: day(known_at), cap_usd, rank: None });
        self
    }

    pub fn evidence(mut self, narrative: &str, metric: &str, known_at: i64, value: f64) -> Self {
        let subject = Subject::Narrative(self.narrative(narrative));
        self.0.evidence.push(Evidence { known_at: day(known_at), subject, metric: metric.to_owned(), value });
        self
    }

    /// Evidence of a coin.
    pub fn signal(mut self, asset: &str, metric: &str, known_at: i64, value: f64) -> Self {
        let subject = Subject::Asset(self.asset(asset));
        self.0.evidence.push(Evidence { known_at: day(known_at), subject, metric: metric.to_owned(), value });
        self
    }

    /// Rates paid at noon for a whole day, from a day on.
    pub fn funding(mut self, asset: &str, from: i64, rates: &[f64]) -> Self {
        let perp = self.0.assets[self.asset(asset).index()].perp.expect("a perpetual");
        let settled = |(&rate, t)| RawSettlement { time: day(t).plus(43_200), rate, interval_hours: Some(24.0) };
        self.0.series[perp.index()].settlements.extend(rates.iter().zip(from..).map(settled));
        self
    }

    pub fn market(mut self) -> Market {
        self.0.evidence.sort_by_key(|fact| fact.known_at);
        freeze(self.0).expect("a tiny market is whole")
    }
}

pub fn near(found: Option<f64>, expected: f64) {
    let found = found.expect("a number");
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found}, expected {expected}");
}
