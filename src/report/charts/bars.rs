//! The bars around one trade: what the market did while it was held, and at which prices the venue is said to have filled it.

use crate::market::{Market, Panel as Bars};
use crate::replay::run::{Exposure, Fill, Liquidation, Run, Side, Trade};
use crate::report::charts::canvas::{At, Canvas, Ink, Svg, Words, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{Panel, TICK, shortened};
use crate::report::charts::scale::Scale;
use crate::report::number_format::price;
use crate::units::{Direction, InstrumentId};

const WIDTH: f64 = 580.0;
const HEIGHT: f64 = 270.0;
const LEFT: f64 = 78.0;
const RIGHT: f64 = WIDTH - 12.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = HEIGHT - 34.0;
/// Candles in a picture; more bars than these are put together.
const MOST: usize = 72;
/// Bars shown before the entry and after the exit, at least and at most.
const AROUND: (usize, usize) = (8, 60);
/// More arrows than this have no titles: nobody points at one among so many.
const TITLED: usize = 24;
/// Letters of the reason for leaving.
const REASON: usize = 22;

const BOUGHT: Ink = Ink::tint(palette::BLUE, 1.0);
const SOLD: Ink = Ink::tint(palette::VERMILION, 1.0);
const RISING: Ink = Ink::tint(palette::SKY, 0.75);
const FALLING: Ink = Ink::tint(palette::GREY, 0.75);

/// One or several bars as one, by the positions of the first of them.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Candle {
    first: usize,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
}

/// The fills of a trade, in their order. Another trade of the same instrument and bucket may have ended in the bar in which this one began, or
/// begun in the one in which it ended: what leaves before anything was entered, and what enters after all was left, is theirs.
#[must_use]
pub fn fills_of<'a>(run: &'a Run, trade: &Trade) -> Vec<&'a Fill> {
    let opening = if trade.direction == Direction::Long { Side::Buy } else { Side::Sell };
    let within = |fill: &&Fill| {
        fill.instrument == trade.instrument && fill.bucket == trade.bucket && (trade.opened..=trade.closed).contains(&fill.time)
    };
    let all: Vec<&Fill> = run.fills.iter().filter(within).collect();
    let first = all.iter().position(|fill| fill.side == opening).unwrap_or(all.len());
    let last = all.iter().rposition(|fill| fill.side != opening).map_or(all.len(), |last| last + 1);
    all.get(first..last).unwrap_or_default().to_vec()
}

/// Bars from some before the entry to some after the exit, put together to at most [`MOST`]; how many bars make a candle.
fn candles(bars: &Bars, id: InstrumentId, entry: usize, exit: usize) -> (Vec<Candle>, usize) {
    let around = ((exit - entry) / 4).clamp(AROUND.0, AROUND.1);
    let (first, end) = (entry.saturating_sub(around), (exit + around + 1).min(bars.bars));
    let together = (end - first).div_ceil(MOST);
    let all = (first..end).step_by(together).filter_map(|from| {
        let traded = (from..(from + together).min(end)).filter(|&t| bars.trades(id, t)).map(|t| bars.at(id, t));
        traded.fold(None, |candle: Option<Candle>, at| {
            let bar = Candle { first: from, open: bars.open[at], high: bars.high[at], low: bars.low[at], close: bars.close[at] };
            Some(candle.map_or(bar, |c| Candle { high: c.high.max(bar.high), low: c.low.min(bar.low), close: bar.close, ..c }))
        })
    });
    (all.collect(), together)
}

