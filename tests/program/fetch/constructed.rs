//! Archives that list nothing: addresses made of symbol and date, and what is not there.

use super::{files, fine, home, total};
use crate::archive_server::{Server, Trouble, gzipped, zipped};

fn okx(server: &Server, paths: &[&str]) {
    for path in paths {
        server.plain(path, &zipped("x.csv", path));
    }
}

#[test]
fn files_of_okx_come_by_month_and_by_day_where_a_month_is_missing() {
    let (server, _home, archive) = home();
    let there = [
        "candlesticks/daily/20240401/A-USDT-candlesticks-2024-04-01.zip",
        "candlesticks/daily/20240402/A-USDT-candlesticks-2024-04-02.zip",
        "candlesticks/monthly/202402/A-USDT-candlesticks-2024-02.zip",
        "candlesticks/monthly/202403/A-USDT-candlesticks-2024-03.zip",
        "candlesticks/monthly/202403/A-USDT-SWAP-candlesticks-2024-03.zip",
        "swaprates/daily/20240401/allswap-fundingrates-2024-04-01.zip",
        "swaprates/monthly/202403/A-USDT-SWAP-fundingrates-2024-03.zip",
    ];
    okx(&server, &there);
    let words = ["okx", "--symbols", "A-USDT-SWAP", "--since", "2024-01-01", "--until", "2024-04-04"];
    let answer = fine(&server, &archive, &words);
    let mut sorted = there.map(str::to_owned);
    sorted.sort();
    assert_eq!(files(&archive), sorted);
    // The newest file is of 2 April: whatever is missing may come yet. January is before the first and is nothing that is missing.
    assert_eq!((total(&answer, "missing"), answer["today"].as_str()), (0, Some("2024-04-02")));
    assert!(!answer.to_string().contains("2024-01"), "{answer}");
    assert!(answer.to_string().contains("A-USDT-candlesticks-2024-04-03.zip"), "{answer}");
    // A year later they are late; they are written down, and not asked for a third time.
    let late = [&words[..], &["--today", "2025-04-30"]].concat();
    let answer = fine(&server, &archive, &late);
    assert!(total(&answer, "missing") > 0 && total(&answer, "not_yet") == 0, "{answer}");
    server.asked();
    let again = fine(&server, &archive, &late);
    assert_eq!(again, answer);
    assert_eq!(server.asked(), Vec::<String>::new(), "what is there or never will be was asked for again");
}

#[test]
fn files_of_gate_come_by_month() {
    let (server, _home, archive) = home();
    let there = [
        "futures_usdt/candlesticks_1h/202403/龙虾_USDT-202403.csv.gz",
        "futures_usdt/funding_applies/202403/龙虾_USDT-202403.csv.gz",
        "futures_usdt/mark_prices/202403/龙虾_USDT-202403.csv.gz",
        "spot/candlesticks_1h/202403/龙虾_USDT-202403.csv.gz",
    ];
    for path in there {
        server.plain(path, &gzipped(path));
    }
    let words = ["gate", "--symbols", "龙虾_USDT", "--since", "2024-03-01", "--until", "2024-04-30"];
    let answer = fine(&server, &archive, &words);
    assert_eq!((total(&answer, "fetched"), total(&answer, "not_yet")), (4, 4));
    assert_eq!(files(&archive), there);
}

/// Without a checksum the file's own sums are what is left.
#[test]
fn a_page_in_the_place_of_a_file_or_half_a_file_is_asked_for_again() {
    let (server, _home, archive) = home();
    let (path, gate) = ("candlesticks/monthly/202403/A-USDT-candlesticks-2024-03.zip", "spot/candlesticks_1h/202403/A_USDT-202403.csv.gz");
    okx(&server, &[path]);
    let half = server.file(path)[..60].to_vec();
    server.once(path, &[Trouble::Body(b"<html>welcome</html>".to_vec()), Trouble::Body(half)]);
    let answer = fine(&server, &archive, &["okx", "--symbols", "A-USDT", "--since", "2024-03-01", "--until", "2024-03-31"]);
    assert_eq!(total(&answer, "fetched"), 1);
    server.plain(gate, &gzipped("a table"));
    let half = server.file(gate)[..20].to_vec();
    server.once(gate, &[Trouble::Body(half)]);
    let answer = fine(&server, &archive, &["gate", "--symbols", "A_USDT", "--since", "2024-03-01", "--until", "2024-03-31"]);
    assert_eq!(total(&answer, "fetched"), 1);
    for path in [path, gate] {
        assert!(std::fs::read(archive.join(path)).unwrap() == server.file(path), "{path}");
    }
}
