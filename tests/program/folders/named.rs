//! What a report is called that nobody named a folder for; what a market is called in it; and what an installed program brings along.

use std::fs;
use std::path::Path;

use super::{bull, command, fine, names, on_sample, refused};
use crate::program::{ROOT, WINDOW, tree};

fn leads_to(link: &Path) -> String {
    fs::read_link(link).unwrap().into_os_string().into_string().unwrap()
}

#[cfg(unix)]
#[test]
fn reports_are_named_by_their_content_and_none_replaces_another() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    let (reports, latest) = (here.join("reports"), here.join("reports/latest"));
    let said = fine(on_sample(here, &["run", &bull()]));
    let first = leads_to(&latest);
    assert!(first.starts_with("bull-") && first.len() == "bull-".len() + 10, "{first}");
    assert!(
        said.contains(&format!("report: reports/{first}/index.html\n")) && said.contains("latest: reports/latest leads to it"),
        "{said}"
    );
    let before = tree(&reports);
    fine(on_sample(here, &["run", &bull()]));
    assert!(tree(&reports) == before, "the same content is the same folder");

    let bear = format!("{ROOT}/strategies/bear.toml");
    fine(on_sample(here, &["run", &bear, &bull()]));
    let second = leads_to(&latest);
    assert!(second.starts_with("bear+bull-"), "{second}");
    assert_eq!(names(&reports), [second.as_str(), first.as_str(), "latest"], "the first is still there");
    let json: serde_json::Value = serde_json::from_str(&fine(on_sample(here, &["run", &bull(), "--format", "json"]))).unwrap();
    assert_eq!((json["report"].as_str(), leads_to(&latest)), (Some(format!("reports/{first}").as_str()), first.clone()));
    assert!(fine(command(here, &["verify", "reports/latest", "--market", &format!("{ROOT}/data/sample")])).contains("verified"));
    let explained = |report: &str| {
        fine(command(here, &["explain", &format!("{report}/bull"), "--trade", "1", "--market", &format!("{ROOT}/data/sample")]))
    };
    assert_eq!(explained("reports/latest"), explained(&format!("reports/{first}")));
    fine(command(here, &["compare", "reports/latest", &format!("reports/{second}/bear")]));
    assert_eq!(names(here), ["reports"]);
}

#[cfg(unix)]
#[test]
fn latest_may_be_named_and_is_then_the_folder_itself() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    let (reports, latest) = (here.join("reports"), here.join("reports/latest"));
    fine(on_sample(here, &["run", &bull()]));
    let first = leads_to(&latest);
    let kept = tree(&reports.join(&first));
    fine(on_sample(here, &["run", &bull(), "--capital", "1000", "--out", "reports/latest"]));
    assert!(fs::symlink_metadata(&latest).unwrap().is_dir(), "a folder of its own");
    assert!(tree(&reports.join(&first)) == kept, "what the link led to is untouched");
    // A report in the place of the link gets the name of its own content.
    let said = fine(on_sample(here, &["run", &bull()]));
    assert!(said.contains("the report that was there is reports/bull-"), "{said}");
    assert_eq!(leads_to(&latest), first);
    assert_eq!(names(&reports).len(), 3, "{:?}", names(&reports));
    // Anything else in its place is somebody's own.
    fs::remove_file(&latest).unwrap();
    std::os::unix::fs::symlink(here, &latest).unwrap();
    let said = refused(on_sample(here, &["run", &bull()]));
    assert!(said.contains("a link to something else") && said.contains("--out"), "{said}");
    fs::remove_file(&latest).unwrap();
    fs::create_dir(&latest).unwrap();
    fs::write(latest.join("thesis"), "years of work").unwrap();
    assert!(refused(on_sample(here, &["run", &bull()])).contains("something else than a report"));
    assert_eq!(names(&latest), ["thesis"]);
    assert_eq!(names(&reports).len(), 3);
}

