//! Dated facts beside prices: market caps, value locked, open interest, evidence of the user's own, labels, margin brackets.

use serde_json::Value;

use crate::import::grid::Grid;
use crate::import::kind::{Content, Origin};
use crate::import::mapping::Mapping;
use crate::import::meaning::Meaning;
use crate::import::numbers::{Numbers, time_of};
use crate::import::part::LeftOut;
use crate::import::pathname::{Clues, coin_alone};
use crate::import::role::Role;
use crate::import::symbol::{Pair, multiple};
use crate::units::{Span, Time};

/// Facts out of one table, about coins by the names that the table has for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Facts {
    pub(super) caps: Vec<Cap>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) labels: Vec<Label>,
    pub(super) tiers: Vec<Bracket>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cap {
    pub(super) known_at: Time,
    pub(super) coin: String,
    pub(super) usd: f64,
    pub(super) rank: Option<u32>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evidence {
    pub(super) known_at: Time,
    /// A coin, or a narrative.
    pub(super) subject: String,
    pub(super) of_narrative: bool,
    pub(super) metric: String,
    pub(super) value: f64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) coin: String,
    pub(super) narrative: String,
    pub(super) since: Time,
    pub(super) until: Option<Time>,
    pub(super) source: String,
}

/// One margin bracket of a perpetual.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bracket {
    pub(super) pair: Pair,
    pub(super) floor: f64,
    pub(super) cap: f64,
    pub(super) rate: f64,
    pub(super) leverage: f64,
    pub(super) amount: f64,
}

/// From when on a fact is known: the instant it speaks of and what the caller says comes on top of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// `--lag`: absent, what is recomputed afterwards is known from the last day of its file.
    pub stated: Option<Span>,
}

/// Minutes after the stamp of open interest until its row is published (a row is five minutes later than its stamp).
const PUBLISHED: i64 = 600;

/// Facts of a table.
///
/// # Errors
/// Why none can be made of it, in words for the row of its file.
pub(super) fn read(
    grid: &Grid,
    meaning: &Meaning,
    clues: &Clues,
    name: &str,
    mapping: &Mapping,
    lag: Lag,
) -> Result<(Facts, LeftOut), String> {
    let table = Table { grid, meaning, clues, name, mapping, lag, numbers: Numbers { grid, decimal_comma: mapping.dialect.decimal_comma } };
    let mut left = LeftOut::default();
    let facts = match meaning.content {
        Content::Caps => Facts { caps: table.caps(&mut left), ..Facts::default() },
        Content::Tvl => Facts { evidence: table.value_locked(&mut left)?, ..Facts::default() },
        Content::OpenInterest => Facts { evidence: table.open_interest(&mut left)?, ..Facts::default() },
        Content::Evidence => Facts { evidence: table.evidence(&mut left), ..Facts::default() },
        _ => Facts { labels: table.labels(&mut left), ..Facts::default() },
    };
    let none = facts == Facts::default();
    if none || left.unreadable * 2 > grid.rows() {
        let line = left.first_unreadable.map_or(String::new(), |line| format!(", the first on line {line}"));
        return Err(format!("{} of {} rows cannot be read{line}", left.unreadable, grid.rows()));
    }
    Ok((facts, left))
}

struct Table<'a> {
    grid: &'a Grid,
    meaning: &'a Meaning,
    clues: &'a Clues,
    name: &'a str,
    mapping: &'a Mapping,
    lag: Lag,
    numbers: Numbers<'a>,
}

