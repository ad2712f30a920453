//! PBO by numbers one can check by head, and what must hold of it.

use super::common::{Noise, close};
use rotate::luck::cscv::{block_count, cscv, cscv_sharpe, half_sharpe};
use rotate::luck::input::InputError;
use rotate::metrics::returns::mean;

#[test]
fn by_head() {
    // Four blocks of one period, by the mean. The first earns in the first half only, the second in the second only, the third a little.
    let variants = [[4.0, 4.0, -4.0, -4.0], [-4.0, -4.0, 4.0, 4.0], [0.5, 0.5, 0.5, 0.5]];
    let found = cscv(&variants, 4, mean).unwrap();
    // {0,1} and {2,3} choose the worst of the other half; the mixed four choose the third, which is the best again.
    let ranks: Vec<f64> = found.splits.iter().map(|split| split.rank).collect();
    assert_eq!(ranks, [1.0, 3.0, 3.0, 3.0, 3.0, 1.0]);
    assert_eq!(found.splits.iter().map(|split| split.best).collect::<Vec<_>>(), [0, 2, 2, 2, 2, 1]);
    assert_eq!((found.pbo(), found.pbo_below(), found.probability_of_loss()), (2.0 / 6.0, 2.0 / 6.0, 2.0 / 6.0));
    assert!(close(found.logits()[0], (1.0_f64 / 3.0).ln()) && close(found.logits()[1], 3.0_f64.ln()));
    // In-sample 4 became −4 twice, and 0.5 stayed 0.5: the line goes through both.
    assert!(close(found.degradation().unwrap().slope, -4.5 / 3.5));
}

#[test]
fn noise_is_overfitted_half_of_the_time() {
    let mut sum = 0.0;
    for seed in 0..40 {
        let mut noise = Noise::new(seed);
        let variants: Vec<Vec<f64>> = (0..20).map(|_| noise.returns(320, 0.0, 0.01)).collect();
        sum += cscv_sharpe(&variants, 10).unwrap().pbo();
    }
    // A single matrix wanders by some 0.2; the mean of forty by 0.03.
    assert!((0.4..0.6).contains(&(sum / 40.0)), "{}", sum / 40.0);
}

#[test]
fn what_is_better_everywhere_is_not_overfitted() {
    for seed in 0..10 {
        let mut noise = Noise::new(seed);
        let mut variants: Vec<Vec<f64>> = (0..20).map(|_| noise.returns(320, 0.0, 0.01)).collect();
        variants[13] = noise.returns(320, 0.02, 0.01);
        let found = cscv_sharpe(&variants, 16).unwrap();
        assert_eq!((found.pbo(), found.probability_of_loss(), found.splits.len()), (0.0, 0.0, 12_870));
        assert!(found.splits.iter().all(|split| split.best == 13 && split.rank == 20.0));
    }
}

/// Split by split from the returns themselves: the choice of one half against what nobody chose, on the other.
#[test]
fn behind_is_where_the_choice_has_the_lower_ratio_on_the_other_half() {
    for (seed, periods, blocks, drift) in [(1, 97, 8, 0.0), (2, 59, 10, 0.002), (3, 199, 10, -0.002), (4, 64, 16, 0.01)] {
        let mut noise = Noise::new(seed);
        let variants: Vec<Vec<f64>> = (0..7).map(|_| noise.returns(periods, 0.0, 0.01)).collect();
        let before = noise.returns(periods, drift, 0.01);
        let found = cscv_sharpe(&variants, blocks).unwrap();
        let length = periods / blocks;
        let half = |returns: &[f64], chosen: &dyn Fn(usize) -> bool| -> f64 {
            let used = returns[periods - blocks * length..].chunks(length).enumerate().filter(|(block, _)| chosen(*block));
            half_sharpe(&used.flat_map(|(_, block)| block.to_vec()).collect::<Vec<f64>>()).unwrap()
        };
        let mut behind = 0;
        let splits = (0_u32..1 << blocks).filter(|mask| mask.count_ones() as usize * 2 == blocks);
        let count = splits
            .map(|mask| {
                let (inside, outside) = (|block: usize| mask >> block & 1 == 1, |block: usize| mask >> block & 1 == 0);
                let best = variants.iter().max_by(|a, b| half(a, &inside).total_cmp(&half(b, &inside))).unwrap();
                behind += usize::from(half(best, &outside) < half(&before, &outside));
            })
            .count();
        assert!(close(found.share_behind(&before).unwrap(), behind as f64 / count as f64), "seed {seed}");
    }
    // Nobody is behind himself, and a series too short for the blocks is refused.
    let own = Noise::new(9).returns(80, 0.0, 0.01);
    let found = cscv_sharpe(&[own.clone(), own.clone()], 8).unwrap();
    assert_eq!(found.share_behind(&own), Ok(0.0));
    assert!(found.share_behind(&own[..7]).is_err());
}

#[test]
fn the_two_ways_agree() {
    for (seed, periods, blocks) in [(1, 97, 8), (2, 59, 10), (3, 40, 20), (4, 199, 10), (5, 9, 2), (6, 33, 16)] {
        let mut noise = Noise::new(seed);
        let mut variants: Vec<Vec<f64>> = (0..9).map(|at| noise.returns(periods, 0.001, 0.01 * f64::from(at + 1))).collect();
        // One that hardly ever trades, one that never does, and one that is another at three times the size.
        variants[2] = (0..periods).map(|at| if at == periods / 2 { 0.05 } else { 0.0 }).collect();
        variants[4] = vec![0.0; periods];
        variants[6] = variants[1].iter().map(|r| 3.0 * r).collect();
        let (fast, slow) = (cscv_sharpe(&variants, blocks).unwrap(), cscv(&variants, blocks, half_sharpe).unwrap());
        assert_eq!(fast.splits.len(), slow.splits.len());
        for (fast, slow) in fast.splits.iter().zip(&slow.splits) {
            assert_eq!((fast.in_sample_blocks, fast.best, fast.rank), (slow.in_sample_blocks, slow.best, slow.rank));
            assert!(close(fast.in_sample, slow.in_sample));
            assert!(close(fast.out_of_sample.unwrap(), slow.out_of_sample.unwrap()));
        }
    }
}

