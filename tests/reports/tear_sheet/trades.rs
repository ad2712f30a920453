//! The bars around trades, and whether their fills were possible.

use std::sync::Arc;

use rotate::market::Market;
use rotate::replay::run::{Fill, Reason, Run, Side, Trade};
use rotate::report::charts::bars;
use rotate::units::{BucketId, Direction, InstrumentId, Usd};

use super::{days, page, section, words};

/// A market of 60 days in which day 10 trades from 90 to 110.
fn flat() -> (Market, Run) {
    let (mut market, mut run) = days(60);
    let panel = &mut market.panel;
    for column in [&mut panel.open, &mut panel.close, &mut panel.mark_open, &mut panel.mark_close] {
        Arc::make_mut(column).fill(100.0);
    }
    for (column, value) in [(&mut panel.low, 90.0), (&mut panel.high, 110.0), (&mut panel.mark_low, 90.0), (&mut panel.mark_high, 110.0)] {
        Arc::make_mut(column).fill(value);
    }
    run.fills.clear();
    run.trades.clear();
    (market, run)
}

fn fill(run: &Run, day: usize, side: Side, price: f64, slippage: f64) -> Fill {
    Fill {
        time: run.clock.open(day),
        instrument: InstrumentId(1),
        bucket: BucketId(1),
        narrative: None,
        side,
        quantity: 10.0,
        price,
        notional: Usd::round(10.0 * price),
        fee: Usd::round(1.0),
        slippage: Usd::round(slippage),
        reason: Reason::Enter,
    }
}

fn trade(run: &Run, from: usize, to: usize, direction: Direction, pnl: f64) -> Trade {
    Trade {
        instrument: InstrumentId(1),
        bucket: BucketId(1),
        narrative: None,
        direction,
        opened: run.clock.open(from),
        closed: run.clock.open(to),
        quantity: 10.0,
        entry_price: 100.0,
        exit_price: 105.0,
        price_pnl: Usd::round(pnl + 7.0),
        funding: Usd::round(-4.0),
        fees: Usd::round(2.0),
        slippage: Usd::round(1.0),
        pnl: Usd::round(pnl),
        return_on_margin: None,
        exit_reason: Reason::Stop,
    }
}

#[test]
fn trades_that_touch_keep_their_own_fills() {
    let (_, mut run) = flat();
    run.fills = vec![
        fill(&run, 10, Side::Buy, 100.0, 0.0),
        fill(&run, 12, Side::Sell, 101.0, 0.0),
        fill(&run, 20, Side::Sell, 102.0, 0.0),
        // The same bar: one trade ends, the next begins.
        fill(&run, 20, Side::Buy, 103.0, 0.0),
        fill(&run, 30, Side::Sell, 104.0, 0.0),
    ];
    let prices = |trade: &Trade| bars::fills_of(&run, trade).iter().map(|fill| fill.price).collect::<Vec<f64>>();
    assert_eq!(prices(&trade(&run, 10, 20, Direction::Long, 1.0)), [100.0, 101.0, 102.0]);
    assert_eq!(prices(&trade(&run, 20, 30, Direction::Long, 1.0)), [103.0, 104.0]);
    assert!(prices(&trade(&run, 40, 41, Direction::Short, 1.0)).is_empty());
}

#[test]
fn a_fill_beyond_its_bar_is_counted_once_slippage_is_taken_off() {
    let (market, mut run) = flat();
    run.fills = vec![
        // Bought at 112, of it 2.5 slippage each: the reference is within the bar.
        fill(&run, 10, Side::Buy, 112.0, 25.0),
        // The same price without slippage was never traded.
        fill(&run, 11, Side::Buy, 112.0, 0.0),
        // Sold below the low, by its slippage.
        fill(&run, 20, Side::Sell, 89.0, 10.0),
    ];
    run.fills[1].reason = Reason::Delisted;
    run.trades = vec![trade(&run, 10, 20, Direction::Long, 50.0), trade(&run, 30, 31, Direction::Short, -3.0)];
    let told = section(&page(&market, &run), "trades");
    assert!(told.contains("2 of all 3 fills lie within"), "{told}");
    assert!(
        told.contains("The other 1, by reason: delisted 1. A fill whose reason is delisted is booked at the last price less the penalty"),
        "{told}"
    );
    assert!(told.contains("profit $50.00 = price $57.00 + funding −$4.00 − fees $2.00 − slippage $1.00 · 2 of 3 fills within their bars"));
    assert!(told.contains("No. 2 · BTCUSDT perp short · narratives · 2021-01-31 to 2021-02-01 · entry at 100.00, exit at 105.00"));
    assert_eq!(told.matches("<figcaption>").count(), 2, "one best, one worst");
}

#[test]
fn the_picture_shows_the_bars_and_the_reason() {
    let (mut market, mut run) = flat();
    run.fills = vec![fill(&run, 10, Side::Buy, 100.0, 0.0), fill(&run, 20, Side::Sell, 105.0, 0.0)];
    run.trades = vec![trade(&run, 10, 20, Direction::Long, 50.0)];
    let svg = bars::bars(&market, &run, &run.trades[0]).unwrap();
    // A body a day from eight before to eight after, the paper and the ground of what was held; an arrow a fill, with its price and day.
    let areas = |svg: &str| svg.split(" d=\"").skip(1).map(|path| path.split('"').next().unwrap().matches('z').count()).sum::<usize>();
    assert_eq!((areas(&svg), svg.matches("<title>").count()), (8 + 11 + 8 + 2 + 2, 2));
    assert!(
        svg.contains("<title>bought at 100.00 on 2021-01-11</title>") && svg.contains("<title>sold at 105.00 on 2021-01-21</title>"),
        "{svg:?}"
    );
    assert!(words(&svg).contains(&"stop".to_string()));
    let black = |svg: &str| svg.matches("stroke=\"#222\" stroke-width=\"8\"").count();
    assert_eq!(black(&svg), 0);
    run.liquidations[0].instrument = InstrumentId(1);
    run.liquidations[0].time = run.clock.open(20);
    for (price, more) in [(95.0, 1), (20.0, 0)] {
        run.liquidations[0].liquidation_price = price;
        let svg = bars::bars(&market, &run, &run.trades[0]).unwrap();
        assert_eq!(black(&svg), more, "a line where it was reached, none off the paper: {price}");
    }
    market.panel.bars = 0;
    assert!(bars::bars(&market, &run, &run.trades[0]).is_none(), "no bars, no picture");
}
