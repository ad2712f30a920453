//! WHERE TO LOOK NEXT: proposals for the parameters of a study, from the results of earlier ones and nothing else.
//!
//! A [`space::Space`] says what may be varied; a [`plan::Plan`] how; [`plan::Plan::propose`] makes points of the unit cube, which the space
//! reads as values. What came of them is handed in as [`observation::Observation`]s. [`pareto`] says which of several objectives' results
//! no other dominates.

mod cma;
mod eigen;
mod grid;
mod merit;
mod nsga;
pub mod observation;
pub mod pareto;
pub mod plan;
mod random;
mod sobol;
pub mod space;
mod stream;
mod task;
mod tpe;

pub use cma::CmaSettings;
pub use grid::{GridSettings, grid_size};
pub use nsga::NsgaSettings;
pub use task::BatchSize;
pub use tpe::TpeSettings;
