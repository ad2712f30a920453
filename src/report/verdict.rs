//! What a run comes to beside holding the coin, and the most it lost: facts, and the two sentences that a report begins with. Of a batch, one line.

use crate::evaluate::Evaluation;
use crate::market::{Kind, Market};
use crate::metrics::confidence::Difference;
use crate::metrics::drawdown::{Loss, largest_loss, loss_of_start};
use crate::replay::run::{Finding, Run};
use crate::report::number_format::{grouped, percent, signed_percent, whole_money};
use crate::report::terminal::some_of;
use crate::stress::Benchmark;
use crate::units::{Time, Usd};

/// What a report says first.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Nothing where the run is held against no coin.
    pub held: Option<AgainstCoin>,
    pub losses: Losses,
    /// Of a run that held perpetuals.
    pub futures: Option<FuturesRisk>,
}

/// The run and the benchmark coin, both at the last bar that they share.
#[derive(Clone, Debug, PartialEq)]
pub struct AgainstCoin {
    /// As shown: `BTC bought and held`.
    pub name: String,
    pub own: Usd,
    pub coin: Usd,
    /// Max drawdowns, fractions below nought.
    pub drawdown: Option<f64>,
    pub coin_drawdown: Option<f64>,
    pub returns_differ: Chance,
}

/// Whether two returns differ by more than luck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chance {
    Significant,
    NotSignificant,
    /// Too few days, or nothing that moved.
    Unknown,
}

/// The most that was lost, in USD; nought or negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Losses {
    pub from_peak: f64,
    /// The close of the peak and that of the trough; none where nothing was lost.
    pub between: Option<(Time, Time)>,
    pub of_start: f64,
}

/// What stood behind perpetuals, and how low what they realised has been.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FuturesRisk {
    /// The most that was in their buckets at once, beyond what had come back, in USD.
    pub most: f64,
    /// That over the capital.
    pub of_capital: f64,
    /// The lowest running sum of the profits of closed perpetual trades: nought where it never was below.
    pub realised_low: Usd,
}

impl Verdict {
    /// Of a run and what it was held against.
    #[must_use]
    pub fn of(market: &Market, evaluation: &Evaluation) -> Self {
        let run = evaluation.run;
        Self {
            held: evaluation.stress.benchmark("coin").and_then(|coin| AgainstCoin::of(evaluation, coin)),
            losses: Losses::of(run, &evaluation.curves.wealth),
            futures: FuturesRisk::of(market, run),
        }
    }

    /// Two sentences, the first left out where there is no coin.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        self.held.iter().map(AgainstCoin::sentence).chain([self.losses.sentence(self.futures)]).collect()
    }
}

impl Chance {
    /// Of arithmetic yearly returns, by the interval of their difference.
    fn of_returns(difference: Option<&Difference>) -> Self {
        match difference.and_then(|found| found.annual_return_interval) {
            None => Self::Unknown,
            Some(interval) if interval.low > 0.0 || interval.high < 0.0 => Self::Significant,
            Some(_) => Self::NotSignificant,
        }
    }

    /// What follows "the difference in return".
    fn text(self) -> &'static str {
        match self {
            Self::Significant => "is significant (95 %)",
            Self::NotSignificant => "is not significant (95 %)",
            Self::Unknown => "cannot be told from luck",
        }
    }
}

impl AgainstCoin {
    fn of(evaluation: &Evaluation, coin: &Benchmark) -> Option<Self> {
        let last = coin.equity.len().checked_sub(1)?;
        Some(Self {
            name: coin.name.clone(),
            own: *evaluation.run.equity.get(last)?,
            coin: coin.equity[last],
            drawdown: evaluation.metrics.drawdown.max_drawdown,
            coin_drawdown: coin.against.max_drawdown,
            returns_differ: Chance::of_returns(coin.against.difference.as_ref()),
        })
    }

