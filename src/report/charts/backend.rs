//! What plotters draws on: it takes down each element it is asked for, in the order of the picture, for [`super::pen`] to write. plotters' own SVG takes
//! an element of its own with every attribute for each of thousands of lines, and knows neither dashes nor titles.

use std::convert::Infallible;
use std::fmt::Write;

use plotters_backend::text_anchor::HPos;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle};

use crate::report::charts::pen::{Element, Form};

/// A picture as plotters draws it.
pub(super) struct Elements {
    /// From edge to edge, in units of the picture.
    pub size: (u32, u32),
    pub drawn: Vec<Element>,
    /// Of the next element.
    pub next: More,
}

/// What plotters has no word for.
#[derive(Clone, Debug, Default)]
pub(super) struct More {
    /// Lengths of dash and gap, repeated, in units of the picture; empty is a solid line.
    pub dash: Vec<f64>,
    /// What a pointer that rests on it is shown.
    pub title: Option<String>,
    /// Whether it looks the same as a part of one path with others of its style.
    pub joins: bool,
    /// Of an area: the attributes of the line around it.
    pub edge: Option<String>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Elements {
    fn put(&mut self, mut style: String, form: Form) {
        let More { title, joins, edge, .. } = std::mem::take(&mut self.next);
        if let Some(edge) = edge {
            let _ = write!(style, " {edge}");
        }
        self.drawn.push(Element { style, form, title, joins });
    }
}

impl DrawingBackend for Elements {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        self.put(fill(colour), Form::Block((x, y), (x + 1, y + 1)));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let style = stroke(style.color(), style.stroke_width(), &self.next.dash);
        self.put(style, Form::Line(path.into_iter().collect()));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Drawn {
        self.put(fill(style.color()), Form::Shape(corners.into_iter().collect()));
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, _filled: bool) -> Drawn {
        self.put(fill(style.color()), Form::Block(from, to));
        Ok(())
    }

    /// `place` is on the line that letters stand on.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, place: BackendCoord) -> Drawn {
        let at = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let weight = if matches!(style.style(), FontStyle::Bold) { " font-weight=\"bold\"" } else { "" };
        let words = format!("font-size=\"{}\" {}{weight}{at}", style.size().round(), fill(style.color()));
        self.put(words, Form::Text(place, text.to_owned()));
        Ok(())
    }
}

/// The attributes of a line; its width and the lengths of its dashes in units of the picture.
pub(super) fn stroke(colour: BackendColor, width: u32, dash: &[f64]) -> String {
    let mut style = format!("stroke=\"{}\" stroke-width=\"{width}\"", hex(colour));
    if colour.alpha < 1.0 {
        let _ = write!(style, " stroke-opacity=\"{}\"", colour.alpha);
    }
    if !dash.is_empty() {
        let lengths: Vec<String> = dash.iter().map(f64::to_string).collect();
        let _ = write!(style, " stroke-dasharray=\"{}\"", lengths.join(" "));
    }
    style
}

fn fill(colour: BackendColor) -> String {
    let thin = if colour.alpha < 1.0 { format!(" fill-opacity=\"{}\"", colour.alpha) } else { String::new() };
    format!("fill=\"{}\"{thin}", hex(colour))
}

/// `#222` of what needs no more, else `#0072B2`.
fn hex(BackendColor { rgb: (red, green, blue), .. }: BackendColor) -> String {
    if [red, green, blue].iter().all(|channel| channel.is_multiple_of(17)) {
        return format!("#{:X}{:X}{:X}", red / 17, green / 17, blue / 17);
    }
    format!("#{red:02X}{green:02X}{blue:02X}")
}
