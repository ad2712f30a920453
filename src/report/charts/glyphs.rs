//! Letters the embedded face does not have. A picture with one of them would show an empty box, or nothing where XML forbids it; it shows the code of
//! the letter instead, which can be looked up.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, GlyphId};

/// Whether both weights of the face have a letter.
fn has(letter: char) -> bool {
    // Most letters are of those that any face has.
    matches!(letter, ' '..='~') || is_in_faces(letter)
}

fn is_in_faces(letter: char) -> bool {
    static FACES: OnceLock<[FontRef<'static>; 2]> = OnceLock::new();
    let face = |bytes: &'static [u8]| FontRef::try_from_slice(bytes).expect("the embedded face is a font");
    let faces = FACES.get_or_init(|| [face(dejavu::sans::regular()), face(dejavu::sans::bold())]);
    !letter.is_control() && faces.iter().all(|face| face.glyph_id(letter) != GlyphId(0))
}

/// `U+9F99`, as a picture shows a letter it has no form for.
fn code(letter: char) -> String {
    format!("U+{:04X}", u32::from(letter))
}

/// A text as a picture can show it.
pub(super) fn drawable(text: &str) -> Cow<'_, str> {
    if text.chars().all(has) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut coded = false;
    for letter in text.chars() {
        if has(letter) {
            shown.push(letter);
        } else {
            // One code after another is read apart.
            let _ = write!(shown, "{}{}", if coded { " " } else { "" }, code(letter));
        }
        coded = !has(letter);
    }
    Cow::Owned(shown)
}

/// A sentence about the names whose letters pictures show as codes; nothing where there are none.
#[must_use]
pub fn caution<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut lacking: Vec<String> = Vec::new();
    for name in names {
        if let Cow::Owned(shown) = drawable(name) {
            let row = format!("{name} as {shown}");
            if !lacking.contains(&row) {
                lacking.push(row);
            }
        }
    }
    (!lacking.is_empty()).then(|| {
        format!("the font of the pictures does not have all letters; what it lacks is shown there as its code: {}", lacking.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_face_has_what_is_taken_for_granted() {
        assert!(('!'..='~').all(is_in_faces));
    }

    #[test]
    fn what_the_face_lacks_is_shown_as_its_code() {
        assert_eq!(drawable("BTC, ähnlich & − … ✓"), "BTC, ähnlich & − … ✓");
        assert_eq!(drawable("龙 coin"), "U+9F99 coin");
        assert_eq!(drawable("🚀"), "U+1F680");
        assert_eq!(drawable("a\u{1b}\u{ffff}"), "aU+001B U+FFFF");
        assert_eq!(caution(["BTC", "ETH"]), None);
        let lacking = caution(["BTC", "龙", "龙"]).unwrap();
        assert!(lacking.ends_with("shown there as its code: 龙 as U+9F99"), "{lacking}");
    }
}
