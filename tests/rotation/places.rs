//! A place goes to the best of those that can take it.

use rotate::replay::run::{Run, Verdict};

use crate::tiny::{GAP, Tiny};
use crate::{days, fills, replay, rows, told};

/// Rises by a tenth of the first price a day; by a twentieth; falls.
const FAST: [f64; 7] = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0];
const SLOW: [f64; 7] = [10.0, 10.5, 11.0, 11.5, 12.0, 12.5, 13.0];
const DOWN: [f64; 7] = [10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0];

/// Steps of buckets into and out of narratives: day, narrative, whether in, cause.
fn steps(market: &rotate::market::Market, run: &Run) -> Vec<(i64, String, bool, String)> {
    let of_bucket = run.rotations.iter().filter(|row| row.from_stage == "held" || row.to_stage == "held");
    of_bucket
        .map(|row| (days(row.time), market.narratives[row.narrative.index()].clone(), row.to_stage == "held", row.cause.clone()))
        .collect()
}

/// All of `rwa` rises, which its bucket's gate forbids; of `ai` one in three does.
fn two_narratives() -> Tiny {
    let tiny = Tiny::new().spot("BTC", &[100.0; 7]).spot("RWA", &FAST).spot("AI", &SLOW).spot("AJ", &DOWN).spot("AK", &DOWN);
    ["AI", "AJ", "AK"].into_iter().fold(tiny.member("RWA", "rwa", 0, None), |tiny, coin| tiny.member(coin, "ai", 0, None))
}

#[test]
fn a_narrative_that_is_refused_takes_no_place() {
    let rules = "[buckets.coins]\nweight = 1.0\nhold = { spot = { narratives = 1, per_narrative = 1 } }\nscore = { momentum = \"1d\" }\n\
        enter_above = 0.0\nentry = { narrative_breadth_below = 0.5 }\n";
    let (market, run) = replay(two_narratives(), rules);
    assert_eq!(fills(&market, &run), told(&[(2, "AIUSDT", "enter"), (6, "AIUSDT", "end of data")]));
    let refused = rows(&run, "narrative_breadth");
    // Asked at each of the five closes at which there is a score and a bar to come.
    assert_eq!((refused.len(), refused[0].subject.as_str(), refused[0].value, refused[0].limit), (5, "RWAUSDT", Some(1.0), Some(0.5)));
    let entered = (2, "ai".to_owned(), true, "coins: among the strongest by mean score".to_owned());
    assert_eq!(steps(&market, &run), [entered, (6, "ai".to_owned(), false, "coins: end of data".to_owned())]);
}

#[test]
fn where_everybody_is_refused_the_bucket_says_so_and_no_narrative_is_held() {
    let rules = "[buckets.coins]\nweight = 1.0\nhold = { spot = { narratives = 2, per_narrative = 1 } }\nscore = { momentum = \"1d\" }\n\
        enter_above = 0.0\nentry = { narrative_breadth_below = 0.2 }\n";
    let (market, run) = replay(two_narratives(), rules);
    assert!(run.fills.is_empty() && steps(&market, &run).is_empty(), "{:?}", run.rotations);
    let said: Vec<&str> = rows(&run, "select").iter().map(|row| row.detail.as_str()).collect();
    assert!(said.contains(&"no candidate may be entered today: the bucket stays in stablecoins"), "{said:?}");
    assert_eq!(rows(&run, "narrative_breadth").len(), 10, "both, at each of five closes");
}

/// One place for two coins, the stronger of which `gate` refuses at every close.
fn one_place(tiny: Tiny, gate: &str) -> (Vec<(i64, String, String)>, Run) {
    let rules = format!(
        "{gate}\n[buckets.coins]\nweight = 1.0\nhold = {{ perp = {{ count = 1 }} }}\nscore = {{ momentum = \"1d\" }}\nleverage = {{ open = 1.0 }}\n{}",
        if gate.starts_with("[checklist]") { "checklist = true\n" } else { "" }
    );
    let (market, run) = replay(tiny, &rules);
    (fills(&market, &run), run)
}

