//! Paper and pencil: lines, areas and words in picture pixels with fractions, which plotters draws and an SVG holds. The only code that has plotters draw.

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Once;

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Drawable, PathElement, PointCollection, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle, register_font};

use crate::report::charts::backend::{Elements, More, stroke};
use crate::report::charts::glyphs::drawable;
use crate::report::charts::pen::{Dot, written};

/// Units of the picture in a pixel: four keep slopes smooth.
const FINE: f64 = 4.0;
/// What a font is measured larger by than it is drawn.
const FONT_SCALE: f64 = 1.24;
/// How far below the middle of a letter its line is, as a share of its size: half the height of an x.
const MIDDLE: f64 = 0.26;

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
pub struct Canvas {
    area: DrawingArea<Elements, Shift>,
    elements: Rc<RefCell<Elements>>,
}

/// A picture as SVG. Only [`picture`] makes one, and it escapes the words it draws: so a page may take it in as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg(String);

impl Deref for Svg {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Draws a picture of the given size in pixels on white.
#[must_use]
pub fn picture(width: f64, height: f64, draw: impl FnOnce(&Canvas)) -> Svg {
    fonts();
    let (wide, high) = fine((width, height));
    let elements = Elements { size: (wide.unsigned_abs(), high.unsigned_abs()), drawn: Vec::new(), next: More::default() };
    let elements = Rc::new(RefCell::new(elements));
    let canvas = Canvas { area: DrawingArea::from(&elements), elements };
    canvas.block((0.0, 0.0), (width, height), Ink::tint(RGBColor(255, 255, 255), 1.0));
    draw(&canvas);
    // What most elements have in common stands here, and each says only where it differs.
    let head = format!(
        "<svg width=\"{width}\" height=\"{height}\" fill=\"none\" stroke-linejoin=\"round\" font-family=\"sans-serif\" role=\"img\" \
         viewBox=\"0 0 {wide} {high}\" xmlns=\"http://www.w3.org/2000/svg\">\n"
    );
    let body = written(&canvas.elements.borrow().drawn);
    Svg(head + &body + "</svg>\n")
}

impl Canvas {
    /// Draws a line through points; fewer than two draw nothing.
    pub fn line(&self, points: &[Point], ink: Ink) {
        if points.len() >= 2 {
            // Where thin inks lie over each other they are deeper: such lines stay apart.
            let more = More { dash: lengths(ink), joins: ink.opacity >= 1.0, ..More::default() };
            self.draw(&PathElement::new(places(points), drawn(ink)), more);
        }
    }

    /// Fills the area within points.
    pub fn shape(&self, points: &[Point], ink: Ink) {
        self.draw(&Polygon::new(places(points), filled(ink)), More::default());
    }

    /// Fills a rectangle between two corners.
    pub fn block(&self, from: Point, to: Point, ink: Ink) {
        self.rectangle((from, to), ink, More { joins: ink.opacity >= 1.0, ..More::default() });
    }

    /// Fills the area within points and draws its edge.
    pub(crate) fn outlined(&self, points: &[Point], ink: Ink, edge: Ink) {
        let edge = stroke(edge.colour.mix(edge.opacity).to_backend_color(), drawn(edge).stroke_width, &lengths(edge));
        self.draw(&Polygon::new(places(points), filled(ink)), More { edge: Some(edge), ..More::default() });
    }

    /// Fills rectangles that do not lie over each other.
    pub(crate) fn blocks(&self, all: impl IntoIterator<Item = (Point, Point)>, ink: Ink) {
        for corners in all {
            self.rectangle(corners, ink, More { joins: true, ..More::default() });
        }
    }

    /// The same as [`Self::shape`], with words for a pointer that rests on it.
    pub(crate) fn titled_shape(&self, title: &str, points: &[Point], ink: Ink) {
        self.draw(&Polygon::new(places(points), filled(ink)), titled(title));
    }

    /// The same as [`Self::block`], with words for a pointer that rests on it.
    pub(crate) fn titled_block(&self, title: &str, from: Point, to: Point, ink: Ink) {
        self.rectangle((from, to), ink, titled(title));
    }

