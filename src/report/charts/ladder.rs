//! The stress test as bars: what each scenario would have returned.

use crate::report::capacity_text::{mark, scenario};
use crate::report::charts::canvas::{At, Ink, Svg, Words, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, NOTE, TICK, WIDTH};
use crate::report::charts::scale::Scale;
use crate::report::number_format::percent;
use crate::stress::{Kind, Ladder, Scenario};

const RIGHT: f64 = WIDTH - 30.0;
const FLOOR: f64 = 286.0;

/// Total return of every scenario; the kinds apart.
#[must_use]
pub fn ladder(ladder: &Ladder) -> Svg {
    let known: Vec<(&Scenario, f64)> =
        ladder.scenarios.iter().filter_map(|scenario| Some((scenario, scenario.metrics.returns.total_return?))).collect();
    let floor = ladder.noise.map(|noise| (noise.low, noise.high));
    let shown = known.iter().map(|(_, value)| (*value, *value)).chain(floor);
    let (low, high) = shown.fold((0.0_f64, 0.0_f64), |(l, h), (least, most)| (l.min(least), h.max(most)));
    let air = ((high - low) * 0.14).max(1e-6);
    picture(WIDTH, 330.0, |canvas| {
        let y = Scale { low: if low < 0.0 { low - air } else { 0.0 }, high: high + air, start: FLOOR, end: 44.0, log: false };
        canvas.text("Total return in each scenario; shaded: range of the run itself when only its fills vary", (LEFT, 26.0), NOTE);
        if let Some((least, most)) = floor {
            canvas.block((LEFT, y.place(most)), (RIGHT, y.place(least)), Ink::tint(palette::GREY, 0.18));
        }
        for (value, label) in y.percent_ticks(5) {
            let place = y.place(value);
            canvas.line(&[(LEFT, place), (RIGHT, place)], Ink::line(palette::MESH, 0.8));
            canvas.text(&label, (LEFT - 9.0, place), TICK);
        }
        let gaps = if known.iter().any(|(on, _)| on.step.kind() == Kind::AssumedFunding) { 1.5 } else { 1.0 };
        let step = (RIGHT - LEFT) / (known.len().max(1) as f64 + gaps);
        for (i, (on, value)) in known.iter().enumerate() {
            let (apart, colour) = match on.step.kind() {
                Kind::Assumptions => (0.0, palette::BLUE),
                Kind::Costs => (0.5, palette::GREEN),
                Kind::Latency => (1.0, palette::VERMILION),
                Kind::AssumedFunding => (1.5, palette::PURPLE),
            };
            let left = LEFT + (i as f64 + apart + 0.2) * step;
            let (right, nought, place) = (left + step * 0.6, y.place(0.0), y.place(*value));
            let title = format!("{}: {}", scenario(on.step), percent(Some(*value)));
            canvas.titled_block(
                &title,
                (left, nought.min(place)),
                (right, nought.max(place).max(nought.min(place) + 1.0)),
                Ink::tint(colour, 0.75),
            );
            let middle = f64::midpoint(left, right);
            canvas.text(
                &(mark(on).to_owned() + &percent(Some(*value))),
                (middle, nought.min(place) - 10.0),
                Words { at: At::Middle, ..LABEL },
            );
            canvas.text(&scenario(on.step), (middle, 304.0), Words { at: At::Middle, ..TICK });
        }
        canvas.line(&[(LEFT, y.place(0.0)), (RIGHT, y.place(0.0))], Ink::line(palette::GREY, 1.0));
    })
}
