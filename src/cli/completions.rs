//! `rotate completions`: what a shell needs to complete a command that is being typed.

use clap::Args;
use clap_complete::Shell;

#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// The shell that reads it.
    #[arg(value_enum)]
    shell: Shell,
}

/// The script of a shell, made of the same words as `--help`.
pub(super) fn run(arguments: &Arguments, mut program: clap::Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut program, "rotate", &mut script);
    String::from_utf8(script).expect("a script of our own words")
}
