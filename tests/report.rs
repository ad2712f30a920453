//! What is written: names, columns, sums, bytes.

#[path = "report/compare.rs"]
mod compare;
#[path = "support/fixture.rs"]
mod fixture;
#[path = "report/gains.rs"]
mod gains;
#[path = "support/headers.rs"]
mod headers;
#[path = "report/pages.rs"]
mod pages;
#[path = "report/replaced.rs"]
mod replaced;
#[path = "report/tables.rs"]
mod tables;
#[path = "report/tax.rs"]
mod tax;
#[path = "report/written.rs"]
mod written;
