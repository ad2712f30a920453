//! Numbers and bytes that stand: other people's libraries, exchanges and articles, arithmetic by hand, facts looked up, and what the program once printed.
//! What a change of ours may move is written anew by `ROTATE_BLESS=1 cargo test --release --test golden` (or, one at a time, with `sample_report`, `snapshots`
//! or `refusals` behind it): read the difference before you keep it.

mod article;
mod by_hand;
mod by_hand_venue;
mod exchange;
mod luck;
mod metrics;
mod real_markets;
mod refusals;
mod sample;
mod sample_report;
mod signals;
mod snapshots;

#[path = "../support/fixture.rs"]
#[allow(dead_code, reason = "each kind of test uses a part of it")]
mod fixture;
