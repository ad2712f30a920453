//! Probability of backtest overfitting (PBO) by combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado and Zhu 2017,
//! *The Probability of Backtest Overfitting*): the time is cut into S blocks, every half of them is once in-sample and the rest
//! out-of-sample, and one looks where the best in-sample ranks out-of-sample.
//!
//! Conventions, those of pypbo: the leading `T mod S` periods are dropped; blocks keep their order; the first of equally good variants is
//! the best; ranks go from 1, the worst, and equal variants share the mean of theirs; the relative rank is `rank / (N + 1)`. Values are
//! equal within a part of 1e-12: the same curve at another scale has the same ratio but for the last bits. A variant whose statistic is
//! undefined in a half ranks below all that have one, and is never the best.

use crate::luck::cscv_sharpe::SharpeHalves;
use crate::luck::input::{InputError, common_length, require, require_length};
use crate::luck::overfit::{self, Degradation};
use crate::luck::splits::{binomial, next_choice};
use crate::metrics::returns::{mean, percentile, sharpe};

/// Most blocks: 184,756 splits.
pub const MOST_BLOCKS: usize = 20;
/// Blocks of the paper's own tests: 12,870 splits.
const USUAL_BLOCKS: usize = 16;
/// Fewer blocks give at most 20 splits, whose share jumps by 5 %.
const FEWEST_BLOCKS: usize = 8;
/// A block of fewer periods makes halves whose ratios are mostly noise.
const LEAST_BLOCK_PERIODS: usize = 10;
/// A half of one period has no dispersion.
const LEAST_PERIODS: usize = 4;
/// Values that differ by no more than this part of themselves are equal,
const TIE: f64 = 1e-12;
/// or by this much: a ratio near nought is what is left of returns that cancel, with their rounding.
const TIE_NEAR_NOUGHT: f64 = 1e-15;

/// The even number of blocks for so many periods: 16 where each then has ten periods or more, otherwise fewer, down to 8; none below.
#[must_use]
pub fn block_count(periods: usize) -> Option<usize> {
    let most = (periods / LEAST_BLOCK_PERIODS).min(USUAL_BLOCKS) / 2 * 2;
    (most >= FEWEST_BLOCKS).then_some(most)
}

/// One choice of the blocks that are in-sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockSplit {
    /// Bit `b` is set where block `b` is in-sample.
    pub in_sample_blocks: u32,
    /// The variant that is best in-sample.
    pub best: usize,
    /// Its rank out-of-sample, from 1 (worst) to N; halves where it is equal to others.
    pub rank: f64,
    /// Its statistic in-sample.
    pub in_sample: f64,
    /// Its statistic out-of-sample; none where that is undefined.
    pub out_of_sample: Option<f64>,
}

/// What came of all splits.
#[derive(Clone, Debug, PartialEq)]
pub struct Cscv {
    /// N.
    pub variants: usize,
    /// S.
    pub blocks: usize,
    /// In lexicographic order of the blocks in-sample; without those in which no variant had a value in-sample.
    pub splits: Vec<BlockSplit>,
}

impl Cscv {
    /// Share of the splits in which the best in-sample is at the middle or below it out-of-sample (logit of nought or less).
    #[must_use]
    pub fn pbo(&self) -> f64 {
        self.share(|split| 2.0 * split.rank <= (self.variants + 1) as f64)
    }

    /// The same without those exactly at the middle, which an odd number of variants, or equal ones, make possible.
    #[must_use]
    pub fn pbo_below(&self) -> f64 {
        self.share(|split| 2.0 * split.rank < (self.variants + 1) as f64)
    }

    /// Share of the splits in which the best in-sample has a statistic below nought out-of-sample.
    #[must_use]
    pub fn probability_of_loss(&self) -> f64 {
        self.share(|split| split.out_of_sample.is_some_and(|value| value < 0.0))
    }

    /// Out-of-sample on in-sample of the best, split by split; those undefined out-of-sample are left out.
    #[must_use]
    pub fn degradation(&self) -> Option<Degradation> {
        let pairs = self.splits.iter().filter_map(|split| Some((split.in_sample, split.out_of_sample?)));
        let (inside, outside): (Vec<f64>, Vec<f64>) = pairs.unzip();
        overfit::degradation(&inside, &outside)
    }

    /// `ln(ω / (1 − ω))` of each split's relative rank ω.
    #[must_use]
    pub fn logits(&self) -> Vec<f64> {
        self.splits.iter().map(|split| libm::log(split.rank / ((self.variants + 1) as f64 - split.rank))).collect()
    }

    /// Mean of the logits.
    #[must_use]
    pub fn mean_logit(&self) -> Option<f64> {
        mean(&self.logits())
    }

    /// Median of the logits.
    #[must_use]
    pub fn median_logit(&self) -> Option<f64> {
        percentile(&self.logits(), 0.5)
    }

    /// Share of the splits in which the best in-sample has a lower Sharpe ratio out-of-sample than `returns`, which nobody chose: of the same
    /// periods as the variants, which were ranked by that ratio.
    ///
    /// # Errors
    /// Fewer returns than blocks.
    pub fn share_behind(&self, returns: &[f64]) -> Result<f64, InputError> {
        require_length(returns.len(), self.blocks.max(LEAST_PERIODS))?;
        let mut halves = SharpeHalves::of(&[returns], self.blocks, returns.len() / self.blocks);
        let every = (1 << self.blocks) - 1;
        let mut behind = 0;
        for split in &self.splits {
            let mut own = [0.0];
            halves.measure(every & !split.in_sample_blocks, &mut own);
            let chosen = split.out_of_sample.unwrap_or(f64::NEG_INFINITY);
            behind += usize::from(chosen < own[0] - near(own[0]));
        }
        Ok(behind as f64 / self.splits.len() as f64)
    }

