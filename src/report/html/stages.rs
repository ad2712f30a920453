//! What the trades brought by the stage of their narrative when they were opened.

use crate::replay::run::{Run, Stage, Trade};
use crate::report::html::escape::Html;
use crate::report::html::table::{Column, totalled_list};
use crate::report::number_format::{count, money_of, percent};
use crate::units::Usd;

/// Trades of one stage.
#[derive(Clone, Copy, Default)]
struct Sum {
    trades: usize,
    winners: usize,
    profit: Usd,
}

impl Sum {
    fn of<'t>(trades: impl Iterator<Item = &'t Trade>) -> Self {
        trades.fold(Self::default(), |sum, trade| Self {
            trades: sum.trades + 1,
            winners: sum.winners + usize::from(trade.pnl.is_positive()),
            profit: sum.profit + trade.pnl,
        })
    }

    fn cells(self, name: &str) -> Vec<String> {
        let share = (self.trades > 0).then(|| self.winners as f64 / self.trades as f64);
        vec![name.to_owned(), count(self.trades), percent(share), money_of(self.profit)]
    }
}

/// A row a stage in which a trade was opened, their sum last. Nothing of a strategy that follows no stages, or never traded.
pub(super) fn profit(run: &Run) -> Html {
    if run.narratives.is_empty() || run.trades.is_empty() {
        return Html::new();
    }
    let all: Vec<(Option<Stage>, &Trade)> = run.trades.iter().map(|trade| (opened_in(run, trade), trade)).collect();
    let of = |stage: Option<Stage>| (stage, Sum::of(all.iter().filter(|(own, _)| *own == stage).map(|(_, trade)| *trade)));
    let sums = Stage::ALL.into_iter().map(Some).chain([None]).map(of).filter(|(_, sum)| sum.trades > 0);
    let rows: Vec<Vec<String>> = sums.map(|(stage, sum)| sum.cells(stage.map_or(NO_STAGE, Stage::name))).collect();
    let columns: [Column; 4] = [("stage", false), ("trades", true), ("win rate", true), ("profit", true)];
    totalled_list(CAPTION, &columns, &rows, &Sum::of(run.trades.iter()).cells("total"))
}

const CAPTION: &str = "Profit of the trades by the stage of their narrative when they were opened, USD";
const NO_STAGE: &str = "no stage";

/// The stage that was known when a trade was opened: that of its narrative at the close before. None of what has no narrative, or was opened before the
/// first close.
fn opened_in(run: &Run, trade: &Trade) -> Option<Stage> {
    let narrative = trade.narrative?;
    let track = run.narratives.iter().find(|track| track.narrative == narrative)?;
    let before = run.clock.bar_of(trade.opened)?.checked_sub(1)?;
    track.stage.get(before).copied()
}
