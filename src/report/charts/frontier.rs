//! The allocation frontier: what each share of futures would have brought in return, drawdown and distance to liquidation, one panel below the other.

use crate::report::charts::canvas::{At, Canvas, Ink, Point, Svg, Words, picture};
use crate::report::charts::frame::{BEFORE, BEST, Mark, Unit, across_title, axis, below_head, dot, finite, head, marks, mesh, nothing};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, NOTE, Sample, WIDTH, legend, mark};
use crate::report::charts::scale::Scale;
use crate::report::number_format::{count, grouped};

/// A value, and the ends of the interval in which 95 % of the resampled histories have it; all fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Band {
    pub value: Option<f64>,
    pub interval: Option<(f64, f64)>,
}

impl Band {
    fn ends(&self) -> Option<(f64, f64)> {
        self.interval.filter(|(low, high)| low.is_finite() && high.is_finite())
    }
}

/// What one share would have brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step {
    /// Of the equity, as a fraction.
    pub share: f64,
    /// Return a year, as a fraction.
    pub growth: Band,
    /// Below nought, as a fraction.
    pub drawdown: Band,
    /// The nearest that any position came to its liquidation, as a fraction of the price; `None` where none was held.
    pub liquidation_distance: Option<f64>,
    pub liquidations: usize,
}

/// Every share, the least first.
#[derive(Clone, Debug)]
pub(crate) struct Frontier {
    pub title: String,
    pub subtitle: String,
    pub steps: Vec<Step>,
    /// The share of the strategy before tuning, and that of the best variant.
    pub before: Option<f64>,
    pub best: Option<f64>,
}

const RIGHT: f64 = WIDTH - 40.0;
const HEIGHT: f64 = 190.0;
const GAP: f64 = 48.0;
const OWN: Ink = Ink::line(palette::BLUE, 2.0);
const BAND: Ink = Ink::tint(palette::BLUE, 0.18);
const ALARM: Ink = Ink::tint(palette::VERMILION, 1.0);
/// Distances beyond this are drawn at the edge: nobody was ever liquidated from there.
const FAR: f64 = 1.0;

/// One panel: what it measures, the values, and their intervals.
struct Rows {
    title: &'static str,
    values: Vec<(f64, Option<f64>)>,
    intervals: Vec<(f64, Option<(f64, f64)>)>,
}

impl Frontier {
    fn rows(&self) -> [Rows; 3] {
        let of = |title, pick: fn(&Step) -> Band| Rows {
            title,
            values: self.steps.iter().map(|step| (step.share, finite(pick(step).value))).collect(),
            intervals: self.steps.iter().map(|step| (step.share, pick(step).ends())).collect(),
        };
        let far = self.steps.iter().any(|step| step.liquidation_distance.is_some_and(|distance| distance > FAR));
        let distance = |step: &Step| finite(step.liquidation_distance).map(|distance| distance.clamp(0.0, FAR));
        [
            of("Return a year", |step| step.growth),
            of("Maximum drawdown", |step| step.drawdown),
            Rows {
                title: if far {
                    "Nearest distance to liquidation, share of the price; 100 % and more at the edge"
                } else {
                    "Nearest distance to liquidation, share of the price"
                },
                values: self.steps.iter().map(|step| (step.share, distance(step))).collect(),
                intervals: Vec::new(),
            },
        ]
    }

    fn across(&self) -> Scale {
        let shares = self.steps.iter().map(|step| step.share).chain([self.before, self.best].into_iter().flatten());
        let most = shares.filter(|share| share.is_finite()).fold(0.0, f64::max);
        let most = if most > 0.0 { most } else { 0.2 };
        Scale { low: 0.0, high: most, start: LEFT, end: RIGHT, log: false }
    }

