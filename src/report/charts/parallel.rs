//! Parallel coordinates: an axis for each parameter and one for the objective, a line for each variant.

use crate::report::charts::canvas::{At, Canvas, Ink, Point, Svg, Words, picture};
use crate::report::charts::frame::{BEFORE, BEST, Objective, below_head, brief, fence, finite, head, nothing, wrapped};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, Sample, TICK, WIDTH, legend, shortened};
use crate::report::charts::scale::Scale;
use crate::report::number_format::count;

/// What a parameter can be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    /// Numbers, on a logarithmic axis where they were searched on one.
    Numbers { log: bool },
    /// Names of choices; a variant has the position of its own.
    Choices(Vec<String>),
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    pub key: String,
    pub values: Values,
}

/// One variant: what it has of each parameter, in the order of the axes, `None` where a parameter does not matter in it; and its objective, `None`
/// where it has none or breaks a constraint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Variant {
    pub values: Vec<Option<f64>>,
    pub objective: Option<f64>,
}

/// All variants over their parameters.
#[derive(Clone, Debug)]
pub(crate) struct Parallel {
    pub title: String,
    pub subtitle: String,
    pub axes: Vec<Axis>,
    pub objective: Objective,
    pub variants: Vec<Variant>,
    /// Position of the best among the variants.
    pub best: Option<usize>,
    /// The strategy before tuning.
    pub before: Option<Variant>,
}

/// Up to so many variants all are drawn.
const ALL: usize = 500;
/// Of more: so many of the best, and so many of the others, evenly.
const SAMPLE: (usize, usize) = (100, 300);
/// Choices with a name at the axis.
const NAMED: usize = 12;
const FAINT: Ink = Ink { colour: palette::GREY, opacity: 0.16, width: 0.9, dash: &[] };
const STRONG: Ink = Ink { colour: palette::BLUE, opacity: 0.5, width: 1.1, dash: &[] };

/// How many of so many variants are drawn: all up to 500, else the best 100 and an even sample of 300 others.
#[must_use]
pub(crate) fn drawn(variants: usize) -> usize {
    if variants <= ALL { variants } else { SAMPLE.0 + SAMPLE.1 }
}

impl Parallel {
    /// Positions of the variants, the best first; those without an objective last.
    fn ranking(&self) -> Vec<usize> {
        let value = |at: usize| finite(self.variants[at].objective).map(|value| if self.objective.least_first { -value } else { value });
        let mut order: Vec<usize> = (0..self.variants.len()).collect();
        order.sort_by(|&a, &b| value(b).unwrap_or(f64::NEG_INFINITY).total_cmp(&value(a).unwrap_or(f64::NEG_INFINITY)));
        order
    }

    /// Those that are drawn, the best first, and how many of them belong to the best quarter of all.
    fn chosen(&self) -> (Vec<usize>, usize) {
        let ranking = self.ranking();
        let known = self.variants.iter().filter(|variant| finite(variant.objective).is_some()).count();
        let quarter = known.div_ceil(4);
        if ranking.len() <= ALL {
            return (ranking, quarter);
        }
        let others = &ranking[SAMPLE.0..];
        let sample = (0..SAMPLE.1).map(|k| SAMPLE.0 + k * others.len() / SAMPLE.1);
        let places: Vec<usize> = (0..SAMPLE.0).chain(sample).collect();
        let strong = places.iter().filter(|&&place| place < quarter).count();
        (places.into_iter().map(|place| ranking[place]).collect(), strong)
    }

