//! `comparison.csv`: one row a strategy, one column a metric.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::folder::broken;
use crate::report::number_format::exact;

/// The table, for strategies and their metrics by name. Columns are those of the first row, then any the later rows add.
pub(crate) fn comparison_csv(rows: &[(&str, Cow<Map<String, Value>>)]) -> Result<Vec<u8>, Fault> {
    let mut columns: Vec<&str> = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for name in rows.iter().flat_map(|(_, metrics)| metrics.keys()) {
        if known.insert(name) {
            columns.push(name);
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fault = |e: &dyn std::fmt::Display| broken(Path::new("comparison.csv"), e);
    writer.write_record(std::iter::once("strategy").chain(columns.iter().copied())).map_err(|e| fault(&e))?;
    for (strategy, metrics) in rows {
        let cells = columns.iter().map(|column| cell(metrics.get(*column)));
        writer.write_record(std::iter::once((*strategy).to_owned()).chain(cells)).map_err(|e| fault(&e))?;
    }
    writer.into_inner().map_err(|e| fault(&e))
}

fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::Number(n)) => n.as_u64().map_or_else(|| n.as_f64().map(exact).unwrap_or_default(), |count| count.to_string()),
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}
