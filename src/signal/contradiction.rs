//! Parameters that cannot be meant.

/// What is wrong with a rule, for whoever knows the file and line it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Below the rule's own table, with dots: `drawdown.bull`.
    pub key: &'static str,
    pub found: String,
    pub expected: &'static str,
    pub fix: &'static str,
}

impl Contradiction {
    /// `Err` where `value` is NaN or infinite: a comparison with either decides nothing.
    pub(super) fn unless_finite(key: &'static str, value: f64, fix: &'static str) -> Result<(), Self> {
        Self::unless(true, key, value, "a finite number", fix)
    }

    /// `Err` where `value` is no rate of funding per 8 h that could be reached: a settlement moves less than the whole notional.
    pub(super) fn unless_rate(key: &'static str, value: f64, fix: &'static str) -> Result<(), Self> {
        let expected = "a fraction of notional per 8 h between -1 and 1: no settlement is as large";
        Self::unless(value.abs() < 1.0, key, value, expected, fix)
    }

    /// `Err` where `value` is not what it must be; a number that is none is always wrong.
    pub(super) fn unless(right: bool, key: &'static str, value: f64, expected: &'static str, fix: &'static str) -> Result<(), Self> {
        if right && value.is_finite() { Ok(()) } else { Err(Self { key, found: value.to_string(), expected, fix }) }
    }
}
