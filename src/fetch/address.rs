//! Addresses: the host that is asked, paths in percent signs, and where a redirect may lead.

use std::fmt::Write as _;

/// The front of every address, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// Reads `https://host` with or without a port and a path.
    ///
    /// # Errors
    /// It is no such address, or holds a password: what is fetched is public, and the address of each file is written down.
    pub fn parse(text: &str) -> Result<Self, String> {
        let trimmed = text.trim_end_matches('/');
        let (_, rest) = split(trimmed).ok_or_else(|| format!("`{text}` is no address: write https://host"))?;
        let host = rest.split('/').next().unwrap_or_default();
        if host.contains('@') {
            return Err("an address with a name or password in it: the archives are public, leave it out".to_owned());
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]%".contains(c);
        if host.is_empty() || !trimmed.chars().all(is_plain) {
            return Err(format!("`{text}` is no address: write https://host, without a query"));
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The address of a file.
    pub(super) fn file(&self, path: &str) -> String {
        format!("{}/{}", self.0, encoded(path, true))
    }

    /// The address of a question: `/?a=b&c=d`.
    pub(super) fn question(&self, pairs: &[(&str, &str)]) -> String {
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value, false))).collect();
        format!("{}/?{}", self.0, pairs.join("&"))
    }
}

/// Scheme and what follows it; nothing where the scheme is no way to fetch.
fn split(address: &str) -> Option<(&str, &str)> {
    ["https", "http"].iter().find_map(|scheme| Some((*scheme, address.strip_prefix(scheme)?.strip_prefix("://")?)))
}

/// Bytes that stand for themselves; all others as `%` and two digits.
fn encoded(text: &str, slashes: bool) -> String {
    let mut all = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (slashes && byte == b'/') {
            all.push(char::from(byte));
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
    }
    all
}

/// Where a redirect leads: on the same host or another, by the same scheme.
pub(super) fn redirected(from: &str, location: &str) -> Result<String, String> {
    let (scheme, rest) = split(from).ok_or("no address")?;
    let to = if let Some(rest) = location.strip_prefix("//") {
        format!("{scheme}://{rest}")
    } else if location.starts_with('/') {
        format!("{scheme}://{}{location}", rest.split(['/', '?']).next().unwrap_or_default())
    } else {
        location.to_owned()
    };
    match split(&to) {
        Some((same, host)) if same == scheme && !host.split(['/', '?']).next().unwrap_or_default().contains('@') => Ok(to),
        _ => Err(format!("a redirect to `{}`, which is no address of the same scheme", to.chars().take(100).collect::<String>())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_a_host_and_perhaps_a_path() {
        assert_eq!(Base::parse("https://a.b/c/").unwrap().file("d/龙-1.zip"), "https://a.b/c/d/%E9%BE%99-1.zip");
        let question = Base::parse("http://127.0.0.1:80").unwrap().question(&[("prefix", "a/b&c"), ("marker", "")]);
        assert_eq!(question, "http://127.0.0.1:80/?prefix=a%2Fb%26c&marker=");
        for wrong in ["", "ftp://a", "https://", "https://u:p@a", "https://a?b", "https://a b", "file:///x", "a.b", "https://a#b"] {
            assert!(Base::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_redirect_keeps_its_scheme() {
        let from = "https://a.b/c?d";
        assert_eq!(redirected(from, "/x").unwrap(), "https://a.b/x");
        assert_eq!(redirected(from, "//e/x").unwrap(), "https://e/x");
        assert_eq!(redirected(from, "https://e/x").unwrap(), "https://e/x");
        for wrong in ["http://a.b/c", "file:///x", "x", "", "https://u@e/x", "javascript:0"] {
            assert!(redirected(from, wrong).is_err(), "{wrong}");
        }
    }
}