    fn share(&self, of: impl Fn(&BlockSplit) -> bool) -> f64 {
        self.splits.iter().filter(|split| of(split)).count() as f64 / self.splits.len() as f64
    }
}

/// Where the statistic of every variant in a half comes from.
pub(super) trait Halves {
    /// The statistic of each variant over the `blocks` (a bit each); `NEG_INFINITY` where it is undefined.
    fn measure(&mut self, blocks: u32, values: &mut [f64]);
}

/// By the Sharpe ratio, from sums of each block: a split costs N·S steps, however long the series. `variants` are series of returns over
/// the same periods, `blocks` an even number of 2 to 20.
pub fn cscv_sharpe<V: AsRef<[f64]>>(variants: &[V], blocks: usize) -> Result<Cscv, InputError> {
    let length = block_length(variants, blocks)?;
    all_splits(variants.len(), blocks, &mut SharpeHalves::of(variants, blocks, length))
}

/// By any `statistic` of a half (higher is better), which is handed its returns in order of time; a split costs N·T steps.
pub fn cscv<V: AsRef<[f64]>>(variants: &[V], blocks: usize, statistic: impl Fn(&[f64]) -> Option<f64>) -> Result<Cscv, InputError> {
    let length = block_length(variants, blocks)?;
    let variants: Vec<&[f64]> = variants.iter().map(AsRef::as_ref).map(|returns| &returns[returns.len() - blocks * length..]).collect();
    let count = variants.len();
    all_splits(count, blocks, &mut AnyHalves { variants, length, statistic, half: Vec::new() })
}

/// `mean / sd` (ddof 1) of a half. One that stood still at nought has nought, what standing still earns; otherwise undefined if constant.
#[must_use]
pub fn half_sharpe(returns: &[f64]) -> Option<f64> {
    if returns.iter().all(|r| *r == 0.0) { Some(0.0) } else { sharpe(returns, 0.0, 1.0) }
}

/// Periods of a block, after the series and the number of blocks were checked.
fn block_length<V: AsRef<[f64]>>(variants: &[V], blocks: usize) -> Result<usize, InputError> {
    require((2..=MOST_BLOCKS).contains(&blocks) && blocks.is_multiple_of(2), "blocks", blocks, "an even number of 2 to 20")?;
    require_length(variants.len(), 2)?;
    let periods = common_length(variants)?;
    require_length(periods, blocks.max(LEAST_PERIODS))?;
    Ok(periods / blocks)
}

fn all_splits(variants: usize, blocks: usize, halves: &mut impl Halves) -> Result<Cscv, InputError> {
    let count = binomial(blocks, blocks / 2).unwrap_or(0);
    let mut splits = vec![None; count];
    let (mut inside, mut outside) = (vec![0.0; variants], vec![0.0; variants]);
    let mut chosen: Vec<usize> = (0..blocks / 2).collect();
    // The complement of the first choice is the last one, of the second the last but one: both halves serve two splits.
    for at in 0..count / 2 {
        let mask = chosen.iter().fold(0_u32, |mask, block| mask | 1 << block);
        let complement = !mask & ((1 << blocks) - 1);
        halves.measure(mask, &mut inside);
        halves.measure(complement, &mut outside);
        splits[at] = judge(mask, &inside, &outside);
        splits[count - 1 - at] = judge(complement, &outside, &inside);
        next_choice(&mut chosen, blocks);
    }
    let splits: Vec<BlockSplit> = splits.into_iter().flatten().collect();
    if splits.is_empty() { Err(InputError::NothingToRank) } else { Ok(Cscv { variants, blocks, splits }) }
}

/// How far from a value another may lie and be equal.
fn near(value: f64) -> f64 {
    if value.is_finite() { TIE * value.abs() + TIE_NEAR_NOUGHT } else { 0.0 }
}

/// The best in-sample and its rank out-of-sample.
fn judge(mask: u32, inside: &[f64], outside: &[f64]) -> Option<BlockSplit> {
    let top = inside.iter().fold(f64::NEG_INFINITY, |top, value| top.max(*value));
    if top == f64::NEG_INFINITY {
        return None;
    }
    let best = inside.iter().position(|value| *value >= top - near(top))?;
    let own = outside[best];
    let (mut below, mut equal) = (0, 0);
    let near = near(own);
    for value in outside {
        below += usize::from(*value < own - near);
        equal += usize::from(*value >= own - near && *value <= own + near);
    }
    let rank = below as f64 + (equal + 1) as f64 / 2.0;
    Some(BlockSplit { in_sample_blocks: mask, best, rank, in_sample: inside[best], out_of_sample: own.is_finite().then_some(own) })
}

/// Any statistic, of the returns themselves.
struct AnyHalves<'a, F> {
    /// Without what fills no block.
    variants: Vec<&'a [f64]>,
    /// Periods of a block.
    length: usize,
    statistic: F,
    half: Vec<f64>,
}

impl<F: Fn(&[f64]) -> Option<f64>> Halves for AnyHalves<'_, F> {
    fn measure(&mut self, blocks: u32, values: &mut [f64]) {
        for (variant, value) in self.variants.iter().zip(values) {
            self.half.clear();
            for (_, block) in variant.chunks_exact(self.length).enumerate().filter(|(block, _)| blocks >> block & 1 == 1) {
                self.half.extend_from_slice(block);
            }
            *value = (self.statistic)(&self.half).filter(|value| value.is_finite()).unwrap_or(f64::NEG_INFINITY);
        }
    }
}
