//! Thousands of mutated market files and strategies. Each is refused with place, cause, expectation and fix, or it is replayed with all laws of the
//! books on and holds nothing that cannot be. Nothing panics.
//!
//! A few hundred of each are tried here; `ATTACK_CASES` asks for more, `ATTACK_SEED` for others.

mod mutate;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use mutate::{Chance, mutated};
use rotate::batch::{Arena, check_compatible};
use rotate::fault::Fault;
use rotate::market::{Market, Window};
use rotate::strategy::StrategyFile;
use rotate::units::{Time, Usd};

const BARS: i64 = 120;
const EIGHT_HOURS: i64 = 28_800;
const START: i64 = 1_704_067_200;

fn asked(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

/// A small market in which everything that a market may have is there.
fn sound() -> Vec<(&'static str, String)> {
    let rows = |of: &dyn Fn(i64) -> String| (0..BARS).map(of).collect::<String>();
    let price = |t: i64| 100.0 + ((t * 37) % 23) as f64;
    let bars = || {
        let row = |t: i64| {
            format!("{},{},{},{},{},{}\n", START + t * EIGHT_HOURS, price(t), price(t) + 30.0, price(t) - 30.0, price(t + 1), 5_000 + t)
        };
        "open_time,open,high,low,close,volume\n".to_owned() + &rows(&row)
    };
    let funding = rows(&|t| format!("{},{},8\n", (START + t * EIGHT_HOURS) * 1_000 + 7, 0.000_1 * ((t % 5) - 1) as f64));
    let marks = rows(&|t| format!("{},{},{},{},{}\n", START + t * EIGHT_HOURS, price(t), price(t) + 29.0, price(t) - 29.0, price(t + 1)));
    vec![
        (
            "market.toml",
            "name = \"attacked\"\nabout = \"made by a test\"\nsynthetic = true\nbar = \"8h\"\nquote = \"USDT\"\n[fees]\nspot_maker = 10\nspot_taker = 10\n\
             perp_maker = 2\nperp_taker = 5\n[half_spread_bps]\nlarge = 3\nmid = 8\nsmall = 30\n[listing]\ndelisted_after = \"7d\"\npenalty_pct = 5\njump = 10\n\
             [funding]\nmissing_rate_8h = 0.0001\n[[trading_rules]]\nmarket = \"perp\"\nsymbol = \"AAAUSDT\"\nsince = 2024-01-01\ntick_size = 0.01\nlot_size = 0.1\n\
             min_notional = 5\n"
                .to_owned(),
        ),
        (
            "assets.csv",
            "asset,tier,spot,perp,contract_size,venue,venue_kind\nBTC,large,BTCUSDT,BTCUSDT,1,somewhere,cex\nAAA,small,AAAUSDT,AAAUSDT,10,somewhere,cex\n\
             BBB,mid,,BBBUSDT,1,elsewhere,dex\n"
                .to_owned(),
        ),
        ("narratives.csv", "asset,narrative,since,until,source\nAAA,ai,2024-01-01,,a test\nBBB,rwa,2024-01-05,2024-02-01,a test\n".to_owned()),
        ("conversions.csv", "asset,to,ratio,known_at,since\nBBB,AAA,0.5,2024-01-10,2024-01-12\nAAA,BTC,0.02,2024-01-20,\n".to_owned()),
        ("market-cap.csv", "known_at,asset,market_cap_usd,rank\n2024-01-01,AAA,5000000,150\n2024-01-15,AAA,9000000,120\n2024-01-01,BTC,9e11,1\n".to_owned()),
        (
            "margin-tiers.csv",
            "since,perp,floor_usd,cap_usd,maintenance_rate,max_leverage,maintenance_amount_usd\n2024-01-01,AAAUSDT,0,5000,0.01,50,0\n\
             2024-01-01,AAAUSDT,5000,1000000,0.02,20,50\n"
                .to_owned(),
        ),
        ("evidence/facts.csv", "known_at,narrative,metric,value\n2024-01-03,ai,tvl_usd,1000\n2024-01-10,ai,tvl_usd,2000\n".to_owned()),
        ("spot/BTCUSDT.csv", bars()),
        ("spot/AAAUSDT.csv", bars()),
        ("perp/BTCUSDT.csv", bars()),
        ("perp/AAAUSDT.csv", bars()),
        ("perp/BBBUSDT.csv", bars()),
        ("mark/AAAUSDT.csv", "open_time,open,high,low,close\n".to_owned() + &marks),
        ("funding/AAAUSDT.csv", "calc_time,last_funding_rate,funding_interval_hours\n".to_owned() + &funding),
        ("funding/BBBUSDT.csv", "calc_time,last_funding_rate,funding_interval_hours\n".to_owned() + &funding),
    ]
}

fn write(dir: &Path, files: &[(&str, String)]) {
    for folder in ["spot", "perp", "mark", "funding", "evidence"] {
        fs::create_dir(dir.join(folder)).unwrap();
    }
    for (file, text) in files {
        fs::write(dir.join(file), text).unwrap();
    }
}

fn whole(fault: &Fault) {
    let Fault { place, found, expected, fix, also } = fault;
    also.iter().for_each(whole);
    for part in [place, found, expected, fix] {
        assert!(!part.is_empty() && !part.chars().any(char::is_control), "half a refusal, or one that plays with the terminal: {fault:?}");
    }
}

/// A perpetual bucket with everything that reacts, and a spot bucket; small enough for every market here.
fn probe() -> StrategyFile {
    let text = "name = \"probe\"\nabout = \"a\"\nregime = \"any\"\ndecide = \"8h\"\nrebalance = { every = \"1d\", band = 0.1 }\n\
        [buckets.base]\nweight = 0.5\nhold = { spot = {} }\n\
        [buckets.bets]\nweight = 0.3\nhold = { perp = { venues = [\"cex\", \"dex\"] } }\nleverage = { open = 5.0 }\nstop = { loss_of_margin = 0.5, trailing = 0.3 }\n\
        take_profit = { gain_of_margin = 1.0 }\ncooldown = \"8h\"\n\
        [buckets.cash]\nweight = 0.2\nhold = \"cash\"\n";
    StrategyFile::parse(Path::new("probe.toml"), text.to_owned()).unwrap()
}

/// What a market that loads must not hold, whatever its files say.
fn plausible(market: &Market) {
    let sane = |time: Time| (1_230_940_800..4_133_980_800).contains(&time.seconds());
    assert!(sane(market.clock.start), "a clock from {}", market.clock.start);
    assert!(market.caps.iter().flatten().all(|fact| sane(fact.known_at) && fact.cap_usd > 0.0 && fact.cap_usd.is_finite()));
    assert!(market.evidence.iter().all(|fact| sane(fact.known_at) && fact.value.is_finite()));
    assert!(market.memberships.iter().all(|row| row.until.is_none_or(sane)));
    let columns = [&market.panel.open, &market.panel.high, &market.panel.low, &market.panel.close];
    assert!(columns.into_iter().flat_map(|column| column.iter()).all(|price| price.is_nan() || (*price > 0.0 && price.is_finite())));
}

fn replayed(market: &Market, file: &StrategyFile) {
    if let Err(fault) = check_compatible(market, file) {
        return whole(&fault);
    }
    let run = Arena::new(market).replay(&file.strategy, Usd::round(100_000.0));
    assert_eq!(run.equity.len(), market.clock.bars);
    assert!(run.equity.iter().all(|equity| *equity >= Usd::ZERO), "equity below nothing");
}

/// Tries one case; a panic is told with its number and what was changed.
fn tried(case: u64, what: &str, text: &[u8], body: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
        let why = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        panic!("case {case}, {what}: {}\n{}", why.unwrap_or_default(), String::from_utf8_lossy(&text[..text.len().min(4_000)]));
    }
}

