//! What a finished run says of itself: facts, and the sentence of each.

use std::fmt;

use crate::replay::caution::dollars;
use crate::units::{Time, Usd};

/// Days after the `since` of its label within which an entry is called early.
pub(super) const EARLY_DAYS: i64 = 30;

/// So many of the dead are named.
pub(super) const NAMED: usize = 12;

/// Names stand in it as they are written; returns are fractions.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// What a hedge did for what it stands against; `None` where it never stood for two days.
    Hedge {
        hedge: String,
        of: String,
        effect: Option<HedgeEffect>,
    },
    Perpetuals(PerpetualUse),
    /// Trades in narratives, and those of them that were opened soon after the label's `since`.
    Hindsight {
        early: usize,
        trades: usize,
        early_profit: Usd,
        profit: Usd,
    },
    Survivorship {
        listings: usize,
        survivors: usize,
        /// Symbols that are delisted, each with the end of its listing; so many more are not named.
        named: Vec<(String, Time)>,
        more: usize,
        /// Listings that ended while their coin goes on in its other market.
        live_elsewhere: usize,
        /// Of an equal stake in every listing, and in those alone that survived.
        whole_universe: Option<f64>,
        survivors_only: Option<f64>,
    },
}

/// Over the UTC days in which the hedge stood.
#[derive(Clone, Debug, PartialEq)]
pub struct HedgeEffect {
    pub days: usize,
    /// Share of the variance of daily gains that it took away.
    pub variance_taken: f64,
    /// USD that the spot and the hedge made.
    pub spot: f64,
    pub gained: f64,
    /// Of the hedge's whole life.
    pub funding: Usd,
}

/// What was ever put into perpetuals, in USD.
#[derive(Clone, Debug, PartialEq)]
pub struct PerpetualUse {
    pub begun: f64,
    /// Share of the capital that this is.
    pub weight: f64,
    pub later: f64,
    /// The most that was in them at once, beyond what had come back.
    pub most: f64,
    /// Their margin over equity, mean and peak; `None` where none was ever held.
    pub held: Option<(f64, f64)>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hedge { hedge, of, effect: None } => {
                write!(f, "hedge `{hedge}` of `{of}` never stood for two days: nothing to say of its effect")
            }
            Self::Hedge { hedge, of, effect: Some(effect) } => write!(
                f,
                "hedge `{hedge}` of `{of}` stood on {} days: it took away {:.0} % of the variance of daily gains there, while it stood the spot \
                 made {} and the hedge {}, {} of it funding",
                effect.days,
                effect.variance_taken * 100.0,
                dollars(effect.spot),
                dollars(effect.gained),
                dollars(effect.funding.to_f64())
            ),
            Self::Perpetuals(used) => used.fmt(f),
            Self::Hindsight { early, trades, early_profit, profit } => write!(
                f,
                "labels of narratives are set by hand, with hindsight: {early} of {trades} trades in them, {} of {}, were opened within {EARLY_DAYS} \
                 days of the label's `since`",
                dollars(early_profit.to_f64()),
                dollars(profit.to_f64())
            ),
            Self::Survivorship { listings, survivors, named, more, live_elsewhere, whole_universe, survivors_only } => write!(
                f,
                "survivorship: {} of {listings} listings of this market ended before it did{}{}; equal-weight all coins, each from its first day, made {}, \
                 holding only those that survived {}",
                listings - survivors,
                list(named, *more),
                elsewhere(*live_elsewhere),
                signed(*whole_universe),
                signed(*survivors_only)
            ),
        }
    }
}

impl fmt::Display for PerpetualUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "perpetuals were given {} at the start ({:.0} % of the capital) and {} later, {} in all, never more than {} beyond what had come back; ",
            dollars(self.begun),
            self.weight * 100.0,
            dollars(self.later),
            dollars(self.begun + self.later),
            dollars(self.most)
        )?;
        match self.held {
            Some((mean, peak)) => {
                let (mean, peak) = (mean * 100.0, peak * 100.0);
                write!(f, "their margin was {mean:.1} % of equity on average and {peak:.1} % at most")
            }
            None => f.write_str("none was ever held"),
        }
    }
}

fn signed(value: Option<f64>) -> String {
    value.map_or_else(|| "unknown".to_owned(), |value| format!("{:+.1} %", value * 100.0))
}

fn list(delisted: &[(String, Time)], more: usize) -> String {
    let more = (more > 0).then(|| format!("and {more} more"));
    let names: Vec<String> = delisted.iter().map(|(symbol, ended)| format!("{symbol} {}", ended.date())).chain(more).collect();
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
}

fn elsewhere(series: usize) -> String {
    match series {
        0 => String::new(),
        1 => ", and 1 series more whose coin goes on in its other market: its positions were closed at the last price less the penalty too"
            .to_owned(),
        count => format!(
            ", and {count} series more whose coins go on in their other market: their positions were closed at the last price less the penalty too"
        ),
    }
}
