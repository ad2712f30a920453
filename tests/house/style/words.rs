//! Words that the glossary has others for. Each is counted where it still stands.

use super::Broken;
use crate::source::{line, sources};

/// In code, as whole identifiers; `fn` where only a function is meant, since the word serves elsewhere.
const IDENTIFIERS: &[&str] = &[
    "Told",
    "told",
    "said",
    "beside",
    "Beside",
    "bar_entry",
    "barred_until",
    "Leg",
    "Place",
    "Touch",
    "Asked",
    "Patience",
    "While",
    "Then",
    "Tenure",
    "deal",
    "Standing",
    "Story",
    "Sight",
    "Known",
    "Library",
    "shelf",
    "BucketWish",
    "enters",
    "nobody_admitted",
    "fn back",
    "fn cover",
    "fn take_over",
    "fn leave",
    "fn worth",
    "fn held",
    "Untold",
    "told_apart",
    "rung",
    "Rung",
    "survives",
    "suits",
    "fits",
    "sound",
    "stranger",
    "alike",
    "gone",
    "way_out",
    "Desk",
    "Season",
    "phase",
    "Phase",
];

/// Stems of file names.
const FILES: &[&str] = &[
    "legs", "apart", "climb", "carries", "careful", "odd", "cite", "stamp", "chance", "roster", "words", "desk", "standing", "story",
    "patience", "rungs", "tenure",
];

/// In texts, whole words, whatever their case.
const MESSAGES: &[&str] = &[
    "way out",
    "phase",
    "phases",
    "told apart",
    "could be luck",
    "rung",
    "rungs",
    "ladder",
    "carries",
    "left of it",
    "run less it",
    "less each other one",
    "what the run says of itself",
    "on the way",
    "passed on",
    "the rule was blind there",
    "never found a coin to hold",
    "bars aggregated over a hole",
    "whose wicks are longer",
    "a holder is forced out",
    "holders are forced out",
    "out to held",
    "held to out",
    "cannot be right",
    "closest call",
    "brackets as they were",
    "funding that moved",
    "keys that are turned",
    "deals out",
    "pays in kind",
    "hold every one alike",
    "does it see ahead",
    "lay side by side",
    "side by side",
];

/// Places of `words` in a text, not as a part of longer ones.
fn whole<'a>(text: &'a str, words: &'a str) -> impl Iterator<Item = usize> + 'a {
    let named = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(words)
        .map(|(at, _)| at)
        .filter(move |&at| !text[..at].ends_with(named) && !text[at + words.len()..].starts_with(named))
}

fn count(list: &[&str], text: impl Fn(&crate::source::Source) -> String) -> Broken {
    let mut broken = Broken::new();
    for source in sources() {
        let text = text(&source);
        for words in list {
            for at in whole(&text, words) {
                broken.entry((*words).to_owned()).or_default().one(format!("src/{}:{}", source.path, line(&text, at)));
            }
        }
    }
    broken
}

pub fn identifiers() -> Broken {
    count(IDENTIFIERS, |source| source.code.clone())
}

pub fn messages() -> Broken {
    count(MESSAGES, crate::source::Source::words)
}

pub fn files() -> Broken {
    let mut broken = Broken::new();
    for source in sources() {
        let stem = source.path.rsplit('/').next().unwrap().trim_end_matches(".rs");
        if FILES.contains(&stem) {
            broken.entry(format!("{stem}.rs")).or_default().one(format!("src/{}", source.path));
        }
    }
    broken
}

#[test]
fn words_are_found_whole() {
    assert_eq!(whole("told retold told_apart untold told", "told").collect::<Vec<_>>(), [0, 30]);
    assert_eq!(whole("fn held(); self.held; fn held_at()", "fn held").collect::<Vec<_>>(), [0]);
}
