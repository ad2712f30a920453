//! A study is honest: every combination once, in-sample numbers that a run cut at the split gives too, and a ranking that the rest of the
//! time cannot reach.

use std::fs;
use std::path::Path;

use crate::program::{ROOT, fine, refused, tree};
use rotate::batch::Arena;
use rotate::fault::Fault;
use rotate::market::{Market, Window};
use rotate::metrics::sharpe::Trials;
use rotate::metrics::{Metrics, Part};
use rotate::strategy::{Override, StrategyFile};
use rotate::tune::{self, FinalWindow, Journal, Request, Study, Trial};
use rotate::units::{Time, Usd};

/// Long enough that narratives, which need a month to score, are held before the split.
pub const WINDOW: [&str; 4] = ["--from", "2024-01-16", "--to", "2024-03-31"];
pub const CAPITAL: Usd = Usd::from_micros(100_000_000_000);

pub fn market(folder: &Path, to: Time) -> Market {
    let window = Window { from: Time::parse(WINDOW[1]), to: Some(to) };
    Market::load(folder, window).unwrap_or_else(|fault| panic!("{fault}"))
}

pub fn sample(to: &str) -> Market {
    market(&Path::new(ROOT).join("data/sample"), Time::parse(to).unwrap())
}

/// The bull strategy with another `[tune]` table.
pub fn bull(tune: &str) -> StrategyFile {
    let text = fs::read_to_string(Path::new(ROOT).join("strategies/bull.toml")).unwrap();
    let text = format!("{}[tune]\n{tune}\n", text.split("[tune]").next().unwrap());
    StrategyFile::parse(Path::new("bull.toml"), text).unwrap_or_else(|fault| panic!("{fault}"))
}

pub fn study(market: &Market, tune: &str) -> Result<Study, Fault> {
    studied(&Arena::new(market), &bull(tune))
}

fn studied(arena: &Arena, file: &StrategyFile) -> Result<Study, Fault> {
    let request = Request { file, capital: CAPITAL, final_window: FinalWindow::Keep, also: &[] };
    tune::study(arena, &request, &mut Journal::nowhere(serde_json::json!({})), &())
}

/// The strategy of a trial, by hand: its keys set, and what is left to the bucket that balances.
fn strategy_of(file: &StrategyFile, trial: &Trial, balance: &str) -> StrategyFile {
    let keys = file.strategy.tune.as_ref().unwrap().keys.keys();
    let mut sets: Vec<Override> =
        keys.zip(&trial.setting).map(|(key, value)| Override::parse(&format!("{key}={}", value.as_ref().unwrap())).unwrap()).collect();
    let weight = trial.setting[0].as_ref().unwrap().as_float().unwrap();
    let others = 0.40 + 0.35;
    sets.push(Override::parse(&format!("buckets.{balance}.weight={}", ((1.0 - others - weight) * 1e9).round() / 1e9)).unwrap());
    file.with_all(&sets).unwrap()
}

const GRID: &str =
    "final = 0.0\nkeys = { \"buckets.narratives.weight\" = [0.05, 0.15], \"buckets.narratives.leverage.open\" = [2.0, 3.0, 4.0] }";

#[test]
fn every_combination_is_tried_once_and_weights_still_sum_to_one() {
    let market = sample("2024-01-26");
    let found = study(&market, GRID).unwrap();
    let number = |trial: &Trial, key: usize| trial.setting[key].as_ref().unwrap().as_float().unwrap();
    let tried: Vec<(f64, f64)> = found.trials.iter().map(|t| (number(t, 0), number(t, 1))).collect();
    assert_eq!(tried, [(0.05, 2.0), (0.05, 3.0), (0.05, 4.0), (0.15, 2.0), (0.15, 3.0), (0.15, 4.0)], "the last key turns fastest");
    let (best, buckets) = (found.best(), &found.best_file.strategy.buckets);
    assert_eq!(buckets["narratives"].weight, number(best, 0));
    assert_eq!(buckets["narratives"].leverage.unwrap().open, number(best, 1));
    // 0.40 + 0.35 stay; the first cash bucket takes the difference.
    assert_eq!(buckets["stablecoins"].weight, if number(best, 0) == 0.05 { 0.2 } else { 0.1 });
    assert_eq!((buckets["foundation"].weight, buckets["alts"].weight), (0.40, 0.35));
    let found = study(&market, &format!("{GRID}\nbalance = \"foundation\"")).unwrap();
    let buckets = &found.best_file.strategy.buckets;
    assert_eq!(buckets["foundation"].weight, if number(found.best(), 0) == 0.05 { 0.5 } else { 0.4 });
    assert_eq!(buckets["stablecoins"].weight, 0.1);
}

