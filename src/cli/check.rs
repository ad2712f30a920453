//! `rotate check`: what is there, what is missing, and what is odd.

use std::fmt::Write;

use clap::Args;
use serde::Serialize;

use crate::batch::check_compatible;
use crate::bounded::MIB;
use crate::cli::look::look;
use crate::cli::lookahead::{self, LookaheadArguments};
use crate::cli::options::{Answer, Common, Format, MarketArguments};
use crate::cli::strategies::StrategyArguments;
use crate::fault::Fault;
use crate::market::{Kind, Market, SeriesSummary, Subject};
use crate::report::number_format::short_list;
use crate::report::terminal::Look;
use crate::report::{columns, terminal};
use crate::signal::History;
use crate::strategy::Plan;
use crate::units::{InstrumentId, Time};

#[derive(Args, Clone, Debug)]
#[command(mut_arg("strategies", |argument| argument.help(STRATEGIES)))]
pub(super) struct Arguments {
    #[command(flatten)]
    market: MarketArguments,
    #[command(flatten)]
    strategies: StrategyArguments,
    #[command(flatten)]
    lookahead: LookaheadArguments,
    /// A line for the market, one for each strategy, and one for each caution, of which at most 8 a subject are shown; for the text alone, not for JSON.
    #[arg(long, conflicts_with = "lookahead")]
    brief: bool,
}

/// Cautions of the market, or of one strategy, that are shown in brief.
const SHOWN: usize = 8;

/// Other commands take all strategies where none is named; this one then speaks of the market alone.
const STRATEGIES: &str = "Strategies to check along with the market. Default: none; with --set or --lookahead every strategies/*.toml";

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<Answer, Fault> {
    let asked = &arguments.strategies;
    if arguments.lookahead.lookahead {
        return lookahead::run(&arguments.market, &asked.read()?, arguments.lookahead, common);
    }
    let files = if asked.strategies.is_empty() && asked.set.is_empty() { Vec::new() } else { asked.read()? };
    let market = arguments.market.load(common)?;
    files.iter().try_for_each(|file| check_compatible(&market, file))?;
    let plans: Vec<Plan> = files.iter().map(|file| Plan::new(&file.strategy, &History::at_close(&market, 0))).collect();
    if common.format == Format::Json {
        return Ok(Answer::fine(json(&market, &plans)));
    }
    if arguments.brief {
        return Ok(Answer::fine(brief(&market, &plans, look())));
    }
    let mut out = text(&market);
    for plan in &plans {
        let _ = writeln!(out, "\nstrategy {}: valid, {} buckets", plan.name, plan.buckets.len());
        for caution in &plan.cautions {
            out += &terminal::caution_line("  ! ", caution, look());
        }
    }
    Ok(Answer::fine(out))
}

/// Everything `rotate check` says about a market, for machines.
#[derive(Debug, Serialize)]
struct Report<'a> {
    market: &'a str,
    about: &'a str,
    synthetic: bool,
    bar: String,
    from: Time,
    /// Bars before `from`, which are only looked back on.
    bars_of_history: usize,
    /// Close of the last bar.
    to: Time,
    bars: usize,
    coverage: Coverage,
    series: &'a [SeriesSummary],
    inputs: usize,
    memory: Memory,
    cautions: &'a [String],
    strategies: Vec<Sound<'a>>,
}

/// A strategy that can be run on the market.
#[derive(Debug, Serialize)]
struct Sound<'a> {
    name: &'a str,
    buckets: usize,
    cautions: &'a [String],
}

/// How many of the market's assets and perpetuals have what.
#[derive(Debug, Serialize)]
struct Coverage {
    assets: usize,
    narratives: usize,
    spot: usize,
    perp: usize,
    /// Assets with at least one market cap.
    market_caps: usize,
    /// Perpetuals with at least one margin table.
    margin_tiers: usize,
    /// Perpetuals with mark prices in every bar they traded in.
    mark_prices: usize,
    /// Perpetuals whose settlements were all observed.
    funding_complete: usize,
    /// Perpetuals with some settlements observed and some assumed.
    funding_partial: usize,
    /// Facts of evidence, and how many assets and narratives they speak of.
    evidence: usize,
    evidence_subjects: usize,
}

