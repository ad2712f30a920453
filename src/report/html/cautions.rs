//! Cautions by what they mean for the result: of each kind three, and how many more there are.

use crate::market::Market;
use crate::replay::run::{Caution, Run};
use crate::report::charts::glyphs;
use crate::report::html::escape::text;
use crate::report::html::escape::{Html, tag};
use crate::report::html::page::{caution_list, dim_paragraph, on_demand};
use crate::report::number_format::count;
use crate::report::summary::drawn_names;

/// So many of a kind are read; the others open on demand.
const SHOWN: usize = 3;

/// What a caution means for who reads the result, in the order in which that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    /// The run is not the run that was asked for.
    Cut,
    TooGood,
    Assumed,
    NotAsWritten,
    Comparison,
    Data,
}

impl Meaning {
    const ALL: [Self; 6] = [Self::Cut, Self::TooGood, Self::Assumed, Self::NotAsWritten, Self::Comparison, Self::Data];

    fn of(caution: &Caution) -> Self {
        match caution {
            Caution::Stopped { .. } | Caution::DeleveragingStress | Caution::PoolLiquidated { .. } => Self::Cut,
            Caution::FilledInWicks { .. } => Self::TooGood,
            Caution::FundingAssumed { .. } => Self::Assumed,
            Caution::OfPlan(_)
            | Caution::StayedInCash { .. }
            | Caution::Unhedged { .. }
            | Caution::FundingExitBlind { .. }
            | Caution::FundingExit(_) => Self::NotAsWritten,
            Caution::BenchmarkMissing { .. } | Caution::BenchmarkUnknown { .. } => Self::Comparison,
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Cut => "The course of the run",
            Self::TooGood => "The result may be too good",
            Self::Assumed => "Numbers that nobody observed",
            Self::NotAsWritten => "The strategy may not do what its file says",
            Self::Comparison => "The comparison is incomplete",
            Self::Data => "The data of the market",
        }
    }
}

pub(super) fn cautions(market: &Market, run: &Run) -> Html {
    let mut all: Vec<(Meaning, String)> = run.cautions.iter().map(|caution| (Meaning::of(caution), caution.to_string())).collect();
    let of_market = market.cautions.iter().cloned().chain(glyphs::caution(drawn_names(market, run)));
    all.extend(of_market.map(|caution| (Meaning::Data, caution)));
    if all.is_empty() {
        return dim_paragraph(&text("None."));
    }
    let group = |meaning: Meaning| {
        let own: Vec<&str> = all.iter().filter(|(kind, _)| *kind == meaning).map(|(_, words)| words.as_str()).collect();
        if own.is_empty() { Html::new() } else { tag("h3").text(meaning.heading()).line() + cut(&own) }
    };
    Meaning::ALL.into_iter().map(group).sum()
}

fn cut(own: &[&str]) -> Html {
    let (shown, rest) = own.split_at(own.len().min(SHOWN));
    let more = |rest: &[&str]| on_demand(&format!("{} more", count(rest.len())), &caution_list(rest));
    caution_list(shown) + if rest.is_empty() { Html::new() } else { more(rest) }
}