    /// Own over the coin's worth, less one; `None` where the coin ended worth nothing.
    fn ahead(&self) -> Option<f64> {
        self.coin.is_positive().then(|| self.own.to_f64() / self.coin.to_f64() - 1.0)
    }

    fn sentence(&self) -> String {
        let ended = match self.ahead() {
            None => "Ended beside".to_owned(),
            // What rounds to nothing is neither more nor less.
            Some(ahead) if ahead.abs() < 5e-5 => "Ended level with".to_owned(),
            Some(ahead) => format!("Ended with {} {} than", percent(Some(ahead.abs())), if ahead > 0.0 { "more" } else { "less" }),
        };
        let Self { name, own, coin, drawdown, coin_drawdown, returns_differ } = self;
        format!(
            "{ended} {name} ({} against {}), with a max drawdown of {} against {}; the difference in return {}.",
            whole_money(own.to_f64()),
            whole_money(coin.to_f64()),
            percent(*drawdown),
            percent(*coin_drawdown),
            returns_differ.text()
        )
    }
}

impl Losses {
    /// Of the worth at each close of a run's clock.
    fn of(run: &Run, wealth: &[f64]) -> Self {
        let start = run.capital.to_f64();
        let found: Option<Loss> = largest_loss(wealth, start);
        let close = |bar: usize| run.clock.close(bar);
        Self {
            from_peak: found.map_or(0.0, |loss| loss.amount),
            between: found.map(|loss| (loss.peak.map_or(run.clock.start, close), close(loss.trough))),
            of_start: loss_of_start(wealth, start),
        }
    }

    fn sentence(self, futures: Option<FuturesRisk>) -> String {
        let lost = |amount: f64| whole_money(amount.abs());
        let fall = self.between.map_or_else(
            || "It never stood below an earlier close".to_owned(),
            |(peak, trough)| format!("The most it lost was {} from a peak ({} to {})", lost(self.from_peak), peak.date(), trough.date()),
        );
        let start = if self.of_start < 0.0 {
            format!("and at worst it stood {} below the start", lost(self.of_start))
        } else {
            "and it never stood below the start".to_owned()
        };
        format!("{fall}, {start}{}.", futures.map_or_else(String::new, FuturesRisk::clause))
    }
}

impl FuturesRisk {
    fn of(market: &Market, run: &Run) -> Option<Self> {
        let used = run.findings.iter().find_map(|finding| match finding {
            Finding::Perpetuals(used) => used.held.map(|_| used),
            _ => None,
        })?;
        let mut closed: Vec<(Time, Usd)> = run
            .trades
            .iter()
            .filter(|trade| market.instrument(trade.instrument).kind == Kind::Perp)
            .map(|trade| (trade.closed, trade.pnl))
            .collect();
        closed.sort_by_key(|(time, _)| *time);
        let lowest = |(sum, low): (Usd, Usd), (_, pnl): &(Time, Usd)| (sum + *pnl, low.min(sum + *pnl));
        let (_, realised_low) = closed.iter().fold((Usd::ZERO, Usd::ZERO), lowest);
        Some(Self { most: used.most, of_capital: used.most / run.capital.to_f64(), realised_low })
    }
}

impl FuturesRisk {
    fn clause(self) -> String {
        let (most, share) = (whole_money(self.most), percent(Some(self.of_capital)));
        let low = if self.realised_low.is_negative() {
            format!("was {} at its lowest", whole_money(self.realised_low.to_f64()))
        } else {
            "was never below nought".to_owned()
        };
        format!("; at most {most} ({share} of the start) was paid into futures beyond what came back, and their realised result {low}")
    }
}

