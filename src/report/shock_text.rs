//! Shocks and what may be ahead, in words: one place for page, terminal and summary.

use serde_json::{Value, json};

use crate::evaluate::Evaluation;
use crate::metrics::outlook::{FALLS, Outlook};
use crate::replay::run::Run;
use crate::report::number_format::{grouped, percent, whole_money};
use crate::report::terminal::{Look, caution_line, plain};
use crate::stress::{Shock, Shocked, Shocks};

/// What a shock is called: `funding 2x`, `crash −30 %`.
#[must_use]
pub(crate) fn name(shock: Shock) -> String {
    let cent = |share: f64| grouped(share * 100.0, 0);
    match shock {
        Shock::Funding(times) if times < 0 => "funding turned round".to_owned(),
        Shock::Funding(times) => format!("funding {times}x"),
        Shock::Crash(fall) => format!("crash −{} %", cent(fall)),
        Shock::Volatility(times) => format!("volatility {}x", grouped(times, 1)),
        Shock::Depeg(worth) => format!("stablecoin at {}", grouped(worth, 2)),
        Shock::Spreads(times) => format!("spreads {}x", grouped(times, 0)),
        Shock::Halt => "venue halted a day".to_owned(),
    }
}

/// What it is, in a sentence.
#[must_use]
pub(crate) fn about(shocked: &Shocked) -> String {
    let on = shocked.at.map_or_else(String::new, |at| format!(" on {}", at.date()));
    match shocked.shock {
        Shock::Funding(times) if times < 0 => "every rate with the other sign: who paid receives".to_owned(),
        Shock::Funding(0) => "no funding is paid or received".to_owned(),
        Shock::Funding(times) => format!("every rate {times} times"),
        Shock::Crash(_) => format!("every price falls within one bar{on}, after the close at which the run was longest"),
        Shock::Volatility(_) => "every price that far from its own even growth, with the same first and last price".to_owned(),
        Shock::Depeg(_) => format!("for a week from{on}, where the run held the least; equity in dollars"),
        Shock::Spreads(_) => "every half-spread so many times".to_owned(),
        Shock::Halt => format!("nobody trades for a day from{on}, after the close at which the run held the most"),
    }
    .replace("from on ", "from ")
}

/// For machines.
#[must_use]
pub(crate) fn value(shocks: &Shocks) -> Value {
    let one = |shocked: &Shocked| {
        let metrics = &shocked.metrics;
        json!({
            "shock": name(shocked.shock),
            "about": about(shocked),
            "at": shocked.at,
            "final_equity_usd": metrics.returns.final_equity_usd,
            "total_return": metrics.returns.total_return,
            "left": shocked.left,
            "max_drawdown": metrics.drawdown.max_drawdown,
            "max_loss_usd": metrics.drawdown.max_loss_usd,
            "liquidations": metrics.events.liquidations,
        })
    };
    let outlook = |outlook: &Outlook| {
        let falls: serde_json::Map<String, Value> =
            FALLS.iter().zip(outlook.falls).map(|(fall, share)| (format!("deeper_than_{}", fall * 100.0), json!(share))).collect();
        json!({
            "days": crate::metrics::outlook::DAYS,
            "paths": crate::metrics::outlook::PATHS,
            "mean_block_days": outlook.mean_block_days,
            "loses": outlook.loses,
            "falls": falls,
            "recovered": outlook.recovered,
            "recovery_days": outlook.recovery_days,
        })
    };
    json!({ "shocks": shocks.all.iter().map(one).collect::<Vec<_>>(), "outlook": shocks.outlook.as_ref().map(outlook) })
}

/// What a year of the same days could bring.
#[must_use]
pub(crate) fn outlook(found: &Outlook) -> String {
    let falls: Vec<String> = FALLS
        .iter()
        .zip(found.falls)
        .filter(|(_, share)| *share >= 0.005)
        .map(|(fall, share)| format!("{} % in {}", grouped(fall * 100.0, 0), whole_percent(share)))
        .collect();
    let deeper = if falls.is_empty() {
        "none falls by more than a tenth".to_owned()
    } else {
        format!("a drawdown is deeper than {}", falls.join(", "))
    };
    let back = found.recovery_days.map_or_else(String::new, |days| format!(" (median: {} days from the lowest point)", grouped(days, 0)));
    format!(
        "Of years drawn from its own days, {} end with a loss; {deeper}; {} of those that fall are back at the peak of their deepest fall within the year{back}.",
        whole_percent(found.loses),
        whole_percent(found.recovered)
    )
}

fn whole_percent(share: f64) -> String {
    format!("{} %", grouped(share * 100.0, 0))
}

/// The shocks that cost a run the most, on the terminal; nothing where none were asked for.
#[must_use]
pub fn lines(all: &[Evaluation], look: Look) -> String {
    let shocked: Vec<(&Run, &Shocks)> = all.iter().filter_map(|one| Some((one.run, one.stress.shocks.as_ref()?))).collect();
    if shocked.is_empty() {
        return String::new();
    }
    let mut out = "\nwhat is left after a shock (end equity, share of the run's own)\n".to_owned();
    for (run, shocks) in shocked {
        let one = |shocked: &Shocked| {
            let left = shocked.left.map_or_else(|| "–".to_owned(), whole_percent);
            format!("{} {} ({left})", name(shocked.shock), whole_money(shocked.metrics.returns.final_equity_usd))
        };
        let cells: Vec<String> = shocks.all.iter().map(one).collect();
        out += &caution_line(&format!("  {}: ", plain(&run.strategy)), &cells.join(" · "), look);
        if let Some(found) = &shocks.outlook {
            out += &caution_line("    ", &outlook(found), look);
        }
    }
    out
}

/// A row of the page's table.
#[must_use]
pub(crate) fn row(shocked: &Shocked) -> Vec<String> {
    let metrics = &shocked.metrics;
    vec![
        name(shocked.shock),
        whole_money(metrics.returns.final_equity_usd),
        shocked.left.map_or_else(|| "–".to_owned(), |left| percent(Some(left))),
        percent(metrics.returns.total_return),
        percent(metrics.drawdown.max_drawdown),
        whole_money(metrics.drawdown.max_loss_usd.unwrap_or(0.0)),
        metrics.events.liquidations.to_string(),
        about(shocked),
    ]
}
