//! Bytes of a text made wrong, by a seed: the ways in which files are broken, cut, mixed up and lied in.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What stands in a field that should hold something else: no numbers, numbers beyond all bounds, other ways to write time, text that means something
/// to a spreadsheet, a terminal or a page.
const HOSTILE: [&str; 44] = [
    "",
    " ",
    "NaN",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "1e-320",
    "0",
    "-0",
    "-1",
    "0.5",
    "1",
    "2",
    "5",
    "1e6",
    "9e11",
    "1e16",
    "99999999999999999999",
    "20250101",
    "19700101",
    "1735689600",
    "1735689600000",
    "1735689600000000",
    "2025-01-01",
    "2025-01-01T00:00:00Z",
    "1970-01-01",
    "9999-12-31",
    "2024-02-30",
    "true",
    "null",
    "0x10",
    "1_000",
    "1,5",
    "\"",
    "\"\"",
    "=1+1",
    "@SUM(A1)",
    "\u{1b}[31m",
    "\u{202e}abc",
    "<script>",
    "龙虾USDT",
    "\u{0}",
    "BTCUSDT",
];

/// A source of choices; the same for the same seed.
pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below `end`, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end as u64) as usize
    }

    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// One to three changes.
pub fn mutated(chance: &mut Chance, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(3) {
        bytes = once(chance, &bytes);
    }
    bytes
}

fn once(chance: &mut Chance, bytes: &[u8]) -> Vec<u8> {
    match chance.below(10) {
        0 => flipped(chance, bytes),
        1 => bytes[..chance.below(bytes.len() + 1)].to_vec(),
        2 => [b"\xef\xbb\xbf", bytes].concat(),
        3..=5 => lines(chance, bytes),
        _ => field(chance, bytes),
    }
}

fn flipped(chance: &mut Chance, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if !bytes.is_empty() {
        let at = chance.below(bytes.len());
        bytes[at] ^= 1 << chance.below(8);
    }
    bytes
}

/// A line goes, comes twice or changes place with another; its commas change, or the ends of all.
fn lines(chance: &mut Chance, bytes: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let at = chance.below(lines.len());
    match chance.below(5) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => {
            let other = chance.below(lines.len());
            lines.swap(at, other);
        }
        3 => lines[at] = lines[at].iter().map(|&byte| if byte == b',' { b';' } else { byte }).collect(),
        _ => lines = lines.iter().map(|line| [line.strip_suffix(b"\n").unwrap_or(line), b"\r\n"].concat()).collect(),
    }
    lines.concat()
}

/// A run of letters and digits becomes something hostile.
fn field(chance: &mut Chance, bytes: &[u8]) -> Vec<u8> {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let starts: Vec<usize> = (0..bytes.len()).filter(|&at| word(&bytes[at]) && (at == 0 || !word(&bytes[at - 1]))).collect();
    if starts.is_empty() {
        return bytes.to_vec();
    }
    let start = *chance.of(&starts);
    let end = start + bytes[start..].iter().take_while(|byte| word(byte)).count();
    [&bytes[..start], chance.of(&HOSTILE).as_bytes(), &bytes[end..]].concat()
}
