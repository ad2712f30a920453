//! Which perpetuals were the largest: by what was traded of them, in quote, in the month before the window begins, so that nobody is chosen for what he became.
//! Where the archive has no perpetual that early, the first month that has one takes its place.

use std::fmt::Write as _;
use std::path::Path;

use crate::fault::Fault;
use crate::fetch::address::Base;
use crate::fetch::binance::{PERPS, stem, symbols};
use crate::fetch::calendar::{Day, Month, Period};
use crate::fetch::client::{Client, Failure};
use crate::fetch::download::{LARGEST, verified};
use crate::fetch::listing::list;
use crate::fetch::plan::{Content, Item};
use crate::fetch::progress::{Observer, Progress};
use crate::fetch::workers;
use crate::market::unpack;

/// The column of an archive's bars that holds the volume in quote.
const QUOTE_VOLUME: usize = 7;
/// The bars that are added up: a file of them has a month in some kilobytes.
const BAR: &str = "1d";

/// Perpetuals by their volume, the largest first.
pub(super) struct Ranking {
    pub(super) month: Month,
    pub(super) rows: Vec<(String, f64)>,
}

impl Ranking {
    /// As a table.
    pub(super) fn csv(&self) -> String {
        let mut text = "rank,symbol,month,quote_volume\n".to_owned();
        for (at, (symbol, volume)) in self.rows.iter().enumerate() {
            let _ = writeln!(text, "{},{symbol},{},{volume}", at + 1, self.month);
        }
        text
    }
}

/// Ranks all perpetuals in USDT, those since delisted among them.
pub(super) fn rank(
    client: &Client,
    (list_base, base): (&Base, &Base),
    connections: usize,
    since: Day,
    observe: Observer<'_>,
) -> Result<Ranking, Fault> {
    let before = since.month().previous();
    // A `_` stands before the day on which a dated future ends.
    let perps: Vec<String> =
        symbols(client, list_base, PERPS)?.into_iter().filter(|symbol| symbol.ends_with("USDT") && !symbol.contains('_')).collect();
    observe(Progress::Begin("ranking: listing", perps.len()));
    let months = workers::each(connections, &perps, |_, symbol| {
        let (folder, stem) = stem(PERPS, symbol, Some(BAR));
        let listing = list(client, list_base, &folder, &format!("{stem}{before}"))?;
        let first = listing.files.iter().find_map(|(path, bytes)| {
            let period = Period::parse(path.strip_prefix(&stem)?.strip_suffix(".zip")?)?;
            matches!(period, Period::Month(_)).then(|| Item {
                path: path.clone(),
                content: Content::Perp,
                period,
                bytes: Some(*bytes),
                has_checksum: true,
            })
        });
        observe(Progress::Step);
        Ok(first)
    })?;
    let month = months.iter().flatten().map(|item| item.period.month()).min().ok_or_else(|| {
        Fault::new(
            "--top",
            format!("no perpetual in USDT with daily bars from {before} on"),
            "perpetuals to rank",
            "begin earlier, or name --symbols",
        )
    })?;
    let traded: Vec<(&String, &Item)> = perps
        .iter()
        .zip(&months)
        .filter_map(|(symbol, item)| Some((symbol, item.as_ref().filter(|item| item.period.month() == month)?)))
        .collect();
    observe(Progress::Begin("ranking: volumes", traded.len()));
    let mut rows = workers::each(connections, &traded, |_, (symbol, item)| {
        let volume = volume(client, base, item)?;
        observe(Progress::Step);
        Ok(((*symbol).clone(), volume))
    })?;
    rows.sort_by(|(a, more), (b, less)| less.total_cmp(more).then_with(|| a.cmp(b)));
    Ok(Ranking { month, rows })
}

fn volume(client: &Client, base: &Base, item: &Item) -> Result<f64, Fault> {
    let refused = |found: String| {
        Fault::new(base.file(&item.path), found, "daily bars with their volume in quote", "try again later, or name --symbols")
    };
    let bytes = match verified(client, base, item) {
        Ok(bytes) => bytes,
        Err(Failure::Absent) => return Err(refused("listed, and not there".to_owned())),
        Err(Failure::Failed(why)) => return Err(refused(why)),
    };
    let table = unpack::table_of(Path::new(&item.path), bytes, LARGEST).map_err(|fault| refused(fault.found))?;
    added_up(&table).map_err(refused)
}

/// The sum of the volume in quote.
fn added_up(table: &[u8]) -> Result<f64, String> {
    let text = std::str::from_utf8(table).map_err(|_| "no text in UTF-8".to_owned())?;
    let mut sum = 0.0;
    for (at, line) in text.lines().enumerate() {
        if at == 0 && line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let cell = line.split(',').nth(QUOTE_VOLUME).and_then(|cell| cell.trim().parse::<f64>().ok());
        sum += cell
            .filter(|volume| volume.is_finite() && *volume >= 0.0)
            .ok_or_else(|| format!("line {} without a volume in quote", at + 1))?;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_added_up_with_and_without_a_header() {
        let rows = "1,1,1,1,1,5,2,10.5,3,1,1,0\n2,1,1,1,1,5,2,4,3,1,1,0\n";
        assert_eq!(added_up(rows.as_bytes()), Ok(14.5));
        assert_eq!(added_up(format!("open_time,open\n{rows}").as_bytes()), Ok(14.5));
        for wrong in ["1,1,1\n", "1,1,1,1,1,5,2,nan,3\n", "1,1,1,1,1,5,2,-1,3\n", "1,1,1,1,1,5,2,x,3\n"] {
            assert!(added_up(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
