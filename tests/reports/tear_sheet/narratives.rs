//! What narratives brought by month.

use rotate::replay::run::BySource;
use rotate::units::{NarrativeId, Time, Usd};

use super::{days, page, rows, section};

#[test]
fn each_narrative_has_its_months_and_their_sum() {
    let (market, mut run) = days(90);
    let month = |text: &str| Time::parse_date(text).unwrap();
    let model = run.attribution.cube[0];
    let row = |narrative: Option<u16>, since: &str, dollars: f64| rotate::replay::run::Contribution {
        narrative: narrative.map(NarrativeId),
        month: month(since),
        income: BySource { price: Usd::round(dollars), ..BySource::default() },
        ..model
    };
    run.attribution.cube = vec![
        row(Some(0), "2021-01-01", 100.0),
        row(Some(0), "2021-01-01", 20.0),
        row(Some(1), "2021-02-01", 7.0),
        // What was held outside of any stands elsewhere.
        row(None, "2021-02-01", 1_000.0),
        row(Some(0), "2021-03-01", -50.0),
    ];
    let told = section(&page(&market, &run), "money");
    let table = told.split("Profit of each narrative by month, USD").nth(1).unwrap().split("</table>").next().unwrap();
    let cells = rows(table);
    assert_eq!(cells[0], ["narrative", "2021-01", "2021-02", "2021-03", "sum"]);
    assert_eq!(cells[1][1..4], ["$120", "", "−$50"]);
    assert_eq!(cells[2][1..4], ["", "$7", ""]);
    assert!(table.contains("<b>$70</b>") && table.contains("<b>$7</b>"), "{table}");
    run.attribution.cube.clear();
    assert!(!page(&market, &run).contains("Profit of each narrative by month"));
}
