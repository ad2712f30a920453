//! Rows of the golden tables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rotate::exchange::orders::Bar;
use rotate::units::Direction;

/// One row, by column.
#[derive(Debug)]
pub(crate) struct Row(BTreeMap<String, String>);

impl Row {
    pub(crate) fn text(&self, column: &str) -> &str {
        self.0.get(column).unwrap_or_else(|| panic!("no column {column}"))
    }

    pub(crate) fn id(&self) -> &str {
        self.text("case_id")
    }

    /// A number, or 0 where the field is empty.
    pub(crate) fn number(&self, column: &str) -> f64 {
        self.maybe(column).unwrap_or(0.0)
    }

    pub(crate) fn maybe(&self, column: &str) -> Option<f64> {
        let text = self.text(column);
        (!text.is_empty()).then(|| text.parse().unwrap_or_else(|_| panic!("{:?}: {column} is `{text}`", self.0)))
    }

    pub(crate) fn direction(&self) -> Direction {
        if self.text("side") == "short" { Direction::Short } else { Direction::Long }
    }

    /// `a=1;b=2`
    pub(crate) fn inputs(&self, column: &str) -> BTreeMap<&str, f64> {
        let pairs = self.text(column).split(';').filter_map(|pair| pair.split_once('='));
        pairs.filter_map(|(key, value)| Some((key, value.parse().ok()?))).collect()
    }

    /// The prices of a bar whose volume does not limit.
    pub(crate) fn bar(&self) -> Bar {
        Bar::of_prices(self.number("open"), self.number("high"), self.number("low"), self.number("close"))
    }
}

fn read(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let heads = reader.headers().expect("a header").clone();
    let row = |record: csv::StringRecord| Row(heads.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect());
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

/// Rows of a table in `tests/golden`.
pub(crate) fn rows(file: &str) -> Vec<Row> {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file))
}

/// Rows of a table of real prices, which stays outside; `None` (and said so) where it is not there.
pub(crate) fn outside(file: &str) -> Option<Vec<Row>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let root = if beside.exists() { Some(beside) } else { std::env::var_os("ROTATE_SHARED").map(PathBuf::from) };
    let path = root.map(|root| root.join("golden").join(file)).filter(|path| path.exists());
    if path.is_none() {
        println!("skipped: ../shared is not there");
    }
    path.map(|path| read(&path))
}

/// Bars by case, in their order.
pub(crate) fn by_case(rows: Vec<Row>) -> BTreeMap<String, Vec<Row>> {
    let mut cases: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows {
        cases.entry(row.id().to_owned()).or_default().push(row);
    }
    cases
}
