//! `rotate man`: the manual of the program and of each of its commands, page after page, as roff.

use clap::Command;

/// Made of the same words as `--help`; without a date, so that the same program gives the same bytes.
pub(super) fn run(mut program: Command) -> String {
    program.build();
    let mut pages = Vec::new();
    page(&program, &mut pages);
    String::from_utf8(pages).expect("a manual of our own words")
}

fn page(command: &Command, pages: &mut Vec<u8>) {
    clap_mangen::Man::new(command.clone()).render(pages).expect("memory takes what is written");
    // `help` has no manual of its own.
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        page(below, pages);
    }
}
