//! The first thing that two replays of the same past say differently.

use std::fmt::Debug;

use crate::market::MarketParts;
use crate::replay::run::{Decision, Run};
use crate::replay::{Checkpoint, Pending};
use crate::units::{BucketId, InstrumentId, NarrativeId, Time};

/// A row of the record that is not the same in both runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// When it stands in the record: the close of a decision or a row, the open of the bar of an event.
    pub time: Time,
    /// The table it stands in: `decisions`, `orders`, `fills`, …
    pub record: &'static str,
    /// The rule of a decision, the reason of an order or a fill, the column of a row.
    pub rule: String,
    /// An instrument, a bucket, a narrative.
    pub subject: String,
    /// What the run over the market as it is says; `nothing` where it has no such row.
    pub whole: String,
    /// What the run with another future says.
    pub changed: String,
}

/// One row in words.
struct Told {
    time: Time,
    rule: String,
    subject: String,
    value: String,
}

/// The earliest difference up to the close of bar `last`; of those at the same time the one nearest to the cause: what was decided before
/// what was done, what was done before what it came to. Exact: no two different bits are taken for the same.
pub(super) fn first(parts: &MarketParts, whole: &Checkpoint, changed: &Checkpoint, last: usize) -> Option<Difference> {
    // In full, so that a new column cannot be forgotten here.
    let Run {
        strategy: _,
        about: _,
        capital: _,
        clock,
        // Where both end, both have the same rows.
        stopped: _,
        equity,
        benchmark,
        benchmark_name: _,
        gross_exposure,
        net_exposure,
        margin_used,
        regime,
        buckets,
        // The strategy's own words.
        hedges: _,
        bucket_values,
        fills,
        trades,
        funding,
        liquidations,
        yields,
        flows,
        decisions,
        exposure,
        rotations,
        // Sums over the tables above, and words about the whole market.
        attribution: _,
        assumptions: _,
        cautions: _,
        // Their steps are rotations.
        narratives: _,
        // What is told of the whole, at the end.
        findings: _,
    } = &whole.run;
    let other = &changed.run;
    let symbol = |id: InstrumentId| parts.instruments[id.index()].symbol.clone();
    let bucket = |id: BucketId| buckets[id.index()].clone();
    let narrative = |id: NarrativeId| parts.narratives[id.index()].clone();
    let told = |time: Time, rule: &str, subject: String, value: String| Told { time, rule: rule.to_owned(), subject, value };
    let now = clock.close(last);
    let rows = last + 1;
    let whole_run = || "the whole".to_owned();
    let found = [
        table("rotations", rotations, &other.rotations, |row| {
            let value = format!("{} → {}, {:?} against {:?}", row.from_stage, row.to_stage, row.value, row.threshold);
            told(row.time, &row.cause, narrative(row.narrative), value)
        }),
        table("decisions", decisions, &other.decisions, |row| told(row.time, &row.rule, row.subject.clone(), decision(row))),
        table("orders", &whole.pending, &changed.pending, |Pending { reason, bucket: of, instrument, detail }| {
            told(now, reason, instrument.map_or_else(|| bucket(*of), symbol), detail.clone())
        }),
        table("flows", flows, &other.flows, |row| {
            told(row.time, &row.reason, format!("{} → {}", bucket(row.from), bucket(row.to)), row.amount.to_string())
        }),
        table("fills", fills, &other.fills, |row| {
            told(row.time, &row.reason, symbol(row.instrument), format!("{:?} {} at {}", row.side, row.quantity, row.price))
        }),
        table("funding", funding, &other.funding, |row| {
            let value = format!("{} on {} at {}: {}", row.rate, row.quantity, row.mark_price, row.payment);
            told(row.time, "funding", symbol(row.instrument), value)
        }),
        table("liquidations", liquidations, &other.liquidations, |row| {
            told(row.time, "liquidation", symbol(row.instrument), format!("{} at {}", row.quantity, row.mark_price))
        }),
        table("yields", yields, &other.yields, |row| told(row.time, "yield", bucket(row.bucket), row.amount.to_string())),
        table("trades", trades, &other.trades, |row| told(row.closed, &row.exit_reason, symbol(row.instrument), row.pnl.to_string())),
        table("exposure", exposure, &other.exposure, |row| {
            let margin = row.margin.map_or_else(String::new, |margin| format!(", margin {margin}"));
            let liquidation = row.liquidation_price.map_or_else(String::new, |price| format!(", liquidation at {price}"));
            let held = format!("{} at {}, entered at {}{margin}{liquidation}", row.quantity, row.price, row.entry_price);
            told(row.time, "exposure", symbol(row.instrument), held)
        }),
        column("regime", regime, &other.regime, |t| (clock.close(t), whole_run())),
        column("equity", equity, &other.equity, |t| (clock.close(t), whole_run())),
        column("bucket value", bucket_values, &other.bucket_values, |at| {
            (clock.close(at / buckets.len()), buckets[at % buckets.len()].clone())
        }),
        column("margin", margin_used, &other.margin_used, |t| (clock.close(t), whole_run())),
        column("gross exposure", gross_exposure, &other.gross_exposure, |t| (clock.close(t), whole_run())),
        column("net exposure", net_exposure, &other.net_exposure, |t| (clock.close(t), whole_run())),
        // It goes on over the whole market.
        column("benchmark", &benchmark[..rows.min(benchmark.len())], &other.benchmark[..rows.min(other.benchmark.len())], |t| {
            (clock.close(t), whole_run())
        }),
    ];
    // Of several at one time `min_by_key` takes the first.
    found.into_iter().flatten().min_by_key(|difference| difference.time)
}

