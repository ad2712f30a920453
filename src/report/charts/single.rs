//! The pictures of one strategy.

use crate::market::Market;
use crate::metrics::drawdown::drawdowns;
use crate::replay::run::{Regime, Run};
use crate::report::charts::canvas::{Canvas, Ink, Svg, picture};
use crate::report::charts::palette;
use crate::report::charts::panel::{
    LABEL, LEFT, Panel, Sample, Series, WIDTH, before_names, end_name, heading, legend, mark, period, shortened,
};
use crate::report::charts::scale::Scale;
use crate::report::number_format::{brief_money, money_of, percent, signed_percent};
use crate::units::Time;

const OWN: Ink = Ink::line(palette::BLUE, 2.0);
const ALARM: Ink = Ink::tint(palette::VERMILION, 1.0);

/// The columns of a run as the pictures need them; the starting wealth is the first point.
struct Columns {
    opens: Vec<f64>,
    equity: Series,
    benchmark: Option<Series>,
    falls: Series,
    benchmark_falls: Option<Series>,
    regimes: Vec<Regime>,
    right: f64,
}

impl Columns {
    fn of(run: &Run) -> Self {
        let bars = run.equity.len();
        let times: Vec<f64> = (0..=bars).map(|t| run.clock.open(t).seconds() as f64).collect();
        let capital = run.capital.to_f64();
        let with_start =
            |column: &[crate::units::Usd]| -> Vec<f64> { std::iter::once(capital).chain(column.iter().map(|v| v.to_f64())).collect() };
        let series = |name: &str, values: Vec<f64>, ink| Series { name: name.to_string(), times: times.clone(), values, ink };
        let wealth = with_start(&run.equity);
        let against = (run.benchmark.len() == bars && bars > 0).then(|| with_start(&run.benchmark));
        Self {
            opens: times.clone(),
            falls: series(&run.strategy, drawdowns(&wealth, capital), OWN),
            benchmark_falls: against.as_ref().map(|values| series(&run.benchmark_name, drawdowns(values, capital), palette::benchmark())),
            equity: series(&run.strategy, wealth, OWN),
            benchmark: against.map(|values| series(&run.benchmark_name, values, palette::benchmark())),
            regimes: if run.follows_regimes { run.regime.clone() } else { Vec::new() },
            right: WIDTH - 40.0,
        }
    }

    fn x(&self, run: &Run) -> Scale {
        Scale::of_time(run.clock.start, run.clock.open(run.equity.len()), LEFT, self.right)
    }

    /// The regimes that have a band, with its ink and name; none of a strategy that does not follow them.
    fn kinds(&self) -> Vec<(Regime, Ink, &'static str)> {
        let shown = Regime::ALL.into_iter().filter(|regime| self.regimes.contains(regime));
        shown.filter_map(|regime| Some((regime, palette::regime(regime)?, in_words(regime)))).collect()
    }

    fn legend_of_bands(&self) -> impl Iterator<Item = (Sample, String)> {
        self.kinds().into_iter().map(|(_, ink, name)| (Sample::Block(ink), name.to_string()))
    }
}

pub(crate) fn in_words(regime: Regime) -> &'static str {
    match regime {
        Regime::Bull => "bull market",
        Regime::Bear => "bear market",
        Regime::Sideways => "sideways",
        Regime::Unknown => "unknown",
    }
}

pub(super) fn below(market: &Market, run: &Run) -> String {
    let (from, to) = (run.clock.start, run.clock.open(run.equity.len()));
    let growth = run.final_equity().to_f64() / run.capital.to_f64() - 1.0;
    format!(
        "{}  ·  {}  ·  {} bars  ·  {} → {} ({})",
        shortened(&market.name, 40),
        period(from, to),
        run.clock.bar,
        money_of(run.capital),
        money_of(run.final_equity()),
        signed_percent(Some(growth)),
    )
}

/// Room on the right for the names at the ends of lines and for the deepest fall.
pub(super) fn room<'a>(names: impl Iterator<Item = &'a String>) -> f64 {
    let deepest = Canvas::width_of(&format!("max {}", percent(Some(-1.0))), LABEL);
    before_names(names, deepest, 360.0)
}

