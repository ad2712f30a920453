//! The coins of the sample. BTC and ETH carry their names so that strategies find their foundation; all others are invented.

/// How an asset behaves. All volatilities and drifts are per year.
#[derive(Clone, Copy)]
pub(super) struct Coin {
    /// Names the coin's random stream: new coins go to the end of their table, so that no other is renumbered.
    pub(super) id: usize,
    pub(super) name: &'static str,
    pub(super) tier: &'static str,
    /// First date of spot trading; empty where there is no spot market.
    pub(super) spot_from: &'static str,
    /// First date of the perpetual; empty where there is none.
    pub(super) perp_from: &'static str,
    /// Rank by market cap aimed at when the sample begins.
    pub(super) rank: f64,
    /// First price in USDT.
    pub(super) price: f64,
    /// Beta to BTC.
    pub(super) beta: f64,
    /// Volatility of the coin's own noise.
    pub(super) own: f64,
    /// Index into [`NARRATIVES`], and how much of the narrative the coin takes part in.
    pub(super) narrative: Option<(usize, f64)>,
    /// Days by which the coin follows its narrative.
    pub(super) lag_days: usize,
    /// Hours between funding settlements.
    pub(super) funding_hours: i64,
}

pub(super) const NARRATIVES: [&str; 6] = ["ai", "rwa", "depin", "l2", "gaming", "defi"];
pub(super) const AI: usize = 0;
const RWA: usize = 1;
const DEPIN: usize = 2;
const L2: usize = 3;
pub(super) const GAMING: usize = 4;
const DEFI: usize = 5;

const FIRST: &str = "2021-07-01";

