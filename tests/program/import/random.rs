//! Random markets written in every layout: whatever the layout, the import gives the bars that were drawn.

use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, Series, TimeUnit};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use rotate::import::Request;
use rotate::market::Bar;
use rotate::units::{Span, Time};

use super::layouts::feather;
use super::{HOUR, Place, START, assert_bars, gz, zipped};

const MARKETS: u64 = 20;

/// Lengths of bars, in seconds, and what venues call them: Binance and most, the minutes of Bybit, MEXC.
const LENGTHS: [(i64, &str, &str, &str); 5] = [
    (300, "5m", "5", "Min5"),
    (900, "15m", "15", "Min15"),
    (3_600, "1h", "60", "Min60"),
    (14_400, "4h", "240", "Hour4"),
    (86_400, "1d", "D", "Day1"),
];

/// One coin, as drawn.
struct Drawn {
    base: &'static str,
    length: (i64, &'static str, &'static str, &'static str),
    bars: Vec<Bar>,
}

/// How a layout writes a coin: the file's path and its bytes.
type Layout = fn(&Drawn) -> (String, Vec<u8>);

/// With each, how many bars at its end may still be open, and are left out.
const LAYOUTS: [(&str, Layout, usize); 11] = [
    ("Binance, milliseconds", |coin| binance(coin, 1_000), 0),
    ("Binance, microseconds", |coin| binance(coin, 1_000_000), 0),
    ("OKX", okx, 0),
    ("Gate", gate, 0),
    ("Bybit for MetaTrader", metatrader, 0),
    ("Bybit's answers", bybit, 1),
    ("MEXC", mexc, 0),
    ("KuCoin", kucoin, 0),
    ("ccxt", ccxt, 1),
    ("freqtrade", freqtrade, 0),
    ("CryptoDataDownload", cryptodatadownload, 0),
];

/// A number in [0, 1).
fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// As a venue writes it: six digits that count.
fn rounded(price: f64) -> f64 {
    format!("{price:.5e}").parse().unwrap()
}

fn draw(random: &mut ChaCha8Rng, base: &'static str, length: (i64, &'static str, &'static str, &'static str)) -> Drawn {
    let mut close = 10f64.powi((random.next_u64() % 11) as i32 - 6) * (1.0 + 8.0 * uniform(random));
    let count = 40 + (random.next_u64() % 160) as i64;
    let mut bars = Vec::new();
    for k in 0..count {
        let open = rounded(close * (1.0 + 0.02 * (uniform(random) - 0.5)));
        close = rounded(open * (1.0 + 0.1 * (uniform(random) - 0.5)));
        let high = rounded(open.max(close) * (1.0 + 0.01 * uniform(random))).max(open).max(close);
        let low = rounded(open.min(close) * (1.0 - 0.01 * uniform(random))).min(open).min(close);
        let volume = rounded(1e4 * (0.1 + uniform(random)) / close);
        // A bar in ten is missing, neither the first nor the last.
        if k == 0 || k == count - 1 || uniform(random) > 0.1 {
            bars.push(Bar { time: Time::from_seconds(START + k * length.0), open, high, low, close, volume });
        }
    }
    Drawn { base, length, bars }
}

fn rows<'a>(bars: impl Iterator<Item = &'a Bar>, row: impl Fn(&Bar, i64) -> String) -> String {
    bars.map(|bar| row(bar, bar.time.seconds()) + "\n").collect()
}

/// `open,high,low,close,volume`
fn ohlcv(bar: &Bar) -> String {
    format!("{},{},{},{},{}", bar.open, bar.high, bar.low, bar.close, bar.volume)
}

fn local(time: Time, hours: i64) -> String {
    Time::from_seconds(time.seconds() + hours * 3_600).to_string().replace('T', " ").replace('Z', "")
}

fn binance(coin: &Drawn, unit: i64) -> (String, Vec<u8>) {
    let Drawn { base, length: (step, name, ..), bars } = coin;
    let text = rows(bars.iter(), |bar, open| {
        format!("{},{},{},{},9,1,1,0", open * unit, ohlcv(bar), (open + step) * unit - 1, bar.volume * bar.close)
    });
    let file = format!("{base}USDT-{name}-2024-01");
    (format!("data/spot/monthly/klines/{base}USDT/{name}/{file}.zip"), zipped(&format!("{file}.csv"), &text))
}

fn okx(coin: &Drawn) -> (String, Vec<u8>) {
    let text = rows(coin.bars.iter(), |bar, open| {
        let Bar { open: first, high, low, close, volume, .. } = bar;
        format!("{}-USDT,{first},{high},{low},{close},{volume},{volume},{},{},1", coin.base, volume * close, open * 1_000)
    });
    let file = format!("{}-USDT-candlesticks-2024-01", coin.base);
    let head = "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm\n";
    (format!("okx/candlesticks/monthly/2024-01/{file}.zip"), zipped(&format!("{file}.csv"), &format!("{head}{text}")))
}

fn gate(coin: &Drawn) -> (String, Vec<u8>) {
    let text = rows(coin.bars.iter(), |bar, open| format!("{open},{},{},{},{},{}", bar.volume, bar.close, bar.high, bar.low, bar.open));
    let Drawn { base, length: (_, name, ..), .. } = coin;
    (format!("gate/spot/candlesticks_{name}/202401/{base}_USDT-202401.csv.gz"), gz(&text))
}