/// All metrics of the part before the split, but for its last bar, are those of a run that ends at the split: in that bar such a run
/// leaves everything, and until then nothing of the rest of the time is known to either.
#[test]
fn in_sample_is_what_a_run_cut_at_the_split_gives() {
    let whole = sample("2024-04-01");
    let clock = whole.window();
    let (bars, third) = (clock.bars, clock.bars / 3);
    let split = bars - third;
    let cut = market(&Path::new(ROOT).join("data/sample"), clock.open(split));
    assert_eq!((bars, cut.window().bars), (76 * 3, split));
    let (arena, shorter) = (Arena::new(&whole), Arena::new(&cut));
    let file = bull(GRID);
    let found = studied(&arena, &file).unwrap();
    assert_eq!(found.timeline.out_of_sample, Some(split..bars));
    let observed = |trial: &Trial| trial.metric("sharpe_observations", false).unwrap() as usize;
    let tried = Trials::of_annual(&found.trials.iter().map(|trial| (trial.metric("sharpe", false), observed(trial))).collect::<Vec<_>>());
    assert_eq!(tried.count, 6);
    for trial in &found.trials {
        let strategy = strategy_of(&file, trial, "stablecoins").strategy;
        let measured = trial.measured.as_ref().unwrap();
        let full = arena.replay(&strategy, CAPITAL);
        assert_eq!(Metrics::of_part(&Part::of(&full, 0..split)).among(&tried).named(), measured.in_sample);
        assert!(trial.metric("deflated_sharpe", false) < trial.metric("probabilistic_sharpe", false));
        assert_eq!(trial.metric("deflated_sharpe", true), trial.metric("probabilistic_sharpe", true), "nothing was chosen there");
        assert_eq!(Metrics::of_part(&Part::of(&full, split..bars)).named(), *measured.out_of_sample.as_ref().unwrap());
        let ended = shorter.replay(&strategy, CAPITAL);
        let inside = Metrics::of_part(&Part::of(&full, 0..split - 1)).named();
        assert_eq!(inside, Metrics::of_part(&Part::of(&ended, 0..split - 1)).named());
        assert!(inside["funding_settlements"].as_u64().unwrap() > 10, "next to nothing was traded");
        // And with it, no more apart than what leaving costs and the last bar's own events.
        let costs: Usd = ended.fills.iter().filter(|f| f.time >= clock.open(split - 1)).map(|f| f.fee + f.slippage).sum();
        let apart = (full.equity[split - 1] - ended.final_equity()).to_f64().abs();
        assert!(apart <= costs.to_f64() + 0.01, "{apart} apart, leaving costs {}", costs.to_f64());
        // The two parts of the time are the whole of it.
        let growth = |values: &serde_json::Map<String, serde_json::Value>| 1.0 + values["total_return"].as_f64().unwrap();
        let product = growth(&measured.in_sample) * growth(measured.out_of_sample.as_ref().unwrap());
        assert!((product - full.final_equity().to_f64() / CAPITAL.to_f64()).abs() < 1e-12);
    }
}

