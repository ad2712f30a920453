//! The text files that say what the sample is: `market.toml`, `assets.csv`, `README.md`.

use std::fmt::Write as _;

use super::calendar::{BITCOIN, COLLAPSE, CRASH, DEAD, DEAD_PERP_END, DEAD_SPOT_END, DELISTED, GAPS, LEGS, OUTAGE, SWITCHER};
use super::facts::TIGHTENED;
use super::narrative::{Life, describe};
use super::universe::{Coin, NARRATIVES};

pub(super) fn market_toml(seed: u64) -> String {
    format!(
        "name      = \"sample\"
about     = \"Synthetic market made from seed {seed}: invented coins and prices, 8-hour bars, complete settled funding\"
synthetic = true
bar       = \"8h\"
quote     = \"USDT\"

[fees]               # basis points of notional
spot_maker = 10
spot_taker = 10
perp_maker = 2
perp_taker = 5

[half_spread_bps]    # by tier
large = 3
mid   = 8
small = 30
"
    )
}

pub(super) fn assets(coins: &[Coin]) -> String {
    let mut text = String::from("asset,tier,spot,perp,contract_size,venue,venue_kind\n");
    for coin in coins {
        let (venue, kind) = coin.venue();
        let (spot, perp) = (coin.spot_symbol(), coin.perp_symbol());
        let _ = writeln!(text, "{},{},{spot},{perp},{},{venue},{kind}", coin.name, coin.tier, coin.contract_size());
    }
    text
}

pub(super) fn readme(seed: u64, coins: &[Coin], lives: &[Life]) -> String {
    let mut text = format!(
        "# The sample market: synthetic

Every price, rate and fact in this folder is invented by `rotate sample --seed {seed}`; the same seed gives the same bytes.
BTC and ETH carry familiar names so that strategies find their foundation, but their prices are not history. Nothing that earns
money here says anything about real markets. {} assets, 8-hour bars, 2021-07-01 to 2024-09-30. Do not edit: make it again.

## Legs

| from | to | leg | BTC heads for |
|---|---|---|---|
",
        coins.len()
    );
    let mut from = BITCOIN[0].0;
    for (until, weather) in LEGS {
        let target = BITCOIN.iter().find(|node| node.0 == until).map_or(0.0, |node| node.1);
        let _ = writeln!(text, "| {from} | {until} | {} | {target} |", weather.name());
        from = until;
    }
    text.push_str("\n## Narratives\n\nPrices rise from the first date, stall with high funding from the second, fade from the third.\n\n");
    text.push_str("| narrative | what | rises | peaks | fades | is over |\n|---|---|---|---|---|---|\n");
    for life in lives {
        text.push_str(&describe(life, NARRATIVES[life.narrative]));
    }
    let _ = write!(
        text,
        "\n## Events\n
* Crash: the bar of {CRASH}. BTC is down some 15 % at its low, small caps a third and more; a 5x long does not survive it.
* Delisted: {}, trading as ever until then; neither spot nor perpetual has a bar from {} on.
* Dead: {DEAD} collapses from {COLLAPSE}; perpetual ends {DEAD_PERP_END}, spot trades at dust until {DEAD_SPOT_END}.
* Funding every 8 hours becomes every 4: {} on {}. Every 4 hours throughout: {}.
* Exchange outages, no spot bar at all while perpetuals trade: {}.
* Gaps of one symbol: {}.
* Margin tiers of small caps are tightened on {TIGHTENED}.
* One coin changes narrative: COGI, from depin to ai on 2022-11-15.
",
        DELISTED.0,
        DELISTED.1,
        SWITCHER.0,
        SWITCHER.1,
        coins.iter().filter(|coin| coin.funding_hours == 4).map(|coin| coin.name).collect::<Vec<_>>().join(", "),
        OUTAGE.join(", "),
        GAPS.iter()
            .map(|(asset, perpetual, from, bars)| format!("{asset} {} {from} ({bars})", if *perpetual { "perpetual" } else { "spot" }))
            .collect::<Vec<_>>()
            .join(", "),
    );
    text
}
