//! `rotate run`: strategies over a market, side by side, into a report.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::batch::{Arena, check_compatible};
use crate::cli::latest::{Latest, REPORTS};
use crate::cli::look::look;
use crate::cli::opener;
use crate::cli::options::{Common, Format, MarketArguments, parse_capital, progress};
use crate::cli::run_request::{RunRequest, RunSettings, Tables};
use crate::cli::strategies::StrategyArguments;
use crate::evaluate::{Evaluation, deflated};
use crate::fault::Fault;
use crate::folder::Staging;
use crate::lookahead::{SelfTest, Terms};
use crate::market::{Market, MarketParts};
use crate::replay::run::Run;
use crate::report::closing::{cautions, closing as closing_words, closing_json};
use crate::report::output_guard::apart;
use crate::report::stress_tables::stress_tables;
use crate::report::{self, Batch, Kind, self_test_text, shock_text, terminal, timestamp};
use crate::strategy::Strategy;
use crate::stress::Tested;
use crate::units::Usd;

#[allow(clippy::struct_excessive_bools, reason = "switches of a command line are yes or no")]
#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    strategies: StrategyArguments,
    #[command(flatten)]
    market: MarketArguments,
    /// Money at the start, in USD: from 1 to 1000000000.
    #[arg(long, value_name = "USD", default_value = "100000", value_parser = parse_capital)]
    capital: Usd,
    /// Folder of the report. Default: a folder of its own in reports/, named by its strategies and its content; reports/latest leads to the newest.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Which tables are written, and how. `brief`: as CSV those that sum up (the curve, trades, liquidations, attribution); `csv`: all; `parquet`: all with typed
    /// columns, and as CSV the curve alone; `both`: all in both forms. `rotate tables` writes the others later.
    #[arg(long, value_enum, value_name = "TABLES", default_value_t)]
    tables: Tables,
    /// Draw equity and drawdown as PNG beside the SVG.
    #[arg(long)]
    png: bool,
    /// Run the stress test: each strategy under all three sets of assumptions, at 0 to 3 times its costs, one bar later, and with up to 10,000 times the
    /// capital, with the noise floor of its fills; about 115 more replays for each strategy.
    #[arg(long)]
    ladder: bool,
    /// Ask "what if": each strategy with funding at 0, 2 and 3 times and turned round, in a crash of 30 and of 50 % where it was longest, with prices that swing
    /// half as far again, with the stablecoin at 0.90 for a week, at three times the spread, and with trading halted for a day; and a year of its own days drawn
    /// again. Ten more replays for each strategy.
    #[arg(long)]
    stress: bool,
    /// Test each strategy: for look-ahead at 24 dates, as `rotate check --lookahead` does, and by a second replay that skips no bar. The first screen of its
    /// report says what came of it. About 75 more replays for each strategy.
    #[arg(long)]
    self_test: bool,
    /// Open index.html of the report, with what the system opens pages with.
    #[arg(long)]
    open: bool,
}

impl Arguments {
    fn tested(&self) -> Tested {
        Tested { ladder: self.ladder, shocks: self.stress }
    }

    fn asked(&self) -> Result<RunSettings, Fault> {
        Ok(RunSettings {
            asked: RunRequest::of(&self.market, self.capital, self.strategies.assumptions)?,
            set: self.strategies.set.clone(),
            tables: self.tables,
            png: self.png,
            tested: self.tested(),
            self_test: self.self_test,
        })
    }
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let files = arguments.strategies.read()?;
    let begin = |out: &Path| {
        apart(out, files.iter().map(|file| file.path.as_path()).chain([arguments.market.market.as_path()]))?;
        Staging::begin(out, Kind::Batch)
    };
    let named = arguments.out.as_deref().map(begin).transpose()?;
    let latest = if named.is_none() { Some(Latest::ready()?) } else { None };
    let (market, parts) = frozen(arguments.market.parts(common)?, &arguments.market.market, arguments.self_test)?;
    files.iter().try_for_each(|file| check_compatible(&market, file))?;
    report::files::distinct(files.iter().map(|file| file.strategy.name.as_str()))?;
    let manifest = arguments.asked()?.manifest(&files, &market);
    let out = arguments.out.clone().unwrap_or_else(|| Path::new(REPORTS).join(timestamp::name(&manifest)));
    let staging = named.map_or_else(|| begin(&out), Ok)?;
    let arena = Arena::new(&market);
    let strategies: Vec<&Strategy> = files.iter().map(|file| &file.strategy).collect();

