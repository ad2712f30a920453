//! `rotate fetch`: files of a venue's public archive, as they are.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::cli::import;
use crate::cli::options::{Answer, Common, Format};
use crate::fault::Fault;
use crate::fetch::{self, Base, Choice, Client, Content, Counts, Day, Hole, Plan, Progress, Request, Source, Summary};

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// Whose archive.
    #[arg(value_name = "VENUE", value_enum)]
    venue: Venue,
    /// Symbols as the venue writes them, delisted ones too. Of each all that the archive has: spot, perpetual (1000PEPEUSDT with PEPEUSDT), mark prices, funding.
    #[arg(long, value_name = "SYMBOL", value_delimiter = ',', required_unless_present = "top")]
    symbols: Vec<String>,
    /// The N perpetuals in USDT of which most was traded in the month before --since, delisted ones among them; the ranking goes to ranking.csv. Binance only.
    #[arg(long, value_name = "N", conflicts_with = "symbols", value_parser = clap::value_parser!(u16).range(1..=1000))]
    top: Option<u16>,
    /// First day.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    since: Day,
    /// Last day, included; months come whole. Default: the newest that is listed.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    until: Option<Day>,
    /// Length of a bar. Default: 1h; of OKX 1m, since it has no other.
    #[arg(long, value_name = "BAR")]
    bar: Option<String>,
    /// Folder of the market to make of the files, or to bring up to date, as `rotate import` does. Absent: the files alone.
    #[arg(long, value_name = "MARKET")]
    out: Option<PathBuf>,
    /// Folder for the files, with fetched.csv; what is there already is kept. Default: MARKET-archive.
    #[arg(long, value_name = "DIR", required_unless_present = "out")]
    archive: Option<PathBuf>,
    /// Say what would be fetched, and fetch nothing.
    #[arg(long)]
    dry_run: bool,
    /// The day from which it counts whether a missing file is late: 3 days after its day, 35 after its month. Default: the newest day listed, or found.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    today: Option<Day>,
    /// Address of the files, where it is not the venue's own.
    #[arg(long, value_name = "URL", value_parser = Base::parse)]
    base: Option<Base>,
    /// Address of the listing, where it is not the venue's own.
    #[arg(long, value_name = "URL", value_parser = Base::parse)]
    list_base: Option<Base>,
    /// Connections at a time.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=16))]
    connections: u16,
    /// Seconds after which a silent server is given up.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=600))]
    timeout: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Venue {
    Binance,
    Okx,
    Gate,
}

fn parse_day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| format!("`{text}` is no day: write 2024-03-01, from 2009 to 2100"))
}

impl Arguments {
    /// Where the files go.
    fn archive(&self) -> PathBuf {
        let by_market = || {
            let mut name = self.out.clone().unwrap_or_default().into_os_string();
            name.push("-archive");
            PathBuf::from(name)
        };
        self.archive.clone().unwrap_or_else(by_market)
    }

    fn request(&self) -> Request {
        let source = match self.venue {
            Venue::Binance => Source::Binance,
            Venue::Okx => Source::Okx,
            Venue::Gate => Source::Gate,
        };
        let own = |address: &str| Base::parse(address).expect("an address of a venue is one");
        let bar = self.bar.as_deref().unwrap_or(if source == Source::Okx { "1m" } else { "1h" });
        Request {
            source,
            choice: match self.top {
                Some(count) => Choice::Top(usize::from(count)),
                None => Choice::Symbols(self.symbols.iter().map(|symbol| symbol.trim().to_uppercase()).collect()),
            },
            since: self.since,
            until: self.until,
            today: self.today,
            bar: bar.to_owned(),
            base: self.base.clone().unwrap_or_else(|| own(source.base())),
            // A server of one's own has both in one place.
            list_base: self
                .list_base
                .clone()
                .or_else(|| self.base.clone())
                .unwrap_or_else(|| own(source.list_base().unwrap_or(source.base()))),
            connections: usize::from(self.connections),
        }
    }
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<Answer, Fault> {
    let (request, client) = (arguments.request(), Client::new(arguments.timeout));
    let bar = Bar::new(common.quiet);
    let (plan, ranking) = fetch::plan(&request, &client, &|progress| bar.observe(progress))?;
    if arguments.dry_run {
        bar.end();
        return Ok(Answer::fine(match common.format {
            Format::Text => plan_text(&plan),
            Format::Json => plan_json(&plan),
        }));
    }
    let archive = arguments.archive();
    let summary = fetch::fetch(&request, &client, (plan, ranking), &archive, &|progress| bar.observe(progress))?;
    bar.end();
    let fine = summary.failed.is_empty();
    // A market with holes that the next call fills would be believed meanwhile.
    let imported = match arguments.out.as_deref().filter(|_| fine) {
        Some(out) => Some(import::of_archive(&archive, out, common)?),
        None => None,
    };
    let text = match (common.format, imported) {
        (Format::Text, imported) => summary_text(&summary, &archive) + &imported.unwrap_or_default(),
        (Format::Json, None) => summary_json(&summary, &archive),
        (Format::Json, Some(imported)) => format!("[{},\n{}]\n", summary_json(&summary, &archive).trim_end(), imported.trim_end()),
    };
    Ok(Answer { text, fine })
}

/// A bar for each part of the work, one after the other.
struct Bar {
    shown: Mutex<ProgressBar>,
    quiet: bool,
}

impl Bar {
    fn new(quiet: bool) -> Self {
        Self { shown: Mutex::new(ProgressBar::hidden()), quiet }
    }

