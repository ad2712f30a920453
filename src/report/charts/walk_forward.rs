//! What tuning would have brought on time that it had not seen, window by window, against the strategy before tuning and the static mix.

use crate::report::charts::canvas::{At, Canvas, Ink, Svg, Words, picture};
use crate::report::charts::frame::{BEFORE, below_head, head, nothing};
use crate::report::charts::palette;
use crate::report::charts::panel::{LEFT, Panel, Sample, Series, TICK, WIDTH, before_names, end_name, legend};
use crate::report::charts::scale::Scale;
use crate::report::number_format::{brief_money, count};

/// Wealth in US dollars over the test windows, end to end.
#[derive(Clone, Debug)]
pub(crate) struct WalkForward {
    pub title: String,
    pub subtitle: String,
    /// Seconds since 1970: the start, then the end of each day of the windows.
    pub times: Vec<f64>,
    /// Wealth at each of the times: of what each window chose on the time before it, of the strategy before tuning, of the static mix.
    pub tuned: Vec<f64>,
    pub before: Option<Vec<f64>>,
    pub mix: Option<Vec<f64>>,
    /// On what time each window chose: `the time before it`.
    pub chosen_on: String,
    /// Where each test window begins and ends, in seconds since 1970.
    pub windows: Vec<(f64, f64)>,
}

const TUNED: Ink = Ink::line(palette::BLUE, 2.2);
const MIX: Ink = Ink::line(palette::GREEN, 1.6).dashed(&[3.0, 2.5]);
const BAND: Ink = Ink::tint(palette::GREY, 0.11);
/// Pixels that the number of a window needs.
const NUMBER: f64 = 22.0;

impl WalkForward {
    /// What is drawn, the most important last.
    fn lines(&self) -> Vec<Series> {
        let line = |name: &str, values: &Option<Vec<f64>>, ink| {
            let values = values.as_ref()?;
            let known = self.times.iter().zip(values).filter(|(time, value)| time.is_finite() && value.is_finite());
            let (times, values): (Vec<f64>, Vec<f64>) = known.unzip();
            (!times.is_empty()).then(|| Series { name: name.to_owned(), times, values, ink })
        };
        let tuned = Some(self.tuned.clone());
        let all = [line("static mix", &self.mix, MIX), line("before tuning", &self.before, BEFORE), line("tuned", &tuned, TUNED)];
        all.into_iter().flatten().collect()
    }

    /// The picture as SVG.
    #[must_use]
    pub(crate) fn draw(&self) -> Svg {
        let row = below_head(&self.subtitle);
        let (top, bottom) = (row + 52.0, row + 452.0);
        picture(WIDTH, bottom + 40.0, |canvas| {
            head(canvas, &self.title, &self.subtitle);
            let lines = self.lines();
            let last = |line: &Series| line.values[line.values.len() - 1];
            let ends: Vec<(String, f64, Ink)> =
                lines.iter().map(|line| (end_name(&line.name, &brief_money(last(line))), last(line), line.ink)).collect();
            let right = before_names(ends.iter().map(|(name, ..)| name), 40.0, 430.0);
            let times = || self.times.iter().copied().filter(|time| time.is_finite());
            let (from, to) = (times().fold(f64::INFINITY, f64::min), times().fold(f64::NEG_INFINITY, f64::max));
            let (from, to) = if from <= to { (from, to.max(from + 1.0)) } else { (0.0, 86_400.0) };
            let x = Scale { low: from, high: to, start: LEFT, end: right, log: false };
            let y = Scale::of_money(lines.iter().flat_map(|line| line.values.iter().copied()), bottom, top);
            let panel = Panel { x, y };
            self.bands(canvas, &panel);
            let title = if y.log { "Equity out-of-sample, USD, log scale" } else { "Equity out-of-sample, USD" };
            panel.mesh(canvas, title, &y.money_ticks(6), true);
            for line in &lines {
                canvas.line(&panel.points(line), line.ink);
            }
            panel.end_labels(canvas, &ends);
            let mut entries: Vec<(Sample, String)> =
                lines.iter().rev().map(|line| (Sample::Line(line.ink), self.in_words(&line.name))).collect();
            if !self.windows.is_empty() {
                entries.push((Sample::Block(BAND), format!("every other test window, numbered ({} in all)", count(self.windows.len()))));
            }
            legend(canvas, LEFT, row, &entries);
            if lines.is_empty() {
                nothing(canvas, "no day out-of-sample", (top, bottom));
            }
        })
    }

