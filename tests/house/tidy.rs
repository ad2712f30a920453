//! What the house asks of its own source: which room may know which (the table of `src/lib.rs`), which crate lives in which room, how long
//! a file may be, and that nothing in it could make the same input give other bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::program::ROOT;
use crate::source::{crate_paths, line, sources};

/// Each room and the rooms it may use, beside itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("names", &[]),
    ("units", &[]),
    ("fault", &["names"]),
    ("folder", &["fault"]),
    ("funding_interval", &[]),
    ("bounded", &[]),
    ("market", &["names", "units", "fault", "folder", "funding_interval", "bounded"]),
    ("import", &["names", "units", "fault", "folder", "bounded", "market"]),
    ("signal", &["units", "fault", "market"]),
    ("ledger", &["units", "fault"]),
    ("exchange", &["units", "fault", "ledger"]),
    // Of the market and the exchange only their words: see `the_two_absences`.
    ("strategy", &["names", "units", "fault", "bounded", "market", "signal", "exchange"]),
    ("replay", &["units", "market", "signal", "strategy", "ledger", "exchange"]),
    ("batch", &["units", "fault", "market", "signal", "strategy", "ledger", "exchange", "replay"]),
    ("lookahead", &["units", "fault", "market", "strategy", "replay", "batch"]),
    ("metrics", &["units", "replay"]),
    ("sampler", &[]),
    ("luck", &["metrics"]),
    ("tune", &["luck", "sampler", "names", "units", "fault", "folder", "bounded", "market", "strategy", "replay", "batch", "metrics"]),
    ("stress", &["units", "market", "strategy", "exchange", "replay", "batch", "metrics"]),
    ("evaluate", &["units", "market", "strategy", "replay", "batch", "lookahead", "metrics", "stress"]),
    (
        "report",
        &["names", "units", "fault", "bounded", "folder", "market", "replay", "lookahead", "metrics", "luck", "tune", "stress", "evaluate"],
    ),
    ("fetch", &["names", "fault", "bounded", "folder", "market"]),
    (
        "cli",
        &[
            "names",
            "units",
            "fault",
            "folder",
            "bounded",
            "market",
            "import",
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
            "evaluate",
            "report",
            "fetch",
        ],
    ),
];

/// Crates that stay in their place.
const HOMES: &[(&str, &[&str])] = &[
    ("polars", &["market/", "import/arrow.rs"]),
    ("rustix", &["folder/swap.rs"]),
    ("plotters", &["report/charts/"]),
    ("plotters_backend", &["report/charts/backend.rs"]),
    ("resvg", &["report/charts/"]),
    ("dejavu", &["report/charts/"]),
    ("rayon", &["batch.rs", "market/", "import/reading.rs"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/completions.rs"]),
    ("clap_mangen", &["cli/man.rs"]),
    ("indicatif", &["cli/"]),
    ("console", &["cli/look.rs"]),
    ("flate2", &["market/", "import/piece.rs"]),
    ("png", &["report/charts/"]),
    ("ab_glyph", &["report/charts/"]),
    ("unicode_width", &["report/columns.rs"]),
    ("zip", &["market/", "import/piece.rs"]),
    ("sha2", &["market/"]),
    ("rand_chacha", &["market/sample/", "metrics/bootstrap.rs", "sampler/stream.rs"]),
    ("csv", &["market/", "import/", "report/"]),
    ("ureq", &["fetch/"]),
];

/// Files that may hold a hash map, each because it is only looked into and never walked through.
const MAY_HASH: &[&str] = &[];

/// Where a name may come from chance: of a folder that is gone before anybody reads of it.
const MAY_DRAW: &[(&str, &str)] = &[("folder/work.rs", "RandomState")];
/// Files that may ask how many threads there are, each because what it gives does not depend on them.
const MAY_COUNT_THREADS: &[&str] = &["market/threads.rs"];

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

/// The strata of `report/mod.rs` name every file of the room, and none uses one of a stratum above its own.
#[test]
fn the_report_stands_on_strata() {
    let map = fs::read_to_string(Path::new(ROOT).join("src/report/mod.rs")).unwrap();
    let table = map.split("//! |---|---|\n").nth(1).expect("a table of strata");
    let strata = table.lines().take_while(|line| line.starts_with("//! |"));
    let mut level: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, line) in strata.enumerate() {
        level.extend(line.split('`').skip(1).step_by(2).filter(|name| !name.contains('/')).map(|name| (name, at)));
    }
    let declared: Vec<&str> = map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(declared, level.keys().copied().collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("report/") && source.path != "report/mod.rs") {
        let own = source.path["report/".len()..].split(['/', '.']).next().unwrap();
        for (line, path) in crate_paths(&source.code) {
            let Some(used) = path.strip_prefix("report::").and_then(|path| path.split("::").next()) else { continue };
            // What the room hands out under its own name is for others.
            let above = level.get(used).is_none_or(|stratum| *stratum < level[own]);
            if above {
                wrong.push(format!("src/{}:{line}: {own} must not know crate::{path}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
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

/// What runs, compares and reads is the same on a machine without a network: one room knows of one.
#[test]
fn one_room_opens_connections() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.path.starts_with("fetch/")) {
        for words in ["std::net", "ureq", "TcpStream", "TcpListener", "UdpSocket", "UnixStream", "rustls", "net::{"] {
            wrong.extend(source.places(words));
        }
        // `rotate fetch` alone asks it to.
        let asks = crate_paths(&source.code).into_iter().filter(|(_, path)| path == "fetch" || path.starts_with("fetch::"));
        if source.path != "cli/fetch.rs" {
            wrong.extend(asks.map(|(line, path)| format!("src/{}:{line}: crate::{path}", source.path)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
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
