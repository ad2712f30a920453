//! The whole way: from an archive of a venue to a market, by one command, and again.

use std::process::Command;

use rotate::market::{Market, Window};

use super::{PERP, SPOT, home};
use crate::archive_server::{Server, zipped};
use crate::program::{stderr, stdout};

/// A month of hours that anybody could have published.
fn hours(server: &Server, root: &str, symbol: &str, date: &str, first: i64) {
    let rows = (0..48).map(|k| {
        let (open, price) = (first + k * 3_600_000, 100 + k % 7);
        format!("{open},{price},{},{},{price},10,{},1000,3,5,500,0\n", price + 1, price - 1, open + 3_599_999)
    });
    let name = format!("{symbol}-1h-{date}");
    server.add(&format!("{root}/{symbol}/1h/{name}.zip"), &zipped(&format!("{name}.csv"), &rows.collect::<String>()));
}

#[test]
fn one_command_makes_a_market_and_the_same_one_brings_it_up_to_date() {
    let (server, home, _) = home();
    let out = home.path().join("market");
    let run = || {
        let words =
            ["fetch", "binance", "--symbols", "PEPEUSDT", "--since", "2024-01-01", "--base", &server.base, "--out", out.to_str().unwrap()];
        let mut command = Command::new(env!("CARGO_BIN_EXE_rotate"));
        for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] {
            command.env_remove(name);
        }
        let output = command.args(words).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
        stdout(&output)
    };
    hours(&server, SPOT, "PEPEUSDT", "2024-01", 1_704_067_200_000);
    hours(&server, PERP, "1000PEPEUSDT", "2024-01", 1_704_067_200_000);
    assert!(run().contains("a market of 1 assets, 1 with a perpetual, bars of 1h in USDT"));
    let market = Market::load(&out, Window::default()).unwrap();
    assert_eq!((market.clock.bars, market.assets[0].venue.as_str()), (48, "binance"));
    let perp = market.assets[0].perp.unwrap();
    assert_eq!(market.instrument(perp).contract_size, 1_000.0);
    assert!(home.path().join("market-archive/fetched.csv").is_file());
    assert!(run().contains("nothing new"));
    hours(&server, SPOT, "PEPEUSDT", "2024-02", 1_706_745_600_000);
    assert!(run().contains("updated"));
    assert!(Market::load(&out, Window::default()).unwrap().clock.bars > 700);
}
