//! `rotate fetch` against a server on this machine: what it asks, what it writes, and what it bears.

mod constructed;
mod hostile;
mod imported;
mod interrupted;
mod troubled;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::archive_server::{Server, sha256, zipped};
use crate::program::{stderr, stdout, tree};

pub const SPOT: &str = "data/spot/monthly/klines";
pub const PERP: &str = "data/futures/um/monthly/klines";

/// Bars as the archive has them; `volume` is in quote.
pub fn bars(volume: u32) -> String {
    format!("1704067200000,1,2,0.5,1.5,10,1704070799999,{volume},3,5,7,0\n")
}

/// A monthly file of bars, in any tree.
pub fn month(server: &Server, root: &str, symbol: &str, bar: &str, date: &str, volume: u32) -> String {
    let name = format!("{symbol}-{bar}-{date}");
    let path = format!("{root}/{symbol}/{bar}/{name}.zip");
    server.add(&path, &zipped(&format!("{name}.csv"), &bars(volume)));
    path
}

pub fn funding(server: &Server, symbol: &str, date: &str) -> String {
    let path = format!("data/futures/um/monthly/fundingRate/{symbol}/{symbol}-fundingRate-{date}.zip");
    server.add(&path, &zipped("x.csv", &format!("calc_time,funding_interval_hours,last_funding_rate\n1,8,{date}\n")));
    path
}

/// The command, with nothing of the machine's proxies.
pub fn command(server: &Server, archive: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rotate"));
    command.arg("fetch").args(words).args(["--base", &server.base, "--archive"]).arg(archive);
    for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] {
        command.env_remove(name);
    }
    command
}

pub fn fetched(server: &Server, archive: &Path, words: &[&str]) -> Output {
    command(server, archive, words).output().unwrap()
}

/// Fetches and expects all to be fine; what was said as JSON.
pub fn fine(server: &Server, archive: &Path, words: &[&str]) -> Value {
    answered(server, archive, words, 0)
}

/// Fetches and expects files that failed; what was said as JSON.
pub fn failed(server: &Server, archive: &Path, words: &[&str]) -> Value {
    answered(server, archive, words, 1)
}

