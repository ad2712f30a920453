//! What the house asks of itself: its source, its documents, what it is built on.

mod cache;
mod documents;
mod kinds;
mod readme;
mod source;
mod style;
mod tidy;

#[path = "../support/archive_server.rs"]
mod archive_server;
#[path = "../support/program.rs"]
mod program;
