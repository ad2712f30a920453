//! A study in words, for its page and the terminal alike.

use std::ops::Range;

use crate::luck::verdict::{Judgement, Verdict};
use crate::luck::verdict_text;
use crate::market::Market;
use crate::metrics::DAYS_PER_YEAR;
use crate::metrics::sharpe::{per_day, standard_error};
use crate::report::number_format::{grouped, number};
use crate::tune::{Elsewhere, KeyRange, Setting, Spent, Study, Timeline, Trial};

/// Sharpe ratios, returns and falls in short.
pub(crate) const NOT_AVAILABLE: &str = "–";
/// Values of a key beyond this many are told by their ends.
const MOST_VALUES: usize = 4;
/// Standard errors to either side of a number that hold 95 % of a normal distribution.
const OF_NORMAL_95: f64 = 1.959_963_984_540_054;
/// Where the importance of keys is not shown.
pub(crate) const HIDDEN_SHARES: &str =
    "What a variant gives can hardly be foretold from its parameters: a share for each of them would mean nothing, and none is shown.";

/// A value as a word: texts without their quotes.
#[must_use]
pub fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The value of a key in a setting; a dash where it does not matter there.
#[must_use]
pub(crate) fn chosen(setting: &Setting, key: usize) -> String {
    setting[key].as_ref().map_or_else(|| NOT_AVAILABLE.to_owned(), plain)
}

/// The name of a market, which says where its data are made up.
#[must_use]
pub(crate) fn market_name(market: &Market) -> String {
    labelled(&market.name, market.synthetic)
}

fn other_name(other: &Elsewhere) -> String {
    labelled(&other.market, other.synthetic)
}

fn labelled(name: &str, synthetic: bool) -> String {
    if synthetic { format!("{name} (SYNTHETIC DATA)") } else { name.to_owned() }
}

/// The verdict of one market on the best, and why.
pub(crate) struct MarketVerdict<'a> {
    pub market: String,
    pub judgement: &'a Judgement,
    /// What its final window gave, where it was looked at.
    pub spent: Option<&'a Spent>,
}

/// Every market of a study, the first one first.
#[must_use]
pub(crate) fn by_market<'a>(market: &Market, study: &'a Study) -> Vec<MarketVerdict<'a>> {
    let first = MarketVerdict { market: market_name(market), judgement: &study.judgement, spent: study.spent.as_ref() };
    let other =
        |other: &'a Elsewhere| MarketVerdict { market: other_name(other), judgement: &other.judgement, spent: other.spent.as_ref() };
    std::iter::once(first).chain(study.elsewhere.iter().map(other)).collect()
}

/// A Sharpe ratio per day as one a year; a dash where there is none.
#[must_use]
pub(crate) fn yearly(ratio: Option<f64>) -> String {
    thousandths(ratio.map(|ratio| ratio * DAYS_PER_YEAR.sqrt()))
}

/// With three decimals; a dash where there is none.
#[must_use]
pub(crate) fn thousandths(value: Option<f64>) -> String {
    value.map_or_else(|| NOT_AVAILABLE.to_owned(), |value| grouped(value, 3))
}

/// The names of all markets of a study, and how what they give is pooled.
#[must_use]
pub(crate) fn pooled_name(market: &Market, study: &Study) -> String {
    let own = market_name(market);
    if study.elsewhere.is_empty() {
        return own;
    }
    let others: Vec<String> = study.elsewhere.iter().map(other_name).collect();
    format!("{own} and {}, the {} of them", others.join(", "), study.tune.pool.name())
}

