//! How a search went: the objective of every variant in the order in which they were tested, and the best so far.

use crate::report::charts::canvas::{Canvas, Ink, Point, Svg, picture};
use crate::report::charts::frame::{
    BEFORE, BEST, Objective, across_title, apart, axis, below_head, counted, cross, dot, fence, finite, head, mesh, nothing, pointer,
};
use crate::report::charts::palette;
use crate::report::charts::panel::{LEFT, Panel, Sample, WIDTH, before_names, legend};
use crate::report::charts::scale::Scale;
use crate::report::number_format::count;

/// One variant: its objective where it has one, and whether it keeps every limit and constraint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tested {
    pub value: Option<f64>,
    pub feasible: bool,
}

impl Tested {
    /// The value of a variant that may win.
    #[must_use]
    pub(crate) fn valid(&self) -> Option<f64> {
        finite(self.value).filter(|_| self.feasible)
    }
}

/// A search over its variants.
#[derive(Clone, Debug)]
pub(crate) struct Convergence {
    pub title: String,
    pub subtitle: String,
    pub objective: Objective,
    /// In the order in which they were tested.
    pub tested: Vec<Tested>,
    /// The objective of the strategy before tuning.
    pub before: Option<f64>,
}

/// Points and crosses in a picture.
const MOST: (usize, usize) = (1_100, 160);
const POINT: Ink = Ink::tint(palette::BLUE, 0.55);
const FAINT: Ink = Ink { colour: palette::GREY, opacity: 0.45, width: 1.0, dash: &[] };

impl Convergence {
    /// Each place at which a better one was found, counted from 1, and its value.
    fn improvements(&self) -> Vec<(usize, f64)> {
        let mut all: Vec<(usize, f64)> = Vec::new();
        for (at, tested) in self.tested.iter().enumerate() {
            if let Some(value) = tested.valid().filter(|&value| all.last().is_none_or(|last| self.objective.is_better(value, last.1))) {
                all.push((at + 1, value));
            }
        }
        all
    }

    /// The picture as SVG.
    #[must_use]
    pub(crate) fn draw(&self) -> Svg {
        let row = below_head(&self.subtitle);
        let (top, bottom) = (row + 46.0, row + 404.0);
        picture(WIDTH, bottom + 56.0, |canvas| {
            head(canvas, &self.title, &self.subtitle);
            let better = self.improvements();
            let best = better.last().map(|(_, value)| *value);
            let ends: Vec<(String, f64, Ink)> = [("best", best, BEST), ("before tuning", finite(self.before), BEFORE)]
                .into_iter()
                .filter_map(|(name, value, ink)| Some((format!("{name} {}", self.objective.unit.label(value?)), value?, ink)))
                .collect();
            let right = before_names(ends.iter().map(|(name, ..)| name), 40.0, 430.0);
            let x = Scale { low: 0.0, high: self.tested.len().max(1) as f64 + 0.5, start: LEFT, end: right, log: false };
            let (low, high) = fence(self.tested.iter().filter_map(Tested::valid));
            let valid = self.tested.iter().filter_map(Tested::valid).map(|value| value.clamp(low, high));
            let y = axis(valid.chain(ends.iter().map(|(_, value, _)| *value)), bottom, top);
            mesh(canvas, (&x, &y), &self.objective.unit.ticks(&y, 6), &counted(self.tested.len()), &self.objective.title());
            across_title(canvas, &x, bottom, "variants in the order in which they were tested");
            let panel = Panel { x, y };
            let beyond = self.points(canvas, &panel);
            if let Some((_, value, ink)) = ends.iter().find(|(.., ink)| *ink == BEFORE) {
                canvas.line(&[(x.start, y.place(*value)), (x.end, y.place(*value))], *ink);
            }
            canvas.line(&steps(&panel, &better), BEST);
            panel.end_labels(canvas, &ends);
            legend(canvas, LEFT, row, &self.entries(beyond));
            if better.is_empty() {
                nothing(canvas, "no variant has a value and keeps every constraint", (top, bottom));
            }
        })
    }

    /// Points of what may win, crosses at the worst edge of what may not; how many of the points are outside the picture and only pointed at.
    fn points(&self, canvas: &Canvas, panel: &Panel) -> usize {
        let (x, y) = (&panel.x, &panel.y);
        let worst = if self.objective.least_first { y.end + 7.0 } else { y.start - 7.0 };
        let (mut valid, mut others, mut beyond): (Vec<Point>, Vec<Point>, Vec<(Point, bool)>) = Default::default();
        for (at, tested) in self.tested.iter().enumerate() {
            let place = x.place(at as f64 + 1.0);
            match tested.valid() {
                Some(value) if value < y.low => beyond.push(((place, y.start - 5.0), true)),
                Some(value) if value > y.high => beyond.push(((place, y.end + 5.0), false)),
                Some(value) => valid.push((place, y.place(value))),
                None => others.push((place, worst)),
            }
        }
        for at in apart(&others, MOST.1) {
            cross(canvas, others[at], 3.0, FAINT);
        }
        for at in apart(&valid, MOST.0) {
            dot(canvas, valid[at], 1.8, POINT);
        }
        for at in apart(&beyond.iter().map(|(place, _)| *place).collect::<Vec<_>>(), MOST.1) {
            pointer(canvas, beyond[at].0, beyond[at].1, POINT);
        }
        beyond.len()
    }

