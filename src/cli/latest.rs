//! Where a report goes that nobody named a folder for: under a name made of its content, with `reports/latest` leading to the newest.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::folder::{self, Ours, broken, free_name};
use crate::report::{Kind, timestamp};

/// Where reports lie.
pub(super) const REPORTS: &str = "reports";

/// The link to the newest report.
pub(super) struct Latest(PathBuf);

impl Latest {
    /// Refuses, before the work, a place that holds what is neither our link nor a report that can get a name of its own.
    pub(super) fn ready() -> Result<Self, Fault> {
        let latest = Path::new(REPORTS).join("latest");
        let found = match fs::symlink_metadata(&latest) {
            Err(_) => None,
            Ok(seen) if seen.is_symlink() => {
                (!timestamp::is_pointer(&latest)).then(|| "a link to something else than a report beside it".to_owned())
            }
            Ok(seen) if seen.is_dir() => Kind::Batch.objection(&latest)?,
            Ok(_) => Some("a file".to_owned()),
        };
        found.map_or(Ok(Self(latest.clone())), |found| {
            Err(Fault::new(
                latest.display().to_string(),
                found,
                "nothing, a link of an earlier run to its report, or a report of `rotate run` itself",
                "rename it, or say where the report goes with --out",
            ))
        })
    }

    /// Lets the link lead to `report`, a folder beside it. A report that lies in its place, as earlier versions and `--out` leave it, is kept under
    /// the name of its content. Says what became of it.
    pub(super) fn point(&self, report: &Path) -> String {
        let Self(latest) = self;
        let outcome = self.move_away().and_then(|moved| {
            folder::point(latest, report.file_name().unwrap_or(OsStr::new(".")))?;
            Ok(moved)
        });
        match outcome {
            Ok(None) => format!("latest: {} leads to it\n", latest.display()),
            Ok(Some(moved)) => {
                format!("latest: {} leads to it; the report that was there is {} now\n", latest.display(), moved.display())
            }
            Err(fault) => format!("latest: {} does not lead to it: {}\n", latest.display(), fault.found),
        }
    }

    fn move_away(&self) -> Result<Option<PathBuf>, Fault> {
        let Self(latest) = self;
        if !fs::symlink_metadata(latest).is_ok_and(|seen| seen.is_dir()) {
            return Ok(None);
        }
        let name = timestamp::name_of(latest).unwrap_or_else(|| "report".to_owned());
        let place = free_name(&latest.with_file_name(name));
        fs::rename(latest, &place).map_err(|e| broken(latest, &e))?;
        Ok(Some(place))
    }
}
