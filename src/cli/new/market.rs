//! `rotate new market`: a folder to put a market's files in.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::cli::new::schema_file::{SchemaFile, create};
use crate::cli::new::template::{LEGEND, Template};
use crate::fault::Fault;
use crate::folder::{Ours, Staging, broken};
use crate::market;
use crate::names;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// What it is called: letters, digits, `-` and `_`.
    #[arg(value_name = "NAME")]
    name: String,
    /// Its folder, new or empty. Default: data/NAME.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// What a market must say: its venue's fees are those of the largest venue's lowest rank.
const LIVE: &[(&str, &str)] =
    &[("bar", "\"8h\""), ("fees.spot_maker", "10"), ("fees.spot_taker", "10"), ("fees.perp_maker", "2"), ("fees.perp_taker", "5")];

/// Folders of series and of dated facts.
const FOLDERS: [&str; 5] = ["spot", "perp", "mark", "funding", "evidence"];

const ASSETS: &str = "asset,tier,spot,perp,contract_size,venue,venue_kind\n";

const README: &str = r"# A market for `rotate`

`rotate check --market DIR` says what is there, what is missing, and what is wrong. Times are UTC.

| file | what | needed |
|---|---|---|
| `market.toml` | name, length of a bar, fees, policies; every key stands in it with its meaning and default | yes |
| `assets.csv` | a row for each coin (below) | yes |
| `spot/<SYMBOL>.csv`, `perp/<SYMBOL>.csv` | bars: time, open, high, low, close, volume; finer ones than `bar` are joined | one of both for each coin |
| `funding/<SYMBOL>.csv` | settled funding of a perpetual: time and rate | for each perpetual, unless `funding.missing_rate_8h` stands in |
| `mark/<SYMBOL>.csv` | mark prices of a perpetual | no |
| `narratives.csv` | `asset,narrative,since,until,source` | no |
| `market-cap.csv` | `known_at,asset,market_cap_usd,rank` | no |
| `margin-tiers.csv` | `since,perp,floor_usd,cap_usd,maintenance_rate,max_leverage,maintenance_amount_usd` | no |
| `evidence/*.csv` | `known_at,asset,metric,value`, or `narrative` in place of `asset`: also signals of your own | no |

Several files of one symbol (`BTCUSDT-2024-01.csv`) are one series. `.csv`, `.csv.gz`, `.zip` and `.parquet` are read.

A row of `assets.csv` is written as one of these:

    BTC,large,BTCUSDT,BTCUSDT,1,binance,cex
    PEPE,mid,,1000PEPEUSDT,1000,binance,cex

| column | meaning |
|---|---|
| `asset` | what strategies call the coin |
| `tier` | `large`, `mid` or `small`, where no rank is known on the day |
| `spot`, `perp` | the symbols its files are called by; one of them may be empty |
| `contract_size` | coins in one contract of the perpetual |
| `venue`, `venue_kind` | the name of the venue; `regulated`, `cex` or `dex` |
";

/// Nothing that is there is replaced.
struct New;

impl Ours for New {
    fn expected(&self) -> &'static str {
        "a new or empty folder"
    }

    fn objection(&self, _: &Path) -> Result<Option<String>, Fault> {
        Ok(Some("a folder with something in it, which is never replaced".to_owned()))
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<String, Fault> {
    let Arguments { name, out } = arguments;
    if !names::is_folder(name) {
        let fix = "choose another name; the folder may be called as you like with --out";
        return Err(Fault::new(format!("NAME `{name}`"), "no name of a market", "letters, digits, `-` and `_`, at most 100 of them", fix));
    }
    let out = out.clone().unwrap_or_else(|| Path::new("data").join(name));
    let schema = SchemaFile { name: "market.schema.json", schema: market::manifest_schema() };
    let staging = Staging::begin(&out, New)?;
    staging.fill(|dir| {
        create(&dir.join("market.toml"), &(schema.directive() + &template(name, &schema.schema.clone().to_value())))?;
        create(&dir.join("assets.csv"), ASSETS)?;
        create(&dir.join("README.md"), README)?;
        schema.write(dir)?;
        FOLDERS.iter().map(|folder| dir.join(folder)).try_for_each(|folder| fs::create_dir(&folder).map_err(|e| broken(&folder, &e)))
    })?;
    staging.finish()?;
    Ok(format!(
        "market {name}: {}\nits README.md says which files it needs; `rotate check --market {}` says what is missing\n",
        out.display(),
        out.display()
    ))
}

/// `market.toml` with every key.
fn template(name: &str, schema: &Value) -> String {
    let name = toml::Value::String(name.to_owned()).to_string();
    let live: Vec<(&str, &str)> = [("name", name.as_str())].into_iter().chain(LIVE.iter().copied()).collect();
    let mut template = Template::of(schema, &live);
    template.comment(LEGEND);
    template.file(&[]);
    template.finish()
}