    /// Writes a line of text centred vertically on `place`.
    pub fn text(&self, text: &str, place: Point, words: Words) {
        let across = match words.at {
            At::Left => HPos::Left,
            At::Middle => HPos::Center,
            At::Right => HPos::Right,
        };
        let pos = Pos::new(across, VPos::Bottom);
        let style = TextStyle { font: font(words, words.size * FINE), color: words.colour.to_backend_color(), pos };
        let line = (place.0, place.1 + words.size * MIDDLE);
        self.area.draw_text(&drawable(text), &style, fine(line)).expect(TAKEN);
    }

    fn rectangle(&self, (from, to): (Point, Point), ink: Ink, more: More) {
        self.draw(&Rectangle::new([fine(from), fine(to)], filled(ink)), more);
    }

    fn draw<E>(&self, element: &E, more: More)
    where
        for<'e> &'e E: PointCollection<'e, Dot>,
        E: Drawable<Elements>,
    {
        self.elements.borrow_mut().next = more;
        self.area.draw(element).expect(TAKEN);
    }

    /// Width of a text in pixels, in the embedded face.
    #[must_use]
    pub(crate) fn width_of(text: &str, words: Words) -> f64 {
        font(words, words.size * FINE * FONT_SCALE).box_size(&drawable(text)).map_or(0.0, |(wide, _)| f64::from(wide) / FINE)
    }
}

/// An element that is taken down cannot fail to be.
const TAKEN: &str = "a list takes all";

fn drawn(ink: Ink) -> ShapeStyle {
    ink.colour.mix(ink.opacity).stroke_width((ink.width * FINE).round() as u32)
}

fn filled(ink: Ink) -> ShapeStyle {
    ink.colour.mix(ink.opacity).filled()
}

fn lengths(ink: Ink) -> Vec<f64> {
    ink.dash.iter().map(|length| length * FINE).collect()
}

fn titled(title: &str) -> More {
    More { title: Some(drawable(title).into_owned()), ..More::default() }
}

fn font(words: Words, size: f64) -> FontDesc<'static> {
    FontDesc::new(FontFamily::SansSerif, size, if words.bold { FontStyle::Bold } else { FontStyle::Normal })
}

fn fine((x, y): Point) -> Dot {
    ((x * FINE).round() as i32, (y * FINE).round() as i32)
}

fn places(points: &[Point]) -> Vec<Dot> {
    points.iter().copied().map(fine).collect()
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

    const INK: Ink = Ink::line(RGBColor(0, 0, 0), 1.5);

    #[test]
    fn words_are_escaped() {
        let words = Words { size: 12.0, colour: RGBColor(0, 0, 0), bold: false, at: At::Left };
        let svg = picture(90.0, 10.0, |canvas| canvas.text("</text><script>\"&'", (1.0, 5.0), words));
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;") && svg.contains("&amp;") && !svg.contains("<script"), "{}", &*svg);
    }

    #[test]
    fn an_ink_has_its_width_its_dashes_and_its_opacity() {
        let svg = picture(10.0, 10.0, |canvas| {
            canvas.block((0.0, 0.0), (1.0, 1.0), Ink::tint(RGBColor(0, 114, 178), 0.5));
            canvas.line(&[(0.0, 0.0), (10.0, 0.0)], INK);
            canvas.line(&[(0.0, 5.0), (10.0, 5.0)], INK.dashed(&[3.0, 2.5]));
        });
        let drawn: Vec<&str> = svg.lines().skip(2).collect();
        assert_eq!(
            drawn,
            [
                "<path fill=\"#0072B2\" fill-opacity=\"0.5\" d=\"M0 0h4v4h-4z\"/>",
                "<path stroke=\"#000\" stroke-width=\"6\" d=\"M0 0h40\"/>",
                "<path stroke=\"#000\" stroke-width=\"6\" stroke-dasharray=\"12 10\" d=\"M0 20h40\"/>",
                "</svg>"
            ]
        );
    }

    #[test]
    fn thin_inks_that_lie_over_each_other_stay_apart() {
        let lines = |opacity: f64| {
            let svg = picture(10.0, 10.0, |canvas| {
                canvas.line(&[(0.0, 0.0), (10.0, 1.0)], Ink { opacity, ..INK });
                canvas.line(&[(0.0, 1.0), (10.0, 0.0)], Ink { opacity, ..INK });
            });
            svg.matches("<path").count() - 1
        };
        assert_eq!((lines(1.0), lines(0.4)), (1, 2));
    }
}
