//! Which series of several a market takes: one of spot, one perpetual, its mark prices and its rates for each coin; and how long a bar is.

use std::collections::BTreeMap;

use crate::import::kind::Content;
use crate::import::part::Rows;
use crate::import::series::Series;
use crate::import::symbol::multiple;
use crate::market::Kind;
use crate::units::{Span, Time};

/// Series of one coin.
#[derive(Clone, Debug, Default)]
pub(super) struct Coin {
    pub(super) spot: Option<usize>,
    pub(super) perp: Option<usize>,
    pub(super) mark: Option<usize>,
    pub(super) funding: Option<usize>,
    /// Coins in a unit of the perpetual.
    pub(super) contract_size: f64,
}

/// What was chosen, and why the others were not.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) bar: Span,
    pub(super) quote: String,
    /// By the name of the coin.
    pub(super) coins: BTreeMap<String, Coin>,
    /// One for each series; nothing for those that are taken.
    pub(super) passed_over: Vec<Option<PassedOver>>,
}

/// Why a series is not in the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassedOver {
    /// Another one of the same market covers more bars, or as many with finer rows or of the venue that most are of.
    Another,
    /// Its bars are longer than the market's.
    Coarse,
    /// Its prices are in another currency.
    OtherQuote,
    /// Mark prices or rates of what has no bars of a perpetual.
    WithoutPerpetual,
}

/// The longest a bar is unless somebody asks for longer.
const LONGEST: Span = Span::DAY;
/// The shortest unless somebody asks for shorter.
const SHORTEST: Span = Span::from_seconds(3_600);

/// Chooses; `bar` and `quote` are what somebody asked for.
pub(super) fn choose(series: &[Series], bar: Option<Span>, quote: Option<&str>) -> Choice {
    let quote = quote.map_or_else(|| common_quote(series), str::to_owned);
    let bar = bar.unwrap_or_else(|| common_bar(series, &quote));
    let mut passed_over: Vec<Option<PassedOver>> = series.iter().map(|own| unfit(own, bar, &quote)).collect();
    let venues = venues(series);
    let mut coins: BTreeMap<String, Coin> = BTreeMap::new();
    let spot: Vec<&str> = series
        .iter()
        .zip(&passed_over)
        .filter(|(own, unfit)| own.key.content == Content::Bars(Kind::Spot) && unfit.is_none())
        .map(|(own, _)| own.key.base.as_str())
        .collect();
    // Bars first: rates and mark prices follow the venue of their perpetual.
    for content in [Content::Bars(Kind::Spot), Content::Bars(Kind::Perp), Content::Mark, Content::Funding] {
        let mut candidates: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, own) in series.iter().enumerate().filter(|(at, own)| own.key.content == content && passed_over[*at].is_none()) {
            candidates.entry(coin_of(&own.key.base, &spot).0.to_owned()).or_default().push(at);
        }
        for (name, all) in candidates {
            let coin = coins.entry(name).or_insert_with(|| Coin { contract_size: 1.0, ..Coin::default() });
            let perp = coin.perp.map(|at| &series[at]);
            if perp.is_none() && matches!(content, Content::Mark | Content::Funding) {
                for &at in &all {
                    passed_over[at] = Some(PassedOver::WithoutPerpetual);
                }
                continue;
            }
            let best = all
                .iter()
                .copied()
                .max_by_key(|&at| merit(&series[at], bar, &venues, perp.filter(|_| content != Content::Bars(Kind::Perp))))
                .expect("one at least");
            all.iter().filter(|&&at| at != best).for_each(|&at| passed_over[at] = Some(PassedOver::Another));
            match content {
                Content::Bars(Kind::Spot) => coin.spot = Some(best),
                Content::Bars(Kind::Perp) => {
                    coin.perp = Some(best);
                    coin.contract_size = coin_of(&series[best].key.base, &spot).1;
                }
                Content::Mark => coin.mark = Some(best),
                _ => coin.funding = Some(best),
            }
        }
    }
    coins.retain(|_, coin| coin.spot.is_some() || coin.perp.is_some());
    Choice { bar, quote, coins, passed_over }
}

