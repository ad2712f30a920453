//! What a strategy's own rules mean for its books, as rows of the assumptions in force.

use crate::strategy::{Plan, Trigger};

pub(super) fn of_the_plan(plan: &Plan) -> Vec<(&'static str, String)> {
    vec![("waterfall", waterfall(plan).to_owned())]
}

fn waterfall(plan: &Plan) -> &'static str {
    match plan.waterfall.as_ref().map(|waterfall| waterfall.trigger).unwrap_or_default() {
        Trigger::Trade => "profit of every winning exit, whole or in part, net of its own costs; losing trades are not netted against it",
        Trigger::Month => {
            "what all exits of a calendar month (UTC) made together, losses, funding and costs taken off, at the first open of the next"
        }
        Trigger::HighWaterMark => "what lifts the sum of all exits, losses, funding and costs taken off, above its highest so far",
    }
}
