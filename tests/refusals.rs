//! Every refusal beside its exact message. `tests/errors/<case>/` is a market folder with one thing wrong, `tests/errors_strategy/<case>/`
//! holds a `strategy.toml` with one thing wrong; `expected.txt` is what is said about it. `ROTATE_BLESS=1` writes what is said now: read the
//! difference before you keep it.

use std::fs;
use std::path::{Path, PathBuf};

use rotate::fault::Fault;
use rotate::market::{Market, Window};
use rotate::signal::Directory;
use rotate::strategy::StrategyFile;
use rotate::units::Span;

/// The bar of the market that every strategy of `errors_strategy` is meant for.
const BAR: Span = Span::from_seconds(8 * 3_600);
/// And the leverage of its widest margin bracket.
const MOST_LEVERAGE: f64 = 50.0;

#[test]
fn every_refused_market_says_exactly_this() {
    compare("errors", 25, "<market>", |case| Market::load(case, Window::default()).map(drop));
}

#[test]
fn every_refused_strategy_says_exactly_this() {
    let market = sample();
    compare("errors_strategy", 50, "<case>", |case| {
        let file = StrategyFile::read(&case.join("strategy.toml"))?;
        file.names_coins_of(&Directory::of(&market))?;
        file.check_compatible(BAR, MOST_LEVERAGE)
    });
}

/// The market whose coins the strategies of `errors_strategy` name.
fn sample() -> Market {
    Market::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample"), Window::default()).unwrap()
}

/// The file that all cases of `errors_strategy` differ from by one line is itself fine, so that each is refused for its own reason.
#[test]
fn what_the_strategy_cases_are_made_from_is_sound() {
    let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors_strategy/sound.toml");
    let market = sample();
    let checked = StrategyFile::read(&sound).and_then(|file| {
        file.names_coins_of(&Directory::of(&market))?;
        file.check_compatible(BAR, MOST_LEVERAGE)
    });
    assert!(checked.is_ok(), "{}", checked.unwrap_err());
    let text = fs::read_to_string(&sound).unwrap();
    for case in cases("errors_strategy") {
        let changed = fs::read_to_string(case.join("strategy.toml")).unwrap();
        let (before, after): (Vec<&str>, Vec<&str>) = (text.lines().collect(), changed.lines().collect());
        let same_head = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let same_tail = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
        let touched = after.len().saturating_sub(same_head + same_tail);
        // A table of weights needs a classifier beside it.
        assert!(touched <= 2, "{} differs from sound.toml in {touched} lines", case.display());
    }
}

fn cases(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut cases: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

fn compare(folder: &str, at_least: usize, alias: &str, check: impl Fn(&Path) -> Result<(), Fault>) {
    let cases = cases(folder);
    assert!(cases.len() >= at_least, "only {} cases in {folder}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let said = match check(&case) {
            Ok(()) => "(accepted)".to_owned(),
            Err(fault) => fault.to_string().replace(&case.display().to_string(), alias),
        };
        if std::env::var_os("ROTATE_BLESS").is_some() {
            fs::write(case.join("expected.txt"), format!("{said}\n")).unwrap();
        }
        match fs::read_to_string(case.join("expected.txt")) {
            Ok(expected) if expected.trim_end() == said => {}
            Ok(expected) => wrong.push(format!("{name}\n--- expected\n{expected}\n--- said\n{said}")),
            Err(_) => wrong.push(format!("{name} has no expected.txt\n--- said\n{said}")),
        }
    }
    assert!(wrong.is_empty(), "{} cases differ\n\n{}", wrong.len(), wrong.join("\n\n"));
}
