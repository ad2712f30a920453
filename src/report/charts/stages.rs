//! Every narrative's index with the stages of its life behind it and the times at which buckets held it, one panel below the other.

use crate::market::Market;
use crate::replay::run::{NarrativeTrack, RotationStep, Run, Stage, Turn};
use crate::report::charts::canvas::{Canvas, Ink, Svg, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, Panel, Sample, Series, WIDTH, before_names, heading, legend, period, shortened};
use crate::report::charts::scale::Scale;
use crate::report::number_format::grouped;
use crate::units::Time;

const HEIGHT: f64 = 112.0;
const TOP: f64 = 128.0;
/// Panels beyond this are left out, the quietest first.
const MOST: usize = 12;

/// `None` for a strategy that follows no stages, or a market without narratives.
#[must_use]
pub fn stages(market: &Market, run: &Run) -> Option<Svg> {
    // Those with a life to tell, in the order of the market.
    let mut tracks: Vec<&NarrativeTrack> = run.narratives.iter().filter(|track| track.index.iter().any(|v| v.is_finite())).collect();
    let steps = |track: &NarrativeTrack| track.stage.windows(2).filter(|pair| pair[0] != pair[1]).count();
    if tracks.len() > MOST {
        tracks.sort_by_key(|track| std::cmp::Reverse(steps(track)));
        tracks.truncate(MOST);
        tracks.sort_by_key(|track| track.narrative);
    }
    if tracks.is_empty() {
        return None;
    }
    let height = TOP + HEIGHT * tracks.len() as f64 + 30.0;
    Some(picture(WIDTH, height, |canvas| {
        let (from, to) = (run.clock.start, run.clock.open(run.equity.len()));
        let below =
            format!("{}  ·  {}  ·  index of each narrative, log scale, its stage behind it", shortened(&market.name, 40), period(from, to));
        heading(canvas, &format!("{}: narratives", run.strategy), &below, market.synthetic);
        let stages = KINDS.map(|(_, ink, name)| (Sample::Block(ink), name.to_string()));
        let right = legend(canvas, LEFT, 76.0, &stages);
        let buckets: Vec<usize> =
            (0..run.buckets.len()).filter(|&bucket| tracks.iter().any(|track| !turns(run, track, bucket).is_empty())).collect();
        let held: Vec<_> = buckets.iter().map(|&b| (Sample::Line(own(b)), format!("held by {}", shortened(&run.buckets[b], 20)))).collect();
        legend(canvas, right + 10.0, 76.0, &held);
        let last: Vec<String> = tracks.iter().map(|track| last_value(track)).collect();
        let right = before_names(last.iter(), 40.0, 120.0);
        for (at, track) in tracks.iter().enumerate() {
            let top = TOP + HEIGHT * at as f64;
            panel(canvas, market, run, track, &Row { top, right, is_last: at + 1 == tracks.len(), buckets: &buckets });
        }
    }))
}

/// Where the panel of a narrative is.
struct Row<'a> {
    top: f64,
    right: f64,
    is_last: bool,
    /// Buckets that held any narrative, each with a height of its own for the bars of when.
    buckets: &'a [usize],
}

/// What the index came to: `2.41×`.
fn last_value(track: &NarrativeTrack) -> String {
    let last = track.index.iter().rev().find(|value| value.is_finite());
    last.map_or_else(String::new, |value| format!("{}×", grouped(*value, 2)))
}

fn panel(canvas: &Canvas, market: &Market, run: &Run, track: &NarrativeTrack, row: &Row) {
    let closes: Vec<f64> = (0..track.index.len()).map(|t| run.clock.close(t).seconds() as f64).collect();
    let opens: Vec<f64> = (0..=track.stage.len()).map(|t| run.clock.open(t).seconds() as f64).collect();
    let x = Scale::of_time(run.clock.start, run.clock.open(run.equity.len()), LEFT, row.right);
    let y = Scale::of_growth(track.index.iter().copied(), row.top + HEIGHT - 36.0, row.top);
    let panel = Panel { x, y };
    panel.bands(canvas, &opens, &track.stage, &KINDS);
    panel.mesh(canvas, market.narrative(track.narrative), &y.times_ticks(4), row.is_last);
    let series = Series { name: String::new(), times: closes, values: track.index.clone(), ink: Ink::line(palette::BLACK, 1.3) };
    let points = panel.points_in(&series, panel.columns() * 2 / 3);
    canvas.line(&points, series.ink);
    if let Some((_, height)) = points.last() {
        canvas.text(&last_value(track), (row.right + 8.0, *height), LABEL);
    }
    for (level, &bucket) in row.buckets.iter().enumerate() {
        let below = y.start - 1.0 - 5.0 * level as f64;
        for (from, to) in turns(run, track, bucket) {
            let until = to.unwrap_or_else(|| run.clock.open(run.equity.len()));
            let [left, right] = [from, until].map(|time| x.place(time.seconds() as f64));
            let (left, right) = (left, right.max(left + 1.0));
            let end = to.map_or_else(|| "the end".to_string(), Time::date);
            let title = format!("held by {}, {} to {end}", run.buckets[bucket], from.date());
            canvas.titled_block(&title, (left, below - 4.0), (right, below), own(bucket));
        }
    }
}

/// The stretches in which a bucket held a narrative: from when it entered to when it left, where it has.
fn turns(run: &Run, track: &NarrativeTrack, bucket: usize) -> Vec<(Time, Option<Time>)> {
    let mut all: Vec<(Time, Option<Time>)> = Vec::new();
    for rotation in run.rotations.iter().filter(|rotation| rotation.narrative == track.narrative) {
        let RotationStep::Bucket { bucket: of, turn } = &rotation.step else { continue };
        match (turn, all.last_mut()) {
            _ if of.index() != bucket => {}
            (Turn::Entered, _) => all.push((rotation.time, None)),
            (Turn::Left { .. }, Some(last)) if last.1.is_none() => last.1 = Some(rotation.time),
            (Turn::Left { .. }, _) => {}
        }
    }
    all
}

fn own(bucket: usize) -> Ink {
    Ink::line(palette::area(bucket), 4.0)
}

/// The stages that have a band; a dormant narrative has none.
const KINDS: [(Stage, Ink, &str); 5] = [
    (Stage::Emerging, Ink::tint(palette::SKY, 0.30), "emerging"),
    (Stage::Confirmed, Ink::tint(palette::GREEN, 0.35), "confirmed"),
    (Stage::Crowded, Ink::tint(palette::ORANGE, 0.40), "crowded"),
    (Stage::Exhausted, Ink::tint(palette::VERMILION, 0.45), "exhausted"),
    (Stage::Cooling, Ink::tint(palette::GREY, 0.16), "cooling"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_but_the_dormant_has_its_band_by_its_own_name() {
        let named: Vec<(Stage, &str)> = KINDS.iter().map(|(stage, _, name)| (*stage, *name)).collect();
        let all: Vec<(Stage, &str)> =
            Stage::ALL.into_iter().filter(|stage| *stage != Stage::Dormant).map(|stage| (stage, stage.name())).collect();
        assert_eq!(named, all);
    }
}
