//! The pages of a Parquet column, as their headers tell of them. The library believes them: a number of values below zero, or a size that
//! nothing bounds, becomes memory before it becomes an error, and what asks for more memory than there is ends the program.
//!
//! Headers are `PageHeader` of the Parquet format, written in Thrift's compact protocol.

/// Structures inside each other; a header has three.
const DEEPEST: usize = 8;

/// Bytes that all pages of a column chunk unpack to; `None` where a header contradicts itself, the chunk or its `values`.
pub(super) fn unpacked(mut chunk: &[u8], values: u64) -> Option<u64> {
    let (mut left, mut unpacked) = (values, 0_u64);
    while left > 0 {
        let mut thrift = Thrift(chunk);
        let page = thrift.page()?;
        left = left.checked_sub(page.values)?;
        unpacked = unpacked.checked_add(page.unpacked)?;
        chunk = thrift.0.get(page.packed..)?;
    }
    Some(unpacked)
}

struct Page {
    /// Of a data page; others have none of the column's.
    values: u64,
    packed: usize,
    unpacked: u64,
}

/// What is left to be read.
struct Thrift<'a>(&'a [u8]);

/// A field of a structure: what stands behind its number and its type.
enum Field {
    Integer(i64),
    /// Still to be read, where anything else has been.
    Structure,
    Other,
    /// None: the structure is over.
    End,
}

impl Thrift<'_> {
    fn page(&mut self) -> Option<Page> {
        let (mut packed, mut unpacked, mut values, mut entries) = (None, None, None, None);
        let (mut levels, mut id) = (0, 0);
        loop {
            let field = self.field(&mut id)?;
            match (id, field) {
                (_, Field::End) => break,
                (2, Field::Integer(size)) => unpacked = Some(u64::try_from(size).ok()?),
                (3, Field::Integer(size)) => packed = Some(usize::try_from(size).ok()?),
                (5, Field::Structure) => values = Some(self.counts::<1>()?[0]),
                (7, Field::Structure) => entries = Some(self.counts::<1>()?[0]),
                (8, Field::Structure) => {
                    let [count, nulls, rows, _, definitions, repetitions] = self.counts::<6>()?;
                    levels = definitions.checked_add(repetitions)?;
                    values = Some(count.max(nulls).max(rows));
                }
                (_, Field::Structure) => self.skip_structure(0)?,
                _ => {}
            }
        }
        let page = Page { values: values.unwrap_or(0), packed: packed?, unpacked: unpacked? };
        // An entry of a dictionary takes a byte at least.
        (entries.unwrap_or(0) <= page.unpacked && levels <= page.packed as u64).then_some(page)
    }

    /// The first fields of a structure, which are counts where they are integers: none is below zero.
    fn counts<const N: usize>(&mut self) -> Option<[u64; N]> {
        let mut counts = [0; N];
        let mut id = 0;
        loop {
            match self.field(&mut id)? {
                Field::End => return Some(counts),
                Field::Integer(count) => {
                    if let Some(slot) = counts.get_mut(usize::try_from(id).ok()?.checked_sub(1)?) {
                        *slot = u64::try_from(count).ok()?;
                    }
                }
                Field::Structure => self.skip_structure(0)?,
                Field::Other => {}
            }
        }
    }

    /// The next field of a structure, and its number.
    fn field(&mut self, id: &mut i64) -> Option<Field> {
        let head = self.byte()?;
        if head == 0 {
            return Some(Field::End);
        }
        *id = if head >> 4 == 0 { self.integer()? } else { id.checked_add(i64::from(head >> 4))? };
        Some(match head & 15 {
            4..=6 => Field::Integer(self.integer()?),
            12 => Field::Structure,
            1 | 2 => Field::Other,
            kind => {
                self.skip(kind, 0)?;
                Field::Other
            }
        })
    }

    /// Passes over a value of a type that is no field's truth value, which stands in the field's head.
    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            // In a list a truth value is a byte.
            1..=3 => self.take(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.take(8),
            8 => {
                let length = self.varint()?;
                self.take(usize::try_from(length).ok()?)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                self.skip_all(count, &[head & 15], depth)
            }
            11 => {
                let count = self.varint()?;
                let kinds = if count == 0 { 0 } else { self.byte()? };
                self.skip_all(count, &[kinds >> 4, kinds & 15], depth)
            }
            12 => self.skip_structure(depth),
            _ => None,
        }
    }

    fn skip_all(&mut self, count: u64, kinds: &[u8], depth: usize) -> Option<()> {
        if depth == DEEPEST {
            return None;
        }
        for _ in 0..count {
            kinds.iter().try_for_each(|&kind| self.skip(kind, depth + 1))?;
        }
        Some(())
    }

    fn skip_structure(&mut self, depth: usize) -> Option<()> {
        if depth == DEEPEST {
            return None;
        }
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            if head >> 4 == 0 {
                self.varint()?;
            }
            if !matches!(head & 15, 1 | 2) {
                self.skip(head & 15, depth + 1)?;
            }
        }
    }

    /// Zigzag: 0, −1, 1, −2 …
    fn integer(&mut self) -> Option<i64> {
        let raw = self.varint()?;
        Some((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// Seven bits a byte, the lowest first.
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn take(&mut self, count: usize) -> Option<()> {
        self.0 = self.0.get(count..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A data page of `values` (zigzag) values, 3 bytes packed and 5 unpacked, with statistics of one binary.
    fn page(values: u8) -> Vec<u8> {
        let header = [0x15, 0, 0x15, 10, 0x15, 6, 0x2c, 0x15, values, 0x15, 0, 0x3c, 0x18, 2, 7, 7, 0, 0, 0];
        [&header[..], &[1, 2, 3]].concat()
    }

    #[test]
    fn pages_add_up_to_their_column() {
        let two = [page(8), page(12)].concat();
        assert_eq!(unpacked(&two, 10), Some(10));
        assert_eq!(unpacked(&[], 0), Some(0));
        // Fewer or more values than the column has; a page cut short; less than none.
        assert_eq!([unpacked(&two, 11), unpacked(&two, 9), unpacked(&two[..two.len() - 1], 10), unpacked(&page(1), 1)], [None; 4]);
    }

    #[test]
    fn a_page_of_the_second_version_counts_its_levels() {
        // Type 3, 5 bytes, 3 packed; 4 values, 1 null, 4 rows, an encoding, 2 bytes of definitions and `repetitions`, not compressed.
        let page = |repetitions: u8| {
            let header = [0x15, 6, 0x15, 10, 0x15, 6, 0x5c, 0x15, 8, 0x15, 2, 0x15, 8, 0x15, 0, 0x15, 4, 0x15, repetitions, 0x12, 0, 0];
            [&header[..], &[1, 2, 3]].concat()
        };
        assert_eq!(unpacked(&page(2), 4), Some(5));
        assert_eq!(unpacked(&page(4), 4), None);
    }

    #[test]
    fn structures_without_end_are_not_followed() {
        assert_eq!(unpacked(&[0x1c; 1_000], 1), None);
        assert_eq!(unpacked(&[0x19; 1_000], 1), None);
    }
}