    /// Everything a column of values goes through: the variants and the strategy before tuning.
    fn column(&self, axis: usize) -> impl Iterator<Item = f64> + '_ {
        let value = move |variant: &Variant| finite(if axis < self.axes.len() { variant.values[axis] } else { variant.objective });
        self.variants.iter().chain(&self.before).filter_map(value)
    }

    /// The least and the greatest value of a column; of the objective those that are not far out, and all that is shown by name.
    fn ends(&self, axis: usize) -> (f64, f64) {
        let all = |values: &mut dyn Iterator<Item = f64>| values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        if axis < self.axes.len() {
            return all(&mut self.column(axis));
        }
        let (low, high) = if self.column(axis).next().is_some() { fence(self.column(axis)) } else { (f64::INFINITY, f64::NEG_INFINITY) };
        let special = self.best.and_then(|best| self.variants.get(best)).into_iter().chain(&self.before);
        all(&mut special.filter_map(|variant| finite(variant.objective)).chain([low, high]))
    }

    /// From values to heights, one scale an axis, the objective last.
    fn scales(&self, top: f64, bottom: f64) -> Vec<Scale> {
        (0..=self.axes.len())
            .map(|at| {
                let kind = self.axes.get(at).map(|axis| &axis.values);
                let (mut low, mut high) = match kind {
                    Some(Values::Choices(names)) => (0.0, names.len().saturating_sub(1) as f64),
                    _ => self.ends(at),
                };
                if low >= high {
                    // One value alone stands in the middle.
                    let room = if low.is_finite() && low != 0.0 { low.abs() * 0.5 } else { 0.5 };
                    let middle = if low.is_finite() { low } else { 0.0 };
                    (low, high) = (middle - room, middle + room);
                }
                let upside_down = at == self.axes.len() && self.objective.least_first;
                let (start, end) = if upside_down { (top, bottom) } else { (bottom, top) };
                Scale { low, high, start, end, log: matches!(kind, Some(Values::Numbers { log: true })) && low > 0.0 }
            })
            .collect()
    }

    /// The picture as SVG.
    #[must_use]
    pub(crate) fn draw(&self) -> Svg {
        let row = below_head(&self.subtitle);
        let (top, bottom) = (row + 86.0, row + 446.0);
        picture(WIDTH, bottom + 44.0, |canvas| {
            head(canvas, &self.title, &self.subtitle);
            let scales = self.scales(top, bottom);
            let step = (WIDTH - 90.0 - LEFT - 20.0) / self.axes.len().max(1) as f64;
            let places: Vec<f64> = (0..=self.axes.len()).map(|at| LEFT + 20.0 + at as f64 * step).collect();
            let pieces = |variant: &Variant| pieces(variant, &places, &scales);
            let (chosen, strong) = self.chosen();
            // The more of them, the fainter each.
            let own = Ink { opacity: (40.0 / strong.max(1) as f64).clamp(0.28, STRONG.opacity), ..STRONG };
            for (rank, &at) in chosen.iter().enumerate().rev() {
                let ink = if rank < strong { own } else { FAINT };
                for line in &pieces(&self.variants[at]) {
                    canvas.line(line, ink);
                }
            }
            for (at, &x) in places.iter().enumerate() {
                canvas.line(&[(x, top), (x, bottom)], Ink::line(palette::GREY, 1.2));
                self.name(canvas, at, x, step, top);
            }
            let special = [(self.before.as_ref(), BEFORE), (self.best.and_then(|best| self.variants.get(best)), BEST)];
            for (variant, ink) in special.into_iter().filter_map(|(variant, ink)| Some((variant?, ink))) {
                for line in &pieces(variant) {
                    canvas.line(line, ink);
                }
            }
            for (at, &x) in places.iter().enumerate() {
                self.ticks(canvas, at, x, &scales[at], step);
            }
            legend(canvas, LEFT, row, &self.entries(chosen.len()));
            if self.variants.is_empty() {
                nothing(canvas, "no variants", (top, bottom));
            }
        })
    }

    /// The name of an axis above it, in as many lines as it needs; where axes are narrow every other one stands higher.
    fn name(&self, canvas: &Canvas, at: usize, x: f64, step: f64, top: f64) {
        let words = Words { at: At::Middle, ..LABEL };
        let name = self.axes.get(at).map_or(self.objective.name.as_str(), |axis| &axis.key);
        let narrow = step < 110.0;
        let letters = ((if narrow { 1.85 } else { 0.95 }) * step / 8.4).max(6.0) as usize;
        let lines = wrapped(&name.replace('.', ". "), letters.min(24));
        let rows = if narrow { 2 } else { 3 };
        let mut lines: Vec<String> = lines.iter().map(|line| shortened(&line.replace(". ", "."), letters.min(24))).collect();
        // The end of a key says most, and the beginning of an objective.
        if lines.len() > rows && at < self.axes.len() {
            lines.drain(..lines.len() - rows);
            lines[0] = shortened(&format!("…{}", lines[0]), letters.min(24));
        } else if lines.len() > rows {
            lines.truncate(rows);
            lines[rows - 1].push('…');
        }
        let lift = if narrow && at % 2 == 1 { 29.0 } else { 0.0 };
        for (row, line) in lines.iter().rev().enumerate() {
            // The outermost names would leave the paper.
            let half = Canvas::width_of(line, words) / 2.0;
            canvas.text(line, (x.clamp(half + 6.0, WIDTH - half - 6.0), top - 27.0 - lift - row as f64 * 14.0), words);
        }
    }

    /// The ends of an axis in numbers, or the names of its choices.
    fn ticks(&self, canvas: &Canvas, at: usize, x: f64, scale: &Scale, step: f64) {
        let middle = Words { at: At::Middle, ..TICK };
        let letters = (step / 8.0).max(5.0) as usize;
        if let Some(Values::Choices(names)) = self.axes.get(at).map(|axis| &axis.values) {
            for (i, name) in names.iter().enumerate().filter(|_| names.len() <= NAMED) {
                let (name, y) = (shortened(name, letters.min(16)), scale.place(i as f64));
                let wide = Canvas::width_of(&name, TICK);
                // Clear of the numbers at the ends of the next axis.
                let middle = y.clamp(scale.end + 9.0, scale.start - 9.0);
                canvas.block((x + 4.0, middle - 8.0), (x + 12.0 + wide, middle + 8.0), Ink::tint(palette::WHITE, 0.85));
                canvas.line(&[(x - 3.0, y), (x + 3.0, y)], Ink::line(palette::GREY, 1.2));
                canvas.text(&name, (x + 8.0, middle), Words { at: At::Left, ..TICK });
            }
            return;
        }
        let (low, high) = self.ends(at);
        let beyond = |value: f64| {
            let (less, more) = (self.column(at).any(|v| v < low) && value == low, self.column(at).any(|v| v > high) && value == high);
            if less {
                "≤ "
            } else if more {
                "≥ "
            } else {
                ""
            }
        };
        let label = |value: f64| {
            if at < self.axes.len() { brief(value, letters) } else { format!("{}{}", beyond(value), self.objective.unit.label(value)) }
        };
        let ends: &[f64] = if low > high {
            &[]
        } else if low == high {
            &[low]
        } else {
            &[low, high]
        };
        for value in ends {
            let y = scale.place(*value);
            let outside = if (y - scale.start.max(scale.end)).abs() < 1.0 { y + 13.0 } else { y - 9.0 };
            canvas.text(&label(*value), (x, outside), middle);
        }
    }

    fn entries(&self, drawn: usize) -> Vec<(Sample, String)> {
        let mut all = Vec::new();
        if self.best.is_some() {
            all.push((Sample::Line(BEST), "best variant".to_owned()));
        }
        if self.before.is_some() {
            all.push((Sample::Line(BEFORE), "strategy before tuning".to_owned()));
        }
        all.push((Sample::Line(Ink { opacity: 0.8, width: 1.6, ..STRONG }), "best quarter".to_owned()));
        let of = self.variants.len();
        let others = if drawn < of {
            format!("others; drawn: the best {} and {} of the rest, of {} in all", SAMPLE.0, SAMPLE.1, count(of))
        } else {
            "others".to_owned()
        };
        all.push((Sample::Line(Ink { opacity: 0.5, width: 1.2, ..FAINT }), others));
        all
    }

    /// The picture in a sentence, for whoever does not see it.
    #[must_use]
    pub(crate) fn description(&self) -> String {
        let keys: Vec<&str> = self.axes.iter().map(|axis| axis.key.as_str()).collect();
        format!(
            "A line for each of {} of {} variants across the parameters {} and {}, the best quarter emphasised",
            count(drawn(self.variants.len())),
            count(self.variants.len()),
            keys.join(", "),
            self.objective.name
        )
    }
}

