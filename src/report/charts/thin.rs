//! Fewer points, the same picture: per column the first, lowest, highest and last value stay, so that no spike is lost.

/// At most four points a column.
pub const COLUMNS: usize = 500;

/// Positions to keep, ascending.
#[must_use]
pub fn kept(values: &[f64]) -> Vec<usize> {
    kept_in(values, COLUMNS)
}

/// The same in fewer columns, for a line among many.
#[must_use]
pub(crate) fn kept_in(values: &[f64], columns: usize) -> Vec<usize> {
    let n = values.len();
    if n <= 4 * columns {
        return (0..n).collect();
    }
    let mut keep = Vec::with_capacity(4 * columns);
    for column in 0..columns {
        let (from, to) = (column * n / columns, (column + 1) * n / columns);
        let (mut low, mut high) = (from, from);
        for i in from..to {
            if values[i] < values[low] {
                low = i;
            }
            if values[i] > values[high] {
                high = i;
            }
        }
        keep.extend([from, low.min(high), low.max(high), to - 1]);
    }
    keep.dedup();
    keep
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
}
