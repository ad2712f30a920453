//! Small files that become large ones.

use std::fs;
use std::io::{Cursor, Write};

use flate2::{Compression, write::GzEncoder};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::made::{HEADER, START, check_refused, load, market, refused, rows, sparse};
use crate::program::{WINDOW, fine};

const GIB: u64 = 1 << 30;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::default());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_gzip_file_of_many_members_that_unpacks_to_24_gib() {
    let dir = market(&["BTC"], "");
    let member = gzip(&vec![b'0'; 64 << 20]);
    fs::write(dir.path().join("spot/BTC.csv.gz"), member.repeat(384)).unwrap();
    check_refused(dir.path(), &["BTC.csv.gz: unpacks to more than 256 MiB", "at most 256 MiB", "table_mib"]);
}

#[test]
fn a_gzip_file_in_a_gzip_file_is_no_table() {
    let dir = market(&["BTC"], "");
    fs::write(dir.path().join("spot/BTC.csv.gz"), gzip(&gzip(HEADER.as_bytes()))).unwrap();
    check_refused(dir.path(), &["BTC.csv.gz:1", "no column open_time"]);
}

#[test]
fn a_zip_archive_that_lies_about_its_size() {
    let dir = market(&["BTC"], "");
    let size = 300_u32 << 20;
    let mut archive = zip(&[("BTC.csv".to_owned(), vec![b'0'; size as usize])]);
    let told: Vec<usize> = (0..archive.len() - 4).filter(|&at| archive[at..at + 4] == size.to_le_bytes()).collect();
    assert!(!told.is_empty(), "the archive says nowhere how large it is");
    for at in told {
        archive[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    fs::write(dir.path().join("spot/BTC.zip"), archive).unwrap();
    check_refused(dir.path(), &["BTC.zip: "]);
}

#[test]
fn a_zip_archive_of_many_files_whatever_it_says_of_their_number() {
    let dir = market(&["BTC"], "");
    let files: Vec<(String, Vec<u8>)> = (0..2_000).map(|k| (k.to_string(), Vec::new())).collect();
    let mut archive = zip(&files);
    fs::write(dir.path().join("spot/BTC.zip"), &archive).unwrap();
    check_refused(dir.path(), &["BTC.zip: more than a thousand files in the archive"]);
    let end = archive.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
    archive[end + 8..end + 12].copy_from_slice(&[1, 0, 1, 0]);
    fs::write(dir.path().join("spot/BTC.zip"), &archive).unwrap();
    check_refused(dir.path(), &["BTC.zip: more than a thousand files in the archive"]);
}

#[test]
fn sparse_files_in_the_place_of_every_file() {
    let dir = market(&["BTC"], "");
    sparse(&dir.path().join("spot/BTC.csv"), 6 * GIB);
    check_refused(dir.path(), &["BTC.csv: has more than 256 MiB", "by month or by year"]);
    sparse(&dir.path().join("assets.csv"), 6 * GIB);
    check_refused(dir.path(), &["assets.csv: has more than 256 MiB"]);
    let manifest = sparse(&dir.path().join("market.toml"), 3 * GIB);
    check_refused(dir.path(), &["market.toml: has more than 1 MiB"]);
    refused(&["check", manifest.to_str().unwrap()], &["cannot be read: it has more than 1 MiB"]);
}

#[test]
fn sparse_files_in_a_report() {
    let home = tempfile::tempdir().unwrap();
    let report = home.path().join("report");
    let (shown, bull) = (report.to_str().unwrap(), report.join("bull"));
    fine(&[&["run", "strategies/bull.toml", "--tables", "csv", "--quiet", "--out", shown][..], &WINDOW].concat());
    sparse(&bull.join("equity.csv"), 6 * GIB);
    refused(&["compare", shown], &["equity.csv: it has more than 256 MiB"]);
    refused(&["verify", shown], &["equity.csv: a file of more than", "by the run made again"]);
    refused(&["explain", bull.to_str().unwrap(), "--trade", "1"], &["equity.csv: it has more than 256 MiB"]);
    sparse(&bull.join("summary.json"), 6 * GIB);
    refused(&["compare", shown], &["summary.json: it has more than 256 MiB"]);
    sparse(&report.join("manifest.json"), 6 * GIB);
    refused(&["compare", shown], &["manifest.json: it has more than 256 MiB"]);
    refused(&["verify", shown], &["manifest.json: it has more than 256 MiB"]);
    refused(
        &[&["run", "strategies/bull.toml", "--quiet", "--out", shown][..], &WINDOW].concat(),
        &["report: a folder that holds something else"],
    );
}

#[test]
fn the_bound_of_a_table_can_be_set() {
    let dir = market(&["BTC"], "[limits]\ntable_mib = 1\n");
    let table = HEADER.to_owned() + &rows(40_000, 3_600);
    assert!(table.len() > 1 << 20);
    fs::write(dir.path().join("spot/BTC.csv"), &table).unwrap();
    let said = load(dir.path()).unwrap_err();
    assert_eq!((said.found.as_str(), said.expected.as_str()), ("has more than 1 MiB", "a table of at most 1 MiB"));
    fs::remove_file(dir.path().join("spot/BTC.csv")).unwrap();
    fs::write(dir.path().join("spot/BTC.csv.gz"), gzip(table.as_bytes())).unwrap();
    assert_eq!(load(dir.path()).unwrap_err().found, "unpacks to more than 1 MiB");
    // Less than a mebibyte as text, more as columns.
    let row = |k: i64| format!("{},1,1,1,1,1\n", START + k);
    let short: String = (0..30_000).map(row).collect();
    assert!(short.len() < 1 << 20);
    fs::write(dir.path().join("spot/BTC.csv.gz"), gzip((HEADER.to_owned() + &short).as_bytes())).unwrap();
    assert_eq!(load(dir.path()).unwrap_err().found, "has more than 21845 rows");

    let raised = market(&["BTC"], "[limits]\ntable_mib = 2\n");
    fs::write(raised.path().join("spot/BTC.csv"), &table).unwrap();
    assert_eq!(load(raised.path()).unwrap().clock.bars, 40_000 / 24);
}
