//! What the pictures of a study share: axes of plain numbers, where outliers are held, vertical marks with names that do not touch.

use std::collections::BTreeSet;

use crate::report::charts::canvas::{At, Canvas, Ink, Point, Words};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, NOTE, TICK, WIDTH, heading};
use crate::report::charts::scale::Scale;
use crate::report::number_format::{brief_money, decimals_for, grouped};

/// Of the strategy as it was before tuning.
pub(super) const BEFORE: Ink = Ink::line(palette::BLACK, 1.8).dashed(&[6.0, 4.0]);
/// Of the best variant.
pub(super) const BEST: Ink = Ink::line(palette::VERMILION, 2.2);
/// Letters of a subtitle in a line.
const LONGEST: usize = 150;
/// Pixels from one line of text to the next.
const ROW: f64 = 17.0;

/// In what a value is measured, which is how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A ratio or a plain number: `1.24`.
    Number,
    /// A fraction, written in per cent: `0.124` is `12.4 %`.
    Share,
    /// US dollars.
    Dollars,
}

impl Unit {
    /// A value beside a mark.
    #[must_use]
    pub(crate) fn label(self, value: f64) -> String {
        match self {
            Self::Number => {
                let size = value.abs();
                let decimals = if size >= 1_000.0 {
                    0
                } else if size > 0.0 && size < 0.1 {
                    (1.0 - libm::log10(size).floor()).min(8.0) as usize
                } else {
                    2
                };
                grouped(value, decimals)
            }
            Self::Share => format!("{} %", grouped(value * 100.0, usize::from(value.abs() < 10.0))),
            Self::Dollars => brief_money(value),
        }
    }

    /// Values and labels of an axis.
    #[must_use]
    pub(crate) fn ticks(self, scale: &Scale, wanted: usize) -> Vec<(f64, String)> {
        match self {
            Self::Share => scale.percent_ticks(wanted),
            Self::Dollars => scale.money_ticks(wanted),
            Self::Number => {
                let values: Vec<f64> = scale.percent_ticks(wanted).into_iter().map(|(value, _)| value).collect();
                let decimals = decimals_for(values.windows(2).map(|pair| pair[1] - pair[0]).next().unwrap_or(1.0));
                values.into_iter().map(|value| (value, grouped(value, decimals))).collect()
            }
        }
    }
}

/// What is optimised: its name as words, how it is measured, and whether less of it is better.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Objective {
    pub name: String,
    pub unit: Unit,
    pub least_first: bool,
}

impl Objective {
    /// Whether `a` is better than `b`.
    #[must_use]
    pub(crate) fn is_better(&self, a: f64, b: f64) -> bool {
        if self.least_first { a < b } else { a > b }
    }

    /// The title of its axis.
    #[must_use]
    pub(crate) fn title(&self) -> String {
        let unit = if self.unit == Unit::Dollars { ", USD" } else { "" };
        format!("{}{unit} ({} is better)", self.name, if self.least_first { "lower" } else { "higher" })
    }
}

/// Only numbers.
pub(super) fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// Title and subtitle, in as many lines as it needs.
pub(super) fn head(canvas: &Canvas, title: &str, subtitle: &str) {
    let lines = wrapped(subtitle, LONGEST);
    heading(canvas, title, lines.first().map_or("", String::as_str), false);
    for (row, line) in lines.iter().enumerate().skip(1) {
        let words = Words { size: 13.0, colour: palette::GREY, bold: false, at: At::Left };
        canvas.text(line, (LEFT, 50.0 + row as f64 * ROW), words);
    }
}

/// Height of the first line below the heading, for a legend.
pub(super) fn below_head(subtitle: &str) -> f64 {
    76.0 + (wrapped(subtitle, LONGEST).len().max(1) - 1) as f64 * ROW
}

