//! `rotate check --lookahead`: whether a strategy's past depends on its future, in words.

use std::fmt::Write;

use clap::Args;
use serde::Serialize;

use crate::batch::check_compatible;
use crate::cli::options::{Answer, Common, Format, MarketArguments, progress};
use crate::fault::Fault;
use crate::lookahead::{Leak, Terms, Verdict, test};
use crate::strategy::StrategyFile;
use crate::units::{Time, Usd};

/// What runs start with.
const CAPITAL: Usd = Usd::from_micros(100_000_000_000);

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct LookaheadArguments {
    /// Run the look-ahead test: change the future at many dates and compare everything decided before. Exit code 1 if a strategy uses a fact too early.
    #[arg(long)]
    pub lookahead: bool,
    /// Dates to test at, spread over the market.
    #[arg(long, value_name = "N", default_value_t = Terms::USUAL.dates as u16, requires = "lookahead", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub dates: u16,
    /// Other dates and other futures; the same seed says the same.
    #[arg(long, value_name = "N", default_value_t = Terms::USUAL.seed, requires = "lookahead")]
    pub seed: u64,
}

pub(super) fn run(
    market: &MarketArguments,
    files: &[StrategyFile],
    arguments: LookaheadArguments,
    common: Common,
) -> Result<Answer, Fault> {
    let parts = market.parts(common)?;
    // What is wrong with the market or does not suit it is said before anything is tested.
    let frozen = parts.clone().freeze_in(&market.market)?;
    files.iter().try_for_each(|file| check_compatible(&frozen, file))?;
    let terms = Terms { dates: usize::from(arguments.dates), seed: arguments.seed };
    let bar = progress(common, files.len() * terms.dates, "changing the future");
    let tested = files.iter().map(|file| Ok((file.strategy.name.as_str(), test(&parts, &file.strategy, CAPITAL, terms, || bar.inc(1))?)));
    let tested = tested.collect::<Result<Vec<(&str, Verdict)>, Fault>>()?;
    bar.finish_and_clear();
    Ok(answer(&frozen.name, terms, &tested, common.format))
}

fn answer(market: &str, terms: Terms, tested: &[(&str, Verdict)], format: Format) -> Answer {
    let text = match format {
        Format::Json => json(market, terms, tested),
        Format::Text => text(market, tested),
    };
    Answer { text, fine: tested.iter().all(|(_, verdict)| verdict.leaks.is_empty()) }
}

fn text(market: &str, tested: &[(&str, Verdict)]) -> String {
    let mut out = format!("look-ahead test on {market}: at each date everything later was removed, then replaced by another future\n");
    for (strategy, Verdict { dates, replays, leaks }) in tested {
        let _ = match (dates.first(), dates.last()) {
            (Some(first), Some(last)) => {
                let held = if leaks.is_empty() { "passed" } else { "LOOK-AHEAD FOUND" };
                writeln!(out, "\n{strategy}: {held}. {} dates from {first} to {last}, {replays} replays", dates.len())
            }
            _ => writeln!(out, "\n{strategy}: not tested, the market has no bar after its first"),
        };
        for Leak { cause, after, dates: leaking, first } in leaks {
            let _ = writeln!(out, "  {}: at {leaking} of {} dates, first with another future after {after}", cause.name(), dates.len());
            let _ = writeln!(out, "    differs first: {}, {}, {} of {}", first.time, first.record, first.rule, first.subject);
            let _ = writeln!(out, "      as it was       {}", first.whole);
            let _ = writeln!(out, "      another future  {}", first.changed);
        }
    }
    out
}

/// The same for machines.
#[derive(Serialize)]
struct Report<'a> {
    market: &'a str,
    seed: u64,
    strategies: Vec<Tested<'a>>,
}

#[derive(Serialize)]
struct Tested<'a> {
    name: &'a str,
    sees_ahead: bool,
    dates: &'a [Time],
    replays: usize,
    leaks: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    /// The kind of fact.
    fact: &'static str,
    dates: usize,
    future_changed_after: Time,
    time: Time,
    record: &'static str,
    rule: &'a str,
    subject: &'a str,
    as_it_was: &'a str,
    another_future: &'a str,
}

impl<'a> Found<'a> {
    fn of(Leak { cause, after, dates, first }: &'a Leak) -> Self {
        Self {
            fact: cause.name(),
            dates: *dates,
            future_changed_after: *after,
            time: first.time,
            record: first.record,
            rule: &first.rule,
            subject: &first.subject,
            as_it_was: &first.whole,
            another_future: &first.changed,
        }
    }
}

fn json(market: &str, terms: Terms, tested: &[(&str, Verdict)]) -> String {
    let strategies = tested
        .iter()
        .map(|&(name, Verdict { ref dates, replays, ref leaks })| Tested {
            name,
            sees_ahead: !leaks.is_empty(),
            dates,
            replays,
            leaks: leaks.iter().map(Found::of).collect(),
        })
        .collect();
    let report = Report { market, seed: terms.seed, strategies };
    serde_json::to_string_pretty(&report).expect("a report has no maps and no floats") + "\n"
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use super::*;
    use crate::lookahead::{Cause, Difference};
    use crate::market::FactKind;

    #[test]
    fn a_leak_is_told_in_full_and_ends_in_one() {
        let at = |text: &str| Time::parse(text).unwrap();
        let first = Difference {
            time: at("2023-05-01"),
            record: "decisions",
            rule: "enter".to_owned(),
            subject: "AIXUSDT".to_owned(),
            whole: "passed".to_owned(),
            changed: "nothing".to_owned(),
        };
        let leak = Leak { cause: Cause::Kind(FactKind::Caps), after: at("2023-05-02"), dates: 1, first };
        let dates = vec![at("2022-01-01"), at("2023-05-02")];
        let clean = Verdict { dates: dates.clone(), replays: 7, leaks: Vec::new() };
        let leaking = Verdict { dates, replays: 14, leaks: vec![leak] };
        let (terms, tested) = (Terms { dates: 2, seed: 1 }, [("careful", clean.clone()), ("eager", leaking)]);

        let answered = answer("mine", terms, &tested, Format::Text);
        assert_eq!(
            answered.text,
            "look-ahead test on mine: at each date everything later was removed, then replaced by another future\n\
             \n\
             careful: passed. 2 dates from 2022-01-01T00:00:00Z to 2023-05-02T00:00:00Z, 7 replays\n\
             \n\
             eager: LOOK-AHEAD FOUND. 2 dates from 2022-01-01T00:00:00Z to 2023-05-02T00:00:00Z, 14 replays\n\
             \u{20} caps: at 1 of 2 dates, first with another future after 2023-05-02T00:00:00Z\n\
             \u{20}   differs first: 2023-05-01T00:00:00Z, decisions, enter of AIXUSDT\n\
             \u{20}     as it was       passed\n\
             \u{20}     another future  nothing\n"
        );
        assert_eq!(answered.exit(), ExitCode::from(1));
        let answered = answer("mine", terms, &tested, Format::Json);
        assert_eq!(answered.exit(), ExitCode::from(1));
        let parsed: serde_json::Value = serde_json::from_str(&answered.text).unwrap();
        let leak = &parsed["strategies"][1]["leaks"][0];
        assert_eq!((leak["fact"].as_str(), leak["time"].as_str()), (Some("caps"), Some("2023-05-01T00:00:00Z")));
        assert_eq!((leak["rule"].as_str(), leak["another_future"].as_str()), (Some("enter"), Some("nothing")));
        assert_eq!(answer("mine", terms, &[("careful", clean)], Format::Text).exit(), ExitCode::SUCCESS);
    }
}
