//! Shows a report in whatever the system shows pages with.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// How often an opener is asked whether it has ended, and how long it is waited for between. One that goes on after that is the browser itself.
const ASKED: (u32, Duration) = (30, Duration::from_millis(100));

/// The program and its words before the page: what `start` asks on Windows, without a shell that would read the path.
const OPENER: &[&str] = if cfg!(windows) {
    &["rundll32", "url.dll,FileProtocolHandler"]
} else if cfg!(target_os = "macos") {
    &["open"]
} else {
    &["xdg-open"]
};

/// Opens a page.
///
/// # Errors
/// Why it does not, in words.
pub(super) fn open(page: &Path) -> Result<(), String> {
    // A whole path is no flag of the opener.
    let page = std::path::absolute(page).map_err(|error| error.to_string())?;
    let mut opener = Command::new(OPENER[0]);
    let opener = opener.args(&OPENER[1..]).arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let failed = |why: String| format!("{}: {why}", OPENER[0]);
    let mut running = opener.spawn().map_err(|error| failed(error.to_string()))?;
    for _ in 0..ASKED.0 {
        match running.try_wait() {
            Ok(Some(ended)) => return if ended.success() { Ok(()) } else { Err(failed(in_words(ended))) },
            Ok(None) => std::thread::sleep(ASKED.1),
            Err(error) => return Err(failed(error.to_string())),
        }
    }
    Ok(())
}

fn in_words(ended: ExitStatus) -> String {
    ended.code().map_or_else(|| "was ended".to_owned(), |code| format!("ended with exit code {code}"))
}
