//! Paper and pencil: lines, areas and words on an SVG, in picture pixels with fractions. The only code that talks to plotters.

use std::sync::Once;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, TextStyle, register_font};

/// plotters draws at whole units; four to a pixel keep slopes smooth.
const FINE: f64 = 4.0;
/// What plotters' SVG divides a font size by.
const FONT_SCALE: f64 = 1.24;

pub type Point = (f64, f64);

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    pub colour: RGBColor,
    pub opacity: f64,
    pub width: f64,
    /// Lengths of dash and gap in pixels, repeated; empty is a solid line.
    pub dash: &'static [f64],
}

impl Ink {
    #[must_use]
    pub const fn line(colour: RGBColor, width: f64) -> Self {
        Self { colour, opacity: 1.0, width, dash: &[] }
    }
    #[must_use]
    pub const fn tint(colour: RGBColor, opacity: f64) -> Self {
        Self { colour, opacity, width: 0.0, dash: &[] }
    }
    #[must_use]
    pub const fn dashed(self, dash: &'static [f64]) -> Self {
        Self { dash, ..self }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Left,
    Middle,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Words {
    pub size: f64,
    pub colour: RGBColor,
    pub bold: bool,
    pub at: At,
}

pub struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Draws a picture of the given size in pixels on white.
///
/// # Panics
/// Never: writing to a string does not fail.
#[must_use]
pub fn picture(width: f64, height: f64, draw: impl FnOnce(&Canvas)) -> String {
    fonts();
    let (wide, high) = ((width * FINE) as u32, (height * FINE) as u32);
    let mut svg = String::new();
    {
        let canvas = Canvas { area: SVGBackend::with_string(&mut svg, (wide, high)).into_drawing_area() };
        canvas.block((0.0, 0.0), (width, height), Ink::tint(RGBColor(255, 255, 255), 1.0));
        draw(&canvas);
        canvas.area.present().expect("a string takes all");
    }
    let fine = format!("<svg width=\"{wide}\" height=\"{high}\" ");
    let shown = format!("<svg width=\"{width}\" height=\"{height}\" stroke-linejoin=\"round\" role=\"img\" ");
    assert!(svg.starts_with(&fine), "the head of a plotters SVG has changed: {}", svg.lines().next().unwrap_or_default());
    svg.replacen(&fine, &shown, 1)
}

impl Canvas<'_> {
    pub fn line(&self, points: &[Point], ink: Ink) {
        if ink.dash.is_empty() {
            self.path(points, ink);
        } else {
            for piece in dashes(points, ink.dash) {
                self.path(&piece, ink);
            }
        }
    }

    fn path(&self, points: &[Point], ink: Ink) {
        if points.len() < 2 {
            return;
        }
        let style = ink.colour.mix(ink.opacity).stroke_width((ink.width * FINE).round() as u32);
        self.area.draw(&PathElement::new(fine(points), style)).expect("a string takes all");
    }

    pub fn shape(&self, points: &[Point], ink: Ink) {
        let style = ink.colour.mix(ink.opacity).filled();
        self.area.draw(&Polygon::new(fine(points), style)).expect("a string takes all");
    }

    pub fn block(&self, from: Point, to: Point, ink: Ink) {
        let style = ink.colour.mix(ink.opacity).filled();
        let corners = fine(&[from, to]);
        self.area.draw(&Rectangle::new([corners[0], corners[1]], style)).expect("a string takes all");
    }

    /// Writes a line of text centred vertically on `place`.
    pub fn text(&self, text: &str, place: Point, words: Words) {
        let style = style_of(words);
        let place = fine(&[place])[0];
        self.area.draw_text(text, &style, place).expect("a string takes all");
    }

    /// Width of a text in pixels, in the embedded face.
    #[must_use]
    pub fn width_of(&self, text: &str, words: Words) -> f64 {
        self.area.estimate_text_size(text, &style_of(words)).map_or(0.0, |(wide, _)| f64::from(wide) / FINE)
    }
}

fn style_of(words: Words) -> TextStyle<'static> {
    let style = if words.bold { FontStyle::Bold } else { FontStyle::Normal };
    let across = match words.at {
        At::Left => HPos::Left,
        At::Middle => HPos::Center,
        At::Right => HPos::Right,
    };
    let font = FontDesc::new(FontFamily::SansSerif, words.size * FINE * FONT_SCALE, style);
    TextStyle { font, color: words.colour.to_backend_color(), pos: Pos::new(across, VPos::Center) }
}

fn fine(points: &[Point]) -> Vec<(i32, i32)> {
    points.iter().map(|(x, y)| ((x * FINE).round() as i32, (y * FINE).round() as i32)).collect()
}

/// Cuts a line into the pieces of a dash pattern.
fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let mut pieces = Vec::new();
    let mut piece: Vec<Point> = points.first().copied().into_iter().collect();
    let (mut step, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = (dx * dx + dy * dy).sqrt();
            if length <= left {
                left -= length;
                piece.push(to);
                break;
            }
            let part = left / length;
            from = (from.0 + dx * part, from.1 + dy * part);
            piece.push(from);
            if step % 2 == 0 {
                pieces.push(std::mem::take(&mut piece));
            }
            piece = vec![from];
            step += 1;
            left = pattern[step % pattern.len()];
        }
    }
    if step % 2 == 0 {
        pieces.push(piece);
    }
    pieces
}

fn fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (style, bytes) in [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())] {
            assert!(register_font("sans-serif", style, bytes).is_ok(), "the embedded face is a font");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_the_pattern() {
        let pieces = dashes(&[(0.0, 0.0), (10.0, 0.0)], &[3.0, 2.0]);
        assert_eq!(pieces, [vec![(0.0, 0.0), (3.0, 0.0)], vec![(5.0, 0.0), (8.0, 0.0)]]);
    }
}
