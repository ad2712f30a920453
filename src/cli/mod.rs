//! The command line (`formats.md` section 2), one file a command. Exit code 0 fine, 1 the input or the output is at fault,
//! 2 wrong usage, 101 a bug of ours.

mod again;
mod cache;
pub mod check;
mod compare;
mod completions;
mod explain;
#[cfg(feature = "fetch")]
mod fetch;
mod import;
mod import_text;
mod latest;
mod list;
mod look;
mod lookahead;
mod man;
mod meant;
mod named;
mod new;
mod notices;
mod opener;
mod options;
mod other_markets;
mod run;
mod run_request;
mod sample;
mod schema;
mod stay_in_cash;
mod strategies;
mod study_journal;
mod tables;
mod tune;
mod tune_sets;
mod verify;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::batch;
use crate::cli::options::{Answer, Common};

/// Replays narrative rotation strategies over spot and perpetual markets, with true funding and books that balance.
#[derive(Parser, Debug)]
#[command(name = "rotate", version, about, max_term_width = 120, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// How commands end; README.md has the same.
const EXIT_CODES: &str = "\
Exit codes:
  0    fine
  1    input or output is at fault; or `check --lookahead` found a fact that is used too early, or `fetch` left files out
  2    wrong usage: a command, flag or value that there is not
  101  a bug of rotate: please report it";

#[derive(Subcommand, Debug)]
enum Command {
    /// Replay strategies over a market and write a report.
    #[command(
        after_help = "Example: rotate run strategies/bull.toml --market data/sample --from 2024-01-01 --capital 50000 --out reports/mine"
    )]
    Run(run::Arguments),
    /// Show what a market holds and what is missing, and whether strategies are valid; with --lookahead, run the look-ahead test on them.
    #[command(after_help = "Example: rotate check --market data/sample strategies/bull.toml --lookahead")]
    Check(check::Arguments),
    /// Make a market of files as exchanges, programs and sites publish them, or add what is new to one.
    #[command(after_help = "Example: rotate import Downloads/binance-archive --out data/imported")]
    Import(import::Arguments),
    /// Compare reports.
    #[command(after_help = "Example: rotate compare reports/latest reports/other/bull --out reports/compared")]
    Compare(compare::Arguments),
    /// Try every combination of the values in a strategy's [tune] table.
    #[command(after_help = "Example: rotate tune strategies/bull.toml --market data/sample --out reports/tuned")]
    Tune(tune::Arguments),
    /// Print the JSON Schema of strategy files, or of a market's market.toml.
    #[command(after_help = "Example: rotate schema market > market.schema.json")]
    Schema(schema::Arguments),
    /// Explain a position: facts, rules and limits in order of time.
    #[command(after_help = "Example: rotate explain reports/latest/bull --trade 12")]
    Explain(explain::Arguments),
    /// Write the tables of a report in another form: all of them, where it has the short ones alone.
    #[command(after_help = "Example: rotate tables reports/latest csv")]
    Tables(tables::Arguments),
    /// Make a report again from its manifest and confirm every byte.
    #[command(after_help = "Example: rotate verify reports/latest")]
    Verify(verify::Arguments),
    /// Fetch price and funding files from a venue's public archive: the one command that opens a connection.
    #[cfg(feature = "fetch")]
    #[command(
        after_help = "Example: rotate fetch binance --symbols BTCUSDT,PEPEUSDT --since 2024-01-01 --until 2024-03-31 --out data/fetched"
    )]
    Fetch(fetch::Arguments),
    /// List the reports in a folder with their key figures, newest first.
    #[command(after_help = "Example: rotate list reports")]
    List(list::Arguments),
    /// Write a file to begin with: a strategy of your own.
    #[command(after_help = "Example: rotate new strategy mine --from bull")]
    New(new::Arguments),
    /// Make the synthetic sample market.
    #[command(after_help = "Example: rotate sample --seed 7 --out data/mine")]
    Sample(sample::Arguments),
    /// Say where the cache of markets is and how large, or empty it.
    #[command(after_help = "Example: rotate cache clear")]
    Cache(cache::Arguments),
    /// Print what a shell needs to complete commands of rotate.
    #[command(after_help = "Example: rotate completions bash > rotate.bash")]
    Completions(completions::Arguments),
    /// Print the manual of the program and its commands, as roff.
    #[command(after_help = "Example: rotate man > rotate.1")]
    Man,
    /// Print the licences of what the program is built on, and the notice of its font.
    Notices,
}

/// Runs the program on the process's own arguments.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let jobs = cli.common.jobs.map(usize::from);
    let outcome = batch::with_jobs(jobs, || {
        let text = match &cli.command {
            Command::Run(arguments) => run::run(arguments, cli.common),
            Command::Check(arguments) => return check::run(arguments, cli.common),
            Command::Import(arguments) => import::run(arguments, cli.common),
            Command::Compare(arguments) => compare::run(arguments, cli.common),
            Command::Tune(arguments) => tune::run(arguments, cli.common),
            Command::Schema(arguments) => schema::run(arguments),
            Command::Explain(arguments) => explain::run(arguments, cli.common),
            #[cfg(feature = "fetch")]
            Command::Fetch(arguments) => return fetch::run(arguments, cli.common),
            Command::Tables(arguments) => tables::run(arguments, cli.common),
            Command::Verify(arguments) => verify::run(arguments, cli.common),
            Command::List(arguments) => list::run(arguments, cli.common),
            Command::New(arguments) => new::run(arguments),
            Command::Sample(arguments) => sample::run(arguments),
            Command::Cache(arguments) => Ok(cache::run(arguments, cli.common)),
            Command::Completions(arguments) => Ok(completions::run(arguments, Cli::command())),
            Command::Man => Ok(man::run(Cli::command())),
            Command::Notices => Ok(notices::run()),
        };
        text.map(Answer::fine)
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
