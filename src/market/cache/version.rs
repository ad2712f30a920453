//! Which reader made an entry: a digest of the source of all that reads a file into a series, so that whoever changes how one is read need not think of the cache.

use sha2::{Digest, Sha256};

/// What reads files into series, and what it is built on. `tests/house/cache.rs` holds it against the imports.
const READER: [&str; 22] = [
    include_str!("../bars.rs"),
    include_str!("../csv_rows.rs"),
    include_str!("../data.rs"),
    include_str!("../files.rs"),
    include_str!("../frame.rs"),
    include_str!("../inputs.rs"),
    include_str!("../pages.rs"),
    include_str!("../parquet.rs"),
    include_str!("../parts.rs"),
    include_str!("../plausible.rs"),
    include_str!("../quote_field.rs"),
    include_str!("../rates.rs"),
    include_str!("../series.rs"),
    include_str!("../sheet.rs"),
    include_str!("../timestamp.rs"),
    include_str!("../unpack.rs"),
    include_str!("../wicks.rs"),
    include_str!("binary.rs"),
    include_str!("entry.rs"),
    include_str!("../../units/span.rs"),
    include_str!("../../units/time.rs"),
    // The versions of the libraries that take numbers out of tables.
    include_str!("../../../Cargo.lock"),
];

/// The digest of this program's reader.
pub(super) fn reader() -> [u8; 32] {
    let digest = READER.iter().fold(Sha256::new(), |digest, file| digest.chain_update(file.len().to_le_bytes()).chain_update(file));
    digest.finalize().into()
}
