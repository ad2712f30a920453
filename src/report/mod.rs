//! WORDS AND PICTURES: a run becomes tables, a summary, pictures and pages (`formats.md` section 3). This room reads what a run came to
//! ([`Evaluation`]) and the names in [`Market`]; it decides nothing. What it computes is arithmetic on what is there, to show it: sums, ranks,
//! bins, and measures of `metrics`. Everything it writes is a function of its input alone: no clock, no host, no path.
//!
//! A run on its way to a page:
//!
//! ```text
//! run ─ evaluate ─→ Evaluation ─┬─→ tables/*       a row handed over ─→ its columns ─→ CSV, Parquet
//!                               ├─→ summary        ─→ summary.json
//!                               ├─→ charts/*       ─→ SVG ─→ charts/bitmap ─→ PNG
//!                               ├─→ html/sheet     sections of html/* ─→ report.html
//!                               ├─→ loaded         as if read back ─→ ranked ─→ versus ─→ html/comparison ─→ index.html
//!                               └─→ closing        strategy_table, stress_tables ─→ terminal, or JSON
//!
//! its folder ─ opened ─→ reading ─→ loaded ─→ compare        its folder ─ opened ─→ explain, verify, list
//! ```
//!
//! Each stratum uses only those below it:
//!
//! | stratum | what |
//! |---|---|
//! | whole folders | `write` a batch, `study` and `trials` a study, `compare` a comparison; `list` and `verify` look at what lies there |
//! | pages | `html`, a file a section: `html/sheet` puts the tear sheet together, `html/index` the batch, `html/comparison`, `html/study` |
//! | the end of a run | `closing`, `strategy_table`, `stress_tables`, `story_text` |
//! | read back | `opened` (whether a folder is believed), `reading`, `explain`; `kinds` (what may be replaced), `timestamp` (a name where nobody gave one) |
//! | parts of a folder | `tables` (a file each), `summary`, `stress_json`, `comparison`, `manifest`, `input` (what a strategy's folder tells) |
//! | compared | `loaded` (a strategy among others), `settings`, `days`, `versus`; `sleeve` (what futures added, in words) |
//! | said first | `verdict` (beside holding, and the most that was lost), `trust` (what the result stands on) |
//! | files | `files` (how one is called and written), `output_guard` |
//! | pictures of a study | `study_charts` and `study_heats`: what is drawn of its facts |
//! | pictures | `charts`, a file each; `charts/canvas` and `charts/panel` are what they are drawn with |
//! | words | `number_format`, `shock_text`, `self_test_text`, `metric_words`, `capacity_text`, `study_text`; for terminals `terminal`, `columns`, `spark` |
//!
//! How to add to it stands in CONTRIBUTING.md.
//!
//! [`Evaluation`]: crate::evaluate::Evaluation
//! [`Market`]: crate::market::Market

pub mod capacity_text;
pub mod charts;
pub mod closing;
pub mod columns;
pub mod compare;
pub mod comparison;
pub mod days;
pub mod explain;
pub mod files;
pub mod html;
pub mod input;
pub mod kinds;
pub mod list;
pub mod loaded;
pub mod manifest;
pub mod metric_words;
pub mod number_format;
pub mod opened;
pub mod output_guard;
pub mod reading;
pub mod self_test_text;
pub mod settings;
pub mod shock_text;
pub mod sleeve;
pub mod spark;
pub mod story_text;
pub mod strategy_table;
pub mod stress_json;
pub mod stress_tables;
pub mod study;
pub mod study_charts;
pub mod study_heats;
pub mod study_text;
pub mod summary;
pub mod tables;
pub mod terminal;
pub mod timestamp;
pub mod trials;
pub mod trust;
pub mod verdict;
pub mod verify;
pub mod versus;
pub mod write;

pub use files::folder_name;
pub use input::{CsvTables, Forms, ReportInput};
pub use kinds::Kind;
pub use manifest::{BaseRecord, ChangeRecord, Extends, Manifest, StrategyRecord};
pub use write::{Batch, write_batch};
