//! Many strategies in one picture.

use crate::report::charts::canvas::{At, Canvas, Ink, Svg, Words, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{LEFT, Panel, Series, TICK, WIDTH, before_names, end_name, heading};
use crate::report::charts::scale::Scale;
use crate::report::number_format::{brief_money, now_and_max};
use crate::units::Time;

/// Columns of points that all lines of a picture share.
const POINTS: usize = 3_000;

/// What is laid over each other: series of wealth with the starting wealth as first point. Inks are chosen here, by place in
/// the list; the benchmark, if any, is drawn behind all of them.
#[derive(Clone, Debug)]
pub(crate) struct Overlay {
    pub title: String,
    pub below: String,
    pub synthetic: bool,
    /// What the money axis measures: `Equity, USD`, or growth of a common start.
    pub axis: String,
    pub lines: Vec<Series>,
    pub benchmark: Option<Series>,
}

impl Overlay {
    fn all(&self) -> impl Iterator<Item = Series> {
        let inked = self.lines.iter().enumerate().map(|(i, s)| Series { ink: palette::line(i), ..s.clone() });
        let behind = self.benchmark.iter().map(|s| Series { ink: palette::benchmark(), ..s.clone() });
        behind.chain(inked)
    }

    fn time(&self, right: f64) -> Scale {
        let ends = |pick: fn(&[f64]) -> Option<&f64>| self.lines.iter().filter_map(move |s| pick(&s.times).copied());
        let from = ends(<[f64]>::first).fold(f64::INFINITY, f64::min);
        let to = ends(<[f64]>::last).fold(f64::NEG_INFINITY, f64::max);
        let (from, to) = if from <= to { (from, to) } else { (0.0, 1.0) };
        Scale::of_time(Time::from_seconds(from as i64), Time::from_seconds(to as i64), LEFT, right)
    }

    /// The equity curves, on a scale of money.
    #[must_use]
    pub fn equity(&self) -> Svg {
        let y_of = |all: &[Series]| Scale::of_money(all.iter().flat_map(|s| s.values.iter().copied()), 560.0, 100.0);
        self.draw(&self.title, y_of, |y| y.money_ticks(7), &self.axis, brief_money, |s| s)
    }

    /// The falls of the same curves from their peaks.
    #[must_use]
    pub fn drawdown(&self) -> Svg {
        let y_of = |all: &[Series]| Scale::of_falls(all.iter().flat_map(|s| s.values.iter().copied()), 100.0, 560.0);
        let sink = |series: Series| {
            let start = series.values.first().copied().unwrap_or(0.0);
            Series { values: crate::metrics::drawdown::drawdowns(&series.values, start), ..series }
        };
        let title = format!("{}: drawdown", self.title);
        self.draw(&title, y_of, |y| y.percent_ticks(8), "Drawdown, below the last peak", |_| String::new(), sink)
    }

    fn draw(
        &self,
        title: &str,
        y_of: impl Fn(&[Series]) -> Scale,
        ticks: impl Fn(&Scale) -> Vec<(f64, String)>,
        axis: &str,
        say: impl Fn(f64) -> String,
        turn: impl Fn(Series) -> Series,
    ) -> Svg {
        picture(WIDTH, 610.0, |canvas| {
            heading(canvas, title, &self.below, self.synthetic);
            let all: Vec<Series> = self.all().map(turn).collect();
            let ends = ends(&all, &say);
            let y = y_of(&all);
            let panel = Panel { x: self.time(before_names(ends.iter().map(|(name, ..)| name), 40.0, 430.0)), y };
            let axis = if y.log { format!("{axis}, log scale") } else { axis.to_string() };
            panel.mesh(canvas, &axis, &ticks(&y), true);
            // The more lines, the fewer points each: a page of many must still open at once.
            let columns = (POINTS / all.len().max(1)).clamp(180, panel.columns().max(180));
            for series in &all {
                canvas.line(&panel.points_in(series, columns), series.ink);
            }
            panel.end_labels(canvas, &ends);
            unlabelled(canvas, &panel, ends.len());
        })
    }
}

/// Names at the ends, beside the last value; a fall is named with that value and with its deepest point.
fn ends(all: &[Series], say: &impl Fn(f64) -> String) -> Vec<(String, f64, Ink)> {
    all.iter()
        .filter_map(|s| {
            let last = *s.values.last()?;
            let label = say(last);
            let deepest = s.values.iter().copied().fold(0.0, f64::min);
            let label = if label.is_empty() { now_and_max(last, deepest) } else { label };
            Some((end_name(&s.name, &label), last, s.ink))
        })
        .collect()
}

/// Says how many names did not fit.
fn unlabelled(canvas: &Canvas, panel: &Panel, names: usize) {
    let room = ((panel.y.start - panel.y.end).abs() / 17.0) as usize;
    if names > room {
        let text = format!("{} more lines without a name", names - room);
        canvas.text(&text, (panel.x.end, 86.0), Words { at: At::Right, ..TICK });
    }
}
