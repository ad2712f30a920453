//! What is written: names, columns, sums, bytes.

mod compare;
mod gains;
mod pages;
mod replaced;
mod tables;
mod tax;
mod written;
