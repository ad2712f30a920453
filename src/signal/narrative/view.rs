//! What a [`NarrativeBook`] says as of one close.

use crate::signal::narrative::book::Columns;
use crate::signal::together::Together;
use crate::signal::{History, NarrativeBook, funding, narrative, score};
use crate::units::{NarrativeId, Span};

/// The narratives as of the close a history stands at; nothing behind it can be asked for.
#[derive(Clone, Copy, Debug)]
pub struct NarrativeView<'b, 'm> {
    book: &'b NarrativeBook,
    history: History<'m>,
}

impl<'b, 'm> NarrativeView<'b, 'm> {
    pub(super) fn new(book: &'b NarrativeBook, history: History<'m>) -> Self {
        Self { book, history }
    }

    /// The same narratives, `bars` earlier: what was known then. `None` before the first bar.
    #[must_use]
    pub fn earlier(&self, bars: usize) -> Option<Self> {
        Some(Self { book: self.book, history: self.history.earlier(bars)? })
    }

    fn columns(&self, narrative: NarrativeId) -> &'b Columns {
        &self.book.narratives[narrative.index()]
    }

    /// The columns and the bar `span` ago, where the index has begun by its close and some member has traded since.
    fn since(&self, narrative: NarrativeId, span: Span) -> Option<(&'b Columns, usize)> {
        let columns = self.columns(narrative);
        let then = self.history.bar().checked_sub(self.history.bars_in(span))?;
        let begun = columns.began.is_some_and(|began| then + 1 >= began);
        (begun && columns.counted[self.history.bar()] > columns.counted[then]).then_some((columns, then))
    }

    /// The index, 1.0 before its first return; `None` until then.
    #[must_use]
    pub fn index(&self, narrative: NarrativeId) -> Option<f64> {
        let columns = self.columns(narrative);
        columns.began.filter(|&began| began <= self.history.bar()).map(|_| columns.index[self.history.bar()])
    }

    /// The index at every close up to now, for pictures; 1.0 before it begins.
    #[must_use]
    pub fn indices(&self, narrative: NarrativeId) -> &'b [f64] {
        &self.columns(narrative).index[..=self.history.bar()]
    }

    /// Members whose return went into the last bar of the index.
    #[must_use]
    pub fn counted(&self, narrative: NarrativeId) -> u32 {
        let (columns, now) = (self.columns(narrative), self.history.bar());
        columns.counted[now] - now.checked_sub(1).map_or(0, |before| columns.counted[before])
    }

    /// Return of the index over the span. `None` for an index younger than the span, or without any member trading in it.
    #[must_use]
    pub fn momentum(&self, narrative: NarrativeId, span: Span) -> Option<f64> {
        let (columns, then) = self.since(narrative, span)?;
        Some(columns.index[self.history.bar()] / columns.index[then] - 1.0)
    }

    /// Return of the index less that of the benchmark over the same span (`fidelity.md` 5, narrative momentum).
    #[must_use]
    pub fn against_benchmark(&self, narrative: NarrativeId, span: Span) -> Option<f64> {
        let benchmark = score::momentum(&self.history, self.history.directory().benchmark(), span)?;
        Some(self.momentum(narrative, span)? - benchmark)
    }

    /// Distance of the index from its highest so far, at most 0; `None` until it begins.
    #[must_use]
    pub fn drawdown(&self, narrative: NarrativeId) -> Option<f64> {
        Some(self.index(narrative)? / self.columns(narrative).peak[self.history.bar()] - 1.0)
    }

    /// Correlation (Pearson) of the bar returns of index and benchmark over the span; `None` for fewer than ten pairs, or where either
    /// stood still.
    #[must_use]
    pub fn correlation(&self, narrative: NarrativeId, span: Span) -> Option<f64> {
        let (columns, then) = self.since(narrative, span)?;
        let bars = then + 1..=self.history.bar();
        let pairs = columns.returns[bars.clone()].iter().copied().zip(self.book.benchmark[bars].iter().copied());
        let pairs: Vec<(f64, f64)> = pairs.filter(|(own, other)| !own.is_nan() && !other.is_nan()).collect();
        Together::of(&pairs)?.correlation()
    }

    /// Dollar volume of the members over that of all instruments of the market in the span, spot and perpetuals together, in `[0, 1]`.
    /// What the market's folder lacks is in neither.
    #[must_use]
    pub fn volume_share(&self, narrative: NarrativeId, span: Span) -> Option<f64> {
        let now = self.history.bar();
        let from = (now + 1).checked_sub(self.history.bars_in(span))?;
        let over = |sums: &[f64]| sums[now] - from.checked_sub(1).map_or(0.0, |before| sums[before]);
        let all = over(&self.book.volume);
        (all > 0.0).then(|| over(&self.columns(narrative).volume) / all)
    }

    /// The share of volume in the span against that in a longer one, less 1: 0.5 is half as much attention again. `None` where the
    /// longer span had none.
    #[must_use]
    pub fn volume_share_change(&self, narrative: NarrativeId, span: Span, longer: Span) -> Option<f64> {
        let usual = self.volume_share(narrative, longer).filter(|&share| share > 0.0)?;
        Some(self.volume_share(narrative, span)? / usual - 1.0)
    }

    /// Mean over the members of today of the mean 8-hour-equivalent rate of their last `settlements`; members without a trading
    /// perpetual, or with fewer settlements, are left out.
    #[must_use]
    pub fn funding_8h(&self, narrative: NarrativeId, settlements: usize) -> Option<f64> {
        let perps = self.history.members(narrative).filter_map(|asset| self.history.directory().perp(asset));
        let (mut sum, mut count) = (0.0, 0_u32);
        for rate in perps.filter_map(|id| funding::latest_8h(&self.history, id, settlements)) {
            sum += rate;
            count += 1;
        }
        (count > 0).then(|| sum / f64::from(count))
    }

    /// Share of members that rose over the span: [`narrative::breadth`].
    #[must_use]
    pub fn breadth(&self, narrative: NarrativeId, span: Span) -> Option<f64> {
        narrative::breadth(&self.history, narrative, span)
    }

    /// Breadth over the span now, less what it was `ago`, by the members of then: −0.3 is three members of ten fewer.
    #[must_use]
    pub fn breadth_change(&self, narrative: NarrativeId, span: Span, ago: Span) -> Option<f64> {
        let then = self.history.earlier(self.history.bars_in(ago))?;
        Some(self.breadth(narrative, span)? - narrative::breadth(&then, narrative, span)?)
    }
}
