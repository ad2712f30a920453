//! A folder before a number in it is believed: whether it is a report of this program, whole, and of this version.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bounded::{self, OWN};
use crate::fault::Fault;
use crate::names;
use crate::report::manifest::PROGRAM;

/// The manifest in `report`, as it lies there.
///
/// # Errors
/// There is none, it is half written, or it is of something else or of another version.
pub fn manifest(report: &Path) -> Result<Value, Fault> {
    let place = report.join("manifest.json");
    let wanted = "the manifest of a report of this program";
    let fault = |found: String, fix: &str| Fault::new(place.display().to_string(), found, wanted, fix);
    let text =
        bounded::text(&place, OWN).map_err(|e| fault(e.to_string(), "name the folder that was --out of the run, or run it again"))?;
    let value: Value = serde_json::from_str(&text).map_err(|e| Fault {
        place: Fault::at(&place, e.line()),
        ..fault(format!("not JSON, or cut short: {e}"), "run the report again")
    })?;
    let word = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or("nothing").to_string();
    if word("program") != PROGRAM {
        return Err(fault(format!("`program` is {}", word("program")), "name a report of this program"));
    }
    let version = word("version");
    if version == env!("CARGO_PKG_VERSION") {
        readable(&place, &value)?;
    } else {
        return Err(Fault::new(
            place.display().to_string(),
            format!("a report of version {version}"),
            format!("one of version {}, which this is: another measures and writes in its own way", env!("CARGO_PKG_VERSION")),
            "use the version that wrote it, or run it again",
        ));
    }
    Ok(value)
}

/// The `summary.json` in the folder of a strategy.
///
/// # Errors
/// There is none, or it is cut short.
pub fn summary(strategy: &Path) -> Result<Value, Fault> {
    let place = strategy.join("summary.json");
    let fault = |found: String| {
        let wanted = "the summary.json of a finished report";
        Fault::new(place.display().to_string(), found, wanted, "run the report again, or name another folder")
    };
    let text = bounded::text(&place, OWN).map_err(|e| fault(e.to_string()))?;
    let value = serde_json::from_str(&text)
        .map_err(|e| Fault { place: Fault::at(&place, e.line()), ..fault(format!("not JSON, or cut short: {e}")) })?;
    readable(&place, &value)?;
    Ok(value)
}

/// The one text that has many lines: a strategy as it was written. It is read as TOML, and refused there.
const MANY_LINES: &str = "source";

/// What is read back goes where names of a market go: to pages, pictures, tables and terminals. It is held to the same.
///
/// # Errors
/// A key that is no name, a text that is not one line that can be seen.
fn readable(place: &Path, value: &Value) -> Result<(), Fault> {
    let unfit = |what: &str, text: &str, unfit: names::Unfit| {
        let (found, expected, _) = unfit.words();
        let shown: String = text.chars().take(60).collect();
        let found = format!("the {what} `{shown}`, {found}");
        Err(Fault::new(place.display().to_string(), found, expected, "the file was changed or garbled: run the report again"))
    };
    match value {
        Value::String(text) => names::line(text).or_else(|why| unfit("text", text, why)),
        Value::Array(list) => list.iter().try_for_each(|value| readable(place, value)),
        Value::Object(map) => map.iter().try_for_each(|(key, value)| {
            names::name(key).or_else(|why| unfit("key", key, why))?;
            if key == MANY_LINES && value.is_string() { Ok(()) } else { readable(place, value) }
        }),
        _ => Ok(()),
    }
}

/// The report that the folder of a strategy is part of.
#[must_use]
pub(crate) fn report_of(strategy: &Path) -> PathBuf {
    // The parent of `.` or `bull/..`, as words, is not the folder above it.
    strategy.file_name().and_then(|_| strategy.parent()).map_or_else(|| strategy.join(".."), Path::to_path_buf)
}

/// Refuses a curve that ends before the run did: its file was cut at the end of a line, which no reader of rows would notice.
pub(crate) fn ends_with_the_run(place: &Path, rows: usize, last: Option<&str>, to: &str) -> Result<(), Fault> {
    match last {
        Some(last) if last != to => Err(Fault::new(
            Fault::at(place, rows + 1),
            format!("the last row is of {last}"),
            format!("rows up to {to}, where summary.json says that the run ends"),
            "the table is cut short or of another run: run the report again",
        )),
        _ => Ok(()),
    }
}
