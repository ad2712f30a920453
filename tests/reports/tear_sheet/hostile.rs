//! Names that would like to be more than names, in every section.

use rotate::market::Segment;
use rotate::report::html;

use super::margin::long;
use super::{days, page, section};

const HOSTILE: &str = "x\"><script src='//a'>&</script>`<b>`";

#[test]
fn names_stay_names_in_every_section() {
    let (mut market, mut run) = days(60);
    // One that died, and one that came near its liquidation.
    market.panel.segments[2] = vec![Segment { first: 0, end: 40 }];
    run.exposure = vec![long(&run, 6, 1, Some(0.3))];
    market.cautions = vec![HOSTILE.to_string()];
    for name in [&mut market.name, &mut market.about, &mut market.quote, &mut run.strategy, &mut run.about, &mut run.benchmark_name] {
        *name = HOSTILE.to_string();
    }
    let attribution = &mut run.attribution;
    let parts = [&mut attribution.by_bucket, &mut attribution.by_narrative, &mut attribution.by_asset];
    let named = parts.into_iter().flatten().map(|part| &mut part.0);
    let market_names = market.narratives.iter_mut().chain(market.assets.iter_mut().map(|asset| &mut asset.name));
    let symbols = market.instruments.iter_mut().map(|instrument| &mut instrument.symbol);
    for name in named.chain(market_names).chain(symbols).chain(&mut run.buckets) {
        *name = HOSTILE.to_string();
    }
    let page = page(&market, &run);
    let page = [html::SCRIPT, html::uplot(), html::LIVE].into_iter().fold(page, |page, code| {
        let own = format!("<script>{code}</script>");
        assert_eq!(page.matches(&own).count(), 1);
        page.replace(&own, "")
    });
    for raw in ["<script", "</script", "<b>`"] {
        assert!(!page.contains(raw), "{raw}");
    }
    assert!(page.contains("aria-label=\"Equity of x&quot;&gt;&lt;script src=&#39;//a&#39;&gt;"), "an attribute ends where we end it");
    for id in ["money", "gains", "exposure", "trades", "activity", "limits", "transfers", "survivors", "margin"] {
        assert!(section(&page, id).contains("&lt;script"), "no name stands in the section {id}");
    }
    assert!(page.contains("<title>x&quot;&gt;&lt;script src=&#39;//a&#39;&gt;&amp;&lt;/script&gt;`&lt;b&gt;` · "));
}
