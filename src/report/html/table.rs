//! Tables: a caption, headings, rows of text, a last row of sums.

use crate::report::html::escape::{Html, Tag, tag, text};

/// A column of a table: its heading, and whether it holds numbers.
pub(super) type Column<'a> = (&'a str, bool);

/// A table of plain text cells; its columns can be sorted, and filtered where it is long.
pub(super) fn table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> Html {
    totalled(caption, columns, rows, &[])
}

/// The same with a last row of sums, which sorting and filtering leave where it is.
pub(super) fn totalled(caption: &str, columns: &[Column], rows: &[Vec<String>], total: &[String]) -> Html {
    scrolled("sort", caption, columns, &Body { rows, total, addresses: &[], best: &[] })
}

/// A table whose first cells lead to addresses, where they have one, with the best cell of a column in bold, by the place of its row. A script puts a choice
/// above it of the column by which it is ranked.
pub(super) fn linked_table(
    caption: &str,
    columns: &[Column],
    rows: &[Vec<String>],
    addresses: &[Option<String>],
    best: &[Option<usize>],
) -> Html {
    scrolled("sort ranked", caption, columns, &Body { rows, total: &[], addresses, best })
}

fn scrolled(class: &'static str, caption: &str, columns: &[Column], body: &Body) -> Html {
    tag("div").holds(&wide(label(caption, columns), &bare_table(class, caption, columns, body))).line()
}

/// A short list of names and values, in the order that matters.
pub(super) fn list_table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> Html {
    totalled_list(caption, columns, rows, &[])
}

/// The same with a last row of sums.
pub(super) fn totalled_list(caption: &str, columns: &[Column], rows: &[Vec<String>], total: &[String]) -> Html {
    wide(label(caption, columns), &bare_table("list", caption, columns, &Body { rows, total, addresses: &[], best: &[] })).line()
}

/// A long, narrow table with its sums in as many columns as the page has room for.
pub(super) fn flowing_table(caption: &str, columns: &[Column], rows: &[Vec<String>], total: &[String]) -> Html {
    let table = bare_table("sort", caption, columns, &Body { rows, total, addresses: &[], best: &[] });
    tag("div").holds(&tag("div").class("flow").holds(&table)).line()
}

/// What a narrow window scrolls sideways, by keyboard too.
pub(super) fn wide(name: &str, table: &Html) -> Html {
    tag("div").class("wide").with("tabindex", "0").with("role", "region").with("aria-label", name).holds(table)
}

/// A table without a caption is called by its first heading.
fn label<'a>(caption: &'a str, columns: &[Column<'a>]) -> &'a str {
    if caption.is_empty() { columns.first().map_or("", |column| column.0) } else { caption }
}

/// What stands under the headings of a table.
struct Body<'a> {
    rows: &'a [Vec<String>],
    /// Sums; empty where there are none.
    total: &'a [String],
    /// Where the first cell of each row leads; as long as `rows`, or empty.
    addresses: &'a [Option<String>],
    /// Of each column the row whose cell is its best, where one is; as many as columns, or empty.
    best: &'a [Option<usize>],
}

/// A heading of a column.
pub(super) fn column_head(name: &str, number: bool) -> Html {
    aligned(tag("th").with("scope", "col"), number).text(name)
}

/// A cell of a table of colours: gains or losses, the deeper the greater `depth`, from 0 to 1.
pub(super) fn heat_cell(is_loss: bool, depth: f64) -> Tag {
    let cell = tag("td").with("style", &format!("--d:{depth:.2}"));
    if is_loss { cell.class("loss") } else { cell }
}

/// Numbers stand on the right.
fn aligned(cell: Tag, number: bool) -> Tag {
    if number { cell.class("n") } else { cell }
}

/// So many columns `page.css` knows by their place: the table names those of numbers, and their cells need not.
const COUNTED: usize = 60;

/// Classes of a table whose second and fifth column hold numbers: `sort n2 n5`.
fn classes(kind: &str, columns: &[Column]) -> String {
    let numbers = columns.iter().take(COUNTED).enumerate().filter(|(_, (_, number))| *number);
    numbers.fold(kind.to_owned(), |all, (at, _)| format!("{all} n{}", at + 1))
}

fn bare_table(class: &'static str, caption: &str, columns: &[Column], body: &Body) -> Html {
    let mut inside = Html::new().line();
    if !caption.is_empty() {
        inside += tag("caption").text(caption).line();
    }
    let heads: Html = columns.iter().map(|(name, number)| column_head(name, *number)).sum();
    inside += tag("thead").holds(&tag("tr").holds(&heads)).line();
    let mut rows = Html::new().line();
    for (r, cells) in body.rows.iter().enumerate() {
        let is_best = |column: usize| body.best.get(column).copied().flatten() == Some(r);
        rows += row(columns, cells, body.addresses.get(r).and_then(Option::as_ref), is_best);
    }
    inside += tag("tbody").holds(&rows).line();
    if !body.total.is_empty() {
        inside += tag("tfoot").holds(&(Html::new().line() + row(columns, body.total, None, |_| false))).line();
    }
    let table = tag("table").with("class", &classes(class, columns));
    if caption.is_empty() { table.with("aria-label", label(caption, columns)).holds(&inside) } else { table.holds(&inside) }
}

/// The first cell of a row is its heading, and leads to `address`.
fn row(columns: &[Column], cells: &[String], address: Option<&String>, is_best: impl Fn(usize) -> bool) -> Html {
    let mut out = Html::new();
    for (c, (cell, (_, number))) in cells.iter().zip(columns).enumerate() {
        let start = if c == 0 { tag("th").with("scope", "row") } else { tag("td") };
        let start = if cell.chars().count() > 60 { start.class("long") } else { aligned(start, *number && c >= COUNTED) };
        out += match address.filter(|_| c == 0) {
            Some(address) => start.holds(&tag("a").with("href", address).text(cell)),
            None if is_best(c) => start.holds(&tag("b").text(cell)),
            None => start.holds(&text(cell)),
        };
    }
    tag("tr").holds(&out).line()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_stand_below_what_is_sorted() {
        let row = |name: &str, value: &str| vec![name.to_string(), value.to_string()];
        let html = totalled("Cut <by>", &[("name", false), ("USD", true)], &[row("a", "$1"), row("b", "$2")], &row("total", "$3"));
        let html = html.into_string();
        let (body, foot) = html.split_once("</tbody>").unwrap();
        assert!(html.contains("<table class=\"sort n2\">"), "{html}");
        assert!(body.contains("$1") && body.contains("$2") && !body.contains("$3"), "{html}");
        assert!(foot.contains("<tfoot>\n<tr><th scope=\"row\">total<td>$3</tr>\n</tfoot>"), "{html}");
        assert!(!table("", &[("name", false)], &[row("a", "")]).as_str().contains("tfoot"));
    }

    /// Or numbers of a wide table would stand on the left.
    #[test]
    fn the_styles_know_every_column_that_is_counted() {
        let style = crate::report::html::page::STYLE;
        assert!((1..=COUNTED).all(|at| style.contains(&format!(".n{at} tr>:nth-child({at})"))));
        assert!(!style.contains(&format!(".n{} ", COUNTED + 1)));
    }

    #[test]
    fn what_scrolls_can_be_reached_by_keyboard_and_has_a_name() {
        let html = list_table("", &[("what <it> is", false)], &[]).into_string();
        assert!(html.starts_with("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"what &lt;it&gt; is\"><table"), "{html}");
    }
}
