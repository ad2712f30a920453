//! What tax would have taken, where the strategy states a rate: by year, and for each hedge beside the sale it stands for.

use std::fmt::Write;

use crate::evaluate::value_at_close;
use crate::market::{Kind, Market};
use crate::metrics::tax::{SaleOrHedge, TaxYear, sales_or_hedges, years};
use crate::replay::run::{Run, Tax};
use crate::report::html::{Column, escaped, totalled};
use crate::report::number_format::money_of;
use crate::units::{BucketId, Usd};

pub(super) fn tax(market: &Market, run: &Run) -> String {
    let Some(tax) = &run.tax else { return String::new() };
    let all = years(run, tax, |id| market.instrument(id).kind == Kind::Spot, value_at_close(market));
    let mut out = format!(
        "<h3 id=\"tax\">Tax on these gains</h3>\n<p>Reckoned at the rate of <code>[tax]</code>, first in, first out; {}; younger coins, perpetuals, funding, \
         rewards and interest are one sum a year, and a loss is set against later years. Nothing of it is taken from the equity. This is arithmetic, not tax \
         advice.</p>\n",
        match tax.free_after {
            Some(period) => format!("coins held for more than {period} are free"),
            None => "no coin becomes free by being held".to_owned(),
        }
    );
    let columns: [Column; 6] = [
        ("year", false),
        ("rate", true),
        ("free gains", true),
        ("taxable", true),
        ("losses of earlier years set against it", true),
        ("tax", true),
    ];
    let row = |year: &TaxYear| {
        vec![
            year.year.to_string(),
            per_cent(year.rate),
            money_of(year.free),
            money_of(year.taxable),
            money_of(year.carried),
            money_of(year.tax),
        ]
    };
    let sum = |pick: fn(&TaxYear) -> Usd| money_of(all.iter().map(pick).sum());
    let total = ["all years".to_owned(), String::new(), sum(|y| y.free), sum(|y| y.taxable), sum(|y| y.carried), sum(|y| y.tax)];
    out += &totalled("Tax by year", &columns, &all.iter().map(row).collect::<Vec<_>>(), &total);
    for &(hedge, of) in &run.hedges {
        out += &sale_or_hedge(market, run, tax, (hedge, of));
    }
    out
}

/// The dollars of "hedge or sell", for the year's end at which a sale would have been taxed most.
fn sale_or_hedge(market: &Market, run: &Run, tax: &Tax, (hedge, of): (BucketId, BucketId)) -> String {
    let all = sales_or_hedges(run, tax, (hedge, of), value_at_close(market));
    let most = all.iter().max_by_key(|year| (year.tax, -year.year)).filter(|year| year.tax.is_positive());
    let names = (escaped(&run.buckets[hedge.index()]), escaped(&run.buckets[of.index()]));
    let Some(SaleOrHedge { year, taxable, free, tax, .. }) = most else {
        return format!("<p>At no year's end would a sale of <b>{}</b> have been taxed: <b>{}</b> put off no tax.</p>\n", names.1, names.0);
    };
    let (gained, taxed) = all.iter().fold((Usd::ZERO, Usd::ZERO), |(gained, taxed), y| (gained + y.hedge, taxed + y.tax_of_hedge));
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<p>Hedge or sell: selling all of <b>{}</b> at the end of {year} would have been taxed with {} on {}{}. <b>{}</b> realised {} over the whole run, \
         on which, each year by itself, the tax is {}.</p>",
        names.1,
        money_of(*tax),
        money_of(*taxable),
        if *free == Usd::ZERO { String::new() } else { format!(", {} more being free by then", money_of(*free)) },
        names.0,
        money_of(gained),
        money_of(taxed),
    );
    out
}

fn per_cent(rate: f64) -> String {
    format!("{} %", (rate * 1e6).round() / 1e4)
}
