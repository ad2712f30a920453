//! `rotate tune`: settings of a strategy's `[tune]` keys tried over one market or several, and a verdict on the best of them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;
use serde_json::json;

use crate::batch::Arena;
use crate::cli::cache;
use crate::cli::meant::read_strategy;
use crate::cli::options::{Common, Format, MarketArguments, parse_capital, progress};
use crate::cli::other_markets::{OtherMarket, OtherMarkets};
use crate::cli::run_request::RunRequest;
use crate::cli::strategies;
use crate::cli::strategies::AssumptionArguments;
use crate::cli::study_journal::{self, about};
use crate::cli::tune_sets;
use crate::fault::Fault;
use crate::folder::Staging;
use crate::report::output_guard::apart;
use crate::report::{Kind, Manifest, study as study_report};
use crate::tune::{self, FinalWindow, Journal, Progress, Request, Study};
use crate::units::Usd;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// The strategy, a file or the name of one in strategies/, with a [tune] table or with --keys.
    #[arg(value_name = "STRATEGY.toml")]
    strategy: PathBuf,
    /// What to try of a key, in place of the file's keys: KEY=1..5, KEY=0.05..0.15:0.01 with a step, or KEY=a,b,c. May be said several times.
    #[arg(long, value_name = "KEY=VALUES", num_args = 1..)]
    keys: Vec<String>,
    /// What to rank by: a metric, or an expression of metrics. Said two or three times, the Pareto front is sought.
    #[arg(long, value_name = "METRIC")]
    by: Vec<String>,
    /// What must hold in-sample, as in "`max_drawdown` < 0.3".
    #[arg(long, value_name = "COMPARISON")]
    require: Vec<String>,
    /// How settings are chosen: grid, random, sobol, tpe, cma-es or nsga-2.
    #[arg(long, value_name = "NAME")]
    sampler: Option<String>,
    /// At most so many trials. Default: 10,000 combinations of a grid, 200 trials of any other sampler.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    trials: Option<u64>,
    /// Seeds the sampler; the same seed gives the same study.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Replace or add any other key of the strategy, as in rebalance.every=7d.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    assumptions: AssumptionArguments,
    #[command(flatten)]
    market: MarketArguments,
    /// Another market, all its time, that every trial is replayed on as well: what they come to together is said by the strategy's tune.pool, the worst of
    /// them if nothing is. May be said several times.
    #[arg(long, value_name = "DIR")]
    also: Vec<PathBuf>,
    /// Money at the start, in USD.
    #[arg(long, value_name = "USD", default_value = "100000", value_parser = parse_capital)]
    capital: Usd,
    /// Go on with the study in the folder of --out, where it was stopped or with more trials than it had. Refused if market or strategy changed.
    #[arg(long)]
    resume: bool,
    /// Look at the final window, which tuning never looks at. The study keeps for good that it was spent.
    #[arg(long, conflicts_with = "shard")]
    spend_final: bool,
    /// Make only the K-th of N parts of the trials, for --merge to join; for grid, random and sobol.
    #[arg(long, value_name = "K/N", value_parser = parse_shard, conflicts_with = "resume")]
    shard: Option<(usize, usize)>,
    /// Join the parts that --shard made, each named by its folder, and go on from there.
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with_all = ["shard", "resume"])]
    merge: Vec<PathBuf>,
    /// Folder of the study.
    #[arg(long, value_name = "DIR", default_value = "reports/study")]
    out: PathBuf,
}

fn parse_shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(part, parts)| Some((part.parse().ok()?, parts.parse().ok()?)));
    parts
        .filter(|(part, parts)| (1..=*parts).contains(part) && *parts <= 10_000)
        .ok_or_else(|| format!("`{text}` is no part: write K/N, as in 1/4 for the first of four"))
}

