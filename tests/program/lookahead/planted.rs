//! Leaks planted on purpose. A strategy is a file and cannot look ahead by itself, so the leak is in what it is shown: a market in which
//! something stands earlier than it could be known, or a rule of the test's own that reads ahead.

use rotate::batch::Arena;
use rotate::lookahead::{Cause, Leak, Terms, Verdict, dates, test_replay};
use rotate::market::{Evidence, FactKind, Market, MarketParts, Subject, freeze};
use rotate::replay::Checkpoint;
use rotate::replay::run::{ChecklistCause, CriterionId, Decision, KnownBy, Subject as About, Verdict as Passed, Why};
use rotate::signal::History;
use rotate::signal::evidence::EvidenceBook;
use rotate::units::{AssetId, InstrumentId, NarrativeId};

use super::{capital, sample, strategy};

const BAR: i64 = 8 * 3_600;
const DAY: i64 = 86_400;
const DATES: usize = 12;
const SEED: u64 = 5;

/// What a rule of a test's own says at each close of a market.
type Said = Vec<Option<Decision>>;

/// What the tester says when `plant` has been at every market it looks at, and a rule of the test's own speaks at every close.
fn verdict(name: &str, plant: impl Fn(&mut MarketParts) + Sync, rule: impl Fn(&Market) -> Said + Sync) -> Verdict {
    let (parts, strategy) = (sample(), strategy(name));
    let see = |mut parts: MarketParts| {
        plant(&mut parts);
        freeze(parts)
    };
    let replay = |market: &Market, lasts: &[usize]| -> Vec<Checkpoint> {
        let (arena, said) = (Arena::new(market), rule(market));
        arena.map_all(lasts, |&last| {
            let mut standing = arena.replay_to(&strategy, capital(), last + 1);
            standing.run.criteria = RULES.map(str::to_owned).to_vec();
            standing.run.decisions.extend(said.iter().take(last + 1).flatten().cloned());
            standing
        })
    };
    let market = freeze(parts.clone()).expect("the sample is whole");
    let lasts = dates(
        &Arena::new(&market).replay(&strategy, capital()),
        strategy.decide.over(market.clock.bar),
        Terms { dates: DATES, seed: SEED },
    );
    assert_eq!(lasts.len(), DATES);
    test_replay(&parts, &lasts, SEED, see, replay, || {}).unwrap_or_else(|fault| panic!("{fault}"))
}

fn shown(name: &str, plant: impl Fn(&mut MarketParts) + Sync) -> Verdict {
    verdict(name, plant, |_| Vec::new())
}

fn ruled(rule: impl Fn(&Market) -> Said + Sync) -> Verdict {
    verdict("hold-bitcoin", |_| {}, rule)
}

fn at_every_close(market: &Market, says: impl Fn(usize) -> Option<Decision>) -> Said {
    (0..market.clock.bars).map(says).collect()
}

/// The one leak there is, which the kind alone explains.
fn only(verdict: &Verdict, cause: Cause) -> Leak {
    let [leak] = verdict.leaks.as_slice() else { panic!("one leak by {cause:?}: {verdict:#?}") };
    assert_eq!(leak.cause, cause, "{leak:#?}");
    assert!(leak.first.time <= leak.after && leak.first.whole != leak.first.changed, "{leak:#?}");
    assert!((1..=DATES).contains(&leak.dates) && verdict.dates.contains(&leak.after), "{leak:#?}");
    leak.clone()
}

/// Rules of the tests' own, told as criteria of a checklist.
const RULES: [&str; 5] = ["tvl", "conversions", "against_mean", "bars", "both"];

