//! `rotate tune --also DIR`: markets beside the first that every trial of a study is replayed on.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::batch::Arena;
use crate::cli::meant;
use crate::cli::named::{found, nameable};
use crate::fault::Fault;
use crate::market::{Cache, InputFile, Market, Window, digest};
use crate::report::{Manifest, verify};

/// One of them as a manifest keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OtherMarket {
    /// Its folder, as a report may name it.
    pub market_dir: String,
    pub market: String,
    pub inputs: Vec<InputFile>,
}

/// All of them, in the order of the command.
pub(super) struct OtherMarkets {
    pub records: Vec<OtherMarket>,
    markets: Vec<Market>,
}

impl OtherMarkets {
    /// Loads each over all its time.
    ///
    /// # Errors
    /// As [`Market::load_cached`]; a market that is there twice.
    pub(super) fn load(folders: &[PathBuf], first: &Market, cache: &Cache) -> Result<Self, Fault> {
        let mut all = Self { records: Vec::new(), markets: Vec::new() };
        for folder in folders {
            if !folder.is_dir() {
                let place = format!("--also {}", folder.display());
                return Err(meant::no_market(place, folder, "the folder of a market", "name it with --also DIR"));
            }
            let market = Market::load_cached(folder, Window::default(), cache)?;
            if std::iter::once(first).chain(&all.markets).any(|other| other.name == market.name) {
                let found = format!("the market `{}` a second time", market.name);
                return Err(Fault::new(format!("--also {}", folder.display()), found, "each market once", "leave it out, or name another"));
            }
            all.records.push(OtherMarket { market_dir: nameable(folder), market: market.name.clone(), inputs: market.inputs.clone() });
            all.markets.push(market);
        }
        Ok(all)
    }

    /// Loads those that a study was made on, which must be as they were; from `elsewhere`, where that names folders.
    ///
    /// # Errors
    /// A manifest that no study wrote; a market that is not there, or is another one now.
    pub(super) fn read(report: &Path, manifest: &Manifest, elsewhere: &[PathBuf], first: &Market) -> Result<Self, Fault> {
        let place = || report.join("manifest.json").display().to_string();
        let records: Vec<OtherMarket> = match manifest.settings.get("also") {
            None => Vec::new(),
            Some(also) => serde_json::from_value(also.clone()).map_err(|error| {
                Fault::new(place(), format!("`settings.also`: {error}"), "markets as the study wrote them", "run the study again")
            })?,
        };
        let folder = |record: &OtherMarket| {
            let name = PathBuf::from(&record.market_dir);
            found(&name).unwrap_or(name)
        };
        if !elsewhere.is_empty() && elsewhere.len() != records.len() {
            let found = format!("{} folders", elsewhere.len());
            let expected = format!("{}, for the markets beside the first", records.len());
            return Err(Fault::new("--also", found, expected, "name all of them in the order of the study, or none"));
        }
        let folders: Vec<PathBuf> = if elsewhere.is_empty() { records.iter().map(folder).collect() } else { elsewhere.to_vec() };
        for (record, folder) in records.iter().zip(&folders).filter(|(_, folder)| folder.is_dir()) {
            record.inputs.iter().try_for_each(|input| digest::confirm(folder, input))?;
        }
        let all = Self::load(&folders, first, &Cache::NONE)?;
        for ((record, folder), market) in records.iter().zip(&folders).zip(&all.markets) {
            verify::same_inputs(folder, &record.inputs, &market.inputs)?;
        }
        Ok(all)
    }

    /// Ready to be replayed on.
    pub(super) fn arenas(&self) -> Vec<Arena<'_>> {
        self.markets.iter().map(Arena::new).collect()
    }
}
