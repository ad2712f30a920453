//! What each bucket was worth over time: stacked to the equity, and what one owes below nought.

use crate::market::Market;
use crate::replay::run::Run;
use crate::report::charts::canvas::{Ink, Svg, picture};
use crate::report::charts::panel::{LEFT, Panel, Sample, WIDTH, end_name, heading, legend, shortened};
use crate::report::charts::scale::Scale;
use crate::report::charts::single::{below, room};
use crate::report::charts::{palette, thin};
use crate::report::number_format::brief_money;

/// Of every kept bar: nought, and where each bucket's part of a stack ends.
type Stack = Vec<Vec<f64>>;

/// The values of one sign, each on the one before it.
fn stack(run: &Run, keep: &[usize], part: fn(f64) -> f64) -> Stack {
    let width = run.buckets.len();
    let edges = |t: &usize| {
        let mut edges = vec![0.0];
        for value in &run.bucket_values[t * width..(t + 1) * width] {
            edges.push(edges[edges.len() - 1] + part(value.to_f64()));
        }
        edges
    };
    keep.iter().map(edges).collect()
}

/// What each bucket was worth, stacked to the equity. A hedge on the coins it stands against may owe: that hangs below, and the equity is what is above less
/// what is below.
#[must_use]
pub fn buckets(market: &Market, run: &Run) -> Svg {
    picture(WIDTH, 560.0, |canvas| {
        heading(canvas, &format!("{}: buckets", shortened(&run.strategy, 48)), &below(market, run), market.synthetic);
        let width = run.buckets.len();
        let equity: Vec<f64> = run.equity.iter().map(|e| e.to_f64()).collect();
        let keep = thin::kept(&equity);
        let above = stack(run, &keep, |value| value.max(0.0));
        let under = stack(run, &keep, |value| value.min(0.0));
        let last = |stack: &Stack| stack.last().cloned().unwrap_or_else(|| vec![0.0; width + 1]);
        let (high_end, low_end) = (last(&above), last(&under));
        let ends: Vec<(String, f64, Ink)> = (0..width)
            .map(|b| {
                let edges = if low_end[b + 1] < low_end[b] { &low_end } else { &high_end };
                let text = end_name(&run.buckets[b], &brief_money(edges[b + 1] - edges[b]));
                (text, f64::midpoint(edges[b], edges[b + 1]), Ink::line(palette::area(b), 1.0))
            })
            .collect();
        let right = room(canvas, ends.iter().map(|(name, ..)| name));
        let highest = above.iter().map(|edges| edges[width]).fold(1.0, f64::max);
        let lowest = under.iter().map(|edges| edges[width]).fold(0.0, f64::min);
        let y = Scale { low: lowest * 1.05, high: highest * 1.05, start: 520.0, end: 122.0, log: false };
        let panel = Panel { x: Scale::of_time(run.clock.start, run.clock.open(run.equity.len()), LEFT, right), y };
        panel.mesh(canvas, "Value of each bucket, USD", &y.money_ticks(6), true);
        let x: Vec<f64> = keep.iter().map(|t| panel.x.place(run.clock.close(*t).seconds() as f64)).collect();
        let owes = lowest < 0.0;
        for stack in std::iter::once(&above).chain(owes.then_some(&under)) {
            for b in 0..width {
                let outer = x.iter().zip(stack).map(|(x, edges)| (*x, y.place(edges[b + 1])));
                let inner = x.iter().zip(stack).rev().map(|(x, edges)| (*x, y.place(edges[b])));
                canvas.shape(&outer.clone().chain(inner).collect::<Vec<_>>(), Ink::tint(palette::area(b), 0.75));
                // A white seam keeps neighbours apart without colour.
                canvas.line(&outer.collect::<Vec<_>>(), Ink::line(palette::WHITE, 1.0));
            }
        }
        let mut entries: Vec<_> =
            (0..width).map(|b| (Sample::Block(Ink::tint(palette::area(b), 0.75)), shortened(&run.buckets[b], 24))).collect();
        if owes {
            let ink = Ink::line(palette::BLACK, 1.4);
            canvas.line(&x.iter().zip(&keep).map(|(x, t)| (*x, y.place(equity[*t]))).collect::<Vec<_>>(), ink);
            entries.push((Sample::Line(ink), "equity".to_string()));
        }
        panel.end_labels(canvas, &ends);
        legend(canvas, LEFT, 76.0, &entries);
    })
}
