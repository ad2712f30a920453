//! The books balance, every cut of the attribution adds up, trades and fills re-make the equity.

use proptest::prelude::*;

use rotate::replay::run::{FundingPayment, Regime};
use rotate::units::Usd;

use crate::random_market::markets;
use crate::random_strategy::strategies;
use crate::{capital, cases, outside, replay};

fn total(cut: &[(String, Usd)]) -> Usd {
    cut.iter().map(|(_, amount)| *amount).sum()
}

proptest! {
    #![proptest_config(cases(1000))]

    /// The replay itself stops when assets and their origin differ; here its rows are added up once more.
    #[test]
    fn bucket_rows_sum_to_equity(market in markets(), strategy in strategies()) {
        let (market, strategy) = (market.market(), strategy.rules());
        let run = replay(&market, &strategy);
        prop_assert_eq!(run.equity.len(), market.clock.bars);
        prop_assert_eq!(run.bucket_values.len(), market.clock.bars * run.buckets.len());
        for (row, equity) in run.bucket_values.chunks(run.buckets.len()).zip(&run.equity) {
            prop_assert_eq!(row.iter().copied().sum::<Usd>(), *equity);
        }
    }

    #[test]
    fn every_cut_of_the_attribution_sums_to_the_gain(market in markets(), strategy in strategies()) {
        let (market, strategy) = (market.market(), strategy.rules());
        let run = replay(&market, &strategy);
        let (gain, attribution) = (run.final_equity() - capital(), &run.attribution);
        prop_assert_eq!(attribution.by_source.total(), gain);
        prop_assert_eq!(total(&attribution.by_bucket), gain);
        prop_assert_eq!(total(&attribution.by_narrative), gain);
        prop_assert_eq!(total(&attribution.by_asset), gain);
        prop_assert_eq!(total(&attribution.by_regime), gain);
        prop_assert_eq!(total(&attribution.by_month), gain);
        prop_assert_eq!(attribution.cube.iter().map(|row| row.income.total()).sum::<Usd>(), gain);
        // The sources are the records': what was paid, received and crossed.
        let source = &attribution.by_source;
        prop_assert_eq!(source.fees, -run.fills.iter().map(|fill| fill.fee).sum::<Usd>());
        prop_assert_eq!(source.slippage, -run.fills.iter().map(|fill| fill.slippage).sum::<Usd>());
        prop_assert_eq!(source.funding, run.funding.iter().map(|payment| payment.payment).sum::<Usd>());
        let earned: Usd = run.yields.iter().map(|earned| earned.amount).sum();
        prop_assert_eq!(source.yields, earned);
        // And a bucket's gain is its last value less what it began with and what flowed in.
        let last = &run.bucket_values[run.bucket_values.len() - run.buckets.len()..];
        let dealt: Vec<Usd> = strategy.buckets.values().map(|bucket| capital().share(bucket.weight)).collect();
        for (b, name) in run.buckets.iter().enumerate().take(run.buckets.len() - 1) {
            let flowed: Usd = run.flows.iter().map(|flow| match (flow.from.index() == b, flow.to.index() == b) {
                (true, _) => -flow.amount,
                (_, true) => flow.amount,
                _ => Usd::ZERO,
            }).sum();
            let earned = attribution.by_bucket.iter().find(|(bucket, _)| bucket == name).map_or(Usd::ZERO, |(_, amount)| *amount);
            prop_assert_eq!(last[b], dealt[b] + flowed + earned, "bucket {}", name);
        }
    }

    #[test]
    fn the_cube_follows_the_calendar_and_the_settlements(market in markets(), strategy in strategies()) {
        let run = replay(&market.market(), &strategy.rules());
        // A month earned what the equity moved between its first open and its last close.
        let mut moved: Vec<(String, Usd)> = Vec::new();
        let mut before = capital();
        for (t, equity) in run.equity.iter().enumerate() {
            let month = run.clock.open(t).date()[..7].to_owned();
            match moved.last_mut().filter(|last| last.0 == month) {
                Some(last) => last.1 += *equity - before,
                None => moved.push((month, *equity - before)),
            }
            before = *equity;
        }
        let told = |month: &String| run.attribution.by_month.iter().find(|(name, _)| name == month).map_or(Usd::ZERO, |(_, amount)| *amount);
        for (month, amount) in &moved {
            prop_assert_eq!(told(month), *amount, "{}", month);
        }
        // And every bar's move stands under the regime its open knew.
        for regime in [Regime::Unknown, Regime::Bull, Regime::Bear, Regime::Sideways] {
            let known = |t: usize| t.checked_sub(1).map_or(Regime::Unknown, |before| run.regime[before]);
            let earned = |t: usize| run.equity[t] - t.checked_sub(1).map_or(capital(), |before| run.equity[before]);
            let amount: Usd = (0..run.equity.len()).filter(|&t| known(t) == regime).map(earned).sum();
            let told: Usd = run.attribution.cube.iter().filter(|row| row.regime == regime).map(|row| row.income.total()).sum();
            prop_assert_eq!(told, amount, "{:?}", regime);
        }
        // Each line of funding is the settlements of its kind.
        let lines = run.attribution.funding;
        let of = |wanted: &dyn Fn(&FundingPayment) -> bool| run.funding.iter().filter(|row| wanted(row)).map(|row| row.payment).sum::<Usd>();
        prop_assert_eq!(lines.assumed, of(&|row| row.assumed));
        prop_assert_eq!(lines.received, of(&|row| !row.assumed && row.payment.is_positive()));
        prop_assert_eq!(lines.paid, of(&|row| !row.assumed && row.payment.is_negative()));
        for row in &run.attribution.cube {
            prop_assert_eq!(row.funding.total(), row.income.funding);
        }
    }

    #[test]
    fn trades_add_up_and_sum_to_the_gain(market in markets(), strategy in strategies()) {
        let run = replay(&market.market(), &strategy.rules());
        for trade in &run.trades {
            prop_assert_eq!(trade.pnl, trade.price_pnl + trade.funding - trade.fees - trade.slippage);
            prop_assert!(trade.opened <= trade.closed);
        }
        let (traded, earned) = (run.trades.iter().map(|trade| trade.pnl).sum::<Usd>(), run.yields.iter().map(|earned| earned.amount).sum::<Usd>());
        prop_assert_eq!(traded + earned, run.final_equity() - capital());
    }

    #[test]
    fn fills_funding_and_prices_make_the_equity_again(market in markets(), strategy in strategies()) {
        let market = market.market();
        let run = replay(&market, &strategy.rules());
        for (t, (again, equity)) in outside::equity(&market, &run).iter().zip(&run.equity).enumerate() {
            prop_assert!((again - equity.to_f64()).abs() < 0.01, "bar {}: {} from outside, {} in the books", t, again, equity);
        }
    }
}
