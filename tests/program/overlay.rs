//! `extends`: strategies that say how they differ from others.

use std::fs;
use std::path::Path;

use rotate::strategy::{Override, Strategy, StrategyFile};

use crate::program::{ROOT, WINDOW, fine, refused, tree};

const HEAD: &str = "name = \"mine\"\nabout = \"x\"\n";

fn write(dir: &Path, name: &str, text: &str) {
    fs::write(dir.join(name), text).unwrap();
}

/// A folder with these files; `mine.toml` is read.
fn read(files: &[(&str, &str)]) -> Result<StrategyFile, String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(dir.path(), name, text);
    }
    StrategyFile::read(&dir.path().join("mine.toml")).map_err(|fault| fault.to_string().replace(dir.path().to_str().unwrap(), "<dir>"))
}

fn strategy(files: &[(&str, &str)]) -> Strategy {
    read(files).unwrap_or_else(|fault| panic!("{fault}")).strategy
}

fn fault(files: &[(&str, &str)]) -> String {
    read(files).map(|file| file.strategy).expect_err("a refusal")
}

/// As a value of TOML, the words for the reader apart.
fn plain(strategy: &Strategy) -> toml::Table {
    let mut table = toml::Table::try_from(strategy).unwrap();
    table.remove("name");
    table.remove("about");
    table
}

/// Two buckets, a limit, and a tune table.
const BASE: &str = r#"name = "base"
about = "what others extend"
regime = "any"
rebalance = { every = "7d", band = 0.2 }

[buckets.coins]
weight = 0.6
hold = { spot = { count = 3, tier = ["large", "mid"] } }
score = { momentum = "30d" }
enter_above = 0.0

[buckets.rest]
weight = 0.4
hold = "cash"

[limits]
order_of_day_volume = 0.01

[tune]
keys = { "rebalance.every" = ["7d", "14d"] }
"#;

#[test]
fn nothing_but_a_name_gives_the_base_under_that_name() {
    let found = strategy(&[("mine.toml", &format!("{HEAD}extends = \"base\"\n")), ("base.toml", BASE)]);
    assert_eq!((found.name.as_str(), found.about.as_str()), ("mine", "x"));
    let base = StrategyFile::parse(Path::new("base.toml"), BASE.to_owned()).unwrap().strategy;
    assert_eq!(plain(&found), plain(&base));
    // Of every strategy that the program brings along.
    for (name, text) in rotate::strategy::shipped::STRATEGIES {
        let whole = StrategyFile::parse(Path::new("whole.toml"), (*text).to_owned()).unwrap().strategy;
        assert_eq!(plain(&strategy(&[("mine.toml", &format!("{HEAD}extends = \"{name}\"\n"))])), plain(&whole), "{name}");
    }
}

#[test]
fn tables_merge_values_replace_choices_are_chosen_anew_and_keys_are_taken_out() {
    let own = format!(
        "{HEAD}extends = \"base.toml\"\nregime = \"bull\"\nremove = [\"limits\", \"buckets.coins.enter_above\", \"tune.keys.\\\"rebalance.every\\\"\"]\n\
         [buckets.coins]\nweight = 0.5\nhold = {{ spot = {{ count = 5 }} }}\nscore = {{ oversold = \"7d\" }}\n[buckets.more]\nweight = 0.1\nhold = \"cash\"\n\
         [tune.keys]\n\"buckets.coins.weight\" = [0.3, 0.5]\n"
    );
    let expected = r#"name = "mine"
about = "x"
regime = "bull"
rebalance = { every = "7d", band = 0.2 }
[buckets.coins]
weight = 0.5
hold = { spot = { count = 5, tier = ["large", "mid"] } }
score = { oversold = "7d" }
[buckets.rest]
weight = 0.4
hold = "cash"
[buckets.more]
weight = 0.1
hold = "cash"
[tune]
keys = { "buckets.coins.weight" = [0.3, 0.5] }
"#;
    let found = strategy(&[("mine.toml", &own), ("base.toml", BASE)]);
    let whole = StrategyFile::parse(Path::new("whole.toml"), expected.to_owned()).unwrap().strategy;
    assert_eq!(plain(&found), plain(&whole));
    assert!(found.buckets.keys().eq(whole.buckets.keys()), "the order of the base, then its own");
    // Another kind of holding stands in the place of the old one, with nothing left of that.
    let perp = format!("{HEAD}extends = \"base\"\n[buckets.coins]\nhold = {{ perp = {{ count = 1 }} }}\nleverage = {{ open = 2.0 }}\n");
    let found = plain(&strategy(&[("mine.toml", &perp), ("base.toml", BASE)]));
    assert_eq!(found["buckets"]["coins"]["hold"].to_string(), "{ perp = { count = 1 } }");
}

