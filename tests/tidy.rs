//! What the house asks of its own source: which room may know which (the table of `src/lib.rs`), which crate lives in which room, how long
//! a file may be, and that nothing in it could make the same input give other bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Each room and the rooms it may use, beside itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("names", &[]),
    ("units", &[]),
    ("fault", &["names"]),
    ("folder", &["fault"]),
    ("funding_interval", &[]),
    ("bounded", &[]),
    ("market", &["names", "units", "fault", "folder", "funding_interval", "bounded"]),
    ("signal", &["units", "fault", "market"]),
    ("ledger", &["units", "fault"]),
    ("exchange", &["units", "fault", "ledger"]),
    // Of the market and the exchange only their words: see `the_two_absences`.
    ("strategy", &["names", "units", "fault", "bounded", "market", "signal", "exchange"]),
    ("replay", &["units", "market", "signal", "strategy", "ledger", "exchange"]),
    ("batch", &["units", "fault", "market", "signal", "strategy", "ledger", "exchange", "replay"]),
    ("lookahead", &["units", "fault", "market", "strategy", "replay", "batch"]),
    ("metrics", &["units", "replay"]),
    ("tune", &["units", "fault", "strategy", "replay", "batch", "metrics"]),
    ("stress", &["units", "strategy", "exchange", "replay", "batch", "metrics"]),
    ("report", &["names", "units", "fault", "bounded", "folder", "market", "replay", "metrics", "tune", "stress"]),
    (
        "cli",
        &[
            "names",
            "units",
            "fault",
            "folder",
            "bounded",
            "market",
            "signal",
            "strategy",
            "ledger",
            "exchange",
            "replay",
            "batch",
            "lookahead",
            "metrics",
            "tune",
            "stress",
            "report",
        ],
    ),
];

/// Crates that stay in their place.
const HOMES: &[(&str, &[&str])] = &[
    ("polars", &["market/"]),
    ("rustix", &["folder/swap.rs"]),
    ("plotters", &["report/charts/"]),
    ("resvg", &["report/charts/"]),
    ("dejavu", &["report/charts/"]),
    ("rayon", &["batch.rs", "market/"]),
    ("clap", &["cli/"]),
    ("indicatif", &["cli/"]),
    ("console", &["cli/look.rs"]),
    ("flate2", &["market/"]),
    ("png", &["report/charts/"]),
    ("ab_glyph", &["report/charts/"]),
    ("unicode_width", &["report/columns.rs"]),
    ("zip", &["market/"]),
    ("sha2", &["market/"]),
    ("rand_chacha", &["market/sample/", "metrics/bootstrap.rs"]),
    ("csv", &["market/", "report/"]),
];

/// Files that may hold a hash map, each because it is only looked into and never walked through.
const MAY_HASH: &[&str] = &[];

/// Where a name may come from chance: of a folder that is gone before anybody reads of it.
const MAY_DRAW: &[(&str, &str)] = &[("folder/work.rs", "RandomState")];
/// Files that may ask how many threads there are, each because what it gives does not depend on them.
const MAY_COUNT_THREADS: &[&str] = &["market/threads.rs"];

struct Source {
    /// Below `src/`, with `/`.
    path: String,
    text: String,
    /// Code alone: comments and the insides of texts are blank; lines stay where they are.
    code: String,
}

impl Source {
    fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }

    /// `path:line` of every place that holds the words, not as the end of a longer name.
    fn places(&self, words: &str) -> Vec<String> {
        let named = |c: char| c.is_alphanumeric() || c == '_';
        let inside = |at: usize| words.starts_with(named) && self.code[..at].ends_with(named);
        let found = self.code.match_indices(words).filter(|&(at, _)| !inside(at));
        found.map(|(at, _)| format!("src/{}:{}: {words}", self.path, line(&self.code, at))).collect()
    }
}

fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn sources() -> Vec<Source> {
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
    let root = Path::new(ROOT).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    assert!(paths.len() > 50, "the sources were not found");
    let source = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let below = path.strip_prefix(&root).unwrap().components().map(|part| part.as_os_str().to_str().unwrap());
        Source { path: below.collect::<Vec<_>>().join("/"), code: code_of(&text), text }
    };
    paths.iter().map(source).collect()
}

