//! What is held at a close, and how far it is from liquidation.

use crate::exchange::liquidation::distance;
use crate::replay::positions::margin_view;
use crate::replay::run::Exposure;
use crate::replay::simulation::Simulation;
use crate::units::Usd;

impl Simulation<'_> {
    /// One row a position, at the close of this bar.
    pub fn record_exposure(&mut self) {
        let time = self.market.clock.close(self.t);
        let rows: Vec<Exposure> = (0..self.books.count()).map(|at| self.exposure_of(at)).map(|row| Exposure { time, ..row }).collect();
        self.record.run.exposure.extend(rows);
    }

    fn exposure_of(&self, at: usize) -> Exposure {
        let position = &self.books.positions()[at];
        let price = self.market.panel.value_at(position.instrument, self.t);
        let notional = Usd::round(position.quantity * price);
        let liquidation_price = position.margined.then(|| self.liquidation_price(at)).flatten();
        Exposure {
            time: self.now(),
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

    fn liquidation_price(&self, at: usize) -> Option<f64> {
        let position = &self.books.positions()[at];
        if !self.is_cross(position.bucket) {
            return margin_view(position).liquidation_price(self.brackets(position.instrument), self.closing_fee());
        }
        let members = self.tested(position.bucket);
        let place = members.iter().position(|&member| member == at)?;
        let marks: Vec<f64> =
            members.iter().map(|&member| self.market.panel.value_at(self.books.positions()[member].instrument, self.t)).collect();
        self.tested_pool(position.bucket, &members).liquidation_price(place, &marks, self.closing_fee())
    }
}
