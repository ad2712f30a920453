//! Servers that mean harm, and requests that cannot be meant: nothing is written outside of the archive, and nothing without an end is read.

use super::{PERP, SPOT, failed, fetched, files, fine, home, month, refused, total};
use crate::archive_server::{Server, Trouble, zipped};
use crate::program::{stderr, tree};

const WORDS: [&str; 5] = ["binance", "--symbols", "AUSDT", "--since", "2024-01-01"];

fn listing(entries: &str) -> Trouble {
    let text = format!("<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>");
    Trouble::Body(text.into_bytes())
}

fn contents(key: &str) -> String {
    format!("<Contents><Key>{key}</Key><Size>10</Size></Contents>")
}

#[test]
fn a_listing_that_is_none_is_refused() {
    let (server, home, archive) = home();
    let path = month(&server, SPOT, "AUSDT", "1h", "2024-01", 1);
    let folder = format!("?{SPOT}/AUSDT/1h/");
    let endless =
        format!("<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>a</NextMarker>{}</ListBucketResult>", contents(&path));
    for (text, why) in [
        ("<html><body>Welcome</body></html>".to_owned(), "instead of a listing"),
        ("<ListBucketResult><Contents>".to_owned(), "is never closed"),
        ("<!DOCTYPE x [<!ENTITY a \"b\">]><ListBucketResult/>".to_owned(), "which is no element"),
        ("\u{0}".to_owned(), "no element"),
        (endless, "not where"),
        (format!("<ListBucketResult>{}</ListBucketResult>", contents("data/../../../x-1h-2024-01.zip")), "which is not in"),
    ] {
        server.always(&folder, Trouble::Body(text.into_bytes()));
        let said = refused(&server, &archive, &WORDS);
        assert!(said.contains(why), "{said}");
    }
    server.always(&folder, Trouble::Body(b"\xff".to_vec()));
    assert!(refused(&server, &archive, &WORDS).contains("no text in UTF-8"));
    server.always(&folder, Trouble::Endless);
    assert!(refused(&server, &archive, &WORDS).contains("more than 4 MiB"));
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "a refusal writes nothing");
}

#[test]
fn names_that_lead_elsewhere_are_no_files() {
    let (server, home, archive) = home();
    let path = month(&server, SPOT, "AUSDT", "1h", "2024-01", 1);
    let folder = format!("{SPOT}/AUSDT/1h/");
    let names = [
        "AUSDT-1h-../../../../x.zip",
        "../AUSDT-1h-2024-01.zip",
        "AUSDT-1h-2024-02-01/../x.zip",
        "AUSDT-1h-2024-13.zip",
        "x.zip",
        "AUSDT-1h-2024-02.exe",
    ];
    let entries = names.map(|name| contents(&format!("{folder}{name}"))).join("");
    let bytes = server.file(&path).len();
    let real = format!("<Contents><Key>{path}</Key><Size>{bytes}</Size></Contents>");
    server.always(&format!("?{folder}"), listing(&format!("{entries}{real}")));
    // A folder whose name is no symbol, beside one that is.
    let folders = ["..", "a.b", "AUSDT"].map(|name| format!("<CommonPrefixes><Prefix>{SPOT}/{name}/</Prefix></CommonPrefixes>")).join("");
    server.always(&format!("?{SPOT}/"), listing(&folders));
    let answer = fine(&server, &archive, &WORDS);
    assert_eq!((total(&answer, "fetched"), files(&archive)), (1, vec![path]));
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    for symbol in ["../AUSDT", "..", "A/B", "A\u{202e}B", ""] {
        let said = refused(&server, &archive, &["binance", "--symbols", symbol, "--since", "2024-01-01"]);
        assert!(said.contains("symbols of letters"), "{said}");
    }
}

#[test]
fn a_file_larger_than_it_was_listed_is_refused() {
    let (server, _home, archive) = home();
    let path = month(&server, SPOT, "AUSDT", "1h", "2024-01", 1);
    for trouble in [Trouble::Endless, Trouble::Body(vec![0; server.file(&path).len() + 1])] {
        server.always(&path, trouble);
        let answer = failed(&server, &archive, &WORDS);
        let why = answer["failed"][0]["why"].as_str().unwrap();
        assert!(why.starts_with("an answer of "), "{why}");
    }
    assert!(files(&archive).is_empty());
}

