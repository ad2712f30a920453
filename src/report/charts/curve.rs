//! Curves over the time of a run, in panels below each other: the common form of the smaller pictures.

use crate::replay::run::Run;
use crate::report::charts::canvas::{At, Canvas, Ink, Words};
use crate::report::charts::palette;
use crate::report::charts::panel::{LEFT, NOTE, Panel, Sample, Series, TICK, WIDTH, legend};
use crate::report::charts::scale::Scale;
use crate::report::number_format::grouped;

pub(super) const RIGHT: f64 = WIDTH - 30.0;
pub(super) const OWN: Ink = Ink::line(palette::BLUE, 1.6);

/// A column over time; undefined values leave gaps.
pub(super) struct Curve {
    pub name: String,
    pub times: Vec<f64>,
    pub values: Vec<Option<f64>>,
    pub ink: Ink,
}

impl Curve {
    /// The values that are there and finite.
    pub fn known(&self) -> impl Iterator<Item = f64> + '_ {
        self.values.iter().copied().flatten().filter(|v| v.is_finite())
    }

    /// The stretches without a gap.
    pub fn pieces(&self) -> Vec<Series> {
        let mut all: Vec<Series> = Vec::new();
        let mut open = false;
        for (time, value) in self.times.iter().zip(&self.values) {
            let Some(value) = value.filter(|v| v.is_finite()) else {
                open = false;
                continue;
            };
            if !open {
                all.push(Series { name: self.name.clone(), times: Vec::new(), values: Vec::new(), ink: self.ink });
                open = true;
            }
            let last = all.len() - 1;
            all[last].times.push(*time);
            all[last].values.push(value);
        }
        all
    }
}

/// An axis over what is shown, nought included where asked for.
pub(super) fn axis(curves: &[Curve], with_nought: bool, top: f64, bottom: f64) -> Scale {
    let start = if with_nought { Some(0.0) } else { None };
    let shown = || curves.iter().flat_map(Curve::known).chain(start);
    let (low, high) = shown().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
    let air = ((high - low) * 0.06).max(high.abs().max(low.abs()) * 0.02).max(1e-6);
    Scale { low: low - air, high: high + air, start: bottom, end: top, log: false }
}

pub(super) type Ticks = fn(&Scale) -> Vec<(f64, String)>;

pub(super) fn plain(scale: &Scale) -> Vec<(f64, String)> {
    scale.percent_ticks(4).into_iter().map(|(v, _)| (v, grouped(v, 2))).collect()
}

pub(super) fn percents(scale: &Scale) -> Vec<(f64, String)> {
    scale.percent_ticks(4)
}

pub(super) fn moneys(scale: &Scale) -> Vec<(f64, String)> {
    scale.money_ticks(5)
}

/// One panel between two heights, to be drawn on further; the dates only under the last.
pub(super) fn draw(canvas: &Canvas, run: &Run, title: &str, curves: &[Curve], ticks: Ticks, heights: (f64, f64), dates: bool) -> Panel {
    let y = axis(curves, true, heights.0, heights.1);
    let panel = Panel { x: Scale::of_time(run.clock.start, run.clock.open(run.equity.len()), LEFT, RIGHT), y };
    panel.mesh(canvas, title, &ticks(&y), dates);
    canvas.line(&[(LEFT, y.place(0.0)), (RIGHT, y.place(0.0))], Ink::line(palette::GREY, 0.8));
    for curve in curves {
        for piece in curve.pieces() {
            canvas.line(&panel.points(&piece), piece.ink);
        }
    }
    if curves.len() > 1 {
        let named: Vec<_> = curves.iter().map(|curve| (Sample::Line(curve.ink), curve.name.clone())).collect();
        let width = Canvas::width_of(title, NOTE);
        legend(canvas, LEFT + width + 30.0, heights.0 - 14.0, &named);
    }
    if curves.iter().all(|curve| curve.known().next().is_none()) {
        let middle = f64::midpoint(heights.0, heights.1);
        canvas.text("too few days", (f64::midpoint(LEFT, RIGHT), middle), Words { at: At::Middle, ..TICK });
    }
    panel
}
