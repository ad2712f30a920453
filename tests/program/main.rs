//! The program as it is met from outside: its command line, what it reads and what it refuses to, the folders it writes, and everything that is thrown at it.

mod attack;
mod bounds;
#[cfg(unix)]
mod cache;
mod cli;
mod damaged;
#[cfg(feature = "fetch")]
mod fetch;
mod folders;
mod formats;
mod helped;
mod import;
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

#[cfg(feature = "fetch")]
#[path = "../support/archive_server.rs"]
mod archive_server;
#[path = "../support/headers.rs"]
mod headers;
#[path = "../support/program.rs"]
mod program;
