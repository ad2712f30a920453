//! Every narrative's index with the stages of its life behind it, one panel below the other.

use crate::market::Market;
use crate::replay::run::{NarrativeTrack, Run, Stage};
use crate::report::charts::canvas::{Canvas, Ink, Svg, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{LEFT, Panel, Sample, Series, WIDTH, heading, legend, period, shortened};
use crate::report::charts::scale::Scale;

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
            format!("{}  ·  {}  ·  index of each narrative (log), its stage behind it", shortened(&market.name, 40), period(from, to));
        heading(canvas, &format!("{}: narratives", run.strategy), &below, market.synthetic);
        let named = Stage::ALL.into_iter().filter_map(|stage| Some((Sample::Block(tint(stage)?), stage.name().to_string())));
        legend(canvas, LEFT, 76.0, &named.collect::<Vec<_>>());
        for (at, track) in tracks.iter().enumerate() {
            let top = TOP + HEIGHT * at as f64;
            panel(canvas, market, run, track, top, at + 1 == tracks.len());
        }
    }))
}

fn panel(canvas: &Canvas, market: &Market, run: &Run, track: &NarrativeTrack, top: f64, last: bool) {
    let closes: Vec<f64> = (0..track.index.len()).map(|t| run.clock.close(t).seconds() as f64).collect();
    let known = track.index.iter().copied().filter(|v| v.is_finite() && *v > 0.0);
    let x = Scale::of_time(run.clock.start, run.clock.open(run.equity.len()), LEFT, WIDTH - 40.0);
    let y = Scale::of_money(known, top + HEIGHT - 36.0, top);
    let panel = Panel { x, y };
    bands(canvas, &panel, run, &track.stage);
    panel.mesh(canvas, market.narrative(track.narrative), &[], last);
    let series = Series { name: String::new(), times: closes, values: track.index.clone(), ink: Ink::line(palette::BLACK, 1.3) };
    canvas.line(&panel.points(&series), series.ink);
}

fn bands(canvas: &Canvas, panel: &Panel, run: &Run, stage: &[Stage]) {
    let (top, bottom) = (panel.y.start.min(panel.y.end), panel.y.start.max(panel.y.end));
    let place = |t: usize| panel.x.place(run.clock.open(t).seconds() as f64);
    let mut from = 0;
    for t in 1..=stage.len() {
        if t < stage.len() && stage[t] == stage[from] {
            continue;
        }
        if let Some(ink) = tint(stage[from]) {
            canvas.block((place(from), top), (place(t), bottom), ink);
        }
        from = t;
    }
}

fn tint(stage: Stage) -> Option<Ink> {
    match stage {
        Stage::Dormant => None,
        Stage::Emerging => Some(Ink::tint(palette::SKY, 0.30)),
        Stage::Confirmed => Some(Ink::tint(palette::GREEN, 0.35)),
        Stage::Crowded => Some(Ink::tint(palette::ORANGE, 0.40)),
        Stage::Exhausted => Some(Ink::tint(palette::VERMILION, 0.45)),
        Stage::Cooling => Some(Ink::tint(palette::GREY, 0.16)),
    }
}
