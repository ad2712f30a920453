//! What the targets share: a small market in a folder of which one file is fuzzed, and what must hold of whatever loads.
//!
//! A refusal is fine, whatever it says. What loads is replayed, so that every law of the books is asked of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rotate::batch::{Arena, check_compatible};
use rotate::market::{Market, Window};
use rotate::report::{Manifest, StrategyRecord};
use rotate::strategy::StrategyFile;
use rotate::units::Usd;

const MARKET: &str = "name = \"fuzzed\"\nabout = \"a\"\nsynthetic = true\nbar = \"8h\"\nquote = \"USDT\"\n\
    [fees]\nspot_maker = 10\nspot_taker = 10\nperp_maker = 2\nperp_taker = 5\n[funding]\nmissing_rate_8h = 0.0001\n";
const ASSETS: &str = "asset,tier,spot,perp,contract_size,venue,venue_kind\nBTC,large,BTCUSDT,BTCUSDT,1,somewhere,cex\nAAA,small,,AAAUSDT,1,somewhere,cex\n";
/// Two buckets, one of them of perpetuals with a stop, so that fills, settlements and liquidations all may happen.
const STRATEGY: &str = "name = \"fuzz\"\nabout = \"a\"\nregime = \"any\"\nrebalance = { every = \"1d\", band = 0.1 }\n\
    [buckets.base]\nweight = 0.6\nhold = { spot = { assets = [\"BTC\"] } }\n\
    [buckets.bets]\nweight = 0.2\nhold = { perp = { count = 2 } }\nscore = { momentum = \"1d\" }\nleverage = { open = 20.0 }\nstop = { loss_of_margin = 0.5 }\n\
    [buckets.cash]\nweight = 0.2\nhold = \"cash\"\n";

/// Ninety bars of eight hours from 2024-01-01, a little up and down.
fn bars() -> String {
    let mut text = "open_time,open,high,low,close,volume\n".to_owned();
    for bar in 0..90_i64 {
        let price = 100.0 + (bar % 7) as f64;
        text += &format!("{},{price},{},{},{},1000\n", 1_704_067_200 + bar * 28_800, price + 2.0, price - 2.0, price + 1.0);
    }
    text
}

/// A market folder that stands for the life of the process; targets overwrite one file of it.
pub struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    #[must_use]
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a scratch folder");
        for folder in ["spot", "perp", "funding", "evidence"] {
            fs::create_dir(dir.path().join(folder)).expect("a scratch folder");
        }
        let folder = Self { dir };
        folder.put("market.toml", MARKET.as_bytes());
        folder.put("assets.csv", ASSETS.as_bytes());
        folder.put("narratives.csv", b"asset,narrative,since,until,source\nAAA,ai,2024-01-01,,made up\n");
        for file in ["spot/BTCUSDT.csv", "perp/BTCUSDT.csv", "perp/AAAUSDT.csv"] {
            folder.put(file, bars().as_bytes());
        }
        folder
    }

    pub fn put(&self, file: &str, bytes: &[u8]) {
        fs::write(self.dir.path().join(file), bytes).expect("a scratch file");
    }

    pub fn remove(&self, file: &str) {
        fs::remove_file(self.dir.path().join(file)).expect("a scratch file");
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Loads the market, and replays a strategy over it where it loads.
    pub fn load_and_replay(&self) {
        if let Ok(market) = Market::load(self.path(), Window::default()) {
            replay(&market, STRATEGY);
        }
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

/// The market without a fuzzed file.
pub static SOUND: LazyLock<Market> =
    LazyLock::new(|| Market::load(Folder::new().path(), Window::default()).expect("the market of the fuzz targets is sound"));

/// The name of the strategy in [`report`], and so of its folder.
pub const REPORTED: &str = "fuzz";

/// A whole report over [`SOUND`], as `rotate run` writes it but for its benchmarks.
///
/// # Panics
/// Where no scratch folder can be made.
#[must_use]
pub fn report() -> tempfile::TempDir {
    let file = StrategyFile::parse(&PathBuf::from("fuzz.toml"), STRATEGY.to_owned()).expect("the strategy of the fuzz targets is sound");
    let run = Arena::new(&SOUND).replay(&file.strategy, Usd::round(100_000.0));
    let record = StrategyRecord { name: REPORTED.to_owned(), source: STRATEGY.to_owned(), resolved: Default::default() };
    let settings = Default::default();
    let manifest = Manifest::new(vec!["run".to_owned()], SOUND.name.clone(), settings, SOUND.inputs.clone(), vec![record]);
    let dir = tempfile::tempdir().expect("a scratch folder");
    rotate::report::write_batch(&dir.path().join("report"), &SOUND, &[run], &manifest).expect("a scratch report");
    dir
}

/// Replays what may be replayed, with all laws of the books on.
pub fn replay(market: &Market, strategy: &str) {
    let Ok(file) = StrategyFile::parse(&PathBuf::from("fuzz.toml"), strategy.to_owned()) else { return };
    if check_compatible(market, &file).is_ok() {
        let run = Arena::new(market).replay(&file.strategy, Usd::round(100_000.0));
        assert!(run.equity.iter().all(|equity| equity.micros() >= 0), "equity below nothing");
    }
}