#[test]
fn a_chain_is_followed_to_its_end() {
    let step = |from: &str, weight: f64| {
        format!(
            "name = \"s\"\nabout = \"s\"\nextends = \"{from}\"\nbuckets.coins.weight = {weight:?}\nbuckets.rest.weight = {:?}\n",
            1.0 - weight
        )
    };
    let files =
        [("mine.toml", step("a", 0.5)), ("a.toml", format!("{}rebalance.band = 0.1\n", step("b", 0.7))), ("b.toml", step("base", 0.8))];
    let mut files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    files.push(("base.toml", BASE));
    let found = strategy(&files);
    assert_eq!((found.buckets["coins"].weight, found.rebalance.band, found.name.as_str()), (0.5, 0.1, "s"));
}

#[test]
fn a_file_beside_it_goes_before_what_the_program_brings_along() {
    let own = format!("{HEAD}extends = \"bull\"\n");
    assert!(strategy(&[("mine.toml", &own)]).buckets.len() > 2);
    assert_eq!(strategy(&[("mine.toml", &own), ("bull.toml", BASE)]).buckets.len(), 2);
}

#[test]
fn what_is_wrong_is_refused_where_it_stands() {
    let own = |keys: &str| format!("{HEAD}extends = \"base\"\n{keys}\n");
    let with = |keys: &str, base: &str| fault(&[("mine.toml", &own(keys)), ("base.toml", base)]);
    // A value of its own, and one of the base: each in its file, on its line.
    let said = with("[buckets.coins]\nweight = 1.5\n", BASE);
    assert!(said.starts_with("<dir>/mine.toml:5: `buckets.coins.weight`: 1.5"), "{said}");
    let said = with("", &BASE.replace("band = 0.2", "band = 7.0"));
    assert!(said.starts_with("<dir>/base.toml:4: `rebalance.band`: 7"), "{said}");
    let said = with("", &BASE.replace("enter_above = 0.0", "enter_over = 0.0"));
    assert!(said.starts_with("<dir>/base.toml:10: unknown field `enter_over` (at `buckets.coins.enter_over`)"), "{said}");
    let said = with("[buckets.coins]\nenter_over = 1.0\n", BASE);
    assert!(said.starts_with("<dir>/mine.toml:5: unknown field `enter_over`"), "{said}");
    let said = with("[buckets.coins]\nenter_above = \"x\"\n", BASE);
    assert!(said.starts_with("<dir>/mine.toml:5: invalid type: string \"x\""), "{said}");
    let said = with("[buckets.new]\nweight = 0.0\n", BASE);
    assert!(said.starts_with("<dir>/mine.toml:4: missing field `hold`"), "{said}");
    // A base that is no TOML, or has a number that is none.
    let said = with("", &format!("{BASE}[broken\n"));
    assert!(said.starts_with("<dir>/base.toml:21: "), "{said}");
    let said = with("", &BASE.replace("weight = 0.4", "weight = 99999999999999999999"));
    assert!(said.starts_with("<dir>/base.toml:13: "), "{said}");
    // It says itself what it is called and about.
    let said = fault(&[("mine.toml", "name = \"mine\"\nextends = \"base\"\n"), ("base.toml", BASE)]);
    assert!(said.contains("mine.toml:1: missing field `about`"), "{said}");
    // What is taken out was there.
    let said = with("remove = [\"buckets.coin\"]", BASE);
    assert!(
        said.starts_with("<dir>/mine.toml:4: `remove`: no key `buckets.coin` in what it extends") && said.contains("did you mean coins?"),
        "{said}"
    );
    assert!(with("remove = [\"name\"]", BASE).contains("no key `name`"));
    assert!(with("remove = \"limits\"", BASE).contains("a list of keys"));
    assert!(with("remove = [7]", BASE).contains("7 in `remove`"));
    let said = fault(&[("mine.toml", &format!("remove = [\"limits\"]\n{BASE}"))]);
    assert!(said.contains("`remove` without `extends`"), "{said}");
}

