//! Every combination: parameters in their order, the last turning fastest. Counted before any is made.

use crate::sampler::observation::Point;
use crate::sampler::space::Space;
use crate::sampler::space::count::Counts;
use crate::sampler::task::Task;

/// How a grid is laid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GridSettings {
    /// How many values of a parameter that may have any: evenly over its scale, with both ends. At least two. Without it such a
    /// parameter is refused.
    pub of_continuous: Option<u32>,
}

/// Laid over a space.
struct Grid<'a> {
    counts: Counts<'a>,
    settings: GridSettings,
    space: &'a Space,
}

impl<'a> Grid<'a> {
    /// None where a parameter may have any value and the settings do not say how many.
    fn over(space: &'a Space, settings: GridSettings) -> Option<Self> {
        let of_continuous = settings.of_continuous.filter(|values| *values > 1).map(u64::from);
        let cells: Option<Vec<u64>> = space.dimensions().map(|dimension| dimension.cells().or(of_continuous)).collect();
        Some(Self { counts: Counts::new(space, cells?), settings, space })
    }

    fn point(&self, place: u64) -> Point {
        let unit = |at: usize, cell: u64| {
            let dimension = self.space.dimensions().nth(at).expect("counted by parameter");
            match (dimension.cells(), self.settings.of_continuous) {
                (None, Some(values)) => cell as f64 / f64::from(values - 1),
                _ => dimension.unit(dimension.of_cell(cell)).expect("a value of its own"),
            }
        };
        self.counts.nth(u128::from(place), unit)
    }
}

/// How many combinations there are, limits aside; `u128::MAX` where they are more than that. None where a parameter may have any value
/// and the settings do not say how many.
#[must_use]
pub fn grid_size(space: &Space, settings: GridSettings) -> Option<u128> {
    Grid::over(space, settings).map(|grid| grid.counts.all())
}

/// Combination `k` as proposal `k`, whether or not it keeps to the limits; none after the last.
pub(super) fn propose(task: &Task, settings: GridSettings) -> Vec<Point> {
    let grid = Grid::over(task.space, settings).expect("a plan's grid can be laid");
    let count = u64::try_from(grid.counts.all()).expect("a plan's grid can be counted");
    (task.range.start..task.range.end.min(count)).map(|k| grid.point(k)).collect()
}
