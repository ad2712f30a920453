//! What a report calls a file or folder it was made of: not as it was typed, so that `mine`, `./mine/` and the whole path give one manifest, and
//! nothing of the machine above what the working folder shares with it.

use std::path::{Component, Path, PathBuf};

/// As seen from the working folder: `data/sample`, `../markets/mine`. Its last name alone where the working folder is it or lies in it, and
/// where the two share nothing but the root of the disk.
pub(crate) fn nameable(path: &Path) -> String {
    let from = std::env::current_dir().unwrap_or_default();
    seen_from(&from, &plain(path)).display().to_string()
}

/// Where what a report names lies: as seen from the working folder, or from one above, for a name that was given in the folder itself.
pub(crate) fn found(name: &Path) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    if name.is_dir() {
        return Some(name.to_path_buf());
    }
    here.ancestors().skip(1).map(|above| above.join(name)).find(|path| path.is_dir())
}

/// The whole path without dots; links stay, unless a `..` behind one leads elsewhere than its letters say.
fn plain(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = plain.pop(),
            part => plain.push(part),
        }
    }
    match (plain.canonicalize(), path.canonicalize()) {
        (Ok(by_letters), Ok(real)) if by_letters == real => plain,
        (_, Ok(real)) => real,
        _ => plain,
    }
}

fn seen_from(from: &Path, path: &Path) -> PathBuf {
    if let Ok(inside) = path.strip_prefix(from)
        && !inside.as_os_str().is_empty()
    {
        return inside.to_path_buf();
    }
    let last = || path.file_name().map_or_else(|| path.to_path_buf(), PathBuf::from);
    let shared = from.components().zip(path.components()).take_while(|(a, b)| a == b);
    let (steps, named) = shared.fold((0, false), |(count, named), (part, _)| (count + 1, named || matches!(part, Component::Normal(_))));
    if !named || from.starts_with(path) {
        return last();
    }
    let up = from.components().skip(steps).map(|_| Component::ParentDir);
    up.chain(path.components().skip(steps)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_name_however_it_is_typed() {
        let seen = |from: &str, path: &str| seen_from(Path::new(from), Path::new(path)).display().to_string();
        for (from, path, name) in [
            ("/a/rotate", "/a/rotate/data/sample", "data/sample"),
            ("/a/rotate", "/a/markets/mine", "../markets/mine"),
            ("/a/b/rotate", "/a/markets/mine", "../../markets/mine"),
            ("/a/rotate", "/elsewhere/mine", "mine"),
            ("/a/mine", "/a/mine", "mine"),
            ("/a/mine/notes", "/a/mine", "mine"),
            ("/", "/mine", "mine"),
        ] {
            assert_eq!(seen(from, path), name, "{path} from {from}");
        }
        let here = std::env::current_dir().unwrap();
        for typed in ["src", "./src/", "src/cli/..", "tests/../src/.", here.join("src").to_str().unwrap()] {
            assert_eq!(nameable(Path::new(typed)), "src", "{typed}");
        }
        assert_eq!(nameable(Path::new(".")), here.file_name().unwrap().to_str().unwrap());
        assert_eq!(nameable(Path::new("no/such/../place")), "no/place");
    }

    #[test]
    fn what_is_named_is_found_again() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(found(Path::new("src/cli")), Some("src/cli".into()));
        assert_eq!(found(Path::new(here.file_name().unwrap())), Some(here));
        assert_eq!(found(Path::new("no/such/place")), None);
    }
}