impl Table<'_> {
    fn text(&self, row: usize, role: Role) -> &str {
        self.meaning.roles.at(role).map_or("", |column| self.grid.cell(row, column))
    }

    fn number(&self, row: usize, role: Role) -> f64 {
        self.meaning.roles.at(role).map_or(f64::NAN, |column| self.numbers.at(row, column))
    }

    fn time(&self, row: usize, role: Role) -> Option<Time> {
        let text = self.text(row, role);
        time_of(text, self.meaning, self.mapping, &mut LeftOut::default()).filter(|time| time.is_plausible())
    }

    /// What `make` gives of each row, counting those of which it gives nothing.
    fn each<T>(&self, left: &mut LeftOut, make: impl Fn(usize) -> Option<T>) -> Vec<T> {
        let mut found = Vec::new();
        for row in 0..self.grid.rows() {
            let fact = make(row);
            if fact.is_none() {
                left.unreadable_at(self.grid.line(row));
            }
            found.extend(fact);
        }
        found
    }

    /// Whose facts these are where no column says so.
    fn coin(&self) -> Option<String> {
        let pair = self.clues.pair.clone().or_else(|| coin_alone(self.name))?;
        Some(pair.base)
    }

    /// A day is known when it is over, an instant at once; what the caller says comes on top.
    fn known(&self, at: Time, is_day: bool) -> Time {
        let over = if is_day { 86_400 } else { 0 };
        at.plus(over + self.lag.stated.map_or(0, Span::seconds))
    }

    fn caps(&self, left: &mut LeftOut) -> Vec<Cap> {
        let own = self.coin();
        let known_at = self.meaning.roles.at(Role::KnownAt).is_some();
        // A daily row of CoinMarketCap's export ends with its day; a snapshot is of the end of its day; CoinGecko's is of an instant.
        let instants = self.meaning.origin == Origin::CoinGecko;
        self.each(left, |row| {
            let known_at = if known_at {
                self.time(row, Role::KnownAt)?
            } else {
                let day = self.time(row, Role::Time).or(self.clues.day)?;
                self.known(day, day.is_midnight() && !instants)
            };
            let named = [Role::Asset, Role::Symbol].map(|role| self.text(row, role)).into_iter().find(|text| !text.is_empty());
            let coin = named.map(str::to_uppercase).or_else(|| own.clone())?;
            let usd = self.number(row, Role::MarketCap);
            let rank = self.text(row, Role::Rank).parse::<f64>().ok().filter(|rank| *rank >= 1.0).map(|rank| rank as u32);
            (usd > 0.0 && usd.is_finite()).then_some(Cap { known_at, coin: Pair::parse(&coin).map_or(coin, |pair| pair.base), usd, rank })
        })
    }

    /// History is recomputed by who publishes it: it is known from the last day of the file on, unless a lag is stated.
    fn value_locked(&self, left: &mut LeftOut) -> Result<Vec<Evidence>, String> {
        // What the table itself says goes before the name of its file, which is often a protocol's.
        let named = Some(self.text(0, Role::Symbol)).filter(|symbol| !symbol.is_empty()).map(str::to_uppercase);
        let subject = named.or_else(|| self.coin()).ok_or("nobody's value locked: no coin in its name or its columns")?;
        let all = self.each(left, |row| {
            let (day, value) = (self.time(row, Role::Time)?, self.number(row, Role::Tvl));
            let fact = Evidence {
                known_at: self.known(day, true),
                subject: subject.clone(),
                of_narrative: false,
                metric: "tvl".to_owned(),
                value,
            };
            value.is_finite().then_some(fact)
        });
        if self.lag.stated.is_some() {
            return Ok(all);
        }
        // On the day it was fetched the newest value is what is known; older ones are what is said of the past by then.
        Ok(all.into_iter().max_by_key(|fact| fact.known_at).into_iter().collect())
    }

    fn open_interest(&self, left: &mut LeftOut) -> Result<Vec<Evidence>, String> {
        let own = self.clues.pair.as_ref().map(Pair::symbol);
        if own.is_none() && self.meaning.roles.at(Role::Symbol).is_none() {
            return Err("nobody's open interest: no symbol in its name or columns".to_owned());
        }
        Ok(self.each(left, |row| {
            let symbol = self.text(row, Role::Symbol);
            let pair = Pair::parse(if symbol.is_empty() { own.as_deref()? } else { symbol })?;
            let value = self.number(row, Role::OpenInterest);
            let known_at = self.time(row, Role::Time)?.plus(PUBLISHED + self.lag.stated.map_or(0, Span::seconds));
            let coin = multiple(&pair.base).0.to_owned();
            (value >= 0.0 && value.is_finite()).then_some(Evidence {
                known_at,
                subject: coin,
                of_narrative: false,
                metric: "open_interest_usd".to_owned(),
                value,
            })
        }))
    }

    /// A user's own facts; the metric is the name of the file where no column says it.
    fn evidence(&self, left: &mut LeftOut) -> Vec<Evidence> {
        let stem = self.name.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default().to_owned();
        self.each(left, |row| {
            let (asset, narrative) = (self.text(row, Role::Asset), self.text(row, Role::Narrative));
            let of_narrative = asset.is_empty();
            let subject = if of_narrative { narrative.to_owned() } else { asset.to_uppercase() };
            let metric = match self.text(row, Role::Metric) {
                "" => stem.clone(),
                metric => metric.to_owned(),
            };
            let (known_at, value) = (self.time(row, Role::KnownAt)?, self.number(row, Role::Value));
            (value.is_finite() && !subject.is_empty()).then_some(Evidence { known_at, subject, of_narrative, metric, value })
        })
    }

    fn labels(&self, left: &mut LeftOut) -> Vec<Label> {
        self.each(left, |row| {
            let (coin, narrative) = (self.text(row, Role::Asset).to_uppercase(), self.text(row, Role::Narrative).to_owned());
            let until = if self.text(row, Role::Until).is_empty() { None } else { Some(self.time(row, Role::Until)?) };
            let since = self.time(row, Role::Since)?;
            let source = self.text(row, Role::Source).to_owned();
            (!coin.is_empty() && !narrative.is_empty()).then_some(Label { coin, narrative, since, until, source })
        })
    }
}

/// Margin brackets as freqtrade keeps them; nothing where the file is no such.
pub(super) fn brackets(value: &Value) -> Option<Vec<Bracket>> {
    let map = value.as_object()?;
    let mut found = Vec::new();
    for (symbol, tiers) in map {
        let Some(pair) = Pair::parse(symbol) else { continue };
        for tier in tiers.as_array()? {
            let number = |key: &str| text_or_number(tier.get(key)?);
            let amount = tier.get("info").and_then(|info| info.get("cum")).or_else(|| tier.get("cum")).and_then(text_or_number);
            found.push(Bracket {
                pair: pair.clone(),
                floor: number("minNotional").or_else(|| number("notionalFloor"))?,
                cap: number("maxNotional").or_else(|| number("notionalCap"))?,
                rate: number("maintenanceMarginRate")?,
                leverage: number("maxLeverage")?,
                amount: amount.unwrap_or(f64::NAN),
            });
        }
    }
    (!found.is_empty()).then_some(found)
}

fn text_or_number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}
