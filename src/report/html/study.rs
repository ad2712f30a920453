//! The page of a study: the verdict and what follows from it, what the best has, what speaks for it and how it was found, in pictures and tables.

use crate::luck::verdict::{Check, Verdict};
use crate::market::Market;
use crate::metrics::returns::sharpe;
use crate::report::charts::frame::Unit;
use crate::report::html::escape::{Html, tag, text};
use crate::report::html::figure::{small_figure, wide_figure};
use crate::report::html::page::{self as whole, dim_paragraph, heading, paragraph};
use crate::report::html::table::{Column, list_table, table};
use crate::report::number_format::grouped;
use crate::report::study_charts::{Charts, Figure, named_objective};
use crate::report::study_heats::HeatMap;
use crate::report::study_text::{
    HIDDEN_SHARES, MarketVerdict, NOT_AVAILABLE, advice, by_market, cautions, chosen, headline, market_by_market, ranked, reasons,
    shared_prefix, sharpe_range, thousandths, values, verdict, yearly,
};
use crate::tune::{Choice, Fold, Gave, Spread, Study};

const SHOWN: usize = 50;

/// `study.html`.
#[must_use]
pub fn page(market: &Market, study: &Study, heats: &[HeatMap]) -> String {
    let title = format!("Study of {}", study.strategy);
    let charts = Charts { market, study };
    let sections = [
        ("allocation", "Recommended allocation", recommended(study)),
        ("markets", "Market by market", markets(market, study)),
        ("verdict", "What the verdict is made of", checks(market, study)),
        ("forward", "Out-of-sample, window by window", drawn(charts.walk_forward())),
        ("luck", "Chance", drawn(charts.sharpes())),
        ("frontier", "Share of futures", shares(study, charts)),
        ("search", "Course of the search", drawn(charts.convergence())),
        ("pairs", "Parameters in pairs", heats.iter().map(|heat| small_figure(&heat.svg, &heat.label)).sum()),
        ("importance", "Which parameters matter", important(study, charts)),
        ("parallel", "All parameters at once", drawn(charts.parallel())),
        ("pareto", "Several objectives", drawn(charts.pareto())),
        ("variants", "Best variants", variants(study)),
        ("folds", "Parts of the time", folds(study)),
        ("regimes", "Regime by regime", regimes(study)),
        ("final", "Final window", spent(market, study)),
    ];
    let shown: Vec<_> = sections.into_iter().filter(|(.., inside)| !inside.is_empty()).collect();
    let mut body = whole::title(&title, market.synthetic || study.elsewhere.iter().any(|other| other.synthetic));
    for sentence in verdict(study, market).into_iter().chain(advice(study)) {
        body += paragraph(&text(&sentence));
    }
    body += dim_paragraph(&text(&format!("On {}: {}.", market.name, headline(study))));
    for caution in cautions(study) {
        body += dim_paragraph(&text(&caution));
    }
    body += whole::navigation(&shown.iter().map(|(id, name, _)| (*id, *name)).collect::<Vec<_>>());
    for (id, name, inside) in &shown {
        body += heading(id, name);
        body += inside;
    }
    whole::page(&title, &body).into_string()
}

/// Pictures as wide as the page.
fn drawn(figures: impl IntoIterator<Item = Figure>) -> Html {
    figures.into_iter().map(|(svg, label)| wide_figure(&svg, &label)).sum()
}

