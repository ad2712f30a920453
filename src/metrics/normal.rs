//! The normal distribution, to the last few bits: density, cumulative and its inverse.

use core::f64::consts::{PI, SQRT_2};

/// `φ(z)`.
#[must_use]
pub(crate) fn density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt()
}

/// `Φ(z)`, by the complementary error function so that far tails keep their digits.
#[must_use]
pub(crate) fn cumulative(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// `Φ⁻¹(p)`; none outside of (0, 1). Acklam's rational approximation (1e-9), then one step of Halley's method against
/// `cumulative`, which leaves the error at that of the error function.
#[must_use]
pub fn quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let rough = acklam(p);
    // In the upper half the lower tail of the mirrored value keeps the digits that `1 − p` would lose.
    let miss = if p > 0.5 { (1.0 - p) - cumulative(-rough) } else { cumulative(rough) - p };
    let step = miss / density(rough);
    Some(rough - step / (1.0 + 0.5 * rough * step))
}

fn acklam(p: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] =
        [-54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72, -13.280_681_552_885_72, 1.0];
    const C: [f64; 6] = [
        -0.007_784_894_002_430_293,
        -0.322_396_458_041_136_5,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    const EDGE: f64 = 0.024_25;
    let polynomial = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |share: f64| {
        let q = (-2.0 * libm::log(share)).sqrt();
        polynomial(&C, q) / polynomial(&D, q)
    };
    if p < EDGE {
        tail(p)
    } else if p > 1.0 - EDGE {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        q * polynomial(&A, q * q) / polynomial(&B, q * q)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_tables_agree() {
        // Abramowitz and Stegun, tables 26.1 and 26.5.
        for (p, z) in [(0.975, 1.959_963_984_540_054), (0.95, 1.644_853_626_951_472_7), (0.5, 0.0), (0.001, -3.090_232_306_167_813)] {
            assert!((quantile(p).unwrap() - z).abs() < 1e-14, "{p}");
            assert!((cumulative(z) - p).abs() < 1e-15, "{z}");
        }
        assert!((density(0.0) - 0.398_942_280_401_432_7).abs() < 1e-16);
    }

    /// Shares whose complement is exact: the upper tail is the lower one, mirrored, with all its digits.
    #[test]
    fn the_upper_half_mirrors_the_lower() {
        for power in [1, 2, 3, 5, 6, 10, 30, 50] {
            let p = libm::exp2(-f64::from(power));
            let (low, high) = (quantile(p).unwrap(), quantile(1.0 - p).unwrap());
            assert!((low + high).abs() <= 1e-14 * high.abs(), "{power}: {low} {high}");
            assert!((cumulative(low) / p - 1.0).abs() < 1e-13, "{power}: {low}");
        }
    }

    #[test]
    fn far_tails_come_back() {
        for p in [1e-300, 1e-12, 0.02, 0.03, 0.4, 0.6, 0.97, 0.98] {
            assert!((cumulative(quantile(p).unwrap()) / p - 1.0).abs() < 1e-12, "{p}");
        }
        assert_eq!((quantile(0.0), quantile(1.0), quantile(f64::NAN)), (None, None, None));
    }
}
