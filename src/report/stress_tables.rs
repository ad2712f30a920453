//! On the terminal: what each run was seen against, and what is kept under other assumptions.

use crate::evaluate::Evaluation;
use crate::replay::run::Run;
use crate::report::capacity_text::{brief, mark, noise, scenario};
use crate::report::columns;
use crate::report::number_format::{grouped, percent};
use crate::report::terminal::{Look, caution_line, plain};
use crate::stress::{Ladder, Scenario, Step};

const LONGEST_NAME: usize = 20;
/// Names are cut until a table fits, but never below this: as much as `return kept` and a space.
const SHORTEST_NAME: usize = 12;

/// Both tables below the closing one; nothing of runs that were seen against nothing.
#[must_use]
pub fn stress_tables(all: &[Evaluation], look: Look) -> String {
    let seen: Vec<&Evaluation> = all.iter().filter(|one| !one.stress.benchmarks.is_empty()).collect();
    if seen.is_empty() {
        return String::new();
    }
    let ladders: Vec<(&Run, &Ladder)> = seen.iter().filter_map(|one| Some((one.run, one.stress.ladder.as_ref()?))).collect();
    against(&seen, look) + &if ladders.is_empty() { String::new() } else { left(&ladders, look) }
}

fn against(seen: &[&Evaluation], look: Look) -> String {
    let mut rows = vec![["total return", "strategy", "hold", "static mix", "without perps"].map(str::to_string).to_vec()];
    for one in seen {
        let own = one.metrics.returns.total_return;
        let of = |key: &str| percent(one.stress.benchmark(key).and_then(|found| found.against.total_return));
        rows.push(vec![name(one.run), percent(own), of("coin"), of("static"), of("without_futures")]);
    }
    let note = "hold: the benchmark bought and held; static mix: the same buckets at their weights in the largest coins, without opinion; without perps: \
                the same rules, perpetuals' share in stablecoins";
    format!("\n{}{}", aligned(&fitted(rows, &[4, 2], look.width)), caution_line("  ", note, look))
}

fn left(ladders: &[(&Run, &Ladder)], look: Look) -> String {
    // Costs once are the run itself, without any they are what it is measured against.
    let left_out = [Step::GROSS, Step::OWN, Step::AssumedFunding(1)];
    let is_there = |step: &Step| ladders.iter().any(|(_, ladder)| ladder.scenario(*step).is_some());
    let steps: Vec<Step> = Step::ALL.into_iter().filter(|step| !left_out.contains(step) && is_there(step)).collect();
    let heads = steps.iter().map(|step| scenario(*step));
    let mut rows = vec![std::iter::once("stress test".to_string()).chain(heads).chain(["capacity".to_string()]).collect::<Vec<_>>()];
    for (run, ladder) in ladders {
        let mut returns = vec![name(run)];
        let cell = |found: &Scenario| mark(found).to_owned() + &percent(found.metrics.returns.total_return);
        returns.extend(steps.iter().map(|step| ladder.scenario(*step).map_or_else(|| percent(None), cell)));
        returns.push(brief(ladder.capacity.total_return));
        let mut shares = vec!["return kept".to_string()];
        shares.extend(steps.iter().map(|step| ladder.return_kept(*step).map_or_else(|| "–".to_string(), whole_percent)));
        shares.push(String::new());
        rows.extend([returns, shares]);
    }
    let note = "return kept: share of the total return under optimistic assumptions, at the costs and funding assumed, and in time; capacity: capital at which half of \
                the return before costs is left; < where less was left at once, > where more is left of the most tried (ladder.csv, capacity.csv); ≈: not \
                significantly different from its neighbour, by the noise of fills";
    // Where there is little room, the scenarios between are left out, those of assumed funding first.
    let spared: &[usize] = if steps.len() > 6 { &[8, 7, 4, 2, 1, 3] } else { &[4, 2, 1, 3] };
    format!("\n{}{}", aligned(&fitted(rows, spared, look.width)), caution_line("  ", note, look)) + &floors(ladders, look)
}

/// A sentence a strategy.
fn floors(ladders: &[(&Run, &Ladder)], look: Look) -> String {
    let lines = ladders.iter().filter_map(|(run, ladder)| Some(format!("{}: {}", run.strategy, noise(ladder)?)));
    lines.map(|text| caution_line("  ", &text, look)).collect()
}

fn whole_percent(share: f64) -> String {
    format!("{} %", grouped(share * 100.0, 0))
}

fn name(run: &Run) -> String {
    columns::cut(&plain(&run.strategy), LONGEST_NAME)
}

/// Rows that keep to the width: names are cut, then columns left out, the least asked for first.
fn fitted(mut rows: Vec<Vec<String>>, spared: &[usize], width: usize) -> Vec<Vec<String>> {
    let widest = |rows: &[Vec<String>]| aligned(rows).lines().map(columns::width).max().unwrap_or(0);
    let longest = |rows: &[Vec<String>]| rows.iter().map(|row| columns::width(&row[0])).max().unwrap_or(0);
    let cut = |rows: &mut [Vec<String>]| {
        let room = longest(rows).saturating_sub(widest(rows).saturating_sub(width)).max(SHORTEST_NAME);
        for row in rows {
            row[0] = columns::cut(&row[0], room);
        }
    };
    let mut spared = spared.iter();
    loop {
        let mut narrow = rows.clone();
        cut(&mut narrow);
        if widest(&narrow) <= width {
            return narrow;
        }
        let Some(column) = spared.next() else { return narrow };
        for row in &mut rows {
            row.remove(*column);
        }
    }
}

/// Names to the left, numbers to the right, a line under the head.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|row| row.get(c)).map(|cell| columns::width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for (i, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).enumerate();
        let cells: Vec<String> =
            cells.map(|(c, (cell, &width))| if c == 0 { columns::left(cell, width) } else { columns::right(cell, width) }).collect();
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
    fn a_narrow_terminal_cuts_names_and_leaves_columns_out() {
        let row = |name: &str, cell: &str| [&[name], &[cell; 4][..]].concat().into_iter().map(str::to_string).collect::<Vec<_>>();
        let rows = vec![row("total return", "static"), row("a name of twenty one", "138.85 %")];
        let at = |width| aligned(&fitted(rows.clone(), &[4, 2], width));
        for width in [120, 60, 52, 50, 40] {
            assert!(at(width).lines().all(|line| line.chars().count() <= width), "{width}\n{}", at(width));
        }
        assert_eq!([60, 52, 40].map(|width| at(width).matches("138.85").count()), [4, 4, 2]);
    }

    #[test]
    fn columns_stand_under_their_heads() {
        let rows = [vec!["a", "bb"], vec!["ccc", "d"]].map(|row| row.into_iter().map(str::to_string).collect::<Vec<_>>());
        assert_eq!(aligned(&rows), "a    bb\n───────\nccc   d\n");
    }
}
