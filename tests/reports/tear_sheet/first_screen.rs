//! What a page says first: the most that was lost, figures, and what the result stands on.

use std::sync::Arc;

use rotate::market::Segment;
use rotate::replay::run::{Finding, PerpetualUse};
use rotate::units::{InstrumentId, Usd};

use super::{days, page, rows};

/// The checks of the box: sign and words of the line that holds `name`.
fn check(page: &str, name: &str) -> (char, String) {
    let list = page.split("<ul class=\"trust\">").nth(1).unwrap().split("</ul>").next().unwrap();
    let line = list.split("<li>").find(|line| line.contains(&format!(">{name}</a>"))).unwrap_or_else(|| panic!("no {name} in {list}"));
    let sign = ['✓', '✗', '○'].into_iter().find(|sign| line.contains(*sign)).unwrap();
    (sign, line.split("<span class=\"dim\">").nth(1).unwrap().split("</span>").next().unwrap().to_owned())
}

/// 100,000 rise to 250,000 on day 2, fall by 120,000 by day 4, and stand at 90,000 at the end: 160,000 below the peak.
#[test]
fn the_most_that_was_lost_is_said_in_dollars() {
    let (market, mut run) = days(6);
    run.equity = [100_000.0, 120_000.0, 250_000.0, 200_000.0, 130_000.0, 90_000.0].map(Usd::round).to_vec();
    run.findings =
        vec![Finding::Perpetuals(PerpetualUse { begun: 9_000.0, weight: 0.09, later: 0.0, most: 12_000.0, held: Some((0.1, 0.2)) })];
    // Perpetuals in the order of their closes: −300, then +100, then −50 more.
    for (trade, (pnl, instrument)) in run.trades.iter_mut().zip([(-300.0, 1), (100.0, 1), (-50.0, 2)]) {
        (trade.pnl, trade.instrument) = (Usd::round(pnl), InstrumentId(instrument));
    }
    run.trades.truncate(3);
    run.trades.sort_by_key(|trade| trade.closed);
    let running = run.trades.iter().scan(0.0, |sum, trade| {
        *sum += trade.pnl.to_f64();
        Some(*sum)
    });
    let low = running.fold(0.0, f64::min);
    let page = page(&market, &run);
    let sentence = format!(
        "The most it lost was $160,000 from a peak (2021-01-04 to 2021-01-07), and at worst it stood $10,000 below the start; at most $12,000 \
         (12.00 % of the start) was paid into futures beyond what came back, and their realised result was −\u{2060}${} at its lowest.",
        -low
    );
    assert!(page.contains(&sentence), "{}", page.split("class=\"verdict\"").nth(1).unwrap().split("</p>").next().unwrap());
    let figures = rows(page.split("<div class=\"figures\">").nth(1).unwrap().split("</table>").next().unwrap());
    let value = |name: &str| figures.iter().find(|row| row[0] == name).unwrap()[1].clone();
    assert_eq!(value("End equity"), "$90,000");
    assert_eq!((value("Max loss, peak to trough"), value("Max loss below the start")), ("−$160,000".to_owned(), "−$10,000".to_owned()));
    // 90 of 250 are 36 %.
    assert_eq!((value("Total return"), value("Max drawdown")), ("−10.00 %".to_owned(), "−64.00 %".to_owned()));
}

#[test]
fn a_check_holds_or_fails_by_what_is_in_the_data() {
    let (mut market, mut run) = days(60);
    for payment in &mut run.funding {
        payment.assumed = false;
    }
    let whole = page(&market, &run);
    assert_eq!((check(&whole, "Real prices").0, check(&whole, "Dead coins are in the data").0), ('✗', '✗'));
    assert_eq!((check(&whole, "Observed funding").0, check(&whole, "No look-ahead").0), ('✓', '○'));

    market.synthetic = false;
    market.panel.segments[2] = vec![Segment { first: 0, end: 20 }];
    run.funding[0].assumed = true;
    // Half the bars of everything that was traded.
    let traded = run.fills[0].instrument;
    run.fills.retain(|fill| fill.instrument == traded);
    market.panel.segments[traded.index()] = vec![Segment { first: 10, end: 50 }];
    let cells: Vec<usize> = (10..30).map(|bar| market.panel.at(traded, bar)).collect();
    let close = Arc::make_mut(&mut market.panel.close);
    for cell in cells {
        close[cell] = f64::NAN;
    }
    let holed = page(&market, &run);
    assert_eq!((check(&holed, "Real prices").0, check(&holed, "Dead coins are in the data").0), ('✓', '✓'));
    assert_eq!(check(&holed, "Observed funding").0, '✗');
    assert_eq!(check(&holed, "Data coverage"), ('✗', "20 of 40 bars of what was traded are missing (50.00 %)".to_owned()));
}
