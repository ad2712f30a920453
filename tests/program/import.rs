//! Files as people have them, made by us in the shape of each source with its quirks, imported into a market.

mod days;
mod facts;
mod hostile;
mod layouts;
mod random;
mod real;
mod update;

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use rotate::import::{Mapping, Plan, Request, Ways, understand};
use rotate::market::{Bar, Market, Window};
use rotate::units::{InstrumentId, Time};

/// 2024-01-01
pub const START: i64 = 1_704_067_200;
pub const HOUR: i64 = 3_600;

/// A place for downloads and for markets.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// Puts a file into the downloads.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path("raw").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn request(&self) -> Request {
        Request { sources: vec![self.path("raw")], out: self.path("market"), ..Request::default() }
    }

    /// Imports all downloads.
    pub fn import(&self) -> (Plan, Market) {
        self.import_as(&self.request())
    }

    pub fn import_as(&self, request: &Request) -> (Plan, Market) {
        let plan = understand(request).unwrap_or_else(|fault| panic!("{fault}"));
        let market = plan.write().unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(market.instruments.len(), self.load().instruments.len());
        (plan, market)
    }

    pub fn mapped(&self, mapping: &str) -> (Plan, Market) {
        fs::write(self.path("mapping.toml"), mapping).unwrap();
        let ways = Ways { mapping: Mapping::read(&self.path("mapping.toml")).unwrap(), ..Ways::default() };
        self.import_as(&Request { ways, ..self.request() })
    }

    pub fn load(&self) -> Market {
        Market::load(&self.path("market"), Window::default()).unwrap_or_else(|fault| panic!("{fault}"))
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path("market").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// Bar `k` of a price that wanders, hourly from 2024-01-01.
pub fn bar(k: i64) -> Bar {
    let wave = [0.0, 1.5, -0.75, 2.25, 0.5, -1.25, 3.0][(k % 7) as usize];
    let (open, close) = (100.0 + wave + k as f64 / 8.0, 100.25 - wave / 2.0 + k as f64 / 8.0);
    Bar {
        time: Time::from_seconds(START + k * HOUR),
        open,
        high: open.max(close) + 0.5,
        low: open.min(close) - 0.25,
        close,
        volume: 10.0 + (k % 5) as f64,
    }
}

/// Three days of them.
pub const BARS: std::ops::Range<i64> = 0..72;

/// Rows in the order of `range`, each as `row` writes it.
pub fn rows(range: impl Iterator<Item = i64>, row: impl Fn(i64, Bar) -> String) -> String {
    range.map(|k| row(k, bar(k)) + "\n").collect()
}

/// Lines, each as `line` writes it.
pub fn lines(range: std::ops::Range<i64>, line: impl Fn(i64) -> String) -> String {
    range.map(|k| line(k) + "\n").collect()
}

pub fn gz(text: &str) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(text.as_bytes()).unwrap();
    gz.finish().unwrap()
}

pub fn zipped(name: &str, text: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// The bars of an instrument are those of `expected`, prices to the last bit and volumes to rounding.
pub fn assert_bars(market: &Market, symbol: &str, expected: impl Iterator<Item = Bar>) {
    let at = market.instruments.iter().position(|own| own.symbol == symbol).unwrap_or_else(|| panic!("no {symbol}"));
    let id = InstrumentId::new(at);
    let found: Vec<Bar> = (0..market.clock.bars)
        .filter(|t| market.panel.trades(id, *t))
        .map(|t| {
            let at = market.panel.at(id, t);
            let panel = &market.panel;
            let [open, high, low, close, volume] = [panel.open[at], panel.high[at], panel.low[at], panel.close[at], panel.volume[at]];
            Bar { time: market.clock.open(t), open, high, low, close, volume }
        })
        .collect();
    let expected: Vec<Bar> = expected.collect();
    assert_eq!(found.len(), expected.len(), "bars of {symbol}");
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(
            (found.time, found.open, found.high, found.low, found.close),
            (expected.time, expected.open, expected.high, expected.low, expected.close)
        );
        assert!((found.volume / expected.volume - 1.0).abs() < 0.02, "volume {} of {}", found.volume, expected.volume);
    }
}

pub fn shared() -> Option<std::path::PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("ROTATE_SHARED").map_or_else(|| here.join("../shared"), std::path::PathBuf::from);
    shared.join("market").is_dir().then_some(shared)
}