    /// The picture as SVG.
    #[must_use]
    pub(crate) fn draw(&self) -> Svg {
        let row = below_head(&self.subtitle);
        let top = row + 80.0;
        let bottom = top + 3.0 * HEIGHT + 2.0 * GAP;
        picture(WIDTH, bottom + 56.0, |canvas| {
            head(canvas, &self.title, &self.subtitle);
            let x = self.across();
            let all = self.rows();
            let panels: Vec<(f64, Scale)> = (0..)
                .map(|at| f64::from(at) * (HEIGHT + GAP) + top)
                .zip(&all)
                .enumerate()
                .map(|(at, (upper, rows))| (upper, heights(rows, at, upper)))
                .collect();
            for (at, (_, y)) in panels.iter().enumerate() {
                let across = x.percent_ticks(9).into_iter().map(|(value, label)| (value, if at == 2 { label } else { String::new() }));
                mesh(canvas, (&x, y), &y.percent_ticks(4), &across.collect::<Vec<_>>(), "");
            }
            marks(canvas, &x, (top - 16.0, bottom), &self.marks());
            for (at, (rows, (upper, y))) in all.iter().zip(&panels).enumerate() {
                // The marks run behind the titles.
                let wide = Canvas::width_of(rows.title, NOTE);
                canvas.block((LEFT - 2.0, upper - 23.0), (LEFT + wide + 4.0, upper - 5.0), Ink::tint(palette::WHITE, 1.0));
                canvas.text(rows.title, (LEFT, upper - 14.0), NOTE);
                if y.low < 0.0 && y.high > 0.0 {
                    canvas.line(&[(LEFT, y.place(0.0)), (RIGHT, y.place(0.0))], Ink::line(palette::GREY, 1.0));
                }
                draw(canvas, rows, &x, y);
                self.values(canvas, rows, &x, y);
                if at == 2 {
                    self.liquidated(canvas, &x, y);
                }
                if rows.values.iter().all(|(_, value)| value.is_none()) {
                    let words = if at == 2 { "no position that could be liquidated" } else { "too few days" };
                    nothing(canvas, words, (*upper, upper + HEIGHT));
                }
            }
            across_title(canvas, &x, bottom, "share of the equity in futures");
            legend(canvas, LEFT, row, &self.entries());
        })
    }

    fn marks(&self) -> Vec<Mark> {
        let label = |share: f64| format!("{} %", grouped(share * 100.0, usize::from((share * 1_000.0).round() % 10.0 != 0.0)));
        let named = [("before tuning", self.before, BEFORE), ("best", self.best, BEST)];
        let known = named.into_iter().filter_map(|(name, share, ink)| Some((name, finite(share)?, ink)));
        known.map(|(name, value, ink)| Mark { value, words: format!("{name} {}", label(value)), ink: Ink { width: 1.6, ..ink } }).collect()
    }

    /// The values at the two marks in numbers.
    fn values(&self, canvas: &Canvas, rows: &Rows, x: &Scale, y: &Scale) {
        let marked = |share: f64| [self.before, self.best].into_iter().flatten().any(|mark| (mark - share).abs() < 1e-9);
        for (share, value) in rows.values.iter().filter_map(|(share, value)| Some((*share, (*value)?))).filter(|(share, _)| marked(*share))
        {
            let label = Unit::Share.label(value);
            let (place, wide) = (x.place(share), Canvas::width_of(&label, LABEL));
            let left = if place + wide + 10.0 > RIGHT { place - wide - 8.0 } else { place + 8.0 };
            let height = if y.place(value) - 22.0 < y.start.min(y.end) { y.place(value) + 13.0 } else { y.place(value) - 12.0 };
            canvas.block((left - 2.0, height - 8.0), (left + wide + 2.0, height + 8.0), Ink::tint(palette::WHITE, 0.7));
            canvas.text(&label, (left, height), LABEL);
        }
    }

    /// Shares at which positions were liquidated, and how many.
    fn liquidated(&self, canvas: &Canvas, x: &Scale, y: &Scale) {
        for step in self.steps.iter().filter(|step| step.liquidations > 0) {
            let place = x.place(step.share);
            mark(canvas, (place, y.place(0.0) - 6.0), ALARM);
            let (at, shift) = if place > RIGHT - 30.0 { (At::Right, -9.0) } else { (At::Left, 9.0) };
            canvas.text(&count(step.liquidations), (place + shift, y.place(0.0) - 9.0), Words { at, ..LABEL });
        }
    }

    fn entries(&self) -> Vec<(Sample, String)> {
        let mut all = vec![(Sample::Line(OWN), "backtest of the whole time".to_owned())];
        if self.steps.iter().any(|step| step.growth.ends().or(step.drawdown.ends()).is_some()) {
            all.push((Sample::Block(BAND), "its range in 95 % of resampled histories".to_owned()));
        }
        let times: usize = self.steps.iter().map(|step| step.liquidations).sum();
        if times > 0 {
            all.push((Sample::Mark(ALARM), "liquidations, and how many at that share".to_owned()));
        }
        all
    }

    /// The picture in a sentence, for whoever does not see it.
    #[must_use]
    pub(crate) fn description(&self) -> String {
        let label = |value: Option<f64>| finite(value).map_or_else(|| "not available".to_owned(), |value| Unit::Share.label(value));
        let ends = [self.steps.first(), self.steps.last()].into_iter().flatten();
        let parts: Vec<String> = ends
            .map(|step| {
                let share = Unit::Share.label(step.share);
                format!("with {share} return {} a year, maximum drawdown {}", label(step.growth.value), label(step.drawdown.value))
            })
            .collect();
        let marked: Vec<String> = self.marks().into_iter().map(|mark| mark.words).collect();
        format!(
            "Return a year, maximum drawdown and nearest distance to liquidation by the share of the equity in futures: {}; {}",
            parts.join("; "),
            marked.join(", ")
        )
    }
}

