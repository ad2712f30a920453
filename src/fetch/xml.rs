//! The little of XML that a listing is written in: elements and text, no declarations of its own, no attributes that mean anything.

/// A piece of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Open(&'a str),
    Close(&'a str),
    Text(String),
}

/// Elements within one another; a listing has four.
const DEEPEST: usize = 16;

/// The pieces of a document, its tags in pairs.
pub(super) fn pieces(document: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut rest = document.trim_start_matches('\u{feff}').trim();
    if let Some(after) = rest.strip_prefix("<?xml") {
        rest = after.split_once("?>").ok_or("a declaration without an end")?.1;
    }
    let (mut all, mut open) = (Vec::new(), Vec::new());
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        if !text.trim().is_empty() {
            if open.is_empty() {
                return Err("text outside of any element".to_owned());
            }
            all.push(Piece::Text(plain(text)?));
        }
        let (tag, after) = rest[at + 1..].split_once('>').ok_or("a tag without an end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let name = name.trim_end();
            if open.pop() != Some(name) {
                return Err(format!("`</{}>` where another element ends", shortened(name)));
            }
            all.push(Piece::Close(name));
            continue;
        }
        let (tag, is_whole) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name = tag.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || "_-:.".contains(c)) {
            return Err(format!("`<{}>`, which is no element", shortened(tag)));
        }
        if open.is_empty() && !all.is_empty() {
            return Err("a second element at the top".to_owned());
        }
        all.push(Piece::Open(name));
        if is_whole {
            all.push(Piece::Close(name));
        } else {
            open.push(name);
        }
        if open.len() > DEEPEST {
            return Err(format!("elements more than {DEEPEST} deep"));
        }
    }
    match open.last() {
        Some(name) => Err(format!("`<{}>` is never closed", shortened(name))),
        None if all.is_empty() => Err("no element".to_owned()),
        None if rest.trim().is_empty() => Ok(all),
        None => Err("text after the end".to_owned()),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Text with its entities as the letters they stand for.
fn plain(text: &str) -> Result<String, String> {
    let mut parts = text.split('&');
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, after) = part.split_once(';').ok_or("`&` without `;`")?;
        let letter = match entity {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => numbered(entity),
        };
        all.push(letter.ok_or_else(|| format!("`&{};`, which stands for nothing", shortened(entity)))?);
        all.push_str(after);
    }
    Ok(all)
}

fn numbered(entity: &str) -> Option<char> {
    let digits = entity.strip_prefix('#')?;
    let code = match digits.strip_prefix('x') {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    code.ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_their_text_are_read() {
        let read = pieces("<?xml version=\"1.0\"?>\n<a x=\"1\"> <b>1 &amp; &#x9f99;&#38;</b><c/></a>\n").unwrap();
        let expected = [
            Piece::Open("a"),
            Piece::Open("b"),
            Piece::Text("1 & 龙&".to_owned()),
            Piece::Close("b"),
            Piece::Open("c"),
            Piece::Close("c"),
            Piece::Close("a"),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_no_plain_document_is_refused() {
        let deep = "<a>".repeat(20);
        for wrong in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "</a>",
            "<a></a><b></b>",
            "<a>&x;</a>",
            "<a>&amp</a>",
            "<a>&#xD800;</a>",
            "<a",
            "<!DOCTYPE a><a></a>",
            "<a><!-- x --></a>",
            "<a></a>x",
            "x<a></a>",
            "<?xml <a></a>",
            &deep,
        ] {
            assert!(pieces(wrong).is_err(), "{wrong}");
        }
    }
}