/// Every price from the split on is another one: nothing in-sample moves by a bit, everything out of sample does.
#[test]
fn what_comes_after_the_split_does_not_reach_the_ranking() {
    let market_as_is = sample("2024-04-01");
    let found = study(&market_as_is, GRID).unwrap();
    let split = found.clock.open(found.timeline.out_of_sample.unwrap().start).seconds();
    let dir = tempfile::tempdir().unwrap();
    copy(&Path::new(ROOT).join("data/sample"), dir.path());
    for series in ["spot", "perp", "mark"] {
        for entry in fs::read_dir(dir.path().join(series)).unwrap() {
            scramble(&entry.unwrap().path(), split);
        }
    }
    let scrambled = market(dir.path(), Time::parse("2024-04-01").unwrap());
    for by in ["sharpe", "total_return", "volatility"] {
        let tune = format!("{GRID}\nby = \"{by}\"");
        let (before, after) = (study(&market_as_is, &tune).unwrap(), study(&scrambled, &tune).unwrap());
        assert_eq!(before.ranking, after.ranking, "{by}");
        for (a, b) in before.trials.iter().zip(&after.trials) {
            assert_eq!(a.measured.as_ref().unwrap().in_sample, b.measured.as_ref().unwrap().in_sample);
            assert_ne!(a.metric("total_return", true), b.metric("total_return", true), "the scrambled part was not looked at");
        }
    }
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() { copy(&path, &to.join(name)) } else { assert!(fs::copy(&path, to.join(name)).unwrap() > 0) }
    }
}

/// Doubles and halves the prices of rows from an instant on, in turn.
pub fn scramble(path: &Path, from: i64) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let prices: Vec<bool> = header.split(',').map(|name| matches!(name, "open" | "high" | "low" | "close" | "mark_price")).collect();
    let mut out = format!("{header}\n");
    for (row, line) in lines.enumerate() {
        let late = line.split(',').next().unwrap().parse::<i64>().unwrap() >= from;
        let factor = if row % 2 == 0 { 2.0 } else { 0.5 };
        let cell = |(cell, price): (&str, &bool)| match cell.parse::<f64>() {
            Ok(value) if late && *price => (value * factor).to_string(),
            _ => cell.to_owned(),
        };
        out += &(line.split(',').zip(&prices).map(cell).collect::<Vec<_>>().join(",") + "\n");
    }
    fs::write(path, out).unwrap();
}

#[test]
fn the_best_comes_first_whichever_way_best_is() {
    let market = sample("2024-04-01");
    for (by, least_first) in [("sharpe", false), ("max_drawdown", false), ("volatility", true), ("fees_usd", true)] {
        let found = study(&market, &format!("{GRID}\nby = \"{by}\"")).unwrap();
        assert_eq!(found.goals.objectives[0].least_first, least_first, "{by}");
        let merits: Vec<f64> = found.ranking.iter().map(|&trial| found.trials[trial].metric(by, false).unwrap()).collect();
        assert!(merits.windows(2).all(|two| if least_first { two[0] <= two[1] } else { two[0] >= two[1] }), "{by}: {merits:?}");
        assert!(merits.first() != merits.last(), "{by}: all the same, nothing was ranked");
        let mut all = found.ranking.clone();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5]);
    }
    let nothing_out = study(&market, &format!("{GRID}\nout_of_sample = 0.0")).unwrap();
    assert!(nothing_out.timeline.out_of_sample.is_none());
    assert!(nothing_out.trials.iter().all(|trial| trial.measured.as_ref().unwrap().out_of_sample.is_none()));
}