/// The line of a variant, in pieces where a parameter does not matter in it.
fn pieces(variant: &Variant, places: &[f64], scales: &[Scale]) -> Vec<Vec<Point>> {
    let values = variant.values.iter().copied().take(places.len() - 1).chain([variant.objective]);
    let points: Vec<Option<Point>> =
        values.zip(places.iter().zip(scales)).map(|(value, (x, scale))| Some((*x, scale.place(finite(value)?)))).collect();
    points.split(Option::is_none).filter(|piece| piece.len() > 1).map(|piece| piece.iter().flatten().copied().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::frame::Unit;

    fn of(many: usize, keys: usize, least_first: bool) -> Parallel {
        let variant = |i: usize| Variant {
            values: (0..keys).map(|k| Some(((i * (7 + k) + k) % 11) as f64 / 10.0)).collect(),
            objective: Some((i * 37 % many.max(1)) as f64),
        };
        Parallel {
            title: "T".to_owned(),
            subtitle: "S".to_owned(),
            axes: (0..keys).map(|k| Axis { key: format!("buckets.b{k}.weight"), values: Values::Numbers { log: false } }).collect(),
            objective: Objective { name: "Sharpe ratio".to_owned(), unit: Unit::Number, least_first },
            variants: (0..many).map(variant).collect(),
            best: (many > 0).then_some(0),
            before: Some(variant(1)),
        }
    }

    #[test]
    fn of_many_the_best_and_an_even_sample_are_drawn() {
        let (chosen, strong) = of(2_000, 2, false).chosen();
        assert_eq!((chosen.len(), drawn(2_000), drawn(500)), (400, 400, 500));
        let all = of(2_000, 2, false);
        assert!(chosen[..100].iter().all(|&at| all.variants[at].objective.unwrap() >= 1_900.0));
        let lowest = chosen.iter().map(|&at| all.variants[at].objective.unwrap()).fold(f64::INFINITY, f64::min);
        assert!(lowest < 10.0 && (100..200).contains(&strong), "{lowest} {strong}");
        let mut once = chosen.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), 400);
    }

    #[test]
    fn the_best_quarter_is_that_of_the_objective() {
        let few = of(8, 2, true);
        let (chosen, strong) = few.chosen();
        assert_eq!((few.variants[chosen[0]].objective, few.variants[chosen[1]].objective, strong), (Some(0.0), Some(1.0), 2));
        let mut undefined = of(8, 2, false);
        for variant in undefined.variants.iter_mut().skip(1) {
            variant.objective = None;
        }
        assert_eq!((undefined.chosen().0[0], undefined.chosen().1), (0, 1));
    }

    #[test]
    fn a_parameter_that_does_not_matter_breaks_the_line() {
        let scales = [Scale { low: 0.0, high: 1.0, start: 10.0, end: 0.0, log: false }; 4];
        let variant = Variant { values: vec![Some(0.0), Some(1.0), None], objective: Some(0.5) };
        assert_eq!(pieces(&variant, &[0.0, 1.0, 2.0, 3.0], &scales), [vec![(0.0, 10.0), (1.0, 0.0)]]);
    }

    #[test]
    fn two_thousand_variants_of_many_parameters_stay_small() {
        let svg = of(2_000, 12, false).draw();
        assert!(svg.len() < 200_000, "{} bytes", svg.len());
        let svg = of(500, 12, false).draw();
        assert!(svg.len() < 200_000, "{} bytes", svg.len());
    }

    #[test]
    fn any_variants_can_be_drawn() {
        let mut odd_one = of(3, 2, false);
        odd_one.axes[0].values = Values::Choices(vec!["only".to_owned()]);
        odd_one.axes[1].values = Values::Numbers { log: true };
        odd_one.variants[1] = Variant { values: vec![None, Some(f64::NAN)], objective: None };
        odd_one.variants[2].values[0] = Some(0.0);
        for parallel in [of(0, 1, false), of(0, 0, false), of(1, 1, false), of(9, 20, true), odd_one] {
            let svg = parallel.draw();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg:?}");
            assert_eq!(svg.contains("no variants"), parallel.variants.is_empty());
        }
    }
}
