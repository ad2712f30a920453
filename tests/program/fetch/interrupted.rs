//! A fetch that is killed: what stands under its name is whole, and the next goes on.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use super::{command, files, fine, home, month, total};
use crate::archive_server::{Server, gzipped};
use crate::program::tree;

/// Runs the command, kills it once the server was asked `count` times more, and looks at what it left.
fn killed(server: &Server, archive: &std::path::Path, words: &[&str], count: usize) -> usize {
    let goal = server.count() + count;
    let mut child = command(server, archive, words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while server.count() < goal && child.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let there: Vec<String> = if archive.exists() { files(archive) } else { Vec::new() };
    let whole: Vec<&String> = there.iter().filter(|path| !path.starts_with(".rotate-fetch/")).collect();
    for path in &whole {
        assert!(std::fs::read(archive.join(path)).unwrap() == server.file(path), "{path} is not whole");
    }
    whole.len()
}

#[test]
fn a_killed_fetch_is_resumed() {
    let (server, _home, archive) = home();
    for symbol in ["AUSDT", "BUSDT"] {
        for number in 1..=12 {
            month(&server, super::PERP, symbol, "1h", &format!("2023-{number:02}"), number);
        }
    }
    server.pace(Duration::from_millis(5));
    let words = ["binance", "--symbols", "AUSDT,BUSDT", "--since", "2023-01-01"];
    let mut before = 0;
    for asked in [10, 16, 24, 32, 40] {
        let there = killed(&server, &archive, &words, asked);
        assert!(there >= before, "a file that was there has gone");
        before = there;
    }
    assert!(before > 0, "no kill fell into the downloads");
    server.asked();
    let answer = fine(&server, &archive, &words);
    assert_eq!((total(&answer, "fetched") + total(&answer, "kept"), total(&answer, "replaced")), (24, 0));
    assert_eq!(total(&answer, "kept"), before as u64);
    assert_eq!(server.loaded(), 24 - before);
    let names: Vec<String> = tree(&archive).into_keys().filter(|name| !name.contains('/')).collect();
    assert_eq!(names, ["fetched.csv"]);
    assert!(!archive.join(".rotate-fetch").exists(), "a work folder was left");
}

/// Without checksums what is there is known by its own sums.
#[test]
fn a_killed_fetch_of_files_without_checksums_is_resumed() {
    let (server, _home, archive) = home();
    for number in 1..=12 {
        server.plain(&format!("spot/candlesticks_1h/2023{number:02}/A_USDT-2023{number:02}.csv.gz"), &gzipped(&format!("table {number}")));
    }
    server.pace(Duration::from_millis(5));
    let words = ["gate", "--symbols", "A_USDT", "--since", "2023-01-01", "--until", "2023-12-31"];
    let there = killed(&server, &archive, &words, 20);
    assert!(there > 0 && there < 12, "{there} files: the kill fell on nothing");
    let answer = fine(&server, &archive, &words);
    assert_eq!((total(&answer, "kept"), total(&answer, "fetched")), (there as u64, 12 - there as u64));
}
