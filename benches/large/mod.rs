//! Markets as files, of any size, seeded: random walks laid out as exchanges' archives are, spot without a header and with eight decimals, perpetuals with
//! a header. Fifty of them over four years of hours are the 219 MB of the comparison with peers.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// How many of what a market has, and the seconds of its bars.
#[derive(Clone, Copy)]
pub struct Size {
    pub spot: usize,
    pub perps: usize,
    pub bars: usize,
    pub seconds: i64,
}

const START: i64 = 1_609_459_200;
const HEADER: &str = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n";

/// A number in (-1, 1).
fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// Letters only, so that no name is the beginning of another: AAAA, AAAB …
pub fn symbol(asset: usize) -> String {
    let letters = [17_576, 676, 26, 1].map(|place| char::from(b'A' + (asset / place % 26) as u8));
    letters.into_iter().collect::<String>() + "USDT"
}

/// Twelve columns.
fn bars(size: Size, asset: usize) -> String {
    let is_perp = asset >= size.spot;
    let mut random = ChaCha8Rng::seed_from_u64(asset as u64);
    let mut close = if is_perp { 5.0 } else { 500.0 } * (1.5 + uniform(&mut random));
    let mut text = String::with_capacity(size.bars * 150);
    if is_perp {
        text += HEADER;
    }
    for bar in 0..size.bars as i64 {
        let open = close;
        close = open * (1.0 + 0.01 * uniform(&mut random));
        let high = open.max(close) * (1.0 + 0.003 * uniform(&mut random).abs());
        let low = open.min(close) * (1.0 - 0.003 * uniform(&mut random).abs());
        let volume = 3e5 / open * (1.1 + uniform(&mut random));
        let (opens, quoted, taker) = ((START + bar * size.seconds) * 1_000, volume * close, 0.5 * volume);
        let closes = opens + size.seconds * 1_000 - 1;
        let count = (quoted / 700.0) as u64;
        let written = if is_perp {
            writeln!(
                text,
                "{opens},{open:.5},{high:.5},{low:.5},{close:.5},{volume:.0},{closes},{quoted:.5},{count},{taker:.0},{:.5},0",
                taker * close
            )
        } else {
            writeln!(
                text,
                "{opens},{open:.8},{high:.8},{low:.8},{close:.8},{volume:.8},{closes},{quoted:.8},{count},{taker:.8},{:.8},0",
                taker * close
            )
        };
        written.expect("a text takes all");
    }
    text
}

fn rates(size: Size, asset: usize) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(1_000_000 + asset as u64);
    let settlements = size.bars as i64 * size.seconds / 28_800;
    let mut text = "calc_time,funding_interval_hours,last_funding_rate\n".to_owned();
    for k in 0..settlements {
        let rate = 1e-4 + 5e-5 * uniform(&mut random);
        writeln!(text, "{},8,{rate:.8}", (START + k * 28_800) * 1_000 + k % 20).expect("a text takes all");
    }
    text
}

/// Writes one into an empty folder; the bytes of its prices.
pub fn write(dir: &Path, size: Size) -> u64 {
    for folder in ["spot", "perp", "funding"] {
        fs::create_dir(dir.join(folder)).expect("an empty folder");
    }
    let put = |name: String, text: &str| fs::write(dir.join(name), text).expect("a scratch folder");
    let bar = if size.seconds == 86_400 { "1d" } else { "1h" };
    put(
        "market.toml".to_owned(),
        &format!(
            "name = \"large\"\nabout = \"seeded random walks\"\nsynthetic = true\nbar = \"{bar}\"\nquote = \"USDT\"\n\
             [fees]\nspot_maker = 10\nspot_taker = 10\nperp_maker = 10\nperp_taker = 10\n"
        ),
    );
    let mut assets = "asset,tier,spot,perp,contract_size,venue,venue_kind\n".to_owned();
    for asset in 0..size.spot + size.perps {
        let symbol = symbol(asset);
        let (spot, perp) = if asset < size.spot { (symbol.as_str(), "") } else { ("", symbol.as_str()) };
        writeln!(assets, "{},small,{spot},{perp},1,bench,cex", &symbol[..4]).expect("a text takes all");
    }
    put("assets.csv".to_owned(), &assets);
    let each = |asset: usize| {
        let (symbol, text) = (symbol(asset), bars(size, asset));
        if asset >= size.spot {
            put(format!("funding/{symbol}.csv"), &rates(size, asset));
        }
        put(format!("{}/{symbol}.csv", if asset < size.spot { "spot" } else { "perp" }), &text);
        text.len() as u64
    };
    (0..size.spot + size.perps).into_par_iter().map(each).sum()
}