/// `None` where the market holds no bars of it.
#[must_use]
pub fn bars(market: &Market, run: &Run, trade: &Trade) -> Option<Svg> {
    let fills = fills_of(run, trade);
    // What was opened in a coin that became this one is drawn from there on.
    let held = fills.first().map_or(trade.opened, |first| first.time.max(trade.opened));
    let (entry, exit) = (market.clock.bar_of(held)?, market.clock.bar_of(trade.closed)?);
    if exit >= market.panel.bars {
        return None;
    }
    let (candles, together) = candles(&market.panel, trade.instrument, entry, exit);
    let (first, last) = (candles.first()?.first, candles.last()?.first + together);
    let shown = candles.iter().flat_map(|c| [c.low, c.high]).chain(fills.iter().map(|fill| fill.price));
    let panel =
        Panel { x: Scale::of_time(market.clock.open(first), market.clock.open(last), LEFT, RIGHT), y: Scale::of_money(shown, BOTTOM, TOP) };
    let step = (RIGHT - LEFT) / ((last - first) as f64 / together as f64);
    let middle = |t: usize| LEFT + (((t - first) / together) as f64 + 0.5) * step;
    Some(picture(WIDTH, HEIGHT, |canvas| {
        axes(canvas, &panel);
        let (from, to) = (middle(entry), middle(exit));
        canvas.block((from - step / 2.0, TOP), (to + step / 2.0, BOTTOM), Ink::tint(palette::GREY, 0.08));
        draw(canvas, &panel, &candles, middle, step);
        liquidation(canvas, &panel, run, trade, (from, to));
        for (value, ink) in [(trade.entry_price, BOUGHT), (trade.exit_price, SOLD)] {
            let ink = if trade.direction == Direction::Long { ink } else { opposite(ink) };
            let y = panel.y.place(value);
            canvas.line(&[(from - step / 2.0, y), (to + step / 2.0, y)], Ink { width: 1.2, ..ink }.dashed(&[4.0, 3.0]));
        }
        let mut drawn: Vec<(f64, f64, &Fill)> = Vec::new();
        for fill in &fills {
            let Some(t) = market.clock.bar_of(fill.time) else { continue };
            let mark = (middle(t), panel.y.place(fill.price), *fill);
            // Marks that would cover each other to half a pixel are one.
            if drawn.iter().all(|other| other.2.side != fill.side || (other.0 - mark.0).abs() + (other.1 - mark.1).abs() > 0.5) {
                drawn.push(mark);
            }
        }
        for (x, y, fill) in &drawn {
            arrow(canvas, (*x, *y), fill, drawn.len() <= TITLED);
        }
        let (at, shift) = if to > f64::midpoint(LEFT, RIGHT) { (At::Right, step / 2.0) } else { (At::Left, -step / 2.0) };
        canvas.text(
            &shortened(trade.exit_reason.name(), REASON),
            (to + shift, TOP - 12.0),
            Words { at, size: 12.5, colour: palette::BLACK, bold: true },
        );
    }))
}

fn opposite(ink: Ink) -> Ink {
    if ink == BOUGHT { SOLD } else { BOUGHT }
}

fn axes(canvas: &Canvas, panel: &Panel) {
    let pale = Ink::line(palette::MESH, 0.8);
    let heights: Vec<f64> = panel.y.money_ticks(5).into_iter().map(|(value, _)| value).collect();
    for value in &heights {
        canvas.line(&[(LEFT, panel.y.place(*value)), (RIGHT, panel.y.place(*value))], pale);
    }
    for value in heights {
        let y = panel.y.place(value);
        let label = price(value);
        let label = if label.contains('.') { label.trim_end_matches('0').trim_end_matches('.') } else { &label };
        canvas.text(label, (LEFT - 8.0, y), TICK);
    }
    let instants = panel.x.time_ticks(4);
    for (value, _) in &instants {
        let x = panel.x.place(*value);
        canvas.line(&[(x, BOTTOM), (x, BOTTOM + 4.0)], Ink::line(palette::GREY, 0.8));
    }
    for (value, label) in instants {
        let x = panel.x.place(value);
        // A date at the very edge would leave the paper.
        canvas.text(&label, (x.clamp(LEFT + 34.0, RIGHT - 34.0), BOTTOM + 17.0), Words { at: At::Middle, ..TICK });
    }
    canvas.line(&[(LEFT, BOTTOM), (RIGHT, BOTTOM)], Ink::line(palette::GREY, 1.0));
}

