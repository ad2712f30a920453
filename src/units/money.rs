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
    /// The most bytes that an amount is shown in.
    pub(crate) const DIGITS: usize = 24;
    /// Microdollars a dollar.
    pub(crate) const MICROS: f64 = 1e6;
    /// One and a half times 2⁵²: what is added to it keeps no fraction, and comes back rounded.
    pub(crate) const TO_WHOLE: f64 = 6_755_399_441_055_744.0;
    /// 2⁵¹, up to which that is so.
    const ROUNDED_BY_ADDITION: f64 = 2_251_799_813_685_248.0;

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

    /// Rounds to the nearest microdollar, half to the even one (IEEE 754 `roundTiesToEven`).
    #[must_use]
    #[inline]
    pub fn round(dollars: f64) -> Self {
        let micros = dollars * Self::MICROS;
        // Beyond the middle of the doubles with a half, their own addition rounds, and leaves the whole number in the lower bits: quicker than asking
        // for it.
        if micros.abs() < Self::ROUNDED_BY_ADDITION {
            return Self((micros + Self::TO_WHOLE).to_bits() as i64 - Self::TO_WHOLE.to_bits() as i64);
        }
        Self(micros.round_ties_even() as i64)
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

    /// As it is shown, in the end of `text`: for tables, which hold hundreds of thousands of amounts.
    #[must_use]
    pub(crate) fn digits(self, text: &mut [u8; Self::DIGITS]) -> &str {
        // Digit by digit, from the last.
        let mut at = text.len();
        let mut put = |byte: u8| {
            at -= 1;
            text[at] = byte;
        };
        let size = self.0.unsigned_abs();
        let (mut dollars, mut micros) = (size / 1_000_000, (size % 1_000_000) as u32);
        for _ in 0..6 {
            put(b'0' + (micros % 10) as u8);
            micros /= 10;
        }
        put(b'.');
        loop {
            put(b'0' + (dollars % 10) as u8);
            dollars /= 10;
            if dollars == 0 {
                break;
            }
        }
        if self.is_negative() {
            put(b'-');
        }
        std::str::from_utf8(&text[at..]).expect("digits are text")
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
        f.pad(self.digits(&mut [0; Self::DIGITS]))
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

    #[test]
    fn halves_go_to_the_even_microdollar() {
        let micros = |micros: f64| Usd::round(micros / 1e6).micros();
        assert_eq!([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49, 0.51].map(micros), [0, 2, 2, 0, -2, -2, 0, 1]);
        assert_eq!(Usd::round(f64::NAN), Usd::ZERO);
        // On both sides of where addition rounds by itself, and of where no double has a fraction.
        for edge in [Usd::ROUNDED_BY_ADDITION, 2.0 * Usd::ROUNDED_BY_ADDITION] {
            for step in -40..40 {
                let dollars = (edge + f64::from(step) / 4.0) / 1e6;
                let expected = (dollars * 1e6).round_ties_even() as i64;
                assert_eq!([dollars, -dollars].map(|dollars| Usd::round(dollars).micros()), [expected, -expected]);
            }
        }
    }
}
