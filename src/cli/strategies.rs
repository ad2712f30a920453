//! Which strategies a command means, read and overridden.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::meant::{STRATEGY_FOLDER, read_strategy};
use crate::exchange::assumptions::Preset;
use crate::fault::Fault;
use crate::report::{BaseRecord, ChangeRecord, Extends, StrategyRecord};
use crate::strategy::{Change, Layer, Override, StrategyFile};

#[derive(Args, Clone, Debug)]
pub(crate) struct StrategyArguments {
    /// Strategy files; a name alone, as bull, is that of a file in strategies/. Default: every strategies/*.toml.
    #[arg(value_name = "STRATEGY.toml")]
    pub strategies: Vec<PathBuf>,
    /// Replace or add a key of the strategies named, as in buckets.narratives.weight=0.10. Where none is named: of those that have the key, or of all
    /// where none has it.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    #[command(flatten)]
    pub assumptions: AssumptionArguments,
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct AssumptionArguments {
    /// What to assume of the venue, in place of each strategy's [assumptions]: optimistic, realistic or pessimistic.
    #[arg(long, value_name = "NAME", value_parser = parse_preset)]
    pub assumptions: Option<Preset>,
}

fn parse_preset(text: &str) -> Result<Preset, String> {
    text.parse().map_err(|_| format!("no assumptions named `{text}`: write optimistic, realistic or pessimistic"))
}

impl AssumptionArguments {
    pub(crate) fn apply(self, file: StrategyFile) -> StrategyFile {
        match self.assumptions {
            Some(preset) => file.under(preset),
            None => file,
        }
    }

    /// As words of the command that a manifest names.
    pub(crate) fn words(self) -> impl Iterator<Item = String> {
        self.assumptions.into_iter().flat_map(|preset| ["--assumptions".to_owned(), preset.name().to_owned()])
    }

    pub(crate) fn name(self) -> Option<&'static str> {
        self.assumptions.map(Preset::name)
    }
}

impl StrategyArguments {
    pub(crate) fn read(&self) -> Result<Vec<StrategyFile>, Fault> {
        let named = !self.strategies.is_empty();
        let paths = if named { self.strategies.clone() } else { all_in(Path::new(STRATEGY_FOLDER))? };
        let files = paths.iter().map(|path| read_strategy(path)).collect::<Result<Vec<_>, _>>()?;
        let sets = self.set.iter().map(|text| Override::parse(text)).collect::<Result<Vec<_>, _>>()?;
        let meant = Override::meant_for(&sets, &files, named);
        files
            .into_iter()
            .zip(meant)
            .map(|(file, own)| {
                let file = if own.is_empty() { file } else { file.with_all(&own)? };
                Ok(self.assumptions.apply(file))
            })
            .collect()
    }
}

fn all_in(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let missing = |found: String| {
        Fault::new(
            folder.display().to_string(),
            found,
            "strategy files (*.toml)",
            "name them, run where the folder `strategies` is, or write one: rotate new strategy mine --from bull",
        )
    };
    let entries = std::fs::read_dir(folder).map_err(|error| missing(format!("cannot be read: {error}")))?;
    let mut paths: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    if paths.is_empty() {
        return Err(missing("no strategy file in it".to_owned()));
    }
    paths.sort();
    Ok(paths)
}

/// What it extends, in full too: nothing but the manifest is needed to make it again.
fn extends(file: &StrategyFile) -> Option<Extends> {
    let base = |Layer { name, path: _, text }: &Layer| BaseRecord { name: name.clone(), source: text.clone() };
    let change = |Change { key, base, own }| ChangeRecord { key, base, own };
    (!file.bases.is_empty())
        .then(|| Extends { bases: file.bases.iter().map(base).collect(), changes: file.changes().into_iter().map(change).collect() })
}

/// A strategy in full, for the manifest.
pub(crate) fn record(file: &StrategyFile) -> StrategyRecord {
    StrategyRecord {
        name: file.strategy.name.clone(),
        source: file.text.clone(),
        extends: extends(file),
        resolved: serde_json::to_value(&file.strategy).expect("a strategy has string keys"),
    }
}
