//! `rotate new`: files to begin with, which say everything that may be said and replace nothing.

use std::fs;
use std::path::Path;

use serde_json::Value;

use rotate::market::{Market, Window};
use rotate::strategy::StrategyFile;

use crate::program::{ROOT, fine, rotate_in, stderr, stdout, tree};

fn said(here: &Path, arguments: &[&str], code: i32) -> String {
    let output = rotate_in(here, arguments);
    assert_eq!(output.status.code(), Some(code), "rotate {arguments:?}\n{}", stderr(&output));
    if code == 0 { stdout(&output) } else { stderr(&output) }
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// Every key of a schema by its path in a file; tables of a map are called `NAME`, those of a list stand alone. A table that was met before is named
/// with the path it was met at.
struct Keys<'s> {
    schema: &'s Value,
    but: &'static [&'static str],
    met: Vec<(String, String)>,
    all: Vec<String>,
    again: Vec<(String, String)>,
}

impl<'s> Keys<'s> {
    /// But for those below some.
    fn of(schema: &'s Value, place: &'s Value, but: &'static [&'static str]) -> Self {
        let mut keys = Self { schema, but, met: Vec::new(), all: Vec::new(), again: Vec::new() };
        keys.walk(place, "");
        keys
    }

    fn walk(&mut self, place: &'s Value, path: &str) {
        if let Some(name) = place["$ref"].as_str() {
            let inner = &self.schema["$defs"][name.rsplit('/').next().unwrap()];
            if inner["properties"].is_object() {
                if let Some((_, first)) = self.met.iter().find(|(met, _)| met == name) {
                    self.again.push((path.to_owned(), first.clone()));
                    return;
                }
                self.met.push((name.to_owned(), path.to_owned()));
            }
            return self.walk(inner, path);
        }
        for form in place["anyOf"].as_array().or(place["oneOf"].as_array()).into_iter().flatten() {
            self.walk(form, path);
        }
        let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        for (key, inner) in place["properties"].as_object().into_iter().flatten().filter(|(key, _)| !self.but.contains(&join(key).as_str()))
        {
            self.all.push(join(key));
            self.walk(inner, &join(key));
        }
        if place["items"].is_object() {
            self.walk(&place["items"], "");
        }
        if place["additionalProperties"].is_object() {
            self.walk(&place["additionalProperties"], &join("NAME"));
        }
    }

    /// The template has each of them: on a line of its own, as the head of a table, or led back to where the same keys stand.
    fn must_stand_in(&self, template: &str) {
        assert!(self.all.len() > 10);
        let heads = |key: &str| {
            [format!("{key} = "), format!("#{key} = "), format!("# {key}: "), format!("#[[{key}]]"), format!("{key}."), format!("#{key}.")]
        };
        for key in &self.all {
            assert!(template.lines().any(|line| heads(key).iter().any(|head| line.starts_with(head.as_str()))), "the template lacks {key}");
        }
        let joined = template.replace("\n# ", " ");
        for (key, _) in &self.again {
            assert!(joined.contains(&format!("`{key}` has the same keys as `")), "the template lacks the keys of {key}");
        }
    }
}

fn schema(of: &str) -> Value {
    serde_json::from_str(&fine(&["schema", of])).unwrap()
}

/// Lines that show a default, each by its place and what it would be without its `#`.
fn defaults(text: &str) -> Vec<(usize, &str)> {
    let key = |line: &&str| {
        line.split(['=', ' '])
            .next()
            .is_some_and(|key| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)))
    };
    let lines = text.lines().enumerate().filter_map(|(at, line)| Some((at, line.strip_prefix('#')?)));
    lines.filter(|(_, line)| line.contains(" = ") && !line.contains(" = <") && key(line)).collect()
}