/// Where a redirect of the first file leads, and what comes of it.
fn redirect(server: &Server, path: &str, location: &str) {
    server.always(path, Trouble::Status(302, vec![("Location", location.to_owned())]));
}

#[test]
fn a_redirect_is_followed_by_the_same_scheme_and_not_for_ever() {
    let (server, _home, archive) = home();
    let path = month(&server, SPOT, "AUSDT", "1h", "2024-01", 1);
    let words = WORDS;
    for (location, why) in [
        ("file:///etc/passwd", "no address of the same scheme"),
        ("https://127.0.0.1:1/x", "no address of the same scheme"),
        (&format!("/{path}"), "more than 3 redirects"),
        ("", "no address of the same scheme"),
    ] {
        redirect(&server, &path, location);
        let answer = failed(&server, &archive, &words);
        let said = answer["failed"][0]["why"].as_str().unwrap();
        assert!(said.contains(why), "{location}: {said}");
    }
    server.always(&path, Trouble::Status(302, Vec::new()));
    assert_eq!(failed(&server, &archive, &words)["failed"][0]["why"], "a redirect to nowhere");
    server.plain("elsewhere.zip", &server.file(&path));
    redirect(&server, &path, "/elsewhere.zip");
    assert_eq!(total(&fine(&server, &archive, &words), "fetched"), 1);
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let (server, home, _) = home();
    month(&server, SPOT, "AUSDT", "1h", "2024-01", 1);
    std::fs::write(home.path().join("letter.txt"), "dear").unwrap();
    let said = refused(&server, home.path(), &WORDS);
    assert!(said.contains("`letter.txt`, which is no part of an archive"), "{said}");
    assert_eq!(tree(home.path()).into_keys().collect::<Vec<_>>(), ["letter.txt"]);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let (server, _home, archive) = home();
    month(&server, PERP, "BTCUSDT", "1h", "2024-01", 1);
    let ask = |words: &[&str]| refused(&server, &archive, &[&["binance"], words].concat());
    let said = ask(&["--symbols", "BTCUSD", "--since", "2024-01-01"]);
    assert!(said.contains("`BTCUSD`, of which the archive has nothing") && said.contains("did you mean BTCUSDT?"), "{said}");
    assert!(ask(&["--symbols", "BTCUSDT", "--since", "2024-01-01", "--bar", "7h"]).contains("1m, 3m, 5m"));
    assert!(ask(&["--symbols", "BTCUSDT", "--since", "2024-03-01", "--until", "2024-02-01"]).contains("swap them"));
    assert!(ask(&["--symbols", "BTCUSDT", "--since", "2024-03-01"]).contains("a window in which the archive has no file"));
    assert!(ask(&["--top", "3", "--since", "2024-03-01"]).contains("no perpetual in USDT with daily bars from 2024-02 on"));
    assert!(refused(&server, &archive, &["okx", "--symbols", "BTC-USDT", "--since", "2024-03-01"]).contains("--until"));
    assert!(
        refused(&server, &archive, &["gate", "--top", "3", "--since", "2024-03-01", "--until", "2024-03-31"]).contains("name --symbols")
    );
    for wrong in [
        &["--since", "2024-01-01"][..],
        &["--symbols", "A", "--since", "2024-1-1"],
        &["--symbols", "A", "--top", "3", "--since", "2024-01-01"],
    ] {
        let output = fetched(&server, &archive, &[&["binance"], wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    }
}

#[test]
fn an_address_holds_no_password() {
    let (server, _home, archive) = home();
    let address = server.base.replace("http://", "http://me:secret@");
    let output = fetched(&server, &archive, &[&WORDS[..], &["--list-base", &address]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("a name or password in it"), "{}", stderr(&output));
}

/// A zip that is none, or holds more than a table may, behind a checksum that is right: the ranking does not choke on it.
#[test]
fn a_ranking_reads_within_bounds() {
    let (server, _home, archive) = home();
    let path = month(&server, PERP, "AUSDT", "1d", "2023-12", 1);
    for (bytes, why) in [(b"<html>".to_vec(), "not a zip archive"), (zipped("x.csv", "1,2,3\n"), "line 1 without a volume in quote")] {
        server.add(&path, &bytes);
        let said = refused(&server, &archive, &["binance", "--top", "1", "--since", "2024-01-01"]);
        assert!(said.contains(why), "{said}");
    }
}
