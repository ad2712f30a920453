//! What becomes another thing without anybody trading.

use crate::ledger::books::{Account, Books};
use crate::units::InstrumentId;

impl Books {
    /// A spot holding becomes `ratio` times as many of another instrument, in the same bucket and in kind: what it cost, earned and holds goes
    /// along, and no money moves. Where the bucket holds that instrument already, the two are one holding from then on, under the other's
    /// narrative. Returns its place.
    pub fn convert(&mut self, at: usize, into: InstrumentId, ratio: f64) -> usize {
        let bucket = self.positions[at].bucket;
        debug_assert!(!self.positions[at].margined, "a perpetual is settled");
        let joined = self.find(bucket, into);
        if let Some(other) = joined {
            let held = self.positions[at].held;
            self.transfer(Account::Held(at), Account::Held(other), held);
        }
        let mut position = self.positions.remove(at);
        position.become_of(into, ratio);
        match self.positions.binary_search_by_key(&(bucket, into), |p| (p.bucket, p.instrument)) {
            Ok(place) => {
                self.positions[place].take_in(&position);
                place
            }
            Err(place) => {
                self.positions.insert(place, position);
                place
            }
        }
    }
}
