//! A metric over two keys as a table of colours, every number written in its cell, so that colour only helps.

use plotters::style::RGBColor;

use crate::report::charts::canvas::{At, Canvas, Ink, Svg, Words, picture};
use crate::report::charts::frame::brief;
use crate::report::charts::palette;
use crate::report::number_format::grouped;

/// One table: rows by columns.
#[derive(Clone, Debug)]
pub(crate) struct Heat {
    pub title: String,
    pub subtitle: String,
    pub row_key: String,
    pub column_key: String,
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    /// Row-major; `None` where the metric is undefined.
    pub values: Vec<Option<f64>>,
    /// Colours centred at nought, one hue below and another above, that are full at this size: the same for maps that are compared. `None` colours
    /// from the least to the greatest value of this map.
    pub bound: Option<f64>,
}

/// The bound for maps that are compared: the largest size of any value of any of them.
#[must_use]
pub(crate) fn common_bound(values: impl Iterator<Item = Option<f64>>) -> f64 {
    values.flatten().filter(|value| value.is_finite()).fold(0.0, |most, value| value.abs().max(most))
}

const CELL: (f64, f64) = (118.0, 52.0);
const LEFT: f64 = 150.0;
const TOP: f64 = 150.0;
const MARGIN: f64 = 40.0;
/// Height of the scale of colours below the cells, and its width.
const LEGEND: (f64, f64) = (46.0, 300.0);

impl Heat {
    /// As wide as the cells or the words above them, whichever are wider; six tenths of its size is a mean letter's width.
    fn width(&self, cells: f64) -> f64 {
        let line = |text: &str, size: f64| MARGIN + 0.62 * size * text.chars().count() as f64;
        let above = [
            line(&self.title, 22.0),
            line(&self.subtitle, 13.0),
            line(&format!("across: {}", self.column_key), 13.0),
            line(&format!("down: {}", self.row_key), 13.0),
        ];
        let legend = if self.bound.is_some() { LEFT + LEGEND.1 } else { 0.0 };
        above.into_iter().fold((LEFT + cells).max(legend), f64::max).ceil() + MARGIN
    }

    /// The picture as SVG.
    #[must_use]
    pub(crate) fn draw(&self) -> Svg {
        let (wide, high) = (self.columns.len() as f64 * CELL.0, self.rows.len() as f64 * CELL.1);
        let width = self.width(wide);
        let known = || self.values.iter().flatten().copied();
        let (least, most) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        let below = if self.bound.is_some() { LEGEND.0 } else { 0.0 };
        picture(width, TOP + high + MARGIN + below, |canvas| {
            let words = |size, bold, at| Words { size, colour: palette::BLACK, bold, at };
            canvas.text(&self.title, (MARGIN, 24.0), words(22.0, true, At::Left));
            canvas.text(&self.subtitle, (MARGIN, 56.0), Words { colour: palette::GREY, ..words(13.0, false, At::Left) });
            canvas.text(&format!("across: {}", self.column_key), (MARGIN, 82.0), words(13.0, false, At::Left));
            canvas.text(&format!("down: {}", self.row_key), (MARGIN, 102.0), words(13.0, false, At::Left));
            for (c, name) in self.columns.iter().enumerate() {
                canvas.text(name, (LEFT + (c as f64 + 0.5) * CELL.0, TOP - 18.0), words(14.0, true, At::Middle));
            }
            for (r, name) in self.rows.iter().enumerate() {
                let y = TOP + r as f64 * CELL.1;
                canvas.text(name, (LEFT - 12.0, y + CELL.1 / 2.0), words(14.0, true, At::Right));
                for c in 0..self.columns.len() {
                    let x = LEFT + c as f64 * CELL.0;
                    let value = self.values[r * self.columns.len() + c];
                    let (colour, ink, text) = match self.bound {
                        Some(bound) => centred(value, bound),
                        None => ordered(value, least, most),
                    };
                    let title = format!("{} {name}, {} {}: {text}", self.row_key, self.column_key, self.columns[c]);
                    canvas.titled_block(&title, (x + 1.0, y + 1.0), (x + CELL.0 - 1.0, y + CELL.1 - 1.0), Ink::tint(colour, 1.0));
                    canvas.text(&text, (x + CELL.0 / 2.0, y + CELL.1 / 2.0), Words { colour: ink, ..words(15.0, false, At::Middle) });
                }
            }
            if let Some(bound) = self.bound {
                legend(canvas, bound, TOP + high + 22.0);
            }
        })
    }
}

/// Colour of a cell, colour of its words and the words, between the least and the greatest value.
fn ordered(value: Option<f64>, least: f64, most: f64) -> (RGBColor, RGBColor, String) {
    let share = value.map(|value| if most > least { (value - least) / (most - least) } else { 0.5 });
    let dark = share.is_some_and(|share| share > 0.55);
    let text = value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.3}"));
    (share.map_or(palette::MESH, shade), if dark { palette::WHITE } else { palette::BLACK }, text)
}

