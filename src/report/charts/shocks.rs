//! Shocks as bars of what is left, and a year ahead as a fan.

use crate::metrics::outlook::{DAYS, Outlook};
use crate::report::charts::canvas::{At, Ink, Point, Svg, Words, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, NOTE, TICK, WIDTH};
use crate::report::charts::scale::Scale;
use crate::report::number_format::{grouped, percent};
use crate::report::shock_text::name;
use crate::stress::{Shocked, Shocks};

const RIGHT: f64 = WIDTH - 30.0;
/// Where the names of shocks end.
const NAMES: f64 = 210.0;
/// Pixels a shock.
const ROW: f64 = 26.0;
/// Pixels above the first.
const HEAD: f64 = 44.0;

/// End equity under each shock as a share of the run's own; those that cannot be compared are left out.
#[must_use]
pub(crate) fn left(shocks: &Shocks) -> Svg {
    let known: Vec<(&Shocked, f64)> = shocks.all.iter().filter_map(|shocked| Some((shocked, shocked.left?))).collect();
    let most = known.iter().fold(1.0_f64, |most, (_, left)| most.max(*left));
    let height = HEAD + ROW * known.len() as f64 + 20.0;
    picture(WIDTH, height, |canvas| {
        canvas.text("End equity under each shock, as a share of that of the run itself", (LEFT, 26.0), NOTE);
        let x = Scale { low: 0.0, high: most, start: NAMES, end: RIGHT - 76.0, log: false };
        let own = x.place(1.0);
        canvas.line(&[(own, HEAD - 6.0), (own, height - 14.0)], Ink::line(palette::GREY, 1.0));
        for (at, (shocked, left)) in known.iter().enumerate() {
            let (top, bottom) = (HEAD + ROW * at as f64 + 4.0, HEAD + ROW * (at + 1) as f64 - 4.0);
            let middle = f64::midpoint(top, bottom);
            canvas.text(&name(shocked.shock), (NAMES - 10.0, middle), Words { at: At::Right, ..LABEL });
            let colour = if *left < 1.0 { palette::VERMILION } else { palette::BLUE };
            let title = format!("{}: {} of the end equity of the run", name(shocked.shock), percent(Some(*left)));
            canvas.titled_block(&title, (NAMES, top), (x.place(*left).max(NAMES + 1.0), bottom), Ink::tint(colour, 0.75));
            canvas.text(&percent(Some(*left)), (RIGHT, middle), Words { at: At::Right, ..LABEL });
        }
    })
}

/// The bands of the fan, the middle path a line.
#[must_use]
pub(crate) fn fan(outlook: &Outlook) -> Svg {
    let (top, floor) = (46.0, 290.0);
    let ends = outlook.fan.iter().flat_map(|bands| [bands[0], bands[4]]);
    let (low, high) = ends.fold((1.0_f64, 1.0_f64), |(l, h), value| (l.min(value), h.max(value)));
    picture(WIDTH, 330.0, |canvas| {
        canvas.text(
            "A year of its own days drawn again: half of the paths are in the dark band, nine in ten in the light one",
            (LEFT, 26.0),
            NOTE,
        );
        let air = (high - low) * 0.05;
        let y = Scale { low: (low - air).max(0.0), high: high + air, start: floor, end: top, log: false };
        let x = |day: usize| LEFT + (RIGHT - 84.0 - LEFT) * day as f64 / DAYS as f64;
        for (value, label) in y.percent_ticks(6) {
            canvas.line(&[(LEFT, y.place(value)), (RIGHT - 84.0, y.place(value))], Ink::line(palette::MESH, 0.8));
            canvas.text(&label, (LEFT - 9.0, y.place(value)), TICK);
        }
        let edge = |band: usize| -> Vec<Point> {
            let days = outlook.fan.iter().enumerate().map(|(day, bands)| (x(day + 1), y.place(bands[band])));
            std::iter::once((x(0), y.place(1.0))).chain(days).collect()
        };
        for (below, above, opacity) in [(0, 4, 0.16), (1, 3, 0.3)] {
            let area: Vec<Point> = edge(below).into_iter().chain(edge(above).into_iter().rev()).collect();
            canvas.shape(&area, Ink::tint(palette::BLUE, opacity));
        }
        canvas.line(&edge(2), Ink::line(palette::BLUE, 1.8));
        canvas.line(&[(LEFT, y.place(1.0)), (RIGHT - 84.0, y.place(1.0))], Ink::line(palette::GREY, 1.0));
        let last = outlook.fan.last().copied().unwrap_or([1.0; 5]);
        for (band, quantile) in [(4, "95 %"), (2, "median"), (0, "5 %")] {
            let place = (RIGHT - 78.0, y.place(last[band]));
            canvas.text(&format!("{quantile}: {}x", grouped(last[band], 2)), place, Words { size: 11.0, ..LABEL });
        }
        for month in [0_usize, 3, 6, 9, 12] {
            let words = Words { at: At::Middle, ..TICK };
            canvas.text(&format!("{month} months"), (x(DAYS * month / 12), 308.0), words);
        }
    })
}