#[test]
fn every_refusal_leaves_the_place_to_the_next() {
    let pair = || Tiny::new().spot("BTC", &[100.0; 7]).perp("FAST", &FAST).perp("SLOW", &SLOW);
    let enter = told(&[(2, "SLOWUSDT", "enter"), (6, "SLOWUSDT", "end of data")]);

    let checklist = "[checklist]\npass = 1\n[checklist.criteria]\nslow = { measure = { momentum = \"1d\" }, below = 0.06 }\n";
    let (found, run) = one_place(pair(), checklist);
    assert_eq!(found, enter);
    let verdicts: Vec<_> = rows(&run, "checklist").iter().map(|row| (row.subject.as_str(), row.verdict)).collect();
    assert_eq!(verdicts[..2], [("FASTUSDT", Verdict::Refused), ("SLOWUSDT", Verdict::Passed)]);

    let rules = |gate: &str| {
        format!(
            "[buckets.coins]\nweight = 1.0\nhold = {{ perp = {{ count = 1 }} }}\nscore = {{ momentum = \"1d\" }}\nleverage = {{ open = 1.0 }}\n{gate}\n"
        )
    };
    // A tenth of a per cent a day is a third of that for eight hours.
    let paying = || pair().funding("FAST", 0, &[0.001; 7]).funding("SLOW", 0, &[0.0; 7]);
    let against = |gate: &str, rule: &str| {
        let (market, run) = replay(paying(), &rules(gate));
        let fills = fills(&market, &run);
        assert!(fills.iter().all(|(_, symbol, _)| symbol == "SLOWUSDT") && !fills.is_empty(), "{rule}: {fills:?}");
        assert!(rows(&run, rule).iter().any(|row| row.subject == "FASTUSDT" && row.verdict == Verdict::Refused), "{rule}");
    };
    against("entry = { max_funding_8h = 0.0001 }", "funding_against");

    // Two days of bars are no average over three, whatever their momentum.
    let young = [GAP, GAP, GAP, GAP, 10.0, 20.0, 40.0];
    let tiny = Tiny::new().spot("BTC", &[100.0; 7]).perp("YOUNG", &young).perp("SLOW", &SLOW);
    let (market, run) = replay(tiny, &rules("stop = { atr = { multiple = 5.0, span = \"3d\" } }"));
    assert_eq!(fills(&market, &run), told(&[(4, "SLOWUSDT", "enter"), (6, "SLOWUSDT", "end of data")]));
    assert!(rows(&run, "stop").iter().any(|row| row.subject == "YOUNGUSDT" && row.verdict == Verdict::Refused));
}

#[test]
fn a_coin_that_cools_down_leaves_its_place_to_the_next() {
    // Entered at 11 on day 2, stopped on day 4; strongest again from day 5 on, but left alone.
    let wild = [10.0, 11.0, 12.0, 13.0, 8.0, 12.0, 16.0, 20.0];
    let calm = [10.0, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 10.7];
    let rules = "[buckets.coins]\nweight = 1.0\nhold = { spot = { count = 1 } }\nscore = { momentum = \"1d\" }\nstop = { from_entry = 0.2 }\ncooldown = \"7d\"\n";
    let (market, run) = replay(Tiny::new().spot("BTC", &[100.0; 8]).spot("WILD", &wild).spot("CALM", &calm), rules);
    let expected = [(2, "WILDUSDT", "enter"), (4, "WILDUSDT", "stop"), (5, "CALMUSDT", "enter"), (7, "CALMUSDT", "end of data")];
    assert_eq!(fills(&market, &run), told(&expected));
    assert!(rows(&run, "cooldown").iter().all(|row| row.subject == "WILDUSDT" && row.verdict == Verdict::Refused));
    assert_eq!(rows(&run, "cooldown").len(), 2);
}

