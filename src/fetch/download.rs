//! Files on their way into the archive's folder: checked before they get their name, kept where they are as they should be.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bounded::MIB;
use crate::fault::Fault;
use crate::fetch::address::Base;
use crate::fetch::archive::{Archive, Record, is_digest};
use crate::fetch::client::{Client, Failure, TRIES, back_off};
use crate::fetch::plan::Item;
use crate::fetch::progress::{Observer, Progress};
use crate::fetch::workers;
use crate::market::digest;
use crate::market::unpack;

/// Bytes of a file, and of the table in it: as many as a market takes unless its manifest says otherwise.
pub(super) const LARGEST: u64 = 256 * MIB;
/// Bytes of a checksum and the name behind it.
const CHECKSUM: u64 = 4_096;
/// Files that fail in a row until something is wrong with all of them.
const FAILURES: usize = 10;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has come, with so many bytes.
    Fetched(u64),
    /// It has come in the place of another one.
    Replaced(u64),
    /// It was there.
    Kept,
    /// The archive has no such file.
    Absent,
    /// It could not be had; why.
    Failed(String),
}

/// Fetches each item, and says of each what became of it.
pub(super) fn download(
    client: &Client,
    base: &Base,
    archive: &Archive,
    items: &[Item],
    connections: usize,
    observe: Observer<'_>,
) -> Result<Vec<Outcome>, Fault> {
    observe(Progress::Begin("fetching", items.len()));
    let in_a_row = AtomicUsize::new(0);
    workers::each(connections, items, |number, item| {
        let outcome = one(client, base, archive, number, item)?;
        observe(Progress::Step);
        let Outcome::Failed(why) = &outcome else {
            in_a_row.store(0, Ordering::Relaxed);
            return Ok(outcome);
        };
        if in_a_row.fetch_add(1, Ordering::Relaxed) + 1 < FAILURES {
            return Ok(outcome);
        }
        Err(Fault::new(
            base.file(&item.path),
            format!("{why}; {FAILURES} files failed one after the other"),
            "an archive that answers",
            "look at the connection and the address, then run the same command again: what was fetched is kept",
        ))
    })
}

/// The path of the file that has a file's checksum.
fn checksum_path(path: &str) -> String {
    format!("{path}.CHECKSUM")
}

/// A file without its checksum, which the archive promises, is not believed.
fn expected(client: &Client, base: &Base, item: &Item) -> Result<Option<String>, Failure> {
    if !item.has_checksum {
        return Ok(None);
    }
    let bytes = client.get(&base.file(&checksum_path(&item.path)), CHECKSUM)?;
    let name = item.path.rsplit('/').next().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let mut words = text.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(sha256), Some(named), None) if is_digest(sha256) && named.trim_start_matches('*') == name => Ok(Some(sha256.to_owned())),
        _ => Err(Failure::Failed("its checksum is no line of sha256sum for it".to_owned())),
    }
}

fn one(client: &Client, base: &Base, archive: &Archive, number: usize, item: &Item) -> Result<Outcome, Fault> {
    let there = archive.bytes_of(&item.path, LARGEST);
    let address = base.file(&item.path);
    let is_right = |sha256: Option<&str>| there.as_ref().is_some_and(|there| is_right(archive, item, sha256, there));
    match checked(client, base, item, &is_right) {
        Ok(None) => {
            // One that came before the program was stopped, or by another way, is not noted yet.
            let there = there.unwrap_or_default();
            archive.note(&item.path, Record::new(digest::of(&there), there.len() as u64, address));
            Ok(Outcome::Kept)
        }
        Ok(Some(bytes)) => {
            archive.store(number, &item.path, &bytes)?;
            let length = bytes.len() as u64;
            archive.note(&item.path, Record::new(digest::of(&bytes), length, address));
            Ok(if there.is_some() { Outcome::Replaced(length) } else { Outcome::Fetched(length) })
        }
        Err(Failure::Absent) => Ok(Outcome::Absent),
        Err(Failure::Failed(why)) => Ok(Outcome::Failed(why)),
    }
}

/// The bytes of a file, as its checksum has them.
pub(super) fn verified(client: &Client, base: &Base, item: &Item) -> Result<Vec<u8>, Failure> {
    checked(client, base, item, &|_| false).map(Option::unwrap_or_default)
}

/// The same; nothing where `is_there`, asked with the checksum, says that they need not come.
fn checked(client: &Client, base: &Base, item: &Item, is_there: &dyn Fn(Option<&str>) -> bool) -> Result<Option<Vec<u8>>, Failure> {
    let most = item.bytes.unwrap_or(LARGEST).min(LARGEST);
    for attempt in 1..=TRIES {
        let sha256 = match expected(client, base, item) {
            Err(Failure::Absent) => {
                client.get(&base.file(&item.path), most)?;
                return Err(Failure::Failed("its checksum is not there".to_owned()));
            }
            asked => asked?,
        };
        if is_there(sha256.as_deref()) {
            return Ok(None);
        }
        let bytes = client.get(&base.file(&item.path), most)?;
        let objection = match &sha256 {
            Some(sha256) => (*sha256 != digest::of(&bytes)).then(|| "its bytes are not those of its checksum".to_owned()),
            None => damage(item, &bytes),
        };
        match objection {
            None => return Ok(Some(bytes)),
            Some(objection) if attempt == TRIES => return Err(Failure::Failed(format!("{objection}, {TRIES} times"))),
            // Perhaps it was replaced between the two questions.
            Some(_) => back_off(attempt),
        }
    }
    unreachable!("the last attempt returns")
}

/// Why a packed file without a checksum is not whole: its own sums say so.
fn damage(item: &Item, bytes: &[u8]) -> Option<String> {
    unpack::table_of(Path::new(&item.path), bytes.to_vec(), LARGEST).err().map(|fault| fault.found)
}

/// Whether the file that is there is the archive's. One without a checksum got its name when it was whole: its record says so, or, where the program
/// was stopped before that was written, the file itself.
fn is_right(archive: &Archive, item: &Item, sha256: Option<&str>, there: &[u8]) -> bool {
    let record = archive.record_of(&item.path).map(|record| record.sha256);
    match sha256.map(str::to_owned).or(record) {
        Some(sha256) => sha256 == digest::of(there),
        None => damage(item, there).is_none(),
    }
}
