//! A metric over two keys as a table of colours, every number written in its cell, so that colour only helps.

use plotters::style::RGBColor;

use crate::report::charts::canvas::{At, Ink, Svg, Words, picture};
use crate::report::charts::palette;

/// One table: rows by columns.
#[derive(Clone, Debug)]
pub(crate) struct Heat {
    pub title: String,
    pub subtitle: String,
    pub row_key: String,
    pub column_key: String,
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    /// Row-major; `None` where the metric is undefined.
    pub values: Vec<Option<f64>>,
}

const CELL: (f64, f64) = (118.0, 52.0);
const LEFT: f64 = 150.0;
const TOP: f64 = 150.0;
const MARGIN: f64 = 40.0;

impl Heat {
    /// As wide as the cells or the words above them, whichever are wider; six tenths of its size is a mean letter's width.
    fn width(&self, cells: f64) -> f64 {
        let line = |text: &str, size: f64| MARGIN + 0.62 * size * text.chars().count() as f64;
        let above = [
            line(&self.title, 22.0),
            line(&self.subtitle, 13.0),
            line(&format!("across: {}", self.column_key), 13.0),
            line(&format!("down: {}", self.row_key), 13.0),
        ];
        above.into_iter().fold(LEFT + cells, f64::max).ceil() + MARGIN
    }

    /// The picture as SVG.
    #[must_use]
    pub(crate) fn draw(&self) -> Svg {
        let (wide, high) = (self.columns.len() as f64 * CELL.0, self.rows.len() as f64 * CELL.1);
        let width = self.width(wide);
        let known = || self.values.iter().flatten().copied();
        let (least, most) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        picture(width, TOP + high + MARGIN, |canvas| {
            let words = |size, bold, at| Words { size, colour: palette::BLACK, bold, at };
            canvas.text(&self.title, (MARGIN, 24.0), words(22.0, true, At::Left));
            canvas.text(&self.subtitle, (MARGIN, 56.0), Words { colour: palette::GREY, ..words(13.0, false, At::Left) });
            canvas.text(&format!("across: {}", self.column_key), (MARGIN, 82.0), words(13.0, false, At::Left));
            canvas.text(&format!("down: {}", self.row_key), (MARGIN, 102.0), words(13.0, false, At::Left));
            for (c, name) in self.columns.iter().enumerate() {
                canvas.text(name, (LEFT + (c as f64 + 0.5) * CELL.0, TOP - 18.0), words(14.0, true, At::Middle));
            }
            for (r, name) in self.rows.iter().enumerate() {
                let y = TOP + r as f64 * CELL.1;
                canvas.text(name, (LEFT - 12.0, y + CELL.1 / 2.0), words(14.0, true, At::Right));
                for c in 0..self.columns.len() {
                    let x = LEFT + c as f64 * CELL.0;
                    let value = self.values[r * self.columns.len() + c];
                    let share = value.map(|value| if most > least { (value - least) / (most - least) } else { 0.5 });
                    let colour = share.map_or(palette::MESH, shade);
                    canvas.block((x + 1.0, y + 1.0), (x + CELL.0 - 1.0, y + CELL.1 - 1.0), Ink::tint(colour, 1.0));
                    let text = value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.3}"));
                    let dark = share.is_some_and(|share| share > 0.55);
                    let ink = if dark { RGBColor(255, 255, 255) } else { palette::BLACK };
                    canvas.text(&text, (x + CELL.0 / 2.0, y + CELL.1 / 2.0), Words { colour: ink, ..words(15.0, false, At::Middle) });
                }
            }
        })
    }
}

/// From near white to blue: lightness alone carries the order.
fn shade(share: f64) -> RGBColor {
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share) as u8;
    RGBColor(mix(238, palette::BLUE.0), mix(246, palette::BLUE.1), mix(252, palette::BLUE.2))
}
