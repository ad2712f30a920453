//! Where the money came from: the way from prices to profit, and every cut of it.

use crate::replay::run::Run;
use crate::report::charts::sheet as drawn;
use crate::report::html::escape::{Html, tag};
use crate::report::html::figure::wide_figure;
use crate::report::html::page::cards;
use crate::report::html::table::{flowing_table, totalled};
use crate::report::number_format::money_of;
use crate::units::Usd;

/// What the sum of all that was held outside any narrative is called; the tables say `none`, which no narrative may be called.
pub(super) const NO_NARRATIVE: &str = "no narrative (foundation, alts)";

/// A cut with more rows than this flows over the page instead of down it.
const TALL: usize = 14;

pub(super) fn money(run: &Run) -> Html {
    let mut body =
        wide_figure(&drawn::waterfall(run), "From the profit of prices, through funding, costs and liquidations, to the net profit");
    let total = ["total".to_string(), money_of(run.final_equity() - run.capital)];
    let (tall, low): (Vec<_>, Vec<_>) = cuts(run).into_iter().partition(|(_, rows)| rows.len() > TALL);
    body += cards(&low.iter().map(|(name, rows)| totalled("", &[(name, false), ("USD", true)], rows, &total)).sum());
    for (name, rows) in &tall {
        body += tag("h3").text(name).line();
        body += flowing_table("", &[("name", false), ("USD", true)], rows, &total);
    }
    body
}

/// Sources in the order of the waterfall, buckets and regimes in their own; narratives and assets, which have none, by what they brought.
fn cuts(run: &Run) -> Vec<(&'static str, Vec<Vec<String>>)> {
    let a = &run.attribution;
    let sources: Vec<(String, Usd)> = drawn::sources(run).into_iter().map(|(name, amount)| (name.to_string(), amount)).collect();
    let rows = |list: &[(String, Usd)]| list.iter().map(|(name, amount)| vec![name.clone(), money_of(*amount)]).collect();
    let ranked = |list: &[(String, Usd)]| {
        let mut list = list.to_vec();
        list.sort_by_key(|(_, amount)| std::cmp::Reverse(*amount));
        rows(&list)
    };
    let named = |(name, amount): &(String, Usd)| (if name == "none" { NO_NARRATIVE.to_string() } else { name.clone() }, *amount);
    let narratives: Vec<(String, Usd)> = a.by_narrative.iter().map(named).collect();
    vec![
        ("By source", rows(&sources)),
        ("By bucket", rows(&a.by_bucket)),
        ("By narrative", ranked(&narratives)),
        ("By asset", ranked(&a.by_asset)),
        ("By regime", rows(&a.by_regime)),
    ]
}
