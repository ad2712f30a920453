//! Which files belong to a symbol, and their bytes: unpacked and hashed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use memchr::memchr_iter;
use sha2::{Digest, Sha256};

use crate::bounded::{self, Unread, size};
use crate::fault::Fault;
use crate::market::InputFile;
use crate::market::quote_field::{cited, escaped};
use crate::market::unpack::{gunzip, unzip};

/// How a file's bytes are packed, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Csv,
    Gz,
    Zip,
    Parquet,
}

const ENDINGS: [(&str, Packing); 4] =
    [(".csv", Packing::Csv), (".csv.gz", Packing::Gz), (".zip", Packing::Zip), (".parquet", Packing::Parquet)];

/// A file of the market: where it is on this machine, and its name inside the market folder.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// As the user named the market, joined with `name`: what a [`Fault`] says.
    pub(super) path: PathBuf,
    /// Relative to the market folder, with `/`.
    pub(super) name: String,
    pub(super) packing: Packing,
    /// Whose rows these are; every column that names a symbol must agree.
    pub(super) symbol: Option<String>,
    /// Bytes it may have, and may unpack to.
    pub(super) most: u64,
}

/// Bytes of one line of a table.
const LONGEST_LINE: usize = 64 << 10;

/// Columns of a table.
pub(super) const MOST_COLUMNS: usize = 4_096;

/// Bytes of one cell of a column in memory.
const CELL: u64 = 8;

impl Source {
    pub(super) fn plain(dir: &Path, name: &str, most: u64) -> Self {
        Self { path: dir.join(name), name: name.to_owned(), packing: Packing::Csv, symbol: None, most }
    }

    /// Whether a row that names `symbol` is of another series; an empty field names nothing. Spelling is no contradiction: `BTC/USDT:USDT`, `btc-usdt`,
    /// `BTC-USDT-SWAP` and `BTCUSDT` are one.
    pub(super) fn contradicts(&self, symbol: &str) -> bool {
        let symbol = symbol.trim();
        !symbol.is_empty() && self.symbol.as_ref().is_some_and(|own| own != symbol && spelled(own) != spelled(symbol))
    }

    /// The refusal of a row whose `column` [`Self::contradicts`].
    pub(super) fn another(&self, place: String, column: &str, symbol: &str) -> Fault {
        let own = cited(self.symbol.as_deref().unwrap_or_default());
        let found = format!("`{}` in column `{column}` of a file of {own}", cited(symbol));
        Fault::new(place, found, "rows of one symbol, the one in the name of the file", "rename the file, or remove this line")
    }

