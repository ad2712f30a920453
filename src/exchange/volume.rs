//! How much of a bar's trading our orders may be: participation caps, lots, smallest orders.

/// What all our orders in one symbol may still take of one bar. One per symbol and bar, shared by every order (zipline's rule: the
/// cap is on the sum of absolute quantities).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VolumePool {
    cap: f64,
    taken: f64,
}

impl VolumePool {
    /// `min(bar_share · bar_volume, day_share · day_volume)` in coins. Volumes are those of the bar and of the day of trading
    /// before it; a volume that is unknown (`NaN`) gives nothing, an infinite one does not limit.
    #[must_use]
    pub fn new(bar_share: f64, bar_volume: f64, day_share: f64, day_volume: f64) -> Self {
        let part = |share: f64, volume: f64| if volume > 0.0 { share * volume } else { 0.0 };
        Self { cap: part(bar_share, bar_volume).min(part(day_share, day_volume)).max(0.0), taken: 0.0 }
    }

    /// No cap.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { cap: f64::INFINITY, taken: 0.0 }
    }

    /// The whole cap in coins.
    #[must_use]
    pub fn cap(&self) -> f64 {
        self.cap
    }

    /// What has been taken so far, in coins.
    #[must_use]
    pub fn taken(&self) -> f64 {
        self.taken
    }

    /// What is left, in coins.
    #[must_use]
    pub fn left(&self) -> f64 {
        (self.cap - self.taken).max(0.0)
    }

    /// Takes a quantity (its sign does not matter), at most what is left; says how much was given.
    pub fn take(&mut self, quantity: f64) -> f64 {
        let given = quantity.abs().min(self.left());
        self.taken += given;
        given
    }
}

/// The largest multiple of `lot` that is at most `quantity`; a lot of 0 (unknown) rounds nothing. A quantity that is a multiple but for
/// the last bits stays whole.
#[must_use]
pub(crate) fn round_to_lot(quantity: f64, lot: f64) -> f64 {
    if lot > 0.0 && quantity.is_finite() { ((quantity / lot + 1e-9).floor() * lot).min(quantity) } else { quantity }
}

/// The quantity a venue accepts of an order: whole lots, at least the minimum notional in USD at `price`; otherwise 0. What closes a
/// whole position (`closes_all`) is taken as it is, for venues let a reducing order be as small as the position.
#[must_use]
pub(crate) fn accepted(quantity: f64, price: f64, lot: f64, min_notional: f64, closes_all: bool) -> f64 {
    if closes_all {
        return quantity;
    }
    let whole = round_to_lot(quantity, lot);
    if whole * price < min_notional * (1.0 - 1e-12) { 0.0 } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_share_one_cap() {
        let mut pool = VolumePool::new(0.1, 200.0, 1.0, 1e9);
        assert_eq!(pool.take(-3.0), 3.0);
        assert_eq!(pool.take(18.0), 17.0);
        assert_eq!(pool.take(1.0), 0.0);
        assert_eq!(pool.taken(), pool.cap());
    }

    #[test]
    fn the_day_caps_a_spike() {
        assert_eq!(VolumePool::new(0.02, 1e6, 0.02, 1e5).cap(), 2_000.0);
        assert_eq!(VolumePool::new(0.02, f64::NAN, 0.02, 1e5).cap(), 0.0);
        assert_eq!(VolumePool::new(0.02, 0.0, 0.02, f64::INFINITY).cap(), 0.0);
    }

    #[test]
    fn lots_round_down_and_never_up() {
        assert_eq!(round_to_lot(0.3, 0.1), 0.3);
        assert_eq!(round_to_lot(7.9, 2.0), 6.0);
        assert_eq!(round_to_lot(7.9, 0.0), 7.9);
        assert_eq!(round_to_lot(0.1, 1.0), 0.0);
    }

    #[test]
    fn small_orders_are_refused_unless_they_close() {
        assert_eq!(accepted(0.4, 10.0, 0.1, 5.0, false), 0.0);
        assert_eq!(accepted(0.5, 10.0, 0.1, 5.0, false), 0.5);
        assert_eq!(accepted(0.123, 10.0, 0.1, 5.0, true), 0.123);
    }
}
