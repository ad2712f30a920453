//! A plan onto the disk: the market whole, or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::bounded::{self, MIB};
use crate::fault::Fault;
use crate::folder::{Staging, broken};
use crate::import::existing::{Existing, Imported, SOURCES};
use crate::import::facts::Evidence;
use crate::import::kind::Content;
use crate::import::labels::{CONVERSIONS, starter};
use crate::import::listing::{AssetRow, symbol};
use crate::import::manifest;
use crate::import::plain_csv as csv;
use crate::import::plan::Plan;
use crate::import::symbol::multiple;
use crate::market::{Market, Window};
use crate::units::Time;

/// Bytes of a table from which on the manifest must allow more.
const USUAL: usize = 200 << 20;

/// A table of facts in the making: lines below a header, each once, in the order of the file.
struct Lines {
    header: &'static str,
    seen: BTreeSet<String>,
    all: Vec<String>,
}

impl Lines {
    /// Those of a file that is there, else none.
    fn of(existing: Option<&Existing>, name: &str, header: &'static str) -> Result<Self, Fault> {
        let mut lines = Self { header, seen: BTreeSet::new(), all: Vec::new() };
        let Some(path) = existing.map(|own| own.dir.join(name)).filter(|path| path.is_file()) else { return Ok(lines) };
        let text = bounded::text(&path, 2_048 * MIB).map_err(|why| broken(&path, &why))?;
        if text.lines().next().is_none_or(|first| first != header.trim_end()) {
            return Err(Fault::new(
                format!("{}:1", path.display()),
                "another header than an import writes",
                header.trim_end().to_owned(),
                "give it these columns, or move it away",
            ));
        }
        text.lines().skip(1).for_each(|line| lines.push(format!("{line}\n"), ""));
        Ok(lines)
    }

    /// Adds a line unless one of its key is there; an empty key is the line itself.
    fn push(&mut self, line: String, key: &str) {
        let key = if key.is_empty() { line.trim_end().to_owned() } else { key.to_owned() };
        if self.seen.insert(key) {
            self.all.push(line);
        }
    }

    fn text(&self) -> Option<String> {
        (!self.all.is_empty()).then(|| self.all.iter().fold(self.header.to_owned(), |text, line| text + line))
    }
}

