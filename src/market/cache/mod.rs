//! What a market's series files hold, kept beside them in a folder of the user's own, so that the next command need not read them. Small tables are always read.
//!
//! One entry a symbol and folder, of all its files together. It is taken only where the reader is the same (`version`), what it was asked for is the
//! same, and every file is as it was by what the file system notes of it (`file_state`). Whatever is wrong with an entry, it is as if there were none;
//! whatever is wrong with the folder, it is as if there were no cache.

mod binary;
mod cache_folder;
mod entry;
mod file_state;
mod version;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest, Sha256};

use crate::fault::Fault;
use crate::market::bars::Grid;
use crate::market::cache::binary::Writer;
use crate::market::cache::cache_folder::Temporary;
use crate::market::cache::entry::Key;
use crate::market::cache::file_state::{FileState, Nanoseconds};
use crate::market::data::Data;
use crate::market::digest;
use crate::market::files::Source;
use crate::units::Time;

/// Bytes of all entries together: 4 GiB.
const MOST: u64 = 4 << 30;

/// Where the series of markets are kept from one command to the next.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
    most: u64,
}

impl Cache {
    /// None: every file is read.
    pub const NONE: Self = Self { folder: None, most: 0 };

    /// In a folder that need not be there.
    #[must_use]
    pub fn at(folder: PathBuf) -> Self {
        Self { folder: Some(folder), most: MOST }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The most that its entries have together, in bytes.
    #[must_use]
    pub fn most(&self) -> u64 {
        self.most
    }

    /// How many series are kept in it, and their bytes.
    #[must_use]
    pub fn size(&self) -> (usize, u64) {
        self.folder().map_or((0, 0), cache_folder::size)
    }

    /// Forgets all of them; how many they were, and their bytes. Files of anybody else stay.
    #[must_use]
    pub fn clear(&self) -> (usize, u64) {
        self.folder().map_or((0, 0), cache_folder::clear)
    }

    /// The entries of one market; `None` where there can be none.
    pub(super) fn of_market(&self, dir: &Path) -> Option<MarketCache<'_>> {
        let folder = self.folder()?;
        let market = dir.canonicalize().ok()?;
        let absolute = std::path::absolute(folder).ok()?;
        // As much of it as is there: a market's folder is never written to.
        let real = absolute.ancestors().find_map(|above| above.canonicalize().ok())?;
        let (reader, wrote) = (version::reader(), AtomicBool::new(false));
        (!real.starts_with(&market)).then_some(MarketCache { folder, most: self.most, market, reader, wrote })
    }
}

/// The entries of one market.
pub(super) struct MarketCache<'a> {
    folder: &'a Path,
    most: u64,
    market: PathBuf,
    reader: Key,
    wrote: AtomicBool,
}

/// What the files of one symbol in one folder of a market are read into.
pub(super) struct Request<'a> {
    pub(super) folder: &'a str,
    pub(super) symbol: &'a str,
    pub(super) sources: &'a [Source],
    pub(super) grid: Grid,
    /// Stamps of the symbol's settlements, which say what is kept of finer prices.
    pub(super) settled: &'a [Time],
}

impl MarketCache<'_> {
    /// What was kept, or else what `read` gives, which is kept where every later change of the files is sure to be seen.
    ///
    /// # Errors
    /// What `read` refuses; that is never kept.
    pub(super) fn series(&self, request: &Request, read: impl FnOnce() -> Result<Data, Fault>) -> Result<Data, Fault> {
        let path = self.path(request);
        let kept = request.states().and_then(|states| entry::read(&path, &self.key(request, &states)));
        if let Some(data) = kept {
            return Ok(data);
        }
        let begun = Temporary::begin(self.folder);
        // As they are now that it has begun, and before they are read.
        let key = begun.as_ref().and_then(|begun| {
            let states = request.states()?;
            states.iter().all(|state| state.has_settled(begun.begun)).then(|| self.key(request, &states))
        });
        let data = read()?;
        if let (Some(begun), Some(key)) = (begun, key)
            && let Some(bytes) = entry::pack(&data, &key)
            && begun.finish(&bytes, &path)
        {
            self.wrote.store(true, Ordering::Relaxed);
        }
        Ok(data)
    }

    /// Once all series are there: what is too much goes.
    pub(super) fn finish(&self) {
        if self.wrote.load(Ordering::Relaxed) {
            cache_folder::limit(self.folder, self.most);
        }
    }

    /// By what it is about, so that a newer entry takes the place of an older one.
    fn path(&self, request: &Request) -> PathBuf {
        let mut about = Writer(self.market.as_os_str().as_encoded_bytes().to_vec());
        about.text(request.folder);
        about.text(request.symbol);
        cache_folder::entry(self.folder, &digest::of(&about.0)[..32])
    }

    fn key(&self, request: &Request, states: &[FileState]) -> Key {
        let Request { folder, symbol, sources, grid, settled } = request;
        let mut all = Writer(self.reader.to_vec());
        all.0.extend_from_slice(self.market.as_os_str().as_encoded_bytes());
        all.text(folder);
        all.text(symbol);
        all.number(grid.bar.seconds() as u64);
        all.rows(grid.wicks.iter().map(|limit| [limit.times.to_bits(), u64::from(limit.refuse)]).collect::<Vec<_>>().into_iter());
        all.rows(settled.iter().map(|time| [time.seconds() as u64]));
        let halves = |instant: Nanoseconds| [instant as u64, (instant >> 64) as u64];
        for (source, state) in sources.iter().zip(states) {
            all.text(&source.name);
            let ([modified, later], [changed, after]) = (halves(state.modified), halves(state.changed));
            all.rows([[source.most, state.size, state.inode, modified, later, changed, after]].into_iter());
        }
        Sha256::digest(&all.0).into()
    }
}

impl Request<'_> {
    /// Of every file; `None` where one cannot be asked.
    fn states(&self) -> Option<Vec<FileState>> {
        self.sources.iter().map(|source| FileState::of(&source.path)).collect()
    }
}