fn answered(server: &Server, archive: &Path, words: &[&str], code: i32) -> Value {
    let output = fetched(server, archive, &[words, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(code), "{words:?}\n{}{}", stdout(&output), stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// Fetches and expects a refusal.
pub fn refused(server: &Server, archive: &Path, words: &[&str]) -> String {
    let output = fetched(server, archive, words);
    assert_eq!(output.status.code(), Some(1), "{words:?}\n{}{}", stdout(&output), stderr(&output));
    assert!(output.stdout.is_empty());
    stderr(&output)
}

pub fn total(answer: &Value, what: &str) -> u64 {
    answer["total"][what].as_u64().unwrap()
}

/// Paths of the files in the archive, without its lists.
pub fn files(archive: &Path) -> Vec<String> {
    tree(archive).into_keys().filter(|name| !name.ends_with('/') && name.contains('/')).collect()
}

/// Home for a test: a server, a scratch folder, and the archive in it.
pub fn home() -> (Server, tempfile::TempDir, PathBuf) {
    let (server, home) = (Server::start(), tempfile::tempdir().unwrap());
    let archive = home.path().join("archive");
    (server, home, archive)
}

/// Two coins, one of them gone, one counted in thousands, one with a name in Chinese.
fn market(server: &Server) -> Vec<String> {
    let mut all = Vec::new();
    for date in ["2024-01", "2024-02", "2024-03"] {
        all.push(month(server, SPOT, "PEPEUSDT", "1h", date, 1));
        all.push(month(server, PERP, "1000PEPEUSDT", "1h", date, 2));
        all.push(month(server, "data/futures/um/monthly/markPriceKlines", "1000PEPEUSDT", "1h", date, 3));
        all.push(funding(server, "1000PEPEUSDT", date));
        all.push(month(server, PERP, "龙虾USDT", "1h", date, 4));
    }
    // Delisted in January.
    all.push(month(server, SPOT, "LUNAUSDT", "1h", "2024-01", 5));
    // Nobody asks for it.
    month(server, SPOT, "BTCUSDT", "1h", "2024-01", 6);
    month(server, SPOT, "PEPEUSDT", "1m", "2024-01", 6);
    all.sort();
    all
}

const ALL: [&str; 5] = ["binance", "--symbols", "PEPEUSDT,lunausdt,龙虾USDT", "--since", "2024-01-01"];

#[test]
fn every_file_of_a_coin_comes_under_its_own_path() {
    let (server, _home, archive) = home();
    let all = market(&server);
    let answer = fine(&server, &archive, &ALL);
    assert_eq!(files(&archive), all);
    let there = tree(&archive);
    for path in &all {
        assert!(there[path] == server.file(path), "{path}");
    }
    assert_eq!((total(&answer, "fetched"), total(&answer, "failed")), (all.len() as u64, 0));
    assert_eq!(answer["counts"]["mark"]["fetched"], 3);
    // Its list names each with its digest and where it came from.
    let list = String::from_utf8(there["fetched.csv"].clone()).unwrap();
    assert_eq!(list.lines().next(), Some("path,sha256,bytes,url"));
    let rows: Vec<Vec<&str>> = list.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), all);
    for row in &rows {
        let bytes = server.file(row[0]);
        assert_eq!((row[1], row[2]), (sha256(&bytes).as_str(), bytes.len().to_string().as_str()));
        assert!(row[3].starts_with(&format!("{}/data/", server.base)) && row[3].is_ascii(), "{}", row[3]);
    }
    assert!(list.contains("/klines/%E9%BE%99%E8%99%BEUSDT/1h/%E9%BE%99%E8%99%BEUSDT-1h-2024-01.zip"));
    let table = stdout(&fetched(&server, &archive, &ALL));
    assert!(table.contains("funding") && table.contains("kept"), "{table}");
}

#[test]
fn what_is_there_is_not_fetched_again_and_what_was_replaced_or_damaged_is() {
    let (server, _home, archive) = home();
    let all = market(&server);
    fine(&server, &archive, &ALL);
    server.asked();
    assert_eq!(total(&fine(&server, &archive, &ALL), "kept"), all.len() as u64);
    assert_eq!(server.loaded(), 0, "a file was fetched again");
    // One is another in the archive now, one was damaged here, one was removed here.
    server.add(&all[0], &zipped("x.csv", "other"));
    std::fs::write(archive.join(&all[1]), "damaged").unwrap();
    std::fs::remove_file(archive.join(&all[2])).unwrap();
    let answer = fine(&server, &archive, &ALL);
    assert_eq!((total(&answer, "replaced"), total(&answer, "fetched")), (2, 1));
    assert_eq!(answer["replaced"], serde_json::json!([all[0], all[1]]));
    for path in &all {
        assert!(std::fs::read(archive.join(path)).unwrap() == server.file(path), "{path}");
    }
    let list = std::fs::read_to_string(archive.join("fetched.csv")).unwrap();
    assert!(list.contains(&sha256(&server.file(&all[0]))), "the list has the old digest");
}

#[test]
fn a_listing_is_read_to_its_last_page() {
    let (server, _home, archive) = home();
    let all = market(&server);
    server.page(2);
    fine(&server, &archive, &ALL);
    assert_eq!(files(&archive), all);
    assert!(server.asked().iter().filter(|asked| *asked == "?data/spot/monthly/klines/PEPEUSDT/1h/").count() >= 3);
}

#[test]
fn days_come_for_months_that_have_no_file_and_holes_are_named() {
    let (server, _home, archive) = home();
    let daily = "data/futures/um/daily/klines";
    let mut all = vec![month(&server, PERP, "AUSDT", "1h", "2024-01", 1), month(&server, PERP, "AUSDT", "1h", "2024-03", 1)];
    for date in ["2024-02-01", "2024-02-29", "2024-04-01", "2024-04-02"] {
        all.push(month(&server, daily, "AUSDT", "1h", date, 1));
    }
    // The month has a file: its days are not needed.
    month(&server, daily, "AUSDT", "1h", "2024-03-05", 1);
    all.push(funding(&server, "AUSDT", "2024-01"));
    all.sort();
    let words = ["binance", "--symbols", "AUSDT", "--since", "2024-01-01"];
    let answer = fine(&server, &archive, &words);
    assert_eq!(files(&archive), all);
    // 27 days of February; funding of February is 33 days late on 2 April, and may come yet as that of March and April.
    let missing = |answer: &Value, is_final: bool| {
        let holes = answer["missing"].as_array().unwrap().iter().filter(|hole| hole["final"] == is_final);
        holes.map(|hole| hole["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(missing(&answer, true).len(), 28 - 1);
    let awaited = ["02", "03", "04"].map(|month| format!("data/futures/um/monthly/fundingRate/AUSDT/AUSDT-fundingRate-2024-{month}.zip"));
    assert_eq!(missing(&answer, false), awaited);
    // Seen from a later day they are late.
    let later = fine(&server, &archive, &[&words[..], &["--today", "2024-12-31"]].concat());
    assert_eq!((total(&later, "missing"), total(&later, "not_yet")), (27 + 3, 0));
}

#[test]
fn a_window_takes_the_months_it_touches() {
    let (server, _home, archive) = home();
    market(&server);
    let words = ["binance", "--symbols", "PEPEUSDT", "--since", "2024-02-10", "--until", "2024-02-20"];
    fine(&server, &archive, &words);
    let there = files(&archive);
    assert_eq!(there.len(), 4);
    assert!(there.iter().all(|path| path.ends_with("2024-02.zip")), "{there:?}");
}

#[test]
fn the_largest_are_those_of_the_month_before() {
    let (server, _home, archive) = home();
    for (symbol, before, after) in [("AUSDT", 10, 90), ("BUSDT", 30, 1), ("CUSDT", 20, 50), ("DUSDC", 99, 99), ("EUSDT_240628", 99, 99)] {
        month(&server, PERP, symbol, "1d", "2023-12", before);
        month(&server, PERP, symbol, "1d", "2024-01", after);
        month(&server, PERP, symbol, "1h", "2024-01", 1);
    }
    // Listed in January: nobody could know it.
    month(&server, PERP, "NEWUSDT", "1d", "2024-01", 1_000);
    let words = ["binance", "--top", "2", "--since", "2024-01-01"];
    let answer = fine(&server, &archive, &words);
    assert_eq!(files(&archive), ["BUSDT", "CUSDT"].map(|symbol| format!("{PERP}/{symbol}/1h/{symbol}-1h-2024-01.zip")));
    assert_eq!(answer["notes"][0], "the 2 largest of 3 perpetuals by their volume in USDT of 2023-12");
    let ranking = std::fs::read_to_string(archive.join("ranking.csv")).unwrap();
    assert_eq!(ranking, "rank,symbol,month,quote_volume\n1,BUSDT,2023-12,30\n2,CUSDT,2023-12,20\n3,AUSDT,2023-12,10\n");
    // Before the first perpetual the first month that has one counts.
    let early = fine(&server, &archive, &["binance", "--top", "1", "--since", "2022-01-01"]);
    assert_eq!(early["notes"][0], "the 1 largest of 3 perpetuals by their volume in USDT of 2023-12");
}

#[test]
fn a_dry_run_says_what_would_come_and_writes_nothing() {
    let (server, home, archive) = home();
    let all = market(&server);
    let words = [&ALL[..], &["--dry-run"]].concat();
    let answer = fine(&server, &archive, &words);
    let said: std::collections::BTreeSet<&str> =
        answer["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(said, all.iter().map(String::as_str).collect());
    let bytes: usize = all.iter().map(|path| server.file(path).len()).sum();
    assert_eq!(answer["bytes"], bytes);
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    assert!(!server.asked().iter().any(|asked| !asked.starts_with('?')), "something was fetched");
    let text = stdout(&fetched(&server, &archive, &words));
    assert!(text.contains(&format!("{} files, {:.1} kB; nothing was fetched", all.len(), bytes as f64 / 1e3)), "{text}");
}