#[test]
fn bases_that_are_none_are_refused() {
    let own = |extends: &str| format!("{HEAD}extends = {extends}\n");
    let alone = |extends: &str| fault(&[("mine.toml", &own(extends))]);
    let said = alone("\"bul\"");
    assert!(said.starts_with("<dir>/mine.toml:3: `extends` = \"bul\": no such strategy, and no file bul.toml beside this one"), "{said}");
    assert!(said.contains("did you mean bull?"), "{said}");
    // A strategy of the program is no file.
    assert!(alone("\"bull.toml\"").contains("no file bull.toml beside this one"));
    for elsewhere in ["\"../base.toml\"", "\"/etc/base\"", "\"a/b\"", "\"\"", "\".toml\"", "\"a\\\\b\"", "\"a.b\"", "7", "[\"base\"]"] {
        let said = alone(elsewhere);
        assert!(said.starts_with("<dir>/mine.toml:3: `extends` = ") && said.contains("without a folder"), "{elsewhere}: {said}");
    }
    // Circles, of one, of two and of three.
    assert!(alone("\"mine\"").contains("a circle: mine.toml extends mine.toml"));
    let said = fault(&[("mine.toml", &own("\"a\"")), ("a.toml", &own("\"b\"")), ("b.toml", &own("\"mine\""))]);
    assert!(said.starts_with("<dir>/b.toml:3: a circle: mine.toml extends a.toml extends b.toml extends mine.toml"), "{said}");
    // Too many.
    let files: Vec<(String, String)> = (0..12).map(|n| (format!("s{n}.toml"), own(&format!("\"s{}\"", n + 1)))).collect();
    let mut files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let first = own("\"s0\"");
    files.push(("mine.toml", &first));
    assert!(fault(&files).contains("more than 8 files under a strategy"));
    // What is no file.
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "mine.toml", &own("\"base\""));
    fs::create_dir(dir.path().join("base.toml")).unwrap();
    let said = StrategyFile::read(&dir.path().join("mine.toml")).unwrap_err().to_string();
    assert!(said.contains("mine.toml:3: `extends` = \"base\"") && said.contains("it is a folder"), "{said}");
    fs::remove_dir(dir.path().join("base.toml")).unwrap();
    write(dir.path(), "base.toml", &"#".repeat((1 << 20) + 1));
    assert!(StrategyFile::read(&dir.path().join("mine.toml")).unwrap_err().to_string().contains("it has more than 1 MiB"));
}

#[cfg(unix)]
#[test]
fn a_base_is_no_pipe_and_no_device() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "mine.toml", &format!("{HEAD}extends = \"base\"\n"));
    for to in ["/dev/zero", "nowhere", "base.toml"] {
        symlink(to, dir.path().join("base.toml")).unwrap();
        let said = StrategyFile::read(&dir.path().join("mine.toml")).unwrap_err().to_string();
        assert!(said.contains("base.toml cannot be read: it is"), "{to}: {said}");
        fs::remove_file(dir.path().join("base.toml")).unwrap();
    }
    // A link to itself under another name is a circle without an end.
    symlink("mine.toml", dir.path().join("base.toml")).unwrap();
    assert!(StrategyFile::read(&dir.path().join("mine.toml")).unwrap_err().to_string().contains("a circle"));
}

#[test]
fn a_key_of_the_base_may_be_set() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "mine.toml", &format!("{HEAD}extends = \"base\"\n"));
    write(dir.path(), "base.toml", BASE);
    let file = StrategyFile::read(&dir.path().join("mine.toml")).unwrap();
    let set = Override::parse("buckets.coins.hold.spot.count=9").unwrap();
    assert!(file.has(&set) && !file.has(&Override::parse("buckets.coins.interest=0.1").unwrap()));
    let set = file.with_all(&[set]).unwrap();
    assert_eq!(plain(&set.strategy)["buckets"]["coins"]["hold"]["spot"]["count"].as_integer(), Some(9));
    assert_eq!(file.changes(), []);
}

