//! What rules say and what comes of it, worked by hand on markets of a few bars.

mod attention;
mod bands;
mod beyond;
mod collateral;
mod conversions;
mod crash;
mod empty;
mod funding;
mod given_back;
mod hedge;
mod idea;
mod inside;
mod late;
mod limits;
mod listings;
mod luck;
mod on_record;
mod rotation;
mod shocks;
mod signals;
mod small;
mod stops;
mod tiny;
mod too_small;
mod warm;
mod waterfall;
mod wicks;
mod yields;

#[path = "../support/parts.rs"]
mod parts;
