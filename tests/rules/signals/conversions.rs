//! What a coin inherits from one that became it: its age and its narratives, and the dead it is not.

use rotate::market::Market;
use rotate::signal::History;
use rotate::signal::survivors::Survival;
use rotate::signal::universe::{Gates, refusal};

use crate::tiny::{GAP, Tiny, day, days, near};

const G: f64 = GAP;

/// OLD trades from the second day to the fifth, NEW from the seventh on.
fn renamed() -> Tiny {
    Tiny::new().spot("BTC", &[1.0; 10]).spot("OLD", &[G, 1.0, 1.0, 1.0, 1.0]).spot("NEW", &[G, G, G, G, G, G, 1.0, 1.0, 1.0, 1.0])
}

/// How many days old a coin's spot is at a close, as the gate of age sees it.
fn age(market: &Market, name: &str, bar: usize) -> Option<f64> {
    let history = History::at_close(market, bar);
    let asset = history.directory().asset_named(name).unwrap();
    let id = history.directory().spot(asset).unwrap();
    let shut = refusal(&history, &Gates { min_age: Some(days(1_000)), ..Gates::default() }, asset, id);
    shut.filter(|shut| shut.gate == "min_age").and_then(|shut| shut.value)
}

#[test]
fn a_coin_is_as_old_as_what_became_it() {
    assert_eq!(age(&renamed().market(), "NEW", 7), Some(2.0));
    let market = renamed().becomes("OLD", "NEW", 1.0, 3).market();
    assert_eq!(age(&market, "NEW", 7), Some(7.0));
    let history = History::at_close(&market, 7);
    let new = history.directory().spot(history.directory().asset_named("NEW").unwrap()).unwrap();
    assert!(history.listed_for(new, days(7)) && !history.listed_for(new, days(8)));
    assert!(!history.listed_within(new, days(6)) && history.listed_within(new, days(7)));
    // Prices it has of its own alone.
    assert_eq!(history.listed_bars(new), Some(2));
    assert_eq!(history.closes(new, 3), None);
}

#[test]
fn an_age_is_inherited_once_the_conversion_is_known() {
    // Announced at the open of the ninth day, which is the close of the eighth.
    let market = renamed().becomes("OLD", "NEW", 1.0, 8).market();
    assert_eq!([6, 7, 8].map(|bar| age(&market, "NEW", bar)), [Some(1.0), Some(7.0), Some(8.0)]);
    // And of the listing of which that was said, not of another coin under its symbol, before or after.
    let twice = |known_at: i64| {
        let old = [1.0, 1.0, G, G, G, 1.0, 1.0, G, G, G];
        let new = [G, G, G, G, G, G, G, 1.0, 1.0, 1.0];
        let market = Tiny::new().spot("BTC", &[1.0; 10]).spot("OLD", &old).spot("NEW", &new).becomes("OLD", "NEW", 1.0, known_at).market();
        age(&market, "NEW", 9)
    };
    assert_eq!(twice(6), Some(5.0));
    // What traded in the market's first bar is old, and shut by no gate of age.
    assert_eq!(twice(1), None);
}

#[test]
fn age_and_labels_go_down_a_chain() {
    let a = [G, 1.0, 1.0];
    let b = [G, G, G, 1.0, 1.0, G, G, G, G, G];
    let c = [G, G, G, G, G, 1.0, 1.0, 1.0, 1.0, 1.0];
    let market = Tiny::new().spot("BTC", &[1.0; 10]).spot("A", &a).spot("B", &b).spot("C", &c).member("A", "ai", 0, None);
    let market = market.becomes("A", "B", 1.0, 2).becomes("B", "C", 1.0, 4).market();
    assert_eq!(age(&market, "C", 9), Some(9.0));
    let labelled = |name: &str, t: i64| {
        let asset = market.assets.iter().position(|asset| asset.name == name).unwrap();
        market.narratives_of(rotate::units::AssetId::new(asset), day(t)).count()
    };
    assert_eq!([labelled("B", 1), labelled("B", 2), labelled("C", 3), labelled("C", 4)], [0, 1, 0, 1]);
    assert_eq!(market.members(rotate::units::NarrativeId(0), day(9)).count(), 3);
}

#[test]
fn a_coin_that_became_another_is_not_dead() {
    // OLD doubles, becomes half as many NEW at 4 each, and NEW falls to 3: 1.5 times the stake. NEW itself lost a quarter.
    let listed = |new: &[f64]| Tiny::new().spot("BTC", &[1.0; 8]).spot("OLD", &[1.0, 2.0, 2.0]).spot("NEW", new);
    let market = listed(&[G, G, G, G, 4.0, 4.0, 4.0, 3.0]).becomes("OLD", "NEW", 0.5, 1).market();
    let audit = Survival::of(&market);
    assert_eq!((audit.listings, audit.survivors, audit.deaths.len()), (3, 3, 1));
    let death = audit.deaths[0];
    assert_eq!((death.became.map(|coin| market.asset(coin).name.as_str()), death.coin_lives), (Some("NEW"), true));
    near(audit.whole_universe, (0.0 + 0.5 - 0.25) / 3.0);
    // Where NEW dies, both are dead, for holders of OLD die with it: 0.5 of 4 less a tenth.
    let market = listed(&[G, G, G, G, 4.0]).becomes("OLD", "NEW", 0.5, 1).market();
    let audit = Survival::of(&market);
    assert_eq!((audit.listings, audit.survivors), (3, 1));
    assert!(audit.deaths.iter().all(|death| !death.coin_lives), "{:?}", audit.deaths);
    near(audit.whole_universe, (0.0 + (2.0 * 0.9 - 1.0) + (0.9 - 1.0)) / 3.0);
    // What comes too late saves nobody.
    let audit = Survival::of(&listed(&[G, G, G, G, G, 4.0, 4.0, 4.0]).becomes("OLD", "NEW", 0.5, 1).market());
    assert_eq!((audit.survivors, audit.deaths[0].became), (2, None));
}