impl Plan {
    /// Writes the market, and reads it back before it takes its place.
    ///
    /// # Errors
    /// The disk refuses; what was written is refused by the loader, which is a fault of ours or of facts that contradict each other.
    pub fn write(&self) -> Result<Market, Fault> {
        let staging = Staging::begin(&self.out, Imported)?;
        let market = staging.fill(|fresh| {
            if let Some(existing) = &self.existing {
                carry_over(&existing.dir, fresh)?;
            }
            for (name, text) in self.tables()? {
                let path = fresh.join(&name);
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(|e| broken(&path, &e))?;
                }
                fs::write(&path, text).map_err(|e| broken(&path, &e))?;
            }
            Market::load(fresh, Window::default())
        })?;
        staging.finish()?;
        Ok(market)
    }

    /// Every file that an import writes, by its name.
    fn tables(&self) -> Result<BTreeMap<String, String>, Fault> {
        let mut files = BTreeMap::new();
        for (own, _) in self.series.iter().zip(&self.choice.passed_over).filter(|(_, passed)| passed.is_none()) {
            let folder = own.key.content.word();
            let with_volume = matches!(own.key.content, Content::Bars(_));
            let perpetual = self.file_symbol(own);
            files.insert(format!("{folder}/{perpetual}.csv"), csv::rows(&own.rows, with_volume));
        }
        let largest = files.values().map(String::len).max().unwrap_or(0);
        if self.existing.is_none() {
            let limit = (largest > USUAL).then(|| (largest as u64).div_ceil(MIB) * 2);
            files.insert("market.toml".to_owned(), manifest::text(self, limit));
        }
        let names = self.asset_lines(&mut files)?;
        self.facts_of(&names, &mut files)?;
        files.insert(SOURCES.to_owned(), self.sources());
        Ok(files)
    }

    /// Mark prices and rates are found by the symbol of their perpetual, whatever the venue of theirs calls it.
    fn file_symbol(&self, own: &crate::import::series::Series) -> String {
        let place = self.series.iter().position(|other| std::ptr::eq(other, own));
        let coin = self.choice.coins.values().find(|coin| coin.mark == place || coin.funding == place);
        let perp = coin.and_then(|coin| coin.perp).map(|at| &self.series[at]);
        symbol(perp.unwrap_or(own), &self.choice.quote)
    }

    /// `assets.csv`: lines that are there stay as their owner has them. Gives the names of all assets.
    fn asset_lines(&self, files: &mut BTreeMap<String, String>) -> Result<BTreeSet<String>, Fault> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        let mut text = csv::ASSETS.to_owned();
        if let Some(existing) = &self.existing {
            let path = existing.dir.join("assets.csv");
            text = bounded::text(&path, 2_048 * MIB).map_err(|why| broken(&path, &why))?;
            names.extend(existing.assets().iter().map(|listed| listed.asset.clone()));
        }
        let listed: BTreeSet<&str> =
            self.existing.iter().flat_map(Existing::assets).flat_map(|own| [own.spot.as_str(), own.perp.as_str()]).collect();
        let is_new = |row: &&AssetRow| {
            !names.contains(&row.name) && ![&row.spot, &row.perp].iter().any(|own| !own.is_empty() && listed.contains(own.as_str()))
        };
        let new: Vec<&AssetRow> = self.assets.iter().filter(is_new).collect();
        for row in new {
            text += &csv::asset(row);
            names.insert(row.name.clone());
        }
        files.insert("assets.csv".to_owned(), text);
        Ok(names)
    }

    fn facts_of(&self, names: &BTreeSet<String>, files: &mut BTreeMap<String, String>) -> Result<(), Fault> {
        let existing = self.existing.as_ref();
        let coin = |coin: &str| names.get(coin).or_else(|| names.get(multiple(coin).0));
        let mut put = |name: &str, lines: &Lines| {
            if let Some(text) = lines.text() {
                files.insert(name.to_owned(), text);
            }
        };
        let mut caps = Lines::of(existing, "market-cap.csv", csv::CAPS)?;
        // Of two coins with one name the larger one is meant; ranked facts go before bare ones.
        let mut sorted: Vec<_> = self.facts.caps.iter().collect();
        sorted.sort_by(|a, b| {
            (a.known_at, a.rank.is_none(), a.rank).cmp(&(b.known_at, b.rank.is_none(), b.rank)).then(b.usd.total_cmp(&a.usd))
        });
        for cap in sorted {
            if let Some(asset) = coin(&cap.coin) {
                caps.push(csv::cap(cap, asset), &format!("{},{asset}", cap.known_at));
            }
        }
        put("market-cap.csv", &caps);
        let mut labels = Lines::of(existing, "narratives.csv", csv::LABELS)?;
        let own = if existing.is_none() && self.facts.labels.is_empty() { starter(|name| names.contains(name)) } else { Vec::new() };
        for label in self.facts.labels.iter().chain(&own) {
            if let Some(asset) = coin(&label.coin) {
                labels.push(csv::label(label, asset), "");
            }
        }
        put("narratives.csv", &labels);
        self.evidence(&labels, &coin, &mut put)?;
        self.brackets(&mut put)?;
        if existing.is_none() {
            put("conversions.csv", &conversions(names));
        }
        Ok(())
    }

    /// One file a metric.
    fn evidence<'n>(
        &self,
        labels: &Lines,
        coin: &impl Fn(&str) -> Option<&'n String>,
        put: &mut impl FnMut(&str, &Lines),
    ) -> Result<(), Fault> {
        let narratives: BTreeSet<&str> = labels.all.iter().filter_map(|line| line.split(',').nth(1)).collect();
        let mut by_metric: BTreeMap<&str, Vec<&Evidence>> = BTreeMap::new();
        for fact in &self.facts.evidence {
            by_metric.entry(&fact.metric).or_default().push(fact);
        }
        for (metric, mut facts) in by_metric {
            let file: String = metric.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect();
            let name = format!("evidence/{file}.csv");
            let mut lines = Lines::of(self.existing.as_ref(), &name, csv::EVIDENCE)?;
            facts.sort_by(|a, b| (a.known_at, &a.subject).cmp(&(b.known_at, &b.subject)));
            for fact in facts {
                let subject = if fact.of_narrative {
                    narratives.get(fact.subject.as_str()).copied()
                } else {
                    coin(&fact.subject).map(String::as_str)
                };
                if let Some(subject) = subject {
                    lines.push(csv::evidence(fact, subject), &format!("{},{subject}", fact.known_at));
                }
            }
            put(&name, &lines);
        }
        Ok(())
    }

    /// Brackets of today for all of the time: who has older ones writes them in.
    fn brackets(&self, put: &mut impl FnMut(&str, &Lines)) -> Result<(), Fault> {
        let mut lines = Lines::of(self.existing.as_ref(), "margin-tiers.csv", csv::TIERS)?;
        let since = Time::parse_date("2019-01-01").unwrap_or_default();
        let perps: BTreeSet<&str> = self.assets.iter().map(|asset| asset.perp.as_str()).collect();
        for bracket in &self.facts.tiers {
            let symbol = bracket.pair.symbol();
            if perps.contains(symbol.as_str()) && bracket.amount.is_finite() {
                lines.push(csv::bracket(bracket, &symbol, since), &format!("{since},{symbol},{}", bracket.floor));
            }
        }
        put("margin-tiers.csv", &lines);
        Ok(())
    }

    /// Where everything came from: every file ever named, the ones of no use with the reason.
    fn sources(&self) -> String {
        let mut lines: BTreeMap<String, String> = self.existing.as_ref().map_or(BTreeMap::new(), |own| own.lines.clone());
        for file in &self.files {
            let origin = file.origin.map_or("", super::kind::Origin::name);
            let row = [&file.name, file.sha256.as_deref().unwrap_or(""), origin, file.useless.as_deref().unwrap_or("")];
            lines.insert(file.name.clone(), csv::line(&row).trim_end().to_owned());
        }
        lines.values().fold("file,sha256,taken_for,not_used_because\n".to_owned(), |mut text, line| {
            let _ = writeln!(text, "{line}");
            text
        })
    }
}

fn conversions(names: &BTreeSet<String>) -> Lines {
    let mut lines = Lines { header: "asset,to,ratio,known_at,since\n", seen: BTreeSet::new(), all: Vec::new() };
    for (asset, to, ratio, known_at, since) in CONVERSIONS {
        if names.contains(asset) && names.contains(to) {
            lines.push(csv::line(&[asset, to, &ratio.to_string(), known_at, since]), "");
        }
    }
    lines
}

/// All that is in the market as it was, so that nothing its owner put there is lost.
fn carry_over(from: &Path, to: &Path) -> Result<(), Fault> {
    for entry in fs::read_dir(from).map_err(|e| broken(from, &e))? {
        let entry = entry.map_err(|e| broken(from, &e))?;
        let (own, copy) = (entry.path(), to.join(entry.file_name()));
        if own.is_dir() {
            fs::create_dir_all(&copy).map_err(|e| broken(&copy, &e))?;
            carry_over(&own, &copy)?;
        } else {
            fs::copy(&own, &copy).map_err(|e| broken(&own, &e))?;
        }
    }
    Ok(())
}
