//! The page of a study has each picture that its facts allow and no empty one, and says the numbers of its table.

use std::fs;
use std::path::Path;

use crate::program::fine;
use crate::tune::{WINDOW, sample, study};

/// How the description of each picture begins, or what is in it.
const FORWARD: &str = "Equity out-of-sample over ";
const SHARPES: &str = "Number of variants by their Sharpe ratio a year, of ";
const FRONTIER: &str = "Return a year, maximum drawdown and nearest distance to liquidation by the share of the equity in futures: ";
const SEARCH: &str = " variants in the order in which they were tested; ";
const INSIDE: &str = "Mean in-sample ";
const OUTSIDE: &str = "Mean out-of-sample ";
const IMPORTANCE: &str = "Share of the differences between variants by parameter: ";
const PARALLEL: &str = "A line for each of ";
const PARETO: &str = " of them are not beaten in both; ";
const ALL: [&str; 9] = [FORWARD, SHARPES, FRONTIER, SEARCH, INSIDE, OUTSIDE, IMPORTANCE, PARALLEL, PARETO];

struct Page {
    html: String,
    labels: Vec<String>,
    /// Cells of trials.csv, the headings first.
    trials: Vec<Vec<String>>,
}

impl Page {
    /// Of `rotate tune` on the sample.
    fn of(strategy: &str, more: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("study");
        fine(&[&["tune", strategy, "--quiet", "--out", out.to_str().unwrap()][..], &WINDOW, more].concat());
        Self::read(&out)
    }

