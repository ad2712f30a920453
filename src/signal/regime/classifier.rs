//! From the votes of the parts to one regime a bar.

use crate::market::Market;
use crate::signal::History;
use crate::signal::regime::parts::{Measure, parts};
use crate::signal::regime::{Combine, Regime, RegimeRule};
use crate::units::Time;

/// One part's say in a switch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// `trend`, `drawdown`, `breadth`, `volatility`, `funding` or `dominance`.
    pub part: &'static str,
    /// In the part's own unit.
    pub value: f64,
    /// What the value passed, or of a sideways vote did not reach.
    pub threshold: f64,
    pub vote: Regime,
}

/// A change of regime, and who voted for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Switch {
    pub bar: usize,
    /// The close at which it could be known.
    pub time: Time,
    pub from: Regime,
    pub to: Regime,
    /// The parts that voted for `to`; where it is a compromise, all that voted.
    pub reasons: Vec<Reason>,
}

/// The regimes of a market by one rule: computed once, shared by all who name the rule. The label of a bar is made of that bar and those
/// before it: filtered, never smoothed.
#[derive(Clone, Debug, PartialEq)]
pub struct Regimes {
    labels: Vec<Regime>,
    switches: Vec<Switch>,
}

impl Regimes {
    /// A rule that passed [`RegimeRule::check`].
    #[must_use]
    pub fn of(market: &Market, rule: &RegimeRule) -> Self {
        let mut voters: Vec<Voter> = parts(market, rule)
            .into_iter()
            .map(|(name, levels, measure)| Voter { name, levels, measure, stands: Regime::Unknown })
            .collect();
        let mut found = Self { labels: Vec::with_capacity(market.clock.bars), switches: Vec::new() };
        let (mut current, mut since) = (Regime::Unknown, 0);
        let dwell = rule.dwell.in_bars(market.clock.bar);
        for t in 0..market.clock.bars {
            let looks = rule.looks(market, t);
            let reasons: Vec<Reason> = voters.iter_mut().filter_map(|voter| voter.advance(market, t, looks)).collect();
            let seen = combine(rule.combine, &reasons);
            let settled = current == Regime::Unknown || t - since >= dwell;
            if seen != Regime::Unknown && seen != current && settled {
                found.switches.push(Switch {
                    bar: t,
                    time: market.clock.close(t),
                    from: current,
                    to: seen,
                    reasons: behind(seen, reasons),
                });
                (current, since) = (seen, t);
            }
            found.labels.push(current);
        }
        found
    }

    /// The regime known at a close.
    #[must_use]
    pub fn at(&self, history: &History) -> Regime {
        self.labels[history.bar()]
    }

    /// The switch made at this very close, for the record.
    #[must_use]
    pub fn switched_at(&self, history: &History) -> Option<&Switch> {
        let at = self.switches.binary_search_by_key(&history.bar(), |switch| switch.bar);
        at.ok().map(|at| &self.switches[at])
    }

    /// One label a bar, of the whole market: for reports.
    #[must_use]
    pub fn labels(&self) -> &[Regime] {
        &self.labels
    }

    /// All switches of the whole market: for reports.
    #[must_use]
    pub fn switches(&self) -> &[Switch] {
        &self.switches
    }
}

impl RegimeRule {
    /// Whether the parts are looked at at the close of bar `t`, as decisions are: on multiples of `every`, counted from 1970.
    pub(super) fn looks(&self, market: &Market, t: usize) -> bool {
        market.clock.close(t).seconds() % self.every.seconds() == 0
    }
}

struct Voter<'m> {
    name: &'static str,
    levels: crate::signal::regime::parts::Levels,
    measure: Measure<'m>,
    stands: Regime,
}

impl Voter<'_> {
    fn advance(&mut self, market: &Market, t: usize, looks: bool) -> Option<Reason> {
        let value = self.measure.advance(market, t, looks)?;
        let (vote, threshold) = self.levels.vote(self.stands, value);
        self.stands = vote;
        Some(Reason { part: self.name, value, threshold, vote })
    }
}

/// `Unknown` where nobody votes.
fn combine(by: Combine, votes: &[Reason]) -> Regime {
    let of = |regime| votes.iter().filter(|reason| reason.vote == regime).count();
    let (bull, bear, all) = (of(Regime::Bull), of(Regime::Bear), votes.len());
    let carries = |votes: usize, against: usize| match by {
        Combine::All => votes == all,
        Combine::Any => votes > 0 && against == 0,
        Combine::Majority => 2 * votes > all,
    };
    match () {
        () if all == 0 => Regime::Unknown,
        () if carries(bull, bear) => Regime::Bull,
        () if carries(bear, bull) => Regime::Bear,
        () => Regime::Sideways,
    }
}

fn behind(regime: Regime, votes: Vec<Reason>) -> Vec<Reason> {
    if votes.iter().any(|reason| reason.vote == regime) {
        return votes.into_iter().filter(|reason| reason.vote == regime).collect();
    }
    votes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::regime::parts::Levels;

    fn votes(of: &[Regime]) -> Vec<Reason> {
        of.iter().map(|&vote| Reason { part: "trend", value: 0.0, threshold: 0.0, vote }).collect()
    }

    #[test]
    fn all_any_or_most() {
        use Regime::{Bear, Bull, Sideways, Unknown};
        let table = [
            (&[][..], Unknown, Unknown, Unknown),
            (&[Bull], Bull, Bull, Bull),
            (&[Bull, Bull, Bear], Sideways, Sideways, Bull),
            (&[Bear, Sideways, Sideways], Sideways, Bear, Sideways),
            (&[Bull, Sideways], Sideways, Bull, Sideways),
            (&[Bear, Bear], Bear, Bear, Bear),
        ];
        for (of, all, any, majority) in table {
            let found = [Combine::All, Combine::Any, Combine::Majority].map(|by| combine(by, &votes(of)));
            assert_eq!(found, [all, any, majority], "{of:?}");
        }
    }

    #[test]
    fn a_vote_holds_until_the_value_has_come_back() {
        let levels = Levels { bull: 6.0, bear: 4.0, hysteresis: 0.5 };
        assert_eq!(levels.vote(Regime::Unknown, 5.8), (Regime::Sideways, 6.0));
        assert_eq!(levels.vote(Regime::Bull, 5.8), (Regime::Bull, 5.5));
        assert_eq!(levels.vote(Regime::Bull, 5.4), (Regime::Sideways, 5.5));
        assert_eq!(levels.vote(Regime::Bull, 3.9), (Regime::Bear, 4.0));
        assert_eq!(levels.vote(Regime::Sideways, 4.1), (Regime::Sideways, 4.0));
        // Low is bull.
        let falling = Levels { bull: -2.0, bear: 2.0, hysteresis: 1.0 };
        assert_eq!(falling.vote(Regime::Unknown, -3.0), (Regime::Bull, -2.0));
        assert_eq!(falling.vote(Regime::Bull, -1.5), (Regime::Bull, -1.0));
        assert_eq!(falling.vote(Regime::Bull, 3.0), (Regime::Bear, 2.0));
        assert_eq!(falling.vote(Regime::Bear, 1.5), (Regime::Bear, 1.0));
    }
}
