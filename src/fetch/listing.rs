//! What an archive says it holds below a path: S3's listing, page after page.

use std::collections::{BTreeMap, BTreeSet};

use crate::bounded::MIB;
use crate::fault::Fault;
use crate::fetch::address::Base;
use crate::fetch::client::{Client, Failure};
use crate::fetch::xml::{Piece, pieces};

/// Bytes of a page; a thousand files take less than one of them.
const PAGE: u64 = 4 * MIB;
/// Pages of one listing.
const PAGES: usize = 1_000;

/// Files by their path with their bytes, and folders with a slash at the end, right below one folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) files: BTreeMap<String, u64>,
    pub(super) folders: BTreeSet<String>,
}

/// All that is right below `folder`, after `after` where that is given.
pub(super) fn list(client: &Client, base: &Base, folder: &str, after: &str) -> Result<Listing, Fault> {
    let mut all = Listing::default();
    let mut marker = after.to_owned();
    for _ in 0..PAGES {
        let address = base.question(&[("delimiter", "/"), ("prefix", folder), ("marker", &marker)]);
        let bytes = client.get(&address, PAGE).map_err(|failure| {
            let found = match failure {
                Failure::Absent => "the server has no listing here".to_owned(),
                Failure::Failed(why) => why,
            };
            Fault::new(&address, found, "the listing of an archive", "try again later, or name the address of the listing with --list-base")
        })?;
        let wrong =
            |why: String| Fault::new(&address, why, "a listing as S3 writes it", "name the address of the listing with --list-base");
        let text = String::from_utf8(bytes).map_err(|_| wrong("no text in UTF-8".to_owned()))?;
        let page = read(&text, folder).map_err(wrong)?;
        let last = page.listing.files.last_key_value().map(|(path, _)| path).max(page.listing.folders.last()).cloned();
        all.files.extend(page.listing.files);
        all.folders.extend(page.listing.folders);
        if !page.is_truncated {
            return Ok(all);
        }
        let next = page.next_marker.or(last).unwrap_or_default();
        // One that does not move on would go on for ever.
        if next <= marker {
            return Err(wrong("a page that says there are more, and not where".to_owned()));
        }
        marker = next;
    }
    Err(Fault::new(base.file(folder), format!("more than {PAGES} pages"), "a listing with an end", "check --list-base"))
}

#[derive(Default)]
struct Page {
    listing: Listing,
    is_truncated: bool,
    next_marker: Option<String>,
}

/// One page. What it names outside of `folder` makes it none of ours.
fn read(text: &str, folder: &str) -> Result<Page, String> {
    let mut page = Page::default();
    let mut path: Vec<&str> = Vec::new();
    let (mut key, mut bytes) = (String::new(), None);
    for piece in pieces(text)? {
        match piece {
            Piece::Open(name) => {
                path.push(name);
                if path.len() == 1 && name != "ListBucketResult" {
                    return Err(format!("`<{}>` instead of a listing", name.chars().take(40).collect::<String>()));
                }
            }
            Piece::Text(text) => match path[1..] {
                ["IsTruncated"] => page.is_truncated = text.trim() == "true",
                ["NextMarker"] => page.next_marker = Some(text),
                ["Contents", "Key"] => key = text,
                ["Contents", "Size"] => bytes = text.trim().parse().ok(),
                ["CommonPrefixes", "Prefix"] => {
                    page.listing.folders.insert(within(text, folder)?);
                }
                _ => {}
            },
            Piece::Close(name) => {
                path.pop();
                if path.len() == 1 && name == "Contents" {
                    let bytes = bytes.take().ok_or_else(|| format!("`{key}` without a size"))?;
                    page.listing.files.insert(within(std::mem::take(&mut key), folder)?, bytes);
                }
            }
        }
    }
    Ok(page)
}

fn within(path: String, folder: &str) -> Result<String, String> {
    if path.starts_with(folder) {
        Ok(path)
    } else {
        Err(format!("`{}`, which is not in {folder}", path.chars().take(100).collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read() {
        let text = "<ListBucketResult xmlns=\"x\"><Name>n</Name><Prefix>a/</Prefix><NextMarker>a/c</NextMarker><IsTruncated>true</IsTruncated>\
            <Contents><Key>a/b.zip</Key><LastModified>x</LastModified><Size>12</Size><Owner><ID>Key</ID></Owner></Contents>\
            <CommonPrefixes><Prefix>a/龙虾/</Prefix></CommonPrefixes></ListBucketResult>";
        let page = read(text, "a/").unwrap();
        assert_eq!(page.listing.files, BTreeMap::from([("a/b.zip".to_owned(), 12)]));
        assert_eq!(page.listing.folders, BTreeSet::from(["a/龙虾/".to_owned()]));
        assert!(page.is_truncated && page.next_marker.as_deref() == Some("a/c"));
    }

    #[test]
    fn what_is_no_listing_of_the_folder_is_refused() {
        for wrong in [
            "<html><body>no</body></html>",
            "<ListBucketResult><Contents><Key>b/c.zip</Key><Size>1</Size></Contents></ListBucketResult>",
            "<ListBucketResult><Contents><Key>a/c.zip</Key><Size>-1</Size></Contents></ListBucketResult>",
            "<ListBucketResult><Contents><Key>a/c.zip</Key></Contents></ListBucketResult>",
            "<ListBucketResult><CommonPrefixes><Prefix>../</Prefix></CommonPrefixes></ListBucketResult>",
        ] {
            assert!(read(wrong, "a/").is_err(), "{wrong}");
        }
    }
}
