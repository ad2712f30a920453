//! The small tables of a market: the first byte says which.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rotate_fuzz::Folder;

const TABLES: [&str; 6] =
    ["assets.csv", "narratives.csv", "market-cap.csv", "margin-tiers.csv", "evidence/facts.csv", "conversions.csv"];

static FOLDER: LazyLock<Folder> = LazyLock::new(Folder::new);

fuzz_target!(|bytes: &[u8]| {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    let table = TABLES[usize::from(which) % TABLES.len()];
    let before = std::fs::read(FOLDER.path().join(table)).ok();
    FOLDER.put(table, bytes);
    FOLDER.load_and_replay();
    match before {
        Some(before) => FOLDER.put(table, &before),
        None => FOLDER.remove(table),
    }
});
