//! Decisions of the record: each a gate that passed, refused or resized something, as plain facts. `decision_text` makes the sentence.

use crate::replay::reason::Reason;
use crate::signal::regime;
use crate::strategy::{Basis, ChecklistCause, CriterionId, Empty, EntryCause, ExitCause, ExitRule, HedgeBy, Verdict, worded};
use crate::units::{AssetId, BucketId, InstrumentId, NarrativeId, Span, Time, Usd};

/// One row of `decisions.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub time: Time,
    /// `None` where it is about the whole strategy.
    pub bucket: Option<BucketId>,
    pub subject: Subject,
    /// For which a coin is entered, or was.
    pub narrative: Option<NarrativeId>,
    pub verdict: Verdict,
    pub observed: Option<f64>,
    pub threshold: Option<f64>,
    pub why: Why,
}

impl Decision {
    /// The rule that decided.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.why.rule()
    }
}

/// What a decision is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Instrument(InstrumentId),
    Bucket(BucketId),
    Regime(regime::Regime),
    /// The weights of all buckets.
    Weights,
    /// Realised profit that is to be passed on.
    Profit,
    /// All buckets of perpetuals together.
    Perpetuals,
}

worded! {
    /// A rule that has one word; the criteria of a checklist have names of their own.
    pub enum PlainRule {
        Enter = "enter",
        Select = "select",
        Cooldown = "cooldown",
        NarrativeBreadth = "narrative_breadth",
        FundingAgainst = "funding_against",
        Checklist = "checklist",
        Position = "position",
        OrderOfDayVolume = "order_of_day_volume",
        LiquidationDistance = "liquidation_distance",
        Leverage = "leverage",
        Hedge = "hedge",
        HedgeProfit = "hedge_profit",
        Unhedged = "unhedged",
        Regime = "regime",
        TopUp = "top_up",
        Futures = "futures",
        Waterfall = "waterfall",
        Bracket = "bracket",
        Affordability = "affordability",
        Volume = "volume",
        SmallestOrder = "smallest_order",
        Liquidity = "liquidity",
        NoBar = "no_bar",
        Gone = "gone",
        Expired = "expired",
        Relisted = "relisted",
        Conversion = "conversion",
        Stop = "stop",
        Deleveraged = "deleveraged",
        AfterLiquidation = "after_liquidation",
        Funding = "funding",
        Collateral = "collateral",
        + Exit(ExitRule), "Positions are left by it."
    }
}

/// What spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    Plain(PlainRule),
    Criterion(CriterionId),
}

impl From<PlainRule> for Rule {
    fn from(rule: PlainRule) -> Self {
        Self::Plain(rule)
    }
}

impl From<ExitRule> for Rule {
    fn from(rule: ExitRule) -> Self {
        Self::Plain(PlainRule::Exit(rule))
    }
}

/// Why an order that could have traded got nothing of its bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfilled {
    /// The bar's volume leaves nothing.
    Volume,
    /// It is smaller than the venue takes.
    TooSmall,
    /// Nothing is known to trade, so its price cannot be told.
    Illiquid,
}

/// What became of an order that was not done as it was sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OrderWhy {
    /// Notional against what the bracket allows at this leverage.
    Bracket {
        leverage: f64,
        possible: f64,
    },
    /// An order for less than a cent: USD.
    UnderACent,
    /// What is needed, and what there is, in USD.
    NoCash,
    /// The same; what the positions' own margin pays beside it, in USD, where that is worth a cent, and the part of every order that can be paid.
    CutToCash {
        freed: f64,
        scale: f64,
    },
    Unfilled {
        order: Reason,
        why: Unfilled,
    },
    /// A fill that volume cut short: quantities.
    CutByVolume {
        order: Reason,
    },
    NoBar {
        order: Reason,
        waits: bool,
    },
    /// The position was left before the order could add to it.
    Gone {
        order: Reason,
    },
    /// What was left of it, and its limit price.
    Expired {
        order: Reason,
        bars: u32,
    },
    /// Another listing begins under the symbol.
    Relisted {
        order: Reason,
    },
    /// An order to buy a coin that is another one now.
    ConvertedAway {
        into: InstrumentId,
        order: Reason,
    },
}