fn metatrader(coin: &Drawn) -> (String, Vec<u8>) {
    let text = rows(coin.bars.iter(), |bar, _| format!("{},{}", &local(bar.time, 3).replace('-', ".")[..16], ohlcv(bar)));
    let Drawn { base, length: (_, _, minutes, _), .. } = coin;
    (format!("kline_for_metatrader4/{base}USDT/2024/{base}USDT_{minutes}_2024-01-01_2024-01-31.csv.gz"), gz(&text))
}

fn bybit(coin: &Drawn) -> (String, Vec<u8>) {
    let Drawn { base, length: (_, _, minutes, _), bars } = coin;
    let row = |bar: &Bar| {
        let Bar { time, open, high, low, close, volume } = bar;
        format!("[\"{}\",\"{open}\",\"{high}\",\"{low}\",\"{close}\",\"{volume}\",\"{}\"]", time.seconds() * 1_000, volume * close)
    };
    let list: Vec<String> = bars.iter().rev().map(row).collect();
    let text = format!("{{\"retCode\":0,\"result\":{{\"category\":\"spot\",\"symbol\":\"{base}USDT\",\"list\":[{}]}}}}", list.join(","));
    (format!("bybit/spot/{base}USDT-{minutes}.json"), text.into_bytes())
}

fn mexc(coin: &Drawn) -> (String, Vec<u8>) {
    let Drawn { base, length: (step, _, _, name), bars } = coin;
    let text =
        rows(bars.iter(), |bar, open| format!("{},{},{},{}", open * 1_000, ohlcv(bar), bar.volume * bar.close, (open + step) * 1_000));
    let head = "open_time,open,high,low,close,volume,amount,close_time\n";
    (format!("mexc/spot/{base}_USDT-{name}-2024-01-01.csv"), format!("{head}{text}").into_bytes())
}

fn kucoin(coin: &Drawn) -> (String, Vec<u8>) {
    let text = rows(coin.bars.iter(), |bar, open| {
        let Bar { open: first, high, low, close, volume, .. } = bar;
        format!("{open},{first},{close},{high},{low},{volume},{}", volume * close)
    });
    (format!("kucoin/{}-USDT.csv", coin.base), format!("time,open,close,high,low,volume,turnover\n{text}").into_bytes())
}

fn ccxt(coin: &Drawn) -> (String, Vec<u8>) {
    let text = rows(coin.bars.iter(), |bar, open| format!("{},{}", open * 1_000, ohlcv(bar)));
    (format!("weex_{}-USDT_{}.csv", coin.base, coin.length.1), text.into_bytes())
}

fn freqtrade(coin: &Drawn) -> (String, Vec<u8>) {
    let bars = &coin.bars;
    let millis: Vec<i64> = bars.iter().map(|bar| bar.time.seconds() * 1_000).collect();
    let column = |name: &str, pick: fn(&Bar) -> f64| Series::new(name.into(), bars.iter().map(pick).collect::<Vec<f64>>()).into_column();
    let frame = DataFrame::new(
        bars.len(),
        vec![
            Series::new("date".into(), &millis).cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap().into_column(),
            column("open", |bar| bar.open),
            column("high", |bar| bar.high),
            column("low", |bar| bar.low),
            column("close", |bar| bar.close),
            column("volume", |bar| bar.volume),
        ],
    )
    .unwrap();
    (format!("user_data/data/binance/{}_USDT-{}.feather", coin.base, coin.length.1), feather(frame))
}

fn cryptodatadownload(coin: &Drawn) -> (String, Vec<u8>) {
    let Drawn { base, length: (_, name, ..), bars } = coin;
    let text = rows(bars.iter().rev(), |bar, open| {
        format!("{open},{},{base}/USDT,{},{},9", local(bar.time, 0), ohlcv(bar), bar.volume * bar.close)
    });
    let head = format!("https://www.CryptoDataDownload.com\nUnix,Date,Symbol,Open,High,Low,Close,Volume {base},Volume USDT,tradecount\n");
    (format!("Binance_{base}USDT_{name}.csv"), format!("{head}{text}").into_bytes())
}

#[test]
fn every_layout_imports_to_the_bars_that_were_drawn() {
    for seed in 0..MARKETS {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let length = LENGTHS[(random.next_u64() % 5) as usize];
        let coins = ["BTC", "XMR"].map(|base| draw(&mut random, base, length));
        for (name, layout, open) in LAYOUTS {
            let place = Place::new();
            for coin in &coins {
                let (path, bytes) = layout(coin);
                place.put(&path, bytes);
            }
            println!("market {seed}, {} bars, as {name}", length.1);
            // Left alone it makes hours of what is finer.
            let bar = Span::from_seconds(length.0);
            let (plan, market) = place.import_as(&Request { bar: (length.0 < HOUR).then_some(bar), ..place.request() });
            assert_eq!(plan.bar(), bar);
            for coin in &coins {
                assert_bars(&market, &format!("{}USDT", coin.base), coin.bars[..coin.bars.len() - open].iter().copied());
            }
        }
    }
}