    /// A line as the legend has it.
    fn in_words(&self, name: &str) -> String {
        match name {
            "tuned" => format!("tuned for each window on {}", self.chosen_on),
            "before tuning" => "strategy before tuning".to_owned(),
            other => other.to_owned(),
        }
    }

    /// Every other window shaded; its number inside where there is room.
    fn bands(&self, canvas: &Canvas, panel: &Panel) {
        let (top, bottom) = (panel.y.end, panel.y.start);
        let inside = |(from, to): (f64, f64)| from.is_finite() && to.is_finite() && to > panel.x.low && from < panel.x.high;
        for (at, window) in self.windows.iter().enumerate().filter(|(_, window)| inside(**window)) {
            let (left, right) = (panel.x.place(window.0), panel.x.place(window.1));
            if at.is_multiple_of(2) {
                canvas.block((left, top), (right, bottom), BAND);
            }
            if right - left >= NUMBER {
                canvas.text(&count(at + 1), (f64::midpoint(left, right), top + 11.0), Words { at: At::Middle, ..TICK });
            }
        }
    }

    /// The picture in a sentence, for whoever does not see it.
    #[must_use]
    pub(crate) fn description(&self) -> String {
        let line = |line: Series| {
            let (first, last) = (line.values[0], line.values[line.values.len() - 1]);
            format!("{} from {} to {}", self.in_words(&line.name), brief_money(first), brief_money(last))
        };
        let parts: Vec<String> = self.lines().into_iter().rev().map(line).collect();
        format!("Equity out-of-sample over {} test windows: {}", count(self.windows.len()), parts.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: f64 = 86_400.0;

    fn of(days: u32, growth: f64) -> WalkForward {
        let times: Vec<f64> = (0..=days).map(|day| f64::from(day) * DAY).collect();
        let tuned = times.iter().map(|time| 10_000.0 * libm::exp(growth * time / DAY)).collect();
        let windows = (0..4).map(|k| (f64::from(k * days / 4) * DAY, f64::from((k + 1) * days / 4) * DAY)).collect();
        let (before, mix) = (Some(vec![10_000.0; times.len()]), None);
        WalkForward {
            title: "T".to_owned(),
            subtitle: "S".to_owned(),
            times,
            tuned,
            before,
            mix,
            chosen_on: "the time before it".to_owned(),
            windows,
        }
    }

    #[test]
    fn a_wide_range_is_drawn_on_a_log_scale() {
        assert!(of(1_000, 0.003).draw().contains("USD, log scale"));
        assert!(!of(1_000, 0.000_1).draw().contains("log scale"));
    }

    #[test]
    fn every_other_window_is_shaded_and_all_are_numbered() {
        let walk = of(400, 0.001);
        let svg = walk.draw();
        // Two shaded windows and the sample of the legend.
        assert_eq!(svg.matches("fill-opacity=\"0.11\"").count(), 3, "{}", &*svg);
        assert!([">1<", ">4<"].iter().all(|number| svg.contains(number)), "{}", &*svg);
        assert!(
            walk.description()
                .starts_with("Equity out-of-sample over 4 test windows: tuned for each window on the time before it from $10k")
        );
    }

    #[test]
    fn any_curve_can_be_drawn() {
        let mut lost = of(9, 0.0);
        lost.tuned[3] = f64::NAN;
        lost.windows[0].0 = f64::NAN;
        let mut ruined = of(9, 0.0);
        ruined.tuned = vec![0.0; 10];
        let mut empty = of(9, 0.0);
        (empty.times, empty.tuned, empty.before, empty.windows) = (Vec::new(), Vec::new(), None, Vec::new());
        for walk in [of(0, 0.0), of(1, 0.0), lost, ruined, empty] {
            let svg = walk.draw();
            assert!(!svg.contains("NaN") && !svg.contains("inf"));
            assert_eq!(svg.contains("no day out-of-sample"), walk.times.is_empty());
        }
    }

    #[test]
    fn ten_years_of_days_stay_small() {
        let svg = of(3_653, 0.001).draw();
        assert!(svg.len() < 100_000, "{} bytes", svg.len());
    }
}
