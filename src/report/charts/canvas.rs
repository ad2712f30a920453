//! Paper and pencil: lines, areas and words on an SVG, in picture pixels with fractions. The only code that talks to plotters.

use std::cell::RefCell;
use std::fmt::Write;
use std::ops::Deref;
use std::sync::Once;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, TextStyle, register_font};

use crate::report::charts::glyphs::drawable;

/// plotters draws at whole units; four to a pixel keep slopes smooth.
const FINE: f64 = 4.0;
/// What plotters' SVG divides a font size by.
const FONT_SCALE: f64 = 1.24;

/// Pixels from the left and from the top.
pub type Point = (f64, f64);

/// How a line or an area is drawn; `width` in pixels, `opacity` from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    pub colour: RGBColor,
    pub opacity: f64,
    pub width: f64,
    /// Lengths of dash and gap in pixels, repeated; empty is a solid line.
    pub dash: &'static [f64],
}

impl Ink {
    /// A solid line.
    #[must_use]
    pub const fn line(colour: RGBColor, width: f64) -> Self {
        Self { colour, opacity: 1.0, width, dash: &[] }
    }
    /// A filled area.
    #[must_use]
    pub(crate) const fn tint(colour: RGBColor, opacity: f64) -> Self {
        Self { colour, opacity, width: 0.0, dash: &[] }
    }
    /// The same ink in dashes.
    #[must_use]
    pub(crate) const fn dashed(self, dash: &'static [f64]) -> Self {
        Self { dash, ..self }
    }
}

/// Which side of a text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Left,
    Middle,
    Right,
}

/// How a text is drawn; `size` in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Words {
    pub size: f64,
    pub colour: RGBColor,
    pub bold: bool,
    pub at: At,
}

/// What a picture is drawn on.
pub struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    /// The dash patterns met so far.
    patterns: RefCell<Vec<&'static [f64]>>,
}

/// plotters knows no dashes. A dashed line is drawn with this much, times the place of its pattern, added to its width; what an SVG calls a
/// dash pattern is put in at the end. A line of its own for each dash would make the picture many times as large, and as slow.
const DASHED: u32 = 1_000;

/// A picture as SVG. Only [`picture`] makes one, by a library that escapes the words it draws: so a page may take it in as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg(String);

impl Deref for Svg {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Draws a picture of the given size in pixels on white.
///
/// # Panics
/// Never: writing to a string does not fail.
#[must_use]
pub fn picture(width: f64, height: f64, draw: impl FnOnce(&Canvas)) -> Svg {
    fonts();
    let (wide, high) = ((width * FINE) as u32, (height * FINE) as u32);
    let mut svg = String::new();
    let patterns = {
        let canvas = Canvas { area: SVGBackend::with_string(&mut svg, (wide, high)).into_drawing_area(), patterns: RefCell::default() };
        canvas.block((0.0, 0.0), (width, height), Ink::tint(RGBColor(255, 255, 255), 1.0));
        draw(&canvas);
        canvas.area.present().expect("a string takes all");
        canvas.patterns.take()
    };
    let svg = finished(&svg, &patterns);
    let fine = format!("<svg width=\"{wide}\" height=\"{high}\" ");
    let shown = format!("<svg width=\"{width}\" height=\"{height}\" stroke-linejoin=\"round\" role=\"img\" ");
    assert!(svg.starts_with(&fine), "the head of a plotters SVG has changed: {}", svg.lines().next().unwrap_or_default());
    Svg(svg.replacen(&fine, &shown, 1))
}

impl Canvas<'_> {
    /// Draws a line through points; fewer than two draw nothing.
    pub fn line(&self, points: &[Point], ink: Ink) {
        if points.len() < 2 {
            return;
        }
        let width = (ink.width * FINE).round() as u32 + self.pattern(ink.dash) * DASHED;
        let style = ink.colour.mix(ink.opacity).stroke_width(width);
        self.area.draw(&PathElement::new(fine(points), style)).expect("a string takes all");
    }

    /// The place of a dash pattern among those of this picture, counted from 1; 0 is a solid line.
    fn pattern(&self, dash: &'static [f64]) -> u32 {
        if dash.is_empty() {
            return 0;
        }
        let mut known = self.patterns.borrow_mut();
        let at = known.iter().position(|pattern| *pattern == dash).unwrap_or_else(|| {
            known.push(dash);
            known.len() - 1
        });
        at as u32 + 1
    }

    /// Fills the area within points.
    pub fn shape(&self, points: &[Point], ink: Ink) {
        let style = ink.colour.mix(ink.opacity).filled();
        self.area.draw(&Polygon::new(fine(points), style)).expect("a string takes all");
    }

    /// Fills a rectangle between two corners.
    pub fn block(&self, from: Point, to: Point, ink: Ink) {
        let style = ink.colour.mix(ink.opacity).filled();
        let corners = fine(&[from, to]);
        self.area.draw(&Rectangle::new([corners[0], corners[1]], style)).expect("a string takes all");
    }

    /// Writes a line of text centred vertically on `place`.
    pub fn text(&self, text: &str, place: Point, words: Words) {
        let style = style_of(words);
        let place = fine(&[place])[0];
        self.area.draw_text(&drawable(text), &style, place).expect("a string takes all");
    }

