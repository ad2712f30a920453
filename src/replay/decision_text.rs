//! The sentence of a decision, made where it is shown.

use crate::market::{Asset, Instrument, Market};
use crate::replay::decision::{Decision, OrderWhy, Rule, Subject, Unfilled, Why};
use crate::strategy::{ChecklistCause, Empty, EntryCause, ExitCause, HedgeBy, KnownBy};
use crate::units::{AssetId, BucketId, InstrumentId, NarrativeId};

/// What the ids of a record are called.
#[derive(Clone, Copy, Debug)]
pub struct RecordNames<'a> {
    pub assets: &'a [Asset],
    pub instruments: &'a [Instrument],
    pub narratives: &'a [String],
    pub buckets: &'a [String],
    /// Of the strategy's checklist.
    pub criteria: &'a [String],
}

impl<'a> RecordNames<'a> {
    /// Buckets and criteria in the order of their ids.
    #[must_use]
    pub fn of(market: &'a Market, buckets: &'a [String], criteria: &'a [String]) -> Self {
        Self { assets: &market.assets, instruments: &market.instruments, narratives: &market.narratives, buckets, criteria }
    }

    /// The name of a coin.
    #[must_use]
    pub fn asset(&self, id: AssetId) -> &'a str {
        &self.assets[id.index()].name
    }

    /// The symbol of an instrument.
    #[must_use]
    pub fn symbol(&self, id: InstrumentId) -> &'a str {
        &self.instruments[id.index()].symbol
    }

    /// The name of a narrative.
    #[must_use]
    pub fn narrative(&self, id: NarrativeId) -> &'a str {
        &self.narratives[id.index()]
    }

    /// The name of a bucket.
    #[must_use]
    pub fn bucket(&self, id: BucketId) -> &'a str {
        &self.buckets[id.index()]
    }
}

impl Rule {
    /// Its word in tables: of a criterion `checklist.<name>`.
    #[must_use]
    pub fn word(self, names: &RecordNames) -> String {
        match self {
            Self::Plain(rule) => rule.name().to_owned(),
            Self::Criterion(id) => format!("checklist.{}", names.criteria[usize::from(id.0)]),
        }
    }
}

impl Subject {
    /// Its word in tables: a symbol, a bucket, a regime, or what else it is.
    #[must_use]
    pub fn word<'a>(self, names: &RecordNames<'a>) -> &'a str {
        match self {
            Self::Instrument(id) => names.symbol(id),
            Self::Bucket(id) => names.bucket(id),
            Self::Regime(regime) => regime.name(),
            Self::Weights => "weights",
            Self::Profit => "profit",
            Self::Perpetuals => "perpetuals",
        }
    }
}

impl Decision {
    /// Why, in a sentence; bucket, subject and the two numbers stand beside it.
    #[must_use]
    pub fn detail(&self, names: &RecordNames) -> String {
        let of = self.narrative.map_or_else(String::new, |id| format!("narrative {}: ", names.narrative(id)));
        of + &self.why_in_words(names)
    }

