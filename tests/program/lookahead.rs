//! The look-ahead tester: strategies of the project see nothing ahead, and of each kind of fact a leak planted on purpose is found and named.

mod clean;
mod planted;
use std::path::Path;

use rotate::market::{MarketParts, Window};
use rotate::strategy::{Strategy, StrategyFile};
use rotate::units::Usd;

fn capital() -> Usd {
    Usd::round(100_000.0)
}

fn parts(folder: &Path) -> MarketParts {
    MarketParts::load(folder, Window::default()).unwrap_or_else(|fault| panic!("{fault}"))
}

fn sample() -> MarketParts {
    parts(&Path::new(crate::program::ROOT).join("data/sample"))
}

fn strategy(name: &str) -> Strategy {
    let path = Path::new(crate::program::ROOT).join("strategies").join(format!("{name}.toml"));
    StrategyFile::read(&path).unwrap_or_else(|fault| panic!("{fault}")).strategy
}
