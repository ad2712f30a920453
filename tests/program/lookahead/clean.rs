//! The strategies that come with the project, over the sample and over real markets, and the command that tests them.

use std::path::{Path, PathBuf};

use rotate::batch::Arena;
use rotate::lookahead::{Terms, dates, test};
use rotate::market::freeze;
use serde_json::Value;

use super::{capital, parts, sample, strategy};
use crate::program::{ROOT, fine, misused, refused};

const STRATEGIES: [&str; 5] = ["bear", "bull", "foundation-first", "hold-bitcoin", "rotation"];

fn nobody_sees_ahead(parts: &rotate::market::MarketParts, count: usize) {
    let terms = Terms { dates: count, seed: 1 };
    for name in STRATEGIES {
        let verdict = test(parts, &strategy(name), capital(), terms, || {}).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(verdict.leaks, [], "{name}");
        // The whole one, one a date as it is, two with another future.
        assert_eq!((verdict.dates.len(), verdict.replays), (count, 1 + 3 * count), "{name}");
        assert!(verdict.dates.is_sorted());
    }
}

#[test]
fn the_sample() {
    nobody_sees_ahead(&sample(), 6);
}

#[test]
fn real_markets() {
    let shared = std::env::var_os("ROTATE_SHARED").map_or_else(|| Path::new(ROOT).join("../shared"), PathBuf::from);
    if !shared.exists() {
        println!("skipped: ../shared is not there");
        return;
    }
    for market in ["majors-8h", "narratives-1d"] {
        nobody_sees_ahead(&parts(&shared.join("markets").join(market)), 8);
    }
}

#[test]
fn dates_are_spread_over_the_run_and_fall_where_it_decides() {
    let (market, rules) = (freeze(sample()).unwrap(), strategy("bull"));
    let run = Arena::new(&market).replay(&rules, capital());
    let of = |count, seed| dates(&run, rules.decide.over(run.clock.bar), Terms { dates: count, seed });
    let found = of(10, 1);
    assert_eq!(found, of(10, 1));
    assert_ne!(found, of(10, 2));
    let usable = market.clock.bars - 1;
    for (stretch, &t) in found.iter().enumerate() {
        assert!((usable * stretch / 10..usable * (stretch + 1) / 10).contains(&t), "{found:?}");
        // Decisions are made at midnight.
        let close = market.clock.close(t);
        assert_eq!(close.seconds() % 86_400, 0, "{found:?}");
        let busy = run.decisions.iter().any(|row| row.time == close) || run.fills.iter().any(|row| row.time == close);
        let busy = busy || run.rotations.iter().any(|row| row.time == close) || run.flows.iter().any(|row| row.time == close);
        assert!(busy || stretch % 2 == 1, "nothing was decided at {close}");
    }
    // More stretches than bars: every bar but the last, once.
    assert_eq!(of(usable * 3, 1), (0..usable).collect::<Vec<_>>());
}

#[test]
fn the_command_says_so_to_people_and_machines() {
    let words = ["check", "strategies/bull.toml", "strategies/rotation.toml", "--lookahead", "--dates", "3", "--to", "2022-06-30"];
    let said = fine(&words);
    for name in ["bull", "rotation"] {
        assert!(said.contains(&format!("\n{name}: passed. 3 dates from 202")), "{said}");
    }
    assert_eq!(said, fine(&[&words[..], &["--jobs", "1"]].concat()));
    let json: Value = serde_json::from_str(&fine(&[&words[..], &["--format", "json", "--seed", "7"]].concat())).unwrap();
    assert_eq!((json["market"].as_str(), json["seed"].as_u64()), (Some("sample"), Some(7)));
    let bull = &json["strategies"][0];
    assert_eq!((bull["name"].as_str(), bull["sees_ahead"].as_bool(), bull["replays"].as_u64()), (Some("bull"), Some(false), Some(10)));
    assert_eq!(bull["dates"].as_array().map(Vec::len), Some(3));
    assert_eq!(bull["leaks"].as_array().map(Vec::len), Some(0));
}

#[test]
fn the_command_refuses_what_it_cannot_test() {
    misused(&["check", "--dates", "3"]);
    misused(&["check", "--seed", "3"]);
    misused(&["check", "--lookahead", "--dates", "0"]);
    assert!(refused(&["check", "--lookahead", "--market", "data/absent"]).contains("data/absent"));
    let hourly = ["check", "--lookahead", "strategies/bull.toml", "--set", "decide=12h"];
    assert!(refused(&hourly).contains("`decide`: 12h, on a market whose bars are 8h"));
}
