//! `market.toml`: name, bar length, fees and policies, refused with the line where one is out of place.

mod dated;
mod keys;
mod text;

use std::path::{Path, PathBuf};

use toml::Spanned;

use crate::bounded::MIB;
use crate::fault::Fault;
use crate::market::benchmark::Named;
use crate::market::names;
use crate::market::plausible::LEAST_FEE_BPS;
use crate::market::quote_field::numeral;
use crate::market::wicks::WickLimit;
use crate::market::{ListingPolicy, VenueCosts};
use crate::units::{Span, Time};

use dated::{RulesRow, SpreadRow};
use keys::{File, HALF_SPREAD_BPS, MIN_NOTIONAL, TABLE_MIB};
use text::Text;

/// The JSON Schema of `market.toml`, made of the types that read it.
#[must_use]
pub fn manifest_schema() -> schemars::Schema {
    schemars::schema_for!(File)
}

/// What `market.toml` says, in units of the engine.
#[derive(Debug)]
pub(super) struct Manifest {
    path: PathBuf,
    pub(super) name: String,
    pub(super) about: String,
    pub(super) synthetic: bool,
    pub(super) bar: Span,
    pub(super) quote: String,
    pub(super) from: Option<Time>,
    /// Exclusive.
    pub(super) to: Option<Time>,
    pub(super) costs: VenueCosts,
    pub(super) listing: ListingPolicy,
    pub(super) benchmark: Option<Named>,
    pub(super) missing_rate_8h: Option<f64>,
    /// What may be meant, and is more likely a slip.
    pub(super) cautions: Vec<String>,
    /// Bytes of one table, packed or not.
    pub(super) table_bytes: u64,
    pub(super) wicks: Option<WickLimit>,
    spreads: Vec<SpreadRow>,
    rules: Vec<RulesRow>,
}

impl Manifest {
    /// # Errors
    /// Wrong TOML, unknown or missing keys, names that are none, negative costs, a bar that does not divide a day, `to` not after `from`, dated tables that say
    /// nothing.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, Fault> {
        let lines = Text { path, text };
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            lines.misread(at, error.message().trim())
        })?;
        let name = lines.fit("name", &file.name, names::name)?;
        let quote = lines.fit("quote", &file.quote, names::name)?;
        if name.trim().is_empty() {
            return Err(lines.fault(file.name.span().start, "a market without a name", "a name, which reports show", "name it"));
        }
        if quote.trim().is_empty() {
            let found = "prices in no currency";
            return Err(lines.fault(file.quote.span().start, found, "the currency of all prices, as USDT", "name it, or remove the key"));
        }
        let about = lines.fit("about", &file.about, names::line)?;
        let bar = lines.span("bar", &file.bar)?;
        if 86_400 % bar.seconds() != 0 {
            let found = format!("`bar` = {bar} does not divide a day");
            return Err(lines.fault(
                file.bar.span().start,
                found,
                "a length that fits a whole number of times into 24 hours",
                "choose 15m, 1h, 4h, 8h or 1d",
            ));
        }
        let from = file.from.as_ref().map(|value| lines.instant("from", value)).transpose()?.map(|(time, _)| time);
        let to = file.to.as_ref().map(|value| lines.instant("to", value)).transpose()?;
        // A date alone means that whole day; an instant is the first one outside.
        let to = to.map(|(time, date_only)| if date_only { time.plus(86_400) } else { time });
        if let (Some(from), Some(until), Some(value)) = (from, to, &file.to)
            && until <= from
        {
            let found = format!("`to` ends at {until}, not after `from` = {from}");
            return Err(lines.fault(value.span().start, found, "`from` before `to`", "exchange or widen them"));
        }
        let costs = costs(&lines, &file)?;
        let listing = listing(&lines, &file.listing)?;
        let table_bytes = table_bytes(&lines, &file.limits)?;
        let spreads = file.half_spread.into_iter().map(|row| dated::spread_row(&lines, row)).collect::<Result<_, _>>()?;
        let rules = file.trading_rules.into_iter().map(|row| dated::rules_row(&lines, row)).collect::<Result<_, _>>()?;
        Ok(Self {
            path: path.to_owned(),
            name,
            about,
            synthetic: file.synthetic,
            bar,
            quote,
            from,
            to,
            costs,
            listing,
            benchmark: benchmark(&lines, file.benchmark.as_ref())?,
            missing_rate_8h: missing_rate(&lines, &file.funding)?,
            cautions: cheap_fees(&file.fees).into_iter().collect(),
            table_bytes,
            wicks: wick_limit(&lines, &file.data)?,
            spreads,
            rules,
        })
    }
}

