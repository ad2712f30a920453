//! Buckets that cannot work on a market, and whether they say so before and after a replay.

use std::path::Path;

use rotate::batch::{Arena, check_compatible};
use rotate::market::{Kind, Market};
use rotate::replay::run::Run;
use rotate::signal::History;
use rotate::strategy::{Plan, StrategyFile};

use crate::small::{Small, rows, usd};

fn file(rules: &str) -> StrategyFile {
    let text = format!("name = \"rule\"\nabout = \"one rule\"\nregime = \"any\"\nrebalance = {{ every = \"365d\", band = 0.9 }}\n{rules}");
    StrategyFile::parse(Path::new("rule.toml"), text).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Two coins with spot and perpetual, in no narrative, with no market cap.
fn bare() -> Market {
    let coin = |market: Small, name| market.coin(name, Kind::Spot, &[10.0; 12], 1e6);
    coin(coin(Small::new("2024-01-01", 24), "BTC"), "DOGE").coin("PEPE", Kind::Perp, &[1.0; 12], 1e6).funding(0.0002).market()
}

fn plan(rules: &str) -> Plan {
    Plan::new(&file(rules).strategy, &History::at_close(&bare(), 0))
}

fn run(rules: &str) -> Run {
    let market = bare();
    Arena::new(&market).replay(&file(rules).strategy, usd(1_000.0))
}

fn bucket(rules: &str) -> String {
    format!("[buckets.it]\nweight = 0.4\n{rules}\n[buckets.cash]\nweight = 0.6\nhold = \"cash\"\n")
}

#[test]
fn a_bucket_that_the_market_gives_nothing_says_why_before_and_after() {
    let perp = "leverage = { open = 2.0 }\nscore = { momentum = \"2d\" }";
    for (rules, because) in [
        (format!("hold = {{ perp = {{ narratives = 1 }} }}\n{perp}"), "the market has no narratives.csv to choose narratives from"),
        (
            format!("hold = {{ perp = {{}} }}\n{perp}\nentry = {{ narrative_breadth_below = 0.5 }}"),
            "the market has no narratives.csv, so the breadth it enters by is never known",
        ),
        ("hold = { spot = {} }\nweigh = \"cap\"".to_owned(), "the market has no market-cap.csv to weigh by"),
        (
            "hold = { spot = { rank = [100, 200] } }".to_owned(),
            "the market has no market-cap.csv, and no tier of its assets.csv stands for a rank from 100 to 200",
        ),
    ] {
        let said = format!("bucket `it` stays in cash all the time, because {because}: its share, 40 % at the start, is not invested");
        let rules = bucket(&rules);
        assert!(plan(&rules).cautions.contains(&said), "{:?}", plan(&rules).cautions);
        let run = run(&rules);
        assert!(run.fills.is_empty(), "{:?}", run.fills);
        assert_eq!(
            run.cautions.iter().map(ToString::to_string).filter(|caution| caution.contains("stays in cash")).collect::<Vec<_>>(),
            [said]
        );
    }
}

#[test]
fn a_checklist_that_cannot_be_passed_says_so() {
    let list = "[checklist]\npass = 1\n[checklist.criteria]\nmood = { measure = { evidence = \"mood\" }, above = 0.0 }\n\
                breadth = { measure = { narrative_breadth = \"2d\" }, above = 0.5, unknown = \"ignore\" }\n";
    let rules = format!("{list}{}", bucket("hold = { spot = {} }\nchecklist = true"));
    let told = plan(&rules).cautions;
    assert!(
        told.iter()
            .any(|caution| caution
                .contains("0 criteria of its checklist can ever pass where 1 must (the market has no evidence called `mood`)")),
        "{told:?}"
    );
    assert!(run(&rules).fills.is_empty());
    // One that may pass unknown does.
    let passing = rules.replace("above = 0.0 }", "above = 0.0, unknown = \"pass\" }");
    assert!(!plan(&passing).cautions.iter().any(|caution| caution.contains("stays in cash")) && !run(&passing).fills.is_empty());
}

#[test]
fn a_rule_that_refused_everything_is_named() {
    let told = run(&bucket("hold = { perp = {} }\nleverage = { open = 2.0 }\nentry = { max_funding_8h = 0.0001 }")).cautions;
    assert!(
        told.iter().any(|caution| caution
            .to_string()
            .contains("`it` stays in cash all the time, because none of its entries came about: `funding_against` refused")),
        "{told:?}"
    );
    let told = run(&bucket("hold = { spot = { min_age = \"30d\", min_daily_volume = 1000000000.0 } }")).cautions;
    assert!(
        told.iter().any(|caution| caution
            .to_string()
            .contains("because no coin ever passes its selection (at the end `min_daily_volume` refuses 2 of 2)")),
        "{told:?}"
    );
}

#[test]
fn a_funding_exit_above_everything_that_was_settled_never_speaks() {
    let rules = |above: f64| {
        bucket(&format!(
            "hold = {{ perp = {{}} }}\nleverage = {{ open = 2.0 }}\nexit = {{ funding_8h_above = {above:?}, settlements = 3, stall = \"2d\" }}"
        ))
    };
    let speaks = |above| !plan(&rules(above)).cautions.iter().any(|caution| caution.contains("the rule never speaks"));
    assert!(speaks(0.0002) && !speaks(0.0003));
}

/// A list may go over several markets; one of which nothing is there, and a share of what is not, are mistakes.
#[test]
fn names_are_held_against_those_of_the_market() {
    let refused = |rules: &str| check_compatible(&bare(), &file(&bucket(rules))).map_err(|fault| fault.found).err();
    assert_eq!(
        refused("hold = { spot = { assets = [\"BTCUSDT\"] } }").as_deref(),
        Some("`buckets.it.hold.spot.assets`: BTCUSDT: this market has none of them")
    );
    assert_eq!(
        refused("hold = { spot = {} }\nweigh = { fixed = { BTC = 0.5, DOG = 0.5 } }").as_deref(),
        Some("`buckets.it.weigh.fixed.DOG`: a share of DOG, which this market does not have")
    );
    assert_eq!(
        refused("hold = { spot = { assets = [\"PEPE\"] } }").as_deref(),
        Some("`buckets.it.hold.spot.assets`: PEPE (without a spot series here): this market has none of them")
    );
    let some = "hold = { spot = { assets = [\"BTC\", \"ETH\"] } }";
    assert_eq!(refused(some), None);
    assert_eq!(
        plan(&bucket(some)).cautions,
        ["bucket `it` asks for ETH, which the market does not have: 50 % of its money, 20.0 % of equity, stays in stablecoins"]
    );
    // The others take the places there are.
    let counted = plan(&bucket("hold = { spot = { assets = [\"BTC\", \"ETH\"], count = 1 } }")).cautions;
    assert_eq!(counted, ["bucket `it` asks for ETH, which the market does not have: it chooses among the others"]);
}

/// What a margin bracket cuts is told of the bucket whose order it was.
#[test]
fn an_order_cut_by_a_bracket_is_its_buckets() {
    let market = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[10.0; 6], 1e12);
    let rules =
        "rebalance = { every = \"365d\", band = 0.9 }\n[buckets.perps]\nweight = 1.0\nhold = { perp = {} }\nleverage = { open = 20.0 }\n";
    let (market, run) = market.run(rules, 1e8);
    let cut = rows(&run, "bracket");
    assert!(
        !cut.is_empty()
            && cut.iter().all(|row| run.buckets[row.bucket.expect("of a bucket").index()] == "perps"
                && row.detail(&run.names(&market)).starts_with("leverage 20 is more than")),
        "{:?}",
        run.decisions
    );
}
