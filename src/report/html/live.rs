//! The series of a run's pictures as text in the page, from which `live.js` makes charts that answer. Without the script nothing of it is seen.
//!
//! Lines of cells between tabs: `clock` (first close, seconds a bar), `kept` (bars), `title` (chart, words), `series` (chart, unit, scale, name,
//! colour, values), `band` (regime, colour, opacity, first bar and bar after the last of each stretch), `trade` (number, position among the kept, words). Bars and
//! values are written as steps from the one before (`0x7`: seven of nought), in whole cents and hundredths of a per cent, `n` where there is none.

use std::collections::BTreeMap;

use crate::market::Market;
use crate::names::shown as plain;
use crate::replay::run::{Regime, Run};
use crate::report::charts::single::in_words;
use crate::report::charts::{palette, thin};
use crate::report::html::escape::{Html, tag};
use crate::report::input::ReportInput;
use crate::report::number_format::whole_money;
use crate::units::Usd;

/// Trades that are marked on the curve, the last of them where there are more.
const MARKED: usize = 1_000;

/// One line of a chart.
struct Line<'a> {
    chart: &'static str,
    unit: Unit,
    log: bool,
    name: &'a str,
    colour: String,
}

/// How its values are written and shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Cents.
    Usd,
    /// A fraction with four decimals, of which a page shows every one: of more the second rounding would show.
    Share,
}

/// The hidden text.
pub(super) fn series(piece: &ReportInput) -> Html {
    let (evaluation, run) = (piece.evaluation, piece.evaluation.run);
    let wealth = &evaluation.curves.wealth;
    if wealth.len() < 2 {
        return Html::new();
    }
    let keep = thin::kept(wealth);
    let mut lines = vec![
        format!("clock\t{}\t{}", run.clock.close(0).seconds(), run.clock.bar.seconds()),
        format!("kept\t{}", steps(keep.iter().map(|bar| i64::try_from(*bar).ok()))),
        "title\tequity\tEquity, USD".to_owned(),
        "title\tdrawdown\tDrawdown, below the last peak".to_owned(),
        "title\tbuckets\tValue of each bucket, USD".to_owned(),
        "title\texposure\tExposure and margin, of equity".to_owned(),
    ];
    let mut put = |line: &Line, values: &dyn Fn(usize) -> f64| lines.push(written(line, &keep, values));
    let log = run.equity.iter().all(|equity| equity.is_positive()) && spread(wealth) > 2.0;
    let own = palette::hex(palette::area(0));
    let held = palette::hex(palette::GREY);
    let name = plain(&run.strategy);
    let coin = plain(&run.benchmark_name);
    let coin_worth: Vec<f64> = run.benchmark.iter().map(|worth| worth.to_f64()).collect();
    put(&Line { chart: "equity", unit: Unit::Usd, log, name: &name, colour: own.clone() }, &|bar| wealth[bar]);
    put(&Line { chart: "drawdown", unit: Unit::Share, log: false, name: &name, colour: own.clone() }, &|bar| {
        evaluation.curves.drawdown[bar]
    });
    if coin_worth.len() == wealth.len() {
        let falls = crate::metrics::drawdown::drawdowns(&coin_worth, run.capital.to_f64());
        put(&Line { chart: "equity", unit: Unit::Usd, log, name: &coin, colour: held.clone() }, &|bar| coin_worth[bar]);
        put(&Line { chart: "drawdown", unit: Unit::Share, log: false, name: &coin, colour: held }, &|bar| falls[bar]);
    }
    for (bucket, own) in run.buckets.iter().enumerate() {
        let value = |bar: usize| run.bucket_values[bar * run.buckets.len() + bucket].to_f64();
        let colour = palette::hex(palette::area(bucket));
        put(&Line { chart: "buckets", unit: Unit::Usd, log: false, name: &plain(own), colour }, &value);
    }
    let margin =
        |bar: usize| if run.equity[bar].is_positive() { run.margin_used[bar].to_f64() / run.equity[bar].to_f64() } else { f64::NAN };
    let shares: [(&str, &dyn Fn(usize) -> f64); 3] =
        [("gross exposure", &|bar| run.gross_exposure[bar]), ("net exposure", &|bar| run.net_exposure[bar]), ("margin used", &margin)];
    for (at, (name, value)) in shares.into_iter().enumerate() {
        put(&Line { chart: "exposure", unit: Unit::Share, log: false, name, colour: palette::hex(palette::area(at)) }, value);
    }
    if run.follows_regimes {
        lines.extend(bands(&run.regime));
    }
    lines.extend(trades(piece.market, run, &keep));
    tag("pre").with("id", "live").with("hidden", "").text(&lines.join("\n")).line()
}

/// Highest over lowest.
fn spread(wealth: &[f64]) -> f64 {
    let (low, high) = wealth.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), now| (low.min(*now), high.max(*now)));
    high / low
}

fn written(line: &Line, keep: &[usize], values: &dyn Fn(usize) -> f64) -> String {
    let Line { chart, unit, log, name, colour } = line;
    let whole = |bar: &usize| {
        let value = Some(values(*bar)).filter(|value| value.is_finite())?;
        rounded(value, if *unit == Unit::Usd { 2 } else { 4 })
    };
    let cells = steps(keep.iter().map(whole));
    let unit = if *unit == Unit::Usd { "usd" } else { "share" };
    format!("series\t{chart}\t{unit}\t{}\t{name}\t{colour}\t{cells}", if *log { "log" } else { "linear" })
}

