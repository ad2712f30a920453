//! Caps, spreads and impacts: other engines' fill models where they are our law, the reason where they are not.

use rotate::exchange::costs::{Impact, Maker, Taker, square_root_impact};
use rotate::exchange::orders::{Bar, Filled, Kind, OrderSpec, Side, Venue, fill_in_bar};
use rotate::exchange::volume::VolumePool;

use super::rows::{Row, rows};

/// Rows whose price follows another law of impact. The quantity, where a cap makes it, is compared all the same unless said.
const OTHER_LAW: &[(&str, &str)] = &[
    ("volume_share_squared", "impact grows with the square of the share: too cheap on thin books; ours is the square root"),
    ("vol_sqrt", "square root of the share of trailing volume, whose inputs are not in the row"),
];

/// Rows that are not replayed at all.
const NOT_REPLAYED: &[(&str, &str)] = &[
    ("no_data", "a fallback of so many basis points where history is missing; ours refuses (tested below)"),
    ("SL-L", "that engine does not cut the quantity to the cap; ours does"),
];

fn venue(row: &Row) -> Venue {
    let half_spread = row.inputs("param").get("bps").map_or(0.0, |bps| bps / 1e4);
    let whole = if row.text("model") == "vol_sqrt" { 1.0 } else { 0.0 };
    let (limit, volume) = (row.number("volume_limit"), row.number("bar_volume"));
    Venue {
        taker: Taker { fee: 0.0, half_spread },
        maker: Maker { fee: 0.0 },
        lot: whole,
        volume: VolumePool::new(limit, volume, 1.0, f64::INFINITY),
        ..Venue::frictionless()
    }
}

/// Those models see one price a bar.
fn bar(row: &Row) -> Bar {
    let price = row.maybe("price").unwrap_or(3.0);
    Bar { open: price, high: price, low: price, close: price, volume: row.number("bar_volume") }
}

fn kind(row: &Row) -> Kind {
    match (row.maybe("limit"), row.maybe("stop")) {
        (None, None) => Kind::Market,
        (Some(price), None) => Kind::Limit { price, resting: false },
        (None, Some(trigger)) => Kind::Stop { trigger },
        (Some(limit), Some(trigger)) => Kind::StopLimit { trigger, limit },
    }
}

#[test]
fn fills_of_other_engines() {
    let mut compared = 0;
    for row in rows("slippage.csv") {
        let id = row.id();
        let named = |table: &[(&str, &str)]| table.iter().any(|(name, _)| row.text("model") == *name || id.starts_with(name));
        if named(NOT_REPLAYED) {
            continue;
        }
        let mut venue = venue(&row);
        if row.text("model") == "volume_share_squared" && kind(&row) != Kind::Market {
            // At the price of its own limit any impact of theirs is too much; ours needs a word of its own to be so.
            venue.taker.half_spread = 1e-6;
        }
        let quantities: Vec<f64> = row.text("order_qty").split(';').map(|part| part.parse().unwrap()).collect();
        let wanted: Vec<f64> = row.text("expected_fill_qty").split(';').map(|part| part.parse().unwrap()).collect();
        let mut price = f64::NAN;
        for (quantity, expected) in quantities.iter().zip(&wanted) {
            let side = if row.text("side") == "sell" || *quantity < 0.0 { Side::Sell } else { Side::Buy };
            let filled = fill_in_bar(&OrderSpec::new(side, kind(&row), quantity.abs()), &bar(&row), &venue);
            let got = filled.as_ref().map_or(0.0, |filled: &Filled| filled.quantity);
            venue.volume.take(got);
            assert!((got - expected.abs()).abs() < 1e-9, "{id}: {got} for {expected}");
            price = filled.map_or(price, |filled| filled.price);
        }
        if !named(OTHER_LAW)
            && let Some(expected) = row.maybe("expected_price")
        {
            assert!((price - expected).abs() < 1e-9, "{id}: {price} for {expected}");
        }
        compared += 1;
    }
    assert!(compared >= 10, "only {compared} rows compared");
}

#[test]
fn without_history_an_impact_has_no_price() {
    let unknown = Impact { coefficient: 1.0, daily_volatility: f64::NAN, daily_notional: 1e6 };
    let venue = Venue { impact: unknown, ..Venue::frictionless() };
    let bar = Bar::of_prices(10.0, 11.0, 9.0, 10.0);
    assert!(fill_in_bar(&OrderSpec::new(Side::Buy, Kind::Market, 1.0), &bar, &venue).is_none());
}

#[test]
fn the_square_root_law() {
    for row in rows("sqrt_impact_derived.csv") {
        let n = |column: &str| row.number(column);
        let impact = square_root_impact(n("Y"), n("daily_vol"), n("order_notional"), n("adv_notional")).unwrap();
        assert!((impact - n("impact_fraction")).abs() <= 1e-15, "{impact}");
        let cost = impact + n("half_spread");
        assert!((cost - n("cost_fraction")).abs() <= 1e-15 && (cost * n("order_notional") - n("cost_quote")).abs() < 1e-9, "{cost}");
        // The same through a fill: one coin at the price of the order.
        let venue = Venue {
            taker: Taker { fee: 0.0, half_spread: n("half_spread") },
            impact: Impact { coefficient: n("Y"), daily_volatility: n("daily_vol"), daily_notional: n("adv_notional") },
            ..Venue::frictionless()
        };
        let price = n("order_notional");
        let filled = fill_in_bar(&OrderSpec::new(Side::Buy, Kind::Market, 1.0), &Bar::of_prices(price, price, price, price), &venue);
        assert!((filled.unwrap().slippage - n("cost_quote")).abs() < 1e-9);
    }
}