    /// The bytes of the (unpacked) table, and the hash of the file as it lies there.
    pub(super) fn read(&self) -> Result<(Vec<u8>, InputFile), Fault> {
        let packed = bounded::bytes(&self.path, self.most).map_err(|why| self.unread(&why))?;
        let input = InputFile { path: self.name.clone(), sha256: sha256(&packed) };
        let mut bytes = match self.packing {
            Packing::Csv | Packing::Parquet => packed,
            Packing::Gz => gunzip(self, &packed)?,
            Packing::Zip => unzip(self, packed)?,
        };
        if self.packing == Packing::Parquet {
            return Ok((bytes, input));
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        match overlong(&bytes, LONGEST_LINE) {
            None => Ok((bytes, input)),
            Some(line) => Err(Fault::new(
                Fault::at(&self.path, line),
                format!("a line of more than {} KiB", LONGEST_LINE >> 10),
                "a table, one short row a line",
                "check that it is the file that was meant, and whole",
            )),
        }
    }

    fn unread(&self, why: &Unread) -> Fault {
        let odd = |what: &str| {
            let found = format!("is there but is {what}");
            Fault::new(self.path.display().to_string(), found, "a regular file", "put the file itself there, or remove this")
        };
        match why {
            Unread::Folder => odd("a folder"),
            Unread::Irregular => odd("no regular file"),
            Unread::BrokenLink => odd("a broken link"),
            Unread::BlockedLink => odd("a link that cannot be followed, perhaps to itself"),
            Unread::TooLarge { most } => self.too_large(&format!("has more than {}", size(*most))),
            Unread::Failed(error) if error.kind() == ErrorKind::NotFound => unreadable(&self.path, "there is no such file"),
            Unread::NoText | Unread::Failed(_) => unreadable(&self.path, &cited(&why.to_string())),
        }
    }

    /// Rows that so many columns may have: what is made of a table takes no more memory than the table may.
    pub(super) fn most_rows(&self, columns: usize) -> u64 {
        self.most / (CELL * columns.max(1) as u64)
    }

    /// The refusal of more rows.
    pub(super) fn too_long(&self, rows: u64) -> Fault {
        self.too_large(&format!("has more than {rows} rows"))
    }

    /// The refusal of more than [`MOST_COLUMNS`].
    pub(super) fn too_wide(&self, columns: usize) -> Fault {
        let found = format!("{columns} columns");
        let expected = format!("a table of at most {MOST_COLUMNS} columns");
        Fault::new(self.path.display().to_string(), found, expected, "check that it is the file that was meant, and whole")
    }

    /// The refusal of a file that has, or becomes, more than its bound.
    pub(super) fn too_large(&self, found: &str) -> Fault {
        let (what, fix) = if self.symbol.is_some() {
            ("a table", "split it into several files of one symbol, by month or by year, or set `[limits] table_mib` in market.toml")
        } else if self.name == MANIFEST {
            ("a manifest", "keep the keys of a market in it and nothing else: README, step 6, shows them")
        } else {
            ("a table", "check that it is the file that was meant, or set `[limits] table_mib` in market.toml")
        };
        Fault::new(self.path.display().to_string(), found, format!("{what} of at most {}", size(self.most)), fix)
    }
}

/// A symbol in upper case without separators, and without what says that it is a perpetual: `BTC/USDT:USDT` and `BTC-USDT-SWAP` are BTCUSDT. A dated future,
/// `BTC/USDT:USDT-240628`, is another series.
fn spelled(symbol: &str) -> String {
    let perpetual = symbol.split_once(':').filter(|(_, settled_in)| settled_in.chars().all(char::is_alphanumeric));
    let upper: String = perpetual.map_or(symbol, |(pair, _)| pair).chars().flat_map(char::to_uppercase).collect();
    let bare = ["SWAP", "PERP", "PERPETUAL"].iter().find_map(|kind| upper.strip_suffix(kind)?.strip_suffix(['-', '_']));
    bare.unwrap_or(&upper).chars().filter(|c| !matches!(c, '-' | '_' | '/' | ' ')).collect()
}

/// The manifest of a market, in its folder.
pub(super) const MANIFEST: &str = "market.toml";

/// Line feeds in a table.
pub(super) fn feeds(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// The first line of more than `most` bytes, counted from 1. Looks only for the last end of a line in each stretch of that length.
fn overlong(bytes: &[u8], most: usize) -> Option<usize> {
    let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let mut from = 0;
    while bytes.len() - from > most {
        match bytes[from..=from + most].iter().rposition(ends) {
            Some(end) => from += end + 1,
            None => return Some(1 + feeds(&bytes[..from]) as usize),
        }
    }
    None
}

/// Whether anything stands under that name, be it a link to nowhere.
pub(super) fn stands(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

pub(super) fn unreadable(path: &Path, why: &str) -> Fault {
    Fault::new(
        path.display().to_string(),
        format!("cannot be read: {why}"),
        "a readable file",
        "check its name, its permissions and that it is whole",
    )
}

/// As `sha256sum` prints it.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The same of a file, of which no more than a piece is in memory at a time.
pub(super) fn sha256_of(path: &Path) -> Result<String, Unread> {
    let mut file = bounded::open(path)?;
    let (mut digest, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hex(&digest.finalize())),
            Ok(count) => digest.update(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Unread::Failed(error)),
        }
    }
}

fn hex(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The table files of one folder of the market, by symbol.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) by_symbol: BTreeMap<String, Vec<Source>>,
    /// Tables of no listed symbol, by name.
    pub(super) strangers: Vec<String>,
}

