//! Files on their way in, within bounds: regular ones only, for a pipe waits for a writer that never comes and a device never ends; and never
//! more bytes of one than its kind may have, for a small name can stand for more than the machine holds.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Bytes of a file that somebody writes by hand, a strategy or the manifest of a market: 1 MiB.
pub const BY_HAND: u64 = MIB;
/// Bytes of a file that this program wrote and reads again: 256 MiB.
pub const OWN: u64 = 256 * MIB;
/// Bytes of a mebibyte.
pub const MIB: u64 = 1 << 20;

/// Why a file is not read.
#[derive(Debug)]
pub enum Unread {
    Folder,
    /// A pipe, a socket or a device.
    Irregular,
    BrokenLink,
    /// A link that leads to itself, or into what may not be entered.
    BlockedLink,
    TooLarge {
        /// Bytes that would have been read.
        most: u64,
    },
    /// Bytes that are no UTF-8.
    NoText,
    Failed(io::Error),
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder => f.write_str("it is a folder"),
            Self::Irregular => f.write_str("it is no regular file but a pipe, a socket or a device"),
            Self::BrokenLink => f.write_str("it is a broken link"),
            Self::BlockedLink => f.write_str("it is a link that cannot be followed, perhaps to itself"),
            Self::TooLarge { most } => write!(f, "it has more than {}", size(*most)),
            Self::NoText => f.write_str("it is no text in UTF-8"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

/// `256 MiB`; bytes where it is no whole number of them.
#[must_use]
pub fn size(bytes: u64) -> String {
    if bytes > 0 && bytes.is_multiple_of(MIB) { format!("{} MiB", bytes / MIB) } else { format!("{bytes} bytes") }
}

/// Opens a regular file, or a link that leads to one. Anything else is refused without opening it.
///
/// # Errors
/// What stands there is no regular file, or cannot be opened.
pub fn open(path: &Path) -> Result<File, Unread> {
    match fs::metadata(path) {
        Ok(about) if about.is_file() => File::open(path).map_err(Unread::Failed),
        Ok(about) if about.is_dir() => Err(Unread::Folder),
        Ok(_) => Err(Unread::Irregular),
        Err(error) if fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()) => match error.kind() {
            ErrorKind::NotFound => Err(Unread::BrokenLink),
            _ => Err(Unread::BlockedLink),
        },
        Err(error) => Err(Unread::Failed(error)),
    }
}

/// All bytes of a regular file.
///
/// # Errors
/// As [`open`]; more than `most` bytes, of which no more than that are read.
pub fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let file = open(path)?;
    let length = file.metadata().map_err(Unread::Failed)?.len();
    if length > most {
        return Err(Unread::TooLarge { most });
    }
    // What the system makes up as it is read says that it is empty, and a file may grow.
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(most + 1).read_to_end(&mut bytes).map_err(Unread::Failed)?;
    if bytes.len() as u64 > most { Err(Unread::TooLarge { most }) } else { Ok(bytes) }
}

/// All of a regular file as text.
///
/// # Errors
/// As [`bytes`]; no UTF-8.
pub fn text(path: &Path, most: u64) -> Result<String, Unread> {
    String::from_utf8(bytes(path, most)?).map_err(|_| Unread::NoText)
}

#[cfg(test)]
mod tests {
    use crate::bounded::*;

    #[test]
    fn a_file_is_read_up_to_its_bound_and_not_beyond() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        fs::write(&path, "ten bytes.").unwrap();
        assert_eq!(text(&path, 10).unwrap(), "ten bytes.");
        assert!(matches!(bytes(&path, 9), Err(Unread::TooLarge { most: 9 })));
        fs::write(&path, b"\xff").unwrap();
        assert!(matches!(text(&path, 10), Err(Unread::NoText)));
        assert!(matches!(bytes(dir.path(), 10), Err(Unread::Folder)));
        assert!(matches!(bytes(&dir.path().join("y"), 10), Err(Unread::Failed(error)) if error.kind() == ErrorKind::NotFound));
    }

    #[test]
    fn a_size_is_said_in_mebibytes_where_it_is_some() {
        assert_eq!([size(MIB), size(256 * MIB), size(9), size(0)], ["1 MiB", "256 MiB", "9 bytes", "0 bytes"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_as_good_as_what_it_leads_to() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("file"), "x").unwrap();
        for (to, name) in [("file", "good"), ("nowhere", "broken"), ("self", "self"), ("/dev/zero", "endless")] {
            symlink(to, at(name)).unwrap();
        }
        assert_eq!(text(&at("good"), 1).unwrap(), "x");
        assert!(matches!(bytes(&at("broken"), 1), Err(Unread::BrokenLink)));
        assert!(matches!(bytes(&at("self"), 1), Err(Unread::BlockedLink)));
        assert!(matches!(bytes(&at("endless"), 1), Err(Unread::Irregular)));
    }
}
