//! US dollars, counted in microdollars.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Serialize, Serializer};

/// An amount of US dollars, exact to one millionth. Sums stop at the ends of the whole number and never wrap round; books stay far from both
/// ([`Usd::MOST`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(i64);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest capital a run may start with: a billion dollars. It leaves room for a gain of two thousand times before [`Self::MOST`].
    pub const MAX_CAPITAL: Self = Self(1_000_000_000_000_000);
    /// The most that books hold in any account and in any sum of their records: two trillion dollars. Four times as much is still a whole
    /// number, so that a difference of two changes of such amounts is exact.
    pub const MOST: Self = Self(2_000_000_000_000_000_000);
    const MICROS: f64 = 1e6;

    /// An amount of microdollars.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The amount in microdollars.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Rounds half away from zero to the nearest microdollar.
    #[must_use]
    #[inline]
    pub fn round(dollars: f64) -> Self {
        let micros = dollars * Self::MICROS;
        Self((micros + 0.5_f64.copysign(micros)) as i64)
    }

    /// The amount in dollars.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::MICROS
    }

    /// The amount without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// Whether it is above nought.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is below nought.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The share `part / whole` of this amount, rounded towards zero, so that shares never sum to more than the whole.
    #[must_use]
    pub fn share(self, part: f64) -> Self {
        Self((self.0 as f64 * part) as i64)
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Usd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Usd {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Usd {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// All six decimals, no thousands separator: the form of the report tables.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digit by digit, from the last: tables hold hundreds of thousands of amounts.
        let mut text = [0_u8; 24];
        let (mut at, mut left, mut digits) = (text.len(), self.0.unsigned_abs(), 0);
        let mut put = |byte: u8| {
            at -= 1;
            text[at] = byte;
        };
        while left > 0 || digits < 7 {
            if digits == 6 {
                put(b'.');
            }
            put(b'0' + (left % 10) as u8);
            (left, digits) = (left / 10, digits + 1);
        }
        if self.0 < 0 {
            put(b'-');
        }
        f.pad(std::str::from_utf8(&text[at..]).expect("digits are text"))
    }
}

/// In JSON an amount is a number of dollars. Six decimals survive exactly up to nine billion dollars.
impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_the_long_way_round_writes_them() {
        for micros in [0, 1, -1, 999_999, 1_000_000, -1_000_001, 123_456_789_012, i64::MAX, i64::MIN] {
            let (sign, whole) = (if micros < 0 { "-" } else { "" }, micros.unsigned_abs());
            let long = format!("{sign}{}.{:06}", whole / 1_000_000, whole % 1_000_000);
            assert_eq!(Usd::from_micros(micros).to_string(), long);
        }
        assert_eq!(format!("{:>9}|{:<9}|", Usd::from_micros(1_500_000), Usd::from_micros(-1)), " 1.500000|-0.000001|");
    }
}
