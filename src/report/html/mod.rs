//! Pages that stand alone: styles and pictures inside, nothing fetched, every word escaped.

mod activity;
mod against;
mod bars;
pub mod comparison;
#[cfg(test)]
mod contrast;
mod contributions;
mod falls;
mod flows;
mod gains;
mod groups;
pub mod index;
mod margin;
mod money;
pub mod months;
mod refusals;
pub mod sheet;
pub mod study;
mod survivorship;
mod tax;
mod trades;
mod unanswered;

use std::fmt::Write;

use crate::report::number_format::short_list;

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1c1c1c;--dim:#5c5c5c;--paper:#fbfbfa;--card:#fff;--line:#dedede;--alarm:#a03d00;--gain:0,114,178;--loss:213,94,0;--focus:#0b62c4}
@media (prefers-color-scheme:dark){:root{--ink:#e8e8e6;--dim:#a8a8a8;--paper:#161616;--card:#202020;--line:#3a3a3a;--alarm:#ff9a4d;--gain:64,160,224;--loss:240,120,40;--focus:#7db7ff}}
body{margin:0 auto;max-width:1240px;padding:24px 20px 60px;background:var(--paper);color:var(--ink);font:15px/1.5 sans-serif}
h1{margin:0 0 2px;font-size:28px;overflow-wrap:anywhere}h2{margin:36px 0 10px;font-size:19px}p{margin:4px 0 12px}.dim{color:var(--dim)}
.synthetic{display:inline-block;padding:1px 9px;border-radius:3px;background:#b54a00;color:#fff;font-weight:bold;font-size:13px}
h3{margin:24px 0 8px;font-size:15px}
figure{margin:14px 0;padding:8px;background:#fff;border:1px solid var(--line);border-radius:6px;overflow-x:auto}figure svg{display:block}
figure.full svg{width:100%;height:auto;min-width:860px}figure.small{box-sizing:border-box;width:596px;max-width:100%;margin:0}figure.small svg{width:100%;height:auto}
details.rows>summary{margin:8px 0;color:var(--dim)}figcaption{font-size:13px;color:var(--ink);padding:4px 4px 2px}figure.own{box-sizing:border-box;width:fit-content;max-width:100%}
@media (prefers-color-scheme:dark){figure{background:#1f1f1f}figure svg{filter:invert(.88) hue-rotate(180deg)}}
.wide{overflow-x:auto;max-width:100%;margin:14px 0}.cards .wide,input+.wide{margin-top:0;margin-bottom:0}table{border-collapse:collapse;background:var(--card);font-variant-numeric:tabular-nums;font-size:14px}
caption{text-align:left;color:var(--dim);padding:2px 0 4px;font-size:13px;white-space:nowrap}
th,td{padding:4px 11px;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap;font-weight:400}thead th{color:var(--dim);font-weight:600}
table.sort th,table.sort td{padding:4px 6px}tfoot th,tfoot td{border-top:2px solid var(--line);font-weight:600}.wide tbody th,.wide tfoot th,.wide thead th:first-child{position:sticky;left:0;background:var(--card)}
td.n,th.n{text-align:right}td.long{white-space:normal;min-width:20em}.cards{display:flex;flex-wrap:wrap;gap:18px;align-items:flex-start}
th button{all:unset;cursor:pointer}th button::after{content:' ↕';opacity:.35}th[aria-sort=ascending] button::after{content:' ↑';opacity:1}
th[aria-sort=descending] button::after{content:' ↓';opacity:1}
:focus-visible,th button:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
input[type=search]{margin:2px 0 6px;padding:4px 8px;border:1px solid var(--line);border-radius:4px;background:var(--card);color:var(--ink);font:inherit;max-width:100%;box-sizing:border-box}
.heat td{text-align:right}.heat td,.heat th{padding:4px 8px}nav a{display:inline-block;margin-right:12px}mark{background:none;color:var(--alarm);font-weight:600}
.flow{columns:250px;column-gap:26px}.flow table{width:100%}.flow tr{break-inside:avoid}
.caution{color:var(--alarm)}summary{cursor:pointer}details p{color:var(--ink);margin:4px 0 10px 16px}ul{padding-left:22px}li{margin:3px 0}a{color:inherit}
@media (max-width:600px){td.long{min-width:11em}table.sort td.long{min-width:46em}}
@media print{:root{color-scheme:light;--paper:#fff}body{max-width:none;padding:0;font-size:11px}table{font-size:10px}th,td,table.sort th,table.sort td{padding:2px 6px}
figure.small{width:48%}h3,h4{break-after:avoid}
figure,.cards>div,tr{break-inside:avoid}figure{border:0}figure.full svg{min-width:0}h2{break-after:avoid}input,nav,th button::after{display:none}.wide{overflow:visible}}
";

/// Sorts by the column whose heading is pressed and hides the rows that do not hold the words typed. Without it the page is whole.
pub const SCRIPT: &str = "
document.querySelectorAll('table.sort').forEach(function (table) {
  var body = table.tBodies[0], heads = table.tHead.rows[0].cells;
  function number(text) {
    // An interval counts by its lower bound.
    var plain = text.split(' to ')[0].replace(/−/g, '-').replace(/[$,%+ ]/g, '').replace(/days?$/, '');
    var unit = { k: 1e3, M: 1e6, B: 1e9, T: 1e12 }[plain.slice(-1)];
    return parseFloat(plain) * (unit || 1);
  }
  Array.prototype.forEach.call(heads, function (head, at) {
    var button = document.createElement('button');
    button.type = 'button';
    while (head.firstChild) { button.appendChild(head.firstChild); }
    head.appendChild(button);
    button.addEventListener('click', function () {
      var down = head.getAttribute('aria-sort') === 'descending';
      var first = head.classList.contains('n') ? -1 : 1;
      var way = head.hasAttribute('aria-sort') ? (down ? 1 : -1) : first;
      Array.prototype.forEach.call(heads, function (other) { other.removeAttribute('aria-sort'); });
      head.setAttribute('aria-sort', way > 0 ? 'ascending' : 'descending');
      Array.prototype.slice.call(body.rows).sort(function (a, b) {
        var x = a.cells[at].textContent, y = b.cells[at].textContent;
        if (head.classList.contains('n')) {
          var p = number(x), q = number(y);
          if (isNaN(p) || isNaN(q)) { return isNaN(p) - isNaN(q); }
          return (p - q) * way;
        }
        return x.localeCompare(y) * way;
      }).forEach(function (row) { body.appendChild(row); });
    });
  });
  if (body.rows.length > 12) {
    var search = document.createElement('input');
    search.type = 'search';
    search.placeholder = 'filter rows';
    search.setAttribute('aria-label', 'Filter the rows of: ' + (table.caption ? table.caption.textContent : 'the table'));
    table.parentNode.parentNode.insertBefore(search, table.parentNode);
    search.addEventListener('input', function () {
      var words = search.value.toLowerCase();
      Array.prototype.forEach.call(body.rows, function (row) {
        row.hidden = row.textContent.toLowerCase().indexOf(words) < 0;
      });
    });
  }
});
";

/// What a page may do: show its own styles and pictures and run the one script above, by the digest of its text (`tests/reports/report/pages.rs` holds it). A
/// browser that knows the policy fetches nothing, sends nothing and runs nothing else, even where a name should get past [`escaped`].
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-8i3tU9JCVBKn1sdzmu7neSuTszw6fqYblLWAHh4kEGw='; img-src data:; base-uri 'none'; form-action 'none'";

/// Text as HTML, safe in content and in attributes.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
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
    out
}

/// Text as HTML in which what stands between backticks is code.
pub(super) fn coded(text: &str) -> String {
    let pieces = escaped(text).split('`').enumerate().fold(String::new(), |mut out, (k, piece)| {
        if k > 0 {
            out += if k % 2 == 1 { "<code>" } else { "</code>" };
        }
        out + piece
    });
    if text.matches('`').count() % 2 == 1 { pieces + "</code>" } else { pieces }
}

/// A whole page; `body` is HTML already.
pub(super) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<main>\n{body}</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        escaped(title)
    )
}

/// A picture in its own size, told in words to whoever does not see it.
pub(super) fn small_figure(svg: &str, told: &str) -> String {
    framed(svg, told, "own", SCROLLS)
}

/// A picture as wide as the page, told in words; a narrow window scrolls it rather than shrink its words.
pub(super) fn told_figure(svg: &str, told: &str) -> String {
    framed(svg, told, "full", SCROLLS)
}

/// A small picture told in words below it; a narrow window shrinks it.
pub(super) fn captioned_figure(svg: &str, told: &str, caption: &str) -> String {
    framed(svg, told, "small", "").replacen("</figure>", &format!("<figcaption>{}</figcaption></figure>", escaped(caption)), 1)
}

/// The name space is HTML's own inside the page, and no address remains in the file.
fn framed(svg: &str, told: &str, class: &str, more: &str) -> String {
    let named = svg.replacen("role=\"img\"", &format!("role=\"img\" aria-label=\"{}\"", escaped(told)), 1);
    let inline = named.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
    format!("<figure class=\"{class}\"{more}>{inline}</figure>\n")
}

/// A picture that a narrow window scrolls, by keyboard too; what it shows is told by the picture itself.
const SCROLLS: &str = " tabindex=\"0\" role=\"group\" aria-label=\"Picture\"";

/// A column of a table: its heading, and whether it holds numbers.
pub(super) type Column<'a> = (&'a str, bool);

/// A table of plain text cells; its columns can be sorted, and filtered where it is long.
pub(super) fn table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> String {
    totalled(caption, columns, rows, &[])
}

/// The same with a last row of sums, which sorting and filtering leave where it is.
pub(super) fn totalled(caption: &str, columns: &[Column], rows: &[Vec<String>], total: &[String]) -> String {
    format!("<div>{}</div>\n", wide(label(caption, columns), &bare_table("sort", caption, columns, &Body { rows, total, addresses: &[] })))
}

/// A table whose first cells lead to addresses, where they have one.
pub(super) fn linked_table(caption: &str, columns: &[Column], rows: &[Vec<String>], addresses: &[Option<String>]) -> String {
    format!("<div>{}</div>\n", wide(label(caption, columns), &bare_table("sort", caption, columns, &Body { rows, total: &[], addresses })))
}

/// A short list of names and values, in the order that matters.
pub(super) fn list_table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> String {
    totalled_list(caption, columns, rows, &[])
}

/// The same with a last row of sums.
pub(super) fn totalled_list(caption: &str, columns: &[Column], rows: &[Vec<String>], total: &[String]) -> String {
    wide(label(caption, columns), &bare_table("list", caption, columns, &Body { rows, total, addresses: &[] })) + "\n"
}

/// A long, narrow table with its sums in as many columns as the page has room for.
pub(super) fn flowing_table(caption: &str, columns: &[Column], rows: &[Vec<String>], total: &[String]) -> String {
    format!("<div><div class=\"flow\">{}</div></div>\n", bare_table("sort", caption, columns, &Body { rows, total, addresses: &[] }))
}

/// What a narrow window scrolls sideways, by keyboard too.
pub(super) fn wide(name: &str, table: &str) -> String {
    format!("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">{table}</div>", escaped(name))
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
}

/// The first cell of a row is its heading.
fn bare_table(kind: &str, caption: &str, columns: &[Column], body: &Body) -> String {
    let class = |number: bool| if number { " class=\"n\"" } else { "" };
    let mut out = if caption.is_empty() {
        format!("<table class=\"{kind}\" aria-label=\"{}\">\n", escaped(label(caption, columns)))
    } else {
        format!("<table class=\"{kind}\">\n<caption>{}</caption>\n", escaped(caption))
    };
    out.push_str("<thead><tr>");
    for (name, number) in columns {
        let _ = write!(out, "<th scope=\"col\"{}>{}</th>", class(*number), escaped(name));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let line = |out: &mut String, row: &[String], address: Option<&String>| {
        out.push_str("<tr>");
        for (c, (cell, (_, number))) in row.iter().zip(columns).enumerate() {
            let long = if cell.chars().count() > 60 { " class=\"long\"" } else { class(*number) };
            let (tag, scope) = if c == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
            let text = escaped(cell);
            let _ = match address.filter(|_| c == 0) {
                Some(address) => write!(out, "<{tag}{scope}{long}><a href=\"{}\">{text}</a></{tag}>", escaped(address)),
                None => write!(out, "<{tag}{scope}{long}>{text}</{tag}>"),
            };
        }
        out.push_str("</tr>\n");
    };
    for (r, row) in body.rows.iter().enumerate() {
        line(&mut out, row, body.addresses.get(r).and_then(Option::as_ref));
    }
    out.push_str("</tbody>\n");
    if !body.total.is_empty() {
        out.push_str("<tfoot>\n");
        line(&mut out, body.total, None);
        out.push_str("</tfoot>\n");
    }
    out + "</table>"
}

/// A caution longer than this is shortened, in letters; the whole of it opens on demand.
const LONG: usize = 300;

pub(super) fn cautions(list: &[impl AsRef<str>]) -> String {
    if list.is_empty() {
        return "<p class=\"dim\">None.</p>\n".to_string();
    }
    let mut out = String::from("<ul>\n");
    for text in list {
        let whole = text.as_ref();
        if whole.chars().count() <= LONG {
            let _ = writeln!(out, "<li class=\"caution\">{}</li>", escaped(whole));
            continue;
        }
        let mut short = short_list(whole);
        if short.chars().count() > LONG {
            short = short.chars().take(LONG).chain(['…']).collect();
        }
        let (short, whole) = (escaped(&short), escaped(whole));
        let _ = writeln!(out, "<li class=\"caution\"><details><summary>{short}</summary><p>{whole}</p></details></li>");
    }
    out + "</ul>\n"
}

/// The mark of made-up data, or nothing.
pub(super) fn mark(synthetic: bool) -> &'static str {
    if synthetic { " <span class=\"synthetic\">SYNTHETIC DATA</span>" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_stand_below_what_is_sorted() {
        let row = |name: &str, value: &str| vec![name.to_string(), value.to_string()];
        let html = totalled("Cut <by>", &[("name", false), ("USD", true)], &[row("a", "$1"), row("b", "$2")], &row("total", "$3"));
        let (body, foot) = html.split_once("</tbody>").unwrap();
        assert!(body.contains("$1") && body.contains("$2") && !body.contains("$3"), "{html}");
        assert!(foot.contains("<tfoot>\n<tr><th scope=\"row\">total</th><td class=\"n\">$3</td></tr>\n</tfoot>"), "{html}");
        assert!(!table("", &[("name", false)], &[row("a", "")]).contains("tfoot"));
    }

    #[test]
    fn what_scrolls_can_be_reached_by_keyboard_and_has_a_name() {
        let html = list_table("", &[("what <it> is", false)], &[]);
        assert!(html.starts_with("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"what &lt;it&gt; is\"><table"), "{html}");
        assert!(told_figure("<svg role=\"img\"/>", "words").starts_with("<figure class=\"full\" tabindex=\"0\" role=\"group\""));
    }
}