/// The text with the `#` of some lines gone.
fn without(text: &str, at: &[usize]) -> String {
    let shown = |(line, words): (usize, &str)| if at.contains(&line) { words[1..].to_owned() } else { words.to_owned() };
    text.lines().enumerate().map(shown).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_template_has_every_key_of_a_strategy_and_runs() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    said(here, &["new", "strategy", "mine", "--template"], 0);
    let text = read(here.join("strategies/mine.toml"));
    assert!(text.starts_with("#:schema strategy.schema.json\n"));
    assert_eq!(read(here.join("strategies/strategy.schema.json")), fine(&["schema"]));
    let schema = schema("strategy");
    let (file, bucket) = text.split_once("[buckets.coins]").unwrap();
    Keys::of(&schema, &schema, &["buckets"]).must_stand_in(file);
    let mut keys = Keys::of(&schema, &schema["$defs"]["Bucket"], &[]);
    // Shown in the tables of the strategy above.
    keys.all.retain(|key| !["orders.", "limits."].iter().any(|above| key.starts_with(above)));
    keys.again.clear();
    keys.must_stand_in(bucket);
    assert!(
        bucket.contains("`orders` has the same keys as `orders` above") && bucket.contains("`limits` has the same keys as `limits` above")
    );
    // Each key is explained.
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.contains(" = ") && !line.starts_with("# ")) {
        assert!(
            lines[at - 1].starts_with("# ") || lines[at].starts_with("weight = 0.5") || lines[at].starts_with("hold = \"cash\""),
            "{line} says not what it means"
        );
    }

    let parse = |text: String| StrategyFile::parse(Path::new("mine.toml"), text);
    let plain = parse(text.clone()).unwrap_or_else(|fault| panic!("{fault}")).strategy;
    // Each default by itself is what it is without: or stands in a table that needs more, which is named.
    let mut same = 0;
    for (at, line) in defaults(&text) {
        match parse(without(&text, &[at])) {
            Ok(file) => {
                let table = line.split('.').next().unwrap();
                let opens = ["lifecycle", "classifier"].contains(&table);
                assert!(opens || toml::to_string(&file.strategy).unwrap() == toml::to_string(&plain).unwrap(), "{line}");
                same += 1;
            }
            // What its table needs beside it, or what excludes it, is named.
            Err(fault) => {
                let named = ["missing field", "no part", "several words at once", "without a life cycle"];
                assert!(named.iter().any(|words| fault.found.contains(words)), "{line}: {fault}");
            }
        }
    }
    assert!(same > 55, "{same}");
    // And all that stand by themselves together.
    let alone: Vec<usize> = defaults(&text).into_iter().map(|(at, _)| at).filter(|at| parse(without(&text, &[*at])).is_ok()).collect();
    let together = parse(without(&text, &alone)).unwrap_or_else(|fault| panic!("{fault}"));
    assert!(together.strategy.lifecycle.is_some() && together.strategy.classifier.is_some());
    let output = rotate_in(here, &["check", "--market", &format!("{ROOT}/data/sample"), "strategies/mine.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn an_overlay_is_begun_with_what_it_extends() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    said(here, &["new", "strategy", "mine", "--extends", "rotation"], 0);
    assert!(read(here.join("strategies/mine.toml")).starts_with("#:schema overlay.schema.json\n"));
    assert_eq!(read(here.join("strategies/overlay.schema.json")), fine(&["schema", "overlay"]));
    said(here, &["new", "strategy", "next", "--extends", "mine"], 0);
    let next = StrategyFile::read(&here.join("strategies/next.toml")).unwrap();
    assert_eq!(next.bases.iter().map(|base| base.name.as_str()).collect::<Vec<_>>(), ["mine.toml", "rotation"]);
    let before = tree(here);
    assert!(said(here, &["new", "strategy", "none", "--extends", "nobody"], 1).contains("no such strategy"));
    assert!(said(here, &["new", "strategy", "loop", "--extends", "loop"], 1).contains("no such strategy"));
    assert!(tree(here) == before);
}

#[test]
fn a_schema_of_somebody_else_is_left_alone_and_an_older_one_renewed() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    let at = here.join("strategies/strategy.schema.json");
    fs::create_dir(here.join("strategies")).unwrap();
    for other in ["{}", "notes", "{ \"title\": \"Strategy\" }", "{ \"$schema\": \"x\", \"title\": \"Market\" }"] {
        fs::write(&at, other).unwrap();
        assert!(said(here, &["new", "strategy", "mine"], 1).contains("something else than a schema of this program"));
        assert!(read(&at) == other && !here.join("strategies/mine.toml").exists());
    }
    fs::write(&at, "{ \"$schema\": \"x\", \"title\": \"Strategy\", \"old\": true }").unwrap();
    said(here, &["new", "strategy", "mine"], 0);
    assert_eq!(read(&at), fine(&["schema"]));
    assert_eq!(tree(&here.join("strategies")).len(), 2, "nothing is left lying about");
}

