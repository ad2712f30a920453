//! What an import understood, before anything is written: the series of the market, its facts, and a row for every file.

use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::import::choose::{self, Choice, PassedOver};
use crate::import::existing::Existing;
use crate::import::facts::Facts;
use crate::import::kind::{Content, Origin};
use crate::import::listing::{self, AssetRow};
use crate::import::part::LeftOut;
use crate::import::piece::{self, FoundFile};
use crate::import::reading::{self, Reading, Ways};
use crate::import::series::{self, Series};
use crate::market::Kind;
use crate::units::{Span, Time};

/// What is to be imported, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Files and folders.
    pub sources: Vec<PathBuf>,
    /// Folder of the market.
    pub out: PathBuf,
    pub ways: Ways,
    /// Length of a bar of the market; nothing: the shortest that all coins have, from an hour to a day.
    pub bar: Option<Span>,
    /// Currency of prices; nothing: the one that most bars are in.
    pub quote: Option<String>,
}

/// What was understood of the sources.
pub struct Plan {
    pub(super) out: PathBuf,
    pub(super) existing: Option<Existing>,
    pub(super) series: Vec<Series>,
    pub(super) choice: Choice,
    pub(super) assets: Vec<AssetRow>,
    pub(super) facts: Facts,
    pub(super) files: Vec<FileRow>,
}

/// What a file was taken for.
#[derive(Clone, Debug)]
pub struct FileRow {
    /// From its source on, with `/`.
    pub name: String,
    /// Nothing where it cannot be read, or was not.
    pub sha256: Option<String>,
    pub origin: Option<Origin>,
    /// Why it is of no use, in words; nothing where it is.
    pub useless: Option<String>,
    /// Whether the market has it already, byte for byte.
    pub known: bool,
}

/// A series as it was understood.
#[derive(Clone, Debug)]
pub struct SeriesRow {
    pub content: Content,
    pub symbol: String,
    pub venue: String,
    /// Nothing for rates.
    pub interval: Option<Span>,
    pub files: usize,
    pub rows: usize,
    pub first: Time,
    pub last: Time,
    pub left_out: LeftOut,
    pub assumed_kind: bool,
    /// Nothing where the market takes it.
    pub passed_over: Option<PassedOver>,
}

/// Reads and understands all sources; writes nothing.
///
/// # Errors
/// A source that is not there, a target that no import may write to, nothing in the sources that a market is made of.
pub fn understand(request: &Request) -> Result<Plan, Fault> {
    let existing = Existing::read(&request.out)?;
    let found = piece::files(&request.sources)?;
    let readings = reading::read(&found, &request.ways);
    let mut files: Vec<FileRow> = found.iter().zip(&readings).map(|(file, reading)| row(file, reading, existing.as_ref())).collect();
    let mut parts = existing.as_ref().map_or(Vec::new(), Existing::parts);
    let mut facts = Facts::default();
    for reading in readings {
        parts.extend(reading.parts);
        facts.caps.extend(reading.facts.caps);
        facts.evidence.extend(reading.facts.evidence);
        facts.labels.extend(reading.facts.labels);
        facts.tiers.extend(reading.facts.tiers);
    }
    let series = series::series(parts);
    if !series.iter().any(|own| matches!(own.key.content, Content::Bars(_))) {
        return Err(nothing(&request.sources, &files));
    }
    let (bar, quote) = existing.as_ref().map_or((request.bar, request.quote.clone()), |own| (Some(own.bar), Some(own.quote.clone())));
    let choice = choose::choose(&series, bar, quote.as_deref());
    let assets = listing::listing(&choice, &series);
    if assets.is_empty() {
        return Err(nothing(&request.sources, &files));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Plan { out: request.out.clone(), existing, series, choice, assets, facts, files })
}

fn row(file: &FoundFile, reading: &Reading, existing: Option<&Existing>) -> FileRow {
    let known = existing.is_some_and(|own| reading.sha256.as_deref().is_some_and(|sha256| own.has(&file.name, sha256)));
    FileRow { name: file.name.clone(), sha256: reading.sha256.clone(), origin: reading.origin, useless: reading.useless.clone(), known }
}

fn nothing(sources: &[PathBuf], files: &[FileRow]) -> Fault {
    let place = sources.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let first = files.iter().find_map(|file| Some(format!("; {}: {}", file.name, file.useless.as_ref()?)));
    let found = format!("no bars of prices in {} files{}", files.len(), first.unwrap_or_default());
    Fault::new(
        place,
        found,
        "files of an exchange, a program or a site with open, high, low, close and volume",
        "say whose they are with --from, or describe their columns in a mapping file (README, *Drop your Binance zips in*)",
    )
}

impl Plan {
    /// Every file, in the order of their names.
    #[must_use]
    pub fn files(&self) -> &[FileRow] {
        &self.files
    }

    /// Every series, those that the market takes and those that it does not.
    #[must_use]
    pub fn series(&self) -> Vec<SeriesRow> {
        let rows = self.series.iter().zip(&self.choice.passed_over).map(|(own, passed_over)| SeriesRow {
            content: own.key.content,
            symbol: listing::symbol(own, &self.choice.quote),
            venue: own.key.venue.clone(),
            interval: own.key.interval,
            files: own.files.len(),
            rows: own.rows.len(),
            first: own.span().0,
            last: own.span().1,
            left_out: own.left_out.clone(),
            assumed_kind: own.assumed_kind,
            passed_over: *passed_over,
        });
        rows.collect()
    }

    /// Folder of the market.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// Length of a bar of the market.
    #[must_use]
    pub fn bar(&self) -> Span {
        self.choice.bar
    }

    /// Currency of its prices.
    #[must_use]
    pub fn quote(&self) -> &str {
        &self.choice.quote
    }

    /// How many coins it has, and how many of them with a perpetual.
    #[must_use]
    pub fn coins(&self) -> (usize, usize) {
        (self.assets.len(), self.assets.iter().filter(|asset| !asset.perp.is_empty()).count())
    }

    /// Whether the market is there already and all that was named is in it, byte for byte.
    #[must_use]
    pub fn is_nothing_new(&self) -> bool {
        self.existing.is_some() && self.files.iter().all(|file| file.known || file.useless.is_some())
    }

    /// Whether there is a market that gets more.
    #[must_use]
    pub fn is_update(&self) -> bool {
        self.existing.is_some()
    }

    /// The venue that most of its series are of.
    pub(super) fn venue(&self) -> &str {
        let count = |venue: &str| self.assets.iter().filter(|asset| asset.venue == venue).count();
        self.assets
            .iter()
            .map(|asset| asset.venue.as_str())
            .max_by_key(|venue| (count(venue), std::cmp::Reverse(*venue)))
            .unwrap_or("unknown")
    }

    /// Whether it has a perpetual.
    pub(super) fn has_perpetuals(&self) -> bool {
        self.series
            .iter()
            .zip(&self.choice.passed_over)
            .any(|(own, passed)| passed.is_none() && own.key.content == Content::Bars(Kind::Perp))
    }
}
