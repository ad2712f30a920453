//! JSON to a [`Grid`]: rows as lists (ccxt, freqtrade), rows as objects, and either of them inside the answer of an exchange.

use serde_json::Value;

use crate::import::grid::Grid;

/// Keys under which answers keep their rows.
const HOLDERS: [&str; 9] = ["data", "result", "list", "rows", "candles", "tvl", "prices", "chartData", "items"];

/// Reads the rows of a JSON file.
///
/// # Errors
/// It is no JSON, or has no rows, in words for the row of its file.
pub(super) fn grid(value: &Value) -> Result<Grid, String> {
    let rows = rows(value, 0).ok_or("no list of rows")?;
    match rows.first() {
        None => Err("an empty list".to_owned()),
        Some(Value::Array(first)) => {
            let mut grid = Grid::new(None, first.len());
            for (at, row) in rows.iter().enumerate() {
                let cells: Vec<String> = row.as_array().map_or(Vec::new(), |row| row.iter().map(text).collect());
                grid.push(at + 1, cells.iter().map(String::as_str));
            }
            Ok(grid)
        }
        Some(Value::Object(first)) => {
            let names: Vec<String> =
                first.iter().filter(|(_, cell)| !cell.is_array() && !cell.is_object()).map(|(name, _)| name.clone()).collect();
            let mut grid = Grid::new(Some(names.clone()), names.len());
            for (at, row) in rows.iter().enumerate() {
                let cells: Vec<String> = names.iter().map(|name| row.get(name).map_or(String::new(), text)).collect();
                grid.push(at + 1, cells.iter().map(String::as_str));
            }
            Ok(grid)
        }
        Some(_) => Err("a list of bare values".to_owned()),
    }
}

/// The first list of lists or objects below a value.
fn rows(value: &Value, depth: usize) -> Option<&Vec<Value>> {
    match value {
        Value::Array(rows) => Some(rows),
        Value::Object(map) if depth < 4 => HOLDERS.iter().filter_map(|key| map.get(*key)).find_map(|inner| rows(inner, depth + 1)),
        _ => None,
    }
}

fn text(cell: &Value) -> String {
    match cell {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Grid, String> {
        grid(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn rows_are_lists_or_objects_alone_or_in_an_answer() {
        let table = read("[[1637110800000,1.0801,1.1,1.0,1.05,3.5]]").unwrap();
        assert_eq!((table.names.is_none(), table.cell(0, 0), table.cell(0, 5)), (true, "1637110800000", "3.5"));
        let table = read(r#"{"retCode":0,"result":{"symbol":"BTCUSDT","list":[["1670608800000","1","2","0.5","1.5","9","12"]]}}"#).unwrap();
        assert_eq!((table.width(), table.cell(0, 6)), (7, "12"));
        let table = read(r#"[{"symbol":"BTC/USDT:USDT","timestamp":1,"fundingRate":0.0001,"info":{"x":1}}]"#).unwrap();
        assert_eq!(table.names.as_deref(), Some(&["symbol", "timestamp", "fundingRate"].map(str::to_owned)[..]));
        assert!(read("[]").is_err() && read("7").is_err() && read("[1,2]").is_err());
    }
}
