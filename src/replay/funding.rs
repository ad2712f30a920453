//! Moments 3 and 6: settlements at their real stamps.

use crate::exchange::funding::payment;
use crate::market::Settlement;
use crate::replay::account::Account;
use crate::replay::context::Context;
use crate::replay::decision::Why;
use crate::replay::intrabar::exit_side;
use crate::replay::positions::margin_view;
use crate::replay::run::FundingPayment;
use crate::replay::simulation::Simulation;
use crate::strategy::Verdict;
use crate::units::{BucketId, InstrumentId, Usd};

impl Simulation<'_> {
    /// Moment 3: settlements stamped at the open, on positions held before it, both signs; then the margin test again.
    pub fn settle_at_open(&mut self) {
        let now = self.cx.now();
        for k in self.cx.settlements() {
            let Some((instrument, settlement)) = self.held_settlement(k) else { continue };
            if settlement.time > now {
                break;
            }
            self.settle(instrument, &settlement);
        }
        let market = self.cx.market;
        for &pool in &self.cx.roles.cross {
            self.liquidate_pool_failing(pool, &market.panel.mark_open);
        }
    }

    /// Moment 6: later settlements of the bar, in time order, each followed by the margin test at its own mark.
    pub fn settle_inside(&mut self) {
        let now = self.cx.now();
        for k in self.cx.settlements() {
            let Some((instrument, settlement)) = self.held_settlement(k) else { continue };
            if settlement.time > now {
                self.settle(instrument, &settlement);
            }
        }
    }

    /// A settlement of the bar, where its instrument is held: most are of perpetuals that nobody holds, and are not read.
    fn held_settlement(&self, k: usize) -> Option<(InstrumentId, Settlement)> {
        let instrument = self.cx.settled(k);
        self.account.books.holds(instrument).then(|| (instrument, self.cx.settlement(k)))
    }

    fn settle(&mut self, instrument: InstrumentId, settlement: &Settlement) {
        let inside = settlement.time > self.cx.now();
        for &bucket in &self.cx.roles.perp {
            let Some(at) = self.account.books.find(bucket, instrument) else { continue };
            let held = self.account.books.positions()[at].quantity;
            let state = self.account.books.state(at);
            // What was added at an unknown time inside the bar pays and never receives.
            let added = if inside && state.entered == self.cx.t { state.added_inside } else { 0.0 };
            let quantity = if payment(held, settlement.mark, settlement.rate) > 0.0 { held - added } else { held };
            if quantity == 0.0 {
                continue;
            }
            self.account.pay(&self.cx, at, settlement, quantity);
            if self.account.books.fails_at(&self.cx, at, settlement.mark) {
                self.liquidate(at, settlement.mark);
            } else if inside {
                self.stop_by_funding(at, settlement.mark);
            }
        }
    }

    /// A settlement inside the bar may bring a stop that sees funding to its own mark: what that sends meets the next open. At an open, the stops
    /// are looked at after the settlements.
    fn stop_by_funding(&mut self, at: usize, mark: f64) {
        let (state, position) = (self.account.books.state(at), &self.account.books.positions()[at]);
        let sees_funding = self.cx.bucket(position.bucket).stop.is_some_and(|stop| stop.sees_funding());
        let against = exit_side(position).other();
        if let Some(stop) = state.guard.stop.filter(|&stop| sees_funding && against.reaches(mark, stop)) {
            self.send_stop(at, stop, mark);
        }
    }
}

impl Account {
    /// A position opened, or added to, at the open of a funding bar pays if the rate is against it and never receives.
    pub fn pay_on_entry(&mut self, cx: &Context, bucket: BucketId, instrument: InstrumentId, added: f64) {
        let now = cx.now();
        for k in cx.settlements().filter(|&k| cx.settled(k) == instrument) {
            let settlement = cx.settlement(k);
            if settlement.time > now {
                break;
            }
            if let Some(at) = self.books.find(bucket, instrument)
                && payment(added, settlement.mark, settlement.rate) < 0.0
            {
                self.pay(cx, at, &settlement, added);
            }
        }
    }

