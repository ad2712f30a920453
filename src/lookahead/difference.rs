//! The first thing that two replays of the same past say differently.

use std::fmt::Debug;

use crate::market::MarketParts;
use crate::replay::run::{Decision, Exposure, Fill, Flow, FundingPayment, Liquidation, RecordNames, Rotation, Run, Trade, Yield};
use crate::replay::{Checkpoint, Pending};
use crate::units::{BucketId, InstrumentId, Time};

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
struct Entry {
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
        criteria,
        // The strategy's own words.
        follows_regimes: _,
        hedges: _,
        tax: _,
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
    let names = RecordNames { assets: &parts.assets, instruments: &parts.instruments, narratives: &parts.narratives, buckets, criteria };
    let teller = Teller { names, now: clock.close(last) };
    let whole_run = || "the whole".to_owned();
    let found = [
        table("rotations", rotations, &other.rotations, |row| teller.rotation(row)),
        table("decisions", decisions, &other.decisions, |row| teller.decision(row)),
        table("orders", &whole.pending, &changed.pending, |row| teller.pending(row)),
        table("flows", flows, &other.flows, |row| teller.flow(row)),
        table("fills", fills, &other.fills, |row| teller.fill(row)),
        table("funding", funding, &other.funding, |row| teller.funding(row)),
        table("liquidations", liquidations, &other.liquidations, |row| teller.liquidation(row)),
        table("yields", yields, &other.yields, |row| teller.earned(row)),
        table("trades", trades, &other.trades, |row| teller.trade(row)),
        table("exposure", exposure, &other.exposure, |row| teller.exposure(row)),
        column("regime", regime, &other.regime, |t| (clock.close(t), whole_run())),
        column("equity", equity, &other.equity, |t| (clock.close(t), whole_run())),
        column("bucket value", bucket_values, &other.bucket_values, |at| {
            (clock.close(at / buckets.len()), buckets[at % buckets.len()].clone())
        }),
        column("margin", margin_used, &other.margin_used, |t| (clock.close(t), whole_run())),
        column("gross exposure", gross_exposure, &other.gross_exposure, |t| (clock.close(t), whole_run())),
        column("net exposure", net_exposure, &other.net_exposure, |t| (clock.close(t), whole_run())),
        // It goes on over the whole market.
        column("benchmark", up_to(benchmark, last), up_to(&other.benchmark, last), |t| (clock.close(t), whole_run())),
    ];
    // Of several at one time `min_by_key` takes the first.
    found.into_iter().flatten().min_by_key(|difference| difference.time)
}

/// The cells up to a bar, that one included.
fn up_to<T>(column: &[T], last: usize) -> &[T] {
    &column[..column.len().min(last + 1)]
}

/// Tells the rows of a record; `now` is the close at which it ends.
struct Teller<'a> {
    names: RecordNames<'a>,
    now: Time,
}

impl Teller<'_> {
    fn of_instrument(&self, time: Time, rule: &str, id: InstrumentId, value: String) -> Entry {
        Entry { time, rule: rule.to_owned(), subject: self.names.symbol(id).to_owned(), value }
    }

    /// `bucket X: `, or nothing.
    fn whose(&self, bucket: Option<BucketId>) -> String {
        bucket.map_or_else(String::new, |id| format!("bucket {}: ", self.names.bucket(id)))
    }

    fn rotation(&self, row: &Rotation) -> Entry {
        let (from, to) = row.step.ends();
        let value = format!("{}{from} → {to}, {:?} against {:?}", self.whose(row.step.bucket()), row.observed, row.threshold);
        Entry { time: row.time, rule: row.step.cause(), subject: self.names.narrative(row.narrative).to_owned(), value }
    }

    fn decision(&self, row: &Decision) -> Entry {
        let number = |name: &str, value: Option<f64>| value.map_or_else(String::new, |value| format!(", {name} {value}"));
        let (observed, threshold) = (number("observed", row.observed), number("threshold", row.threshold));
        let detail = row.detail(&self.names);
        Entry {
            time: row.time,
            rule: row.rule().word(&self.names),
            subject: row.subject.word(&self.names).to_owned(),
            value: format!("{}{}{observed}{threshold}: {detail}", self.whose(row.bucket), row.verdict.name()),
        }
    }

    fn pending(&self, Pending { reason, bucket, instrument, detail }: &Pending) -> Entry {
        let subject = instrument.map_or_else(|| self.names.bucket(*bucket), |id| self.names.symbol(id));
        Entry { time: self.now, rule: reason.name().to_owned(), subject: subject.to_owned(), value: detail.clone() }
    }

    fn flow(&self, row: &Flow) -> Entry {
        let subject = format!("{} → {}", self.names.bucket(row.from), self.names.bucket(row.to));
        Entry { time: row.time, rule: row.reason.name().to_owned(), subject, value: row.amount.to_string() }
    }

    fn fill(&self, row: &Fill) -> Entry {
        self.of_instrument(row.time, row.reason.name(), row.instrument, format!("{:?} {} at {}", row.side, row.quantity, row.price))
    }

    fn funding(&self, row: &FundingPayment) -> Entry {
        let value = format!("{} on {} at {}: {}", row.rate, row.quantity, row.mark_price, row.payment);
        self.of_instrument(row.time, "funding", row.instrument, value)
    }

    fn liquidation(&self, row: &Liquidation) -> Entry {
        self.of_instrument(row.time, "liquidation", row.instrument, format!("{} at {}", row.quantity, row.mark_price))
    }

    fn earned(&self, row: &Yield) -> Entry {
        let subject = self.names.bucket(row.bucket).to_owned();
        Entry { time: row.time, rule: "yield".to_owned(), subject, value: row.amount.to_string() }
    }

    fn trade(&self, row: &Trade) -> Entry {
        self.of_instrument(row.closed, row.exit_reason.name(), row.instrument, row.pnl.to_string())
    }

    fn exposure(&self, row: &Exposure) -> Entry {
        let margin = row.margin.map_or_else(String::new, |margin| format!(", margin {margin}"));
        let liquidation = row.liquidation_price.map_or_else(String::new, |price| format!(", liquidation at {price}"));
        let held = format!("{} at {}, entered at {}{margin}{liquidation}", row.quantity, row.price, row.entry_price);
        self.of_instrument(row.time, "exposure", row.instrument, held)
    }
}

/// The first row that is not the same. Debug words tell any two floats apart.
fn table<T: Debug>(record: &'static str, whole: &[T], changed: &[T], tell: impl Fn(&T) -> Entry) -> Option<Difference> {
    let rows = whole.len().max(changed.len());
    let at = (0..rows).find(|&k| match (whole.get(k), changed.get(k)) {
        (Some(one), Some(other)) => format!("{one:?}") != format!("{other:?}"),
        _ => true,
    })?;
    let (one, other) = (whole.get(at).map(&tell), changed.get(at).map(&tell));
    let earliest = [&one, &other].into_iter().flatten().min_by_key(|entry| entry.time)?;
    let Entry { time, rule, subject, .. } = earliest;
    let say = |entry: &Option<Entry>| match entry {
        None => "nothing".to_owned(),
        Some(entry) if entry.time == *time && entry.rule == *rule && entry.subject == *subject => entry.value.clone(),
        Some(entry) => format!("nothing; next {} {} {}: {}", entry.time, entry.rule, entry.subject, entry.value),
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
