//! What funding says and what it only costs: rates on file speak, the constant that a market declares for holes is paid and known to nobody.

use rotate::market::{Kind, Market, MarketParts, RawSettlement, freeze};
use rotate::replay::run::{EntryCause, Run, Verdict, Why};
use rotate::signal::{History, funding};
use rotate::units::{InstrumentId, Time};

use crate::small::{Small, near, replay, rows, time};

const CAPITAL: f64 = 10_000.0;

/// A long of AAA, two times half of the money; `more` is what else the bucket says.
fn long(more: &str) -> String {
    format!(
        "rebalance = {{ every = \"365d\", band = 0.9 }}\n[buckets.perps]\nweight = 0.5\nhold = {{ perp = {{ assets = [\"AAA\"] }} }}\n\
         leverage = {{ open = 2.0 }}\nreview = \"365d\"\n{more}\n[buckets.stable]\nweight = 0.5\nhold = \"cash\"\n"
    )
}

/// Ten days at a price of 10, without one settlement on file, and so much declared for each.
fn unseen(rate: f64) -> Market {
    let parts = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[10.0; 10], 1e9).parts();
    freeze(MarketParts { missing_rate_8h: Some(rate), ..parts }).expect("holes are filled")
}

fn reasons(run: &Run) -> Vec<&str> {
    run.fills.iter().map(|fill| fill.reason.name()).collect()
}

#[test]
fn an_assumed_rate_is_paid_and_crowds_nobody_out() {
    // 0.1 % per eight hours is twice the threshold, and the price stalls: nobody has seen it.
    let exit = "exit = { funding_8h_above = 0.0005, settlements = 3, stall = \"3d\" }";
    let (cheap, dear) = (replay(&unseen(0.000_1), &long(exit), CAPITAL), replay(&unseen(0.001), &long(exit), CAPITAL));
    assert_eq!((reasons(&dear), reasons(&cheap)), (vec!["enter", "end_of_data"], vec!["enter", "end_of_data"]));
    // A listing owes its first settlement a bar and eight hours after it began: from then on 26 of them, each a thousandth of 10,000 USD.
    let paid = |run: &Run| -run.funding.iter().map(|row| row.payment.to_f64()).sum::<f64>();
    assert!(dear.funding.iter().all(|row| row.assumed) && dear.funding.len() == cheap.funding.len() && paid(&dear) > 200.0);
    assert!((paid(&dear) / paid(&cheap) - 10.0).abs() < 1e-3, "{} and {}", paid(&dear), paid(&cheap));
    assert!(dear.cautions.iter().any(|caution| caution.to_string().contains("the funding exit could not work")), "{:?}", dear.cautions);
}

#[test]
fn an_assumed_rate_lets_nobody_in() {
    let run = replay(&unseen(-0.001), &long("entry = { max_funding_8h = 0.0001 }"), CAPITAL);
    let told = rows(&run, "funding_against");
    assert!(run.fills.is_empty() && told[0].verdict == Verdict::Refused && told[0].observed.is_none(), "{told:?}");
    assert_eq!(told[0].why, Why::Barred(EntryCause::FundingAgainst), "and unknown, since nothing was observed");
}

/// Seen for four days, then not: what was seen last is worth something for as long again, and then nothing.
#[test]
fn what_was_seen_before_a_hole_is_forgotten() {
    let mut parts = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[10.0; 20], 1e9).parts();
    let at = |k: i64| parts.series[0].bars[0].time.plus(k * 8 * 3_600);
    let seen: Vec<RawSettlement> = (0..12).map(|k| RawSettlement { time: at(k), rate: 0.000_3, interval_hours: Some(8.0) }).collect();
    parts.series[0].settlements = seen;
    let market = freeze(MarketParts { missing_rate_8h: Some(0.002), ..parts }).expect("the hole is filled");
    let known = |day: usize, count: usize| funding::latest_8h(&History::at_close(&market, day - 1), InstrumentId(0), count);
    // The last three of the fourth day are from 00, 08 and 16 o'clock: two days later, at midnight, the first of them is still recent.
    for (day, there) in [(4, true), (5, true), (6, false), (20, false)] {
        assert_eq!(known(day, 3).map(|rate| (rate * 1e6).round()), there.then_some(300.0), "day {day}");
    }
    let history = History::at_close(&market, 19);
    assert_eq!(history.settlements(InstrumentId(0)).len(), 12);
    assert!(history.settlements(InstrumentId(0)).iter().all(|settlement| !settlement.assumed));
    assert_eq!(market.funding.by_instrument[0].len(), 60, "all of them are paid");
}

