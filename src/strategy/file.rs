//! A strategy file: read, overridden by `--set`, validated; every refusal names file, line and key.

use std::path::{Path, PathBuf};

use crate::bounded::{self, BY_HAND, size};
use crate::exchange::assumptions::Preset;
use crate::fault::Fault;
use crate::strategy::key::Wrong;
use crate::strategy::located::{in_plain_words, mended, refused, syntax_fault};
use crate::strategy::overlay::{self, Change, Find, Layer};
use crate::strategy::{Override, Strategy, mistakes, validate};

/// A strategy as it will run, and the text it came from.
#[derive(Clone, Debug)]
pub struct StrategyFile {
    pub path: PathBuf,
    pub text: String,
    /// What it extends: that file first, then what that one extends, and so on.
    pub bases: Vec<Layer>,
    /// `KEY=VALUE` applied on top, in order.
    pub overrides: Vec<String>,
    pub strategy: Strategy,
}

impl StrategyFile {
    /// Reads and validates one file.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let text = bounded::text(path, BY_HAND).map_err(|why| {
            Fault::new(
                path.display().to_string(),
                format!("cannot be read: {why}"),
                format!("a strategy file in TOML, of at most {}", size(BY_HAND)),
                "name an existing file; without names every strategies/*.toml is run",
            )
        })?;
        Self::parse_in(path, text)
    }

    /// The same, from text; `path` is only for messages. It may extend what the program brings along, but no file.
    pub fn parse(path: &Path, text: String) -> Result<Self, Fault> {
        Self::over(path, text, &overlay::brought_along)
    }

    /// The same, from the text of a file that is not there yet.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse_in(path: &Path, text: String) -> Result<Self, Fault> {
        Self::over(path, text, &overlay::in_folder)
    }

    /// The same, over the texts of what it extends, each with its name: no file is looked for.
    ///
    /// # Errors
    /// As [`Self::parse`]; it extends something else than these.
    pub fn parse_over(path: &Path, text: String, bases: &[(&str, &str)]) -> Result<Self, Fault> {
        Self::over(path, text, &|base, from, above| {
            let known = bases.get(above).filter(|(name, _)| base.may_be(name));
            let Some((name, text)) = known else {
                let found = format!("extends {base:?}, whose text is not there", base = base.name);
                return Err(Fault::new(
                    Fault::at(&from.path, base.line),
                    found,
                    "the text of every strategy that it extends",
                    "run it again",
                ));
            };
            let path = PathBuf::from(format!("{}: {name}", path.display()));
            Ok(Layer { name: (*name).to_owned(), path, text: (*text).to_owned() })
        })
    }

    fn over(path: &Path, text: String, find: &Find) -> Result<Self, Fault> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let own = Layer { name, path: path.to_owned(), text: text.clone() };
        let (strategy, bases) = match overlay::layers(own, find)? {
            None => (toml::from_str(&text).map_err(|error| every(&text, error, |error| syntax_fault(path, &text, error)))?, Vec::new()),
            Some(mut layers) => {
                let whole = overlay::whole(&layers)?.0.to_string();
                let read = toml::from_str(&whole);
                let place = |key: Option<&[String]>| overlay::place_of_key(&layers, key.unwrap_or_default());
                let strategy: Strategy = read.map_err(|error| every(&whole, error, |error| refused(&whole, error, place)))?;
                (strategy, layers.split_off(1))
            }
        };
        let file = Self { path: path.to_owned(), text, bases, overrides: Vec::new(), strategy };
        validate::check(&file.strategy).map_err(|all| joined(all.iter().map(|wrong| file.fault(wrong))))?;
        Ok(file)
    }

    /// All files it is made of, its own first.
    fn layers(&self) -> Vec<Layer> {
        let own = Layer { name: String::new(), path: self.path.clone(), text: self.text.clone() };
        std::iter::once(own).chain(self.bases.iter().cloned()).collect()
    }

    /// The keys by which it differs from what it extends; none where it extends nothing.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        if self.bases.is_empty() {
            return Vec::new();
        }
        overlay::whole(&self.layers()).map(|(own, base)| overlay::changes(&own, &base)).unwrap_or_default()
    }

    pub(super) fn fault(&self, wrong: &Wrong) -> Fault {
        let key = wrong.key.join(".");
        // The file was valid before: what is wrong came with an override, that of this key, or one of those above or below it.
        let touches = |set: &&String| Override::parse(set).is_ok_and(|set| set.key.iter().zip(&wrong.key).all(|(a, b)| a == b));
        let near: Vec<&str> = self.overrides.iter().filter(touches).map(String::as_str).collect();
        let all: Vec<&str> = self.overrides.iter().map(String::as_str).collect();
        let place = if self.overrides.is_empty() {
            overlay::place_of_key(&self.layers(), &wrong.key)
        } else {
            format!("{}: --set {}", self.path.display(), if near.is_empty() { all } else { near }.join(" --set "))
        };
        Fault::new(place, format!("`{key}`: {}", wrong.found), wrong.expected.clone(), wrong.fix.clone())
    }

    /// The same strategy under a named set of assumptions, whatever it says itself.
    #[must_use]
    pub fn under(mut self, preset: Preset) -> Self {
        self.strategy = self.strategy.under(preset);
        self
    }

    /// Whether the file, or what it extends, has the key of an override.
    #[must_use]
    pub fn has(&self, set: &Override) -> bool {
        overlay::whole(&self.layers()).is_ok_and(|(table, _)| set.is_in(&table))
    }

    /// The same strategy with keys replaced or added, all of them together.
    ///
    /// # Errors
    /// A key or a value that no strategy may have; a strategy that is not valid with them.
    pub fn with_all(&self, sets: &[Override]) -> Result<Self, Fault> {
        let mut table: toml::Table = toml::Table::try_from(&self.strategy).expect("a strategy that was read can be written as a table");
        for set in sets {
            set.apply(&mut table).map_err(|(found, expected, fix)| {
                Fault::new(format!("{}: --set {}", self.path.display(), set.text), found, expected, fix)
            })?;
        }
        let strategy: Strategy = table.try_into().map_err(|error: toml::de::Error| {
            let sets: Vec<&str> = sets.iter().map(|set| set.text.as_str()).collect();
            let (found, expected) = in_plain_words(error.message());
            let place = format!("{}: --set {}", self.path.display(), sets.join(" --set "));
            let fix = mended(&found, &expected);
            Fault::new(place, found, expected, fix)
        })?;
        let overrides = self.overrides.iter().cloned().chain(sets.iter().map(|set| set.text.clone())).collect();
        let file = Self { overrides, strategy, ..self.clone() };
        validate::check(&file.strategy).map_err(|all| joined(all.iter().map(|wrong| file.fault(wrong))))?;
        Ok(file)
    }
}

/// All mistakes of a text as one refusal.
fn every(text: &str, first: toml::de::Error, refuse: impl Fn(&toml::de::Error) -> Fault) -> Fault {
    joined(mistakes::all(text, first).iter().map(refuse))
}

/// One refusal of several, the first of which leads.
fn joined(faults: impl Iterator<Item = Fault>) -> Fault {
    let mut faults = faults.take(mistakes::TOLD).collect::<Vec<_>>().into_iter();
    let first = faults.next().expect("the first is told");
    Fault { also: faults.collect(), ..first }
}

impl Override {
    /// Of what a command replaces what is meant for each of its strategies: everything for those that it names, for others the keys their own file has,
    /// and those that no file has.
    #[must_use]
    pub fn meant_for(sets: &[Self], files: &[StrategyFile], named: bool) -> Vec<Vec<Self>> {
        let nowhere = |set: &Self| !files.iter().any(|file| file.has(set));
        let own = |file: &StrategyFile| sets.iter().filter(|set| named || file.has(set) || nowhere(set)).cloned().collect();
        files.iter().map(own).collect()
    }
}
