//! What the auditor knows of a market: its files, and nothing of the program that reads them elsewhere.
//! Prices in USD per unit of the symbol's file, times in whole seconds since 1970, funding stamps floored to the minute.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// One bar of the market's grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub low: f64,
    pub high: f64,
    pub close: f64,
}

/// Bars by the second of their open.
pub type Bars = BTreeMap<i64, Bar>;

/// One market folder as it lies on the disk.
pub struct Market {
    pub bar: i64,
    pub quote: String,
    pub missing_rate_8h: Option<f64>,
    /// Spot symbol of every asset that has one: staking rewards name the asset only.
    pub spot_symbol: BTreeMap<String, String>,
    pub spot: BTreeMap<String, Bars>,
    pub perp: BTreeMap<String, Bars>,
    /// Settled rate by minute, by perpetual.
    pub funding: BTreeMap<String, BTreeMap<i64, f64>>,
    /// Value of one unit at the close of a bar, by (market, symbol): mark where there is one, else own close.
    values: BTreeMap<(String, String), BTreeMap<i64, f64>>,
    mark: BTreeMap<String, Bars>,
}

impl Market {
    /// # Errors
    /// The file and the row that cannot be read.
    pub fn read(dir: &Path) -> Result<Market, String> {
        let text = std::fs::read_to_string(dir.join("market.toml")).map_err(|e| format!("{}/market.toml: {e}", dir.display()))?;
        let table: toml::Table = text.parse().map_err(|e| format!("market.toml: {e}"))?;
        let word = |key: &str| table.get(key).and_then(toml::Value::as_str).ok_or(format!("market.toml: no {key}"));
        let bar = bar_seconds(word("bar")?)?;
        let quote = word("quote")?.to_string();
        let missing_rate_8h = table.get("funding").and_then(|f| f.get("missing_rate_8h")).and_then(toml::Value::as_float);
        let spot_symbol = spot_symbols(&dir.join("assets.csv"))?;
        let series = |room: &str| -> Result<BTreeMap<String, Bars>, String> {
            let mut out = BTreeMap::new();
            for (symbol, files) in files_by_symbol(&dir.join(room))? {
                out.insert(symbol, on_grid(&read_rows(&files, is_price)?, bar));
            }
            Ok(out)
        };
        let (spot, perp, mark) = (series("spot")?, series("perp")?, series("mark")?);
        let mut funding = BTreeMap::new();
        for (symbol, files) in files_by_symbol(&dir.join("funding"))? {
            let rows = read_rows(&files, is_rate)?;
            funding.insert(symbol, rows.into_iter().map(|(t, row)| (t - t.rem_euclid(60), row.close)).collect());
        }
        let closes = |bars: &Bars| bars.iter().map(|(t, bar)| (*t, bar.close)).collect::<BTreeMap<i64, f64>>();
        let mut values = BTreeMap::new();
        for (symbol, bars) in &spot {
            values.insert(("spot".to_string(), symbol.clone()), closes(bars));
        }
        for (symbol, bars) in &perp {
            let mut own = closes(bars);
            own.extend(mark.get(symbol).map(closes).unwrap_or_default());
            values.insert(("perp".to_string(), symbol.clone()), own);
        }
        Ok(Market { bar, quote, missing_rate_8h, spot_symbol, spot, perp, funding, values, mark })
    }

    /// USD of one unit at the close of the bar that opens at `open`; a missing bar carries the last value.
    pub fn value(&self, market: &str, symbol: &str, open: i64) -> Option<f64> {
        let series = self.values.get(&(market.to_string(), symbol.to_string()))?;
        series.range(..=open).next_back().map(|(_, value)| *value)
    }

    /// Lowest and highest price a perpetual's mark can have had at `time`: of the bar that holds it and the one before, by mark and by trade.
    pub fn mark_range(&self, symbol: &str, time: i64) -> Option<(f64, f64)> {
        let near = [&self.mark, &self.perp].into_iter().filter_map(|bars| bars.get(symbol));
        let near: Vec<Bar> = near.flat_map(|bars| bars.range(..=time).rev().take(2).map(|(_, bar)| *bar)).collect();
        let low = near.iter().map(|bar| bar.low).reduce(f64::min)?;
        Some((low, near.iter().map(|bar| bar.high).fold(low, f64::max)))
    }

    /// The traded bar itself, none where the symbol did not trade.
    pub fn traded(&self, market: &str, symbol: &str, open: i64) -> Option<Bar> {
        let series = if market == "spot" { &self.spot } else { &self.perp };
        series.get(symbol)?.get(&open).copied()
    }
}

/// Seconds of `15m`, `8h`, `1d`.
pub fn bar_seconds(text: &str) -> Result<i64, String> {
    let bad = || format!("bar length `{text}` is not a number and m, h or d");
    let unit = match text.chars().last().ok_or_else(bad)? {
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(bad()),
    };
    let count: i64 = text[..text.len() - 1].parse().map_err(|_| bad())?;
    Ok(count * unit)
}

fn spot_symbols(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut reader = csv::Reader::from_path(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let head = reader.headers().map_err(|e| e.to_string())?.clone();
    let at = |name: &str| head.iter().position(|h| h == name).ok_or(format!("assets.csv: no column {name}"));
    let (asset, spot) = (at("asset")?, at("spot")?);
    let mut out = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(|e| format!("assets.csv: {e}"))?;
        if !row[spot].is_empty() {
            out.insert(row[asset].to_string(), row[spot].to_string());
        }
    }
    Ok(out)
}

