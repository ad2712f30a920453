//! Which files belong to a symbol, and their bytes: unpacked and hashed.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::fault::Fault;
use crate::market::InputFile;
use crate::market::cite::{cited, escaped};
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
}

impl Source {
    pub(super) fn plain(dir: &Path, name: &str) -> Self {
        Self { path: dir.join(name), name: name.to_owned(), packing: Packing::Csv, symbol: None }
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
        regular(&self.path)?;
        let packed = fs::read(&self.path).map_err(|error| unreadable(&self.path, &cited(&error.to_string())))?;
        let input = InputFile { path: self.name.clone(), sha256: sha256(&packed) };
        let mut bytes = match self.packing {
            Packing::Csv | Packing::Parquet => packed,
            Packing::Gz => gunzip(&self.path, &packed)?,
            Packing::Zip => unzip(&self.path, packed)?,
        };
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Ok((bytes, input))
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

/// Refuses what cannot be opened as a file, without opening it: a pipe would wait for a writer that never comes.
fn regular(path: &Path) -> Result<(), Fault> {
    let odd = |what: &str| {
        let found = format!("is there but is {what}");
        Err(Fault::new(path.display().to_string(), found, "a regular file", "put the file itself there, or remove this"))
    };
    match fs::metadata(path) {
        Ok(about) if about.is_file() => Ok(()),
        Ok(about) if about.is_dir() => odd("a folder"),
        Ok(_) => odd("no regular file"),
        Err(error) if fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()) => match error.kind() {
            ErrorKind::NotFound => odd("a broken link"),
            _ => odd("a link that cannot be followed, perhaps to itself"),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Err(unreadable(path, "there is no such file")),
        Err(error) => Err(unreadable(path, &cited(&error.to_string()))),
    }
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
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
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
    /// Lists `<dir>/<folder>`; absent is empty. A file belongs to the longest listed symbol that is its whole stem or stands before a `-`.
    pub(super) fn list(dir: &Path, folder: &str, symbols: &[&str]) -> Result<Self, Fault> {
        let mut found = Self::default();
        for name in names(&dir.join(folder))? {
            let Some((stem, packing)) = unpacked(&name) else { continue };
            let owner = symbols
                .iter()
                .filter(|symbol| stem.strip_prefix(**symbol).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
                .max_by_key(|symbol| symbol.len());
            let (path, name) = (dir.join(folder).join(&name), format!("{folder}/{name}"));
            match owner {
                Some(symbol) => {
                    let source = Source { path, name, packing, symbol: Some((*symbol).to_owned()) };
                    found.by_symbol.entry((*symbol).to_owned()).or_default().push(source);
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
        let source = |own: &str| Source { symbol: Some(own.to_owned()), ..Source::plain(Path::new("."), "x") };
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
        let folder = Folder::list(dir.path(), "spot", &["BTC", "BTC-USD"]).unwrap();
        let names = |symbol: &str| folder.by_symbol[symbol].iter().map(|source| source.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names("BTC"), ["spot/BTC-2024-01.csv"]);
        assert_eq!(names("BTC-USD"), ["spot/BTC-USD-2024.zip", "spot/BTC-USD.csv.gz"]);
        assert_eq!(folder.strangers, ["spot/BTCX.parquet"]);
    }
}
