//! Hundreds of reports in which a byte, a field or a cell is another: whatever is read back, a command answers, refuses it or says it was misused;
//! it never breaks, hangs, or sends what a file says to the terminal as more than text. `ROTATE_MUTANTS` asks for more.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::program::{ROOT, fine, program};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Map, Value, json};

/// Three weeks: enough of every table, and quickly made again.
const WINDOW: [&str; 4] = ["--from", "2024-01-20", "--to", "2024-02-12"];
const FILES: [&str; 9] = [
    "manifest.json",
    "bull/summary.json",
    "bull/equity.csv",
    "bull/trades.csv",
    "bull/fills.csv",
    "bull/decisions.csv",
    "bull/funding.csv",
    "bull/rotations.csv",
    "bull/buckets.csv",
];
/// Texts that have broken programs.
const WORDS: [&str; 16] = [
    "",
    " ",
    "\u{1b}[2J",
    "\u{202e}evil",
    "a\nb",
    "a\tb",
    "\u{0}",
    "=1+1",
    "-1",
    "../../x",
    "NaN",
    "1e999",
    "\u{fffe}",
    "𝕏\u{301}",
    "/",
    "9999-12-31T23:59:59Z",
];
const NUMBERS: [f64; 10] = [0.0, -1.0, 1e308, -1e308, 5e-324, 1e17, 9.007_199_254_740_993e15, 0.1, 4e9, -0.0];

struct Chance(ChaCha8Rng);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end.max(1) as u64) as usize
    }

    fn word(&mut self) -> String {
        match self.below(WORDS.len() + 1) {
            at if at < WORDS.len() => WORDS[at].to_owned(),
            _ => "x".repeat(100_000),
        }
    }

    fn value(&mut self) -> Value {
        match self.below(7) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(NUMBERS[self.below(NUMBERS.len())]),
            3 => json!([u64::MAX, 0, 1][self.below(3)]),
            4 => json!(self.word()),
            5 => json!([[], {}]),
            _ => (0..100).fold(Value::Null, |inner, _| json!([inner])),
        }
    }
}

