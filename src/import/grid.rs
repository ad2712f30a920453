//! A table of text, whatever it was packed in: names of its columns where it has some, and its cells with the line of each row.

/// Rows of text cells; a short row has empty cells at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grid {
    /// Nothing where the first row was a row of data.
    pub(super) names: Option<Vec<String>>,
    width: usize,
    /// All cells end to end.
    text: String,
    /// Where each ends in `text`.
    ends: Vec<usize>,
    /// Line of each row in its file; for tables without lines, its number from 1.
    lines: Vec<u32>,
}

impl Grid {
    pub(super) fn new(names: Option<Vec<String>>, width: usize) -> Self {
        Self { names, width, ..Self::default() }
    }

    /// Puts a row below the others: cells beyond the width are cut off, missing ones empty.
    pub(super) fn push<'a>(&mut self, line: usize, cells: impl Iterator<Item = &'a str>) {
        let mut count = 0;
        for cell in cells.take(self.width) {
            self.text.push_str(cell.trim());
            self.ends.push(self.text.len());
            count += 1;
        }
        for _ in count..self.width {
            self.ends.push(self.text.len());
        }
        self.lines.push(line as u32);
    }

    pub(super) fn rows(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn line(&self, row: usize) -> usize {
        self.lines[row] as usize
    }

    /// A cell without the spaces around it.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        let at = row * self.width + column;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[at]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_and_short_rows_filled() {
        let mut grid = Grid::new(None, 3);
        grid.push(1, ["a", " b "].into_iter());
        grid.push(4, ["1", "2", "3", "4"].into_iter());
        assert_eq!((grid.cell(0, 0), grid.cell(0, 1), grid.cell(0, 2)), ("a", "b", ""));
        assert_eq!((grid.cell(1, 0), grid.cell(1, 2), grid.line(1)), ("1", "3", 4));
    }
}
