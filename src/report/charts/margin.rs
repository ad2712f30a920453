//! How much of the wealth stood behind perpetuals, and how near the nearest of them was to liquidation.

use crate::market::Market;
use crate::replay::run::{Exposure, Run};
use crate::report::charts::canvas::{At, Canvas, Ink, Svg, Words, picture};
use crate::report::charts::curve::{Curve, OWN, draw, percents};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, NOTE, Panel, Sample, WIDTH, legend, mark, shortened};
use crate::report::number_format::percent;
use crate::units::Time;

/// Distances beyond this are drawn at the edge: nobody was ever liquidated from there.
const FAR: f64 = 1.0;
const ALARM: Ink = Ink::tint(palette::VERMILION, 1.0);

/// The perpetual that came nearest to its liquidation at any close at which decisions were made. A liquidation itself has no distance.
#[must_use]
pub fn closest(run: &Run) -> Option<(&Exposure, f64)> {
    let known = run.exposure.iter().filter_map(|row| Some((row, row.liquidation_distance?)));
    known.reduce(|nearest, other| if other.1 < nearest.1 { other } else { nearest })
}

/// The nearest distance of any perpetual at each close at which decisions were made; a gap where nothing was held that could be liquidated.
#[must_use]
pub fn nearest(run: &Run) -> Vec<(Time, Option<f64>)> {
    let mut closes: Vec<(Time, Option<f64>)> = Vec::new();
    for row in &run.exposure {
        if closes.last().is_none_or(|last| last.0 < row.time) {
            closes.push((row.time, None));
        }
        let at = closes.len() - 1;
        let known = [closes[at].1, row.liquidation_distance];
        closes[at].1 = known.into_iter().flatten().reduce(f64::min);
    }
    // Closes at which nothing at all was held left no row: where the rhythm of the rows is broken, the line is.
    let rhythm = closes.windows(2).map(|pair| pair[1].0.seconds() - pair[0].0.seconds()).min().unwrap_or(0);
    let mut all = Vec::with_capacity(closes.len());
    for (time, distance) in closes {
        let silent = all.last().filter(|(before, _): &&(Time, Option<f64>)| 2 * (time.seconds() - before.seconds()) > 3 * rhythm);
        all.extend(silent.map(|(before, _)| (before.plus(rhythm), None)));
        all.push((time, distance));
    }
    all
}

/// Margin over equity at every close, below it the nearest distance to liquidation. `None` of a run without perpetuals.
#[must_use]
pub fn margin(market: &Market, run: &Run) -> Option<Svg> {
    if run.margin_used.iter().all(|margin| !margin.is_positive()) {
        return None;
    }
    let times = (0..run.equity.len()).map(|t| run.clock.close(t).seconds() as f64).collect();
    let used = run.margin_used.iter().zip(&run.equity).map(|(m, e)| e.is_positive().then(|| m.to_f64() / e.to_f64())).collect();
    let used = [Curve { name: String::new(), times, values: used, ink: OWN }];
    let near = nearest(run);
    let far = near.iter().any(|(_, distance)| distance.is_some_and(|d| d > FAR));
    let curve = [Curve {
        name: String::new(),
        times: near.iter().map(|(time, _)| time.seconds() as f64).collect(),
        values: near.iter().map(|(_, distance)| distance.map(|d| d.min(FAR))).collect(),
        ink: Ink::line(palette::VERMILION, 1.6),
    }];
    let known = closest(run);
    Some(picture(WIDTH, if known.is_some() { 460.0 } else { 260.0 }, |canvas| {
        draw(
            canvas,
            run,
            "Margin used, share of equity",
            &used,
            percents,
            (44.0, if known.is_some() { 180.0 } else { 220.0 }),
            known.is_none(),
        );
        let Some((row, distance)) = known else { return };
        let beyond = if far { "; 100 % and more at the edge" } else { "" };
        let title = format!("Nearest distance to liquidation, share of the price{beyond}");
        let panel = draw(canvas, run, &title, &curve, percents, (234.0, 420.0), true);
        for piece in curve.iter().flat_map(Curve::pieces).filter(|piece| piece.times.len() == 1) {
            let (x, y) = (panel.x.place(piece.times[0]), panel.y.place(piece.values[0]));
            canvas.block((x - 1.0, y - 1.0), (x + 1.0, y + 1.0), Ink::tint(palette::VERMILION, 1.0));
        }
        if !run.liquidations.is_empty() {
            let named = [(Sample::Mark(ALARM), format!("liquidation ({})", run.liquidations.len()))];
            legend(canvas, LEFT + Canvas::width_of(&title, NOTE) + 30.0, 220.0, &named);
        }
        for event in &run.liquidations {
            mark(canvas, (panel.x.place(event.time.seconds() as f64), panel.y.place(0.0)), ALARM);
        }
        let symbol = shortened(&market.instrument(row.instrument).symbol, 24);
        let label = format!("closest: {symbol} {} on {}", percent(Some(distance)), row.time.date());
        named(canvas, &panel, (row.time.seconds() as f64, distance.min(FAR)), &label);
    }))
}

/// A square on a point, and what it is, on the side where there is room.
fn named(canvas: &Canvas, panel: &Panel, (time, value): (f64, f64), label: &str) {
    let (x, y) = (panel.x.place(time), panel.y.place(value));
    canvas.block((x - 3.0, y - 3.0), (x + 3.0, y + 3.0), Ink::tint(palette::BLACK, 1.0));
    let on_the_left = x > f64::midpoint(LEFT, WIDTH);
    let (at, shift) = if on_the_left { (At::Right, -9.0) } else { (At::Left, 9.0) };
    let wide = Canvas::width_of(label, LABEL);
    let left = if on_the_left { x - 12.0 - wide } else { x + 6.0 };
    canvas.block((left, y - 20.0), (left + wide + 6.0, y - 3.0), Ink::tint(palette::WHITE, 0.8));
    canvas.text(label, (x + shift, y - 11.0), Words { at, ..LABEL });
}