#[test]
fn a_study_that_cannot_be_made_is_refused() {
    let market = sample("2024-01-21");
    let said = |tune: &str| study(&market, tune).unwrap_err().to_string();
    let many = |n: usize| (1..=n).map(|i| format!("{}", 0.05 + f64::from(i as u32) / 1000.0)).collect::<Vec<_>>().join(", ");
    let wide = format!("trials = 100\nkeys = {{ \"buckets.narratives.weight\" = [{}], \"rebalance.band\" = [{}] }}", many(11), many(10));
    assert!(said(&wide).starts_with("bull.toml: `tune.keys`: 110 combinations\n  expected: at most 100"), "{}", said(&wide));
    assert!(said("keys = {}").contains("no [tune] table with keys"));
    let typo = said("keys = { \"buckets.narrative.weight\" = [0.1] }");
    assert!(
        typo.starts_with("bull.toml: `tune.keys`: buckets.narrative.weight = 0.1: no bucket `narrative`\n  expected: a bucket of the strategy\n  fix:      did you mean narratives?"),
        "{typo}"
    );
    let debt = said("keys = { \"buckets.narratives.weight\" = [0.05, 0.30] }");
    assert!(debt.starts_with("bull.toml: `tune.keys`: buckets.narratives.weight = 0.3: `buckets.stablecoins.weight`: -0.05"), "{debt}");
    let none = said("keys = { \"buckets.narratives.weight\" = [nan] }");
    assert!(none.starts_with("bull.toml: `tune.keys`: buckets.narratives.weight = nan: `buckets.narratives.weight`: NaN"), "{none}");
    let off = said("keys = { \"decide\" = [\"8h\", \"12h\"] }");
    assert!(off.starts_with("bull.toml: `tune.keys`: decide = \"12h\": `decide`: 12h, on a market whose bars are 8h"), "{off}");
    let unknown = said(&format!("{GRID}\nby = \"luck\""));
    assert!(unknown.contains("`tune.by`: no metric \"luck\"") && unknown.contains("sharpe, sortino, calmar"), "{unknown}");
}

