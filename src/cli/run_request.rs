//! What decided an outcome beside the files: as the words of a command said it, or as a manifest kept it. Both make the manifest by the same
//! functions, so that whatever else somebody writes into one is not what its run would write.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::cli::named::nameable;
use crate::cli::options::{MarketArguments, parse_capital};
use crate::cli::strategies::{self, AssumptionArguments};
use crate::exchange::assumptions::Preset;
use crate::fault::Fault;
use crate::market::{Market, Window};
use crate::report::{CsvTables, Forms, Manifest};
use crate::strategy::StrategyFile;
use crate::stress::Tested;
use crate::units::{Time, Usd};

/// What a run and a study have in common.
#[derive(Clone, Debug)]
pub(super) struct RunRequest {
    /// The folder of the market as a report may name it.
    pub market_dir: String,
    pub window: Window,
    pub capital: Usd,
    pub assumptions: AssumptionArguments,
}

impl RunRequest {
    pub(super) fn of(market: &MarketArguments, capital: Usd, assumptions: AssumptionArguments) -> Result<Self, Fault> {
        Ok(Self { market_dir: nameable(&market.market), window: market.window()?, capital, assumptions })
    }

    /// Reads back what [`Self::of`] was told; `report` is only for messages.
    pub(super) fn read(report: &Path, manifest: &Manifest) -> Result<Self, Fault> {
        let time = |key: &str| {
            setting(report, manifest, key, |value| match value {
                Value::Null => Some(None),
                value => value.as_str().and_then(Time::parse).map(Some),
            })
        };
        Ok(Self {
            market_dir: setting(report, manifest, "market_dir", |value| value.as_str().map(str::to_owned))?,
            window: Window { from: time("from")?, to: time("to")? },
            capital: setting(report, manifest, "capital", |value| value.as_str().and_then(|text| parse_capital(text).ok()))?,
            assumptions: setting(report, manifest, "assumptions", |value| match value {
                Value::Null => Some(AssumptionArguments { assumptions: None }),
                name => name.as_str()?.parse::<Preset>().ok().map(|preset| AssumptionArguments { assumptions: Some(preset) }),
            })?,
        })
    }

    /// The words of the command up to the assumptions, paths as a report may name them.
    pub(super) fn command(&self, verb: &str, files: &[StrategyFile]) -> Vec<String> {
        let mut command = vec!["rotate".to_owned(), verb.to_owned()];
        command.extend(files.iter().map(|file| nameable(&file.path)));
        command.extend(["--market".to_owned(), self.market_dir.clone()]);
        for (flag, time) in [("--from", self.window.from), ("--to", self.window.to)] {
            command.extend(time.map(|time| [flag.to_owned(), time.to_string()]).into_iter().flatten());
        }
        command.extend(["--capital".to_owned(), self.capital.to_string()]);
        command.extend(self.assumptions.words());
        command
    }
}

/// What `rotate run` was asked for.
#[derive(Clone, Debug)]
pub(super) struct RunSettings {
    pub asked: RunRequest,
    pub set: Vec<String>,
    pub tables: Tables,
    pub png: bool,
    pub tested: Tested,
    pub self_test: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Tables {
    #[default]
    /// As CSV those that sum up: the curve, trades, liquidations, attribution.
    Brief,
    /// All of them as CSV.
    Csv,
    /// All of them with typed columns, and as CSV the curve alone.
    Parquet,
    /// All of them in both.
    Both,
}

impl Tables {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Both => "both",
            Self::Brief => "brief",
        }
    }

    pub(super) fn forms(self, png: bool) -> Forms {
        let forms = match self {
            Self::Brief => Forms::BRIEF,
            Self::Csv => Forms::PLAIN,
            Self::Parquet => Forms { csv: CsvTables::Curve, parquet: true, ..Forms::PLAIN },
            Self::Both => Forms { parquet: true, ..Forms::PLAIN },
        };
        Forms { png, ..forms }
    }
}

impl RunSettings {
    pub(super) fn read(report: &Path, manifest: &Manifest) -> Result<Self, Fault> {
        let words = |value: &Value| value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect();
        let tables = |value: &Value| Tables::value_variants().iter().copied().find(|form| value == form.name());
        Ok(Self {
            asked: RunRequest::read(report, manifest)?,
            set: setting(report, manifest, "set", words)?,
            tables: setting(report, manifest, "tables", tables)?,
            png: setting(report, manifest, "png", Value::as_bool)?,
            tested: Tested {
                ladder: setting(report, manifest, "ladder", Value::as_bool)?,
                shocks: setting(report, manifest, "stress", Value::as_bool)?,
            },
            self_test: setting(report, manifest, "self_test", Value::as_bool)?,
        })
    }

    /// Only what decides the outcome: neither `--jobs` nor `--out` is in it.
    pub(super) fn manifest(&self, files: &[StrategyFile], market: &Market) -> Manifest {
        let asked = &self.asked;
        let mut command = asked.command("run", files);
        command.extend(self.set.iter().flat_map(|set| ["--set".to_owned(), set.clone()]));
        if self.tables != Tables::default() {
            command.extend(["--tables".to_owned(), self.tables.name().to_owned()]);
        }
        if self.png {
            command.push("--png".to_owned());
        }
        if self.tested.ladder {
            command.push("--ladder".to_owned());
        }
        if self.tested.shocks {
            command.push("--stress".to_owned());
        }
        if self.self_test {
            command.push("--self-test".to_owned());
        }
        let settings = json!({
            "market_dir": asked.market_dir,
            "from": asked.window.from.map(|time| time.to_string()),
            "to": asked.window.to.map(|time| time.to_string()),
            "capital": asked.capital.to_string(),
            "set": self.set,
            "assumptions": asked.assumptions.name(),
            "tables": self.tables.name(),
            "png": self.png,
            "ladder": self.tested.ladder,
            "stress": self.tested.shocks,
            "self_test": self.self_test,
        });
        Manifest::new(command, market.name.clone(), settings, market.inputs.clone(), files.iter().map(strategies::record).collect())
    }
}

/// One of the settings. A key that is not there is one that this version did not write.
pub(super) fn setting<T>(report: &Path, manifest: &Manifest, key: &str, take: impl Fn(&Value) -> Option<T>) -> Result<T, Fault> {
    let found = manifest.settings.get(key);
    found.and_then(take).ok_or_else(|| {
        let found = found.map_or_else(|| "is missing".to_owned(), |value| format!("is {value}"));
        Fault::new(
            report.join("manifest.json").display().to_string(),
            format!("`settings.{key}` {found}"),
            "a setting as the run wrote it",
            "run the report again",
        )
    })
}

/// What the command called its strategy files: its words after the verb and before the first flag.
pub(super) fn paths(manifest: &Manifest) -> impl Iterator<Item = PathBuf> {
    manifest.command.iter().skip(2).take_while(|word| !word.starts_with("--")).map(PathBuf::from)
}
