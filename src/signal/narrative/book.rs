//! The dated index of each narrative, bar by bar, from what was known at each bar.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::market::Market;
use crate::signal::{History, NarrativeView};
use crate::units::{AssetId, InstrumentId, NarrativeId};

/// How members share their narrative's index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Weighting {
    /// All alike.
    #[default]
    Equal,
    /// By market cap as known at the bar's open; a member without one weighs as the average of those with one, and where none has one
    /// all weigh alike.
    Cap,
}

/// An index per narrative and what goes with it, for all bars of a market: made once, shared, and read through [`NarrativeBook::at`]
/// alone, which ends where a [`History`] ends. Every value at a bar is made of that bar and those before it.
///
/// *Index*: 1.0 cumulated by the mean simple return of the members that have one in the bar (`fidelity.md` 5, narrative momentum).
/// Members as labelled at the bar's open, when one could still have bought; a delisted one counts until its last bar. A coin has no
/// return in the first bar of its listing and in a bar without a trade; the move across a gap counts where it trades again. Spot
/// speaks for a coin where it has one, else the perpetual. An index rebalanced every bar, without costs: a signal, not a portfolio.
#[derive(Clone, Debug)]
pub struct NarrativeBook {
    pub(super) narratives: Vec<Columns>,
    /// Bar returns of the benchmark; NaN where there is none.
    pub(super) benchmark: Vec<f64>,
    /// Dollar volume of all instruments of the market, cumulated to each bar's close.
    pub(super) volume: Vec<f64>,
}

/// One narrative, one value a bar.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// The first bar with a return; the index stands at 1.0 at the close before it.
    pub(super) began: Option<usize>,
    pub(super) index: Vec<f64>,
    /// The highest the index has been.
    pub(super) peak: Vec<f64>,
    /// Mean return of the members; NaN where none has one.
    pub(super) returns: Vec<f64>,
    /// Member returns that went into the index, cumulated.
    pub(super) counted: Vec<u32>,
    /// Dollar volume of the members, cumulated.
    pub(super) volume: Vec<f64>,
}

impl NarrativeBook {
    /// The indices of every narrative of a market, its members weighted by `weighting`.
    #[must_use]
    pub fn of(market: &Market, weighting: Weighting) -> Self {
        let assets: Vec<AssetColumns> = (0..market.assets.len()).map(|a| AssetColumns::of(market, AssetId::new(a))).collect();
        let narratives = (0..market.narratives.len()).map(|n| columns(market, NarrativeId::new(n), weighting, &assets)).collect();
        let mut volume = vec![0.0; market.clock.bars];
        for asset in &assets {
            add(&mut volume, &asset.volume);
        }
        cumulate(&mut volume);
        let benchmark = market.instrument(History::at_close(market, 0).directory().benchmark()).asset;
        Self { narratives, benchmark: assets[benchmark.index()].returns.clone(), volume }
    }

    /// What could be known at the close `history` stands at.
    #[must_use]
    pub fn at<'b, 'm>(&'b self, history: &History<'m>) -> NarrativeView<'b, 'm> {
        NarrativeView::new(self, *history)
    }
}

/// One asset, one value a bar.
struct AssetColumns {
    /// NaN where there is none.
    returns: Vec<f64>,
    /// Dollars, of spot and perpetual together.
    volume: Vec<f64>,
}

impl AssetColumns {
    fn of(market: &Market, id: AssetId) -> Self {
        let asset = market.asset(id);
        let mut volume = vec![0.0; market.clock.bars];
        for instrument in [asset.spot, asset.perp].into_iter().flatten() {
            let first = market.panel.at(instrument, 0);
            for (t, sum) in volume.iter_mut().enumerate() {
                let dollars = market.panel.close[first + t] * market.panel.volume[first + t];
                *sum += if dollars.is_nan() { 0.0 } else { dollars };
            }
        }
        let of = |id: Option<InstrumentId>, t| id.and_then(|id| before(market, id, t).map(|last| simple_return(market, id, last, t)));
        // Spot speaks from its second bar until it has fallen silent for good; a change of voice in a mere gap would count a move twice.
        let returns = (0..market.clock.bars).map(|t| of(asset.spot, t).or_else(|| of(asset.perp, t)).unwrap_or(f64::NAN)).collect();
        Self { returns, volume }
    }
}

/// The last bar before `t` that traded, in a listing that had not ended by `t`.
fn before(market: &Market, id: InstrumentId, t: usize) -> Option<usize> {
    let silence = market.listing.delisted_after.in_bars(market.clock.bar);
    market.panel.last_traded(id, t.checked_sub(1)?).filter(|last| t - last <= silence)
}

