//! One set of axes: mesh, labels, bands behind, lines in front, names at their ends.

use crate::report::charts::canvas::{At, Canvas, Ink, Point, Words};
use crate::report::charts::palette;
use crate::report::charts::scale::Scale;
use crate::report::charts::thin;
use crate::units::Time;

/// Width of a picture in pixels.
pub(crate) const WIDTH: f64 = 1200.0;
/// Where axes begin, in pixels from the left.
pub(crate) const LEFT: f64 = 86.0;
/// A band of so many pixels is wide enough to be pointed at, and has a title.
const POINTED: f64 = 14.0;
/// The longest name at the end of a line, in letters.
const LONGEST: usize = 24;

/// The text of a tick.
pub const TICK: Words = Words { size: 12.5, colour: palette::GREY, bold: false, at: At::Right };
/// The text of a note.
pub(crate) const NOTE: Words = Words { size: 13.0, colour: palette::BLACK, bold: true, at: At::Left };
/// The text of a name at the end of a line.
pub(crate) const LABEL: Words = Words { size: 12.5, colour: palette::BLACK, bold: true, at: At::Left };

/// Values over time with the name and ink they are drawn in; both columns have one entry a point.
#[derive(Clone, Debug)]
pub struct Series {
    pub name: String,
    pub times: Vec<f64>,
    pub values: Vec<f64>,
    pub ink: Ink,
}

/// A pair of axes.
pub struct Panel {
    pub x: Scale,
    pub y: Scale,
}

impl Panel {
    /// The points of a series, thinned.
    #[must_use]
    pub fn points(&self, series: &Series) -> Vec<Point> {
        self.points_in(series, self.columns())
    }

    /// Columns of a curve over its whole width.
    #[must_use]
    pub(crate) fn columns(&self) -> usize {
        ((self.x.end - self.x.start).abs() / thin::COLUMN) as usize + 1
    }

    /// The same in fewer columns, for a line among many.
    #[must_use]
    pub(crate) fn points_in(&self, series: &Series, columns: usize) -> Vec<Point> {
        let keep = thin::extremes(&series.values, columns).into_iter();
        let points: Vec<Point> = keep.map(|i| (self.x.place(series.times[i]), self.y.place(series.values[i]))).collect();
        thin::straightened(&points)
    }

    /// Pale horizontal and vertical lines with labels; dates only where asked for.
    pub(crate) fn mesh(&self, canvas: &Canvas, title: &str, ticks: &[(f64, String)], dates: bool) {
        let (top, bottom) = (self.y.start.min(self.y.end), self.y.start.max(self.y.end));
        let pale = Ink::line(palette::MESH, 0.8);
        // One kind after the other: what is alike and stands together is written once.
        let heights: Vec<(f64, &String)> = ticks.iter().map(|(value, label)| (self.y.place(*value), label)).collect();
        let instants: Vec<(f64, String)> = self.x.time_ticks(8).into_iter().map(|(value, label)| (self.x.place(value), label)).collect();
        for (y, _) in &heights {
            canvas.line(&[(self.x.start, *y), (self.x.end, *y)], pale);
        }
        for (x, _) in &instants {
            canvas.line(&[(*x, top), (*x, bottom)], pale);
        }
        for (y, label) in heights {
            canvas.text(label, (self.x.start - 9.0, y), TICK);
        }
        if dates {
            for (x, _) in &instants {
                canvas.line(&[(*x, bottom), (*x, bottom + 5.0)], Ink::line(palette::GREY, 0.8));
            }
            for (x, label) in &instants {
                canvas.text(label, (*x, bottom + 17.0), Words { at: At::Middle, ..TICK });
            }
        }
        canvas.line(&[(self.x.start, bottom), (self.x.end, bottom)], Ink::line(palette::GREY, 1.0));
        canvas.text(title, (self.x.start, top - 14.0), NOTE);
    }

    /// What lasted a while behind the lines: a tint over the whole height, one block for each stretch of pixels, in the order of `kinds`. `opens` has the
    /// instants at which the bars open; a name and an ink make the title and the tint of a kind.
    pub(crate) fn bands<T: Copy + PartialEq>(&self, canvas: &Canvas, opens: &[f64], bars: &[T], kinds: &[(T, Ink, &str)]) {
        let (top, bottom) = (self.y.start.min(self.y.end), self.y.start.max(self.y.end));
        let all = stretches(bars, |t| self.x.place(opens.get(t).copied().unwrap_or(self.x.high)));
        for (kind, ink, name) in kinds {
            let own = all.iter().filter(|stretch| stretch.2 == *kind);
            let placed = own.map(|(from, to, _)| (*from, *to, [*from, *to].map(|t| self.x.place(opens[t]))));
            let (wide, narrow): (Vec<_>, Vec<_>) = placed.partition(|(.., [left, right])| right - left >= POINTED);
            canvas.blocks(narrow.into_iter().map(|(.., [left, right])| ((left, top), (right, bottom))), *ink);
            for (from, to, [left, right]) in wide {
                let days = [from, to].map(|t| Time::from_seconds(opens[t] as i64).date());
                canvas.titled_block(&format!("{name}, {} to {}", days[0], days[1]), (left, top), (right, bottom), *ink);
            }
        }
    }

