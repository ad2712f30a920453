//! FILES OF A VENUE'S PUBLIC ARCHIVE, brought here as they are: the one room that opens a connection, and only `rotate fetch` asks it to.
//!
//! A request becomes a [`Plan`], of what the archive lists or of addresses made by symbol and date; a plan becomes files under the archive's own paths, each
//! checked before it gets its name. What is asked of the server is bounded in bytes, time, redirects and attempts, and of what it names nothing becomes a path
//! but dates and symbols that were taken apart first.
//!
//! There is no clock. Whether a missing file is late counts from the newest day that is listed, or found where nothing is listed, unless a day is named.

mod address;
mod archive;
mod binance;
mod calendar;
mod client;
mod constructed;
mod download;
mod listing;
mod plan;
mod progress;
mod rank;
mod summary;
mod workers;
mod xml;

use std::path::Path;

use crate::fault::Fault;
use crate::fetch::archive::Archive;
use crate::fetch::binance::Span;
use crate::fetch::calendar::Period;
use crate::fetch::download::{Outcome, download};
use crate::fetch::plan::is_symbol;
use crate::fetch::progress::Observer;

pub use address::Base;
pub use calendar::Day;
pub use client::Client;
pub use plan::{Content, Hole, Plan};
pub use progress::Progress;
pub use summary::{Counts, Summary};

/// A venue with a public archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Binance,
    Okx,
    Gate,
}

impl Source {
    /// Where its files are.
    #[must_use]
    pub fn base(self) -> &'static str {
        match self {
            Self::Binance => "https://data.binance.vision",
            Self::Okx => "https://static.okx.com/cdn/okex/traderecords",
            Self::Gate => "https://download.gatedata.org",
        }
    }

    /// Where they are listed, if anywhere.
    #[must_use]
    pub fn list_base(self) -> Option<&'static str> {
        matches!(self, Self::Binance).then_some("https://s3-ap-northeast-1.amazonaws.com/data.binance.vision")
    }

    /// The lengths of a bar it has files of.
    fn bars(self) -> &'static [&'static str] {
        match self {
            Self::Binance => &binance::BARS,
            Self::Okx => &["1m"],
            Self::Gate => &constructed::GATE_BARS,
        }
    }
}

/// Of which coins.
#[derive(Clone, Debug)]
pub enum Choice {
    Symbols(Vec<String>),
    /// The so many that were traded most.
    Top(usize),
}

/// What to fetch.
#[derive(Clone, Debug)]
pub struct Request {
    /// From whom.
    pub source: Source,
    /// Of which coins.
    pub choice: Choice,
    /// First day.
    pub since: Day,
    /// Last day, included; open where the archive lists its files.
    pub until: Option<Day>,
    /// The day from which it counts whether a missing file is late.
    pub today: Option<Day>,
    /// Length of a bar, as the venue writes it.
    pub bar: String,
    /// Where files are.
    pub base: Base,
    /// Where they are listed.
    pub list_base: Base,
    /// Connections at a time.
    pub connections: usize,
}

impl Request {
    fn check(&self) -> Result<(), Fault> {
        let bars = self.source.bars();
        if !bars.contains(&self.bar.as_str()) {
            return Err(Fault::new(
                "--bar",
                format!("`{}`", self.bar),
                format!("a length this archive has: {}", bars.join(", ")),
                "choose one of them",
            ));
        }
        if let Choice::Symbols(symbols) = &self.choice
            && let Some(wrong) = symbols.iter().find(|symbol| !is_symbol(symbol))
        {
            return Err(Fault::new(
                "--symbols",
                format!("`{wrong}`"),
                "symbols of letters, digits, `_` and `-`",
                "write them as the venue does: BTCUSDT,ETHUSDT",
            ));
        }
        if self.until.is_some_and(|until| until < self.since) {
            return Err(Fault::new("--since, --until", "a last day before the first", "a first day before the last", "swap them"));
        }
        Ok(())
    }

    fn span(&self) -> Span {
        Span { since: self.since, until: self.until }
    }

    /// The last day of an archive that lists nothing.
    fn end(&self) -> Result<Day, Fault> {
        self.until.ok_or_else(|| {
            Fault::new(
                "--until",
                "none",
                "a last day: this archive lists nothing, so nobody knows its newest file",
                "name it: --until 2024-12-31",
            )
        })
    }

    fn named(&self) -> Result<&[String], Fault> {
        match &self.choice {
            Choice::Symbols(symbols) => Ok(symbols),
            Choice::Top(_) => Err(Fault::new("--top", "an archive that lists nothing", "one that can be ranked", "name --symbols")),
        }
    }
}

