//! Source as the tests of the house read it: what is code, what is text, what is a comment; and the paths of its imports.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::ROOT;

pub struct Source {
    /// Below its folder, with `/`.
    pub path: String,
    pub text: String,
    /// Code alone: comments and the insides of texts are blank; lines stay where they are.
    pub code: String,
}

impl Source {
    /// What the program is made of: the code without its unit tests.
    pub fn program(&self) -> String {
        let mut code = if self.path.ends_with("tests.rs") { String::new() } else { self.code.clone() };
        while let Some(at) = code.find("#[cfg(test)]") {
            let open = code[at..].find(['{', ';']).map_or(code.len(), |open| at + open);
            code.replace_range(at..block_end(&code, open), "");
        }
        code
    }

    /// The insides of its texts alone, in small letters.
    pub fn words(&self) -> String {
        pieces(&self.text).iter().map(|(piece, part)| if *piece == Piece::Text { part.to_lowercase() } else { blank(part) }).collect()
    }

    pub fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }

    /// `path:line` of every place that holds the words, not as the end of a longer name.
    pub fn places(&self, words: &str) -> Vec<String> {
        let named = |c: char| c.is_alphanumeric() || c == '_';
        let inside = |at: usize| words.starts_with(named) && self.code[..at].ends_with(named);
        let found = self.code.match_indices(words).filter(|&(at, _)| !inside(at));
        found.map(|(at, _)| format!("src/{}:{}: {words}", self.path, line(&self.code, at))).collect()
    }
}

pub fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Every file of the library and its program.
pub fn sources() -> Vec<Source> {
    let all = sources_of("src");
    assert!(all.len() > 50, "the sources were not found");
    all
}

/// Every file of Rust below a folder of the project.
pub fn sources_of(folder: &str) -> Vec<Source> {
    fn collect(folder: &Path, all: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, all);
            } else if path.extension().is_some_and(|end| end == "rs") {
                all.push(path);
            }
        }
    }
    let root = Path::new(ROOT).join(folder);
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let source = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let below = path.strip_prefix(&root).unwrap().components().map(|part| part.as_os_str().to_str().unwrap());
        Source { path: below.collect::<Vec<_>>().join("/"), code: code_of(&text), text }
    };
    paths.iter().map(source).collect()
}

/// The end of the block whose brace opens at `open`; the end of a statement that has none.
pub fn block_end(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => {}
            _ => continue,
        }
        if depth == 0 {
            return open + at + 1;
        }
    }
    code.len()
}

#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Code,
    Comment,
    Text,
}

fn blank(part: &str) -> String {
    part.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

/// Code alone: comments and the insides of string and character literals are blank.
fn code_of(text: &str) -> String {
    pieces(text).iter().map(|(piece, part)| if *piece == Piece::Code { (*part).to_owned() } else { blank(part) }).collect()
}

/// A text taken apart into code, comments and literals.
fn pieces(text: &str) -> Vec<(Piece, &str)> {
    let (mut all, mut begun, mut at) = (Vec::new(), 0, 0);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let word = text[begun..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        let (piece, taken) = if rest.starts_with("//") {
            (Piece::Comment, rest.find('\n').unwrap_or(rest.len()))
        } else if let Some(block) = rest.strip_prefix("/*") {
            (Piece::Comment, 2 + block.find("*/").map_or(block.len(), |end| end + 2))
        } else if c == '"' {
            (Piece::Text, quoted(rest))
        } else if !word && (rest.starts_with("r\"") || rest.starts_with("r#")) {
            let hashes = rest[1..].chars().take_while(|&c| c == '#').count();
            let close = format!("\"{}", "#".repeat(hashes));
            let taken = match rest[1 + hashes..].strip_prefix('"') {
                Some(inside) => 2 + hashes + inside.find(&close).map_or(inside.len(), |end| end + close.len()),
                None => 0,
            };
            (Piece::Text, taken)
        } else if c == '\'' {
            // A character, not a lifetime.
            let mut inside = rest[1..].chars();
            let taken = match (inside.next(), inside.next()) {
                (Some('\\'), _) => 3 + rest[3..].find('\'').map_or(0, |end| end + 1),
                (Some(one), Some('\'')) => 2 + one.len_utf8(),
                _ => 0,
            };
            (Piece::Text, taken)
        } else {
            (Piece::Code, 0)
        };
        if taken == 0 {
            at += c.len_utf8();
            continue;
        }
        all.push((Piece::Code, &text[begun..at]));
        all.push((piece, &text[at..at + taken]));
        at += taken;
        begun = at;
    }
    all.push((Piece::Code, &text[begun..]));
    all
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Every path of a `use` or an expression that starts at the crate, its groups taken apart: `market::panel::Panel`.
pub fn crate_paths(code: &str) -> Vec<(usize, String)> {
    let behind = code.match_indices("crate::").map(|(at, mark)| (at, &code[at + mark.len()..]));
    behind.flat_map(|(at, tree)| paths_of("", tree).into_iter().map(move |path| (line(code, at), path))).collect()
}

/// The paths of one tree of imports, each behind `prefix`.
pub fn paths_of(prefix: &str, tree: &str) -> Vec<String> {
    fn expand(prefix: &str, tree: &str, all: &mut Vec<String>) -> usize {
        let name_end = tree.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':' || c == '*')).unwrap_or(tree.len());
        let path = format!("{prefix}{}", &tree[..name_end]);
        if !tree[name_end..].starts_with('{') {
            all.push(path);
            return name_end;
        }
        let mut at = name_end + 1;
        loop {
            at += tree[at..].find(|c: char| !(c.is_whitespace() || c == ',')).unwrap_or(tree.len() - at);
            if at >= tree.len() || tree[at..].starts_with('}') {
                return at + 1;
            }
            let taken = expand(&path, &tree[at..], all);
            assert!(taken > 0, "cannot read the import `{}`", &tree[..tree.len().min(80)]);
            at += taken;
            // `Name as other`
            if let Some(rest) = tree[at..].strip_prefix(" as ") {
                at += 4 + rest.find([',', '}', '\n']).unwrap_or(0);
            }
        }
    }
    let mut all = Vec::new();
    expand(prefix, tree, &mut all);
    all
}

#[test]
fn the_reader_of_source_reads_it() {
    let code = code_of(
        "use a::b; // crate::cli\nlet s = \"crate::tune \\\" {\"; let c = '\"'; let l: &'static str = r#\"crate::\"x\"#; /* dbg! */ f('\\n', '{')\n",
    );
    assert!(!code.contains("crate::") && !code.contains("dbg!") && !code.contains('{'), "{code}");
    assert!(code.contains("use a::b;") && code.contains("&'static str") && code.matches('\n').count() == 2, "{code}");
    let paths = |code| crate_paths(code).into_iter().map(|(_, path)| path).collect::<Vec<_>>();
    assert_eq!(
        paths("use crate::market::{Kind, panel::{Panel, Row as R}, self};"),
        ["market::Kind", "market::panel::Panel", "market::panel::Row", "market::self"]
    );
    assert_eq!(paths("use crate::{cli::run, units::Usd};\nfn f() -> crate::fault::Fault {"), ["cli::run", "units::Usd", "fault::Fault"]);
}
