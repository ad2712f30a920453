//! What was traded, held and paid.

use crate::metrics::returns::{finite, mean, ratio};
use crate::replay::run::{Exposure, FundingLines, FundingPayment};
use crate::units::Usd;

const HOURS_PER_YEAR: f64 = 8_760.0;

/// `Σ|traded notional| / mean equity` per year; purchases and sales both count.
#[must_use]
pub fn turnover(traded: f64, mean_equity: f64, years: f64) -> Option<f64> {
    ratio(traded, mean_equity).and_then(|times| ratio(times, years))
}

/// Mean over the bars in which there was equity to divide by.
#[must_use]
pub(crate) fn average_exposure(exposure: &[f64]) -> Option<f64> {
    let known: Vec<f64> = exposure.iter().copied().filter(|e| e.is_finite()).collect();
    ratio(known.iter().sum(), known.len() as f64)
}

/// `Σ|traded notional| / mean gross book` of a period (pyfolio's other turnover); nothing traded is none turned over. In no report: it is
/// held to the golden tables.
#[must_use]
pub fn turnover_of_book(traded: f64, gross_book: &[f64]) -> Option<f64> {
    if traded == 0.0 {
        return Some(0.0);
    }
    ratio(traded, mean(gross_book)?)
}

/// What is left of a period's return when trading `turnover` times the portfolio cost `bps` basis points of it. For the golden tables: here
/// fills have slippage of their own.
#[must_use]
pub fn return_after_slippage(period_return: f64, turnover: f64, bps: f64) -> f64 {
    period_return - turnover * bps / 10_000.0
}

/// Share of bars in which anything was held.
#[must_use]
pub(crate) fn exposure_time(gross: &[f64]) -> Option<f64> {
    ratio(gross.iter().filter(|e| **e > 0.0).count() as f64, gross.len() as f64)
}

/// Margin over equity at each close, `(mean, largest)`; bars without equity are left out.
#[must_use]
pub fn margin_utilisation(margin: &[Usd], equity: &[Usd]) -> (Option<f64>, Option<f64>) {
    let shares: Vec<f64> = margin.iter().zip(equity).filter(|(_, e)| e.is_positive()).map(|(m, e)| m.to_f64() / e.to_f64()).collect();
    (mean(&shares), shares.iter().copied().reduce(f64::max))
}

/// Settlements added up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Settled {
    /// What is assumed is apart from what was settled.
    pub lines: FundingLines,
    pub assumed: usize,
    /// `Σ rate·notional`, on mark notional, in USD.
    charged: f64,
    /// `Σ notional·interval`, in USD hours.
    held: f64,
}

impl Settled {
    /// In one pass: there may be more of them than of anything else.
    pub(super) fn of(payments: &[FundingPayment]) -> Self {
        let mut all = Self::default();
        for settled in payments {
            let notional = settled.quantity.abs() * settled.mark_price;
            all.charged += settled.rate * notional;
            all.held += notional * settled.interval_hours;
            all.lines.settle(settled.payment, settled.assumed);
            all.assumed += usize::from(settled.assumed);
        }
        all
    }

    /// The yearly rate at which what was held was charged: `Σ rate·notional / Σ notional·interval`, simple. The sign is the venue's: positive is paid
    /// by longs and received by shorts.
    pub(super) fn average_apr(&self) -> Option<f64> {
        ratio(self.charged, self.held).map(|hourly| hourly * HOURS_PER_YEAR)
    }
}

/// The largest gross exposure at a close, as a share of equity; `None` of no bars.
#[must_use]
pub(crate) fn max_exposure(gross: &[f64]) -> Option<f64> {
    gross.iter().copied().filter(|e| e.is_finite()).reduce(f64::max).and_then(finite)
}

/// The nearest any position came to its liquidation price, as a fraction of the price it stood at; none where none could be liquidated.
#[must_use]
pub(crate) fn min_liquidation_distance(exposure: &[Exposure]) -> Option<f64> {
    exposure.iter().filter_map(|row| row.liquidation_distance).filter(|d| d.is_finite()).reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{BucketId, InstrumentId, Time};

    /// A hundredth of a per cent is 10.95 % a year every eight hours, twice as much every four, eight times as much every hour; longs and shorts are charged
    /// the same rate, and each by what it held and for how long.
    #[test]
    fn a_rate_a_year_depends_on_how_often_it_is_settled() {
        let paid = |quantity: f64, rate: f64, interval_hours: f64| FundingPayment {
            time: Time::from_seconds(0),
            instrument: InstrumentId(0),
            bucket: BucketId(0),
            narrative: None,
            quantity,
            mark_price: 50.0,
            rate,
            interval_hours,
            payment: Usd::round(-quantity * 50.0 * rate),
            assumed: false,
        };
        let apr = |payments: &[FundingPayment]| Settled::of(payments).average_apr().unwrap();
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}, expected {expected}");
        for (hours, yearly) in [(8.0, 0.1095), (4.0, 0.219), (1.0, 0.876)] {
            near(apr(&[paid(2.0, 0.000_1, hours)]), yearly);
            near(apr(&[paid(-2.0, 0.000_1, hours)]), yearly);
            near(apr(&[paid(2.0, -0.000_1, hours)]), -yearly);
        }
        // Eight hours at 10.95 % and one at 87.6 %, of the same size: the mean by hours. And three times as much of the second.
        near(apr(&[paid(1.0, 0.000_1, 8.0), paid(1.0, 0.000_1, 1.0)]), (8.0 * 0.1095 + 0.876) / 9.0);
        near(apr(&[paid(1.0, 0.000_1, 8.0), paid(-3.0, 0.000_1, 1.0)]), (8.0 * 0.1095 + 3.0 * 0.876) / 11.0);
        assert_eq!(Settled::of(&[]).average_apr(), None);
    }

    #[test]
    fn bars_that_hold_something_are_counted() {
        assert_eq!(
            (exposure_time(&[0.0, 5.0, 1e-6, 0.0]), exposure_time(&[5.0, 5.0, 5.0, 0.0]), exposure_time(&[])),
            (Some(0.5), Some(0.75), None)
        );
    }

    #[test]
    fn the_nearest_call_is_the_smallest_distance() {
        let row = |distance: Option<f64>| Exposure {
            time: Time::from_seconds(0),
            instrument: InstrumentId(0),
            bucket: BucketId(0),
            narrative: None,
            quantity: -1.0,
            entry_price: 100.0,
            price: 100.0,
            notional: Usd::round(-100.0),
            margin: distance.map(|_| Usd::round(50.0)),
            unrealised: Usd::ZERO,
            liquidation_price: distance.map(|d| 100.0 * (1.0 + d)),
            liquidation_distance: distance,
        };
        assert_eq!(min_liquidation_distance(&[row(Some(0.5)), row(None), row(Some(0.25)), row(Some(0.4))]), Some(0.25));
        assert_eq!(min_liquidation_distance(&[row(None)]), None);
    }
}
