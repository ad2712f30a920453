//! The tables of a strategy's report and their exact headers (`formats.md` section 3).

pub const HEADERS: &[(&str, &str)] = &[
    ("equity.csv", "time,equity,benchmark,drawdown,gross_exposure,net_exposure,margin_used,regime"),
    ("buckets.csv", "time,bucket,value"),
    ("fills.csv", "time,asset,market,symbol,bucket,narrative,side,quantity,price,notional,fee,slippage,reason"),
    (
        "trades.csv",
        "asset,market,symbol,bucket,narrative,side,opened,closed,quantity,entry_price,exit_price,price_pnl,funding,fees,slippage,pnl,\
         return_on_margin,exit_reason",
    ),
    ("funding.csv", "time,asset,symbol,bucket,narrative,quantity,mark_price,rate,interval_hours,payment"),
    ("liquidations.csv", "time,asset,symbol,bucket,side,quantity,mark_price,liquidation_price,margin_lost,fee"),
    ("yields.csv", "time,asset,bucket,quantity,price,amount"),
    ("flows.csv", "time,from,to,amount,reason"),
    ("decisions.csv", "time,rule,bucket,subject,verdict,observed,threshold,detail"),
    ("rotations.csv", "time,narrative,bucket,from_stage,to_stage,cause,observed,threshold"),
    // Ours, beside what the paper names.
    (
        "exposure.csv",
        "time,asset,market,symbol,bucket,narrative,quantity,entry_price,price,notional,margin,unrealised,liquidation_price,\
         liquidation_distance",
    ),
    (
        "attribution.csv",
        "month,bucket,narrative,asset,regime,price,funding_received,funding_paid,funding_assumed,fees,slippage,liquidation,yield,total",
    ),
    ("gains.csv", "year,asset,market,method,quantity,proceeds,cost,gain,held_over_a_year,funding,unrealised"),
];
