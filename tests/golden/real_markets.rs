//! Facts looked up by hand in the raw files of the shared markets.

use std::path::PathBuf;

use rotate::market::{Kind, Market, Settlement, Window};
use rotate::units::{InstrumentId, Time};

/// `None`, said aloud, where the shared markets are not there.
fn shared(name: &str) -> Option<Market> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"));
    let root = if beside.exists() { beside } else { std::env::var_os("ROTATE_SHARED").map(PathBuf::from).unwrap_or(beside) };
    let dir = root.join("markets").join(name);
    if !dir.exists() {
        println!("skipped: ../shared is not there");
        return None;
    }
    Some(Market::load(&dir, Window::default()).unwrap_or_else(|fault| panic!("{fault}")))
}

fn id(market: &Market, symbol: &str, kind: Kind) -> InstrumentId {
    let found = market.instruments.iter().position(|instrument| instrument.symbol == symbol && instrument.kind == kind);
    InstrumentId::new(found.unwrap_or_else(|| panic!("no {symbol}")))
}

fn bar_of(market: &Market, time: &str) -> usize {
    market.clock.bar_of(Time::parse(time).unwrap()).unwrap()
}

fn ohlcv(market: &Market, symbol: &str, kind: Kind, time: &str) -> [f64; 5] {
    let (p, at) = (&market.panel, market.panel.at(id(market, symbol, kind), bar_of(market, time)));
    [p.open[at], p.high[at], p.low[at], p.close[at], p.volume[at]]
}

fn dates(market: &Market, symbol: &str, kind: Kind) -> Vec<(String, String)> {
    let segments = &market.panel.segments[id(market, symbol, kind).index()];
    segments.iter().map(|s| (market.clock.open(s.first).date(), market.clock.open(s.end - 1).date())).collect()
}

fn pairs(dates: &[(&str, &str)]) -> Vec<(String, String)> {
    dates.iter().map(|&(from, to)| (from.to_owned(), to.to_owned())).collect()
}

#[test]
fn majors_are_as_in_their_files() {
    let Some(market) = shared("majors-8h") else { return };
    // The files begin a year before the window: history to look back on.
    assert_eq!((market.window().start.date(), market.window().bars), ("2021-01-01".to_owned(), 4_836));
    assert_eq!(ohlcv(&market, "AVAXUSDT", Kind::Perp, "2022-11-09T08:00:00Z"), [15.386, 15.436, 13.711, 13.846, 11_190_274.0]);
    assert_eq!(dates(&market, "MATICUSDT", Kind::Spot), pairs(&[("2020-01-01", "2024-09-10")]));
    assert_eq!(dates(&market, "POLUSDT", Kind::Spot), pairs(&[("2024-09-13", "2025-05-31")]));

    // Hourly mark bars of 2022-11-09, 00:00 to 07:00.
    let (btc, t) = (id(&market, "BTCUSDT", Kind::Perp), bar_of(&market, "2022-11-09"));
    let (p, at) = (&market.panel, market.panel.at(btc, t));
    assert_eq!(
        [p.mark_open[at], p.mark_high[at], p.mark_low[at], p.mark_close[at]],
        [18_534.0, 18_574.9, 17_991.017_364_76, 18_225.629_002_43]
    );
    let settled = |symbol: &str, time: &str| -> Settlement {
        let time = Time::parse(time).unwrap();
        let list = &market.funding.by_instrument[id(&market, symbol, Kind::Perp).index()];
        *list.iter().find(|s| s.time == time).unwrap_or_else(|| panic!("{symbol} {time}"))
    };
    let btc = settled("BTCUSDT", "2022-11-09");
    assert_eq!((btc.rate, btc.interval_hours, btc.mark, btc.assumed), (-0.000_138_84, 8.0, 18_534.0, false));
    // One column of marks: the price at 00:00 is the close of the hour stamped 23:00.
    let avax = settled("AVAXUSDT", "2022-11-09");
    assert_eq!((avax.rate, avax.mark), (-0.001_081_45, 15.994_005_27));
    // Stamped 08:00:00.013, floored to the minute.
    assert_eq!(settled("AVAXUSDT", "2022-11-09T08:00:00Z").rate, -0.000_853_89);
    // Listed in the bar of 08:00, first settlement at 16:00, every four hours since; no hole.
    let pol = &market.funding.by_instrument[id(&market, "POLUSDT", Kind::Perp).index()];
    assert_eq!((pol.len(), pol[0].time.to_string(), pol[0].interval_hours), (1_562, "2024-09-13T16:00:00Z".to_owned(), 4.0));
    assert!(market.funding.by_instrument.iter().flatten().all(|s| !s.assumed));
}

#[test]
fn narratives_are_as_in_their_files() {
    let Some(market) = shared("narratives-1d") else { return };
    assert_eq!((market.window().start.date(), market.window().bars), ("2021-07-17".to_owned(), 1_415));
    // Six 4 h rows of 2022-05-12.
    let near = ohlcv(&market, "NEARUSDT", Kind::Spot, "2022-05-12");
    assert_eq!(near[..4], [6.512, 7.35, 5.26, 6.421]);
    assert!((near[4] - 46_607_823.5).abs() < 1e-6);
    // Twenty-four hourly rows of the last whole day of the old LUNA; the day after has one.
    assert_eq!(ohlcv(&market, "LUNAUSDT", Kind::Spot, "2022-05-12")[..4], [1.078_2, 1.38, 0.000_28, 0.000_32]);
    assert_eq!(ohlcv(&market, "LUNAUSDT", Kind::Spot, "2022-05-13"), [0.000_32, 0.000_6, 0.000_04, 0.000_05, 145_150_420_958.3]);
    // Three hours of 2021-04-04 are no whole day: dropped.
    assert_eq!(dates(&market, "LUNAUSDT", Kind::Spot), pairs(&[("2021-04-05", "2022-05-13"), ("2022-05-31", "2023-12-29")]));
    assert_eq!(dates(&market, "FTTUSDT", Kind::Spot), pairs(&[("2021-04-05", "2022-11-15"), ("2023-09-22", "2023-12-29")]));
    // Half a day of the last 8 h row: dropped.
    assert_eq!(dates(&market, "MATICUSDT", Kind::Spot), pairs(&[("2020-01-01", "2024-09-09")]));

    // AAVE's history begins 2025-05-01; before it the declared constant, three times a day.
    let aave = &market.funding.by_instrument[id(&market, "AAVEUSDT", Kind::Perp).index()];
    let (assumed, real): (Vec<&Settlement>, Vec<&Settlement>) = aave.iter().partition(|s| s.assumed);
    assert_eq!(real[0].time.to_string(), "2025-05-01T00:00:00Z");
    assert_eq!((assumed.len(), real.len()), (1_384 * 3, 31 * 3));
    assert!(assumed.iter().all(|s| s.rate == 0.000_1 && s.interval_hours == 8.0 && s.time < real[0].time));
    assert!(market.cautions.iter().any(|caution| caution.starts_with("rows that repeat another exactly, dropped: BTCUSDT perp 1;")));
}
