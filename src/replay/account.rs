//! What a fill moves: positions and cash, what buckets remember, the volume left on the venue, and the record. It sends no order.

use crate::replay::buckets::BucketState;
use crate::replay::context::Context;
use crate::replay::positions::PositionBook;
use crate::replay::recorder::Recorder;
use crate::replay::venues::Venues;
use crate::units::{BucketId, InstrumentId, Usd};

pub(super) struct Account {
    pub books: PositionBook,
    /// By bucket.
    pub buckets: Vec<BucketState>,
    pub venues: Venues,
    pub record: Recorder,
}

impl Account {
    /// The capital in its buckets, and nothing held.
    pub fn begin(cx: &Context, capital: Usd) -> Self {
        let (market, plan) = (cx.market, cx.plan);
        let weights: Vec<f64> = plan.buckets.iter().map(|bucket| bucket.weight).collect();
        let (instruments, start) = (market.instruments.len(), market.window().start);
        Self {
            books: PositionBook::open(capital, &weights),
            buckets: plan.buckets.iter().map(|bucket| BucketState::new(bucket, instruments, start)).collect(),
            venues: Venues::of(instruments),
            record: Recorder::new(market, plan, capital),
        }
    }

    /// Keeps a bucket out of an instrument for its cool-down.
    pub fn start_cooldown(&mut self, cx: &Context, bucket: BucketId, instrument: InstrumentId) {
        self.buckets[bucket.index()].start_cooldown(instrument, cx.cooldown_end(cx.bucket(bucket)));
    }
}
