//! The smaller pictures of a tear sheet: how the run felt on the way, not only where it went.

use crate::metrics::calendar::{rolling, rolling_pair};
use crate::metrics::daily::daily_returns;
use crate::metrics::{DAYS_PER_YEAR, relative, returns};
use crate::replay::run::{FundingLines, Run};
use crate::report::charts::canvas::{At, Ink, Svg, Words, picture};
use crate::report::charts::curve::{Curve, OWN, RIGHT, draw, moneys, percents, plain};
use crate::report::charts::palette;
use crate::report::charts::panel::{LABEL, LEFT, NOTE, TICK, WIDTH};
use crate::report::charts::scale::Scale;
use crate::report::number_format::{brief_money, grouped, money, signed_percent};
use crate::units::Usd;

/// Days in a rolling window.
pub const WINDOW: usize = 90;

/// Sharpe, volatility and beta over the last 90 days.
#[must_use]
pub(crate) fn rolled(run: &Run) -> Svg {
    let days = daily_returns(&run.clock, &run.equity, run.capital);
    let against = daily_returns(&run.clock, &run.benchmark, run.capital);
    let midnight = run.clock.start.seconds().div_euclid(86_400);
    let times: Vec<f64> = (0..days.len()).map(|i| ((midnight + i as i64 + 1) * 86_400) as f64).collect();
    let curve = |values| vec![Curve { name: String::new(), times: times.clone(), values, ink: OWN }];
    let sharpe = rolling(&days, WINDOW, |r| returns::sharpe(r, 0.0, DAYS_PER_YEAR));
    let volatility = rolling(&days, WINDOW, |r| returns::volatility(r, DAYS_PER_YEAR));
    let beta = rolling_pair(&days, &against, WINDOW, relative::beta);
    picture(WIDTH, 560.0, |canvas| {
        draw(canvas, run, &format!("Sharpe ratio, rolling {WINDOW} days"), &curve(sharpe), plain, (36.0, 170.0), false);
        draw(canvas, run, &format!("Volatility a year, rolling {WINDOW} days"), &curve(volatility), percents, (210.0, 344.0), false);
        let title = format!("Beta to {}, rolling {WINDOW} days", run.benchmark_name);
        draw(canvas, run, &title, &curve(beta), plain, (384.0, 518.0), true);
    })
}

/// Exposure over equity at each close, and the margin behind it.
#[must_use]
pub fn exposure(run: &Run) -> Svg {
    let times: Vec<f64> = (0..run.equity.len()).map(|t| run.clock.close(t).seconds() as f64).collect();
    let curve = |name: &str, values: Vec<Option<f64>>, ink| Curve { name: name.to_string(), times: times.clone(), values, ink };
    let margin = run.margin_used.iter().zip(&run.equity).map(|(m, e)| e.is_positive().then(|| m.to_f64() / e.to_f64())).collect();
    let curves = [
        curve("gross (effective leverage)", run.gross_exposure.iter().copied().map(Some).collect(), OWN),
        curve("net", run.net_exposure.iter().copied().map(Some).collect(), Ink::line(palette::VERMILION, 1.4).dashed(&[6.0, 3.0])),
        curve("margin used", margin, Ink::line(palette::GREEN, 1.4).dashed(&[2.5, 2.5])),
    ];
    picture(WIDTH, 330.0, |canvas| {
        draw(canvas, run, "Exposure, share of equity", &curves, percents, (44.0, 290.0), true);
    })
}

/// Funding added up over time, received above nought and paid below.
#[must_use]
pub fn funding(run: &Run) -> Svg {
    let mut lines = FundingLines::default();
    let mut rows: Vec<(f64, FundingLines)> = vec![(run.clock.start.seconds() as f64, lines)];
    for payment in &run.funding {
        lines.settle(payment.payment, payment.assumed);
        let time = payment.time.seconds() as f64;
        match rows.last_mut().filter(|last| last.0 == time) {
            Some(last) => last.1 = lines,
            None => rows.push((time, lines)),
        }
    }
    let times: Vec<f64> = rows.iter().map(|row| row.0).collect();
    let curve = |name: &str, pick: fn(&FundingLines) -> Usd, ink| Curve {
        name: name.to_string(),
        times: times.clone(),
        values: rows.iter().map(|(_, lines)| Some(pick(lines).to_f64())).collect(),
        ink,
    };
    let mut curves = vec![
        curve("net", FundingLines::total, OWN),
        curve("received", |lines| lines.received, Ink::line(palette::GREEN, 1.4).dashed(&[6.0, 3.0])),
        curve("paid", |lines| lines.paid, Ink::line(palette::VERMILION, 1.4).dashed(&[2.5, 2.5])),
    ];
    if lines.assumed != Usd::ZERO {
        curves.push(curve("assumed", |lines| lines.assumed, Ink::line(palette::PURPLE, 1.4).dashed(&[10.0, 3.0, 2.5, 3.0])));
    }
    picture(WIDTH, 330.0, |canvas| {
        draw(canvas, run, "Funding, cumulated, USD", &curves, moneys, (44.0, 290.0), true);
    })
}