    /// Width of a text in pixels, in the embedded face.
    #[must_use]
    pub(crate) fn width_of(&self, text: &str, words: Words) -> f64 {
        self.area.estimate_text_size(&drawable(text), &style_of(words)).map_or(0.0, |(wide, _)| f64::from(wide) / FINE)
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

/// What plotters cannot say: the dash patterns of lines, and that it is the ink which is thin. `opacity` is that of a whole element, which is
/// drawn on a sheet of its own and laid over the rest; one of fill or stroke looks the same and is a quarter quicker to draw.
fn finished(svg: &str, patterns: &[&[f64]]) -> String {
    const OPACITY: &str = " opacity=\"";
    const WIDTH: &str = " stroke-width=\"";
    let mut out = String::with_capacity(svg.len());
    for line in svg.split_inclusive('\n') {
        let Some(tag) = ["<rect ", "<polygon ", "<polyline ", "<text "].into_iter().find(|tag| line.starts_with(tag)) else {
            out += line;
            continue;
        };
        let (head, rest) = line.split_once(OPACITY).expect("an element has its opacity");
        let (opacity, mut rest) = rest.split_once('"').expect("an attribute ends");
        let begun = out.len();
        out += head;
        if opacity != "1" {
            let of = if tag == "<polyline " { "stroke" } else { "fill" };
            let _ = write!(out, " {of}-opacity=\"{opacity}\"");
        }
        if let Some((before, after)) = rest.split_once(WIDTH) {
            let (width, after) = after.split_once('"').expect("an attribute ends");
            let width: u32 = width.parse().expect("a whole number");
            let _ = write!(out, "{before}{WIDTH}{}\"", width % DASHED);
            if let Some(at) = (width / DASHED).checked_sub(1) {
                let lengths: Vec<String> = patterns[at as usize].iter().map(|length| (length * FINE).to_string()).collect();
                let _ = write!(out, " stroke-dasharray=\"{}\"", lengths.join(" "));
            }
            rest = after;
        }
        out += rest;
        if tag.starts_with("<poly") {
            let element = out.split_off(begun);
            out += &stepped(tag, element);
        }
    }
    out
}

/// From so many points on a line is written step by step: a step takes half the letters of a place.
const LONG: usize = 16;

/// A polyline or polygon of many points as a path of steps from its first point, drawn the same to the last pixel; what is short stays as it is.
fn stepped(tag: &str, line: String) -> String {
    const POINTS: &str = " points=\"";
    let Some((head, (points, tail))) = line.split_once(POINTS).and_then(|(head, rest)| Some((head, rest.split_once('"')?))) else {
        return line;
    };
    let whole = |point: &str| point.split_once(',').and_then(|(x, y)| Some((x.parse::<i32>().ok()?, y.parse::<i32>().ok()?)));
    let places: Option<Vec<(i32, i32)>> = points.split_whitespace().map(whole).collect();
    let Some(places) = places.filter(|places| places.len() >= LONG) else { return line };
    let mut steps = format!("M{} {}l", places[0].0, places[0].1);
    let mut first = true;
    for pair in places.windows(2).filter(|pair| pair[0] != pair[1]) {
        for step in [pair[1].0 - pair[0].0, pair[1].1 - pair[0].1] {
            // A sign parts two numbers as well as a space does.
            let _ = if first || step < 0 { write!(steps, "{step}") } else { write!(steps, " {step}") };
            first = false;
        }
    }
    let close = if tag == "<polygon " { "z" } else { "" };
    format!("<path {} d=\"{steps}{close}\"{tail}", &head[tag.len()..])
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
    fn a_long_line_is_written_in_steps_that_lead_to_the_same_places() {
        let points: Vec<Point> = (0..40).map(|i| (f64::from(i) * 2.0, if i % 3 == 0 { 5.0 } else { 9.5 })).collect();
        let svg = picture(90.0, 10.0, |canvas| {
            canvas.line(&points, Ink::line(RGBColor(0, 0, 0), 1.0));
            canvas.line(&points[..3], Ink::line(RGBColor(0, 0, 0), 1.0));
            canvas.shape(&points, Ink::tint(RGBColor(0, 0, 0), 0.5));
        });
        assert_eq!((svg.matches("<path ").count(), svg.matches("<polyline ").count()), (2, 1));
        let steps = svg.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(steps.starts_with("M0 20l8 18 8 0 8-18 8 18"), "{steps}");
        assert!(svg.contains("z\"") && svg.contains("fill-opacity=\"0.5\""));
    }

    #[test]
    fn words_are_escaped() {
        let words = Words { size: 12.0, colour: RGBColor(0, 0, 0), bold: false, at: At::Left };
        let svg = picture(90.0, 10.0, |canvas| canvas.text("</text><script>\"&'", (1.0, 5.0), words));
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;") && svg.contains("&amp;") && !svg.contains("<script"), "{}", &*svg);
    }

    #[test]
    fn dashes_and_thin_inks_are_told_to_the_picture() {
        let svg = picture(10.0, 10.0, |canvas| {
            canvas.block((0.0, 0.0), (1.0, 1.0), Ink::tint(RGBColor(0, 0, 0), 0.5));
            let ink = Ink::line(RGBColor(0, 0, 0), 1.5);
            canvas.line(&[(0.0, 0.0), (10.0, 0.0)], ink);
            canvas.line(&[(0.0, 5.0), (10.0, 5.0)], ink.dashed(&[3.0, 2.5]));
            canvas.line(&[(0.0, 6.0), (10.0, 6.0)], ink.dashed(&[1.0, 1.0]));
            canvas.line(&[(0.0, 7.0), (10.0, 7.0)], ink.dashed(&[3.0, 2.5]));
        });
        assert!(svg.contains("fill-opacity=\"0.5\"") && !svg.contains(" opacity="), "{}", &*svg);
        let strokes: Vec<&str> = svg.split("stroke-width=").skip(1).map(|rest| rest.split(" points").next().unwrap()).collect();
        let long = "\"6\" stroke-dasharray=\"12 10\"";
        assert_eq!(strokes, ["\"6\"", long, "\"6\" stroke-dasharray=\"4 4\"", long]);
    }
}