    fn observe(&self, progress: Progress) {
        let Ok(mut shown) = self.shown.lock() else { return };
        match progress {
            Progress::Step => shown.inc(1),
            Progress::Begin(..) if self.quiet => {}
            Progress::Begin(what, steps) => {
                shown.finish_and_clear();
                let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}").expect("a fixed template");
                *shown = ProgressBar::new(steps as u64).with_style(style).with_message(what);
            }
        }
    }

    fn end(&self) {
        if let Ok(shown) = self.shown.lock() {
            shown.finish_and_clear();
        }
    }
}

/// `1.5 MB`
fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{:.1} kB", bytes as f64 / 1e3) } else { format!("{:.1} MB", bytes as f64 / 1e6) }
}

fn plan_text(plan: &Plan) -> String {
    let mut text = String::new();
    for item in &plan.items {
        let bytes = item.bytes.map_or_else(|| "?".to_owned(), |bytes| bytes.to_string());
        let _ = writeln!(text, "{bytes:>12}  {}", item.path);
    }
    let bytes: u64 = plan.items.iter().filter_map(|item| item.bytes).sum();
    let size = if plan.items.iter().any(|item| item.bytes.is_none()) { "unknown size".to_owned() } else { megabytes(bytes) };
    let _ = writeln!(text, "{} files, {size}; nothing was fetched", plan.items.len());
    text + &holes_text(&plan.holes) + &notes_text(&plan.notes)
}

fn notes_text(notes: &[String]) -> String {
    notes.iter().flat_map(|note| [note, "\n"]).collect()
}

/// Missing files by name, the first ones.
fn holes_text(holes: &[Hole]) -> String {
    const SHOWN: usize = 10;
    let mut text = String::new();
    for (is_final, what) in [(true, "missing"), (false, "not there yet")] {
        let paths: Vec<&str> = holes.iter().filter(|hole| hole.is_final == is_final).map(|hole| hole.path.as_str()).collect();
        for path in paths.iter().take(SHOWN) {
            let _ = writeln!(text, "{what}: {path}");
        }
        if paths.len() > SHOWN {
            let _ = writeln!(text, "{what}: {} more, all in --format json", paths.len() - SHOWN);
        }
    }
    text
}

fn plan_json(plan: &Plan) -> String {
    let files: Vec<_> =
        plan.items.iter().map(|item| json!({"path": item.path, "content": item.content.name(), "bytes": item.bytes})).collect();
    let bytes: u64 = plan.items.iter().filter_map(|item| item.bytes).sum();
    let all = json!({"files": files, "bytes": bytes, "missing": holes_json(&plan.holes), "today": plan.today.map(|day| day.to_string()), "notes": plan.notes});
    format!("{all:#}\n")
}

fn holes_json(holes: &[Hole]) -> serde_json::Value {
    holes.iter().map(|hole| json!({"path": hole.path, "final": hole.is_final})).collect()
}

const HEADS: [&str; 8] = ["", "fetched", "kept", "replaced", "failed", "missing", "not yet", "size"];

fn cells(counts: Counts) -> [String; 7] {
    let Counts { fetched, kept, replaced, failed, holes, awaited, bytes } = counts;
    let [fetched, kept, replaced, failed, holes, awaited] =
        [fetched, kept, replaced, failed, holes, awaited].map(|count| count.to_string());
    [fetched, kept, replaced, failed, holes, awaited, megabytes(bytes)]
}

fn summary_text(summary: &Summary, archive: &Path) -> String {
    let mut text = String::new();
    let mut line = |name: &str, cells: [&str; 7]| {
        let _ = write!(text, "{name:<8}");
        for cell in cells {
            let _ = write!(text, " {cell:>10}");
        }
        text.push('\n');
    };
    line("", std::array::from_fn(|at| HEADS[at + 1]));
    for content in Content::ALL {
        if let Some(counts) = summary.counts.get(&content) {
            line(content.name(), cells(*counts).each_ref().map(String::as_str));
        }
    }
    line("all", cells(summary.total()).each_ref().map(String::as_str));
    for path in &summary.replaced {
        let _ = writeln!(text, "replaced: {path}");
    }
    for (path, why) in &summary.failed {
        let _ = writeln!(text, "failed: {path}: {why}");
    }
    text += &holes_text(&summary.holes);
    text += &notes_text(&summary.notes);
    let _ = writeln!(text, "archive: {}", archive.display());
    text
}

fn summary_json(summary: &Summary, archive: &Path) -> String {
    let of = |counts: Counts| {
        let Counts { fetched, kept, replaced, failed, holes, awaited, bytes } = counts;
        json!({"fetched": fetched, "kept": kept, "replaced": replaced, "failed": failed, "missing": holes, "not_yet": awaited, "bytes": bytes})
    };
    let counts: serde_json::Map<_, _> = summary.counts.iter().map(|(content, counts)| (content.name().to_owned(), of(*counts))).collect();
    let failed: Vec<_> = summary.failed.iter().map(|(path, why)| json!({"path": path, "why": why})).collect();
    let all = json!({
        "archive": archive.display().to_string(),
        "counts": counts,
        "total": of(summary.total()),
        "replaced": summary.replaced,
        "failed": failed,
        "missing": holes_json(&summary.holes),
        "today": summary.today.map(|day| day.to_string()),
        "notes": summary.notes,
    });
    format!("{all:#}\n")
}
