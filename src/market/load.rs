//! A market folder, read and checked (`formats.md` section 1).

use std::path::Path;

use crate::fault::Fault;
use crate::market::Market;
use crate::units::Time;

/// The part of a market to replay; `from` inclusive, `to` exclusive. Narrows what `market.toml` says, never widens it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub from: Option<Time>,
    pub to: Option<Time>,
}

impl Market {
    /// Reads and checks a market folder.
    ///
    /// # Errors
    /// The first [`Fault`] in a fixed order of files, whatever the number of threads.
    pub fn load(dir: &Path, window: Window) -> Result<Self, Fault> {
        let _ = (dir, window);
        unimplemented!()
    }
}