/// Why a gate said what it said: which one it was, and what stands beside the two numbers of the decision, which each variant gives a meaning.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// An entry is sent: score against what it must pass.
    Entered {
        share: f64,
        leverage: f64,
    },
    Barred(EntryCause),
    Left(ExitCause),
    Checklist(ChecklistCause),
    /// A bucket picks nothing.
    Empty(Empty),
    /// A position cut to its limit: shares of equity; what it would be and is held to, in USD.
    Position {
        of: Basis,
        wanted: f64,
        equity: f64,
        allowed: f64,
    },
    /// An order cut to its share of what trades in 24 hours, in USD.
    DayVolume {
        wanted: f64,
        traded: f64,
        sent: f64,
    },
    /// Leverage asked for, and what keeps liquidation so far away, a share of the price.
    LiquidationDistance {
        distance: f64,
        moves: f64,
        horizon: Span,
    },
    /// The leverage of a narrative, before and now.
    LeverageStep,
    /// Margin that the whole ratio of a hedge needs, and what its bucket has.
    HedgeMargin,
    /// A bucket's share of equity against its weight: so much profit of a short is realised.
    HedgeProfit {
        gain: Usd,
    },
    /// USD to be short of for want of a perpetual.
    Unhedged {
        by: HedgeBy,
    },
    RegimeTurned {
        from: regime::Regime,
        reasons: Box<[regime::Reason]>,
    },
    /// Share of equity that has yet to change buckets, and what may at once.
    WeightsMove,
    /// All top-ups together as a share of equity, and the most there may be.
    TopUp,
    /// Share of equity in perpetuals against its limit; what is too much, and the cash of it, in USD.
    Futures {
        excess: f64,
        free: f64,
    },
    /// Profit due, and the cash there is.
    ProfitUncovered,
    Order(OrderWhy),
    /// Quantities before and after.
    Converted {
        from: InstrumentId,
        ratio: f64,
    },
    /// The coin it became has not traded since.
    Unconverted {
        into: AssetId,
    },
    /// The price that reached the stop, and the average entry.
    StopReached {
        stop: f64,
    },
    /// The price, and the average entry.
    Deleveraged,
    /// What was lost, in USD.
    StopsAfterLiquidation,
    RefillsAfterLiquidation {
        from: BucketId,
    },
    /// Funding due against all there is behind the position, in USD.
    FundingBeyondMargin,
    /// What a pool owes beyond its own money, and what the coins behind it paid, in USD.
    CollateralCalled {
        coins: BucketId,
    },
}

impl Why {
    /// The rule whose reason it is.
    #[must_use]
    pub fn rule(&self) -> Rule {
        use PlainRule as R;
        let rule = match self {
            Self::Entered { .. } => R::Enter,
            Self::Barred(cause) => match cause {
                EntryCause::Liquidated => R::AfterLiquidation,
                EntryCause::Cooldown { .. } => R::Cooldown,
                EntryCause::Unmeasured => R::Stop,
                EntryCause::Breadth { .. } => R::NarrativeBreadth,
                EntryCause::FundingAgainst => R::FundingAgainst,
                EntryCause::Exit(cause) => R::Exit(cause.rule()),
            },
            Self::Left(cause) => R::Exit(cause.rule()),
            Self::Checklist(ChecklistCause::Criterion { id, .. }) => return Rule::Criterion(*id),
            Self::Checklist(ChecklistCause::List { .. }) => R::Checklist,
            Self::Empty(_) => R::Select,
            Self::Position { .. } => R::Position,
            Self::DayVolume { .. } => R::OrderOfDayVolume,
            Self::LiquidationDistance { .. } => R::LiquidationDistance,
            Self::LeverageStep => R::Leverage,
            Self::HedgeMargin => R::Hedge,
            Self::HedgeProfit { .. } => R::HedgeProfit,
            Self::Unhedged { .. } => R::Unhedged,
            Self::RegimeTurned { .. } | Self::WeightsMove => R::Regime,
            Self::TopUp => R::TopUp,
            Self::Futures { .. } => R::Futures,
            Self::ProfitUncovered => R::Waterfall,
            Self::Order(why) => why.rule(),
            Self::Converted { .. } | Self::Unconverted { .. } => R::Conversion,
            Self::StopReached { .. } => R::Stop,
            Self::Deleveraged => R::Deleveraged,
            Self::StopsAfterLiquidation | Self::RefillsAfterLiquidation { .. } => R::AfterLiquidation,
            Self::FundingBeyondMargin => R::Funding,
            Self::CollateralCalled { .. } => R::Collateral,
        };
        rule.into()
    }
}

impl OrderWhy {
    fn rule(&self) -> PlainRule {
        match self {
            Self::Bracket { .. } => PlainRule::Bracket,
            Self::UnderACent | Self::NoCash | Self::CutToCash { .. } => PlainRule::Affordability,
            Self::Unfilled { why: Unfilled::Volume, .. } | Self::CutByVolume { .. } => PlainRule::Volume,
            Self::Unfilled { why: Unfilled::TooSmall, .. } => PlainRule::SmallestOrder,
            Self::Unfilled { why: Unfilled::Illiquid, .. } => PlainRule::Liquidity,
            Self::NoBar { .. } => PlainRule::NoBar,
            Self::Gone { .. } => PlainRule::Gone,
            Self::Expired { .. } => PlainRule::Expired,
            Self::Relisted { .. } => PlainRule::Relisted,
            Self::ConvertedAway { .. } => PlainRule::Conversion,
        }
    }
}

impl From<OrderWhy> for Why {
    fn from(why: OrderWhy) -> Self {
        Self::Order(why)
    }
}
