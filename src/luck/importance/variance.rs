//! Functional analysis of variance of one tree, exact: what a tree says is constant in boxes, so its mean over all axes but one or two is a
//! sum over the boxes (Hutter, Hoos and Leyton-Brown 2014, section 3).

use crate::luck::importance::tree::{AxisKind, Leaf, Side};

/// Neighbouring cells of an axis, from one to before another.
type Run = (usize, usize);

/// An axis in the cells between all cuts of a tree.
struct Cells {
    /// Share of the axis, of each cell.
    widths: Vec<f64>,
    /// For each leaf the cells it has.
    runs: Vec<Vec<Run>>,
    /// For each leaf the share of the axis it has.
    sides: Vec<f64>,
}

/// The parts of the variance of what a tree says over the unit cube.
pub(super) struct Parts {
    /// Of everything.
    pub total: f64,
    /// Of each axis alone.
    pub main: Vec<f64>,
    /// Of every two axes beyond what each of them does alone: `(0, 1), (0, 2), … (1, 2), …`; empty where they were not asked for.
    pub pairs: Vec<f64>,
}

impl Cells {
    /// None where no leaf ends on the axis.
    fn new(kind: AxisKind, axis: usize, leaves: &[Leaf]) -> Option<Self> {
        let sides: Vec<f64> = leaves.iter().map(|leaf| leaf.sides[axis].width()).collect();
        if sides.iter().all(|width| *width == 1.0) {
            return None;
        }
        let (widths, runs) = match kind {
            AxisKind::Unordered(count) => (vec![1.0 / count as f64; count], leaves.iter().map(|leaf| runs(&leaf.sides[axis])).collect()),
            AxisKind::Ordered => {
                let ends = |leaf: &Leaf| if let Side::Between(from, to) = leaf.sides[axis] { [from, to] } else { [0.0, 1.0] };
                let mut cuts: Vec<f64> = leaves.iter().flat_map(ends).collect();
                cuts.sort_by(f64::total_cmp);
                cuts.dedup();
                let place = |cut: f64| cuts.partition_point(|other| *other < cut);
                let runs = leaves.iter().map(ends).map(|[from, to]| vec![(place(from), place(to))]).collect();
                (cuts.windows(2).map(|two| two[1] - two[0]).collect(), runs)
            }
        };
        Some(Self { widths, runs, sides })
    }

    /// Variance of the mean over all other axes; `weighted` is value times volume of each leaf, the values around their mean.
    fn variance(&self, weighted: &[f64]) -> f64 {
        let mut steps = vec![0.0; self.widths.len() + 1];
        for (leaf, runs) in self.runs.iter().enumerate() {
            let share = weighted[leaf] / self.sides[leaf];
            for (from, to) in runs {
                steps[*from] += share;
                steps[*to] -= share;
            }
        }
        let mut mean = 0.0;
        self.widths.iter().zip(steps).fold(0.0, |sum, (width, step)| {
            mean += step;
            sum + width * mean * mean
        })
    }

    /// Variance of the mean over all axes but these two.
    fn variance_with(&self, other: &Self, weighted: &[f64]) -> f64 {
        let row = other.widths.len() + 1;
        let mut steps = vec![0.0; (self.widths.len() + 1) * row];
        for (leaf, (runs, others)) in self.runs.iter().zip(&other.runs).enumerate() {
            let share = weighted[leaf] / (self.sides[leaf] * other.sides[leaf]);
            for (from, to) in runs {
                for (start, end) in others {
                    steps[from * row + start] += share;
                    steps[from * row + end] -= share;
                    steps[to * row + start] -= share;
                    steps[to * row + end] += share;
                }
            }
        }
        // Of the rows so far, what each cell adds to the one before it.
        let (mut above, mut sum) = (vec![0.0; row], 0.0);
        for (width, steps) in self.widths.iter().zip(steps.chunks(row)) {
            let mut mean = 0.0;
            for ((above, step), other_width) in above.iter_mut().zip(steps).zip(&other.widths) {
                *above += step;
                mean += *above;
                sum += width * other_width * mean * mean;
            }
        }
        sum
    }
}

/// The values of an unordered side in runs.
fn runs(side: &Side) -> Vec<Run> {
    let Side::Among(values) = side else { return Vec::new() };
    let mut runs: Vec<Run> = Vec::new();
    for at in (0..values.len()).filter(|at| values[*at]) {
        match runs.last_mut() {
            Some(run) if run.1 == at => run.1 += 1,
            _ => runs.push((at, at + 1)),
        }
    }
    runs
}

