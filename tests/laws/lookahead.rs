//! The look-ahead tester on random markets of every bar length, with gaps, delistings and holes in their funding: another future leaves what was
//! known as it was, every kind of it is another one, and no strategy sees it.

use proptest::prelude::*;

use rotate::lookahead::{Terms, test};
use rotate::market::{FactKind, Market, MarketParts, freeze};
use rotate::units::{InstrumentId, Time};

use crate::random_market::{MarketSpec, markets};
use crate::random_strategy::strategies;
use crate::{capital, cases};

/// Everything a market holds of one kind of fact, before an instant or from it on.
fn held(market: &Market, kind: FactKind, now: Time, before: bool) -> String {
    let clock = market.clock;
    let last = clock.bar_of(now).unwrap_or(clock.bars);
    let bars = if before { 0..last } else { last..clock.bars };
    let known = |at: Time| (at <= now) == before;
    let ids = || (0..market.instruments.len()).map(InstrumentId::new);
    match kind {
        FactKind::Bars => {
            let p = &market.panel;
            let cells = |id: InstrumentId, t: usize| {
                let at = p.at(id, t);
                let last = [p.open[at], p.high[at], p.low[at], p.close[at], p.volume[at]];
                let mark = [p.mark_open[at], p.mark_high[at], p.mark_low[at], p.mark_close[at]];
                let listing = p.segment(id, t).map(|segment| segment.first);
                format!("{id:?} {t} {last:?} {mark:?} {} {:?} {listing:?}\n", p.value_at(id, t), p.last_traded(id, t))
            };
            ids().flat_map(|id| bars.clone().map(move |t| (id, t))).map(|(id, t)| cells(id, t)).collect()
        }
        FactKind::Funding => {
            let all = ids().flat_map(|id| &market.funding.by_instrument[id.index()]);
            format!("{:?}", all.filter(|settlement| (settlement.time < now) == before).collect::<Vec<_>>())
        }
        FactKind::Caps => format!("{:?}", market.caps.iter().flatten().filter(|fact| known(fact.known_at)).collect::<Vec<_>>()),
        FactKind::Evidence => format!("{:?}", market.evidence.iter().filter(|fact| known(fact.known_at)).collect::<Vec<_>>()),
        FactKind::Memberships => {
            let until = |until: Option<Time>| until.filter(|&until| known(until));
            let side = |m: &&rotate::market::Membership| !before || m.since <= now;
            let told = |m: &rotate::market::Membership| (m.asset, m.narrative, m.since, until(m.until));
            format!("{:?}", market.memberships.iter().filter(side).map(told).collect::<Vec<_>>())
        }
        FactKind::Tiers => format!("{:?}", market.tiers.iter().flatten().filter(|table| known(table.since)).collect::<Vec<_>>()),
        FactKind::Venue => {
            let spreads: Vec<_> = market.spreads.iter().filter(|row| known(row.since)).collect();
            format!("{spreads:?} {:?}", market.rules.iter().filter(|row| known(row.since)).collect::<Vec<_>>())
        }
        FactKind::Conversions => {
            format!("{:?}", market.conversions.iter().filter(|conversion| known(conversion.known_at)).collect::<Vec<_>>())
        }
    }
}

fn changed(spec: &MarketSpec, now: Time, seed: u64, kinds: &[FactKind]) -> Market {
    freeze(spec.parts().scrambled_after(now, seed, kinds)).expect("another future is a market")
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn another_future_leaves_the_past_to_the_last_bit(spec in markets(), at in 0.0..1.0_f64, seed in any::<u64>()) {
        let market = spec.market();
        // Of a past that holds at least one bar.
        let now = market.clock.open(((at * market.clock.bars as f64) as usize).max(1));
        let all = changed(&spec, now, seed, &FactKind::ALL);
        prop_assert_eq!(all.clock, market.clock);
        let cut = freeze(spec.parts().cut_after(now)).expect("a market cut short is a market");
        prop_assert_eq!(cut.clock.start, market.clock.start);
        prop_assert!(cut.clock.close(cut.clock.bars - 1) > now);
        for kind in FactKind::ALL {
            let past = held(&market, kind, now, true);
            prop_assert_eq!(&past, &held(&all, kind, now, true));
            prop_assert_eq!(&past, &held(&cut, kind, now, true));
            // Alone or with others, a kind has the same future.
            let alone = changed(&spec, now, seed, &[kind]);
            // What settles depends on what trades, and coins inherit labels of those that became them.
            if !matches!(kind, FactKind::Funding | FactKind::Memberships) {
                prop_assert_eq!(held(&alone, kind, now, false), held(&all, kind, now, false));
            }
            for other in FactKind::ALL {
                // Settlements are paid on marks, and fall due while a perpetual is listed.
                let follows = matches!(
                    (kind, other),
                    (FactKind::Bars, FactKind::Funding) | (FactKind::Conversions, FactKind::Memberships)
                );
                if other != kind && !follows {
                    prop_assert_eq!(held(&alone, other, now, false), held(&market, other, now, false));
                }
            }
            let ends = |kind: &FactKind| {
                use FactKind::{Bars, Conversions, Funding, Memberships, Tiers};
                matches!(kind, Bars | Funding | Tiers | Memberships | Conversions)
            };
            if !ends(&kind) {
                prop_assert_ne!(held(&alone, kind, now, false), held(&market, kind, now, false));
            }
        }
    }

    #[test]
    fn no_strategy_sees_ahead(spec in markets(), strategy in strategies(), from in 0.0..0.6_f64, seed in any::<u64>()) {
        // With the whole past before a window, or with none.
        let bars = spec.market().clock.bars as f64;
        let from = (from > 0.1).then(|| spec.open(((from - 0.1) * bars) as usize));
        let parts = MarketParts { from, ..spec.parts() };
        let verdict = test(&parts, &strategy.rules(), capital(), Terms { dates: 3, seed }, || {}).expect("a random market is whole");
        // The last bar is never cut after: a window of one has none to try.
        prop_assert!(!verdict.dates.is_empty() || freeze(parts).is_ok_and(|market| market.window().bars < 2));
        prop_assert_eq!(verdict.leaks, vec![]);
    }
}
