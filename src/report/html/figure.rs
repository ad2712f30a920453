//! Pictures on a page, each described in words to whoever does not see it.

use crate::report::charts::canvas::Svg;
use crate::report::html::escape::{Html, Tag, drawing, tag};

/// A picture in its own size.
pub(super) fn small_figure(svg: &Svg, label: &str) -> Html {
    scrolling("own").holds(&drawing(svg, label)).line()
}

/// A picture as wide as the page; a narrow window scrolls it rather than shrink its words.
pub(super) fn wide_figure(svg: &Svg, label: &str) -> Html {
    scrolling("full").holds(&drawing(svg, label)).line()
}

/// The same, in the place of which a script may put charts of these names.
pub(super) fn live_figure(svg: &Svg, label: &str, charts: &str) -> Html {
    scrolling("full").with("data-live", charts).holds(&drawing(svg, label)).line()
}

/// A small picture with words below it; a narrow window shrinks it.
pub(super) fn captioned_figure(svg: &Svg, label: &str, caption: &str) -> Html {
    tag("figure").class("small").holds(&(drawing(svg, label) + tag("figcaption").text(caption))).line()
}

/// A frame that a narrow window scrolls, by keyboard too.
fn scrolling(class: &'static str) -> Tag {
    tag("figure").class(class).with("tabindex", "0").with("role", "group").with("aria-label", "Picture")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::canvas::picture;

    #[test]
    fn what_scrolls_can_be_reached_by_keyboard() {
        let svg = picture(4.0, 4.0, |_| {});
        assert!(wide_figure(&svg, "words").as_str().starts_with("<figure class=\"full\" tabindex=\"0\" role=\"group\""));
        let small = captioned_figure(&svg, "words", "below <it>").into_string();
        assert!(small.ends_with("<figcaption>below &lt;it&gt;</figcaption></figure>\n"), "{small}");
    }
}
