//! The frame of a page, and what stands on every page: headings, paragraphs, cautions, the mark of made-up data.

use crate::report::html::escape::{Html, coded, of_source, tag, text};
use crate::report::number_format::short_list;

/// The styles of every page, for light and dark, narrow windows and paper.
pub(super) const STYLE: &str = include_str!("page.css");

/// Sorts by the column whose heading is pressed and hides the rows that do not hold the words typed. Without it the page is whole.
pub const SCRIPT: &str = include_str!("page.js");

/// Makes charts that answer of the pictures of a tear sheet, with [`uplot`].
pub const LIVE: &str = include_str!("live.js");

/// uPlot 1.6.32 of Leon Sorokin, MIT, as it is published; its first line names an address and is left out of pages.
const UPLOT: &str = include_str!("uplot.js");

/// The library in a tear sheet.
#[must_use]
pub fn uplot() -> &'static str {
    UPLOT.split_once('\n').map_or(UPLOT, |(_, code)| code)
}

/// What a page may do: show its own styles and pictures and run the scripts above, each by the digest of its text (`tests/reports/report/pages.rs` holds them). A
/// browser that knows the policy fetches nothing, sends nothing and runs nothing else.
macro_rules! policy {
    ($($digest:literal),+) => {
        concat!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src",
            $(" 'sha256-", $digest, "'"),+,
            "; img-src data:; base-uri 'none'; form-action 'none'\">"
        )
    };
}
const POLICY: &str = policy!("/IuLser8HUjTYv26w8+NRbbfy0SrcxTsq5yzxFbaDxs=");
const LIVE_POLICY: &str = policy!(
    "/IuLser8HUjTYv26w8+NRbbfy0SrcxTsq5yzxFbaDxs=",
    "qmDr9ay3xIVuXJINbr3gIJNWwRxbart3XikOatr0sbE=",
    "2ZxVipO1XUfUQ7KOy7kxDGAw+JWyLsF4fDOeb6ZwLp4="
);

/// A whole page.
pub(super) fn page(title: &str, body: &Html) -> Html {
    whole(title, body, POLICY, &[SCRIPT])
}

/// A whole page with charts that answer.
pub(super) fn live_page(title: &str, body: &Html) -> Html {
    whole(title, body, LIVE_POLICY, &[SCRIPT, uplot(), LIVE])
}

fn whole(title: &str, body: &Html, policy: &'static str, scripts: &[&'static str]) -> Html {
    let head = Html::new().line()
        + tag("meta").with("charset", "utf-8").void().line()
        + of_source(policy).line()
        + tag("meta").with("name", "viewport").with("content", "width=device-width, initial-scale=1").void().line()
        + tag("title").text(title).line()
        + tag("style").source(STYLE).line();
    let main = tag("main").holds(&(Html::new().line() + body)).line();
    let scripts: Html = scripts.iter().map(|script| tag("script").source(script).line()).sum();
    let whole = Html::new().line() + tag("head").holds(&head).line() + tag("body").holds(&(Html::new().line() + main + scripts)).line();
    of_source("<!doctype html>").line() + tag("html").with("lang", "en").holds(&whole).line()
}

/// A section that opens on demand, which `#id` leads to.
pub(super) fn folded(id: &'static str, words: &str, inside: &Html) -> Html {
    let head = tag("summary").holds(&tag("h2").with("id", id).text(words)).line();
    tag("details").class("section").holds(&(Html::new().line() + head + inside)).line()
}

/// A heading of a section, which `#id` leads to.
pub(super) fn heading(id: &'static str, words: &str) -> Html {
    tag("h2").with("id", id).text(words).line()
}

pub(super) fn paragraph(inside: &Html) -> Html {
    tag("p").holds(inside).line()
}

/// A paragraph of lesser weight.
pub(super) fn dim_paragraph(inside: &Html) -> Html {
    tag("p").class("dim").holds(inside).line()
}

/// Words of lesser weight inside a paragraph; what stands between backticks is code.
pub(super) fn dim(words: &str) -> Html {
    tag("span").class("dim").holds(&coded(words))
}

/// A list of which each entry is HTML.
pub(super) fn bullets(entries: impl IntoIterator<Item = Html>) -> Html {
    let lines: Html = entries.into_iter().map(|entry| tag("li").holds(&entry).line()).sum();
    tag("ul").holds(&(Html::new().line() + lines)).line()
}

/// What opens on demand, below a line that says what it is.
pub(super) fn on_demand(summary: &str, inside: &Html) -> Html {
    let head = tag("summary").text(summary).line();
    tag("details").class("rows").holds(&(head + inside)).line()
}

/// Blocks side by side where there is room.
pub(super) fn cards(blocks: &Html) -> Html {
    tag("div").class("cards").holds(&(Html::new().line() + blocks)).line()
}

/// Links to the sections of a page, by their ids and what they are called.
pub(super) fn navigation<'a>(sections: impl IntoIterator<Item = &'a (&'static str, &'static str)>) -> Html {
    let link = |(id, name): &(&str, &str)| tag("a").with("href", &format!("#{id}")).text(name);
    let links: Html = sections.into_iter().map(link).sum();
    tag("nav").with("aria-label", "On this page").holds(&links).line()
}

/// A caution longer than this is shortened, in letters; the whole of it opens on demand.
const LONG: usize = 300;

/// Cautions or findings; of none, that there are none.
pub(super) fn cautions(list: &[impl AsRef<str>]) -> Html {
    if list.is_empty() { dim_paragraph(&text("None.")) } else { caution_list(list) }
}

pub(super) fn caution_list(list: &[impl AsRef<str>]) -> Html {
    let lines: Html = list.iter().map(|whole| tag("li").class("caution").holds(&caution(whole.as_ref())).line()).sum();
    tag("ul").holds(&(Html::new().line() + lines)).line()
}

fn caution(whole: &str) -> Html {
    if whole.chars().count() <= LONG {
        return text(whole);
    }
    let mut short = short_list(whole);
    if short.chars().count() > LONG {
        short = short.chars().take(LONG).chain(['…']).collect();
    }
    tag("details").holds(&(tag("summary").text(&short) + tag("p").text(whole)))
}

/// The name of a page, with the mark of made-up data where they are.
pub(super) fn title(name: &str, synthetic: bool) -> Html {
    let mark = if synthetic { text(" ") + tag("span").class("synthetic").text("SYNTHETIC DATA") } else { Html::new() };
    tag("h1").holds(&(text(name) + mark)).line()
}
