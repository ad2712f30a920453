//! On the terminal: what each run was seen against, and what the ladder left of it.

use crate::metrics::Metrics;
use crate::replay::run::Run;
use crate::report::charts::panel::shortened;
use crate::report::terminal::{Look, caution_line, plain};
use crate::report::words::{brief_money, grouped, percent};
use crate::stress::{Kind, Ladder, Stress};

const LONGEST_NAME: usize = 20;

/// Both tables below the closing one; nothing of runs that were seen against nothing.
#[must_use]
pub fn climbed(runs: &[Run], stresses: &[Stress], look: Look) -> String {
    let both: Vec<(&Run, &Stress)> = runs.iter().zip(stresses).filter(|(_, stress)| !stress.benchmarks.is_empty()).collect();
    if both.is_empty() {
        return String::new();
    }
    let ladders: Vec<(&Run, &Ladder)> = both.iter().filter_map(|(run, stress)| Some((*run, stress.ladder.as_ref()?))).collect();
    against(&both, look) + &if ladders.is_empty() { String::new() } else { left(&ladders, look) }
}

fn against(both: &[(&Run, &Stress)], look: Look) -> String {
    let mut rows = vec![["total return", "own", "coin", "static", "no futures"].map(str::to_string).to_vec()];
    for (run, stress) in both {
        let own = Metrics::of(run).total_return;
        let of = |key: &str| percent(stress.benchmark(key).and_then(|found| found.against.total_return));
        rows.push(vec![name(run), percent(own), of("coin"), of("static"), of("without_futures")]);
    }
    let said = "coin: the benchmark bought and held; static: the same buckets at their weights in the largest coins, without opinion; no futures: the same rules, \
                perpetuals' share in stablecoins";
    format!("\n{}{}", aligned(&rows), caution_line("  ", said, look))
}

fn left(ladders: &[(&Run, &Ladder)], look: Look) -> String {
    const RUNGS: [(Kind, &str); 5] = [
        (Kind::Assumptions, "optimistic"),
        (Kind::Assumptions, "realistic"),
        (Kind::Assumptions, "pessimistic"),
        (Kind::Costs, "2x"),
        (Kind::Costs, "3x"),
    ];
    let heads = ["ladder", "optimistic", "realistic", "pessimistic", "2x costs", "3x costs", "carries"];
    let mut rows = vec![heads.map(str::to_string).to_vec()];
    for (run, ladder) in ladders {
        let found = |(kind, rung): (Kind, &str)| ladder.rung(kind, rung);
        let mut returns = vec![name(run)];
        returns.extend(RUNGS.map(|rung| percent(found(rung).and_then(|rung| rung.metrics.total_return))));
        returns.push(ladder.capacity.return_usd.map_or_else(|| "–".to_string(), brief_money));
        let mut shares = vec!["  left of it".to_string()];
        let share = |rung| found(rung).and_then(|rung| rung.survives).map_or_else(|| "–".to_string(), whole_percent);
        shares.extend(RUNGS.map(share));
        shares.push(String::new());
        rows.extend([returns, shares]);
    }
    // Where there is little room, the rungs between are left out.
    for spared in [4, 2, 1] {
        if aligned(&rows).lines().map(|line| line.chars().count()).max().unwrap_or(0) > look.width {
            for row in &mut rows {
                row.remove(spared);
            }
        }
    }
    let said = "left of the total return under optimistic assumptions, and at the costs assumed; carries: capital at which half of the return before \
                costs is left (ladder.csv, capacity.csv)";
    format!("\n{}{}", aligned(&rows), caution_line("  ", said, look))
}

fn whole_percent(share: f64) -> String {
    format!("{} %", grouped(share * 100.0, 0))
}

fn name(run: &Run) -> String {
    shortened(&plain(&run.strategy), LONGEST_NAME)
}

/// Names to the left, numbers to the right, a line under the head.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|row| row.get(c)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for (i, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).enumerate();
        let cells: Vec<String> =
            cells.map(|(c, (cell, &width))| if c == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }).collect();
        out += cells.join("  ").trim_end();
        out.push('\n');
        if i == 0 {
            out += &"─".repeat(widths.iter().sum::<usize>() + 2 * (columns - 1));
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_heads() {
        let rows = [vec!["a", "bb"], vec!["ccc", "d"]].map(|row| row.into_iter().map(str::to_string).collect::<Vec<_>>());
        assert_eq!(aligned(&rows), "a    bb\n───────\nccc   d\n");
    }
}
