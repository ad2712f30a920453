//! `market.toml` of a market that was imported, with the reason of each line beside it.

use std::fmt::Write;

use crate::import::plan::Plan;

/// Fees of a first-time customer in basis points: spot maker and taker, perpetual maker and taker. From the venues' published tables.
const FEES: [(&str, [f64; 4]); 8] = [
    ("binance", [10.0, 10.0, 2.0, 5.0]),
    ("bybit", [10.0, 10.0, 2.0, 5.5]),
    ("okx", [8.0, 10.0, 2.0, 5.0]),
    ("gate", [20.0, 20.0, 2.0, 5.0]),
    ("kucoin", [10.0, 10.0, 2.0, 6.0]),
    ("bitget", [10.0, 10.0, 2.0, 6.0]),
    ("kraken", [25.0, 40.0, 2.0, 5.0]),
    ("coinbase", [40.0, 60.0, 2.0, 5.0]),
];

/// What most venues charge a first-time customer.
const USUAL: [f64; 4] = [10.0, 10.0, 2.0, 5.0];

/// The text of the manifest; `limit` is how many mebibytes a table may have where the usual is too little.
pub(super) fn text(plan: &Plan, limit: Option<u64>) -> String {
    let name = plan.out().file_name().map_or("market".to_owned(), |name| name.to_string_lossy().into_owned());
    let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let name = name.trim_start_matches(['=', '+', '-', '@']);
    let venue = plan.venue();
    let known = FEES.iter().find(|(own, _)| *own == venue);
    let fees = known.map_or(USUAL, |(_, fees)| *fees);
    let keys = ["spot_maker", "spot_taker", "perp_maker", "perp_taker"];
    let fees = keys.iter().zip(fees).map(|(key, fee)| format!("{key} = {fee}")).collect::<Vec<_>>().join("\n");
    let whose = known.map_or("what most venues charge".to_owned(), |(venue, _)| format!("{venue}'s first step"));
    let (coins, perpetuals) = plan.coins();
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "# Made by `rotate import`; yours from here on: another import adds files and changes nothing in this one.\n\
         name      = {}\n\
         about     = {}\n\
         synthetic = false\n\
         bar       = \"{}\"\n\
         quote     = {}\n\
         \n\
         [fees]            # basis points of notional: {whose}; write your own\n\
         {fees}\n",
        quoted(name),
        quoted(&format!("{coins} assets, {perpetuals} with a perpetual, imported from files of {venue}; sources.csv has them")),
        plan.bar(),
        quoted(plan.quote()),
    );
    if plan.has_perpetuals() {
        text += "\n[funding]         # where no settled rate is on file: a constant, counted and named in every report\nmissing_rate_8h = 0.0001\n";
    }
    if let Some(mebibytes) = limit {
        let _ = write!(text, "\n[limits]          # its largest table is larger than usual\ntable_mib = {mebibytes}\n");
    }
    text
}
