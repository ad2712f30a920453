//! What the page does not answer.

use rotate::replay::run::Assumption;
use rotate::units::Time;

use super::{days, page, section};

#[test]
fn only_what_is_true_of_the_run_is_not_answered() {
    let (mut market, mut run) = days(60);
    let told = |market: &_, run: &_| section(&page(market, run), "limits");
    let all = told(&market, &run);
    for line in [
        "All data are made up",
        "never taken away",
        "No margin tiers are known for 2 of the 2",
        "<code>rotate tune STRATEGY.toml</code>",
        "Tax.",
        "0.2 years",
    ] {
        assert!(all.contains(line), "{line}: {all}");
    }
    assert!(all.contains("$4.00 of funding paid + received is at the declared constant rate"), "{all}");
    market.synthetic = false;
    run.assumptions.push(Assumption::AutoDeleveraging(Some(0.3)));
    run.funding.clear();
    let table = rotate::market::TierTable { since: Time::MIN, brackets: Vec::new() };
    market.tiers = vec![vec![table]; 3];
    let less = told(&market, &run);
    for line in ["made up", "never taken away", "No margin tiers", "declared constant rate"] {
        assert!(!less.contains(line), "{line}: {less}");
    }
    assert!(less.contains("For 2 of the 2 perpetuals traded one table of tiers is used for all time"));
    run.fills.retain(|fill| fill.instrument.index() == 0);
    assert!(!told(&market, &run).contains("perpetuals traded"), "spot needs no brackets");
}
