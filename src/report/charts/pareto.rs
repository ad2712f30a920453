//! Two objectives against each other: a point a variant, and the front of those that none is better than in both.

use crate::report::charts::canvas::{At, Canvas, Ink, Point, Svg, Words, picture};
use crate::report::charts::frame::{
    BEFORE, BEST, Objective, across_title, apart, axis, below_head, cross, diamond, dot, fence, finite, head, mesh, nothing,
};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, Sample, WIDTH, legend};
use crate::report::charts::scale::Scale;
use crate::report::number_format::count;

/// One variant by its two objectives, and whether it keeps every limit and constraint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub across: Option<f64>,
    pub up: Option<f64>,
    pub feasible: bool,
}

impl Outcome {
    fn known(&self) -> Option<Point> {
        Some((finite(self.across)?, finite(self.up)?))
    }

    fn valid(&self) -> Option<Point> {
        self.known().filter(|_| self.feasible)
    }
}

/// All variants by two objectives.
#[derive(Clone, Debug)]
pub(crate) struct Pareto {
    pub title: String,
    pub subtitle: String,
    pub across: Objective,
    pub up: Objective,
    pub outcomes: Vec<Outcome>,
    /// The strategy before tuning.
    pub before: Option<(f64, f64)>,
    /// The best variant.
    pub best: Option<(f64, f64)>,
}

/// Points of variants, crosses of those that break a constraint.
const MOST: (usize, usize) = (1_000, 150);
const POINT: Ink = Ink::tint(palette::GREY, 0.5);
const FAINT: Ink = Ink { colour: palette::GREY, opacity: 0.35, width: 1.0, dash: &[] };
const FRONT: Ink = Ink::line(palette::BLUE, 1.8);

impl Pareto {
    /// The front, from the best across to the worst: none of the feasible is at least as good in both and better in one.
    fn front(&self) -> Vec<Point> {
        let sign = |objective: &Objective| if objective.least_first { -1.0 } else { 1.0 };
        let (sx, sy) = (sign(&self.across), sign(&self.up));
        let mut all: Vec<Point> = self.outcomes.iter().filter_map(Outcome::valid).map(|(x, y)| (sx * x, sy * y)).collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        let mut front: Vec<Point> = Vec::new();
        for point in all {
            if front.last().is_none_or(|last| point.1 > last.1) {
                front.push(point);
            }
        }
        front.into_iter().map(|(x, y)| (sx * x, sy * y)).collect()
    }

    /// The picture as SVG.
    #[must_use]
    pub(crate) fn draw(&self) -> Svg {
        let row = below_head(&self.subtitle);
        let (top, bottom) = (row + 46.0, row + 446.0);
        picture(WIDTH, bottom + 56.0, |canvas| {
            head(canvas, &self.title, &self.subtitle);
            let (front, named) = (self.front(), [self.before, self.best]);
            let known = || self.outcomes.iter().filter_map(Outcome::known);
            let scale = |pick: fn(Point) -> f64, start: f64, end: f64| {
                let (low, high) = fence(known().map(pick));
                let kept = front.iter().copied().chain(named.into_iter().flatten()).map(pick);
                axis(known().map(|point| pick(point).clamp(low, high)).chain(kept), start, end)
            };
            let (x, y) = (scale(|point| point.0, LEFT, WIDTH - 40.0), scale(|point| point.1, bottom, top));
            mesh(canvas, (&x, &y), &self.up.unit.ticks(&y, 7), &self.across.unit.ticks(&x, 9), &self.up.title());
            across_title(canvas, &x, bottom, &self.across.title());
            let place = |(a, b): Point| (x.place(a), y.place(b));
            // What is outside is drawn whole at the edge.
            let inside = |point: Point| {
                let (a, b) = place(point);
                (a.clamp(x.start + 3.0, x.end - 3.0), b.clamp(y.end + 3.0, y.start - 3.0))
            };
            let broken: Vec<Point> = self.outcomes.iter().filter(|one| !one.feasible).filter_map(Outcome::known).map(inside).collect();
            let valid: Vec<Point> = self.outcomes.iter().filter_map(Outcome::valid).map(inside).collect();
            for at in apart(&broken, MOST.1) {
                cross(canvas, broken[at], 2.5, FAINT);
            }
            for at in apart(&valid, MOST.0) {
                dot(canvas, valid[at], 1.8, POINT);
            }
            canvas.line(&steps(&front, &x, &y), FRONT);
            let joined: Vec<Point> = front.iter().copied().map(place).collect();
            for at in apart(&joined, 300) {
                dot(canvas, joined[at], 3.0, Ink::tint(palette::BLUE, 1.0));
            }
            for (point, ink) in [(self.before, BEFORE), (self.best, BEST)] {
                if let Some(point) = point.filter(|(a, b)| a.is_finite() && b.is_finite()) {
                    diamond(canvas, place(point), 7.0, ink);
                }
            }
            self.names(canvas, &x, &y);
            legend(canvas, LEFT, row, &self.entries(front.len(), &x, &y));
            if valid.is_empty() {
                nothing(canvas, "no variant has both values and keeps every constraint", (top, bottom));
            }
        })
    }

