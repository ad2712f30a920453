//! Fewer points, the same picture: per column the lowest and highest value stay, so that no spike is lost.

use crate::report::charts::canvas::Point;

/// Columns of a chart that answers, at most four points each.
const COLUMNS: usize = 500;

/// Positions to keep of what a chart that answers shows, ascending: the first, lowest, highest and last of each column.
#[must_use]
pub fn kept(values: &[f64]) -> Vec<usize> {
    let (n, columns) = (values.len(), COLUMNS);
    if n <= 4 * columns {
        return (0..n).collect();
    }
    let mut keep = Vec::with_capacity(4 * columns);
    for column in 0..columns {
        let (from, to) = (column * n / columns, (column + 1) * n / columns);
        let [first, second] = lowest_and_highest(values, from..to);
        keep.extend([from, first, second, to - 1]);
    }
    keep.dedup();
    keep
}

/// Of some positions, of which there is one, those of the lowest and of the highest value, in their order.
fn lowest_and_highest(values: &[f64], mut positions: impl Iterator<Item = usize>) -> [usize; 2] {
    let first = positions.next().expect("a column has a point");
    let (low, high) = positions.fold((first, first), |(low, high), i| {
        (if values[i] < values[low] { i } else { low }, if values[i] > values[high] { i } else { high })
    });
    [low.min(high), low.max(high)]
}

/// Pixels of a column of a curve in a picture, which has a lowest and a highest point.
pub(crate) const COLUMN: f64 = 3.0;
/// A point this near to the line through its neighbours, in pixels, is not seen.
const UNSEEN: f64 = 0.5;

/// Positions of the lowest and the highest value of each column, with the first and the last of all, ascending. What is no number is left out.
#[must_use]
pub(crate) fn extremes(values: &[f64], columns: usize) -> Vec<usize> {
    let known: Vec<usize> = (0..values.len()).filter(|&i| values[i].is_finite()).collect();
    let n = known.len();
    if n <= 2 * columns {
        return known;
    }
    let mut keep = vec![known[0]];
    for column in 0..columns {
        let part = &known[column * n / columns..(column + 1) * n / columns];
        keep.extend(lowest_and_highest(values, part.iter().copied()));
    }
    keep.push(known[n - 1]);
    keep.dedup();
    keep
}

/// A line of any slope passes near enough to no point at all.
const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// The points of a line without those that are not seen: each that is left out is above or below the line by no more than [`UNSEEN`].
#[must_use]
pub(crate) fn straightened(points: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = points.iter().take(1).copied().collect();
    let Some(mut from) = kept.first().copied() else { return kept };
    // Slopes of the lines from the last kept point that pass near enough to all after it.
    let (mut slopes, mut last) = (ANY, None);
    for &(x, y) in &points[1..] {
        let slope = (y - from.1) / (x - from.0);
        if !(x > from.0 && slopes.0 <= slope && slope <= slopes.1)
            && let Some(end) = last
        {
            kept.push(end);
            (from, slopes) = (end, ANY);
        }
        let wide = x - from.0;
        slopes = if wide > 0.0 {
            (slopes.0.max((y - UNSEEN - from.1) / wide), slopes.1.min((y + UNSEEN - from.1) / wide))
        } else {
            (f64::INFINITY, f64::NEG_INFINITY)
        };
        last = Some((x, y));
    }
    kept.extend(last);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_of_one_bar_survives() {
        let mut values = vec![1.0; 35_064];
        values[17_001] = 9.0;
        values[20_002] = 0.1;
        let keep = kept(&values);
        assert!(keep.len() <= 2_000 && keep.is_sorted());
        assert!(keep.contains(&17_001) && keep.contains(&20_002) && keep.contains(&0) && keep.contains(&35_063));
    }

    #[test]
    fn short_series_stay_whole() {
        assert_eq!(kept(&[1.0, 2.0, 3.0]), [0, 1, 2]);
    }

    #[test]
    fn a_curve_keeps_every_peak_and_trough() {
        let mut values: Vec<f64> = (0..5_000).map(|i| f64::from(i * 7_919 % 1_009)).collect();
        values[17] = f64::NAN;
        values[3_001] = 9_000.0;
        let keep = extremes(&values, 500);
        assert!(keep.len() <= 2 * 500 + 2 && keep.is_sorted() && keep.contains(&3_001) && !keep.contains(&17));
        assert_eq!((keep[0], keep[keep.len() - 1]), (0, 4_999));
        let ends =
            |values: &[f64]| values.iter().copied().filter(|v| v.is_finite()).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        for column in values.chunks(10).enumerate().filter(|(at, _)| *at != 1) {
            let own = column.0 * 10..column.0 * 10 + 10;
            let kept: Vec<f64> = keep.iter().filter(|i| own.contains(*i)).map(|i| values[*i]).collect();
            assert_eq!(ends(&kept), ends(column.1), "column {}", column.0);
        }
        assert_eq!(extremes(&[f64::NAN, 1.0, f64::NAN], 500), [1]);
    }

    #[test]
    fn what_is_left_out_of_a_line_is_not_seen() {
        let points: Vec<Point> = (0..900).map(|i| (f64::from(i), libm::sin(f64::from(i) / 20.0) * 40.0)).collect();
        let kept = straightened(&points);
        assert!(kept.len() < points.len() / 4, "{}", kept.len());
        for (x, y) in points {
            let at = kept.partition_point(|point| point.0 < x).max(1);
            let ((x0, y0), (x1, y1)) = (kept[at - 1], kept[at]);
            let shown = y0 + (y1 - y0) * (x - x0) / (x1 - x0);
            assert!((shown - y).abs() <= UNSEEN + 1e-9, "{x}: {shown} for {y}");
        }
    }

    #[test]
    fn a_step_stays_a_step() {
        let step = [(0.0, 5.0), (1.0, 5.0), (2.0, 5.0), (2.0, 60.0), (2.0, 9.0), (3.0, 9.0), (4.0, 9.0)];
        assert_eq!(straightened(&step), [(0.0, 5.0), (2.0, 5.0), (2.0, 60.0), (2.0, 9.0), (4.0, 9.0)]);
        assert_eq!(straightened(&[]), []);
        assert_eq!(straightened(&step[..1]), step[..1]);
    }
}
