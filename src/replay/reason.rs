//! Why something was bought or sold, and why cash went from bucket to bucket.

use crate::strategy::{ExitRule, worded};

worded! {
    /// Why an order was sent, or a fill came about without one; of the last fill of a trade, why it was left.
    pub enum Reason {
        /// The one kind of order that may open a position; every other adds to what is still there, or gives it up.
        Enter = "enter",
        /// Back to its share, or to another leverage.
        Rebalance = "rebalance",
        /// Back to the ratio of a hedge.
        Hedge = "hedge",
        /// No longer picked.
        RotatedOut = "rotated_out",
        /// Its bucket has no weight in this regime.
        Regime = "regime",
        /// Bought with profit that was passed on.
        Waterfall = "waterfall",
        /// What a triggered stop sends; no review takes it back.
        Stop = "stop",
        TakeProfit = "take_profit",
        Liquidation = "liquidation",
        /// The stress of auto-deleveraging.
        Deleveraged = "deleveraged",
        /// Forced out of a listing that ended.
        Delisted = "delisted",
        /// Out of the perpetual of a coin that became another one: its venue ends the contract at its last price.
        Settled = "settled",
        /// Coins sold for what the shorts that hedge them owe.
        Collateral = "collateral",
        /// The last close of the market.
        EndOfData = "end_of_data",
        /// A reward in kind: no order made it, nobody was paid.
        Staking = "staking",
        /// One of the two fills of a coin that became another one: nobody sold or bought anything.
        Conversion = "conversion",
        + Exit(ExitRule), "A rule of the strategy."
    }
}

worded! {
    /// Why cash went from one bucket to another.
    pub enum FlowReason {
        /// Realised profit, passed on.
        Waterfall = "waterfall",
        /// A ring-fenced bucket brought back to its weight.
        TopUp = "top_up",
        /// All buckets brought back to their weights.
        Rebalance = "rebalance",
        /// On the way from one table of weights to another.
        Regime = "regime",
        /// Perpetuals held to their share of the equity.
        Sweep = "sweep",
        /// A liquidation made good.
        Refill = "refill",
        /// What a hedge has gained beyond its weight.
        Hedge = "hedge",
        /// What the shorts that hedge coins owe, paid by their bucket.
        Collateral = "collateral",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_of_one_reason() {
        assert_eq!(Reason::all().count(), 22);
        assert!(Reason::all().all(|reason| Reason::named(reason.name()) == Some(reason)));
        assert!(FlowReason::all().all(|reason| FlowReason::named(reason.name()) == Some(reason)));
        assert_eq!(Reason::named("time_stop"), Some(Reason::Exit(ExitRule::TimeStop)));
        assert_eq!((Reason::named("take profit"), FlowReason::named("top-up")), (None, None));
    }
}
