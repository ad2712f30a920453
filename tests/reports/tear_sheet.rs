//! What the sections and pictures of a tear sheet say, by numbers one can check by head.

mod coins;
mod first_screen;
mod flows;
mod hostile;
mod margin;
mod narratives;
mod refusals;
mod regimes;
mod sources;
mod stages;
mod survivors;
mod trades;
mod unanswered;

use rotate::evaluate::Evaluation;
use rotate::market::Market;
use rotate::replay::run::Run;
use rotate::report::charts::Pictures;
use rotate::report::html::sheet;
use rotate::report::summary::Summary;
use rotate::report::{Forms, ReportInput};
use rotate::stress::Stress;
use rotate::units::Span;

/// A market of days and a run over it.
fn days(bars: usize) -> (Market, Run) {
    let market = crate::fixture::market(bars, Span::DAY);
    let run = crate::fixture::run("up", &market, 1, 0.001, 1.0);
    (market, run)
}

/// The page of a run.
fn page(market: &Market, run: &Run) -> String {
    let evaluation = Evaluation::with(market, run, Stress::default());
    let input = ReportInput { market, evaluation: &evaluation, extends: None, forms: Forms::PLAIN };
    sheet::page(&input, &Summary::of(market, &evaluation), &Pictures::of(market, run))
}

/// Whoever adds a section adds the way to it.
#[test]
fn every_section_can_be_jumped_to() {
    let (market, run) = days(60);
    let page = page(&market, &run);
    let navigation = page.split("</nav>").next().unwrap();
    let sections: Vec<&str> = page.split("<h2").skip(1).map(|rest| rest.split_once("</h2>").unwrap().0).collect();
    assert!(sections.len() > 8);
    for section in sections {
        let id = section.split_once("id=\"").unwrap_or_else(|| panic!("a heading without a name: {section}")).1.split('"').next().unwrap();
        assert_eq!(navigation.matches(&format!("<a href=\"#{id}\">")).count(), 1, "{id} is not in the SECTIONS of html/sheet.rs");
    }
}

/// One section of a page, from its heading to the next.
fn section(page: &str, id: &str) -> String {
    let head = format!("<h2 id=\"{id}\">");
    let from = page.find(&head).unwrap_or_else(|| panic!("no section {id}"));
    let rest = &page[from + head.len()..];
    rest[..rest.find("<h2 ").unwrap_or(rest.len())].to_string()
}

/// The cells of the rows of every table in a piece of HTML, tags taken off; head rows too.
fn rows(html: &str) -> Vec<Vec<String>> {
    let plain = |cell: &str| cell[cell.find('>').map_or(0, |at| at + 1)..].split('<').next().unwrap_or_default().to_string();
    html.split("<tr>").skip(1).map(|row| row.split("</tr>").next().unwrap().split("<t").skip(1).map(plain).collect()).collect()
}

/// The words of a picture, in their order.
fn words(svg: &str) -> Vec<String> {
    svg.split("<text ").skip(1).map(|text| text.split('>').nth(1).unwrap().split('<').next().unwrap().to_string()).collect()
}