/// Equity with benchmark over regime bands, the drawdown under it.
#[must_use]
pub fn equity(market: &Market, run: &Run) -> Svg {
    picture(WIDTH, 780.0, |canvas| {
        let mut columns = Columns::of(run);
        heading(canvas, &run.strategy, &below(market, run), market.synthetic);
        let ends = money_ends(&columns);
        columns.right = room(ends.iter().map(|(name, ..)| name));
        let shown = || std::iter::once(&columns.equity).chain(&columns.benchmark);
        let y = Scale::of_money(shown().flat_map(|s| s.values.iter().copied()), 524.0, 122.0);
        let upper = Panel { x: columns.x(run), y };
        upper.bands(canvas, &columns.opens, &columns.regimes, &columns.kinds());
        let title = if y.log { "Equity, USD, log scale" } else { "Equity, USD" };
        upper.mesh(canvas, title, &y.money_ticks(6), false);
        for series in shown().collect::<Vec<_>>().into_iter().rev() {
            canvas.line(&upper.points(series), series.ink);
        }
        let fallen = liquidations(canvas, &upper, &columns, run);
        upper.end_labels(canvas, &ends);
        let mut entries = vec![(Sample::Line(OWN), shortened(&run.strategy, 32))];
        if columns.benchmark.is_some() {
            entries.push((Sample::Line(palette::benchmark()), format!("{} bought and held", shortened(&run.benchmark_name, 16))));
        }
        entries.extend(columns.legend_of_bands());
        if fallen > 0 {
            entries.push((Sample::Mark(ALARM), format!("liquidation ({fallen})")));
        }
        legend(canvas, LEFT, 76.0, &entries);
        falls(canvas, &columns, run, 576.0, 740.0);
    })
}

fn money_ends(columns: &Columns) -> Vec<(String, f64, Ink)> {
    std::iter::once(&columns.equity)
        .chain(&columns.benchmark)
        .filter_map(|s| {
            let last = *s.values.last()?;
            Some((end_name(&s.name, &brief_money(last)), last, s.ink))
        })
        .collect()
}

fn liquidations(canvas: &Canvas, panel: &Panel, columns: &Columns, run: &Run) -> usize {
    let mut drawn: Option<f64> = None;
    for event in &run.liquidations {
        let Some(t) = run.clock.bar_of(event.time).filter(|t| *t < run.equity.len()) else { continue };
        let (x, y) = (panel.x.place(columns.opens[t + 1]), panel.y.place(columns.equity.values[t + 1]));
        if drawn.is_none_or(|before| x - before > 3.0) {
            mark(canvas, (x, y - 9.0), ALARM);
            drawn = Some(x);
        }
    }
    run.liquidations.len()
}

/// The panel of drawdowns between two heights.
fn falls(canvas: &Canvas, columns: &Columns, run: &Run, top: f64, bottom: f64) {
    let shown = || std::iter::once(&columns.falls).chain(&columns.benchmark_falls);
    let y = Scale::of_falls(shown().flat_map(|s| s.values.iter().copied()), top, bottom);
    let panel = Panel { x: columns.x(run), y };
    panel.bands(canvas, &columns.opens, &columns.regimes, &columns.kinds());
    let own = panel.points(&columns.falls);
    let mut area = own.clone();
    area.extend([(own[own.len() - 1].0, top), (own[0].0, top)]);
    // One colour, whatever regime is behind it.
    canvas.shape(&area, Ink::tint(palette::on_white(palette::BLUE, 0.22), 1.0));
    panel.mesh(canvas, "Drawdown, below the last peak", &y.percent_ticks(((bottom - top) / 36.0) as usize), true);
    if let Some(series) = &columns.benchmark_falls {
        canvas.line(&panel.points(series), series.ink);
    }
    canvas.line(&own, Ink { width: 1.4, ..OWN });
    trough(canvas, &panel, columns);
}

/// The deepest drawdown: a square on it, its depth and date next to it.
fn trough(canvas: &Canvas, panel: &Panel, columns: &Columns) {
    let falls = columns.falls.values.iter().copied().enumerate();
    let Some((at, deepest)) = falls.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, fall)| *fall < 0.0) else { return };
    let (x, y) = (panel.x.place(columns.opens[at]), panel.y.place(deepest));
    canvas.block((x - 3.0, y - 3.0), (x + 3.0, y + 3.0), Ink::tint(palette::BLACK, 1.0));
    let label = format!("max {} on {}", percent(Some(deepest)), Time::from_seconds(columns.opens[at] as i64).date());
    let wide = Canvas::width_of(&label, LABEL);
    let left = if x + 14.0 + wide < panel.x.end { x + 9.0 } else { x - 9.0 - wide };
    // Above the lowest point of the curve there is the curve, right of it or left of it: the ground keeps the words apart from both.
    canvas.block((left - 3.0, y - 9.0), (left + wide + 3.0, y + 8.0), Ink::tint(palette::WHITE, 0.8));
    canvas.text(&label, (left, y), LABEL);
}

/// The drawdown alone.
#[must_use]
pub fn drawdown(market: &Market, run: &Run) -> Svg {
    picture(WIDTH, 460.0, |canvas| {
        let mut columns = Columns::of(run);
        heading(canvas, &format!("{}: drawdown", shortened(&run.strategy, 48)), &below(market, run), market.synthetic);
        columns.right = room(std::iter::empty());
        let mut entries = vec![(Sample::Line(OWN), shortened(&run.strategy, 32))];
        if columns.benchmark_falls.is_some() {
            entries.push((Sample::Line(palette::benchmark()), format!("{} bought and held", shortened(&run.benchmark_name, 16))));
        }
        entries.extend(columns.legend_of_bands());
        legend(canvas, LEFT, 76.0, &entries);
        falls(canvas, &columns, run, 122.0, 418.0);
    })
}
