//! Style that is counted. What does not hold yet stands in `exceptions.toml` beside this file, rule by rule; a number there may fall and never rise, and an
//! exception that is no longer needed goes. `ROTATE_BLESS=1 cargo test --release --test house style` lowers the numbers and takes out what is not needed; it
//! raises none. Without the file it writes what is found.

mod circles;
mod lengths;
mod public;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::program::ROOT;

const EXCEPTIONS: &str = "tests/house/exceptions.toml";
const HEAD: &str =
    "# What does not hold yet of the style that tests/house/style.rs counts. Numbers fall, by ROTATE_BLESS=1; they never rise.\n";

/// How much of something there is, and where.
#[derive(Default)]
pub struct Found {
    count: usize,
    places: Vec<String>,
}

impl Found {
    fn one(&mut self, place: String) {
        self.count += 1;
        self.places.push(place);
    }
}

/// What breaks one rule, by the name under which it may be excepted.
pub type Broken = BTreeMap<String, Found>;
/// The exceptions of one rule.
type Allowed = BTreeMap<String, usize>;

/// Every rule: its table in the file, what it asks, and what breaks it.
fn rules() -> Vec<(&'static str, &'static str, Broken)> {
    vec![
        ("long_files", "a file has at most 400 lines", lengths::files()),
        ("long_functions", "a function has at most 70 lines", lengths::functions()),
        ("bare_files", "a file begins with //!, what it is for", lengths::bare()),
        ("undocumented", "what is public says what it is, in ///", public::undocumented()),
        ("unused", "what is public is used by the program, not by tests alone", public::unused()),
        (
            "within_the_room",
            "what nothing outside its room uses is not public: its module is private, or it is pub(crate)",
            public::within(),
        ),
        ("circles", "imports run in no circle of more than two files; in replay, in none", circles::found()),
        ("identifiers", "code speaks the words of the trade (glossary)", words::identifiers()),
        ("file_names", "files are named by the words of the trade (glossary)", words::files()),
        ("messages", "messages, keys and pages speak the words of the trade (glossary)", words::messages()),
    ]
}

/// What is wrong, and the exceptions that are still needed, none higher than it was.
fn held(broken: &Broken, allowed: &Allowed) -> (Vec<String>, Allowed) {
    let (mut wrong, mut needed) = (Vec::new(), Allowed::new());
    for (what, found) in broken {
        let most = allowed.get(what).copied().unwrap_or(0);
        if found.count > most {
            let mut said = format!("{what}: {}, of at most {most}", found.count);
            for place in &found.places {
                let _ = write!(said, "\n    {place}");
            }
            wrong.push(said);
        }
        if most > 0 {
            needed.insert(what.clone(), most.min(found.count));
        }
    }
    let gone = allowed.keys().filter(|what| !broken.contains_key(*what));
    wrong.extend(gone.map(|what| format!("{what}: no longer needed, ROTATE_BLESS=1 takes it out")));
    (wrong, needed)
}

fn read(path: &Path) -> Option<BTreeMap<String, Allowed>> {
    let text = fs::read_to_string(path).ok()?;
    Some(toml::from_str(&text).unwrap_or_else(|error| panic!("{EXCEPTIONS}: {error}")))
}

fn write(path: &Path, all: &[(&str, &str, Allowed)]) {
    let mut text = HEAD.to_owned();
    for (rule, asks, allowed) in all.iter().filter(|(.., allowed)| !allowed.is_empty()) {
        let _ = write!(text, "\n# {asks}\n[{rule}]\n");
        for (what, count) in allowed {
            let _ = writeln!(text, "\"{what}\" = {count}");
        }
    }
    fs::write(path, text).unwrap();
}

#[test]
fn style_gets_better_or_stays() {
    let path = Path::new(ROOT).join(EXCEPTIONS);
    let bless = std::env::var_os("ROTATE_BLESS").is_some();
    let before = read(&path);
    assert!(before.is_some() || bless, "{EXCEPTIONS} is missing");
    let (mut wrong, mut kept) = (Vec::new(), Vec::new());
    for (rule, asks, broken) in rules() {
        let counted = || broken.iter().map(|(what, found)| (what.clone(), found.count)).collect();
        let allowed = before.as_ref().map_or_else(counted, |all| all.get(rule).cloned().unwrap_or_default());
        let (said, needed) = held(&broken, &allowed);
        // What is no longer needed is taken out below.
        wrong.extend(said.into_iter().filter(|said| !(bless && said.contains("no longer needed"))).map(|said| format!("{asks}\n  {said}")));
        kept.push((rule, asks, needed));
    }
    let unknown = before.iter().flat_map(BTreeMap::keys).filter(|rule| !kept.iter().any(|(known, ..)| known == rule));
    wrong.extend(unknown.map(|rule| format!("{EXCEPTIONS}: no rule is called {rule}")));
    if bless {
        write(&path, &kept);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn exceptions_only_fall() {
    let broken = |list: &[(&str, usize)]| -> Broken {
        list.iter().map(|&(what, count)| (what.to_owned(), Found { count, places: Vec::new() })).collect()
    };
    let allowed = |list: &[(&str, usize)]| -> Allowed { list.iter().map(|&(what, count)| (what.to_owned(), count)).collect() };
    assert_eq!(held(&broken(&[("a", 90)]), &allowed(&[("a", 90)])), (Vec::new(), allowed(&[("a", 90)])));
    assert_eq!(held(&broken(&[("a", 80)]), &allowed(&[("a", 90)])), (Vec::new(), allowed(&[("a", 80)])));
    let (wrong, needed) = held(&broken(&[("a", 91), ("new", 1)]), &allowed(&[("a", 90), ("gone", 2)]));
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    assert_eq!(needed, allowed(&[("a", 90)]));
}
