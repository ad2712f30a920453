//! Realised gains as a table and on the page, and what luck explains of a Sharpe ratio, from reports written and read back.

use std::fs;

use rotate::metrics::Metrics;
use rotate::metrics::daily::daily_returns;
use rotate::metrics::sharpe::Trials;
use rotate::replay::run::Run;
use rotate::report::loaded::{LoadedStrategy, Ranking};
use rotate::report::reading::read;
use rotate::report::{folder_name, write_batch};
use rotate::units::{BucketId, Span, Time, Usd};

use super::written::{batch, rows, written};
use crate::fixture::{manifest, market, run, usd};

fn trials_of(runs: &[Run]) -> Trials {
    let days: Vec<Vec<f64>> = runs.iter().map(|run| daily_returns(&run.clock, &run.equity, run.capital)).collect();
    Trials::of_days(days.iter().map(Vec::as_slice))
}

/// Of each of three instruments 0.3 are bought and sold for 15,000.15 and 5 each time: 10 are lost, whatever the method.
#[test]
fn gains_are_what_the_fills_say() {
    let (_home, out) = written();
    let all = rows(&out.join("up/gains.csv"));
    let cells = |column: &str| all.iter().map(|row| row[column].clone()).collect::<Vec<_>>();
    assert_eq!(cells("year"), ["2021"; 6]);
    assert_eq!(cells("market"), ["spot", "spot", "perp", "perp", "perp", "perp"]);
    assert_eq!(cells("method"), ["fifo", "average"].repeat(3));
    assert_eq!(cells("quantity"), ["0.30000000000000004"; 6]);
    assert_eq!(cells("proceeds"), ["14995.150000"; 6]);
    assert_eq!(cells("cost"), ["15005.150000"; 6]);
    assert_eq!(cells("gain"), ["-10.000000"; 6]);
    assert_eq!(cells("held_over_a_year"), ["0.000000", ""].repeat(3));
    assert_eq!(cells("funding"), ["", "", "0.000000", "0.000000", "-12.500000", "-12.500000"]);
    assert_eq!(cells("unrealised"), ["0.000000"; 6]);
    let page = fs::read_to_string(out.join("up/report.html")).unwrap();
    let section = &page[page.find("<h2 id=\"gains\">").unwrap()..page.find("<h2 id=\"trades\">").unwrap()];
    assert!(section.contains("not tax advice"));
    // Three losses of ten in the year, under both methods.
    assert_eq!(section.matches("−$30.00").count(), 2, "{section}");
    assert!(section.contains("<td>perp<") && !section.contains("<script>"), "{section}");
}

/// A coin bought in one year and sold two years later: in the year between nothing but what it stood above its cost, of which no price is known
/// here; and a hedge that made something meanwhile.
#[test]
fn what_is_not_sold_stands_at_each_years_end() {
    let mut market = market(365 * 3, Span::from_seconds(86_400));
    let mut run = run("held", &market, 3, 0.001, 1.0);
    // Nobody knows a price.
    market.panel.value.fill(f64::NAN);
    let last = run.clock.open(run.clock.bars - 1);
    run.fills.truncate(4);
    run.fills.retain(|fill| fill.instrument.0 == 0);
    run.fills[1].time = last;
    run.fills[1].bucket = BucketId(0);
    run.fills[1].notional = usd(20_000.0);
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    write_batch(&out, &market, std::slice::from_ref(&run), &manifest(&market, std::slice::from_ref(&run))).unwrap();
    let all = rows(&out.join("held/gains.csv"));
    let told: Vec<_> = all
        .iter()
        .filter(|row| row["method"] == "fifo" && row["market"] == "spot")
        .map(|row| (row["year"].as_str(), row["gain"].as_str(), row["held_over_a_year"].as_str(), row["unrealised"].as_str()))
        .collect();
    // 20,000 − 5 for it, 15,000.15 + 5 to have it.
    let sold = ("2023", "4989.850000", "4989.850000", "0.000000");
    assert_eq!(told, [("2021", "0.000000", "0.000000", ""), ("2022", "0.000000", "0.000000", ""), sold]);
    let worth = |_, close: Time| Some(if close == Time::parse("2022-01-01").unwrap() { 60_000.0 } else { 40_000.0 });
    let own = rotate::metrics::gains::gains(&run, |bucket| bucket == BucketId(0), worth);
    let unrealised: Vec<Usd> = own.iter().filter(|row| row.old.is_some()).map(|row| row.unrealised.unwrap()).collect();
    assert_eq!(unrealised, [18_000.0 - 15_005.15, 12_000.0 - 15_005.15, 0.0].map(usd));
    let page = fs::read_to_string(out.join("held/report.html")).unwrap();
    assert!(page.contains("Hedging instead of selling: <b>narratives</b> made"), "the hedge is told");
}

