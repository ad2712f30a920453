//! `funding/BTCUSDT.csv` of a market.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rotate_fuzz::Folder;

static FOLDER: LazyLock<Folder> = LazyLock::new(Folder::new);

fuzz_target!(|bytes: &[u8]| {
    FOLDER.put("funding/BTCUSDT.csv", bytes);
    FOLDER.load_and_replay();
});
