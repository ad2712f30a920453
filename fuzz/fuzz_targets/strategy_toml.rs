//! A strategy file: what is sound is replayed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rotate_fuzz::{SOUND, replay};

fuzz_target!(|text: &str| replay(&SOUND, text));
