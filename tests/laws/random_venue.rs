//! Random assumptions and orders of a random strategy.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::random_strategy::{in_step, spans};

/// What is assumed of the venue and how orders are sent.
#[derive(Clone, Debug)]
pub struct VenueSpec {
    pub preset: &'static str,
    pub adl: Option<f64>,
    pub latency: u32,
    /// Offset, bars until they expire, reprice, taker.
    pub limits: Option<(f64, Option<&'static str>, bool, bool)>,
}

impl VenueSpec {
    /// Market orders under the default assumptions, and nothing taken away by others.
    pub const PLAIN: Self = Self { preset: "realistic", adl: None, latency: 0, limits: None };

    pub fn write(&self, text: &mut String, decide: &'static str) {
        let adl = self.adl.map_or_else(String::new, |crash| format!(", adl_crash = {crash:?}"));
        let _ = writeln!(text, "assumptions = {{ name = \"{}\", latency_bars = {}{adl} }}", self.preset, self.latency);
        if let Some((offset, expire, reprice, taker)) = self.limits {
            let expire = expire.map_or_else(String::new, |span| format!(", expire = \"{}\"", in_step(span, decide)));
            let (waiting, then) = (if reprice { "reprice" } else { "rest" }, if taker { "taker" } else { "expire" });
            let _ =
                writeln!(text, "orders = {{ kind = \"limit\", offset = {offset:?}{expire}, while = \"{waiting}\", then = \"{then}\" }}");
        }
    }
}

pub fn venues() -> impl Strategy<Value = VenueSpec> {
    let limits = (prop_oneof![Just(0.0), 0.0..0.05_f64], prop::option::of(spans()), any::<bool>(), any::<bool>());
    (
        prop::sample::select(vec!["realistic", "realistic", "optimistic", "pessimistic"]),
        prop::option::weighted(0.2, 0.02..0.5_f64),
        prop::option::weighted(0.4, limits),
    )
        .prop_map(|(preset, adl, limits)| VenueSpec { preset, adl, latency: 0, limits })
}
