//! The Sharpe ratios of all variants: how often which came, and whether the best is further out than the luckiest of so many without any skill.

use plotters::style::RGBColor;

use crate::report::charts::canvas::{Ink, Svg, picture};
use crate::report::charts::frame::{BEFORE, BEST, Mark, Unit, across_title, below_head, fence, finite, head, marks, mesh, nothing};
use crate::report::charts::palette;
use crate::report::charts::panel::{LEFT, NOTE, WIDTH};
use crate::report::charts::scale::Scale;
use crate::report::number_format::count;

/// Sharpe ratios a year, all of the same time.
#[derive(Clone, Debug)]
pub(crate) struct Sharpes {
    pub title: String,
    pub subtitle: String,
    /// Of each variant; `None` where it has none.
    pub values: Vec<Option<f64>>,
    /// Of the strategy before tuning.
    pub before: Option<f64>,
    pub best: Option<f64>,
    /// What the best of so many variants is expected to have where none of them has any skill: the threshold of the deflated Sharpe ratio.
    pub luck: Option<f64>,
    /// For how many variants that threshold is.
    pub tried: usize,
}

const RIGHT: f64 = WIDTH - 30.0;
const ZERO: Ink = Ink::line(palette::GREY, 1.2);
const LUCK: Ink = Ink::line(palette::PURPLE, 2.2).dashed(&[10.0, 3.0, 2.5, 3.0]);
/// Bars, at least and at most.
const BARS: (f64, f64) = (8.0, 40.0);

/// Bars of equal width, one edge at nought.
#[derive(Clone, Debug, PartialEq)]
struct Bars {
    low: f64,
    width: f64,
    counts: Vec<usize>,
    /// Whether the first and the last bar hold what lies further out, instead of values of their own.
    beyond: (bool, bool),
}

impl Bars {
    fn of(values: &[f64]) -> Option<Self> {
        let (low, high) = fence(values.iter().copied());
        let wanted = (libm::sqrt(values.len() as f64) * 1.6).clamp(BARS.0, BARS.1);
        let span = if high > low { high - low } else { low.abs().max(1.0) };
        let power = libm::pow(10.0, libm::log10(span / wanted).floor());
        let width = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|width| *width >= span / wanted)?;
        let beyond = (values.iter().any(|value| *value < low), values.iter().any(|value| *value > high));
        let own = (low / width + 1e-9).floor();
        let first = own - if beyond.0 { 1.0 } else { 0.0 };
        let last = (high / width - 1e-9).ceil().max(own + 1.0) + if beyond.1 { 1.0 } else { 0.0 };
        let mut counts = vec![0; (last - first) as usize];
        for value in values {
            let at = if *value < low {
                0.0
            } else if *value > high {
                last - first - 1.0
            } else {
                // The greatest value belongs to the bar that it ends.
                ((value / width + 1e-9).floor()).min(last - 1.0 - if beyond.1 { 1.0 } else { 0.0 }) - first
            };
            counts[at as usize] += 1;
        }
        (!values.is_empty()).then_some(Self { low: first * width, width, counts, beyond })
    }

    /// Losses and gains apart in colour, what is further out in grey.
    fn colour(&self, at: usize) -> RGBColor {
        if (at == 0 && self.beyond.0) || (at + 1 == self.counts.len() && self.beyond.1) {
            palette::GREY
        } else if self.low + (at as f64 + 0.5) * self.width < 0.0 {
            palette::VERMILION
        } else {
            palette::BLUE
        }
    }

    fn high(&self) -> f64 {
        self.low + self.width * self.counts.len() as f64
    }
}

impl Sharpes {
    fn marks(&self) -> Vec<Mark> {
        let luck = format!("best expected by luck alone of {} variants", count(self.tried));
        let named = [("before tuning", self.before, BEFORE), ("best", self.best, BEST), (luck.as_str(), self.luck, LUCK)];
        let known = named.into_iter().filter_map(|(name, value, ink)| Some((name, finite(value)?, ink)));
        let mark = |(name, value, ink)| Mark { value, words: format!("{name} {}", Unit::Number.label(value)), ink };
        let zero = Mark { value: 0.0, words: "0".to_owned(), ink: ZERO };
        std::iter::once(zero).chain(known.map(mark)).collect()
    }

