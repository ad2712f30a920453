//! Did you mean: known names near one that nobody knows.

/// So many are offered.
const OFFERED: usize = 3;

/// Names near to what was asked for, nearest first: those that differ in case alone, that it begins with or that begin with it, then by how many letters
/// must be changed, which is at most a third of them.
pub fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let asked = asked.to_lowercase();
    let mut found: Vec<(usize, &str)> =
        known.into_iter().filter_map(|name| Some((distance(&asked, &name.to_lowercase())?, name))).collect();
    // The sort is stable: equals keep the order in which they are known.
    found.sort_by_key(|(distance, _)| *distance);
    found.truncate(OFFERED);
    found.into_iter().map(|(_, name)| name).collect()
}

/// How far two names lie apart; `None` where they have nothing to do with each other.
fn distance(asked: &str, name: &str) -> Option<usize> {
    let (long, short) = if asked.len() >= name.len() { (asked, name) } else { (name, asked) };
    // The symbol of a pair begins with its coin; one letter alone begins too much.
    if short.chars().count() > 1 && long.starts_with(short) {
        return Some(usize::from(long != short));
    }
    let letters = edits(asked, name);
    (letters * 3 <= long.chars().count()).then_some(letters + 1)
}

/// Letters to put in, take out, change, or swap with their neighbour (Damerau, 1964; each place once), a row of the table at a time.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut next = vec![i + 1];
        for j in 0..b.len() {
            let changed = row[j] + usize::from(a[i] != b[j]);
            let swapped = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
            let swapped = if swapped { above[j - 1] + 1 } else { usize::MAX };
            next.push(changed.min(row[j + 1] + 1).min(next[j] + 1).min(swapped));
        }
        above = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

/// The same as the first words of a sentence that goes on, with a space behind them; empty where nothing is near.
pub fn suggestion<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    did_you_mean(asked, known).map(|near| format!("{near} ")).unwrap_or_default()
}

/// `did you mean BTC?`, or nothing where nothing is near.
pub fn did_you_mean<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = nearest(asked, known);
    (!near.is_empty()).then(|| format!("did you mean {}?", near.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_offered_nearest_first() {
        let coins = ["BTC", "ETH", "DOT", "DOGE", "1000PEPE", "PEPE", "SOL", "S"];
        assert_eq!(nearest("BTCUSDT", coins), ["BTC"]);
        assert_eq!(nearest("btc", coins), ["BTC"]);
        assert_eq!(nearest("DOG", coins), ["DOGE", "DOT"]);
        assert_eq!(nearest("SOLUSD", coins), ["SOL"]);
        assert!(nearest("XRP", coins).is_empty() && nearest("", coins).is_empty());
        assert_eq!(did_you_mean("ETHUSDT", coins).as_deref(), Some("did you mean ETH?"));
        assert_eq!(did_you_mean("SHIB", coins), None);
        assert_eq!((suggestion("dot", coins).as_str(), suggestion("SHIB", coins).as_str()), ("did you mean DOT? ", ""));
    }

    #[test]
    fn edits_are_counted_by_letters() {
        assert_eq!([edits("kitten", "sitting"), edits("", "abc"), edits("ü", "u"), edits("abc", "abc")], [3, 3, 1, 0]);
        // Neighbours that change places are one slip, and the commonest; a letter is moved once.
        assert_eq!([edits("hodl", "hold"), edits("smaple", "sample"), edits("ab", "ba"), edits("ca", "abc")], [1, 1, 1, 3]);
        assert_eq!(nearest("hodl", ["weight", "hold"]), ["hold"]);
    }
}
