//! Whether words can be read on what lies behind them, in both schemes: at least 4.5 to 1, as WCAG 2 asks of text (level AA).

use crate::report::html::page::STYLE;

/// The colour that a name stands for in the first declaration after `from`.
fn colour(from: &str, name: &str) -> [f64; 3] {
    let colour =
        STYLE.split(from).nth(1).and_then(|rest| rest.split(&format!("--{name}: #")).nth(1)).unwrap_or_else(|| panic!("no --{name}"));
    hex(colour.split([';', '}']).next().unwrap_or_default())
}

fn hex(digits: &str) -> [f64; 3] {
    let whole = if digits.len() == 3 { digits.chars().flat_map(|c| [c, c]).collect() } else { digits.to_string() };
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&whole[at..at + 2], 16).expect("two hexadecimal digits")))
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|c| if c / 255.0 <= 0.040_45 { c / 255.0 / 12.92 } else { libm::pow((c / 255.0 + 0.055) / 1.055, 2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn words_can_be_read_in_light_and_dark() {
    assert!((contrast(hex("fff"), hex("000")) - 21.0).abs() < 1e-9 && (contrast(hex("777"), hex("fff")) - 4.478).abs() < 1e-3);
    for scheme in [":root {", "prefers-color-scheme:dark) {\n  :root {"] {
        for ink in ["ink", "dim", "alarm"] {
            for ground in ["paper", "card"] {
                let ratio = contrast(colour(scheme, ink), colour(scheme, ground));
                assert!(ratio >= 4.5, "{scheme} --{ink} on --{ground}: {ratio:.2}");
            }
        }
    }
    let label = STYLE.split(".synthetic {").nth(1).and_then(|rest| rest.split("background: #").nth(1)).expect("a label");
    assert!(contrast(hex(label.split(';').next().unwrap_or_default()), hex("fff")) >= 4.5);
}