/// `<SYMBOL>.csv`, `<SYMBOL>-<anything>.csv`, both also `.gz`: the files of a symbol, in the order of their names.
fn files_by_symbol(dir: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>, String> {
    let mut out: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(dir) else { return Ok(out) };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_string();
        let Some(stem) = name.strip_suffix(".csv.gz").or_else(|| name.strip_suffix(".csv")) else {
            return Err(format!("{}: the auditor reads .csv and .csv.gz only", path.display()));
        };
        let symbol = stem.split('-').next().unwrap_or(stem).to_string();
        out.entry(symbol).or_default().push(path);
    }
    Ok(out)
}

/// Whether a header names the close (or the one mark price) of a bar.
fn is_price(name: &str) -> bool {
    name == "close" || name == "mark_price"
}

fn is_rate(name: &str) -> bool {
    matches!(name, "last_funding_rate" | "fundingrate" | "funding_rate" | "rate")
}

/// All rows of one symbol by time; the same row twice is one, two different rows of one time are refused.
fn read_rows(files: &[PathBuf], last: fn(&str) -> bool) -> Result<Bars, String> {
    let mut out = Bars::new();
    for path in files {
        let shown = path.display();
        let mut text = String::new();
        let mut file = File::open(path).map_err(|e| format!("{shown}: {e}"))?;
        if path.extension().is_some_and(|e| e == "gz") {
            flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).map_err(|e| format!("{shown}: {e}"))?;
        } else {
            file.read_to_string(&mut text).map_err(|e| format!("{shown}: {e}"))?;
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let mut columns: Option<Columns> = None;
        for (line, row) in reader.records().enumerate() {
            let row = row.map_err(|e| format!("{shown}: {e}"))?;
            let known = if let Some(known) = &columns {
                known
            } else if row.get(0).is_some_and(|cell| cell.parse::<f64>().is_ok()) {
                columns.insert(Columns { time: 0, high: Some(2), low: Some(3), last: 4 })
            } else {
                columns = Some(Columns::named(&row, last).map_err(|e| format!("{shown}: {e}"))?);
                continue;
            };
            let number = |at: usize| -> Result<f64, String> {
                let cell = row.get(at).unwrap_or_default();
                cell.parse().map_err(|_| format!("{shown}:{}: `{cell}` is no number", line + 1))
            };
            let time = row.get(known.time).and_then(seconds).ok_or(format!("{shown}:{}: no time in {row:?}", line + 1))?;
            let close = number(known.last)?;
            let high = known.high.map_or(Ok(close), number)?;
            let low = known.low.map_or(Ok(close), number)?;
            let bar = Bar { low, high, close };
            if out.insert(time, bar).is_some_and(|before| before != bar) {
                return Err(format!("{shown}:{}: two rows of one time differ", line + 1));
            }
        }
    }
    Ok(out)
}

struct Columns {
    time: usize,
    high: Option<usize>,
    low: Option<usize>,
    last: usize,
}

impl Columns {
    fn named(row: &csv::StringRecord, last: fn(&str) -> bool) -> Result<Columns, String> {
        let names: Vec<String> = row.iter().map(|cell| cell.trim_start_matches('\u{feff}').to_lowercase()).collect();
        let at = |wanted: &str| names.iter().position(|name| name == wanted);
        let times = ["open_time", "calc_time", "fundingtime", "timestamp", "datetime", "date", "time", "opentime"];
        let time = times.iter().find_map(|name| at(name)).ok_or(format!("no time column in {names:?}"))?;
        let last = names.iter().position(|name| last(name)).ok_or(format!("no value column in {names:?}"))?;
        Ok(Columns { time, high: at("high"), low: at("low"), last })
    }
}

/// Whole seconds of an epoch in s, ms or µs, or of ISO text (UTC where no offset stands).
pub fn seconds(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        let unit = match number.abs() {
            0..100_000_000_000 => 1,
            100_000_000_000..100_000_000_000_000 => 1000,
            _ => 1_000_000,
        };
        return Some(number.div_euclid(unit));
    }
    let iso = text.replacen(' ', "T", 1);
    if let Ok(time) = DateTime::parse_from_rfc3339(&iso) {
        return Some(time.timestamp());
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(&iso, format) {
            return Some(time.and_utc().timestamp());
        }
    }
    NaiveDate::parse_from_str(&iso, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|t| t.and_utc().timestamp())
}

/// Finer rows gathered into bars of `bar` seconds; the first and the last bar only where they are whole.
fn on_grid(rows: &Bars, bar: i64) -> Bars {
    let times: Vec<i64> = rows.keys().copied().collect();
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in times.windows(2) {
        *counts.entry(pair[1] - pair[0]).or_default() += 1;
    }
    let step = counts.iter().max_by_key(|(_, count)| **count).map_or(bar, |(step, _)| *step);
    if step >= bar {
        return rows.clone();
    }
    let mut out = Bars::new();
    for (time, row) in rows {
        let open = time - time.rem_euclid(bar);
        let gathered = out.entry(open).or_insert(*row);
        gathered.low = gathered.low.min(row.low);
        gathered.high = gathered.high.max(row.high);
        gathered.close = row.close;
    }
    if let (Some(first), Some(last)) = (times.first(), times.last()) {
        if first.rem_euclid(bar) != 0 {
            out.remove(&(first - first.rem_euclid(bar)));
        }
        if (last + step).rem_euclid(bar) != 0 {
            out.remove(&(last - last.rem_euclid(bar)));
        }
    }
    out
}