fn costs(lines: &Text<'_>, file: &File) -> Result<VenueCosts, Fault> {
    let spread = |key: &str, value: &Option<Spanned<f64>>, default: f64| {
        value.as_ref().map_or(Ok(default / 10_000.0), |value| lines.bps(key, value))
    };
    let [large, mid, small] = HALF_SPREAD_BPS;
    Ok(VenueCosts {
        spot_maker: lines.bps("spot_maker", &file.fees.spot_maker)?,
        spot_taker: lines.bps("spot_taker", &file.fees.spot_taker)?,
        perp_maker: lines.bps("perp_maker", &file.fees.perp_maker)?,
        perp_taker: lines.bps("perp_taker", &file.fees.perp_taker)?,
        half_spread: [
            spread("large", &file.half_spread_bps.large, large)?,
            spread("mid", &file.half_spread_bps.mid, mid)?,
            spread("small", &file.half_spread_bps.small, small)?,
        ],
        min_notional: file.orders.min_notional.as_ref().map_or(Ok(MIN_NOTIONAL), |value| dated::step(lines, "min_notional", value))?,
    })
}

fn missing_rate(lines: &Text<'_>, keys: &keys::Funding) -> Result<Option<f64>, Fault> {
    let Some(value) = &keys.missing_rate_8h else { return Ok(None) };
    let rate = *value.get_ref();
    if rate.is_finite() && rate.abs() < 1.0 {
        return Ok(Some(rate));
    }
    let found = format!("`missing_rate_8h` = {}", numeral(rate));
    Err(lines.fault(value.span().start, found, "a fraction of notional per eight hours, as 0.0001", "write a rate, not per cent"))
}

fn benchmark(lines: &Text<'_>, value: Option<&Spanned<String>>) -> Result<Option<Named>, Fault> {
    let named = |value: &Spanned<String>| {
        let name = lines.fit("benchmark", value, names::symbol)?;
        Ok(Named { name, place: Fault::at(lines.path, lines.line(value.span().start)) })
    };
    value.map(named).transpose()
}

/// Fees that look like a per cent or a fraction.
fn cheap_fees(fees: &keys::Fees) -> Option<String> {
    let keys::Fees { spot_maker, spot_taker, perp_maker, perp_taker } = fees;
    let all = [("spot_maker", spot_maker), ("spot_taker", spot_taker), ("perp_maker", perp_maker), ("perp_taker", perp_taker)];
    let cheap = all.into_iter().filter(|(_, fee)| *fee.get_ref() > 0.0 && *fee.get_ref() < LEAST_FEE_BPS);
    let cheap: Vec<String> = cheap.map(|(key, fee)| format!("{key} = {}", numeral(*fee.get_ref()))).collect();
    let head = "fees below half a basis point (a per cent or a fraction written as basis points? 0.1 % is 10)";
    (!cheap.is_empty()).then(|| format!("{head}: {}", cheap.join("; ")))
}

fn listing(lines: &Text<'_>, keys: &keys::Listing) -> Result<ListingPolicy, Fault> {
    let mut listing = ListingPolicy::default();
    if let Some(value) = &keys.delisted_after {
        listing.delisted_after = lines.span("delisted_after", value)?;
    }
    if let Some(value) = &keys.penalty_pct {
        let percent = *value.get_ref();
        if !(0.0..=100.0).contains(&percent) {
            let found = format!("`penalty_pct` = {}", numeral(percent));
            return Err(lines.fault(value.span().start, found, "per cent of the last price, 0 to 100", "write what a forced exit loses"));
        }
        listing.penalty = percent / 100.0;
    }
    if let Some(value) = &keys.jump {
        let times = *value.get_ref();
        if !(2.0..=10_000.0).contains(&times) {
            let found = format!("`jump` = {}", numeral(times));
            let expected = "times the last close, 2 to 10000, beyond which an open is another coin's";
            return Err(lines.fault(value.span().start, found, expected, "write 10, or 10000 to let almost every jump pass"));
        }
        listing.jump = times;
    }
    Ok(listing)
}

fn wick_limit(lines: &Text<'_>, keys: &keys::Data) -> Result<Option<WickLimit>, Fault> {
    let keys::Data { wick_limit, wicks } = keys;
    let Some(value) = wick_limit else {
        return wicks.as_ref().map_or(Ok(None), |action| {
            let found = "`wicks` without `wick_limit`";
            Err(lines.fault(action.span().start, found, "a limit that it is about", "add `wick_limit = 3`, or remove it"))
        });
    };
    let times = *value.get_ref();
    if !(times > 1.0 && times <= 10_000.0) {
        let found = format!("`wick_limit` = {}", numeral(times));
        let expected = "times open and close, above 1 and at most 10000";
        return Err(lines.fault(value.span().start, found, expected, "write 3, or remove it to believe every wick"));
    }
    let refuse = wicks.as_ref().is_some_and(|action| *action.get_ref() == keys::Wicks::Refuse);
    Ok(Some(WickLimit { times, refuse }))
}

fn table_bytes(lines: &Text<'_>, keys: &keys::Limits) -> Result<u64, Fault> {
    let (usual, most) = TABLE_MIB;
    let Some(value) = &keys.table_mib else { return Ok(usual * MIB) };
    match u64::try_from(*value.get_ref()) {
        Ok(mebibytes) if (1..=most).contains(&mebibytes) => Ok(mebibytes * MIB),
        _ => {
            let found = format!("`table_mib` = {}", value.get_ref());
            let expected = "a whole number of mebibytes, 1 to 16384";
            Err(lines.fault(value.span().start, found, expected, "write what the largest table takes, unpacked"))
        }
    }
}
