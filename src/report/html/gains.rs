//! What was realised by selling, year by year, and what hedging stood beside: gains that were not sold.

use crate::evaluate::{Evaluation, value_at_close};
use crate::market::Market;
use crate::metrics::gains::{Gain, gains as realised, year_ends};
use crate::metrics::lots::Method;
use crate::replay::run::{Reason, Run};
use crate::report::html::escape::{Html, coded, tag, text};
use crate::report::html::page::{dim_paragraph, paragraph};
use crate::report::html::table::{Column, table};
use crate::report::html::tax::tax;
use crate::report::number_format::money_of;
use crate::units::{BucketId, Usd};

/// Rows shown; all of them are in `gains.csv`.
const SHOWN: usize = 200;
const ABOUT: &str = "Gains of what was closed in each calendar year (UTC), by two methods: FIFO (oldest lots first) \
and average cost. Cost includes fees; proceeds are after fees. A reward paid in coins enters at its value on that day. Funding of perpetuals has a \
column of its own and is not part of the gain. Unrealised is value minus cost of what was still held at the last close of the year. \
This is accounting, not tax advice: a tax office may use other pools, prices and years.";
const AT_THE_END: &str = " What was still held at the end of the run was closed there (`end_of_data`) and counts in the last year: \
no rule decided to sell it.";
const SUMS: [Column; 6] = [
    ("gain, FIFO", true),
    ("of it held over a year", true),
    ("gain, average cost", true),
    ("funding", true),
    ("unrealised, FIFO", true),
    ("unrealised, average cost", true),
];

pub(super) fn gains(market: &Market, evaluation: &Evaluation) -> Html {
    let (run, all) = (evaluation.run, &evaluation.gains);
    let ended = run.fills.iter().any(|fill| fill.reason == Reason::EndOfData);
    let about = coded(&format!("{ABOUT}{}", if ended { AT_THE_END } else { "" }));
    let mut out = paragraph(&about);
    if all.is_empty() {
        return out + dim_paragraph(&text("Nothing was bought or sold."));
    }
    let years: Vec<Vec<String>> = all
        .chunk_by(|a, b| a.year == b.year)
        .map(|year| std::iter::once(year[0].year.to_string()).chain(Sums::of(year).cells()).collect())
        .collect();
    out += table("All assets by year; over the years all columns add up, except unrealised", &headed(&[("year", false)]), &years);
    for &(hedge, of) in &run.hedges {
        out += hedged(market, run, hedge, of);
    }
    out += tax(market, run);
    let mut rows: Vec<&[Gain]> = all.chunk_by(|a, b| (a.year, a.instrument) == (b.year, b.instrument)).collect();
    let mut caption = "By year and asset".to_string();
    if rows.len() > SHOWN {
        rows.sort_by_key(|row| std::cmp::Reverse(Sums::of(row).fifo.abs()));
        rows.truncate(SHOWN);
        rows.sort_by_key(|row| (row[0].year, row[0].instrument));
        caption = format!("By year and asset, the {SHOWN} largest; all are in gains.csv");
    }
    let row = |row: &&[Gain]| {
        let instrument = market.instrument(row[0].instrument);
        let asset = market.asset(instrument.asset).name.clone();
        let head = [row[0].year.to_string(), asset, instrument.kind.name().to_string()];
        head.into_iter().chain(Sums::of(row).cells()).collect()
    };
    out + table(&caption, &headed(&[("year", false), ("asset", false), ("market", false)]), &rows.iter().map(row).collect::<Vec<_>>())
}

