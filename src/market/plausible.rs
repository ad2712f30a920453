//! Values that nobody publishes. What lies beyond these bounds is another column, another unit or a slip, and would become profit or loss without a word;
//! what is odd but has happened lies within them.

use crate::market::quote_field::numeral;
use crate::market::series::Wrong;

/// The least and the largest price: a volume, a time or a market cap stands in the column. The smallest coins trade at some 1e-12 USD.
pub(super) const PRICES: [f64; 2] = [1e-15, 1e12];
/// A high so many times above open and close, or a low below them: no trade was done there. Real bars have lows a thousandth of their open.
const WICK: f64 = 10_000.0;
/// USD traded in one bar, more than all markets of all coins in a month.
const TURNOVER: f64 = 1e13;
/// Coins per contract: XBTUSDTM has 0.001, 1000000MOGUSDT a million.
pub(super) const CONTRACT_SIZES: [f64; 2] = [1e-9, 1e9];
/// Units of one coin for one of another: 100 LEND became an AAVE, one BTT a thousand.
pub(super) const CONVERSION_RATIOS: [f64; 2] = [1e-9, 1e9];
/// USD: a hundred times what all companies of the world are worth.
pub(super) const LARGEST_CAP: f64 = 1e16;
/// Notional over margin; no venue has offered more than a thousand.
pub(super) const LARGEST_LEVERAGE: f64 = 1_000.0;
/// Of a price or a quantity, by which orders are rounded; and the least an order must be worth, in USD.
pub(super) const STEPS: [f64; 2] = [1e-15, 1e6];
/// A taker's or a maker's fee below this is more likely a per cent or a fraction written as basis points. Some venues take nothing at all.
pub(super) const LEAST_FEE_BPS: f64 = 0.5;

pub(super) fn wrong_price(name: &str, price: f64) -> Option<Wrong> {
    if price > 0.0 && within(PRICES, price) {
        return None;
    }
    let expected = if price > 0.0 { "a price from 1e-15 to 1e12" } else { "a price above zero" };
    Some((format!("{name} {}", numeral(price)), expected))
}

pub(super) fn wrong_prices(open: f64, high: f64, low: f64, close: f64) -> Option<Wrong> {
    let [least, largest] = PRICES;
    let (body_top, body_foot) = (open.max(close), open.min(close));
    // One comparison for the happy path: the low is the least of all prices or the row is refused below.
    let ordered = low >= least && low <= body_foot && high >= body_top && high <= largest;
    if ordered && high <= WICK * body_top && low * WICK >= body_foot {
        return None;
    }
    let of_each =
        [("open", open), ("high", high), ("low", low), ("close", close)].into_iter().find_map(|(name, price)| wrong_price(name, price));
    of_each.or_else(|| {
        let describe = |name: &str, price: f64, side: &str| {
            format!("{name} {} {side} open {} or close {}", numeral(price), numeral(open), numeral(close))
        };
        Some(if high < body_top {
            (describe("high", high, "below"), "high ≥ max(open, close)")
        } else if low > body_foot {
            (describe("low", low, "above"), "low ≤ min(open, close)")
        } else if high > WICK * body_top {
            (describe("high", high, "far above"), "a high less than ten thousand times open and close")
        } else {
            (describe("low", low, "far below"), "a low above the ten-thousandth of open and close")
        })
    })
}

/// Of a bar's volume, in the instrument's own units, at its close.
pub(super) fn wrong_volume(volume: f64, close: f64) -> Option<Wrong> {
    if volume < 0.0 {
        return Some((format!("volume {}", numeral(volume)), "a volume of zero or more"));
    }
    let expected = "a volume worth less than 1e13 USD in one bar, counted in coins or contracts";
    (volume * close > TURNOVER).then(|| (format!("volume {} at a close of {}", numeral(volume), numeral(close)), expected))
}

pub(super) fn within([least, largest]: [f64; 2], value: f64) -> bool {
    (least..=largest).contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_happened_is_let_through() {
        // BTC on one venue in 2021 and 2023: lows a thousandth of the open, and a high of thirty times.
        assert_eq!(wrong_prices(65_000.0, 65_100.0, 64.0, 64_900.0), None);
        assert_eq!(wrong_prices(20_000.0, 600_000.0, 19_000.0, 20_100.0), None);
        assert_eq!(wrong_volume(5e14, 1e-5), None);
    }

    #[test]
    fn what_nobody_publishes_is_not() {
        let found = |wrong: Option<Wrong>| wrong.unwrap().0;
        assert_eq!(found(wrong_prices(20_000.0, 9e11, 19_000.0, 20_100.0)), "high 900000000000 far above open 20000 or close 20100");
        assert_eq!(found(wrong_prices(20_000.0, 20_200.0, 1.0, 20_100.0)), "low 1 far below open 20000 or close 20100");
        assert_eq!(found(wrong_prices(2.0, 3.0, 0.0, 2.0)), "low 0");
        assert_eq!(found(wrong_prices(2.0, 1.9, 1.0, 2.0)), "high 1.9 below open 2 or close 2");
        assert_eq!(found(wrong_volume(1e308, 1.0)), "volume 1e308 at a close of 1");
        assert_eq!(found(wrong_volume(1e308, 1e12)), "volume 1e308 at a close of 1000000000000");
        assert_eq!(found(wrong_volume(-1.0, 1.0)), "volume -1");
    }
}
