//! `perp/AAAUSDT.parquet` of a market, in place of the CSV.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rotate_fuzz::Folder;

static FOLDER: LazyLock<Folder> = LazyLock::new(|| {
    let folder = Folder::new();
    folder.remove("perp/AAAUSDT.csv");
    folder
});

fuzz_target!(|bytes: &[u8]| {
    FOLDER.put("perp/AAAUSDT.parquet", bytes);
    FOLDER.load_and_replay();
});
