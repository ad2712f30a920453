//! What to be wary of in a run: facts, and the sentence of each.

use std::fmt;

use crate::ledger::Excess;
use crate::market::LONG_WICK;
use crate::replay::decision_text::picks_nothing;
use crate::replay::stop::Beyond;
use crate::strategy::{Empty, FundingUnit, HedgeBy, stays_in_cash};
use crate::units::{Time, Usd, grouped};

/// One of a run's cautions. Names stand in it as they are written.
#[derive(Clone, Debug, PartialEq)]
pub enum Caution {
    /// The run ended before its time, at this open.
    Stopped {
        at: Time,
        beyond: Beyond,
    },
    /// Known of the strategy in this market before anything was replayed.
    OfPlan(String),
    /// The stress of auto-deleveraging is on.
    DeleveragingStress,
    /// A cross pool was liquidated in the bar that opened then.
    PoolLiquidated {
        bucket: String,
        time: Time,
    },
    /// A bucket never had a fill; its share of the capital at the start.
    StayedInCash {
        bucket: String,
        weight: f64,
        because: NothingBought,
    },
    /// A hedge stood without these coins, at most so many USD of them at once.
    Unhedged {
        hedge: String,
        of: String,
        by: HedgeBy,
        coins: Vec<String>,
        most: f64,
    },
    /// A bucket leaves by funding, and most rates it met are assumed.
    FundingExitBlind {
        /// Settlements met, and those of them at the assumed constant.
        met: usize,
        assumed: usize,
        bucket: String,
    },
    FundingExit(FundingExitMeasured),
    /// The benchmark has no price before or after these instants of the window.
    BenchmarkMissing {
        name: String,
        before: Option<Time>,
        after: Option<Time>,
    },
    /// The benchmark has no price in the whole run.
    BenchmarkUnknown {
        name: String,
    },
    /// So much of all funding that moved, paid and received, is at the market's declared constant.
    FundingAssumed {
        assumed: Usd,
        total: Usd,
    },
    /// Fills at prices that their bar only had in a long wick, and what they gained by its close, in USD.
    FilledInWicks {
        count: usize,
        fills: usize,
        gained: f64,
    },
}

/// Why nothing of a bucket was ever filled.
#[derive(Clone, Debug, PartialEq)]
pub enum NothingBought {
    /// The rule, by its word, that refused most of its entries: so many of all.
    Refused {
        rule: &'static str,
        count: usize,
        all: usize,
    },
    NeverFilled,
    /// Nobody ever passed its selection: the gate that refuses most at the end, how many, and of how many.
    NoCandidates {
        strictest: Option<(&'static str, usize, usize)>,
    },
    /// At its last look.
    Empty(Empty),
}

/// At which share of the observed settlements a funding exit would have been on.
#[derive(Clone, Debug, PartialEq)]
pub struct FundingExitMeasured {
    pub bucket: String,
    /// The threshold as it is written, in its unit.
    pub above: f64,
    pub unit: FundingUnit,
    /// The same as a rate per 8 hours.
    pub threshold_8h: f64,
    pub stalls: bool,
    pub held: Reached,
    pub admitted: Reached,
}

/// Settlements, and those of them at which the threshold was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    pub of: usize,
    pub on: usize,
}

