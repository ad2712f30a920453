//! Paper and pencil: lines, areas and words in picture pixels with fractions, which become an SVG. Words are measured by plotters.

use std::cell::RefCell;
use std::fmt::Write;
use std::ops::Deref;
use std::sync::Once;

use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, register_font};

use crate::report::charts::glyphs::drawable;
use crate::report::charts::pen::{Dot, Element, Form, written};

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
    elements: RefCell<Vec<Element>>,
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
    let canvas = Canvas { elements: RefCell::default() };
    canvas.block((0.0, 0.0), (width, height), Ink::tint(RGBColor(255, 255, 255), 1.0));
    draw(&canvas);
    let (wide, high) = fine((width, height));
    // What most elements have in common stands here, and each says only where it differs.
    let head = format!(
        "<svg width=\"{width}\" height=\"{height}\" fill=\"none\" stroke-linejoin=\"round\" font-family=\"sans-serif\" role=\"img\" \
         viewBox=\"0 0 {wide} {high}\" xmlns=\"http://www.w3.org/2000/svg\">\n"
    );
    Svg(head + &written(&canvas.elements.take()) + "</svg>\n")
}

impl Canvas {
    /// Draws a line through points; fewer than two draw nothing.
    pub fn line(&self, points: &[Point], ink: Ink) {
        if points.len() >= 2 {
            // Where thin inks lie over each other they are deeper: such lines stay apart.
            self.put(stroke(ink), Form::Line(places(points)), None, ink.opacity >= 1.0);
        }
    }

    /// Fills the area within points.
    pub fn shape(&self, points: &[Point], ink: Ink) {
        self.put(fill(ink), Form::Shape(places(points)), None, false);
    }

    /// Fills a rectangle between two corners.
    pub fn block(&self, from: Point, to: Point, ink: Ink) {
        self.put(fill(ink), Form::Block(fine(from), fine(to)), None, ink.opacity >= 1.0);
    }

    /// Fills the area within points and draws its edge.
    pub(crate) fn outlined(&self, points: &[Point], ink: Ink, edge: Ink) {
        self.put(format!("{} {}", fill(ink), stroke(edge)), Form::Shape(places(points)), None, false);
    }

    /// Fills rectangles that do not lie over each other.
    pub(crate) fn blocks(&self, all: impl IntoIterator<Item = (Point, Point)>, ink: Ink) {
        for (from, to) in all {
            self.put(fill(ink), Form::Block(fine(from), fine(to)), None, true);
        }
    }

    /// The same as [`Self::shape`], with words for a pointer that rests on it.
    pub(crate) fn titled_shape(&self, title: &str, points: &[Point], ink: Ink) {
        self.put(fill(ink), Form::Shape(places(points)), Some(title), false);
    }

    /// The same as [`Self::block`], with words for a pointer that rests on it.
    pub(crate) fn titled_block(&self, title: &str, from: Point, to: Point, ink: Ink) {
        self.put(fill(ink), Form::Block(fine(from), fine(to)), Some(title), false);
    }

    /// Writes a line of text centred vertically on `place`.
    pub fn text(&self, text: &str, place: Point, words: Words) {
        let at = match words.at {
            At::Left => "",
            At::Middle => " text-anchor=\"middle\"",
            At::Right => " text-anchor=\"end\"",
        };
        let weight = if words.bold { " font-weight=\"bold\"" } else { "" };
        let style = format!("font-size=\"{}\" fill=\"{}\"{weight}{at}", (words.size * FINE).round(), hex(words.colour));
        let line = (place.0, place.1 + words.size * MIDDLE);
        self.put(style, Form::Text(fine(line), drawable(text).into_owned()), None, false);
    }

    fn put(&self, style: String, form: Form, title: Option<&str>, joins: bool) {
        let title = title.map(|title| drawable(title).into_owned());
        self.elements.borrow_mut().push(Element { style, form, title, joins });
    }

    /// Width of a text in pixels, in the embedded face.
    #[must_use]
    pub(crate) fn width_of(text: &str, words: Words) -> f64 {
        let style = if words.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::SansSerif, words.size * FINE * FONT_SCALE, style);
        font.box_size(&drawable(text)).map_or(0.0, |(wide, _)| f64::from(wide) / FINE)
    }
}

fn stroke(ink: Ink) -> String {
    let mut style = format!("stroke=\"{}\" stroke-width=\"{}\"", hex(ink.colour), (ink.width * FINE).round());
    if ink.opacity < 1.0 {
        let _ = write!(style, " stroke-opacity=\"{}\"", ink.opacity);
    }
    if !ink.dash.is_empty() {
        let lengths: Vec<String> = ink.dash.iter().map(|length| (length * FINE).to_string()).collect();
        let _ = write!(style, " stroke-dasharray=\"{}\"", lengths.join(" "));
    }
    style
}

fn fill(ink: Ink) -> String {
    let thin = if ink.opacity < 1.0 { format!(" fill-opacity=\"{}\"", ink.opacity) } else { String::new() };
    format!("fill=\"{}\"{thin}", hex(ink.colour))
}

/// `#222` of what needs no more, else `#0072B2`.
fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    if [red, green, blue].iter().all(|channel| channel.is_multiple_of(17)) {
        return format!("#{:X}{:X}{:X}", red / 17, green / 17, blue / 17);
    }
    format!("#{red:02X}{green:02X}{blue:02X}")
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
