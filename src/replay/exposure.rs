//! What is held at a close, and how far it is from liquidation.

use crate::exchange::liquidation::distance;
use crate::replay::context::Context;
use crate::replay::decider::Decider;
use crate::replay::positions::PositionBook;
use crate::replay::positions::margin_view;
use crate::replay::run::Exposure;
use crate::units::Usd;

impl Decider<'_, '_> {
    /// One row a position, at the close of this bar.
    pub fn record_exposure(&mut self) {
        let time = self.cx.market.clock.close(self.cx.t);
        let rows = (0..self.books.count()).map(|at| Exposure { time, ..self.books.exposure_of(&self.cx, at) });
        self.record.run.exposure.extend(rows);
    }
}

impl PositionBook {
    fn exposure_of(&self, cx: &Context, at: usize) -> Exposure {
        let position = &self.positions()[at];
        let price = cx.market.panel.value_at(position.instrument, cx.t);
        let notional = Usd::round(position.quantity * price);
        let liquidation_price = position.margined.then(|| self.liquidation_price(cx, at)).flatten();
        Exposure {
            time: cx.now(),
            instrument: position.instrument,
            bucket: position.bucket,
            narrative: position.narrative,
            quantity: position.quantity,
            entry_price: position.entry_price(),
            price,
            notional,
            margin: position.margined.then(|| position.margin()),
            unrealised: notional - Usd::round(position.quantity * position.entry_price()),
            liquidation_price,
            liquidation_distance: distance(position.direction(), price, liquidation_price),
        }
    }

    fn liquidation_price(&self, cx: &Context, at: usize) -> Option<f64> {
        let position = &self.positions()[at];
        if !cx.is_cross(position.bucket) {
            return margin_view(position).liquidation_price(cx.brackets(position.instrument), cx.closing_fee());
        }
        let members = self.tested(cx, position.bucket);
        let place = members.iter().position(|&member| member == at)?;
        let marks: Vec<f64> = members.iter().map(|&member| cx.market.panel.value_at(self.positions()[member].instrument, cx.t)).collect();
        self.tested_pool(cx, position.bucket, &members).liquidation_price(place, &marks, cx.closing_fee())
    }
}
