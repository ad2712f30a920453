//! A curve in a line of text, on a scale that several of them share.

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Beyond so many times the lowest the scale is logarithmic, as that of the pictures is.
const WIDE: f64 = 5.0;

/// From the lowest to the highest value of all curves, so that they can be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    log: bool,
}

impl Scale {
    /// Logarithmic where the values span more than fivefold and are positive.
    #[must_use]
    pub(crate) fn of<'a>(curves: impl IntoIterator<Item = &'a [f64]>) -> Self {
        let values = curves.into_iter().flatten().filter(|value| value.is_finite());
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        Self { low, high, log: low > 0.0 && high / low > WIDE }
    }

    /// What the lowest and the highest block stand for, in times of the start.
    #[must_use]
    pub(crate) fn in_words(self) -> String {
        let kind = if self.log { "logarithmic" } else { "linear" };
        format!("{kind}, from {:.2} to {:.2} times the start", self.low, self.high)
    }

    /// Where a value lies between the lowest and the highest, from 0 to 1.
    fn share(self, value: f64) -> f64 {
        let bend = |value: f64| if self.log { libm::log(value) } else { value };
        if self.high > self.low { (bend(value) - bend(self.low)) / (bend(self.high) - bend(self.low)) } else { 0.5 }
    }
}

/// At most `width` letters, each as high as the last value of its stretch on the scale.
#[must_use]
pub(crate) fn spark(values: &[f64], width: usize, scale: Scale) -> String {
    let cells = width.min(values.len());
    // The first and the last value stand at the ends.
    let at = |i: usize| if cells == 1 { values.len() - 1 } else { i * (values.len() - 1) / (cells - 1) };
    let block = |value: f64| if value.is_finite() { BLOCKS[((scale.share(value) * 8.0) as usize).min(7)] } else { ' ' };
    (0..cells).map(|i| block(values[at(i)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(values: &[f64], width: usize) -> String {
        spark(values, width, Scale::of([values]))
    }

    #[test]
    fn ends_are_the_ends() {
        assert_eq!(alone(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 8), "▁▂▃▄▅▆▇█");
        assert_eq!(alone(&[2.0, 5.0, 5.0, 1.0, 4.0], 2), "▃▇");
        assert_eq!((alone(&[3.0, 3.0], 8).as_str(), alone(&[], 8).as_str(), alone(&[1.0], 8).as_str()), ("▅▅", "", "▅"));
        assert_eq!(alone(&[0.0, f64::NAN, 1.0], 3), "▁ █");
    }

    #[test]
    fn curves_on_one_scale_can_be_compared() {
        let (calm, wild) = ([1.0, 1.1, 1.2], [1.0, 3.0, 4.0]);
        let both = Scale::of([&calm[..], &wild]);
        assert_eq!((spark(&calm, 3, both).as_str(), spark(&wild, 3, both).as_str()), ("▁▁▁", "▁▆█"));
        assert_eq!(both.in_words(), "linear, from 1.00 to 4.00 times the start");
        // Each alone would fill its line.
        assert_eq!(alone(&calm, 3), "▁▅█");
    }

    #[test]
    fn a_wide_range_is_logarithmic_and_one_that_touches_nought_is_not() {
        let steps = [1.0, 10.0, 100.0];
        assert_eq!((alone(&steps, 3).as_str(), Scale::of([&steps[..]]).log), ("▁▅█", true));
        assert_eq!(Scale::of([&steps[..]]).in_words(), "logarithmic, from 1.00 to 100.00 times the start");
        let ruined = [1.0, 10.0, 0.0];
        assert_eq!((alone(&ruined, 3).as_str(), Scale::of([&ruined[..]]).log), ("▁█▁", false));
        assert!(!Scale::of([&[1.0, 5.0][..]]).log && Scale::of([&[1.0, 5.1][..]]).log);
    }
}
