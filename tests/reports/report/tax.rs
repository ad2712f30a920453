//! Tax by a stated rate: sums one can do by pencil, and the words on the page.

use std::fs;

use rotate::market::{Kind, Market};
use rotate::metrics::tax::{SaleOrHedge, TaxYear, sales_or_hedges, years};
use rotate::replay::run::{Run, Tax};
use rotate::report::write_batch;
use rotate::units::{BucketId, Span, Time, Usd};

use crate::fixture::{manifest, market, run, usd};

const RATE: f64 = 0.25;

fn tax(days: Option<i64>) -> Tax {
    Tax { rate: RATE, rates: [("2022".to_owned(), 0.5)].into(), free_after: days.map(|days| Span::from_seconds(days * 86_400)) }
}

/// One coin for 15,000.15 and 5 of fee at the beginning of 2021, sold at the end of 2023 for 20,000 less 5; of the perpetual bought and sold with a
/// loss of 10 in 2021, 12.50 of funding was paid.
fn held() -> (Market, Run) {
    let market = market(365 * 3, Span::from_seconds(86_400));
    let mut run = run("held", &market, 3, 0.001, 1.0);
    let last = run.clock.open(run.clock.bars - 1);
    run.fills.retain(|fill| fill.instrument.0 != 1);
    let sale = run.fills.iter_mut().rfind(|fill| fill.instrument.0 == 0).unwrap();
    (sale.time, sale.bucket, sale.notional) = (last, BucketId(0), usd(20_000.0));
    run.yields.clear();
    (market, run)
}

fn of(tax: &Tax) -> Vec<TaxYear> {
    let (market, run) = held();
    years(&run, tax, |id| market.instrument(id).kind == Kind::Spot, |_, _| Some(40_000.0))
}

#[test]
fn a_loss_waits_for_a_gain_and_an_old_coin_is_free() {
    let year = |year, rate, [free, taxable, carried, tax]: [f64; 4]| TaxYear {
        year,
        rate,
        free: usd(free),
        taxable: usd(taxable),
        carried: usd(carried),
        tax: usd(tax),
    };
    let none = [0.0; 4];
    // 19,995 − 15,005.15 = 4,989.85; the 22.50 lost in 2021 are set against it, and 25 % of the rest are taken.
    let all = of(&tax(None));
    let lost = year(2021, RATE, [0.0, -22.5, 0.0, 0.0]);
    assert_eq!(all, [lost, year(2022, 0.5, none), year(2023, RATE, [0.0, 4_989.85, 22.5, 1_241.837_5])]);
    let free = of(&tax(Some(365)));
    assert_eq!(free, [lost, year(2022, 0.5, none), year(2023, RATE, [4_989.85, 0.0, 0.0, 0.0])]);
    // Held for 1,094 days: not for more than that.
    assert_eq!(of(&tax(Some(1_094))), all);
    assert_eq!(of(&tax(Some(1_093))), free);
}

/// No contract gets old.
#[test]
fn a_perpetual_is_never_free() {
    let (_, run) = held();
    let all = years(&run, &tax(Some(1)), |_| false, |_, _| Some(1.0));
    assert_eq!(all[2].taxable, usd(4_989.85));
    assert_eq!(all.iter().map(|year| year.free).sum::<Usd>(), Usd::ZERO);
}

/// 0.3 coins at 60,000 are worth 18,000 and cost 15,005.15: what a sale at each year's end would have had taxed, half of it in 2022, until the coin is old.
#[test]
fn a_sale_has_its_tax_beside_the_hedge() {
    let (_, mut run) = held();
    run.fills.retain(|fill| fill.instrument.0 == 0);
    let sales = |tax: &Tax| sales_or_hedges(&run, tax, (BucketId(1), BucketId(0)), |_, _: Time| Some(60_000.0));
    let told = |all: Vec<SaleOrHedge>| all.iter().map(|y| (y.year, y.taxable, y.free, y.tax)).collect::<Vec<_>>();
    let (gain, nought) = (usd(18_000.0 - 15_005.15), Usd::ZERO);
    let sold = (2023, nought, nought, nought);
    assert_eq!(told(sales(&tax(None))), [(2021, gain, nought, usd(748.712_5)), (2022, gain, nought, usd(1_497.425)), sold]);
    assert_eq!(told(sales(&tax(Some(400)))), [(2021, gain, nought, usd(748.712_5)), (2022, nought, gain, nought), sold]);
}

#[test]
fn the_page_has_it_where_a_rate_is_stated() {
    let (market, mut run) = held();
    let page = |run: &Run| {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        write_batch(&out, &market, std::slice::from_ref(run), &manifest(&market, std::slice::from_ref(run))).unwrap();
        fs::read_to_string(out.join("held/report.html")).unwrap()
    };
    assert!(!page(&run).contains("Tax by year"));
    run.tax = Some(tax(Some(365)));
    let told = page(&run);
    assert!(told.contains("Tax by year") && told.contains("$4,989.85") && told.contains("−$22.50"), "the sums stand there");
    assert!(told.contains("coins held for more than 365d are free") || told.contains("coins held for more than 365 days are free"));
}
