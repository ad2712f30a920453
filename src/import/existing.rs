//! A market that an import made before: what it has, so that another import adds to it and loses nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::bounded::{self, BY_HAND, MIB};
use crate::fault::Fault;
use crate::folder::{Ours, broken};
use crate::import::kind::{Content, Origin};
use crate::import::mapping::Mapping;
use crate::import::meaning::Meaning;
use crate::import::part::{Part, Rows};
use crate::import::role::Roles;
use crate::import::symbol::Pair;
use crate::import::{bars, rates, text};
use crate::market::Kind;
use crate::units::Span;

/// Where each file of a market came from.
pub(super) const SOURCES: &str = "sources.csv";

/// Bytes of one of its tables.
const MOST: u64 = 2_048 * MIB;

/// A market folder with a `sources.csv`.
pub(super) struct Existing {
    pub(super) dir: PathBuf,
    pub(super) bar: Span,
    pub(super) quote: String,
    /// Digest of each file that was imported, by its name.
    pub(super) sources: BTreeMap<String, String>,
    /// Lines of `sources.csv` below its header, by the name of the file.
    pub(super) lines: BTreeMap<String, String>,
    /// Names in `assets.csv`, with spot and perpetual symbol and the venue.
    assets: Vec<Listed>,
}

/// A line of `assets.csv`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Listed {
    pub(super) asset: String,
    pub(super) spot: String,
    pub(super) perp: String,
    pub(super) venue: String,
}

/// The two keys of a manifest that an update keeps to.
#[derive(Deserialize)]
struct Manifest {
    bar: Span,
    #[serde(default = "usdt")]
    quote: String,
}

fn usdt() -> String {
    "USDT".to_owned()
}

/// What an import may replace: a folder that an import made, with whatever its owner put beside; all of it is carried over.
pub(super) struct Imported;

impl Ours for Imported {
    fn expected(&self) -> &'static str {
        "a new or empty folder, or a market that `rotate import` made"
    }

    fn objection(&self, folder: &Path) -> Result<Option<String>, Fault> {
        let made = folder.join(SOURCES).is_file() && folder.join("market.toml").is_file();
        Ok((!made).then(|| format!("a folder with files in it and without {SOURCES}, which an import writes")))
    }
}

impl Existing {
    /// The market in a folder; nothing where there is no folder, or an empty one.
    ///
    /// # Errors
    /// A folder that no import made, tables that cannot be read.
    pub(super) fn read(dir: &Path) -> Result<Option<Self>, Fault> {
        let empty = !dir.exists() || fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none());
        if empty {
            return Ok(None);
        }
        if !dir.is_dir() {
            return Err(Fault::new(dir.display().to_string(), "a file, not a folder", Imported.expected(), "choose another --out"));
        }
        if let Some(found) = Imported.objection(dir)? {
            return Err(Fault::new(dir.display().to_string(), found, Imported.expected(), "choose another --out, or remove it yourself"));
        }
        let read = |name: &str, most: u64| bounded::text(&dir.join(name), most).map_err(|why| broken(&dir.join(name), &why));
        let manifest: Manifest =
            toml::from_str(&read("market.toml", BY_HAND)?).map_err(|error| broken(&dir.join("market.toml"), &error.message()))?;
        let (mut sources, mut lines) = (BTreeMap::new(), BTreeMap::new());
        let table = read(SOURCES, MOST)?;
        for line in table.lines().skip(1) {
            let mut row = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let mut record = csv::StringRecord::new();
            if row.read_record(&mut record).is_ok_and(|read| read) && record.len() >= 2 {
                sources.insert(record[0].to_owned(), record[1].to_owned());
                lines.insert(record[0].to_owned(), line.to_owned());
            }
        }
        let assets = read("assets.csv", MOST)?;
        let listed =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(assets.as_bytes()).into_deserialize().collect::<Result<_, _>>();
        let assets = listed.map_err(|error| broken(&dir.join("assets.csv"), &error))?;
        Ok(Some(Self { dir: dir.to_path_buf(), bar: manifest.bar, quote: manifest.quote, sources, lines, assets }))
    }

    /// Whether a file was imported before, byte for byte.
    pub(super) fn has(&self, name: &str, sha256: &str) -> bool {
        self.sources.get(name).is_some_and(|known| known == sha256)
    }

    pub(super) fn assets(&self) -> &[Listed] {
        &self.assets
    }

    /// What is in its series, as if each were one more file: older than all others, so that a file that was replaced is believed.
    pub(super) fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for listed in &self.assets {
            for (folder, symbol, content) in [
                ("spot", &listed.spot, Content::Bars(Kind::Spot)),
                ("perp", &listed.perp, Content::Bars(Kind::Perp)),
                ("mark", &listed.perp, Content::Mark),
                ("funding", &listed.perp, Content::Funding),
            ] {
                parts.extend(self.part(&format!("{folder}/{symbol}.csv"), symbol, content, &listed.venue));
            }
        }
        parts
    }

    fn part(&self, name: &str, symbol: &str, content: Content, venue: &str) -> Option<Part> {
        let bytes = bounded::bytes(&self.dir.join(name), MOST).ok()?;
        let mapping = Mapping::default();
        let grid = text::grid(&bytes, &mapping.dialect).ok()?;
        let roles = Roles::named(grid.names.as_deref()?);
        let pair = Pair::parse(symbol).or_else(|| Pair::alone(symbol))?;
        // Its own files are in UTC and in coins.
        let volume = Some(crate::import::mapping::VolumeUnit::Base);
        let venue = if venue == "unknown" { String::new() } else { venue.to_owned() };
        let meaning = Meaning {
            content,
            origin: Origin::Plain,
            venue: venue.clone(),
            pair: None,
            roles,
            interval: None,
            offset: 0,
            volume,
            assumed_kind: false,
        };
        let all: Vec<usize> = (0..grid.rows()).collect();
        let (rows, _): (Rows, _) = match content {
            Content::Funding => rates::read(&grid, &all, &meaning, &mapping),
            _ => bars::read(&grid, &all, &meaning, &pair, &mapping),
        }
        .ok()?;
        Some(Part {
            file: OF_THE_MARKET,
            content,
            origin: Origin::Plain,
            venue,
            pair,
            assumed_kind: false,
            rows,
            left_out: crate::import::LeftOut::default(),
        })
    }
}

/// The place of the market's own rows among the files.
pub(super) const OF_THE_MARKET: usize = usize::MAX;
