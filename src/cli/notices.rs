//! `rotate notices`: what the program is built on, and what its font asks to be said in every copy.

/// The page as it lies in the repository, so that a program without its sources has it too.
pub(super) fn run() -> String {
    include_str!("../../THIRD-PARTY.md").to_owned()
}