impl Coverage {
    fn of(market: &Market) -> Self {
        let perps: Vec<InstrumentId> = ids(market).filter(|&id| market.instrument(id).kind == Kind::Perp).collect();
        let with = |test: &dyn Fn(InstrumentId) -> bool| perps.iter().filter(|&&id| test(id)).count();
        let traded = |id: InstrumentId| market.trading().filter(|&t| market.panel.trades(id, t)).count();
        let settled = |id: InstrumentId| {
            let start = market.window().start;
            let inside = || market.funding.by_instrument[id.index()].iter().filter(|settlement| settlement.time >= start);
            (inside().filter(|s| !s.assumed).count(), inside().filter(|s| s.assumed).count())
        };
        let mut subjects: Vec<Subject> = market.evidence.iter().map(|fact| fact.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        Self {
            assets: market.assets.len(),
            narratives: market.narratives.len(),
            spot: market.assets.iter().filter(|asset| asset.spot.is_some()).count(),
            perp: perps.len(),
            market_caps: market.caps.iter().filter(|facts| !facts.is_empty()).count(),
            margin_tiers: with(&|id| !market.tiers[id.index()].is_empty()),
            mark_prices: with(&|id| traded(id) > 0 && market.panel.marked_bars[id.index()] == traded(id)),
            funding_complete: with(&|id| matches!(settled(id), (1.., 0))),
            funding_partial: with(&|id| matches!(settled(id), (1.., 1..))),
            evidence: market.evidence.len(),
            evidence_subjects: subjects.len(),
        }
    }
}

/// What the prices and settlements of the market take in memory, in bytes: a run adds its own columns, a few numbers a bar.
#[derive(Clone, Copy, Debug, Serialize)]
struct Memory {
    /// For all strategies together, as long as they run.
    held: u64,
    /// When the files have been read and are laid on one clock.
    loading: u64,
}

impl Memory {
    fn of(market: &Market) -> Self {
        let held = market.bytes();
        Self { held, loading: held + market.bytes_of_rows() }
    }
}

/// Rounded up.
fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(MIB)
}

fn ids(market: &Market) -> impl Iterator<Item = InstrumentId> {
    (0..market.instruments.len()).map(InstrumentId::new)
}

/// The JSON form, pretty, one object.
pub fn json(market: &Market, plans: &[Plan]) -> String {
    let window = market.window();
    let report = Report {
        market: &market.name,
        about: &market.about,
        synthetic: market.synthetic,
        bar: window.bar.to_string(),
        from: window.start,
        bars_of_history: market.first,
        to: window.open(window.bars),
        bars: window.bars,
        coverage: Coverage::of(market),
        series: &market.series,
        inputs: market.inputs.len(),
        memory: Memory::of(market),
        cautions: &market.cautions,
        strategies: plans.iter().map(|plan| Sound { name: &plan.name, buckets: plan.buckets.len(), cautions: &plan.cautions }).collect(),
    };
    serde_json::to_string_pretty(&report).expect("a report has no maps and no floats that JSON lacks") + "\n"
}

