//! Cash that went from bucket to bucket, added up over the run: who gave on the left, who got on the right, a band a way and reason.

use std::collections::BTreeMap;

use plotters::style::RGBColor;

use crate::replay::run::{FlowReason, Run};
use crate::report::charts::canvas::{At, Canvas, Ink, Point, Svg, Words, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, NOTE, Sample, WIDTH, legend, shortened};
use crate::report::number_format::{brief_money, count, money};
use crate::units::{BucketId, Time, Usd};

/// Everything that went one way for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub from: BucketId,
    pub to: BucketId,
    pub reason: FlowReason,
    pub count: usize,
    pub amount: Usd,
    pub first: Time,
    pub last: Time,
}

/// The flows of a run by way and reason, in the order of the buckets, then of the reasons' names.
#[must_use]
pub fn ways(run: &Run) -> Vec<Way> {
    let mut all: BTreeMap<(BucketId, BucketId, &str), Way> = BTreeMap::new();
    for flow in &run.flows {
        let way = all.entry((flow.from, flow.to, flow.reason.name())).or_insert_with(|| Way {
            from: flow.from,
            to: flow.to,
            reason: flow.reason,
            count: 0,
            amount: Usd::ZERO,
            first: flow.time,
            last: flow.time,
        });
        way.count += 1;
        way.amount += flow.amount;
        way.last = flow.time;
    }
    all.into_values().collect()
}

/// Where the blocks of the buckets stand, left and right.
const ENDS: (f64, f64) = (250.0, WIDTH - 250.0);
const BLOCK: f64 = 14.0;
const TOP: f64 = 56.0;
/// Height of all bands together, and the gap between two buckets.
const HIGH: f64 = 300.0;
const GAP: f64 = 14.0;

/// Bands lie over each other, so no two of these are shades of one colour.
const REASONS: [RGBColor; 6] = [palette::BLUE, palette::ORANGE, palette::GREEN, palette::PURPLE, palette::VERMILION, palette::GREY];

/// `None` where nothing flowed.
#[must_use]
pub fn flows(run: &Run) -> Option<Svg> {
    let ways: Vec<Way> = ways(run).into_iter().filter(|way| way.amount.is_positive()).collect();
    let total: Usd = ways.iter().map(|way| way.amount).sum();
    if !total.is_positive() {
        return None;
    }
    let mut reasons: Vec<&str> = ways.iter().map(|way| way.reason.name()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let colour = |reason: &str| REASONS[reasons.iter().position(|known| *known == reason).unwrap_or(0) % REASONS.len()];
    let ink = |reason: &str| Ink::tint(colour(reason), 0.5);
    let per_dollar = HIGH / total.to_f64();
    let givers = side(run, &ways, |way| way.from, per_dollar);
    let takers = side(run, &ways, |way| way.to, per_dollar);
    let bottom = givers.iter().chain(&takers).map(|node| node.top + node.high).fold(TOP, f64::max);
    Some(picture(WIDTH, bottom + 24.0, |canvas| {
        let title = "Cash from bucket to bucket, sum of the run";
        canvas.text(title, (20.0, 26.0), NOTE);
        let named: Vec<_> = reasons.iter().map(|reason| (Sample::Block(ink(reason)), shortened(reason, 24))).collect();
        legend(canvas, 20.0 + Canvas::width_of(title, NOTE) + 36.0, 26.0, &named);
        // Where the next band leaves and arrives, by bucket.
        let mut leaves: BTreeMap<BucketId, f64> = givers.iter().map(|node| (node.bucket, node.top)).collect();
        let mut arrives: BTreeMap<BucketId, f64> = takers.iter().map(|node| (node.bucket, node.top)).collect();
        for way in &ways {
            let high = way.amount.to_f64() * per_dollar;
            if let (Some(from), Some(to)) = (leaves.get_mut(&way.from), arrives.get_mut(&way.to)) {
                let title = format!(
                    "{} to {}, {}: {} in {} transfers, {} to {}",
                    run.buckets[way.from.index()],
                    run.buckets[way.to.index()],
                    way.reason.name(),
                    money(way.amount.to_f64()),
                    count(way.count),
                    way.first.date(),
                    way.last.date()
                );
                canvas.titled_shape(&title, &band((ENDS.0 + BLOCK, *from), (ENDS.1, *to), high.max(0.5)), ink(way.reason.name()));
                *from += high;
                *to += high;
            }
        }
        for node in &givers {
            node.draw(canvas, run, (ENDS.0, At::Right, -10.0), "gave");
        }
        for node in &takers {
            node.draw(canvas, run, (ENDS.1, At::Left, BLOCK + 10.0), "received");
        }
    }))
}

/// A bucket on one side of the picture.
struct Node {
    bucket: BucketId,
    amount: Usd,
    top: f64,
    high: f64,
}

impl Node {
    fn draw(&self, canvas: &Canvas, run: &Run, (x, at, shift): (f64, At, f64), verb: &str) {
        canvas.block((x, self.top), (x + BLOCK, self.top + self.high.max(1.0)), Ink::tint(palette::BLACK, 0.8));
        let text = format!("{} {verb} {}", shortened(&run.buckets[self.bucket.index()], 18), brief_money(self.amount.to_f64()));
        canvas.text(&text, (x + shift, self.top + self.high / 2.0), Words { at, ..LABEL });
    }
}

/// The buckets of one side below each other; none so near its neighbour that their names would touch.
fn side(run: &Run, ways: &[Way], of: impl Fn(&Way) -> BucketId, per_dollar: f64) -> Vec<Node> {
    const LINE: f64 = 17.0;
    let mut nodes: Vec<Node> = Vec::new();
    for bucket in (0..run.buckets.len()).map(BucketId::new) {
        let amount: Usd = ways.iter().filter(|way| of(way) == bucket).map(|way| way.amount).sum();
        if !amount.is_positive() {
            continue;
        }
        let high = amount.to_f64() * per_dollar;
        let top = nodes.last().map_or(TOP, |above| (above.top + above.high + GAP).max(above.top + above.high / 2.0 + LINE - high / 2.0));
        nodes.push(Node { bucket, amount, top, high });
    }
    nodes
}

/// A band of one height from a place to a place, level at both ends.
fn band(from: Point, to: Point, high: f64) -> Vec<Point> {
    const STEPS: usize = 24;
    let edge = |down: f64| {
        (0..=STEPS).map(move |k| {
            let share = k as f64 / STEPS as f64;
            let bent = share * share * (3.0 - 2.0 * share);
            (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * bent + down)
        })
    };
    edge(0.0).chain(edge(high).rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_as_high_at_both_ends_and_closed() {
        let points = band((0.0, 10.0), (100.0, 50.0), 8.0);
        assert_eq!((points[0], points[24]), ((0.0, 10.0), (100.0, 50.0)));
        assert_eq!((points[25], points[49]), ((100.0, 58.0), (0.0, 18.0)));
        assert_eq!(points[12], (50.0, 30.0), "half way it is half way");
    }
}
