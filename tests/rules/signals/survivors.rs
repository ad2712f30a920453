//! Who died, when, and what a look at the survivors alone would have shown.

use rotate::signal::survivors::{Death, Survival};
use rotate::units::{AssetId, InstrumentId};

use crate::tiny::{GAP, Tiny, day, near};

#[test]
fn the_dead_count_at_their_last_price_less_the_penalty() {
    // A doubles and lives. B falls by half, dies, and comes back as another coin that gains a half. C is silent for one day: nobody knows yet.
    let market = Tiny::new()
        .spot("A", &[1.0, 1.0, 1.0, 1.0, 1.0, 2.0])
        .spot("B", &[4.0, 2.0, GAP, GAP, 10.0, 15.0])
        .spot("C", &[1.0, 1.0, 1.0, 1.0, 1.0, GAP])
        .market();
    let audit = Survival::of(&market);
    // Last traded on day 1; two days of silence are over at the open of day 3.
    let death =
        Death { asset: AssetId(1), instrument: InstrumentId(1), ended: day(2), forced_out: day(3), became: None, coin_lives: false };
    assert_eq!((audit.listings, audit.survivors, audit.deaths.as_slice()), (4, 3, &[death][..]));
    near(audit.whole_universe, (1.0 + (0.5 * 0.9 - 1.0) + 0.5 + 0.0) / 4.0);
    near(audit.survivors_only, (1.0 + 0.5 + 0.0) / 3.0);
}

#[test]
fn silence_until_the_end_is_a_death_once_it_has_lasted() {
    let of = |closes: &[f64]| Survival::of(&Tiny::new().spot("BTC", &[1.0; 4]).perp("A", closes).funding("A", 0, &[0.0; 4]).market());
    assert_eq!(of(&[1.0, 1.0, 1.0, GAP]).deaths.len(), 0);
    assert_eq!(of(&[1.0, 1.0, GAP, GAP]).deaths.len(), 1);
    assert_eq!(of(&[1.0, 1.0, GAP, GAP]).survivors, 1);
}

#[test]
fn a_coin_that_left_one_of_its_markets_lives() {
    let market = Tiny::new().spot("A", &[1.0, 1.0, GAP, GAP]).and_perp(&[1.0, 1.0, 1.0, 3.0]).funding("A", 0, &[0.0; 4]).market();
    let audit = Survival::of(&market);
    assert_eq!((audit.listings, audit.survivors, audit.deaths.len()), (1, 1, 1));
    assert!(audit.deaths[0].coin_lives);
    near(audit.whole_universe, 2.0);
}
