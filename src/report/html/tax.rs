//! What tax would have taken, where the strategy states a rate: by year, and for each hedge beside the sale it stands for.

use crate::evaluate::value_at_close;
use crate::market::{Kind, Market};
use crate::metrics::tax::{SaleOrHedge, TaxYear, sales_or_hedges, years};
use crate::replay::run::{Run, Tax};
use crate::report::html::escape::{Html, coded, tag, text};
use crate::report::html::page::paragraph;
use crate::report::html::table::{Column, totalled};
use crate::report::number_format::money_of;
use crate::units::{BucketId, Usd};

pub(super) fn tax(market: &Market, run: &Run) -> Html {
    let Some(tax) = &run.tax else { return Html::new() };
    let all = years(run, tax, |id| market.instrument(id).kind == Kind::Spot, value_at_close(market));
    let about = format!(
        "At the rate of `[tax]`, by FIFO (oldest lots first); {}; younger coins, perpetuals, funding, rewards and interest are one sum a year, \
         and a loss is set against later years. No tax is taken from the equity. This is arithmetic, not tax advice.",
        match tax.free_after {
            Some(period) => format!("coins held for more than {period} are free"),
            None => "no coin becomes free by being held".to_owned(),
        }
    );
    let mut out = tag("h3").with("id", "tax").text("Tax on these gains").line() + paragraph(&coded(&about));
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
    out += totalled("Tax by year", &columns, &all.iter().map(row).collect::<Vec<_>>(), &total);
    for &(hedge, of) in &run.hedges {
        out += sale_or_hedge(market, run, tax, (hedge, of));
    }
    out
}

/// The dollars of "hedge or sell", for the year's end at which a sale would have been taxed most.
fn sale_or_hedge(market: &Market, run: &Run, tax: &Tax, (hedge, of): (BucketId, BucketId)) -> Html {
    let all = sales_or_hedges(run, tax, (hedge, of), value_at_close(market));
    let most = all.iter().max_by_key(|year| (year.tax, -year.year)).filter(|year| year.tax.is_positive());
    let bold = |bucket: BucketId| tag("b").text(&run.buckets[bucket.index()]);
    let Some(SaleOrHedge { year, taxable, free, tax, .. }) = most else {
        let sentence = text("At no year\u{2019}s end would a sale of ") + bold(of) + text(" have been taxed: ") + bold(hedge);
        return paragraph(&(sentence + text(" deferred no tax.")));
    };
    let (gained, taxed) = all.iter().fold((Usd::ZERO, Usd::ZERO), |(gained, taxed), y| (gained + y.hedge, taxed + y.tax_of_hedge));
    let free = if *free == Usd::ZERO { String::new() } else { format!("; a further {} was free by then", money_of(*free)) };
    let sale = format!(" at the end of {year} would have been taxed with {} on {}{free}. ", money_of(*tax), money_of(*taxable));
    let hedged =
        format!(" realised {} over the whole run, on which, each year by itself, the tax is {}.", money_of(gained), money_of(taxed));
    paragraph(&(text("Hedge or sell: selling all of ") + bold(of) + text(&sale) + bold(hedge) + text(&hedged)))
}

fn per_cent(rate: f64) -> String {
    format!("{} %", (rate * 1e6).round() / 1e4)
}
