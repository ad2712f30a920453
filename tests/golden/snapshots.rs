//! Tables and pictures of one small made-up run, held as text in `tests/snapshots`. `ROTATE_BLESS=1` writes what comes out now: look at the
//! pictures and read the difference before you keep it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fixture::{manifest, market, run};
use rotate::report::{tables, write_batch};
use rotate::units::Span;

/// What is held, by its path in the report: as much as one reads in a review.
fn held() -> Vec<String> {
    let mut all: Vec<String> = ["comparison.csv", "equity.svg"].map(str::to_owned).into();
    let pictures = ["equity.svg", "drawdown.svg", "buckets.svg", "summary.json"];
    all.extend(tables::ALWAYS.iter().map(|table| table.file()).chain(pictures).map(|file| format!("up/{file}")));
    all
}

fn snapshot(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name)
}

/// The first line, counted from 1, in which two texts differ; each line as it is, or that there is none.
fn first_difference(held: &str, made: &str) -> Option<(usize, String, String)> {
    let (mut old, mut new) = (held.split('\n'), made.split('\n'));
    let said = |line: Option<&str>| line.map_or("the end".to_owned(), |line| format!("`{line}`"));
    (1..).map(|number| (number, old.next(), new.next())).find_map(|(number, a, b)| match (a, b) {
        (None, None) => Some(None),
        (a, b) if a == b => None,
        (a, b) => Some(Some((number, said(a), said(b)))),
    })?
}

#[test]
fn tables_and_pictures_are_those_that_were_looked_at() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let market = market(24, Span::from_seconds(28_800));
    let runs = vec![run("up", &market, 1, 0.001, 1.0), run("down & <out>", &market, 2, -0.001, 1.5)];
    write_batch(&out, &market, &runs, &manifest(&market, &runs)).unwrap();
    let mut wrong = Vec::new();
    for name in held() {
        let made = fs::read_to_string(out.join(&name)).unwrap();
        let place = snapshot(&name);
        if std::env::var_os("ROTATE_BLESS").is_some() {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, &made).unwrap();
        }
        match fs::read_to_string(&place) {
            Err(error) => wrong.push(format!("tests/snapshots/{name}: {error}")),
            Ok(old) => wrong.extend(
                first_difference(&old, &made)
                    .map(|(line, held, now)| format!("tests/snapshots/{name}:{line}\n  held: {held}\n  now:  {now}")),
            ),
        }
    }
    // Nothing lies there that no report is held to any more.
    for (prefix, folder) in [("", snapshot("")), ("up/", snapshot("up"))] {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        let names = files.map(|path| format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap()));
        wrong.extend(names.filter(|name| !held().contains(name)).map(|name| format!("tests/snapshots/{name}: of nothing that is written")));
    }
    assert!(wrong.is_empty(), "{} files differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_first_difference_is_named_by_its_line() {
    let said = |a, b| first_difference(a, b).map(|(line, held, now)| (line, held + " " + &now));
    assert_eq!(said("a\nb\n", "a\nb\n"), None);
    assert_eq!(said("a\nb\nc", "a\nx\nc"), Some((2, "`b` `x`".to_owned())));
    assert_eq!(said("a", "a\nb"), Some((2, "the end `b`".to_owned())));
    assert_eq!(said("a\n", "a"), Some((2, "`` the end".to_owned())));
}