/// What a study was asked for, beside its strategy.
#[derive(Clone, Debug)]
pub(super) struct StudySettings {
    pub asked: RunRequest,
    pub set: Vec<String>,
    /// Markets beside the first.
    pub also: Vec<OtherMarket>,
}

pub(super) fn run(arguments: &Arguments, common: Common) -> Result<String, Fault> {
    let set = tune_sets::of(
        &arguments.set,
        &arguments.keys,
        &arguments.by,
        &arguments.require,
        arguments.sampler.as_deref(),
        [("tune.trials", arguments.trials), ("tune.seed", arguments.seed)],
    )?;
    let file = tune_sets::apply(read_strategy(&arguments.strategy)?, &set)?;
    let file = arguments.assumptions.apply(file);

    let read = [&file.path, &arguments.market.market].into_iter().chain(&arguments.also);
    apart(&arguments.out, read.map(PathBuf::as_path))?;
    // Before the work: hours of trials should not end at a folder that may not be replaced.
    let staging = Staging::begin(&arguments.out, Kind::Study)?;
    let market = arguments.market.load(common)?;
    let others = OtherMarkets::load(&arguments.also, &market, &cache::of(common))?;
    let (arena, also) = (Arena::new(&market), others.arenas());
    let asked = RunRequest::of(&arguments.market, arguments.capital, arguments.assumptions)?;
    let settings = StudySettings { asked, set, also: others.records.clone() };
    let request = Request {
        file: &file,
        capital: arguments.capital,
        final_window: if arguments.spend_final { FinalWindow::Spend } else { FinalWindow::Keep },
        also: &also,
    };
    let of = about(&market, &file, &settings);
    if let Some(shard) = arguments.shard {
        return part(&arena, &request, &settings, shard, staging, &arguments.out, of, common);
    }
    let mut journal = if arguments.merge.is_empty() {
        study_journal::open(&arguments.out, of, arguments.resume)?
    } else {
        study_journal::merged(&arguments.out, of, &arguments.merge)?
    };
    let dropped = journal.dropped();
    let study = match staging.fill(|dir| write(&arena, &request, &settings, &mut journal, common, dir)) {
        Err(fault) if journal.entries().is_empty() => {
            // Refused before the first trial: there is nothing to go on with.
            study_journal::discard(&arguments.out, journal)?;
            return Err(fault);
        }
        made => made?,
    };
    staging.finish()?;
    study_journal::discard(&arguments.out, journal)?;
    Ok(match common.format {
        Format::Json => {
            let mut closing = study_report::closing_json(&study);
            closing["market"] = json!(market.name);
            closing["synthetic"] = json!(market.synthetic);
            serde_json::to_string_pretty(&closing).expect("plain values") + "\n"
        }
        Format::Text => {
            let closing = study_report::closing(&study, &market, 10);
            let dropped = if dropped { "The last line of the journal was cut off; its trial was made again.\n" } else { "" };
            format!("{closing}\n{dropped}study: {}\n", arguments.out.join("study.html").display())
        }
    })
}

/// One part of the trials: a folder with their journal.
#[allow(clippy::too_many_arguments, reason = "each is another fact, and there is one caller")]
fn part(
    arena: &Arena,
    request: &Request,
    settings: &StudySettings,
    (which, parts): (usize, usize),
    staging: Staging,
    out: &Path,
    mut of: serde_json::Value,
    common: Common,
) -> Result<String, Fault> {
    of["shard"] = json!({ "part": which, "of": parts });
    let mut journal = study_journal::open(out, of, false)?;
    let bar = Bar::new(common);
    let shard = tune::shard(arena, request, (which, parts), &mut journal, &bar)?;
    bar.finish(common);
    let mut manifest = manifest(arena, request, settings, None);
    manifest.settings["shard"] = json!(format!("{which}/{parts}"));
    staging.fill(|dir| study_report::write_part(dir, &journal, &manifest))?;
    staging.finish()?;
    study_journal::discard(out, journal)?;
    Ok(format!(
        "part {which} of {parts}: trials {} to {} are in {}. When all parts are there, join them: rotate tune ... --merge DIR DIR ...\n",
        shard.start + 1,
        shard.end,
        out.display()
    ))
}

