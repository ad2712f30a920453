//! Prices finer than the bar are aggregated file by file; of themselves only those are kept that something is paid on.

use std::fs;

use rotate::market::{MarketParts, Window};

use super::made::{MANIFEST, START};

const MINUTES: i64 = 3 * 1_440;

fn minutes(shift: i64) -> String {
    let row = |k: i64| format!("{},{1}.5,{1}.75,{1}.25,{1}.5,7\n", START + k * 60, shift + k);
    super::made::HEADER.to_owned() + &(0..MINUTES).map(row).collect::<String>()
}

#[test]
fn a_settlement_inside_a_bar_is_paid_on_the_price_of_its_minute_and_no_other_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for folder in ["spot", "perp", "mark", "funding"] {
        fs::create_dir(at(folder)).unwrap();
    }
    fs::write(at("market.toml"), MANIFEST.replace("1d", "1h") + "[funding]\nmissing_rate_8h = 0.0001\n").unwrap();
    let assets = "asset,tier,spot,perp,contract_size,venue,venue_kind\nA,small,A,A,1,v,cex\nB,small,,B,1,v,cex\n";
    fs::write(at("assets.csv"), assets).unwrap();
    for (name, shift) in [("spot/A", 1), ("perp/A", 1_000), ("perp/B", 2_000), ("mark/A", 5_000)] {
        fs::write(at(&format!("{name}.csv")), minutes(shift)).unwrap();
    }
    // Settled at 05:07 and 13:07 of the first day, then at whole hours, and not at all from the second midnight on.
    let stamps = [307, 787, 1_260].map(|minute| format!("{},0.0002\n", START + minute * 60 + 7)).concat();
    fs::write(at("funding/A.csv"), "calc_time,last_funding_rate\n".to_owned() + &stamps).unwrap();

    let parts = MarketParts::load(dir.path(), Window::default()).unwrap();
    let [spot, marked, unmarked] = &parts.series[..] else { panic!("three series") };
    let kept = |part: &rotate::market::SeriesPart| -> Vec<(i64, f64)> {
        part.fine_marks.iter().map(|&(time, price)| ((time.seconds() - START) / 60, price)).collect()
    };
    let hours = |shift: f64| (0..9).map(|k| (k * 480, shift + 480.0 * k as f64 + 0.5)).collect::<Vec<_>>();
    // Spot is kept for a perpetual that has no finer price of its own.
    let mut of_spot = hours(1.0);
    of_spot.extend([307, 787, 1_260].map(|minute| (minute, 1.5 + minute as f64)));
    of_spot.sort_by_key(|&(minute, _)| minute);
    assert_eq!(kept(spot), of_spot);
    assert_eq!(kept(unmarked), hours(2_000.0));
    let mut expected = hours(5_000.0);
    expected.extend([307, 787, 1_260].map(|minute| (minute, 5_000.5 + minute as f64)));
    expected.sort_by_key(|&(minute, _)| minute);
    assert_eq!(kept(marked), expected);

    let frozen = parts.freeze_in(dir.path()).unwrap();
    let paid: Vec<(i64, f64, bool)> = frozen.funding.by_instrument[1]
        .iter()
        .map(|settlement| ((settlement.time.seconds() - START) / 60, settlement.mark, settlement.assumed))
        .collect();
    assert_eq!(paid[..3], [(307, 5_307.5, false), (787, 5_787.5, false), (1_260, 6_260.5, false)]);
    assert!(paid.len() > 5 && paid[3..].iter().all(|&(minute, mark, assumed)| assumed && mark == 5_000.5 + minute as f64), "{paid:?}");
}
