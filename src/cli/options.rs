//! What commands have in common: the flags that several of them take, how they answer, and their progress bar.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::cli::cache;
use crate::cli::meant;
use crate::fault::Fault;
use crate::market::{Market, MarketParts, Window};
use crate::units::{Time, Usd};

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Common {
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// No progress on standard error.
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Threads; results never depend on it. Default: all cores.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Read every file of the market: neither take anything from the cache nor put anything into it. Results never depend on it.
    #[arg(long, global = true)]
    pub no_cache: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

/// What a command prints. One that could do its work and found its subject at fault exits with 1 all the same.
pub(super) struct Answer {
    pub text: String,
    pub fine: bool,
}

impl Answer {
    pub(super) fn fine(text: String) -> Self {
        Self { text, fine: true }
    }

    pub(super) fn exit(&self) -> ExitCode {
        if self.fine { ExitCode::SUCCESS } else { ExitCode::from(1) }
    }
}

/// The market and the part of it to look at.
#[derive(Args, Clone, Debug)]
pub(super) struct MarketArguments {
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
    pub(super) fn window(&self) -> Result<Window, Fault> {
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
        let fix = "name one with --market DIR, or make the synthetic sample market in data/sample: rotate sample";
        Err(meant::no_market(self.market.display().to_string(), &self.market, "the folder of a market", fix))
    }

    pub(super) fn parts(&self, common: Common) -> Result<MarketParts, Fault> {
        self.there()?;
        MarketParts::load_cached(&self.market, self.window()?, &cache::of(common))
    }

    pub(super) fn load(&self, common: Common) -> Result<Market, Fault> {
        self.there()?;
        Market::load_cached(&self.market, self.window()?, &cache::of(common))
    }
}

/// Any instant, be it of a market or not.
pub(super) fn parse_instant(text: &str) -> Result<Time, String> {
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

pub(super) fn parse_capital(text: &str) -> Result<Usd, String> {
    let capital = text.replace('_', "").parse::<f64>().ok().filter(|dollars| dollars.is_finite());
    capital
        .filter(|&dollars| dollars >= 1.0 && dollars <= Usd::MAX_CAPITAL.to_f64())
        .map(Usd::round)
        .ok_or_else(|| format!("`{text}` is no capital: from 1 to {:.0} USD", Usd::MAX_CAPITAL.to_f64()))
}

/// A progress bar on standard error, when that is a terminal and nobody asked for quiet.
pub(super) fn progress(common: Common, steps: usize, what: &str) -> indicatif::ProgressBar {
    if common.quiet {
        return indicatif::ProgressBar::hidden();
    }
    let style = indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}").expect("a fixed template");
    indicatif::ProgressBar::new(steps as u64).with_style(style).with_message(what.to_owned())
}
