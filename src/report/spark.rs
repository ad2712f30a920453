//! A curve in a line of text.

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// At most `width` letters, each as high as the last value of its stretch between the lowest and the highest shown.
#[must_use]
pub(crate) fn spark(values: &[f64], width: usize) -> String {
    let cells = width.min(values.len());
    // The first and the last value stand at the ends.
    let at = |i: usize| if cells == 1 { values.len() - 1 } else { i * (values.len() - 1) / (cells - 1) };
    let shown: Vec<f64> = (0..cells).map(|i| values[at(i)]).collect();
    let (low, high) = shown.iter().filter(|v| v.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let height = |v: f64| {
        if !v.is_finite() {
            return ' ';
        }
        let share = if high > low { (v - low) / (high - low) } else { 0.5 };
        BLOCKS[((share * 8.0) as usize).min(7)]
    };
    shown.into_iter().map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_the_ends() {
        assert_eq!(spark(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 8), "▁▂▃▄▅▆▇█");
        assert_eq!(spark(&[2.0, 5.0, 5.0, 1.0, 9.0], 2), "▁█");
        assert_eq!((spark(&[3.0, 3.0], 8).as_str(), spark(&[], 8).as_str(), spark(&[1.0], 8).as_str()), ("▅▅", "", "▅"));
        assert_eq!(spark(&[0.0, f64::NAN, 1.0], 3), "▁ █");
    }
}
