//! Numbers and texts as the bytes of a cache entry: little-endian words of eight bytes, whatever the machine. What is read may be anything: a count is
//! believed as far as there are bytes for it.

/// Bytes of a word.
const WORD: usize = 8;

/// Bytes in the making.
#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Rows of `N` words each, their count first.
    pub(super) fn rows<const N: usize>(&mut self, rows: impl ExactSizeIterator<Item = [u64; N]>) {
        self.number(rows.len() as u64);
        self.0.reserve(rows.len() * N * WORD);
        for row in rows {
            self.0.extend_from_slice(row.map(u64::to_le_bytes).as_flattened());
        }
    }
}

/// Bytes not read yet. Each way to read them is `None` where they are too few or no such thing.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.take(WORD)?.try_into().ok().map(u64::from_le_bytes)
    }

    pub(super) fn text(&mut self) -> Option<String> {
        let count = usize::try_from(self.number()?).ok()?;
        String::from_utf8(self.take(count)?.to_vec()).ok()
    }

    /// What [`Writer::rows`] wrote, each row turned into something.
    pub(super) fn rows<const N: usize, T>(&mut self, of: impl Fn([u64; N]) -> T) -> Option<Vec<T>> {
        let count = usize::try_from(self.number()?).ok()?;
        let (words, _) = self.take(count.checked_mul(N * WORD)?)?.as_chunks::<WORD>();
        let (rows, _) = words.as_chunks::<N>();
        Some(rows.iter().map(|row| of(row.map(u64::from_le_bytes))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_beyond_it() {
        let mut writer = Writer::default();
        writer.number(7);
        writer.text("é");
        writer.rows([[1, 2], [3, u64::MAX]].into_iter());
        let bytes = writer.0;
        let mut reader = Reader(&bytes);
        assert_eq!((reader.number(), reader.text().as_deref()), (Some(7), Some("é")));
        assert_eq!(reader.rows(|[a, b]| (a, b)), Some(vec![(1, 2), (3, u64::MAX)]));
        assert_eq!((reader.number(), reader.0.len()), (None, 0));
        for cut in 0..bytes.len() {
            let mut reader = Reader(&bytes[..cut]);
            let whole = reader.number().is_some() && reader.text().is_some() && reader.rows(|[a, b]| (a, b)).is_some();
            assert!(!whole, "{cut} bytes");
        }
    }

    #[test]
    fn a_count_beyond_all_bytes_is_not_believed() {
        for count in [3, u64::MAX / 8, u64::MAX] {
            let bytes = [count.to_le_bytes(), [0; WORD]].concat();
            assert!(Reader(&bytes).rows(|[a]| a).is_none() && Reader(&bytes).rows(|[a, b]| (a, b)).is_none());
            assert!(count == 3 || Reader(&bytes).text().is_none());
        }
    }
}
