//! What one replay leaves behind: the whole story, in the columns of `formats.md` section 3. Metrics and reports read this and
//! nothing else of the replay.

use serde::Serialize;

pub use crate::exchange::orders::Side;
pub use crate::ledger::{BySource, Excess};
use crate::market::Market;
pub use crate::replay::assumption::Assumption;
pub use crate::replay::caution::Caution;
pub use crate::replay::decision::{Decision, OrderWhy, PlainRule, Rule, Subject, Why};
pub use crate::replay::decision_text::RecordNames;
pub use crate::replay::finding::{Finding, HedgeEffect, PerpetualUse};
pub use crate::replay::reason::{FlowReason, Reason};
pub use crate::replay::rotation::{HELD, OUT, RotationStep, Turn};
pub use crate::replay::stop::{Beyond, Stop};
pub use crate::signal::lifecycle::{Cause, Stage};
pub use crate::signal::regime::Regime;
pub use crate::signal::survivors::Survival;
pub use crate::strategy::{ChecklistCause, CriterionId, Empty, EntryCause, ExitCause, ExitRule, KnownBy, Tax, Verdict};
use crate::units::{AssetId, BucketId, Clock, Direction, InstrumentId, NarrativeId, Time, Usd};

/// One strategy over one market.
#[derive(Clone, Debug)]
pub struct Run {
    pub strategy: String,
    pub about: String,
    pub capital: Usd,
    /// The bars replayed, those of the market's window as far as they go where it was `stopped`; row `t` of every column below is the close of bar `t`
    /// of this clock.
    pub clock: Clock,
    /// Where it ended before its time; every number is then of the bars before.
    pub stopped: Option<Stop>,
    pub equity: Vec<Usd>,
    /// What buying and holding the benchmark (BTC, else the first spot asset) with all capital was worth; no costs.
    pub benchmark: Vec<Usd>,
    pub benchmark_name: String,
    /// Absolute and signed notional over equity.
    pub gross_exposure: Vec<f64>,
    pub net_exposure: Vec<f64>,
    pub margin_used: Vec<Usd>,
    pub regime: Vec<Regime>,
    /// Whether the strategy tells market regimes itself or is made for one: then pictures show them.
    pub follows_regimes: bool,
    pub buckets: Vec<String>,
    /// The criteria of the strategy's checklist, in its order.
    pub criteria: Vec<String>,
    /// Buckets of shorts, each with the bucket whose coins it stands against.
    pub hedges: Vec<(BucketId, BucketId)>,
    /// How tax on its gains is reckoned.
    pub tax: Option<Tax>,
    /// Bar-major: bucket `b` at bar `t` is `bucket_values[t * buckets.len() + b]`. Each row sums to `equity[t]`.
    pub bucket_values: Vec<Usd>,
    pub fills: Vec<Fill>,
    pub trades: Vec<Trade>,
    pub funding: Vec<FundingPayment>,
    pub liquidations: Vec<Liquidation>,
    pub yields: Vec<Yield>,
    pub flows: Vec<Flow>,
    pub decisions: Vec<Decision>,
    /// What was held at each close at which decisions were made.
    pub exposure: Vec<Exposure>,
    pub rotations: Vec<Rotation>,
    /// Of a strategy that follows stages: every narrative's course.
    pub narratives: Vec<NarrativeTrack>,
    pub attribution: Attribution,
    /// Every assumption in force, in a fixed order.
    pub assumptions: Vec<Assumption>,
    pub cautions: Vec<Caution>,
    /// What the run says of itself beside its tables: hedges, hindsight, survivors.
    pub findings: Vec<Finding>,
}

impl Run {
    /// What the ids of its record are called.
    #[must_use]
    pub fn names<'a>(&'a self, market: &'a Market) -> RecordNames<'a> {
        RecordNames::of(market, &self.buckets, &self.criteria)
    }

    /// At the last close, or the capital where there is none.
    #[must_use]
    pub fn final_equity(&self) -> Usd {
        self.equity.last().copied().unwrap_or(self.capital)
    }
}

/// One execution of an order, or of the venue.
#[derive(Clone, Debug)]
pub struct Fill {
    /// Open of the bar in which it happened.
    pub time: Time,
    pub instrument: InstrumentId,
    pub bucket: BucketId,
    pub narrative: Option<NarrativeId>,
    pub side: Side,
    /// Positive, in the venue's contracts.
    pub quantity: f64,
    /// What was paid per contract, slippage included.
    pub price: f64,
    pub notional: Usd,
    pub fee: Usd,
    /// Cost against the reference price; positive is a cost.
    pub slippage: Usd,
    pub reason: Reason,
}

/// Flat to flat, per instrument and bucket.
#[derive(Clone, Debug)]
pub struct Trade {
    pub instrument: InstrumentId,
    pub bucket: BucketId,
    pub narrative: Option<NarrativeId>,
    pub direction: Direction,
    pub opened: Time,
    pub closed: Time,
    /// Largest absolute quantity held.
    pub quantity: f64,
    /// Average prices of all opening and all closing fills.
    pub entry_price: f64,
    pub exit_price: f64,
    /// Before slippage: the movement of the reference price; rewards count where they were paid, not here. `pnl = price_pnl + funding − fees − slippage`.
    pub price_pnl: Usd,
    pub funding: Usd,
    pub fees: Usd,
    pub slippage: Usd,
    pub pnl: Usd,
    /// `pnl` over the most margin (perp) or cost (spot) that was in it.
    pub return_on_margin: Option<f64>,
    pub exit_reason: Reason,
}