    fn read(study: &Path) -> Self {
        let html = fs::read_to_string(study.join("study.html")).unwrap();
        let labels = html.split("role=\"img\" aria-label=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        let table = fs::read_to_string(study.join("trials.csv")).unwrap();
        Self { html, labels, trials: table.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect() }
    }

    /// How many pictures there are of each kind; none that is of no kind.
    fn has(&self, expected: &[(&str, usize)]) {
        for kind in ALL {
            let many = expected.iter().find(|(own, _)| *own == kind).map_or(0, |(_, many)| *many);
            let found = self.labels.iter().filter(|label| label.contains(kind)).count();
            assert_eq!(found, many, "{kind}: {:#?}", self.labels);
        }
        assert_eq!(self.labels.len(), expected.iter().map(|(_, many)| many).sum::<usize>(), "{:#?}", self.labels);
        for words in ["NaN", "no variant has", "too few variants", "no day out-of-sample", ">inf"] {
            let shown = self.html.split("<script>").next().unwrap();
            assert!(!shown.contains(words), "{words}");
        }
        assert!(self.html.contains("<a href=\"best.toml\">best.toml</a>"));
    }

    fn label(&self, kind: &str) -> &str {
        self.labels.iter().find(|label| label.contains(kind)).unwrap()
    }

    fn column(&self, name: &str) -> Vec<f64> {
        let at = self.trials[0].iter().position(|head| head == name).unwrap();
        self.trials[1..].iter().map(|row| row[at].parse().unwrap()).collect()
    }
}

const TWO_KEYS: [&str; 3] = ["--keys", "buckets.narratives.weight=0.05..0.15", "buckets.narratives.leverage.open=1.5..4"];

#[test]
fn a_grid_with_a_part_held_out() {
    let page = Page::of("strategies/bull.toml", &[]);
    page.has(&[(SHARPES, 1), (FRONTIER, 1), (SEARCH, 1), (INSIDE, 3), (OUTSIDE, 3), (IMPORTANCE, 1), (PARALLEL, 1)]);
    let sharpes = page.column("is_sharpe");
    let best = sharpes.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let found = sharpes.iter().position(|sharpe| *sharpe == best).unwrap() + 1;
    let search = page.label(SEARCH);
    assert!(search.starts_with(&format!("Sharpe of 27{SEARCH}best {best:.2}, found at variant {found}; before tuning ")), "{search}");
    let drawn = page.label(SHARPES);
    assert!(drawn.starts_with(&format!("{SHARPES}27; before tuning ")) && drawn.contains(&format!("; best {best:.2}; ")), "{drawn}");
    let counted = page.column("is_sharpe_trials")[0];
    assert!(drawn.contains(&format!("best expected by luck alone of {counted} variants ")), "{drawn}");
    assert!(page.label(PARALLEL).starts_with("A line for each of 27 of 27 variants across the parameters buckets.narratives.weight, "));

    // The interval of the best, by the formula.
    let row = found - 1;
    let of = |name: &str| page.column(name)[row];
    let (daily, skew, kurtosis, days) = (best / 365.0_f64.sqrt(), of("is_skew"), of("is_kurtosis"), of("is_sharpe_observations"));
    let error = ((1.0 - skew * daily + (kurtosis - 1.0) / 4.0 * daily * daily) / (days - 1.0)).sqrt() * 365.0_f64.sqrt();
    let interval = format!("{:.2} to {:.2}", best - 1.959_964 * error, best + 1.959_964 * error).replace('-', "−");
    assert!(page.html.contains(&format!("<td>{interval}<")), "{interval}");
}

#[test]
fn a_walk_forward() {
    let walk = ["--sampler", "tpe", "--trials", "12", "--set", "tune.walk_forward={train=\"20d\", test=\"10d\"}"];
    let page = Page::of("strategies/bull.toml", &[&walk[..], &TWO_KEYS].concat());
    let hidden = page.html.contains("hardly be foretold");
    page.has(&[(FORWARD, 1), (SHARPES, 1), (FRONTIER, 1), (SEARCH, 1), (INSIDE, 1), (IMPORTANCE, usize::from(!hidden)), (PARALLEL, 1)]);

    let tune = "sampler = \"tpe\"\ntrials = 12\nwalk_forward = { train = \"20d\", test = \"10d\" }\n\
        keys = { \"buckets.narratives.weight\" = { min = 0.05, max = 0.15 }, \"buckets.narratives.leverage.open\" = { min = 1.5, max = 4.0 } }";
    let found = study(&sample("2024-04-01"), tune).unwrap();
    let forward = found.forward.as_ref().unwrap();
    let days = forward.windows.iter().map(ExactSizeIterator::len).sum::<usize>();
    assert!(forward.windows.windows(2).all(|two| two[0].end == two[1].start) && days == forward.middle().unwrap().len());
    let grown = |returns: &mut dyn Iterator<Item = f64>| 100_000.0 * returns.map(|day| 1.0 + day).product::<f64>();
    let written = |end: f64| if end < 99_950.0 { format!("{:.1}", end / 1e3) } else { format!("{:.0}", end / 1e3) };
    let tuned = written(grown(&mut forward.middle().unwrap().iter().copied()));
    let before = written(grown(&mut forward.windows.iter().flat_map(Clone::clone).map(|day| found.before.days[day])));
    let label = page.label(FORWARD);
    let begins =
        format!("{FORWARD}{} test windows: tuned for each window on the time before it from $100k to ${tuned}k", forward.windows.len());
    assert!(label.starts_with(&begins), "{label}\n{begins}");
    assert!(label.contains(&format!("strategy before tuning from $100k to ${before}k; static mix from $100k to ")), "{label}\n{before}");
}

#[test]
fn two_objectives() {
    let by = ["--sampler", "nsga-2", "--trials", "24", "--by", "cagr", "--by", "max_drawdown", "--require", "max_drawdown < 0.075"];
    let page = Page::of("strategies/bull.toml", &[&by[..], &TWO_KEYS].concat());
    let hidden = page.html.contains("hardly be foretold");
    let importance = (IMPORTANCE, usize::from(!hidden));
    page.has(&[(SHARPES, 1), (FRONTIER, 1), (SEARCH, 1), (INSIDE, 1), (OUTSIDE, 1), importance, (PARALLEL, 1), (PARETO, 1)]);
    let (growth, falls) = (page.column("is_cagr"), page.column("is_max_drawdown"));
    let feasible: Vec<(f64, f64)> = growth.into_iter().zip(falls).filter(|(_, fall)| *fall > -0.075).collect();
    assert!(!feasible.is_empty() && feasible.len() < 24, "{feasible:?}");
    let beaten = |one: &&(f64, f64)| feasible.iter().any(|other| other.0 >= one.0 && other.1 >= one.1 && other != *one);
    let mut front: Vec<&(f64, f64)> = feasible.iter().filter(|one| !beaten(one)).collect();
    front.dedup();
    let label = page.label(PARETO);
    assert!(label.starts_with(&format!("CAGR against Max drawdown of 24 variants; {}{PARETO}before tuning ", front.len())), "{label}");
}

#[test]
fn what_has_nothing_to_show_is_left_out() {
    let one = ["--sampler", "random", "--trials", "1", "--require", "max_drawdown < 0.00001"];
    let page = Page::of("strategies/bull.toml", &[&one[..], &TWO_KEYS].concat());
    page.has(&[(FRONTIER, 1)]);
    // Words that were not tried before, a key that only ever ruins, and nothing of futures.
    let page = Page::of("strategies/hold-bitcoin.toml", &["--keys", "rebalance.every=14d,28d"]);
    assert!(!page.labels.iter().any(|label| label.contains(FRONTIER) || label.contains(PARALLEL) || label.contains(INSIDE)));
}