/// A batch in one line: which of them ended above the coin, and the best of them. Nothing where they are held against no coin.
#[must_use]
pub(crate) fn batch_line(all: &[Evaluation]) -> Option<String> {
    let mut ranked: Vec<(&str, AgainstCoin)> =
        all.iter().filter_map(|one| Some((one.run.strategy.as_str(), AgainstCoin::of(one, one.stress.benchmark("coin")?)?))).collect();
    ranked.sort_by_key(|(_, held)| std::cmp::Reverse(held.own));
    let (best, held) = ranked.first()?;
    let of_capital = |worth: Usd| signed_percent(Some(worth.to_f64() / all[0].run.capital.to_f64() - 1.0));
    let coin = format!("{} ({})", held.name, of_capital(held.coin));
    let ahead: Vec<&(&str, AgainstCoin)> = ranked.iter().filter(|(_, held)| held.own > held.coin).collect();
    let significant = |list: &[&(&str, AgainstCoin)]| list.iter().filter(|(_, held)| held.returns_differ == Chance::Significant).count();
    let luck = |list: &[&(&str, AgainstCoin)]| match (list.len(), significant(list)) {
        (1, 0) => "the difference is not significant (95 %)".to_owned(),
        (1, _) => "the difference is significant (95 %)".to_owned(),
        (_, 0) => "none of the differences is significant (95 %)".to_owned(),
        (all, some) => format!("{some} of the {all} differences are significant (95 %)"),
    };
    let result = |(name, held): &(&str, AgainstCoin)| format!("{name} ({})", of_capital(held.own));
    Some(match (ranked.len(), ahead.len()) {
        (1, 1) => format!("{} ended above {coin}; {}", result(&ranked[0]), luck(&ahead)),
        (1, _) => format!("{} ended below {coin}; {}", result(&ranked[0]), luck(&[&ranked[0]])),
        (many, 0) => {
            let least = if held.own < all[0].run.capital { "lost least" } else { "came closest" };
            format!("none of {} strategies ended above {coin}; {best} {least} ({})", grouped(many as f64, 0), of_capital(held.own))
        }
        (many, some) => {
            let names: Vec<String> = ahead.iter().map(|one| result(one)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!("{} of {} strategies ended above {coin}: {}; {}", some, many, some_of(&names), luck(&ahead))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn against(own: f64, coin: f64) -> AgainstCoin {
        AgainstCoin {
            name: "BTC bought and held".to_owned(),
            own: Usd::round(own),
            coin: Usd::round(coin),
            drawdown: Some(-0.31),
            coin_drawdown: Some(-0.62),
            returns_differ: Chance::NotSignificant,
        }
    }

    #[test]
    fn the_first_sentence_says_who_ended_ahead_and_whether_that_is_luck() {
        assert_eq!(
            against(5_800.0, 10_000.0).sentence(),
            "Ended with 42.00 % less than BTC bought and held ($5,800 against $10,000), with a max drawdown of −31.00 % against \
             −62.00 %; the difference in return is not significant (95 %)."
        );
        assert!(against(15_000.0, 10_000.0).sentence().starts_with("Ended with 50.00 % more than BTC"));
        assert!(against(10_000.0, 10_000.0).sentence().starts_with("Ended level with BTC"));
        assert!(against(10_000.0, 0.0).sentence().starts_with("Ended beside BTC"));
    }

    #[test]
    fn the_second_sentence_says_the_most_that_was_lost() {
        let day = |text| Time::parse_date(text).unwrap();
        let losses = Losses { from_peak: -4_210.0, between: Some((day("2024-03-13"), day("2024-08-05"))), of_start: -1_200.0 };
        let futures = FuturesRisk { most: 1_450.0, of_capital: 0.145, realised_low: Usd::round(-830.0) };
        assert_eq!(
            losses.sentence(Some(futures)),
            "The most it lost was $4,210 from a peak (2024-03-13 to 2024-08-05), and at worst it stood $1,200 below the start; at most \
             $1,450 (14.50 % of the start) was paid into futures beyond what came back, and their realised result was −$830 at its lowest."
        );
        let none = Losses { from_peak: 0.0, between: None, of_start: 0.0 };
        assert_eq!(none.sentence(None), "It never stood below an earlier close, and it never stood below the start.");
    }
}