/// What the best has of everything, beside what there was and what variants have that do as well.
fn recommended(study: &Study) -> Html {
    let keeps = study.advice.keep || study.verdict() == Verdict::LikelyLuck;
    let heads = if keeps { ["before, to be kept", "best variant"] } else { ["before", "best variant, recommended"] };
    let columns = [("what", false), (heads[0], true), (heads[1], true), ("variants that do as well", true)];
    let range = |key: &str| study.advice.ranges.iter().find(|range| range.key == key).map(values);
    let shares = |key: &str| {
        let range = study.advice.ranges.iter().find(|range| range.key == key)?;
        let ends: Vec<f64> = [range.values.first()?, range.values.last()?].into_iter().filter_map(toml::Value::as_float).collect();
        Some(if ends.len() == 2 && ends[0] < ends[1] {
            format!("{} to {}", tenths(ends[0]), tenths(ends[1]))
        } else {
            tenths(*ends.first()?)
        })
    };
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut shown: Vec<String> = Vec::new();
    for weight in &study.allocation {
        let key = format!("buckets.{}.weight", weight.bucket);
        rows.push(vec![
            format!("share of {}", weight.bucket),
            tenths(weight.before),
            tenths(weight.best),
            shares(&key).unwrap_or_default(),
        ]);
        shown.push(key);
    }
    for (at, key) in study.keys.iter().enumerate().filter(|(_, key)| !shown.contains(key)) {
        let best = chosen(&study.best().setting, at);
        rows.push(vec![key.clone(), chosen(&study.before_setting, at), best, range(key).unwrap_or_default()]);
    }
    let measured = study.best().measured.as_ref();
    for at in 0..study.goals.objectives.len() {
        let shown = named_objective(study, at);
        let written = |value: f64| if shown.unit == Unit::Number { grouped(value, 3) } else { shown.unit.label(value) };
        let number = |value: Option<f64>| value.map_or_else(|| NOT_AVAILABLE.to_owned(), written);
        let row = |side: &str, before, best| vec![format!("{} {side}", shown.name), number(before), number(best), String::new()];
        for (side, name) in [(false, "in-sample"), (true, "out-of-sample")] {
            if !side || study.timeline.out_of_sample.is_some() {
                let best = measured.and_then(|measured| study.value(at, measured, side));
                rows.push(row(name, study.value(at, &study.before, side), best));
            }
        }
    }
    let mut out = list_table("What the strategy had, and what the best variant has", &columns, &rows);
    let found = study.judgement.findings.iter().find(|finding| finding.check == Check::Plateau);
    if let Some(found) = found {
        out += paragraph(&text(&format!("Plateau: {}", crate::luck::verdict_text::sentence(found))));
    }
    let link = tag("a").with("href", "best.toml").text("best.toml");
    out + paragraph(&(text("The settings of the best variant are ready to run in ") + link + text(".")))
}

/// `12.3 %`; a dash where there is none.
fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| NOT_AVAILABLE.to_owned(), tenths)
}

/// `12.3 %`.
fn tenths(share: f64) -> String {
    format!("{} %", grouped(share * 100.0, 1))
}

fn checks(market: &Market, study: &Study) -> Html {
    let each = by_market(market, study).into_iter().map(|of| {
        let found: Vec<Vec<String>> = reasons(of.judgement).into_iter().map(|(grade, reason)| vec![grade.to_owned(), reason]).collect();
        let on = if study.elsewhere.is_empty() { String::new() } else { format!(" on {}", of.market) };
        table(&format!("Each check, and what it found{on}"), &[("check", false), ("found", false)], &found)
    });
    each.sum()
}

/// What the strategy had and the best has on each market, by the first objective; nothing where there is one.
fn markets(market: &Market, study: &Study) -> Html {
    let (columns, rows) = market_by_market(study, market);
    if rows.len() < 2 {
        return Html::new();
    }
    let columns: Vec<Column> = columns.iter().map(|(head, number)| (head.as_str(), *number)).collect();
    let caption =
        "What the strategy had and the best variant has on each market; what is below is of the first, where it does not name them all";
    table(caption, &columns, &rows)
}

/// The picture, then its numbers.
fn shares(study: &Study, charts: Charts) -> Html {
    let Some(rows) = frontier(study) else { return Html::new() };
    let columns = [
        ("share of futures", true),
        ("growth a year", true),
        ("95 % of histories", true),
        ("maximum drawdown", true),
        ("95 % of histories", true),
        ("nearest liquidation", true),
        ("liquidations", true),
    ];
    let caption = "What each share of futures would have brought, the best variant else unchanged; beyond its own limit of futures, without that limit";
    drawn(charts.frontier()) + table(caption, &columns, &rows)
}

/// The shares of keys, or why there are none to show.
fn important(study: &Study, charts: Charts) -> Html {
    match charts.importance() {
        None if study.importance.is_some() && study.keys.len() > 1 => paragraph(&text(HIDDEN_SHARES)),
        figure => drawn(figure),
    }
}