/// How often which daily return came: bars of equal width, losses and gains apart in colour.
#[must_use]
pub(crate) fn distribution(run: &Run) -> Svg {
    const BARS: usize = 41;
    let days = daily_returns(&run.clock, &run.equity, run.capital);
    // A single wild day must not flatten all others: the outermost bars hold what lies beyond.
    let edge = returns::percentile(&days.iter().map(|r| r.abs()).collect::<Vec<_>>(), 0.99).filter(|e| *e > 0.0).unwrap_or(0.01);
    let width = 2.0 * edge / BARS as f64;
    let mut counts = [0_usize; BARS];
    for r in &days {
        counts[(((r + edge) / width).floor().max(0.0) as usize).min(BARS - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    picture(WIDTH, 330.0, |canvas| {
        let x = Scale { low: -edge, high: edge, start: LEFT, end: RIGHT, log: false };
        let y = Scale { low: 0.0, high: most * 1.05, start: 286.0, end: 44.0, log: false };
        canvas.text("Days by their return (the outermost bars hold all beyond)", (LEFT, 26.0), NOTE);
        for (value, _) in y.percent_ticks(4).into_iter().filter(|(v, _)| v.fract() == 0.0) {
            let place = y.place(value);
            canvas.line(&[(LEFT, place), (RIGHT, place)], Ink::line(palette::MESH, 0.8));
            canvas.text(&grouped(value, 0), (LEFT - 9.0, place), TICK);
        }
        for (i, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let from = -edge + i as f64 * width;
            let middle = from + width / 2.0;
            let colour = if middle.abs() < width / 2.0 {
                palette::GREY
            } else if middle < 0.0 {
                palette::VERMILION
            } else {
                palette::BLUE
            };
            let (left, right) = (x.place(from) + 1.0, x.place(from + width) - 1.0);
            let bounds = [from, from + width].map(|bound| signed_percent(Some(bound)));
            let title = format!("{} to {}: {count} days", bounds[0], bounds[1]);
            canvas.titled_block(&title, (left, y.place(*count as f64)), (right, 286.0), Ink::tint(colour, 0.75));
        }
        for (value, label) in x.percent_ticks(8) {
            canvas.text(&label, (x.place(value), 304.0), Words { at: At::Middle, ..TICK });
        }
        canvas.line(&[(LEFT, 286.0), (RIGHT, 286.0)], Ink::line(palette::GREY, 1.0));
    })
}

/// Every source of income by name, funding in its three lines; they add up to what was gained.
#[must_use]
pub fn sources(run: &Run) -> [(&'static str, Usd); 8] {
    let (s, funding) = (&run.attribution.by_source, &run.attribution.funding);
    [
        ("price", s.price),
        ("funding received", funding.received),
        ("funding paid", funding.paid),
        ("funding assumed", funding.assumed),
        ("fees", s.fees),
        ("slippage", s.slippage),
        ("liquidation", s.liquidation),
        ("yield", s.yields),
    ]
}

/// From the profit of prices to the net profit: every source as a step.
#[must_use]
pub fn waterfall(run: &Run) -> Svg {
    let steps = sources(run);
    let mut level = 0.0;
    let mut blocks: Vec<(&str, f64, f64)> = Vec::new();
    for (name, amount) in steps.iter().map(|(name, amount)| (*name, amount.to_f64())).filter(|(_, amount)| *amount != 0.0) {
        blocks.push((name, level, level + amount));
        level += amount;
    }
    blocks.push(("net profit", 0.0, level));
    let (low, high) = blocks.iter().fold((0.0_f64, 0.0_f64), |(l, h), (_, a, b)| (l.min(a.min(*b)), h.max(a.max(*b))));
    let air = ((high - low) * 0.12).max(1e-6);
    picture(WIDTH, 330.0, |canvas| {
        let y = Scale { low: low - air, high: high + air, start: 286.0, end: 44.0, log: false };
        canvas.text("From price to profit, USD", (LEFT, 26.0), NOTE);
        for (value, label) in y.money_ticks(5) {
            let place = y.place(value);
            canvas.line(&[(LEFT, place), (RIGHT, place)], Ink::line(palette::MESH, 0.8));
            canvas.text(&label, (LEFT - 9.0, place), TICK);
        }
        let step = (RIGHT - LEFT) / blocks.len() as f64;
        for (i, (name, from, to)) in blocks.iter().enumerate() {
            let left = LEFT + (i as f64 + 0.2) * step;
            let right = left + step * 0.6;
            let colour = if to < from { palette::VERMILION } else { palette::BLUE };
            let (a, b) = (y.place(*from), y.place(*to));
            canvas.titled_block(
                &format!("{name}: {}", money(to - from)),
                (left, a.min(b)),
                (right, a.max(b).max(a.min(b) + 1.0)),
                Ink::tint(colour, if *name == "net profit" { 1.0 } else { 0.7 }),
            );
            let middle = f64::midpoint(left, right);
            canvas.text(&brief_money(to - from), (middle, a.min(b) - 10.0), Words { at: At::Middle, ..LABEL });
            canvas.text(name, (middle, 304.0), Words { at: At::Middle, ..TICK });
            if i + 1 < blocks.len() {
                canvas.line(&[(right, b), (right + step * 0.4, b)], Ink::line(palette::GREY, 0.8));
            }
        }
        canvas.line(&[(LEFT, y.place(0.0)), (RIGHT, y.place(0.0))], Ink::line(palette::GREY, 1.0));
    })
}
