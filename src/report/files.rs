//! Files and folders of a report: how one is called and written.

use std::fs;
use std::path::Path;

use crate::fault::Fault;
use crate::folder::broken;
use crate::report::charts::bitmap;

/// What a batch or a comparison writes beside the folders of its strategies.
pub(crate) const BATCH_FILES: &[&str] =
    &["manifest.json", "comparison.csv", "index.html", "equity.svg", "equity.png", "drawdown.svg", "drawdown.png"];

/// Writes one file.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    fs::write(path, bytes).map_err(|e| broken(path, &e))
}

/// One picture as SVG, and as PNG too where that is asked for.
pub(crate) fn write_picture(dir: &Path, name: &str, svg: &str, png: bool) -> Result<(), Fault> {
    put(&dir.join(format!("{name}.svg")), svg.as_bytes())?;
    if png { put(&dir.join(format!("{name}.png")), &bitmap::render(svg)) } else { Ok(()) }
}

/// The name of a strategy as a folder: letters, digits, `-`, `_` and inner dots stay, anything else becomes `-`.
#[must_use]
pub fn folder_name(strategy: &str) -> String {
    let safe: String = strategy.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
    let trimmed = safe.trim_matches('.');
    if trimmed.is_empty() { "strategy".to_string() } else { trimmed.to_string() }
}

/// Two strategies must not share a folder, nor one take the name of a file of the batch.
///
/// # Errors
/// Names the first two that would, or the one that would.
pub fn distinct<'a>(strategies: impl IntoIterator<Item = &'a str>) -> Result<(), Fault> {
    let strategies: Vec<&str> = strategies.into_iter().collect();
    for (i, strategy) in strategies.iter().enumerate() {
        let name = folder_name(strategy).to_lowercase();
        let twin = strategies[..i].iter().find(|other| folder_name(other).to_lowercase() == name);
        if let Some(twin) = twin {
            return Err(Fault::new(
                "strategies",
                format!("`{twin}` and `{strategy}` would both be written to the folder `{name}`"),
                "names that differ in letters, digits, `-` or `_`",
                "rename one of them",
            ));
        }
        if BATCH_FILES.contains(&name.as_str()) {
            return Err(Fault::new(
                "strategies",
                format!("`{strategy}` is the name of a file of the report itself"),
                "another name",
                "rename the strategy",
            ));
        }
    }
    Ok(())
}
