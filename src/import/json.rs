//! JSON to a [`Grid`]: rows as lists (ccxt, freqtrade), rows as objects, and either of them inside the answer of an exchange; of the charts of `CoinGecko`
//! the market caps.

use serde_json::Value;

use crate::import::grid::Grid;

/// Keys under which answers keep their rows.
const HOLDERS: [&str; 9] = ["data", "result", "list", "rows", "candles", "tvl", "prices", "chartData", "items"];

/// Reads the rows of a JSON file.
///
/// # Errors
/// It is no JSON, or has no rows, in words for the row of its file.
pub(super) fn grid(value: &Value) -> Result<Grid, String> {
    if let Some(caps) = value.get("market_caps").and_then(Value::as_array) {
        return Ok(lists(caps, Some(["snapped_at", "market_cap"].map(str::to_owned).to_vec()), 2));
    }
    let mut whose = None;
    let rows = rows(value, &mut whose, 0).ok_or("no list of rows")?;
    match rows.first() {
        None => Err("an empty list".to_owned()),
        Some(Value::Array(first)) => Ok(lists(rows, None, first.len())),
        Some(Value::Object(first)) => {
            let own = first.iter().filter(|(_, cell)| !cell.is_array() && !cell.is_object());
            let mut names: Vec<String> = own.map(|(name, _)| name.clone()).collect();
            // Rows that do not say whose they are are of whom the answer says.
            let whose = whose.filter(|_| !names.iter().any(|name| name == "symbol"));
            names.extend(whose.map(|_| "symbol".to_owned()));
            let mut grid = Grid::new(Some(names.clone()), names.len());
            for (at, row) in rows.iter().enumerate() {
                let cell =
                    |name: &String| row.get(name).map_or_else(|| if name == "symbol" { whose.unwrap_or("") } else { "" }.to_owned(), text);
                let cells: Vec<String> = names.iter().map(cell).collect();
                grid.push(at + 1, cells.iter().map(String::as_str));
            }
            Ok(grid)
        }
        Some(_) => Err("a list of bare values".to_owned()),
    }
}

/// Rows that are lists.
fn lists(rows: &[Value], names: Option<Vec<String>>, width: usize) -> Grid {
    let mut grid = Grid::new(names, width);
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.as_array().map_or(Vec::new(), |row| row.iter().map(text).collect());
        grid.push(at + 1, cells.iter().map(String::as_str));
    }
    grid
}

/// The first list of lists or objects below a value, and the `symbol` that stands above it.
fn rows<'a>(value: &'a Value, whose: &mut Option<&'a str>, depth: usize) -> Option<&'a Vec<Value>> {
    match value {
        Value::Array(rows) => Some(rows),
        Value::Object(map) if depth < 4 => {
            let symbol = map.get("symbol").and_then(Value::as_str).filter(|symbol| symbol.chars().any(char::is_alphanumeric));
            *whose = symbol.or(*whose);
            HOLDERS.iter().filter_map(|key| map.get(*key)).find_map(|inner| rows(inner, whose, depth + 1))
        }
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
        let table = read(r#"{"symbol":"LDO","tvl":[{"date":1704067200,"totalLiquidityUSD":5}]}"#).unwrap();
        assert_eq!((table.names.as_deref().map(<[_]>::len), table.cell(0, 2)), (Some(3), "LDO"));
        let table = read(r#"{"prices":[[1,2]],"market_caps":[[1704067200000,8e11]],"total_volumes":[]}"#).unwrap();
        assert_eq!((table.cell(0, 0), table.cell(0, 1)), ("1704067200000", "800000000000.0"));
        assert!(read("[]").is_err() && read("7").is_err() && read("[1,2]").is_err());
    }
}