    /// The names of the two marks, each in the corner of its mark where it covers least: the line of the front, the other name, the edge.
    fn names(&self, canvas: &Canvas, x: &Scale, y: &Scale) {
        let line = steps(&self.front(), x, y);
        let mut taken: Vec<Corners> = Vec::new();
        for (point, name) in [(self.best, "best"), (self.before, "before tuning")] {
            let Some((a, b)) = point.filter(|(a, b)| a.is_finite() && b.is_finite()).map(|(a, b)| (x.place(a), y.place(b))) else {
                continue;
            };
            let wide = Canvas::width_of(name, LABEL);
            let corner = |(right, up): (bool, bool)| -> Corners {
                let left = if right { a + 11.0 } else { a - 11.0 - wide };
                let middle = if up { b - 14.0 } else { b + 14.0 };
                ((left - 3.0, middle - 8.0), (left + wide + 3.0, middle + 8.0))
            };
            let cost = |place: &Corners| {
                let outside = place.0.0 < x.start || place.1.0 > x.end + 30.0 || place.0.1 < y.end - 12.0 || place.1.1 > y.start;
                let crossed = line.windows(2).filter(|pair| meets(place, &(least(pair[0], pair[1]), most(pair[0], pair[1])))).count();
                10 * usize::from(outside) + 5 * taken.iter().filter(|other| meets(place, other)).count() + crossed
            };
            let all = [(true, true), (true, false), (false, true), (false, false)].map(corner);
            let Some(best) = all.into_iter().min_by_key(cost) else { continue };
            canvas.block(best.0, best.1, Ink::tint(palette::WHITE, 0.7));
            canvas.text(name, (best.0.0 + 3.0, f64::midpoint(best.0.1, best.1.1)), Words { at: At::Left, ..LABEL });
            taken.push(best);
        }
    }

    fn entries(&self, front: usize, x: &Scale, y: &Scale) -> Vec<(Sample, String)> {
        let inside = |(a, b): Point| (x.low..=x.high).contains(&a) && (y.low..=y.high).contains(&b);
        let beyond = self.outcomes.iter().filter_map(Outcome::known).filter(|point| !inside(*point)).count();
        let broken = self.outcomes.iter().filter(|one| !one.feasible && one.known().is_some()).count();
        let edge = if beyond > 0 { format!(" ({} outside the picture, drawn at its edge)", count(beyond)) } else { String::new() };
        let mut all = vec![
            (Sample::Line(FRONT), format!("no variant is better in both ({})", count(front))),
            (Sample::Block(POINT), format!("variant{edge}")),
        ];
        if broken > 0 {
            all.push((Sample::Block(Ink::tint(FAINT.colour, 0.25)), format!("× breaks a constraint ({})", count(broken))));
        }
        all
    }