#[test]
fn a_page_tells_the_curve_in_bitcoin_only_where_that_is_the_benchmark() {
    let (market, mut runs) = batch();
    runs[1].benchmark_name = "gold".to_string();
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    write_batch(&out, &market, &runs, &manifest(&market, &runs)).unwrap();
    let told = rows(&out.join("comparison.csv"));
    assert!(!told[0]["total_return_btc"].is_empty() && told[1]["total_return_btc"].is_empty(), "{told:?}");
    let own: f64 = told[0]["total_return"].parse().unwrap();
    let held: f64 = told[0]["benchmark_return"].parse().unwrap();
    let coins: f64 = told[0]["total_return_btc"].parse().unwrap();
    assert!(((1.0 + own) / (1.0 + held) - 1.0 - coins).abs() < 1e-9);
    let page = |name: &str| fs::read_to_string(out.join(name).join("report.html")).unwrap();
    assert!(page("up").contains("Measured in bitcoin"));
    assert!(!page(&folder_name("down & <out>")).contains("Measured in bitcoin"));
}

/// In a batch the trials are its runs; laid side by side with another, all of both.
#[test]
fn luck_is_that_of_all_that_are_laid_side_by_side() {
    let market = market(400, Span::from_seconds(86_400));
    let runs: Vec<_> = (1..6).map(|seed| run(&format!("s{seed}"), &market, seed, 0.0005 * seed as f64, 1.0)).collect();
    let home = tempfile::tempdir().unwrap();
    let (one, two) = (home.path().join("one"), home.path().join("two"));
    write_batch(&one, &market, &runs[..3], &manifest(&market, &runs[..3])).unwrap();
    write_batch(&two, &market, &runs[3..], &manifest(&market, &runs[3..])).unwrap();
    let tried = |all: &[LoadedStrategy]| all.iter().map(|told| told.metrics["sharpe_trials"].as_u64().unwrap()).collect::<Vec<_>>();
    let deflated = |told: &LoadedStrategy| told.metrics["deflated_sharpe"].as_f64().unwrap();
    let ranking = Ranking::default();
    let alone = read(std::slice::from_ref(&one), &ranking).unwrap();
    assert_eq!(tried(&alone), [3; 3]);
    let both = read(&[one.clone(), two], &ranking).unwrap();
    assert_eq!(tried(&both), [5; 5]);
    // One strategy picked out of three stays one of three.
    assert_eq!(tried(&read(&[one.join("s1")], &ranking).unwrap()), [3]);
    let among = |runs: &[_], at: usize| Metrics::of(&runs[at]).among(&trials_of(runs)).evidence.deflated_sharpe.unwrap();
    for at in 0..3 {
        assert!((deflated(&alone[at]) - among(&runs[..3], at)).abs() < 1e-15);
        assert!((deflated(&both[at]) - among(&runs, at)).abs() < 1e-12);
        assert!(deflated(&alone[at]) < Metrics::of(&runs[at]).evidence.probabilistic_sharpe.unwrap());
    }
}
