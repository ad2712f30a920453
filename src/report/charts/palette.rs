//! Colours that survive colour blindness (Okabe and Ito, 2008), and lines that survive the loss of colour.

use plotters::style::RGBColor;

use crate::replay::run::Regime;
use crate::report::charts::canvas::Ink;

/// Okabe and Ito's blue.
pub(crate) const BLUE: RGBColor = RGBColor(0, 114, 178);
/// Okabe and Ito's orange.
pub(crate) const ORANGE: RGBColor = RGBColor(230, 159, 0);
/// Okabe and Ito's bluish green.
pub(crate) const GREEN: RGBColor = RGBColor(0, 158, 115);
/// Okabe and Ito's vermilion.
pub(crate) const VERMILION: RGBColor = RGBColor(213, 94, 0);
/// Okabe and Ito's reddish purple.
pub(crate) const PURPLE: RGBColor = RGBColor(204, 121, 167);
/// Okabe and Ito's sky blue.
pub(crate) const SKY: RGBColor = RGBColor(86, 180, 233);
/// Okabe and Ito's yellow.
pub(crate) const YELLOW: RGBColor = RGBColor(240, 228, 66);
/// Of text.
pub(crate) const BLACK: RGBColor = RGBColor(34, 34, 34);
/// Of ticks and of what is only compared with.
pub(crate) const GREY: RGBColor = RGBColor(102, 102, 102);
/// Of the ground.
pub(crate) const WHITE: RGBColor = RGBColor(255, 255, 255);
/// Of the lines of a mesh.
pub(crate) const MESH: RGBColor = RGBColor(226, 226, 226);

/// Yellow is too pale for a line on white. Behind Okabe and Ito's six stand six that are darker than those of their hue, so that lightness parts the two where
/// colour does not.
const LINES: [RGBColor; 12] = [
    BLUE,
    VERMILION,
    GREEN,
    PURPLE,
    ORANGE,
    SKY,
    RGBColor(51, 34, 136),
    RGBColor(120, 30, 30),
    RGBColor(0, 78, 56),
    RGBColor(148, 40, 110),
    RGBColor(128, 112, 20),
    RGBColor(90, 90, 90),
];
const AREAS: [RGBColor; 8] = [BLUE, SKY, GREEN, ORANGE, PURPLE, VERMILION, YELLOW, GREY];
const DASHES: [&[f64]; 4] = [&[], &[9.0, 3.0], &[3.0, 2.5], &[10.0, 3.0, 2.5, 3.0]];

/// The line of the `i`th strategy: neighbours differ in colour and in pattern.
#[must_use]
pub fn line(i: usize) -> Ink {
    Ink::line(LINES[i % LINES.len()], 2.0).dashed(DASHES[(i + i / LINES.len()) % DASHES.len()])
}

/// The line of what everyone is measured against.
#[must_use]
pub fn benchmark() -> Ink {
    Ink::line(GREY, 1.4).dashed(&[2.0, 2.0])
}

/// A colour thinned over white, for areas that lie over each other.
#[must_use]
pub(crate) fn on_white(colour: RGBColor, share: f64) -> RGBColor {
    let thin = |channel: u8| (255.0 + (f64::from(channel) - 255.0) * share).round() as u8;
    RGBColor(thin(colour.0), thin(colour.1), thin(colour.2))
}

/// As a page writes a colour: `#0072b2`.
#[must_use]
pub(crate) fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The colour of the `i`th area.
#[must_use]
pub(crate) fn area(i: usize) -> RGBColor {
    AREAS[i % AREAS.len()]
}

/// Blue and orange are apart for every kind of colour blindness; sideways and unknown differ in lightness.
#[must_use]
pub fn regime(regime: Regime) -> Option<Ink> {
    match regime {
        Regime::Bull => Some(Ink::tint(SKY, 0.20)),
        Regime::Bear => Some(Ink::tint(ORANGE, 0.22)),
        Regime::Sideways => Some(Ink::tint(GREY, 0.09)),
        Regime::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the red-green blind see it (deuteranopia; Viénot, Brettel and Mollon 1999), in linear light.
    fn without_green(RGBColor(r, g, b): RGBColor) -> [f64; 3] {
        let [r, g, b] = [r, g, b].map(|channel| libm::pow(f64::from(channel) / 255.0, 2.2));
        let yellow = 0.29275 * r + 0.70725 * g;
        [yellow, yellow, -0.02234 * r + 0.02234 * g + b].map(|light| libm::pow(light.max(0.0), 1.0 / 2.2))
    }

    #[test]
    fn no_two_of_the_lines_of_a_picture_look_alike() {
        let apart = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        for i in 0..24 {
            for j in 0..i {
                let (a, b) = (line(i), line(j));
                let seen = apart(without_green(a.colour), without_green(b.colour));
                assert!(a.dash != b.dash || seen > 0.08, "lines {j} and {i}: {seen}");
            }
        }
        for i in 1..48 {
            assert!(line(i).colour != line(i - 1).colour && line(i).dash != line(i - 1).dash, "neighbours {i}");
        }
    }

    #[test]
    fn a_thinned_colour_is_that_of_the_thin_ink_on_paper() {
        assert_eq!(on_white(RGBColor(0, 114, 178), 0.75), RGBColor(64, 149, 197));
        assert_eq!((on_white(BLUE, 0.0), on_white(BLUE, 1.0)), (WHITE, BLUE));
    }
}
