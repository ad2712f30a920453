//! `rotate import`: from the files people have to a market.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::import_text as words;
use crate::cli::look::look;
use crate::cli::options::{Common, Format};
use crate::cli::stay_in_cash::{Idle, idle_shares};
use crate::fault::Fault;
use crate::import::{self, Lag, Mapping, Origin, Plan, Request, Ways};
use crate::market::Market;
use crate::units::Span;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// Files and folders as they were downloaded: archives, zips, gz, csv, json, feather, parquet.
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<PathBuf>,
    /// Folder of the market; one that an import made gets what is new.
    #[arg(long, value_name = "MARKET")]
    out: PathBuf,
    /// Whose files these are: binance, okx, gate, bybit, mexc, kucoin, ccxt, freqtrade, cryptodatadownload, coinmarketcap, coingecko, defillama, tiers,
    /// plain; or a mapping file, NAME.toml. Default: found out for each file.
    #[arg(long, value_name = "WHOSE|FILE.toml", default_value = "auto", value_parser = from)]
    from: From,
    /// Length of a bar of the market. Default: the shortest that all its coins have, from an hour to a day.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    bar: Option<Span>,
    /// Currency of prices. Default: the one that most bars are in.
    #[arg(long, value_name = "QUOTE")]
    quote: Option<String>,
    /// How long after their day facts were known: market caps, value locked, open interest. Default: at the end of their day; what its publisher computes anew
    /// afterwards from the last day of its file.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    lag: Option<Span>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// What `--from` names.
#[derive(Clone, Debug)]
enum From {
    Auto,
    Whose(Origin),
    Mapping(PathBuf),
}

fn from(text: &str) -> Result<From, String> {
    if text == "auto" {
        return Ok(From::Auto);
    }
    if std::path::Path::new(text).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
        return Ok(From::Mapping(PathBuf::from(text)));
    }
    let names = || Origin::ALL.map(|(name, _)| name).join(", ");
    let whose = Origin::ALL.iter().find(|(name, _)| *name == text);
    whose.map(|(_, origin)| From::Whose(*origin)).ok_or_else(|| format!("write auto, one of {}, or a mapping file NAME.toml", names()))
}

fn span(text: &str) -> Result<Span, String> {
    Span::try_from(text.to_owned())
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let mut ways = Ways { lag: Lag { stated: arguments.lag }, ..Ways::default() };
    match &arguments.from {
        From::Auto => {}
        From::Whose(origin) => ways.from = Some(*origin),
        From::Mapping(path) => ways.mapping = Mapping::read(path)?,
    }
    if let Some(bar) = arguments.bar.filter(|bar| 86_400 % bar.seconds() != 0) {
        return Err(Fault::new(
            "--bar",
            bar.to_string(),
            "a length that fits a whole number of times into a day",
            "choose 15m, 1h, 4h, 8h or 1d",
        ));
    }
    let request = Request {
        sources: arguments.sources.clone(),
        out: arguments.out.clone(),
        ways,
        bar: arguments.bar,
        quote: arguments.quote.as_ref().map(|quote| quote.to_uppercase()),
    };
    carried_out(&request, arguments.yes, common)
}

/// Makes a market of an archive that was fetched, whose files nobody need be asked about.
#[cfg(feature = "fetch")]
pub(super) fn of_archive(archive: &std::path::Path, out: &std::path::Path, common: Common) -> Result<String, Fault> {
    let request = Request { sources: vec![archive.to_path_buf()], out: out.to_path_buf(), ..Request::default() };
    carried_out(&request, true, common)
}

fn carried_out(request: &Request, yes: bool, common: Common) -> Result<String, Fault> {
    let plan = import::understand(request)?;
    if plan.is_nothing_new() {
        return Ok(match common.format {
            Format::Json => done_json(&plan, None, &[]),
            Format::Text => format!("nothing new: {} has all of it\n", plan.out().display()),
        });
    }
    if common.format == Format::Text && !asked(&plan, yes)? {
        return Ok("nothing written\n".to_owned());
    }
    let market = plan.write()?;
    let shares = idle_shares(&market);
    Ok(match common.format {
        Format::Json => done_json(&plan, Some(&market), &shares),
        Format::Text => {
            let table = if yes || !std::io::stdin().is_terminal() { words::understood(&plan, look()) } else { String::new() };
            format!("{table}{}", words::done(&plan, &market, &shares, look()))
        }
    })
}

/// Shows the table and asks, where somebody is there to answer.
fn asked(plan: &Plan, yes: bool) -> Result<bool, Fault> {
    if yes || !std::io::stdin().is_terminal() {
        return Ok(true);
    }
    let broken = |error: std::io::Error| Fault::new("standard input", error.to_string(), "an answer", "answer y or n, or say --yes");
    let mut out = std::io::stderr().lock();
    write!(out, "{}write {}? [Y/n] ", words::understood(plan, look()), plan.out().display()).and_then(|()| out.flush()).map_err(broken)?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(broken)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

fn done_json(plan: &Plan, market: Option<&Market>, shares: &[Idle]) -> String {
    let series: Vec<_> = plan
        .series()
        .iter()
        .map(|row| {
            json!({
                "content": row.content.word(), "symbol": row.symbol, "venue": row.venue, "interval": row.interval.map(|span| span.to_string()),
                "files": row.files, "rows": row.rows, "first": row.first, "last": row.last, "taken": row.passed_over.is_none(),
                "remarks": words::remarks(row),
            })
        })
        .collect();
    let unused: Vec<_> =
        plan.files().iter().filter_map(|file| Some(json!({ "file": file.name, "because": file.useless.as_ref()? }))).collect();
    let strategies: Vec<_> =
        shares.iter().map(|own| json!({ "strategy": own.strategy, "in_cash": own.in_cash, "because": own.because })).collect();
    let done = json!({
        "market": plan.out().display().to_string(), "written": market.is_some(), "bar": plan.bar().to_string(), "quote": plan.quote(),
        "assets": plan.coins().0, "perpetuals": plan.coins().1, "series": series, "unused_files": unused, "strategies": strategies,
        "cautions": market.map(|market| market.cautions.clone()),
    });
    serde_json::to_string_pretty(&done).expect("plain values") + "\n"
}
