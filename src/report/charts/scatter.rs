//! Return against risk: a point a strategy, the named ones in their own ink.

use crate::report::charts::canvas::{At, Ink, Svg, Words, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, NOTE, TICK, WIDTH, shortened};
use crate::report::charts::scale::Scale;

/// One strategy: yearly volatility and yearly growth, both fractions.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub name: String,
    pub risk: f64,
    pub growth: f64,
}

/// The first `named` of `points` are drawn large with their names, the others as dots behind them.
#[must_use]
pub(crate) fn scatter(points: &[Point], named: usize) -> Svg {
    let range = |pick: fn(&Point) -> f64| points.iter().map(pick).fold((0.0_f64, 0.01_f64), |(l, h), v| (l.min(v), h.max(v)));
    let ((_, far), (low, high)) = (range(|p| p.risk), range(|p| p.growth));
    let air = (high - low) * 0.08;
    let (top, bottom) = (48.0, 430.0);
    picture(WIDTH, 490.0, |canvas| {
        let x = Scale { low: 0.0, high: far * 1.05, start: LEFT, end: WIDTH - 200.0, log: false };
        let y = Scale { low: low - air, high: high + air, start: bottom, end: top, log: false };
        canvas.text("CAGR against volatility a year", (LEFT, 26.0), NOTE);
        for (value, label) in y.percent_ticks(6) {
            let place = y.place(value);
            canvas.line(&[(x.start, place), (x.end, place)], Ink::line(palette::MESH, 0.8));
            canvas.text(&label, (x.start - 9.0, place), TICK);
        }
        for (value, label) in x.percent_ticks(8) {
            let place = x.place(value);
            canvas.line(&[(place, top), (place, bottom)], Ink::line(palette::MESH, 0.8));
            canvas.text(&label, (place, bottom + 17.0), Words { at: At::Middle, ..TICK });
        }
        canvas.line(&[(x.start, y.place(0.0)), (x.end, y.place(0.0))], Ink::line(palette::GREY, 1.0));
        canvas.text("volatility", (x.end, bottom + 38.0), TICK);
        let dot = |point: &Point, size: f64, ink: Ink| {
            let (a, b) = (x.place(point.risk), y.place(point.growth));
            canvas.block((a - size, b - size), (a + size, b + size), ink);
        };
        for point in points.iter().skip(named) {
            dot(point, 1.5, Ink::tint(palette::GREY, 0.5));
        }
        let mut taken: Vec<f64> = Vec::new();
        for (i, point) in points.iter().take(named).enumerate() {
            let ink = palette::line(i);
            dot(point, 4.0, Ink::tint(ink.colour, 1.0));
            // Names keep a line's height from those already written.
            let mut place = y.place(point.growth);
            while taken.iter().any(|other| (other - place).abs() < 15.0) && place < bottom {
                place += 3.0;
            }
            taken.push(place);
            canvas.text(&shortened(&point.name, 22), (x.place(point.risk) + 9.0, place), LABEL);
        }
    })
}
