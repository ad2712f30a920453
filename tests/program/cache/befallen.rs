//! Whatever becomes of the cache, a command does its work and says the same.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{check, entries, fine, kept, last, only, plant, with};
use crate::program::{ROOT, stdout};

#[test]
fn an_entry_that_is_damaged_is_written_again() {
    let (_home, market, cache) = kept();
    let (entry, said) = (only(&cache), check(&cache, &market, &["--no-cache"]));
    let whole = fs::read(&entry).unwrap();
    let changed = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let end = whole.len();
    let mut damaged: Vec<Vec<u8>> = [0, 9, 20, 44, 60, end / 2, end - 1].map(changed).into();
    damaged.extend([0, 1, 12, 44, end / 2, end - 1].map(|cut| whole[..cut].to_vec()));
    damaged.extend([vec![0; end], b"a,b\n1,2\n".to_vec(), [whole.as_slice(), b"\0"].concat()]);
    for bytes in damaged {
        fs::write(&entry, &bytes).unwrap();
        assert_eq!(check(&cache, &market, &[]), said);
        assert!(fs::read(&entry).unwrap() == whole, "not as it was");
    }
    // Something that is no file in its place stays there.
    fs::remove_file(&entry).unwrap();
    fs::create_dir_all(entry.join("mine")).unwrap();
    assert_eq!(check(&cache, &market, &[]), said);
    assert!(entry.join("mine").is_dir());
}

#[test]
fn two_and_more_that_write_at_once_leave_whole_entries() {
    let home = tempfile::tempdir().unwrap();
    let (cache, market) = (home.path().join("cache"), Path::new(ROOT).join("data/sample"));
    let said = check(&cache, &market, &["--no-cache"]);
    let words = ["check", "--format", "json", "--market", "data/sample"];
    for _ in 0..2 {
        let all: Vec<_> = (0..4).map(|_| with(&cache, &words).stdout(Stdio::piped()).spawn().unwrap()).collect();
        for child in all {
            assert_eq!(fine(&child.wait_with_output().unwrap()), said);
        }
        assert_eq!(fs::read_dir(&cache).unwrap().count(), entries(&cache).len(), "something is left of those that wrote");
    }
    let whole: Vec<_> = entries(&cache).iter().map(|entry| fs::read(entry).unwrap()).collect();
    fs::remove_dir_all(&cache).unwrap();
    assert_eq!(check(&cache, &market, &[]), said);
    assert!(whole == entries(&cache).iter().map(|entry| fs::read(entry).unwrap()).collect::<Vec<_>>());
}

#[test]
fn a_cache_that_cannot_be_written_is_none() {
    let (home, market, cache) = kept();
    let said = check(&cache, &market, &["--no-cache"]);
    let at = |name: &str| home.path().join(name);
    fs::write(at("file"), "").unwrap();
    fs::create_dir(at("closed")).unwrap();
    fs::set_permissions(at("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    for unwritable in [at("file"), at("file/below"), at("closed"), "/dev/null/x".into()] {
        assert_eq!(check(&unwritable, &market, &[]), said, "{}", unwritable.display());
    }
    // A disk that is full, where this process may mount one.
    let disk = at("disk");
    fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=4k", "tmpfs"]).arg(&disk).output();
    if mounted.is_ok_and(|mounted| mounted.status.success()) {
        let on_disk = check(&disk, Path::new("data/sample"), &[]);
        let left = fs::read_dir(&disk).unwrap().count() - entries(&disk).len();
        let _ = Command::new("umount").arg(&disk).status();
        assert_eq!((on_disk, left), (check(&cache, Path::new("data/sample"), &["--no-cache"]), 0));
    } else {
        println!("skipped: no disk can be mounted here, so none was filled; run as root");
    }
}

#[test]
fn nothing_is_written_into_a_market() {
    let (_home, market, cache) = kept();
    for inside in [market.clone(), market.join("spot"), market.join("cache/below")] {
        assert_eq!(last(&check(&inside, &market, &[])), "2024-01-10T00:00:00Z");
        assert_eq!(fs::read_dir(&market).unwrap().count() + fs::read_dir(market.join("spot")).unwrap().count(), 4, "{}", inside.display());
    }
    assert_eq!(entries(&cache).len(), 1);
}

#[test]
fn it_says_where_it_is_and_clear_takes_away_what_is_its_own() {
    let (_home, market, cache) = kept();
    let ask = |words: &[&str]| fine(&with(&cache, words).output().unwrap());
    fs::write(cache.join("mine.txt"), "x").unwrap();
    assert_eq!(ask(&["cache"]), format!("{}: 1 series, 1 MiB of at most 4096 MiB\n", cache.display()));
    let said: serde_json::Value = serde_json::from_str(&ask(&["cache", "--format", "json"])).unwrap();
    assert_eq!(said["bytes"].as_u64(), Some(fs::metadata(only(&cache)).unwrap().len()));
    assert_eq!(said["folder"].as_str(), cache.to_str());
    plant(&only(&cache));
    assert_eq!(ask(&["cache", "clear"]), format!("{}: removed 1 series, 1 MiB of at most 4096 MiB\n", cache.display()));
    assert_eq!((entries(&cache).len(), cache.join("mine.txt").is_file()), (0, true));
    assert_eq!(last(&check(&cache, &market, &[])), "2024-01-10T00:00:00Z");
    assert_eq!(entries(&cache).len(), 1);
    let homeless = with(Path::new(""), &["cache"]).env_remove("HOME").env_remove("XDG_CACHE_HOME").output().unwrap();
    assert_eq!(stdout(&homeless), "no cache: neither ROTATE_CACHE nor a home folder is set\n");
}
