//! How much worse the neighbours of the best are. A rule that works has neighbours that work nearly as well: a plateau. A lonely peak is
//! what the best of many looks like when it was luck.

use core::cmp::Ordering;

use crate::metrics::returns::{percentile, ratio};

/// The best trial and those around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plateau {
    /// Positions in the trials of the neighbours, in their order.
    pub neighbours: Vec<usize>,
    /// Those of them without a value: not feasible, or undefined.
    pub undefined: usize,
    /// Share of the best value that the neighbour in the middle loses; negative where it is better. None where that one has no value.
    pub median_loss: Option<f64>,
    /// The same of the worst neighbour; none where any has no value.
    pub worst_loss: Option<f64>,
    /// Share of the neighbours that lose at most `tolerance`; one without a value does not.
    pub within: f64,
}

/// The `count` trials nearest to trial `best`, and all that are as near as the last of these.
///
/// `places` has a point a trial: coordinates from 0 to 1 over the range of each parameter, or positions on the grid, where a step of each
/// parameter counts the same; `count` of twice the number of parameters then takes the trials one step away. Trials at the place of the
/// best are it again, and no neighbours; of several at another place the first counts. Distances are Euclidean and equal within a part of 1e-9 of themselves.
///
/// `values`: the higher the better. `tolerance` is a share of the best value. None where the best value is not above nought (a share of
/// it means nothing), there is no other place, or the shapes do not agree.
#[must_use]
pub fn plateau<P: AsRef<[f64]>>(places: &[P], values: &[Option<f64>], best: usize, count: usize, tolerance: f64) -> Option<Plateau> {
    let top = (*values.get(best)?).filter(|top| top.is_finite() && *top > 0.0)?;
    if places.len() != values.len() || count == 0 {
        return None;
    }
    let neighbours = nearest(places, best, count)?;
    // A loss of what has no value is endless.
    let lost = |&at: &usize| values[at].and_then(|value| ratio(top - value, top)).unwrap_or(f64::INFINITY);
    let losses: Vec<f64> = neighbours.iter().map(lost).collect();
    let known: Vec<f64> = losses.iter().copied().filter(|loss| loss.is_finite()).collect();
    let undefined = losses.len() - known.len();
    let within = known.iter().filter(|loss| **loss <= tolerance).count() as f64 / losses.len() as f64;
    let worst_loss = if undefined == 0 { percentile(&known, 1.0) } else { None };
    Some(Plateau { neighbours, undefined, median_loss: median(losses), worst_loss, within })
}

/// The position of the highest value, the first of equal ones; none where there is none.
#[must_use]
pub fn best_of(values: &[Option<f64>]) -> Option<usize> {
    let known = values.iter().enumerate().filter_map(|(at, value)| Some((at, value.filter(|value| value.is_finite())?)));
    known.reduce(|best, other| if other.1 > best.1 { other } else { best }).map(|(at, _)| at)
}

/// Positions of the nearest; none where the places have not all as many finite coordinates, or there is no other.
fn nearest<P: AsRef<[f64]>>(places: &[P], best: usize, count: usize) -> Option<Vec<usize>> {
    let places: Vec<&[f64]> = places.iter().map(AsRef::as_ref).collect();
    let centre = places[best];
    let mut others = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        let square: f64 = place.iter().zip(centre).map(|(a, b)| (a - b) * (a - b)).sum();
        if place.len() != centre.len() || !square.is_finite() {
            return None;
        }
        if *place != centre {
            others.push((square.sqrt(), at));
        }
    }
    // Trials of one place come to stand together, and only the first of them stays.
    let coordinates = |a: usize, b: usize| places[a].iter().zip(places[b]).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
    others.sort_by(|a, b| a.0.total_cmp(&b.0).then(coordinates(a.1, b.1).unwrap_or(Ordering::Equal)).then(a.1.cmp(&b.1)));
    others.dedup_by(|later, first| places[later.1] == places[first.1]);
    let reach = others.get(count - 1).or(others.last())?.0 * (1.0 + 1e-9);
    let mut neighbours: Vec<usize> = others.into_iter().take_while(|(distance, _)| *distance <= reach).map(|(_, at)| at).collect();
    neighbours.sort_unstable();
    Some(neighbours)
}

/// The middle of the losses, or between the two middle ones; none where that is endless.
fn median(mut losses: Vec<f64>) -> Option<f64> {
    losses.sort_by(f64::total_cmp);
    let count = losses.len();
    let middle = losses[(count - 1) / 2].midpoint(losses[count / 2]);
    middle.is_finite().then_some(middle)
}