fn says(market: &Market, t: usize, rule: &str, narrative: Option<NarrativeId>, observed: Option<f64>) -> Decision {
    let id = CriterionId(RULES.iter().position(|known| *known == rule).expect("a rule of the tests") as u16);
    Decision {
        time: market.clock.close(t),
        bucket: None,
        subject: About::Instrument(InstrumentId(0)),
        narrative,
        verdict: Passed::Passed,
        observed,
        threshold: None,
        why: Why::Checklist(ChecklistCause::Criterion { id, known: KnownBy::Evidence }),
    }
}

#[test]
fn the_next_close_written_into_a_bar() {
    let leak = only(
        &shown("rotation", |parts| {
            for part in &mut parts.series {
                for k in 1..part.bars.len() {
                    let next = part.bars[k].close;
                    let bar = &mut part.bars[k - 1];
                    (bar.close, bar.high, bar.low) = (next, bar.high.max(next), bar.low.min(next));
                }
            }
        }),
        Cause::Kind(FactKind::Bars),
    );
    // The one bar that had the leaked close is the last before the date: it shows at every date, and nowhere earlier.
    assert_eq!((leak.dates, leak.first.time), (DATES, leak.after), "{leak:#?}");
}

#[test]
fn a_settlement_moved_to_the_stamp_before() {
    let leak = only(
        &shown("rotation", |parts| {
            for part in &mut parts.series {
                for k in 1..part.settlements.len() {
                    part.settlements[k - 1].rate = part.settlements[k].rate;
                }
            }
        }),
        Cause::Kind(FactKind::Funding),
    );
    // Paid with the bar before the date, and seen at its close.
    assert!(["funding", "decisions", "orders"].contains(&leak.first.record) && leak.first.time.plus(BAR) >= leak.after, "{leak:#?}");
}

#[test]
fn a_market_cap_known_a_bar_early() {
    let early = |parts: &mut MarketParts| {
        for fact in parts.caps.iter_mut().flatten() {
            fact.known_at = fact.known_at.plus(-BAR);
        }
    };
    for name in ["bull", "rotation"] {
        only(&shown(name, early), Cause::Kind(FactKind::Caps));
    }
}

#[test]
fn a_coin_called_a_member_before_it_was_one() {
    let leak = only(
        &shown("bull", |parts| {
            for member in &mut parts.memberships {
                member.since = member.since.plus(-10 * DAY);
            }
        }),
        Cause::Kind(FactKind::Memberships),
    );
    assert!(["rotations", "decisions", "orders", "fills"].contains(&leak.first.record), "{leak:#?}");
}

#[test]
fn margin_tiers_in_force_before_their_date() {
    only(
        &shown("bull", |parts| {
            for table in parts.tiers.iter_mut().flatten() {
                table.since = table.since.plus(-3 * DAY);
            }
        }),
        Cause::Kind(FactKind::Tiers),
    );
}

#[test]
fn spreads_in_force_before_their_date() {
    only(
        &shown("rotation", |parts| {
            for row in &mut parts.spreads {
                row.since = row.since.plus(-DAY);
            }
        }),
        Cause::Kind(FactKind::Venue),
    );
}

/// The latest value of a metric known at a close, shown `early` seconds before it was known.
fn evidence(market: &Market, early: i64) -> Said {
    let narrative = NarrativeId(0);
    let is_asked = |fact: &&Evidence| fact.subject == Subject::Narrative(narrative) && fact.metric == "tvl_usd";
    let facts: Vec<&Evidence> = market.evidence.iter().filter(is_asked).collect();
    at_every_close(market, |t| {
        let now = market.clock.close(t).plus(early);
        let latest = facts.iter().rfind(|fact| fact.known_at <= now)?;
        Some(says(market, t, "tvl", Some(narrative), Some(latest.value)))
    })
}

#[test]
fn evidence_used_before_it_was_known() {
    let leak = only(&ruled(|market| evidence(market, 1)), Cause::Kind(FactKind::Evidence));
    assert_eq!((leak.dates, leak.first.time), (DATES, leak.after));
    assert_eq!((leak.first.record, leak.first.rule.as_str()), ("decisions", "checklist.tvl"));
    let (symbol, narrative) = (&sample().instruments[0].symbol, &sample().narratives[0]);
    assert!(leak.first.subject == *symbol && leak.first.whole.contains(narrative.as_str()), "{leak:#?}");
    assert_ne!(leak.first.whole, leak.first.changed);
}