    /// Before a position, or a signed part of it, leaves at an unknown time inside the bar: the bar's later settlements that go against it.
    pub fn pay_adverse_settlements(&mut self, cx: &Context, at: usize, quantity: f64) {
        let now = cx.now();
        let position = &self.books.positions()[at];
        if !position.margined {
            return;
        }
        let instrument = position.instrument;
        for k in cx.settlements().filter(|&k| cx.settled(k) == instrument) {
            let settlement = cx.settlement(k);
            if settlement.time > now && payment(quantity, settlement.mark, settlement.rate) < 0.0 {
                self.pay(cx, at, &settlement, quantity);
            }
        }
    }

    fn pay(&mut self, cx: &Context, at: usize, settlement: &Settlement, quantity: f64) {
        let due = Usd::round(payment(quantity, settlement.mark, settlement.rate));
        let amount = self.payable(cx, at, settlement, due);
        self.book_settlement(at, settlement, quantity, amount);
        let bucket = self.books.positions()[at].bucket;
        if cx.bucket(bucket).stop.is_some_and(|stop| stop.sees_funding()) {
            self.books.protect(cx, at);
        } else {
            self.books.watch(cx, at);
        }
    }

    /// Books and record of a payment that is covered.
    pub fn book_settlement(&mut self, at: usize, settlement: &Settlement, quantity: f64, amount: Usd) {
        let position = &self.books.positions()[at];
        self.record.run.funding.push(FundingPayment {
            time: settlement.time,
            instrument: position.instrument,
            bucket: position.bucket,
            narrative: position.narrative,
            quantity,
            mark_price: settlement.mark,
            rate: settlement.rate,
            interval_hours: settlement.interval_hours,
            payment: amount,
            assumed: settlement.assumed,
        });
        self.books.state_mut(at).funding.settle(amount, settlement.assumed);
        self.books.money().fund(at, amount);
    }

    /// Of a payment that is due what can be paid: a position, or its pool, gives all it has, its wallet or what it is worth at the mark, whichever is
    /// more. What lies beyond is the venue's, and on record.
    fn payable(&mut self, cx: &Context, at: usize, settlement: &Settlement, due: Usd) -> Usd {
        let position = &self.books.positions()[at];
        // Nearly always the margin of the position alone is enough.
        if -due <= position.margin() {
            return due;
        }
        let (bucket, instrument) = (position.bucket, position.instrument);
        let there = if cx.is_cross(bucket) {
            let members = self.books.tested(cx, bucket);
            let panel = &cx.market.panel;
            let mut marks = self.books.prices(cx, &members, if settlement.time > cx.now() { &panel.mark_close } else { &panel.mark_open });
            marks[members.iter().position(|&member| member == at).expect("a position of its bucket")] = settlement.mark;
            let pool = self.books.tested_pool(cx, bucket, &members);
            pool.wallet.max(pool.balance(&marks))
        } else {
            let isolated = margin_view(position);
            isolated.wallet.max(isolated.balance(settlement.mark))
        };
        let most = Usd::round(there).max(Usd::ZERO);
        if -due <= most {
            return due;
        }
        self.record.note(
            cx.now(),
            (bucket, instrument),
            Verdict::Resized,
            [Some(-due.to_f64()), Some(most.to_f64())],
            Why::FundingBeyondMargin,
        );
        -most
    }
}

impl Context<'_> {
    fn settlements(&self) -> std::ops::Range<usize> {
        self.settlements_in(self.t)
    }

    /// The settlements of a bar, in time order, for [`Self::settlement`].
    pub fn settlements_in(&self, t: usize) -> std::ops::Range<usize> {
        let starts = &self.market.funding.bar_start;
        starts[t] as usize..starts[t + 1] as usize
    }

    /// Of which instrument one of them is.
    pub fn settled(&self, k: usize) -> InstrumentId {
        self.market.funding.in_time[k].0
    }

    /// One of them, at the rate that the run assumes.
    pub fn settlement(&self, k: usize) -> Settlement {
        let (instrument, at) = self.market.funding.in_time[k];
        let settled = self.market.funding.by_instrument[instrument.index()][at as usize];
        let times = if settled.assumed { self.plan.assumptions.assumed_funding_multiplier } else { 1.0 };
        Settlement { rate: settled.rate * times, ..settled }
    }
}
