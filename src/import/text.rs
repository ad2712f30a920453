//! Text to a [`Grid`]: the delimiter, lines before the header and the header itself are found in the first rows.

use crate::import::grid::Grid;
use crate::import::mapping::Dialect;
use crate::import::moment;

/// Delimiters that tables have.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Rows that are looked at to find out how a table is written.
const LOOKED_AT: usize = 20;

/// Columns of a table, at most.
const WIDEST: usize = 4_096;

/// Reads a table of text.
///
/// # Errors
/// It is empty, or no CSV, in words for the row of its file.
pub(super) fn grid(bytes: &[u8], dialect: &Dialect) -> Result<Grid, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    let text = text.as_ref();
    let first: Vec<&str> = text.lines().take(LOOKED_AT + dialect.skip).collect();
    let delimiter = dialect.delimiter.unwrap_or_else(|| delimiter(&first));
    let preface = dialect.skip.max(preface(&first, delimiter));
    let start: usize = text.split_inclusive('\n').take(preface).map(str::len).sum();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .from_reader(&text.as_bytes()[start..]);
    let mut record = csv::StringRecord::new();
    let mut read = |record: &mut csv::StringRecord| reader.read_record(record).map_err(|error| format!("no CSV: {error}"));
    if !read(&mut record)? {
        return Err("an empty table".to_owned());
    }
    let width = record.len();
    if width > WIDEST {
        return Err(format!("{width} columns"));
    }
    let header = is_header(&record);
    let names = header.then(|| record.iter().map(|name| name.trim().to_owned()).collect());
    let mut grid = Grid::new(names, width);
    let line = |record: &csv::StringRecord| preface + record.position().map_or(0, csv::Position::line) as usize;
    if !header {
        grid.push(line(&record), record.iter());
    }
    while read(&mut record)? {
        if record.len() != 1 || !record[0].trim().is_empty() {
            grid.push(line(&record), record.iter());
        }
    }
    Ok(grid)
}

/// The one that most of the rows have most often.
fn delimiter(rows: &[&str]) -> u8 {
    let middle = |delimiter: u8| {
        let mut counts: Vec<usize> = rows.iter().map(|row| row.bytes().filter(|byte| *byte == delimiter).count()).collect();
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied().unwrap_or(0)
    };
    // Of equals the first.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| middle(*delimiter)).unwrap_or(b',')
}

/// Lines before the table, as a site's address: those with fewer fields than the rows have.
fn preface(rows: &[&str], delimiter: u8) -> usize {
    let fields = |row: &&str| row.bytes().filter(|byte| *byte == delimiter).count();
    let usual = rows.iter().map(fields).max().unwrap_or(0);
    if usual == 0 { 0 } else { rows.iter().take_while(|row| fields(row) * 2 < usual).count() }
}

/// A row is a header where no cell of it is a number or a time, and one has letters.
fn is_header(row: &csv::StringRecord) -> bool {
    let cells = || row.iter().map(str::trim).filter(|cell| !cell.is_empty());
    let data = |cell: &str| cell.parse::<f64>().is_ok() || moment::of_text(cell).is_some();
    cells().any(|cell| cell.chars().any(char::is_alphabetic)) && !cells().any(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Grid {
        grid(text.as_bytes(), &Dialect::default()).unwrap()
    }

    #[test]
    fn headers_delimiters_and_prefaces_are_found() {
        let table = read("https://www.CryptoDataDownload.com\nUnix,Date,Symbol\n1,2024-01-01,BTC\n");
        assert_eq!(table.names.as_deref(), Some(&["Unix", "Date", "Symbol"].map(str::to_owned)[..]));
        assert_eq!((table.rows(), table.line(0), table.cell(0, 2)), (1, 3, "BTC"));
        let table = read("\u{feff}timeOpen;close;marketCap\n\"2024-01-01T00:00:00.000Z\";1,5;2\n");
        assert_eq!((table.width(), table.cell(0, 0), table.cell(0, 1)), (3, "2024-01-01T00:00:00.000Z", "1,5"));
        let table = read("1704067200000,1,2,3,4,5\n1704070800000,1,2,3,4,5\n");
        assert_eq!((table.names.is_none(), table.rows(), table.width()), (true, 2, 6));
        assert_eq!(read("2023.01.01 00:00,1,2,3,4,5\n").rows(), 1);
        assert!(grid(b"", &Dialect::default()).is_err());
    }

    #[test]
    fn what_a_mapping_says_goes_before_what_is_found() {
        let dialect = Dialect { delimiter: Some(b'|'), skip: 2, ..Dialect::default() };
        let table = grid(b"a,b,c\nd,e,f\nt|o\n1|2\n", &dialect).unwrap();
        assert_eq!((table.names.as_deref().map(<[String]>::len), table.rows(), table.line(0)), (Some(2), 1, 4));
    }
}