/// How many values there are below one, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// Changes the value that stands `at` values in: another in its place, or gone, or under another name.
fn change(value: &mut Value, at: &mut usize, chance: &mut Chance) -> bool {
    if *at == 0 {
        *value = chance.value();
        return true;
    }
    *at -= 1;
    match value {
        Value::Array(list) => list.iter_mut().any(|inner| change(inner, at, chance)),
        Value::Object(map) => {
            let names: Vec<String> = map.keys().cloned().collect();
            for name in names {
                if *at == 0 && chance.below(2) == 0 {
                    let taken = map.remove(&name);
                    if chance.below(2) == 0 {
                        map.insert(chance.word(), taken.unwrap_or_default());
                    }
                    return true;
                }
                if change(&mut map[&name], at, chance) {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

fn bytes_flipped(bytes: &mut Vec<u8>, chance: &mut Chance) {
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len());
        match chance.below(3) {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => drop(bytes.remove(at)),
            _ => bytes.insert(at, chance.below(256) as u8),
        }
    }
}

fn json_changed(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(bytes).unwrap();
    if chance.below(40) == 0 {
        // Deeper than a reader's stack should go.
        return format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes();
    }
    for _ in 0..=chance.below(2) {
        let mut at = chance.below(count(&value));
        change(&mut value, &mut at, chance);
    }
    if chance.below(20) == 0 {
        value = Value::Object(Map::from_iter([("a".to_owned(), value)]));
    }
    serde_json::to_vec_pretty(&value).unwrap()
}

fn csv_changed(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut rows: Vec<Vec<String>> = text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
    let row = chance.below(rows.len());
    let column = chance.below(rows[row].len());
    match chance.below(6) {
        0 => drop(rows.remove(row)),
        1 => rows.insert(row, rows[row].clone()),
        2 => rows.iter_mut().for_each(|cells| drop((column < cells.len()).then(|| cells.remove(column)))),
        3 => rows[row][column] = NUMBERS[chance.below(NUMBERS.len())].to_string(),
        _ => rows[row][column] = format!("\"{}\"", chance.word()),
    }
    (rows.iter().map(|cells| cells.join(",")).collect::<Vec<_>>().join("\n") + "\n").into_bytes()
}

fn mutated(name: &str, bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    if chance.below(3) == 0 {
        let mut bytes = bytes.to_vec();
        bytes_flipped(&mut bytes, chance);
        return bytes;
    }
    if Path::new(name).extension().is_some_and(|end| end == "json") { json_changed(bytes, chance) } else { csv_changed(bytes, chance) }
}

/// What it wrote, and the code it ended with; a minute is forever.
fn run(arguments: &[&str], home: &Path) -> (Option<i32>, Vec<u8>) {
    let said = home.join("said");
    let file = || fs::File::options().create(true).append(true).open(&said).unwrap();
    fs::write(&said, "").unwrap();
    let mut child = program().args(arguments).current_dir(ROOT).stdin(Stdio::null()).stdout(file()).stderr(file()).spawn().unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > Duration::from_mins(1) {
            child.kill().unwrap();
            return (None, b"it hangs".to_vec());
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    (status.code(), fs::read(&said).unwrap())
}

/// Control characters but the end of a line, and marks that turn text.
fn acts(said: &str) -> bool {
    said.chars().any(|c| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

#[test]
fn what_is_read_back_is_believed_by_nobody() {
    let asked = std::env::var("ROTATE_MUTANTS").ok().and_then(|text| text.parse().ok());
    let mutants: u64 = asked.unwrap_or(500);
    let home = tempfile::tempdir().unwrap();
    let report = home.path().join("report");
    let [at, out] = [&report, &home.path().join("out")].map(|path| path.display().to_string());
    let strategy = format!("{at}/bull");
    fine(&[&["run", "strategies/bull.toml", "--tables", "csv", "--quiet", "--out", &at][..], &WINDOW].concat());
    let whole: Vec<Vec<u8>> = FILES.iter().map(|file| fs::read(report.join(file)).unwrap()).collect();
    let mut wrong = Vec::new();
    let mut codes = [0_usize; 3];
    for seed in 0..mutants {
        let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
        // Half of them in the two files that every command reads.
        let which = if chance.below(2) == 0 { chance.below(2) } else { chance.below(FILES.len()) };
        let place = report.join(FILES[which]);
        fs::write(&place, mutated(FILES[which], &whole[which], &mut chance)).unwrap();
        let trade = chance.below(4).to_string();
        let arguments: Vec<&str> = match seed % 10 {
            0..=3 => vec!["compare", &at],
            4 => vec!["compare", &at, "--out", &out],
            5 => vec!["compare", &strategy, "--format", "json"],
            6 => vec!["explain", &strategy, "--at", "2024-02-01"],
            7 | 8 => vec!["explain", &strategy, "--trade", &trade],
            _ => vec!["verify", &at, "--quiet"],
        };
        let (code, said) = run(&arguments, home.path());
        match code {
            Some(code @ 0..=2) => codes[code as usize] += 1,
            _ => wrong.push(format!("mutant {seed} of {}: {code:?}\n{}", FILES[which], String::from_utf8_lossy(&said))),
        }
        match String::from_utf8(said) {
            Ok(said) if !acts(&said) => {}
            _ => wrong.push(format!("mutant {seed} of {}: {} speaks to the terminal itself", FILES[which], arguments[0])),
        }
        fs::write(&place, &whole[which]).unwrap();
    }
    assert!(
        wrong.is_empty(),
        "{} of {mutants}\n{}",
        wrong.len(),
        wrong.iter().take(12).map(String::as_str).collect::<Vec<_>>().join("\n\n")
    );
    // They were read: some are harmless, most are refused.
    assert!(mutants < 100 || (codes[0] > 0 && codes[1] > 0), "{codes:?}");
}
