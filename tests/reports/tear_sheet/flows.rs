//! What went from bucket to bucket.

use rotate::replay::run::{Flow, FlowReason};
use rotate::report::charts::flows;
use rotate::units::{BucketId, Usd};

use super::{days, page, rows, section, words};

#[test]
fn flows_are_counted_by_way_and_reason_and_add_up() {
    let (market, mut run) = days(60);
    let flow = |day: usize, from: u16, to: u16, dollars: f64, reason: FlowReason| Flow {
        time: market.clock.open(day),
        from: BucketId(from),
        to: BucketId(to),
        amount: Usd::round(dollars),
        reason,
    };
    run.flows = vec![
        flow(1, 1, 2, 100.0, FlowReason::Waterfall),
        flow(3, 1, 0, 50.5, FlowReason::Waterfall),
        flow(9, 1, 2, 20.25, FlowReason::Waterfall),
        flow(9, 2, 1, 7.0, FlowReason::Refill),
    ];
    let ways = flows::ways(&run);
    assert_eq!(ways.iter().map(|way| way.amount).sum::<Usd>(), run.flows.iter().map(|flow| flow.amount).sum());
    let told = section(&page(&market, &run), "transfers");
    let table = rows(&told);
    let row = |cells: [&str; 7]| cells.map(str::to_string).to_vec();
    assert!(table.contains(&row(["narratives", "stablecoins", "waterfall", "2", "2021-01-02", "2021-01-10", "$120.25"])), "{table:?}");
    assert!(table.contains(&["total", "4", "$177.75"].map(str::to_string).to_vec()), "{table:?}");
    assert!(table.contains(&row(["stablecoins", "narratives", "refill", "1", "2021-01-10", "2021-01-10", "$7.00"])), "{table:?}");
    let said = words(&flows::flows(&run).unwrap());
    for word in
        ["narratives gave $171", "stablecoins gave $7", "foundation received $50.5", "narratives received $7", "stablecoins received $120"]
    {
        assert!(said.iter().any(|known| known == word), "{word}: {said:?}");
    }
}

#[test]
fn without_flows_nothing_is_drawn() {
    let (market, mut run) = days(60);
    run.flows.clear();
    assert!(flows::flows(&run).is_none() && !page(&market, &run).contains("<h2 id=\"transfers\">"));
}
