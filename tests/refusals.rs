//! Every refusal beside its exact message: `tests/errors/<case>/` is a market folder with one thing wrong, `expected.txt` what is said about it.

use std::fs;
use std::path::Path;

use rotate::market::{Market, Window};

#[test]
fn every_refusal_says_exactly_this() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let mut cases: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    assert!(cases.len() >= 25, "only {} cases in {}", cases.len(), root.display());
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let said = match Market::load(&case, Window::default()) {
            Ok(_) => "(accepted)".to_owned(),
            Err(fault) => fault.to_string().replace(&case.display().to_string(), "<market>"),
        };
        match fs::read_to_string(case.join("expected.txt")) {
            Ok(expected) if expected.trim_end() == said => {}
            Ok(expected) => wrong.push(format!("{name}\n--- expected\n{expected}\n--- said\n{said}")),
            Err(_) => wrong.push(format!("{name} has no expected.txt\n--- said\n{said}")),
        }
    }
    assert!(wrong.is_empty(), "{} cases differ\n\n{}", wrong.len(), wrong.join("\n\n"));
}