/// The scale of a panel: returns free, falls hanging from nought, distances standing on it.
fn heights(rows: &Rows, at: usize, upper: f64) -> Scale {
    let bottom = upper + HEIGHT;
    let values = rows.values.iter().filter_map(|(_, value)| *value);
    let ends = rows.intervals.iter().filter_map(|(_, ends)| *ends).flat_map(|(low, high)| [low, high]);
    match at {
        0 => axis(values.chain(ends), bottom, upper),
        1 => Scale::of_falls(values.chain(ends), upper, bottom),
        _ => {
            let most = values.fold(0.0, f64::max);
            Scale { low: 0.0, high: if most > 0.0 { most * 1.08 } else { 0.5 }, start: bottom, end: upper, log: false }
        }
    }
}

/// The band of the intervals and the line of the values, both in pieces where something is undefined.
fn draw(canvas: &Canvas, rows: &Rows, x: &Scale, y: &Scale) {
    for piece in rows.intervals.split(|(_, ends)| ends.is_none()).filter(|piece| !piece.is_empty()) {
        let edge = |upper: bool| {
            let place = move |(share, ends): &(f64, Option<(f64, f64)>)| {
                let (low, high) = (*ends)?;
                Some((x.place(*share), y.place(if upper { high } else { low })))
            };
            piece.iter().filter_map(place).collect::<Vec<Point>>()
        };
        let (mut outline, lower) = (edge(true), edge(false));
        if let ([above], [below]) = (&outline[..], &lower[..]) {
            canvas.line(&[*above, *below], Ink { width: 3.0, ..BAND });
            continue;
        }
        outline.extend(lower.into_iter().rev());
        canvas.shape(&outline, BAND);
    }
    for piece in rows.values.split(|(_, value)| value.is_none()) {
        let line: Vec<Point> = piece.iter().filter_map(|(share, value)| Some((x.place(*share), y.place((*value)?)))).collect();
        canvas.line(&line, OWN);
        for place in &line {
            dot(canvas, *place, 3.0, OWN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(steps: Vec<Step>) -> Frontier {
        Frontier { title: "T".to_owned(), subtitle: "S".to_owned(), steps, before: Some(0.05), best: Some(0.075) }
    }

    fn step(share: f64, known: bool) -> Step {
        let band = |value: f64| Band { value: known.then_some(value), interval: known.then_some((value - 0.1, value + 0.1)) };
        Step {
            share,
            growth: band(0.2 + share),
            drawdown: band(-0.4 - share),
            liquidation_distance: (share > 0.0).then_some(0.4),
            liquidations: 0,
        }
    }

    #[test]
    fn nothing_held_leaves_a_gap_in_the_distance() {
        let frontier = of(vec![step(0.0, true), step(0.1, true), step(0.2, true)]);
        let [_, _, distance] = frontier.rows();
        assert_eq!(distance.values, [(0.0, None), (0.1, Some(0.4)), (0.2, Some(0.4))]);
        let svg = frontier.draw();
        // Three shares of return and of drawdown, two of distance.
        assert_eq!(svg.matches("h24v24h-24z").count(), 8, "{}", &*svg);
        assert!(svg.contains("before tuning 5 %") && svg.contains("best 7.5 %"));
    }

    #[test]
    fn a_band_is_broken_where_its_interval_is_undefined() {
        let frontier = of(vec![step(0.0, true), step(0.05, true), step(0.1, false), step(0.15, true), step(0.2, true)]);
        let svg = frontier.draw();
        let bands = svg.lines().filter(|line| line.contains(&format!("fill-opacity=\"{}\"", BAND.opacity)));
        // Four, and the sample of the legend.
        assert_eq!(bands.map(|line| line.matches(" d=").count()).sum::<usize>(), 5, "{}", &*svg);
    }

    #[test]
    fn liquidations_are_counted_and_far_distances_held_at_the_edge() {
        let far = Step { liquidation_distance: Some(7.0), liquidations: 3, ..step(0.2, true) };
        let frontier = of(vec![step(0.1, true), far]);
        assert_eq!(frontier.rows()[2].values[1].1, Some(FAR));
        let svg = frontier.draw();
        assert!(svg.contains("100 % and more at the edge") && svg.contains("liquidations, and how many"));
    }

    #[test]
    fn any_steps_can_be_drawn() {
        let lost = Step { growth: Band { value: Some(f64::NAN), interval: Some((f64::NEG_INFINITY, 0.1)) }, ..step(0.1, true) };
        for steps in [vec![], vec![step(0.0, false)], vec![step(0.0, true)], vec![step(0.1, true); 4], vec![lost]] {
            let svg = of(steps.clone()).draw();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{steps:?}");
        }
        assert!(of(vec![step(0.0, true)]).draw().contains("no position that could be liquidated"));
    }
}