/// What was done, in a sentence.
#[must_use]
pub(crate) fn headline(study: &Study) -> String {
    let first = &study.goals.objectives[0];
    let order = if first.least_first { ", least first" } else { "" };
    let by: Vec<&str> = study.goals.objectives.iter().map(|objective| objective.text.as_str()).collect();
    let starts = |of: &dyn Fn(&Timeline) -> Option<Range<usize>>| {
        let own = of(&study.timeline).map(|bars| study.clock.open(bars.start).to_string());
        let others = study.elsewhere.iter().filter_map(|other| Some((other, of(&other.timeline)?)));
        let others = others.map(|(other, bars)| format!("from {} of {}", other.clock.open(bars.start), other_name(other)));
        own.map(|own| std::iter::once(format!("from {own}")).chain(others).collect::<Vec<_>>().join(", "))
    };
    let kept = starts(&|timeline| timeline.out_of_sample.clone()).map_or_else(
        || match (study.timeline.folds.len(), study.timeline.paths.len()) {
            (0, _) => "nothing kept out-of-sample".to_owned(),
            (folds, 0) => format!("judged by walking forward over {folds} windows"),
            (folds, paths) => format!("judged by {folds} splits of the time, which make {paths} paths"),
        },
        |starts| format!("out-of-sample {starts}"),
    );
    let unseen = starts(&Timeline::final_window).map_or_else(String::new, |starts| match &study.spent {
        None => format!("; nothing {starts} on was looked at"),
        Some(spent) => format!("; what comes {starts} on was looked at after {} trials", spent.after),
    });
    let pooled = if study.elsewhere.is_empty() {
        String::new()
    } else {
        let (pool, markets) = (study.tune.pool.name(), study.elsewhere.len() + 1);
        format!(" ({pool} of {markets} markets)")
    };
    format!(
        "{} of `{}` tried by {}; ranked by in-sample {}{pooled}{order}, {kept}{unseen}",
        counted(study.trials.len(), "setting"),
        study.strategy,
        study.tune.sampler.name(),
        by.join(" and ")
    )
}

/// The verdict in one line; of several markets that of all, then each of them.
#[must_use]
pub(crate) fn verdict(study: &Study, market: &Market) -> Vec<String> {
    let each = by_market(market, study);
    if let [only] = &each[..] {
        return vec![verdict_text::headline(only.judgement)];
    }
    let all = format!("Over {} markets: {}. The worst of their verdicts counts.", each.len(), study.verdict().name());
    let each = each.iter().map(|of| format!("On {}: {}", of.market, verdict_text::headline(of.judgement)));
    std::iter::once(all).chain(each).collect()
}

/// What each check found.
#[must_use]
pub(crate) fn reasons(judgement: &Judgement) -> Vec<(&'static str, String)> {
    judgement.findings.iter().map(|finding| (finding.grade.name(), verdict_text::sentence(finding))).collect()
}

/// What follows from it, a sentence each.
#[must_use]
pub(crate) fn advice(study: &Study) -> Vec<String> {
    let mut all = Vec::new();
    if study.advice.keep {
        all.push("Keep your weights: nothing that was tried is distinguishable from them.".to_owned());
    } else if study.verdict() == Verdict::LikelyLuck {
        all.push("Do not trade the best of them: what it gained is what the best of so many gains by luck.".to_owned());
    }
    let ranges: Vec<String> = study.advice.ranges.iter().map(|range| format!("{} {}", range.key, values(range))).collect();
    let count = study.advice.as_good;
    if count > 1 {
        all.push(format!(
            "{} of {} variants do as well as the best, on the days in-sample: {}.",
            count,
            study.variants(),
            ranges.join(", ")
        ));
    } else {
        all.push("No other variant does as well as the best, on the days in-sample.".to_owned());
    }
    if !study.inert.is_empty() {
        let verb = if study.inert.len() == 1 { "changes" } else { "change" };
        all.push(format!("By itself {verb} nothing: {}. What is not used need not be tuned.", study.inert.join(", ")));
    }
    all
}

/// What a reader must know before the numbers.
#[must_use]
pub(crate) fn cautions(study: &Study) -> Vec<String> {
    let counts = &study.counts;
    let mut all = Vec::new();
    if counts.undefined * 2 > counts.replayed {
        let by = &study.goals.objectives[0].text;
        all.push(format!("{by} is undefined in {} of {} trials: they are not ranked.", counts.undefined, counts.replayed));
    }
    if counts.refused > 0 {
        let why = study.first_refusal.as_deref().unwrap_or_default().lines().next().unwrap_or_default();
        all.push(format!("{} not valid as a strategy and left out; the first: {why}.", were(counts.refused)));
    }
    if counts.beyond > 0 {
        all.push(format!("{} against a limit and left out.", were(counts.beyond)));
    }
    if counts.repeated > 0 {
        all.push(format!("{} proposed more than once and count once.", were(counts.repeated)));
    }
    if study.trials.iter().filter(|trial| trial.measured.is_some()).all(|trial| !trial.is_feasible()) {
        all.push("No trial keeps every constraint: the best is the one that breaks them least.".to_owned());
    }
    if let Some(spent) = study.spent.as_ref().filter(|spent| spent.after < study.trials.len()) {
        let since = study.trials.len() - spent.after;
        all.push(format!("{} added after the final window was looked at: it says nothing of them any more.", were(since)));
    }
    all
}

