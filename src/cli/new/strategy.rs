//! `rotate new strategy`: a copy under another name, what differs from another, or every key there is.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::Value;

use crate::cli::new::schema_file::{SchemaFile, create};
use crate::cli::new::template::{LEGEND, Template};
use crate::fault::Fault;
use crate::folder::broken;
use crate::strategy::shipped::STRATEGIES;
use crate::strategy::{Shape, Strategy, StrategyFile, overlay_schema};

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// What it is called: letters, digits, `-` and `_`.
    #[arg(value_name = "NAME")]
    name: String,
    /// The strategy to begin with.
    #[arg(long, value_name = "STRATEGY", default_value = "bull",
        value_parser = PossibleValuesParser::new(STRATEGIES.iter().map(|(name, _)| *name)))]
    from: String,
    /// Every key there is, with what it means and its default, in place of a copy.
    #[arg(long, conflicts_with_all = ["from", "extends"])]
    template: bool,
    /// Only what differs from that strategy, in place of a copy: one that the program brings along, or a file beside the new one.
    #[arg(long, value_name = "STRATEGY", conflicts_with = "from")]
    extends: Option<String>,
    /// The file; one that is there is never replaced. The schema for editors is put beside it. Default: strategies/NAME.toml.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What stands in a template without being asked for: a strategy that runs.
const FILE: &[(&str, &str)] = &[("regime", "\"any\""), ("rebalance.every", "\"30d\"")];
const COINS: &[(&str, &str)] = &[("weight", "0.5"), ("hold.spot.count", "5")];
const CASH: &str = "\n[buckets.stablecoins]\nweight = 0.5\nhold = \"cash\"\n";

pub(super) fn run(arguments: &Arguments) -> Result<String, Fault> {
    let Arguments { name, from, template, extends, out } = arguments;
    let whole = SchemaFile { name: "strategy.schema.json", schema: schemars::schema_for!(Strategy) };
    let overlay = SchemaFile { name: "overlay.schema.json", schema: overlay_schema() };
    let (schema, text, how) = match extends {
        Some(base) => (&overlay, differing(name, base), format!("which extends {base}")),
        None if *template => (&whole, self::template(name, &whole.schema.clone().to_value()), "every key".to_owned()),
        None => (&whole, copy(name, from), format!("from {from}")),
    };
    let text = schema.directive() + &text;
    let out = out.clone().unwrap_or_else(|| Path::new("strategies").join(format!("{name}.toml")));
    // What a name may be is the strategy's own business. What it extends is looked for where it will stand.
    StrategyFile::parse(Path::new(&format!("NAME `{name}`")), schema.directive() + &copy(name, "bull"))?;
    StrategyFile::parse_in(&out, text.clone())?;
    let folder = match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    };
    schema.may_stand_in(&folder)?;
    fs::create_dir_all(&folder).map_err(|e| broken(&folder, &e))?;
    create(&out, &text)?;
    schema.write(&folder)?;
    Ok(format!("strategy {name}, {how}: {}\n", out.display()))
}

/// The text of a shipped strategy with another name, its other lines as they were.
fn copy(name: &str, from: &str) -> String {
    let text = STRATEGIES.iter().find(|(shipped, _)| *shipped == from).map_or("", |(_, text)| text);
    let quoted = quoted(name);
    let mut done = false;
    let lines = text.split_inclusive('\n').map(|line| match line.split_once('=') {
        Some((key, _)) if !done && key.trim() == "name" => {
            done = true;
            format!("{key}= {quoted}\n")
        }
        _ => line.to_owned(),
    });
    lines.collect()
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// What differs from another: nothing yet.
fn differing(name: &str, base: &str) -> String {
    format!(
        "name = {}\nabout = \"…\"\nextends = {}\n# Keys and tables of it that are taken out, before what stands below is added.\n\
         #remove = [\"limits\", \"buckets.NAME\"]\n\n# What differs, written as there: tables merge key by key, any other value takes the place of the old one.\n",
        quoted(name),
        quoted(base)
    )
}

/// Every key there is.
fn template(name: &str, schema: &Value) -> String {
    let name = quoted(name);
    let live: Vec<(&str, &str)> = [("name", name.as_str()), ("about", "\"…\"")].into_iter().chain(FILE.iter().copied()).collect();
    let mut template = Template::of(schema, &live);
    template.comment(LEGEND);
    template
        .comment("Lengths of time are a whole number and one of m h d w: \"8h\", \"30d\". Rates and shares are fractions: 0.01 is 1 %.");
    template.file(&["buckets"]);
    template.lines("\n");
    template.comment("The parts the equity is split into; their weights sum to 1. Each has a name of its own.");
    template.table(Shape::of(schema).below("buckets").below("coins").only(), "buckets.coins", COINS);
    template.lines(CASH);
    template.finish()
}