    /// Names at the right end, moved apart where they would touch.
    pub(crate) fn end_labels(&self, canvas: &Canvas, labels: &[(String, f64, Ink)]) {
        const STEP: f64 = 17.0;
        let (top, bottom) = (self.y.start.min(self.y.end), self.y.start.max(self.y.end));
        let room = ((bottom - top) / STEP) as usize;
        let mut order: Vec<usize> = (0..labels.len().min(room)).collect();
        order.sort_by(|a, b| labels[*a].1.total_cmp(&labels[*b].1).reverse());
        let mut places: Vec<f64> = order.iter().map(|i| self.y.place(labels[*i].1)).collect();
        for k in 1..places.len() {
            places[k] = places[k].max(places[k - 1] + STEP);
        }
        let mut floor = bottom;
        for place in places.iter_mut().rev() {
            *place = place.min(floor);
            floor = *place - STEP;
        }
        for (k, i) in order.into_iter().enumerate() {
            let (name, value, ink) = &labels[i];
            let x = self.x.end;
            canvas.line(&[(x + 2.0, self.y.place(*value)), (x + 9.0, places[k])], Ink::line(ink.colour, 0.8));
            canvas.text(name, (x + 12.0, places[k]), Words { colour: darker(*ink), ..LABEL });
        }
    }
}

/// Stretches of bars of one kind, `(from, to, kind)`; `place` has the pixel at which a bar opens. One thinner than a third of a pixel is left to its successor.
fn stretches<T: Copy + PartialEq>(bars: &[T], place: impl Fn(usize) -> f64) -> Vec<(usize, usize, T)> {
    let mut all = Vec::new();
    let mut from = 0;
    for t in 1..=bars.len() {
        let is_last = t == bars.len();
        if is_last || (bars[t] != bars[from] && place(t) - place(from) >= 0.3) {
            all.push((from, t, bars[from]));
            from = t;
        }
    }
    all
}

/// Where lines end on the right, so that the names behind them have room: at least `least` pixels of text, and in all at most `most`.
#[must_use]
pub(crate) fn before_names<'a>(names: impl Iterator<Item = &'a String>, least: f64, most: f64) -> f64 {
    let widest = names.map(|name| Canvas::width_of(name, LABEL)).fold(least, f64::max);
    WIDTH - (widest * 1.04 + 26.0).min(most)
}

/// Text needs more contrast than a line.
fn darker(ink: Ink) -> plotters::style::RGBColor {
    let c = ink.colour;
    let dim = |v: u8| (f64::from(v) * 0.78) as u8;
    plotters::style::RGBColor(dim(c.0), dim(c.1), dim(c.2))
}

/// Title, line below it, and the mark of made-up data, at the top of every picture.
pub fn heading(canvas: &Canvas, title: &str, below: &str, synthetic: bool) {
    canvas.text(&shortened(title, 64), (LEFT, 26.0), Words { size: 20.0, colour: palette::BLACK, bold: true, at: At::Left });
    canvas.text(below, (LEFT, 50.0), Words { size: 13.0, colour: palette::GREY, bold: false, at: At::Left });
    if synthetic {
        let words = Words { size: 14.0, colour: plotters::style::RGBColor(255, 255, 255), bold: true, at: At::Middle };
        let (right, wide) = (WIDTH - 20.0, 158.0);
        canvas.block((right - wide, 13.0), (right, 39.0), Ink::tint(palette::VERMILION, 1.0));
        canvas.text("SYNTHETIC DATA", (right - wide / 2.0, 26.0), words);
    }
}

/// What a row of samples explains.
pub enum Sample {
    Line(Ink),
    Block(Ink),
    Mark(Ink),
}

/// Samples and their names from `x` on, at height `y`; returns where the next would begin.
pub(crate) fn legend(canvas: &Canvas, mut x: f64, y: f64, entries: &[(Sample, String)]) -> f64 {
    let words = Words { size: 12.5, colour: palette::BLACK, bold: false, at: At::Left };
    for (sample, name) in entries {
        match sample {
            Sample::Line(ink) => canvas.line(&[(x, y), (x + 26.0, y)], *ink),
            Sample::Block(ink) => {
                canvas.block((x, y - 6.5), (x + 20.0, y + 6.5), *ink);
                let edge = Ink::line(palette::MESH, 0.8);
                canvas.line(&[(x, y - 6.5), (x + 20.0, y - 6.5), (x + 20.0, y + 6.5), (x, y + 6.5), (x, y - 6.5)], edge);
            }
            Sample::Mark(ink) => mark(canvas, (x + 10.0, y), *ink),
        }
        let gap = if matches!(sample, Sample::Line(_)) { 32.0 } else { 27.0 };
        canvas.text(name, (x + gap, y), words);
        x += gap + Canvas::width_of(name, words) + 20.0;
    }
    x
}

/// A small triangle that points down.
pub fn mark(canvas: &Canvas, (x, y): Point, ink: Ink) {
    canvas.shape(&[(x - 5.0, y - 5.0), (x + 5.0, y - 5.0), (x, y + 5.0)], ink);
}

/// Cuts in the middle: names often differ at their ends.
#[must_use]
pub(crate) fn shortened(name: &str, longest: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= longest {
        return name.to_string();
    }
    let tail = longest / 3;
    let head = longest - 1 - tail;
    letters[..head].iter().chain(['…'].iter()).chain(&letters[letters.len() - tail..]).collect()
}

/// The form of a name at the end of a line.
#[must_use]
pub(crate) fn end_name(name: &str, value: &str) -> String {
    format!("{} {value}", shortened(name, LONGEST))
}

/// `2021-01-01 to 2023-12-31`
#[must_use]
pub fn period(from: Time, to: Time) -> String {
    format!("{} to {}", from.date(), to.date())
}
