//! Which files belong to a symbol, and their bytes: unpacked and hashed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::fault::Fault;
use crate::market::InputFile;

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
}

impl Source {
    pub(super) fn plain(dir: &Path, name: &str) -> Self {
        Self { path: dir.join(name), name: name.to_owned(), packing: Packing::Csv }
    }

    /// The bytes of the (unpacked) table, and the hash of the file as it lies there.
    pub(super) fn read(&self) -> Result<(Vec<u8>, InputFile), Fault> {
        let packed = fs::read(&self.path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => unreadable(&self.path, "there is no such file"),
            _ => unreadable(&self.path, &error.to_string()),
        })?;
        let input = InputFile { path: self.name.clone(), sha256: sha256(&packed) };
        let mut bytes = match self.packing {
            Packing::Csv | Packing::Parquet => packed,
            Packing::Gz => {
                let mut bytes = Vec::with_capacity(packed.len() * 4);
                flate2::read::MultiGzDecoder::new(packed.as_slice())
                    .read_to_end(&mut bytes)
                    .map_err(|error| unreadable(&self.path, &format!("not a gzip file: {error}")))?;
                bytes
            }
            Packing::Zip => unzip(&self.path, packed)?,
        };
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Ok((bytes, input))
    }
}

fn unzip(path: &Path, packed: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let broken = |error: &dyn std::fmt::Display| unreadable(path, &format!("not a zip archive: {error}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(packed)).map_err(|error| broken(&error))?;
    if archive.len() != 1 {
        return Err(Fault::new(
            path.display().to_string(),
            format!("{} files in the archive", archive.len()),
            "one CSV file in each archive",
            "unpack it, one file a table",
        ));
    }
    let mut bytes = Vec::new();
    let mut file = archive.by_index(0).map_err(|error| broken(&error))?;
    file.read_to_end(&mut bytes).map_err(|error| broken(&error))?;
    Ok(bytes)
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
            let source = Source { path: dir.join(folder).join(&name), name: format!("{folder}/{name}"), packing };
            match owner {
                Some(symbol) => found.by_symbol.entry((*symbol).to_owned()).or_default().push(source),
                None => found.strangers.push(source.name),
            }
        }
        Ok(found)
    }
}

/// File names of a folder, sorted, hidden ones left out; an absent folder has none.
pub(super) fn names(dir: &Path) -> Result<Vec<String>, Fault> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| unreadable(dir, &error.to_string()))? {
        let entry = entry.map_err(|error| unreadable(dir, &error.to_string()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && entry.path().is_file() {
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
