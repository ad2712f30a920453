//! How often a perpetual settles, read off the stamps of its settlements (`fidelity.md` 1.5: the interval is data, it differs by coin and
//! changes in time). The market reads it while a history unfolds, the venue's mechanics from a finished list: two readings of one rule.
//!
//! | | [`as_they_came`] | [`intervals`] |
//! |---|---|---|
//! | for | replays: files with holes, rules that must not see later stamps | checks: a statement against the exchange's |
//! | distance to the one before | within five minutes of 1, 2, 4 or 8 hours | exactly 1, 2, 3, 4, 6 or 8 hours |
//! | after a hole | the interval last seen holds | the interval that follows |
//! | where nothing says | eight hours | `None` |

/// Seconds by which stamps, floored to the minute, may miss the whole hour.
const JITTER: i64 = 300;

/// A rate per `interval_hours` as its eight-hour equivalent, the only form in which rates of different intervals compare.
#[must_use]
pub fn per_8h(rate: f64, interval_hours: f64) -> f64 {
    rate * 8.0 / interval_hours
}

/// The interval in hours between two consecutive settlement stamps (seconds): a whole number of hours that divides a day, at most
/// eight. `None`: settlements are missing between them, or they are not settlements of one series.
#[must_use]
pub fn interval_hours(earlier: i64, later: i64) -> Option<i64> {
    let seconds = later - earlier;
    let hours = seconds / 3_600;
    (seconds % 3_600 == 0 && matches!(hours, 1 | 2 | 3 | 4 | 6 | 8)).then_some(hours)
}

/// The interval each settlement pays for, in hours, from ascending stamps in seconds: the distance to the one before. The first, and one
/// after a hole, takes the interval that follows it; `None` where neither says.
#[must_use]
pub fn intervals(stamps: &[i64]) -> Vec<Option<i64>> {
    neighbours(stamps, interval_hours).map(|(before, after)| before.or(after)).collect()
}

/// The interval each settlement pays for, in hours, from ascending `(stamp in seconds, interval the venue states)`: what is stated, else the
/// distance to the one before, the period the rate was earned over. After a hole the interval last seen holds. Only the first stamp looks
/// at the next one, for venues announce an interval before its first settlement.
#[must_use]
pub fn as_they_came(settlements: &[(i64, Option<f64>)]) -> Vec<f64> {
    let stamps: Vec<i64> = settlements.iter().map(|&(stamp, _)| stamp).collect();
    let mut found: Vec<f64> = Vec::with_capacity(stamps.len());
    for ((before, after), &(_, stated)) in neighbours(&stamps, usual).zip(settlements) {
        let inferred = before.or(found.last().copied()).or(after).unwrap_or(8.0);
        found.push(stated.filter(|&hours| hours > 0.0 && hours <= 24.0).unwrap_or(inferred));
    }
    found
}

/// Hours between two stamps; a distance within five minutes of a whole hour is that hour.
#[must_use]
pub fn hours_between(earlier: i64, later: i64) -> f64 {
    let seconds = later - earlier;
    let hours = (seconds + 1_800).div_euclid(3_600);
    if hours > 0 && (hours * 3_600 - seconds).abs() <= JITTER { hours as f64 } else { seconds as f64 / 3_600.0 }
}

/// The intervals perpetuals settle at. Three and six hours divide a day too, but are what an hourly or two-hourly coin shows when
/// stamps are missing from its history, so there they are holes.
fn usual(earlier: i64, later: i64) -> Option<f64> {
    Some(hours_between(earlier, later)).filter(|hours| [1.0, 2.0, 4.0, 8.0].contains(hours))
}

/// Per stamp the interval to the one before it and to the one after it, where there is such a stamp and `interval` knows the distance.
fn neighbours<H>(stamps: &[i64], interval: impl Fn(i64, i64) -> Option<H>) -> impl Iterator<Item = (Option<H>, Option<H>)> {
    (0..stamps.len()).map(move |at| {
        let between = |earlier: usize, later: usize| interval(stamps[earlier], *stamps.get(later)?);
        (at.checked_sub(1).and_then(|before| between(before, at)), between(at, at + 1))
    })
}

#[cfg(test)]
mod tests {
    use crate::funding_interval::{as_they_came, hours_between, intervals};

    fn came(hours: &[i64]) -> Vec<f64> {
        as_they_came(&hours.iter().map(|hour| (hour * 3_600, None)).collect::<Vec<_>>())
    }

    #[test]
    fn the_interval_is_the_distance_to_the_settlement_before() {
        // 8 h, switched to 4 h at hour 16 and to 1 h at hour 28.
        assert_eq!(came(&[0, 8, 16, 20, 24, 28, 29, 30]), [8.0, 8.0, 8.0, 4.0, 4.0, 4.0, 1.0, 1.0]);
        // And back up to 8 h. A single settlement missing from a 4 h coin looks the same until the next is seen, so it is taken the
        // same: nothing is told from later stamps.
        assert_eq!(came(&[0, 4, 8, 16, 24]), [4.0, 4.0, 4.0, 8.0, 8.0]);
        assert_eq!(came(&[0, 4, 8, 16, 20]), [4.0, 4.0, 4.0, 8.0, 4.0]);
    }

    #[test]
    fn a_hole_leaves_the_interval_alone() {
        assert_eq!(came(&[0, 8, 24, 32]), [8.0, 8.0, 8.0, 8.0]);
        assert_eq!(came(&[0, 1, 2, 5, 6]), [1.0, 1.0, 1.0, 1.0, 1.0]);
        // Twelve hours of a 4 h coin are two settlements missing.
        assert_eq!(came(&[0, 4, 8, 20, 24]), [4.0, 4.0, 4.0, 4.0, 4.0]);
        assert_eq!(came(&[0, 4, 8, 500, 508, 516]), [4.0, 4.0, 4.0, 4.0, 8.0, 8.0]);
        assert_eq!(came(&[0, 24, 48]), [8.0, 8.0, 8.0]);
        assert_eq!(came(&[5]), [8.0]);
    }

    #[test]
    fn what_is_stated_wins_when_it_is_sane() {
        let hour = 3_600;
        assert_eq!(as_they_came(&[(0, None), (8 * hour, Some(4.0)), (16 * hour, Some(0.0))]), [8.0, 4.0, 8.0]);
        // After a hole what was stated last holds, too.
        assert_eq!(as_they_came(&[(0, None), (8 * hour, Some(4.0)), (20 * hour, None)]), [8.0, 4.0, 4.0]);
    }

    #[test]
    fn stamps_a_minute_off_are_whole_hours() {
        assert_eq!(hours_between(0, 28_740), 8.0);
        assert_eq!(hours_between(0, 5_400), 1.5);
        assert_eq!(hours_between(0, 60), 60.0 / 3_600.0);
    }

    #[test]
    fn a_finished_list_is_read_to_the_second_and_in_both_directions() {
        let hours = |hours: &[i64]| intervals(&hours.iter().map(|hour| hour * 3_600).collect::<Vec<_>>());
        assert_eq!(hours(&[0, 8, 16, 20, 21]), [8, 8, 8, 4, 1].map(Some));
        // A settlement is missing between 8 h and 24 h.
        assert_eq!(hours(&[0, 8, 24, 28]), [8, 8, 4, 4].map(Some));
        assert_eq!(hours(&[0, 3, 9]), [3, 3, 6].map(Some));
        assert_eq!(hours(&[0]), [None]);
        assert_eq!(hours(&[0, 5]), [None, None]);
        assert_eq!(intervals(&[0, 28_740]), [None, None]);
    }
}
