//! HTML that cannot be written unescaped: [`Html`] has no way in for a text of a file but through [`text`] and its kin, which escape it.
//!
//! Names of elements and of attributes are words of this source. Two doors let markup in as it is: [`drawing`] for a picture of
//! `charts`, whose [`Svg`] nobody else can make, and [`Tag::source`] with [`of_source`] for what stands in this source itself.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

use crate::report::charts::canvas::Svg;

/// A piece of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// Whether it holds nothing, not even an empty element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its markup.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes of a file, or of a test.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// The same, and the end of a line: blocks stand on lines of their own, so that two pages can be compared line by line.
    #[must_use]
    pub fn line(mut self) -> Self {
        self.0.push('\n');
        self
    }
}

impl Add<&Html> for Html {
    type Output = Self;

    fn add(mut self, more: &Html) -> Self {
        self += more;
        self
    }
}

impl Add for Html {
    type Output = Self;

    fn add(mut self, more: Self) -> Self {
        self += more;
        self
    }
}

impl AddAssign<&Html> for Html {
    fn add_assign(&mut self, more: &Html) {
        self.0.push_str(&more.0);
    }
}

impl AddAssign for Html {
    fn add_assign(&mut self, more: Self) {
        *self += &more;
    }
}

impl Sum for Html {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::new(), Self::add)
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        all.into_iter().sum()
    }
}

/// Text, safe in content and in attributes.
#[must_use]
pub fn text(text: &str) -> Html {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text);
    Html(out)
}

fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}

/// Text in which what stands between backticks is code; a backtick without its other half opens code up to the end.
#[must_use]
pub fn coded(words: &str) -> Html {
    words.split('`').enumerate().map(|(k, piece)| if k % 2 == 1 { tag("code").text(piece) } else { text(piece) }).sum()
}

/// An element that is being opened.
#[must_use]
#[derive(Clone, Debug)]
pub struct Tag {
    name: &'static str,
    /// Escaped.
    attributes: String,
}

/// An element by its name.
pub const fn tag(name: &'static str) -> Tag {
    Tag { name, attributes: String::new() }
}

impl Tag {
    /// The element with an attribute more, its value escaped.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.reserve(name.len() + value.len() + 4);
        self.attributes.push(' ');
        self.attributes.push_str(name);
        self.attributes.push_str("=\"");
        escape_into(&mut self.attributes, value);
        self.attributes.push('"');
        self
    }

    /// The element in a class of `page.css`.
    pub fn class(self, name: &'static str) -> Self {
        self.with("class", name)
    }

    /// The element around a text.
    #[must_use]
    pub fn text(self, text: &str) -> Html {
        self.closed(text.len(), |out| escape_into(out, text))
    }

    /// The element around what is HTML already.
    #[must_use]
    pub fn holds(self, inside: &Html) -> Html {
        self.closed(inside.0.len(), |out| out.push_str(&inside.0))
    }

    /// The element around a text of this source as it stands there: a style, a script.
    #[must_use]
    pub fn source(self, literal: &'static str) -> Html {
        self.closed(literal.len(), |out| out.push_str(literal))
    }

    /// An element that holds nothing and is not closed.
    #[must_use]
    pub fn void(self) -> Html {
        Html(format!("<{}{}>", self.name, self.attributes))
    }

    fn closed(self, length: usize, fill: impl FnOnce(&mut String)) -> Html {
        let Self { name, attributes } = self;
        let mut out = String::with_capacity(length + 2 * name.len() + attributes.len() + 5);
        out.push('<');
        out.push_str(name);
        out.push_str(&attributes);
        out.push('>');
        fill(&mut out);
        if !CLOSED_BY_THE_NEXT.contains(&name) {
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
        Html(out)
    }
}

/// Cells end where the next one begins, or their row ends (HTML, section 13.1.2.4). A page has thousands of them.
const CLOSED_BY_THE_NEXT: [&str; 2] = ["td", "th"];

/// Markup that stands in this source: a `&'static str`, which no file can become.
#[must_use]
pub fn of_source(literal: &'static str) -> Html {
    Html(literal.to_string())
}

/// A picture, described by `label` to whoever does not see it. The name space is HTML's own inside the page, and no address remains in the file.
#[must_use]
pub fn drawing(svg: &Svg, label: &str) -> Html {
    let label = text(label).0;
    let named = svg.replacen("role=\"img\"", &format!("role=\"img\" aria-label=\"{label}\""), 1);
    Html(named.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "<script>alert(\"1\")</script>'&";
    const ESCAPED: &str = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;";

    #[test]
    fn every_way_in_for_a_text_escapes_it() {
        assert_eq!(text(HOSTILE).as_str(), ESCAPED);
        assert_eq!(tag("td").text(HOSTILE).into_string(), format!("<td>{ESCAPED}"));
        assert_eq!(tag("a").with("href", HOSTILE).text("x").into_string(), format!("<a href=\"{ESCAPED}\">x</a>"));
        assert_eq!(coded(&format!("`{HOSTILE}`{HOSTILE}")).into_string(), format!("<code>{ESCAPED}</code>{ESCAPED}"));
        assert_eq!(tag("p").holds(&text(HOSTILE)).into_string(), format!("<p>{ESCAPED}</p>"));
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(coded("run `a < b` now").as_str(), "run <code>a &lt; b</code> now");
        assert_eq!(coded("half `open").as_str(), "half <code>open</code>");
        assert_eq!(coded("none").as_str(), "none");
    }

    #[test]
    fn a_drawing_is_described_and_names_no_address() {
        let svg = crate::report::charts::canvas::picture(4.0, 4.0, |_| {});
        let html = drawing(&svg, HOSTILE).into_string();
        assert!(html.starts_with("<svg ") && html.contains(&format!("role=\"img\" aria-label=\"{ESCAPED}\"")), "{html}");
        assert!(!html.contains("http") && html.contains("<path"), "{html}");
    }
}