    fn why_in_words(&self, names: &RecordNames) -> String {
        let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let (observed, threshold) = (number(self.observed), number(self.threshold));
        match &self.why {
            Why::Entered { share, leverage } => format!("{share:.4} of the bucket at {leverage}x"),
            Why::Barred(cause) => barred(cause, self.observed),
            Why::Left(cause) => left(cause, self.observed),
            Why::Checklist(ChecklistCause::Criterion { known, .. }) => knew(*known).to_owned(),
            Why::Checklist(ChecklistCause::List { counted }) => format!("{observed} of {counted} criteria pass, {threshold} must"),
            Why::Empty(empty) => format!("{} today: the bucket stays in stablecoins", picks_nothing(*empty)),
            Why::Position { of, wanted, equity, allowed } => {
                format!("a position of {wanted:.2} USD by {} in an equity of {equity:.2}; it is held to {allowed:.2} USD", of.name())
            }
            Why::DayVolume { wanted, traded, sent } => {
                format!("an order of {wanted:.2} USD where {traded:.2} USD were traded in 24 hours; {sent:.2} USD are sent")
            }
            Why::LiquidationDistance { distance, moves, horizon } => format!(
                "liquidation is kept {:.1} % away, {moves} expected moves over {horizon}; leverage falls to {threshold:.2}x",
                distance * 100.0
            ),
            Why::LeverageStep => format!("its narrative's leverage goes from {observed:.2}x to {threshold:.2}x"),
            Why::HedgeMargin => {
                format!("margin for the whole ratio, and what the bucket has: {:.1} % of it is hedged", threshold / observed * 100.0)
            }
            Why::HedgeProfit { gain } => format!("{gain} of profit is realised and the short opened anew"),
            Why::Unhedged { by } => format!("no perpetual that trades to be short of; {}", instead(*by)),
            Why::RegimeTurned { from, reasons } => {
                let parts = reasons.iter().map(|r| format!("{} {:.4} against {:.4} says {}", r.part, r.value, r.threshold, r.vote.name()));
                let parts: Vec<String> = parts.collect();
                format!("the regime turns from {} to {}: {}", from.name(), self.subject.word(names), parts.join("; "))
            }
            Why::WeightsMove => "share of equity that has yet to change buckets; the threshold is what may move at once".to_owned(),
            Why::TopUp => "all top-ups together less what has left the bucket, each as a share of the equity of its day".to_owned(),
            Why::Futures { excess, free } => {
                format!("{excess:.2} USD too much, of which {free:.2} are free and leave; {:.2} stay in positions", excess - free)
            }
            Why::ProfitUncovered => "the bucket's cash does not cover the profit to be passed on: all shares shrink alike".to_owned(),
            Why::FundingBeyondMargin => "the settlement is more than all there is behind the position; the venue bears the rest".to_owned(),
            Why::CollateralCalled { coins } => format!("the pool owes more than its own money: {} pays", names.bucket(*coins)),
            Why::StopReached { stop } => format!("stop at {stop}; the threshold is the average entry"),
            Why::Deleveraged => "auto-deleveraging stress; the threshold is the average entry".to_owned(),
            Why::StopsAfterLiquidation => "liquidated, it opens nothing any more".to_owned(),
            Why::RefillsAfterLiquidation { from } => format!("what was lost is asked of {}", names.bucket(*from)),
            Why::Converted { from, ratio } => {
                let (old, new) = (names.symbol(*from), self.subject.word(names));
                format!("{observed} {old} became {threshold} {new}, {ratio} for one; cost and time of the purchase go along")
            }
            Why::Unconverted { into } => {
                format!("it became {}, which has not traded since; the position is closed at the penalty", names.asset(*into))
            }
            Why::Order(why) => of_an_order(why, (observed, threshold), names),
        }
    }
}

/// What became of an order.
fn of_an_order(why: &OrderWhy, (observed, threshold): (f64, f64), names: &RecordNames) -> String {
    match why {
        OrderWhy::Bracket { leverage, possible } => format!(
            "leverage {leverage} is more than the bracket of {observed:.0} USD allows; size cut to {threshold:.0} USD at {possible:.2}x"
        ),
        OrderWhy::UnderACent => "the order is for less than a cent".to_owned(),
        OrderWhy::NoCash => "no cash left in it".to_owned(),
        OrderWhy::CutToCash { freed, scale } => {
            let backed = if *freed > 0.0 { format!(" beside {freed:.2} of margin that is there") } else { String::new() };
            format!("its orders need {observed:.2} USD{backed}, it has {threshold:.2}: all shrink to {:.2} %", scale * 100.0)
        }
        OrderWhy::Unfilled { order, why } => {
            let why = match why {
                Unfilled::Volume => "the bar's volume leaves nothing for the order",
                Unfilled::TooSmall => "the order is smaller than the venue takes",
                Unfilled::Illiquid => "nothing is known to trade: its price cannot be told",
            };
            format!("the order `{}` is not filled here: {why}", order.name())
        }
        OrderWhy::CutByVolume { order } => {
            format!("the bar's volume fills {:.2} % of the order `{}`, the rest waits", threshold / observed * 100.0, order.name())
        }
        OrderWhy::NoBar { order, waits } => {
            let fate = if *waits { "it waits until the bucket's next review" } else { "it lapses" };
            format!("the instrument has no bar here, so the order `{}` is not filled: {fate}", order.name())
        }
        OrderWhy::Gone { order } => format!("the position was left before the order `{}` could add to it", order.name()),
        OrderWhy::Expired { order, bars } => format!("what is left of the order `{}` has expired after {bars} bars", order.name()),
        OrderWhy::Relisted { order } => format!("another listing begins under the symbol, so the order `{}` is dropped", order.name()),
        OrderWhy::ConvertedAway { into, order } => {
            format!("the coin is {} from here on, so the order `{}` is dropped", names.symbol(*into), order.name())
        }
    }
}

fn barred(cause: &EntryCause, observed: Option<f64>) -> String {
    match (cause, observed) {
        (EntryCause::Liquidated, _) => "the bucket was liquidated and opens nothing any more".to_owned(),
        (EntryCause::Cooldown { until }, _) => format!("left alone until {until}"),
        (EntryCause::Unmeasured, _) => "too young for an average true range: its stop would have no place".to_owned(),
        (EntryCause::Breadth { .. }, None) => "breadth of its narrative is unknown".to_owned(),
        (EntryCause::Breadth { span }, Some(_)) => format!("breadth of its narrative over {span}"),
        (EntryCause::FundingAgainst, None) => "funding is unknown".to_owned(),
        (EntryCause::FundingAgainst, Some(_)) => "funding it would pay per 8 h, mean of three settlements".to_owned(),
        (EntryCause::Exit(cause), observed) => left(cause, observed),
    }
}

