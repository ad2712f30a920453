//! The journal of a study: one line of JSON a trial, appended, each sealed with a CRC and put on the disk a batch at a time. Nothing else is
//! state: what a sampler has learned, it learns anew from these lines.
//!
//! The first line says of what the study is; a study of anything else does not go on with it. A last line that was cut off, as by a power
//! cut, is dropped; a line before it that is not as it was written is refused.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::bounded::{self, MIB};
use crate::fault::Fault;
use crate::folder::broken;

/// Its name in the folder of a study.
pub const FILE: &str = "journal.jsonl";
/// Half a million trials of four years.
const MOST: u64 = 16_384 * MIB;
/// Before the sum of a line, which is the last of its fields.
const SEAL: &str = ",\"crc\":\"";

/// Lines on a disk, or nowhere.
#[derive(Debug)]
pub struct Journal {
    /// None where nothing is kept.
    file: Option<(File, PathBuf)>,
    lines: Vec<Value>,
    /// Whether a last line was cut off, and dropped.
    dropped: bool,
}

impl Journal {
    /// Of a study that is made at one go and kept nowhere.
    #[must_use]
    pub fn nowhere(about: Value) -> Self {
        Self { file: None, lines: vec![about], dropped: false }
    }

    /// Begins one in `folder`, which is made; what is there is replaced.
    ///
    /// # Errors
    /// The place cannot be written, or another process is at work there.
    pub fn begin(folder: &Path, about: Value) -> Result<Self, Fault> {
        fs::create_dir_all(folder).map_err(|error| broken(folder, &error))?;
        let path = folder.join(FILE);
        let file =
            File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(|error| broken(&path, &error))?;
        alone(&file, &path)?;
        file.set_len(0).map_err(|error| broken(&path, &error))?;
        let mut journal = Self { file: Some((file, path)), lines: Vec::new(), dropped: false };
        journal.append(vec![about])?;
        Ok(journal)
    }

    /// Goes on with the one in `folder`.
    ///
    /// # Errors
    /// It cannot be read, another process is at work on it, or a line of it is not as it was written.
    pub fn resume(folder: &Path) -> Result<Self, Fault> {
        let path = folder.join(FILE);
        let mut file = File::options().read(true).write(true).open(&path).map_err(|error| broken(&path, &error))?;
        alone(&file, &path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| broken(&path, &error))?;
        let (lines, whole) = lines(&bytes, &path)?;
        let dropped = whole < bytes.len();
        file.set_len(whole as u64).map_err(|error| broken(&path, &error))?;
        file.seek(SeekFrom::End(0)).map_err(|error| broken(&path, &error))?;
        Ok(Self { file: Some((file, path)), lines, dropped })
    }

    /// The lines of a journal that is only read.
    ///
    /// # Errors
    /// It cannot be read, or a line is not as it was written.
    pub fn read(folder: &Path) -> Result<Vec<Value>, Fault> {
        let path = folder.join(FILE);
        let bytes = bounded::bytes(&path, MOST).map_err(|error| broken(&path, &error))?;
        Ok(lines(&bytes, &path)?.0)
    }

    /// Whether a last line was cut off, and dropped.
    #[must_use]
    pub fn dropped(&self) -> bool {
        self.dropped
    }

    /// What the study is of.
    ///
    /// # Panics
    /// Of a journal that was cut off in its first line: see [`Self::is_empty`].
    #[must_use]
    pub fn about(&self) -> &Value {
        &self.lines[0]
    }

    /// Whether not even the first line is whole.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What came after the first line.
    #[must_use]
    pub fn entries(&self) -> &[Value] {
        &self.lines[1..]
    }

    /// Adds lines and puts them on the disk.
    ///
    /// # Errors
    /// The disk refuses; what was there before stays good.
    pub fn append(&mut self, lines: Vec<Value>) -> Result<(), Fault> {
        if let Some((file, path)) = &mut self.file {
            let text: String = lines.iter().map(sealed).collect();
            let put = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
            put.map_err(|error| {
                let fix = "free some space and go on with the same command and --resume: all trials before are kept";
                Fault { fix: fix.to_owned(), ..broken(path, &error) }
            })?;
        }
        self.lines.extend(lines);
        Ok(())
    }