/// The report of an overlay is that of the whole strategy written out, the words about it apart; and it is made again when nothing but it is left.
#[test]
fn a_report_needs_no_base_to_be_made_again() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).display().to_string();
    write(home.path(), "mine.toml", &format!("{HEAD}extends = \"next\"\n[buckets.narratives]\nleverage = {{ open = 2.0 }}\n"));
    write(home.path(), "next.toml", &format!("{HEAD}extends = \"bull\"\nrebalance.band = 0.3\nbuckets.narratives.cooldown = \"3d\"\n"));
    fine(
        &[&["run", &at("mine.toml"), "--tables", "csv", "--quiet", "--set", "rebalance.band=0.25", "--out", &at("report")][..], &WINDOW]
            .concat(),
    );
    for name in ["mine.toml", "next.toml"] {
        fs::remove_file(at(name)).unwrap();
    }
    assert!(fine(&["verify", &at("report"), "--quiet"]).contains("verified"));
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(home.path().join("report/manifest.json")).unwrap()).unwrap();
    let record = &manifest["strategies"][0];
    let names: Vec<&str> = record["extends"]["bases"].as_array().unwrap().iter().map(|base| base["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["next.toml", "bull"]);
    let changes = record["extends"]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!((changes[0]["key"].as_str(), changes[0]["own"].as_str()), (Some("buckets.narratives.leverage.open"), Some("2.0")));
    assert_eq!(record["resolved"]["rebalance"]["band"], 0.25);
    let page = fs::read_to_string(home.path().join("report/mine/report.html")).unwrap();
    let section = page.split("<h2 id=\"extends\">").nth(1).expect("a section").split("<h2").next().unwrap();
    assert!(section.contains("next.toml") && section.contains("buckets.narratives.leverage.open"), "{section}");

    // The same written out: only the manifest and the page that says what it extends differ.
    let whole = toml::to_string(&toml::Value::try_from(&record["resolved"]).unwrap()).unwrap();
    write(home.path(), "mine.toml", &whole);
    fine(&[&["run", &at("mine.toml"), "--tables", "csv", "--quiet", "--out", &at("whole")][..], &WINDOW].concat());
    let (overlaid, whole) = (tree(&home.path().join("report")), tree(&home.path().join("whole")));
    let differ: Vec<&String> = overlaid.iter().filter(|(name, bytes)| whole.get(*name) != Some(*bytes)).map(|(name, _)| name).collect();
    assert_eq!(differ, ["manifest.json", "mine/report.html"]);

    // Whoever writes another base into the manifest is found out.
    let text = fs::read_to_string(home.path().join("report/manifest.json")).unwrap();
    for (from, to) in [
        ("cooldown = \\\"3d", "cooldown = \\\"4d"),
        ("\"own\": \"2.0\"", "\"own\": \"3.0\""),
        ("\"name\": \"next.toml\"", "\"name\": \"other.toml\""),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(home.path().join("report/manifest.json"), text.replacen(from, to, 1)).unwrap();
        refused(&["verify", &at("report"), "--quiet"]);
    }
}

#[test]
fn a_study_of_an_overlay_ends_in_a_strategy_that_stands_alone() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).display().to_string();
    write(home.path(), "mine.toml", &format!("{HEAD}extends = \"bull\"\nrebalance.band = 0.3\n"));
    let keys = "buckets.narratives.leverage.open=2.0,3.0";
    fine(&[&["tune", &at("mine.toml"), "--keys", keys, "--quiet", "--out", &at("study")][..], &WINDOW].concat());
    fs::remove_file(at("mine.toml")).unwrap();
    assert!(fine(&["verify", &at("study"), "--quiet"]).contains("verified"));
    let best = StrategyFile::read(&home.path().join("study/best.toml")).unwrap();
    assert_eq!((best.bases.len(), best.strategy.rebalance.band), (0, 0.3));
}

#[test]
fn the_strategies_of_the_program_extend_nothing() {
    for (name, text) in rotate::strategy::shipped::STRATEGIES {
        assert!(StrategyFile::parse(Path::new(name), (*text).to_owned()).unwrap().bases.is_empty(), "{name}");
    }
    assert!(Path::new(ROOT).join("strategies").is_dir());
}