#[test]
fn a_market_is_begun_with_every_key_and_lacks_only_its_data() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    let told = said(here, &["new", "market", "mine"], 0);
    assert!(told.contains("data/mine"), "{told}");
    let market = here.join("data/mine");
    let text = read(market.join("market.toml"));
    assert!(text.starts_with("#:schema market.schema.json\n"));
    assert_eq!(read(market.join("market.schema.json")), fine(&["schema", "market"]));
    let schema = schema("market");
    Keys::of(&schema, &schema, &[]).must_stand_in(&text);
    for folder in ["spot", "perp", "mark", "funding", "evidence"] {
        assert!(market.join(folder).is_dir() && read(market.join("README.md")).contains(folder));
    }
    // Step by step to a market, each told by what is refused.
    let refused = || said(here, &["check", "--market", "data/mine"], 1);
    assert!(
        refused().contains("assets.csv: a table without a row") && refused().contains("write one for each coin, as in BTC,large,BTCUSDT")
    );
    let head = read(market.join("assets.csv"));
    fs::write(market.join("assets.csv"), format!("{head}BTC,large,BTCUSDT,,1,binance,cex\n")).unwrap();
    assert!(refused().contains("BTCUSDT"), "{}", refused());
    fs::write(
        market.join("spot/BTCUSDT.csv"),
        "time,open,high,low,close,volume\n2024-01-01,10,11,9,10,100\n2024-01-01T08:00:00Z,10,11,9,10,100\n",
    )
    .unwrap();
    said(here, &["check", "--market", "data/mine"], 0);
    // With its defaults written out it is the same market.
    let facts = || {
        let market = Market::load(&market, Window::default()).unwrap_or_else(|fault| panic!("{fault}"));
        format!("{:?} {:?} {:?} {:?} {:?}", market.about, market.costs, market.listing, market.quote, market.clock)
    };
    let plain = facts();
    let shown: Vec<usize> = defaults(&text).into_iter().map(|(at, _)| at).collect();
    assert!(shown.len() >= 11, "{shown:?}");
    fs::write(market.join("market.toml"), without(&text, &shown)).unwrap();
    assert_eq!(facts(), plain);
    fs::write(market.join("market.toml"), without(&text, &shown).replace("half_spread_bps.mid = 8", "half_spread_bps.mid = 9")).unwrap();
    assert_ne!(facts(), plain, "the template's line says nothing");
}

#[test]
fn no_market_is_written_over_and_none_elsewhere() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    fs::create_dir_all(here.join("data/mine")).unwrap();
    fs::create_dir_all(here.join("full")).unwrap();
    fs::write(here.join("full/keep.txt"), "mine").unwrap();
    said(here, &["new", "market", "mine"], 0);
    let before = tree(here);
    for arguments in [&["mine"][..], &["other", "--out", "data/mine"], &["other", "--out", "full"], &["other", "--out", "full/keep.txt"]] {
        let said = said(here, &[&["new", "market"][..], arguments].concat(), 1);
        assert!(said.contains("a new or empty folder") || said.contains("folder"), "{said}");
    }
    for name in ["../mine", "a b", "", "con", "a/b", "a\"b"] {
        assert!(said(here, &["new", "market", name], 1).contains("no name of a market"), "{name}");
    }
    assert!(tree(here) == before, "something was touched");
}
