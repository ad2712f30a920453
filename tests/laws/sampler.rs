//! Samplers: what a proposal may depend on, whether it finds what there is to find, and what a space lets through.

mod proposals;
mod search;
mod space;
mod support;