/// The coin that a base is many of, unless spot itself is traded under that name.
pub(super) fn coin_of<'a>(base: &'a str, spot: &[&str]) -> (&'a str, f64) {
    if spot.contains(&base) { (base, 1.0) } else { multiple(base) }
}

fn unfit(own: &Series, bar: Span, quote: &str) -> Option<PassedOver> {
    if own.key.interval.is_some_and(|interval| interval > bar || bar.seconds() % interval.seconds() != 0) {
        return Some(PassedOver::Coarse);
    }
    let same = own.key.quote.is_empty() || own.key.quote == quote;
    (!same).then_some(PassedOver::OtherQuote)
}

/// Better is larger: more bars of the market covered, the perpetual's own venue, one venue rather than an index, finer rows, the usual venue.
type Merit = (bool, usize, bool, std::cmp::Reverse<i64>, usize, std::cmp::Reverse<usize>);

fn merit(own: &Series, bar: Span, venues: &BTreeMap<&str, usize>, perp: Option<&Series>) -> Merit {
    let own_venue = perp.is_some_and(|perp| perp.key.venue == own.key.venue);
    let covered = match &own.rows {
        Rows::Bars { bars, .. } => {
            let slots = bars.iter().map(|row| row.time.seconds().div_euclid(bar.seconds()));
            slots.fold((0, i64::MIN), |(count, last), slot| if slot == last { (count, last) } else { (count + 1, slot) }).0
        }
        Rows::Rates(rates) => inside(rates.iter().map(|rate| rate.time), perp),
    };
    let venue = venues.get(own.key.venue.as_str()).copied().unwrap_or(0);
    let first = own.files.first().copied().unwrap_or(0);
    (own_venue, covered, !own.key.index, std::cmp::Reverse(own.key.interval.map_or(0, Span::seconds)), venue, std::cmp::Reverse(first))
}

/// Stamps in the time in which a perpetual traded.
fn inside(stamps: impl Iterator<Item = Time>, perp: Option<&Series>) -> usize {
    let (from, to) = perp.map_or((Time::MIN, Time::MAX), Series::span);
    stamps.filter(|time| (from..=to).contains(time)).count()
}

/// How many series each venue has.
fn venues(series: &[Series]) -> BTreeMap<&str, usize> {
    series.iter().fold(BTreeMap::new(), |mut counts, own| {
        *counts.entry(own.key.venue.as_str()).or_default() += 1;
        counts
    })
}

/// The currency that most bars are in: dollars before coins where both are there.
fn common_quote(series: &[Series]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for own in series.iter().filter(|own| matches!(own.key.content, Content::Bars(_)) && !own.key.quote.is_empty()) {
        *counts.entry(own.key.quote.as_str()).or_default() += own.rows.len();
    }
    let is_coin = |quote: &str| matches!(quote, "BTC" | "ETH" | "BNB");
    let most = counts.into_iter().max_by_key(|&(quote, count)| (!is_coin(quote), count, std::cmp::Reverse(quote)));
    most.map_or_else(|| "USD".to_owned(), |(quote, _)| quote.to_owned())
}

/// The shortest bar that every market of every coin has rows for, from an hour to a day.
fn common_bar(series: &[Series], quote: &str) -> Span {
    let mut finest: BTreeMap<(Content, &str), Span> = BTreeMap::new();
    for own in
        series.iter().filter(|own| matches!(own.key.content, Content::Bars(_)) && (own.key.quote.is_empty() || own.key.quote == quote))
    {
        let Some(interval) = own.key.interval.filter(|interval| *interval <= LONGEST) else { continue };
        let finest = finest.entry((own.key.content, own.key.base.as_str())).or_insert(interval);
        *finest = interval.min(*finest);
    }
    let needed = finest.values().copied().max().unwrap_or(LONGEST);
    // A length that fits into a day, an hour at least.
    [3_600, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400]
        .map(Span::from_seconds)
        .into_iter()
        .find(|span| *span >= needed.max(SHORTEST))
        .unwrap_or(LONGEST)
}
