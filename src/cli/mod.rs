//! The command line (`formats.md` section 2), one file a command. Exit code 0 fine, 1 the input or the output is at fault,
//! 2 wrong usage, 101 a bug of ours.

mod asked;
pub mod check;
mod compare;
mod explain;
mod latest;
mod list;
mod look;
mod lookahead;
mod named;
mod new;
mod notices;
mod run;
mod sample;
mod schema;
mod shipped;
mod strategies;
mod tune;
mod verify;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::batch;
use crate::fault::Fault;
use crate::market::Window;
use crate::units::{Time, Usd};

/// Replays narrative rotation strategies over spot and perpetual markets, with true funding and books that balance.
#[derive(Parser, Debug)]
#[command(name = "rotate", version, about, max_term_width = 120)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Common {
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// No progress on standard error.
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Threads; results never depend on it. Default: all cores.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Replay strategies over a market and write a report.
    #[command(
        after_help = "Example: rotate run strategies/bull.toml --market data/sample --from 2024-01-01 --capital 50000 --out reports/mine"
    )]
    Run(run::Arguments),
    /// Say what a market holds and what is missing, and whether strategies are valid; with --lookahead, whether they see ahead.
    #[command(after_help = "Example: rotate check --market data/sample strategies/bull.toml --lookahead")]
    Check(check::Arguments),
    /// Lay reports side by side.
    #[command(after_help = "Example: rotate compare reports/latest reports/other/bull --out reports/compared")]
    Compare(compare::Arguments),
    /// Try every combination of the values in a strategy's [tune] table.
    #[command(after_help = "Example: rotate tune strategies/bull.toml --market data/sample --out reports/tuned")]
    Tune(tune::Arguments),
    /// Print the JSON Schema of strategy files, or of a market's market.toml.
    #[command(after_help = "Example: rotate schema market > market.schema.json")]
    Schema(schema::Arguments),
    /// Tell why a position was there: facts, rules and limits in order of time.
    #[command(after_help = "Example: rotate explain reports/latest/bull --trade 12")]
    Explain(explain::Arguments),
    /// Make a report again from its manifest and confirm every byte.
    #[command(after_help = "Example: rotate verify reports/latest")]
    Verify(verify::Arguments),
    /// List the reports in a folder with their key figures, newest first.
    #[command(after_help = "Example: rotate list reports")]
    List(list::Arguments),
    /// Write a file to begin with: a strategy of your own.
    #[command(after_help = "Example: rotate new strategy mine --from bull")]
    New(new::Arguments),
    /// Make the synthetic sample market.
    #[command(after_help = "Example: rotate sample --seed 7 --out data/mine")]
    Sample(sample::Arguments),
    /// Print the licences of what the program is built on, and the notice of its font.
    Notices,
}

/// What a command prints. One that could do its work and found its subject at fault exits with 1 all the same.
pub(crate) struct Answer {
    pub text: String,
    pub fine: bool,
}

impl Answer {
    pub(crate) fn fine(text: String) -> Self {
        Self { text, fine: true }
    }

    pub(crate) fn exit(&self) -> ExitCode {
        if self.fine { ExitCode::SUCCESS } else { ExitCode::from(1) }
    }
}

/// The market and the part of it to look at.
#[derive(Args, Clone, Debug)]
pub(crate) struct MarketArguments {
    /// Folder of the market.
    #[arg(long, value_name = "DIR", default_value = "data/sample")]
    pub market: PathBuf,
    /// First day or instant of the window; what is older is history to look back on.
    #[arg(long, value_name = "DATE", value_parser = parse_from)]
    pub from: Option<Time>,
    /// Last day, included; or the instant before which bars must open.
    #[arg(long, value_name = "DATE", value_parser = parse_to)]
    pub to: Option<Time>,
}

impl MarketArguments {
    pub(crate) fn window(&self) -> Result<Window, Fault> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            return Err(Fault::new("--from, --to", format!("{from} is not before {to}"), "a first day before the last", "swap them"));
        }
        Ok(Window { from: self.from, to: self.to })
    }

    /// A folder that is not there is most often one that nobody has made yet.
    fn there(&self) -> Result<(), Fault> {
        if self.market.is_dir() {
            return Ok(());
        }
        Err(Fault::new(
            self.market.display().to_string(),
            "no folder",
            "the folder of a market",
            "name one with --market DIR, or make the synthetic sample market in data/sample: rotate sample",
        ))
    }

    pub(crate) fn parts(&self) -> Result<crate::market::MarketParts, Fault> {
        self.there()?;
        crate::market::MarketParts::load(&self.market, self.window()?)
    }

    pub(crate) fn load(&self) -> Result<crate::market::Market, Fault> {
        self.there()?;
        crate::market::Market::load(&self.market, self.window()?)
    }
}

/// Any instant, be it of a market or not.
fn parse_instant(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| format!("`{text}` is no date: write 2024-03-01 or 2024-03-01T08:00:00Z"))
}

fn parse_from(text: &str) -> Result<Time, String> {
    let time = parse_instant(text)?;
    if time.is_plausible() { Ok(time) } else { Err(format!("`{text}` is no time of a market: write {}", Time::PLAUSIBLE)) }
}

fn parse_to(text: &str) -> Result<Time, String> {
    let time = parse_from(text)?;
    Ok(if Time::parse_date(text).is_some() { time.plus(86_400) } else { time })
}

fn parse_capital(text: &str) -> Result<Usd, String> {
    let capital = text.replace('_', "").parse::<f64>().ok().filter(|dollars| dollars.is_finite());
    capital
        .filter(|&dollars| dollars >= 1.0 && dollars <= Usd::MAX_CAPITAL.to_f64())
        .map(Usd::round)
        .ok_or_else(|| format!("`{text}` is no capital: from 1 to {:.0} USD", Usd::MAX_CAPITAL.to_f64()))
}

/// Runs the program on the process's own arguments.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let jobs = cli.common.jobs.map(usize::from);
    let outcome = batch::with_jobs(jobs, || {
        let told = match &cli.command {
            Command::Run(arguments) => run::run(arguments, cli.common),
            Command::Check(arguments) => return check::run(arguments, cli.common),
            Command::Compare(arguments) => compare::run(arguments, cli.common),
            Command::Tune(arguments) => tune::run(arguments, cli.common),
            Command::Schema(arguments) => schema::run(arguments),
            Command::Explain(arguments) => explain::run(arguments, cli.common),
            Command::Verify(arguments) => verify::run(arguments, cli.common),
            Command::List(arguments) => list::run(arguments, cli.common),
            Command::New(arguments) => new::run(arguments),
            Command::Sample(arguments) => sample::run(arguments),
            Command::Notices => Ok(notices::run()),
        };
        told.map(Answer::fine)
    });
    let (printed, exit) = match outcome {
        Ok(Ok(answer)) => (print(&answer.text), answer.exit()),
        Ok(Err(fault)) => return fail(&fault.to_string()),
        Err(why) => return fail(&why),
    };
    match printed {
        // A reader that has seen enough (`| head`) is not a fault.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => fail(&format!("standard output: {error}")),
        _ => exit,
    }
}

fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn fail(message: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "error: {message}");
    ExitCode::from(1)
}

/// A progress bar on standard error, when that is a terminal and nobody asked for quiet.
pub(crate) fn progress(common: Common, steps: usize, what: &str) -> indicatif::ProgressBar {
    if common.quiet {
        return indicatif::ProgressBar::hidden();
    }
    let style = indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}").expect("a fixed template");
    indicatif::ProgressBar::new(steps as u64).with_style(style).with_message(what.to_owned())
}
