//! The series of a run's pictures as text in the page, from which `live.js` makes charts that answer. Without the script nothing of it is seen.
//!
//! Lines of cells between tabs: `clock` (first close, seconds a bar), `kept` (bars), `title` (chart, words), `series` (chart, unit, scale, name,
//! colour, values), `trade` (number, position among the kept, words).

use crate::market::Market;
use crate::names::shown as plain;
use crate::replay::run::Run;
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
    /// A fraction with five decimals.
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
        format!("kept\t{}", keep.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
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
    let cell = |bar: &usize| match (values(*bar), unit) {
        (value, _) if !value.is_finite() => String::new(),
        (value, Unit::Usd) => short(&format!("{value:.2}")),
        (value, Unit::Share) => short(&format!("{value:.5}")),
    };
    let cells: Vec<String> = keep.iter().map(cell).collect();
    let unit = if *unit == Unit::Usd { "usd" } else { "share" };
    format!("series\t{chart}\t{unit}\t{}\t{name}\t{colour}\t{}", if *log { "log" } else { "linear" }, cells.join(" "))
}

/// Without what says nothing: `0.250000` is `.25`.
fn short(text: &str) -> String {
    let bare = text.trim_end_matches('0').trim_end_matches('.');
    match bare {
        "" | "-" | "-0" => "0".to_owned(),
        _ => bare
            .strip_prefix("0.")
            .map(|rest| format!(".{rest}"))
            .or_else(|| bare.strip_prefix("-0.").map(|rest| format!("-.{rest}")))
            .unwrap_or_else(|| bare.to_owned()),
    }
}

/// Where each trade was closed: the kept bar nearest to it.
fn trades(market: &Market, run: &Run, keep: &[usize]) -> Vec<String> {
    let from = run.trades.len().saturating_sub(MARKED);
    let one = |(at, trade): (usize, &crate::replay::run::Trade)| {
        let bar = run.clock.bar_of(trade.closed)?;
        let position = keep.partition_point(|kept| *kept < bar).min(keep.len() - 1);
        let symbol = plain(&market.instrument(trade.instrument).symbol);
        let sign = if trade.pnl > Usd::ZERO { "+" } else { "" };
        Some(format!("trade\t{0}\t{position}\ttrade {0}, {symbol}, {sign}{1}", at + 1, whole_money(trade.pnl.to_f64())))
    };
    run.trades.iter().enumerate().skip(from).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_say_no_more_than_they_must() {
        for (text, expected) in
            [("0.250000", ".25"), ("-0.100000", "-.1"), ("100000.00", "100000"), ("0.000000", "0"), ("-0.000000", "0"), ("10.50", "10.5")]
        {
            assert_eq!(short(text), expected);
        }
    }
}
