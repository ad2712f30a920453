//! Every file read and understood: parts of series, facts, and a row for each file that says what it was taken for or why it was not.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::import::facts::{self, Bracket, Facts, Lag};
use crate::import::grid::Grid;
use crate::import::kind::{Content, Origin};
use crate::import::mapping::Mapping;
use crate::import::meaning::{Meaning, meaning};
use crate::import::part::Part;
use crate::import::pathname::{Clues, clues, coin_alone};
use crate::import::piece::{Form, FoundFile, Piece, pieces};
use crate::import::role::Role;
use crate::import::symbol::Pair;
use crate::import::{arrow, bars, json, rates, text};

/// How foreign files are to be read.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// Whose files these are; nothing: found out for each.
    pub from: Option<Origin>,
    pub mapping: Mapping,
    pub lag: Lag,
}

/// What was made of one file.
pub(super) struct Reading {
    pub(super) parts: Vec<Part>,
    pub(super) facts: Facts,
    /// SHA-256 of the file as it lies there; nothing where it cannot be read.
    pub(super) sha256: Option<String>,
    pub(super) origin: Option<Origin>,
    /// Why it, or a table in it, is of no use; the first reason.
    pub(super) useless: Option<String>,
}

/// Reads all files side by side; the order is theirs.
pub(super) fn read(files: &[FoundFile], ways: &Ways) -> Vec<Reading> {
    files.par_iter().enumerate().map(|(at, file)| one(at, file, ways)).collect()
}

fn one(at: usize, file: &FoundFile, ways: &Ways) -> Reading {
    let mut reading = Reading { parts: Vec::new(), facts: Facts::default(), sha256: None, origin: None, useless: None };
    let known = clues(&file.name);
    if let Some(why) = known.useless.filter(|_| ways.mapping.content.is_none()) {
        reading.useless = Some(why.to_owned());
        return reading;
    }
    let (tables, sha256) = match pieces(file) {
        Ok(read) => read,
        Err(why) => {
            reading.useless = Some(why);
            return reading;
        }
    };
    reading.sha256 = Some(sha256);
    for piece in &tables {
        if let Err(why) = reading.take(at, piece, ways) {
            let within = piece.name.strip_prefix(&file.name).filter(|rest| !rest.is_empty() && tables.len() > 1);
            reading.useless.get_or_insert(within.map_or(why.clone(), |rest| format!("{}: {why}", rest.trim_start_matches('/'))));
        }
    }
    if tables.is_empty() {
        reading.useless = Some("an archive without a table".to_owned());
    }
    reading
}

impl Reading {
    fn take(&mut self, file: usize, piece: &Piece, ways: &Ways) -> Result<(), String> {
        let known = clues(&piece.name);
        if let Some(why) = known.useless.filter(|_| ways.mapping.content.is_none()) {
            return Err(why.to_owned());
        }
        let grid = match piece.form {
            Form::Text => text::grid(&piece.bytes, &ways.mapping.dialect)?,
            Form::Arrow | Form::Parquet => arrow::grid(&piece.bytes, piece.form)?,
            Form::Json => {
                let value = serde_json::from_slice(&piece.bytes).map_err(|error| format!("no JSON: {error}"))?;
                if let Some(tiers) = facts::brackets(&value) {
                    self.origin = Some(Origin::Tiers);
                    self.facts.tiers.extend::<Vec<Bracket>>(tiers);
                    return Ok(());
                }
                json::grid(&value)?
            }
        };
        if grid.rows() == 0 {
            return Err("a table without a row".to_owned());
        }
        let understood = meaning(&grid, &known, ways.from, &ways.mapping)?;
        self.origin = Some(understood.origin);
        if understood.origin == Origin::CoinMarketCap && understood.content == Content::Caps && is_bars(&understood) {
            let bars = Meaning { content: Content::Bars(crate::market::Kind::Spot), ..understood.clone() };
            // Bars of an index over venues: the fallback where no venue's own are there.
            let _ = self.series(file, &grid, &bars, &known, piece, ways);
        }
        match understood.content {
            Content::Bars(_) | Content::Mark | Content::Funding => self.series(file, &grid, &understood, &known, piece, ways),
            _ => {
                let (facts, _) = facts::read(&grid, &understood, &known, &piece.name, &ways.mapping, ways.lag)?;
                self.facts.caps.extend(facts.caps);
                self.facts.evidence.extend(facts.evidence);
                self.facts.labels.extend(facts.labels);
                Ok(())
            }
        }
    }

    /// Bars or rates, one part a symbol.
    fn series(&mut self, file: usize, grid: &Grid, understood: &Meaning, known: &Clues, piece: &Piece, ways: &Ways) -> Result<(), String> {
        let mut why = None;
        for (pair, rows) in by_pair(grid, understood, known, piece)? {
            let read = match understood.content {
                Content::Funding => rates::read(grid, &rows, understood, &ways.mapping),
                _ => bars::read(grid, &rows, understood, &pair, &ways.mapping),
            };
            match read {
                Ok((rows, left_out)) => self.parts.push(Part {
                    file,
                    content: content(understood, &pair),
                    origin: understood.origin,
                    venue: understood.venue.clone(),
                    assumed_kind: understood.assumed_kind && !pair.perpetual,
                    pair,
                    rows,
                    left_out,
                }),
                Err(because) => why = Some(because),
            }
        }
        why.map_or(Ok(()), Err)
    }
}

fn is_bars(understood: &Meaning) -> bool {
    understood.roles.has(&[Role::Open, Role::High, Role::Low, Role::Close, Role::Volume])
}

/// A symbol that says it is a perpetual goes before an assumption.
fn content(understood: &Meaning, pair: &Pair) -> Content {
    match understood.content {
        Content::Bars(_) if understood.assumed_kind && pair.perpetual => Content::Bars(crate::market::Kind::Perp),
        content => content,
    }
}

/// Rows of each pair: by the column that names it, else all of them by the name of the file.
fn by_pair(grid: &Grid, understood: &Meaning, known: &Clues, piece: &Piece) -> Result<BTreeMap<Pair, Vec<usize>>, String> {
    let own = understood.pair.clone().or_else(|| known.pair.clone()).or_else(|| coin_alone(&piece.name));
    let mut found: BTreeMap<Pair, Vec<usize>> = BTreeMap::new();
    let Some(column) = understood.roles.at(Role::Symbol) else {
        let own = own.ok_or("nobody's rows: no coin in its name or columns")?;
        found.insert(own, (0..grid.rows()).collect());
        return Ok(found);
    };
    let mut last: Option<(&str, Option<Pair>)> = None;
    for row in 0..grid.rows() {
        let symbol = grid.cell(row, column);
        if last.as_ref().is_none_or(|(before, _)| *before != symbol) {
            let pair = if symbol.is_empty() {
                own.clone()
            } else {
                Pair::parse(symbol).or_else(|| own.clone().filter(|own| own.base == symbol.to_uppercase()))
            };
            // `BTCUSDT` in a file of `BTC-USDT-SWAP` is the same series.
            let same = pair.map(|pair| match &own {
                Some(own) if own.symbol() == pair.symbol() => Pair { perpetual: own.perpetual || pair.perpetual, ..pair },
                _ => pair,
            });
            last = Some((symbol, same));
        }
        if let Some((_, Some(pair))) = &last {
            found.entry(pair.clone()).or_default().push(row);
        }
    }
    if found.is_empty() { Err("no symbol of a pair that is traded here".to_owned()) } else { Ok(found) }
}
