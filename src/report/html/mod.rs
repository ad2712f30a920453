//! Pages that stand alone: styles and pictures inside, nothing fetched, every word escaped.

pub mod index;
pub mod sheet;
pub mod study;

use std::fmt::Write;

use crate::report::words::short_list;

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1c1c1c;--dim:#666;--paper:#fbfbfa;--card:#fff;--line:#dedede;--alarm:#b34700}
@media (prefers-color-scheme:dark){:root{--ink:#e8e8e6;--dim:#a0a0a0;--paper:#161616;--card:#202020;--line:#3a3a3a;--alarm:#ff9a4d}}
body{margin:0 auto;max-width:1240px;padding:24px 20px 60px;background:var(--paper);color:var(--ink);font:15px/1.5 sans-serif}
h1{margin:0 0 2px;font-size:28px}h2{margin:36px 0 10px;font-size:19px}p{margin:4px 0 12px}.dim{color:var(--dim)}
.synthetic{display:inline-block;padding:1px 9px;border-radius:3px;background:#d55e00;color:#fff;font-weight:bold;font-size:13px}
h3{margin:24px 0 8px;font-size:15px}
figure{margin:14px 0;padding:8px;background:#fff;border:1px solid var(--line);border-radius:6px;overflow-x:auto}figure svg{display:block}
figure.full svg{width:100%;height:auto;min-width:960px}figure.own{box-sizing:border-box;width:fit-content;max-width:100%}
@media (prefers-color-scheme:dark){figure{filter:brightness(.92)}}
.wide{overflow-x:auto}table{border-collapse:collapse;background:var(--card);font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:4px 11px;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}th{color:var(--dim);font-weight:600}
td.n,th.n{text-align:right}td.long{white-space:normal;min-width:20em}.cards{display:flex;flex-wrap:wrap;gap:18px;align-items:flex-start}
.flow{columns:250px;column-gap:26px}.flow table{width:100%}.flow tr{break-inside:avoid}
.caution{color:var(--alarm)}summary{cursor:pointer}details p{color:var(--ink);margin:4px 0 10px 16px}li{margin:3px 0}a{color:inherit}
";

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

/// A whole page; `body` is HTML already.
pub(super) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n{body}</body>\n</html>\n",
        escaped(title)
    )
}

/// A picture as wide as the page; a narrow window scrolls it rather than shrink its words.
pub(super) fn figure(svg: &str) -> String {
    framed(svg, "full")
}

/// A picture in its own size.
pub(super) fn small_figure(svg: &str) -> String {
    framed(svg, "own")
}

/// The name space is HTML's own inside the page, and no address remains in the file.
fn framed(svg: &str, class: &str) -> String {
    let inline = svg.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
    format!("<figure class=\"{class}\">{inline}</figure>\n")
}

/// A column of a table: its heading, and whether it holds numbers.
pub(super) type Column<'a> = (&'a str, bool);

/// A table of plain text cells.
pub(super) fn table(columns: &[Column], rows: &[Vec<String>]) -> String {
    format!("<div class=\"wide\">{}</div>\n", bare_table(columns, rows))
}

/// A long, narrow table in as many columns as the page has room for.
pub(super) fn flowing_table(columns: &[Column], rows: &[Vec<String>]) -> String {
    format!("<div class=\"flow\">{}</div>\n", bare_table(columns, rows))
}

fn bare_table(columns: &[Column], rows: &[Vec<String>]) -> String {
    let class = |number: bool| if number { " class=\"n\"" } else { "" };
    let mut out = String::from("<table>\n<tr>");
    for (name, number) in columns {
        let _ = write!(out, "<th{}>{}</th>", class(*number), escaped(name));
    }
    out.push_str("</tr>\n");
    for row in rows {
        out.push_str("<tr>");
        for (cell, (_, number)) in row.iter().zip(columns) {
            let long = if cell.chars().count() > 60 { " class=\"long\"" } else { class(*number) };
            let _ = write!(out, "<td{long}>{}</td>", escaped(cell));
        }
        out.push_str("</tr>\n");
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
