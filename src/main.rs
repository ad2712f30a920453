//! The table of contents: parse, call, print, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    rotate::cli::main()
}