impl Reached {
    /// One settlement more.
    pub fn count(&mut self, reached: bool) {
        self.of += 1;
        self.on += usize::from(reached);
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            0 => f.write_str("none"),
            of => write!(f, "{} of {of} ({:.1} %)", self.on, self.on as f64 / of as f64 * 100.0),
        }
    }
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped { at, beyond } => stopped(f, *at, *beyond),
            Self::OfPlan(sentence) => f.write_str(sentence),
            Self::DeleveragingStress => f.write_str("the stress of auto-deleveraging is on"),
            Self::PoolLiquidated { bucket, time } => write!(f, "bucket `{bucket}`: its cross pool was liquidated in the bar of {time}"),
            Self::StayedInCash { bucket, weight, because } => f.write_str(&stays_in_cash(bucket, *weight, &because.to_string())),
            Self::Unhedged { hedge, of, by, coins, most } => {
                let fix = match by {
                    HedgeBy::Notional => "; `by = \"beta\"` hedges all of it with the benchmark's perpetual",
                    HedgeBy::Beta => "",
                };
                write!(
                    f,
                    "hedge `{hedge}` could not stand against {} of `{of}`, up to {} of spot, for want of a perpetual that trades{fix}",
                    coins.join(", "),
                    dollars(*most)
                )
            }
            Self::FundingExitBlind { met, assumed, bucket } => {
                let share = *assumed as f64 / *met as f64 * 100.0;
                write!(f, "bucket `{bucket}`: the funding exit could not work: {share:.0} % of the rates it met are assumed")
            }
            Self::FundingExit(measured) => measured.fmt(f),
            Self::BenchmarkMissing { name, before, after } => {
                let (before, after) = (before.map(|time| format!("before {time}")), after.map(|time| format!("after {time}")));
                let when: Vec<String> = before.into_iter().chain(after).collect();
                let when = when.join(" and ");
                write!(f, "the benchmark {name} has no price {when}: it stands flat there, and what is measured against it says nothing")
            }
            Self::BenchmarkUnknown { name } => {
                write!(
                    f,
                    "the benchmark {name} has no price in the whole run: it stands flat, and what is measured against it says nothing"
                )
            }
            Self::FundingAssumed { assumed, total } => write!(
                f,
                "{:.0} % of the funding that moved ({} of {}, paid and received) is assumed, not observed",
                assumed.to_f64() / total.to_f64() * 100.0,
                dollars(assumed.to_f64()),
                dollars(total.to_f64())
            ),
            Self::FilledInWicks { count, fills, gained } => write!(
                f,
                "{count} of {fills} fills were at prices inside wicks of more than {LONG_WICK} times the open and close of their bar, {} against \
                 its close: look whether these prices were ever paid (`[data] wick_limit` in market.toml cuts them)",
                dollars(*gained)
            ),
        }
    }
}

fn stopped(f: &mut fmt::Formatter<'_>, at: Time, beyond: Beyond) -> fmt::Result {
    let (what, amount) = match beyond {
        Beyond::Books(Excess::Held(amount)) => ("what is held or owed", amount),
        Beyond::Books(Excess::Moved(amount)) => ("all that was traded, paid and moved since the beginning", amount),
        Beyond::Benchmark(amount) => ("what the capital became in the benchmark", amount),
    };
    write!(
        f,
        "the run ends at {at}, beyond what the books can hold: one bar later {what} would have come to {}, and no sum may be more than {}; every \
         number is of the time before, and what was open then is in no trade",
        dollars(amount),
        dollars(Usd::MOST.to_f64())
    )
}

impl fmt::Display for NothingBought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { rule, count, all } => {
                write!(f, "none of its entries came about: `{rule}` refused {count} of the {all} that were refused")
            }
            Self::NeverFilled => f.write_str("no order of it was ever filled"),
            Self::NoCandidates { strictest } => {
                f.write_str("no coin ever passes its selection")?;
                strictest.map_or(Ok(()), |(gate, count, of)| write!(f, " (at the end `{gate}` refuses {count} of {of})"))
            }
            Self::Empty(empty) => write!(f, "{} on any day it looked", picks_nothing(*empty)),
        }
    }
}

impl fmt::Display for FundingExitMeasured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bucket, above, unit, threshold_8h, stalls, held, admitted } = self;
        write!(
            f,
            "bucket `{bucket}` leaves where funding is at or above {} % {}, which is {:.6} % per 8 h{}: of the settlements of what it held the \
             threshold was reached at {held}, of those of all perpetuals it admitted at {admitted}",
            (above * 1e8).round() / 1e6,
            unit.words(),
            threshold_8h * 100.0,
            if *stalls { ", and price stalls" } else { "" }
        )
    }
}

/// `$13,801.66`: to the cent, however much it is.
pub(super) fn dollars(amount: f64) -> String {
    let text = grouped(amount, 2);
    text.strip_prefix('−').map_or_else(|| format!("${text}"), |size| format!("−${size}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_said_as_reports_say_them() {
        let shown = [13_801.66, -1_234_567.891, 0.0, -0.001, 999.995].map(dollars);
        assert_eq!(shown, ["$13,801.66", "−$1,234,567.89", "$0.00", "$0.00", "$1,000.00"]);
    }
}
