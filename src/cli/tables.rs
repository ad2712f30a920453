//! `rotate tables`: the tables of a report in another form. The run is made again from the manifest, and the report replaced by the one that the same
//! command with that form would have written.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::batch::Arena;
use crate::cli::again::Made;
use crate::cli::options::{Common, Format};
use crate::cli::run_request::{RunSettings, Tables};
use crate::fault::Fault;
use crate::folder::Staging;
use crate::report::{Kind, folder_name, verify};

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// Folder of a report that `rotate run` wrote, or a link to it; it is replaced by the same report in that form.
    #[arg(value_name = "DIR")]
    report: PathBuf,
    /// The form, as `rotate run --tables` has it.
    #[arg(value_enum, value_name = "TABLES", default_value_t = Tables::Csv)]
    tables: Tables,
    /// Folder of the market, where it lies elsewhere than the manifest says.
    #[arg(long, value_name = "DIR")]
    market: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    // What a link leads to is replaced, not the link.
    let report = &std::fs::canonicalize(&arguments.report).unwrap_or_else(|_| arguments.report.clone());
    let shown = arguments.report.display();
    let made = Made::read(&arguments.report, arguments.market.as_deref())?;
    let staging = Staging::begin(report, Kind::Batch)?;
    let asked = RunSettings { tables: arguments.tables, ..RunSettings::read(&arguments.report, &made.manifest)? };
    let arena = Arena::new(&made.market);
    staging.fill(|dir| {
        made.run_again(&arena, &asked, common, dir)?;
        let names = made.manifest.strategies.iter().map(|record| folder_name(&record.name));
        names.into_iter().try_for_each(|name| verify::same_curve(&arguments.report.join(&name), &dir.join(&name)))
    })?;
    staging.finish()?;
    Ok(match common.format {
        Format::Json => {
            let done = json!({ "report": shown.to_string(), "tables": asked.tables.name() });
            serde_json::to_string_pretty(&done).expect("plain values") + "\n"
        }
        Format::Text => format!("{shown}: the same report, tables as `{}`.\n", asked.tables.name()),
    })
}