/// Makes what trials the journal lacks and writes every file of the study into `dir`.
pub(super) fn write(
    arena: &Arena,
    request: &Request,
    settings: &StudySettings,
    journal: &mut Journal,
    common: Common,
    dir: &Path,
) -> Result<Study, Fault> {
    let bar = Bar::new(common);
    let study = tune::study(arena, request, journal, &bar)?;
    bar.finish(common);
    let manifest = manifest(arena, request, settings, Some(&study));
    study_report::write_study(dir, arena.market, &study, journal, &manifest)?;
    Ok(study)
}

fn manifest(arena: &Arena, request: &Request, settings: &StudySettings, study: Option<&Study>) -> Manifest {
    let asked = &settings.asked;
    let tune = request.file.strategy.tune.as_ref();
    let mut recorded = json!({
        "market_dir": asked.market_dir,
        "from": asked.window.from.map(|time| time.to_string()),
        "to": asked.window.to.map(|time| time.to_string()),
        "capital": asked.capital.to_string(),
        "assumptions": asked.assumptions.name(),
        "set": settings.set,
        "sampler": tune.map(|tune| tune.sampler.name()),
        "by": tune.map(|tune| &tune.by),
        "out_of_sample_from": study.and_then(study_report::split),
        "final_window_from": study.and_then(study_report::final_window),
        "final_spent_after": study.and_then(|study| study.spent.as_ref()).map(|spent| spent.after),
        "search_space": tune.map(|tune| &tune.keys),
    });
    let mut command = asked.command("tune", std::slice::from_ref(request.file));
    if !settings.also.is_empty() {
        recorded["also"] = json!(settings.also);
        command.extend(settings.also.iter().flat_map(|other| ["--also".to_owned(), other.market_dir.clone()]));
    }
    command.extend(settings.set.iter().flat_map(|set| ["--set".to_owned(), set.clone()]));
    let market = arena.market;
    Manifest::new(command, market.name.clone(), recorded, market.inputs.clone(), vec![strategies::record(request.file)])
}

/// How far a study is, on standard error.
struct Bar {
    drawn: indicatif::ProgressBar,
    /// Variants that were replayed, and microseconds until the last of them was: what comes after is no part of their rate.
    replayed: AtomicU64,
    micros: AtomicU64,
}

impl Bar {
    fn new(common: Common) -> Self {
        let bar = progress(common, 0, "trials");
        let template = "{msg} {wide_bar} {pos}/{len} {per_sec} ends in {eta}";
        bar.set_style(indicatif::ProgressStyle::with_template(template).expect("a fixed template"));
        Self { drawn: bar, replayed: AtomicU64::new(0), micros: AtomicU64::new(0) }
    }

    /// Says how quick it was where somebody looks, and is gone.
    fn finish(&self, common: Common) {
        let [replayed, micros] = [&self.replayed, &self.micros].map(|count| count.load(Ordering::Relaxed));
        if !common.quiet && replayed > 0 {
            let seconds = micros.max(1) as f64 / 1e6;
            self.drawn.println(format!("{replayed} variants in {seconds:.1} s, {:.1} variants a second", replayed as f64 / seconds));
        }
        self.drawn.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begins(&self, trials: usize, done: usize) {
        self.drawn.set_length(trials as u64);
        self.drawn.set_position(done as u64);
        self.drawn.reset_eta();
        self.drawn.reset_elapsed();
    }

    fn one(&self) {
        self.drawn.inc(1);
        self.replayed.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_max(self.drawn.elapsed().as_micros() as u64, Ordering::Relaxed);
    }

    fn best(&self, value: f64) {
        self.drawn.set_message(format!("trials, best {value:.3}"));
    }
}
