//! How a picture is written: places in whole quarters of a pixel, steps instead of places, and once what neighbours share. Most of a page is
//! pictures, so a letter that is not needed is left out.

use std::fmt::Write;

/// From the left and from the top, in quarters of a pixel.
pub(super) type Dot = (i32, i32);

/// What an element is.
pub(super) enum Form {
    /// From place to place.
    Line(Vec<Dot>),
    /// The area within places.
    Shape(Vec<Dot>),
    /// The upper left and the lower right corner.
    Block(Dot, Dot),
    /// Text, and where its line begins, ends or has its middle.
    Text(Dot, String),
}

/// An element of a picture before it is written.
pub(super) struct Element {
    /// Its attributes.
    pub style: String,
    pub form: Form,
    /// What a pointer that rests on it is shown.
    pub title: Option<String>,
    /// Whether it looks the same as a part of one path with others of its style.
    pub joins: bool,
}

/// The elements in their order: neighbours of one style as one path where they may, else as one group.
pub(super) fn written(elements: &[Element]) -> String {
    let mut out = String::new();
    for run in elements.chunk_by(|a, b| a.style == b.style) {
        let parts: Vec<String> = run.chunk_by(|a, b| joined(a) && joined(b)).map(part).filter(|part| !part.is_empty()).collect();
        let style = &run[0].style;
        match &parts[..] {
            [] => {}
            [one] => {
                let (tag, rest) = one.split_once(' ').unwrap_or((one, ""));
                let _ = writeln!(out, "{tag} {style} {rest}");
            }
            many => {
                let _ = writeln!(out, "<g {style}>{}</g>", many.concat());
            }
        }
    }
    out
}

fn joined(element: &Element) -> bool {
    element.joins && element.title.is_none()
}

/// One element without its style, or several as one path; nothing of what has no extent.
fn part(run: &[Element]) -> String {
    if let Form::Text((x, y), text) = &run[0].form {
        return format!("<text x=\"{x}\" y=\"{y}\">{}</text>", escaped(text));
    }
    let mut path = Path::default();
    for element in run {
        match &element.form {
            Form::Line(places) => path.line(places),
            Form::Shape(places) => path.shape(places),
            Form::Block(from, to) => path.block(*from, *to),
            Form::Text(..) => {}
        }
    }
    match &run[0].title {
        _ if path.steps.is_empty() => String::new(),
        Some(title) => format!("<path d=\"{}\"><title>{}</title></path>", path.steps, escaped(title)),
        None => format!("<path d=\"{}\"/>", path.steps),
    }
}

/// The steps of a path so far.
#[derive(Default)]
struct Path {
    steps: String,
    /// Where the next step begins, once there was one.
    at: Option<Dot>,
    last: char,
}

impl Path {
    fn line(&mut self, places: &[Dot]) {
        let corners = corners(places);
        let [first, rest @ ..] = &corners[..] else { return };
        if rest.is_empty() {
            return;
        }
        self.start(*first);
        let mut at = *first;
        for &(x, y) in rest {
            match (x - at.0, y - at.1) {
                (across, 0) => self.step('h', &[across]),
                (0, down) => self.step('v', &[down]),
                (across, down) => self.step('l', &[across, down]),
            }
            at = (x, y);
        }
        self.at = Some(at);
    }

    fn shape(&mut self, places: &[Dot]) {
        let begun = self.steps.len();
        self.line(places);
        if self.steps.len() > begun {
            self.close(places[0]);
        }
    }

    fn block(&mut self, a: Dot, b: Dot) {
        let (from, to) = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
        let (wide, high) = (to.0 - from.0, to.1 - from.1);
        if wide > 0 && high > 0 {
            self.start(from);
            self.step('h', &[wide]);
            self.step('v', &[high]);
            self.step('h', &[-wide]);
            self.close(from);
        }
    }

    fn start(&mut self, place: Dot) {
        match self.at {
            Some(at) => self.step('m', &[place.0 - at.0, place.1 - at.1]),
            None => self.step('M', &[place.0, place.1]),
        }
        self.at = Some(place);
    }

    fn close(&mut self, start: Dot) {
        self.step('z', &[]);
        self.at = Some(start);
    }

    /// The letter of a step is written where it is another than that before; a sign parts two numbers as well as a space does.
    fn step(&mut self, letter: char, numbers: &[i32]) {
        let mut apart = letter == self.last;
        if !apart || letter == 'm' {
            self.steps.push(letter);
            apart = false;
        }
        for &number in numbers {
            let _ = if apart && number >= 0 { write!(self.steps, " {number}") } else { write!(self.steps, "{number}") };
            apart = true;
        }
        self.last = letter;
    }
}

/// Places without those that the line through their neighbours meets on its way.
fn corners(places: &[Dot]) -> Vec<Dot> {
    let mut kept: Vec<Dot> = Vec::with_capacity(places.len());
    for &place in places {
        if kept.last() == Some(&place) {
            continue;
        }
        if let [.., a, b] = kept[..] {
            let (before, after) = ((i64::from(b.0 - a.0), i64::from(b.1 - a.1)), (i64::from(place.0 - b.0), i64::from(place.1 - b.1)));
            let turns = before.0 * after.1 != before.1 * after.0;
            let goes_on = before.0 * after.0 + before.1 * after.1 > 0;
            if !turns && goes_on {
                kept.pop();
            }
        }
        kept.push(place);
    }
    kept
}

/// A text as XML holds it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(style: &str, form: Form) -> Element {
        Element { style: style.to_owned(), form, title: None, joins: true }
    }

    #[test]
    fn a_line_is_written_in_steps_and_what_is_straight_in_one() {
        let line = of("stroke=\"#000\"", Form::Line(vec![(0, 20), (8, 38), (16, 56), (24, 38), (30, 38), (34, 38), (34, 2), (34, 9)]));
        assert_eq!(written(&[line]), "<path stroke=\"#000\" d=\"M0 20l16 36 8-18h10v-36 7\"/>\n");
        assert_eq!(written(&[of("", Form::Line(vec![(3, 3), (3, 3)]))]), "", "a line of one place is none");
    }

    #[test]
    fn neighbours_of_one_style_share_it_and_those_that_may_share_a_path() {
        let block = |x: i32, joins| Element { joins, ..of("fill=\"#111\"", Form::Block((x, 0), (x + 5, 9))) };
        assert_eq!(written(&[block(0, true), block(7, true)]), "<path fill=\"#111\" d=\"M0 0h5v9h-5zm7 0h5v9h-5z\"/>\n");
        let apart = written(&[block(0, false), block(7, false)]);
        assert_eq!(apart, "<g fill=\"#111\"><path d=\"M0 0h5v9h-5z\"/><path d=\"M7 0h5v9h-5z\"/></g>\n");
        let other = of("fill=\"#222\"", Form::Block((0, 0), (1, 1)));
        assert_eq!(written(&[block(0, true), other, block(7, true)]).lines().count(), 3, "the order stays");
    }

    #[test]
    fn a_title_and_a_text_are_escaped() {
        let titled = Element { title: Some("<b> & c".to_owned()), ..of("fill=\"#111\"", Form::Block((2, 2), (0, 0))) };
        let text = of("font-size=\"8\"", Form::Text((1, 2), "</text>&".to_owned()));
        assert_eq!(
            written(&[titled, text]),
            "<path fill=\"#111\" d=\"M0 0h2v2h-2z\"><title>&lt;b&gt; &amp; c</title></path>\n\
             <text font-size=\"8\" x=\"1\" y=\"2\">&lt;/text&gt;&amp;</text>\n"
        );
    }
}
