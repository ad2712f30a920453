//! Places in a strategy file, and what is refused there.

use crate::strategy::Rhythm;

/// A refusal at a key.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    pub key: Vec<String>,
    pub found: String,
    pub expected: String,
    pub fix: String,
}

pub(super) type Checked = Result<(), Wrong>;

/// A place in the file: `key.child(...)` goes one deeper.
#[derive(Clone)]
pub(super) struct Key(Vec<String>);

/// A settlement moves less than the whole notional (`market/rates.rs` refuses others); no threshold for eight hours is meant to lie beyond it.
const WHOLE: f64 = 1.0;

impl Key {
    /// The file itself.
    pub fn root() -> Self {
        Self(Vec::new())
    }

    /// The place of a key one level below.
    pub fn child(&self, name: &str) -> Self {
        let mut path = self.0.clone();
        path.push(name.to_owned());
        Self(path)
    }

    /// The place of a dotted key below this one.
    pub fn below(&self, dotted: &str) -> Self {
        dotted.split('.').filter(|part| !part.is_empty()).fold(self.clone(), |key, part| key.child(part))
    }

    /// A refusal here.
    pub fn wrong(&self, found: impl Into<String>, expected: impl Into<String>, fix: impl Into<String>) -> Checked {
        Err(Wrong { key: self.0.clone(), found: found.into(), expected: expected.into(), fix: fix.into() })
    }

    /// TOML has `nan` and `inf`; a comparison with either decides nothing.
    pub fn number(&self, value: Option<f64>, fix: &str) -> Checked {
        match value {
            Some(value) if !value.is_finite() => self.wrong(value.to_string(), "a finite number", fix),
            _ => Ok(()),
        }
    }

    /// What is looked at only where decisions are made must fall on them. What is said in bars is looked at when there is a market.
    pub fn falls_on(&self, rhythm: Rhythm, decide: Rhythm) -> Checked {
        let (Rhythm::Every(span), Rhythm::Every(decide)) = (rhythm, decide) else { return Ok(()) };
        if span.seconds() % decide.seconds() == 0 {
            return Ok(());
        }
        self.wrong(span.to_string(), format!("a multiple of `decide`, {decide}"), "lengthen it, or decide more often")
    }

    /// A number must be above 0 and finite.
    pub fn positive(&self, value: f64, fix: &str) -> Checked {
        if value > 0.0 && value.is_finite() { Ok(()) } else { self.wrong(value.to_string(), "a number above 0", fix) }
    }

    /// A share must be above 0 and at most 1.
    pub fn share(&self, value: f64) -> Checked {
        if value > 0.0 && value <= 1.0 { Ok(()) } else { self.wrong(value.to_string(), "above 0, at most 1", "0.05 is five per cent") }
    }

    /// A rate a year.
    pub fn yearly(&self, apr: f64) -> Checked {
        if apr > 0.0 && apr <= 1.0 { Ok(()) } else { self.wrong(apr.to_string(), "above 0, at most 1", "0.035 is 3.5 % a year") }
    }

    /// A rate of funding, as a fraction of notional per 8 h.
    pub fn funding_rate(&self, value: f64) -> Checked {
        if value.abs() < WHOLE {
            return Ok(());
        }
        self.wrong(
            format!("{value} per 8 h"),
            "a fraction of notional per 8 h between -1 and 1: no settlement is as large",
            "0.0005 is 0.05 % per 8 h; 5 % is 0.05",
        )
    }

    /// Settlements that a mean is made of.
    pub fn settlements(&self, count: Option<usize>) -> Checked {
        let one_day = "3 is one day of eight-hour funding";
        match count {
            None => self.wrong("missing", "so many last settlements, at least 1", one_day),
            Some(0) => self.wrong("0", "at least 1", one_day),
            Some(_) => Ok(()),
        }
    }
}
