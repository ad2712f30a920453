//! `rotate verify`: a report or a study made again from its manifest alone, and compared byte for byte.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::batch::Arena;
use crate::cli::again::Made;
use crate::cli::options::{Common, Format};
use crate::cli::other_markets::OtherMarkets;
use crate::cli::run_request::{self, RunSettings};
use crate::cli::study_journal::about;
use crate::cli::tune::{self, StudySettings};
use crate::fault::Fault;
use crate::folder::Scratch;
use crate::report::verify::{self, Confirmed, Verb};
use crate::report::{Kind, folder_name};
use crate::tune::{FinalWindow, Journal, Request};

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// Folder of a report that `rotate run` wrote, or of a study of `rotate tune`; only read.
    #[arg(value_name = "DIR")]
    report: PathBuf,
    /// Folder of the market, where it lies elsewhere than the manifest says.
    #[arg(long, value_name = "DIR")]
    market: Option<PathBuf>,
    /// Folders of the other markets of a study, all of them in its order, where they lie elsewhere than the manifest says.
    #[arg(long, value_name = "DIR")]
    also: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let made = Made::read(&arguments.report, arguments.market.as_deref())?;
    let Made { manifest, folder, market, .. } = &made;
    let scratch = Scratch::begin(&std::env::temp_dir(), Kind::Batch)?;
    let arena = Arena::new(market);
    let again = match made.by {
        Verb::Run => {
            let asked = RunSettings::read(&arguments.report, manifest)?;
            let count = made.run_again(&arena, &asked, &[(asked.tables, scratch.path())], common)?;
            format!("{count} strategies run again")
        }
        Verb::Tune => tune_again(&arena, arguments, &made, common, scratch.path())?,
    };
    let (files, bytes) = verify::same_bytes(&arguments.report, scratch.path()).map_err(|fault| {
        // An edited summary is what it is; anything else may differ because the market does.
        let summary = manifest.strategies.first().map(|first| arguments.report.join(folder_name(&first.name)).join("summary.json"));
        let unedited = summary.filter(|summary| !fault.place.starts_with(&summary.display().to_string()));
        unedited.and_then(|summary| verify::another_caution(&summary, folder, &market.cautions)).unwrap_or(fault)
    })?;
    let confirmed = Confirmed { inputs: manifest.inputs.len(), files, bytes };
    Ok(match common.format {
        Format::Json => {
            let outcome = json!({ "verified": true, "report": arguments.report.display().to_string(), "confirmed": confirmed });
            serde_json::to_string_pretty(&outcome).expect("plain values") + "\n"
        }
        Format::Text => format!(
            "{}: verified. {} inputs are the same; {again} gave the same {} files, {} bytes.\n",
            arguments.report.display(),
            confirmed.inputs,
            confirmed.files,
            confirmed.bytes
        ),
    })
}

/// Makes the study again in `dir`; says what was done.
fn tune_again(arena: &Arena, arguments: &Arguments, made: &Made, common: Common, dir: &Path) -> Result<String, Fault> {
    let (report, manifest, asked) = (&arguments.report, &made.manifest, &made.asked);
    if let Some(shard) = manifest.settings.get("shard") {
        let fix = "join the parts with --merge, and verify the study";
        return Err(Fault::new(report.display().to_string(), format!("part {shard} of a study"), "a whole study", fix));
    }
    let words = |value: &Value| value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
    let set = run_request::setting(report, manifest, "set", words)?;
    let spent = run_request::setting(report, manifest, "final_spent_after", |value| Some(value.as_u64().map(|after| after as usize)))?;
    let files = made.strategies(&set)?;
    let [file] = &files[..] else {
        let found = format!("{} strategies", files.len());
        return Err(Fault::new("manifest.json", found, "the one strategy of a study", "make the study again with `rotate tune`"));
    };
    let final_window = spent.map_or(FinalWindow::Keep, FinalWindow::SpentAfter);
    let others = OtherMarkets::read(report, manifest, &arguments.also, arena.market)?;
    let also = others.arenas();
    let request = Request { file, capital: asked.capital, final_window, also: &also };
    let settings = StudySettings { asked: asked.clone(), set, also: others.records.clone() };
    let mut journal = Journal::nowhere(about(arena.market, file, &settings));
    let study = tune::write(arena, &request, &settings, &mut journal, common, dir)?;
    Ok(format!("{} trials made again", study.trials.len()))
}