/// The multiplier turns what is assumed alone.
#[test]
fn assumed_rates_can_be_varied() {
    let half = |text: &str| {
        let mut parts = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &[10.0; 10], 1e9).parts();
        let first: Time = parts.series[0].bars[0].time;
        let settled = (0..15).map(|k| RawSettlement { time: first.plus(k * 8 * 3_600), rate: 0.000_2, interval_hours: Some(8.0) });
        parts.series[0].settlements = settled.collect();
        let market = freeze(MarketParts { missing_rate_8h: Some(0.001), ..parts }).expect("holes are filled");
        let run = replay(&market, &long("").replace("rebalance", &format!("{text}rebalance")), CAPITAL);
        let sum = |assumed: bool| run.funding.iter().filter(|row| row.assumed == assumed).map(|row| row.rate).sum::<f64>();
        (sum(false), sum(true))
    };
    let times = |times: &str| {
        half(&format!(
            "assumptions = {{ impact = 0.0, bar_participation = 1.0, day_participation = 1.0, assumed_funding_multiplier = {times} }}\n"
        ))
    };
    let (seen, assumed) = times("1.0");
    assert!(seen > 0.0 && assumed > 0.0);
    for (said, factor) in [("0.0", 0.0), ("2.0", 2.0), ("3.0", 3.0)] {
        let (still, varied) = times(said);
        near(still, seen);
        near(varied, factor * assumed);
    }
}

/// Ten days that settle `first` every eight hours for five days, and `then` from the sixth on; prices go a tenth a day in favour of the side.
fn turning(first: f64, then: f64, side: f64) -> Market {
    let closes: Vec<f64> = (0..10).map(|t| 10.0 * (1.0 + 0.1 * side).powi(t)).collect();
    let mut parts = Small::new("2024-01-01", 24).coin("AAA", Kind::Perp, &closes, 1e9).parts();
    let start: Time = parts.series[0].bars[0].time;
    let rate = |k: i64| if k < 15 { first } else { then };
    let settled = (0..30).map(|k| RawSettlement { time: start.plus(k * 8 * 3_600), rate: rate(k), interval_hours: Some(8.0) });
    parts.series[0].settlements = settled.collect();
    freeze(MarketParts { missing_rate_8h: None, ..parts }).expect("every settlement is there")
}

/// When and why it was left.
fn left(market: &Market, exit: &str) -> Option<(String, Time)> {
    let run = replay(market, &long(exit), CAPITAL);
    let trade = run.trades.first()?;
    Some((trade.exit_reason.name().to_owned(), trade.closed))
}

#[test]
fn funding_alone_may_be_the_reason_to_leave() {
    let (market, seventh) = (turning(0.000_1, 0.001, 1.0), time("2024-01-07"));
    let exit = |more: &str| left(&market, &format!("exit = {{ funding_8h_above = 0.0005, settlements = 3{more} }}")).expect("a trade");
    // The price rises all the time: where it must stall as well, nothing is left before the end.
    assert_eq!(exit(""), ("crowded".to_owned(), seventh));
    assert_eq!(exit(", stall = \"1d\"").0, "end_of_data");
}