/// The form for people: a heading, the series, the coverage, the cautions.
pub fn text(market: &Market) -> String {
    let mut out = String::new();
    let synthetic = if market.synthetic { " (SYNTHETIC)" } else { "" };
    let (window, cover, memory) = (market.window(), Coverage::of(market), Memory::of(market));
    let _ = writeln!(out, "{}{synthetic}: {}", market.name, market.about);
    let _ = writeln!(out, "{} bars of {} from {} to {}", window.bars, window.bar, window.start, window.open(window.bars));
    if market.first > 0 {
        let _ = writeln!(out, "{} bars before them, from {} on, are history to look back on", market.first, market.clock.start);
    }
    out.push('\n');
    out.push_str(&table(&series_rows(market)));
    let perps = cover.perp;
    let _ = writeln!(out, "\ncoverage");
    for (what, how_many) in [
        ("assets", format!("{} in {} narratives", cover.assets, cover.narratives)),
        ("spot", format!("{} of {} assets", cover.spot, cover.assets)),
        ("perpetuals", format!("{perps} of {} assets", cover.assets)),
        ("funding", format!("{} of {perps} perpetuals complete, {} in part", cover.funding_complete, cover.funding_partial)),
        ("mark prices", format!("{} of {perps} perpetuals", cover.mark_prices)),
        ("margin tiers", format!("{} of {perps} perpetuals", cover.margin_tiers)),
        ("market caps", format!("{} of {} assets", cover.market_caps, cover.assets)),
        ("evidence", format!("{} facts about {} subjects", cover.evidence, cover.evidence_subjects)),
        ("input files", market.inputs.len().to_string()),
        ("memory", format!("{} MiB, {} MiB while it is loaded", mebibytes(memory.held), mebibytes(memory.loading))),
    ] {
        let _ = writeln!(out, "  {what:<13} {how_many}");
    }
    let _ = writeln!(out, "\n{}", noted(&market.cautions));
    for caution in &market.cautions {
        out += &terminal::caution_line("  * ", caution, look());
    }
    if market.cautions.iter().any(|caution| short_list(caution) != *caution) {
        out.push_str("  whole lists: --format json\n");
    }
    out
}

/// A line a subject and a line a caution, each cut to the width, and how many more there are.
fn brief(market: &Market, plans: &[Plan], look: Look) -> String {
    let window = market.window();
    let synthetic = if market.synthetic { " (SYNTHETIC)" } else { "" };
    let series = market.series.len();
    let head = format!("{}{synthetic}: {} bars of {}, {series} series, {}", market.name, window.bars, window.bar, noted(&market.cautions));
    let mut out = lines(&head, &market.cautions, look);
    for plan in plans {
        out += &lines(&format!("strategy {}: valid, {}", plan.name, noted(&plan.cautions)), &plan.cautions, look);
    }
    out
}

fn noted(cautions: &[String]) -> String {
    format!("{} caution{}", cautions.len(), if cautions.len() == 1 { "" } else { "s" })
}

fn lines(head: &str, cautions: &[String], look: Look) -> String {
    let mut all = vec![head.to_owned()];
    all.extend(cautions.iter().take(SHOWN).map(|caution| format!("  ! {caution}")));
    let more = cautions.len().saturating_sub(SHOWN);
    all.extend((more > 0).then(|| format!("  … and {more} more: the same without --brief")));
    all.iter().map(|line| terminal::line(line, look) + "\n").collect()
}

fn series_rows(market: &Market) -> Vec<[String; 9]> {
    let head = ["asset", "series", "symbol", "first", "last", "bars", "missing", "intervals", "files"].map(str::to_owned);
    // Bars shorter than a day need the hour to say where a series begins.
    let daily = market.clock.bar.seconds() >= 86_400;
    let time = |time: Option<Time>| match time {
        Some(time) if daily => time.date(),
        Some(time) => time.to_chrono().format("%Y-%m-%d %H:%M").to_string(),
        None => "-".to_owned(),
    };
    let rows = market.series.iter().map(|series| {
        let intervals: Vec<String> = series.intervals.iter().map(|hours| format!("{hours}h")).collect();
        let files = match series.files.as_slice() {
            [one] => one.clone(),
            [first, .., last] => format!("{} files, {first} to {last}", series.files.len()),
            [] => String::new(),
        };
        [
            series.asset.clone(),
            series.kind.clone(),
            series.symbol.clone(),
            time(series.first),
            time(series.last),
            series.bars.to_string(),
            series.missing.to_string(),
            intervals.join(" "),
            files,
        ]
    });
    std::iter::once(head).chain(rows).collect()
}

/// Columns as wide as their widest cell; the two counts to the right.
fn table(rows: &[[String; 9]]) -> String {
    let mut out = String::new();
    let width = |column: usize| rows.iter().map(|row| columns::width(&row[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..9).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            line += &if matches!(column, 5 | 6) { columns::right(cell, width) } else { columns::left(cell, width) };
            line += "  ";
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
