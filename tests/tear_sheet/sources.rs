//! The sources of what was gained.

use rotate::report::charts::sheet;
use rotate::units::Usd;

use super::{days, words};

#[test]
fn every_source_is_a_step_and_the_steps_add_up() {
    let (_, run) = days(60);
    let sources = sheet::sources(&run);
    assert_eq!(sources.iter().map(|(_, amount)| *amount).sum::<Usd>(), run.final_equity() - run.capital);
    // The fixture paid 16.50 at rates on file and received 4.00 at the assumed one.
    assert_eq!((sources[2].1, sources[3].1), (Usd::round(-16.5), Usd::round(4.0)));
    let said = words(&sheet::waterfall(&run));
    for word in ["price", "$4", "funding assumed", "−$16.5", "funding paid", "−$30", "fees", "−$7.25", "slippage", "kept"] {
        assert!(said.iter().any(|known| known == word), "{word}: {said:?}");
    }
}