/// How many conversions are known at a close, shown `early` seconds before they are.
fn conversions(market: &Market, early: i64) -> Said {
    at_every_close(market, |t| {
        let now = market.clock.close(t).plus(early);
        let known = market.conversions.iter().filter(|conversion| conversion.known_at <= now).count();
        Some(says(market, t, "conversions", None, Some(known as f64)))
    })
}

#[test]
fn a_conversion_used_before_it_was_announced() {
    let leak = only(&ruled(|market| conversions(market, 1)), Cause::Kind(FactKind::Conversions));
    assert_eq!((leak.dates, leak.first.time, leak.first.rule.as_str()), (DATES, leak.after, "checklist.conversions"));
}

#[test]
fn the_same_rule_without_a_leak_is_clean() {
    assert_eq!(ruled(|market| evidence(market, 0)).leaks, []);
    assert_eq!(ruled(|market| conversions(market, 0)).leaks, []);
    // And so is the signal that rules read.
    let by_signal = ruled(|market| {
        let book = EvidenceBook::of(market);
        at_every_close(market, |t| {
            if t % 97 != 0 {
                return None;
            }
            let latest = book.at(&History::at_close(market, t)).latest(Subject::Narrative(NarrativeId(0)), "tvl_usd");
            Some(says(market, t, "tvl", Some(NarrativeId(0)), latest.map(|known| known.value)))
        })
    });
    assert_eq!(by_signal.leaks, []);
}

#[test]
fn a_price_measured_against_its_whole_history() {
    let bitcoin = InstrumentId(0);
    let leak = only(
        &ruled(|market| {
            let panel = &market.panel;
            let series = &panel.close[panel.at(bitcoin, 0)..panel.at(bitcoin, market.clock.bars - 1)];
            let mean = series.iter().filter(|close| !close.is_nan()).sum::<f64>() / series.len() as f64;
            at_every_close(market, |t| Some(says(market, t, "against_mean", None, Some(panel.close[panel.at(bitcoin, t)] / mean))))
        }),
        Cause::Kind(FactKind::Bars),
    );
    // Wrong from the very first bar.
    assert_eq!((leak.dates, leak.first.rule.as_str()), (DATES, "checklist.against_mean"));
    assert_eq!(leak.first.time, freeze(sample()).unwrap().clock.close(0));
}

#[test]
fn how_long_the_market_goes_on() {
    let leak =
        only(&ruled(|market| at_every_close(market, |t| Some(says(market, t, "bars", None, Some(market.clock.bars as f64))))), Cause::Cut);
    assert_eq!((leak.dates, leak.first.rule.as_str()), (DATES, "checklist.bars"));
}

#[test]
fn two_facts_that_only_matter_together() {
    let bitcoin = AssetId(0);
    // The cap and the close a day later.
    let ahead = |market: &Market, t: usize| {
        let later = (t + 3).min(market.clock.bars - 1);
        let cap = market.cap_at(bitcoin, market.clock.close(later)).map(|fact| fact.cap_usd);
        (cap, market.panel.value_at(InstrumentId(0), later))
    };
    let market = freeze(sample()).unwrap();
    let as_it_was: Vec<_> = (0..market.clock.bars).map(|t| ahead(&market, t)).collect();
    let found = ruled(|market| {
        at_every_close(market, |t| {
            let (cap, close) = ahead(market, t);
            let both = market.clock.bars == as_it_was.len() && cap != as_it_was[t].0 && close != as_it_was[t].1;
            both.then(|| says(market, t, "both", None, None))
        })
    });
    only(&found, Cause::Together);
}