#[test]
fn reports_are_listed_with_their_figures() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    assert!(refused(command(here, &["list"])).contains("reports"));
    fine(on_sample(here, &["run", &bull()]));
    fine(on_sample(here, &["tune", &bull(), "--out", "reports/study"]));
    fine(command(here, &["compare", "reports/latest", "--out", "reports/compared"]));
    fs::create_dir(here.join("reports/thesis")).unwrap();
    let said = fine(command(here, &["list"]));
    let first = leads_to(&here.join("reports/latest"));
    let [from, ..] = said.split("\n  bull  return ").collect::<Vec<_>>()[..] else { panic!("{said}") };
    let words = from.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.ends_with(&format!("{first} (latest): report on sample (SYNTHETIC DATA), 2024-01-01 to 2024-02-16")), "{said}");
    assert!(
        said.contains("study: study of bull on sample\n") && said.contains("compared: comparison\n") && !said.contains("thesis"),
        "{said}"
    );
    let text = fs::read_to_string(here.join("reports/latest/bull/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&text).unwrap();
    let json: serde_json::Value = serde_json::from_str(&fine(command(here, &["list", "reports", "--format", "json"]))).unwrap();
    let names: Vec<&str> = json.as_array().unwrap().iter().map(|listed| listed["report"].as_str().unwrap()).collect();
    assert_eq!(names, ["compared", "study", &first], "newest first");
    let run = &json[2]["strategies"][0];
    for key in ["total_return", "max_drawdown", "sharpe"] {
        assert!(run[key].is_number() && run[key] == summary["metrics"][key], "{key}: {run}");
    }
    assert_eq!((run["strategy"].as_str(), &run["from"]), (Some("bull"), &summary["from"]));
}

/// One market, typed in every way: one manifest, and it is found again.
#[test]
fn a_market_has_one_name_however_it_is_typed() {
    let home = tempfile::tempdir().unwrap();
    let here = fs::canonicalize(home.path()).unwrap();
    let market = here.join("mine");
    assert!(std::process::Command::new("cp").args(["-r", &format!("{ROOT}/data/sample")]).arg(&market).status().unwrap().success());
    let whole = market.display().to_string();
    let mut first = None;
    for (number, (stands, typed)) in [
        (&here, "mine"),
        (&here, "./mine/"),
        (&here, "mine/../mine"),
        (&here, &whole),
        (&market, "."),
        (&market, "../mine"),
        (&market, &whole),
    ]
    .into_iter()
    .enumerate()
    {
        let out = here.join(format!("report-{number}")).display().to_string();
        let mut run = command(stands, &["run", &bull(), "--market", typed, "--out", &out]);
        run.args(WINDOW);
        fine(run);
        let manifest = fs::read_to_string(Path::new(&out).join("manifest.json")).unwrap();
        let name = serde_json::from_str::<serde_json::Value>(&manifest).unwrap()["settings"]["market_dir"].clone();
        assert_eq!(name, "mine", "{typed}");
        let same = first.get_or_insert(manifest.clone());
        // The strategy is outside of both folders, and so has one name as well.
        assert!(*same == manifest, "{typed}: another manifest");
        assert!(fine(command(stands, &["verify", &out])).contains("verified"), "{typed}");
    }
}

#[test]
fn an_installed_program_has_what_one_begins_with() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    assert!(refused(command(here, &["run"])).contains("rotate new strategy mine --from bull"));
    fine(command(here, &["new", "strategy", "mine"]));
    let written = fs::read_to_string(here.join("strategies/mine.toml")).unwrap();
    let shipped = fs::read_to_string(bull()).unwrap();
    let (schema, written) = written.split_once('\n').unwrap();
    assert_eq!(schema, "#:schema strategy.schema.json");
    let differ: Vec<_> = written.lines().zip(shipped.lines()).filter(|(a, b)| a != b).collect();
    assert_eq!((differ, written.lines().count()), (vec![("name   = \"mine\"", "name   = \"bull\"")], shipped.lines().count()));
    assert!(refused(command(here, &["run"])).contains("rotate sample"));
    fine(command(here, &["sample"]));
    fine(command(here, &["new", "strategy", "calm", "--from", "hold-bitcoin", "--out", "own/calm.toml"]));
    let mut run = command(here, &["run", "strategies/mine.toml", "own/calm.toml"]);
    run.args(WINDOW);
    assert!(fine(run).contains("report: reports/mine+calm-"));
    assert!(fine(command(here, &["verify", "reports/latest"])).contains("verified"));
    // Nothing is written over, and no name is taken that a strategy may not have.
    let before = tree(here);
    assert!(refused(command(here, &["new", "strategy", "mine"])).contains("something that is there already"));
    for name in ["../mine", "a b", "", "a\"b", "a\nb"] {
        assert!(refused(command(here, &["new", "strategy", name])).contains("`name`"), "{name}");
    }
    assert!(tree(here) == before, "something was touched");
}