/// Blanks comments and the insides of string and character literals.
fn code_of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let blank = |out: &mut String, part: &str| out.extend(part.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
    while let Some(c) = rest.chars().next() {
        let before = out.chars().next_back().unwrap_or(' ');
        let word = before.is_alphanumeric() || before == '_';
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(block) = rest.strip_prefix("/*") {
            2 + block.find("*/").map_or(block.len(), |end| end + 2)
        } else if c == '"' {
            quoted(rest)
        } else if !word && (rest.starts_with("r\"") || rest.starts_with("r#")) {
            let hashes = rest[1..].chars().take_while(|&c| c == '#').count();
            let close = format!("\"{}", "#".repeat(hashes));
            match rest[1 + hashes..].strip_prefix('"') {
                Some(inside) => 2 + hashes + inside.find(&close).map_or(inside.len(), |end| end + close.len()),
                None => 0,
            }
        } else if c == '\'' {
            // A character, not a lifetime.
            let mut inside = rest[1..].chars();
            match (inside.next(), inside.next()) {
                (Some('\\'), _) => 3 + rest[3..].find('\'').map_or(0, |end| end + 1),
                (Some(one), Some('\'')) => 2 + one.len_utf8(),
                _ => 0,
            }
        } else {
            0
        };
        if taken == 0 {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            blank(&mut out, &rest[..taken]);
            rest = &rest[taken..];
        }
    }
    out
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
fn crate_paths(code: &str) -> Vec<(usize, String)> {
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
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let mut paths = Vec::new();
        expand("", &code[at + "crate::".len()..], &mut paths);
        found.extend(paths.into_iter().map(|path| (line(code, at), path)));
    }
    found
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

#[test]
fn rooms_know_only_what_the_table_allows() {
    let table: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !matches!(source.path.as_str(), "lib.rs" | "main.rs")) {
        let room = source.room();
        let allowed = table.get(room).unwrap_or_else(|| panic!("src/{} is in no room of the table", source.path));
        for (line, path) in crate_paths(&source.code) {
            let used = path.split("::").next().unwrap();
            if used != room && !allowed.contains(&used) {
                wrong.push(format!("src/{}:{line}: {room} must not know crate::{path}", source.path));
            }
        }
        // A way around `crate::`: more steps up than the file stands deep. `mod.rs` stands where its folder does.
        let depth = source.path.matches('/').count() + usize::from(!source.path.ends_with("/mod.rs"));
        wrong.extend(source.places(&"super::".repeat(depth)));
        wrong.extend(source.places("rotate::"));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The rooms of `src/lib.rs` are the rooms of this test, and each one's table row names it.
#[test]
fn the_map_of_the_crate_is_complete() {
    let map = fs::read_to_string(Path::new(ROOT).join("src/lib.rs")).unwrap();
    let mut declared: Vec<&str> = map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut held: Vec<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    declared.sort_unstable();
    held.sort_unstable();
    assert_eq!(declared, held);
    for room in held {
        assert!(
            map.lines().any(|line| line.starts_with("//! | ") && line.contains(&format!("[`{room}`]"))),
            "{room} has no row in src/lib.rs"
        );
    }
}

/// A layer is above all it uses: no room uses one that uses it, however far around.
#[test]
fn the_table_has_no_circle() {
    for (at, (room, allowed)) in ROOMS.iter().enumerate() {
        for used in *allowed {
            let below = ROOMS.iter().position(|(other, _)| other == used);
            assert!(below.is_some_and(|below| below < at), "{room} uses {used}, which stands after it");
        }
    }
}

#[test]
fn the_two_absences() {
    // The strategy gets a `History`, never the market itself, and names the venue's terms without working them; the ledger gets numbers.
    const WORDS: &[&str] = &["market::Tier", "market::VenueKind", "exchange::assumptions", "exchange::time_in_force", "exchange::Refusal"];
    let mut wrong = Vec::new();
    for source in sources() {
        for (line, path) in crate_paths(&source.code) {
            let strategy_sees_more = source.room() == "strategy"
                && (path.starts_with("market::") || path.starts_with("exchange::"))
                && !WORDS.iter().any(|word| path.starts_with(word));
            let ledger_sees_market = source.room() == "ledger" && path.starts_with("market");
            if strategy_sees_more || ledger_sees_market {
                wrong.push(format!("src/{}:{line}: crate::{path}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn heavy_crates_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, homes) in HOMES {
            if homes.iter().any(|home| source.path.starts_with(home)) {
                continue;
            }
            let words = [format!("{name}::"), format!("use {name};"), format!("extern crate {name}")];
            for found in words.iter().flat_map(|word| source.places(word)) {
                wrong.push(found);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    for (name, homes) in HOMES {
        let used = sources()
            .iter()
            .any(|source| homes.iter().any(|home| source.path.starts_with(home)) && !source.places(&format!("{name}::")).is_empty());
        assert!(used, "{name} is used nowhere in {homes:?}: take it out of the table and of Cargo.toml");
    }
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<(usize, String)> = sources().into_iter().map(|source| (source.text.lines().count(), source.path)).collect();
    lengths.sort();
    let (longest, path) = lengths.last().unwrap();
    assert!(*longest <= 500, "src/{path} has {longest} lines");
    let median = lengths[lengths.len() / 2].0;
    assert!(median <= 200, "half of the files have more than {median} lines");
}

#[test]
fn nothing_depends_on_the_clock_or_on_hash_order() {
    let mut wrong = Vec::new();
    for source in sources() {
        for words in [
            "SystemTime",
            "Instant::now",
            "std::time::Instant",
            "Utc::now",
            "Local::now",
            "thread_rng",
            "from_entropy",
            "OsRng",
            "RandomState",
        ] {
            if !MAY_DRAW.contains(&(source.path.as_str(), words)) {
                wrong.extend(source.places(words));
            }
        }
        if !MAY_HASH.contains(&source.path.as_str()) {
            for words in ["HashMap", "HashSet"] {
                wrong.extend(source.places(words));
            }
        }
        // Sums in the order in which threads finish.
        for words in [".par_bridge(", "thread::current"] {
            wrong.extend(source.places(words));
        }
        if !MAY_COUNT_THREADS.contains(&source.path.as_str()) {
            for words in ["available_parallelism", "current_num_threads"] {
                wrong.extend(source.places(words));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A pipe never ends, and a file may be larger than the machine: `bounded` minds that. `verify` reads what it has just written itself, and
/// `sync` opens what it reads nothing of.
#[test]
fn files_are_read_within_bounds() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !["bounded.rs", "folder/sync.rs", "folder/tests.rs"].contains(&source.path.as_str())) {
        for words in ["fs::read(", "read_to_string", "File::open", "OpenOptions", "from_path("] {
            wrong.extend(source.places(words));
        }
    }
    wrong.retain(|place| !(place.starts_with("src/report/verify.rs:") && place.ends_with("fs::read(")));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// `sqrt` is exact by IEEE 754 (and `log` with its base is a word of the ledger of fills); the others differ in the last bit from one processor to the next and come from `libm`.
#[test]
fn transcendental_functions_come_from_libm() {
    const STD: &[&str] = &[
        "ln", "log2", "log10", "ln_1p", "exp", "exp2", "exp_m1", "powf", "powi", "sin", "cos", "tan", "asin", "acos", "atan", "atan2",
        "sin_cos", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "cbrt", "hypot", "mul_add",
    ];
    let mut wrong = Vec::new();
    for source in sources() {
        for name in STD {
            for words in [format!(".{name}("), format!("f64::{name}"), format!("f32::{name}")] {
                let whole = |at: usize| !source.code[at + words.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
                let places = source.code.match_indices(words.as_str()).filter(|&(at, _)| words.ends_with('(') || whole(at));
                wrong.extend(places.map(|(at, _)| format!("src/{}:{}: {words}", source.path, line(&source.code, at))));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_undone() {
    let mut wrong = Vec::new();
    for source in sources() {
        for words in ["todo!", "unimplemented!", "dbg!", "#[ignore", "unsafe ", "println!", "eprintln!", "process::exit"] {
            wrong.extend(source.places(words));
        }
        for words in ["TODO", "FIXME", "XXX"] {
            wrong
                .extend(source.text.match_indices(words).map(|(at, _)| format!("src/{}:{}: {words}", source.path, line(&source.text, at))));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Sources, strategies and tests say nothing of the machine they were made on.
#[test]
fn no_path_of_a_machine_is_written_down() {
    let mut wrong = Vec::new();
    let homes: Vec<String> = ["work", "root", "home", "tmp", "Users"].iter().map(|top| format!("\"/{top}/")).collect();
    for source in sources() {
        for home in &homes {
            wrong.extend(source.text.match_indices(home.as_str()).map(|(at, _)| format!("src/{}:{}", source.path, line(&source.text, at))));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
