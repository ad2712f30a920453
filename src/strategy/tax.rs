//! What a tax office would take of realised gains, by the owner's own rate and holding period: for the report alone. No tax leaves the books, no
//! rule sees it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strategy::key::{Checked, Key};
use crate::units::Span;

/// How realised gains are taxed.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// Share of the year's taxable gains, of every calendar year (UTC) that `rates` does not name.
    pub rate: f64,
    /// Rates of single years, as `{ 2021 = 0.25 }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rates: BTreeMap<String, f64>,
    /// Coins held for longer than this are sold free of tax. Absent: none are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_after: Option<Span>,
}

impl Tax {
    /// The rate of a calendar year.
    #[must_use]
    pub fn rate_of(&self, year: i32) -> f64 {
        self.rates.get(&year.to_string()).copied().unwrap_or(self.rate)
    }

    /// `key` is that of the table.
    pub(super) fn check(&self, key: &Key) -> Checked {
        let Self { rate, rates, free_after: _ } = self;
        key.child("rate").rate(*rate)?;
        for (year, &rate) in rates {
            let place = key.child("rates").child(year);
            if year.len() != 4 || !year.bytes().all(|digit| digit.is_ascii_digit()) {
                return place.wrong(format!("{year:?}"), "a calendar year of four digits", "write rates = { 2021 = 0.25 }");
            }
            place.rate(rate)?;
        }
        Ok(())
    }
}

impl Key {
    fn rate(&self, rate: f64) -> Checked {
        if (0.0..=1.0).contains(&rate) { Ok(()) } else { self.wrong(rate.to_string(), "at least 0, at most 1", "0.26 is 26 per cent") }
    }
}
