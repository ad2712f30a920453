//! What is shown: tables, pages, pictures, and what a run is seen against.

mod browser;
mod parquet;
mod report;
mod stress;
mod tear_sheet;

#[path = "../support/fixture.rs"]
mod fixture;
#[path = "../support/headers.rs"]
mod headers;
#[path = "../support/program.rs"]
mod program;
