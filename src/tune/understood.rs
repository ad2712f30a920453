//! From records to a study: which trial is best, what speaks for it, and what follows.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::fault::Fault;
use crate::luck::importance::Importance;
use crate::luck::verdict::{Benchmark, SUPERIORITY_HOLDS, judge};
use crate::metrics::sharpe::{Trials, per_day, probability};
use crate::sampler::observation::{Direction, Observation};
use crate::sampler::pareto;
use crate::strategy::tuning::Tune;
use crate::strategy::{Bucket, Strategy, StrategyFile};
use crate::tune::Request;
use crate::tune::benches::Benches;
use crate::tune::evidence::Places;
use crate::tune::forward::{self, Forward};
use crate::tune::objective::Goals;
use crate::tune::one_market::{Found, Seen};
use crate::tune::prepared::Prepared;
use crate::tune::regimes::{self, InRegime};
use crate::tune::search::word;
use crate::tune::search_space::{Setting, in_order};
use crate::tune::study::{Advice, Counts, Elsewhere, KeyRange, Spent, Study, Trial, Weight};
use crate::tune::trial::{self, Bench, Measured, Record, Result as Outcomes};
use crate::tune::{frontier, inert, key_importance};
use crate::units::Clock;

impl Prepared {
    /// What all records mean.
    ///
    /// # Errors
    /// None of them could be replayed.
    pub fn understood(&self, request: &Request, benches: &Benches, records: &[Record], spent: Option<usize>) -> Result<Study, Fault> {
        let (each, bench) = (self.plan.trials() as usize, &benches.first);
        let tried = tried(records);
        let trials: Vec<Trial> = records[..each].iter().map(|record| self.trial(record, records, &tried)).collect();
        let ranking = self.ranked(&records[..each]);
        let Some(best) = Some(ranking[0]).filter(|best| trials[*best].measured.is_some()) else {
            return Err(nothing_replayed(request.file, records));
        };
        let before = &request.file.strategy;
        let clock = bench.arena.market.window();
        let forward = self.forward(records, &clock);
        let numbers = self.distinct(records);
        let variants: Vec<&Measured> = numbers.iter().filter_map(|number| measured_of(records, &records[*number])).collect();
        let chosen = if let Outcomes::Repeats(first) = records[best].result { first } else { best };
        let chosen = numbers.iter().position(|number| *number == chosen).expect("the first of its kind");
        let places = self.places(&trials, &records[..each], best);
        let seen = |variants, forward| Seen { variants, best: chosen, places: &places, forward };
        let first = Found::of(bench, before, &seen(variants.iter().map(|of| &of.days[..]).collect(), forward.as_ref()));
        let others = benches.others.iter().enumerate().map(|(at, bench)| {
            let days = variants.iter().map(|of| &of.elsewhere[at].days[..]).collect();
            Found::of(bench, before, &seen(days, None))
        });
        let others: Vec<Found> = others.collect();
        let best_file = self.space.apply(request.file, &trials[best].setting, bench.arena)?;
        let spent = |bench: &Bench| spent.and_then(|after| final_window(bench, before, &best_file.strategy, after));
        Ok(Study {
            strategy: before.name.clone(),
            keys: self.tune.keys.keys().cloned().collect(),
            clock,
            ranking,
            capital: request.capital,
            sharpes: numbers.iter().map(|number| sharpe_of(records, *number)).collect(),
            tried,
            counts: counts(records),
            first_refusal: records.iter().find_map(refusal),
            before_setting: before_setting(request.file, &self.tune),
            allocation: allocation(before, &best_file.strategy),
            inert: inert::keys(&self.space, request.file, &self.tune, bench, &first.run),
            importance: self.importance(&records[..each]),
            frontier: frontier::of(bench, before, &best_file.strategy),
            regimes: self.regimes(&first, records, &numbers, variants[chosen]),
            spent: spent(bench),
            advice: advice(&first, &others, &numbers, &trials, &self.tune),
            judgement: judge(&first.evidence),
            elsewhere: benches.others.iter().zip(&others).map(|(bench, found)| elsewhere(bench, found, spent(bench))).collect(),
            before: Measured { elsewhere: others.into_iter().map(|found| found.before).collect(), ..first.before },
            static_mix: first.static_mix,
            best_file,
            forward,
            trials,
            timeline: self.timeline.clone(),
            goals: self.goals.clone(),
            tune: self.tune.clone(),
        })
    }

