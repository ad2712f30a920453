//! DOES A RUN SEE AHEAD? At many dates the future of a market is cut off, and made another one; a replay stopped at that date must say
//! and intend the same to the last bit (`fidelity.md` 5: prefix invariance and future scrambling). Where it does not, one kind of fact
//! after the other is changed alone, to name the one that was seen before it could be known.
//!
//! Every changed market is frozen from its parts and its signals are worked out anew, so the tester stands behind the files and in front of
//! everything else: what freezing, signals, rules or the loop take from later shows.

mod dates;
mod difference;
mod self_test;

pub use dates::dates;
pub use difference::Difference;
pub use self_test::SelfTest;

use crate::batch::{Arena, side_by_side};
use crate::fault::Fault;
use crate::market::{FactKind, Market, MarketParts, freeze};
use crate::replay::Checkpoint;
use crate::strategy::Strategy;
use crate::units::{Time, Usd};

/// Where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Dates, at most; a market of fewer bars has fewer.
    pub dates: usize,
    /// The same seed gives the same dates and the same futures.
    pub seed: u64,
}

impl Terms {
    /// Where it is looked when nobody says otherwise.
    pub const USUAL: Self = Self { dates: 24, seed: 1 };
}

/// What the tester found out about one strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The instants after which the future was changed, ascending.
    pub dates: Vec<Time>,
    /// Replays made, the whole one included.
    pub replays: usize,
    /// One a cause, in the order of [`FactKind::ALL`]; empty: nothing was seen ahead.
    pub leaks: Vec<Leak>,
}

/// Something decided before a date that depends on what came after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Leak {
    pub cause: Cause,
    /// The first date at which it showed.
    pub after: Time,
    /// At how many dates it showed.
    pub dates: usize,
    /// What differs first, at that date.
    pub first: Difference,
}

/// Which change of the future changed the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// This kind of fact alone.
    Kind(FactKind),
    /// No kind alone, but all of them together.
    Together,
    /// Only taking everything later away: how long the market goes on, or whether something is there at all.
    Cut,
}

impl Cause {
    /// What it is called in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Together => "several kinds of fact together",
            Self::Cut => "the end of the data",
        }
    }
}

/// Tests a strategy. `done` is called once a date.
///
/// # Errors
/// When the market itself cannot be frozen.
pub fn test(parts: &MarketParts, strategy: &Strategy, capital: Usd, terms: Terms, done: impl Fn() + Sync) -> Result<Verdict, Fault> {
    let market = freeze(parts.clone())?;
    let whole = Arena::new(&market).replay(strategy, capital);
    let lasts = dates(&whole, strategy.decide.over(market.clock.bar), terms);
    let replay = |market: &Market, lasts: &[usize]| -> Vec<Checkpoint> {
        let arena = Arena::new(market);
        arena.map_all(lasts, |&last| arena.replay_to(strategy, capital, last + 1))
    };
    let found = test_replay(parts, &lasts, terms.seed, freeze, replay, done)?;
    Ok(Verdict { replays: found.replays + 1, ..found })
}

/// Tests anything that makes a market of parts and replays it: `replay` is asked for one standing a bar named, at its close. Bars are counted
/// from the first of the market's window, and none is its last.
///
/// # Errors
/// Those of `see`.
pub fn test_replay(
    parts: &MarketParts,
    lasts: &[usize],
    seed: u64,
    see: impl Fn(MarketParts) -> Result<Market, Fault> + Sync,
    replay: impl Fn(&Market, &[usize]) -> Vec<Checkpoint> + Sync,
    done: impl Fn() + Sync,
) -> Result<Verdict, Fault> {
    let market = see(parts.clone())?;
    let window = market.window();
    let dates = lasts.iter().map(|&last| window.close(last)).collect();
    let mut verdict = Verdict { dates, replays: 0, leaks: Vec::new() };
    for lasts in lasts.chunks(AT_ONCE) {
        let standings = replay(&market, lasts);
        verdict.replays += standings.len();
        let cases: Vec<(usize, &Checkpoint)> = lasts.iter().copied().zip(&standings).collect();
        let looks = side_by_side(&cases, |&(last, whole)| {
            let look = Look { parts, whole, last, now: window.close(last), seed, see: &see, replay: &replay };
            let found = look.leaks();
            done();
            found
        });
        for look in looks {
            let (replays, leaks) = look?;
            verdict.replays += replays;
            for leak in leaks {
                verdict.add(leak);
            }
        }
    }
    verdict.leaks.sort_by_key(|leak| leak.cause);
    Ok(verdict)
}

/// Dates whose runs are held in memory at a time.
const AT_ONCE: usize = 12;

impl Verdict {
    /// Dates come in ascending order, so the leak known of a cause is its first.
    fn add(&mut self, leak: Leak) {
        match self.leaks.iter_mut().find(|known| known.cause == leak.cause) {
            Some(known) => known.dates += 1,
            None => self.leaks.push(leak),
        }
    }
}

/// One date.
struct Look<'a, S, R> {
    parts: &'a MarketParts,
    /// What stands at the date with the future as it was.
    whole: &'a Checkpoint,
    last: usize,
    now: Time,
    seed: u64,
    see: &'a S,
    replay: &'a R,
}

impl<S, R> Look<'_, S, R>
where
    S: Fn(MarketParts) -> Result<Market, Fault>,
    R: Fn(&Market, &[usize]) -> Vec<Checkpoint>,
{
    /// Replays made, and what differs.
    fn leaks(&self) -> Result<(usize, Vec<Leak>), Fault> {
        let scrambled = self.against(self.scrambled(&FactKind::ALL))?;
        let cut = self.against(self.parts.cut_after(self.now))?;
        let leak = |cause, first| Leak { cause, after: self.now, dates: 1, first };
        let Some(together) = scrambled else {
            return Ok((2, cut.map(|first| leak(Cause::Cut, first)).into_iter().collect()));
        };
        let mut leaks = Vec::new();
        for kind in FactKind::ALL {
            let alone = self.against(self.scrambled(&[kind]))?;
            leaks.extend(alone.map(|first| leak(Cause::Kind(kind), first)));
        }
        if leaks.is_empty() {
            leaks.push(leak(Cause::Together, together));
        }
        Ok((2 + FactKind::ALL.len(), leaks))
    }

    fn scrambled(&self, kinds: &[FactKind]) -> MarketParts {
        // Each date has a future of its own.
        self.parts.scrambled_after(self.now, self.seed.wrapping_add(self.last as u64), kinds)
    }

    fn against(&self, parts: MarketParts) -> Result<Option<Difference>, Fault> {
        let market = (self.see)(parts)?;
        let other = (self.replay)(&market, &[self.last]);
        Ok(other.first().and_then(|other| difference::first(self.parts, self.whole, other, self.last)))
    }
}