#[test]
fn leading_periods_that_fill_no_block_are_dropped() {
    let mut noise = Noise::new(9);
    let variants: Vec<Vec<f64>> = (0..5).map(|_| noise.returns(64, 0.0, 0.01)).collect();
    let longer: Vec<Vec<f64>> =
        variants.iter().map(|v| noise.returns(7, 0.5, 1.0).into_iter().chain(v.iter().copied()).collect()).collect();
    assert_eq!(cscv(&longer, 8, half_sharpe), cscv(&variants, 8, half_sharpe));
    assert_eq!(cscv_sharpe(&longer, 8), cscv_sharpe(&variants, 8));
}

#[test]
fn equals_share_their_rank_and_the_first_is_chosen() {
    let mut noise = Noise::new(10);
    let one = noise.returns(64, 0.001, 0.01);
    let doubled: Vec<f64> = one.iter().map(|r| 2.0 * r).collect();
    // The same curve at two sizes and once again: always rank 2 of 3, at the middle exactly.
    let found = cscv_sharpe(&[one.clone(), doubled, one], 8).unwrap();
    assert!(found.splits.iter().all(|split| split.best == 0 && split.rank == 2.0));
    assert_eq!((found.pbo(), found.pbo_below(), found.mean_logit()), (1.0, 0.0, Some(0.0)));
    // A better one and its copy: 2.5 of 3 each.
    let (good, bad) = (noise.returns(64, 0.03, 0.01), noise.returns(64, -0.03, 0.01));
    let found = cscv_sharpe(&[bad, good.clone(), good], 8).unwrap();
    assert!(found.splits.iter().all(|split| split.best == 1 && split.rank == 2.5));
    assert_eq!(found.pbo(), 0.0);
}

#[test]
fn standing_still_is_nought_and_a_constant_gain_undefined() {
    let mut noise = Noise::new(11);
    let losing = noise.returns(64, -0.03, 0.01);
    let found = cscv_sharpe(&[losing.clone(), vec![0.0; 64]], 8).unwrap();
    assert!(found.splits.iter().all(|split| split.best == 1 && split.rank == 2.0 && split.out_of_sample == Some(0.0)));
    let found = cscv_sharpe(&[losing, vec![0.01; 64]], 8).unwrap();
    assert!(found.splits.iter().all(|split| split.best == 0 && split.rank == 2.0));
    assert_eq!(cscv_sharpe(&[vec![0.01; 64], vec![0.02; 64]], 8), Err(InputError::NothingToRank));
    // Undefined where it would be judged: it ranks last and is no loss.
    let half: Vec<f64> = (0..4).map(|at| if at < 2 { 1.0 } else { 0.0 }).collect();
    let defined = |r: &[f64]| if r.contains(&1.0) { mean(r) } else { None };
    let found = cscv(&[half, vec![0.1; 4]], 2, defined).unwrap();
    assert_eq!(found.splits.len(), 1, "the other half has no variant with a value");
    assert_eq!((found.splits[0].out_of_sample, found.splits[0].rank, found.probability_of_loss()), (None, 1.5, 0.0));
}

#[test]
fn what_cannot_be_ranked_is_refused() {
    let series = vec![vec![0.1, 0.2, 0.3, 0.1]; 2];
    assert!(cscv_sharpe(&series, 3).is_err() && cscv_sharpe(&series, 0).is_err() && cscv_sharpe(&series, 22).is_err());
    assert_eq!(cscv_sharpe(&series, 6), Err(InputError::TooShort { found: 4, needed: 6 }));
    assert_eq!(cscv_sharpe(&series[..1], 2), Err(InputError::TooShort { found: 1, needed: 2 }));
    let uneven = [vec![0.1; 4], vec![0.1; 5]];
    assert_eq!(cscv_sharpe(&uneven, 2), Err(InputError::UnequalLengths { series: 1, found: 5, expected: 4 }));
    let hole = [vec![0.1; 4], vec![0.1, f64::NAN, 0.1, 0.1]];
    assert_eq!(cscv_sharpe(&hole, 2), Err(InputError::NotFinite { series: 1, period: 1 }));
    assert!(cscv_sharpe::<Vec<f64>>(&[], 2).is_err());
}

#[test]
fn blocks_follow_the_length() {
    let counts: Vec<Option<usize>> = [79, 80, 99, 100, 159, 160, 5_000].into_iter().map(block_count).collect();
    assert_eq!(counts, [None, Some(8), Some(8), Some(10), Some(14), Some(16), Some(16)]);
}

/// Run by hand, `--release -- --ignored --nocapture`: a thousand variants of five years of days.
#[test]
#[ignore = "a measurement, no test"]
fn a_thousand_variants() {
    let mut noise = Noise::new(12);
    let variants: Vec<Vec<f64>> = (0..1_000).map(|_| noise.returns(1_825, 0.0, 0.01)).collect();
    let start = std::time::Instant::now();
    let found = cscv_sharpe(&variants, 16).unwrap();
    println!("{:?} for {} splits, PBO {}", start.elapsed(), found.splits.len(), found.pbo());
}
