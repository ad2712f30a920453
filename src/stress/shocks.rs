//! Shocks: the same strategy in a market, or at a venue, that was worse to it. Each is a replay of its own, in which rules see what happened.

use crate::batch::{Arena, side_by_side};
use crate::market::Change;
use crate::metrics::Metrics;
use crate::metrics::outlook::Outlook;
use crate::replay::run::Run;
use crate::strategy::Strategy;
use crate::units::{Span, Time};

const WEEK: Span = Span::from_seconds(7 * 86_400);

/// What is worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shock {
    /// All funding rates, so many times; below nought, who paid receives.
    Funding(i32),
    /// Every price falls by this fraction inside the bar after the close at which the run was longest.
    Crash(f64),
    /// Prices swing so many times as far about their own growth.
    Volatility(f64),
    /// For a week from where the run held the least, the stablecoin is worth so many dollars.
    Depeg(f64),
    /// Half-spreads, so many times.
    Spreads(f64),
    /// For a day from where the run held the most, nobody can trade.
    Halt,
}

impl Shock {
    /// In the order in which they are told.
    pub const ALL: [Self; 10] = [
        Self::Funding(0),
        Self::Funding(2),
        Self::Funding(3),
        Self::Funding(-1),
        Self::Crash(0.3),
        Self::Crash(0.5),
        Self::Volatility(1.5),
        Self::Depeg(0.9),
        Self::Spreads(3.0),
        Self::Halt,
    ];

    /// The close of the run after which it comes, of one that comes once; the first of equals. `None` of a run without a close that has a bar after it.
    fn close(self, run: &Run) -> Option<usize> {
        let most = |of: &dyn Fn(usize) -> f64| {
            // The last close has no bar after it.
            let closes = 0..run.equity.len().saturating_sub(1);
            let known = closes.map(|bar| (bar, of(bar))).filter(|(_, value)| value.is_finite());
            known.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(bar, _)| bar)
        };
        match self {
            Self::Crash(_) => most(&|bar| run.net_exposure[bar]),
            Self::Depeg(_) => most(&|bar| -run.gross_exposure[bar]),
            Self::Halt => most(&|bar| run.gross_exposure[bar]),
            Self::Funding(_) | Self::Volatility(_) | Self::Spreads(_) => None,
        }
    }

    fn comes_once(self) -> bool {
        matches!(self, Self::Crash(_) | Self::Depeg(_) | Self::Halt)
    }
}

/// A run under a shock.
#[derive(Clone, Debug, PartialEq)]
pub struct Shocked {
    pub shock: Shock,
    /// The open of the first bar that it is in, of one that comes once.
    pub at: Option<Time>,
    pub metrics: Metrics,
    /// End equity over that of the run itself; `None` where one of the two ended before its time, or the run with nothing.
    pub left: Option<f64>,
}

/// The shocks of a run and what may be ahead of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shocks {
    /// In the order of [`Shock::ALL`]; without one for which the run has no moment.
    pub all: Vec<Shocked>,
    /// From the run's own days; none of a few.
    pub outlook: Option<Outlook>,
}

impl Shocks {
    /// `run` is the strategy's own run, `own` what it was worth, `days` its daily returns.
    #[must_use]
    pub(super) fn of(arena: &Arena, strategy: &Strategy, run: &Run, own: &Metrics, days: &[f64]) -> Self {
        let all = side_by_side(&Shock::ALL, |shock| shocked(*shock, arena, strategy, run, own));
        Self { all: all.into_iter().flatten().collect(), outlook: Outlook::of_days(days) }
    }

    /// The result of a shock, where there is one.
    #[must_use]
    pub fn under(&self, shock: Shock) -> Option<&Shocked> {
        self.all.iter().find(|shocked| shocked.shock == shock)
    }
}

fn shocked(shock: Shock, arena: &Arena, strategy: &Strategy, run: &Run, own: &Metrics) -> Option<Shocked> {
    let close = shock.close(run);
    if shock.comes_once() && close.is_none() {
        return None;
    }
    let first = arena.market.first;
    // What is held at the close meets it in the bar after.
    let from = close.map_or(0, |close| close + 1);
    let bars = |span: Span| {
        let bars = span.in_bars(run.clock.bar).max(1);
        first + from..(first + from + bars).min(first + run.equity.len())
    };
    let changed = |change: Change| arena.replay_changed(&change, strategy, run.capital);
    let mut again = match shock {
        Shock::Funding(times) => changed(Change::Funding(f64::from(times))),
        Shock::Crash(fall) => changed(Change::Crash { bar: first + from, fall }),
        Shock::Volatility(times) => changed(Change::Volatility(times)),
        Shock::Depeg(worth) => changed(Change::Depeg { bars: bars(WEEK), worth }),
        Shock::Halt => changed(Change::Halt { bars: bars(Span::DAY) }),
        Shock::Spreads(times) => arena.replay(&strategy.with_spreads(times), run.capital),
    };
    if let Shock::Depeg(worth) = shock {
        // The books count the stablecoin as a dollar: in dollars they are worth less for as long as it is.
        let week = bars(WEEK);
        for equity in again.equity.iter_mut().take(week.end - first).skip(week.start - first) {
            *equity = equity.share(worth);
        }
    }
    let metrics = Metrics::of(&again);
    let ended = metrics.returns.days == own.returns.days && own.returns.final_equity_usd > 0.0;
    let left = ended.then(|| metrics.returns.final_equity_usd / own.returns.final_equity_usd);
    Some(Shocked { shock, at: close.map(|close| run.clock.open(close + 1)), metrics, left })
}
