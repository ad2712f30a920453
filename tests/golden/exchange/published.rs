//! The venues' liquidation prices as they publish them: one bracket's rate and amount as given. The engine has tables and an inequality, and is held
//! against these.

use rotate::units::Direction;

/// One position as the venues' formulas take it. USD and coins; `quantity` positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stake {
    pub direction: Direction,
    pub quantity: f64,
    pub entry_price: f64,
    /// Balance behind it: isolated margin, or the cross wallet.
    pub wallet: f64,
}

/// The rest of a cross pool; zeros for isolated margin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Others {
    pub unrealised_profit: f64,
    pub maintenance_margin: f64,
}

fn price_or_none(price: f64) -> Option<f64> {
    (price.is_finite() && price > 0.0).then_some(price)
}

/// Binance USD-M: `(WB + UPNL_other − MM_other + cum − s·q·EP) / (q·mmr − s·q)`; `rate` and `amount` of the bracket at that price.
/// `None`: price alone cannot liquidate it (the result is not positive).
pub fn mark_notional(stake: &Stake, rate: f64, amount: f64, others: &Others) -> Option<f64> {
    mark_notional_plus_fee(stake, rate, amount, 0.0, others)
}

/// OKX and Gate: the same with the closing fee beside the maintenance rate; their `amount` is 0.
pub fn mark_notional_plus_fee(stake: &Stake, rate: f64, amount: f64, closing_fee: f64, others: &Others) -> Option<f64> {
    let signed = stake.direction.sign() * stake.quantity;
    let backing = stake.wallet + others.unrealised_profit - others.maintenance_margin + amount;
    price_or_none((backing - signed * stake.entry_price) / (stake.quantity * (rate + closing_fee) - signed))
}

/// Bybit USDT (help centre 2022 to 2024): `EP − s·(IM − MM + extra)/q`, `IM = q·EP/leverage`, `MM = q·EP·rate − deduction`; `extra` is
/// margin added by hand. On entry notional: the bracket does not move with the price.
pub fn entry_notional(
    direction: Direction,
    quantity: f64,
    entry_price: f64,
    leverage: f64,
    rate: f64,
    deduction: f64,
    extra: f64,
) -> Option<f64> {
    let notional = quantity * entry_price;
    let room = notional / leverage - (notional * rate - deduction) + extra;
    price_or_none(entry_price - direction.sign() * room / quantity)
}

/// A liquidation price drawn nearer to the entry by a share of the way between them (freqtrade's safety buffer, 0.05 by default).
pub fn buffered(price: f64, entry_price: f64, buffer: f64) -> f64 {
    price + buffer * (entry_price - price)
}
