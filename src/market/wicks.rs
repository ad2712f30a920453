//! Wicks: how far a bar's high and low reach beyond its open and close. A bad print looks like one, and every stop, limit and liquidation
//! believes it.

use crate::fault::Fault;
use crate::market::parts::Bar;
use crate::market::quote_field::numeral;

/// A high of more than so many times the larger of open and close, or a low of less than that part of the smaller one, is told as a caution, and
/// so are fills out there.
pub const LONG_WICK: f64 = 3.0;

/// What `market.toml` says of wicks: what is longer is cut, or refused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct WickLimit {
    /// Times the larger of open and close, and the part of the smaller one; above 1.
    pub(super) times: f64,
    pub(super) refuse: bool,
}

/// The lowest and the highest price of a bar that are no wick of more than `times` its body.
fn reach(open: f64, close: f64, times: f64) -> (f64, f64) {
    (open.min(close) / times, open.max(close) * times)
}

/// Whether a price lies beyond [`LONG_WICK`] of a bar's open and close; false where those are missing.
#[must_use]
pub fn in_long_wick(open: f64, close: f64, price: f64) -> bool {
    let (least, most) = reach(open, close, LONG_WICK);
    price < least || price > most
}

impl WickLimit {
    /// Cuts what reaches too far, and says how many bars that were.
    ///
    /// # Errors
    /// The first such bar, where they are to be refused; `place` tells where row `k` stands.
    pub(super) fn apply(self, bars: &mut [Bar], place: impl Fn(usize) -> String) -> Result<usize, Fault> {
        let mut cut = 0;
        for (k, bar) in bars.iter_mut().enumerate() {
            let (least, most) = reach(bar.open, bar.close, self.times);
            if bar.low >= least && bar.high <= most {
                continue;
            }
            if self.refuse {
                let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(numeral);
                return Err(Fault::new(
                    place(k),
                    format!("a wick: open {open}, high {high}, low {low}, close {close}"),
                    format!("highs and lows within {} times open and close, as `[data] wick_limit` says", numeral(self.times)),
                    "mend the row, raise the limit, or set `wicks = \"clip\"`",
                ));
            }
            (bar.low, bar.high) = (bar.low.max(least), bar.high.min(most));
            cut += 1;
        }
        Ok(cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Time;

    fn bar(open: f64, high: f64, low: f64, close: f64) -> Bar {
        Bar { time: Time::from_seconds(0), open, high, low, close, volume: 1.0 }
    }

    #[test]
    fn what_reaches_beyond_the_limit_is_cut_to_it() {
        let whole = bar(10.0, 24.0, 5.0, 12.0);
        let mut bars = [whole, bar(10.0, 24.5, 4.0, 12.0), bar(12.0, 20.0, 0.01, 10.0)];
        let limit = WickLimit { times: 2.0, refuse: false };
        assert_eq!(limit.apply(&mut bars, |_| String::new()).unwrap(), 2);
        assert_eq!(bars, [whole, whole, bar(12.0, 20.0, 5.0, 10.0)]);
    }

    #[test]
    fn or_refused_with_its_place() {
        let limit = WickLimit { times: 2.0, refuse: true };
        let fault = limit.apply(&mut [bar(10.0, 11.0, 9.0, 10.0), bar(10.0, 20.5, 9.0, 10.0)], |k| format!("x:{k}")).unwrap_err();
        assert_eq!((fault.place.as_str(), fault.found.as_str()), ("x:1", "a wick: open 10, high 20.5, low 9, close 10"));
    }

    #[test]
    fn a_price_just_at_the_limit_is_in_no_long_wick() {
        assert_eq!([36.0, 36.1, 10.0 / 3.0, 3.3].map(|price| in_long_wick(10.0, 12.0, price)), [false, true, false, true]);
        assert!(!in_long_wick(f64::NAN, f64::NAN, 5.0));
    }
}
