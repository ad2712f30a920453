//! WORDS AND PICTURES: a run becomes tables, a summary, pictures and pages (`formats.md` section 3). This room reads [`Run`] and the
//! names in [`Market`]; it decides nothing and computes nothing that a table does not show. Everything it writes is a function of
//! its input alone: no clock, no host, no path.
//!
//! [`Run`]: crate::replay::run::Run
//! [`Market`]: crate::market::Market

pub mod apart;
pub mod charts;
pub mod climb;
pub mod compare;
pub mod comparison;
pub mod days;
pub mod explain;
pub mod html;
pub mod manifest;
pub mod metric_words;
pub mod opened;
pub mod reading;
pub mod rungs;
pub mod settings;
pub mod spark;
pub mod staging;
pub mod study;
pub mod summary;
pub mod tables;
pub mod terminal;
pub mod trials;
pub mod typed;
pub mod verify;
pub mod versus;
pub mod words;
pub mod write;

pub use manifest::{Manifest, StrategyRecord};
pub use staging::Staging;
pub use write::{Batch, Told, folder_name, write_batch, write_strategy};