    fn entries(&self, beyond: usize) -> Vec<(Sample, String)> {
        let outside = self.tested.iter().filter(|tested| tested.valid().is_none()).count();
        let edge = if beyond > 0 { format!(" (triangle: outside the picture, {})", count(beyond)) } else { String::new() };
        let mut all = vec![(Sample::Line(BEST), "best so far".to_owned()), (Sample::Block(POINT), format!("variant{edge}"))];
        if finite(self.before).is_some() {
            all.insert(1, (Sample::Line(BEFORE), "strategy before tuning".to_owned()));
        }
        if outside > 0 {
            let cross = format!("× breaks a constraint or has no value ({})", count(outside));
            all.push((Sample::Block(Ink::tint(FAINT.colour, 0.25)), cross));
        }
        all
    }

    /// The picture in a sentence, for whoever does not see it.
    #[must_use]
    pub(crate) fn description(&self) -> String {
        let label = |value: Option<f64>| finite(value).map_or_else(|| "not available".to_owned(), |value| self.objective.unit.label(value));
        let better = self.improvements();
        let found = better.last().map_or_else(String::new, |(at, _)| format!(", found at variant {}", count(*at)));
        format!(
            "{} of {} variants in the order in which they were tested; best {}{found}; before tuning {}",
            self.objective.name,
            count(self.tested.len()),
            label(better.last().map(|(_, value)| *value)),
            label(self.before),
        )
    }
}

/// The line of the best so far: level until the next is found, and on to the end.
fn steps(panel: &Panel, better: &[(usize, f64)]) -> Vec<Point> {
    let mut line: Vec<Point> = Vec::new();
    for (at, value) in better {
        let place = (panel.x.place(*at as f64), panel.y.place(*value));
        line.extend(line.last().map(|last| (place.0, last.1)));
        line.push(place);
    }
    line.extend(line.last().map(|last| (panel.x.end, last.1)));
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::frame::Unit;

    fn search(values: &[Option<f64>], least_first: bool) -> Convergence {
        Convergence {
            title: "T".to_owned(),
            subtitle: "S".to_owned(),
            objective: Objective { name: "Sharpe ratio".to_owned(), unit: Unit::Number, least_first },
            tested: values.iter().map(|&value| Tested { value, feasible: value != Some(9.0) }).collect(),
            before: Some(0.4),
        }
    }

    #[test]
    fn the_best_so_far_leaves_out_what_may_not_win() {
        let values = [None, Some(0.2), Some(9.0), Some(f64::NAN), Some(0.1), Some(0.7)];
        assert_eq!(search(&values, false).improvements(), [(2, 0.2), (6, 0.7)]);
        assert_eq!(search(&values, true).improvements(), [(2, 0.2), (5, 0.1)]);
        assert!(search(&values, false).description().contains("best 0.70, found at variant 6; before tuning 0.40"));
    }

    #[test]
    fn the_line_of_the_best_runs_in_steps_to_the_end() {
        let scale = |end| Scale { low: 0.0, high: 10.0, start: 0.0, end, log: false };
        let panel = Panel { x: scale(100.0), y: scale(10.0) };
        assert_eq!(steps(&panel, &[(2, 1.0), (5, 3.0)]), [(20.0, 1.0), (50.0, 1.0), (50.0, 3.0), (100.0, 3.0)]);
        assert!(steps(&panel, &[]).is_empty());
    }

    #[test]
    fn any_search_can_be_drawn() {
        for values in [vec![], vec![None], vec![Some(1.0)], vec![Some(1.0); 9], vec![Some(f64::INFINITY), Some(-3.0)]] {
            let svg = search(&values, false).draw();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{values:?}");
            assert_eq!(svg.contains("no variant has a value"), values.iter().flatten().all(|v| !v.is_finite()), "{values:?}");
        }
    }

    #[test]
    fn two_thousand_variants_stay_small() {
        let value = |i: u32| Some(f64::from(i * 7_919 % 1_009) / 500.0).filter(|_| !i.is_multiple_of(9));
        let many = search(&(0..2_000).map(value).collect::<Vec<_>>(), false);
        let svg = many.draw();
        assert!(svg.len() < 200_000, "{} bytes", svg.len());
        assert!(svg.contains("has no value (223)"));
    }

    #[test]
    fn one_that_is_far_out_does_not_flatten_the_others() {
        let values: Vec<Option<f64>> = (0..50).map(|i| Some(f64::from(i) / 50.0)).chain([Some(-400.0)]).collect();
        assert!(search(&values, false).draw().contains("variant (triangle: outside the picture, 1)"));
    }
}
