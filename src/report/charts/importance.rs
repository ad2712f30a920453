//! Which parameters matter: the share of the differences between variants that each explains by itself, and what only several of them together do.

use crate::report::charts::canvas::{At, Canvas, Ink, Svg, Words, picture};
use crate::report::charts::frame::{below_head, finite, head, nothing};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, TICK, WIDTH, shortened};
use crate::report::charts::scale::Scale;
use crate::report::number_format::grouped;

/// Parameters by what they explain.
#[derive(Clone, Debug)]
pub(crate) struct Importance {
    pub title: String,
    pub subtitle: String,
    /// Each parameter and the share of the variance of the objective that it explains by itself, from 0 to 1.
    pub keys: Vec<(String, f64)>,
    /// The share that only parameters together explain, from 0 to 1.
    pub interactions: Option<f64>,
}

/// Parameters drawn by name; the others are one bar.
const DRAWN: usize = 15;
const STEP: f64 = 30.0;
/// Letters of the name of a parameter.
const LETTERS: usize = 40;

/// One bar: its name, its share, whether it is a parameter by itself.
type Bar = (String, f64, bool);

impl Importance {
    /// The most important first, the rest as one, interactions last.
    fn bars(&self) -> Vec<Bar> {
        let mut own: Vec<Bar> =
            self.keys.iter().filter_map(|(key, share)| Some((key.clone(), finite(Some(*share))?.clamp(0.0, 1.0), true))).collect();
        own.sort_by(|a, b| b.1.total_cmp(&a.1));
        if own.len() > DRAWN + 1 {
            let rest = own.split_off(DRAWN);
            own.push((format!("{} other parameters", rest.len()), rest.iter().map(|(_, share, _)| share).sum(), true));
        }
        let together = finite(self.interactions).map(|share| ("interactions of parameters".to_owned(), share.clamp(0.0, 1.0), false));
        own.into_iter().chain(together).collect()
    }

    /// The picture as SVG.
    #[must_use]
    pub(crate) fn draw(&self) -> Svg {
        let bars = self.bars();
        let top = below_head(&self.subtitle) + 4.0;
        let bottom = top + STEP * bars.len().max(2) as f64 + 6.0;
        picture(WIDTH, bottom + 56.0, |canvas| {
            head(canvas, &self.title, &self.subtitle);
            let names: Vec<String> = bars.iter().map(|(name, ..)| shortened(name, LETTERS)).collect();
            let widest = names.iter().map(|name| Canvas::width_of(name, LABEL)).fold(0.0, f64::max);
            let most = bars.iter().map(|(_, share, _)| *share).fold(0.1, f64::max);
            let x = Scale { low: 0.0, high: (most * 1.02).min(1.0), start: LEFT + widest + 12.0, end: WIDTH - 100.0, log: false };
            for (value, label) in x.percent_ticks(8) {
                let place = x.place(value);
                canvas.line(&[(place, top), (place, bottom)], Ink::line(palette::MESH, 0.8));
                canvas.text(&label, (place, bottom + 17.0), Words { at: At::Middle, ..TICK });
            }
            for (at, ((_, share, own), name)) in bars.iter().zip(&names).enumerate() {
                let y = top + 6.0 + STEP * (at as f64 + 0.5);
                let colour = if *own { palette::BLUE } else { palette::ORANGE };
                let end = x.place(*share).max(x.start + 1.0);
                canvas.block((x.start, y - 9.0), (end, y + 9.0), Ink::tint(colour, 0.8));
                canvas.text(name, (x.start - 10.0, y), Words { at: At::Right, ..LABEL });
                canvas.text(&format!("{} %", grouped(share * 100.0, 1)), (end + 8.0, y), LABEL);
            }
            canvas.line(&[(x.start, top), (x.start, bottom)], Ink::line(palette::GREY, 1.0));
            let across = (f64::midpoint(x.start, x.end), bottom + 38.0);
            canvas.text("share of the differences between variants explained", across, Words { at: At::Middle, ..TICK });
            if bars.is_empty() {
                nothing(canvas, "too few variants", (top, bottom));
            }
        })
    }

    /// The picture in a sentence, for whoever does not see it.
    #[must_use]
    pub(crate) fn description(&self) -> String {
        let parts: Vec<String> = self.bars().iter().map(|(name, share, _)| format!("{name} {} %", grouped(share * 100.0, 1))).collect();
        format!("Share of the differences between variants by parameter: {}", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(shares: &[f64], interactions: Option<f64>) -> Importance {
        let keys = shares.iter().enumerate().map(|(i, share)| (format!("key{i}"), *share)).collect();
        Importance { title: "T".to_owned(), subtitle: "S".to_owned(), keys, interactions }
    }

    #[test]
    fn the_most_important_comes_first_and_interactions_last() {
        let names = |of: Importance| of.bars().into_iter().map(|(name, ..)| name).collect::<Vec<_>>();
        assert_eq!(names(of(&[0.1, f64::NAN, 0.5], Some(0.9))), ["key2", "key0", "interactions of parameters"]);
        assert_eq!(names(of(&[0.1], None)), ["key0"]);
        assert_eq!(
            of(&[0.25, 0.5], Some(0.25)).description().split(": ").nth(1).unwrap(),
            "key1 50.0 %, key0 25.0 %, interactions of parameters 25.0 %"
        );
    }

    #[test]
    fn many_parameters_are_added_up() {
        let bars = of(&[0.05; 20], Some(0.0)).bars();
        assert_eq!(bars.len(), DRAWN + 2);
        assert!(bars[DRAWN].0 == "5 other parameters" && (bars[DRAWN].1 - 0.25).abs() < 1e-12);
    }

    #[test]
    fn any_shares_can_be_drawn() {
        for shares in [vec![], vec![0.0; 3], vec![1.0], vec![f64::NAN], vec![-0.1, 2.0]] {
            let svg = of(&shares, None).draw();
            assert!(!svg.contains("NaN"), "{shares:?}");
        }
        assert!(of(&[], None).draw().contains("too few variants"));
    }
}
