//! Whether the files a report was made of are still the same.

use std::path::Path;

use crate::fault::Fault;
use crate::market::InputFile;
use crate::market::files::sha256_of;

/// The SHA-256 of bytes, in hexadecimal digits as `sha256sum` prints them.
#[must_use]
pub fn of(bytes: &[u8]) -> String {
    crate::market::files::sha256(bytes)
}

/// Reads one file of a market folder, named as in [`InputFile::path`], and compares its digest with the one recorded.
///
/// # Errors
/// The file cannot be read, or holds other bytes.
pub fn confirm(dir: &Path, recorded: &InputFile) -> Result<(), Fault> {
    let path = dir.join(&recorded.path);
    let found = sha256_of(&path).map_err(|error| {
        Fault::new(
            path.display().to_string(),
            format!("an input of the report that cannot be read: {error}"),
            format!("the file with the SHA-256 {}", recorded.sha256),
            "name the folder of the market with --market, or put the file back",
        )
    })?;
    if found == recorded.sha256 {
        return Ok(());
    }
    Err(Fault::new(
        path.display().to_string(),
        format!("an input with other bytes than the report was made of, SHA-256 {found}"),
        recorded.sha256.clone(),
        "bring back the file as it was, or run the report again",
    ))
}