/// The best, each with how sure its Sharpe ratio is.
fn variants(study: &Study) -> Html {
    let (mut columns, mut rows) = ranked(study, SHOWN);
    let held_out = study.timeline.out_of_sample.is_some();
    let at = columns.len() - study.keys.len();
    for (side, head) in [(true, "out-of-sample Sharpe ratio, 95 %"), (false, "in-sample Sharpe ratio, 95 %")] {
        if side && !held_out {
            continue;
        }
        columns.insert(at, (head.to_owned(), true));
        for (row, trial) in rows.iter_mut().zip(&study.ranking) {
            row.insert(at, sharpe_range(&study.trials[*trial], side));
        }
    }
    let mut out = Html::new();
    let prefix = shared_prefix(&study.keys).trim_end_matches('.');
    if !prefix.is_empty() {
        out += dim_paragraph(&text(&format!("Parameters under {prefix}.")));
    }
    let columns: Vec<Column> = columns.iter().map(|(head, number)| (head.as_str(), *number)).collect();
    out += table("The best variants; the number of a variant is its row in trials.csv", &columns, &rows);
    if study.trials.len() > SHOWN {
        out += dim_paragraph(&text(&format!("The best {SHOWN} variants; all are in trials.csv.")));
    }
    out + dim_paragraph(&text(
        "95 %: the Sharpe ratio a year, 1.96 standard errors to either side, by the skewness and kurtosis of its daily returns (Mertens 2002). \
         It takes days to be independent and a variant to be the only one tried: what choosing among many adds is in the verdict.",
    ))
}

/// A row for each fold.
fn folds(study: &Study) -> Html {
    let Some(forward) = &study.forward else { return Html::new() };
    let row = |(choice, fold): (&Option<Choice>, &Fold)| {
        let from = fold.test.first().map(|bars| study.clock.open(bars.start).to_string()).unwrap_or_default();
        match choice {
            Some(choice) => vec![from, (choice.trial + 1).to_string(), yearly(choice.inside), yearly(choice.outside)],
            None => vec![from, NOT_AVAILABLE.to_owned(), NOT_AVAILABLE.to_owned(), NOT_AVAILABLE.to_owned()],
        }
    };
    let mut rows: Vec<Vec<String>> = forward.choices.iter().zip(&study.timeline.folds).map(row).collect();
    let stitched = forward.middle().and_then(|days| sharpe(days, 0.0, 1.0));
    rows.push(vec!["all, end to end".to_owned(), String::new(), yearly(forward.expected), yearly(stitched)]);
    let columns = [("from", false), ("variant", true), ("Sharpe where tuned", true), ("Sharpe where judged", true)];
    table("What each part of the time chose, and what came of it", &columns, &rows)
}

/// What is chosen without a regime, and what it gives there.
fn regimes(study: &Study) -> Html {
    if study.regimes.is_empty() {
        return Html::new();
    }
    let gave = |gave: Option<Gave>| [yearly(gave.and_then(|gave| gave.sharpe)), percent(gave.map(|gave| gave.growth))];
    let rows: Vec<Vec<String>> = study
        .regimes
        .iter()
        .map(|of| {
            let chosen = of.chosen.map_or_else(|| NOT_AVAILABLE.to_owned(), |trial| (trial + 1).to_string());
            let mut row = vec![of.regime.name().to_owned(), of.days.to_string(), chosen, yearly(of.expected)];
            row.extend([of.of_chosen, Some(of.of_best), Some(of.of_before)].into_iter().flat_map(gave));
            row
        })
        .collect();
    let columns = [
        ("regime", false),
        ("days", true),
        ("variant chosen without it", true),
        ("Sharpe where chosen", true),
        ("Sharpe in it", true),
        ("growth in it", true),
        ("best: Sharpe", true),
        ("best: growth", true),
        ("before: Sharpe", true),
        ("before: growth", true),
    ];
    let caption = "The variant with the best Sharpe ratio on the days of all other regimes, and what it gave on the days of one, as known the evening before";
    table(caption, &columns, &rows)
}

/// What the final window gave, where it was looked at.
fn spent(market: &Market, study: &Study) -> Html {
    let by = &study.goals.objectives[0];
    let row = |of: MarketVerdict| {
        let spent = of.spent?;
        Some(vec![of.market, thousandths(by.value(&spent.before)), thousandths(by.value(&spent.best))])
    };
    let rows: Vec<Vec<String>> = by_market(market, study).into_iter().filter_map(row).collect();
    if rows.is_empty() {
        return Html::new();
    }
    table(&format!("The final window, by {}", by.text), &[("market", false), ("before tuning", true), ("best", true)], &rows)
}

/// A row for each share of futures.
fn frontier(study: &Study) -> Option<Vec<Vec<String>>> {
    let rows = study.frontier.as_ref()?.steps.iter().map(|step| {
        let between = |spread: &Spread| match spread.interval {
            Some(interval) => format!("{} to {}", percent(Some(interval.low)), percent(Some(interval.high))),
            None => NOT_AVAILABLE.to_owned(),
        };
        vec![
            percent(Some(step.share)),
            percent(step.growth.value),
            between(&step.growth),
            percent(step.drawdown.value),
            between(&step.drawdown),
            percent(step.liquidation_distance),
            step.liquidations.to_string(),
        ]
    });
    Some(rows.collect())
}