fn decision(row: &Decision) -> String {
    let number = |name: &str, value: Option<f64>| value.map_or_else(String::new, |value| format!(", {name} {value}"));
    format!("{}{}{}: {}", row.verdict.name(), number("value", row.value), number("limit", row.limit), row.detail)
}

/// The first row that is not the same. Debug words tell any two floats apart.
fn table<T: Debug>(record: &'static str, whole: &[T], changed: &[T], tell: impl Fn(&T) -> Told) -> Option<Difference> {
    let rows = whole.len().max(changed.len());
    let at = (0..rows).find(|&k| match (whole.get(k), changed.get(k)) {
        (Some(one), Some(other)) => format!("{one:?}") != format!("{other:?}"),
        _ => true,
    })?;
    let (one, other) = (whole.get(at).map(&tell), changed.get(at).map(&tell));
    let earliest = [&one, &other].into_iter().flatten().min_by_key(|told| told.time)?;
    let Told { time, rule, subject, .. } = earliest;
    let say = |told: &Option<Told>| match told {
        None => "nothing".to_owned(),
        Some(told) if told.time == *time && told.rule == *rule && told.subject == *subject => told.value.clone(),
        Some(told) => format!("nothing; next {} {} {}: {}", told.time, told.rule, told.subject, told.value),
    };
    Some(Difference { time: *time, record, rule: rule.clone(), subject: subject.clone(), whole: say(&one), changed: say(&other) })
}

/// The first cell that is not the same; `place` says when and whose it is.
fn column<T: Debug>(rule: &str, whole: &[T], changed: &[T], place: impl Fn(usize) -> (Time, String)) -> Option<Difference> {
    let say = |cell: Option<&T>| cell.map_or_else(|| "nothing".to_owned(), |cell| format!("{cell:?}"));
    let cells = whole.len().max(changed.len());
    let at = (0..cells).find(|&k| say(whole.get(k)) != say(changed.get(k)))?;
    let (time, subject) = place(at);
    let (whole, changed) = (say(whole.get(at)), say(changed.get(at)));
    Some(Difference { time, record: "curve", rule: rule.to_owned(), subject, whole, changed })
}