    let bar = progress(common, strategies.len(), "replaying");
    let runs = arena.replay_all(&strategies, arguments.capital, || bar.inc(1));
    bar.finish_and_clear();
    let evaluations = evaluate((&arena, parts.as_ref()), &strategies, &runs, arguments.tested(), common)?;
    let forms = arguments.tables.forms(arguments.png);
    let batch = Batch { market: &market, evaluations: &evaluations, manifest: &manifest, forms };
    staging.fill(|dir| write(&arena, &batch, common, dir))?;
    staging.finish()?;
    let led = latest.map_or_else(String::new, |latest| latest.point(&out));
    if arguments.open
        && let Err(why) = opener::open(&out.join("index.html"))
    {
        // The report is there all the same.
        let _ = writeln!(std::io::stderr().lock(), "caution: {} was not opened: {why}", out.join("index.html").display());
    }
    Ok(closing(arguments, common, &market, &evaluations, &out, &led))
}

/// What is printed at the end; `led` says what became of `reports/latest`.
fn closing(arguments: &Arguments, common: Common, market: &Market, evaluations: &[Evaluation], out: &Path, led: &str) -> String {
    match common.format {
        Format::Json => {
            let mut closing = closing_json(evaluations);
            closing["market"] = json!(market.name);
            closing["synthetic"] = json!(market.synthetic);
            closing["cautions_of_the_market"] = json!(market.cautions);
            closing["report"] = json!(out.display().to_string());
            serde_json::to_string_pretty(&closing).expect("plain values") + "\n"
        }
        Format::Text => {
            let synthetic = if market.synthetic { " (SYNTHETIC DATA)" } else { "" };
            let window = market.window();
            let head = format!(
                "{}{synthetic}, {} to {}, {} bars of {}, {:.0} USD",
                market.name,
                window.start,
                window.close(window.bars - 1),
                window.bars,
                window.bar,
                arguments.capital.to_f64()
            );
            let about_market = match market.cautions.len() {
                0 => None,
                count => Some(format!("{count} about the market itself: rotate check --market {}", arguments.market.market.display())),
            };
            let closing = closing_words(evaluations, look());
            let stressed =
                stress_tables(evaluations, look()) + &shock_text::lines(evaluations, look()) + &self_test_text::lines(evaluations, look());
            let cautions = cautions(evaluations, about_market, look());
            let head = terminal::paragraph(&head, look());
            format!("{head}\n{closing}{stressed}\nreport: {}\n{led}{cautions}", out.join("index.html").display())
        }
    }
}

/// A market of its parts, and these too where a run tests itself: each test makes more markets of them.
pub(super) fn frozen(parts: MarketParts, folder: &Path, self_test: bool) -> Result<(Market, Option<MarketParts>), Fault> {
    let kept = self_test.then(|| parts.clone());
    Ok((parts.freeze_in(folder)?, kept))
}

/// What each run comes to, seen against its benchmarks, and each beside all others; in the order of the runs. Where the parts of the market are kept, with
/// what each run's test of itself found.
///
/// # Errors
/// As [`SelfTest::of`].
pub(super) fn evaluate<'a>(
    (arena, parts): (&Arena, Option<&MarketParts>),
    strategies: &[&Strategy],
    runs: &'a [Run],
    tested: Tested,
    common: Common,
) -> Result<Vec<Evaluation<'a>>, Fault> {
    let pairs: Vec<(&Strategy, &'a Run)> = strategies.iter().copied().zip(runs).collect();
    let bar = progress(common, pairs.len(), "measuring against");
    let all = arena.map_all(&pairs, |(strategy, run)| {
        let evaluation = Evaluation::of(arena, strategy, run, tested);
        bar.inc(1);
        evaluation
    });
    bar.finish_and_clear();
    let mut evaluations = deflated(all);
    let Some(parts) = parts else { return Ok(evaluations) };
    let bar = progress(common, strategies.len() * Terms::USUAL.dates, "changing the future");
    for (evaluation, strategy) in evaluations.iter_mut().zip(strategies) {
        let found = SelfTest::of((arena, parts), strategy, evaluation.run.capital, Terms::USUAL, || bar.inc(1))?;
        evaluation.self_test = Some(found);
    }
    bar.finish_and_clear();
    Ok(evaluations)
}

/// Writes every file of a report into `dir`.
pub(super) fn write(arena: &Arena, batch: &Batch, common: Common, dir: &Path) -> Result<(), Fault> {
    let parts = batch.parts();
    let bar = progress(common, parts.len(), "writing");
    let written = arena.map_all(&parts, |part| {
        let done = batch.write(dir, *part);
        bar.inc(1);
        done
    });
    bar.finish_and_clear();
    written.into_iter().collect()
}