struct Row(&'static str, &'static str, &'static str, f64, f64, f64, f64, Option<(usize, f64)>, usize, i64);

/// name, spot from, perp from, rank, price, beta, own volatility, (narrative, share), lag in days, funding hours
const LARGE: [Row; 6] = [
    Row("BTC", FIRST, FIRST, 1.0, 20_000.0, 1.0, 0.0, None, 0, 8),
    Row("ETH", FIRST, FIRST, 2.0, 1_400.0, 1.08, 0.24, None, 0, 8),
    Row("SLX", FIRST, FIRST, 5.0, 38.0, 1.15, 0.50, None, 0, 8),
    Row("VLT", FIRST, "", 8.0, 6.2, 0.95, 0.48, None, 0, 8),
    Row("KRN", FIRST, "", 12.0, 210.0, 0.95, 0.45, None, 0, 8),
    Row("PYRA", FIRST, "", 17.0, 11.4, 1.10, 0.52, None, 0, 8),
];

const MID: [Row; 10] = [
    Row("NOVA", FIRST, FIRST, 26.0, 6.3, 1.15, 0.55, None, 0, 8),
    Row("ORBI", FIRST, "", 31.0, 14.5, 1.05, 0.55, None, 0, 8),
    Row("QUAR", FIRST, "", 36.0, 88.0, 1.10, 0.52, None, 0, 8),
    Row("HELI", FIRST, FIRST, 47.0, 9.3, 1.15, 0.58, Some((AI, 0.5)), 6, 8),
    Row("MERI", FIRST, "", 52.0, 17.5, 1.00, 0.50, None, 0, 8),
    Row("ZENT", FIRST, "2021-11-22", 58.0, 1.24, 1.20, 0.58, Some((L2, 0.6)), 3, 8),
    Row("LUMO", FIRST, "", 63.0, 5.05, 1.10, 0.55, Some((DEFI, 0.5)), 4, 8),
    Row("CASK", FIRST, "", 69.0, 3.82, 1.05, 0.60, None, 0, 8),
    Row("FERN", FIRST, "", 74.0, 3.36, 1.00, 0.55, None, 0, 8),
    Row("GALE", "2022-01-18", "", 81.0, 4.1, 1.10, 0.60, Some((GAMING, 0.5)), 7, 8),
];

const SMALL: [Row; 26] = [
    Row("AIX", FIRST, "2021-10-05", 128.0, 0.085, 1.15, 0.80, Some((AI, 1.15)), 0, 8),
    Row("NEURO", FIRST, FIRST, 170.0, 2.1, 1.20, 0.78, Some((AI, 1.0)), 3, 8),
    Row("TENS", "", "2022-08-16", 240.0, 41.0, 1.10, 0.75, Some((AI, 1.1)), 5, 4),
    Row("SYNQ", "", "2022-11-29", 330.0, 3.4, 1.25, 0.95, Some((AI, 1.2)), 8, 4),
    Row("COGI", "2022-03-02", "2022-05-10", 200.0, 5.5, 1.10, 0.80, Some((AI, 0.8)), 12, 8),
    Row("DEEDS", FIRST, "2021-08-19", 140.0, 7.3, 1.00, 0.65, Some((RWA, 1.0)), 0, 8),
    Row("BILLZ", "", "2022-02-08", 210.0, 3.1, 0.95, 0.70, Some((RWA, 0.9)), 4, 8),
    Row("TITLD", "", "2023-07-25", 280.0, 11.8, 1.05, 0.80, Some((RWA, 1.2)), 7, 4),
    Row("COLLA", "2022-09-13", "2023-01-17", 180.0, 2.9, 1.10, 0.75, Some((RWA, 1.0)), 2, 8),
    Row("MESHX", FIRST, FIRST, 120.0, 8.9, 1.10, 0.70, Some((DEPIN, 0.9)), 0, 8),
    Row("ANTN", "", "2021-12-14", 225.0, 1.6, 1.15, 0.85, Some((DEPIN, 1.1)), 5, 8),
    Row("WATTS", "", "2022-10-11", 300.0, 4.7, 1.10, 0.82, Some((DEPIN, 1.1)), 9, 4),
    Row("SENSO", "", "2023-04-04", 260.0, 8.2, 1.20, 0.88, Some((DEPIN, 1.2)), 3, 4),
    Row("ROLLA", "2021-09-07", "2021-10-26", 115.0, 1.85, 1.20, 0.72, Some((L2, 1.0)), 0, 8),
    Row("ZKQ", "", "2022-06-01", 175.0, 6.6, 1.20, 0.78, Some((L2, 1.1)), 2, 8),
    Row("BLOBZ", "", "2023-03-23", 235.0, 3.7, 1.25, 0.85, Some((L2, 1.15)), 6, 4),
    Row("OPTA", "2022-06-07", "2022-06-21", 150.0, 11.2, 1.15, 0.75, Some((L2, 0.9)), 4, 8),
    Row("GUILDX", FIRST, FIRST, 145.0, 3.6, 1.20, 0.75, Some((GAMING, 1.0)), 0, 8),
    Row("PIXA", FIRST, "2021-09-28", 190.0, 0.0021, 1.25, 0.88, Some((GAMING, 1.2)), 5, 8),
    Row("LOOTR", "", "2021-11-16", 250.0, 9.4, 1.20, 0.85, Some((GAMING, 1.1)), 8, 4),
    Row("ARENX", FIRST, "2022-01-11", 310.0, 5.2, 1.10, 0.80, Some((GAMING, 0.9)), 10, 8),
    Row("QSTR", "2023-10-17", "2023-11-07", 265.0, 13.5, 1.20, 0.90, Some((GAMING, 1.1)), 4, 4),
    Row("LENDQ", FIRST, FIRST, 110.0, 62.0, 1.10, 0.65, Some((DEFI, 0.9)), 0, 8),
    Row("SWAPZ", "", FIRST, 160.0, 1.48, 1.15, 0.70, Some((DEFI, 1.0)), 3, 8),
    Row("YLDR", "", "2022-04-26", 345.0, 7.4, 1.15, 0.88, Some((DEFI, 1.2)), 7, 4),
    Row("STABX", FIRST, "2021-09-14", 135.0, 22.5, 1.05, 0.72, Some((DEFI, 0.8)), 5, 8),
];

/// All coins in the order of `assets.csv`.
pub(super) fn coins() -> Vec<Coin> {
    let coin = |tier: &'static str, first_id: usize| {
        move |(k, row): (usize, &Row)| {
            let &Row(name, spot_from, perp_from, rank, price, beta, own, narrative, lag_days, funding_hours) = row;
            Coin { id: first_id + k, name, tier, spot_from, perp_from, rank, price, beta, own, narrative, lag_days, funding_hours }
        }
    };
    let large = LARGE.iter().enumerate().map(coin("large", 0));
    let mid = MID.iter().enumerate().map(coin("mid", 100));
    let small = SMALL.iter().enumerate().map(coin("small", 200));
    large.chain(mid).chain(small).collect()
}

impl Coin {
    pub(super) fn spot_symbol(&self) -> String {
        if self.spot_from.is_empty() { String::new() } else { format!("{}USDT", self.name) }
    }

    /// Coins under a cent are quoted by the thousand, as on real venues.
    pub(super) fn perp_symbol(&self) -> String {
        match (self.perp_from.is_empty(), self.contract_size() > 1.0) {
            (true, _) => String::new(),
            (false, true) => format!("1000{}USDT", self.name),
            (false, false) => format!("{}USDT", self.name),
        }
    }

    pub(super) fn contract_size(&self) -> f64 {
        if !self.perp_from.is_empty() && self.price < 0.01 { 1_000.0 } else { 1.0 }
    }

    pub(super) fn venue(&self) -> (&'static str, &'static str) {
        match self.name {
            "BTC" | "ETH" => ("sample-regulated", "regulated"),
            "SYNQ" | "SENSO" | "YLDR" => ("sample-dex", "dex"),
            _ => ("sample-exchange", "cex"),
        }
    }
}
