//! The waterfall, worked by hand on markets of a few bars.

#[path = "rules/small.rs"]
mod small;
#[path = "rules/waterfall.rs"]
mod waterfall;