impl Folder {
    /// Lists `<dir>/<folder>`, each file with its bound `most`; absent is empty. A file belongs to the longest listed symbol that is its whole
    /// stem or stands before a `-`.
    pub(super) fn list(dir: &Path, folder: &str, symbols: &BTreeSet<&str>, most: u64) -> Result<Self, Fault> {
        let mut found = Self::default();
        for name in names(&dir.join(folder))? {
            let Some((stem, packing)) = unpacked(&name) else { continue };
            let before_a_dash = stem.rmatch_indices('-').map(|(at, _)| &stem[..at]);
            let owner = std::iter::once(stem).chain(before_a_dash).find(|start| symbols.contains(start)).map(str::to_owned);
            let (path, name) = (dir.join(folder).join(&name), format!("{folder}/{name}"));
            match owner {
                Some(symbol) => {
                    let source = Source { path, name, packing, symbol: Some(symbol.clone()), most };
                    found.by_symbol.entry(symbol).or_default().push(source);
                }
                None if path.is_file() => found.strangers.push(escaped(&name)),
                None => {}
            }
        }
        Ok(found)
    }
}

/// Names in a folder, sorted, hidden ones left out; an absent folder has none. What is no regular file is refused when it is read.
pub(super) fn names(dir: &Path) -> Result<Vec<String>, Fault> {
    if !stands(dir) {
        return Ok(Vec::new());
    }
    if !dir.is_dir() {
        let found = "is there but is no folder, or a link that leads to none";
        return Err(Fault::new(dir.display().to_string(), found, "a folder of files", "put the folder itself there, or remove this"));
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| unreadable(dir, &error.to_string()))? {
        let entry = entry.map_err(|error| unreadable(dir, &error.to_string()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn unpacked(name: &str) -> Option<(&str, Packing)> {
    ENDINGS.iter().find_map(|&(ending, packing)| Some((name.strip_suffix(ending)?, packing)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_what_sha256sum_prints() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_row_is_of_its_file_however_it_is_spelled() {
        let source = |own: &str| Source { symbol: Some(own.to_owned()), ..Source::plain(Path::new("."), "x", 1) };
        for (own, same) in [
            ("BTCUSDT", "BTC/USDT:USDT"),
            ("BTCUSDT", "btc-usdt"),
            ("BTCUSDT", "BTC_USDT"),
            ("BTCUSDT", "BTC-USDT-SWAP"),
            ("BTC-USDT-SWAP", "BTCUSDT"),
            ("BTCUSDT", " "),
            ("币安人生USDT", "币安人生/USDT"),
            ("ÉTHUSDT", "éthusdt"),
        ] {
            assert!(!source(own).contradicts(same), "{own} {same}");
        }
        for (own, other) in [
            ("BTCUSDT", "ETHUSDT"),
            ("币安人生USDT", "龙虾USDT"),
            ("BTCUSDT", "1000BTCUSDT"),
            ("SWAPUSDT", "USDT"),
            ("BTCUSDT", "?"),
            ("BTCUSDT", "BTCUSDT_260626"),
            ("BTCUSDT", "BTC/USDT:USDT-240628"),
            ("🐸USDT", "🦊USDT"),
        ] {
            assert!(source(own).contradicts(other), "{own} {other}");
        }
    }

    #[test]
    fn a_file_belongs_to_the_longest_symbol_that_fits() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("spot")).unwrap();
        for name in ["BTC-2024-01.csv", "BTC-USD.csv.gz", "BTC-USD-2024.zip", "BTCX.parquet", "notes.txt", ".hidden.csv"] {
            fs::write(dir.path().join("spot").join(name), "").unwrap();
        }
        let folder = Folder::list(dir.path(), "spot", &BTreeSet::from(["BTC", "BTC-USD"]), 1).unwrap();
        let names = |symbol: &str| folder.by_symbol[symbol].iter().map(|source| source.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names("BTC"), ["spot/BTC-2024-01.csv"]);
        assert_eq!(names("BTC-USD"), ["spot/BTC-USD-2024.zip", "spot/BTC-USD.csv.gz"]);
        assert_eq!(folder.strangers, ["spot/BTCX.parquet"]);
    }

    #[test]
    fn the_first_line_beyond_its_bound_is_found() {
        let found = |text: &str| overlong(text.as_bytes(), 4);
        assert_eq!([found(""), found("abcd"), found("abcd\nabcd\n"), found("a\n\n\rb\ncdef")], [None; 4]);
        assert_eq!([found("abcde"), found("a\nabcde"), found("a\nb\nabcd\nabcdefgh\n"), found("abcde\na")], [1, 2, 4, 1].map(Some));
    }
}