/// The same on colours centred at nought.
fn centred(value: Option<f64>, bound: f64) -> (RGBColor, RGBColor, String) {
    let Some(value) = value.filter(|value| value.is_finite()) else {
        return (palette::MESH, palette::BLACK, "n/a".to_owned());
    };
    let colour = diverging(value, bound);
    (colour, words_on(colour), grouped(value, 3))
}

/// White at nought, blue above, vermilion below; full from `bound` on.
fn diverging(value: f64, bound: f64) -> RGBColor {
    let share = if bound > 0.0 { (value.abs() / bound).min(1.0) } else { 0.0 };
    let full = if value < 0.0 { palette::VERMILION } else { palette::BLUE };
    let mix = |to: u8| (250.0 + (f64::from(to) - 250.0) * share).round() as u8;
    RGBColor(mix(full.0), mix(full.1), mix(full.2))
}

/// White or black, whichever is easier to read on a colour (WCAG 2.2).
fn words_on(ground: RGBColor) -> RGBColor {
    let light = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
    };
    let brightness = |colour: RGBColor| 0.2126 * light(colour.0) + 0.7152 * light(colour.1) + 0.0722 * light(colour.2) + 0.05;
    let own = brightness(ground);
    if brightness(palette::WHITE) / own > own / brightness(palette::BLACK) { palette::WHITE } else { palette::BLACK }
}

/// The scale of colours with its ends and nought in numbers.
fn legend(canvas: &Canvas, bound: f64, y: f64) {
    const STEPS: usize = 60;
    let place = |at: usize| LEFT + at as f64 * LEGEND.1 / STEPS as f64;
    let bound = if bound.is_finite() { bound.abs() } else { 0.0 };
    let words = |at| Words { size: 13.0, colour: palette::BLACK, bold: false, at };
    for at in 0..STEPS {
        let value = (at as f64 + 0.5) / STEPS as f64 * 2.0 - 1.0;
        canvas.block((place(at), y), (place(at + 1) + 0.25, y + 14.0), Ink::tint(diverging(value, 1.0), 1.0));
    }
    let (left, middle, right) = (place(0), place(STEPS / 2), place(STEPS));
    canvas.line(&[(left, y), (right, y), (right, y + 14.0), (left, y + 14.0), (left, y)], Ink::line(palette::GREY, 0.8));
    canvas.line(&[(middle, y), (middle, y + 18.0)], Ink::line(palette::GREY, 0.8));
    canvas.text("0", (middle, y + 28.0), words(At::Middle));
    if bound > 0.0 {
        canvas.text(&brief(-bound, 9), (left, y + 28.0), words(At::Left));
        canvas.text(&brief(bound, 9), (right, y + 28.0), words(At::Right));
    }
}

/// From near white to blue: lightness alone carries the order.
fn shade(share: f64) -> RGBColor {
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share) as u8;
    RGBColor(mix(238, palette::BLUE.0), mix(246, palette::BLUE.1), mix(252, palette::BLUE.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: Vec<Option<f64>>, bound: Option<f64>) -> Heat {
        let text = || "a".to_owned();
        let columns = (0..values.len()).map(|at| at.to_string()).collect();
        Heat { title: text(), subtitle: text(), row_key: text(), column_key: text(), rows: vec![text()], columns, values, bound }
    }

    #[test]
    fn the_hue_says_the_side_of_nought_and_is_full_at_the_bound() {
        assert_eq!(diverging(0.0, 2.0), RGBColor(250, 250, 250));
        assert_eq!((diverging(2.0, 2.0), diverging(-2.0, 2.0)), (palette::BLUE, palette::VERMILION));
        assert_eq!(diverging(-9.0, 2.0), palette::VERMILION);
        assert_eq!(diverging(0.0, 0.0), RGBColor(250, 250, 250));
        // The same value has the same colour in every map of one bound, whatever else is in it.
        let cell = |values| of(values, Some(1.0)).draw().contains("#7DB6D6");
        assert!(cell(vec![Some(0.5)]) && cell(vec![Some(0.5), Some(-0.9)]));
    }

    #[test]
    fn words_can_be_read_on_every_colour() {
        assert_eq!((words_on(palette::BLUE), words_on(palette::WHITE)), (palette::WHITE, palette::BLACK));
    }

    #[test]
    fn a_bound_brings_a_scale_and_none_leaves_all_as_it_was() {
        let values = vec![Some(-0.5), None, Some(f64::NAN)];
        let (with, without) = (of(values.clone(), Some(1.5)).draw(), of(vec![Some(-0.5), None], None).draw());
        assert!(with.contains("−1.5") && with.contains("−0.500") && with.matches(">n/a<").count() == 2);
        assert!(without.contains("-0.500") && !without.contains("height=\"288\"") && without.contains("height=\"242\""), "{}", &*without);
        assert!(with.contains("height=\"288\""));
        assert!(!of(vec![], Some(f64::NAN)).draw().contains("NaN"));
    }

    #[test]
    fn the_bound_is_common_to_all_maps() {
        assert_eq!(common_bound([Some(0.5), None, Some(-2.0), Some(f64::NAN)].into_iter()), 2.0);
        assert_eq!(common_bound(std::iter::empty()), 0.0);
    }
}
