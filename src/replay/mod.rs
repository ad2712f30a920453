//! THE LOOP: the numbered moments of one bar.
pub mod run;