#[test]
fn mutated_markets_are_refused_or_sound() {
    let (files, probe, home) = (sound(), probe(), tempfile::tempdir().unwrap());
    write(home.path(), &files);
    let sound = Market::load(home.path(), Window::default()).unwrap();
    replayed(&sound, &probe);
    let (first, mut loaded, count) = (asked("ATTACK_SEED", 0), 0, asked("ATTACK_CASES", 400));
    for case in first..first + count {
        let mut chance = Chance::new(case);
        let (file, text) = chance.of(&files);
        let bytes = mutated(&mut chance, text.as_bytes());
        fs::write(home.path().join(file), &bytes).unwrap();
        tried(case, file, &bytes, || match Market::load(home.path(), Window::default()) {
            Err(fault) => whole(&fault),
            Ok(market) => {
                plausible(&market);
                replayed(&market, &probe);
                loaded += 1;
            }
        });
        fs::write(home.path().join(file), text).unwrap();
    }
    println!("{loaded} of {count} mutated markets loaded");
    assert!(loaded > count / 20 && loaded < count * 19 / 20, "{loaded} of {count} loaded: the mutations try nothing");
}

#[test]
fn mutated_strategies_are_refused_or_replayed() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), &sound());
    let market = Market::load(home.path(), Window::default()).unwrap();
    let shipped: Vec<_> =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("strategies")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut texts: Vec<String> = shipped
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    texts.sort();
    assert!(texts.len() > 4, "the shipped strategies were not found");
    let (first, mut read, count) = (asked("ATTACK_SEED", 0), 0, asked("ATTACK_CASES", 400));
    for case in first..first + count {
        let mut chance = Chance::new(case);
        let bytes = mutated(&mut chance, chance_text(&texts, case).as_bytes());
        let Ok(text) = String::from_utf8(bytes) else { continue };
        tried(case, "strategy", text.as_bytes(), || match StrategyFile::parse(Path::new("mutated.toml"), text.clone()) {
            Err(fault) => whole(&fault),
            Ok(file) => {
                replayed(&market, &file);
                read += 1;
            }
        });
    }
    println!("{read} of {count} mutated strategies were sound");
    assert!(read > count / 20 && read < count * 19 / 20, "{read} of {count} were sound: the mutations try nothing");
}

fn chance_text(texts: &[String], case: u64) -> &str {
    &texts[case as usize % texts.len()]
}