fn headed(first: &[Column<'static>]) -> Vec<Column<'static>> {
    first.iter().chain(&SUMS).copied().collect()
}

/// Both methods side by side.
struct Sums {
    fifo: Usd,
    old: Usd,
    average: Usd,
    funding: Usd,
    /// None where one of them is not known.
    unrealised: Option<Usd>,
    unrealised_average: Option<Usd>,
}

impl Sums {
    fn of(rows: &[Gain]) -> Self {
        let by = |method: Method| rows.iter().filter(move |row| row.method == method);
        Self {
            fifo: by(Method::Fifo).map(Gain::gain).sum(),
            old: by(Method::Fifo).filter_map(|row| row.old).sum(),
            average: by(Method::Average).map(Gain::gain).sum(),
            // The same in the rows of either method.
            funding: by(Method::Fifo).map(|row| row.funding).sum(),
            unrealised: by(Method::Fifo).map(|row| row.unrealised).sum(),
            unrealised_average: by(Method::Average).map(|row| row.unrealised).sum(),
        }
    }

    fn cells(&self) -> [String; 6] {
        let known = |amount: Option<Usd>| amount.map_or_else(|| "–".to_string(), money_of);
        [
            money_of(self.fifo),
            money_of(self.old),
            money_of(self.average),
            money_of(self.funding),
            known(self.unrealised),
            known(self.unrealised_average),
        ]
    }
}

/// What the hedge made beside the gain in what it stood against, which a sale would have realised.
fn hedged(market: &Market, run: &Run, hedge: BucketId, of: BucketId) -> Html {
    let names = (&run.buckets[hedge.index()], &run.buckets[of.index()]);
    let spot = realised(run, |bucket| bucket == of, value_at_close(market));
    let funding = realised(run, |bucket| bucket == hedge, value_at_close(market));
    let rows: Vec<(i32, Usd, Usd, Sums)> = profits(run, hedge)
        .into_iter()
        .map(|(year, profit)| {
            let within = |all: &[Gain]| Sums::of(&all.iter().filter(|row| row.year == year).cloned().collect::<Vec<_>>());
            (year, profit, within(&funding).funding, within(&spot))
        })
        .collect();
    let highest = rows.iter().filter_map(|(year, .., spot)| Some((spot.unrealised?, *year))).max_by_key(|(amount, year)| (*amount, -year));
    let Some((unsold, year)) = highest else { return Html::new() };
    let sum = |pick: fn(&(i32, Usd, Usd, Sums)) -> Usd| rows.iter().map(pick).sum::<Usd>();
    let stood = if unsold.is_positive() {
        let unsold = money_of(unsold);
        format!(
            "at the end of {year} its coins were worth {unsold} more than their cost (FIFO). A sale would have realised that, before its own costs"
        )
    } else {
        "its coins were never worth more than their cost (FIFO) at the end of a year: there was no gain to keep unrealised".to_string()
    };
    let made = format!(" made {}, {} of it funding, while ", money_of(sum(|row| row.1)), money_of(sum(|row| row.2)));
    let sold = format!(
        " realised {} by its own sales{}; {stood}.",
        money_of(sum(|row| row.3.fifo)),
        if run.fills.iter().any(|fill| fill.bucket == of && fill.reason == Reason::EndOfData) {
            " (including what the end of the run closed)"
        } else {
            ""
        },
    );
    let bold = |name: &str| tag("b").text(name);
    let sentence = text("Hedging instead of selling: ") + bold(names.0) + text(&made) + bold(names.1) + text(&sold);
    let cells = |(year, profit, funding, spot): &(i32, Usd, Usd, Sums)| {
        let [realised, old, _, _, unsold, _] = spot.cells();
        vec![year.to_string(), money_of(*profit), money_of(*funding), realised, old, unsold]
    };
    let columns = [
        ("year", false),
        ("profit of the hedge", true),
        ("of it funding", true),
        ("realised by sales, FIFO", true),
        ("of it held over a year", true),
        ("not sold: unrealised at year end", true),
    ];
    let caption = format!("{} and {}, by year; the hedge is marked to market, after costs", names.0, names.1);
    paragraph(&sentence) + table(&caption, &columns, &rows.iter().map(cells).collect::<Vec<_>>())
}

/// What a bucket gained in each year: what it became less what flowed in. The first year has what the whole leaves.
fn profits(run: &Run, bucket: BucketId) -> Vec<(i32, Usd)> {
    let value = |bar: usize| run.bucket_values[bar * run.buckets.len() + bucket.index()];
    let mut years: Vec<(i32, Usd)> = Vec::new();
    let mut before: Option<usize> = None;
    for (year, close) in year_ends(run) {
        let Some(bar) = close.and_then(|close| run.clock.bar_of(close.plus(-1))) else { continue };
        if let Some(before) = before {
            let inside = |time| run.clock.close(before) <= time && time < run.clock.close(bar);
            let flowed: Usd = run
                .flows
                .iter()
                .filter(|flow| inside(flow.time))
                .map(|flow| match (flow.from == bucket, flow.to == bucket) {
                    (true, false) => -flow.amount,
                    (false, true) => flow.amount,
                    _ => Usd::ZERO,
                })
                .sum();
            years.push((year, value(bar) - value(before) - flowed));
        } else {
            years.push((year, Usd::ZERO));
        }
        before = Some(bar);
    }
    let name = &run.buckets[bucket.index()];
    let whole: Usd = run.attribution.by_bucket.iter().filter(|(known, _)| known == name).map(|(_, amount)| *amount).sum();
    let later: Usd = years.iter().skip(1).map(|(_, profit)| *profit).sum();
    if let Some(first) = years.first_mut() {
        first.1 = whole - later;
    }
    years
}
