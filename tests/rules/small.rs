//! Markets of a few bars without costs, and without funding but where a test says so; and runs over them. Each bar opens at the close before
//! it, so that what is decided at a close is filled at that price.

use std::path::Path;

use rotate::batch::Arena;
use rotate::market::{Conversion, Kind, Market, MarketParts, RawSettlement, VenueKind, freeze};
use rotate::replay::run::Run;
use rotate::strategy::{Strategy, StrategyFile};
use rotate::units::{AssetId, Span, Time, Usd};

use crate::parts;

pub struct Small(MarketParts);

impl Small {
    /// Bars of so many hours from a midnight on.
    pub fn new(start: &str, hours: i64) -> Self {
        let bare = parts::empty("small", "A market of a few bars", Span::from_seconds(hours * 3_600));
        Self(MarketParts { from: Some(time(start)), missing_rate_8h: Some(0.0), ..bare })
    }

    /// A coin with one market, which trades so many coins a bar.
    pub fn coin(mut self, name: &str, kind: Kind, closes: &[f64], volume: f64) -> Self {
        let start = self.0.from.expect("it was given");
        parts::coin(&mut self.0, name);
        parts::list(&mut self.0, kind, start, closes, |_| volume);
        self
    }

    /// A second market of the coin that stands last.
    pub fn also(mut self, kind: Kind, closes: &[f64], volume: f64) -> Self {
        let start = self.0.from.expect("it was given");
        parts::list(&mut self.0, kind, start, closes, |_| volume);
        self
    }

    /// The same, each bar as open, high, low, close.
    pub fn bars(mut self, name: &str, kind: Kind, bars: &[[f64; 4]], volume: f64) -> Self {
        let closes: Vec<f64> = bars.iter().map(|bar| bar[3]).collect();
        self = self.coin(name, kind, &closes, volume);
        for (bar, &[open, high, low, _]) in self.0.series.last_mut().expect("a coin").bars.iter_mut().zip(bars) {
            (bar.open, bar.high, bar.low) = (open, high, low);
        }
        self
    }

    /// A coin with a perpetual, bar for bar: open, high, low, close and volume; a missing bar has a volume of NaN.
    pub fn perp(mut self, name: &str, bars: &[[f64; 5]]) -> Self {
        let closes: Vec<f64> = bars.iter().map(|bar| if bar[4].is_nan() { f64::NAN } else { bar[3] }).collect();
        self = self.coin(name, Kind::Perp, &closes, 0.0);
        let there = bars.iter().filter(|bar| !bar[4].is_nan());
        for (bar, &[open, high, low, close, volume]) in self.0.series.last_mut().expect("a coin").bars.iter_mut().zip(there) {
            (bar.open, bar.high, bar.low, bar.close, bar.volume) = (open, high, low, close, volume);
        }
        self
    }

    /// The coin that stands last is one of a decentralised venue.
    pub fn dex(mut self) -> Self {
        self.0.assets.last_mut().expect("a coin").venue_kind = VenueKind::Dex;
        self
    }

    /// A perpetual's market order pays this part of its notional.
    pub fn taker(mut self, rate: f64) -> Self {
        self.0.costs.perp_taker = rate;
        self
    }

    /// In these bars nothing of the coin that stands last was traded.
    pub fn silent(&mut self, bars: &[usize]) {
        let series = self.0.series.last_mut().expect("a coin");
        for &bar in bars {
            series.bars[bar].volume = 0.0;
        }
    }

    /// The coin that stands last settles this rate every eight hours.
    pub fn funding(mut self, rate: f64) -> Self {
        let bars = &self.0.series.last().expect("a coin").bars;
        let (first, last) = (bars[0].time.seconds(), bars[bars.len() - 1].time.seconds() + self.0.bar.seconds());
        let settled = (first..last).step_by(8 * 3_600);
        let settled = settled.map(|at| RawSettlement { time: Time::from_seconds(at), rate, interval_hours: Some(8.0) }).collect();
        self.0.series.last_mut().expect("a coin").settlements = settled;
        self
    }

    /// The window begins here; the bars so far are history.
    pub fn from(mut self, start: &str) -> Self {
        self.0.from = Some(time(start));
        self
    }

    pub fn parts(self) -> MarketParts {
        self.0
    }

    /// A coin becomes another, as announced at an instant.
    pub fn becomes(mut self, asset: &str, to: &str, ratio: f64, known_at: &str) -> Self {
        let named = |name: &str| AssetId::new(self.0.assets.iter().position(|asset| asset.name == name).expect("a coin"));
        let conversion = Conversion { asset: named(asset), to: named(to), ratio, known_at: time(known_at), since: None };
        self.0.conversions.push(conversion);
        self
    }

    /// The conversion that stands last is in force from an instant on.
    pub fn not_before(mut self, since: &str) -> Self {
        self.0.conversions.last_mut().expect("a conversion").since = Some(time(since));
        self
    }

    /// The coin that stands last trades so much in its last bar.
    pub fn last_volume(mut self, volume: f64) -> Self {
        self.0.series.last_mut().and_then(|part| part.bars.last_mut()).expect("a bar").volume = volume;
        self
    }

    pub fn market(self) -> Market {
        freeze(self.0).expect("a small market is whole")
    }

    /// A strategy over it, of which only what comes after the head is given; orders take all of the volume and move no price.
    pub fn run(self, rules: &str, capital: f64) -> (Market, Run) {
        self.ruled(&format!("assumptions = {{ impact = 0.0, bar_participation = 1.0, day_participation = 1.0 }}\n{rules}"), capital)
    }

    /// The same with the assumptions among the rules.
    pub fn ruled(self, rules: &str, capital: f64) -> (Market, Run) {
        let market = self.market();
        let run = replay(&market, rules, capital);
        (market, run)
    }
}

/// A strategy over a market, of which only what comes after the head is given; orders take all of the volume and move no price, unless it says what
/// it assumes itself.
pub fn replay(market: &Market, rules: &str, capital: f64) -> Run {
    Arena::new(market).replay(&strategy(rules), usd(capital))
}

pub fn strategy(rules: &str) -> Strategy {
    let terms = "assumptions = { impact = 0.0, bar_participation = 1.0, day_participation = 1.0 }";
    let terms = if rules.contains("assumptions = ") { "" } else { terms };
    let text = format!("name = \"rule\"\nabout = \"one rule\"\nregime = \"any\"\n{terms}\n{rules}");
    StrategyFile::parse(Path::new("rule.toml"), text).unwrap_or_else(|fault| panic!("{fault}")).strategy
}

pub fn time(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

pub fn usd(dollars: f64) -> Usd {
    Usd::round(dollars)
}

pub fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found}, expected {expected}");
}

/// The rows of one rule: verdict, value, limit.
pub fn rows<'a>(run: &'a Run, rule: &str) -> Vec<&'a rotate::replay::run::Decision> {
    let rule = rotate::replay::run::PlainRule::named(rule).expect("a rule").into();
    run.decisions.iter().filter(|decision| decision.rule() == rule).collect()
}
