//! A small market and runs over it, made by arithmetic: prices and money here mean nothing, but every column holds together.

use std::sync::Arc;

use rotate::market::{
    Asset, FundingBook, InputFile, Instrument, Kind, LINE, Labels, ListingPolicy, Market, Panel, Segment, Tier, VenueCosts, VenueKind,
};
use rotate::replay::run::{
    Assumption, Attribution, BySource, Cause, Caution, Contribution, Decision, ExitRule, Fill, Flow, FlowReason, FundingLines,
    FundingPayment, Liquidation, Reason, Regime, Rotation, RotationStep, Run, Side, Stage, Subject, Trade, Verdict, Why, Yield,
};
use rotate::report::{Manifest, StrategyRecord};
use rotate::units::{AssetId, BucketId, Clock, Direction, InstrumentId, NarrativeId, Span, Time, Usd};

pub(crate) const HOSTILE: &str = "<script>alert(1)</script>";

pub(crate) fn usd(dollars: f64) -> Usd {
    Usd::round(dollars)
}

pub(crate) fn market(bars: usize, bar: Span) -> Market {
    let clock = Clock { start: Time::parse("2021-01-01").unwrap(), bar, bars };
    let asset = |name: &str, spot, perp| Asset {
        name: name.to_string(),
        tier: Tier::Large,
        spot,
        perp,
        venue: "nowhere".to_string(),
        venue_kind: VenueKind::Cex,
    };
    let instrument = |symbol: &str, asset, kind| Instrument { symbol: symbol.to_string(), asset: AssetId(asset), kind, contract_size: 1.0 };
    Market {
        name: "made up".to_string(),
        about: "A market that never was".to_string(),
        synthetic: true,
        quote: "USDT".to_string(),
        clock,
        first: 0,
        assets: vec![asset("BTC", Some(InstrumentId(0)), Some(InstrumentId(1))), asset(HOSTILE, None, Some(InstrumentId(2)))],
        instruments: vec![instrument("BTCUSDT", 0, Kind::Spot), instrument("BTCUSDT", 0, Kind::Perp), instrument(HOSTILE, 1, Kind::Perp)],
        narratives: vec!["oracles & <b>bots</b>".to_string(), "gaming, \"play\"".to_string()],
        memberships: Vec::new(),
        labels: Labels::default(),
        conversions: Vec::new(),
        panel: panel(bars, 3),
        funding: FundingBook::default(),
        caps: vec![Vec::new(); 2],
        tiers: vec![Vec::new(); 3],
        evidence: Vec::new(),
        costs: VenueCosts {
            spot_maker: 0.001,
            spot_taker: 0.001,
            perp_maker: 0.0002,
            perp_taker: 0.0005,
            half_spread: [0.0; 3],
            min_notional: 0.0,
        },
        spreads: Vec::new(),
        rules: Vec::new(),
        benchmark: None,
        listing: ListingPolicy::default(),
        missing_rate_8h: None,
        inputs: vec![InputFile { path: "assets.csv".to_string(), sha256: "00".repeat(32) }],
        cautions: Vec::new(),
        series: Vec::new(),
    }
}

/// Bars about 50,000 that rise and fall by a hundredth, all series alike and listed throughout.
fn panel(bars: usize, instruments: usize) -> Panel {
    let wave = |t: usize| 50_000.0 + 500.0 * (t as f64 / 5.0).sin();
    let column = |of: fn(f64, f64) -> f64| -> Arc<[f64]> {
        (0..instruments).flat_map(|_| (0..bars).map(|t| of(wave(t), wave(t + 1))).collect::<Vec<_>>()).collect()
    };
    let [open, high, low, close] = [column(|a, _| a), column(|a, b| a.max(b) + 50.0), column(|a, b| a.min(b) - 50.0), column(|_, b| b)];
    Panel {
        instruments,
        bars,
        mark_open: open.clone(),
        mark_high: high.clone(),
        mark_low: low.clone(),
        mark_close: close.clone(),
        open,
        high,
        low,
        close,
        segments: vec![if bars > 0 { vec![Segment { first: 0, end: bars }] } else { Vec::new() }; instruments],
        value: (0..bars.div_ceil(LINE))
            .flat_map(|line| (0..instruments * LINE).map(move |cell| wave(line * LINE + cell % LINE + 1)))
            .collect(),
        marked_bars: vec![0; instruments],
        ..Panel::default()
    }
}

