//! Where what is written would lie on what is read: the one would be gone before the other is whole.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::fault::Fault;

/// Refuses an output that is one of the inputs, holds one, or lies in one: the output is replaced as a whole.
///
/// # Errors
/// Names the first such input.
pub fn apart<'a>(out: &Path, inputs: impl IntoIterator<Item = &'a Path>) -> Result<(), Fault> {
    let target = real(out);
    for input in inputs {
        let read = real(input);
        let how = if target == read {
            "is read by this very command"
        } else if read.starts_with(&target) {
            "holds what is read by this very command"
        } else if target.starts_with(&read) {
            "lies in what is read by this very command"
        } else {
            continue;
        };
        return Err(Fault::new(
            out.display().to_string(),
            format!("a place that {how}: {}", input.display()),
            "a folder apart from everything that is read",
            "choose another --out",
        ));
    }
    Ok(())
}

/// A path as the system sees it, links and dots resolved, as far as it is there; the rest as written.
fn real(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut missing: Vec<OsString> = Vec::new();
    let mut known = whole.clone();
    loop {
        if let Ok(found) = fs::canonicalize(&known) {
            return missing.into_iter().rev().fold(found, |path, part| path.join(part));
        }
        let (Some(name), true) = (known.file_name().map(OsString::from), known.pop()) else { return whole };
        missing.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_stands_apart_from_every_input() {
        let home = tempfile::tempdir().unwrap();
        let read = home.path().join("reports/read");
        fs::create_dir_all(read.join("bull")).unwrap();
        let refused = |out: &str, input: &str| apart(&home.path().join(out), [home.path().join(input).as_path()]).is_err();
        for (out, input) in [
            ("reports/read", "reports/read"),
            ("reports/read/", "reports/read/bull/.."),
            ("reports/read", "reports/read/bull"),
            ("reports", "reports/read"),
            ("reports/read/new/deep", "reports/read"),
            ("reports/other/../read", "reports/read"),
        ] {
            // A name that is not there yet cannot be followed by `..` on the disk.
            fs::create_dir_all(home.path().join("reports/other")).unwrap();
            assert!(refused(out, input), "{out} and {input}");
        }
        for (out, input) in [("reports/new", "reports/read"), ("reports/read-2", "reports/read"), ("new", "reports/read/bull")] {
            assert!(!refused(out, input), "{out} and {input}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_where_it_leads() {
        let home = tempfile::tempdir().unwrap();
        let read = home.path().join("read");
        fs::create_dir(&read).unwrap();
        std::os::unix::fs::symlink(&read, home.path().join("link")).unwrap();
        assert!(apart(&home.path().join("link"), [read.as_path()]).is_err());
        assert!(apart(&read, [home.path().join("link").as_path()]).is_err());
    }
}
