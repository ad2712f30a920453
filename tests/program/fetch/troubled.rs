//! Servers that are busy, slow or break off: each is asked again, a few times, and says in the end what it has.

use std::time::{Duration, Instant};

use super::{PERP, SPOT, failed, fetched, files, fine, home, month, refused, total};
use crate::archive_server::{Server, Trouble};
use crate::program::stderr;

const WORDS: [&str; 5] = ["binance", "--symbols", "AUSDT", "--since", "2024-01-01"];

/// Two files, of which the first will be in trouble.
fn two(server: &Server) -> [String; 2] {
    ["2024-01", "2024-02"].map(|date| month(server, SPOT, "AUSDT", "1h", date, 7))
}

/// The path is asked so many times, then the file comes.
fn comes(troubles: &[Trouble], words: &[&str]) -> Duration {
    let (server, _home, archive) = home();
    let [first, second] = two(&server);
    server.once(&first, troubles);
    let begun = Instant::now();
    let answer = fine(&server, &archive, &[&WORDS[..], words].concat());
    assert_eq!((total(&answer, "fetched"), files(&archive)), (2, vec![first.clone(), second]));
    assert!(std::fs::read(archive.join(&first)).unwrap() == server.file(&first));
    assert_eq!(server.asked().iter().filter(|asked| **asked == first).count(), troubles.len() + 1, "{troubles:?}");
    begun.elapsed()
}

/// The file does not come, the other does; why.
fn does_not_come(trouble: Trouble) -> String {
    let (server, _home, archive) = home();
    let [first, second] = two(&server);
    server.always(&first, trouble);
    let answer = failed(&server, &archive, &WORDS);
    assert_eq!((total(&answer, "failed"), total(&answer, "fetched")), (1, 1));
    assert_eq!(files(&archive), [second], "something stands under the name of a file that failed");
    assert_eq!(answer["failed"][0]["path"], first);
    answer["failed"][0]["why"].as_str().unwrap().to_owned()
}

fn status(code: u16) -> Trouble {
    Trouble::Status(code, Vec::new())
}

fn busy(code: u16, wait: &str) -> Trouble {
    Trouble::Status(code, vec![("Retry-After", wait.to_owned())])
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    comes(&[Trouble::Cut { chunked: false }], &[]);
    comes(&[Trouble::Cut { chunked: true }], &[]);
    assert!(does_not_come(Trouble::Cut { chunked: false }).contains("breaks off"));
}

#[test]
fn a_server_in_trouble_is_asked_again() {
    comes(&[status(500), status(502)], &[]);
    assert_eq!(does_not_come(status(503)), "the server answers 503, 5 times");
}

#[test]
fn a_busy_server_is_left_alone_as_long_as_it_asks() {
    for code in [429, 503] {
        assert!(comes(&[busy(code, "2")], &[]) >= Duration::from_secs(2), "{code}");
    }
    let by_date = Trouble::Status(
        429,
        vec![("Date", "Wed, 01 May 2024 10:00:00 GMT".to_owned()), ("Retry-After", "Wed, 01 May 2024 10:00:02 GMT".to_owned())],
    );
    assert!(comes(&[by_date], &[]) >= Duration::from_secs(2));
    assert_eq!(does_not_come(busy(429, "3600")), "the server answers 429: the server asks us to wait 3600 seconds, try again later");
}

#[test]
fn a_silent_server_is_given_up_and_asked_again() {
    comes(&[Trouble::Silent(Duration::from_secs(4))], &["--timeout", "1"]);
}

#[test]
fn a_refusal_is_final() {
    assert_eq!(does_not_come(status(403)), "the server answers 403");
}

#[test]
fn other_bytes_than_the_checksum_has_are_asked_for_again_and_never_kept() {
    comes(&[Trouble::Body(b"other".to_vec())], &[]);
    assert_eq!(does_not_come(Trouble::Body(b"other".to_vec())), "its bytes are not those of its checksum, 5 times");
}

#[test]
fn a_file_that_failed_leaves_the_one_that_was_there() {
    let (server, _home, archive) = home();
    let [first, _] = two(&server);
    fine(&server, &archive, &WORDS);
    let before = std::fs::read(archive.join(&first)).unwrap();
    server.add(&first, b"replaced");
    server.always(&first, Trouble::Cut { chunked: false });
    failed(&server, &archive, &WORDS);
    assert!(std::fs::read(archive.join(&first)).unwrap() == before);
}

#[test]
fn a_checksum_that_is_none_is_not_believed() {
    let (server, _home, archive) = home();
    let [first, second] = two(&server);
    let checksum = format!("{first}.CHECKSUM");
    for text in ["", "<html>", &format!("{}  another.zip\n", "a".repeat(64)), &format!("{}  AUSDT-1h-2024-01.zip x\n", "a".repeat(64))] {
        server.plain(&checksum, text.as_bytes());
        let answer = failed(&server, &archive, &WORDS);
        assert_eq!(answer["failed"][0]["why"], "its checksum is no line of sha256sum for it", "{text}");
    }
    server.remove(&checksum);
    assert_eq!(failed(&server, &archive, &WORDS)["failed"][0]["why"], "its checksum is not there");
    assert_eq!(files(&archive), [second]);
}

#[test]
fn a_listed_file_that_is_not_there_is_a_hole() {
    let (server, _home, archive) = home();
    let [first, second] = two(&server);
    server.always(&second, status(404));
    server.always(&format!("{second}.CHECKSUM"), status(404));
    for (today, missing) in [("2024-03-30", 0), ("2024-04-30", 1)] {
        let answer = fine(&server, &archive, &[&WORDS[..], &["--today", today]].concat());
        assert_eq!((total(&answer, "missing"), total(&answer, "not_yet")), (missing, 1 - missing), "{today}");
    }
    assert_eq!(files(&archive), [first]);
}

#[test]
fn a_server_that_has_gone_ends_it_and_what_came_is_noted() {
    let (server, _home, archive) = home();
    let mut all = Vec::new();
    for number in 10..40 {
        all.push(month(&server, PERP, "AUSDT", "1h", &format!("20{number}-01"), 1));
    }
    for path in &all[3..] {
        server.always(path, status(403));
    }
    let output = fetched(&server, &archive, &["binance", "--symbols", "AUSDT", "--since", "2010-01-01", "--connections", "1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("10 files failed one after the other"), "{}", stderr(&output));
    assert_eq!(files(&archive), all[..3]);
    assert_eq!(std::fs::read_to_string(archive.join("fetched.csv")).unwrap().lines().count(), 1 + 3);
}

#[test]
fn a_listing_in_trouble_is_asked_for_again_and_refused_in_the_end() {
    let (server, _home, archive) = home();
    two(&server);
    let listing = format!("?{SPOT}/AUSDT/1h/");
    server.once(&listing, &[status(500), Trouble::Cut { chunked: true }]);
    assert_eq!(total(&fine(&server, &archive, &WORDS), "fetched"), 2);
    server.always(&listing, status(403));
    assert!(refused(&server, &archive, &WORDS).contains("the server answers 403"));
}