fn were(count: usize) -> String {
    if count == 1 { "1 setting was".to_owned() } else { format!("{count} settings were") }
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// What variants have of a key, in few words.
#[must_use]
pub(crate) fn values(range: &KeyRange) -> String {
    let words: Vec<String> = range.values.iter().map(plain).collect();
    match &words[..] {
        [] => "not used".to_owned(),
        [one] => one.clone(),
        [first, .., last] if words.len() > MOST_VALUES => format!("{first} to {last}"),
        _ => words.join(" or "),
    }
}

/// Where the Sharpe ratio a year of a variant lies with 95 %: `0.12 to 1.85`; a dash where nobody can say.
#[must_use]
pub(crate) fn sharpe_range(trial: &Trial, out_of_sample: bool) -> String {
    let of = |name: &str| trial.metric(name, out_of_sample);
    let ends = || {
        let ratio = of("sharpe")?;
        let error = standard_error(per_day(ratio), of("sharpe_observations")? as usize, of("skew")?, of("kurtosis")?)?;
        let reach = OF_NORMAL_95 * error * DAYS_PER_YEAR.sqrt();
        Some(format!("{} to {}", number(Some(ratio - reach)), number(Some(ratio + reach))))
    };
    ends().unwrap_or_else(|| NOT_AVAILABLE.to_owned())
}

/// What all keys begin with, dot included, so that columns can be headed by what tells them apart; the last word of a key always stays.
#[must_use]
pub(crate) fn shared_prefix(keys: &[String]) -> &str {
    let Some(first) = keys.first() else { return "" };
    let mut ends = first.char_indices().filter(|&(_, c)| c == '.').map(|(at, _)| &first[..=at]);
    ends.rfind(|prefix| keys.iter().all(|key| key.starts_with(prefix))).unwrap_or("")
}

/// The best trials as a table: headings, and whether a column holds numbers; then the rows, both sides of the split.
#[must_use]
pub fn ranked(study: &Study, most: usize) -> (Vec<(String, bool)>, Vec<Vec<String>>) {
    let prefix = shared_prefix(&study.keys).len();
    let objectives = &study.goals.objectives;
    let held_out = study.timeline.out_of_sample.is_some();
    let mut heads = vec!["rank".to_owned(), "variant".to_owned()];
    for objective in objectives {
        heads.push(format!("in-sample {}", objective.text));
        heads.extend(held_out.then(|| format!("out-of-sample {}", objective.text)));
    }
    let mut columns: Vec<(String, bool)> = heads.into_iter().map(|head| (head, true)).collect();
    columns.extend(study.keys.iter().enumerate().map(|(k, key)| (key[prefix..].to_owned(), study.is_number(k))));
    let rows = study.ranking.iter().take(most).enumerate().map(|(rank, &trial)| {
        let tried = &study.trials[trial];
        let mut row = vec![(rank + 1).to_string(), (trial + 1).to_string()];
        for at in 0..objectives.len() {
            row.push(thousandths(tried.objectives[at]));
            let outside = || study.value(at, tried.measured.as_ref()?, true);
            row.extend(held_out.then(|| thousandths(outside())));
        }
        row.extend((0..study.keys.len()).map(|key| chosen(&tried.setting, key)));
        row
    });
    (columns, rows.collect())
}

/// The first objective on each market, before and after, with the verdict there: headings, then the rows.
#[must_use]
pub(crate) fn market_by_market(study: &Study, market: &Market) -> (Vec<(String, bool)>, Vec<Vec<String>>) {
    let by = &study.goals.objectives[0];
    let held_out = study.timeline.out_of_sample.is_some();
    let mut columns = vec![("market".to_owned(), false), ("verdict".to_owned(), false)];
    for side in [Some("in-sample"), held_out.then_some("out-of-sample")].into_iter().flatten() {
        columns.extend(["before", "best"].map(|what| (format!("{side} {}, {what}", by.text), true)));
    }
    let best = study.best().measured.as_ref().expect("the best was replayed");
    let all = by_market(market, study).into_iter().zip(study.before.everywhere().zip(best.everywhere()));
    let rows = all.map(|(of, (before, best))| {
        let mut row = vec![of.market, of.judgement.verdict.name().to_owned()];
        for side in [Some(false), held_out.then_some(true)].into_iter().flatten() {
            row.extend([before, best].map(|of| thousandths(of.side(side).and_then(|metrics| by.value(metrics)))));
        }
        row
    });
    (columns, rows.collect())
}
