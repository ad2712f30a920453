//! `rotate new`: a file to begin with.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use crate::fault::Fault;
use crate::folder::broken;
use crate::strategy::StrategyFile;
use crate::strategy::shipped::STRATEGIES;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Write a strategy of your own: a copy of one that the program brings along, under another name.
    #[command(after_help = "Example: rotate new strategy mine --from bull")]
    Strategy(Named),
}

#[derive(Args, Clone, Debug)]
struct Named {
    /// What it is called: letters, digits, `-` and `_`.
    #[arg(value_name = "NAME")]
    name: String,
    /// The strategy to begin with.
    #[arg(long, value_name = "STRATEGY", default_value = "bull",
        value_parser = PossibleValuesParser::new(STRATEGIES.iter().map(|(name, _)| *name)))]
    from: String,
    /// The file; one that is there is never replaced. Default: strategies/NAME.toml.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<String, Fault> {
    let What::Strategy(Named { name, from, out }) = &arguments.what;
    let text = STRATEGIES.iter().find(|(shipped, _)| shipped == from).map_or("", |(_, text)| text);
    let text = renamed(text, name);
    // What a name may be is the strategy's own business.
    StrategyFile::parse(Path::new(&format!("NAME `{name}`")), text.clone())?;
    let out = out.clone().unwrap_or_else(|| Path::new("strategies").join(format!("{name}.toml")));
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder).map_err(|e| broken(folder, &e))?;
    }
    let mut file = File::create_new(&out).map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => {
            Fault::new(out.display().to_string(), "something that is there already", "a new file", "choose another name, or another --out")
        }
        _ => broken(&out, &e),
    })?;
    if let Err(e) = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()) {
        let _ = fs::remove_file(&out);
        return Err(broken(&out, &e));
    }
    Ok(format!("strategy {name}, from {from}: {}\n", out.display()))
}

/// The same text with another name, its other lines as they were.
fn renamed(text: &str, name: &str) -> String {
    let quoted = toml::Value::String(name.to_owned());
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
