//! What became of the start, counted in dollars and counted in bitcoin.

use crate::replay::run::Run;
use crate::report::charts::canvas::{Ink, Svg, picture};
use crate::report::charts::curve::OWN;
use crate::report::charts::palette;
use crate::report::charts::panel::{LEFT, Panel, Series, WIDTH, before_names, end_name};
use crate::report::charts::scale::Scale;
use crate::report::number_format::grouped;
use crate::units::Usd;

/// How many times the start there was at each close, the start first, measured in the benchmark: 1 means as many coins as all capital would
/// have bought at the first close. `None` unless the benchmark is BTC and always worth something.
#[must_use]
pub fn in_bitcoin(run: &Run) -> Option<Vec<f64>> {
    let whole = run.benchmark_name == "BTC" && run.benchmark.len() == run.equity.len() && !run.equity.is_empty();
    if !whole || run.benchmark.iter().any(|worth| !worth.is_positive()) {
        return None;
    }
    let held = run.equity.iter().zip(&run.benchmark).map(|(equity, worth)| equity.to_f64() / worth.to_f64());
    Some(std::iter::once(1.0).chain(held).collect())
}

/// Both counts in one picture, as multiples of the start; logarithmic where they span more than fivefold.
#[must_use]
pub fn coins(run: &Run) -> Option<Svg> {
    let coins = in_bitcoin(run)?;
    let capital = run.capital.to_f64();
    let dollars = std::iter::once(run.capital).chain(run.equity.iter().copied()).map(Usd::to_f64).map(|worth| worth / capital).collect();
    let times: Vec<f64> = (0..=run.equity.len()).map(|t| run.clock.open(t).seconds() as f64).collect();
    let series = |name: &str, values: Vec<f64>, ink| Series { name: name.to_string(), times: times.clone(), values, ink };
    let lines = [series("in USD", dollars, OWN), series("in BTC", coins, Ink::line(palette::ORANGE, 1.8).dashed(&[9.0, 3.0]))];
    Some(picture(WIDTH, 360.0, |canvas| {
        let y = Scale::of_money(lines.iter().flat_map(|line| line.values.iter().copied()), 320.0, 44.0);
        let ends: Vec<(String, f64, Ink)> = lines
            .iter()
            .filter_map(|line| {
                let last = *line.values.last()?;
                Some((end_name(&line.name, &format!("{}×", grouped(last, 2))), last, line.ink))
            })
            .collect();
        let right = before_names(ends.iter().map(|(name, ..)| name), 40.0, 430.0);
        let panel = Panel { x: Scale::of_time(run.clock.start, run.clock.open(run.equity.len()), LEFT, right), y };
        let title = if y.log {
            "Equity in dollars and in bitcoin, times the start, log scale"
        } else {
            "Equity in dollars and in bitcoin, times the start"
        };
        panel.mesh(canvas, title, &y.times_ticks(5), true);
        let start = y.place(1.0);
        canvas.line(&[(panel.x.start, start), (panel.x.end, start)], Ink::line(palette::GREY, 0.8));
        for line in &lines {
            canvas.line(&panel.points(line), line.ink);
        }
        panel.end_labels(canvas, &ends);
    }))
}
