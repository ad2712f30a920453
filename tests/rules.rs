//! The waterfall, the limits, the yields, exits by funding and the history before a window, worked by hand on markets of a few bars.

#[path = "rules/attention.rs"]
mod attention;
#[path = "rules/bands.rs"]
mod bands;
#[path = "rules/beyond.rs"]
mod beyond;
#[path = "rules/conversions.rs"]
mod conversions;
#[path = "rules/crash.rs"]
mod crash;
#[path = "rules/empty.rs"]
mod empty;
#[path = "rules/funding.rs"]
mod funding;
#[path = "rules/given_back.rs"]
mod given_back;
#[path = "rules/hedge.rs"]
mod hedge;
#[path = "rules/inside.rs"]
mod inside;
#[path = "rules/late.rs"]
mod late;
#[path = "rules/limits.rs"]
mod limits;
#[path = "rules/on_record.rs"]
mod on_record;
#[path = "support/parts.rs"]
mod parts;
#[path = "rules/small.rs"]
mod small;
#[path = "rules/stops.rs"]
mod stops;
#[path = "rules/warm.rs"]
mod warm;
#[path = "rules/waterfall.rs"]
mod waterfall;
#[path = "rules/wicks.rs"]
mod wicks;
#[path = "rules/yields.rs"]
mod yields;
