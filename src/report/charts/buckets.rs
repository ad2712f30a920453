//! What each bucket was worth over time: stacked to the equity, and what one owes below nought.

use crate::market::Market;
use crate::replay::run::Run;
use crate::report::charts::canvas::{Ink, Svg, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{LEFT, Panel, Sample, Series, WIDTH, end_name, heading, legend, shortened};
use crate::report::charts::scale::Scale;
use crate::report::charts::single::{below, room};
use crate::report::number_format::brief_money;

/// Of nought, then of each bucket: where its part of a stack ends at every close.
type Stack = Vec<Vec<f64>>;

/// The values of one sign, each on the one before it.
fn stack(run: &Run, part: fn(f64) -> f64) -> Stack {
    let (bars, width) = (run.equity.len(), run.buckets.len());
    let mut edges = vec![vec![0.0; bars]];
    for b in 0..width {
        let below = &edges[b];
        edges.push((0..bars).map(|t| below[t] + part(run.bucket_values[t * width + b].to_f64())).collect());
    }
    edges
}

/// Edges of areas.
const SEAM: Ink = Ink::line(palette::WHITE, 1.0);

/// The area of a bucket.
fn ground(b: usize) -> Ink {
    Ink::tint(palette::on_white(palette::area(b), 0.75), 1.0)
}

/// What each bucket was worth, stacked to the equity. A hedge on the coins it stands against may owe: that hangs below, and the equity is what is above less
/// what is below.
#[must_use]
pub fn buckets(market: &Market, run: &Run) -> Svg {
    picture(WIDTH, 560.0, |canvas| {
        heading(canvas, &format!("{}: buckets", shortened(&run.strategy, 48)), &below(market, run), market.synthetic);
        let width = run.buckets.len();
        let above = stack(run, |value| value.max(0.0));
        let under = stack(run, |value| value.min(0.0));
        let last = |stack: &Stack| stack.iter().map(|edge| edge.last().copied().unwrap_or(0.0)).collect::<Vec<f64>>();
        let (high_end, low_end) = (last(&above), last(&under));
        let ends: Vec<(String, f64, Ink)> = (0..width)
            .map(|b| {
                let edges = if low_end[b + 1] < low_end[b] { &low_end } else { &high_end };
                let text = end_name(&run.buckets[b], &brief_money(edges[b + 1] - edges[b]));
                (text, f64::midpoint(edges[b], edges[b + 1]), Ink::line(palette::area(b), 1.0))
            })
            .collect();
        let right = room(ends.iter().map(|(name, ..)| name));
        let highest = above[width].iter().copied().fold(1.0, f64::max);
        let lowest = under[width].iter().copied().fold(0.0, f64::min);
        let y = Scale { low: lowest * 1.05, high: highest * 1.05, start: 520.0, end: 122.0, log: false };
        let panel = Panel { x: Scale::of_time(run.clock.start, run.clock.open(run.equity.len()), LEFT, right), y };
        let closes: Vec<f64> = (0..run.equity.len()).map(|t| run.clock.close(t).seconds() as f64).collect();
        let line = |values: Vec<f64>, ink| Series { name: String::new(), times: closes.clone(), values, ink };
        let owes = lowest < 0.0;
        // From the outermost in, each down to nought and over the one before it: so every edge is drawn once. A white seam keeps neighbours apart without colour.
        for stack in std::iter::once(above).chain(owes.then_some(under)) {
            for (b, edge) in stack.into_iter().enumerate().skip(1).rev() {
                let mut area = panel.points(&line(edge, SEAM));
                if let (Some(first), Some(last)) = (area.first().copied(), area.last().copied()) {
                    area.extend([(last.0, y.place(0.0)), (first.0, y.place(0.0))]);
                    canvas.outlined(&area, ground(b - 1), SEAM);
                }
            }
        }
        panel.mesh(canvas, "Value of each bucket, USD", &y.money_ticks(6), true);
        let mut entries: Vec<_> = (0..width).map(|b| (Sample::Block(ground(b)), shortened(&run.buckets[b], 24))).collect();
        if owes {
            let ink = Ink::line(palette::BLACK, 1.4);
            canvas.line(&panel.points(&line(run.equity.iter().map(|equity| equity.to_f64()).collect(), ink)), ink);
            entries.push((Sample::Line(ink), "equity".to_string()));
        }
        panel.end_labels(canvas, &ends);
        legend(canvas, LEFT, 76.0, &entries);
    })
}
