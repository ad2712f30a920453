//! The sources of what was gained.

use rotate::report::charts::sheet;
use rotate::units::Usd;

use super::{days, page, rows, section, words};

#[test]
fn every_source_is_a_step_and_the_steps_add_up() {
    let (_, run) = days(60);
    let sources = sheet::sources(&run);
    assert_eq!(sources.iter().map(|(_, amount)| *amount).sum::<Usd>(), run.final_equity() - run.capital);
    // The fixture paid 16.50 at rates on file and received 4.00 at the assumed one.
    assert_eq!((sources[2].1, sources[3].1), (Usd::round(-16.5), Usd::round(4.0)));
    let said = words(&sheet::waterfall(&run));
    for word in ["price", "$4", "funding assumed", "−$16.5", "funding paid", "−$30", "fees", "−$7.25", "slippage", "net profit"] {
        assert!(said.iter().any(|known| known == word), "{word}: {said:?}");
    }
}

#[test]
fn assets_are_ranked_by_what_they_brought() {
    let (market, mut run) = days(60);
    run.attribution.by_asset = [("A", 1.0), ("B", 3.0), ("C", -2.0)].map(|(name, usd)| (name.to_string(), Usd::round(usd))).to_vec();
    let told = section(&page(&market, &run), "money");
    let from = told.find("By asset<").unwrap();
    let table = &told[from..from + told[from..].find("</table>").unwrap()];
    let names: Vec<String> = rows(table).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(names, ["B", "A", "C", "total"]);
    assert!(table.split("<tfoot>").nth(1).is_some_and(|foot| foot.contains("total")), "{table}");
}