    /// A record with what an earlier one of the same setting gave, and its Sharpe ratio held against all that were tried.
    fn trial(&self, record: &Record, records: &[Record], tried: &Trials) -> Trial {
        let outcome = &record.outcomes[0];
        let measured = measured_of(records, record);
        Trial {
            setting: self.space.setting(&record.point),
            place: self.space.space.snapped(&record.point).0,
            violation: outcome.violations.iter().filter(|by| **by > 0.0).sum(),
            objectives: outcome.objectives.clone(),
            measured: measured.map(|measured| Measured { in_sample: among(&measured.in_sample, tried), ..measured.clone() }),
        }
    }

    /// What each trial that a fold may choose from comes to where the fold is tuned.
    fn merits(&self, records: &[Record], each: usize, fold: usize) -> Vec<(usize, Option<f64>)> {
        let adaptive = self.tune.sampler.is_adaptive();
        let (search, look) = if adaptive { (fold + 1, 0) } else { (0, fold + 1) };
        let of = |(at, record): (usize, &Record)| (search * each + at, self.goals.merit(&record.outcomes[look]));
        records[search * each..(search + 1) * each].iter().enumerate().map(of).collect()
    }

    /// All trials, best first.
    fn ranked(&self, records: &[Record]) -> Vec<usize> {
        let all: Vec<Observation> = records.iter().map(|record| record.observation(0)).collect();
        let directions = self.goals.directions();
        let front = if directions.len() > 1 { pareto::front(&all, &directions) } else { Vec::new() };
        ranking(&all, &directions, &front, &self.goals)
    }

    /// What the folds chose, and what came of it.
    fn forward(&self, records: &[Record], clock: &Clock) -> Option<Forward> {
        let each = self.plan.trials() as usize;
        let merits: Vec<_> = (0..self.timeline.folds.len()).map(|fold| self.merits(records, each, fold)).collect();
        forward::of(&self.timeline, clock, &merits, &|number| days_of(records, number))
    }

    /// Where each trial stands, and what it comes to.
    fn places(&self, trials: &[Trial], records: &[Record], best: usize) -> Places {
        Places {
            points: trials.iter().map(|trial| trial.place.clone()).collect(),
            merits: records.iter().map(|record| self.goals.merit(&record.outcomes[0])).collect(),
            best,
        }
    }

    /// Every variant once, by the number of the trial that was first, whichever search replayed it.
    fn distinct(&self, records: &[Record]) -> Vec<usize> {
        let mut seen = BTreeSet::new();
        let mut is_new =
            |record: &Record| matches!(record.result, Outcomes::Replayed(_)) && seen.insert(word(&self.space.setting(&record.point)));
        (0..records.len()).filter(|number| is_new(&records[*number])).collect()
    }

    /// Regimes as folds, over all the time that may be looked at of the first market; what breaks a constraint is not chosen.
    fn regimes(&self, first: &Found, records: &[Record], numbers: &[usize], best: &Measured) -> Vec<InRegime> {
        let kept = numbers.iter().filter(|number| self.goals.merit(&records[**number].outcomes[0]).is_some());
        let variants: Vec<(usize, &[f64])> = kept.filter_map(|number| Some((*number, days_of(records, *number)?))).collect();
        regimes::of(&first.run, &variants, &best.days, &first.before.days)
    }