/// One settlement of one position.
#[derive(Clone, Debug)]
pub struct FundingPayment {
    pub time: Time,
    pub instrument: InstrumentId,
    pub bucket: BucketId,
    pub narrative: Option<NarrativeId>,
    /// Signed: negative is short.
    pub quantity: f64,
    pub mark_price: f64,
    pub rate: f64,
    pub interval_hours: f64,
    /// Positive was received.
    pub payment: Usd,
    /// The rate was the market's declared constant.
    pub assumed: bool,
}

/// One position that the venue has taken over.
#[derive(Clone, Debug)]
pub struct Liquidation {
    pub time: Time,
    pub instrument: InstrumentId,
    pub bucket: BucketId,
    pub direction: Direction,
    pub quantity: f64,
    /// The mark price at which the margin no longer sufficed.
    pub mark_price: f64,
    /// The price at which maintenance margin and margin balance are equal.
    pub liquidation_price: f64,
    pub margin_lost: Usd,
    pub fee: Usd,
}

/// One position at a close.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// The close.
    pub time: Time,
    pub instrument: InstrumentId,
    pub bucket: BucketId,
    pub narrative: Option<NarrativeId>,
    /// Signed: negative is short.
    pub quantity: f64,
    /// Average price of the open quantity.
    pub entry_price: f64,
    /// What it is valued at: the mark of a perpetual, the last price of spot.
    pub price: f64,
    /// Signed like the quantity.
    pub notional: Usd,
    /// Wallet behind a perpetual; `None` for spot.
    pub margin: Option<Usd>,
    /// Profit not realised.
    pub unrealised: Usd,
    /// Mark price at which the margin no longer suffices, all other marks staying where they are; `None` for spot, and where price alone cannot.
    pub liquidation_price: Option<f64>,
    /// From the price to that price, as a fraction of the price; positive while it stands.
    pub liquidation_distance: Option<f64>,
}

/// A reward or interest. A reward is cash here and a fill with the reason [`Reason::Staking`] beside it, which spends it on the coin.
#[derive(Clone, Debug)]
pub struct Yield {
    /// The midnight after the day it is for.
    pub time: Time,
    /// `None` is interest on cash.
    pub asset: Option<AssetId>,
    pub bucket: BucketId,
    pub quantity: f64,
    pub price: f64,
    pub amount: Usd,
}

/// Cash that has moved from one bucket to another.
#[derive(Clone, Debug)]
pub struct Flow {
    pub time: Time,
    pub from: BucketId,
    pub to: BucketId,
    pub amount: Usd,
    pub reason: FlowReason,
}

/// Index and stage of one narrative, one a bar, as known at its close.
#[derive(Clone, Debug)]
pub struct NarrativeTrack {
    pub narrative: NarrativeId,
    /// From 1 at the first member's first return, be it before the window; 1 until then.
    pub index: Vec<f64>,
    pub stage: Vec<Stage>,
}

/// One step of a narrative, or of a bucket into it or out of it.
#[derive(Clone, Debug)]
pub struct Rotation {
    pub time: Time,
    pub narrative: NarrativeId,
    pub step: RotationStep,
    /// In the unit of the step's cause: days where time did it, a mean score where a bucket entered.
    pub observed: Option<f64>,
    pub threshold: Option<f64>,
}

/// Where the money came from and went. Each cut adds up to final minus initial equity, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribution {
    pub by_source: BySource,
    /// Of what `by_source` calls funding.
    pub funding: FundingLines,
    pub by_bucket: Vec<(String, Usd)>,
    pub by_narrative: Vec<(String, Usd)>,
    pub by_asset: Vec<(String, Usd)>,
    pub by_regime: Vec<(String, Usd)>,
    /// Calendar months, as `2024-03`.
    pub by_month: Vec<(String, Usd)>,
    /// All of it at once, by month and regime, then bucket, narrative and asset; no two rows of one cell.
    pub cube: Vec<Contribution>,
}

/// What one asset, in one bucket and under one narrative, brought in one month and regime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// First instant of the calendar month (UTC) in which its bars opened.
    pub month: Time,
    /// As known when they opened.
    pub regime: Regime,
    pub bucket: BucketId,
    pub narrative: Option<NarrativeId>,
    /// `None` is interest on cash.
    pub asset: Option<AssetId>,
    pub income: BySource,
    pub funding: FundingLines,
}

/// Funding by how sure it is: settled rates by sign, and the market's declared constant apart from them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FundingLines {
    pub received: Usd,
    /// Negative.
    pub paid: Usd,
    /// Received less paid at the declared constant, where no rate is on file.
    pub assumed: Usd,
}

impl FundingLines {
    /// Received less paid.
    #[must_use]
    pub fn total(&self) -> Usd {
        self.received + self.paid + self.assumed
    }

    /// Puts one settlement under its line.
    pub fn settle(&mut self, payment: Usd, assumed: bool) {
        let line = match (assumed, payment.is_positive()) {
            (true, _) => &mut self.assumed,
            (false, true) => &mut self.received,
            (false, false) => &mut self.paid,
        };
        *line += payment;
    }

    /// Line by line.
    pub fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.paid += other.paid;
        self.assumed += other.assumed;
    }
}
