//! Real markets: what their life cycles and regimes say is the same when the file ends earlier, and the dead of the files are found.

use std::path::{Path, PathBuf};

use rotate::market::{Market, Window};
use rotate::signal::History;
use rotate::signal::evidence::EvidenceBook;
use rotate::signal::lifecycle::{LifeCycleRule, Stages};
use rotate::signal::narrative::{NarrativeBook, Weighting};
use rotate::signal::regime::{Dominance, FundingLevel, RegimeRule, Regimes, Volatility};
use rotate::signal::survivors::Survival;
use rotate::units::{Span, Time};

/// `None`, said aloud, where the shared markets are not there.
fn shared(name: &str, to: Option<&str>) -> Option<Market> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let dir = std::env::var_os("ROTATE_SHARED").map_or(beside, PathBuf::from).join("markets").join(name);
    if !dir.exists() {
        println!("skipped: ../shared is not there");
        return None;
    }
    let to = to.map(|date| Time::parse(date).unwrap());
    Some(Market::load(&dir, Window { to, ..Window::default() }).unwrap_or_else(|fault| panic!("{fault}")))
}

/// All steps and switches before an instant, in words.
fn story(market: &Market, before: Time) -> Vec<String> {
    let book = NarrativeBook::of(market, Weighting::Cap);
    let stages = Stages::of(market, &book, &EvidenceBook::of(market), &LifeCycleRule::default(), Span::DAY);
    let rule = RegimeRule {
        volatility: Some(Volatility::default()),
        funding: Some(FundingLevel::default()),
        dominance: Some(Dominance::default()),
        ..RegimeRule::default()
    };
    let regimes = Regimes::of(market, &rule);
    let narratives = History::at_close(market, 0).directory().narratives();
    let steps =
        narratives.flat_map(|narrative| stages.all(narrative).map(|(time, step)| (time, format!("{time} {step:?}"))).collect::<Vec<_>>());
    let switches = regimes.switches().iter().map(|switch| (switch.time, format!("{switch:?}")));
    steps.chain(switches).filter(|(time, _)| *time < before).map(|(_, words)| words).collect()
}

#[test]
fn a_file_that_ends_earlier_tells_the_same_story() {
    for (name, date) in [("narratives-1d", "2023-09-22"), ("majors-8h", "2022-05-12")] {
        let (Some(whole), Some(short)) = (shared(name, None), shared(name, Some(date))) else { return };
        let end = short.clock.close(short.clock.bars - 1);
        let (whole, short) = (story(&whole, end), story(&short, end));
        assert!(whole.len() > 50, "{name}: {} steps and switches", whole.len());
        assert_eq!(whole, short, "{name}");
    }
}

#[test]
fn the_dead_are_found_in_the_files() {
    let Some(market) = shared("narratives-1d", None) else { return };
    let audit = Survival::of(&market);
    let ended = |symbol: &str| {
        let death = audit.deaths.iter().find(|death| market.instrument(death.instrument).symbol == symbol);
        death.map(|death| (death.ended.date(), death.coin_lives))
    };
    // The last bars of the first LUNA and of FTT are of 2022-05-13 and 2022-11-15.
    assert_eq!(ended("LUNAUSDT"), Some(("2022-05-14".to_owned(), false)));
    assert_eq!(ended("FTTUSDT"), Some(("2022-11-16".to_owned(), false)));
    assert_eq!(ended("BTCUSDT"), None);
    assert!(audit.whole_universe < audit.survivors_only, "{:?} of {:?}", audit.whole_universe, audit.survivors_only);
}
