//! A synthetic market made from a seed: rich enough to exercise everything, honest enough to promise nothing.
//!
//! Four legs of BTC (bull to 2022-04-15, bear to 2023-03-31, sideways to 2024-02-01, a second bull to 2024-09-30), six narratives
//! that rise, peak and fade in turn with false starts between, funding that follows the crowd, one crash, one delisting, one dead coin.
//! The generated `README.md` lists every date. Same seed, same bytes, on every processor: no clock, no system mathematics.

mod bars;
mod calendar;
mod evidence;
mod facts;
mod funding;
mod narrative;
mod paths;
mod print;
mod readme;
pub(super) mod rng;
mod universe;
mod write;

use std::collections::BTreeMap;

pub use write::write_sample;

use bars::Series;
use universe::Coin;

/// The seed of the committed `data/sample`.
pub const DEFAULT_SEED: u64 = 2;

/// Every file of the sample by its path inside the market folder.
pub fn sample_files(seed: u64) -> BTreeMap<String, String> {
    let coins = universe::coins();
    let lives = narrative::lives(seed);
    let courses: Vec<_> = (0..universe::NARRATIVES.len()).map(|k| narrative::course(seed, k, &lives)).collect();
    let tide = paths::tide(seed);
    let spots: Vec<_> = coins.iter().map(|coin| paths::coin(seed, coin, &tide, &courses)).collect();

    let mut files = BTreeMap::new();
    files.insert("market.toml".into(), readme::market_toml(seed));
    files.insert("README.md".into(), readme::readme(seed, &coins, &lives));
    files.insert("assets.csv".into(), readme::assets(&coins));
    files.insert("narratives.csv".into(), facts::narratives(&coins));
    files.insert("market-cap.csv".into(), facts::market_caps(seed, &coins, &spots, &tide));
    files.insert("margin-tiers.csv".into(), facts::margin_tiers(&coins));
    for (name, text) in evidence::files(seed, &coins, &courses) {
        files.insert(name.into(), text);
    }
    for (coin, spot) in coins.iter().zip(&spots) {
        coin_files(&mut files, seed, coin, spot, &courses);
    }
    files
}

/// The price and funding files of one coin.
fn coin_files(files: &mut BTreeMap<String, String>, seed: u64, coin: &Coin, spot: &paths::Path, courses: &[narrative::Course]) {
    let supply = |bar: usize| facts::supply(coin, bar);
    let attention = |bar: usize| coin.narrative.map_or(0.0, |(narrative, share)| share * courses[narrative].crowding[bar]);
    if let Some(life) = bars::listed(coin, false) {
        let series = Series { coin, path: spot, span: life, perpetual: false };
        let text = bars::ohlcv(seed, &series, supply, attention);
        files.insert(format!("spot/{}.csv", coin.spot_symbol()), text);
    }
    let Some(life) = bars::listed(coin, true) else { return };
    let symbol = coin.perp_symbol();
    let premium = funding::premium(seed, coin, spot, courses);
    let perpetual = bars::perpetual(seed, coin, spot, &premium);
    let series = Series { coin, path: &perpetual, span: life, perpetual: true };
    let text = bars::ohlcv(seed, &series, supply, attention);
    files.insert(format!("perp/{symbol}.csv"), text);
    files.insert(format!("funding/{symbol}.csv"), funding::settlements(seed, coin, &premium, life.0, life.1));
    match coin.name {
        "BTC" | "AIX" => files.insert(format!("mark/{symbol}.csv"), bars::mark_ohlc(coin, &bars::mark(spot, &perpetual), life)),
        "ETH" => files.insert(format!("mark/{symbol}.csv"), bars::mark_column(coin, &bars::mark(spot, &perpetual), life)),
        _ => None,
    };
}