/// A value in units of its last digit, rounded as a table rounds it.
fn rounded(value: f64, digits: usize) -> Option<i64> {
    const POWERS: [f64; 5] = [1.0, 10.0, 100.0, 1e3, 1e4];
    let scaled = value * POWERS[digits];
    // Far from the middle between two whole numbers the product cannot be on the other side of it; near it, the decimals themselves say.
    if scaled.abs() < 1e12 && (scaled - scaled.floor() - 0.5).abs() > 1e-3 {
        return Some(scaled.round_ties_even() as i64);
    }
    format!("{value:.digits$}").replacen('.', "", 1).parse().ok()
}

/// Each number as what it is more than the known one before it; a minus sign parts two of them as well as a space does. `0x7` is seven steps of nought.
fn steps(values: impl Iterator<Item = Option<i64>>) -> String {
    let (mut out, mut before) = (String::new(), 0);
    let all: Vec<Option<i64>> = values.map(|value| value.map(|value| value - std::mem::replace(&mut before, value))).collect();
    for run in all.chunk_by(|a, b| a == b && a.is_some()) {
        let step = run[0].map_or_else(|| "n".to_owned(), |step| step.to_string());
        let (cell, times) = if run.len() > 2 { (format!("{step}x{}", run.len()), 1) } else { (step, run.len()) };
        for _ in 0..times {
            if !out.is_empty() && !cell.starts_with('-') {
                out.push(' ');
            }
            out += &cell;
        }
    }
    out
}

/// The stretches of each regime that has a band, by bars.
fn bands(regimes: &[Regime]) -> Vec<String> {
    let mut all: BTreeMap<Regime, Vec<Option<i64>>> = BTreeMap::new();
    let mut from = 0;
    for stretch in regimes.chunk_by(|a, b| a == b) {
        let to = from + stretch.len();
        all.entry(stretch[0]).or_default().extend([from, to].map(|bar| i64::try_from(bar).ok()));
        from = to;
    }
    let line = |(regime, bars): (Regime, Vec<Option<i64>>)| {
        let ink = palette::regime(regime)?;
        Some(format!("band\t{}\t{}\t{}\t{}", in_words(regime), palette::hex(ink.colour), ink.opacity, steps(bars.into_iter())))
    };
    all.into_iter().filter_map(line).collect()
}

/// Where each trade was closed: the kept bar nearest to it.
fn trades(market: &Market, run: &Run, keep: &[usize]) -> Vec<String> {
    let from = run.trades.len().saturating_sub(MARKED);
    let one = |(at, trade): (usize, &crate::replay::run::Trade)| {
        let bar = run.clock.bar_of(trade.closed)?;
        let position = keep.partition_point(|kept| *kept < bar).min(keep.len() - 1);
        let symbol = plain(&market.instrument(trade.instrument).symbol);
        let sign = if trade.pnl > Usd::ZERO { "+" } else { "" };
        Some(format!("trade\t{}\t{position}\t{symbol}, {sign}{}", at + 1, whole_money(trade.pnl.to_f64())))
    };
    run.trades.iter().enumerate().skip(from).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_steps() {
        assert_eq!(steps([100, 105, 95, 95].map(Some).into_iter()), "100 5-10 0");
        assert_eq!(steps([None, Some(-7), None, Some(3)].into_iter()), "n-7 n 10");
        assert_eq!(steps([5, 5, 5, 5, 4, 3, 2, 2, 2].map(Some).into_iter()), "5 0x3-1x3 0 0");
        assert_eq!(steps(std::iter::empty()), "");
    }

    #[test]
    fn values_are_rounded_as_tables_round_them() {
        let by_decimals = |value: f64, digits: usize| format!("{value:.digits$}").replacen('.', "", 1).parse().ok();
        let middles = (0..2_000).flat_map(|i| [1.0, -1.0].map(|sign| sign * (f64::from(i) + 0.5)));
        let values =
            middles.flat_map(|middle| [middle, middle.next_up(), middle.next_down(), middle + 0.0004, middle * 1.37, middle * 1e9]);
        for value in values {
            for (digits, unit) in [(2, 1e2), (4, 1e4)] {
                assert_eq!(rounded(value / unit, digits), by_decimals(value / unit, digits), "{value} {digits}");
            }
        }
        assert_eq!((rounded(-0.004, 2), rounded(0.285, 2), rounded(1e14, 4)), (Some(0), Some(28), by_decimals(1e14, 4)));
    }

    #[test]
    fn a_regime_has_the_bars_at_which_it_begins_and_ends() {
        use Regime::{Bear, Bull, Unknown};
        let lines = bands(&[Unknown, Bull, Bull, Bear, Bull]);
        let cells: Vec<(&str, &str)> =
            lines.iter().map(|line| (line.split('\t').nth(1).unwrap(), line.split('\t').nth(4).unwrap())).collect();
        assert_eq!(cells, [("bull market", "1 2 1 1"), ("bear market", "3 1")]);
        assert!(lines.iter().all(|line| line.starts_with("band\t") && line.contains("\t#")));
        assert!(bands(&[]).is_empty());
    }
}