    /// What each key moves in the first objective, of the trials that were replayed.
    fn importance(&self, records: &[Record]) -> Option<Importance> {
        let replayed = records.iter().filter(|record| matches!(record.result, Outcomes::Replayed(_)));
        let known = replayed.filter_map(|record| Some((self.space.setting(&record.point), record.outcomes[0].objectives[0]?)));
        let (settings, values): (Vec<Setting>, Vec<f64>) = known.unzip();
        key_importance::of(&self.tune, &settings.iter().collect::<Vec<_>>(), &values)
    }
}

/// What the final window gave.
fn final_window(bench: &Bench, before: &Strategy, best: &Strategy, after: usize) -> Option<Spent> {
    let window = bench.timeline.final_window()?;
    let on = |strategy: &Strategy| trial::named(&bench.arena.replay(strategy, bench.capital), &window);
    Some(Spent { after, before: on(before), best: on(best) })
}

/// What another market says of the best.
fn elsewhere(bench: &Bench, found: &Found, spent: Option<Spent>) -> Elsewhere {
    let market = bench.arena.market;
    Elsewhere {
        market: market.name.clone(),
        synthetic: market.synthetic,
        clock: market.window(),
        timeline: bench.timeline.clone(),
        judgement: judge(&found.evidence),
        spent,
    }
}

/// All that were replayed, by their Sharpe ratios in-sample.
fn tried(records: &[Record]) -> Trials {
    let ratio = |metrics: &Map<String, Value>| {
        let of = |name: &str| metrics.get(name).and_then(Value::as_f64);
        (of("sharpe"), of("sharpe_observations").unwrap_or(0.0) as usize)
    };
    let ratios: Vec<(Option<f64>, usize)> = records
        .iter()
        .filter_map(|record| match &record.result {
            Outcomes::Replayed(measured) => Some(ratio(&measured.in_sample)),
            _ => None,
        })
        .collect();
    Trials::of_annual(&ratios)
}

/// Metrics with the Sharpe ratio held against the best that so many reach by luck, as `Metrics::among` does.
fn among(metrics: &Map<String, Value>, tried: &Trials) -> Map<String, Value> {
    let of = |name: &str| metrics.get(name).and_then(Value::as_f64);
    let mut all = metrics.clone();
    if of("probabilistic_sharpe").is_none() || tried.count <= 1 {
        return all;
    }
    let deflated = || probability(per_day(of("sharpe")?), tried.luck(), of("sharpe_observations")? as usize, of("skew")?, of("kurtosis")?);
    all.insert("deflated_sharpe".to_owned(), json!(deflated()));
    all.insert("sharpe_trials".to_owned(), json!(tried.count));
    all
}

/// What a replay gave, of a trial or of the earlier one with its setting.
fn measured_of<'a>(records: &'a [Record], record: &'a Record) -> Option<&'a Measured> {
    match &record.result {
        Outcomes::Replayed(measured) => Some(measured),
        Outcomes::Repeats(first) => measured_of(records, &records[*first]),
        Outcomes::Beyond | Outcomes::Refused(_) => None,
    }
}

/// Daily returns of a trial, by its number.
fn days_of(records: &[Record], number: usize) -> Option<&[f64]> {
    measured_of(records, &records[number]).map(|measured| measured.days.as_slice())
}

/// Sharpe ratio a year in-sample of a trial, by its number.
fn sharpe_of(records: &[Record], number: usize) -> Option<f64> {
    measured_of(records, &records[number])?.in_sample.get("sharpe")?.as_f64()
}

/// What each bucket has before and after; nothing of a strategy that changes its weights by the regime.
fn allocation(before: &Strategy, best: &Strategy) -> Vec<Weight> {
    if best.adaptive.is_some() {
        return Vec::new();
    }
    let of = |(name, bucket): (&String, &Bucket)| Weight {
        bucket: name.clone(),
        before: before.buckets.get(name).map_or(0.0, |bucket| bucket.weight),
        best: bucket.weight,
    };
    best.buckets.iter().map(of).collect()
}

