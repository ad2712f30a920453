//! Pages that stand alone: styles and pictures inside, nothing fetched, every word escaped.
//!
//! | file | what |
//! |---|---|
//! | `escape` | [`Html`], which no text gets into unescaped |
//! | `page`, `page.css`, `page.js` | the frame of a page, its styles, its script, and what stands on every page |
//! | `live`, `live.js`, `uplot.js` | the series of a tear sheet, and the charts that are made of them where scripts run |
//! | `table`, `figure` | tables and pictures |
//! | `sheet` | the tear sheet: `first_screen`, then its sections in their order, a file each |
//! | `index`, `comparison`, `study` | the pages of a batch, of a comparison, of a study |

mod activity;
mod against;
mod bars;
mod cautions;
pub mod comparison;
#[cfg(test)]
mod contrast;
mod contributions;
mod escape;
mod extends;
mod falls;
mod figure;
mod first_screen;
mod flows;
mod gains;
mod groups;
pub mod index;
mod live;
mod margin;
mod money;
pub mod months;
mod narrative_months;
mod page;
mod refusals;
pub mod sheet;
mod shocks;
mod stages;
pub mod study;
mod survivorship;
mod table;
mod tax;
mod trades;
mod unanswered;

pub use escape::Html;
pub use page::{LIVE, SCRIPT, uplot};
