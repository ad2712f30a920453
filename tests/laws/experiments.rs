//! The program against markets whose truth is known. In a random walk every strategy earns minus its costs, and what is tuned is likely luck; an edge planted
//! in narratives is found, and what is tuned to it is robust. A few seeds are tried here, so that the harness itself stays true; the experiment proper
//! takes a hundred, and is run by hand; `100..200` are a hundred that no threshold was ever looked at with:
//!
//!     EXPERIMENT_SEEDS=100 cargo test --release --test laws experiments -- --nocapture

mod tuning;
mod world;

use std::path::Path;

use rotate::batch::{Arena, side_by_side};
use rotate::metrics::against::Against;
use rotate::strategy::StrategyFile;
use rotate::units::Usd;
use world::{Truth, market};

const CAPITAL: f64 = 100_000.0;
const QUICK: u64 = 4;
/// Fewer seeds know little of their own spread.
const MANY: usize = 30;

/// `EXPERIMENT_SEEDS=100` are the first hundred, `100..200` those after them; both ends even, for seeds come in pairs.
fn seeds() -> Vec<u64> {
    let Ok(text) = std::env::var("EXPERIMENT_SEEDS") else { return (0..QUICK).collect() };
    let whole = |text: &str| text.parse::<u64>().expect("whole numbers of seeds, as in 100 or 100..200");
    let (from, to) = text.split_once("..").map_or_else(|| (0, whole(&text)), |(from, to)| (whole(from), whole(to)));
    assert!(from.is_multiple_of(2) && to.is_multiple_of(2) && from < to, "an even number of seeds from an even one on");
    (from..to).collect()
}

fn strategy(name: &str) -> StrategyFile {
    StrategyFile::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("strategies/{name}.toml"))).unwrap()
}

/// Of one strategy over many seeds: what was earned before costs, and what costs were; shares of the capital.
struct Earned {
    before_costs: Vec<f64>,
    costs: Vec<f64>,
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn standard_error(values: &[f64]) -> f64 {
    let (mean, count) = (mean(values), values.len() as f64);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0) / count).sqrt()
}

/// Optional stopping and sizing turn a martingale into no edge, whatever the rules; what is left of the equity is minus fees, slippage and the margin that
/// liquidations keep. Funding is noise, so it stands with the prices.
#[test]
fn a_random_walk_earns_minus_costs() {
    let seeds = seeds();
    for name in ["bull", "bear", "rotation", "adaptive", "foundation-first"] {
        let file = strategy(name);
        let sources = side_by_side(&seeds, |&seed| {
            let market = market(Truth::RandomWalk, seed);
            Arena::new(&market).replay(&file.strategy, Usd::round(CAPITAL)).attribution.by_source
        });
        // Of each pair of mirrored seeds one number.
        let share = |of: fn(&rotate::replay::run::BySource) -> Usd| {
            sources.chunks_exact(2).map(|pair| f64::midpoint(of(&pair[0]).to_f64(), of(&pair[1]).to_f64()) / CAPITAL).collect()
        };
        let earned = Earned {
            before_costs: share(|source| source.price + source.funding),
            costs: share(|source| source.fees + source.slippage + source.liquidation),
        };
        let (gain, error, costs) = (mean(&earned.before_costs), standard_error(&earned.before_costs), mean(&earned.costs));
        println!("{name}: {:+.3} before costs, standard error {error:.3}, costs {costs:+.3}, {} seeds", gain, seeds.len());
        let bound = if seeds.len() < MANY { 5.0 } else { 2.0 };
        assert!(gain.abs() <= bound * error, "{name} earns {gain:+.4} of its capital from nothing, {:.1} standard errors", gain / error);
        assert!(costs < 0.0, "{name} trades at no cost");
    }
}

/// The edge is what the futures add: the run less the same run without them, resampled on shared days.
#[test]
fn a_planted_edge_is_found() {
    let seeds = seeds();
    for (name, wanted) in [("bull", 0.95), ("rotation", 0.95), ("adaptive", 0.75)] {
        let file = strategy(name);
        let found = side_by_side(&seeds, |&seed| {
            let market = market(Truth::Planted { drift: 0.01 }, seed);
            let arena = Arena::new(&market);
            let capital = Usd::round(CAPITAL);
            let run = arena.replay(&file.strategy, capital);
            let without = arena.replay_without_futures(&file.strategy, capital).expect("it has futures");
            let difference = Against::of(&market.clock, capital, &run.equity, &without.equity).difference.expect("three years of days");
            (difference.annual_return, difference.annual_return_interval)
        });
        let above =
            found.iter().filter(|(_, interval)| interval.is_some_and(|interval| interval.low > 0.0)).count() as f64 / found.len() as f64;
        let added = mean(&found.iter().map(|(yearly, _)| yearly.expect("they differ")).collect::<Vec<f64>>());
        println!("{name}: found in {:.0} % of {} seeds, {:+.1} % a year by futures", above * 100.0, found.len(), added * 100.0);
        let wanted = if seeds.len() < MANY { wanted - 0.5 } else { wanted };
        assert!(above >= wanted, "{name} finds a planted edge in {above:.2} of the seeds only");
    }
}