    /// The picture as SVG.
    #[must_use]
    pub(crate) fn draw(&self) -> Svg {
        let row = below_head(&self.subtitle);
        let (top, bottom) = (row + 96.0, row + 396.0);
        let values: Vec<f64> = self.values.iter().filter_map(|value| finite(*value)).collect();
        picture(WIDTH, bottom + 56.0, |canvas| {
            head(canvas, &self.title, &self.subtitle);
            let Some(bars) = Bars::of(&values) else {
                nothing(canvas, "no variant has a Sharpe ratio", (top, bottom));
                return;
            };
            let marked = self.marks();
            let shown = || marked.iter().map(|mark| mark.value).chain([bars.low, bars.high()]);
            let (low, high) = shown().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
            let air = (high - low) * 0.03;
            let x = Scale { low: low - air, high: high + air, start: LEFT, end: RIGHT, log: false };
            let most = bars.counts.iter().copied().max().unwrap_or(1).max(1) as f64;
            let y = Scale { low: 0.0, high: most * 1.05, start: bottom, end: top, log: false };
            let whole: Vec<(f64, String)> = Unit::Number.ticks(&y, 5).into_iter().filter(|(value, _)| value.fract() == 0.0).collect();
            mesh(canvas, (&x, &y), &whole, &Unit::Number.ticks(&x, 10), "");
            for (i, many) in bars.counts.iter().enumerate().filter(|(_, many)| **many > 0) {
                let from = bars.low + i as f64 * bars.width;
                let (left, right) = (x.place(from) + 1.0, x.place(from + bars.width) - 1.0);
                canvas.block((left, y.place(*many as f64)), (right.max(left + 1.0), bottom), Ink::tint(bars.colour(i), 0.6));
            }
            marks(canvas, &x, (top, bottom), &marked);
            let cut = if bars.beyond.0 || bars.beyond.1 { " (grey: all that are further out)" } else { "" };
            canvas.text(&format!("Number of variants by their Sharpe ratio{cut}"), (LEFT, row), NOTE);
            across_title(canvas, &x, bottom, "Sharpe ratio a year");
        })
    }

    /// The picture in a sentence, for whoever does not see it.
    #[must_use]
    pub(crate) fn description(&self) -> String {
        let known = self.values.iter().filter(|value| finite(**value).is_some()).count();
        let parts: Vec<String> = self.marks().into_iter().skip(1).map(|mark| mark.words).collect();
        format!("Number of variants by their Sharpe ratio a year, of {}; {}", count(known), parts.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: Vec<Option<f64>>) -> Sharpes {
        Sharpes { title: "T".to_owned(), subtitle: "S".to_owned(), values, before: Some(0.6), best: Some(1.5), luck: Some(1.2), tried: 200 }
    }

    #[test]
    fn every_value_is_in_one_bar_and_nought_is_an_edge() {
        let values: Vec<f64> = (0..300).map(|i| f64::from(i * 67 % 300) / 100.0 - 1.0).collect();
        let bars = Bars::of(&values).unwrap();
        assert_eq!(bars.counts.iter().sum::<usize>(), 300);
        let below: usize = bars.counts.iter().take((-bars.low / bars.width).round() as usize).sum();
        assert_eq!(below, values.iter().filter(|value| **value < 0.0).count());
        assert!(bars.beyond == (false, false) && bars.low <= -1.0 && bars.high() >= 1.99);
    }

    #[test]
    fn one_far_out_has_a_grey_bar_of_its_own() {
        let values: Vec<f64> = (0..99).map(|i| f64::from(i) / 99.0).chain([-50.0]).collect();
        let bars = Bars::of(&values).unwrap();
        assert!(bars.beyond == (true, false) && bars.low == -bars.width && bars.counts[0] == 1, "{bars:?}");
        assert_eq!((bars.colour(0), bars.colour(1), bars.counts.iter().sum::<usize>()), (palette::GREY, palette::BLUE, 100));
    }

    #[test]
    fn the_threshold_of_luck_is_named_with_its_number_of_variants() {
        let svg = of(vec![Some(0.5), Some(1.5), None]).draw();
        for words in ["best expected by luck alone of 200 variants 1.20", "before tuning 0.60", "best 1.50"] {
            assert!(svg.contains(words), "{words}");
        }
    }

    #[test]
    fn any_values_can_be_drawn() {
        for values in [vec![], vec![None], vec![Some(f64::NAN)], vec![Some(0.0)], vec![Some(1.0); 9], vec![Some(-1e-12), Some(1e-12)]] {
            let svg = of(values.clone()).draw();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{values:?}");
            assert_eq!(svg.contains("no variant has a Sharpe"), values.iter().flatten().all(|v| v.is_nan()), "{values:?}");
        }
        assert_eq!(Bars::of(&[0.5; 7]).unwrap().counts.iter().sum::<usize>(), 7);
    }

    #[test]
    fn two_thousand_variants_stay_small() {
        let svg = of((0..2_000).map(|i| Some(f64::from(i * 7_919 % 1_009) / 300.0)).collect()).draw();
        assert!(svg.len() < 30_000, "{} bytes", svg.len());
    }
}
