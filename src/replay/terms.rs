//! What a strategy's own rules mean for its books, as rows of the assumptions in force.

use crate::strategy::{Plan, Trigger};

pub(super) fn of_the_plan(plan: &Plan) -> Vec<(&'static str, String)> {
    let mut rows = vec![("waterfall", waterfall(plan).to_owned())];
    for (bucket, hedge) in plan.buckets.iter().filter_map(|bucket| Some((bucket, bucket.hedge?))) {
        if let Some(haircut) = hedge.collateral_haircut {
            let coins = &plan.buckets[hedge.of.index()].name;
            let rule = format!(
                "the coins of `{coins}`, less {} %, and the cash beside them stand behind `{}`: it can lose more than its own money",
                (haircut * 1e6).round() / 1e4,
                bucket.name
            );
            rows.push(("collateral", rule));
        }
    }
    if plan.buckets.iter().any(|bucket| !bucket.staking.is_empty()) {
        let rule =
            "in kind at each UTC midnight, on the least quantity held over the day, simple, at the day's last price and without costs";
        rows.push(("staking", rule.to_owned()));
    }
    if plan.buckets.iter().any(|bucket| bucket.interest.is_some()) {
        let rule = "at each UTC midnight into the bucket's cash, simple, on the least cash after the orders and at the close of each bar of the day";
        rows.push(("interest", rule.to_owned()));
    }
    rows
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
