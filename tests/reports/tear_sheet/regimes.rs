//! Market regimes in pictures and charts: of a strategy that follows them, and of no other. And what pictures tell of single points.

use rotate::report::charts::{sheet, single};

use super::{days, page, words};

#[test]
fn bands_are_those_of_a_strategy_that_follows_regimes() {
    let (market, mut run) = days(400);
    assert!(run.follows_regimes);
    let (equity, html) = (single::equity(&market, &run), page(&market, &run));
    assert!(words(&equity).contains(&"bull market".to_string()));
    assert!(equity.contains("<title>bull market, 2021-"), "a band says from when to when it was");
    let live = |html: &str| html.split("<pre id=\"live\"").nth(1).unwrap().split("</pre>").next().unwrap().matches("\nband\t").count();
    assert!(live(&html) >= 2 && html.contains("over bands of the market regime"));
    run.follows_regimes = false;
    let (equity, html) = (single::equity(&market, &run), page(&market, &run));
    assert!(!equity.contains("bull market"), "neither a band nor its name in the legend");
    assert!(live(&html) == 0 && !html.contains("over bands of the market regime"));
}

#[test]
fn the_deepest_drawdown_has_its_depth_and_date() {
    let (market, mut run) = days(60);
    let worth = run.capital;
    for (t, equity) in run.equity.iter_mut().enumerate() {
        *equity = if t == 20 { worth.share(0.6) } else { worth };
    }
    // The close of bar 20 is the open of the twenty-second day of the year.
    for svg in [single::equity(&market, &run), single::drawdown(&market, &run)] {
        assert!(words(&svg).contains(&"max −40.00 % on 2021-01-22".to_string()), "{:?}", words(&svg));
    }
    run.equity.fill(worth);
    assert!(words(&single::drawdown(&market, &run)).iter().all(|word| !word.starts_with("max ")), "nothing fell");
}

#[test]
fn bars_say_what_they_stand_for() {
    let (_, run) = days(400);
    let svg = sheet::waterfall(&run);
    let (name, amount) = sheet::sources(&run).into_iter().find(|(_, amount)| amount.is_positive()).unwrap();
    let title = format!("<title>{name}: {}</title>", rotate::report::number_format::money(amount.to_f64()));
    assert!(svg.contains(&title), "{title}: {}", &*svg);
}
