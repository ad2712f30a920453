//! What has changed is read anew.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use super::{PLANTED, bars, check, entries, kept, last, only, plant, settle, small};

const BEFORE: &str = "2024-01-10T00:00:00Z";
const AFTER: &str = "2024-01-11T00:00:00Z";

fn file(market: &Path) -> std::path::PathBuf {
    market.join("spot/AAAUSDT.csv")
}

#[test]
fn a_file_of_other_bytes_is_read_anew_whatever_its_length_and_its_time() {
    let (_home, market, cache) = kept();
    let path = file(&market);
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, bars(11)).unwrap();
    File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    assert_eq!(last(&check(&cache, &market, &[])), AFTER);
    // Another file in its place, as old and as long.
    let other = market.join("other");
    fs::write(&other, bars(10)).unwrap();
    File::options().write(true).open(&other).unwrap().set_modified(modified).unwrap();
    fs::rename(&other, &path).unwrap();
    assert_eq!(last(&check(&cache, &market, &[])), BEFORE);
}

#[test]
fn a_file_that_was_touched_is_read_anew_and_kept_once_it_has_settled() {
    let (_home, market, cache) = kept();
    let entry = only(&cache);
    plant(&entry);
    let planted = fs::read(&entry).unwrap();
    File::options().write(true).open(file(&market)).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    // So shortly after it changed it might change again in the same tick: nothing is kept of it, and nothing that was is taken.
    assert_eq!(last(&check(&cache, &market, &[])), BEFORE);
    assert!(fs::read(&entry).unwrap() == planted);
    settle();
    assert_eq!(last(&check(&cache, &market, &[])), BEFORE);
    assert!(fs::read(&entry).unwrap() != planted);
    plant(&entry);
    assert_eq!(last(&check(&cache, &market, &[])), PLANTED);
}

#[test]
fn another_file_of_the_symbol_and_other_words_of_the_market_are_read_anew() {
    let (_home, market, cache) = kept();
    plant(&only(&cache));
    let manifest = market.join("market.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    for (changed, expected) in [("[data]\nwick_limit = 3\n", BEFORE), ("[limits]\ntable_mib = 9\n", BEFORE), ("", PLANTED)] {
        let before = fs::read(only(&cache)).unwrap();
        fs::write(&manifest, format!("{text}{changed}")).unwrap();
        assert_eq!(last(&check(&cache, &market, &[])), expected, "{changed}");
        // As it was: what was planted stands again.
        fs::write(only(&cache), before).unwrap();
    }
    fs::write(market.join("spot/AAAUSDT-more.csv"), "open_time,open,high,low,close,volume\n2024-01-11,10,11,9,10,1000\n").unwrap();
    assert_eq!(last(&check(&cache, &market, &[])), AFTER);
    fs::remove_file(market.join("spot/AAAUSDT-more.csv")).unwrap();
    assert_eq!(last(&check(&cache, &market, &[])), PLANTED);
}

#[test]
fn a_market_that_is_copied_has_entries_of_its_own() {
    let (home, market, cache) = kept();
    plant(&only(&cache));
    let copy = home.path().join("copy");
    assert!(Command::new("cp").arg("-a").arg(&market).arg(&copy).status().unwrap().success());
    settle();
    assert_eq!(last(&check(&cache, &copy, &[])), BEFORE);
    assert_eq!(entries(&cache).len(), 2);
    // Nor does another one in its place take what it left, though it is called the same.
    fs::remove_dir_all(&market).unwrap();
    small(&market, 11);
    assert_eq!(last(&check(&cache, &market, &[])), AFTER);
    fs::remove_dir_all(&market).unwrap();
    fs::rename(&copy, &market).unwrap();
    assert_eq!(last(&check(&cache, &market, &[])), BEFORE);
}
