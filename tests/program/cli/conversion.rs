//! A coin that becomes another, from the market's files to the page.

use super::*;

/// A market folder in which a coin becomes another: told by `check`, kept by the books, told again by `explain`, and made again byte for byte.
#[test]
fn a_conversion_is_told_from_end_to_end() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let bars = |days: std::ops::Range<u32>, price: f64| {
        let row = |day: u32| format!("2024-01-{day:02},{price},{price},{price},{price},1000000\n");
        "date,open,high,low,close,volume\n".to_owned() + &days.map(row).collect::<String>()
    };
    let fees = "[fees]\nspot_maker = 10\nspot_taker = 10\nperp_maker = 2\nperp_taker = 5\n";
    write("market.toml", &format!("name = \"tiny\"\nbar = \"1d\"\n{fees}"));
    let head = "asset,tier,spot,perp,contract_size,venue,venue_kind\n";
    write(
        "assets.csv",
        &format!("{head}BTC,large,BTCUSDT,,,venue,cex\nRNDR,mid,RNDRUSDT,,,venue,cex\nRENDER,mid,RENDERUSDT,,,venue,cex\n"),
    );
    write("conversions.csv", "asset,to,ratio,known_at,since\nRNDR,RENDER,2,2024-01-03,2024-01-05\n");
    write("spot/BTCUSDT.csv", &bars(1..29, 100.0));
    write("spot/RNDRUSDT.csv", &bars(1..8, 8.0));
    write("spot/RENDERUSDT.csv", &bars(10..29, 5.0));
    write(
        "holder.toml",
        "name = \"holder\"\nabout = \"Buys and forgets\"\nregime = \"any\"\ndecide = \"1d\"\n[assumptions]\nimpact = 0.0\n\
         bar_participation = 1.0\nday_participation = 1.0\n[rebalance]\nevery = \"365d\"\nband = 0.5\n\
         [buckets.all]\nweight = 1.0\nhold = { spot = { assets = [\"RNDR\"] } }\nreview = \"365d\"\n",
    );
    let (market, strategy) = (text(dir.path()), dir.path().join("holder.toml"));
    // Wherever lines are broken.
    let said = |arguments: &[&str]| fine(arguments).split_whitespace().collect::<Vec<_>>().join(" ");
    let checked = said(&["check", "--market", market, text(&strategy)]);
    assert!(checked.contains("conversions.csv"), "{checked}");
    assert!(checked.contains("RNDRUSDT spot 2024-01-07 (2 of RENDER for one from 2024-01-10T00:00:00Z on)"), "{checked}");
    let seen = said(&["check", "--market", market, text(&strategy), "--lookahead", "--quiet"]);
    assert!(seen.contains(": passed. "), "{seen}");
    let out = tempfile::tempdir().unwrap();
    let report = out.path().join("report");
    fine(&["run", text(&strategy), "--market", market, "--out", text(&report), "--tables", "csv", "--quiet"]);
    let inputs = json(&read(report.join("manifest.json")))["inputs"].to_string();
    assert!(inputs.contains("conversions.csv"), "{inputs}");
    let told = said(&["explain", text(&report.join("holder")), "--trade", "1"]);
    for part in ["RNDRUSDT in all", "2 for one; cost and time of the purchase go along", "RENDERUSDT in all", "end_of_data"] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    let before = said(&["explain", text(&report.join("holder")), "--at", "2024-01-09"]);
    assert!(before.contains("held: long RNDRUSDT"), "{before}");
    let page = read(report.join("holder/report.html"));
    assert!(
        page.contains("yes, as RENDER") && page.contains("A fill whose reason is conversion is booked at"),
        "the page does not tell of it"
    );
    fine(&["verify", text(&report), "--market", market]);
}
