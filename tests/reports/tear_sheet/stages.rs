//! Narratives with their stages: what was held when, what each index came to, and what the trades of each stage brought.

use rotate::replay::run::{NarrativeTrack, Rotation, RotationStep, Run, Stage, Turn};
use rotate::report::charts::stages;
use rotate::units::{BucketId, NarrativeId, Usd};

use super::{days, page, rows, section, words};

/// Sixty days of one narrative: dormant, from the tenth close emerging, from the twentieth confirmed; its index doubles twice.
fn followed() -> (rotate::market::Market, Run) {
    let (market, mut run) = days(60);
    let stage = (0..60)
        .map(|t| {
            if t < 10 {
                Stage::Dormant
            } else if t < 20 {
                Stage::Emerging
            } else {
                Stage::Confirmed
            }
        })
        .collect();
    let index = (0..60)
        .map(|t| {
            if t < 20 {
                1.0
            } else if t < 40 {
                2.0
            } else {
                4.0
            }
        })
        .collect();
    run.narratives = vec![NarrativeTrack { narrative: NarrativeId(0), index, stage }];
    let step = |t: usize, turn: Turn| Rotation {
        time: run.clock.open(t),
        narrative: NarrativeId(0),
        step: RotationStep::Bucket { bucket: BucketId(1), turn },
        observed: None,
        threshold: None,
    };
    let left = Turn::Left { reason: rotate::replay::run::Reason::Rebalance, empty: None };
    run.rotations = vec![step(12, Turn::Entered), step(25, left), step(30, Turn::Entered)];
    (market, run)
}

#[test]
fn trades_are_added_up_by_the_stage_known_when_they_were_opened() {
    let (market, mut run) = followed();
    let model = run.trades[0].clone();
    let trade = |narrative: Option<u16>, opened: usize, dollars: f64| rotate::replay::run::Trade {
        narrative: narrative.map(NarrativeId),
        opened: run.clock.open(opened),
        closed: run.clock.open(opened + 3),
        pnl: Usd::round(dollars),
        ..model.clone()
    };
    run.trades = vec![
        // Opened in the bar that begins with the tenth close: at that close it was still dormant.
        trade(Some(0), 10, -5.0),
        trade(Some(0), 11, 30.0),
        trade(Some(0), 20, 10.0),
        trade(Some(0), 21, 100.0),
        trade(Some(0), 50, -40.0),
        // Before the first close, of a narrative without a course, and of none.
        trade(Some(0), 0, 1.0),
        trade(Some(1), 21, 2.0),
        trade(None, 21, 4.0),
    ];
    let told = section(&page(&market, &run), "exposure");
    let table = told.split("<caption>Profit of the trades by the stage").nth(1).unwrap().split("</table>").next().unwrap();
    let cells = rows(table);
    assert_eq!(cells[0], ["stage", "trades", "win rate", "profit"]);
    assert_eq!(cells[1], ["dormant", "1", "0.00 %", "−$5.00"]);
    assert_eq!(cells[2], ["emerging", "2", "100.00 %", "$40.00"]);
    assert_eq!(cells[3], ["confirmed", "2", "50.00 %", "$60.00"]);
    assert_eq!(cells[4], ["no stage", "3", "100.00 %", "$7.00"]);
    assert_eq!(cells[5], ["total", "8", "75.00 %", "$102.00"]);
    run.trades.clear();
    assert!(!page(&market, &run).contains("Profit of the trades by the stage"));
}

#[test]
fn a_narrative_shows_its_stages_what_held_it_and_what_its_index_came_to() {
    let (market, mut run) = followed();
    let svg = stages::stages(&market, &run).unwrap();
    let said = words(&svg);
    assert!(said.contains(&"4.00×".to_string()), "the end of the index: {said:?}");
    assert!(["1×", "2×", "5×"].iter().filter(|tick| said.contains(&(**tick).to_string())).count() >= 2, "{said:?}");
    assert!(said.contains(&"held by narratives".to_string()), "{said:?}");
    // From the open of bar 12 to that of bar 25, and from bar 30 on.
    for title in [
        "emerging, 2021-01-11 to 2021-01-21",
        "confirmed, 2021-01-21 to 2021-03-02",
        "held by narratives, 2021-01-13 to 2021-01-26",
        "held by narratives, 2021-01-31 to the end",
    ] {
        assert!(svg.contains(&format!("<title>{title}</title>")), "{title}: {}", &*svg);
    }
    run.rotations.clear();
    assert!(!stages::stages(&market, &run).unwrap().contains("held by"));
    run.narratives.clear();
    assert!(stages::stages(&market, &run).is_none());
}