    /// The picture in a sentence, for whoever does not see it.
    #[must_use]
    pub(crate) fn description(&self) -> String {
        let label = |point: Option<Point>| {
            point
                .map_or_else(|| "not available".to_owned(), |(a, b)| format!("{} and {}", self.across.unit.label(a), self.up.unit.label(b)))
        };
        format!(
            "{} against {} of {} variants; {} of them are not beaten in both; before tuning {}; best {}",
            self.up.name,
            self.across.name,
            count(self.outcomes.len()),
            count(self.front().len()),
            label(self.before),
            label(self.best)
        )
    }
}

/// The edge of what is within reach: from each of the front to the next, first worse, then better.
fn steps(front: &[Point], x: &Scale, y: &Scale) -> Vec<Point> {
    let mut line: Vec<Point> = Vec::new();
    for (a, b) in front {
        let place = (x.place(*a), y.place(*b));
        line.extend(line.last().map(|last| (place.0, last.1)));
        line.push(place);
    }
    line
}

/// The upper left and the lower right corner of a rectangle.
type Corners = (Point, Point);

fn least(a: Point, b: Point) -> Point {
    (a.0.min(b.0), a.1.min(b.1))
}

fn most(a: Point, b: Point) -> Point {
    (a.0.max(b.0), a.1.max(b.1))
}

/// Whether two rectangles share a point.
fn meets(a: &Corners, b: &Corners) -> bool {
    a.0.0 <= b.1.0 && b.0.0 <= a.1.0 && a.0.1 <= b.1.1 && b.0.1 <= a.1.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::frame::Unit;

    fn of(points: &[(f64, f64)], least_across: bool) -> Pareto {
        let objective = |name: &str, least_first| Objective { name: name.to_owned(), unit: Unit::Number, least_first };
        Pareto {
            title: "T".to_owned(),
            subtitle: "S".to_owned(),
            across: objective("volatility", least_across),
            up: objective("growth", false),
            outcomes: points.iter().map(|&(a, b)| Outcome { across: Some(a), up: Some(b), feasible: b < 9.0 }).collect(),
            before: Some((1.0, 1.0)),
            best: None,
        }
    }

    #[test]
    fn the_front_holds_what_nothing_beats_in_both() {
        let points = [(1.0, 3.0), (2.0, 2.0), (3.0, 1.0), (2.0, 1.0), (1.0, 2.0), (2.0, 2.0), (5.0, 9.0), (f64::NAN, 1.0)];
        assert_eq!(of(&points, false).front(), [(3.0, 1.0), (2.0, 2.0), (1.0, 3.0)]);
        assert_eq!(of(&points, true).front(), [(1.0, 3.0)]);
        assert!(of(&[], false).front().is_empty());
    }

    #[test]
    fn steps_stay_within_reach() {
        let scale = |end| Scale { low: 0.0, high: 10.0, start: 0.0, end, log: false };
        let pareto = of(&[(3.0, 1.0), (1.0, 3.0)], false);
        // The corner is worse than both in one and as good in the other: it is (1, 1), never (3, 3).
        assert_eq!(steps(&pareto.front(), &scale(10.0), &scale(10.0)), [(3.0, 1.0), (1.0, 1.0), (1.0, 3.0)]);
    }

    #[test]
    fn any_outcomes_can_be_drawn() {
        for points in [vec![], vec![(1.0, 9.5)], vec![(1.0, 1.0)], vec![(2.0, 2.0); 9], vec![(f64::INFINITY, 0.0)]] {
            let svg = of(&points, true).draw();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{points:?}");
        }
        assert!(of(&[(1.0, 9.5)], true).draw().contains("no variant has both values"));
        let mut lost = of(&[(1.0, 1.0)], true);
        lost.before = Some((f64::NAN, 1.0));
        assert!(!lost.draw().contains(">before tuning"));
    }

    #[test]
    fn two_thousand_variants_stay_small() {
        let points: Vec<(f64, f64)> = (0..2_000).map(|i| (f64::from(i * 7_919 % 1_009), f64::from(i * 104_729 % 997) / 100.0)).collect();
        let svg = of(&points, true).draw();
        assert!(svg.len() < 200_000, "{} bytes", svg.len());
    }
}