fn counts(records: &[Record]) -> Counts {
    let mut counts = Counts::default();
    for record in records {
        match &record.result {
            Outcomes::Replayed(_) => {
                counts.replayed += 1;
                counts.undefined += usize::from(record.outcomes[0].objectives[0].is_none());
            }
            Outcomes::Repeats(_) => counts.repeated += 1,
            Outcomes::Beyond => counts.beyond += 1,
            Outcomes::Refused(_) => counts.refused += 1,
        }
    }
    counts
}

/// Best first; of several objectives the front before all others, by how near to the best in each of them.
fn ranking(all: &[Observation], directions: &[Direction], front: &[usize], goals: &Goals) -> Vec<usize> {
    let mut ranking = pareto::ranking(all, directions);
    if front.is_empty() {
        return ranking;
    }
    let value = |at: usize, of: usize| goals.objectives[of].turned(all[at].outcome.objectives[of].unwrap_or(f64::NAN));
    let distance = |at: usize| -> f64 {
        let part = |of: usize| {
            let values: Vec<f64> = front.iter().map(|&at| value(at, of)).collect();
            let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
            if high > low { (high - value(at, of)) / (high - low) } else { 0.0 }
        };
        (0..directions.len()).map(|of| part(of) * part(of)).sum()
    };
    let place = |at: &usize| if front.contains(at) { distance(*at) } else { f64::INFINITY };
    ranking.sort_by(|a, b| place(a).total_cmp(&place(b)));
    ranking
}

/// What follows: what one market does not tell from the strategy as it was is not told from it, and what does as well does so on all of them.
fn advice(first: &Found, others: &[Found], numbers: &[usize], trials: &[Trial], tune: &Tune) -> Advice {
    let at = Benchmark::ALL.iter().position(|benchmark| *benchmark == Benchmark::BeforeTuning).expect("one of all");
    let is_alike = |found: &Found| found.evidence.superiority[at].is_none_or(|p_value| p_value > SUPERIORITY_HOLDS);
    let as_good = first.as_good.iter().filter(|at| others.iter().all(|found| found.as_good.contains(at)));
    let as_good: Vec<usize> = as_good.copied().collect();
    let settings: Vec<&Setting> = as_good.iter().filter_map(|at| Some(&trials.get(numbers[*at])?.setting)).collect();
    let range = |(at, key): (usize, &String)| {
        let values = in_order(settings.iter().filter_map(|setting| setting[at].as_ref()));
        KeyRange { key: key.clone(), values: values.into_iter().cloned().collect() }
    };
    Advice {
        keep: is_alike(first) || others.iter().any(is_alike),
        as_good: as_good.len(),
        ranges: tune.keys.keys().enumerate().map(range).collect(),
    }
}

/// The values of the keys that the strategy has itself; none of a key that it leaves to its default.
fn before_setting(file: &StrategyFile, tune: &Tune) -> Setting {
    let whole = toml::Value::try_from(&file.strategy).expect("a strategy that was read can be written");
    let of = |key: &String| key.split('.').try_fold(&whole, |place, part| place.get(part)).cloned();
    tune.keys.keys().map(of).collect()
}

fn nothing_replayed(file: &StrategyFile, records: &[Record]) -> Fault {
    let why = records.iter().find_map(refusal).map(|why| format!("; the first was refused: {why}"));
    Fault::new(
        file.path.display().to_string(),
        format!("none of {} trials could be replayed{}", records.len(), why.unwrap_or_default()),
        "settings that keep the limits and that the strategy allows",
        "widen the bounds of tune.keys, or loosen tune.limits",
    )
}

/// Why a record was refused, if it was.
fn refusal(record: &Record) -> Option<String> {
    match &record.result {
        Outcomes::Refused(why) => Some(why.clone()),
        _ => None,
    }
}
