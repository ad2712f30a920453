//! FILES AS PEOPLE HAVE THEM: archives, dumps and exports of others become a market folder in our plain layout. What is read here is forgiving and says
//! what it changed; the loader of [`crate::market`] stays strict, and nothing of this room is asked when a market is read.

mod arrow;
mod bars;
mod choose;
mod existing;
mod facts;
mod grid;
mod json;
mod kind;
mod labels;
mod listing;
mod manifest;
mod mapping;
mod meaning;
mod moment;
mod numbers;
mod part;
mod pathname;
mod piece;
mod plain_csv;
mod plan;
mod rates;
mod reading;
mod role;
mod series;
mod symbol;
mod text;
mod volume;
mod write;

pub use choose::PassedOver;
pub use facts::Lag;
pub use kind::{Content, Origin};
pub use mapping::Mapping;
pub use part::{LeftOut, Remark};
pub use plan::{FileRow, Plan, Request, SeriesRow, understand};
pub use reading::Ways;