#[test]
fn the_best_strategy_can_be_run_and_gives_what_the_study_says() {
    let dir = tempfile::tempdir().unwrap();
    let (study, report) = (dir.path().join("study"), dir.path().join("report"));
    let out = |path: &Path| path.to_str().unwrap().to_owned();
    let told = fine(&[&["tune", "strategies/bull.toml", "--format", "json", "--out", &out(&study)][..], &WINDOW].concat());
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    for file in ["manifest.json", "trials.csv", "best.toml", "study.html"] {
        assert!(study.join(file).is_file(), "{file}");
    }
    let pictures =
        fs::read_dir(&study).unwrap().filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with("heatmap-"));
    assert_eq!(pictures.count(), 3 * 2 * 2, "a pair of keys each, in-sample and out-of-sample, as SVG and PNG");

    let table = fs::read_to_string(study.join("trials.csv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| rows[0].iter().position(|head| *head == name).unwrap_or_else(|| panic!("no column {name}"));
    assert_eq!(
        rows[0][..5],
        ["trial", "buckets.narratives.weight", "buckets.narratives.leverage.open", "buckets.narratives.stop.loss_of_margin", "violation"]
    );
    assert_eq!(rows.len(), 1 + 27);
    let (sharpe, best) = (column("is_sharpe"), told["best"]["trial"].as_u64().unwrap() as usize);
    let merit = |row: &[&str]| row[sharpe].parse::<f64>().unwrap();
    assert!(rows[1..].iter().all(|row| merit(row) <= merit(&rows[best])), "the best is not the best");
    assert_eq!(rows[best][0], best.to_string());
    for row in &rows[1..] {
        assert!(row[column("oos_days")].parse::<f64>().is_ok());
    }

    // The run of best.toml has, at the split, the in-sample return of that trial to the last digit.
    let best_file = out(&study.join("best.toml"));
    assert!(
        fs::read_to_string(&best_file)
            .unwrap()
            .starts_with("# Best of 27 settings of `bull` on sample (SYNTHETIC DATA), by sharpe in-sample.\n")
    );
    fine(&[&["run", &best_file, "--out", &out(&report)][..], &WINDOW].concat());
    let split = told["out_of_sample_from"].as_str().unwrap();
    let curve = fs::read_to_string(report.join("bull/equity.csv")).unwrap();
    let at_split = curve.lines().find(|line| line.starts_with(split)).unwrap().split(',').nth(1).unwrap().parse::<f64>().unwrap();
    assert_eq!((at_split / 100_000.0 - 1.0).to_string(), rows[best][column("is_total_return")]);
    // And can be tuned again.
    fine(&[&["tune", &best_file, "--out", &out(&study.with_file_name("again"))][..], &WINDOW].concat());

    let said = refused(&[&["tune", "strategies/bull.toml", "--trials", "26", "--out", &out(&study)][..], &WINDOW].concat());
    assert!(said.contains("27 combinations") && said.contains("at most 26") && said.contains("--trials"), "{said}");
}

/// Threads, parts that are joined, and a journal that was cut off anywhere: the same bytes as at one go. One that was edited is refused by its line.
#[test]
fn a_study_is_the_same_however_it_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let keys = ["--keys", "buckets.narratives.weight=0.05..0.15:0.01", "buckets.narratives.leverage.open=1.5..4"];
    let asked = |sampler: &str, out: &str, more: &[&str]| {
        let words = ["tune", "strategies/bull.toml", "--quiet", "--sampler", sampler, "--trials", "24", "--out"];
        let own: Vec<String> = words.iter().map(|word| (*word).to_owned()).chain([path(out)]).collect();
        own.into_iter().chain([&WINDOW[..], more, &keys].concat().into_iter().map(str::to_owned)).collect::<Vec<String>>()
    };
    let run = |words: Vec<String>| fine(&words.iter().map(String::as_str).collect::<Vec<_>>());
    for sampler in ["sobol", "tpe"] {
        run(asked(sampler, "whole", &[]));
        let whole = tree(Path::new(&path("whole")));
        run(asked(sampler, "alone", &["--jobs", "1"]));
        assert!(tree(Path::new(&path("alone"))) == whole, "{sampler}: one thread gives another study");
        let journal = fs::read(Path::new(&path("whole")).join("journal.jsonl")).unwrap();
        for part in [0.2, 0.37, 0.5, 0.81, 0.999] {
            fs::create_dir_all(path("cut.unfinished")).unwrap();
            let cut = (journal.len() as f64 * part) as usize;
            fs::write(Path::new(&path("cut.unfinished")).join("journal.jsonl"), &journal[..cut]).unwrap();
            run(asked(sampler, "cut", &["--resume"]));
            assert!(tree(Path::new(&path("cut"))) == whole, "{sampler}: cut at {part}");
            assert!(!Path::new(&path("cut.unfinished")).exists());
        }
        let edited = String::from_utf8(journal).unwrap().replacen("\"trial\":3,", "\"trial\":4,", 1);
        fs::create_dir_all(path("cut.unfinished")).unwrap();
        fs::write(Path::new(&path("cut.unfinished")).join("journal.jsonl"), edited).unwrap();
        let words = asked(sampler, "cut", &["--resume"]);
        let told = refused(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(told.contains("journal.jsonl:5") && told.contains("its sum does not agree"), "{told}");
        fs::remove_dir_all(path("cut.unfinished")).unwrap();
    }
    run(asked("sobol", "whole", &[]));
    for part in ["1", "2"] {
        run(asked("sobol", &format!("part{part}"), &["--shard", &format!("{part}/2")]));
    }
    run(asked("sobol", "joined", &["--merge", &path("part1"), &path("part2")]));
    assert!(tree(Path::new(&path("joined"))) == tree(Path::new(&path("whole"))));
    let fewer = [&asked("sobol", "whole", &["--resume"])[..], &["--set".to_owned(), "tune.trials=12".to_owned()]].concat();
    let fewer: Vec<&str> = fewer.iter().map(String::as_str).filter(|word| !["--trials", "24"].contains(word)).collect();
    assert!(refused(&fewer).contains("12 trials, where the journal of this study has 24"));
    let another = asked("sobol", "whole", &["--resume", "--capital", "1000"]);
    let told = refused(&another.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(told.contains("capital was"), "{told}");
}

/// Few settings, proposed again and again, also by another part: each is replayed once in the study that is joined, as in one made at one go.
#[test]
fn what_another_part_has_tried_counts_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let tune = |out: &str, more: &[&str]| {
        let out = path(out);
        let words = ["tune", "strategies/bull.toml", "--quiet", "--sampler", "random", "--trials", "24", "--out", &out];
        let keys = ["--keys", "buckets.narratives.weight=0.05,0.1,0.3", "buckets.narratives.leverage.open=2,3"];
        [&words[..], &WINDOW, &["--set", "limits.futures={ min = 0.0, max = 0.5, sweep_to = \"stablecoins\" }"], more, &keys]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    let run = |words: Vec<String>| fine(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let told = refused(&tune("whole", &[]).iter().map(String::as_str).collect::<Vec<_>>());
    assert!(told.contains("-0.05"), "a weight that leaves less than nothing: {told}");
    let within = |words: Vec<String>| words.into_iter().map(|word| word.replace("0.05,0.1,0.3", "0.05,0.1,0.15")).collect::<Vec<String>>();
    run(within(tune("whole", &[])));
    let journal = fs::read_to_string(Path::new(&path("whole")).join("journal.jsonl")).unwrap();
    let (replayed, repeats) = (journal.matches("\"replayed\":").count(), journal.matches("\"repeats\":").count());
    assert!(replayed <= 6 && replayed + repeats == 24, "{replayed} replayed, {repeats} repeated");
    for part in ["1", "2", "3"] {
        run(within(tune(&format!("part{part}"), &["--shard", &format!("{part}/3")])));
    }
    run(within(tune("joined", &["--merge", &path("part2"), &path("part1"), &path("part3")])));
    assert!(tree(Path::new(&path("joined"))) == tree(Path::new(&path("whole"))));
}

/// Every price of the final window is another one: no trial, no cut of the time and no reason of the verdict moves.
#[test]
fn the_final_window_is_never_looked_at() {
    let market_as_is = sample("2024-04-01");
    let tune = format!("{}\nwalk_forward = {{ train = \"30d\", test = \"10d\" }}", GRID.replace("final = 0.0", "final = 0.2"));
    let before = study(&market_as_is, &tune).unwrap();
    let from = before.clock.open(before.timeline.final_window().unwrap().start).seconds();
    let dir = tempfile::tempdir().unwrap();
    copy(&Path::new(ROOT).join("data/sample"), dir.path());
    for series in ["spot", "perp", "mark"] {
        for entry in fs::read_dir(dir.path().join(series)).unwrap() {
            scramble(&entry.unwrap().path(), from);
        }
    }
    let after = study(&market(dir.path(), Time::parse("2024-04-01").unwrap()), &tune).unwrap();
    assert_eq!(before.timeline, after.timeline);
    assert_eq!((&before.ranking, &before.forward, &before.judgement), (&after.ranking, &after.forward, &after.judgement));
    for (a, b) in before.trials.iter().zip(&after.trials) {
        assert_eq!(a.measured, b.measured);
    }
    assert_eq!((&before.advice, &before.inert, &before.frontier), (&after.advice, &after.inert, &after.frontier));

    // What the frontier says of the share that the best has itself, by the days of the best.
    let days = &before.best().measured.as_ref().unwrap().days;
    let own = before.best_file.strategy.buckets["narratives"].weight;
    let step = before.frontier.as_ref().unwrap().steps.iter().find(|step| (step.share - own).abs() < 1e-12).unwrap();
    let (mut wealth, mut peak, mut fall) = (1.0_f64, 1.0_f64, 0.0_f64);
    for day in days {
        wealth *= 1.0 + day;
        peak = peak.max(wealth);
        fall = fall.min(wealth / peak - 1.0);
    }
    assert!((step.drawdown.value.unwrap() - fall).abs() < 1e-12 && fall < -0.01, "{fall}");
    let growth = wealth.powf(365.0 / days.len() as f64) - 1.0;
    assert!((step.growth.value.unwrap() - growth).abs() < 0.02 * growth.abs(), "{growth}, {:?}", step.growth);
    let liquidated: Vec<usize> = before.frontier.as_ref().unwrap().steps.iter().map(|step| step.liquidations).collect();
    assert_eq!(liquidated[0], 0, "without futures there is nothing to liquidate");
}