/// What a request comes to, and the ranking behind it as a table, where there is one.
///
/// # Errors
/// It cannot be meant, the archive cannot be listed, or has nothing of it.
pub fn plan(request: &Request, client: &Client, observe: &(dyn Fn(Progress) + Sync)) -> Result<(Plan, Option<String>), Fault> {
    request.check()?;
    match request.source {
        Source::Binance => binance_plan(request, client, observe),
        Source::Okx => Ok((
            Plan {
                items: constructed::okx_months(request.named()?, request.since, request.end()?),
                today: request.today,
                ..Plan::default()
            },
            None,
        )),
        Source::Gate => {
            let items = constructed::gate_months(request.named()?, &request.bar, request.since, request.end()?);
            Ok((Plan { items, today: request.today, ..Plan::default() }, None))
        }
    }
}

fn binance_plan(request: &Request, client: &Client, observe: Observer<'_>) -> Result<(Plan, Option<String>), Fault> {
    let (mut notes, mut ranking) = (Vec::new(), None);
    let symbols = match &request.choice {
        Choice::Symbols(symbols) => symbols.clone(),
        Choice::Top(count) => {
            let ranked = rank::rank(client, (&request.list_base, &request.base), request.connections, request.since, observe)?;
            let symbols: Vec<String> = ranked.rows.iter().take(*count).map(|(symbol, _)| symbol.clone()).collect();
            notes.push(format!(
                "the {} largest of {} perpetuals by their volume in USDT of {}",
                symbols.len(),
                ranked.rows.len(),
                ranked.month
            ));
            ranking = Some(ranked.csv());
            symbols
        }
    };
    let terms = (request.bar.as_str(), request.span(), request.today);
    let mut plan = binance::plan(client, &request.list_base, request.connections, &symbols, terms, observe)?;
    plan.notes = notes;
    Ok((plan, ranking))
}

/// Fetches what is planned into `folder`.
///
/// # Errors
/// The folder is somebody else's or cannot be written, or the archive does not answer. What has come is kept, and noted.
pub fn fetch(
    request: &Request,
    client: &Client,
    (plan, ranking): (Plan, Option<String>),
    folder: &Path,
    observe: &(dyn Fn(Progress) + Sync),
) -> Result<Summary, Fault> {
    let archive = Archive::open(folder)?;
    if let Some(ranking) = ranking {
        archive.write_ranking(&ranking)?;
    }
    let result = all_of(request, client, &archive, plan, observe);
    let (summary, absent) = match result {
        Ok(done) => done,
        Err(fault) => {
            archive.save()?;
            return Err(fault);
        }
    };
    archive.finish(absent.into_iter())?;
    Ok(summary)
}

/// The summary, and the paths of files that nobody lists and that never will be there.
fn all_of(
    request: &Request,
    client: &Client,
    archive: &Archive,
    plan: Plan,
    observe: Observer<'_>,
) -> Result<(Summary, Vec<String>), Fault> {
    let get = |items: Vec<plan::Item>| -> Result<Vec<(plan::Item, Outcome)>, Fault> {
        let (asked, known): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| !archive.is_hole(&item.path));
        let outcomes = download(client, &request.base, archive, &asked, request.connections, observe)?;
        Ok(asked.into_iter().zip(outcomes).chain(known.into_iter().map(|item| (item, Outcome::Absent))).collect())
    };
    let mut done = get(plan.items)?;
    let mut by_day = Vec::new();
    if request.source == Source::Okx {
        let days = get(constructed::okx_days(&done, request.span(), request.end()?))?;
        by_day.extend(days.iter().map(|(item, _)| (item.content, item.period.month())));
        done.extend(days);
    }
    // A month whose days were asked for is not missing itself.
    let is_by_day = |item: &plan::Item| matches!(item.period, Period::Month(month) if by_day.contains(&(item.content, month)));
    let counted: Vec<_> = done.iter().filter(|(item, outcome)| *outcome != Outcome::Absent || !is_by_day(item)).collect();
    let summary = Summary::of(&counted, plan.holes, plan.today, plan.notes);
    let late = |item: &plan::Item| !item.has_checksum && summary.today.is_some_and(|today| item.period.is_final(today));
    let absent =
        done.iter().filter(|(item, outcome)| *outcome == Outcome::Absent && late(item)).map(|(item, _)| item.path.clone()).collect();
    Ok((summary, absent))
}