fn left(cause: &ExitCause, observed: Option<f64>) -> String {
    match cause {
        ExitCause::Stage(stage) => {
            format!("the narrative is {}, for {:.0} days; rotations.csv says why", stage.name(), observed.unwrap_or_default())
        }
        ExitCause::Crowded { settlements, progress } => {
            let gain = progress.map_or_else(String::new, |(gain, span)| format!("; {:+.2} % in {span}", gain * 100.0));
            format!("mean of {settlements} settlements per 8 h{gain}")
        }
        ExitCause::SubsidyEnded { settlements } => format!("mean of {settlements} settlements received per 8 h"),
        ExitCause::VolumeShareFell { span, share, highest } => format!(
            "its narrative's share of the market's volume over {span} is {:.2} %, and was {:.2} % at its highest since the entry",
            share * 100.0,
            highest * 100.0
        ),
        ExitCause::ScoreLost { span: Some(span) } => format!("score over {span}"),
        ExitCause::ScoreLost { span: None } => "score by evidence".to_owned(),
        ExitCause::TimeStop { held } => {
            format!("held for {:.0} days; its gain since the average entry", held.days())
        }
    }
}

/// What a criterion of the checklist knew.
fn knew(known: KnownBy) -> &'static str {
    match known {
        KnownBy::Evidence => "evidence",
        KnownBy::MarketProxy => "market proxy",
        KnownBy::UnknownPasses => "unknown, which passes",
        KnownBy::UnknownFails => "unknown, which fails",
        KnownBy::UnknownIgnored => "unknown, which is left out",
    }
}

pub(super) fn picks_nothing(empty: Empty) -> &'static str {
    match empty {
        Empty::NoCandidates => "no coin passes the bucket's selection",
        Empty::NoScore => "no candidate's score allows an entry",
        Empty::AllRefused => "no candidate may be entered",
        Empty::NoStage => "no narrative is in a stage to enter or keep",
    }
}

/// What would stand against a coin without a perpetual.
fn instead(by: HedgeBy) -> &'static str {
    match by {
        HedgeBy::Notional => "`by = \"beta\"` would stand against it with the benchmark's",
        HedgeBy::Beta => "the benchmark's is the one that hedges by beta",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::reason::Reason;
    use crate::strategy::{CriterionId, Verdict};
    use crate::units::Time;

    const BUCKETS: [&str; 2] = ["core", "perps"];

    fn shown(narrative: Option<u16>, numbers: [f64; 2], why: Why) -> (String, String) {
        let [buckets, narratives, criteria] =
            [&BUCKETS[..], &["ai"], &["tvl"]].map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
        let names = RecordNames { assets: &[], instruments: &[], narratives: &narratives, buckets: &buckets, criteria: &criteria };
        let [observed, threshold] = numbers.map(Some);
        let (time, verdict) = (Time::MIN, Verdict::Resized);
        let bucket = BucketId(0);
        let (narrative, subject) = (narrative.map(NarrativeId), Subject::Bucket(bucket));
        let decision = Decision { time, bucket: Some(bucket), subject, narrative, verdict, observed, threshold, why };
        (decision.rule().word(&names), decision.detail(&names))
    }

    #[test]
    fn a_decision_is_told_by_what_it_is_made_of() {
        let entered = Why::Entered { share: 1.0 / 12.0, leverage: 2.5 };
        let words = |rule: &str, detail: &str| (rule.to_owned(), detail.to_owned());
        assert_eq!(shown(Some(0), [0.5, 0.1], entered), words("enter", "narrative ai: 0.0833 of the bucket at 2.5x"));
        let half = "margin for the whole ratio, and what the bucket has: 33.3 % of it is hedged";
        assert_eq!(shown(None, [15_000.0, 5_000.0], Why::HedgeMargin), words("hedge", half));
        let asked = Why::RefillsAfterLiquidation { from: BucketId(1) };
        assert_eq!(shown(None, [100.0, 0.0], asked), words("after_liquidation", "what was lost is asked of perps"));
        let cut = OrderWhy::CutByVolume { order: Reason::Enter }.into();
        assert_eq!(shown(None, [8.0, 2.0], cut), words("volume", "the bar's volume fills 25.00 % of the order `enter`, the rest waits"));
        let criterion = Why::Checklist(ChecklistCause::Criterion { id: CriterionId(0), known: KnownBy::UnknownIgnored });
        assert_eq!(shown(None, [0.0, 0.0], criterion), words("checklist.tvl", "unknown, which is left out"));
        let futures = Why::Futures { excess: 5_100.0, free: 100.0 };
        assert_eq!(
            shown(None, [0.2, 0.15], futures).1,
            "5100.00 USD too much, of which 100.00 are free and leave; 5000.00 stay in positions"
        );
    }
}