/// "0.05 % annualised" read as it is written is half of a thousandth of a per cent per eight hours, and the usual rate is a hundredth of one.
#[test]
fn the_literal_reading_of_the_article_is_never_invested() {
    let market = turning(0.000_1, 0.000_1, 1.0);
    let exit = |unit: &str| left(&market, &format!("exit = {{ funding_above = 0.0005, unit = \"{unit}\", settlements = 3 }}"));
    assert_eq!(exit("apr"), None);
    for unit in ["per_8h", "per_day"] {
        assert_eq!(exit(unit).expect("a trade").0, "end_of_data", "{unit}");
    }
    let run = replay(&market, &long("exit = { funding_above = 0.0005, unit = \"apr\", settlements = 3 }"), CAPITAL);
    assert!(run.gross_exposure.iter().all(|share| *share == 0.0));
    assert_eq!((rows(&run, "crowded")[0].verdict, run.fills.len()), (Verdict::Refused, 0));
    let told = run.cautions.iter().map(ToString::to_string).find(|caution| caution.contains("a year")).expect("the reading is measured");
    assert!(told.contains("0.05 % a year, which is 0.000046 % per 8 h: of the settlements"), "{told}");
}

#[test]
fn a_position_is_left_when_its_subsidy_ends() {
    let (exit, seventh) = ("exit = { funding_below = 0.0, settlements = 3 }", time("2024-01-07"));
    let ended = Some(("subsidy_ended".to_owned(), seventh));
    // A long was paid by the shorts until the sixth day, a short by the longs.
    assert_eq!(left(&turning(-0.000_3, 0.000_1, 1.0), exit), ended);
    assert_eq!(left(&turning(0.000_3, -0.000_1, -1.0), &format!("direction = \"short\"\n{exit}")), ended);
    // What is still received is compared with the threshold, and what is exactly that much is not below it.
    let least = "exit = { funding_below = 0.0002, unit = \"per_8h\", settlements = 3 }";
    assert_eq!(left(&turning(-0.000_3, -0.000_1, 1.0), least), ended);
    assert_eq!(left(&turning(-0.000_3, -0.000_1, 1.0), exit).expect("a trade").0, "end_of_data");
    assert_eq!(left(&turning(-0.000_3, 0.0, 1.0), exit).expect("a trade").0, "end_of_data");
    // Whoever would have to leave at once is not let in.
    assert_eq!(left(&turning(0.000_1, 0.000_1, 1.0), exit), None);
    // Beside the price of a crowd either is a reason.
    let both = "exit = { funding_8h_above = 0.0005, funding_below = -0.0002, unit = \"per_8h\", settlements = 3 }";
    assert_eq!(left(&turning(0.0, 0.000_3, 1.0), both), ended);
    assert_eq!(left(&turning(0.0, 0.000_6, 1.0), both), Some(("crowded".to_owned(), seventh)));
}

/// A long receives a hundredth of a per cent per eight hours: 0.03 % a day, and 10.95 % a year.
#[test]
fn what_is_received_is_compared_in_the_unit_that_is_said() {
    let market = turning(-0.000_3, -0.000_1, 1.0);
    let reason = |below: f64, unit: &str| {
        let exit = format!("exit = {{ funding_below = {below}, unit = \"{unit}\", settlements = 3 }}");
        left(&market, &exit).expect("a trade").0
    };
    for (unit, under, over) in [("per_8h", 0.000_09, 0.000_11), ("per_day", 0.000_29, 0.000_31), ("apr", 0.109, 0.110)] {
        assert_eq!((reason(under, unit).as_str(), reason(over, unit).as_str()), ("end_of_data", "subsidy_ended"), "{unit}");
    }
    // Both thresholds go by the one unit.
    let both = "exit = { funding_above = 0.0015, funding_below = 0.0006, unit = \"per_day\", settlements = 3 }";
    assert_eq!(left(&market, both), Some(("subsidy_ended".to_owned(), time("2024-01-07"))));
    assert_eq!(left(&turning(-0.000_3, 0.000_6, 1.0), both).expect("a trade").0, "crowded");
}
