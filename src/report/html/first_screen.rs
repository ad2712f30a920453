//! What a page says before anything else: the verdict, eight figures beside doing less, and what the result stands on.

use crate::metrics::Metrics;
use crate::metrics::against::Against;
use crate::metrics::drawdown::{largest_loss, loss_of_start};
use crate::report::html::escape::{Html, coded, tag, text};
use crate::report::html::table::{Column, list_table};
use crate::report::input::ReportInput;
use crate::report::number_format::{number, percent, whole_money};
use crate::report::trust::{Check, Mark, checks};
use crate::report::verdict::Verdict;
use crate::stress::Benchmark;
use crate::units::Usd;

/// Verdict, figures and checks.
pub(super) fn first_screen(piece: &ReportInput) -> Html {
    let verdict = Verdict::of(piece.market, piece.evaluation);
    // A line may end behind the minus sign of an amount: a word joiner keeps the two together.
    let joined = |sentence: &String| sentence.replace("−$", "−\u{2060}$");
    let sentences: Html = verdict.sentences().iter().map(|sentence| tag("p").class("verdict").text(&joined(sentence)).line()).sum();
    sentences + tag("div").class("cards").holds(&(Html::new().line() + figures(piece) + trust(piece))).line()
}

/// The figures that every use of the capital has.
struct Figures {
    end: f64,
    total_return: Option<f64>,
    cagr: Option<f64>,
    max_drawdown: Option<f64>,
    /// USD, nought or negative.
    max_loss: f64,
    loss_of_start: f64,
    sharpe: Option<f64>,
    volatility: Option<f64>,
}

type Cell = fn(&Figures) -> String;

const ROWS: [(&str, Cell); 8] = [
    ("End equity", |f| whole_money(f.end)),
    ("Total return", |f| percent(f.total_return)),
    ("CAGR", |f| percent(f.cagr)),
    ("Max drawdown", |f| percent(f.max_drawdown)),
    ("Max loss, peak to trough", |f| whole_money(f.max_loss)),
    ("Max loss below the start", |f| whole_money(f.loss_of_start)),
    ("Sharpe", |f| number(f.sharpe)),
    ("Volatility (ann.)", |f| percent(f.volatility)),
];

fn figures(piece: &ReportInput) -> Html {
    let (evaluation, capital) = (piece.evaluation, piece.evaluation.run.capital);
    let own = Figures::own(&evaluation.metrics);
    let others = evaluation.stress.benchmarks.iter();
    let all: Vec<(&str, Figures)> =
        std::iter::once(("this strategy", own)).chain(others.map(|other| (other.name.as_str(), Figures::of(other, capital)))).collect();
    let mut columns: Vec<Column> = vec![("in USD", false)];
    columns.extend(all.iter().map(|(name, _)| (*name, true)));
    let row = |(name, cell): &(&str, Cell)| std::iter::once((*name).to_owned()).chain(all.iter().map(|(_, f)| cell(f))).collect();
    tag("div").class("figures").holds(&list_table("", &columns, &ROWS.iter().map(row).collect::<Vec<Vec<String>>>())).line()
}

impl Figures {
    fn own(metrics: &Metrics) -> Self {
        Self {
            end: metrics.returns.final_equity_usd,
            total_return: metrics.returns.total_return,
            cagr: metrics.shown_cagr(),
            max_drawdown: metrics.drawdown.max_drawdown,
            max_loss: metrics.drawdown.max_loss_usd.unwrap_or(0.0),
            loss_of_start: metrics.drawdown.max_loss_of_start_usd.unwrap_or(0.0),
            sharpe: metrics.ratios.sharpe,
            volatility: metrics.risk.volatility,
        }
    }

    fn of(benchmark: &Benchmark, capital: Usd) -> Self {
        let wealth: Vec<f64> = benchmark.equity.iter().map(|worth| worth.to_f64()).collect();
        let Against { total_return, cagr, max_drawdown, sharpe, volatility, .. } = benchmark.against;
        let start = capital.to_f64();
        Self {
            end: wealth.last().copied().unwrap_or(start),
            total_return,
            cagr,
            max_drawdown,
            max_loss: largest_loss(&wealth, start).map_or(0.0, |loss| loss.amount),
            loss_of_start: loss_of_start(&wealth, start),
            sharpe,
            volatility,
        }
    }
}

fn trust(piece: &ReportInput) -> Html {
    let rows: Html = checks(piece.market, piece.evaluation).iter().map(line).sum();
    let head = tag("h2").with("id", "trust").text("Can it be trusted?").line();
    let list = tag("ul").class("trust").holds(&(Html::new().line() + rows)).line();
    tag("section").class("trust").with("aria-labelledby", "trust").holds(&(Html::new().line() + head + list)).line()
}

fn line(check: &Check) -> Html {
    let (sign, class, word) = match check.mark {
        Mark::Holds => ("✓", "holds", "holds"),
        Mark::Fails => ("✗", "fails", "does not hold"),
        Mark::NotTested => ("○", "open", "not tested"),
    };
    let sign = tag("span").class(class).with("role", "img").with("aria-label", word).text(sign);
    let name = tag("a").with("href", &format!("#{}", check.section)).text(check.name);
    let found = tag("span").class("dim").holds(&coded(&check.found));
    tag("li").holds(&(sign + text(" ") + name + text(": ") + found)).line()
}