    /// The bytes of all lines: what the study is of, its trials, then everything else, whenever that came.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let (about, entries) = self.lines.split_first().expect("a study says of what it is");
        let (trials, others): (Vec<&Value>, Vec<&Value>) = entries.iter().partition(|line| line.get("trial").is_some());
        [about].into_iter().chain(trials).chain(others).map(sealed).collect::<String>().into_bytes()
    }
}

/// Nobody else writes here, for as long as the file is open.
fn alone(file: &File, path: &Path) -> Result<(), Fault> {
    file.try_lock().map_err(|error| {
        let fix = "wait for it, or choose another folder with --out";
        Fault { fix: fix.to_owned(), ..broken(path, &format!("another process is at work on this study ({error})")) }
    })
}

/// A line with its sum, which is over all before it.
fn sealed(value: &Value) -> String {
    let text = value.to_string();
    let body = text.strip_suffix('}').expect("entries are objects");
    let sum = crc32fast::hash(body.as_bytes());
    format!("{body}{SEAL}{sum:08x}\"}}\n")
}

/// All whole lines, and how many bytes they are.
fn lines(bytes: &[u8], path: &Path) -> Result<(Vec<Value>, usize), Fault> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let read = |(at, line): (usize, &[u8])| {
        unsealed(line.strip_suffix(b"\n").unwrap_or(line)).ok_or_else(|| {
            Fault::new(
                format!("{}:{}", path.display(), at + 1),
                "a line that is not as it was written: its sum does not agree",
                "the journal as the study wrote it",
                "restore it from a copy, or delete the folder and begin the study again",
            )
        })
    };
    let lines = bytes[..whole].split_inclusive(|byte| *byte == b'\n').enumerate().map(read).collect::<Result<_, _>>()?;
    Ok((lines, whole))
}

fn unsealed(line: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(line).ok()?;
    let (body, seal) = text.rsplit_once(SEAL)?;
    let sum = u32::from_str_radix(seal.strip_suffix("\"}")?, 16).ok()?;
    if crc32fast::hash(body.as_bytes()) != sum {
        return None;
    }
    let object: Map<String, Value> = serde_json::from_str(&format!("{body}}}")).ok()?;
    Some(Value::Object(object))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(folder: &Path) -> Vec<u8> {
        let mut journal = Journal::begin(folder, json!({ "of": "it" })).unwrap();
        journal.append(vec![json!({ "k": 0, "x": 0.1 }), json!({ "k": 1, "x": 1e-300 })]).unwrap();
        bounded::bytes(&folder.join(FILE), MOST).unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = written(dir.path());
        let journal = Journal::resume(dir.path()).unwrap();
        assert_eq!(journal.about(), &json!({ "of": "it" }));
        assert_eq!(journal.entries()[1]["x"].as_f64(), Some(1e-300));
        assert!(!journal.dropped() && journal.bytes() == bytes);
    }

    #[test]
    fn a_line_that_was_cut_off_is_dropped_wherever_it_was_cut() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = written(dir.path());
        let last = bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        for cut in last + 1..bytes.len() {
            fs::write(dir.path().join(FILE), &bytes[..cut]).unwrap();
            let mut journal = Journal::resume(dir.path()).unwrap();
            assert!(journal.dropped() && journal.entries().len() == 1, "{cut}");
            journal.append(vec![json!({ "k": 1, "x": 1e-300 })]).unwrap();
            drop(journal);
            assert_eq!(bounded::bytes(&dir.path().join(FILE), MOST).unwrap(), bytes);
        }
    }

    #[test]
    fn an_edited_line_is_refused_by_its_number() {
        let dir = tempfile::tempdir().unwrap();
        let text = String::from_utf8(written(dir.path())).unwrap();
        fs::write(dir.path().join(FILE), text.replace("0.1", "0.2")).unwrap();
        let fault = Journal::resume(dir.path()).unwrap_err();
        assert!(fault.place.ends_with("journal.jsonl:2"), "{fault}");
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            fs::write(dir.path().join(FILE), &bytes).unwrap();
            let intact = Journal::resume(dir.path()).is_ok_and(|journal| !journal.dropped());
            assert!(!intact, "byte {at} was changed unnoticed");
            fs::write(dir.path().join(FILE), &text).unwrap();
        }
    }

    #[test]
    fn one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let _held = Journal::begin(dir.path(), json!({})).unwrap();
        let fault = Journal::resume(dir.path()).unwrap_err();
        assert!(fault.found.contains("another process"), "{fault}");
    }
}
