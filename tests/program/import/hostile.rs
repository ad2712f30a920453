//! Files that are broken, misleading or of no use: each says why, and none of them stops the others.

use std::fs;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::layouts::{feather, frame, parquet};
use super::{BARS, HOUR, Place, START, assert_bars, bar, gz, rows, zipped};
use crate::program::rotate;

fn good(range: std::ops::Range<i64>) -> String {
    let text = rows(range, |k, b| format!("{},{},{},{},{},{}", (START + k * HOUR) * 1_000, b.open, b.high, b.low, b.close, b.volume));
    format!("timestamp,open,high,low,close,volume\n{text}")
}

#[test]
fn what_is_of_no_use_says_why_and_the_rest_is_imported() {
    let place = Place::new();
    place.put("BTCUSDT-1h.csv", good(BARS));
    let mut cut = gz(&good(BARS));
    cut.truncate(cut.len() / 2);
    let mut broken = zipped("x.csv", &good(BARS));
    broken.truncate(broken.len() / 2);
    for (name, bytes, why) in [
        ("a-cut/ETHUSDT-1h.csv.gz", cut, "cut short"),
        ("b-broken/ETHUSDT-1h.zip", broken, "cut short"),
        ("c-text/ETHUSDT-1h.zip", b"hello".to_vec(), "no zip archive"),
        ("d-empty/ETHUSDT-1h.csv", Vec::new(), "empty"),
        ("e-header/ETHUSDT-1h.csv", b"timestamp,open,high,low,close,volume\n".to_vec(), "without a row"),
        ("f-words/ETHUSDT-1h.csv", b"a,b,c\nx,y,z\n".to_vec(), "columns"),
        ("g-json/ETHUSDT-1h.json", b"{\"a\":".to_vec(), "no JSON"),
        ("h-pdf/report.pdf", b"%PDF".to_vec(), "no table"),
        ("i-feather/ETH_USDT-1h.feather", b"ARROW1\0\0nonsense".to_vec(), "damaged"),
        ("j-parquet/ETH_USDT-1h.parquet", b"PAR1nonsensePAR1".to_vec(), "damaged"),
        ("k-dated/ETHUSDT_240628-1h.csv", good(BARS).into_bytes(), "future with a date"),
        ("l-inverse/cm/ETHUSD_PERP-1h.csv", good(BARS).into_bytes(), "inverse"),
        ("m-novolume/ETHUSDT-1h.csv", b"timestamp,open,high,low,close\n1704067200000,1,1,1,1\n".to_vec(), "columns"),
        ("n-nonsense/ETHUSDT-1h.csv", good(BARS).replace(",100", ",-100").into_bytes(), "are no bars"),
    ] {
        place.put(name, bytes);
        let plan = rotate::import::understand(&place.request()).unwrap();
        let file = plan.files().iter().find(|file| file.name.ends_with(name)).unwrap();
        assert!(file.useless.as_deref().is_some_and(|found| found.contains(why)), "{name}: {:?}", file.useless);
    }
    let (plan, market) = place.import();
    assert_eq!(plan.coins(), (1, 0));
    assert_bars(&market, "BTCUSDT", BARS.map(bar));
    assert!(place.text("sources.csv").contains("a-cut/ETHUSDT-1h.csv.gz"));
}

#[test]
fn single_rows_that_no_bar_can_have_are_left_out_and_counted() {
    let place = Place::new();
    let text = good(BARS);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[10] = lines[10].replace(',', ",-");
    place.put("BTCUSDT-1h.csv", lines.join("\n"));
    let (plan, market) = place.import();
    let left = &plan.series()[0].left_out;
    assert_eq!((left.unreadable, left.first_unreadable), (1, Some(11)));
    assert_bars(&market, "BTCUSDT", BARS.filter(|k| *k != 9).map(bar));
}

#[test]
fn nothing_at_all_is_refused_and_nothing_is_left_behind() {
    let place = Place::new();
    place.put("readme.md", "x");
    let fault = rotate::import::understand(&place.request()).err().unwrap();
    assert!(fault.found.starts_with("no bars of prices in 1 files"), "{fault}");
    let (raw, out) = (place.path("raw"), place.path("market"));
    let output = rotate(&["import", raw.to_str().unwrap(), "--out", out.to_str().unwrap(), "--yes"]);
    assert_eq!((output.status.code(), output.stdout.is_empty(), out.exists()), (Some(1), true, false));
    let output = rotate(&["import", place.path("nowhere").to_str().unwrap(), "--out", out.to_str().unwrap(), "--yes"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn hostile_names_become_no_paths() {
    let place = Place::new();
    place.put("BTCUSDT-1h.csv", good(BARS));
    let head = "symbol,timestamp,open,high,low,close,volume\n";
    let text =
        rows(BARS, |k, b| format!("../../ETHUSDT,{},{},{},{},{},{}", (START + k * HOUR) * 1_000, b.open, b.high, b.low, b.close, b.volume));
    place.put("dump.csv", format!("{head}{text}"));
    place.put("=cmd USDT-1h.csv", good(BARS));
    place.import();
    let inside: Vec<String> =
        fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(inside.len(), 2, "{inside:?}");
}

#[test]
fn the_program_shows_what_it_understood() {
    let place = Place::new();
    place.put("spot/BTCUSDT-1h.csv", good(BARS));
    place.put("perp/BTCUSDT-1h.csv", good(BARS));
    let (raw, out) = (place.path("raw"), place.path("market"));
    let said = crate::program::fine(&["import", raw.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    for words in [
        "spot",
        "perp",
        "BTCUSDT",
        "a market of 1 assets, 1 with a perpetual, bars of 1h in USDT",
        "hold-bitcoin: runs as it is",
        "would stay in cash, because",
    ] {
        assert!(said.contains(words), "no `{words}` in\n{said}");
    }
    let json = crate::program::fine(&["import", raw.to_str().unwrap(), "--out", out.to_str().unwrap(), "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["written"].as_bool(), json["assets"].as_u64()), (Some(false), Some(1)));
}

/// Whatever the bytes of a table of columns say of themselves, the file is a row of the list: it neither ends the program nor takes its memory.
#[test]
fn changed_bytes_of_a_table_of_columns_end_nothing() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut useless = 0;
    for (name, bytes) in
        [("ETH_USDT-1h.feather", feather(frame(BARS, HOUR, true))), ("ETH_USDT-1h.parquet", parquet(frame(BARS, HOUR, true)))]
    {
        for _ in 0..150 {
            let place = Place::new();
            let mut changed = bytes.clone();
            for _ in 0..=random.next_u64() % 3 {
                let at = (random.next_u64() % (changed.len() as u64 - 8)) as usize;
                // A length that is larger than any memory, or one bit.
                match random.next_u64() % 2 {
                    0 => changed[at..at + 8].copy_from_slice(&(u64::MAX >> (random.next_u64() % 40)).to_le_bytes()),
                    _ => changed[at] ^= 1 << (random.next_u64() % 8),
                }
            }
            place.put(name, changed);
            let understood = rotate::import::understand(&place.request());
            useless += usize::from(understood.is_err());
        }
    }
    assert!(useless > 100, "{useless} of 300 were refused");
}
