//! Sharpe ratios of every half of the blocks, from sums of each block.

use crate::luck::cscv::Halves;
use crate::metrics::returns::varies;

/// Sums of returns around the mean of their series: squares of such small numbers add up without loss.
pub(super) struct SharpeHalves {
    variants: usize,
    /// Periods of a block.
    length: usize,
    /// Mean of each variant.
    centre: Vec<f64>,
    /// Block by block, of each variant: sum of what lies above its mean, and of the squares of it.
    sums: Vec<f64>,
    squares: Vec<f64>,
    /// Variants that are constant in half the blocks or more, so that a half may have no dispersion.
    still: Vec<Still>,
    /// Of the half that is being measured.
    half_sums: Vec<f64>,
    half_squares: Vec<f64>,
}

/// The blocks in which a variant has one and the same return.
struct Still {
    variant: usize,
    value: f64,
    blocks: u32,
}

impl SharpeHalves {
    /// Of series that were checked: `blocks` times `length` periods at their end are used.
    pub(super) fn of<V: AsRef<[f64]>>(variants: &[V], blocks: usize, length: usize) -> Self {
        let count = variants.len();
        let mut halves = Self {
            variants: count,
            length,
            centre: Vec::with_capacity(count),
            sums: vec![0.0; blocks * count],
            squares: vec![0.0; blocks * count],
            still: Vec::new(),
            half_sums: vec![0.0; count],
            half_squares: vec![0.0; count],
        };
        for (variant, returns) in variants.iter().map(AsRef::as_ref).enumerate() {
            let used = &returns[returns.len() - blocks * length..];
            let centre = used.iter().sum::<f64>() / used.len() as f64;
            halves.centre.push(centre);
            for (block, returns) in used.chunks_exact(length).enumerate() {
                for above in returns.iter().map(|r| r - centre) {
                    halves.sums[block * count + variant] += above;
                    halves.squares[block * count + variant] += above * above;
                }
            }
            halves.still.extend(still_blocks(variant, used, blocks, length));
        }
        halves
    }
}

/// The groups of at least half the blocks, of one variant, that hold one value only: two at most.
fn still_blocks(variant: usize, used: &[f64], blocks: usize, length: usize) -> Vec<Still> {
    let mut groups: Vec<Still> = Vec::new();
    for (block, returns) in used.chunks_exact(length).enumerate().filter(|(_, returns)| !varies(returns)) {
        match groups.iter_mut().find(|group| !varies(&[group.value, returns[0]])) {
            Some(group) => group.blocks |= 1 << block,
            None => groups.push(Still { variant, value: returns[0], blocks: 1 << block }),
        }
    }
    groups.retain(|group| group.blocks.count_ones() as usize * 2 >= blocks);
    groups
}

impl Halves for SharpeHalves {
    fn measure(&mut self, blocks: u32, values: &mut [f64]) {
        self.half_sums.fill(0.0);
        self.half_squares.fill(0.0);
        let rows = self.sums.chunks_exact(self.variants).zip(self.squares.chunks_exact(self.variants));
        for (_, (sums, squares)) in rows.enumerate().filter(|(block, _)| blocks >> block & 1 == 1) {
            self.half_sums.iter_mut().zip(sums).for_each(|(half, sum)| *half += sum);
            self.half_squares.iter_mut().zip(squares).for_each(|(half, square)| *half += square);
        }
        let periods = (blocks.count_ones() as usize * self.length) as f64;
        let halves = self.centre.iter().zip(self.half_sums.iter().zip(&self.half_squares));
        for (value, (centre, (sum, square))) in values.iter_mut().zip(halves) {
            let above = sum / periods;
            let variance = (square - sum * above) / (periods - 1.0);
            let ratio = (centre + above) / variance.sqrt();
            *value = if ratio.is_finite() { ratio } else { f64::NEG_INFINITY };
        }
        for still in self.still.iter().filter(|still| blocks & !still.blocks == 0) {
            values[still.variant] = if still.value == 0.0 { 0.0 } else { f64::NEG_INFINITY };
        }
    }
}
