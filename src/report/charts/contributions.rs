//! Who earned it, month by month: what each bucket, or each narrative, has brought so far.

use crate::replay::run::{Contribution, Run};
use crate::report::charts::canvas::{Ink, Svg, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{LEFT, Panel, Series, WIDTH, before_names, end_name};
use crate::report::charts::scale::Scale;
use crate::report::number_format::brief_money;
use crate::units::{Time, Usd};

/// Lines drawn by name; what is left stands together as `others`.
const DRAWN: usize = 8;

/// What one name has brought by the end of each month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    pub name: String,
    pub so_far: Vec<Usd>,
}

/// Ends of months, and the course of each name that `name` makes of the cells; those that moved most first, the rest added up.
#[must_use]
pub fn courses(run: &Run, name: impl Fn(&Contribution) -> String) -> (Vec<Time>, Vec<Course>) {
    let cube = &run.attribution.cube;
    let end = run.clock.open(run.equity.len());
    let mut months: Vec<Time> = cube.iter().map(|row| row.month).collect();
    months.dedup();
    let mut all: Vec<Course> = Vec::new();
    for row in cube {
        let at = months.binary_search(&row.month).expect("collected above");
        let name = name(row);
        let place = all.iter().position(|course| course.name == name).unwrap_or_else(|| {
            all.push(Course { name, so_far: vec![Usd::ZERO; months.len()] });
            all.len() - 1
        });
        all[place].so_far[at] += row.income.total();
    }
    let moved = |course: &Course| course.so_far.iter().map(|amount| amount.abs()).sum::<Usd>();
    all.sort_by(|a, b| moved(b).cmp(&moved(a)).then_with(|| a.name.cmp(&b.name)));
    if all.len() > DRAWN + 1 {
        let rest = all.split_off(DRAWN);
        let sum = |at: usize| rest.iter().map(|course| course.so_far[at]).sum();
        all.push(Course { name: format!("{} others", rest.len()), so_far: (0..months.len()).map(sum).collect() });
    }
    for course in &mut all {
        let mut sum = Usd::ZERO;
        for amount in &mut course.so_far {
            sum += *amount;
            *amount = sum;
        }
    }
    (months.iter().map(|month| month.next_month().min(end)).collect(), all)
}

/// The courses over each other, in USD.
#[must_use]
pub(crate) fn draw(run: &Run, title: &str, ends: &[Time], courses: &[Course]) -> Svg {
    let start = run.clock.start.seconds() as f64;
    let series = |(i, course): (usize, &Course)| Series {
        name: course.name.clone(),
        times: std::iter::once(start).chain(ends.iter().map(|time| time.seconds() as f64)).collect(),
        values: std::iter::once(0.0).chain(course.so_far.iter().map(|amount| amount.to_f64())).collect(),
        ink: palette::line(i),
    };
    let lines: Vec<Series> = courses.iter().enumerate().map(series).collect();
    picture(WIDTH, 360.0, |canvas| {
        let values = || lines.iter().flat_map(|line| line.values.iter().copied());
        let (low, high) = values().fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        let air = ((high - low) * 0.06).max(1e-6);
        let y = Scale { low: low - air, high: high + air, start: 320.0, end: 44.0, log: false };
        let names: Vec<(String, f64, Ink)> = lines
            .iter()
            .map(|line| {
                let last = line.values[line.values.len() - 1];
                (end_name(&line.name, &brief_money(last)), last, line.ink)
            })
            .collect();
        let right = before_names(names.iter().map(|(name, ..)| name), 40.0, 430.0);
        let panel = Panel { x: Scale::of_time(run.clock.start, run.clock.open(run.equity.len()), LEFT, right), y };
        panel.mesh(canvas, title, &y.money_ticks(5), true);
        canvas.line(&[(LEFT, y.place(0.0)), (right, y.place(0.0))], Ink::line(palette::GREY, 0.8));
        for line in &lines {
            canvas.line(&panel.points(line), line.ink);
        }
        panel.end_labels(canvas, &names);
    })
}
