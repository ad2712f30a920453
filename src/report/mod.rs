//! WORDS AND PICTURES: a run becomes tables, a summary, pictures and pages (`formats.md` section 3). This room reads [`Run`], what it was
//! stressed by, and the names in [`Market`]; it decides nothing. What it computes is arithmetic on what is there, to show it: sums, ranks,
//! bins, and measures of `metrics`. Everything it writes is a function of its input alone: no clock, no host, no path.
//!
//! | where | what |
//! |---|---|
//! | `write`, `kinds`, `stamp` | a folder filled part by part, what it may replace, what it is called where nobody said |
//! | `tables`, `rungs`, `typed` | the CSV tables of a strategy, those of its benchmarks and ladder, the types of their columns |
//! | `summary`, `comparison`, `manifest` | `summary.json`, `comparison.csv`, `manifest.json` |
//! | `html` | pages, a file a section: `html/sheet` puts the tear sheet together, `html/index` the batch, `html/comparison`, `html/study` |
//! | `charts` | pictures, a file each; `charts/canvas` and `charts/panel` are what they are drawn with |
//! | `words`, `carries`, `sleeve` | how numbers are said, what the ladder comes to, and what futures added, for page and terminal alike |
//! | `terminal`, `climb`, `columns`, `spark` | what is printed at the end of a run |
//! | `opened`, `explain`, `compare`, `versus`, `verify` | reports read back: believed, explained, laid side by side, made again |
//! | `list` | the reports of a folder, with their key figures |
//! | `study`, `trials` | what `rotate tune` writes |
//!
//! How to add to it stands in CONTRIBUTING.md.
//!
//! [`Run`]: crate::replay::run::Run
//! [`Market`]: crate::market::Market

pub mod apart;
pub mod carries;
pub mod charts;
pub mod climb;
pub mod columns;
pub mod compare;
pub mod comparison;
pub mod days;
pub mod explain;
pub mod html;
pub mod kinds;
pub mod list;
pub mod manifest;
pub mod metric_words;
pub mod opened;
pub mod reading;
pub mod rungs;
pub mod settings;
pub mod sleeve;
pub mod spark;
pub mod stamp;
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

pub use kinds::Kind;
pub use manifest::{Manifest, StrategyRecord};
pub use write::{Batch, Told, folder_name, write_batch, write_strategy};