/// A wandering strategy: `drift` a bar, `swing` in size, its own course for each `seed`.
pub(crate) fn run(name: &str, market: &Market, seed: u64, drift: f64, swing: f64) -> Run {
    let clock = market.clock;
    let capital = usd(100_000.0);
    let Course { equity, benchmark, regime } = course(clock, seed, drift, swing);
    let gain = equity.last().copied().unwrap_or(capital) - capital;
    let at = |t: usize| clock.open(t.min(clock.bars - 1));
    Run {
        strategy: name.to_string(),
        about: format!("Does nothing real, as <{name}>"),
        capital,
        clock,
        stopped: None,
        gross_exposure: (0..clock.bars).map(|t| 0.9 + 0.3 * (t as f64 / 50.0).sin()).collect(),
        net_exposure: (0..clock.bars).map(|t| if t == 0 { f64::NAN } else { 0.5 }).collect(),
        margin_used: equity.iter().map(|e| e.share(0.1)).collect(),
        benchmark_name: "BTC".to_string(),
        bucket_values: bucket_values(&equity),
        equity,
        benchmark,
        regime,
        follows_regimes: true,
        buckets: ["foundation", "narratives", "stablecoins"].map(str::to_string).to_vec(),
        criteria: Vec::new(),
        hedges: vec![(BucketId(1), BucketId(0))],
        tax: None,
        fills: fills(at),
        trades: trades(at),
        funding: funding(at),
        liquidations: liquidations(at(clock.bars / 2)),
        yields: yields(at),
        flows: vec![Flow { time: at(4), from: BucketId(1), to: BucketId(2), amount: usd(77.0), reason: FlowReason::Waterfall }],
        decisions: decisions(at),
        exposure: Vec::new(),
        narratives: Vec::new(),
        rotations: rotations(at(7)),
        attribution: attribution(clock.start, gain),
        assumptions: vec![Assumption::MaintenanceMargin { closing_fee: false }],
        findings: Vec::new(),
        cautions: ["the made-up data is <made up>".to_string(), format!("only {name} knows")].map(Caution::OfPlan).to_vec(),
    }
}

/// What a run was worth at every close, what its benchmark was, and the regime.
struct Course {
    equity: Vec<Usd>,
    benchmark: Vec<Usd>,
    regime: Vec<Regime>,
}

fn course(clock: Clock, seed: u64, drift: f64, swing: f64) -> Course {
    let mut state = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    let mut chance = move || {
        let mut sum = 0.0;
        for _ in 0..4 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += (state >> 33) as f64 / f64::from(1_u32 << 31) - 0.5;
        }
        sum
    };
    let (mut own, mut held) = (100_000.0_f64, 100_000.0_f64);
    let mut course = Course { equity: Vec::new(), benchmark: Vec::new(), regime: Vec::new() };
    for t in 0..clock.bars {
        let phase = (t as f64 / clock.bars as f64 * 7.0).sin();
        let tide = chance() * 0.02 + phase * 0.001;
        held *= 1.0 + tide;
        own *= 1.0 + drift + swing * (tide + chance() * 0.01);
        course.equity.push(usd(own));
        course.benchmark.push(usd(held));
        course.regime.push(match phase {
            _ if t < clock.bars / 20 => Regime::Unknown,
            p if p > 0.4 => Regime::Bull,
            p if p < -0.4 => Regime::Bear,
            _ => Regime::Sideways,
        });
    }
    course
}

/// Equity split into three buckets.
fn bucket_values(equity: &[Usd]) -> Vec<Usd> {
    let mut all = Vec::new();
    for (t, now) in equity.iter().enumerate() {
        let first = now.share(0.5 + 0.2 * (t as f64 / 90.0).sin());
        let second = (*now - first).share(0.4);
        all.extend([first, second, *now - first - second]);
    }
    all
}

fn fills(at: impl Fn(usize) -> Time) -> Vec<Fill> {
    (0..6)
        .map(|k| Fill {
            time: at(k * 3),
            instrument: InstrumentId(k as u16 % 3),
            bucket: BucketId(k as u16 % 2),
            narrative: (k % 2 == 1).then_some(NarrativeId(0)),
            side: if k < 3 { Side::Buy } else { Side::Sell },
            quantity: 0.1 + 0.2,
            price: 50_000.5,
            notional: usd(15_000.15),
            fee: usd(5.0),
            slippage: usd(1.5),
            reason: Reason::Rebalance,
        })
        .collect()
}

fn trades(at: impl Fn(usize) -> Time) -> Vec<Trade> {
    (0..3)
        .map(|k| Trade {
            instrument: InstrumentId(k),
            bucket: BucketId(k % 2),
            narrative: Some(NarrativeId(1)),
            direction: if k == 2 { Direction::Short } else { Direction::Long },
            opened: at(0),
            closed: at(9),
            quantity: 0.3,
            entry_price: 50_000.0,
            exit_price: 51_000.0,
            price_pnl: usd(300.0),
            funding: usd(-4.0),
            fees: usd(10.0),
            slippage: usd(2.0),
            pnl: usd([284.0, -142.0, 0.0][k as usize]),
            return_on_margin: (k != 1).then_some(0.0568),
            exit_reason: Reason::Exit(ExitRule::Stage),
        })
        .collect()
}

