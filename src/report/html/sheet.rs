//! `report.html`: one strategy on one page.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::market::Market;
use crate::metrics::Metrics;
use crate::replay::run::Run;
use crate::report::charts::Pictures;
use crate::report::html::{cautions, escaped, figure, flowing_table, mark, page as whole, table};
use crate::report::summary::Summary;
use crate::report::words::{grouped, money, money_of, number, percent};
use crate::units::Usd;

/// Trades shown on the page; all of them are in `trades.csv`.
const SHOWN: usize = 200;
/// A cut with more rows than this flows over the page instead of down it.
const TALL: usize = 14;

#[must_use]
pub fn page(market: &Market, run: &Run, summary: &Summary, pictures: &Pictures) -> String {
    let mut body = String::new();
    let _ = write!(
        body,
        "<h1>{}{}</h1>\n<p>{}</p>\n<p class=\"dim\">{} · {} to {} · {} bars · {} became {} · measured against {}</p>\n",
        escaped(&run.strategy),
        mark(market.synthetic),
        escaped(&run.about),
        escaped(&market.name),
        summary.from.date(),
        summary.to.date(),
        summary.bar,
        money_of(run.capital),
        money_of(run.final_equity()),
        escaped(&run.benchmark_name),
    );
    body += &figure(&pictures.equity);
    body += "<h2>Metrics</h2>\n<div class=\"cards\">\n";
    for group in groups(&summary.metrics) {
        body += &table(&[(group.0, false), ("", true)], &group.1);
    }
    body += "</div>\n<p class=\"dim\">Ratios on UTC calendar days, 365 a year, risk-free 0, sample deviation; drawdowns on every bar; growth on elapsed time.</p>\n";
    body += "<h2>Where the money came from</h2>\n<div class=\"cards\">\n";
    let (tall, low): (Vec<_>, Vec<_>) = cuts(run).into_iter().partition(|(_, rows)| rows.len() > TALL);
    for (name, rows) in &low {
        body += &table(&[(name, false), ("USD", true)], rows);
    }
    body += "</div>\n";
    for (name, rows) in &tall {
        let _ = writeln!(body, "<h3>{}</h3>", escaped(name));
        body += &flowing_table(&[("", false), ("USD", true)], rows);
    }
    body += "<h2>Buckets</h2>\n";
    body += &figure(&pictures.buckets);
    body += &trades(market, run);
    body += &activity(run);
    body += "<h2>Assumptions</h2>\n";
    let rows: Vec<Vec<String>> = run.assumptions.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect();
    body += &table(&[("assumption", false), ("in force", false)], &rows);
    body += "<h2>Cautions</h2>\n";
    body += &cautions(&summary.cautions);
    whole(&format!("{} · {}", run.strategy, market.name), &body)
}

