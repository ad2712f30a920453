//! The program as it is met from outside: its command line, what it reads and what it refuses to, the folders it writes, and everything that is thrown at it.

mod attack;
mod bounds;
mod cli;
mod damaged;
mod folders;
mod formats;
mod lookahead;
mod mutated;
mod new;
mod overlay;
mod rhythm;
mod schema;
mod study_page;
mod tune;
mod tune_markets;
mod verify;

#[path = "../support/headers.rs"]
mod headers;
#[path = "../support/program.rs"]
mod program;