/// A text in lines of at most `longest` letters, cut at spaces.
pub(super) fn wrapped(text: &str, longest: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= longest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A straight axis over the numbers among `values`, with air at both ends; of a single value that value is in the middle.
pub(super) fn axis(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Scale {
    let (low, high) = values.filter(|v| v.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
    let air = if low == high { (low.abs() * 0.1).max(0.05) } else { ((high - low) * 0.06).max(high.abs().max(low.abs()) * 1e-6) };
    Scale { low: low - air, high: high + air, start, end, log: false }
}

/// The range of all values but those so far out that they would flatten the others: further from the middle half than three times its own range.
pub(super) fn fence(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut sorted: Vec<f64> = values.filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return (0.0, 1.0);
    }
    let at = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
    let (quarter, three) = (at(0.25), at(0.75));
    let reach = (three - quarter) * 3.0;
    if reach <= 0.0 {
        return (at(0.0), at(1.0));
    }
    let near = |value: &&f64| (quarter - reach..=three + reach).contains(*value);
    (sorted.iter().find(near).copied().unwrap_or(quarter), sorted.iter().rfind(near).copied().unwrap_or(three))
}

/// Positions of points that do not cover each other, at most `most`: of several in one square of the paper the first stays.
pub(super) fn apart(points: &[Point], most: usize) -> Vec<usize> {
    let mut square = 2.0;
    loop {
        let mut taken = BTreeSet::new();
        let cell = |(x, y): Point| ((x / square).round() as i64, (y / square).round() as i64);
        let kept: Vec<usize> = (0..points.len()).filter(|&i| taken.insert(cell(points[i]))).collect();
        if kept.len() <= most {
            return kept;
        }
        square *= 1.25;
    }
}

/// A filled square around a point.
pub(super) fn dot(canvas: &Canvas, (x, y): Point, size: f64, ink: Ink) {
    canvas.block((x - size, y - size), (x + size, y + size), Ink::tint(ink.colour, ink.opacity));
}

/// Two strokes across a point.
pub(super) fn cross(canvas: &Canvas, (x, y): Point, size: f64, ink: Ink) {
    canvas.line(&[(x - size, y - size), (x + size, y + size)], ink);
    canvas.line(&[(x - size, y + size), (x + size, y - size)], ink);
}

/// A small triangle that points to where a value out of the picture is.
pub(super) fn pointer(canvas: &Canvas, (x, y): Point, downwards: bool, ink: Ink) {
    let tip = if downwards { 4.0 } else { -4.0 };
    canvas.shape(&[(x - 4.0, y - tip), (x + 4.0, y - tip), (x, y + tip)], ink);
}

/// A square on its tip, with a white edge.
pub(super) fn diamond(canvas: &Canvas, (x, y): Point, size: f64, ink: Ink) {
    for (size, colour) in [(size + 1.5, palette::WHITE), (size, ink.colour)] {
        canvas.shape(&[(x - size, y), (x, y - size), (x + size, y), (x, y + size)], Ink::tint(colour, 1.0));
    }
}

/// Pale lines with labels on the left and below, the floor, and what is measured upwards.
pub(super) fn mesh(canvas: &Canvas, (x, y): (&Scale, &Scale), upwards: &[(f64, String)], across: &[(f64, String)], title: &str) {
    let (top, bottom) = (y.start.min(y.end), y.start.max(y.end));
    let pale = Ink::line(palette::MESH, 0.8);
    for (value, label) in upwards {
        let place = y.place(*value);
        canvas.line(&[(x.start, place), (x.end, place)], pale);
        canvas.text(label, (x.start - 9.0, place), TICK);
    }
    for (value, label) in across {
        let place = x.place(*value);
        canvas.line(&[(place, top), (place, bottom)], pale);
        if !label.is_empty() {
            canvas.line(&[(place, bottom), (place, bottom + 5.0)], Ink::line(palette::GREY, 0.8));
            canvas.text(label, (place, bottom + 17.0), Words { at: At::Middle, ..TICK });
        }
    }
    canvas.line(&[(x.start, bottom), (x.end, bottom)], Ink::line(palette::GREY, 1.0));
    canvas.text(title, (x.start, top - 14.0), NOTE);
}

/// What is measured across, below the labels.
pub(super) fn across_title(canvas: &Canvas, x: &Scale, bottom: f64, title: &str) {
    canvas.text(title, (f64::midpoint(x.start, x.end), bottom + 38.0), Words { at: At::Middle, ..TICK });
}

/// Words where there is nothing to draw.
pub(super) fn nothing(canvas: &Canvas, words: &str, (top, bottom): (f64, f64)) {
    canvas.text(words, (f64::midpoint(LEFT, WIDTH - 30.0), f64::midpoint(top, bottom)), Words { at: At::Middle, ..TICK });
}

/// A vertical line at a value, with words at its upper end.
pub(super) struct Mark {
    pub value: f64,
    pub words: String,
    pub ink: Ink,
}

/// Where the words of a mark stand: on which side of its line, in which row above the axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Flag {
    x: f64,
    wide: f64,
    on_the_left: bool,
    row: usize,
}

impl Flag {
    fn span(&self) -> (f64, f64) {
        if self.on_the_left { (self.x - 6.0 - self.wide, self.x - 6.0) } else { (self.x + 6.0, self.x + 6.0 + self.wide) }
    }

    /// Whether words touch words, or a line runs through words.
    fn touches(&self, other: &Self) -> bool {
        let ((a, b), (c, d)) = (self.span(), other.span());
        let words = self.row == other.row && a - 8.0 < d && c - 8.0 < b;
        let crossed = |words: &Self, line: &Self| line.row >= words.row && words.span().0 - 3.0 < line.x && line.x < words.span().1 + 3.0;
        words || crossed(self, other) || crossed(other, self)
    }
}

/// Sides and rows for marks at `places`, as `(pixels from the left, width of the words)`: of all ways to choose sides the one that touches least and needs the fewest rows.
pub(super) fn flags(places: &[(f64, f64)], (left, right): (f64, f64)) -> Vec<Flag> {
    let sides = 0..1_u32 << places.len().min(8);
    let ways = sides.map(|way| {
        let flag = |(i, &(x, wide)): (usize, &(f64, f64))| Flag { x, wide, on_the_left: way >> i & 1 == 1, row: 0 };
        let mut all: Vec<Flag> = places.iter().enumerate().map(flag).collect();
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by(|&a, &b| {
            all[a].on_the_left.cmp(&all[b].on_the_left).then(if all[a].on_the_left {
                all[a].x.total_cmp(&all[b].x)
            } else {
                all[b].x.total_cmp(&all[a].x)
            })
        });
        let mut done: Vec<Flag> = Vec::new();
        let mut bad = 0;
        for at in order {
            let clear = (0..=places.len()).map(|row| Flag { row, ..all[at] }).find(|flag| done.iter().all(|other| !flag.touches(other)));
            bad += usize::from(clear.is_none());
            all[at] = clear.unwrap_or(Flag { row: done.len(), ..all[at] });
            bad += usize::from(all[at].span().0 < left || all[at].span().1 > right);
            done.push(all[at]);
        }
        let rows = all.iter().map(|flag| flag.row).sum::<usize>();
        (bad, rows, all)
    });
    ways.min_by_key(|(bad, rows, _)| (*bad, *rows)).map(|(.., all)| all).unwrap_or_default()
}

/// Vertical marks from `bottom` to their words above `top`.
pub(super) fn marks(canvas: &Canvas, x: &Scale, (top, bottom): (f64, f64), all: &[Mark]) {
    let places: Vec<(f64, f64)> = all.iter().map(|mark| (x.place(mark.value), Canvas::width_of(&mark.words, LABEL))).collect();
    for (mark, flag) in all.iter().zip(flags(&places, (10.0, WIDTH - 6.0))) {
        let y = top - 14.0 - flag.row as f64 * ROW;
        canvas.line(&[(flag.x, bottom), (flag.x, y - 6.0)], mark.ink);
        let (at, shift) = if flag.on_the_left { (At::Right, -6.0) } else { (At::Left, 6.0) };
        canvas.text(&mark.words, (flag.x + shift, y), Words { at, ..LABEL });
    }
}

/// Three digits that count, fewer where there is no room for so many letters, and none that say nothing: `0.0517`, `99`, `1,250`.
pub(crate) fn brief(value: f64, letters: usize) -> String {
    let size = value.abs();
    let places = if size > 0.0 && size.is_finite() { -libm::log10(size).floor() } else { 0.0 };
    let written = |digits: f64| {
        let text = grouped(value, (places + digits).clamp(0.0, 9.0) as usize);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    };
    let short = [2.0, 1.0, 0.0].map(written).into_iter().find(|text| text.chars().count() <= letters);
    short.unwrap_or_else(|| if size < 1.0 { "≈ 0".to_owned() } else { brief_money(value).replace('$', "") })
}

/// Whole numbers that count from 1 to `last`, at most ten of them.
pub(super) fn counted(last: usize) -> Vec<(f64, String)> {
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|m| m * 10_usize.pow(power)));
    let step = steps.take(40).find(|step| last / step <= 10).unwrap_or(last.max(1));
    let mut all: Vec<usize> = std::iter::once(1).chain((1..=last / step).map(|k| k * step)).filter(|&k| k <= last).collect();
    all.dedup();
    // The first and a round number next to it would touch.
    if all.len() > 2 && (all[1] - 1) * 20 < last {
        all.remove(1);
    }
    all.into_iter().map(|k| (k as f64, grouped(k as f64, 0))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_stands_whatever_it_is_given() {
        for values in [vec![], vec![f64::NAN], vec![2.0], vec![0.0, 0.0], vec![-1e-9, 1e-9], vec![1.0, f64::INFINITY]] {
            let scale = axis(values.iter().copied(), 100.0, 0.0);
            assert!(scale.high > scale.low, "{values:?}");
            for value in values.into_iter().filter(|v| v.is_finite()) {
                assert!((1.0..99.0).contains(&scale.place(value)), "{value}");
            }
        }
    }

    #[test]
    fn a_fence_holds_the_far_out_and_nothing_else() {
        let near: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(fence(near.iter().copied()), (0.0, 99.0));
        assert_eq!(fence(near.iter().copied().chain([-5_000.0])), (0.0, 99.0));
        assert_eq!(fence([3.0, 3.0, 3.0, 9.0].into_iter()).0, 3.0);
        assert_eq!(fence(std::iter::empty()), (0.0, 1.0));
    }

    #[test]
    fn points_are_thinned_to_what_can_be_seen() {
        let points: Vec<Point> = (0..5_000).map(|i| (f64::from(i % 100) * 11.0, f64::from(i / 100) * 7.0)).collect();
        let kept = apart(&points, 1_000);
        assert!(kept.len() <= 1_000 && kept.len() > 300 && kept.is_sorted(), "{}", kept.len());
        assert_eq!(apart(&[(1.0, 1.0), (1.1, 1.1), (40.0, 1.0)], 9), [0, 2]);
    }

    #[test]
    fn names_of_marks_never_touch() {
        let near = [(600.0, 90.0), (603.0, 300.0), (640.0, 140.0), (1_150.0, 160.0)];
        for places in
            [near, near.map(|(x, wide)| (1_190.0 - x / 9.0, wide)), near.map(|(x, wide)| (90.0 + x / 9.0, wide)), [(500.0, 80.0); 4]]
        {
            let all = flags(&places, (10.0, 1_190.0));
            assert_eq!(all.len(), 4);
            for (i, flag) in all.iter().enumerate() {
                assert!(flag.span().0 >= 10.0 && flag.span().1 <= 1_190.0, "{all:?}");
                assert!(all[..i].iter().all(|other| !flag.touches(other)), "{all:?}");
            }
        }
    }

    #[test]
    fn values_are_written_in_their_unit() {
        assert_eq!([1.234, -0.5, 0.0, 0.012_34, 12_345.6].map(|v| Unit::Number.label(v)), ["1.23", "−0.50", "0.00", "0.012", "12,346"]);
        assert_eq!([0.1234, -0.05, 20.0].map(|v| Unit::Share.label(v)), ["12.3 %", "−5.0 %", "2,000 %"]);
        assert_eq!(Unit::Dollars.label(123_456.0), "$123k");
        assert_eq!([0.051_679, 99.0, 1_250.0, 0.1, 0.0, -2.5].map(|value| brief(value, 9)), ["0.0517", "99", "1,250", "0.1", "0", "−2.5"]);
        assert_eq!([0.000_373, 0.000_000_2, 0.123_4, 1_234_567.0].map(|value| brief(value, 6)), ["0.0004", "≈ 0", "0.123", "1.23M"]);
        let labels = |last| counted(last).into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels(1), ["1"]);
        assert_eq!(labels(27), ["1", "5", "10", "15", "20", "25"]);
        assert_eq!(labels(2_000).len(), 11);
        assert!(labels(0).is_empty());
    }

    #[test]
    fn long_texts_are_wrapped_at_spaces() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("", 7), [""]);
        assert_eq!(wrapped("unbreakable", 3), ["unbreakable"]);
    }
}