/// All wicks, then all bodies of either colour.
fn draw(canvas: &Canvas, panel: &Panel, candles: &[Candle], middle: impl Fn(usize) -> f64, step: f64) {
    let place = |value: f64| panel.y.place(value);
    let half = (step * 0.36).max(0.6);
    for candle in candles {
        let x = middle(candle.first);
        canvas.line(&[(x, place(candle.high)), (x, place(candle.low))], Ink::line(palette::GREY, 1.0));
    }
    let body = |candle: &Candle| {
        let (x, top, bottom) = (middle(candle.first), place(candle.open.max(candle.close)), place(candle.open.min(candle.close)));
        ((x - half, top), (x + half, bottom.max(top + 1.0)))
    };
    let (rising, falling): (Vec<&Candle>, Vec<&Candle>) = candles.iter().partition(|candle| candle.close >= candle.open);
    canvas.blocks(rising.into_iter().map(body), RISING);
    canvas.blocks(falling.into_iter().map(body), FALLING);
}

/// Where the margin would no longer have sufficed, as known at each close at which decisions were made, and where it did
/// not suffice; nothing where that lies off the paper.
fn liquidation(canvas: &Canvas, panel: &Panel, run: &Run, trade: &Trade, (from, to): (f64, f64)) {
    let held = |row: &&Exposure| {
        row.instrument == trade.instrument && row.bucket == trade.bucket && row.time > trade.opened && row.time <= trade.closed
    };
    let known: Vec<(f64, Option<f64>)> =
        run.exposure.iter().filter(held).map(|row| (panel.x.place(row.time.seconds() as f64).max(from), row.liquidation_price)).collect();
    let ink = Ink::line(palette::BLACK, 1.4).dashed(&[1.5, 2.5]);
    // Steps of one piece while the price is on the paper, so that the dots run on from one to the next.
    let mut piece: Vec<(f64, f64)> = Vec::new();
    for (k, (x, value)) in known.iter().enumerate() {
        let end = known.get(k + 1).map_or(to, |next| next.0).max(*x);
        match value.filter(|value| (panel.y.low..=panel.y.high).contains(value)) {
            Some(value) => piece.extend([(*x, panel.y.place(value)), (end, panel.y.place(value))]),
            None => canvas.line(&std::mem::take(&mut piece), ink),
        }
    }
    canvas.line(&piece, ink);
    let taken = |event: &&Liquidation| {
        event.instrument == trade.instrument && event.bucket == trade.bucket && (trade.opened..=trade.closed).contains(&event.time)
    };
    for event in run.liquidations.iter().filter(taken).filter(|event| (panel.y.low..=panel.y.high).contains(&event.liquidation_price)) {
        let y = panel.y.place(event.liquidation_price);
        canvas.line(&[(to - 12.0, y), (to + 12.0, y)], Ink::line(palette::BLACK, 2.0));
    }
}

/// Up where it bought, down where it sold; the tip is the price.
fn arrow(canvas: &Canvas, (x, y): (f64, f64), fill: &Fill, titled: bool) {
    let (ink, down, verb) = if fill.side == Side::Buy { (BOUGHT, 9.0, "bought") } else { (SOLD, -9.0, "sold") };
    let points = [(x, y), (x - 5.0, y + down), (x + 5.0, y + down)];
    if titled {
        canvas.titled_shape(&format!("{verb} at {} on {}", price(fill.price), fill.time.date()), &points, ink);
    } else {
        canvas.shape(&points, ink);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn bars_put_together_keep_their_extremes() {
        let n = 300;
        let column = |add: f64| (0..n).map(|t| 100.0 + t as f64 + add).collect::<Arc<[f64]>>();
        let mut bars = Bars {
            instruments: 1,
            bars: n,
            open: column(0.0),
            high: column(2.0),
            low: column(-2.0),
            close: column(1.0),
            ..Bars::default()
        };
        Arc::make_mut(&mut bars.high)[151] = 999.0;
        let (all, together) = candles(&bars, InstrumentId(0), 100, 260);
        // 160 bars held, 40 before and the 39 that are left after: 239 in candles of four.
        assert_eq!((together, all.len()), (4, 60));
        assert_eq!(all[0], Candle { first: 60, open: 160.0, high: 165.0, low: 158.0, close: 164.0 });
        assert_eq!(all.iter().find(|c| c.high == 999.0).map(|c| c.first), Some(148));
        let (short, together) = candles(&bars, InstrumentId(0), 5, 7);
        assert_eq!((together, short.len(), short[0].first), (1, 16, 0));
    }
}
