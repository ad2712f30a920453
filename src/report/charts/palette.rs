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

/// Yellow is too pale for a line on white.
const LINES: [RGBColor; 6] = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY];
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