fn funding(at: impl Fn(usize) -> Time) -> Vec<FundingPayment> {
    [4.0, -16.5]
        .map(|payment| FundingPayment {
            time: at(1),
            instrument: InstrumentId(2),
            bucket: BucketId(1),
            narrative: None,
            quantity: -0.3,
            mark_price: 50_123.25,
            rate: 0.000_1,
            interval_hours: 8.0,
            payment: usd(payment),
            assumed: payment > 0.0,
        })
        .to_vec()
}

fn liquidations(time: Time) -> Vec<Liquidation> {
    vec![Liquidation {
        time,
        instrument: InstrumentId(2),
        bucket: BucketId(1),
        direction: Direction::Long,
        quantity: 12.0,
        mark_price: 8.5,
        liquidation_price: 8.625,
        margin_lost: usd(250.0),
        fee: usd(1.0),
    }]
}

fn yields(at: impl Fn(usize) -> Time) -> Vec<Yield> {
    vec![
        Yield { time: at(2), asset: None, bucket: BucketId(2), quantity: 1.25, price: 1.0, amount: usd(1.25) },
        Yield { time: at(3), asset: Some(AssetId(0)), bucket: BucketId(0), quantity: 0.001, price: 50_000.0, amount: usd(50.0) },
    ]
}

fn decisions(at: impl Fn(usize) -> Time) -> Vec<Decision> {
    vec![
        Decision {
            time: at(5),
            bucket: Some(BucketId(1)),
            subject: Subject::Instrument(InstrumentId(2)),
            narrative: Some(NarrativeId(0)),
            verdict: Verdict::Refused,
            observed: Some(712.0),
            threshold: Some(500.0),
            why: Why::Unconverted { into: AssetId(1) },
        },
        Decision {
            time: at(6),
            bucket: None,
            subject: Subject::Regime(Regime::Bull),
            narrative: None,
            verdict: Verdict::Passed,
            observed: None,
            threshold: None,
            why: Why::RegimeTurned { from: Regime::Bear, reasons: Box::default() },
        },
    ]
}

fn rotations(time: Time) -> Vec<Rotation> {
    vec![Rotation {
        time,
        narrative: NarrativeId(0),
        step: RotationStep::Stage { from: Stage::Crowded, to: Stage::Exhausted, cause: Cause::FundingWhilePriceStalls },
        observed: Some(0.000_7),
        threshold: Some(0.000_5),
    }]
}

/// A gain by every view; what is not given to a part goes to the last one.
fn attribution(month: Time, gain: Usd) -> Attribution {
    let whole = |parts: [(&str, f64); 3]| {
        let mut left = gain;
        let mut list = Vec::new();
        for (i, (name, share)) in parts.into_iter().enumerate() {
            let part = if i == 2 { left } else { gain.share(share) };
            left -= part;
            list.push((name.to_string(), part));
        }
        list
    };
    let (funding, fees, slippage) = (usd(-12.5), usd(-30.0), usd(-7.25));
    Attribution {
        funding: FundingLines { paid: usd(-16.5), assumed: usd(4.0), ..FundingLines::default() },
        by_source: BySource { price: gain - funding - fees - slippage, funding, fees, slippage, liquidation: Usd::ZERO, yields: Usd::ZERO },
        by_bucket: whole([("foundation", 0.7), ("narratives", 0.2), ("stablecoins", 0.0)]),
        by_narrative: whole([("oracles & <b>bots</b>", 0.3), ("gaming, \"play\"", -0.1), ("none", 0.0)]),
        by_asset: whole([("BTC", 0.6), (HOSTILE, 0.1), ("USDT", 0.0)]),
        by_regime: whole([("bull", 0.9), ("bear", -0.4), ("sideways", 0.0)]),
        by_month: whole([("2021-01", 0.5), ("2021-02", 0.7), ("2021-03", 0.0)]),
        cube: vec![Contribution {
            month,
            regime: Regime::Bull,
            bucket: BucketId(0),
            narrative: Some(NarrativeId(0)),
            asset: Some(AssetId(1)),
            income: BySource { price: gain - funding - fees - slippage, funding, fees, slippage, ..BySource::default() },
            funding: FundingLines { paid: usd(-16.5), assumed: usd(4.0), ..FundingLines::default() },
        }],
    }
}

pub(crate) fn manifest(market: &Market, runs: &[Run]) -> Manifest {
    let strategies = runs.iter().map(|run| StrategyRecord {
        name: run.strategy.clone(),
        source: "[buckets]\n".to_string(),
        extends: None,
        resolved: serde_json::json!({ "buckets": {} }),
    });
    let command = ["run", "--capital", "100000"].map(str::to_string).to_vec();
    Manifest::new(command, market.name.clone(), serde_json::Value::Null, market.inputs.clone(), strategies.collect())
}