#[test]
fn a_coin_that_is_being_left_takes_no_place() {
    // Both are candidates at the close at which WILD has had its time; CALM has the place at the open at which WILD leaves.
    let wild = [10.0, 11.0, 12.0, 11.0, 11.0, 11.2, 11.3];
    let calm = [10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0];
    let rules = "[buckets.coins]\nweight = 1.0\nhold = { spot = { assets = [\"WILD\", \"CALM\"], count = 1 } }\nscore = { momentum = \"4d\" }\n\
        time_stop = { after = \"1d\", unless = 0.05 }\n";
    let (market, run) = replay(Tiny::new().spot("BTC", &[100.0; 7]).spot("WILD", &wild).spot("CALM", &calm), rules);
    let expected = [(5, "WILDUSDT", "enter"), (6, "WILDUSDT", "time_stop"), (6, "CALMUSDT", "enter"), (6, "CALMUSDT", "end of data")];
    assert_eq!(fills(&market, &run), told(&expected));
}

/// `hot` is crowded before its perpetual can be bought; `cool` has been held since it emerged.
#[test]
fn a_crowded_narrative_takes_no_place_where_it_is_not_held() {
    let hot = [10.0, 10.0, 10.0, 12.0, 14.0, 17.0, 20.0, 24.0, 29.0, 35.0, 42.0, 50.0];
    let mut perp = [GAP; 12];
    perp[8..].copy_from_slice(&hot[8..]);
    let cool = [10.0, 10.0, 10.0, 11.5, 12.0, 12.5, 13.0, 13.5, 14.0, 14.5, 15.0, 15.5];
    let tiny = Tiny::new().spot("BTC", &[100.0; 12]).spot("HOT", &hot).and_perp(&perp).perp("COOL", &cool);
    let tiny = tiny.member("HOT", "hot", 0, None).member("COOL", "cool", 0, None);
    let posts = [1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 90.0];
    let tiny = posts.iter().zip(0..).fold(tiny, |tiny, (&value, day)| tiny.evidence("hot", "posts", day, value));
    let rules = "[lifecycle]\ndwell = \"1d\"\n\
        emerge = { span = \"2d\", momentum_above = 0.10, excess_above = -1.0, breadth_above = 0.4 }\n\
        confirm = { span = \"3d\", momentum_above = 9.0, breadth_above = 0.4, breadth_lost = 0.1 }\n\
        crowd = { media = { metric = \"posts\", past = \"30d\" } }\nexhaust = { stall = \"1d\" }\n\
        [buckets.perps]\nweight = 1.0\nhold = { perp = { narratives = 1, per_narrative = 1, stages = {} } }\nscore = { momentum = \"1d\" }\n\
        leverage = { open = 1.0 }\n";
    let (market, run) = replay(tiny, rules);
    assert!(run.rotations.iter().any(|row| row.to_stage == "crowded" && days(row.time) == 8), "{:?}", run.rotations);
    assert_eq!(fills(&market, &run), told(&[(4, "COOLUSDT", "enter"), (11, "COOLUSDT", "end of data")]));
}

#[test]
fn a_coin_for_a_coin_of_the_same_narrative_is_no_step() {
    let first = [10.0, 11.0, 12.0, 12.1, 12.2, 12.3];
    let second = [10.0, 10.1, 10.2, 11.0, 12.0, 13.0];
    let tiny = Tiny::new().spot("BTC", &[100.0; 6]).spot("ONE", &first).spot("TWO", &second);
    let tiny = tiny.member("ONE", "ai", 0, None).member("TWO", "ai", 0, None);
    let rules = "[buckets.coins]\nweight = 1.0\nhold = { spot = { narratives = 1, per_narrative = 1 } }\nscore = { momentum = \"1d\" }\nenter_above = 0.0\n";
    let (market, run) = replay(tiny, rules);
    let expected = [(2, "ONEUSDT", "enter"), (4, "ONEUSDT", "rotated out"), (4, "TWOUSDT", "enter"), (5, "TWOUSDT", "end of data")];
    assert_eq!(fills(&market, &run), told(&expected));
    let found: Vec<(i64, bool)> = steps(&market, &run).iter().map(|(day, _, enters, _)| (*day, *enters)).collect();
    assert_eq!(found, [(2, true), (5, false)]);
}