/// The parts of a tree with these leaves; none where it says the same everywhere.
pub(super) fn parts(axes: &[AxisKind], leaves: &[Leaf], with_pairs: bool) -> Option<Parts> {
    let volumes: Vec<f64> = leaves.iter().map(|leaf| leaf.sides.iter().map(Side::width).product()).collect();
    let mean: f64 = leaves.iter().zip(&volumes).map(|(leaf, volume)| leaf.value * volume).sum();
    let weighted: Vec<f64> = leaves.iter().zip(&volumes).map(|(leaf, volume)| (leaf.value - mean) * volume).collect();
    let total: f64 = leaves.iter().zip(&weighted).map(|(leaf, weighted)| (leaf.value - mean) * weighted).sum();
    if total <= 0.0 {
        return None;
    }
    let cells: Vec<Option<Cells>> = axes.iter().enumerate().map(|(axis, kind)| Cells::new(*kind, axis, leaves)).collect();
    let main: Vec<f64> = cells.iter().map(|cells| cells.as_ref().map_or(0.0, |cells| cells.variance(&weighted))).collect();
    let mut pairs = Vec::new();
    for a in 0..if with_pairs { axes.len() } else { 0 } {
        for b in a + 1..axes.len() {
            pairs.push(match (&cells[a], &cells[b]) {
                // What is below nought is rounding.
                (Some(one), Some(other)) => (one.variance_with(other, &weighted) - main[a] - main[b]).max(0.0),
                _ => 0.0,
            });
        }
    }
    Some(Parts { total, main, pairs })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::luck::importance::tree::Trials;
    use crate::metrics::bootstrap::Resampler;

    const AXES: [AxisKind; 3] = [AxisKind::Ordered, AxisKind::Unordered(5), AxisKind::Ordered];

    /// Whether a leaf has a point: a coordinate, or the number of a value.
    fn has(leaf: &Leaf, point: [f64; 3]) -> bool {
        leaf.sides.iter().zip(point).all(|(side, at)| match side {
            Side::Between(from, to) => *from <= at && at < *to,
            Side::Among(values) => values[at as usize],
        })
    }

    /// Trees of 60 trials on a grid of 8 by 5 by 8, so that every cut is at a multiple of a sixteenth, and a grid of 16 by 5 by 16 has
    /// each cell of every tree whole.
    #[test]
    fn a_tree_has_the_variances_of_a_fine_grid() {
        let mut draw = Resampler::new(60, 1.0, 3);
        let mut row = || draw.fold_row(Vec::new(), |row, at| [row, vec![at]].concat());
        for case in 0..20 {
            let (a, b, c) = (row(), row(), row());
            let place = |i: usize| vec![((a[i] % 8) as f64 + 0.5) / 8.0, ((b[i] % 5) as f64 + 0.5) / 5.0, ((c[i] % 8) as f64 + 0.5) / 8.0];
            let places: Vec<Vec<f64>> = (0..60).map(place).collect();
            let values = (0..60).map(|i| ((a[i] % 8) * (b[i] % 5) + 3 * (c[i] % 8) + (b[i] % 2) * (c[i] % 8)) as f64 / 60.0).collect();
            let mut draws = vec![0; 60];
            for at in row() {
                draws[at] += 1;
            }
            let tree = Trials::new(&AXES, &places, values).tree(&draws, case % 3);
            assert!(tree.leaves.len() > 5);
            let said_at = |i: usize, j: usize, k: usize| {
                let point = [(i as f64 + 0.5) / 16.0, j as f64, (k as f64 + 0.5) / 16.0];
                let own: Vec<&Leaf> = tree.leaves.iter().filter(|leaf| has(leaf, point)).collect();
                assert_eq!(own.len(), 1, "leaves fill the cube and do not overlap");
                own[0].value
            };
            check(&parts(&AXES, &tree.leaves, true).unwrap(), &said_at);
        }
    }

    /// Against sums over the grid.
    fn check(parts: &Parts, at: &dyn Fn(usize, usize, usize) -> f64) {
        let sizes = [16, 5, 16];
        let mut grid = Vec::new();
        for i in 0..16 {
            for j in 0..5 {
                grid.extend((0..16).map(|k| ([i, j, k], at(i, j, k))));
            }
        }
        let mean = grid.iter().map(|(_, value)| value).sum::<f64>() / grid.len() as f64;
        // Variance of the mean over all axes but these; with all of them, the total.
        let variance = |axes: &[usize]| {
            let mut means = vec![0.0; axes.iter().map(|axis| sizes[*axis]).product()];
            for (cell, value) in &grid {
                let at = axes.iter().fold(0, |at, axis| at * sizes[*axis] + cell[*axis]);
                means[at] += (value - mean) * means.len() as f64 / grid.len() as f64;
            }
            means.iter().map(|mean| mean * mean).sum::<f64>() / means.len() as f64
        };
        let near = |ours: f64, theirs: f64| assert!((ours - theirs).abs() < 1e-14, "{ours} {theirs}");
        near(parts.total, variance(&[0, 1, 2]));
        (0..3).for_each(|axis| near(parts.main[axis], variance(&[axis])));
        for (at, (a, b)) in [(0, 1), (0, 2), (1, 2)].into_iter().enumerate() {
            near(parts.pairs[at], variance(&[a, b]) - variance(&[a]) - variance(&[b]));
        }
    }

    #[test]
    fn four_boxes_by_hand() {
        // Quarter by quarter 0, 1, 1, 0: all of it is the two together; then 0, 0, 2, 4 with the second half of the first axis.
        let leaf = |value, x, y| Leaf { value, sides: vec![x, y] };
        let (low, high) = (Side::Between(0.0, 0.5), Side::Between(0.5, 1.0));
        let (one, other) = (Side::Among(vec![true, false]), Side::Among(vec![false, true]));
        let boxes = |values: [f64; 4]| {
            let [a, b, c, d] = values;
            vec![
                leaf(a, low.clone(), one.clone()),
                leaf(b, low.clone(), other.clone()),
                leaf(c, high.clone(), one.clone()),
                leaf(d, high.clone(), other.clone()),
            ]
        };
        let axes = [AxisKind::Ordered, AxisKind::Unordered(2)];
        let found = parts(&axes, &boxes([0.0, 1.0, 1.0, 0.0]), true).unwrap();
        assert_eq!((found.total, found.main, found.pairs), (0.25, vec![0.0, 0.0], vec![0.25]));
        // Mean 1.5; by the first axis 0 and 3, by the second 1 and 2; the variance of 0, 0, 2, 4 is 2.75.
        let found = parts(&axes, &boxes([0.0, 0.0, 2.0, 4.0]), true).unwrap();
        assert_eq!((found.total, found.main, found.pairs), (2.75, vec![2.25, 0.25], vec![0.25]));
        assert!(parts(&axes, &boxes([1.0; 4]), true).is_none());
    }
}