/// NaN where bar `t` is missing.
fn simple_return(market: &Market, id: InstrumentId, last: usize, t: usize) -> f64 {
    let panel = &market.panel;
    panel.close[panel.at(id, t)] / panel.close[panel.at(id, last)] - 1.0
}

fn add(sums: &mut [f64], values: &[f64]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

fn cumulate(values: &mut [f64]) {
    let mut sum = 0.0;
    for value in values {
        sum += *value;
        *value = sum;
    }
}

/// Sums over the members of one bar: those with a weight, and those that have to be given the average one.
#[derive(Clone, Copy, Default)]
struct Sums {
    weighted: f64,
    weight: f64,
    with_weight: u32,
    plain: f64,
    without_weight: u32,
}

impl Sums {
    fn add(&mut self, r: f64, cap: Option<f64>) {
        if let Some(cap) = cap {
            self.weighted += cap * r;
            self.weight += cap;
            self.with_weight += 1;
        } else {
            self.plain += r;
            self.without_weight += 1;
        }
    }

    fn mean(self) -> f64 {
        let average = if self.with_weight > 0 { self.weight / f64::from(self.with_weight) } else { 1.0 };
        (self.weighted + average * self.plain) / (self.weight + average * f64::from(self.without_weight))
    }
}

fn columns(market: &Market, narrative: NarrativeId, weighting: Weighting, assets: &[AssetColumns]) -> Columns {
    let bars = market.clock.bars;
    let mut sums = vec![Sums::default(); bars];
    let mut volume = vec![0.0; bars];
    for (a, asset) in assets.iter().enumerate() {
        let Some(belongs) = belongs(market, AssetId::new(a), narrative) else { continue };
        let mut caps = Caps::of(market, AssetId::new(a), weighting);
        for t in (0..bars).filter(|&t| belongs[t]) {
            volume[t] += asset.volume[t];
            if !asset.returns[t].is_nan() {
                sums[t].add(asset.returns[t], caps.at_open(market, t));
            }
        }
    }
    cumulate(&mut volume);
    let counts = || sums.iter().map(|sums| sums.with_weight + sums.without_weight);
    let returns: Vec<f64> = sums.iter().zip(counts()).map(|(sums, count)| if count > 0 { sums.mean() } else { f64::NAN }).collect();
    let scan = |start: f64, step: fn(f64, f64) -> f64, values: &[f64]| -> Vec<f64> {
        values
            .iter()
            .scan(start, |level, &value| {
                *level = step(*level, value);
                Some(*level)
            })
            .collect()
    };
    let index = scan(1.0, |level, r| if r.is_nan() { level } else { level * (1.0 + r) }, &returns);
    Columns {
        began: counts().position(|count| count > 0),
        peak: scan(1.0, f64::max, &index),
        index,
        returns,
        counted: counts()
            .scan(0, |sum, count| {
                *sum += count;
                Some(*sum)
            })
            .collect(),
        volume,
    }
}

/// Whether the asset belonged to the narrative at each bar's open, however many labels said so; `None` where it never does.
fn belongs(market: &Market, asset: AssetId, narrative: NarrativeId) -> Option<Vec<bool>> {
    let mut belongs: Option<Vec<bool>> = None;
    for label in market.memberships_of(asset).filter(|label| label.narrative == narrative) {
        let bars = belongs.get_or_insert_with(|| vec![false; market.clock.bars]);
        for (t, now) in bars.iter_mut().enumerate() {
            let open = market.clock.open(t);
            *now |= label.since <= open && label.until.is_none_or(|until| open < until);
        }
    }
    belongs
}

/// Walks along an asset's market caps.
struct Caps<'m> {
    facts: &'m [crate::market::CapFact],
    known: usize,
}

impl<'m> Caps<'m> {
    fn of(market: &'m Market, asset: AssetId, weighting: Weighting) -> Self {
        let facts = if weighting == Weighting::Cap { market.caps[asset.index()].as_slice() } else { &[] };
        Self { facts, known: 0 }
    }

    /// The cap known at the open of bar `t`; bars must come in order.
    fn at_open(&mut self, market: &Market, t: usize) -> Option<f64> {
        while self.facts.get(self.known).is_some_and(|fact| fact.known_at <= market.clock.open(t)) {
            self.known += 1;
        }
        self.known.checked_sub(1).map(|last| self.facts[last].cap_usd)
    }
}
