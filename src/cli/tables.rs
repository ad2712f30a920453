//! `rotate tables`: the tables of a report in another form. The run is made again from the manifest, and the report replaced by the one that the same
//! command with that form would have written, once it is the one that its manifest says, byte for byte.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::batch::Arena;
use crate::cli::again::Made;
use crate::cli::options::{Common, Format};
use crate::cli::run_request::{RunSettings, Tables};
use crate::fault::Fault;
use crate::folder::{Scratch, Staging};
use crate::report::Kind;
use crate::report::verify::{self, Verb};

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
    // Another folder would stand in its place, and whoever is in it would see an empty one.
    if std::env::current_dir().is_ok_and(|here| here.starts_with(report)) {
        return Err(Fault {
            fix: "leave the folder, as with cd, and name it from there".to_owned(),
            ..refused(shown.to_string(), "the folder that you are in")
        });
    }
    let made = Made::read(&arguments.report, arguments.market.as_deref())?;
    let asked = match made.by {
        Verb::Run => RunSettings::read(&arguments.report, &made.manifest)?,
        Verb::Tune => return Err(refused(shown.to_string(), "a study of `rotate tune`, whose tables have one form")),
    };
    let staging = Staging::begin(report, Kind::Batch)?;
    let scratch = Scratch::begin(&std::env::temp_dir(), Kind::Batch)?;
    let arena = Arena::new(&made.market);
    staging.fill(|dir| {
        made.run_again(&arena, &asked, &[(asked.tables, scratch.path()), (arguments.tables, dir)], common)?;
        // What somebody changed or put into it would be lost.
        verify::same_bytes(&arguments.report, scratch.path())
    })?;
    staging.finish()?;
    Ok(match common.format {
        Format::Json => {
            let done = json!({ "report": shown.to_string(), "tables": arguments.tables.name() });
            serde_json::to_string_pretty(&done).expect("plain values") + "\n"
        }
        Format::Text => format!("{shown}: the same report, tables as `{}`.\n", arguments.tables.name()),
    })
}

fn refused(place: String, found: &str) -> Fault {
    Fault::new(place, found, "the folder of a report of `rotate run`", "name one, as reports/latest")
}
