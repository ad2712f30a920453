//! The sources of what was gained.

use rotate::report::charts::sheet;
use rotate::units::Usd;

use super::{days, page, section, words};

#[test]
fn every_source_is_a_step_and_the_steps_add_up() {
    let (_, run) = days(60);
    let sources = sheet::sources(&run);
    assert_eq!(sources.iter().map(|(_, amount)| *amount).sum::<Usd>(), run.final_equity() - run.capital);
    // The fixture received 4.00 and paid 16.50.
    assert_eq!((sources[1].1, sources[2].1), (Usd::round(4.0), Usd::round(-16.5)));
    let said = words(&sheet::waterfall(&run));
    for word in ["price", "$4", "funding received", "−$16.5", "funding paid", "−$30", "fees", "−$7.25", "slippage", "kept"] {
        assert!(said.iter().any(|known| known == word), "{word}: {said:?}");
    }
}

#[test]
fn assumed_funding_is_told_apart() {
    let (market, run) = days(60);
    let told = section(&page(&market, &run), "money");
    assert!(told.contains("Of the funding $4.00 received and $0.00 paid are at the assumed rate"), "{told}");
}