fn groups(m: &Metrics) -> [(&'static str, Vec<Vec<String>>); 4] {
    let row = |name: &str, value: String| vec![name.to_string(), value];
    let days = |value: Option<f64>| value.map_or_else(|| number(None), |d| format!("{} days", grouped(d, 1)));
    let usd = |value: Option<f64>| value.map_or_else(|| number(None), money);
    [
        (
            "Return and risk",
            vec![
                row("Total return", percent(m.total_return)),
                row("CAGR", percent(m.cagr)),
                row("Benchmark return", percent(m.benchmark_return)),
                row("Volatility (ann.)", percent(m.volatility)),
                row("Max drawdown", percent(m.max_drawdown)),
                row("Longest drawdown", days(m.max_drawdown_duration_days)),
                row("Time underwater", percent(m.time_underwater)),
                row("Ulcer index", percent(m.ulcer_index)),
                row("VaR 95 % (daily)", percent(m.value_at_risk_95)),
                row("CVaR 95 % (daily)", percent(m.conditional_value_at_risk_95)),
                row("Best day", percent(m.best_day)),
                row("Worst day", percent(m.worst_day)),
                row("Skew", number(m.skew)),
                row("Kurtosis (normal: 3)", number(m.kurtosis)),
            ],
        ),
        (
            "Ratios",
            vec![
                row("Sharpe", number(m.sharpe)),
                row("Sortino", number(m.sortino)),
                row("Calmar", number(m.calmar)),
                row("Omega", number(m.omega)),
                row("Tail ratio", number(m.tail_ratio)),
                row("Downside deviation", percent(m.downside_deviation)),
                row("Beta", number(m.beta)),
                row("Alpha (ann.)", percent(m.alpha)),
                row("Correlation", number(m.correlation)),
                row("Information ratio", number(m.information_ratio)),
            ],
        ),
        (
            "Trades",
            vec![
                row("Total trades", m.trades.to_string()),
                row("Long / short", format!("{} / {}", m.trades_long, m.trades_short)),
                row("Win rate", percent(m.win_rate)),
                row("Profit factor", number(m.profit_factor)),
                row("Expectancy", usd(m.expectancy_usd)),
                row("Payoff ratio", number(m.payoff_ratio)),
                row("Average win", usd(m.average_win_usd)),
                row("Average loss", usd(m.average_loss_usd)),
                row("Best trade", usd(m.best_trade_usd)),
                row("Worst trade", usd(m.worst_trade_usd)),
                row("Average duration", days(m.average_trade_days)),
            ],
        ),
        (
            "Exposure and costs",
            vec![
                row("Average gross exposure", percent(m.average_gross_exposure)),
                row("Average net exposure", percent(m.average_net_exposure)),
                row("Max effective leverage", number(m.max_effective_leverage)),
                row("Turnover a year", number(m.turnover_per_year)),
                row("Fees", money(m.fees_usd)),
                row("Slippage", money(m.slippage_usd)),
                row("Funding received", money(m.funding_received_usd)),
                row("Funding paid", money(m.funding_paid_usd)),
                row("Net funding", money(m.funding_net_usd)),
                row("Settlements (assumed)", format!("{} ({})", m.funding_settlements, m.funding_assumed)),
                row("Liquidations", m.liquidations.to_string()),
                row("Refused by a rule", m.refused.to_string()),
                row("Rotations", m.rotations.to_string()),
            ],
        ),
    ]
}

fn cuts(run: &Run) -> Vec<(&'static str, Vec<Vec<String>>)> {
    let a = &run.attribution;
    let s = &a.by_source;
    let total = run.final_equity() - run.capital;
    let sources = [
        ("price", s.price),
        ("funding", s.funding),
        ("fees", s.fees),
        ("slippage", s.slippage),
        ("liquidation", s.liquidation),
        ("yield", s.yields),
    ];
    let sources: Vec<(String, Usd)> = sources.into_iter().map(|(name, amount)| (name.to_string(), amount)).collect();
    let rows = |list: &[(String, Usd)]| {
        let mut rows: Vec<Vec<String>> = list.iter().map(|(name, amount)| vec![name.clone(), money_of(*amount)]).collect();
        rows.push(vec!["total".to_string(), money_of(total)]);
        rows
    };
    vec![
        ("By source", rows(&sources)),
        ("By bucket", rows(&a.by_bucket)),
        ("By narrative", rows(&a.by_narrative)),
        ("By asset", rows(&a.by_asset)),
        ("By regime", rows(&a.by_regime)),
    ]
}

fn trades(market: &Market, run: &Run) -> String {
    let mut out = format!("<h2>Trades ({})</h2>\n", run.trades.len());
    if run.trades.is_empty() {
        return out + "<p class=\"dim\">None.</p>\n";
    }
    let rows: Vec<Vec<String>> = run
        .trades
        .iter()
        .rev()
        .take(SHOWN)
        .map(|t| {
            let instrument = market.instrument(t.instrument);
            vec![
                t.opened.date(),
                t.closed.date(),
                instrument.symbol.clone(),
                instrument.kind.name().to_string(),
                t.direction.name().to_string(),
                run.buckets[t.bucket.index()].clone(),
                t.narrative.map(|id| market.narrative(id).to_string()).unwrap_or_default(),
                money_of(t.price_pnl),
                money_of(t.funding),
                money_of(t.fees),
                money_of(t.pnl),
                percent(t.return_on_margin),
                t.exit_reason.clone(),
            ]
        })
        .collect();
    if run.trades.len() > SHOWN {
        let _ = writeln!(out, "<p class=\"dim\">The last {SHOWN}, newest first; all of them are in trades.csv.</p>");
    }
    let columns = [
        ("opened", false),
        ("closed", false),
        ("symbol", false),
        ("market", false),
        ("side", false),
        ("bucket", false),
        ("narrative", false),
        ("price", true),
        ("funding", true),
        ("fees", true),
        ("profit", true),
        ("on margin", true),
        ("left because", false),
    ];
    out + &table(&columns, &rows)
}

/// What happened how often.
fn activity(run: &Run) -> String {
    let mut verdicts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for decision in &run.decisions {
        *verdicts.entry((&decision.rule, decision.verdict.name())).or_default() += 1;
    }
    let mut out = format!(
        "<h2>Activity</h2>\n<p>{} fills, {} funding settlements, {} flows between buckets, {} rotations, {} liquidations.</p>\n",
        run.fills.len(),
        run.funding.len(),
        run.flows.len(),
        run.rotations.len(),
        run.liquidations.len(),
    );
    if !verdicts.is_empty() {
        let rows: Vec<Vec<String>> =
            verdicts.into_iter().map(|((rule, verdict), count)| vec![rule.to_string(), verdict.to_string(), count.to_string()]).collect();
        out += &table(&[("rule", false), ("verdict", false), ("times", true)], &rows);
    }
    out
}
